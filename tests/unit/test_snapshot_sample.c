/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tiles that stand for a dataset: those that are there, under a name that stays
 * as long as they do.
 */
#include "akin_test_snapshot.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#define SAMPLE ((size_t)4)

/* The tile is one of dataset i's. */
static void
check_own(const struct akin_snapshot *s, const uint32_t *exclude,
          size_t n_exclude, const float *tile, size_t i)
{
    float sim[8] = {0};
    uint64_t row[8] = {0};
    struct akin_error err = {0};
    char plan[AKIN_PLAN_TEXT];

    assert_ok(akin_snapshot_best(s, tile, 1, NULL, exclude, n_exclude, sim, row,
                                 plan, &err));
    assert_true(sim[i] > 0.9999f);
}

static uint64_t
name_of(const struct akin_snapshot *s, size_t position, const uint32_t *exclude)
{
    uint64_t start[2], size, name = 0;
    const float *out[SAMPLE];
    const struct akin_samples samples = {out, start, &size, &name};

    assert_int_equal(akin_snapshot_sample(s, &position, 1, SAMPLE, exclude,
                                          exclude != NULL, &samples, NULL),
                     AKIN_OK);
    return name;
}

/* Each sampled tile is one of its own dataset's, excluded images aside. */
static void
check_sample(const struct akin_snapshot *s, const uint32_t *exclude,
             size_t n_exclude, const size_t *want_n, uint64_t size_of_second)
{
    size_t n = akin_snapshot_n_datasets(s), position[8];
    uint64_t start[9] = {0}, size[8], name[8];
    const float *out[8 * SAMPLE] = {NULL};
    const struct akin_samples samples = {out, start, size, name};
    struct akin_error err = {0};

    assert_true(n <= 8);
    for (size_t i = 0; i < n; i++)
        position[i] = i;
    assert_ok(akin_snapshot_sample(s, position, n, SAMPLE, exclude, n_exclude,
                                   &samples, &err));
    assert_int_equal(size[1], size_of_second);
    for (size_t i = 0; i < n; i++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): n are given */
        assert_int_equal(start[i + 1] - start[i], want_n[i]);
        assert_true(name_of(s, i, exclude) == name[i]);
        for (uint64_t t = start[i]; t < start[i + 1]; t++)
            check_own(s, exclude, n_exclude, out[t], i);
    }
}

static void
a_sample_is_of_what_is_there(void **state)
{
    struct fixture *f = *state;
    uint32_t first = add(f, akin_test_put_dataset(f->store, "one"), 3, 1);
    uint32_t two = akin_test_put_dataset(f->store, "two"), gone, added;
    struct akin_snapshot *s;

    (void)add(f, two, 9, 2);
    gone = add(f, two, 5, 3);
    (void)add(f, two, 2, 4);
    publish(f);
    open_source(f);
    s = acquire(f);
    check_sample(s, NULL, 0, (size_t[]){3, 4}, 16);
    check_sample(s, &first, 1, (size_t[]){0, 4}, 16);
    akin_snapshot_release(s);
    update(f, remove_image_body, gone);
    added = add(f, two, 1, 5);
    (void)add(f, akin_test_put_dataset(f->store, "three"), 2, 6);
    s = acquire(f);
    check_sample(s, &added, 1, (size_t[]){3, 4, 2}, 11);
    check_sample(s, NULL, 0, (size_t[]){3, 4, 2}, 12);
    akin_snapshot_release(s);
}

static void
a_sample_has_its_name_while_its_tiles_stay(void **state)
{
    struct fixture *f = *state;
    uint32_t first = add(f, akin_test_put_dataset(f->store, "one"), 3, 1);
    uint32_t two = akin_test_put_dataset(f->store, "two");
    struct akin_snapshot *before, *after;

    (void)add(f, two, 9, 2);
    publish(f);
    open_source(f);
    before = acquire(f);
    assert_true(name_of(before, 0, &first) != name_of(before, 0, NULL));
    (void)add(f, two, 2, 3);
    after = acquire(f);
    assert_true(name_of(after, 0, NULL) == name_of(before, 0, NULL));
    assert_true(name_of(after, 1, NULL) != name_of(before, 1, NULL));
    akin_snapshot_release(before);
    akin_snapshot_release(after);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sample_is_of_what_is_there),
        TEST(a_sample_has_its_name_while_its_tiles_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
