/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <stdatomic.h>
#include <time.h>

#include "pipeline.h"

#define WINDOW 8

/* What a run saw. Results are item numbers + 1 in malloc'd cells, so that a
 * leak or a double free is found by the sanitizers. */
struct seen {
    atomic_size_t begun, ended, worked, in_flight, most_in_flight, dropped;
    size_t next; /* the item that must be consumed next */
    size_t n_batches, largest_batch;
    size_t fail_at;   /* consuming this item fails; SIZE_MAX: none */
    size_t stop_at;   /* consuming this item asks for a stop */
    size_t bad_begin; /* the nth worker cannot begin; SIZE_MAX: none */
    bool is_uneven;   /* items take different times */
    atomic_int stop;
    bool was_in_order;
};

static struct seen *dropper; /* drop gets no ctx */

static void
rest_a_little(size_t item)
{
    struct timespec ts = {0, (long)(item * 7919 % 13) * 100000};

    (void)nanosleep(&ts, NULL);
}

static enum akin_status
begin(void *ctx, void **worker, struct akin_error *err)
{
    struct seen *seen = ctx;
    size_t nth = atomic_fetch_add(&seen->begun, 1);

    if (nth == seen->bad_begin)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for a worker");
    *worker = seen;
    return AKIN_OK;
}

static void
end(void *ctx, void *worker)
{
    struct seen *seen = ctx;

    assert_ptr_equal(worker, seen);
    (void)atomic_fetch_add(&seen->ended, 1);
}

static void *
work(void *ctx, void *worker, size_t item)
{
    struct seen *seen = ctx;
    size_t now = atomic_fetch_add(&seen->in_flight, 1) + 1;
    size_t most = atomic_load(&seen->most_in_flight);
    size_t *result = malloc(sizeof(*result));

    (void)worker;
    while (now > most &&
           !atomic_compare_exchange_weak(&seen->most_in_flight, &most, now))
        continue;
    if (seen->is_uneven)
        rest_a_little(item);
    (void)atomic_fetch_add(&seen->worked, 1);
    if (result != NULL)
        *result = item + 1;
    return result;
}

static enum akin_status
consume(void *ctx, size_t first, void **results, size_t n,
        struct akin_error *err)
{
    struct seen *seen = ctx;
    enum akin_status st = AKIN_OK;

    seen->n_batches++;
    if (n > seen->largest_batch)
        seen->largest_batch = n;
    for (size_t i = 0; i < n; i++) {
        size_t *result = results[i];

        seen->was_in_order &=
            first + i == seen->next && *result == seen->next + 1;
        if (seen->next == seen->fail_at)
            st = AKIN_FAIL(err, AKIN_EIO, "the disk is full");
        if (seen->next == seen->stop_at)
            atomic_store(&seen->stop, 1);
        seen->next++;
        free(result);
        (void)atomic_fetch_sub(&seen->in_flight, 1);
    }
    return st;
}

static void
drop(void *result)
{
    (void)atomic_fetch_add(&dropper->dropped, 1);
    free(result);
}

static void
init(struct seen *seen)
{
    memset(seen, 0, sizeof(*seen));
    seen->fail_at = seen->stop_at = seen->bad_begin = SIZE_MAX;
    seen->was_in_order = true;
    dropper = seen;
}

static enum akin_status
run(struct seen *seen, size_t n_items, size_t n_workers, size_t window,
    struct akin_error *err)
{
    struct akin_pipeline pipeline = {.n_items = n_items,
                                     .n_workers = n_workers,
                                     .window = window,
                                     .batch_ms = 1,
                                     .ctx = seen,
                                     .begin = begin,
                                     .end = end,
                                     .work = work,
                                     .consume = consume,
                                     .drop = drop,
                                     .stop = &seen->stop};

    return akin_pipeline_run(&pipeline, err);
}

static void
results_come_in_order_whatever_the_threads(void **state)
{
    static const size_t workers[] = {1, 2, 3, 8, 40};
    static const size_t windows[] = {1, 2, 3, 8, 64};

    (void)state;
    for (size_t w = 0; w < AKIN_COUNT(workers); w++)
        for (size_t k = 0; k < AKIN_COUNT(windows); k++) {
            struct akin_error err = {0};
            struct seen seen;

            init(&seen);
            seen.is_uneven = true;
            assert_ok(run(&seen, 60, workers[w], windows[k], &err));
            assert_true(seen.was_in_order);
            assert_int_equal(seen.next, 60);
            assert_int_equal(seen.worked, 60);
            assert_int_equal(seen.dropped, 0);
            assert_int_equal(seen.begun, seen.ended);
        }
}

