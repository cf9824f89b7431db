/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context.h - a ranking, seen again in the company of its first datasets.
 *
 * One image says little about a dataset; the datasets that stand first say more
 * about what was meant. So the score of a dataset is joined with how like the
 * first ones it is: one step of ranking on a manifold (Zhou et al., Ranking on
 * Data Manifolds, NIPS 2003, section 2), over the first POOL datasets only and
 * with a few tiles standing for each, so that it costs the same however large
 * the store is (a fraction of a ms; how like two datasets are is remembered).
 *
 *   d(a,b)  mean over the tiles of a of the best match in b, and of b in a;
 *           the mean of both
 *   p(a)    share of a among the first LEADERS: exp(SHARPNESS * similarity)
 *   score   (1 - WEIGHT) * similarity + WEIGHT * sum over a of p(a) * d(a,b),
 *           with d(b,b) = 1; then all alike moved by as much as gives the
 *           first one its similarity for a score
 *
 * When finding, SIZE * ln(tiles) comes off first: the best of many matches is
 * good by chance alone. When exploring, a part of how well every dataset of the
 * pool matches b comes off: what is near to everything is near to nothing in
 * particular (hubs; Radovanovic et al., JMLR 2010). Figures:
 * tests/bench/README.md.
 */
#ifndef AKIN_QUERY_CONTEXT_H
#define AKIN_QUERY_CONTEXT_H

#include "akin/error.h"
#include "company.h"
#include "rank.h"

#define AKIN_CONTEXT_POOL ((size_t)64)
#define AKIN_CONTEXT_TILES ((size_t)16) /* that stand for a dataset */

/* Tiles of the first n_pool ranked datasets, at most AKIN_CONTEXT_POOL. */
struct akin_context {
    /* start[n_pool] tiles of AKIN_DIM floats, unit length, at most
     * AKIN_CONTEXT_TILES of a dataset */
    const float *const *tile;
    const uint64_t *start; /* n_pool + 1: dataset i has start[i].. */
    const uint64_t *size;  /* n_pool: tiles each dataset has in all */
    size_t n_pool;
    struct akin_company *company; /* NULL: nothing is remembered */
    const uint64_t *name; /* n_pool: of the samples; unused without company */
};

/* Gives the ranked datasets new scores and their new order; what is not in the
 * pool stays behind it, in its order. tie as in akin_rank. ENOMEM. */
enum akin_status akin_context_rank(const struct akin_context *context,
                                   enum akin_intent intent, const uint32_t *tie,
                                   struct akin_ranked *ranked, size_t n,
                                   struct akin_error *err) AKIN_MUST_USE;

#endif
