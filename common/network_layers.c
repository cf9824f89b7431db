/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network_layers.c - the inner loops of the network, written so that gcc
 * vectorises them over channels.
 */
#include "network_internal.h"

#include <math.h>
#include <string.h>

#include "simd.h"

#define LANES ((size_t)16) /* channels handled together: a vec */
#define ROWS_MAX 8   /* px and panels of LANES outputs that the 1 x 1 layer */
#define PANELS_MAX 2 /* handles together, at most */
#define POOL_FLOOR 1e-5f

/* LANES floats in the compiler's vector arithmetic: one register or several, as
 * the processor has them. */
typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int bits __attribute__((vector_size(4 * LANES)));

AKIN_INLINE vec
load(const float *from)
{
    vec v;

    memcpy(&v, from, sizeof(v));
    return v;
}

AKIN_INLINE void
store_relu(vec v, float *to)
{
    /* All bits of a lane are set where v is positive. */
    bits positive = (bits)v & (v > (vec){0});

    memcpy(to, &positive, sizeof(positive));
}

AKIN_SIMD_FMA void
akin__conv_stem(const float *in, size_t edge, const float *weight,
                const float *bias, float *out)
{
    size_t half = edge / 2;

    for (size_t y = 0; y < half; y++)
        for (size_t x = 0; x < half; x++) {
            vec acc = load(bias);

            for (size_t ky = 0; ky < 3; ky++)
                for (size_t kx = 0; kx < 3; kx++) {
                    size_t sy = 2 * y + ky, sx = 2 * x + kx; /* one too many */
                    const float *w = weight + (ky * 3 + kx) * 3 * LANES;
                    const float *px;

                    if (sy < 1 || sx < 1 || sy > edge || sx > edge)
                        continue;
                    px = in + ((sy - 1) * edge + sx - 1) * 3;
                    for (size_t c = 0; c < 3; c++)
                        acc += px[c] * load(w + c * LANES);
                }
            store_relu(acc, out + (y * half + x) * LANES);
        }
}

/* One output px of one group of channels at the border: taps outside are 0. */
AKIN_INLINE void
depthwise_edge(const float *in, size_t edge, size_t n, size_t sy, size_t sx,
               const vec w[9], vec bias, float *to)
{
    vec acc = bias;

    for (size_t ky = 0; ky < 3; ky++)
        for (size_t kx = 0; kx < 3; kx++) {
            size_t y = sy + ky, x = sx + kx; /* one too many */

            if (y < 1 || x < 1 || y > edge || x > edge)
                continue;
            acc += load(in + ((y - 1) * edge + x - 1) * n) * w[ky * 3 + kx];
        }
    store_relu(acc, to);
}

/* The same away from the border; in: the tap in the middle. */
AKIN_INLINE void
depthwise_inner(const float *in, size_t row, size_t n, const vec w[9], vec bias,
                float *to)
{
    const float *above = in - row - n, *here = in - n, *below = in + row - n;
    vec acc = bias;

    for (size_t k = 0; k < 3; k++)
        acc += load(above + k * n) * w[k];
    for (size_t k = 0; k < 3; k++)
        acc += load(here + k * n) * w[3 + k];
    for (size_t k = 0; k < 3; k++)
        acc += load(below + k * n) * w[6 + k];
    store_relu(acc, to);
}

/* One group of channels, all px: its nine weights stay in registers. */
AKIN_INLINE void
depthwise_group(const float *in, size_t edge, size_t n, size_t stride,
                const float *weight, vec bias, float *out)
{
    size_t half = edge / stride;
    vec w[9];

    for (size_t k = 0; k < 9; k++)
        w[k] = load(weight + k * n);
    for (size_t y = 0; y < half; y++)
        for (size_t x = 0; x < half; x++) {
            size_t sy = y * stride, sx = x * stride;
            float *to = out + (y * half + x) * n;

            if (sy == 0 || sx == 0 || sy == edge - 1 || sx == edge - 1)
                depthwise_edge(in, edge, n, sy, sx, w, bias, to);
            else
                depthwise_inner(in + (sy * edge + sx) * n, edge * n, n, w, bias,
                                to);
        }
}

