/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/decode.h"
#include "make_image.h"

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
field(uint32_t v, uint32_t mask)
{
    uint32_t max;

    while ((mask & 1u) == 0) {
        mask >>= 1;
        v >>= 1;
    }
    max = mask;
    return ((v & max) * 255 + max / 2) / max;
}

static uint32_t
expected(const struct akin_make_bmp *w, uint32_t x, uint32_t y, uint32_t c)
{
    static const uint32_t usual[3] = {0x7c00, 0x3e0, 0x1f};
    uint32_t v = akin_make_value(x, y, 0, 0);

    if (w->bits <= 8)
        return akin_make_palette(v & ((1u << w->bits) - 1u), (int)c) >> 8;
    if (w->bits == 16)
        return field(v, w->compression == 3 ? w->mask[c] : usual[c]);
    return akin_make_value(x, y, c, 0) & 255u;
}

#define SIZE .width = 23, .height = 17
static const struct {
    const char *name;
    struct akin_make_bmp what;
} kinds[] = {
    {"1 bit", {SIZE, .bits = 1, .header = 40}},
    {"4 bits", {SIZE, .bits = 4, .header = 40}},
    {"8 bits", {SIZE, .bits = 8, .header = 40}},
    {"8 bits OS/2", {SIZE, .bits = 8, .header = 12}},
    {"24 bits OS/2", {SIZE, .bits = 24, .header = 12}},
    {"8 bits OS/2 2", {SIZE, .bits = 8, .header = 64}},
    {"16 bits", {SIZE, .bits = 16, .header = 40}},
    {"16 bits 5-6-5",
     {SIZE, .bits = 16, .header = 40, .compression = 3,
      .mask = {0xf800, 0x7e0, 0x1f}}},
    {"16 bits 4-4-4 in a V4 header",
     {SIZE, .bits = 16, .header = 108, .compression = 3,
      .mask = {0xf00, 0xf0, 0xf}}},
    {"24 bits", {SIZE, .bits = 24, .header = 40}},
    {"24 bits from the top",
     {SIZE, .bits = 24, .header = 124, .is_top_down = true}},
    {"32 bits", {SIZE, .bits = 32, .header = 40}},
    {"32 bits with fields",
     {SIZE, .bits = 32, .header = 56, .compression = 3,
      .mask = {0xff0000, 0xff00, 0xff}}},
};

static void
check(const struct akin_make_bmp *w, const struct akin_plane *p)
{
    assert_int_equal(p->channels, 3);
    for (uint32_t y = 0; y < p->height; y++)
        for (uint32_t x = 0; x < p->width; x++)
            for (uint32_t c = 0; c < 3; c++)
                assert_int_equal(
                    ((uint8_t *)p->px)[((size_t)y * p->width + x) * 3 + c],
                    expected(w, x, y, c));
}

static void
every_kind_comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(kinds); i++) {
        struct akin_buf bytes = {0};
        struct akin_plane p = {0};
        struct akin_error err = {0};
        struct akin_decoder *d;

        print_message("  %s\n", kinds[i].name);
        akin_make_bmp(&kinds[i].what, &bytes);
        d = open_bytes(&bytes);
        assert_int_equal(akin_decode_info(d)->dim_x, 23);
        assert_int_equal(akin_decode_info(d)->dim_y, 17);
        assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
        check(&kinds[i].what, &p);
        assert_string_equal(akin_decode_info(d)->note, "");
        akin_plane_free(&p);
        akin_decode_close(d);
        akin_buf_free(&bytes);
    }
}

/* A header of 4 x 3 px with these run-length codes behind its palette, in which
 * entry i is the grey i * 16. */
static void
make_rle(uint32_t bits, const void *codes, size_t len, struct akin_buf *out)
{
    uint8_t head[54] = "BM";

    akin_put_le32(head + 10, 54 + 16 * 4);
    akin_put_le32(head + 14, 40);
    akin_put_le32(head + 18, 4);
    akin_put_le32(head + 22, 3);
    akin_put_le16(head + 26, 1);
    akin_put_le16(head + 28, (uint16_t)bits);
    akin_put_le32(head + 30, bits == 8 ? 1 : 2);
    akin_put_le32(head + 46, 16); /* colours used */
    akin_buf_put(out, head, sizeof(head));
    for (int i = 0; i < 16; i++) {
        uint8_t grey[4] = {(uint8_t)(i * 16), (uint8_t)(i * 16),
                           (uint8_t)(i * 16), 0};

        akin_buf_put(out, grey, 4);
    }
    akin_buf_put(out, codes, len);
}

