/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_rows.h - the rows of one dataset of a snapshot, image by image.
 *
 * Threads: as the snapshot.
 */
#ifndef AKIN_QUERY_SNAPSHOT_ROWS_H
#define AKIN_QUERY_SNAPSHOT_ROWS_H

#include "snapshot.h"

/* Rows of one image; vectors: n_rows x AKIN_DIM, borrowed from the snapshot. */
struct akin_snapshot_image {
    uint32_t image;
    uint64_t first_row, n_rows;
    const float *vectors;
};
typedef enum akin_status
akin_snapshot_image_fn(void *ctx, const struct akin_snapshot_image *image,
                       struct akin_error *err);

/* Calls fn for every image with tiles of the dataset at a position, base before
 * tail, by number; removed ones are left out. Stops at the first failure. */
enum akin_status akin_snapshot_images(const struct akin_snapshot *snapshot,
                                      size_t position,
                                      akin_snapshot_image_fn *fn, void *ctx,
                                      struct akin_error *err) AKIN_MUST_USE;

/* Tiles of the dataset at a position, removed ones left out. */
uint64_t akin_snapshot_tiles(const struct akin_snapshot *snapshot,
                             size_t position);

/* The calibration of the generation; NULL when there is none. */
const struct akin_calibration *
akin_snapshot_calibration(const struct akin_snapshot *snapshot);

#endif
