/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feature_fourier.c - the transform of a 64 x 64 block, many columns at a time.
 *
 * 64 = 8 x 8 (Cooley & Tukey, Mathematics of Computation 19 (1965)): with
 * n = 8 a + b and k = c + 8 d the sum over n is one over a, a turn by
 * b c / 64, and one over b. All columns take the same steps, so that a vector
 * register holds as many columns as it has lanes. Then the block is transposed
 * and the same is done again.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "feature_internal.h"
#include "simd.h"

#define EDGE ((size_t)AKIN__FOURIER_EDGE)
#define ROOT ((size_t)8)
#define LANES ((size_t)16)
#define QUAD ((size_t)4)
#define HALF_ROOT 0.70710678118654752f /* sin and cos of an eighth turn */
#define PI 3.14159265358979323846

typedef float vec __attribute__((vector_size(4 * LANES)));
typedef float quad __attribute__((vector_size(4 * QUAD)));

struct complexes {
    vec re, im;
};

AKIN_INLINE struct complexes
load(const struct akin__block *block, size_t at)
{
    struct complexes z;

    memcpy(&z.re, block->re + at, sizeof(z.re));
    memcpy(&z.im, block->im + at, sizeof(z.im));
    return z;
}

AKIN_INLINE void
store(struct complexes z, struct akin__block *block, size_t at)
{
    memcpy(block->re + at, &z.re, sizeof(z.re));
    memcpy(block->im + at, &z.im, sizeof(z.im));
}

AKIN_INLINE struct complexes
plus(struct complexes a, struct complexes b)
{
    return (struct complexes){a.re + b.re, a.im + b.im};
}

AKIN_INLINE struct complexes
minus(struct complexes a, struct complexes b)
{
    return (struct complexes){a.re - b.re, a.im - b.im};
}

/* A quarter turn clockwise: times -i. */
AKIN_INLINE struct complexes
quarter(struct complexes z)
{
    return (struct complexes){z.im, -z.re};
}

/* Four numbers, `step` apart, to their transform, in order. */
AKIN_INLINE void
four(const struct complexes *z, size_t step, struct complexes out[4])
{
    struct complexes a = plus(z[0], z[2 * step]);
    struct complexes b = minus(z[0], z[2 * step]);
    struct complexes c = plus(z[step], z[3 * step]);
    struct complexes d = quarter(minus(z[step], z[3 * step]));

    out[0] = plus(a, c);
    out[1] = plus(b, d);
    out[2] = minus(a, c);
    out[3] = minus(b, d);
}

AKIN_INLINE void
eight(struct complexes z[ROOT])
{
    struct complexes even[4], odd[4], t;

    four(z, 2, even);
    four(z + 1, 2, odd);
    t = odd[1]; /* an eighth of a turn, two, three */
    odd[1] = (struct complexes){(t.re + t.im) * HALF_ROOT,
                                (t.im - t.re) * HALF_ROOT};
    odd[2] = quarter(odd[2]);
    t = odd[3];
    odd[3] = (struct complexes){(t.im - t.re) * HALF_ROOT,
                                (t.re + t.im) * -HALF_ROOT};
    for (size_t k = 0; k < 4; k++) {
        z[k] = plus(even[k], odd[k]);
        z[k + 4] = minus(even[k], odd[k]);
    }
}

/* LANES columns from x on. */
AKIN_INLINE void
columns(const struct akin__fourier *plan, struct akin__block *block, size_t x)
{
    struct complexes z[ROOT];

    for (size_t b = 0; b < ROOT; b++) {
        for (size_t a = 0; a < ROOT; a++)
            z[a] = load(block, (ROOT * a + b) * EDGE + x);
        eight(z);
        for (size_t c = 0; c < ROOT; c++) {
            float re = plan->re[b][c], im = plan->im[b][c];
            struct complexes turned = {z[c].re * re - z[c].im * im,
                                       z[c].re * im + z[c].im * re};

            store(turned, block, (ROOT * c + b) * EDGE + x);
        }
    }
    for (size_t c = 0; c < ROOT; c++) {
        for (size_t b = 0; b < ROOT; b++)
            z[b] = load(block, (ROOT * c + b) * EDGE + x);
        eight(z);
        for (size_t d = 0; d < ROOT; d++)
            store(z[d], block, (ROOT * c + d) * EDGE + x);
    }
}

AKIN_SIMD static void
all_columns(const struct akin__fourier *plan, struct akin__block *block)
{
    for (size_t x = 0; x < EDGE; x += LANES)
        columns(plan, block, x);
}

/* 4 x 4 numbers at `from` and at `to`, turned into each other's place. */
AKIN_INLINE void
swap_quads(float *from, float *to)
{
    float *const place[2] = {from, to};
    quad out[2][QUAD];

    for (size_t p = 0; p < 2; p++) {
        quad row[QUAD], a, b, c, d;

        for (size_t i = 0; i < QUAD; i++)
            memcpy(&row[i], place[p] + i * EDGE, sizeof(quad));
        a = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
        b = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
        c = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
        d = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
        out[p][0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
        out[p][1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
        out[p][2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
        out[p][3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
    }
    for (size_t i = 0; i < QUAD; i++) {
        memcpy(to + i * EDGE, &out[0][i], sizeof(quad));
        memcpy(from + i * EDGE, &out[1][i], sizeof(quad));
    }
}

static void
transpose(float *px)
{
    for (size_t y = 0; y < EDGE; y += QUAD)
        for (size_t x = 0; x <= y; x += QUAD)
            swap_quads(px + y * EDGE + x, px + x * EDGE + y);
}

void
akin__fourier_init(struct akin__fourier *plan)
{
    for (size_t b = 0; b < ROOT; b++)
        for (size_t c = 0; c < ROOT; c++) {
            double turn = -2 * PI * (double)(b * c) / (double)EDGE;

            plan->re[b][c] = (float)cos(turn);
            plan->im[b][c] = (float)sin(turn);
        }
}

size_t
akin__fourier_frequency(size_t i)
{
    assert(i < EDGE);
    return i / ROOT + ROOT * (i % ROOT);
}

void
akin__fourier(const struct akin__fourier *plan, struct akin__block *block)
{
    all_columns(plan, block);
    transpose(block->re);
    transpose(block->im);
    all_columns(plan, block);
}
