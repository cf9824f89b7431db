/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/planes.h"

static struct akin_plane_list
choose(uint32_t z, uint32_t c, uint32_t t, uint64_t max_z, uint64_t max_c,
       uint64_t max_t)
{
    struct akin_image_info info = {
        .dim_x = 1, .dim_y = 1, .dim_z = z, .dim_c = c, .dim_t = t};
    struct akin_plane_list list = {0};
    struct akin_config config;
    struct akin_error err = {0};

    akin_config_init(&config);
    config.plane_max_z = max_z;
    config.plane_max_c = max_c;
    config.plane_max_t = max_t;
    assert_ok(akin_planes_choose(&info, &config, &list, &err));
    return list;
}

static void
a_single_plane_is_itself(void **state)
{
    struct akin_plane_list list = choose(1, 1, 1, 3, 16, 3);

    (void)state;
    assert_int_equal(list.n, 1);
    assert_int_equal(list.ref[0].z + list.ref[0].c + list.ref[0].t, 0);
    akin_plane_list_free(&list);
    assert_null(list.ref);
}

static void
the_middle_of_z_is_always_taken_and_the_rest_spreads(void **state)
{
    static const struct {
        uint32_t dim, max, n, z[5];
    } rows[] = {
        {9, 1, 1, {4}},          {9, 3, 3, {1, 4, 7}},
        {10, 3, 3, {1, 5, 8}},   {2, 3, 2, {0, 1}},
        {10, 2, 2, {1, 5}},      {100, 5, 5, {10, 30, 50, 70, 90}},
        {4, 4, 4, {0, 1, 2, 3}}, {5, 4, 4, {0, 1, 2, 3}},
        {3, 1, 1, {1}},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(rows); i++) {
        struct akin_plane_list list =
            choose(rows[i].dim, 1, 1, rows[i].max, 1, 1);

        assert_int_equal(list.n, rows[i].n);
        for (size_t k = 0; k < list.n; k++)
            assert_int_equal(list.ref[k].z, rows[i].z[k]);
        akin_plane_list_free(&list);
    }
}

static void
time_points_include_the_first_and_the_last(void **state)
{
    static const struct {
        uint32_t dim, max, n, t[4];
    } rows[] = {{30, 3, 3, {0, 15, 29}},
                {30, 2, 2, {0, 29}},
                {30, 1, 1, {0}},
                {4, 4, 4, {0, 1, 2, 3}},
                {2, 3, 2, {0, 1}}};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(rows); i++) {
        struct akin_plane_list list =
            choose(1, 1, rows[i].dim, 1, 1, rows[i].max);

        assert_int_equal(list.n, rows[i].n);
        for (size_t k = 0; k < list.n; k++)
            assert_int_equal(list.ref[k].t, rows[i].t[k]);
        akin_plane_list_free(&list);
    }
}

/* Any sizes and limits: in bounds, without repetition, in order, and as many as
 * allowed. */
static void
lists_are_sorted_and_without_repetition(void **state)
{
    struct akin_test_random random = {7};

    (void)state;
    for (int i = 0; i < 2000; i++) {
        uint32_t dim[3], max[3], want = 1;
        struct akin_plane_list list;

        for (int k = 0; k < 3; k++) {
            dim[k] = 1 + (uint32_t)akin_test_below(&random, i % 2 ? 12 : 4000);
            max[k] = 1 + (uint32_t)akin_test_below(&random, 12);
            want *= dim[k] < max[k] ? dim[k] : max[k];
        }
        list = choose(dim[0], dim[1], dim[2], max[0], max[1], max[2]);
        assert_int_equal(list.n, want);
        for (size_t k = 0; k < list.n; k++) {
            const struct akin_plane_ref *r = &list.ref[k];
            const struct akin_plane_ref *q = k > 0 ? r - 1 : NULL;

            assert_true(r->z < dim[0] && r->c < dim[1] && r->t < dim[2]);
            assert_true(q == NULL || q->t < r->t ||
                        (q->t == r->t &&
                         (q->z < r->z || (q->z == r->z && q->c < r->c))));
        }
        akin_plane_list_free(&list);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_plane_is_itself),
        cmocka_unit_test(the_middle_of_z_is_always_taken_and_the_rest_spreads),
        cmocka_unit_test(time_points_include_the_first_and_the_last),
        cmocka_unit_test(lists_are_sorted_and_without_repetition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
