/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/parallel.h - one loop, several threads.
 *
 * Slices of 0..n-1 are handed out in order to whichever thread is free. What a
 * slice does must not depend on the thread that does it, so that results are
 * the same for any number of threads.
 *
 * Threads: starts and joins its own; the calling thread works, too.
 */
#ifndef AKIN_PARALLEL_H
#define AKIN_PARALLEL_H

#include <stddef.h>

#define AKIN_PARALLEL_MAX 256 /* threads */

/* worker: 0..threads-1, for scratch memory. begin <= i < end. */
typedef void akin_parallel_fn(void *ctx, size_t worker, size_t begin,
                              size_t end);

/* Runs fn over 0..n-1 in slices of `slice` (at least 1) and comes back when all
 * is done. threads: 1..AKIN_PARALLEL_MAX; where the system gives fewer, fewer
 * work. */
void akin_parallel_for(size_t n, size_t slice, size_t threads,
                       akin_parallel_fn *fn, void *ctx);

#endif
