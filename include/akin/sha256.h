/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/sha256.h - SHA-256 (FIPS 180-4), for manifests that others check.
 *
 * Inside a store, XXH3 (akin/hash.h) is the name of bytes; this is for what
 * leaves it: Croissant and RO-Crate want SHA-256.
 *
 * Threads: no shared state; one sum belongs to one thread.
 */
#ifndef AKIN_SHA256_H
#define AKIN_SHA256_H

#include "akin/bytes.h"

#define AKIN_SHA256_TEXT 65 /* 64 hexadecimal digits and the final 0 */

struct akin_sha256; /* opaque: a sum that grows */
struct akin_sha256 *akin_sha256_new(void);
void akin_sha256_add(struct akin_sha256 *sum, struct akin_span bytes);
/* Writes the sum in lower-case digits and frees. */
void akin_sha256_end(struct akin_sha256 *sum, char out[AKIN_SHA256_TEXT]);

/* Of bytes at hand, and of a whole file (ENOTFOUND, EIO), whose length is
 * given as well when n_bytes is not NULL. */
void akin_sha256_of(struct akin_span bytes, char out[AKIN_SHA256_TEXT]);
enum akin_status akin_sha256_file(const char *path, char out[AKIN_SHA256_TEXT],
                                  uint64_t *n_bytes,
                                  struct akin_error *err) AKIN_MUST_USE;

#endif
