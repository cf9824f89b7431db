/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TICK_NS 100000000 /* the consumer looks up at least this often */

struct slot {
    void *result;
    bool is_ready;
};

struct run {
    const struct akin_pipeline *p;
    size_t window, n_workers;

    pthread_mutex_t lock;
    pthread_cond_t freed; /* slots were freed, or the run is over */
    pthread_cond_t ready; /* a result is there, or a worker ended */

    /* Guarded by lock. Invariant: consumed <= taken <= consumed + window. */
    struct slot *slot; /* window */
    size_t taken;      /* items given to workers */
    size_t consumed;
    size_t n_alive; /* workers that may still bring results */
    bool is_over;   /* no further items are given out */
    enum akin_status status;
    struct akin_error error;
};

static bool
is_stopped(const struct run *run)
{
    return run->p->stop != NULL && atomic_load(run->p->stop) != 0;
}

/* The next item for a worker; false when there is none. */
static bool
take_item(struct run *run, size_t *item)
{
    bool found = false;

    (void)pthread_mutex_lock(&run->lock);
    while (!run->is_over && run->taken < run->p->n_items &&
           run->taken >= run->consumed + run->window)
        (void)pthread_cond_wait(&run->freed, &run->lock);
    if (!run->is_over && !is_stopped(run) && run->taken < run->p->n_items) {
        *item = run->taken++;
        found = true;
    }
    (void)pthread_mutex_unlock(&run->lock);
    return found;
}

static void
put_result(struct run *run, size_t item, void *result)
{
    struct slot *slot = &run->slot[item % run->window];

    (void)pthread_mutex_lock(&run->lock);
    assert(!slot->is_ready);
    *slot = (struct slot){.result = result, .is_ready = true};
    (void)pthread_cond_signal(&run->ready);
    (void)pthread_mutex_unlock(&run->lock);
}

/* The first failure is kept; nothing more is given out. Lock not held. */
static void
fail_run(struct run *run, enum akin_status status, const struct akin_error *err)
{
    (void)pthread_mutex_lock(&run->lock);
    if (run->status == AKIN_OK) {
        run->status = status;
        run->error = *err;
    }
    run->is_over = true;
    (void)pthread_cond_broadcast(&run->freed);
    (void)pthread_cond_signal(&run->ready);
    (void)pthread_mutex_unlock(&run->lock);
}

static void
work_all(struct run *run)
{
    const struct akin_pipeline *p = run->p;
    struct akin_error err = {0};
    enum akin_status st = AKIN_OK;
    void *worker = NULL;
    size_t item;

    if (p->begin != NULL)
        st = p->begin(p->ctx, &worker, &err);
    if (st != AKIN_OK) {
        fail_run(run, st, &err);
        return;
    }
    while (take_item(run, &item))
        put_result(run, item, p->work(p->ctx, worker, item));
    if (p->end != NULL)
        p->end(p->ctx, worker);
}

static void *
worker_main(void *arg)
{
    struct run *run = arg;

    work_all(run);
    (void)pthread_mutex_lock(&run->lock);
    run->n_alive--;
    (void)pthread_cond_signal(&run->ready);
    (void)pthread_mutex_unlock(&run->lock);
    return NULL;
}

/* Results that are ready in order, at most half a window. Lock held. */
static size_t
count_ready(const struct run *run)
{
    size_t most = run->window / 2 > 0 ? run->window / 2 : 1;
    size_t n = 0;

    while (n < most && run->consumed + n < run->p->n_items &&
           run->slot[(run->consumed + n) % run->window].is_ready)
        n++;
    return n;
}

static uint64_t
now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Waits a tick at most. Lock held; given up while the callback runs. */
static void
wait_a_tick(struct run *run)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_NS;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    (void)pthread_cond_timedwait(&run->ready, &run->lock, &until);
    if (run->p->tick != NULL) {
        (void)pthread_mutex_unlock(&run->lock);
        run->p->tick(run->p->ctx);
        (void)pthread_mutex_lock(&run->lock);
    }
}

/* Waits for a batch that is worth consuming; 0: the run is over. Lock held. */
static size_t
wait_for_batch(struct run *run)
{
    uint64_t since = 0;
    size_t most = run->window / 2 > 0 ? run->window / 2 : 1;

    for (;;) {
        size_t n = count_ready(run);
        bool is_last = run->consumed + n == run->p->n_items;

        if (run->status != AKIN_OK)
            return 0;
        if (is_stopped(run) && !run->is_over) {
            run->is_over = true;
            (void)pthread_cond_broadcast(&run->freed);
        }
        if (n > 0 && since == 0)
            since = now_ms();
        if (n == most || is_last || run->n_alive == 0 ||
            (n > 0 && now_ms() - since >= run->p->batch_ms))
            return n;
        wait_a_tick(run);
    }
}

