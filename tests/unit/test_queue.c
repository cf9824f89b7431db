/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <pthread.h>

#include "akin/bytes.h"
#include "akind/queue.h"

static bool
put(struct akin_queue *queue, size_t number, size_t len)
{
    struct akin_queued entry = {.len = len, .arrived_ms = (double)number};

    return akin_queue_put(queue, &entry);
}

static void
expect_next(struct akin_queue *queue, size_t number)
{
    struct akin_queued entry = {0};

    assert_true(akin_queue_take(queue, &entry));
    assert_true(entry.arrived_ms == (double)number);
}

static void
first_come_first_served(void **state)
{
    struct akin_queue *queue = akin_queue_new(4, 1000);

    (void)state;
    for (size_t i = 0; i < 40; i += 2) { /* round the ring several times */
        assert_true(put(queue, i, 1));
        assert_true(put(queue, i + 1, 1));
        assert_int_equal(akin_queue_length(queue), 2);
        expect_next(queue, i);
        expect_next(queue, i + 1);
    }
    akin_queue_free(queue);
}

static void
number_and_bytes_are_bounded(void **state)
{
    struct akin_queue *queue = akin_queue_new(3, 100);

    (void)state;
    assert_true(put(queue, 0, 60));
    assert_false(put(queue, 9, 41));
    assert_true(put(queue, 1, 40));
    assert_false(put(queue, 9, 1));
    assert_true(put(queue, 2, 0));
    assert_false(put(queue, 9, 0)); /* the number */
    for (size_t i = 0; i < 3; i++)
        expect_next(queue, i);
    assert_true(put(queue, 3, 1000)); /* too long for any but an empty one */
    assert_false(put(queue, 9, 1));
    expect_next(queue, 3);
    assert_true(put(queue, 4, 100));
    expect_next(queue, 4);
    akin_queue_free(queue);
}

static void *
take_all(void *ctx)
{
    struct akin_queued entry = {0};
    size_t n = 0;

    while (akin_queue_take(ctx, &entry))
        n += entry.len;
    return (void *)n; /* NOLINT(performance-no-int-to-ptr): a count */
}

static void
closing_wakes_all_and_keeps_the_rest_for_draining(void **state)
{
    struct akin_queue *queue = akin_queue_new(500, 1 << 20);
    struct akin_queued entry = {0};
    pthread_t taker[4];
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&taker[i], NULL, take_all, queue), 0);
    for (size_t i = 0; i < 500; i++)
        assert_true(put(queue, i, 7));
    akin_queue_close(queue);
    assert_false(put(queue, 9, 1));
    for (size_t i = 0; i < 4; i++) {
        void *taken = NULL;

        assert_int_equal(pthread_join(taker[i], &taken), 0);
        n += (size_t)taken;
    }
    while (akin_queue_drain(queue, &entry))
        n += entry.len;
    assert_int_equal(n, 500 * 7);
    akin_queue_free(queue);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_come_first_served),
        cmocka_unit_test(number_and_bytes_are_bounded),
        cmocka_unit_test(closing_wakes_all_and_keeps_the_rest_for_draining),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