static void
no_more_than_a_window_is_in_flight(void **state)
{
    struct akin_error err = {0};
    struct seen seen;

    (void)state;
    init(&seen);
    assert_ok(run(&seen, 2000, 16, WINDOW, &err));
    assert_in_range(seen.most_in_flight, 1, WINDOW);
    assert_in_range(seen.largest_batch, 1, WINDOW / 2);
    assert_in_range(seen.begun, 1, WINDOW); /* more workers would only wait */
}

static void
nothing_to_do_is_done(void **state)
{
    struct akin_error err = {0};
    struct seen seen;

    (void)state;
    init(&seen);
    assert_ok(run(&seen, 0, 4, WINDOW, &err));
    assert_int_equal(seen.begun, 0);
}

static void
zero_workers_and_zero_window_mean_one(void **state)
{
    struct akin_error err = {0};
    struct seen seen;

    (void)state;
    init(&seen);
    assert_ok(run(&seen, 5, 0, 0, &err));
    assert_int_equal(seen.next, 5);
    assert_int_equal(seen.begun, 1);
}

static void
a_consumer_that_fails_ends_the_run_and_leaks_nothing(void **state)
{
    struct akin_error err = {0};
    struct seen seen;

    (void)state;
    init(&seen);
    seen.fail_at = 20;
    assert_fails_with(run(&seen, 1000, 4, WINDOW, &err), AKIN_EIO,
                      "the disk is full");
    /* The batch with item 20 was the last one. */
    assert_in_range(seen.next, 21, 20 + WINDOW / 2);
    assert_int_equal(seen.worked, seen.next + seen.dropped);
    assert_int_equal(seen.begun, seen.ended);
}

static void
a_worker_that_cannot_begin_fails_the_run(void **state)
{
    struct akin_error err = {0};
    struct seen seen;

    (void)state;
    init(&seen);
    seen.bad_begin = 0;
    seen.is_uneven = true;
    assert_fails_with(run(&seen, 100000, 3, WINDOW, &err), AKIN_ENOMEM,
                      "no memory for a worker");
    assert_int_equal(seen.begun, seen.ended + 1);
    assert_int_equal(seen.worked, seen.next + seen.dropped);
}

static void
a_stop_consumes_what_is_done_and_in_order(void **state)
{
    struct akin_error err = {0};
    struct seen seen;

    (void)state;
    init(&seen);
    seen.stop_at = 30;
    assert_fails_with(run(&seen, 100000, 4, WINDOW, &err), AKIN_ECLOSED,
                      "stopped");
    assert_true(seen.was_in_order);
    /* All that workers had in hand was finished and consumed, none dropped. */
    assert_in_range(seen.next, 31, 30 + 2 * WINDOW);
    assert_int_equal(seen.worked, seen.next);
    assert_int_equal(seen.dropped, 0);
}

static void
a_stop_before_the_beginning_does_nothing(void **state)
{
    struct akin_error err = {0};
    struct seen seen;

    (void)state;
    init(&seen);
    atomic_store(&seen.stop, 1);
    assert_fails_with(run(&seen, 10, 4, WINDOW, &err), AKIN_ECLOSED, "stopped");
    assert_int_equal(seen.worked, 0);
}

static void
a_stop_after_the_last_item_is_no_stop(void **state)
{
    struct akin_error err = {0};
    struct seen seen;

    (void)state;
    init(&seen);
    seen.stop_at = 49;
    assert_ok(run(&seen, 50, 2, WINDOW, &err));
    assert_int_equal(seen.next, 50);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_come_in_order_whatever_the_threads),
        cmocka_unit_test(no_more_than_a_window_is_in_flight),
        cmocka_unit_test(nothing_to_do_is_done),
        cmocka_unit_test(zero_workers_and_zero_window_mean_one),
        cmocka_unit_test(a_consumer_that_fails_ends_the_run_and_leaks_nothing),
        cmocka_unit_test(a_worker_that_cannot_begin_fails_the_run),
        cmocka_unit_test(a_stop_consumes_what_is_done_and_in_order),
        cmocka_unit_test(a_stop_before_the_beginning_does_nothing),
        cmocka_unit_test(a_stop_after_the_last_item_is_no_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
