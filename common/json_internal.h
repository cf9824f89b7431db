/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AKIN_JSON_INTERNAL_H
#define AKIN_JSON_INTERNAL_H

#include "akin/json.h"

/* The bytes of a string, which may hold 0; nothing for other values. */
struct akin_span akin__json_bytes(const struct akin_json *json);

/* Appends the value in as few bytes as there can be, members in the order they
 * were set: what AKIN_JSON_COMPACT writes. */
void akin__json_put(const struct akin_json *json, struct akin_buf *out);

#endif
