/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/utf8.h - text from outside: is it UTF-8, and how wide is it?
 *
 * RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
 * Threads: no shared state.
 */
#ifndef AKIN_UTF8_H
#define AKIN_UTF8_H

#include "akin/bytes.h"

/* No text is valid text. */
bool akin_utf8_valid(struct akin_span text);

/* Appends the text with everything that is not UTF-8 replaced by U+FFFD, one
 * for each broken byte. */
void akin_utf8_clean(struct akin_span text, struct akin_buf *out);

/* The next code point of valid UTF-8 at *p, which moves on; 0 at the end. What
 * is not valid is given as U+FFFD, one byte long. */
uint32_t akin_utf8_next(const char **p);

/* Bytes at the start of text that make at most n code points: for cutting. */
size_t akin_utf8_prefix(const char *text, size_t n);

/* Code points of text: columns on a terminal, near enough. */
size_t akin_utf8_count(const char *text);

#endif
