/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_spool.h - the pictures of all samples, made in the order of the store
 * and given out in the order of writing.
 *
 * Samples lie in an order that looks random, images do not: so each image is
 * read once, in the store's order, and its pictures wait in a file. What is
 * there when a run is stopped is used by the next one of the same plan.
 *
 *   pictures   PNGs, one behind the other
 *   index      "AKINSPL2", 16 bytes that name the plan, 16 of 0, then frames of
 * 56 bytes: u32 number of the sample, u32 bytes, u64 place in pictures, 7 x 4
 * bytes struct akin__picture, u32 sum of the frame, u64 XXH3-128's first half
 * of the PNG; little-endian
 *
 * Threads: made by one thread, which starts others; once made it may be read
 * by one.
 */
#ifndef AKIN_COLLECT_WRITE_SPOOL_H
#define AKIN_COLLECT_WRITE_SPOOL_H

#include "write_pixels.h"

struct akin__spool; /* opaque */

struct akin__spool_run {
    const char *dir;  /* a folder of its own; made when it is not there */
    const char *plan; /* text that is the same for the same plan only */
    size_t threads;   /* 1.. */
    akin_collect_progress_fn *progress; /* may be NULL */
    void *ctx;
};

/* Cuts what is not there yet. ECLOSED: progress asked to stop; ESTALE: an image
 * is not as it was planned with; EIO. What was made stays for the next run. */
enum akin_status akin__spool_make(const struct akin_collection *collection,
                                  const struct akin__spool_run *run,
                                  struct akin__spool **out,
                                  struct akin_error *err) AKIN_MUST_USE;

/* The PNG of sample i of collection->kept; png is cleared first. EIO: the file
 * has been touched. */
enum akin_status akin__spool_get(struct akin__spool *spool, size_t i,
                                 struct akin_buf *png,
                                 struct akin__picture *picture,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Closes; the files stay. NULL is fine. */
void akin__spool_close(struct akin__spool *spool);

#endif
