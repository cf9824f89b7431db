/* SPDX-License-Identifier: Apache-2.0 */
/*
 * question.h - the image that a request asks with, from its parameter to the
 * features of its tiles.
 *
 *   {"path": "/data/a.tif"}     where query.allow_paths permits it
 *   {"base64": "iVBORw0K..."}   the file's bytes
 *
 * Threads: as the describer given.
 */
#ifndef AKIN_QUERY_QUESTION_H
#define AKIN_QUERY_QUESTION_H

#include "akin/describe.h"
#include "akin/hash.h"
#include "akin/json.h"

/* Start from {0}; free with akin_question_free. */
struct akin_question {
    struct akin_described described;
    struct akin_hash hash; /* of the file's bytes, when it was asked for */
};
void akin_question_free(struct akin_question *question);

/* Reads params "image" and "region" and describes at most query.tiles tiles.
 * EINVAL: the parameters; ENOTFOUND, EIO, EFORMAT, ELIMIT: the image. */
enum akin_status akin_question_read(struct akin_describer *describer,
                                    const struct akin_config *config,
                                    const struct akin_json *params,
                                    bool want_hash, struct akin_question *out,
                                    struct akin_error *err) AKIN_MUST_USE;

/* What was understood of the image: format, width, height, tiles, note. Owned
 * by the caller. */
struct akin_json *akin_question_json(const struct akin_question *question);

/* A tile as answers show it. */
struct akin_json *akin_tile_json(const struct akin_tile *tile);

#endif
