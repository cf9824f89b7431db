/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact scans against a loop that anybody can read, over random shapes with
 * duplicated rows (ties), rows left out and empty groups. Equal means equal in
 * every bit: the kernel adds in the order of the loop.
 */
#include "akin_test.h"

#include "akin/vindex.h"

#define ROUNDS 200
#define MAX_ROWS 300
#define MAX_QUERIES 70
#define MAX_GROUPS 20

static float
naive_dot(const float *a, const float *b, size_t dim)
{
    float sum = 0;

    for (size_t d = 0; d < dim; d++) {
        volatile float product = a[d] * b[d]; /* keeps it from being fused */

        sum += product;
    }
    return sum;
}

struct world {
    size_t dim, n_rows, n_queries, n_groups;
    float *vectors, *queries;
    uint64_t group_start[MAX_GROUPS + 1];
    uint8_t bits[MAX_ROWS / 8 + 1];
    uint8_t want[MAX_GROUPS];
};

static float *
random_rows(struct akin_test_random *rnd, size_t n, size_t dim)
{
    float *out = calloc(n * dim + 1, sizeof(*out));

    for (size_t i = 0; i < n; i++) {
        size_t twin = i > 0 ? akin_test_below(rnd, i) : 0;

        /* Small whole numbers and copies: many equal similarities. */
        for (size_t d = 0; d < dim; d++)
            out[i * dim + d] =
                i % 3 == 2
                    ? out[twin * dim + d]
                    : (float)akin_test_below(rnd, 5) - 2.0f +
                          (i % 3 == 1 ? (float)akin_test_normal(rnd) : 0.0f);
    }
    return out;
}

static void
random_world(struct akin_test_random *rnd, struct world *w)
{
    w->dim = 1 + akin_test_below(rnd, 130);
    w->n_rows = akin_test_below(rnd, MAX_ROWS);
    w->n_queries = akin_test_below(rnd, MAX_QUERIES);
    w->n_groups = 1 + akin_test_below(rnd, MAX_GROUPS);
    w->vectors = random_rows(rnd, w->n_rows, w->dim);
    w->queries = random_rows(rnd, w->n_queries, w->dim);
    w->group_start[0] = 0;
    w->group_start[w->n_groups] = w->n_rows;
    for (size_t g = 1; g < w->n_groups; g++)
        w->group_start[g] = akin_test_below(rnd, w->n_rows + 1);
    for (size_t i = 1; i < w->n_groups; i++)
        for (size_t j = i; j > 1 && w->group_start[j] < w->group_start[j - 1];
             j--) {
            uint64_t t = w->group_start[j];

            w->group_start[j] = w->group_start[j - 1];
            w->group_start[j - 1] = t;
        }
    for (size_t i = 0; i < sizeof(w->bits); i++)
        w->bits[i] = (uint8_t)akin_test_below(rnd, 256);
    for (size_t g = 0; g < w->n_groups; g++)
        w->want[g] = akin_test_below(rnd, 4) > 0;
}

static void
free_world(struct world *w)
{
    free(w->vectors);
    free(w->queries);
}

static bool
bit(const uint8_t *bits, uint64_t i)
{
    return (bits[i / 8] >> (i % 8) & 1) != 0;
}

static void
check_groups(const struct world *w, const uint8_t *skip, const uint8_t *want,
             const float *sim, const uint64_t *row)
{
    for (size_t q = 0; q < w->n_queries; q++)
        for (size_t g = 0; g < w->n_groups; g++) {
            float best = -INFINITY;
            uint64_t at = UINT64_MAX;

            for (uint64_t r = w->group_start[g]; r < w->group_start[g + 1];
                 r++) {
                float s = naive_dot(w->queries + q * w->dim,
                                    w->vectors + r * w->dim, w->dim);

                if ((want != NULL && !want[g]) ||
                    (skip != NULL && bit(skip, r)) || !(s > best))
                    continue;
                best = s;
                at = r;
            }
            assert_true(sim[q * w->n_groups + g] == best);
            assert_int_equal(row[q * w->n_groups + g], at);
        }
}

