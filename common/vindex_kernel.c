/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_kernel.c - eight rows times eight queries, or times one.
 *
 * The queries lie in the lanes of a vector register and a row's element is
 * spread over all lanes, so nothing has to be summed across lanes. Eight
 * independent sums hide the latency of the additions. gcc makes two versions,
 * for any x86-64 and for AVX2, and the loader picks; both add in the same
 * order, so both give the same bits.
 */
#include <math.h>
#include <string.h>

#include "simd.h"
#include "vindex_internal.h"

typedef float lanes __attribute__((vector_size(32)));

_Static_assert(sizeof(lanes) == AKIN__LANES * sizeof(float),
               "a vector holds one element of each query");

AKIN_SIMD void
akin__dots(const float *const *rows, size_t dim, const float *queries,
           float *out)
{
    lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    lanes s4 = {0}, s5 = {0}, s6 = {0}, s7 = {0};

    for (size_t d = 0; d < dim; d++) {
        lanes q;

        memcpy(&q, queries + d * AKIN__LANES, sizeof(q));
        s0 += q * rows[0][d];
        s1 += q * rows[1][d];
        s2 += q * rows[2][d];
        s3 += q * rows[3][d];
        s4 += q * rows[4][d];
        s5 += q * rows[5][d];
        s6 += q * rows[6][d];
        s7 += q * rows[7][d];
    }
    memcpy(out, &s0, sizeof(s0));
    memcpy(out + AKIN__LANES, &s1, sizeof(s1));
    memcpy(out + 2 * AKIN__LANES, &s2, sizeof(s2));
    memcpy(out + 3 * AKIN__LANES, &s3, sizeof(s3));
    memcpy(out + 4 * AKIN__LANES, &s4, sizeof(s4));
    memcpy(out + 5 * AKIN__LANES, &s5, sizeof(s5));
    memcpy(out + 6 * AKIN__LANES, &s6, sizeof(s6));
    memcpy(out + 7 * AKIN__LANES, &s7, sizeof(s7));
}

/* Turns eight rows of eight elements into eight elements of eight rows. */
AKIN_INLINE void
turn_eight(lanes *v)
{
    lanes a[8], b[8];

    for (int i = 0; i < 8; i += 2) {
        a[i] =
            __builtin_shufflevector(v[i], v[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        a[i + 1] =
            __builtin_shufflevector(v[i], v[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int i = 0; i < 8; i += 4) {
        b[i] =
            __builtin_shufflevector(a[i], a[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        b[i + 1] =
            __builtin_shufflevector(a[i], a[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        b[i + 2] = __builtin_shufflevector(a[i + 1], a[i + 3], 0, 1, 8, 9, 4, 5,
                                           12, 13);
        b[i + 3] = __builtin_shufflevector(a[i + 1], a[i + 3], 2, 3, 10, 11, 6,
                                           7, 14, 15);
    }
    for (int i = 0; i < 4; i++) {
        v[i] =
            __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        v[i + 4] =
            __builtin_shufflevector(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* The rows lie in the lanes: sums are added in the order of d here, too. */
AKIN_SIMD void
akin__dots_one(const float *const *rows, size_t dim, const float *query,
               float *out)
{
    lanes sum = {0};
    size_t d = 0;

    for (; d + 8 <= dim; d += 8) {
        lanes v[8];

        for (int r = 0; r < 8; r++)
            memcpy(&v[r], rows[r] + d, sizeof(v[r]));
        turn_eight(v);
        for (int j = 0; j < 8; j++)
            sum += v[j] * query[d + (size_t)j];
    }
    for (; d < dim; d++)
        for (int r = 0; r < 8; r++)
            sum[r] += rows[r][d] * query[d];
    memcpy(out, &sum, sizeof(sum));
}

void
akin__turn(const float *queries, size_t n, size_t dim, float *out)
{
    memset(out, 0, dim * AKIN__LANES * sizeof(*out));
    for (size_t q = 0; q < n; q++)
        for (size_t d = 0; d < dim; d++)
            out[d * AKIN__LANES + q] = queries[q * dim + d];
}

void
akin__best_clear(uint64_t *rows, float *sims, size_t k)
{
    for (size_t i = 0; i < k; i++) {
        rows[i] = UINT64_MAX;
        sims[i] = -INFINITY;
    }
}

static bool
is_worse(uint64_t row_a, float sim_a, uint64_t row_b, float sim_b)
{
    return sim_a < sim_b || (sim_a == sim_b && row_a > row_b);
}

/* Puts (row, sim) into the heap of k places whose root has become free. */
static void
sift_down(uint64_t *rows, float *sims, size_t k, uint64_t row, float sim)
{
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= k)
            break;
        if (child + 1 < k && is_worse(rows[child + 1], sims[child + 1],
                                      rows[child], sims[child]))
            child++;
        if (!is_worse(rows[child], sims[child], row, sim))
            break;
        rows[at] = rows[child];
        sims[at] = sims[child];
        at = child;
    }
    rows[at] = row;
    sims[at] = sim;
}

void
akin__best_offer(uint64_t *rows, float *sims, size_t k, uint64_t row, float sim)
{
    /* Written so that what is not a number never enters. */
    if (k > 0 && is_worse(rows[0], sims[0], row, sim))
        sift_down(rows, sims, k, row, sim);
}

/* Heap sort (Williams, CACM 1964, algorithm 232): the worst goes last. */
void
akin__best_sort(uint64_t *rows, float *sims, size_t k)
{
    for (size_t n = k; n > 1; n--) {
        uint64_t row = rows[n - 1];
        float sim = sims[n - 1];

        rows[n - 1] = rows[0];
        sims[n - 1] = sims[0];
        sift_down(rows, sims, n - 1, row, sim);
    }
}
