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
#define COARSE_SIZE 4.0 /* px of the tile along one of its */
#define PI 3.14159265358979323846

/* Below the power that rounding to 8 bit makes, there is nothing to see: the
 * variance of rounding is 1/12 of a step. */
#define FLOOR (1.0 / 12 / (255.0 * 255.0))

/* Logarithms (to base 10) times this are about as wide as the other parts. */
#define LOG_SCALE 0.25

/* The bins of rings first.., one ring after the other. Bin i is the frequency
 * i / BLOCK along x, i % BLOCK along y. */
struct rings {
    uint16_t bin[BLOCK_PX];
    size_t end[RINGS]; /* behind the last one of each */
    size_t reach;      /* no bin is further from 0 along x */
};

struct akin__spectrum {
    kiss_fft_cfg fourier;
    float window[BLOCK];
    double window_power;   /* sum of squares of the 2-D window */
    struct rings rings[2]; /* fine, coarse */
    uint8_t px[2][BLOCK_PX];
    kiss_fft_cpx block[BLOCK_PX], rows[BLOCK_PX];
    float power[BLOCK_PX];
};

/* The ring of a frequency in cycles a px of the tile; 12 when above all. */
static int
ring_of(double frequency)
{
    return (int)floor(2 * log2(frequency * 128) + 1e-9);
}

/* Without its sign: the upper half are the negative ones. */
static size_t
magnitude(size_t frequency)
{
    return frequency <= BLOCK / 2 ? frequency : BLOCK - frequency;
}

/* Of bin i, in cycles a px. */
static double
frequency_of(size_t i)
{
    double x = (double)magnitude(i / BLOCK), y = (double)magnitude(i % BLOCK);

    return sqrt(x * x + y * y) / BLOCK;
}

/* Rings first..last-1; a px of the image is `size` px of the tile. */
static void
set_rings(struct rings *rings, int first, int last, double size)
{
    size_t n = 0;

    for (int r = 0; r < RINGS; r++) {
        for (size_t i = 0; r >= first && r < last && i < BLOCK_PX; i++) {
            double f = frequency_of(i);

            if (!(f > 0 && f < 0.5) || ring_of(f / size) != r)
                continue;
            rings->bin[n++] = (uint16_t)i;
            if (magnitude(i / BLOCK) > rings->reach)
                rings->reach = magnitude(i / BLOCK);
        }
        rings->end[r] = n;
    }
}

enum akin_status
akin__spectrum_new(struct akin__spectrum **out, struct akin_error *err)
{
    struct akin__spectrum *s = calloc(1, sizeof(*s));
    double power = 0;

    if (s != NULL)
        s->fourier = kiss_fft_alloc(BLOCK, 0, NULL, NULL);
    if (s == NULL || s->fourier == NULL) {
        akin__spectrum_free(s);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for the Fourier plan");
    }
    for (size_t i = 0; i < BLOCK; i++) {
        s->window[i] =
            (float)(0.5 - 0.5 * cos(2 * PI * ((double)i + 0.5) / BLOCK));
        power += (double)s->window[i] * (double)s->window[i];
    }
    s->window_power = power * power;
    set_rings(&s->rings[0], RINGS - FINE_RINGS, RINGS, 1);
    set_rings(&s->rings[1], 0, RINGS - FINE_RINGS, COARSE_SIZE);
    *out = s;
    return AKIN_OK;
}

void
akin__spectrum_free(struct akin__spectrum *spectrum)
{
    if (spectrum == NULL)
        return;
    kiss_fft_free(spectrum->fourier);
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

AKIN_SIMD static void
add_power(const kiss_fft_cpx *restrict z, size_t n, float *restrict power)
{
    for (size_t i = 0; i < n; i++)
        power[i] += z[i].r * z[i].r + z[i].i * z[i].i;
}

/* Transforms s->block and adds its power, bin by bin, where rings have bins:
 * other columns of the transform are not made. */
static void
transform(struct akin__spectrum *s, const struct rings *rings)
{
    size_t low = rings->reach + 1, high = BLOCK - rings->reach;

    for (size_t j = 0; j < BLOCK; j++)
        kiss_fft(s->fourier, s->block + j * BLOCK, s->rows + j * BLOCK);
    for (size_t i = 0; i < BLOCK; i++)
        if (i < low || i >= high)
            kiss_fft_stride(s->fourier, s->rows + i, s->block + i * BLOCK,
                            BLOCK);
    add_power(s->block, low * BLOCK, s->power);
    add_power(s->block + high * BLOCK, (BLOCK - high) * BLOCK,
              s->power + high * BLOCK);
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

/* The power of blocks spread over the image into s->power, as far as rings
 * reach; gives their number. */
static size_t
add_blocks(struct akin__spectrum *s, const struct akin__grey *grey,
           const struct rings *rings)
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
        transform(s, rings);
    }
    return n;
}

/* The power in a ring's bins. Four sums, so that none waits for the last. */
static double
power_in(const struct rings *rings, size_t r, const float *power)
{
    size_t i = r > 0 ? rings->end[r - 1] : 0, end = rings->end[r];
    double sum[4] = {0};

    for (; i + 4 <= end; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += (double)power[rings->bin[i + k]];
    for (; i < end; i++)
        sum[0] += (double)power[rings->bin[i]];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Mean power densities of the rings of an image into density, where it has
 * any. */
static void
add_densities(struct akin__spectrum *s, const struct akin__grey *grey,
              const struct rings *rings, double density[RINGS])
{
    double blocks = (double)add_blocks(s, grey, rings);

    for (size_t r = 0; r < RINGS; r++) {
        size_t n = rings->end[r] - (r > 0 ? rings->end[r - 1] : 0);

        if (n > 0)
            density[r] += power_in(rings, r, s->power) /
                          (blocks * (double)n * s->window_power);
    }
}

void
akin__feature_spectrum(struct akin__spectrum *spectrum,
                       const struct akin__grey octave[AKIN__OCTAVES],
                       float *out)
{
    double density[RINGS] = {0};

    add_densities(spectrum, &octave[0], &spectrum->rings[0], density);
    add_densities(spectrum, &octave[COARSE_OCTAVE], &spectrum->rings[1],
                  density);
    for (size_t r = 0; r < RINGS; r++) {
        /* Both per px of the tile: a coarse px is 16 of those. */
        double area = r < RINGS - FINE_RINGS ? COARSE_SIZE * COARSE_SIZE : 1;

        out[r] = (float)(LOG_SCALE * log10(density[r] * area + FLOOR));
    }
}
