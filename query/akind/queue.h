/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue.h - requests that wait for a worker: first come, first served, bounded
 * in number and in bytes.
 *
 * Threads: all functions may be called by any thread, free apart, which comes
 * when nobody uses the queue any more.
 */
#ifndef AKIN_AKIND_QUEUE_H
#define AKIN_AKIND_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One request. body and header belong to the transport; whoever holds the entry
 * frees them. */
struct akin_queued {
    void *body;
    size_t len; /* bytes of body */
    void *header;
    double arrived_ms; /* on a clock that never goes back */
};

struct akin_queue; /* opaque */

/* At most max_requests wait, with at most max_bytes between them. A request
 * longer than max_bytes is still taken when nothing else waits. Ends the
 * program when there is no memory. */
struct akin_queue *akin_queue_new(size_t max_requests, uint64_t max_bytes);
void
akin_queue_free(struct akin_queue *queue); /* must be empty; NULL is fine */

/* false: full (or closed); the entry stays the caller's. */
bool akin_queue_put(struct akin_queue *queue, const struct akin_queued *entry);

/* Waits for an entry. false: the queue is closed; what was in it then is only
 * given out by akin_queue_drain. */
bool akin_queue_take(struct akin_queue *queue, struct akin_queued *out);

/* Wakes all who wait; nothing is given out or taken in after it. */
void akin_queue_close(struct akin_queue *queue);

/* One entry of a closed queue; false when none is left. */
bool akin_queue_drain(struct akin_queue *queue, struct akin_queued *out);

/* How many wait at this moment. */
size_t akin_queue_length(struct akin_queue *queue);

#endif
