/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/nearest.h"

static const struct {
    const char *a, *b;
    size_t distance;
} pairs[] = {
    {"", "", 0},
    {"abc", "", 3},
    {"kitten", "sitting", 3},
    {"Mus", "mus", 0},
    {"organsim", "organism", 1},
    {"ca", "abc", 3}, /* not 2: a place is edited once */
    {"license", "licence", 1},
    {"taxon", "axon", 1},
    {"ab", "ba", 1},
};

static void
distances_count_edits_and_swaps(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(pairs); i++) {
        assert_int_equal(akin_edit_distance(pairs[i].a, pairs[i].b),
                         pairs[i].distance);
        assert_int_equal(akin_edit_distance(pairs[i].b, pairs[i].a),
                         pairs[i].distance);
    }
}

static void
long_words_are_compared_up_to_the_limit(void **state)
{
    char a[300], b[300];

    (void)state;
    memset(a, 'a', sizeof(a));
    memset(b, 'a', sizeof(b));
    a[299] = b[299] = '\0';
    b[AKIN_NEAREST_MAX] = 'b';
    assert_int_equal(akin_edit_distance(a, b), 0);
    b[AKIN_NEAREST_MAX - 1] = 'b';
    assert_int_equal(akin_edit_distance(a, b), 1);
}

static const char *
nearest_of_three(const char *word)
{
    struct akin_nearest near;

    akin_nearest_init(&near, word);
    akin_nearest_offer(&near, "organism");
    akin_nearest_offer(&near, "imaging_method");
    akin_nearest_offer(&near, "year");
    return near.best;
}

static void
the_nearest_word_is_offered(void **state)
{
    (void)state;
    assert_string_equal(nearest_of_three("organsim"), "organism");
    assert_string_equal(nearest_of_three("Imaging-Methods"), "imaging_method");
    assert_string_equal(nearest_of_three("yaer"), "year");
}

static void
far_words_are_not_offered(void **state)
{
    (void)state;
    assert_null(nearest_of_three("colour"));
    assert_null(nearest_of_three(""));
    assert_null(nearest_of_three("yxxr"));
}

static void
the_first_of_equals_wins(void **state)
{
    struct akin_nearest near;

    (void)state;
    akin_nearest_init(&near, "cat");
    akin_nearest_offer(&near, "bat");
    akin_nearest_offer(&near, "rat");
    assert_string_equal(near.best, "bat");
    akin_nearest_offer(&near, "cat");
    assert_string_equal(near.best, "cat");
    assert_int_equal(near.distance, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_count_edits_and_swaps),
        cmocka_unit_test(long_words_are_compared_up_to_the_limit),
        cmocka_unit_test(the_nearest_word_is_offered),
        cmocka_unit_test(far_words_are_not_offered),
        cmocka_unit_test(the_first_of_equals_wins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
