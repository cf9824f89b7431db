/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/utf8.h"
#include "progress.h"
#include "summary.h"

static const struct {
    struct akin_progress_view view;
    const char *line;
} lines[] = {
    {{.what = "listing", .done = 12}, "listing  12"},
    {{.what = "images", .done = 0, .total = 450}, "images  0 of 450 (0%)"},
    {{.what = "images", .done = 120, .total = 450, .rate = 14.25},
     "images  120 of 450 (26%)  14.2/s  23 s left"},
    {{.what = "images", .done = 449, .total = 450, .rate = 10, .bad = 3},
     "images  449 of 450 (99%)  10.0/s  0 s left  3 bad"},
    {{.what = "images", .done = 450, .total = 450, .rate = 10},
     "images  450 of 450 (100%)  10.0/s"},
    /* More than announced must not break anything. */
    {{.what = "images", .done = 500, .total = 450, .rate = 10},
     "images  500 of 450 (100%)  10.0/s"},
};

static void
a_line_says_how_far_how_fast_and_how_long(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(lines); i++) {
        struct akin_buf text = {0};

        akin_progress_line(&lines[i].view, &text);
        assert_string_equal(akin_buf_text(&text), lines[i].line);
        akin_buf_free(&text);
    }
}

static const struct {
    double seconds;
    const char *text;
} times[] = {
    {-1, "0 s"},
    {0, "0 s"},
    {59.4, "59 s"},
    {60, "1 min 0 s"},
    {3599, "59 min 59 s"},
    {3600, "1 h 0 min"},
    {86399, "23 h 59 min"},
    {1e30, "10000 h 0 min"},
};

static void
times_are_read_at_a_glance(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(times); i++) {
        struct akin_buf text = {0};

        akin_progress_time(times[i].seconds, &text);
        assert_string_equal(akin_buf_text(&text), times[i].text);
        akin_buf_free(&text);
    }
}

static void
a_bar_is_never_wider_than_the_terminal(void **state)
{
    struct akin_progress_view view = {
        .what = "images", .done = 225, .total = 450, .rate = 14.25};
    struct akin_buf text = {0};

    (void)state;
    akin_progress_bar(&view, 200, &text);
    assert_string_equal(akin_buf_text(&text),
                        "[############------------] images  225 of 450 (50%)"
                        "  14.2/s  16 s left");
    for (size_t columns = 0; columns < 90; columns++) {
        akin_buf_clear(&text);
        akin_progress_bar(&view, columns, &text);
        assert_in_range(akin_utf8_count(akin_buf_text(&text)), 0, columns);
    }
    akin_buf_free(&text);
}

static void
a_file_gets_no_bar_and_quiet_gets_nothing(void **state)
{
    struct akin_progress *quiet = akin_progress_new(NULL);
    struct akin_progress *progress;
    FILE *out = tmpfile();

    (void)state;
    assert_non_null(out);
    progress = akin_progress_new(out);
    akin_progress_step(progress, "images", 10);
    akin_progress_step(quiet, "images", 10);
    for (uint64_t i = 0; i <= 10; i++) {
        akin_progress_show(progress, i, 0);
        akin_progress_show(quiet, i, 0);
    }
    akin_progress_free(progress);
    akin_progress_free(quiet);
    assert_int_equal(ftell(out), 0); /* it was over before the first line */
    (void)fclose(out);
}

static void
a_summary_counts_what_was_done(void **state)
{
    struct akin_summary summary = {.datasets = {.added = 2, .same = 1},
                                   .images = {.added = 30, .unchanged = 4},
                                   .tiles = 90,
                                   .seconds = 10};
    struct akin_buf text = {0};

    (void)state;
    akin_summary_text(&summary, &text);
    assert_string_equal(akin_buf_text(&text),
                        "datasets: 2 new, 0 changed, 1 same\n"
                        "images:   30 added, 4 unchanged, 0 replaced, 0 "
                        "quarantined\n"
                        "tiles:    90 in 10.0 s, 3.0 images/s\n");
    summary.datasets.removed = 1;
    summary.images.moved = 5;
    akin_buf_clear(&text);
    akin_summary_text(&summary, &text);
    assert_non_null(strstr(akin_buf_text(&text), "1 same, 1 removed"));
    assert_non_null(strstr(akin_buf_text(&text), "0 replaced, 5 moved"));
    akin_buf_free(&text);
    akin_summary_free(&summary);
}

static void
bad_files_are_listed_up_to_twenty(void **state)
{
    struct akin_summary summary = {.n_bad = 0};
    struct akin_buf text = {0};

    (void)state;
    akin_summary_bad_text(&summary, &text);
    assert_int_equal(text.len, 0);
    akin_summary_bad(&summary, "/d/a.png", "png: cut off");
    akin_summary_bad_text(&summary, &text);
    assert_string_equal(akin_buf_text(&text),
                        "1 file was quarantined:\n  /d/a.png: png: cut off\n");
    for (int i = 0; i < 24; i++)
        akin_summary_bad(&summary, i < 19 ? "/d/early" : "/d/late", "bad");
    akin_buf_clear(&text);
    akin_summary_bad_text(&summary, &text);
    assert_non_null(strstr(akin_buf_text(&text), "25 files were quarantined"));
    assert_null(strstr(akin_buf_text(&text), "/d/late"));
    assert_non_null(strstr(akin_buf_text(&text),
                           "and 5 more; akin-index status lists all"));
    akin_buf_free(&text);
    akin_summary_free(&summary);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_how_far_how_fast_and_how_long),
        cmocka_unit_test(times_are_read_at_a_glance),
        cmocka_unit_test(a_bar_is_never_wider_than_the_terminal),
        cmocka_unit_test(a_file_gets_no_bar_and_quiet_gets_nothing),
        cmocka_unit_test(a_summary_counts_what_was_done),
        cmocka_unit_test(bad_files_are_listed_up_to_twenty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
