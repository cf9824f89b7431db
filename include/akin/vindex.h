/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/vindex.h - which stored vectors are nearest to this one?
 *
 * Knows rows of unit vectors. Knows nothing of images, datasets or messages.
 * Two ways: exact scans over vectors in memory (blocked, vectorised), and an
 * inverted file (Jegou, Douze, Schmid, TPAMI 2011, section IV: rows in the list
 * of the nearest of many centres) with 8-bit codes, re-ranked exactly from the
 * vectors. FAISS finds the centres, the rest is ours: codes lie in blocks that
 * one instruction multiplies with sixteen rows, the query tiles of one request
 * go through a list together, and files are mapped. Similarity is the inner
 * product of unit vectors: 1 same, 0 unrelated, -1 opposite.
 *
 * Which way a search takes behind a filter is planned with a model that is
 * measured when the index is published, on that machine: akin_vindex_plan.
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

struct akin_vindex; /* opaque: an inverted file */

/* Trains on at least train_rows evenly taken rows (more when there are many
 * lists, never more than n_rows), writes all to path in slices and syncs it.
 * n_lists 0: chosen by n_rows. The same rows give the same bytes on one
 * machine. Memory: the training rows, and 6 bytes a row. EINVAL: no rows, more
 * than 2^32 - 2, or more lists than rows to train on. */
struct akin_vindex_build_options {
    size_t n_lists;
    size_t train_rows;
    int threads; /* 0: all processors */
};
enum akin_status akin_vindex_build(const float *vectors, size_t n_rows,
                                   size_t dim,
                                   const struct akin_vindex_build_options *opt,
                                   const char *path,
                                   struct akin_error *err) AKIN_MUST_USE;

/* Opens what build wrote. ESTALE: other number of rows or other dim. EFORMAT:
 * damaged or cut short (all but the codes and row numbers is hashed; damage
 * there gives other candidates, never a crash). The file is mapped: readers
 * share it, and it may be unlinked, but not be changed, while it is open. */
enum akin_status akin_vindex_open(const char *path, size_t n_rows, size_t dim,
                                  struct akin_vindex **out,
                                  struct akin_error *err) AKIN_MUST_USE;
void akin_vindex_close(struct akin_vindex *vx);
size_t akin_vindex_lists(const struct akin_vindex *vx);
/* Where the file is mapped, for those who want it in memory early. */
struct akin_span akin_vindex_mapped(const struct akin_vindex *vx);
/* The part of it that is read only where lists are looked into. */
struct akin_span akin_vindex_mapped_lists(const struct akin_vindex *vx);

/* A filter: how many rows pass, in how many runs of contiguous rows. When
 * groups are asked for: how many, and how many are to be sure; else 0. */
struct akin_vindex_filter {
    uint64_t n_rows, n_runs;
    size_t n_groups, sure;
};
struct akin_vindex_filter akin_vindex_look(const uint8_t *allowed,
                                           size_t n_rows);

/* How far a search goes: n_first lists, the most promising, in any case; then
 * as long as the next may hold something within `margin` (of similarity) of the
 * k-th best found so far. INFINITY: into all lists. */
struct akin_vindex_effort {
    size_t n_first;
    float margin;
};

/* For each query: looks into lists as `effort` says. Takes the best k + k / 4
 * (at least k
 * + 54) rows by 8-bit codes and re-ranks them exactly with `vectors`. Arguments
 * as akin_vindex_exact. Behind a filter it goes on by itself until k allowed
 * rows are found or every list was seen. filter: what akin_vindex_look says of
 * `allowed`, for those who know; or NULL. One thread. EINVAL: margin is no
 * number, or n_first 0. */
enum akin_status
akin_vindex_search(const struct akin_vindex *vx, const float *vectors,
                   const float *queries, size_t n_queries, size_t k,
                   struct akin_vindex_effort effort, const uint8_t *allowed,
                   const struct akin_vindex_filter *filter, uint64_t *rows,
                   float *sims, struct akin_error *err) AKIN_MUST_USE;

/* The same by scanning the 8-bit codes of all rows that pass. */
enum akin_status akin_vindex_scan(const struct akin_vindex *vx,
                                  const float *vectors, const float *queries,
                                  size_t n_queries, size_t k,
                                  const uint8_t *allowed, uint64_t *rows,
                                  float *sims,
                                  struct akin_error *err) AKIN_MUST_USE;

