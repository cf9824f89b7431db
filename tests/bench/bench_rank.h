/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_rank.h - sets ranked for one image, and figures of merit of rankings.
 */
#ifndef AKIN_BENCH_RANK_H
#define AKIN_BENCH_RANK_H

#include "bench_corpus.h"

/* score[s]: how similar set s is to image i_image, whose own tiles do not
 * count; -INFINITY for a set that has no other tile. vectors: the corpus's
 * descriptors, n_tiles x AKIN_DIM. */
void bench_rank(const struct bench_corpus *corpus, const float *vectors,
                size_t i_image, double *score);

/* Rank of set s by falling score, from 1; ties: the lower number first. left
 * out: set `without` (SIZE_MAX: none), and sets that score -INFINITY. */
size_t bench_rank_of(const double *score, size_t n_sets, size_t without,
                     size_t s);

/* Average precision of the sets marked relevant; *first: is the first one
 * relevant? */
double bench_average_precision(const double *score, size_t n_sets,
                               size_t without, const bool *relevant,
                               bool *first);

#endif
