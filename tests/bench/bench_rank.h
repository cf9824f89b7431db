/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_rank.h - sets ranked for one image by the code that answers queries
 * (exact scan, akin_rank, akin_context_rank), and figures of rankings.
 */
#ifndef AKIN_BENCH_RANK_H
#define AKIN_BENCH_RANK_H

#include "bench_corpus.h"
#include "rank.h"

/* The corpus's tiles as descriptors, each set a dataset. Start from {0}. */
struct bench_database {
    const struct bench_corpus *corpus;
    float *vectors;  /* n_tiles x AKIN_DIM */
    uint64_t *start; /* n_sets + 1 */
};
void bench_database_make(const struct bench_corpus *corpus,
                         const struct akin_projection *projection,
                         struct bench_database *out);
void bench_database_free(struct bench_database *database);

/* One image's answer, n_sets each. */
struct bench_ranking {
    double *score;  /* -INFINITY: not answered */
    uint64_t *tile; /* the stored tile that matches best; UINT64_MAX: none */
};
void bench_ranking_new(size_t n_sets, struct bench_ranking *out);
void bench_ranking_free(struct bench_ranking *ranking);

/* Asks with image i_image, whose own tiles are not there; nor is set `without`
 * (SIZE_MAX: none). */
enum akin_status bench_rank(const struct bench_database *database,
                            size_t i_image, size_t without,
                            enum akin_intent intent, struct bench_ranking *out,
                            struct akin_error *err) AKIN_MUST_USE;

/* Rank of set s by falling score, from 1; ties: the lower number first. Sets
 * that score -INFINITY stand behind. */
size_t bench_rank_of(const double *score, size_t n_sets, size_t s);

/* Average precision of the sets marked relevant; *first: is the first one
 * relevant? */
double bench_average_precision(const double *score, size_t n_sets,
                               const bool *relevant, bool *first);

#endif
