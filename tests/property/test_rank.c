/* SPDX-License-Identifier: Apache-2.0 */
/* Ranking against the plainest way to do the same. */
#include "akin_test.h"

#include "rank.h"

#define ROUNDS 400
#define QUERIES_MAX 12
#define DATASETS_MAX 60

struct table {
    size_t n_queries, n_datasets;
    float sim[QUERIES_MAX * DATASETS_MAX];
    uint64_t row[QUERIES_MAX * DATASETS_MAX];
    uint32_t tie[DATASETS_MAX];
};

/* Few different values, so that there are many ties; some places unreached. */
static void
fill(struct akin_test_random *random, struct table *t)
{
    t->n_queries = 1 + akin_test_below(random, QUERIES_MAX);
    t->n_datasets = akin_test_below(random, DATASETS_MAX + 1);
    for (size_t i = 0; i < t->n_queries * t->n_datasets; i++) {
        t->sim[i] = (float)akin_test_below(random, 5) / 4.0f - 0.5f;
        t->row[i] = akin_test_below(random, 6);
        if (akin_test_below(random, 20) == 0) {
            t->sim[i] = -INFINITY;
            t->row[i] = UINT64_MAX;
        }
    }
    for (size_t i = 0; i < t->n_datasets; i++)
        t->tie[i] = (uint32_t)i + 1;
    for (size_t i = t->n_datasets; i > 1; i--) {
        size_t j = akin_test_below(random, i);
        uint32_t kept = t->tie[i - 1];

        t->tie[i - 1] = t->tie[j];
        t->tie[j] = kept;
    }
}

static double
slow_score(const struct table *t, size_t dataset)
{
    double sum = 0;

    for (size_t q = 0; q < t->n_queries; q++)
        sum += (double)t->sim[q * t->n_datasets + dataset];
    return sum / (double)t->n_queries;
}

/* How many datasets stand before this one: its place. */
static size_t
slow_place(const struct table *t, size_t dataset)
{
    double mine = slow_score(t, dataset);
    size_t n = 0;

    for (size_t d = 0; d < t->n_datasets; d++) {
        double other = slow_score(t, d);

        n += other > mine || (other == mine && t->tie[d] < t->tie[dataset]);
    }
    return n;
}

static void
ranking_agrees_with_counting_who_is_better(void **state)
{
    struct akin_test_random random = {11};
    static struct table t;

    (void)state;
    for (size_t round = 0; round < ROUNDS; round++) {
        struct akin_ranked out[DATASETS_MAX];
        size_t n, n_finite = 0;

        fill(&random, &t);
        n = akin_rank(t.sim, t.n_queries, t.n_datasets, t.tie, AKIN_INTENT_FIND,
                      out);
        for (size_t d = 0; d < t.n_datasets; d++)
            n_finite += isfinite(slow_score(&t, d)) != 0;
        assert_int_equal(n, n_finite);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(slow_place(&t, out[i].dataset), i);
            assert_true(out[i].score == slow_score(&t, out[i].dataset));
        }
    }
}

static bool
is_shown(const struct akin_pair *pair, size_t n, uint64_t row)
{
    for (size_t i = 0; i < n; i++)
        if (pair[i].row == row)
            return true;
    return false;
}

static void
evidence_leaves_out_nothing_better_and_repeats_nothing(void **state)
{
    struct akin_test_random random = {12};
    static struct table t;

    (void)state;
    for (size_t round = 0; round < ROUNDS; round++) {
        struct akin_pair out[QUERIES_MAX];
        size_t n, dataset, max;

        do
            fill(&random, &t);
        while (t.n_datasets == 0);
        dataset = akin_test_below(&random, t.n_datasets);
        max = akin_test_below(&random, QUERIES_MAX + 1);
        n = akin_rank_evidence(t.sim, t.row, t.n_queries, t.n_datasets, dataset,
                               out, max);
        assert_true(n <= max);
        for (size_t i = 0; i < n; i++) {
            assert_true(i == 0 || out[i].similarity <= out[i - 1].similarity);
            assert_false(is_shown(out, i, out[i].row));
        }
        /* Every pair is shown, or its row is, or there was no room and it is
         * no better than the last one shown. */
        for (size_t q = 0; q < t.n_queries; q++) {
            size_t i = q * t.n_datasets + dataset;

            if (t.row[i] != UINT64_MAX && !is_shown(out, n, t.row[i]))
                assert_true(n == max &&
                            (n == 0 || t.sim[i] <= out[n - 1].similarity));
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranking_agrees_with_counting_who_is_better),
        cmocka_unit_test(
            evidence_leaves_out_nothing_better_and_repeats_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
