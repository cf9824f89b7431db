/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/vindex.h - which stored vectors are nearest to this one?
 *
 * Knows rows of unit vectors. Knows nothing of images, datasets or messages.
 * Two ways: exact scans over vectors in memory (ours, blocked, vectorised),
 * and an inverted file with 8-bit codes (FAISS IVF, SQ8, inner product) for
 * many rows, re-ranked exactly from the vectors. Similarity is the inner
 * product of unit vectors: 1 same, 0 unrelated, -1 opposite.
 *
 * Threads: any number may search one index; nothing changes it.
 */
#ifndef AKIN_VINDEX_H
#define AKIN_VINDEX_H

#include "akin/bytes.h"

#define AKIN_VINDEX_DIM_MAX ((size_t)1024) /* floats of a row, at most */

/* Best row of each group for each query. Rows of a group are contiguous:
 * group g has rows group_start[g] .. group_start[g+1]-1.
 *
 * vectors   n_rows x dim; n_rows = group_start[n_groups]
 * queries   n_queries x dim
 * skip_row  NULL, or one bit a row (LSB first): rows that do not count
 * want      NULL, or one byte a group: 0 leaves the group out
 * best_sim  out, n_queries x n_groups; -INFINITY for a group with no row
 * best_row  out, the same shape; UINT64_MAX for none. Ties: the lower row. */
void akin_vindex_best_in_groups(const float *vectors, size_t dim,
                                const uint64_t *group_start, size_t n_groups,
                                const float *queries, size_t n_queries,
                                const uint8_t *skip_row, const uint8_t *want,
                                float *best_sim, uint64_t *best_row);

/* The k nearest rows by exact scan, best first; ties: the lower row. Unfilled
 * places: UINT64_MAX and -INFINITY. allowed: NULL, or one bit a row. */
void akin_vindex_exact(const float *vectors, size_t n_rows, size_t dim,
                       const float *queries, size_t n_queries, size_t k,
                       const uint8_t *allowed, uint64_t *rows, float *sims);

struct akin_vindex; /* opaque: an IVF index */

/* Trains on at most train_rows evenly taken rows, adds all in slices, writes
 * to path and syncs it. n_lists 0: chosen by n_rows, about 4 * sqrt(n_rows).
 * Deterministic on one machine. EINVAL: no rows, or more lists than rows to
 * train on. */
struct akin_vindex_build_options {
    size_t n_lists;
    size_t train_rows;
    int threads; /* FAISS threads; 0: all processors */
};
enum akin_status akin_vindex_build(const float *vectors, size_t n_rows,
                                   size_t dim,
                                   const struct akin_vindex_build_options *opt,
                                   const char *path,
                                   struct akin_error *err) AKIN_MUST_USE;

/* Opens what build wrote. ESTALE: other number of rows or other dim. EFORMAT:
 * damaged or cut short (all but the codes is hashed; damaged codes give other
 * candidates, never a crash). The codes are mapped: readers share them, and
 * the file may be unlinked, but not be changed, while it is open. */
enum akin_status akin_vindex_open(const char *path, size_t n_rows, size_t dim,
                                  struct akin_vindex **out,
                                  struct akin_error *err) AKIN_MUST_USE;
void akin_vindex_close(struct akin_vindex *vx);
size_t akin_vindex_lists(const struct akin_vindex *vx);

/* Probes n_probe lists (1..lists) with the 8-bit codes, takes the best
 * k * 4 (at least 64) and re-ranks them exactly with `vectors`. Arguments as
 * akin_vindex_exact. With `allowed`, n_probe is what would do without: more
 * lists are probed, by the factor n_rows / allowed rows. One FAISS thread:
 * parallelism is across requests. */
enum akin_status akin_vindex_search(const struct akin_vindex *vx,
                                    const float *vectors, const float *queries,
                                    size_t n_queries, size_t k, size_t n_probe,
                                    const uint8_t *allowed, uint64_t *rows,
                                    float *sims,
                                    struct akin_error *err) AKIN_MUST_USE;

/* Smallest n_probe whose recall@10 against the exact scan is at least the
 * target on n_sample evenly taken rows as queries (the row itself does not
 * count): without a filter and behind filters that let 10 % and 1 % of the
 * rows through; *recall is the least of the three. All lists when none
 * suffices: compare *recall with the target. */
enum akin_status akin_vindex_calibrate(const struct akin_vindex *vx,
                                       const float *vectors, size_t n_sample,
                                       double target, size_t *n_probe,
                                       double *recall,
                                       struct akin_error *err) AKIN_MUST_USE;

#endif
