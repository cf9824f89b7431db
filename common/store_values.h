/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_values.h - what the values of the tables mean: shared by the room that
 * writes them and by verify, which reads all of them.
 *
 * Every decoder takes bytes from outside: EFORMAT, and nothing beyond their end
 * is read, whatever they are.
 */
#ifndef AKIN_STORE_VALUES_H
#define AKIN_STORE_VALUES_H

#include "akin/dataset.h"
#include "akin/image_record.h"
#include "akin/source_state.h"
#include "store_internal.h"

/* A current or an old version of a dataset. Free with akin_dataset_free. */
enum akin_status akin__dataset_decode(struct akin_span value, uint32_t number,
                                      struct akin_dataset *out,
                                      struct akin_error *err) AKIN_MUST_USE;

/* Calls look with each earlier version of a dataset, oldest first; what look
 * leaves in it is freed here. (dataset_history.c) */
typedef void akin__dataset_look(void *ctx, struct akin_dataset *old);
enum akin_status akin__dataset_each_old(struct akin_txn *txn, uint32_t number,
                                        akin__dataset_look *look, void *ctx,
                                        struct akin_error *err) AKIN_MUST_USE;

/* The number of a living dataset. ENOTFOUND leaves *err alone. */
enum akin_status akin__dataset_number(struct akin_txn *txn, const char *id,
                                      uint32_t *out,
                                      struct akin_error *err) AKIN_MUST_USE;

/* A tombstone, owned by the caller, and its number (may be NULL). ENOTFOUND
 * leaves *err alone. */
enum akin_status akin__dataset_grave(struct akin_txn *txn, const char *id,
                                     struct akin_json **out, uint32_t *number,
                                     struct akin_error *err) AKIN_MUST_USE;

/* The largest version kept of a dataset without a current one; 0: none. */
enum akin_status
akin__dataset_last_version(struct akin_txn *txn, uint32_t number, uint32_t *out,
                           struct akin_error *err) AKIN_MUST_USE;

/* dataset_files.c, dataset_people.c: what hangs on a record. */
enum akin_status
akin__dataset_files_forget(struct akin_txn *txn, uint32_t dataset,
                           struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin__dataset_people_put(struct akin_txn *txn, uint32_t number,
                                          const struct akin_json *record,
                                          struct akin_error *err) AKIN_MUST_USE;

/* 1 .. AKIN_DATASET_ID_MAX bytes; other rules, what is stored has obeyed. */
bool akin__dataset_may_be_id(const char *id);

enum akin_status akin__source_decode(struct akin_span value,
                                     struct akin_source_state *out,
                                     struct akin_error *err) AKIN_MUST_USE;

/* Free with akin_image_record_free. */
enum akin_status akin__image_decode(struct akin_span value, uint32_t number,
                                    struct akin_image_record *out,
                                    struct akin_error *err) AKIN_MUST_USE;

/* An image without path, name, info and extra: nothing to free. ENOTFOUND. */
enum akin_status akin__image_head(struct akin_txn *txn, uint32_t number,
                                  struct akin_image_record *out,
                                  struct akin_error *err) AKIN_MUST_USE;

/* content hash (16 bytes), image number */
struct akin__key akin__key_hash(const struct akin_hash *hash, uint32_t image);

/* ---- tiles, features, disturbed copies (image_tiles.c) ---- */

/* Most tiles, or disturbed copies, that one image can have: their features
 * must fit into one value. */
#define AKIN__IMAGE_TILES_MAX ((size_t)1 << 23)

/* Replace *out. ENOMEM. Features, n_features of a tile (at most
 * AKIN_FEATURES_MAX), must be finite; those beyond what float16
 * holds become its largest numbers. */
enum akin_status akin__tiles_encode(uint32_t image,
                                    const struct akin_tile *tiles, size_t n,
                                    struct akin_buf *out,
                                    struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin__features_encode(uint32_t image, const float *features,
                                       size_t n_tiles, size_t n_features,
                                       struct akin_buf *out,
                                       struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin__disturbed_encode(uint32_t image, const uint32_t *tile,
                                        const float *copies, size_t n,
                                        size_t n_features, struct akin_buf *out,
                                        struct akin_error *err) AKIN_MUST_USE;

/* What every image must have in the table: ENOTFOUND says which has not. */
enum akin_status akin__image_value(struct akin_txn *txn, enum akin_table table,
                                   uint32_t number, struct akin_span *value,
                                   struct akin_error *err) AKIN_MUST_USE;

/* out NULL: only checked. EFORMAT when there are not n tiles. */
enum akin_status akin__tiles_decode(struct akin_span value, uint32_t image,
                                    struct akin_tile *out, size_t n,
                                    struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin__features_decode(struct akin_span value, uint32_t image,
                                       float *out, size_t n_tiles,
                                       size_t n_features,
                                       struct akin_error *err) AKIN_MUST_USE;
/* The outputs are owned by the caller: free(). n_tiles: of the image. */
enum akin_status akin__disturbed_decode(struct akin_span value, uint32_t image,
                                        uint32_t n_tiles, size_t n_features,
                                        uint32_t **tile, float **copies,
                                        size_t *n,
                                        struct akin_error *err) AKIN_MUST_USE;

#endif
