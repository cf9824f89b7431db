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
#define BLOCK_PX ((size_t)BLOCK * BLOCK)
#define RINGS AKIN__N_SPECTRUM
#define FINE_RINGS 8
#define COARSE_OCTAVE 2
#define COARSE_AREA 16.0 /* px of the tile in one of its */
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
    double window_power;       /* sum of squares of the 2-D window */
    uint8_t ring[2][BLOCK_PX]; /* of each bin: fine, coarse */
    uint32_t ring_size[RINGS];
    uint8_t px[2][BLOCK_PX];
    kiss_fft_cpx block[BLOCK_PX];
    kiss_fft_cpx rows[BLOCK_PX];
    kiss_fft_cpx line[BLOCK];
    float power[BLOCK_PX];
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
    for (size_t i = 0; i < BLOCK_PX; i++) {
        size_t row = i / BLOCK;
        double x = (double)(i % BLOCK), y = (double)row, f;
        int fine, coarse;

        /* The upper half of the bins are the negative frequencies. */
        x = fmin(x, BLOCK - x);
        y = fmin(y, BLOCK - y);
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

/* The block's pixels at (x, y), the image mirrored where it ends. */
static void
copy_block(const struct akin__grey *grey, size_t x, size_t y, uint8_t *px)
{
    for (size_t j = 0; j < BLOCK; j++) {
        const uint8_t *row =
            grey->px + akin__mirror((int64_t)(y + j), grey->h) * grey->w;

        if (x + BLOCK <= grey->w) {
            memcpy(px + j * BLOCK, row + x, BLOCK);
            continue;
        }
        for (size_t i = 0; i < BLOCK; i++)
            px[j * BLOCK + i] = row[akin__mirror((int64_t)(x + i), grey->w)];
    }
}

/* Two blocks, without their means, windowed, in parts of the range, as the real
 * and the imaginary part. */
AKIN_SIMD static void
join_blocks(const uint8_t *restrict a, const uint8_t *restrict b,
            const float *restrict window, kiss_fft_cpx *restrict out)
{
    uint32_t sum_a = 0, sum_b = 0;
    float mean_a, mean_b;

    for (size_t i = 0; i < BLOCK_PX; i++) {
        sum_a += a[i];
        sum_b += b[i];
    }
    mean_a = (float)sum_a / (float)BLOCK_PX;
    mean_b = (float)sum_b / (float)BLOCK_PX;
    for (size_t j = 0; j < BLOCK; j++, a += BLOCK, b += BLOCK, out += BLOCK) {
        float scale = window[j] / 255.0f;

        for (size_t i = 0; i < BLOCK; i++) {
            out[i].r = ((float)a[i] - mean_a) * (window[i] * scale);
            out[i].i = ((float)b[i] - mean_b) * (window[i] * scale);
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

/* Blocks along an edge: two, in the middle of each half, or one. */
static size_t
spots_along(size_t edge)
{
    return edge >= 2 * (size_t)BLOCK ? 2 : 1;
}

static size_t
spot(size_t i, size_t n, size_t edge)
{
    if (edge <= BLOCK)
        return 0;
    return n == 1 ? (edge - BLOCK) / 2 : (2 * i + 1) * edge / 4 - BLOCK / 2;
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
        memset(s->px, 0, sizeof(s->px)); /* a missing partner is flat */
        for (size_t part = 0; part < 2 && k + part < n; part++)
            copy_block(grey, spot((k + part) % n_x, n_x, grey->w),
                       spot((k + part) / n_x, n_y, grey->h), s->px[part]);
        join_blocks(s->px[0], s->px[1], s->window, s->block);
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
        for (size_t i = 0; i < BLOCK_PX; i++)
            if (ring[i] != NO_RING)
                sum[ring[i]] += (double)spectrum->power[i];
    }
    for (size_t r = 0; r < RINGS; r++) {
        double n = blocks[r < RINGS - FINE_RINGS ? 1 : 0];
        double density =
            sum[r] / (n * spectrum->ring_size[r] * spectrum->window_power);

        /* Both per px of the tile: a coarse px is 16 of those. */
        density *= r < RINGS - FINE_RINGS ? COARSE_AREA : 1;

        out[r] = (float)(LOG_SCALE * log10(density + FLOOR));
    }
}