enum akin_vindex_way {
    AKIN_VINDEX_EXACT, /* akin_vindex_exact, akin_vindex_best_in_groups */
    AKIN_VINDEX_SCAN,  /* codes of all rows that pass, then vectors */
    AKIN_VINDEX_PROBE  /* codes of some lists, then vectors */
};

/* As akin_vindex_best_in_groups, by codes, for the groups with the highest sums
 * over the queries; other groups have upper bounds in best_sim and UINT64_MAX
 * in best_row. Both ways hold groups against each other by such bounds, and
 * look for the best rows of a group (by codes, then by vectors) only until no
 * other can have one of the `sure` highest sums (as the threshold algorithm of
 * Fagin, Lotem and Naor, J. Comput. Syst. Sci. 2003, section 4, stops).
 * Scanning, the bound of a group is its best code. Probing, each query fetches
 * its best n_fetch rows as akin_vindex_search does; their groups are looked at
 * and left out of the next fetch, and the worst fetched is the bound of the
 * rest. */
struct akin_vindex_grouping {
    enum akin_vindex_way way;         /* SCAN or PROBE */
    struct akin_vindex_effort effort; /* of probing */
    size_t n_fetch, sure;
};
/* n_lists: out, lists looked into, for all queries together; may be NULL. */
enum akin_status akin_vindex_search_groups(
    const struct akin_vindex *vx, const float *vectors,
    const uint64_t *group_start, size_t n_groups, const float *queries,
    size_t n_queries, const uint8_t *skip_row, const uint8_t *want,
    const struct akin_vindex_grouping *how, float *best_sim, uint64_t *best_row,
    uint64_t *n_lists, struct akin_error *err) AKIN_MUST_USE;

/* --- planning --- */

#define AKIN_VINDEX_WIDTHS ((size_t)5)
/* Parts of the rows that filters of these widths let through: 1, 0.3, 0.1,
 * 0.03, 0.01. */
extern const double akin_vindex_width[AKIN_VINDEX_WIDTHS];

/* What was measured. n_probe: lists a query looks into behind a filter of each
 * width, in the mean, [0] that lets single rows through, [1] that lets runs of
 * rows through (whole datasets); 0: there are too few rows to tell. Costs are
 * of one query: [0] alone, [1] among AKIN_VINDEX_MANY. */
#define AKIN_VINDEX_MANY ((size_t)8)
struct akin_vindex_model {
    size_t n_lists; /* of the index */
    double n_probe[2][AKIN_VINDEX_WIDTHS];
    struct akin_vindex_effort effort;
    double recall;       /* recall@10 with it, the least behind any filter */
    double row_ns[2];    /* exact scan of a row, rows in runs */
    double gather_ns[2]; /* the same, single rows */
    double block_ns[2];  /* scan of the codes of sixteen rows */
    double list_ns[2];   /* probing one more list */
    double query_ns[2];  /* probing: what a query costs besides the lists */
};

struct akin_vindex_plan {
    enum akin_vindex_way way;
    double n_probe; /* expected lists, a query; 0: not known */
    /* expected, a query; < 0: cannot */
    double exact_us, scan_us, probe_us;
};
/* The cheapest way for n_queries queries of one request. Every row passing is a
 * filter, too. */
void akin_vindex_plan(const struct akin_vindex_model *model, size_t n_rows,
                      const struct akin_vindex_filter *filter, size_t n_queries,
                      struct akin_vindex_plan *out);

/* Measures the model with n_sample evenly taken rows as queries (the row itself
 * does not count): the smallest effort with which recall@10 against the exact
 * scan is at least the target behind filters of all widths, and what things
 * cost here. Costs differ from run to run, the effort does not. Where not even
 * all lists reach the target, recall is below it. EINVAL: n_sample 0. */
enum akin_status akin_vindex_calibrate(const struct akin_vindex *vx,
                                       const float *vectors, size_t n_sample,
                                       double target,
                                       struct akin_vindex_model *model,
                                       struct akin_error *err) AKIN_MUST_USE;

#endif
