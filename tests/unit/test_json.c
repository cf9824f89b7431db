/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/file.h"
#include "akin/json.h"

static struct akin_json *
parsed(const char *text)
{
    struct akin_error err = {0};
    struct akin_json *json = NULL;

    assert_ok(akin_json_parse(akin_span_str(text), &json, &err));
    return json;
}

/* The value must be written like this; it is freed. */
static void
assert_written(struct akin_json *json, enum akin_json_style style,
               const char *want)
{
    struct akin_buf out = {0};

    akin_json_write(json, style, &out);
    assert_string_equal(akin_buf_text(&out), want);
    akin_buf_free(&out);
    akin_json_free(json);
}

static const struct {
    const char *name, *text, *says;
} refusals[] = {
    {"nothing", "", "there is no text"},
    {"a mark and nothing", "\xef\xbb\xbf", "there is no text"},
    {"blanks", "  \n ", "line 2"},
    {"two values", "{} {}", "end of file"},
    {"a trailing comma", "[1,]", "line 1 column 4"},
    {"single quotes", "{'a': 1}", "line 1"},
    {"a comment", "{\"a\": 1} // x", "end of file"},
    {"NaN", "[NaN]", "line 1"},
    {"Infinity", "[-Infinity]", "line 1"},
    {"a leading zero", "[007]", "line 1"},
    {"hexadecimal", "[0x10]", "line 1"},
    {"an unfinished object", "{\"a\": {\n\"b\": 1", "line 2"},
    {"a line break in text", "[\"a\nb\"]", "line 1"},
    {"half a surrogate pair", "[\"\\ud800\"]", "invalid Unicode"},
    {"Latin-1", "[\"caf\xe9\"]", "unable to decode byte 0xe9"},
    {"an overlong letter", "[\"\xc0\xaf\"]", "unable to decode byte 0xc0"},
    {"an integer of 20 digits", "[99999999999999999999]", "big integer"},
    {"a real that is too large", "[1e999]", "real number"},
};

static void
parsing_refuses_and_says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_json *json = NULL;
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].name);
        assert_fails_with(
            akin_json_parse(akin_span_str(refusals[i].text), &json, &err),
            AKIN_EFORMAT, refusals[i].says);
        assert_null(json);
    }
}

/* n opening brackets, and as many closing ones. */
static enum akin_status
parse_nested(size_t n, const char *open, const char *close,
             struct akin_error *err)
{
    struct akin_buf text = {0};
    struct akin_json *json = NULL;
    enum akin_status st;

    for (size_t i = 0; i < n; i++)
        akin_buf_puts(&text, open);
    akin_buf_puts(&text, "1");
    for (size_t i = 0; i < n; i++)
        akin_buf_puts(&text, close);
    st = akin_json_parse(akin_buf_span(&text), &json, err);
    akin_buf_free(&text);
    akin_json_free(json);
    return st;
}

static void
nesting_is_bounded(void **state)
{
    struct akin_error err = {0};

    (void)state;
    assert_ok(parse_nested(AKIN_JSON_DEPTH, "[", "]", &err));
    assert_fails_with(parse_nested(AKIN_JSON_DEPTH + 1, "[", "]", &err),
                      AKIN_EFORMAT, "512");
    assert_ok(parse_nested(AKIN_JSON_DEPTH, "{\"a\":", "}", &err));
    assert_fails_with(parse_nested(AKIN_JSON_DEPTH + 1, "{\"a\":", "}", &err),
                      AKIN_EFORMAT, "512");
    assert_fails_with(parse_nested(100000, "[{\"a\":", "}]", &err),
                      AKIN_EFORMAT, "512");
}

static void
the_last_of_equal_keys_wins(void **state)
{
    (void)state;
    assert_written(parsed("{\"a\":1,\"b\":2,\"a\":3}"), AKIN_JSON_SORTED,
                   "{\"a\":3,\"b\":2}");
}

static void
a_byte_order_mark_is_skipped(void **state)
{
    (void)state;
    assert_written(parsed("\xef\xbb\xbf[1]"), AKIN_JSON_COMPACT, "[1]");
}

