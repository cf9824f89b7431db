/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_internal.h - centres laid out for the kernel, and the nearest few of
 * them: what clustering and the search for pairs share.
 */
#ifndef AKIN_CLUSTER_INTERNAL_H
#define AKIN_CLUSTER_INTERNAL_H

#include "akin/cluster.h"

static inline const float *
akin__vectors_at(const struct akin_vectors *in, size_t i)
{
    return in->vectors + (in->row == NULL ? i : in->row[i]) * in->dim;
}

/* Centres as akin__dots wants them: blocks of AKIN__LANES. NULL: no memory.
 * The caller frees with free(). */
float *akin__centres_turn(const float *centres, size_t n_centres, size_t dim);

#define AKIN__NEAREST_MAX 16

/* The k (1..AKIN__NEAREST_MAX) nearest centres of vectors begin..end-1, best
 * first; ties: the lower number. cluster, similarity: out, (end - begin) x k;
 * places beyond n_centres become UINT32_MAX and -INFINITY. */
void akin__centres_nearest(const struct akin_vectors *in, size_t begin,
                           size_t end, const float *turned, size_t n_centres,
                           size_t k, uint32_t *cluster, float *similarity);

#endif
