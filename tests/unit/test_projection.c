/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/feature.h"
#include "akin/projection.h"
#include "linalg.h"

#define N AKIN_N_FEATURES
#define TILES 1024
#define COPIES 3

/* Tiles vary along every feature; what a laboratory does to them varies along
 * one planted direction only, and much more. */
static void
nuisance(double *direction)
{
    struct akin_test_random random = {99};
    double square = 0;

    for (size_t i = 0; i < N; i++) {
        direction[i] = akin_test_normal(&random);
        square += direction[i] * direction[i];
    }
    for (size_t i = 0; i < N; i++)
        direction[i] /= sqrt(square);
}

static void
make_tile(struct akin_test_random *random, const double *direction,
          float *original, float *copies, size_t n_copies)
{
    double own[N];

    for (size_t i = 0; i < N; i++)
        own[i] = 3 + akin_test_normal(random);
    for (size_t k = 0; k <= n_copies; k++) {
        float *to = k == 0 ? original : copies + (k - 1) * N;
        double strength = 10 * akin_test_normal(random);

        for (size_t i = 0; i < N; i++)
            to[i] = (float)(own[i] + strength * direction[i] +
                            0.01 * akin_test_normal(random));
    }
}

static struct akin_projection *
train(size_t n_tiles, size_t n_disturbed, double weight)
{
    struct akin_test_random random = {1};
    struct akin_projection_trainer *trainer = NULL;
    struct akin_projection *projection = NULL;
    struct akin_error err = {0};
    double direction[N];
    float original[N], copies[COPIES * N];

    nuisance(direction);
    assert_ok(akin_projection_trainer_new(akin_feature_set_builtin(), &trainer,
                                          &err));
    for (size_t t = 0; t < n_tiles; t++) {
        make_tile(&random, direction, original, copies, COPIES);
        akin_projection_trainer_add(trainer, original, 1, weight);
        if (t < n_disturbed)
            akin_projection_trainer_disturbed(trainer, original, copies,
                                              COPIES);
    }
    assert_ok(akin_projection_trainer_finish(trainer, &projection, &err));
    akin_projection_trainer_free(trainer);
    return projection;
}

static double
similarity(const float *a, const float *b)
{
    double sum = 0;

    for (size_t k = 0; k < AKIN_DIM; k++)
        sum += (double)a[k] * (double)b[k];
    return sum;
}

static void
a_planted_nuisance_no_longer_counts(void **state)
{
    struct akin_projection *projection = train(TILES, TILES, 1);
    struct akin_test_random random = {1000};
    double direction[N], same = 0, other = 0;
    float original[2][N], copy[2][N], vector[4][AKIN_DIM];

    (void)state;
    nuisance(direction);
    for (int round = 0; round < 50; round++) {
        for (size_t k = 0; k < 2; k++) {
            make_tile(&random, direction, original[k], copy[k], 1);
            akin_projection_apply(projection, original[k], 1, vector[2 * k]);
            akin_projection_apply(projection, copy[k], 1, vector[2 * k + 1]);
        }
        same += similarity(vector[0], vector[1]) / 50;
        other += fabs(similarity(vector[0], vector[2])) / 50;
    }
    assert_true(same > 0.9);
    assert_true(other < 0.4);
    akin_projection_free(projection);
}

static void
descriptors_have_unit_length_even_of_nothing(void **state)
{
    struct akin_projection *projection = train(TILES, TILES, 0.5);
    float features[2 * N], out[2 * AKIN_DIM];

    (void)state;
    for (size_t i = 0; i < (size_t)2 * N; i++)
        features[i] = i < N ? 1e30f : (float)i;
    akin_projection_apply(projection, features, 2, out);
    assert_float_equal(similarity(out, out), 1, 1e-5);
    assert_float_equal(similarity(out + AKIN_DIM, out + AKIN_DIM), 1, 1e-5);
    for (size_t i = 0; i < N; i++)
        features[i] = INFINITY;
    akin_projection_apply(projection, features, 1, out);
    assert_float_equal(out[0], 1, 0);
    assert_float_equal(similarity(out, out), 1, 1e-5);
    akin_projection_free(projection);
}

