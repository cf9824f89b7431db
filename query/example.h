/* SPDX-License-Identifier: Apache-2.0 */
/*
 * example.h - one example that a request asks with, from its form in JSON to
 * the features of its tiles.
 *
 *   {"path": "/data/a.tif"}     where query.allow_paths permits it
 *   {"base64": "iVBORw0K..."}   the file's bytes
 *   {"image_id": 42}            an image of the store
 *   {"dataset": "S-BIAD634"}    a dataset of the store: tiles of all its images
 *   {"vector": [64 numbers]}    a descriptor; "descriptor" may name its kind
 * The first three take "region": [x, y, width, height].
 *
 * Threads: as the describer and the transaction given.
 */
#ifndef AKIN_QUERY_EXAMPLE_H
#define AKIN_QUERY_EXAMPLE_H

#include "akin/describe.h"
#include "akin/hash.h"
#include "akin/json.h"
#include "akin/projection.h"
#include "akin/store.h"

enum akin_example_form {
    AKIN_EXAMPLE_PIXELS,
    AKIN_EXAMPLE_IMAGE,
    AKIN_EXAMPLE_DATASET,
    AKIN_EXAMPLE_VECTOR
};

/* Start from {0}; free with akin_example_free. */
struct akin_example {
    enum akin_example_form form;
    bool is_negative;
    struct akin_tile_rect region; /* w 0: all of it */
    struct akin_hash hash;        /* of an image's bytes, when known */
    bool has_hash;
    struct akin_described described; /* of a vector: one tile, no features */
    uint32_t *tile_image; /* stored forms: the image of each tile, else NULL */
    float vector[AKIN_DIM];
    const char *descriptor;  /* of a vector, or NULL; borrowed */
    const char *id;          /* of a dataset; borrowed from the parameters */
    uint32_t image, dataset; /* stored forms: numbers, when fetched */
};
void akin_example_free(struct akin_example *example);

/* What reading an example needs. */
struct akin_example_reader {
    struct akin_describer *describer;
    const struct akin_config *config;
    size_t max_tiles;             /* of one example */
    struct akin_tile_rect region; /* where the example has none of its own */
    bool want_hash;
};

/* Reads the form; describes pixels. `what` is what sentences call it. EINVAL:
 * the form; ENOTFOUND, EIO, EFORMAT, ELIMIT: the image. */
enum akin_status akin_example_read(const struct akin_example_reader *reader,
                                   const struct akin_json *form,
                                   const char *what, struct akin_example *out,
                                   struct akin_error *err) AKIN_MUST_USE;

/* Fetches tiles and features of the stored forms, at most max_tiles, evenly
 * taken; nothing to do for the others. ENOTFOUND: no such image or dataset;
 * EINVAL: it has no tiles, or none in the region. */
enum akin_status akin_example_fetch(struct akin_example *example,
                                    struct akin_txn *txn, size_t max_tiles,
                                    struct akin_error *err) AKIN_MUST_USE;

/* What was understood of it, as answers show it. Owned by the caller. */
struct akin_json *akin_example_json(const struct akin_example *example);

/* "region": [x, y, w, h]; *out stays as it is when there is none. */
enum akin_status akin_example_region(const struct akin_json *region,
                                     struct akin_tile_rect *out,
                                     struct akin_error *err) AKIN_MUST_USE;

#endif
