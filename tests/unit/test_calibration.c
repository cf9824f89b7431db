/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/calibration.h"
#include "akin/feature.h"

#define N_SCORES 2000
#define N_TILES 240

/* Scores of a line over log(tiles), with normal noise around it. */
static void
set_null(struct akin_calibration *c, size_t n, size_t n_datasets)
{
    struct akin_calibration_score *scores = akin_new(n, sizeof(*scores));
    struct akin_test_random random = {5};

    for (size_t i = 0; i < n; i++) {
        scores[i].n_tiles = 1 + akin_test_below(&random, 1000);
        scores[i].score = 0.1 + 0.05 * log((double)scores[i].n_tiles) +
                          0.1 * akin_test_normal(&random);
    }
    akin_calibration_null(c, scores, n, n_datasets);
    free(scores);
}

static double
at_size(double sigmas, uint64_t n_tiles)
{
    return 0.1 + 0.05 * log((double)n_tiles) + 0.1 * sigmas;
}

static void
chance_is_the_share_of_random_datasets_that_score_as_high(void **state)
{
    static const struct {
        double sigmas, chance, within;
    } known[] = {{-9, 1, 1e-9},     {0, 0.5, 0.04},       {1, 0.1587, 0.03},
                 {2, 0.0228, 0.01}, {2.6, 0.0047, 0.003}, {9, 0, 1e-3}};
    struct akin_calibration c = {.set = *akin_feature_set_builtin()};

    (void)state;
    set_null(&c, N_SCORES, 20);
    assert_true(c.has_null);
    assert_float_equal(c.slope, 0.05, 0.01);
    for (size_t i = 0; i < AKIN_COUNT(known); i++) {
        double small =
            akin_calibration_chance(&c, at_size(known[i].sigmas, 3), 3);
        double large =
            akin_calibration_chance(&c, at_size(known[i].sigmas, 900), 900);

        assert_float_equal(small, known[i].chance, known[i].within);
        assert_float_equal(large, known[i].chance, known[i].within);
    }
}

static void
chance_falls_with_the_score_and_never_to_nothing(void **state)
{
    struct akin_calibration c = {.set = *akin_feature_set_builtin()};
    double before = 1;

    (void)state;
    set_null(&c, N_SCORES, 20);
    for (int i = -100; i <= 400; i++) {
        double chance = akin_calibration_chance(&c, i / 100.0, 10);

        assert_true(chance <= before && chance >= 1e-6);
        before = chance;
    }
    assert_true(before < 1e-4);
    assert_true(akin_calibration_chance(&c, 0.5, 1000) >
                akin_calibration_chance(&c, 0.5, 1));
}

static void
too_few_datasets_or_equal_scores_give_no_chance(void **state)
{
    struct akin_calibration_score same[100];
    struct akin_calibration c = {.set = *akin_feature_set_builtin()};

    (void)state;
    set_null(&c, N_SCORES, AKIN_CALIBRATION_DATASETS - 1);
    assert_false(c.has_null);
    assert_true(akin_calibration_chance(&c, 0.9, 10) < 0);
    set_null(&c, 3, 20);
    assert_false(c.has_null);
    for (size_t i = 0; i < AKIN_COUNT(same); i++)
        same[i] = (struct akin_calibration_score){0.5, 10};
    akin_calibration_null(&c, same, AKIN_COUNT(same), 20);
    assert_false(c.has_null);
}

/* Tiles of twelve datasets; a dataset has a centre of its own. */
static void
set_spread(struct akin_calibration *c, float **features)
{
    uint32_t dataset[N_TILES];
    struct akin_test_random random = {9};
    struct akin_error err = {0};

    *features = akin_new(N_TILES, AKIN_N_FEATURES * sizeof(float));
    for (size_t i = 0; i < N_TILES; i++) {
        dataset[i] = (uint32_t)(i / 20 + 1);
        for (size_t k = 0; k < AKIN_N_FEATURES; k++)
            (*features)[i * AKIN_N_FEATURES + k] =
                (float)(sin((double)(dataset[i] * (k + 1))) +
                        0.1 * akin_test_normal(&random));
    }
    assert_ok(akin_calibration_spread(c, *features, dataset, N_TILES, &err));
    assert_true(c->has_spread && c->has_range);
}

