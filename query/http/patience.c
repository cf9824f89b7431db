/* SPDX-License-Identifier: Apache-2.0 */
#include "patience.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct akin_patience_seat {
    struct akin_patience_seat *next, **link;
    int fd;
    int64_t until_s; /* 0: the clock stands */
};

struct akin_patience {
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    pthread_t thread;
    struct akin_patience_seat *seats;
    int64_t seconds;
    bool is_stopping;
};

static int64_t
now_s(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec;
}

static void
shut_late(struct akin_patience *patience)
{
    int64_t now = now_s();

    for (struct akin_patience_seat *seat = patience->seats; seat != NULL;
         seat = seat->next)
        if (seat->until_s != 0 && seat->until_s < now) {
            (void)shutdown(seat->fd, SHUT_RDWR);
            seat->until_s = 0;
        }
}

static void *
watch(void *ctx)
{
    struct akin_patience *patience = ctx;

    (void)pthread_mutex_lock(&patience->lock);
    while (!patience->is_stopping) {
        struct timespec until = {0};

        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 1;
        (void)pthread_cond_timedwait(&patience->stopped, &patience->lock,
                                     &until);
        shut_late(patience);
    }
    (void)pthread_mutex_unlock(&patience->lock);
    return NULL;
}

enum akin_status
akin_patience_new(uint64_t seconds, struct akin_patience **out,
                  struct akin_error *err)
{
    struct akin_patience *patience = akin_new(1, sizeof(*patience));

    patience->seconds = (int64_t)seconds;
    (void)pthread_mutex_init(&patience->lock, NULL);
    (void)pthread_cond_init(&patience->stopped, NULL);
    if (pthread_create(&patience->thread, NULL, watch, patience) != 0) {
        free(patience);
        return AKIN_FAIL(err, AKIN_EIO, "cannot start a thread");
    }
    *out = patience;
    return AKIN_OK;
}

void
akin_patience_free(struct akin_patience *patience)
{
    if (patience == NULL)
        return;
    (void)pthread_mutex_lock(&patience->lock);
    patience->is_stopping = true;
    (void)pthread_cond_signal(&patience->stopped);
    (void)pthread_mutex_unlock(&patience->lock);
    (void)pthread_join(patience->thread, NULL);
    (void)pthread_cond_destroy(&patience->stopped);
    (void)pthread_mutex_destroy(&patience->lock);
    free(patience);
}

struct akin_patience_seat *
akin_patience_enter(struct akin_patience *patience, int fd)
{
    struct akin_patience_seat *seat = akin_new(1, sizeof(*seat));

    seat->fd = fd;
    seat->until_s = now_s() + patience->seconds;
    (void)pthread_mutex_lock(&patience->lock);
    seat->next = patience->seats;
    seat->link = &patience->seats;
    if (seat->next != NULL)
        seat->next->link = &seat->next;
    patience->seats = seat;
    (void)pthread_mutex_unlock(&patience->lock);
    return seat;
}

void
akin_patience_leave(struct akin_patience *patience,
                    struct akin_patience_seat *seat)
{
    (void)pthread_mutex_lock(&patience->lock);
    *seat->link = seat->next;
    if (seat->next != NULL)
        seat->next->link = seat->link;
    (void)pthread_mutex_unlock(&patience->lock);
    free(seat);
}

static void
set_until(struct akin_patience *patience, struct akin_patience_seat *seat,
          int64_t until_s)
{
    (void)pthread_mutex_lock(&patience->lock);
    seat->until_s = until_s;
    (void)pthread_mutex_unlock(&patience->lock);
}

void
akin_patience_wait(struct akin_patience *patience,
                   struct akin_patience_seat *seat)
{
    set_until(patience, seat, now_s() + patience->seconds);
}

void
akin_patience_stop(struct akin_patience *patience,
                   struct akin_patience_seat *seat)
{
    set_until(patience, seat, 0);
}