static const struct {
    const char *name;
    uint32_t bits;
    const char *codes;
    size_t len;
    const char *rows; /* from the top, palette entries as hex digits */
} runs[] = {
    {"runs of 8 bits", 8, "\4\1\0\0\4\2\0\0\4\3\0\1", 12, "333322221111"},
    {"literals", 8, "\0\4\1\2\3\4\0\0\0\3\5\6\7\0\1\x9\0\0\4\3\0\1", 22,
     "333356791234"},
    {"moves", 8, "\1\1\0\2\1\1\1\2\0\1", 10, "000000201000"},
    {"runs of 4 bits", 4, "\4\x12\0\0\3\x34\0\0\0\3\x56\x70\0\1", 14,
     "567034301212"},
    {"a run over the edge", 8, "\7\1\0\0\4\2\0\0\4\3\0\1", 12, "333322221111"},
    {"no end mark", 8, "\4\1\0\0\4\2\0\0\4\3", 10, "333322221111"},
};

static void
run_length_codes_are_followed(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(runs); i++) {
        struct akin_buf bytes = {0};
        struct akin_plane p = {0};
        struct akin_error err = {0};
        struct akin_decoder *d;

        print_message("  %s\n", runs[i].name);
        make_rle(runs[i].bits, runs[i].codes, runs[i].len, &bytes);
        d = open_bytes(&bytes);
        assert_int_equal(akin_decode_info(d)->colour, AKIN_COLOUR_GREY);
        assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
        assert_int_equal(p.channels, 1);
        for (int k = 0; k < 12; k++)
            assert_int_equal(((uint8_t *)p.px)[k],
                             (runs[i].rows[k] - '0') * 16);
        assert_string_equal(akin_decode_info(d)->note, "");
        akin_plane_free(&p);
        akin_decode_close(d);
        akin_buf_free(&bytes);
    }
}

static void
the_end_may_be_missing_but_not_the_first_half(void **state)
{
    struct akin_make_bmp w = {SIZE, .bits = 24, .header = 40,
                              .is_top_down = true};
    struct akin_error err = {0};
    struct akin_buf bytes = {0};
    struct akin_plane p = {0};
    struct akin_decoder *d;

    (void)state;
    akin_make_bmp(&w, &bytes);
    bytes.len = 54 + 72 * 12;
    d = open_bytes(&bytes);
    assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
    for (uint32_t y = 0; y < 17; y++)
        assert_int_equal(((uint8_t *)p.px)[(size_t)y * 69],
                         y < 12 ? expected(&w, 0, y, 0) : 0);
    assert_non_null(strstr(akin_decode_info(d)->note, "70%"));
    akin_plane_free(&p);
    akin_decode_close(d);
    bytes.len = 54 + 72 * 8;
    d = open_bytes(&bytes);
    assert_fails_with(akin_decode_plane(d, 0, 0, 0, &p, &err), AKIN_EFORMAT,
                      "only 47%");
    akin_decode_close(d);
    akin_buf_free(&bytes);
}

static const struct {
    const char *name;
    size_t at;
    uint32_t value;
    enum akin_status want;
    const char *says;
} refusals[] = {
    {"no width", 18, 0, AKIN_EFORMAT, "cannot be"},
    {"negative width", 18, 0xffffffff, AKIN_EFORMAT, "negative"},
    {"lowest height", 22, 0x80000000, AKIN_EFORMAT, "negative"},
    {"huge", 18, 0x7fffffff, AKIN_ELIMIT, "image.max_plane_px"},
    {"9 bits", 26, 0x90001, AKIN_EFORMAT, "9 bits"},
    {"JPEG within", 30, 4, AKIN_EFORMAT, "compression 4"},
    {"a header of its own", 14, 41 << 24, AKIN_EFORMAT, "first bytes"},
};

static void
odd_headers_are_refused_with_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_make_bmp w = {SIZE, .bits = 24, .header = 40};
        struct akin_config config;
        struct akin_decoder *d = NULL;
        struct akin_error err = {0};
        struct akin_buf bytes = {0};

        print_message("  %s\n", refusals[i].name);
        akin_config_init(&config);
        akin_make_bmp(&w, &bytes);
        akin_put_le32(bytes.data + refusals[i].at, refusals[i].value);
        assert_fails_with(
            akin_decode_open_bytes(akin_buf_span(&bytes), &config, &d, &err),
            refusals[i].want, refusals[i].says);
        assert_null(d);
        akin_buf_free(&bytes);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_comes_back),
        cmocka_unit_test(run_length_codes_are_followed),
        cmocka_unit_test(the_end_may_be_missing_but_not_the_first_half),
        cmocka_unit_test(odd_headers_are_refused_with_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
