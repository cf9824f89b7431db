/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

static void
failing_gives_the_status_and_fills_the_object(void **state)
{
    struct akin_error err = {0};

    (void)state;
    assert_int_equal(AKIN_FAIL(&err, AKIN_ELIMIT, "page %d of %s", 7, "a.tif"),
                     AKIN_ELIMIT);
    assert_int_equal(err.status, AKIN_ELIMIT);
    assert_string_equal(err.text, "page 7 of a.tif");
    assert_non_null(strstr(err.file, "test_error.c"));
    assert_true(err.line > 0);
}

static void
nobody_needs_to_listen(void **state)
{
    (void)state;
    assert_int_equal(AKIN_FAIL(NULL, AKIN_EIO, "gone"), AKIN_EIO);
    akin_error_prefix(NULL, "dataset %d", 1);
}

static void
a_prefix_names_the_thing(void **state)
{
    struct akin_error err = {0};

    (void)state;
    (void)AKIN_FAIL(&err, AKIN_EFORMAT, "bad header");
    akin_error_prefix(&err, "image %s", "x.png");
    akin_error_prefix(&err, "dataset %d", 3);
    assert_string_equal(err.text, "dataset 3: image x.png: bad header");
    assert_int_equal(err.status, AKIN_EFORMAT);
}

static void
a_prefix_is_not_put_before_success(void **state)
{
    struct akin_error err = {0};

    (void)state;
    akin_error_prefix(&err, "dataset %d", 3);
    assert_string_equal(err.text, "");
}

static void
long_texts_are_cut_and_end(void **state)
{
    struct akin_error err = {0};
    char longer[2 * AKIN_ERROR_TEXT_MAX];

    (void)state;
    memset(longer, 'x', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';
    (void)AKIN_FAIL(&err, AKIN_EINVAL, "%s", longer);
    assert_int_equal(strlen(err.text), AKIN_ERROR_TEXT_MAX - 1);
    akin_error_prefix(&err, "%s", "here");
    assert_int_equal(strlen(err.text), AKIN_ERROR_TEXT_MAX - 1);
    assert_memory_equal(err.text, "here: xxx", 9);
    akin_error_prefix(&err, "%s", longer);
    assert_int_equal(strlen(err.text), AKIN_ERROR_TEXT_MAX - 1);
    assert_null(strchr(err.text, ':'));
}

static void
a_terminal_is_given_no_orders(void **state)
{
    struct akin_error err = {0};

    (void)state;
    (void)AKIN_FAIL(&err, AKIN_EINVAL, "%s", "\033[2Jred\r\n\x7f");
    assert_string_equal(err.text, " [2Jred   ");
    akin_error_prefix(&err, "a\tb");
    assert_string_equal(err.text, "a b:  [2Jred   ");
    /* The one-byte form of ESC [ hides in C1 controls, which UTF-8 writes as
     * two bytes. */
    (void)AKIN_FAIL(&err, AKIN_EINVAL, "%s",
                    "\xc2\x9b"
                    "2J, caf\xc3\xa9");
    assert_null(strstr(err.text, "\xc2\x9b"));
    assert_non_null(strstr(err.text, "caf\xc3\xa9"));
}

static void
a_cut_does_not_split_a_letter(void **state)
{
    struct akin_error err = {0};
    char longer[2 * AKIN_ERROR_TEXT_MAX];
    size_t len;

    (void)state;
    longer[0] = 'x';
    for (size_t i = 1; i + 2 < sizeof(longer); i += 2)
        memcpy(longer + i, "\xc3\xa9", 3);
    (void)AKIN_FAIL(&err, AKIN_EINVAL, "%s", longer);
    len = strlen(err.text);
    assert_true(len >= AKIN_ERROR_TEXT_MAX - 3);
    assert_memory_equal(err.text + len - 2, "\xc3\xa9", 2);
}

static void
every_status_has_its_own_name(void **state)
{
    (void)state;
    for (int a = AKIN_OK; a <= AKIN_EINTERNAL; a++) {
        const char *name = akin_status_name((enum akin_status)a);

        assert_string_not_equal(name, "unknown");
        for (int b = AKIN_OK; b < a; b++)
            assert_string_not_equal(name,
                                    akin_status_name((enum akin_status)b));
    }
    assert_string_equal(akin_status_name((enum akin_status)99), "unknown");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failing_gives_the_status_and_fills_the_object),
        cmocka_unit_test(nobody_needs_to_listen),
        cmocka_unit_test(a_prefix_names_the_thing),
        cmocka_unit_test(a_prefix_is_not_put_before_success),
        cmocka_unit_test(long_texts_are_cut_and_end),
        cmocka_unit_test(a_terminal_is_given_no_orders),
        cmocka_unit_test(a_cut_does_not_split_a_letter),
        cmocka_unit_test(every_status_has_its_own_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
