/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers do not get worse unnoticed: the sample corpus, at most four images a
 * set, asked through the ranking of production with the built-in projection.
 * The floors lie about .05 below what was measured (tests/bench/README.md has
 * the figures of the whole corpus); chance is .03 and .08.
 */
#include "akin_test.h"

#include "bench_judge.h"

#define MAX_IMAGES 4
#define FLOOR_R_AT_1 0.75
#define FLOOR_MAP 0.50

static void
load(struct bench_corpus *corpus)
{
    const struct bench_corpus_options how = {.max_images = MAX_IMAGES};
    char *folder = akin_test_need_shared("bioimages");
    struct akin_config config;
    struct akin_error err = {0};

    akin_config_init(&config);
    assert_ok(bench_corpus_load(folder, &config, &how, corpus, &err));
    assert_int_equal(corpus->n_failed, 0);
    assert_true(corpus->n_sets >= 30);
    free(folder);
}

static void
judge(const struct bench_corpus *corpus, enum akin_intent intent,
      struct bench_results *results)
{
    struct akin_projection *projection = NULL;
    struct bench_database database = {0};
    struct akin_error err = {0};

    assert_ok(akin_projection_builtin(&projection, &err));
    bench_database_make(corpus, projection, &database);
    bench_results_new(corpus->n_sets, results);
    for (size_t s = 0; s < corpus->n_sets; s++)
        assert_ok(bench_judge_set(&database, s, intent, results, &err));
    bench_results_sum_up(results, NULL);
    for (int f = 0; f < BENCH_N_FIGURES; f++)
        print_message("  %s %s %.3f (%.3f to %.3f)\n",
                      intent == AKIN_INTENT_FIND ? "find" : "explore",
                      bench_figure_names[f], results->mean[f], results->low[f],
                      results->high[f]);
    bench_database_free(&database);
    akin_projection_free(projection);
}

static void
what_is_similar_stands_first(void **state)
{
    struct bench_corpus corpus = {0};
    struct bench_results results;

    (void)state;
    load(&corpus);
    judge(&corpus, AKIN_INTENT_FIND, &results);
    assert_true(results.mean[BENCH_R_AT_1] >= FLOOR_R_AT_1);
    assert_true(results.mean[BENCH_MAP] >= FLOOR_MAP);
    bench_results_free(&results);
    judge(&corpus, AKIN_INTENT_EXPLORE, &results);
    assert_true(results.mean[BENCH_MAP] >= FLOOR_MAP);
    bench_results_free(&results);
    bench_corpus_free(&corpus);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_similar_stands_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
