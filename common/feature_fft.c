/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feature_fft.c - the Fourier transform of blocks of 64 x 64, as many columns
 * side by side as a register holds.
 *
 * 64 = 8 * 8: Cooley & Tukey, Mathematics of Computation 19 (1965): with
 * n = j + 8 k and the frequency m + 8 l, the transforms over k are turned by
 * exp(-2 pi i j m / 64) and transformed over j. Columns first; then the block
 * is turned over, and its rows are columns.
 */
#include <math.h>
#include <string.h>

#include "feature_internal.h"
#include "simd.h"

#define BLOCK AKIN__FFT_EDGE
#define LANES ((size_t)16)
#define HALF_ROOT 0.70710678f
#define PI 3.14159265358979323846

typedef float vec __attribute__((vector_size(4 * LANES)));

struct complex {
    vec r, i;
};

AKIN_INLINE struct complex
add(struct complex a, struct complex b)
{
    return (struct complex){a.r + b.r, a.i + b.i};
}

AKIN_INLINE struct complex
subtract(struct complex a, struct complex b)
{
    return (struct complex){a.r - b.r, a.i - b.i};
}

/* Times -i: a quarter turn. */
AKIN_INLINE struct complex
quarter(struct complex a)
{
    return (struct complex){a.i, -a.r};
}

AKIN_INLINE struct complex
times(struct complex a, float c, float s)
{
    return (struct complex){a.r * c - a.i * s, a.r * s + a.i * c};
}

AKIN_INLINE void
four(struct complex a, struct complex b, struct complex c, struct complex d,
     struct complex out[4])
{
    struct complex ac = add(a, c), a_c = subtract(a, c);
    struct complex bd = add(b, d), b_d = quarter(subtract(b, d));

    out[0] = add(ac, bd);
    out[1] = add(a_c, b_d);
    out[2] = subtract(ac, bd);
    out[3] = subtract(a_c, b_d);
}

/* In place, frequencies in order. */
AKIN_INLINE void
eight(struct complex x[8])
{
    struct complex even[4], odd[4];

    four(x[0], x[2], x[4], x[6], even);
    four(x[1], x[3], x[5], x[7], odd);
    odd[1] = times(odd[1], HALF_ROOT, -HALF_ROOT);
    odd[2] = quarter(odd[2]);
    odd[3] = times(odd[3], -HALF_ROOT, -HALF_ROOT);
    for (size_t k = 0; k < 4; k++) {
        x[k] = add(even[k], odd[k]);
        x[k + 4] = subtract(even[k], odd[k]);
    }
}

AKIN_INLINE struct complex
load(const struct akin__fft_block *block, size_t at)
{
    struct complex c;

    memcpy(&c.r, block->r + at, sizeof(c.r));
    memcpy(&c.i, block->i + at, sizeof(c.i));
    return c;
}

AKIN_INLINE void
store(struct complex c, struct akin__fft_block *block, size_t at)
{
    memcpy(block->r + at, &c.r, sizeof(c.r));
    memcpy(block->i + at, &c.i, sizeof(c.i));
}

/* LANES columns from x on, in place. */
AKIN_INLINE void
transform(const struct akin__fft *fft, struct akin__fft_block *block, size_t x)
{
    struct complex half[8][8], c[8];

    for (size_t j = 0; j < 8; j++) {
        for (size_t k = 0; k < 8; k++)
            c[k] = load(block, (j + 8 * k) * BLOCK + x);
        eight(c);
        for (size_t m = 0; m < 8; m++)
            half[m][j] = times(c[m], fft->cosine[j * m], fft->sine[j * m]);
    }
    for (size_t m = 0; m < 8; m++) {
        eight(half[m]);
        for (size_t l = 0; l < 8; l++)
            store(half[m][l], block, (m + 8 * l) * BLOCK + x);
    }
}

AKIN_SIMD static void
transform_columns(const struct akin__fft *fft, struct akin__fft_block *block)
{
    for (size_t x = 0; x < BLOCK; x += LANES)
        transform(fft, block, x);
}

static void
turn_over(const float *in, float *out)
{
    for (size_t y = 0; y < BLOCK; y++)
        for (size_t x = 0; x < BLOCK; x++)
            out[x * BLOCK + y] = in[y * BLOCK + x];
}

AKIN_SIMD static void
add_squares(const struct akin__fft_block *restrict block, float *restrict power)
{
    for (size_t i = 0; i < BLOCK * BLOCK; i++)
        power[i] += block->r[i] * block->r[i] + block->i[i] * block->i[i];
}

void
akin__fft_init(struct akin__fft *fft)
{
    for (size_t k = 0; k < BLOCK; k++) {
        fft->cosine[k] = (float)cos(-2 * PI * (double)k / BLOCK);
        fft->sine[k] = (float)sin(-2 * PI * (double)k / BLOCK);
    }
}

void
akin__fft_add_power(struct akin__fft *fft, struct akin__fft_block *block,
                    float *power)
{
    transform_columns(fft, block);
    turn_over(block->r, fft->turned.r);
    turn_over(block->i, fft->turned.i);
    transform_columns(fft, &fft->turned);
    add_squares(&fft->turned, power);
}
