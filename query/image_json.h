/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image_json.h - stored images as answers show them.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_QUERY_IMAGE_JSON_H
#define AKIN_QUERY_IMAGE_JSON_H

#include "akin/image_record.h"

/* Where it is: id, path, name, dims, and uri and viewer where they are known.
 * Owned by the caller. */
struct akin_json *akin_image_json(const struct akin_image_record *image);

/* The same and what it is: format, pixel_um, bits, size_bytes, hash, tiles,
 * note; "annotation": true where a mask lies beside it. */
struct akin_json *akin_image_json_full(const struct akin_image_record *image);

#endif
