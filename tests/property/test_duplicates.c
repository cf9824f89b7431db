/* SPDX-License-Identifier: Apache-2.0 */
/* Disjoint sets against marking by walking over all pairs. */
#include "akin_test.h"

#include "akin/bytes.h"
#include "akin/duplicates.h"

#define N 200
#define PAIRS 150

/* The slow reference: the smaller mark goes to all that have the larger. */
static void
join_slowly(uint32_t *mark, uint32_t a, uint32_t b)
{
    uint32_t low = mark[a] < mark[b] ? mark[a] : mark[b];
    uint32_t high = mark[a] < mark[b] ? mark[b] : mark[a];

    for (size_t i = 0; i < N; i++)
        if (mark[i] == high)
            mark[i] = low;
}

static void
check_numbers(struct akin_duplicates *sets, const uint32_t *mark)
{
    uint32_t group[N], all[N], n_alone = 0, next = 0;
    uint32_t n = akin_duplicates_number(sets, false, group);
    uint32_t n_all = akin_duplicates_number(sets, true, all);

    for (uint32_t i = 0; i < N; i++) {
        size_t size = 0;

        for (size_t k = 0; k < N; k++)
            size += mark[k] == mark[i];
        assert_int_equal(akin_duplicates_first(sets, i), mark[i]);
        assert_int_equal(all[i], all[mark[i]]);
        n_alone += size == 1;
        if (size == 1) {
            assert_int_equal(group[i], AKIN_DUPLICATES_NONE);
            continue;
        }
        assert_int_equal(group[i], mark[i] == i ? next : group[mark[i]]);
        next += mark[i] == i;
    }
    assert_int_equal(n, next);
    assert_int_equal(n_all, next + n_alone);
}

static void
groups_are_those_of_the_pairs_in_any_order(void **state)
{
    struct akin_test_random random = {7};

    (void)state;
    for (int round = 0; round < 50; round++) {
        struct akin_duplicates *sets = NULL;
        struct akin_error err = {0};
        uint32_t mark[N];

        for (uint32_t i = 0; i < N; i++)
            mark[i] = i;
        assert_ok(akin_duplicates_new(N, &sets, &err));
        for (uint64_t p = akin_test_below(&random, PAIRS); p > 0; p--) {
            uint32_t a = (uint32_t)akin_test_below(&random, N);
            uint32_t b = (uint32_t)akin_test_below(&random, N);

            akin_duplicates_join(sets, a, b);
            join_slowly(mark, a, b);
        }
        check_numbers(sets, mark);
        akin_duplicates_free(sets);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_those_of_the_pairs_in_any_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
