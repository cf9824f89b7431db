/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/projection.h"
#include "context.h"

#define MAX_VECTORS 16

/* Datasets of one or two vectors in the plane of the first two axes. */
struct fixture {
    float vectors[MAX_VECTORS * AKIN_DIM];
    uint64_t start[AKIN_CONTEXT_POOL + 1], size[AKIN_CONTEXT_POOL];
    size_t n_datasets;
    struct akin_ranked ranked[AKIN_CONTEXT_POOL];
    uint32_t tie[AKIN_CONTEXT_POOL];
    size_t n_ranked;
};

static void
add(struct fixture *f, double degrees, double similarity)
{
    size_t i = f->n_datasets++, row = (size_t)f->start[i];
    double turn = degrees * acos(-1.0) / 180;

    f->start[i + 1] = f->start[i];
    f->ranked[f->n_ranked++] = (struct akin_ranked){i, similarity, similarity};
    f->tie[i] = (uint32_t)i;
    if (isnan(degrees))
        return; /* nothing stands for it */
    f->vectors[row * AKIN_DIM] = (float)cos(turn);
    f->vectors[row * AKIN_DIM + 1] = (float)sin(turn);
    f->start[i + 1]++;
}

static void
rank(struct fixture *f, size_t n_pool, enum akin_intent intent)
{
    const float *tile[MAX_VECTORS];
    const struct akin_context context = {
        .tile = tile, .start = f->start, .size = f->size, .n_pool = n_pool};
    struct akin_error err = {0};

    for (size_t i = 0; i < MAX_VECTORS; i++)
        tile[i] = f->vectors + i * AKIN_DIM;
    assert_ok(akin_context_rank(&context, intent, f->tie, f->ranked,
                                f->n_ranked, &err));
}

/* A pool of datasets in all directions. */
static void
many(struct fixture *f)
{
    struct akin_test_random random = {5};

    *f = (struct fixture){0};
    for (size_t i = 0; i < MAX_VECTORS; i++)
        add(f, 360 * akin_test_uniform(&random), 0.9 - 0.01 * (double)i);
}

static void
assert_near(double got, double want, double by)
{
    assert_true(fabs(got - want) <= by);
}

static void
the_company_of_the_first_moves_up(void **state)
{
    struct fixture f = {0};

    (void)state;
    add(&f, 0, 0.90);
    add(&f, 90, 0.60); /* unlike the first */
    add(&f, 5, 0.58);  /* very like the first */
    rank(&f, 3, AKIN_INTENT_FIND);
    assert_int_equal(f.ranked[0].dataset, 0);
    assert_int_equal(f.ranked[1].dataset, 2);
    assert_int_equal(f.ranked[2].dataset, 1);
    assert_true(f.ranked[1].similarity == 0.58);
    assert_near(f.ranked[0].score, 0.90, 1e-9);
    /* nearly all of the share is the first dataset's, whose score would be
     * .3 * .9 + .7 = .97 */
    assert_near(f.ranked[1].score,
                0.3 * 0.58 + 0.7 * cos(5 * acos(-1.0) / 180) - 0.07, 1e-3);
}

static void
two_alike(struct fixture *f)
{
    *f = (struct fixture){0};
    add(f, 0, 0.800);
    add(f, 0, 0.799);
    f->size[0] = 1000;
    f->size[1] = 10;
}

static void
finding_discounts_what_is_large(void **state)
{
    struct fixture f;

    (void)state;
    two_alike(&f);
    rank(&f, 2, AKIN_INTENT_EXPLORE);
    assert_int_equal(f.ranked[0].dataset, 0);
    two_alike(&f);
    rank(&f, 2, AKIN_INTENT_FIND);
    assert_int_equal(f.ranked[0].dataset, 1);
}

/* A leader, one far from it and one between: how much the one between gains on
 * the far one. */
static double
lead_of_the_middle(enum akin_intent intent)
{
    struct fixture f = {0};

    add(&f, 0, 0.9);
    add(&f, 60, 0.2);
    add(&f, 120, 0.2);
    rank(&f, 3, intent);
    assert_int_equal(f.ranked[1].dataset, 1);
    return f.ranked[1].score - f.ranked[2].score;
}

static void
exploring_discounts_what_is_near_to_everything(void **state)
{
    /* cosines to the leader: 1/2 and -1/2; usual matches: 1/2 and 0 */
    (void)state;
    assert_near(lead_of_the_middle(AKIN_INTENT_FIND), 0.7, 1e-3);
    assert_near(lead_of_the_middle(AKIN_INTENT_EXPLORE), 0.7 - 0.3 * 0.2 * 0.5,
                1e-3);
}

