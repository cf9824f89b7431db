/* SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include <pthread.h>
#include <stdlib.h>

struct akin_http_queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    size_t room, first, n;
    bool is_closed;
    void *item[];
};

struct akin_http_queue *
akin_http_queue_new(size_t room)
{
    struct akin_http_queue *queue =
        akin_new(1, sizeof(*queue) + room * sizeof(void *));

    queue->room = room;
    (void)pthread_mutex_init(&queue->lock, NULL);
    (void)pthread_cond_init(&queue->filled, NULL);
    return queue;
}

void
akin_http_queue_free(struct akin_http_queue *queue)
{
    if (queue == NULL)
        return;
    (void)pthread_cond_destroy(&queue->filled);
    (void)pthread_mutex_destroy(&queue->lock);
    free(queue);
}

bool
akin_http_queue_put(struct akin_http_queue *queue, void *item)
{
    bool fits;

    (void)pthread_mutex_lock(&queue->lock);
    fits = queue->n < queue->room && !queue->is_closed;
    if (fits) {
        queue->item[(queue->first + queue->n++) % queue->room] = item;
        (void)pthread_cond_signal(&queue->filled);
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return fits;
}

void *
akin_http_queue_take(struct akin_http_queue *queue)
{
    void *item = NULL;

    (void)pthread_mutex_lock(&queue->lock);
    while (queue->n == 0 && !queue->is_closed)
        (void)pthread_cond_wait(&queue->filled, &queue->lock);
    if (queue->n > 0) {
        item = queue->item[queue->first];
        queue->first = (queue->first + 1) % queue->room;
        queue->n--;
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return item;
}

void
akin_http_queue_close(struct akin_http_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->is_closed = true;
    (void)pthread_cond_broadcast(&queue->filled);
    (void)pthread_mutex_unlock(&queue->lock);
}
