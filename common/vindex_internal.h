/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_internal.h - what the files of the vindex room share: the kernel that
 * multiplies, the list of the k best, and the two doors to FAISS.
 */
#ifndef AKIN_VINDEX_INTERNAL_H
#define AKIN_VINDEX_INTERNAL_H

#include <stdio.h>

#include "akin/vindex.h"

/* Rows and queries that the kernel multiplies at once. */
#define AKIN__ROWS ((size_t)8)
#define AKIN__LANES ((size_t)8)

/* out[r * AKIN__LANES + q] = inner product of rows[r] and query q.
 *
 * rows     AKIN__ROWS pointers to dim floats; repeat one to fill up
 * queries  dim x AKIN__LANES, turned (akin__turn): lane q of line d is element
 *          d of query q
 *
 * Each product is added in the order of d, without fused multiply-add, so that
 * the sums are those of the plain loop, bit by bit, on every machine. */
void akin__dots(const float *const *rows, size_t dim, const float *queries,
                float *out);

/* n (at most AKIN__LANES) queries of dim floats as akin__dots wants them;
 * lanes that are not used become 0. */
void akin__turn(const float *queries, size_t n, size_t dim, float *out);

/* The k best seen so far: a heap in the caller's arrays whose root is the worst
 * of them. Better is: more similar, or as similar with a lower row. Start with
 * clear, finish with sort (best first). */
void akin__best_clear(uint64_t *rows, float *sims, size_t k);
void akin__best_offer(uint64_t *rows, float *sims, size_t k, uint64_t row,
                      float sim);
void akin__best_sort(uint64_t *rows, float *sims, size_t k);

/* vindex_faiss.c: the fetch best rows of one query by 8-bit codes, in no
 * promised order; fewer than fetch: UINT64_MAX. */
enum akin_status akin__ivf_fetch(const struct akin_vindex *vx,
                                 const float *query, size_t fetch,
                                 size_t n_probe, const uint8_t *allowed,
                                 float *sims, int64_t *rows,
                                 struct akin_error *err);
size_t akin__ivf_rows(const struct akin_vindex *vx);
size_t akin__ivf_dim(const struct akin_vindex *vx);

#endif
