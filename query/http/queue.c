/* SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include <pthread.h>
#include <stdlib.h>

/* A ring. */
struct line {
    void **item; /* room of the queue */
    size_t first, n;
};

struct akin_http_queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    size_t room; /* for both together */
    bool is_closed;
    struct line line[2]; /* [1]: can wait */
};

struct akin_http_queue *
akin_http_queue_new(size_t room)
{
    struct akin_http_queue *queue = akin_new(1, sizeof(*queue));

    queue->room = room;
    for (size_t i = 0; i < AKIN_COUNT(queue->line); i++)
        queue->line[i].item = akin_new(room, sizeof(void *));
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
    for (size_t i = 0; i < AKIN_COUNT(queue->line); i++)
        free(queue->line[i].item);
    free(queue);
}

bool
akin_http_queue_put(struct akin_http_queue *queue, void *item, bool can_wait)
{
    struct line *line = &queue->line[can_wait];
    bool fits;

    (void)pthread_mutex_lock(&queue->lock);
    fits =
        queue->line[0].n + queue->line[1].n < queue->room && !queue->is_closed;
    if (fits) {
        line->item[(line->first + line->n++) % queue->room] = item;
        (void)pthread_cond_signal(&queue->filled);
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return fits;
}

void *
akin_http_queue_take(struct akin_http_queue *queue)
{
    void *item = NULL;
    struct line *line;

    (void)pthread_mutex_lock(&queue->lock);
    while (queue->line[0].n == 0 && queue->line[1].n == 0 && !queue->is_closed)
        (void)pthread_cond_wait(&queue->filled, &queue->lock);
    line = &queue->line[queue->line[0].n == 0];
    if (line->n > 0) {
        item = line->item[line->first];
        line->first = (line->first + 1) % queue->room;
        line->n--;
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
