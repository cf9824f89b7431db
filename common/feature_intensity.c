/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feature_intensity.c - how bright and dark are mixed: a histogram of the
 * stretched luminance in 16 bins (frequencies, square-rooted) and its mean,
 * standard deviation, skewness and kurtosis.
 */
#include <math.h>

#include "feature_internal.h"

#define BINS 16

/* Skewness and kurtosis of a nearly constant tile are large and mean nothing:
 * both are pressed into -1..1. */
static float
pressed(double value)
{
    return (float)(value / (1 + fabs(value)));
}

static void
moments(const uint32_t count[256], double n, float *out)
{
    double mean = 0, m2 = 0, m3 = 0, m4 = 0, sigma;

    for (int v = 0; v < 256; v++)
        mean += (double)count[v] * v / 255 / n;
    for (int v = 0; v < 256; v++) {
        double d = v / 255.0 - mean, p = (double)count[v] / n;

        m2 += p * d * d;
        m3 += p * d * d * d;
        m4 += p * d * d * d * d;
    }
    sigma = sqrt(m2);
    out[0] = (float)mean;
    out[1] = (float)sigma;
    /* A sigma below that of rounding counts as that. */
    sigma = fmax(sigma, 1.0 / 255);
    out[2] = pressed(m3 / (sigma * sigma * sigma));
    out[3] = pressed(m4 / (sigma * sigma * sigma * sigma) - 3);
}

void
akin__feature_intensity(const uint32_t count[256], size_t n, float *out)
{
    double bin[BINS] = {0};

    for (size_t v = 0; v < 256; v++)
        bin[v * BINS / 256] += (double)count[v];
    for (size_t b = 0; b < BINS; b++)
        out[b] = (float)sqrt(bin[b] / (double)n);
    moments(count, (double)n, out + BINS);
}
