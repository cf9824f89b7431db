/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/decode.h"
#include "make_image.h"

/* Smooth, so that quality 100 and subsampling hardly change it. */
static uint32_t
smooth(uint32_t x, uint32_t y, uint32_t sample, uint32_t page)
{
    (void)page;
    return 20 + x + 2 * y + 25 * sample;
}

static uint32_t
grey_rgb(uint32_t x, uint32_t y, uint32_t sample, uint32_t page)
{
    (void)sample;
    return smooth(x, y, 0, page);
}

static struct akin_decoder *
open_bytes(const struct akin_buf *bytes)
{
    struct akin_config config;
    struct akin_decoder *d = NULL;
    struct akin_error err = {0};

    akin_config_init(&config);
    assert_ok(akin_decode_open_bytes(akin_buf_span(bytes), &config, &d, &err));
    return d;
}

static void
check_near(const struct akin_plane *p, uint32_t rows, int within)
{
    const uint8_t *px = p->px;

    for (uint32_t y = 0; y < rows; y++)
        for (uint32_t x = 0; x < p->width; x++)
            for (uint32_t c = 0; c < p->channels; c++) {
                int got = px[(y * p->width + x) * p->channels + c];
                int want = (int)smooth(x, y, c, 0);

                if (abs(got - want) > within)
                    fail_msg("%d instead of %d at %u, %u, %u", got, want, x, y,
                             c);
            }
}

#define SIZE .width = 50, .height = 41, .value = smooth
static const struct {
    const char *name;
    struct akin_make_jpeg what;
    int within;
} kinds[] = {
    {"grey", {SIZE, .components = 1}, 2},
    {"YCbCr 4:4:4", {SIZE, .components = 3, .subsampling = 1}, 3},
    {"YCbCr 4:2:0", {SIZE, .components = 3, .subsampling = 2}, 6},
    {"RGB", {SIZE, .components = 3, .is_rgb = true}, 3},
    {"progressive",
     {SIZE, .components = 3, .is_progressive = true, .subsampling = 2},
     6},
    {"restart marks", {SIZE, .components = 1, .restart_rows = 1}, 2},
};

static void
ordinary_kinds_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(kinds); i++) {
        struct akin_buf bytes = {0};
        struct akin_plane p = {0};
        struct akin_error err = {0};
        struct akin_decoder *d;

        print_message("  %s\n", kinds[i].name);
        akin_make_jpeg(&kinds[i].what, &bytes);
        d = open_bytes(&bytes);
        assert_string_equal(akin_decode_info(d)->format, "jpeg");
        assert_int_equal(akin_decode_info(d)->dim_x, 50);
        assert_int_equal(akin_decode_info(d)->dim_y, 41);
        assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
        assert_int_equal(p.channels, kinds[i].what.components == 1 ? 1 : 3);
        check_near(&p, p.height, kinds[i].within);
        assert_string_equal(akin_decode_info(d)->note, "");
        akin_plane_free(&p);
        akin_decode_close(d);
        akin_buf_free(&bytes);
    }
}

/* libjpeg marks the CMYK it writes as Adobe's, so 255 is no ink. */
static void
ink_becomes_colour(void **state)
{
    (void)state;
    for (int is_ycck = 0; is_ycck < 2; is_ycck++) {
        struct akin_make_jpeg w = {SIZE, .components = 4,
                                   .is_ycck = is_ycck == 1};
        struct akin_buf bytes = {0};
        struct akin_plane p = {0};
        struct akin_error err = {0};
        struct akin_decoder *d;

        akin_make_jpeg(&w, &bytes);
        d = open_bytes(&bytes);
        assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
        assert_int_equal(p.channels, 3);
        for (uint32_t y = 0; y < 41; y++)
            for (uint32_t x = 0; x < 50; x++)
                for (uint32_t c = 0; c < 3; c++) {
                    int got = ((uint8_t *)p.px)[(y * 50 + x) * 3 + c];
                    int want =
                        (int)(smooth(x, y, c, 0) * smooth(x, y, 3, 0) / 255);

                    assert_in_range(got + 5, want, want + 10);
                }
        akin_plane_free(&p);
        akin_decode_close(d);
        akin_buf_free(&bytes);
    }
}

