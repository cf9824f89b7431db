/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/alike.h"
#include "akin/projection.h"
#include "akin/vindex.h"

#define MOST AKIN_ALIKE_TILES

/* Two sets of tiles one after the other, as groups of rows. */
struct fixture {
    float rows[2 * MOST * AKIN_DIM];
    const float *tile[2 * MOST];
    uint64_t start[3];
};

static void
make(struct fixture *f, uint64_t seed, size_t n_a, size_t n_b)
{
    struct akin_test_random random = {seed};

    f->start[0] = 0;
    f->start[1] = n_a;
    f->start[2] = n_a + n_b;
    for (size_t i = 0; i < 2 * MOST * AKIN_DIM; i++)
        f->rows[i] = (float)akin_test_normal(&random);
    for (size_t i = 0; i < 2 * MOST; i++)
        f->tile[i] = f->rows + i * AKIN_DIM;
}

/* From the tiles of group `a` to group `b`, by the search's own sums. */
static double
by_search(const struct fixture *f, size_t a, size_t b)
{
    size_t n = (size_t)(f->start[a + 1] - f->start[a]);
    float sim[2 * MOST];
    uint64_t row[2 * MOST];
    double sum = 0;

    akin_vindex_best_in_groups(f->rows, AKIN_DIM, f->start, 2,
                               f->rows + f->start[a] * AKIN_DIM, n, NULL, NULL,
                               sim, row);
    for (size_t t = 0; t < n; t++)
        sum += (double)sim[t * 2 + b];
    return sum / (double)n;
}

static void
check(const struct fixture *f)
{
    float turned[AKIN_DIM * MOST];
    size_t n_a = (size_t)f->start[1], n_b = (size_t)(f->start[2] - n_a);
    double a_in_b = NAN, b_in_a = NAN;

    akin_alike_turn(f->tile, n_a, AKIN_DIM, turned);
    akin_alike_pair(turned, n_a, f->tile + n_a, n_b, AKIN_DIM, &a_in_b,
                    &b_in_a);
    assert_true(a_in_b == by_search(f, 0, 1));
    assert_true(b_in_a == by_search(f, 1, 0));
}

static void
both_directions_are_those_of_the_search_bit_by_bit(void **state)
{
    static struct fixture f;

    (void)state;
    for (size_t n_a = 1; n_a <= MOST; n_a++)
        for (size_t n_b = 1; n_b <= MOST; n_b++) {
            make(&f, n_a * 100 + n_b, n_a, n_b);
            check(&f);
        }
}

/* What fills up lanes and rows must not win where all products are below 0. */
static void
tiles_that_are_not_there_are_never_the_best(void **state)
{
    static struct fixture f;

    (void)state;
    make(&f, 1, 3, 5);
    for (size_t i = 0; i < 8; i++)
        for (size_t d = 0; d < AKIN_DIM; d++)
            f.rows[i * AKIN_DIM + d] = (i < 3 ? 1.0f : -1.0f) * (float)(i + 1);
    check(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions_are_those_of_the_search_bit_by_bit),
        cmocka_unit_test(tiles_that_are_not_there_are_never_the_best),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