static void
training_twice_gives_the_same_and_weights_only_matter_relatively(void **state)
{
    struct akin_projection *a = train(TILES, 300, 1), *b = train(TILES, 300, 1);
    struct akin_projection *c = train(TILES, 300, 0.125);

    (void)state;
    assert_string_equal(akin_projection_id(a), akin_projection_id(b));
    assert_string_equal(akin_projection_id(a), akin_projection_id(c));
    assert_int_equal(strlen(akin_projection_id(a)), 5 + 32);
    assert_memory_equal(akin_projection_id(a), "nw64-", 5);
    akin_projection_free(a);
    akin_projection_free(b);
    akin_projection_free(c);
}

static void
too_little_data_asks_for_more(void **state)
{
    static const struct {
        size_t tiles, disturbed;
        const char *says;
    } cases[] = {{0, 0, "0 tiles"},
                 {511, 511, "511 tiles"},
                 {512, 85, "255 disturbed copies"}};
    float original[N] = {0}, copies[COPIES * N] = {0};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_projection_trainer *trainer = NULL;
        struct akin_projection *projection = NULL;
        struct akin_error err = {0};

        assert_ok(akin_projection_trainer_new(akin_feature_set_builtin(),
                                              &trainer, &err));
        for (size_t t = 0; t < cases[i].tiles; t++)
            akin_projection_trainer_add(trainer, original, 1, 1);
        for (size_t t = 0; t < cases[i].disturbed; t++)
            akin_projection_trainer_disturbed(trainer, original, copies,
                                              COPIES);
        assert_fails_with(
            akin_projection_trainer_finish(trainer, &projection, &err),
            AKIN_EAGAIN, cases[i].says);
        assert_null(projection);
        akin_projection_trainer_free(trainer);
    }
}

static void
copies_that_do_not_differ_still_make_a_projection(void **state)
{
    struct akin_test_random random = {4};
    struct akin_projection_trainer *trainer = NULL;
    struct akin_projection *projection = NULL;
    struct akin_error err = {0};
    float original[N];

    (void)state;
    assert_ok(akin_projection_trainer_new(akin_feature_set_builtin(), &trainer,
                                          &err));
    for (size_t t = 0; t < 600; t++) {
        for (size_t i = 0; i < N; i++)
            original[i] = (float)akin_test_uniform(&random);
        akin_projection_trainer_add(trainer, original, 1, 1);
        akin_projection_trainer_disturbed(trainer, original, original, 1);
    }
    assert_ok(akin_projection_trainer_finish(trainer, &projection, &err));
    akin_projection_free(projection);
    akin_projection_trainer_free(trainer);
}

static void
a_written_projection_reads_back_the_same(void **state)
{
    struct akin_projection *projection = train(TILES, TILES, 1), *back = NULL;
    struct akin_buf bytes = {0}, again = {0};
    struct akin_error err = {0};

    (void)state;
    akin_projection_write(projection, &bytes);
    assert_true(bytes.len < 100000);
    assert_ok(akin_projection_read(akin_buf_span(&bytes), &back, &err));
    assert_string_equal(akin_projection_id(projection),
                        akin_projection_id(back));
    akin_projection_write(back, &again);
    assert_true(akin_span_equal(akin_buf_span(&bytes), akin_buf_span(&again)));
    akin_buf_free(&bytes);
    akin_buf_free(&again);
    akin_projection_free(projection);
    akin_projection_free(back);
}

