/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feature_spectrum.c - at which spatial frequencies is there power? The only
 * file that sees kissfft.
 *
 * Power is averaged over windowed blocks (Welch, IEEE Transactions on Audio
 * and Electroacoustics 15 (1967); Hann window) of 64 x 64 px and over
 * directions. Twelve rings, half an octave each, from 1/128 to 1/2 cycle a px:
 * the eight upper ones from blocks of the tile, the four lower ones from
 * blocks of the tile made 4 times smaller. The feature is the logarithm of the
 * mean power density of a ring.
 *
 * Two real blocks travel through one complex transform: for z = a + i b,
 * |Z(k)|^2 + |Z(-k)|^2 = 2 (|A(k)|^2 + |B(k)|^2), and a ring holds with each k
 * also -k, so that its sum over Z is just the sum over both blocks.
 */
#include <kissfft/kiss_fft.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "feature_internal.h"
#include "luma.h"
#include "simd.h"

#define BLOCK 64
#define SPOTS 3 /* blocks along an edge, at most */
#define RINGS AKIN__N_SPECTRUM
#define FINE_RINGS 8
#define COARSE_OCTAVE 2
#define NO_RING 255
#define PI 3.14159265358979323846

/* Below the power that rounding to 8 bit makes, there is nothing to see: the
 * variance of rounding is 1/12 of a step. */
#define FLOOR (1.0 / 12 / (255.0 * 255.0))

/* Logarithms (to base 10) times this are about as wide as the other parts. */
#define LOG_SCALE 0.25

struct akin__spectrum {
    kiss_fft_cfg fft;
    float window[BLOCK];
    double window_power;            /* sum of squares of the 2-D window */
    uint8_t ring[2][BLOCK * BLOCK]; /* of each bin: fine, coarse */
    uint32_t ring_size[RINGS];
    kiss_fft_cpx block[BLOCK * BLOCK];
    kiss_fft_cpx rows[BLOCK * BLOCK];
    kiss_fft_cpx line[BLOCK];
    float power[BLOCK * BLOCK];
};

/* The ring of a frequency in cycles a px of the tile; 12 when above all. */
static int
ring_of(double frequency)
{
    return (int)floor(2 * log2(frequency * 128) + 1e-9);
}

static void
set_rings(struct akin__spectrum *s)
{
    for (size_t i = 0; i < (size_t)BLOCK * BLOCK; i++) {
        double x = (double)(i % BLOCK), y = (double)(i / BLOCK), f;
        int fine, coarse;

        x = x > BLOCK / 2 ? BLOCK - x : x;
        y = y > BLOCK / 2 ? BLOCK - y : y;
        f = sqrt(x * x + y * y) / BLOCK;
        fine = f > 0 && f < 0.5 ? ring_of(f) : -1;
        coarse = f > 0 && f < 0.5 ? ring_of(f / 4) : -1;
        s->ring[0][i] = NO_RING;
        s->ring[1][i] = NO_RING;
        if (fine >= RINGS - FINE_RINGS && fine < RINGS) {
            s->ring[0][i] = (uint8_t)fine;
            s->ring_size[fine]++;
        }
        if (coarse >= 0 && coarse < RINGS - FINE_RINGS) {
            s->ring[1][i] = (uint8_t)coarse;
            s->ring_size[coarse]++;
        }
    }
}

enum akin_status
akin__spectrum_new(struct akin__spectrum **out, struct akin_error *err)
{
    struct akin__spectrum *s = calloc(1, sizeof(*s));
    double power = 0;

    if (s != NULL)
        s->fft = kiss_fft_alloc(BLOCK, 0, NULL, NULL);
    if (s == NULL || s->fft == NULL) {
        akin__spectrum_free(s);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for the Fourier plan");
    }
    for (size_t i = 0; i < BLOCK; i++) {
        s->window[i] =
            (float)(0.5 - 0.5 * cos(2 * PI * ((double)i + 0.5) / BLOCK));
        power += (double)s->window[i] * (double)s->window[i];
    }
    s->window_power = power * power;
    set_rings(s);
    *out = s;
    return AKIN_OK;
}

