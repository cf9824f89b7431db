/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/bytes.h"
#include "akin/log.h"

struct capture {
    struct akin_buf text;
    int n;
    enum akin_log_level level;
};

static void
keep(void *ctx, enum akin_log_level level, const char *line)
{
    struct capture *capture = ctx;

    akin_buf_clear(&capture->text);
    akin_buf_puts(&capture->text, line);
    capture->level = level;
    capture->n++;
}

static int
set_up(void **state)
{
    struct capture *capture = akin_new(1, sizeof(*capture));

    *state = capture;
    akin_log_sink(keep, capture);
    akin_log_set_level(AKIN_LOG_INFO);
    return 0;
}

static int
tear_down(void **state)
{
    struct capture *capture = *state;

    akin_log_sink(NULL, NULL);
    akin_log_set_level(AKIN_LOG_INFO);
    akin_buf_free(&capture->text);
    free(capture);
    return 0;
}

static void
a_line_has_level_event_and_text(void **state)
{
    struct capture *capture = *state;

    akin_log(AKIN_LOG_WARN, "publish", "generation=%d tiles=%s", 3, "5120");
    assert_string_equal(akin_buf_text(&capture->text),
                        "warn publish: generation=3 tiles=5120");
    assert_int_equal(capture->level, AKIN_LOG_WARN);
}

static void
what_is_below_the_level_is_silent(void **state)
{
    struct capture *capture = *state;

    akin_log(AKIN_LOG_DEBUG, "x", "hidden");
    assert_int_equal(capture->n, 0);
    akin_log_set_level(AKIN_LOG_DEBUG);
    akin_log(AKIN_LOG_DEBUG, "x", "seen");
    assert_int_equal(capture->n, 1);
    akin_log_set_level(AKIN_LOG_ERROR);
    akin_log(AKIN_LOG_WARN, "x", "hidden");
    akin_log(AKIN_LOG_ERROR, "x", "seen");
    assert_int_equal(capture->n, 2);
}

static void
control_characters_cannot_forge_a_second_line(void **state)
{
    struct capture *capture = *state;

    akin_log(AKIN_LOG_INFO, "request", "id=%s",
             "1\n2026 error disk: gone\033[m");
    assert_string_equal(akin_buf_text(&capture->text),
                        "info request: id=1?2026 error disk: gone?[m");
}

static void
long_lines_are_cut(void **state)
{
    struct capture *capture = *state;
    char longer[5000];

    memset(longer, 'x', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';
    akin_log(AKIN_LOG_INFO, "event", "%s", longer);
    assert_int_equal(capture->text.len, 1999);
    akin_log(AKIN_LOG_INFO, longer, "%s", "y");
    assert_int_equal(capture->text.len, 1999);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_has_level_event_and_text),
        TEST(what_is_below_the_level_is_silent),
        TEST(control_characters_cannot_forge_a_second_line),
        TEST(long_lines_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