static void
files_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        const char *name;
        size_t place;  /* of the changed byte */
        size_t length; /* 0: all */
        enum akin_status want;
        const char *says;
    } refusals[] = {
        {"empty", 0, 1, AKIN_EFORMAT, "AKINPROJ"},
        {"other magic", 0, 0, AKIN_EFORMAT, "AKINPROJ"},
        {"cut in the head", 8, 20, AKIN_EFORMAT, "AKINPROJ"},
        {"other layout", 8, 0, AKIN_ESTALE, "layout"},
        {"other features", 12, 0, AKIN_ESTALE, "numbers"},
        {"other dim", 16, 0, AKIN_ESTALE, "numbers"},
        {"other id length", 20, 0, AKIN_ESTALE, "feature set"},
        {"other feature set", 26, 0, AKIN_ESTALE, "feature set"},
        {"changed number", 5000, 0, AKIN_EFORMAT, "hash"},
        {"changed hash", 50, 0, AKIN_EFORMAT, "hash"},
        {"cut", SIZE_MAX, 20000, AKIN_EFORMAT, "bytes instead of"},
    };
    struct akin_projection *projection = NULL, *back = NULL;
    struct akin_buf bytes = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_projection_builtin(&projection, &err));
    akin_projection_write(projection, &bytes);
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_span span = akin_buf_span(&bytes);

        print_message("  %s\n", refusals[i].name);
        if (refusals[i].length != 0)
            span.len = refusals[i].length;
        if (refusals[i].place != SIZE_MAX)
            bytes.data[refusals[i].place] ^= 0x55;
        assert_fails_with(akin_projection_read(span, &back, &err),
                          refusals[i].want, refusals[i].says);
        assert_null(back);
        if (refusals[i].place != SIZE_MAX)
            bytes.data[refusals[i].place] ^= 0x55;
    }
    akin_buf_free(&bytes);
    akin_projection_free(projection);
}

static void
the_built_in_one_is_there(void **state)
{
    struct akin_projection *projection = NULL;
    struct akin_error err = {0};
    float features[N] = {0}, out[AKIN_DIM];

    (void)state;
    assert_ok(akin_projection_builtin(&projection, &err));
    assert_memory_equal(akin_projection_id(projection), "nw64-", 5);
    akin_projection_apply(projection, features, 1, out);
    assert_float_equal(similarity(out, out), 1, 1e-5);
    akin_projection_free(projection);
}

static void
eigenvectors_solve_their_equation(void **state)
{
    enum { SIZE = 5, WANTED = 3 };
    struct akin_test_random random = {8};
    double m[SIZE][SIZE], a[SIZE * SIZE], b[SIZE * SIZE];
    double a0[SIZE * SIZE], b0[SIZE * SIZE];
    double vectors[WANTED * SIZE], values[WANTED];
    struct akin_error err = {0};

    (void)state;
    for (size_t i = 0; i < (size_t)SIZE * SIZE; i++)
        m[i / SIZE][i % SIZE] = akin_test_normal(&random);
    for (size_t i = 0; i < SIZE; i++)
        for (size_t j = 0; j < SIZE; j++) {
            double sum = i == j ? 0.1 : 0;

            for (size_t k = 0; k < SIZE; k++)
                sum += m[i][k] * m[j][k];
            b[i * SIZE + j] = b0[i * SIZE + j] = sum;
            a[i * SIZE + j] = a0[i * SIZE + j] = m[i][j] + m[j][i];
        }
    assert_ok(
        akin__linalg_generalised(a, b, SIZE, WANTED, vectors, values, &err));
    for (size_t v = 0; v < WANTED; v++) {
        assert_true(v == 0 || values[v] <= values[v - 1]);
        for (size_t i = 0; i < SIZE; i++) {
            double left = 0, right = 0;

            for (size_t j = 0; j < SIZE; j++) {
                left += a0[i * SIZE + j] * vectors[v * SIZE + j];
                right += b0[i * SIZE + j] * vectors[v * SIZE + j];
            }
            assert_true(fabs(left - values[v] * right) < 1e-8);
        }
    }
    memset(b, 0, sizeof(b));
    assert_fails_with(
        akin__linalg_generalised(a, b, SIZE, WANTED, vectors, values, &err),
        AKIN_EINTERNAL, "dsygvd");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eigenvectors_solve_their_equation),
        cmocka_unit_test(a_planted_nuisance_no_longer_counts),
        cmocka_unit_test(descriptors_have_unit_length_even_of_nothing),
        cmocka_unit_test(
            training_twice_gives_the_same_and_weights_only_matter_relatively),
        cmocka_unit_test(too_little_data_asks_for_more),
        cmocka_unit_test(copies_that_do_not_differ_still_make_a_projection),
        cmocka_unit_test(a_written_projection_reads_back_the_same),
        cmocka_unit_test(files_that_do_not_fit_are_refused),
        cmocka_unit_test(the_built_in_one_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
