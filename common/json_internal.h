/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AKIN_JSON_INTERNAL_H
#define AKIN_JSON_INTERNAL_H

#include "akin/json.h"

/* Parses what is well-formed and not rare; NULL for all else, which is
 * jansson's to take or to refuse. Equal to what jansson gives. The text has at
 * least one byte. */
struct akin_json *akin__json_parse(struct akin_span text);
enum akin_status akin__json_parse_any(struct akin_span text,
                                      struct akin_json **out,
                                      struct akin_error *err) AKIN_MUST_USE;

/* A string of what is known to be UTF-8. */
struct akin_json *akin__json_text(struct akin_span text);

/* The bytes of a string, which may hold 0; nothing for other values. */
struct akin_span akin__json_bytes(const struct akin_json *json);

/* Appends the value in as few bytes as there can be, members in the order they
 * were set: what AKIN_JSON_COMPACT writes. */
void akin__json_put(const struct akin_json *json, struct akin_buf *out);

#endif