static void
both_directions_count_the_same(void **state)
{
    /* the second dataset holds the first's tile and another */
    struct fixture f = {0};

    (void)state;
    add(&f, 0, 0.9);
    add(&f, 0, 0.5);
    f.vectors[2 * AKIN_DIM + 1] = 1.0f;
    f.start[2] = 3;
    rank(&f, 2, AKIN_INTENT_FIND);
    /* 1 from the first to the second, 1/2 back */
    assert_near(f.ranked[1].score, 0.3 * 0.5 + 0.7 * 0.75 - 0.07, 1e-3);
}

static void
what_is_not_in_the_pool_stays_behind_it(void **state)
{
    struct fixture f = {0};

    (void)state;
    add(&f, 0, 0.9);
    add(&f, 180, 0.8);
    add(&f, 0, 0.8);
    add(&f, 0, 0.7);
    rank(&f, 2, AKIN_INTENT_EXPLORE);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(f.ranked[i].dataset, i);
        assert_true(i == 0 || f.ranked[i].score <= f.ranked[i - 1].score);
    }
    assert_true(f.ranked[3].score < f.ranked[2].score);
    assert_near(f.ranked[2].score - f.ranked[3].score, 0.1, 1e-9);
}

static void
without_company_nothing_changes(void **state)
{
    struct fixture f = {0};

    (void)state;
    add(&f, 0, 0.9);
    rank(&f, 1, AKIN_INTENT_FIND);
    assert_true(f.ranked[0].score == 0.9);
    f.n_ranked = 0;
    rank(&f, 0, AKIN_INTENT_EXPLORE);
}

static void
a_dataset_that_nothing_stands_for_is_ranked_all_the_same(void **state)
{
    struct fixture f = {0};

    (void)state;
    add(&f, 0, 0.9);
    add(&f, NAN, 0.5);
    add(&f, 90, 0.4);
    rank(&f, 3, AKIN_INTENT_FIND);
    assert_int_equal(f.ranked[1].dataset, 1);
}

static void
equal_scores_go_by_dataset_number(void **state)
{
    struct fixture f = {0};

    (void)state;
    add(&f, 0, 0.9);
    add(&f, 10, 0.5);
    add(&f, 10, 0.5);
    f.tie[1] = 7;
    f.tie[2] = 3;
    rank(&f, 3, AKIN_INTENT_FIND);
    assert_int_equal(f.ranked[1].dataset, 2);
    assert_int_equal(f.ranked[2].dataset, 1);
}

static void
what_is_remembered_gives_the_same_ranking(void **state)
{
    static const enum akin_intent intents[] = {
        AKIN_INTENT_FIND, AKIN_INTENT_EXPLORE, AKIN_INTENT_FIND};
    struct akin_company *company = akin_company_new();
    struct fixture plain, with;
    struct akin_error err = {0};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(intents); i++) {
        const float *tile[MAX_VECTORS];
        uint64_t name[MAX_VECTORS];
        struct akin_context context = {.tile = tile,
                                       .start = with.start,
                                       .size = with.size,
                                       .n_pool = MAX_VECTORS,
                                       .company = company,
                                       .name = name};

        many(&plain);
        many(&with);
        for (size_t v = 0; v < MAX_VECTORS; v++) {
            tile[v] = with.vectors + v * AKIN_DIM;
            name[v] = 1000 + v;
        }
        rank(&plain, MAX_VECTORS, intents[i]);
        assert_ok(akin_context_rank(&context, intents[i], with.tie, with.ranked,
                                    with.n_ranked, &err));
        assert_memory_equal(plain.ranked, with.ranked,
                            MAX_VECTORS * sizeof(*plain.ranked));
    }
    akin_company_free(company);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_company_of_the_first_moves_up),
        cmocka_unit_test(finding_discounts_what_is_large),
        cmocka_unit_test(exploring_discounts_what_is_near_to_everything),
        cmocka_unit_test(both_directions_count_the_same),
        cmocka_unit_test(what_is_not_in_the_pool_stays_behind_it),
        cmocka_unit_test(without_company_nothing_changes),
        cmocka_unit_test(
            a_dataset_that_nothing_stands_for_is_ranked_all_the_same),
        cmocka_unit_test(equal_scores_go_by_dataset_number),
        cmocka_unit_test(what_is_remembered_gives_the_same_ranking),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
