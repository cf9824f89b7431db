/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/parallel.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

struct loop {
    size_t n, slice;
    akin_parallel_fn *fn;
    void *ctx;
    atomic_size_t next; /* first item that nobody has taken */
};

struct worker {
    struct loop *loop;
    size_t number;
    pthread_t thread;
};

static void *
work(void *arg)
{
    const struct worker *worker = arg;
    struct loop *loop = worker->loop;

    for (;;) {
        size_t begin = atomic_fetch_add(&loop->next, loop->slice);

        if (begin >= loop->n)
            return NULL;
        loop->fn(loop->ctx, worker->number, begin,
                 loop->n - begin < loop->slice ? loop->n : begin + loop->slice);
    }
}

void
akin_parallel_for(size_t n, size_t slice, size_t threads, akin_parallel_fn *fn,
                  void *ctx)
{
    struct worker worker[AKIN_PARALLEL_MAX];
    struct loop loop = {.n = n, .slice = slice, .fn = fn, .ctx = ctx};
    size_t started = 1;

    assert(slice > 0 && threads > 0 && threads <= AKIN_PARALLEL_MAX);
    for (; started < threads && started * slice < n; started++) {
        worker[started] = (struct worker){.loop = &loop, .number = started};
        if (pthread_create(&worker[started].thread, NULL, work,
                           &worker[started]) != 0)
            break;
    }
    worker[0] = (struct worker){.loop = &loop};
    (void)work(&worker[0]);
    for (size_t i = 1; i < started; i++)
        (void)pthread_join(worker[i].thread, NULL);
}
