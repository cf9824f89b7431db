/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/decode.h"
#include "make_image.h"

enum { GREY = 0, RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGBA = 6 };

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

static uint32_t
expected(const struct akin_make_png *w, uint32_t x, uint32_t y, uint32_t c)
{
    uint32_t max = (1u << w->bits) - 1u;
    uint32_t v;

    if (w->type == PALETTE)
        return akin_make_palette(akin_make_value(x, y, 0, 0) & max, (int)c) >>
               8;
    v = akin_make_value(x, y, c, 0) & max;
    return w->bits < 8 ? v * 255 / max : v;
}

static void
check(const struct akin_make_png *w, const struct akin_plane *p)
{
    assert_int_equal(p->width, w->width);
    assert_int_equal(p->height, w->height);
    assert_int_equal(p->sample,
                     w->bits == 16 ? AKIN_SAMPLE_U16 : AKIN_SAMPLE_U8);
    for (uint32_t y = 0; y < p->height; y++)
        for (uint32_t x = 0; x < p->width; x++)
            for (uint32_t c = 0; c < p->channels; c++) {
                size_t i = (y * p->width + x) * p->channels + c;

                assert_int_equal(w->bits == 16 ? ((uint16_t *)p->px)[i]
                                               : ((uint8_t *)p->px)[i],
                                 expected(w, x, y, c));
            }
}

static void
every_type_and_depth_comes_back(void **state)
{
    static const int kinds[][2] = {
        {GREY, 1},    {GREY, 2},    {GREY, 4},       {GREY, 8},
        {GREY, 16},   {RGB, 8},     {RGB, 16},       {PALETTE, 1},
        {PALETTE, 2}, {PALETTE, 4}, {PALETTE, 8},    {GREY_ALPHA, 8},
        {RGBA, 8},    {RGBA, 16},   {GREY_ALPHA, 16}};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(kinds) * 2; i++) {
        struct akin_make_png w = {.width = 21,
                                  .height = 19,
                                  .type = kinds[i / 2][0],
                                  .bits = kinds[i / 2][1],
                                  .is_interlaced = i % 2 == 1,
                                  .is_transparent = true};
        bool is_grey = w.type == GREY || w.type == GREY_ALPHA;
        struct akin_buf bytes = {0};
        struct akin_plane p = {0};
        struct akin_error err = {0};
        struct akin_decoder *d;

        akin_make_png(&w, &bytes);
        d = open_bytes(&bytes);
        assert_int_equal(akin_decode_info(d)->colour,
                         is_grey ? AKIN_COLOUR_GREY : AKIN_COLOUR_RGB);
        assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
        assert_int_equal(p.channels, is_grey ? 1 : 3);
        check(&w, &p);
        assert_string_equal(akin_decode_info(d)->note, "");
        akin_plane_free(&p);
        akin_decode_close(d);
        akin_buf_free(&bytes);
    }
}

static uint32_t
same_in_all(uint32_t x, uint32_t y, uint32_t sample, uint32_t page)
{
    (void)sample;
    return akin_make_value(x, y, 0, page);
}

static void
grey_saved_as_colour_is_grey(void **state)
{
    (void)state;
    for (int bits = 8; bits <= 16; bits += 8) {
        struct akin_make_png w = {.width = 21,
                                  .height = 19,
                                  .type = RGBA,
                                  .bits = bits,
                                  .value = same_in_all};
        struct akin_buf bytes = {0};
        struct akin_plane p = {0};
        struct akin_error err = {0};
        struct akin_decoder *d;

        akin_make_png(&w, &bytes);
        d = open_bytes(&bytes);
        assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
        assert_int_equal(p.channels, 1);
        check(&w, &p);
        akin_plane_free(&p);
        akin_decode_close(d);
        akin_buf_free(&bytes);
    }
}

static void
pixel_size_comes_from_a_plausible_resolution(void **state)
{
    static const struct {
        uint32_t px_per_metre;
        double um;
    } rows[] = {{2835, 0}, {11811, 0}, {2000000, 0.5}};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(rows); i++) {
        struct akin_make_png w = {.width = 3,
                                  .height = 3,
                                  .bits = 8,
                                  .px_per_metre = rows[i].px_per_metre};
        struct akin_buf bytes = {0};
        struct akin_decoder *d;

        akin_make_png(&w, &bytes);
        d = open_bytes(&bytes);
        assert_true(fabs(akin_decode_info(d)->pixel_um_x - rows[i].um) < 1e-9);
        assert_true(fabs(akin_decode_info(d)->pixel_um_y - rows[i].um) < 1e-9);
        akin_decode_close(d);
        akin_buf_free(&bytes);
    }
}

static void
the_end_may_be_missing_but_not_the_first_half(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct akin_make_png w = {
            .width = 128, .height = 128, .bits = 8, .is_interlaced = i == 1};
        struct akin_error err = {0};
        struct akin_buf bytes = {0};
        struct akin_plane p = {0};
        struct akin_decoder *d;
        size_t full;

        akin_make_png(&w, &bytes);
        full = bytes.len;
        bytes.len = full * 9 / 10;
        d = open_bytes(&bytes);
        assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
        assert_non_null(strstr(akin_decode_info(d)->note, "missing"));
        assert_int_equal(*(uint8_t *)p.px, expected(&w, 0, 0, 0));
        akin_plane_free(&p);
        akin_decode_close(d);
        bytes.len = full / 4;
        d = open_bytes(&bytes);
        assert_fails_with(akin_decode_plane(d, 0, 0, 0, &p, &err), AKIN_EFORMAT,
                          "can be read");
        akin_decode_close(d);
        akin_buf_free(&bytes);
    }
}

static void
a_wrong_checksum_is_noted(void **state)
{
    struct akin_make_png w = {.width = 16, .height = 16, .bits = 8};
    struct akin_error err = {0};
    struct akin_buf bytes = {0};
    struct akin_plane p = {0};
    struct akin_decoder *d;

    (void)state;
    akin_make_png(&w, &bytes);
    bytes.data[bytes.len - 12 - 1] ^= 0xff; /* of IDAT; IEND follows */
    d = open_bytes(&bytes);
    assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
    check(&w, &p);
    assert_non_null(strstr(akin_decode_info(d)->note, "checksum"));
    akin_plane_free(&p);
    akin_decode_close(d);
    akin_buf_free(&bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_and_depth_comes_back),
        cmocka_unit_test(grey_saved_as_colour_is_grey),
        cmocka_unit_test(pixel_size_comes_from_a_plausible_resolution),
        cmocka_unit_test(the_end_may_be_missing_but_not_the_first_half),
        cmocka_unit_test(a_wrong_checksum_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
