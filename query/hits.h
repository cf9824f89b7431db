/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hits.h - ranked datasets as an answer shows them: what each is, and the pairs
 * of regions that speak for it.
 *
 * Threads: as the reading given.
 */
#ifndef AKIN_QUERY_HITS_H
#define AKIN_QUERY_HITS_H

#include "diversity.h"
#include "finer.h"
#include "question.h"
#include "service_internal.h"

/* The part of a record that a list shows; owned by the caller. */
struct akin_json *akin_hits_brief(const struct akin_json *record);

/* The table that akin_snapshot_best filled, and the ranking made of it. */
struct akin_hits_table {
    const float *sim;             /* n_queries x n_datasets */
    const uint64_t *row;          /* the same shape */
    size_t n_queries, n_datasets; /* tiles of positive examples */
    const struct akin_ranked *ranked;
    size_t n_ranked;
    const struct akin_diverse *order; /* which of ranked, in which order */
};

/* The first k datasets as an array (owned by the caller), each with up to
 * n_evidence pairs, its chance and its explanation. Datasets and images that
 * were removed since the snapshot was taken are passed over. */
enum akin_status akin_hits_json(struct akin_reading *reading,
                                const struct akin_question *question,
                                const struct akin_hits_table *table, size_t k,
                                size_t n_evidence, struct akin_json **out,
                                struct akin_error *err) AKIN_MUST_USE;

/* The same for images or tiles. */
enum akin_status akin_hits_fine(struct akin_reading *reading,
                                const struct akin_question *question,
                                const struct akin_finer *finer,
                                const struct akin_fine *fine, size_t n_fine,
                                size_t k, size_t n_evidence,
                                struct akin_json **out,
                                struct akin_error *err) AKIN_MUST_USE;

#endif
