/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What IVF finds of what there is, at the number of lists that calibration
 * chose: clustered data of 60,000 rows x 64, queries that are not stored, and
 * filters that let 10 % and 1 % of the rows through. Seed 20, floor 0.95.
 */
#include "akin_test.h"

#include "akin/file.h"
#include "akin/vindex.h"

#define DIM ((size_t)64)
#define ROWS ((size_t)60000)
#define CLUSTERS ((size_t)600)
#define QUERIES ((size_t)200)
#define K ((size_t)10)
#define TARGET 0.97 /* of the calibration, which knows only stored rows */
#define FLOOR 0.95

struct fixture {
    char *dir;
    float *vectors, *queries;
    struct akin_vindex *vx;
    size_t n_probe;
};

static void
normalise(float *row)
{
    double length = 0;

    for (size_t d = 0; d < DIM; d++)
        length += (double)row[d] * (double)row[d];
    for (size_t d = 0; d < DIM; d++)
        row[d] /= (float)sqrt(length);
}

/* Clusters of unequal spread around random centres. */
static float *
clustered(struct akin_test_random *rnd, const float *centres, size_t n)
{
    float *out = calloc(n * DIM, sizeof(*out));

    for (size_t i = 0; i < n; i++) {
        size_t c = akin_test_below(rnd, CLUSTERS);
        double spread = 0.6 + 0.8 * (double)c / (double)CLUSTERS;

        for (size_t d = 0; d < DIM; d++)
            out[i * DIM + d] =
                centres[c * DIM + d] + (float)(spread * akin_test_normal(rnd));
        normalise(out + i * DIM);
    }
    return out;
}

static int
setup(void **state)
{
    const struct akin_vindex_build_options opt = {.train_rows = ROWS,
                                                  .threads = 1};
    struct fixture *f = calloc(1, sizeof(*f));
    struct akin_test_random rnd = {20};
    float *centres = calloc(CLUSTERS * DIM, sizeof(*centres));
    struct akin_error err = {0};
    double recall = 0;
    char *path;

    for (size_t i = 0; i < CLUSTERS * DIM; i++)
        centres[i] = (float)akin_test_normal(&rnd);
    f->dir = akin_test_folder();
    path = akin_path_join(f->dir, "vectors.faiss");
    f->vectors = clustered(&rnd, centres, ROWS);
    f->queries = clustered(&rnd, centres, QUERIES);
    assert_ok(akin_vindex_build(f->vectors, ROWS, DIM, &opt, path, &err));
    assert_ok(akin_vindex_open(path, ROWS, DIM, &f->vx, &err));
    assert_ok(akin_vindex_calibrate(f->vx, f->vectors, 200, TARGET, &f->n_probe,
                                    &recall, &err));
    print_message("  %zu lists, %zu probed, calibrated recall@10 %.4f\n",
                  akin_vindex_lists(f->vx), f->n_probe, recall);
    assert_true(recall >= TARGET);
    assert_true(f->n_probe < akin_vindex_lists(f->vx) / 2);
    free(path);
    free(centres);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;

    akin_vindex_close(f->vx);
    akin_test_remove(f->dir);
    free(f->vectors);
    free(f->queries);
    free(f);
    return 0;
}

/* Recall with one row in `every` allowed (0: all), taken at random. */
static double
recall_with(const struct fixture *f, size_t every)
{
    struct akin_test_random rnd = {21};
    uint8_t *allowed = calloc(ROWS / 8 + 1, 1);
    uint64_t *rows = calloc(QUERIES * K, sizeof(*rows));
    uint64_t *truth = calloc(QUERIES * K, sizeof(*truth));
    float *sims = calloc(QUERIES * K, sizeof(*sims));
    struct akin_error err = {0};
    size_t hits = 0;

    for (size_t r = 0; every > 0 && r < ROWS; r++)
        if (akin_test_below(&rnd, every) == 0)
            allowed[r / 8] |= (uint8_t)(1u << r % 8);
    akin_vindex_exact(f->vectors, ROWS, DIM, f->queries, QUERIES, K,
                      every > 0 ? allowed : NULL, truth, sims);
    assert_ok(akin_vindex_search(f->vx, f->vectors, f->queries, QUERIES, K,
                                 f->n_probe, every > 0 ? allowed : NULL, rows,
                                 sims, &err));
    for (size_t q = 0; q < QUERIES; q++)
        for (size_t i = 0; i < K; i++)
            for (size_t j = 0; j < K; j++)
                hits += rows[q * K + i] == truth[q * K + j];
    free(allowed);
    free(rows);
    free(truth);
    free(sims);
    return (double)hits / (double)(QUERIES * K);
}

static void
check(const struct fixture *f, size_t every, double floor)
{
    double recall = recall_with(f, every);

    print_message("  recall@10 %.4f\n", recall);
    assert_true(recall >= floor);
}

static void
new_queries_find_19_of_20_true_neighbours(void **state)
{
    check(*state, 0, FLOOR);
}

static void
so_they_do_when_one_row_in_ten_is_allowed(void **state)
{
    check(*state, 10, FLOOR);
}

static void
so_they_do_when_one_row_in_a_hundred_is_allowed(void **state)
{
    check(*state, 100, FLOOR);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_queries_find_19_of_20_true_neighbours),
        cmocka_unit_test(so_they_do_when_one_row_in_ten_is_allowed),
        cmocka_unit_test(so_they_do_when_one_row_in_a_hundred_is_allowed),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
