/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <stdatomic.h>

#include "akin/parallel.h"

#define N 10007

struct counts {
    atomic_uint item[N];
    size_t slice;
    atomic_uint wrong;
};

static void
count(void *ctx, size_t worker, size_t begin, size_t end)
{
    struct counts *c = ctx;

    if (worker >= 8 || begin >= end || end > N || end - begin > c->slice)
        (void)atomic_fetch_add(&c->wrong, 1);
    for (size_t i = begin; i < end; i++)
        (void)atomic_fetch_add(&c->item[i], 1);
}

static void
every_item_is_worked_on_once_whatever_slices_and_threads(void **state)
{
    static struct counts counts;
    static const size_t slices[] = {1, 7, 1000, 20000};

    (void)state;
    for (size_t s = 0; s < AKIN_COUNT(slices); s++)
        for (size_t threads = 1; threads <= 8; threads++) {
            memset(&counts, 0, sizeof(counts));
            counts.slice = slices[s];
            akin_parallel_for(N, slices[s], threads, count, &counts);
            assert_int_equal(atomic_load(&counts.wrong), 0);
            for (size_t i = 0; i < N; i++)
                assert_int_equal(atomic_load(&counts.item[i]), 1);
        }
}

static void
nothing_to_do_is_done_at_once(void **state)
{
    (void)state;
    akin_parallel_for(0, 10, 4, NULL, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            every_item_is_worked_on_once_whatever_slices_and_threads),
        cmocka_unit_test(nothing_to_do_is_done_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
