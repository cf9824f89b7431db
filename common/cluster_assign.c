/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_assign.c - which centres are nearest?
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "akin/parallel.h"

#include "cluster_internal.h"
#include "vindex_internal.h"

#define SLICE ((size_t)1024) /* vectors that a thread takes at a time */

float *
akin__centres_turn(const float *centres, size_t n_centres, size_t dim)
{
    size_t n_blocks = (n_centres + AKIN__LANES - 1) / AKIN__LANES;
    size_t block = dim * AKIN__LANES;
    float *turned = calloc(n_blocks, block * sizeof(*turned));

    for (size_t b = 0; turned != NULL && b < n_blocks; b++) {
        size_t left = n_centres - b * AKIN__LANES;

        akin__turn(centres + b * AKIN__LANES * dim,
                   left < AKIN__LANES ? left : AKIN__LANES, dim,
                   turned + b * block);
    }
    return turned;
}

/* Puts a centre into a list of the k best, which is kept sorted: k is small.
 * Centres come by number, so equals stay behind. */
static void
offer(uint32_t *cluster, float *similarity, size_t k, uint32_t centre,
      float value)
{
    size_t at = k - 1;

    for (; at > 0 && value > similarity[at - 1]; at--) {
        similarity[at] = similarity[at - 1];
        cluster[at] = cluster[at - 1];
    }
    similarity[at] = value;
    cluster[at] = centre;
}

void
akin__centres_nearest(const struct akin_vectors *in, size_t begin, size_t end,
                      const float *turned, size_t n_centres, size_t k,
                      uint32_t *cluster, float *similarity)
{
    size_t n = end - begin;
    float dots[AKIN__ROWS * AKIN__LANES];

    assert(k > 0 && k <= AKIN__NEAREST_MAX);
    for (size_t i = 0; i < n * k; i++) {
        similarity[i] = -INFINITY;
        cluster[i] = UINT32_MAX;
    }
    for (size_t i = 0; i < n; i += AKIN__ROWS) {
        size_t rows = n - i < AKIN__ROWS ? n - i : AKIN__ROWS;
        const float *held[AKIN__ROWS];

        for (size_t r = 0; r < AKIN__ROWS; r++)
            held[r] = akin__vectors_at(in, begin + i + (r < rows ? r : 0));
        for (size_t c = 0; c < n_centres; c += AKIN__LANES) {
            size_t lanes =
                n_centres - c < AKIN__LANES ? n_centres - c : AKIN__LANES;

            akin__dots(held, in->dim, turned + c * in->dim, dots);
            for (size_t r = 0; r < rows; r++) {
                size_t at = (i + r) * k;

                for (size_t q = 0; q < lanes; q++)
                    if (dots[r * AKIN__LANES + q] > similarity[at + k - 1])
                        offer(cluster + at, similarity + at, k,
                              (uint32_t)(c + q), dots[r * AKIN__LANES + q]);
            }
        }
    }
}

struct assignment {
    const struct akin_vectors *in;
    const float *turned;
    size_t n_centres;
    uint32_t *cluster;
    float *similarity; /* may be NULL */
};

static void
assign_slice(void *ctx, size_t worker, size_t begin, size_t end)
{
    const struct assignment *a = ctx;
    float scratch[SLICE];
    float *similarity = a->similarity == NULL ? scratch : a->similarity + begin;

    (void)worker;
    akin__centres_nearest(a->in, begin, end, a->turned, a->n_centres, 1,
                          a->cluster + begin, similarity);
}

enum akin_status
akin_cluster_assign(const struct akin_vectors *in, const float *centres,
                    size_t n_centres, size_t threads, uint32_t *cluster,
                    float *similarity, struct akin_error *err)
{
    float *turned = akin__centres_turn(centres, n_centres, in->dim);
    struct assignment a = {in, turned, n_centres, cluster, similarity};

    if (turned == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu centres",
                         n_centres);
    akin_parallel_for(in->n, SLICE, threads, assign_slice, &a);
    free(turned);
    return AKIN_OK;
}
