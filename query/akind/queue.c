/* SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "akin/bytes.h"

struct akin_queue {
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t arrived;
    struct akin_queued *ring; /* room for cap */
    size_t cap, first, n;
    uint64_t bytes, max_bytes;
    bool is_closed;
};

struct akin_queue *
akin_queue_new(size_t max_requests, uint64_t max_bytes)
{
    struct akin_queue *queue = akin_new(1, sizeof(*queue));

    assert(max_requests >= 1);
    (void)pthread_mutex_init(&queue->lock, NULL);
    (void)pthread_cond_init(&queue->arrived, NULL);
    queue->ring = akin_new(max_requests, sizeof(*queue->ring));
    queue->cap = max_requests;
    queue->max_bytes = max_bytes;
    return queue;
}

void
akin_queue_free(struct akin_queue *queue)
{
    if (queue == NULL)
        return;
    assert(queue->n == 0);
    (void)pthread_cond_destroy(&queue->arrived);
    (void)pthread_mutex_destroy(&queue->lock);
    free(queue->ring);
    free(queue);
}

static bool
has_room(const struct akin_queue *queue, size_t len)
{
    if (queue->is_closed || queue->n == queue->cap)
        return false;
    return queue->n == 0 || (queue->bytes <= queue->max_bytes &&
                             len <= queue->max_bytes - queue->bytes);
}

bool
akin_queue_put(struct akin_queue *queue, const struct akin_queued *entry)
{
    bool done;

    (void)pthread_mutex_lock(&queue->lock);
    done = has_room(queue, entry->len);
    if (done) {
        queue->ring[(queue->first + queue->n) % queue->cap] = *entry;
        queue->n++;
        queue->bytes += entry->len;
        (void)pthread_cond_signal(&queue->arrived);
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return done;
}

/* With the lock held and something in it. */
static void
take_first(struct akin_queue *queue, struct akin_queued *out)
{
    *out = queue->ring[queue->first];
    queue->first = (queue->first + 1) % queue->cap;
    queue->n--;
    queue->bytes -= out->len;
}

bool
akin_queue_take(struct akin_queue *queue, struct akin_queued *out)
{
    bool done;

    (void)pthread_mutex_lock(&queue->lock);
    while (queue->n == 0 && !queue->is_closed)
        (void)pthread_cond_wait(&queue->arrived, &queue->lock);
    done = !queue->is_closed;
    if (done)
        take_first(queue, out);
    (void)pthread_mutex_unlock(&queue->lock);
    return done;
}

void
akin_queue_close(struct akin_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->is_closed = true;
    (void)pthread_cond_broadcast(&queue->arrived);
    (void)pthread_mutex_unlock(&queue->lock);
}

bool
akin_queue_drain(struct akin_queue *queue, struct akin_queued *out)
{
    bool done;

    (void)pthread_mutex_lock(&queue->lock);
    assert(queue->is_closed);
    done = queue->n > 0;
    if (done)
        take_first(queue, out);
    (void)pthread_mutex_unlock(&queue->lock);
    return done;
}

size_t
akin_queue_length(struct akin_queue *queue)
{
    size_t n;

    (void)pthread_mutex_lock(&queue->lock);
    n = queue->n;
    (void)pthread_mutex_unlock(&queue->lock);
    return n;
}