static void
equal_tiles_agree_and_strangers_do_not(void **state)
{
    struct akin_calibration c = {.set = *akin_feature_set_builtin()};
    double same[AKIN_CALIBRATION_PARTS], sibling[AKIN_CALIBRATION_PARTS];
    double far_off[AKIN_CALIBRATION_PARTS], mean = 0;
    float *features = NULL, *shifted;
    const char *const *names = NULL;
    size_t n = akin_calibration_parts(&c, &names), n_pairs = 0;
    struct akin_test_random random = {3};

    (void)state;
    set_spread(&c, &features);
    shifted = akin_new(AKIN_N_FEATURES, sizeof(*shifted));
    for (size_t k = 0; k < AKIN_N_FEATURES; k++)
        shifted[k] = features[k] + 20;
    akin_calibration_agreement(&c, features, features, same);
    akin_calibration_agreement(&c, features, features + AKIN_N_FEATURES,
                               sibling);
    akin_calibration_agreement(&c, features, shifted, far_off);
    for (size_t p = 0; p < n; p++) {
        assert_float_equal(same[p], 1, 1e-9);
        assert_true(sibling[p] > 0.95);
        assert_float_equal(far_off[p], 0, 1e-9);
    }
    /* Random pairs lie in the middle on average: that is what 0.5 means. */
    for (size_t i = 0; i < 1000; i++) {
        size_t a = (size_t)akin_test_below(&random, N_TILES);
        size_t b = (size_t)akin_test_below(&random, N_TILES);
        double one[AKIN_CALIBRATION_PARTS];

        if (a / 20 == b / 20)
            continue;
        akin_calibration_agreement(&c, features + a * AKIN_N_FEATURES,
                                   features + b * AKIN_N_FEATURES, one);
        mean += one[0];
        n_pairs++;
    }
    mean /= (double)n_pairs;
    assert_true(n_pairs > 800 && mean > 0.45 && mean < 0.55);
    free(shifted);
    free(features);
}

static void
what_the_store_holds_is_not_strange(void **state)
{
    struct akin_calibration c = {.set = *akin_feature_set_builtin()};
    float *features = NULL;

    (void)state;
    set_spread(&c, &features);
    assert_float_equal(akin_calibration_strangeness(&c, features, N_TILES), 0,
                       1e-12);
    for (size_t k = 0; k < AKIN_N_FEATURES; k += 3)
        features[k] = -50;
    assert_float_equal(akin_calibration_strangeness(&c, features, 1), 1.0 / 3,
                       1e-9);
    free(features);
}

static void
the_file_form_gives_the_same_back(void **state)
{
    struct akin_calibration c = {.set = *akin_feature_set_builtin()};
    struct akin_calibration back = {0};
    struct akin_error err = {0};
    float *features = NULL;
    struct akin_json *json;

    (void)state;
    set_null(&c, N_SCORES, 20);
    set_spread(&c, &features);
    json = akin_calibration_json(&c);
    assert_ok(
        akin_calibration_read(json, akin_feature_set_builtin(), &back, &err));
    assert_memory_equal(&back, &c, sizeof(c));
    akin_json_free(json);
    akin_calibration_init(&c, akin_feature_set_builtin());
    json = akin_calibration_json(&c);
    assert_ok(
        akin_calibration_read(json, akin_feature_set_builtin(), &back, &err));
    assert_false(back.has_null || back.has_spread || back.has_range);
    akin_json_free(json);
    free(features);
}

static const struct {
    const char *name, *member, *value;
    enum akin_status status;
    const char *says;
} refusals[] = {
    {"another format", "format", "\"x\"", AKIN_EFORMAT, "not a calibration"},
    {"other features", "feature_set", "\"x\"", AKIN_ESTALE, "features x"},
    {"no slope", "null", "{\"intercept\":1}", AKIN_EFORMAT, "slope"},
    {"no deviation", "null",
     "{\"intercept\":1,\"slope\":0,\"deviation\":0,\"tail\":[0,1]}",
     AKIN_EFORMAT, "deviation"},
    {"a tail of one", "null",
     "{\"intercept\":1,\"slope\":0,\"deviation\":1,\"tail\":[0]}", AKIN_EFORMAT,
     "tail"},
    {"a short spread", "spread", "[1,2]", AKIN_EFORMAT, "spread"},
    {"words as numbers", "low", "[\"a\"]", AKIN_EFORMAT, "low"},
};

static void
a_damaged_file_is_refused_with_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_calibration c = {.set = *akin_feature_set_builtin()};
        struct akin_calibration out = {0};
        struct akin_error err = {0};
        struct akin_json *json, *value = NULL;
        float *features = NULL;

        print_message("  %s\n", refusals[i].name);
        set_null(&c, N_SCORES, 20);
        set_spread(&c, &features);
        json = akin_calibration_json(&c);
        assert_ok(
            akin_json_parse(akin_span_str(refusals[i].value), &value, &err));
        akin_json_set(json, refusals[i].member, value);
        assert_fails_with(
            akin_calibration_read(json, akin_feature_set_builtin(), &out, &err),
            refusals[i].status, refusals[i].says);
        assert_false(out.has_null);
        akin_json_free(json);
        free(features);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            chance_is_the_share_of_random_datasets_that_score_as_high),
        cmocka_unit_test(chance_falls_with_the_score_and_never_to_nothing),
        cmocka_unit_test(too_few_datasets_or_equal_scores_give_no_chance),
        cmocka_unit_test(equal_tiles_agree_and_strangers_do_not),
        cmocka_unit_test(what_the_store_holds_is_not_strange),
        cmocka_unit_test(the_file_form_gives_the_same_back),
        cmocka_unit_test(a_damaged_file_is_refused_with_a_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