/* Consumes one batch outside the lock. False: that was the end. */
static bool
consume_batch(struct run *run, void **results)
{
    struct akin_error err = {0};
    enum akin_status st;
    size_t n, first;

    (void)pthread_mutex_lock(&run->lock);
    n = wait_for_batch(run);
    first = run->consumed;
    for (size_t i = 0; i < n; i++)
        results[i] = run->slot[(first + i) % run->window].result;
    (void)pthread_mutex_unlock(&run->lock);
    if (n == 0)
        return false;
    st = run->p->consume(run->p->ctx, first, results, n, &err);
    if (st != AKIN_OK)
        fail_run(run, st, &err);
    (void)pthread_mutex_lock(&run->lock);
    for (size_t i = 0; i < n; i++)
        run->slot[(first + i) % run->window] = (struct slot){0};
    run->consumed += n;
    (void)pthread_cond_broadcast(&run->freed);
    (void)pthread_mutex_unlock(&run->lock);
    if (run->p->tick != NULL)
        run->p->tick(run->p->ctx);
    return st == AKIN_OK;
}

/* Signals are for the thread that consumes. */
static size_t
start_workers(struct run *run, pthread_t *threads)
{
    sigset_t all, before;
    size_t n = 0;
    int rc = 0;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    (void)pthread_mutex_lock(&run->lock);
    while (n < run->n_workers && rc == 0) {
        rc = pthread_create(&threads[n], NULL, worker_main, run);
        n += rc == 0 ? 1 : 0;
    }
    run->n_alive = n;
    (void)pthread_mutex_unlock(&run->lock);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (n == 0) {
        struct akin_error err = {0};

        fail_run(run,
                 AKIN_FAIL(&err, AKIN_EIO, "no thread can be started: %s",
                           strerror(rc)),
                 &err);
    }
    return n;
}

static void
init_run(struct run *run, const struct akin_pipeline *p)
{
    pthread_condattr_t attr;

    *run = (struct run){.p = p, .window = p->window > 0 ? p->window : 1};
    run->n_workers = p->n_workers > 0 ? p->n_workers : 1;
    if (run->n_workers > run->window)
        run->n_workers = run->window;
    if (run->n_workers > p->n_items)
        run->n_workers = p->n_items;
    run->slot = akin_new(run->window, sizeof(*run->slot));
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&run->lock, NULL);
    (void)pthread_cond_init(&run->freed, NULL);
    (void)pthread_cond_init(&run->ready, &attr);
    (void)pthread_condattr_destroy(&attr);
}

static void
fini_run(struct run *run)
{
    for (size_t i = 0; i < run->window; i++)
        if (run->slot[i].is_ready && run->p->drop != NULL)
            run->p->drop(run->slot[i].result);
    free(run->slot);
    (void)pthread_cond_destroy(&run->ready);
    (void)pthread_cond_destroy(&run->freed);
    (void)pthread_mutex_destroy(&run->lock);
}

/* All items were consumed, or why not. */
static enum akin_status
outcome(const struct run *run, struct akin_error *err)
{
    if (run->status != AKIN_OK) {
        if (err != NULL)
            *err = run->error;
        return run->status;
    }
    if (run->consumed < run->p->n_items)
        return AKIN_FAIL(err, AKIN_ECLOSED, "stopped");
    return AKIN_OK;
}

enum akin_status
akin_pipeline_run(const struct akin_pipeline *pipeline, struct akin_error *err)
{
    struct run run;
    pthread_t *threads;
    enum akin_status st;
    void **results;
    size_t n;

    if (pipeline->n_items == 0)
        return AKIN_OK;
    init_run(&run, pipeline);
    threads = akin_new(run.n_workers, sizeof(*threads));
    results = akin_new(run.window, sizeof(*results));
    n = start_workers(&run, threads);
    while (n > 0 && consume_batch(&run, results))
        continue;
    (void)pthread_mutex_lock(&run.lock);
    run.is_over = true;
    (void)pthread_cond_broadcast(&run.freed);
    (void)pthread_mutex_unlock(&run.lock);
    for (size_t i = 0; i < n; i++)
        (void)pthread_join(threads[i], NULL);
    st = outcome(&run, err);
    fini_run(&run);
    free(results);
    free(threads);
    return st;
}