static void
integers_keep_64_bits(void **state)
{
    struct akin_json *json =
        parsed("[9223372036854775807,-9223372036854775808,1.0,\"1\"]");
    int64_t value = 5;
    double number = 0;

    (void)state;
    assert_true(akin_json_int(akin_json_at(json, 0), &value));
    assert_true(value == INT64_MAX);
    assert_true(akin_json_int(akin_json_at(json, 1), &value));
    assert_true(value == INT64_MIN);
    assert_false(akin_json_int(akin_json_at(json, 2), &value));
    assert_false(akin_json_int(akin_json_at(json, 3), &value));
    assert_false(akin_json_int(NULL, &value));
    assert_true(value == INT64_MIN); /* untouched */
    assert_true(akin_json_number(akin_json_at(json, 0), &number));
    assert_true(akin_json_number(akin_json_at(json, 2), &number));
    assert_true(number == 1.0);
    assert_false(akin_json_number(akin_json_at(json, 3), &number));
    akin_json_free(json);
}

static void
reading_a_chain_that_is_not_there_gives_nothing(void **state)
{
    struct akin_json *json = parsed("{\"a\":[{\"b\":null}],\"t\":true}");
    struct akin_json *none =
        akin_json_get(akin_json_at(akin_json_get(json, "x"), 4), "y");

    (void)state;
    assert_null(none);
    assert_int_equal(akin_json_type(none), AKIN_JSON_NONE);
    assert_int_equal(akin_json_count(none), 0);
    assert_null(akin_json_string(none));
    assert_null(akin_json_text(json, "t"));
    assert_false(akin_json_true(none));
    assert_true(akin_json_true(akin_json_get(json, "t")));
    assert_null(akin_json_at(akin_json_get(json, "a"), 1));
    assert_int_equal(akin_json_type(akin_json_get(
                         akin_json_at(akin_json_get(json, "a"), 0), "b")),
                     AKIN_JSON_NULL);
    assert_null(akin_json_copy(NULL));
    akin_json_free(NULL);
    akin_json_free(json);
}

static void
types_are_told_apart(void **state)
{
    static const enum akin_json_type want[] = {
        AKIN_JSON_NULL, AKIN_JSON_BOOL,   AKIN_JSON_BOOL,  AKIN_JSON_INT,
        AKIN_JSON_REAL, AKIN_JSON_STRING, AKIN_JSON_ARRAY, AKIN_JSON_OBJECT};
    struct akin_json *json = parsed("[null,true,false,1,1.5,\"s\",[],{}]");

    (void)state;
    assert_int_equal(akin_json_count(json), AKIN_COUNT(want));
    for (size_t i = 0; i < AKIN_COUNT(want); i++)
        assert_int_equal(akin_json_type(akin_json_at(json, i)), want[i]);
    akin_json_free(json);
}

static void
objects_are_walked_in_their_order(void **state)
{
    struct akin_json *json = parsed("{\"z\":1,\"a\":2,\"m\":3}"), *value;
    struct akin_buf seen = {0};
    void *it = NULL;
    const char *key;

    (void)state;
    while (akin_json_next(json, &it, &key, &value))
        akin_buf_puts(&seen, key);
    assert_string_equal(akin_buf_text(&seen), "zam");
    akin_buf_free(&seen);
    it = NULL;
    assert_false(akin_json_next(NULL, &it, &key, &value));
    akin_json_free(json);
}

static void
building_takes_values_over(void **state)
{
    struct akin_json *json = akin_json_object(), *list = akin_json_array();

    (void)state;
    akin_json_append(list, akin_json_new_int(1));
    akin_json_append(list, NULL);
    akin_json_set(json, "list", list);
    akin_json_set(json, "none", NULL);
    akin_json_set_text(json, "no text", NULL);
    akin_json_set_text(json, "text", "a\"b");
    akin_json_set_int(json, "n", -7);
    akin_json_set_real(json, "x", 0.1);
    akin_json_set_bool(json, "yes", true);
    akin_json_set_text(json, "text", "again");
    akin_json_set(json, "null", akin_json_new_null());
    akin_json_unset(json, "n");
    akin_json_unset(json, "never there");
    assert_written(json, AKIN_JSON_COMPACT,
                   "{\"list\":[1],\"text\":\"again\",\"x\":0.1,\"yes\":true,"
                   "\"null\":null}");
}

