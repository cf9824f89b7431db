/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rank.h - matches of tiles to a ranking of datasets, with evidence.
 *
 * Late interaction (MaxSim; Khattab & Zaharia, SIGIR 2020, section 3.3): the
 * score of a dataset is the mean, over the query's tiles, of the similarity of
 * the best matching tile in that dataset. When exploring the mean is a soft
 * minimum (-log mean exp(-5 s) / 5): a tile that matches nothing there counts
 * more than one that matches very well. Pure arithmetic on the table that
 * akin_snapshot_best gives; query/context.h goes on from there.
 */
#ifndef AKIN_QUERY_RANK_H
#define AKIN_QUERY_RANK_H

#include "akin/bytes.h"

/* What the person who asks is after. */
enum akin_intent {
    AKIN_INTENT_FIND,   /* this very dataset, or this very specimen */
    AKIN_INTENT_EXPLORE /* datasets like it, from wherever */
};

struct akin_ranked {
    size_t dataset;    /* position, as in the table */
    double score;      /* what it is ranked by, about -1..1 */
    double similarity; /* to the query alone: before any context */
};

/* Ranks every dataset with a finite score, best first; ties: by tie[] (the
 * dataset number), smaller first. Writes at most n_datasets entries, gives back
 * how many. */
size_t akin_rank(const float *sim, size_t n_queries, size_t n_datasets,
                 const uint32_t *tie, enum akin_intent intent,
                 struct akin_ranked *out);

/* Best first; ties as in akin_rank. */
void akin_rank_sort(struct akin_ranked *entry, size_t n, const uint32_t *tie);

struct akin_pair {
    size_t query; /* query tile */
    uint64_t row; /* stored tile */
    float similarity;
};

/* The best pairs of one dataset, best first, at most max, never the same row
 * twice; gives back how many. */
size_t akin_rank_evidence(const float *sim, const uint64_t *row,
                          size_t n_queries, size_t n_datasets, size_t dataset,
                          struct akin_pair *out, size_t max);

#endif
