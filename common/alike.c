/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alike.c - sixteen tiles times sixteen.
 *
 * The tiles of one set lie in the lanes of a vector, an element of a tile of
 * the other set is spread over all lanes: nothing is summed across lanes. Eight
 * independent sums hide the latency of the additions, as in vindex_kernel.c.
 */
#include "akin/alike.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "simd.h"

#define AT_ONCE ((size_t)8) /* tiles of b */

typedef float lanes __attribute__((vector_size(64)));

_Static_assert(sizeof(lanes) == AKIN_ALIKE_TILES * sizeof(float),
               "a vector holds one element of each tile");
_Static_assert(AKIN_ALIKE_TILES % AT_ONCE == 0, "whole turns");

void
akin_alike_turn(const float *const *tile, size_t n, size_t dim, float *out)
{
    assert(n >= 1 && n <= AKIN_ALIKE_TILES);
    memset(out, 0, dim * AKIN_ALIKE_TILES * sizeof(*out));
    for (size_t i = 0; i < n; i++)
        for (size_t d = 0; d < dim; d++)
            out[d * AKIN_ALIKE_TILES + i] = tile[i][d];
}

/* dots[i x AKIN_ALIKE_TILES + lane], of AT_ONCE tiles of b. */
AKIN_SIMD static void
dots_of(const float *turned, const float *const *b, size_t dim, float *dots)
{
    lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    lanes s4 = {0}, s5 = {0}, s6 = {0}, s7 = {0};

    for (size_t d = 0; d < dim; d++) {
        lanes a;

        memcpy(&a, turned + d * AKIN_ALIKE_TILES, sizeof(a));
        s0 += a * b[0][d];
        s1 += a * b[1][d];
        s2 += a * b[2][d];
        s3 += a * b[3][d];
        s4 += a * b[4][d];
        s5 += a * b[5][d];
        s6 += a * b[6][d];
        s7 += a * b[7][d];
    }
    memcpy(dots, &s0, sizeof(s0));
    memcpy(dots + AKIN_ALIKE_TILES, &s1, sizeof(s1));
    memcpy(dots + 2 * AKIN_ALIKE_TILES, &s2, sizeof(s2));
    memcpy(dots + 3 * AKIN_ALIKE_TILES, &s3, sizeof(s3));
    memcpy(dots + 4 * AKIN_ALIKE_TILES, &s4, sizeof(s4));
    memcpy(dots + 5 * AKIN_ALIKE_TILES, &s5, sizeof(s5));
    memcpy(dots + 6 * AKIN_ALIKE_TILES, &s6, sizeof(s6));
    memcpy(dots + 7 * AKIN_ALIKE_TILES, &s7, sizeof(s7));
}

/* The largest of each column and of each row; lanes that are not used hold
 * what is too small to be it. */
AKIN_SIMD static void
largest(const float *dots, size_t n_b, float *of_a, float *of_b)
{
    for (size_t lane = 0; lane < AKIN_ALIKE_TILES; lane++)
        of_a[lane] = -INFINITY;
    for (size_t i = 0; i < n_b; i++) {
        const float *row = dots + i * AKIN_ALIKE_TILES;
        float m[AKIN_ALIKE_TILES];

        for (size_t lane = 0; lane < AKIN_ALIKE_TILES; lane++)
            of_a[lane] = row[lane] > of_a[lane] ? row[lane] : of_a[lane];
        memcpy(m, row, sizeof(m));
        for (size_t step = AKIN_ALIKE_TILES / 2; step > 0; step /= 2)
            for (size_t lane = 0; lane < step; lane++)
                m[lane] = m[lane + step] > m[lane] ? m[lane + step] : m[lane];
        of_b[i] = m[0];
    }
}

static double
mean(const float *value, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)value[i];
    return sum / (double)n;
}

void
akin_alike_pair(const float *turned, size_t n_a, const float *const *b,
                size_t n_b, size_t dim, double *a_in_b, double *b_in_a)
{
    float dots[AKIN_ALIKE_TILES * AKIN_ALIKE_TILES];
    float of_a[AKIN_ALIKE_TILES], of_b[AKIN_ALIKE_TILES];
    const float *full[AKIN_ALIKE_TILES];

    assert(n_a >= 1 && n_a <= AKIN_ALIKE_TILES);
    assert(n_b >= 1 && n_b <= AKIN_ALIKE_TILES);
    for (size_t i = 0; i < AKIN_ALIKE_TILES; i++)
        full[i] = b[i < n_b ? i : 0];
    for (size_t i = 0; i < n_b; i += AT_ONCE)
        dots_of(turned, full + i, dim, dots + i * AKIN_ALIKE_TILES);
    for (size_t i = 0; i < n_b; i++)
        for (size_t lane = n_a; lane < AKIN_ALIKE_TILES; lane++)
            dots[i * AKIN_ALIKE_TILES + lane] = -INFINITY;
    largest(dots, n_b, of_a, of_b);
    *a_in_b = mean(of_a, n_a);
    *b_in_a = mean(of_b, n_b);
}
