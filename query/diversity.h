/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diversity.h - hits that are not all the same.
 *
 * How alike two datasets are is the mean of the best matches of a few tiles of
 * each in the other, both ways. Collapse folds near-duplicates into the better
 * hit; diversity orders by maximal marginal relevance (Carbonell & Goldstein,
 * SIGIR 1998, section 2).
 *
 * Threads: no shared state.
 */
#ifndef AKIN_QUERY_DIVERSITY_H
#define AKIN_QUERY_DIVERSITY_H

#include "rank.h"
#include "snapshot.h"

#define AKIN_DIVERSITY_CANDIDATES 200 /* that are ordered anew, at most */
#define AKIN_DIVERSITY_SAME 0.97      /* likeness of near-duplicates */

/* Which hits, in which order. */
struct akin_diverse {
    size_t *hit; /* places in ranked[] */
    size_t n;
    /* fold[i]: the place in ranked[] that ranked[i] is a near-duplicate of, or
     * i itself. n_ranked entries. */
    size_t *fold;
};
void akin_diverse_free(struct akin_diverse *diverse);

/* Chooses k of the ranked datasets, or all that there are; without diversity
 * and collapse it lists all of them.
 *
 * diversity  0: by score; 1: what is most unlike the hits before
 * collapse   leave near-duplicates out, as long as k others are found
 *
 * Free *out with akin_diverse_free. ENOMEM. */
enum akin_status akin_diversity_choose(const struct akin_snapshot *snapshot,
                                       const struct akin_ranked *ranked,
                                       size_t n_ranked, size_t k,
                                       double diversity, bool collapse,
                                       struct akin_diverse *out,
                                       struct akin_error *err) AKIN_MUST_USE;

#endif
