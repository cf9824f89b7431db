/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/bitmap.h - sets of 32-bit numbers: datasets, images.
 *
 * A room over CRoaring (Lemire et al., Software: Practice and Experience 2018):
 * small where sets are sparse, fast where they are dense. Running out of memory
 * ends the program with a line that says so, as in json.h.
 *
 * Threads: a set may be read by many threads and changed by none meanwhile.
 */
#ifndef AKIN_BITMAP_H
#define AKIN_BITMAP_H

#include "akin/bytes.h"

struct akin_bitmap; /* opaque */

/* An empty set, a copy, a set of n numbers (in any order); free with
 * akin_bitmap_free. */
struct akin_bitmap *akin_bitmap_new(void);
struct akin_bitmap *akin_bitmap_copy(const struct akin_bitmap *bitmap);
struct akin_bitmap *akin_bitmap_of(const uint32_t *numbers, size_t n);
void akin_bitmap_free(struct akin_bitmap *bitmap); /* NULL is fine */

/* Changing one number, and asking for one. */
void akin_bitmap_add(struct akin_bitmap *bitmap, uint32_t number);
void akin_bitmap_remove(struct akin_bitmap *bitmap, uint32_t number);
bool akin_bitmap_has(const struct akin_bitmap *bitmap, uint32_t number);

/* bitmap becomes what both have, what either has, what other does not have. */
void akin_bitmap_and(struct akin_bitmap *bitmap,
                     const struct akin_bitmap *other);
void akin_bitmap_or(struct akin_bitmap *bitmap,
                    const struct akin_bitmap *other);
void akin_bitmap_andnot(struct akin_bitmap *bitmap,
                        const struct akin_bitmap *other);

/* How many numbers; how many that both have (nothing is made). */
size_t akin_bitmap_count(const struct akin_bitmap *bitmap);
size_t akin_bitmap_and_count(const struct akin_bitmap *a,
                             const struct akin_bitmap *b);
bool akin_bitmap_equal(const struct akin_bitmap *a,
                       const struct akin_bitmap *b);

/* All numbers, ascending: room for akin_bitmap_count. */
void akin_bitmap_numbers(const struct akin_bitmap *bitmap, uint32_t *out);
/* Calls fn for each number, ascending, until it gives false. */
typedef bool akin_bitmap_fn(uint32_t number, void *ctx);
void akin_bitmap_each(const struct akin_bitmap *bitmap, akin_bitmap_fn *fn,
                      void *ctx);
/* Makes the set as small as it can be: for sets that are kept. */
void akin_bitmap_pack(struct akin_bitmap *bitmap);

/* Appends the set as bytes: "AKBM", a u32 count, the gaps between the numbers
 * as LEB128, 8 bytes of the XXH3-128 of all before. The same set gives the same
 * bytes. */
void akin_bitmap_write(const struct akin_bitmap *bitmap, struct akin_buf *out);
/* Reads what akin_bitmap_write wrote, and nothing behind it. EFORMAT: anything
 * else, also when it was changed in one bit. */
enum akin_status akin_bitmap_read(struct akin_span bytes,
                                  struct akin_bitmap **out,
                                  struct akin_error *err) AKIN_MUST_USE;

#endif