static void
grey_saved_as_colour_is_grey(void **state)
{
    struct akin_make_jpeg w = {SIZE, .components = 3, .subsampling = 2};
    struct akin_buf bytes = {0};
    struct akin_plane p = {0};
    struct akin_error err = {0};
    struct akin_decoder *d;

    (void)state;
    w.value = grey_rgb;
    akin_make_jpeg(&w, &bytes);
    d = open_bytes(&bytes);
    assert_int_equal(akin_decode_info(d)->colour, AKIN_COLOUR_RGB);
    assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
    assert_int_equal(p.channels, 1);
    check_near(&p, p.height, 2);
    akin_plane_free(&p);
    akin_decode_close(d);
    akin_buf_free(&bytes);
}

/* True when the first len bytes give a plane, which must then be noted as
 * truncated; otherwise the refusal must say how much is there. */
static bool
gives_a_plane(struct akin_buf *bytes, size_t len)
{
    struct akin_error err = {0};
    struct akin_plane p = {0};
    size_t full = bytes->len;
    struct akin_decoder *d;
    enum akin_status st;

    bytes->len = len;
    d = open_bytes(bytes);
    st = akin_decode_plane(d, 0, 0, 0, &p, &err);
    if (st == AKIN_OK)
        assert_string_not_equal(akin_decode_info(d)->note, "");
    else
        assert_non_null(strstr(err.text, "can be read"));
    akin_plane_free(&p);
    akin_decode_close(d);
    bytes->len = full;
    return st == AKIN_OK;
}

static void
the_end_may_be_missing_but_not_the_first_half(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct akin_make_jpeg w = {.width = 64, .height = 128, .components = 1};
        struct akin_buf bytes = {0};

        w.is_progressive = kind == 1;
        w.restart_rows = kind == 2; /* noise: bytes spread evenly over rows */
        akin_make_jpeg(&w, &bytes);
        for (size_t percent = 60; percent < 100; percent += 5)
            assert_true(gives_a_plane(&bytes, bytes.len * percent / 100));
        /* Scans of a progressive file have all rows early. */
        assert_true(gives_a_plane(&bytes, bytes.len / 3) == (kind == 1));
        akin_buf_free(&bytes);
    }
}

/* A scan of a progressive file, repeated: cheap to store, dear to decode. */
static void
thousands_of_scans_are_refused(void **state)
{
    struct akin_make_jpeg w = {SIZE, .components = 1, .is_progressive = true};
    struct akin_error err = {0};
    struct akin_buf bytes = {0};
    struct akin_buf bomb = {0};
    struct akin_plane p = {0};
    struct akin_decoder *d;
    size_t scan = 0;
    size_t next;

    (void)state;
    akin_make_jpeg(&w, &bytes);
    for (size_t i = 2; i + 1 < bytes.len; i++) /* the last scan */
        if (bytes.data[i] == 0xff && bytes.data[i + 1] == 0xda)
            scan = i;
    next = bytes.len - 2; /* the end mark */
    akin_buf_put(&bomb, bytes.data, next);
    for (int i = 0; i < 2000; i++)
        akin_buf_put(&bomb, bytes.data + scan, next - scan);
    akin_buf_put(&bomb, bytes.data + next, 2);
    d = open_bytes(&bomb);
    assert_fails_with(akin_decode_plane(d, 0, 0, 0, &p, &err), AKIN_EFORMAT,
                      "scans");
    akin_decode_close(d);
    akin_buf_free(&bytes);
    akin_buf_free(&bomb);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_kinds_come_back),
        cmocka_unit_test(ink_becomes_colour),
        cmocka_unit_test(grey_saved_as_colour_is_grey),
        cmocka_unit_test(the_end_may_be_missing_but_not_the_first_half),
        cmocka_unit_test(thousands_of_scans_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
