/* SPDX-License-Identifier: Apache-2.0 */
/*
 * negotiate.h - what a client would like to get (RFC 9110 sections 12 and
 * 13.1.2), and gzip.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_HTTP_NEGOTIATE_H
#define AKIN_HTTP_NEGOTIATE_H

#include "akin/bytes.h"

/* The first of the n types that Accept likes best; header NULL: the first of
 * all. n when it takes none of them. */
size_t akin_http_accept(const char *header, const char *const *types, size_t n);

/* Does Accept-Encoding take gzip? */
bool akin_http_accepts_gzip(const char *header);

/* Does If-None-Match name this tag? Compared weakly. */
bool akin_http_tag_matches(const char *header, const char *tag);

/* Is this the media type of a header that may have parameters? */
bool akin_http_is_type(const char *header, const char *type);

/* Appends in, compressed (RFC 1952; no time, no name in it). */
enum akin_status akin_http_gzip(struct akin_span in, struct akin_buf *out,
                                struct akin_error *err) AKIN_MUST_USE;

#endif
