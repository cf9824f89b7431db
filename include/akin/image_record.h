/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/image_record.h - images in the store: where they are, what they are,
 * their tiles and the features of those.
 *
 * An image's number and the ordinals of its tiles are given once and never used
 * again; a changed file becomes a new image. Features are kept as float16.
 *
 * Threads: as the transaction given.
 */
#ifndef AKIN_IMAGE_RECORD_H
#define AKIN_IMAGE_RECORD_H

#include "akin/describe.h"
#include "akin/hash.h"
#include "akin/json.h"
#include "akin/store.h"

/* Owned; start from {0}; free with akin_image_record_free. */
struct akin_image_record {
    uint32_t number;     /* given by akin_image_put */
    uint32_t dataset;    /* dataset number */
    uint64_t first_tile; /* ordinal; given by akin_image_put */
    uint32_t n_tiles;
    char *path;            /* of the file, as a person can open it; or a URL */
    char *name;            /* path inside the dataset: "images/a.tif" */
    struct akin_hash hash; /* of the file's bytes */
    uint64_t size_bytes;
    struct akin_image_info info;
    struct akin_json *extra; /* the image's own metadata, or NULL */
};
void akin_image_record_free(struct akin_image_record *record);

/* Stores an image with its tiles and features; fills number, first_tile and
 * n_tiles, and info from described when its format is NULL. EINVAL: there is no
 * such dataset, no path or name, or a feature is not finite. */
enum akin_status akin_image_put(struct akin_txn *txn,
                                struct akin_image_record *record,
                                const struct akin_described *described,
                                struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_image_get(struct akin_txn *txn, uint32_t number,
                                struct akin_image_record *out,
                                struct akin_error *err) AKIN_MUST_USE;
/* No error when it is not there. */
enum akin_status akin_image_remove(struct akin_txn *txn, uint32_t number,
                                   struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_image_remove_all(struct akin_txn *txn, uint32_t dataset,
                                       uint64_t *n_removed,
                                       struct akin_error *err) AKIN_MUST_USE;

/* The next image above *number, of one dataset or (dataset 0) of all, by
 * number: only its number, or ENOTFOUND at the end. Start with *number = 0. */
enum akin_status akin_image_next(struct akin_txn *txn, uint32_t dataset,
                                 uint32_t *number,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Short form for building generations: no strings, no allocation. */
struct akin_image_brief {
    uint32_t number, dataset, n_tiles;
    uint64_t first_tile;
    struct akin_hash hash; /* of the file's bytes */
};
enum akin_status akin_image_brief(struct akin_txn *txn, uint32_t number,
                                  struct akin_image_brief *out,
                                  struct akin_error *err) AKIN_MUST_USE;

/* Images with exactly these bytes: up to max numbers, smallest first. */
enum akin_status akin_image_by_hash(struct akin_txn *txn,
                                    const struct akin_hash *hash,
                                    uint32_t *numbers, size_t max, size_t *n,
                                    struct akin_error *err) AKIN_MUST_USE;

/* The tiles of an image: room for n_tiles (from the record). */
enum akin_status akin_image_tiles(struct akin_txn *txn, uint32_t number,
                                  struct akin_tile *out, size_t n_tiles,
                                  struct akin_error *err) AKIN_MUST_USE;
/* Their features: n_tiles x AKIN_N_FEATURES floats. */
enum akin_status akin_image_features(struct akin_txn *txn, uint32_t number,
                                     float *out, size_t n_tiles,
                                     struct akin_error *err) AKIN_MUST_USE;
/* The same of its tile i alone (one tile; one row of features), without the
 * work of reading the others. */
enum akin_status akin_image_tile(struct akin_txn *txn, uint32_t number,
                                 size_t n_tiles, size_t i,
                                 struct akin_tile *out,
                                 struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_image_tile_features(struct akin_txn *txn, uint32_t number,
                                          size_t n_tiles, size_t i, float *out,
                                          struct akin_error *err) AKIN_MUST_USE;
/* Disturbed copies kept for training: ENOTFOUND when there are none. *tile
 * (index of the tile each copy belongs to) and *copies are owned by the
 * caller: free(). */
enum akin_status akin_image_disturbed(struct akin_txn *txn, uint32_t number,
                                      uint32_t **tile, float **copies,
                                      size_t *n,
                                      struct akin_error *err) AKIN_MUST_USE;

#endif
