/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.h - what one request sees of a store: a generation, the tail of what
 * was added since, and a mask over what was removed.
 *
 * A snapshot is immutable and counted. acquire looks whether the store has
 * changed (one cheap call) and makes a new snapshot when it has; requests under
 * way keep theirs. So a dataset is findable the moment its transaction commits,
 * and a new generation is taken over without a restart.
 *
 * All tiles lie in one row space, grouped by dataset: base rows of the
 * generation, then tail rows. A dataset has one group in each part.
 *
 * Threads: acquire and release from any thread; a snapshot may be read by many.
 */
#ifndef AKIN_QUERY_SNAPSHOT_H
#define AKIN_QUERY_SNAPSHOT_H

#include "akin/config.h"
#include "akin/generation.h"

struct akin_snapshots; /* opaque: the source of snapshots of one store */

enum akin_status akin_snapshots_open(const char *store_dir,
                                     const struct akin_config *config,
                                     struct akin_snapshots **out,
                                     struct akin_error *err) AKIN_MUST_USE;
void akin_snapshots_close(struct akin_snapshots *source);

/* The store, for those who need records and no tiles: no snapshot is made. It
 * stays open while the source does. */
struct akin_store *akin_snapshots_store(const struct akin_snapshots *source);

struct akin_snapshot; /* opaque */
enum akin_status akin_snapshot_acquire(struct akin_snapshots *source,
                                       struct akin_snapshot **out,
                                       struct akin_error *err) AKIN_MUST_USE;
void akin_snapshot_release(struct akin_snapshot *snapshot);

/* The store, for records (begin own short read transactions). */
struct akin_store *akin_snapshot_store(const struct akin_snapshot *snapshot);
const struct akin_projection *
akin_snapshot_projection(const struct akin_snapshot *snapshot);
/* 0: nothing published yet; everything is in the tail, projected with the
 * built-in projection. */
uint32_t akin_snapshot_generation(const struct akin_snapshot *snapshot);
/* "FEATURES/nw64-..." */
const char *akin_snapshot_descriptor(const struct akin_snapshot *snapshot);

struct akin_snapshot_counts {
    uint64_t n_datasets; /* living, with or without images */
    uint64_t n_images, n_tiles, n_tail_tiles, n_quarantined;
};
void akin_snapshot_counts(const struct akin_snapshot *snapshot,
                          struct akin_snapshot_counts *out);

/* Datasets that have images here, by position 0..n-1, ascending number. */
size_t akin_snapshot_n_datasets(const struct akin_snapshot *snapshot);
uint32_t akin_snapshot_dataset(const struct akin_snapshot *snapshot, size_t i);

/* Which image, and which of its tiles, a row is. */
void akin_snapshot_row(const struct akin_snapshot *snapshot, uint64_t row,
                       uint32_t *image, uint32_t *tile);

/* For each query tile and dataset the best matching row. Afterwards, vectors
 * that this process holds beyond index.resident_bytes are let go of.
 *
 * queries   n_queries x AKIN_DIM
 * want      NULL, or one byte a dataset position
 * exclude   image numbers that do not count (n_exclude)
 * sim, row  out, n_queries x n_datasets. Where IVF did not reach a dataset,
 *           sim is an upper bound (the worst similarity fetched) and row is
 *           UINT64_MAX; the first 64 datasets by mean have no such places.
 * plan      out, AKIN_PLAN_TEXT bytes: "exact", "scan" (of codes), or
 *           with the lists probed first "ivf 24 of 4000 lists" */
#define AKIN_PLAN_TEXT ((size_t)48)
enum akin_status akin_snapshot_best(const struct akin_snapshot *snapshot,
                                    const float *queries, size_t n_queries,
                                    const uint8_t *want,
                                    const uint32_t *exclude, size_t n_exclude,
                                    float *sim, uint64_t *row, char *plan,
                                    struct akin_error *err) AKIN_MUST_USE;

/* How the generation is searched; n_lists 0: exactly, whatever the filter. */
struct akin_snapshot_index {
    size_t n_lists;
    uint64_t exact_below; /* tiles: the setting */
    const struct akin_vindex_model *model;
};
void akin_snapshot_index(const struct akin_snapshot *snapshot,
                         struct akin_snapshot_index *out);

/* Where samples of n datasets go, all the caller's:
 *
 * tile      room for n * max: the tiles, AKIN_DIM floats each, of the snapshot
 * start     n + 1: dataset i has start[i] .. start[i + 1] - 1 of tile (none
 *           when all its images are excluded)
 * size      n: the tiles each dataset has in all
 * name      n: of the sample: the same tiles, described the same way, have the
 *           same one in every snapshot of the store, and others another (64
 *           bits of hash) */
struct akin_samples {
    const float **tile;
    uint64_t *start, *size, *name;
};

/* A few tiles of each of n datasets, evenly taken; the same every time.
 *
 * position  n dataset positions
 * max       tiles of one dataset, at most
 * exclude   image numbers that do not count (n_exclude). ENOMEM. */
enum akin_status akin_snapshot_sample(const struct akin_snapshot *snapshot,
                                      const size_t *position, size_t n,
                                      size_t max, const uint32_t *exclude,
                                      size_t n_exclude,
                                      const struct akin_samples *out,
                                      struct akin_error *err) AKIN_MUST_USE;

#endif
