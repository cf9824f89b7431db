/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/bytes.h - borrowed bytes, owned bytes, and sums that cannot wrap.
 *
 * A span is somebody else's memory. A buffer owns its memory, starts from {0}
 * and is given back with akin_buf_free(). Sizes that come from outside go
 * through akin_size_mul/add before anything is allocated. Numbers in our own
 * files and tables are little-endian, except in keys, which are big-endian so
 * that their order in the store is the order of the numbers.
 *
 * Threads: no shared state; one buffer belongs to one thread at a time.
 */
#ifndef AKIN_BYTES_H
#define AKIN_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akin/error.h"

struct akin_span {
    const uint8_t *data; /* may be NULL when len is 0 */
    size_t len;
};

/* data[len] is always 0 when data is not NULL, so text can be read as a C
 * string. */
struct akin_buf {
    uint8_t *data;
    size_t len;
    size_t cap;
};

/* Spans of memory, of a C string without its final 0, of what a buffer holds;
 * equal: same length and bytes. */
struct akin_span akin_span_of(const void *data, size_t len);
struct akin_span akin_span_str(const char *text);
struct akin_span akin_buf_span(const struct akin_buf *buf);
bool akin_span_equal(struct akin_span a, struct akin_span b);

/* The buffer's text; "" when it is empty. Valid until the buffer changes. */
const char *akin_buf_text(const struct akin_buf *buf);

/* Makes room for `more` bytes behind len. ENOMEM leaves the buffer as it was.
 */
enum akin_status akin_buf_reserve(struct akin_buf *buf, size_t more,
                                  struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_buf_append(struct akin_buf *buf, const void *data,
                                 size_t len,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Appending short text (names, table rows, JSON). Running out of memory here
 * ends the program with a line that says so: nothing sensible could follow. */
void akin_buf_puts(struct akin_buf *buf, const char *text);
void akin_buf_put(struct akin_buf *buf, const void *data, size_t len);
void akin_buf_printf(struct akin_buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

void akin_buf_clear(struct akin_buf *buf); /* len = 0, memory kept */
void akin_buf_free(struct akin_buf *buf);  /* back to {0} */

/* Moves the memory out: *buf is {0} afterwards; the caller frees with free().
 */
uint8_t *akin_buf_take(struct akin_buf *buf);

/* A copy of a C string; ends the program when there is no memory. The caller
 * frees with free(). akin_strndup stops after len bytes. */
char *akin_strdup(const char *text);
char *akin_strndup(const char *text, size_t len);

/* An ASCII letter in lower case; any other byte as it is. */
char akin_lower(char c);

/* calloc that ends the program when there is no memory: for small objects of
 * known size. Sizes that come from outside use calloc and answer ENOMEM. */
void *akin_new(size_t count, size_t size);

/* *out = a op b; false, with *out untouched, when that does not fit. */
bool akin_size_mul(size_t a, size_t b, size_t *out) AKIN_MUST_USE;
bool akin_size_add(size_t a, size_t b, size_t *out) AKIN_MUST_USE;

/* Little-endian loads and stores for values. */
uint16_t akin_le16(const uint8_t *p);
uint32_t akin_le32(const uint8_t *p);
uint64_t akin_le64(const uint8_t *p);
void akin_put_le16(uint8_t *p, uint16_t v);
void akin_put_le32(uint8_t *p, uint32_t v);
void akin_put_le64(uint8_t *p, uint64_t v);

/* Big-endian loads and stores for keys. */
uint32_t akin_be32(const uint8_t *p);
uint64_t akin_be64(const uint8_t *p);
void akin_put_be32(uint8_t *p, uint32_t v);
void akin_put_be64(uint8_t *p, uint64_t v);

/* Base64 as in RFC 4648 section 4. Decoding ignores ASCII white space and
 * answers EFORMAT, with the place, at anything else that does not belong. */
void akin_base64_encode(struct akin_span in, struct akin_buf *out);
enum akin_status akin_base64_decode(struct akin_span in, struct akin_buf *out,
                                    struct akin_error *err) AKIN_MUST_USE;

#endif
