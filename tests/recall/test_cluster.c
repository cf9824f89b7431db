/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters and near pairs of vectors, against looking at all of them. */
#include "akin_test.h"

#include <pthread.h>

#include "akin/cluster.h"

#define DIM ((size_t)64)
#define CENTRES 60

/* n unit vectors around CENTRES directions; every tenth is the one before with
 * a little noise, every hundredth its equal. */
static float *
make_vectors(size_t n, uint64_t seed)
{
    struct akin_test_random random = {seed};
    float *centre = calloc((size_t)CENTRES * DIM, sizeof(*centre));
    float *v = calloc(n * DIM, sizeof(*v));

    for (size_t i = 0; i < CENTRES * (size_t)DIM; i++)
        centre[i] = (float)akin_test_normal(&random);
    for (size_t i = 0; i < n; i++) {
        size_t c = akin_test_below(&random, CENTRES) *
                   akin_test_below(&random, CENTRES) / CENTRES;
        float noise = i % 10 == 9 ? 0.02f : 0.8f;
        const float *from = i % 10 == 9 ? v + (i - 1) * DIM : centre + c * DIM;
        double norm = 0;

        for (size_t d = 0; d < DIM; d++) {
            float e = (float)akin_test_normal(&random);

            if (i % 100 == 99)
                e = 0;
            v[i * DIM + d] = from[d] + noise * e;
            norm += (double)v[i * DIM + d] * (double)v[i * DIM + d];
        }
        for (size_t d = 0; i % 100 != 99 && d < DIM; d++)
            v[i * DIM + d] = (float)((double)v[i * DIM + d] / sqrt(norm));
    }
    free(centre);
    return v;
}

static double
dot(const float *a, const float *b)
{
    double sum = 0;

    for (size_t d = 0; d < DIM; d++)
        sum += (double)a[d] * (double)b[d];
    return sum;
}

/* --- clusters --- */

static void
clusters_are_the_same_for_any_number_of_threads(void **state)
{
    static const size_t ks[] = {10, 300};
    size_t n = 6000;
    float *v = make_vectors(n, 1);
    struct akin_vectors in = {v, DIM, NULL, n};
    struct akin_error err = {0};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(ks); i++) {
        struct akin_cluster_options options = {ks[i], 6, 1, 5};
        float *one = calloc(ks[i] * DIM, sizeof(*one));
        float *many = calloc(ks[i] * DIM, sizeof(*many));
        uint32_t *of_one = calloc(n, sizeof(*of_one));
        uint32_t *of_many = calloc(n, sizeof(*of_many));

        assert_ok(akin_cluster(&in, &options, one, of_one, &err));
        options.threads = 5;
        assert_ok(akin_cluster(&in, &options, many, of_many, &err));
        assert_memory_equal(one, many, ks[i] * DIM * sizeof(*one));
        assert_memory_equal(of_one, of_many, n * sizeof(*of_one));
        free(one);
        free(many);
        free(of_one);
        free(of_many);
    }
    free(v);
}

static void
clusters_are_better_than_chance_and_all_are_used(void **state)
{
    size_t n = 6000, k = 300;
    float *v = make_vectors(n, 2), *centres = calloc(k * DIM, sizeof(*centres));
    struct akin_vectors in = {v, DIM, NULL, n};
    struct akin_cluster_options options = {k, 8, 2, 3};
    uint32_t *cluster = calloc(n, sizeof(*cluster));
    size_t *size = calloc(k, sizeof(*size)), n_used = 0;
    struct akin_error err = {0};
    double own = 0, next = 0;

    (void)state;
    assert_ok(akin_cluster(&in, &options, centres, cluster, &err));
    for (size_t i = 0; i < n; i++) {
        assert_true(cluster[i] < k);
        size[cluster[i]]++;
        own += dot(v + i * DIM, centres + (size_t)cluster[i] * DIM);
        next += dot(v + i * DIM, centres + (cluster[i] + k / 2) % k * DIM);
    }
    for (size_t c = 0; c < k; c++) {
        assert_true(fabs(dot(centres + c * DIM, centres + c * DIM) - 1) < 1e-3);
        n_used += size[c] > 0;
    }
    assert_true(own / (double)n > next / (double)n + 0.3);
    assert_true(n_used > k * 9 / 10);
    free(v);
    free(centres);
    free(cluster);
    free(size);
}

