/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/bitmap.h"

#define WORLD 3000

/* The same set twice: in a bitmap and as one byte a number. */
struct twin {
    struct akin_bitmap *bitmap;
    uint8_t has[WORLD];
};

static struct twin
random_twin(struct akin_test_random *random)
{
    struct twin twin = {.bitmap = akin_bitmap_new()};
    size_t n = (size_t)akin_test_below(random, (uint64_t)2 * WORLD);

    for (size_t i = 0; i < n; i++) {
        uint32_t number = (uint32_t)akin_test_below(random, WORLD);

        akin_bitmap_add(twin.bitmap, number);
        twin.has[number] = 1;
    }
    return twin;
}

static void
assert_twin(const struct twin *twin)
{
    size_t n = 0;

    for (uint32_t i = 0; i < WORLD; i++) {
        assert_int_equal(akin_bitmap_has(twin->bitmap, i), twin->has[i]);
        n += twin->has[i];
    }
    assert_int_equal(akin_bitmap_count(twin->bitmap), n);
}

static void
sets_combine_as_sets_do(void **state)
{
    struct akin_test_random random = {11};

    (void)state;
    for (int round = 0; round < 60; round++) {
        struct twin a = random_twin(&random), b = random_twin(&random);
        size_t both = 0;

        for (size_t i = 0; i < WORLD; i++)
            both += a.has[i] && b.has[i];
        assert_int_equal(akin_bitmap_and_count(a.bitmap, b.bitmap), both);
        for (size_t i = 0; i < WORLD; i++)
            if (round % 3 == 0)
                a.has[i] = a.has[i] && b.has[i];
            else if (round % 3 == 1)
                a.has[i] = a.has[i] || b.has[i];
            else
                a.has[i] = a.has[i] && !b.has[i];
        if (round % 3 == 0)
            akin_bitmap_and(a.bitmap, b.bitmap);
        else if (round % 3 == 1)
            akin_bitmap_or(a.bitmap, b.bitmap);
        else
            akin_bitmap_andnot(a.bitmap, b.bitmap);
        assert_twin(&a);
        assert_twin(&b);
        akin_bitmap_free(a.bitmap);
        akin_bitmap_free(b.bitmap);
    }
}

static void
a_set_without_itself_is_empty(void **state)
{
    const uint32_t numbers[] = {UINT32_MAX, 0, 7, 7};
    struct akin_bitmap *set = akin_bitmap_of(numbers, AKIN_COUNT(numbers));
    uint32_t out[3] = {1, 1, 1};

    (void)state;
    assert_int_equal(akin_bitmap_count(set), 3);
    akin_bitmap_numbers(set, out);
    assert_int_equal(out[0], 0);
    assert_int_equal(out[1], 7);
    assert_int_equal(out[2], UINT32_MAX);
    akin_bitmap_remove(set, 7);
    assert_false(akin_bitmap_has(set, 7));
    akin_bitmap_and(set, set);
    assert_int_equal(akin_bitmap_count(set), 2);
    akin_bitmap_andnot(set, set);
    assert_int_equal(akin_bitmap_count(set), 0);
    akin_bitmap_free(set);
}

static bool
first_three(uint32_t number, void *ctx)
{
    uint32_t *sum = ctx;

    *sum += number;
    return number < 30;
}

static void
each_stops_when_it_is_told(void **state)
{
    const uint32_t numbers[] = {10, 20, 30, 40};
    struct akin_bitmap *set = akin_bitmap_of(numbers, AKIN_COUNT(numbers));
    uint32_t sum = 0;

    (void)state;
    akin_bitmap_each(set, first_three, &sum);
    assert_int_equal(sum, 60);
    akin_bitmap_free(set);
}

static void
bytes_read_back_to_the_same_set(void **state)
{
    struct akin_test_random random = {12};
    struct akin_error err = {0};

    (void)state;
    for (int round = 0; round < 40; round++) {
        struct twin a = random_twin(&random);
        struct akin_bitmap *back = NULL;
        struct akin_buf one = {0}, two = {0};

        if (round % 2 == 0)
            akin_bitmap_add(a.bitmap, UINT32_MAX);
        akin_bitmap_write(a.bitmap, &one);
        assert_ok(akin_bitmap_read(akin_buf_span(&one), &back, &err));
        assert_true(akin_bitmap_equal(a.bitmap, back));
        akin_bitmap_pack(back);
        akin_bitmap_write(back, &two);
        assert_true(akin_span_equal(akin_buf_span(&one), akin_buf_span(&two)));
        akin_bitmap_free(back);
        akin_bitmap_free(a.bitmap);
        akin_buf_free(&one);
        akin_buf_free(&two);
    }
}

static void
changed_bytes_are_refused(void **state)
{
    const uint32_t numbers[] = {1, 2, 300, 70000};
    struct akin_bitmap *set = akin_bitmap_of(numbers, AKIN_COUNT(numbers));
    struct akin_bitmap *back = NULL;
    struct akin_error err = {0};
    struct akin_buf bytes = {0};

    (void)state;
    akin_bitmap_write(set, &bytes);
    for (size_t n = 0; n < bytes.len; n++)
        assert_int_equal(
            akin_bitmap_read(akin_span_of(bytes.data, n), &back, &err),
            AKIN_EFORMAT);
    for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(akin_bitmap_read(akin_buf_span(&bytes), &back, &err),
                         AKIN_EFORMAT);
        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_null(back);
    akin_buf_free(&bytes);
    akin_bitmap_free(set);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_combine_as_sets_do),
        cmocka_unit_test(a_set_without_itself_is_empty),
        cmocka_unit_test(each_stops_when_it_is_told),
        cmocka_unit_test(bytes_read_back_to_the_same_set),
        cmocka_unit_test(changed_bytes_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