static void
best_in_groups_is_what_a_plain_loop_finds(void **state)
{
    struct akin_test_random rnd = {1};

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct world w;
        float *sim;
        uint64_t *row;

        random_world(&rnd, &w);
        sim = calloc(w.n_queries * w.n_groups + 1, sizeof(*sim));
        row = calloc(w.n_queries * w.n_groups + 1, sizeof(*row));
        akin_vindex_best_in_groups(w.vectors, w.dim, w.group_start, w.n_groups,
                                   w.queries, w.n_queries,
                                   round % 2 == 0 ? NULL : w.bits,
                                   round % 3 == 0 ? NULL : w.want, sim, row);
        check_groups(&w, round % 2 == 0 ? NULL : w.bits,
                     round % 3 == 0 ? NULL : w.want, sim, row);
        free(sim);
        free(row);
        free_world(&w);
    }
}

/* The row of rank i is the one that exactly i others come before. */
static void
check_nearest(const struct world *w, const uint8_t *allowed, size_t k,
              const uint64_t *rows, const float *sims)
{
    for (size_t q = 0; q < w->n_queries; q++) {
        size_t n_allowed = 0;

        for (uint64_t r = 0; r < w->n_rows; r++) {
            float s = naive_dot(w->queries + q * w->dim,
                                w->vectors + r * w->dim, w->dim);
            size_t before = 0;

            if (allowed != NULL && !bit(allowed, r))
                continue;
            n_allowed++;
            for (uint64_t o = 0; o < w->n_rows; o++) {
                float t = naive_dot(w->queries + q * w->dim,
                                    w->vectors + o * w->dim, w->dim);

                before += (allowed == NULL || bit(allowed, o)) &&
                          (t > s || (t == s && o < r));
            }
            if (before < k) {
                assert_int_equal(rows[q * k + before], r);
                assert_true(sims[q * k + before] == s);
            }
        }
        for (size_t i = n_allowed; i < k; i++) {
            assert_int_equal(rows[q * k + i], UINT64_MAX);
            assert_true(sims[q * k + i] == -INFINITY);
        }
    }
}

static void
exact_gives_the_k_nearest_in_order(void **state)
{
    struct akin_test_random rnd = {2};

    (void)state;
    for (int round = 0; round < ROUNDS / 4; round++) {
        struct world w;
        size_t k = akin_test_below(&rnd, 40);
        float *sims;
        uint64_t *rows;

        random_world(&rnd, &w);
        w.n_queries = w.n_queries % 11;
        w.n_rows = w.n_rows % 97;
        sims = calloc(w.n_queries * k + 1, sizeof(*sims));
        rows = calloc(w.n_queries * k + 1, sizeof(*rows));
        akin_vindex_exact(w.vectors, w.n_rows, w.dim, w.queries, w.n_queries, k,
                          round % 2 == 0 ? NULL : w.bits, rows, sims);
        check_nearest(&w, round % 2 == 0 ? NULL : w.bits, k, rows, sims);
        free(sims);
        free(rows);
        free_world(&w);
    }
}

static void
what_is_not_a_number_is_never_found(void **state)
{
    float vectors[] = {NAN, NAN, 1, 0, NAN, 0};
    float query[] = {1, 0};
    uint64_t start[] = {0, 1, 3}, rows[3];
    float sims[3];

    (void)state;
    akin_vindex_exact(vectors, 3, 2, query, 1, 3, NULL, rows, sims);
    assert_int_equal(rows[0], 1);
    assert_int_equal(rows[1], UINT64_MAX);
    akin_vindex_best_in_groups(vectors, 2, start, 2, query, 1, NULL, NULL, sims,
                               rows);
    assert_int_equal(rows[0], UINT64_MAX);
    assert_int_equal(rows[1], 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_in_groups_is_what_a_plain_loop_finds),
        cmocka_unit_test(exact_gives_the_k_nearest_in_order),
        cmocka_unit_test(what_is_not_a_number_is_never_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