static void
as_many_clusters_as_vectors_and_one_cluster_work(void **state)
{
    size_t n = 150;
    float *v = make_vectors(n, 3), *centres = calloc(n * DIM, sizeof(*centres));
    struct akin_vectors in = {v, DIM, NULL, n};
    uint32_t *cluster = calloc(n, sizeof(*cluster));
    struct akin_error err = {0};

    (void)state;
    for (size_t k = 1; k <= n; k += n - 1) {
        struct akin_cluster_options options = {k, 4, 2, 3};

        assert_ok(akin_cluster(&in, &options, centres, cluster, &err));
        for (size_t i = 0; i < n; i++)
            assert_true(cluster[i] < k);
    }
    free(v);
    free(centres);
    free(cluster);
}

/* --- pairs --- */

struct pairs {
    pthread_mutex_t lock;
    const float *v;
    uint8_t *is_found; /* n x n */
    size_t n;
    float min;
    bool is_wrong;
};

static void
take(void *ctx, uint32_t a, uint32_t b, float similarity)
{
    struct pairs *p = ctx;

    (void)pthread_mutex_lock(&p->lock);
    if (a == b || similarity < p->min ||
        fabs(dot(p->v + (size_t)a * DIM, p->v + (size_t)b * DIM) -
             (double)similarity) > 1e-4)
        p->is_wrong = true;
    p->is_found[a * p->n + b] = p->is_found[b * p->n + a] = 1;
    (void)pthread_mutex_unlock(&p->lock);
}

/* The part of the pairs of different vectors that were told. */
static double
recall_of(size_t n, size_t cell_rows)
{
    float *v = make_vectors(n, 4);
    struct pairs p = {.v = v, .n = n, .min = 0.9f};
    struct akin_vectors in = {v, DIM, NULL, n};
    struct akin_near_options options = {0.9f, cell_rows, 4, 3, 9};
    struct akin_error err = {0};
    size_t n_true = 0, n_found = 0;

    p.is_found = calloc(n * n, 1);
    (void)pthread_mutex_init(&p.lock, NULL);
    assert_ok(akin_cluster_near(&in, &options, take, &p, &err));
    assert_false(p.is_wrong);
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < a; b++) {
            double similarity = dot(v + a * DIM, v + b * DIM);

            if (similarity < 0.9001 || similarity > 0.99999)
                continue;
            n_true++;
            n_found += p.is_found[a * n + b];
        }
    assert_true(n_true > 100);
    (void)pthread_mutex_destroy(&p.lock);
    free(p.is_found);
    free(v);
    return (double)n_found / (double)n_true;
}

static void
few_vectors_are_all_compared(void **state)
{
    (void)state;
    /* Of equal vectors only the first is compared further: a hundredth. */
    assert_true(recall_of(1500, 512) > 0.85);
}

static void
of_many_vectors_nearly_all_pairs_are_found(void **state)
{
    double all = recall_of(4000, 4000), cells = recall_of(4000, 64);

    (void)state;
    assert_true(cells >= 0.95 * all);
}

static void
equal_vectors_are_told_with_the_first(void **state)
{
    float v[5 * DIM] = {0};
    struct pairs p = {.v = v, .n = 5, .min = 0.5f};
    struct akin_vectors in = {v, DIM, NULL, 5};
    struct akin_near_options options = {0.5f, 0, 0, 2, 1};
    struct akin_error err = {0};

    (void)state;
    v[0] = v[DIM + 1] = v[2 * DIM] = v[3 * DIM] = v[4 * DIM + 2] = 1;
    p.is_found = calloc(25, 1);
    (void)pthread_mutex_init(&p.lock, NULL);
    assert_ok(akin_cluster_near(&in, &options, take, &p, &err));
    assert_false(p.is_wrong);
    assert_true(p.is_found[2] && p.is_found[3]);
    assert_false(p.is_found[1] || p.is_found[9]);
    (void)pthread_mutex_destroy(&p.lock);
    free(p.is_found);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clusters_are_the_same_for_any_number_of_threads),
        cmocka_unit_test(clusters_are_better_than_chance_and_all_are_used),
        cmocka_unit_test(as_many_clusters_as_vectors_and_one_cluster_work),
        cmocka_unit_test(few_vectors_are_all_compared),
        cmocka_unit_test(of_many_vectors_nearly_all_pairs_are_found),
        cmocka_unit_test(equal_vectors_are_told_with_the_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
