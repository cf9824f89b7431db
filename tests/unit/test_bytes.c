/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/bytes.h"

static void
a_new_buffer_is_empty_text(void **state)
{
    struct akin_buf buf = {0};

    (void)state;
    assert_string_equal(akin_buf_text(&buf), "");
    assert_int_equal(akin_buf_span(&buf).len, 0);
    akin_buf_clear(&buf);
    akin_buf_free(&buf);
    assert_null(akin_buf_take(&buf));
}

static void
what_is_appended_stays_in_order_and_ends_with_0(void **state)
{
    struct akin_buf buf = {0};
    struct akin_error err = {0};

    (void)state;
    akin_buf_puts(&buf, "ab");
    akin_buf_put(&buf, "c\0d", 3);
    akin_buf_printf(&buf, "%d-%s", 42, "e");
    assert_ok(akin_buf_append(&buf, NULL, 0, &err));
    assert_int_equal(buf.len, 9);
    assert_memory_equal(buf.data, "abc\0d42-e", 10);
    akin_buf_clear(&buf);
    assert_int_equal(buf.len, 0);
    assert_string_equal(akin_buf_text(&buf), "");
    akin_buf_free(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.cap, 0);
}

static void
a_buffer_grows_through_many_small_pieces(void **state)
{
    struct akin_buf buf = {0};

    (void)state;
    for (int i = 0; i < 10000; i++)
        akin_buf_printf(&buf, "%04d", i);
    assert_int_equal(buf.len, 40000);
    assert_memory_equal(buf.data + (size_t)4 * 1234, "1234", 4);
    assert_int_equal(buf.data[buf.len], 0);
    akin_buf_free(&buf);
}

static void
an_impossible_size_is_refused_and_changes_nothing(void **state)
{
    struct akin_buf buf = {0};
    struct akin_error err = {0};

    (void)state;
    akin_buf_puts(&buf, "kept");
    assert_fails_with(akin_buf_reserve(&buf, SIZE_MAX, &err), AKIN_ENOMEM,
                      "cannot be");
    assert_fails_with(akin_buf_reserve(&buf, SIZE_MAX - 4, &err), AKIN_ENOMEM,
                      "cannot be");
    assert_string_equal(akin_buf_text(&buf), "kept");
    akin_buf_free(&buf);
}

static void
taking_moves_the_memory_out(void **state)
{
    struct akin_buf buf = {0};
    uint8_t *data;

    (void)state;
    akin_buf_puts(&buf, "mine");
    data = akin_buf_take(&buf);
    assert_string_equal((char *)data, "mine");
    assert_null(buf.data);
    assert_int_equal(buf.len, 0);
    free(data);
}

static void
spans_are_equal_by_what_they_hold(void **state)
{
    char other[] = "abc";

    (void)state;
    assert_true(akin_span_equal(akin_span_str("abc"), akin_span_str(other)));
    assert_false(akin_span_equal(akin_span_str("abc"), akin_span_str("abd")));
    assert_false(akin_span_equal(akin_span_str("abc"), akin_span_str("ab")));
    assert_true(akin_span_equal(akin_span_of(NULL, 0), akin_span_str("")));
}

static void
sums_and_products_do_not_wrap(void **state)
{
    size_t out = 77;

    (void)state;
    assert_false(akin_size_mul(SIZE_MAX / 2, 3, &out));
    assert_false(akin_size_add(SIZE_MAX, 1, &out));
    assert_int_equal(out, 77);
    assert_true(akin_size_mul(SIZE_MAX / 2, 2, &out));
    assert_true(out == SIZE_MAX - 1);
    assert_true(akin_size_add(SIZE_MAX - 1, 1, &out));
    assert_true(out == SIZE_MAX);
    assert_true(akin_size_mul(0, SIZE_MAX, &out));
    assert_int_equal(out, 0);
}

static void
numbers_lie_in_the_stated_order(void **state)
{
    static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 0xf8};
    uint8_t out[8];

    (void)state;
    assert_int_equal(akin_le16(bytes), 0x0201);
    assert_int_equal(akin_le32(bytes + 4), 0xf8070605);
    assert_true(akin_le64(bytes) == 0xf807060504030201u);
    assert_int_equal(akin_be32(bytes), 0x01020304);
    assert_true(akin_be64(bytes) == 0x01020304050607f8u);
    akin_put_le64(out, 0xf807060504030201u);
    assert_memory_equal(out, bytes, 8);
    akin_put_be64(out, 0x01020304050607f8u);
    assert_memory_equal(out, bytes, 8);
    akin_put_le16(out, 0x0201);
    akin_put_le32(out + 2, 0x06050403);
    assert_memory_equal(out, bytes, 6);
    akin_put_be32(out, 0x01020304);
    assert_memory_equal(out, bytes, 4);
}

static void
big_endian_keys_sort_as_their_numbers(void **state)
{
    static const uint64_t numbers[] = {
        0, 1, 255, 256, 65535, 0xffffffff, 1ull << 32, 1ull << 56, UINT64_MAX};
    uint8_t a[8], b[8];

    (void)state;
    for (size_t i = 1; i < AKIN_COUNT(numbers); i++) {
        akin_put_be64(a, numbers[i - 1]);
        akin_put_be64(b, numbers[i]);
        assert_true(memcmp(a, b, 8) < 0);
    }
}

static void
copies_of_text_are_bounded(void **state)
{
    char *copy = akin_strndup("microscope", 5);

    (void)state;
    assert_string_equal(copy, "micro");
    free(copy);
    copy = akin_strndup("abc", 100);
    assert_string_equal(copy, "abc");
    free(copy);
    copy = akin_strdup("");
    assert_string_equal(copy, "");
    free(copy);
    free(akin_new(0, 8)); /* a pointer that can be freed, not NULL */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_buffer_is_empty_text),
        cmocka_unit_test(what_is_appended_stays_in_order_and_ends_with_0),
        cmocka_unit_test(a_buffer_grows_through_many_small_pieces),
        cmocka_unit_test(an_impossible_size_is_refused_and_changes_nothing),
        cmocka_unit_test(taking_moves_the_memory_out),
        cmocka_unit_test(spans_are_equal_by_what_they_hold),
        cmocka_unit_test(sums_and_products_do_not_wrap),
        cmocka_unit_test(numbers_lie_in_the_stated_order),
        cmocka_unit_test(big_endian_keys_sort_as_their_numbers),
        cmocka_unit_test(copies_of_text_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
