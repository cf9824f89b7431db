/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/bytes.h"
#include "company.h"

#define MANY ((size_t)200000) /* more than there is room for */

/* What a pair's numbers are in these tests: told by its names. */
static struct akin_company_pair
pair_of(uint64_t a, uint64_t b)
{
    return (struct akin_company_pair){
        .a = a, .b = b, .a_in_b = (double)(a * 7 + b), .b_in_a = -(double)b};
}

static bool
recall(struct akin_company *company, uint64_t a, uint64_t b)
{
    struct akin_company_pair pair = {.a = a, .b = b};
    struct akin_company_pair want = pair_of(a, b);

    akin_company_recall(company, &pair, 1);
    if (pair.is_known) {
        assert_true(pair.a_in_b == want.a_in_b);
        assert_true(pair.b_in_a == want.b_in_a);
    }
    return pair.is_known;
}

static void
what_was_never_said_is_not_known(void **state)
{
    struct akin_company *company = akin_company_new();

    (void)state;
    assert_false(recall(company, 11, 12));
    akin_company_free(company);
}

static void
what_was_kept_is_known_the_way_it_was_asked(void **state)
{
    struct akin_company *company = akin_company_new();
    const struct akin_company_pair kept[] = {pair_of(11, 12), pair_of(11, 13),
                                             pair_of(12, 13)};

    (void)state;
    akin_company_keep(company, kept, AKIN_COUNT(kept));
    assert_true(recall(company, 11, 12));
    assert_true(recall(company, 11, 13));
    assert_true(recall(company, 12, 13));
    assert_false(recall(company, 12, 11)); /* 12 did not lead there */
    assert_false(recall(company, 11, 14));
    akin_company_free(company);
}

static void
what_is_known_is_not_kept_again(void **state)
{
    struct akin_company *company = akin_company_new();
    struct akin_company_pair pair = pair_of(21, 22);

    (void)state;
    akin_company_keep(company, &pair, 1);
    pair.is_known = true;
    pair.a_in_b = 5e9;
    akin_company_keep(company, &pair, 1);
    assert_true(recall(company, 21, 22));
    akin_company_free(company);
}

/* A pair is forgotten when there is no room, never mistaken for another. */
static void
with_more_pairs_than_room_no_answer_is_wrong(void **state)
{
    struct akin_company *company = akin_company_new();
    size_t n_known = 0;

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        struct akin_company_pair pair = pair_of(1 + i % 1000, 5000 + i / 1000);

        akin_company_keep(company, &pair, 1);
    }
    for (size_t i = 0; i < MANY; i++)
        n_known += recall(company, 1 + i % 1000, 5000 + i / 1000);
    assert_true(n_known > 0 && n_known < MANY);
    assert_true(
        recall(company, 1 + (MANY - 1) % 1000, 5000 + (MANY - 1) / 1000));
    akin_company_free(company);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_never_said_is_not_known),
        cmocka_unit_test(what_was_kept_is_known_the_way_it_was_asked),
        cmocka_unit_test(what_is_known_is_not_kept_again),
        cmocka_unit_test(with_more_pairs_than_room_no_answer_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
