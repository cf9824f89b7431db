/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/utf8.h"

static const struct {
    const char *name, *text;
    bool valid;
} claims[] = {
    {"no text", "", true},
    {"ASCII", "HeLa 20x", true},
    {"two bytes", "\xc2\xb5m", true},
    {"three bytes", "\xe2\x82\xac", true},
    {"four bytes", "\xf0\x9f\x94\xac", true},
    {"the last code point", "\xf4\x8f\xbf\xbf", true},
    {"the code point before the surrogates", "\xed\x9f\xbf", true},
    {"the code point behind the surrogates", "\xee\x80\x80", true},
    {"a follower alone", "\x80", false},
    {"a lead alone", "\xc3", false},
    {"a lead before ASCII", "\xc3(", false},
    {"three bytes cut short", "\xe2\x82", false},
    {"four bytes cut short", "\xf0\x9f\x94", false},
    {"overlong slash", "\xc0\xaf", false},
    {"overlong in three bytes", "\xe0\x80\xaf", false},
    {"overlong in four bytes", "\xf0\x80\x80\xaf", false},
    {"half a surrogate pair", "\xed\xa0\x80", false},
    {"above U+10FFFF", "\xf4\x90\x80\x80", false},
    {"five bytes", "\xf8\x88\x80\x80\x80", false},
    {"a byte-order mark of UTF-16", "\xff\xfe", false},
    {"Latin-1", "caf\xe9", false},
};

static void
valid_is_what_the_standard_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(claims); i++) {
        print_message("  %s\n", claims[i].name);
        assert_int_equal(akin_utf8_valid(akin_span_str(claims[i].text)),
                         claims[i].valid);
    }
}

static void
a_zero_byte_is_a_letter_like_others(void **state)
{
    (void)state;
    assert_true(akin_utf8_valid(akin_span_of("a\0b", 3)));
}

static void
cleaning_replaces_each_broken_byte(void **state)
{
    struct akin_buf out = {0};

    (void)state;
    akin_utf8_clean(akin_span_str("caf\xe9 \xf0\x9f\x94 \xc2\xb5m"), &out);
    assert_string_equal(akin_buf_text(&out),
                        "caf\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd "
                        "\xc2\xb5m");
    akin_buf_free(&out);
}

static void
walking_gives_code_points(void **state)
{
    const char *p = "a\xc2\xb5\xe2\x82\xac\xf0\x9f\x94\xac\xff.";

    (void)state;
    assert_int_equal(akin_utf8_next(&p), 'a');
    assert_int_equal(akin_utf8_next(&p), 0xb5);
    assert_int_equal(akin_utf8_next(&p), 0x20ac);
    assert_int_equal(akin_utf8_next(&p), 0x1f52c);
    assert_int_equal(akin_utf8_next(&p), 0xfffd);
    assert_int_equal(akin_utf8_next(&p), '.');
    assert_int_equal(akin_utf8_next(&p), 0);
    assert_int_equal(akin_utf8_next(&p), 0);
}

static void
a_walk_ends_at_the_end_of_a_cut_letter(void **state)
{
    const char *p = "\xf0\x9f";

    (void)state;
    assert_int_equal(akin_utf8_next(&p), 0xfffd);
    assert_int_equal(akin_utf8_next(&p), 0xfffd);
    assert_int_equal(akin_utf8_next(&p), 0);
}

static void
prefixes_and_counts_are_in_code_points(void **state)
{
    const char *text = "\xc2\xb5m\xe2\x82\xac";

    (void)state;
    assert_int_equal(akin_utf8_count(text), 3);
    assert_int_equal(akin_utf8_prefix(text, 0), 0);
    assert_int_equal(akin_utf8_prefix(text, 1), 2);
    assert_int_equal(akin_utf8_prefix(text, 2), 3);
    assert_int_equal(akin_utf8_prefix(text, 9), 6);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_is_what_the_standard_says),
        cmocka_unit_test(a_zero_byte_is_a_letter_like_others),
        cmocka_unit_test(cleaning_replaces_each_broken_byte),
        cmocka_unit_test(walking_gives_code_points),
        cmocka_unit_test(a_walk_ends_at_the_end_of_a_cut_letter),
        cmocka_unit_test(prefixes_and_counts_are_in_code_points),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
