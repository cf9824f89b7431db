/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target.h - what a request asks for: the path in its segments, and names with
 * values from the query (RFC 3986; a '+' of the query is a blank, as forms
 * write it).
 *
 * Threads: no shared state.
 */
#ifndef AKIN_HTTP_TARGET_H
#define AKIN_HTTP_TARGET_H

#include "akin/bytes.h"

#define AKIN_HTTP_PAIRS_MAX 256
#define AKIN_HTTP_SEGMENTS_MAX 32
#define AKIN_HTTP_URI_MAX 16384 /* bytes */

/* Names and values, in their order; a name may come again. From {0}. */
struct akin_http_pairs {
    struct {
        char *name, *value;
    } pair[AKIN_HTTP_PAIRS_MAX];
    size_t n;
};
void akin_http_pairs_free(struct akin_http_pairs *pairs);

/* ELIMIT: more than AKIN_HTTP_PAIRS_MAX. */
enum akin_status akin_http_pairs_add(struct akin_http_pairs *pairs,
                                     struct akin_span name,
                                     struct akin_span value,
                                     struct akin_error *err) AKIN_MUST_USE;

/* The last value of a name; NULL: not there. Borrowed. */
const char *akin_http_pairs_get(const struct akin_http_pairs *pairs,
                                const char *name);

/* Start from {0}; free with akin_http_target_free. */
struct akin_http_target {
    char *segment[AKIN_HTTP_SEGMENTS_MAX]; /* decoded, without the slashes */
    size_t n_segments;                     /* 0: "/" */
    struct akin_http_pairs query;
};
void akin_http_target_free(struct akin_http_target *target);

/* EINVAL: a '%' without two digits, bytes that are no UTF-8 or a control
 * character, not from "/" on; ELIMIT: too long, too many parts. */
enum akin_status akin_http_target_parse(const char *uri,
                                        struct akin_http_target *out,
                                        struct akin_error *err) AKIN_MUST_USE;

/* Appends text as a value in a query: unreserved characters as they are. */
void akin_http_escape(const char *text, struct akin_buf *out);

#endif
