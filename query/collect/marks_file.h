/* SPDX-License-Identifier: Apache-2.0 */
/*
 * marks_file.h - hashes and details of tiles, kept from one run to the next.
 *
 * The file: "AKINMRK1", then frames, each complete in itself: 16 bytes content
 * hash of the image, u32 n, n times u32 tile, u64 hash, f32 detail, and 8
 * bytes of the XXH3-128 of all this; little-endian. What is behind the last
 * complete frame (a run that was killed) is cut off.
 *
 * Threads: one.
 */
#ifndef AKIN_COLLECT_MARKS_FILE_H
#define AKIN_COLLECT_MARKS_FILE_H

#include "akin/hash.h"

#include "sample.h"

struct akin_marks_file; /* opaque */

/* Opens or makes it. A file that is none of these is EFORMAT and stays as it
 * is. */
enum akin_status akin_marks_file_open(const char *path,
                                      struct akin_marks_file **out,
                                      struct akin_error *err) AKIN_MUST_USE;
void akin_marks_file_close(struct akin_marks_file *file); /* NULL is fine */

/* Fills hash and detail of n samples of one image; false, with nothing
 * touched, when one of them is not there. file NULL: false. */
bool akin_marks_file_get(const struct akin_marks_file *file,
                         const struct akin_hash *image,
                         struct akin_collect_sample *sample, size_t n);

/* Adds them; nothing when file is NULL. EIO */
enum akin_status akin_marks_file_put(struct akin_marks_file *file,
                                     const struct akin_hash *image,
                                     const struct akin_collect_sample *sample,
                                     size_t n,
                                     struct akin_error *err) AKIN_MUST_USE;

#endif
