/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue.h - pointers from one thread to several, in order, and no more than
 * there is room for. What can wait is taken when nothing else is there.
 *
 * Threads: any.
 */
#ifndef AKIN_HTTP_QUEUE_H
#define AKIN_HTTP_QUEUE_H

#include "akin/bytes.h"

struct akin_http_queue; /* opaque */
struct akin_http_queue *akin_http_queue_new(size_t room);
/* What is still in it is the caller's. NULL is fine. */
void akin_http_queue_free(struct akin_http_queue *queue);

/* false: full, or closed. */
bool akin_http_queue_put(struct akin_http_queue *queue, void *item,
                         bool can_wait);
/* Waits for one; NULL: closed, and empty. */
void *akin_http_queue_take(struct akin_http_queue *queue);
/* Nothing goes in any more; what is in it comes out. */
void akin_http_queue_close(struct akin_http_queue *queue);

#endif
