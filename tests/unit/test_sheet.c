/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/file.h"
#include "canvas.h"
#include "font.h"
#include "sheet.h"
#include "small_store.h"

static const struct akin_ink white = {255, 255, 255}, black = {0, 0, 0};

static size_t
dark_px(const struct akin_plane *canvas)
{
    const uint8_t *px = canvas->px;
    size_t n = 0;

    for (size_t i = 0; i < (size_t)canvas->width * canvas->height; i++)
        n += px[3 * i] == 0 && px[3 * i + 1] == 0 && px[3 * i + 2] == 0;
    return n;
}

static void
every_letter_can_be_seen_and_told_from_the_others(void **state)
{
    (void)state;
    for (uint32_t a = '!'; a <= '~'; a++) {
        static const uint8_t blank[AKIN_FONT_ROWS];

        assert_memory_not_equal(akin_font_letter(a), blank, sizeof(blank));
        for (uint32_t b = a + 1; b <= '~'; b++)
            assert_memory_not_equal(akin_font_letter(a), akin_font_letter(b),
                                    AKIN_FONT_ROWS);
    }
    assert_ptr_equal(akin_font_letter(0xe9), akin_font_letter('e'));
    assert_ptr_equal(akin_font_letter(0x4e2d), akin_font_letter('?'));
    assert_ptr_equal(akin_font_letter(7), akin_font_letter('?'));
}

static void
what_lies_outside_is_not_drawn(void **state)
{
    struct akin_plane canvas = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_canvas_new(20, 10, white, &canvas, &err));
    assert_int_equal(dark_px(&canvas), 0);
    akin_canvas_fill(&canvas, (struct akin_box){-5, -5, 7, 6}, black);
    assert_int_equal(dark_px(&canvas), 2);
    akin_canvas_fill(&canvas, (struct akin_box){30, 30, 5, 5}, black);
    akin_canvas_text(&canvas, -100, -100, 3, black, "out", 3);
    assert_int_equal(dark_px(&canvas), 2);
    akin_canvas_frame(&canvas, (struct akin_box){4, 2, 6, 5}, 1, black);
    assert_int_equal(dark_px(&canvas), 2 + 2 * 6 + 2 * 3);
    akin_plane_free(&canvas);
}

static void
text_is_cut_to_its_room_and_broken_at_spaces(void **state)
{
    struct akin_plane canvas = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_canvas_new(300, 100, white, &canvas, &err));
    assert_int_equal(akin_canvas_text(&canvas, 0, 0, 1, black, "abcdefghij", 5),
                     5);
    assert_int_equal(
        akin_canvas_text(&canvas, 0, 20, 1, black, "\xc3\xa9t\xc3\xa9", 5), 3);
    assert_int_equal(
        akin_canvas_lines(&canvas, 0, 40, 1, black, "one two three four", 8, 5),
        3);
    assert_int_equal(
        akin_canvas_lines(&canvas, 0, 40, 1, black, "one two three four", 8, 2),
        2);
    assert_int_equal(akin_canvas_lines(&canvas, 0, 40, 1, black, "", 8, 2), 0);
    akin_plane_free(&canvas);
}

/* An answer of n hits, all of which match with one region of one image. */
static struct akin_json *
answer_of(size_t n, const char *path)
{
    struct akin_buf text = {0};
    struct akin_json *answer = NULL;
    struct akin_error err = {0};

    akin_buf_puts(&text, "{\"verdict\":\"so it is\",\"hits\":[");
    for (size_t i = 0; i < n; i++)
        akin_buf_printf(
            &text,
            "%s{\"rank\":%zu,\"score\":0.5,\"chance\":0.25,"
            "\"dataset\":{\"id\":\"a\",\"title\":\"words and words\"},"
            "\"agreement\":[{\"part\":\"texture\",\"agreement\":0.5}],"
            "\"evidence\":[{\"query\":{\"x\":0,\"y\":0,\"w\":128,\"h\":128},"
            "\"tile\":{\"x\":9,\"y\":9,\"w\":4000000000,\"h\":1},"
            "\"image\":{\"id\":1,\"path\":\"%s\"},\"similarity\":0.5}]}",
            i == 0 ? "" : ",", i + 1, path);
    akin_buf_puts(&text, "]}");
    assert_ok(akin_json_parse(akin_buf_span(&text), &answer, &err));
    akin_buf_free(&text);
    return answer;
}

static void
a_sheet_has_a_card_for_each_hit(void **state)
{
    char *folder = akin_test_folder();
    char *path;
    const char *asked;
    uint32_t height[3] = {0};
    static const size_t counts[3] = {0, 3, 40};
    struct akin_error err = {0};

    (void)state;
    akin_small_store(folder, false);
    path = akin_small_path(folder, 1, 0);
    asked = path;
    for (size_t i = 0; i < 3; i++) {
        struct akin_json *answer = answer_of(counts[i], path);
        struct akin_plane sheet = {0};

        assert_ok(akin_sheet_draw(answer, &asked, 1, "a title", &sheet, &err));
        assert_int_equal(sheet.channels, 3);
        height[i] = sheet.height;
        akin_plane_free(&sheet);
        akin_json_free(answer);
    }
    /* No row, one row, and no more rows than AKIN_SHEET_HITS fill. */
    assert_true(height[0] < height[1]);
    assert_int_equal(height[2] - height[0], 4 * (height[1] - height[0]));
    free(path);
    akin_test_remove(folder);
}

static void
pictures_that_cannot_be_read_leave_a_card_without(void **state)
{
    struct akin_json *answer = answer_of(2, "/nowhere/at/all.png");
    struct akin_plane sheet = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_sheet_draw(answer, NULL, 0, "a title", &sheet, &err));
    assert_non_null(sheet.px);
    akin_plane_free(&sheet);
    akin_json_free(answer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_letter_can_be_seen_and_told_from_the_others),
        cmocka_unit_test(what_lies_outside_is_not_drawn),
        cmocka_unit_test(text_is_cut_to_its_room_and_broken_at_spaces),
        cmocka_unit_test(a_sheet_has_a_card_for_each_hit),
        cmocka_unit_test(pictures_that_cannot_be_read_leave_a_card_without),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
