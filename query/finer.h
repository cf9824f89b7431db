/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finer.h - images or tiles as hits, instead of datasets.
 *
 * The score of an image is the mean, over the tiles asked with, of the
 * similarity of its best tile; that of a tile is its similarity to the nearest
 * tile asked with. No image scores higher than its dataset, so datasets are
 * looked into in the order of that bound, and no further than needed (the
 * threshold algorithm; Fagin, Lotem & Naor, PODS 2001, section 4): k hits are
 * exactly the best k.
 *
 * Threads: as the snapshot.
 */
#ifndef AKIN_QUERY_FINER_H
#define AKIN_QUERY_FINER_H

#include "question.h"
#include "snapshot.h"

enum akin_by { AKIN_BY_DATASET, AKIN_BY_IMAGE, AKIN_BY_TILE };

struct akin_fine {
    size_t dataset; /* position */
    uint32_t image; /* number */
    double score;
    uint64_t row; /* of a tile hit; UINT64_MAX of an image */
    size_t query; /* the question's tile that a tile hit is nearest to */
};

/* What is searched: the table that akin_snapshot_best filled for it. */
struct akin_finer {
    const struct akin_snapshot *snapshot;
    const float *queries; /* n_queries x AKIN_DIM: positive examples */
    const float *sim;     /* n_queries x n_datasets; -INFINITY: unwanted */
    size_t n_queries, n_datasets;
    const uint32_t *skip; /* images that do not count */
    size_t n_skip;
};

/* The best k, best first; ties: the image that came first, then the row. *out
 * is owned by the caller (free). */
enum akin_status akin_finer_rank(const struct akin_finer *finer,
                                 enum akin_by by, size_t k,
                                 struct akin_fine **out, size_t *n,
                                 struct akin_error *err) AKIN_MUST_USE;

/* For each query tile the best row of one image: what akin_snapshot_best is for
 * a dataset. sim, row: n_queries. */
enum akin_status akin_finer_image(const struct akin_finer *finer,
                                  const struct akin_fine *hit, float *sim,
                                  uint64_t *row,
                                  struct akin_error *err) AKIN_MUST_USE;

#endif
