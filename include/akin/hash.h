/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/hash.h - the 128-bit name of some bytes.
 *
 * XXH3-128 (xxHash, https://xxhash.com): fast, and good against accidents, not
 * against somebody who wants two files to look the same.
 */
#ifndef AKIN_HASH_H
#define AKIN_HASH_H

#include "akin/bytes.h"

struct akin_hash {
    uint8_t bytes[16];
};

#define AKIN_HASH_TEXT 33 /* 32 hexadecimal digits and the final 0 */

/* Of bytes, and of a whole file (ENOTFOUND, EIO; EINVAL when it
 * is a folder, a pipe or a device). */
struct akin_hash akin_hash_of(struct akin_span bytes);
enum akin_status akin_hash_file(const char *path, struct akin_hash *out,
                                struct akin_error *err) AKIN_MUST_USE;
/* The hash as lower-case hexadecimal digits, and back: false for anything but
 * 32 digits (of either case). */
void akin_hash_text(const struct akin_hash *hash, char out[AKIN_HASH_TEXT]);
bool akin_hash_parse(const char *text, struct akin_hash *out);

/* 64 bits for choosing things in an order that looks random and is always the
 * same (tile caps, samples). */
uint64_t akin_hash_mix(uint64_t a, uint64_t b);

#endif
