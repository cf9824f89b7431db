/* SPDX-License-Identifier: Apache-2.0 */
/*
 * question.h - all examples that a request asks with, as one list of tiles:
 * those of the positive examples first, then those of the negative ones.
 *
 *   "image": EXAMPLE, or "images": [EXAMPLE, ...]   what it should look like
 *   "negative": [EXAMPLE, ...]                      what it should not
 *   "region": [x, y, w, h]                          of every example without
 *
 * Threads: as the describer and the transaction given.
 */
#ifndef AKIN_QUERY_QUESTION_H
#define AKIN_QUERY_QUESTION_H

#include "example.h"

#define AKIN_QUESTION_EXAMPLES_MAX 16 /* positive, and as many negative */

/* Where a tile comes from. */
struct akin_question_tile {
    size_t example, tile;
};

/* Start from {0}; free with akin_question_free. */
struct akin_question {
    struct akin_example *example; /* positive ones first */
    size_t n_examples, n_positive;
    size_t max_tiles; /* of each */
    /* when fetched */
    struct akin_question_tile *tile;
    size_t n_tiles, n_positive_tiles;
};
void akin_question_free(struct akin_question *question);

/* Reads the examples and describes those that are pixels; query.tiles tiles in
 * all, but at least 8 of each. want_hash: of their bytes. */
enum akin_status akin_question_read(struct akin_describer *describer,
                                    const struct akin_config *config,
                                    const struct akin_json *params,
                                    bool want_hash, struct akin_question *out,
                                    struct akin_error *err) AKIN_MUST_USE;

/* Fetches those that are stored, and lists the tiles. */
enum akin_status akin_question_fetch(struct akin_question *question,
                                     struct akin_txn *txn,
                                     struct akin_error *err) AKIN_MUST_USE;

/* out: n_tiles x AKIN_DIM. ESTALE: a vector of another kind than `descriptor`.
 */
enum akin_status akin_question_project(const struct akin_question *question,
                                       const struct akin_projection *projection,
                                       const char *descriptor, float *out,
                                       struct akin_error *err) AKIN_MUST_USE;

/* The features of a tile; NULL for a vector. */
const float *akin_question_features(const struct akin_question *question,
                                    size_t tile);

/* What was understood: of one example what it is, of several a list. Owned by
 * the caller. */
struct akin_json *akin_question_json(const struct akin_question *question);

/* The stored image that a tile of the question is of; 0: of none. */
uint32_t akin_question_tile_image(const struct akin_question *question,
                                  size_t tile);

/* A tile of the question as answers show it, with "example" where there are
 * several. */
struct akin_json *akin_question_tile_json(const struct akin_question *question,
                                          size_t tile);

/* A tile as answers show it. */
struct akin_json *akin_tile_json(const struct akin_tile *tile);

#endif
