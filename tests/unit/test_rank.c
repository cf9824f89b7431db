/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "rank.h"

#define NO_ROW UINT64_MAX

static void
the_score_is_the_mean_of_the_best_matches(void **state)
{
    /* two query tiles, three datasets */
    const float sim[] = {1.0f, 0.5f, -1.0f, 0.0f, 0.75f, -0.5f};
    const uint32_t tie[] = {1, 2, 3};
    struct akin_ranked out[3];

    (void)state;
    assert_int_equal(akin_rank(sim, 2, 3, tie, AKIN_INTENT_FIND, out), 3);
    assert_int_equal(out[0].dataset, 1);
    assert_true(out[0].score == 0.625);
    assert_int_equal(out[1].dataset, 0);
    assert_true(out[1].score == 0.5);
    assert_int_equal(out[2].dataset, 2);
    assert_true(out[2].score == -0.75);
}

static void
equal_scores_go_by_dataset_number(void **state)
{
    const float sim[] = {0.5f, 0.5f, 0.5f, 0.5f};
    const uint32_t tie[] = {40, 10, 30, 20};
    const size_t want[] = {1, 3, 2, 0};
    struct akin_ranked out[4];

    (void)state;
    assert_int_equal(akin_rank(sim, 1, 4, tie, AKIN_INTENT_FIND, out), 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(out[i].dataset, want[i]);
}

static void
exploring_wants_every_tile_to_match(void **state)
{
    /* three query tiles, two datasets: all rather like the first; two like the
     * second, and one not at all */
    const float sim[] = {0.5f, 0.9f, 0.5f, 0.9f, 0.5f, -0.2f};
    const uint32_t tie[] = {1, 2};
    struct akin_ranked out[2];

    (void)state;
    assert_int_equal(akin_rank(sim, 3, 2, tie, AKIN_INTENT_FIND, out), 2);
    assert_int_equal(out[0].dataset, 1);
    assert_int_equal(akin_rank(sim, 3, 2, tie, AKIN_INTENT_EXPLORE, out), 2);
    assert_int_equal(out[0].dataset, 0);
    assert_float_equal(out[0].score, 0.5, 1e-6);
    assert_true(out[0].similarity == out[0].score);
    assert_float_equal(out[1].score, -log((2 * exp(-4.5) + exp(1.0)) / 3) / 5,
                       1e-6);
}

static void
datasets_without_a_match_are_left_out(void **state)
{
    const float sim[] = {-INFINITY, 0.1f, NAN, INFINITY};
    const uint32_t tie[] = {1, 2, 3, 4};
    struct akin_ranked out[4];

    (void)state;
    assert_int_equal(akin_rank(sim, 1, 4, tie, AKIN_INTENT_FIND, out), 1);
    assert_int_equal(out[0].dataset, 1);
}

static void
nothing_asked_and_nothing_stored_rank_to_nothing(void **state)
{
    struct akin_ranked out[1];
    const uint32_t tie[] = {1};
    const float sim[] = {0};

    (void)state;
    assert_int_equal(akin_rank(sim, 3, 0, tie, AKIN_INTENT_FIND, out), 0);
    assert_int_equal(akin_rank(sim, 0, 1, tie, AKIN_INTENT_FIND, out), 0);
}

static void
evidence_shows_each_stored_tile_once_best_first(void **state)
{
    /* four query tiles of one dataset among two */
    const float sim[] = {0.9f, 0, 0.8f, 0, 0.95f, 0, 0.7f, 0};
    const uint64_t row[] = {5, 0, 6, 0, 5, 0, 7, 0};
    struct akin_pair out[4];

    (void)state;
    assert_int_equal(akin_rank_evidence(sim, row, 4, 2, 0, out, 4), 3);
    assert_int_equal(out[0].query, 2);
    assert_int_equal(out[0].row, 5);
    assert_true(out[0].similarity == 0.95f);
    assert_int_equal(out[1].row, 6);
    assert_int_equal(out[2].row, 7);
    assert_int_equal(akin_rank_evidence(sim, row, 4, 2, 0, out, 2), 2);
    assert_int_equal(akin_rank_evidence(sim, row, 4, 2, 0, out, 0), 0);
}

static void
evidence_passes_over_what_was_not_reached(void **state)
{
    const float sim[] = {0.9f, 0.2f, -INFINITY};
    const uint64_t row[] = {NO_ROW, 3, NO_ROW};
    struct akin_pair out[3];

    (void)state;
    assert_int_equal(akin_rank_evidence(sim, row, 3, 1, 0, out, 3), 1);
    assert_int_equal(out[0].query, 1);
    assert_int_equal(out[0].row, 3);
}

static void
equal_evidence_goes_by_query_tile(void **state)
{
    const float sim[] = {0.5f, 0.5f, 0.5f};
    const uint64_t row[] = {9, 8, 7};
    struct akin_pair out[3];

    (void)state;
    assert_int_equal(akin_rank_evidence(sim, row, 3, 1, 0, out, 3), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(out[i].query, i);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_score_is_the_mean_of_the_best_matches),
        cmocka_unit_test(equal_scores_go_by_dataset_number),
        cmocka_unit_test(exploring_wants_every_tile_to_match),
        cmocka_unit_test(datasets_without_a_match_are_left_out),
        cmocka_unit_test(nothing_asked_and_nothing_stored_rank_to_nothing),
        cmocka_unit_test(evidence_shows_each_stored_tile_once_best_first),
        cmocka_unit_test(evidence_passes_over_what_was_not_reached),
        cmocka_unit_test(equal_evidence_goes_by_query_tile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