AKIN_SIMD_FMA void
akin__conv_depthwise(const float *in, size_t edge, size_t n, size_t stride,
                     const float *weight, const float *bias, float *out)
{
    for (size_t g = 0; g < n; g += LANES)
        depthwise_group(in + g, edge, n, stride, weight + g, load(bias + g),
                        out + g);
}

void
akin__pack_pointwise(const float *weight, size_t n_in, size_t n_out,
                     float *packed)
{
    for (size_t g = 0; g < n_out; g += LANES)
        for (size_t i = 0; i < n_in; i++, packed += LANES)
            memcpy(packed, weight + i * n_out + g, LANES * sizeof(*packed));
}

/* What a block of the 1 x 1 layer needs to know. */
struct pointwise {
    const float *in, *weight, *bias, *residual;
    float *out;
    size_t n_in, n_out;
};

/* rows px by panels x LANES outputs, kept in registers over the whole sum. */
AKIN_INLINE void
pointwise_block(const struct pointwise *job, size_t px, size_t g, size_t rows,
                size_t panels)
{
    const float *in = job->in + px * job->n_in;
    size_t n_in = job->n_in, at = px * job->n_out + g;
    const float *weight = job->weight + g * n_in;
    vec acc[ROWS_MAX][PANELS_MAX];

    for (size_t r = 0; r < rows; r++)
        for (size_t p = 0; p < panels; p++) {
            acc[r][p] = load(job->bias + g + p * LANES);
            if (job->residual != NULL)
                acc[r][p] +=
                    load(job->residual + at + r * job->n_out + p * LANES);
        }
    for (size_t i = 0; i < n_in; i++)
        for (size_t p = 0; p < panels; p++) {
            vec w = load(weight + (p * n_in + i) * LANES);

            for (size_t r = 0; r < rows; r++)
                acc[r][p] += in[r * n_in + i] * w;
        }
    for (size_t r = 0; r < rows; r++)
        for (size_t p = 0; p < panels; p++)
            store_relu(acc[r][p], job->out + at + r * job->n_out + p * LANES);
}

/* As many sums side by side as the registers hold: 32 of 16 floats, or 16 of 8
 * and fewer. */
AKIN_SIMD_WIDE static void
pointwise_wide(const struct pointwise *job, size_t n_px)
{
    for (size_t g = 0; g < job->n_out; g += 2 * LANES)
        for (size_t p = 0; p < n_px; p += 8)
            pointwise_block(job, p, g, 8, 2);
}

AKIN_SIMD_NARROW static void
pointwise_narrow(const struct pointwise *job, size_t n_px)
{
    for (size_t g = 0; g < job->n_out; g += LANES)
        for (size_t p = 0; p < n_px; p += 4)
            pointwise_block(job, p, g, 4, 1);
}

void
akin__conv_pointwise(const float *in, size_t n_px, size_t n_in, size_t n_out,
                     const float *weight, const float *bias,
                     const float *residual, float *out)
{
    struct pointwise job = {in, weight, bias, residual, out, n_in, n_out};

    if (akin__has_wide_simd())
        pointwise_wide(&job, n_px);
    else
        pointwise_narrow(&job, n_px);
}

AKIN_SIMD void
akin__pool(const float *in, size_t n_px, size_t n, float *out)
{
    float *mean = out, *deviation = out + n;
    float scale = 1.0f / (float)n_px;

    memset(out, 0, 2 * n * sizeof(*out));
    for (size_t p = 0; p < n_px; p++)
        for (size_t k = 0; k < n; k++)
            mean[k] += in[p * n + k] * scale;
    for (size_t p = 0; p < n_px; p++)
        for (size_t k = 0; k < n; k++) {
            float d = in[p * n + k] - mean[k];

            deviation[k] += d * d * scale;
        }
    for (size_t k = 0; k < n; k++)
        deviation[k] = sqrtf(deviation[k] + POOL_FLOOR);
}