void
akin__spectrum_free(struct akin__spectrum *spectrum)
{
    if (spectrum == NULL)
        return;
    kiss_fft_free(spectrum->fft);
    free(spectrum);
}

/* One part (0 real, 1 imaginary) of the block from the image at (x, y),
 * mirrored where the image ends: without its mean, windowed, in parts of the
 * range. */
static void
load_block(struct akin__spectrum *s, const struct akin__grey *grey, size_t x,
           size_t y, int part)
{
    float value[BLOCK];
    uint32_t sum = 0;
    float mean;

    for (size_t j = 0; j < BLOCK; j++)
        for (size_t i = 0; i < BLOCK; i++)
            sum += grey->px[akin__mirror((int64_t)(y + j), grey->h) * grey->w +
                            akin__mirror((int64_t)(x + i), grey->w)];
    mean = (float)sum / (BLOCK * BLOCK);
    for (size_t j = 0; j < BLOCK; j++) {
        const uint8_t *row =
            grey->px + akin__mirror((int64_t)(y + j), grey->h) * grey->w;
        kiss_fft_cpx *to = s->block + j * BLOCK;

        for (size_t i = 0; i < BLOCK; i++)
            value[i] =
                ((float)row[akin__mirror((int64_t)(x + i), grey->w)] - mean) /
                255.0f * s->window[i] * s->window[j];
        for (size_t i = 0; i < BLOCK; i++) {
            if (part == 0)
                to[i].r = value[i];
            else
                to[i].i = value[i];
        }
    }
}

/* Transforms s->block and adds its power, bin by bin. */
static void
add_power(struct akin__spectrum *s)
{
    for (size_t j = 0; j < BLOCK; j++)
        kiss_fft(s->fft, s->block + j * BLOCK, s->rows + j * BLOCK);
    for (size_t i = 0; i < BLOCK; i++) {
        kiss_fft_stride(s->fft, s->rows + i, s->line, BLOCK);
        for (size_t j = 0; j < BLOCK; j++)
            s->power[i * BLOCK + j] +=
                s->line[j].r * s->line[j].r + s->line[j].i * s->line[j].i;
    }
}

static size_t
spots_along(size_t edge)
{
    size_t n = (edge + BLOCK - 1) / BLOCK;

    return n < SPOTS ? n : SPOTS;
}

static size_t
spot(size_t i, size_t n, size_t edge)
{
    return n == 1 ? 0 : i * (edge - BLOCK) / (n - 1);
}

/* Adds the power of blocks spread over the image to s->power; gives their
 * number. */
static size_t
add_blocks(struct akin__spectrum *s, const struct akin__grey *grey)
{
    size_t n_x = spots_along(grey->w), n_y = spots_along(grey->h);
    size_t n = n_x * n_y;

    memset(s->power, 0, sizeof(s->power));
    for (size_t k = 0; k < n; k += 2) {
        memset(s->block, 0, sizeof(s->block));
        for (size_t part = 0; part < 2 && k + part < n; part++)
            load_block(s, grey, spot((k + part) % n_x, n_x, grey->w),
                       spot((k + part) / n_x, n_y, grey->h), (int)part);
        add_power(s);
    }
    return n;
}

void
akin__feature_spectrum(struct akin__spectrum *spectrum,
                       const struct akin__grey octave[AKIN__OCTAVES],
                       float *out)
{
    double sum[RINGS] = {0}, blocks[2];

    for (int coarse = 0; coarse < 2; coarse++) {
        const uint8_t *ring = spectrum->ring[coarse];

        blocks[coarse] = (double)add_blocks(
            spectrum, &octave[coarse == 1 ? COARSE_OCTAVE : 0]);
        for (size_t i = 0; i < (size_t)BLOCK * BLOCK; i++)
            if (ring[i] != NO_RING)
                sum[ring[i]] += (double)spectrum->power[i];
    }
    for (size_t r = 0; r < RINGS; r++) {
        double n = blocks[r < RINGS - FINE_RINGS ? 1 : 0];
        double density =
            sum[r] / (n * spectrum->ring_size[r] * spectrum->window_power);

        out[r] = (float)(LOG_SCALE * log10(density + FLOOR));
    }
}