static void
text_that_is_not_utf8_is_replaced(void **state)
{
    struct akin_json *json = akin_json_object();

    (void)state;
    akin_json_set_text(json, "caf\xe9", "caf\xe9");
    assert_written(json, AKIN_JSON_COMPACT,
                   "{\"caf\xef\xbf\xbd\":\"caf\xef\xbf\xbd\"}");
}

static void
a_zero_byte_survives(void **state)
{
    struct akin_json *json = akin_json_new_text(akin_span_of("a\0b", 3));

    (void)state;
    assert_written(json, AKIN_JSON_COMPACT, "\"a\\u0000b\"");
    assert_written(parsed("\"a\\u0000b\""), AKIN_JSON_COMPACT, "\"a\\u0000b\"");
}

static void
numbers_that_json_lacks_become_null(void **state)
{
    (void)state;
    assert_written(akin_json_new_real(NAN), AKIN_JSON_COMPACT, "null");
    assert_written(akin_json_new_real(-INFINITY), AKIN_JSON_COMPACT, "null");
}

static void
a_shared_value_lives_until_the_last_is_freed(void **state)
{
    struct akin_json *json = parsed("{\"a\":1}");
    struct akin_json *again = akin_json_share(json);
    struct akin_json *copy = akin_json_copy(json);

    (void)state;
    akin_json_free(json);
    akin_json_set_int(again, "a", 2);
    assert_false(akin_json_equal(again, copy));
    assert_written(again, AKIN_JSON_COMPACT, "{\"a\":2}");
    assert_written(copy, AKIN_JSON_COMPACT, "{\"a\":1}");
}

static void
equality_is_of_values(void **state)
{
    struct akin_json *a = parsed("{\"x\":[1,2],\"y\":null}");
    struct akin_json *b = parsed("{\"y\":null,\"x\":[1,2]}");

    (void)state;
    assert_true(akin_json_equal(a, b));
    assert_true(akin_json_equal(NULL, NULL));
    assert_false(akin_json_equal(a, NULL));
    akin_json_append(akin_json_get(b, "x"), akin_json_new_int(3));
    assert_false(akin_json_equal(a, b));
    akin_json_free(a);
    akin_json_free(b);
}

static void
styles_differ_in_blanks_and_order(void **state)
{
    const char *text = "{\"b\":[1],\"a\":{}}";

    (void)state;
    assert_written(parsed(text), AKIN_JSON_COMPACT, text);
    assert_written(parsed(text), AKIN_JSON_SORTED, "{\"a\":{},\"b\":[1]}");
    assert_written(parsed(text), AKIN_JSON_PRETTY,
                   "{\n  \"b\": [\n    1\n  ],\n  \"a\": {}\n}");
}

static void
a_file_that_is_no_json_is_named(void **state)
{
    char *folder = akin_test_folder();
    char *path = akin_path_join(folder, "dataset.json");
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_file_write(path, akin_span_str("{\n\"id\" 1}"), &err));
    assert_fails_with(akin_json_read_file(path, 100, &json, &err), AKIN_EFORMAT,
                      "dataset.json: JSON: line 2");
    assert_fails_with(akin_json_read_file(path, 8, &json, &err), AKIN_ELIMIT,
                      "more than the 8 allowed");
    assert_null(json);
    assert_ok(akin_file_write(path, akin_span_str("[1]"), &err));
    assert_ok(akin_json_read_file(path, 100, &json, &err));
    akin_json_free(json);
    free(path);
    akin_test_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parsing_refuses_and_says_where),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(the_last_of_equal_keys_wins),
        cmocka_unit_test(a_byte_order_mark_is_skipped),
        cmocka_unit_test(integers_keep_64_bits),
        cmocka_unit_test(reading_a_chain_that_is_not_there_gives_nothing),
        cmocka_unit_test(types_are_told_apart),
        cmocka_unit_test(objects_are_walked_in_their_order),
        cmocka_unit_test(building_takes_values_over),
        cmocka_unit_test(text_that_is_not_utf8_is_replaced),
        cmocka_unit_test(a_zero_byte_survives),
        cmocka_unit_test(numbers_that_json_lacks_become_null),
        cmocka_unit_test(a_shared_value_lives_until_the_last_is_freed),
        cmocka_unit_test(equality_is_of_values),
        cmocka_unit_test(styles_differ_in_blanks_and_order),
        cmocka_unit_test(a_file_that_is_no_json_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
