/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.h - many workers, one consumer, results in order, memory bounded.
 *
 * Items 0..n-1 are worked on by several threads; the calling thread gets the
 * results in the order of the items, in batches, however the threads ran. So
 * what the consumer writes does not depend on the number of threads.
 *
 * Design notes. At most `window` items are between "taken by a worker" and
 * "consumed": a worker that is too far ahead of the consumer waits. The slot
 * of item i is i % window; it is written by the worker that took i, read by the
 * consumer after is_ready was set under the lock, and free again when the batch
 * that held it has been consumed. A batch is given when half a window is ready,
 * when its oldest result has waited batch_ms, or at the end. A stop (asked for
 * from outside, or a failure) lets workers finish the item in hand; what is
 * ready and in order is still consumed after a stop, dropped after a failure.
 *
 * Threads: work and worker callbacks run in the workers, the others in the
 * thread that called akin_pipeline_run.
 */
#ifndef AKIN_INDEXER_PIPELINE_H
#define AKIN_INDEXER_PIPELINE_H

#include <stdatomic.h>

#include "akin/bytes.h"

struct akin_pipeline {
    size_t n_items;
    size_t n_workers; /* 1..; more than window are not started */
    size_t window;    /* 1..: items in flight */
    uint64_t batch_ms;
    void *ctx; /* given to every callback */

    /* Called in each worker before its first and after its last item. A worker
     * that cannot begin fails the run. Both may be NULL. */
    enum akin_status (*begin)(void *ctx, void **worker, struct akin_error *err);
    void (*end)(void *ctx, void *worker);

    /* Gives a result for an item; never fails (a failure is a result). */
    void *(*work)(void *ctx, void *worker, size_t item);

    /* Takes results first..first+n-1 over. A failure ends the run. */
    enum akin_status (*consume)(void *ctx, size_t first, void **results,
                                size_t n, struct akin_error *err);
    void (*drop)(void *result); /* frees a result nobody will consume */

    /* Called several times a second while waiting; may be NULL. */
    void (*tick)(void *ctx);

    atomic_int *stop; /* not 0: stop as soon as possible; may be NULL */
};

/* AKIN_OK: every item was consumed. ECLOSED: stopped before the end, with all
 * that was consumed consumed. Else the first failure. */
enum akin_status akin_pipeline_run(const struct akin_pipeline *pipeline,
                                   struct akin_error *err) AKIN_MUST_USE;

#endif
