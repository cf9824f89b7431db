/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/decode.h"
#include "akin/encode.h"

static struct akin_plane
make_plane(uint32_t w, uint32_t h, uint32_t channels, enum akin_sample sample)
{
    struct akin_plane plane = {0};
    struct akin_error err = {0};
    size_t n = (size_t)w * h * channels;

    assert_ok(
        akin_plane_alloc(&plane, w, h, channels, sample, UINT64_MAX, &err));
    memset(plane.px, 0, n * akin_sample_size(sample));
    for (size_t i = 0; i < n; i++) {
        /* Smooth, so that JPEG keeps it, and different in each channel. */
        uint32_t v = (uint32_t)((i / channels % w) * 2 + (i / channels / w) +
                                40 * (i % channels));

        if (sample == AKIN_SAMPLE_U16)
            ((uint16_t *)plane.px)[i] = (uint16_t)(v * 201);
        else if (sample == AKIN_SAMPLE_U8)
            ((uint8_t *)plane.px)[i] = (uint8_t)v;
    }
    return plane;
}

static struct akin_plane
decode_again(const struct akin_buf *bytes)
{
    struct akin_config config;
    struct akin_decoder *decoder = NULL;
    struct akin_plane plane = {0};
    struct akin_error err = {0};

    akin_config_init(&config);
    assert_ok(
        akin_decode_open_bytes(akin_buf_span(bytes), &config, &decoder, &err));
    assert_ok(akin_decode_plane(decoder, 0, 0, 0, &plane, &err));
    akin_decode_close(decoder);
    return plane;
}

static void
expect_png_keeps(uint32_t channels, enum akin_sample sample)
{
    struct akin_plane plane = make_plane(53, 31, channels, sample), again;
    struct akin_buf bytes = {0};
    struct akin_error err = {0};

    assert_ok(akin_encode_png(&plane, &bytes, &err));
    again = decode_again(&bytes);
    assert_int_equal(again.width, 53);
    assert_int_equal(again.height, 31);
    assert_int_equal(again.channels, channels);
    assert_int_equal(again.sample, sample);
    assert_memory_equal(again.px, plane.px,
                        (size_t)53 * 31 * channels * akin_sample_size(sample));
    akin_plane_free(&again);
    akin_plane_free(&plane);
    akin_buf_free(&bytes);
}

static void
png_gives_every_pixel_back(void **state)
{
    (void)state;
    expect_png_keeps(1, AKIN_SAMPLE_U8);
    expect_png_keeps(3, AKIN_SAMPLE_U8);
    expect_png_keeps(1, AKIN_SAMPLE_U16);
    expect_png_keeps(3, AKIN_SAMPLE_U16);
}

static void
jpeg_gives_nearly_every_pixel_back(void **state)
{
    (void)state;
    for (uint32_t channels = 1; channels <= 3; channels += 2) {
        struct akin_plane plane = make_plane(61, 33, channels, AKIN_SAMPLE_U8);
        struct akin_plane again;
        struct akin_buf bytes = {0};
        struct akin_error err = {0};

        assert_ok(akin_encode_jpeg(&plane, 95, &bytes, &err));
        again = decode_again(&bytes);
        assert_int_equal(again.channels, channels);
        for (size_t i = 0; i < (size_t)61 * 33 * channels; i++)
            assert_true(
                abs(((uint8_t *)again.px)[i] - ((uint8_t *)plane.px)[i]) <= 8);
        akin_plane_free(&again);
        akin_plane_free(&plane);
        akin_buf_free(&bytes);
    }
}

static void
the_same_plane_gives_the_same_bytes_behind_what_is_there(void **state)
{
    struct akin_plane plane = make_plane(300, 290, 3, AKIN_SAMPLE_U8);
    struct akin_buf a = {0}, b = {0};
    struct akin_error err = {0};
    size_t jpeg;

    (void)state;
    assert_ok(akin_encode_jpeg(&plane, AKIN_JPEG_QUALITY, &a, &err));
    jpeg = a.len;
    assert_ok(akin_encode_png(&plane, &a, &err));
    assert_ok(akin_encode_png(&plane, &b, &err));
    assert_int_equal(a.len, jpeg + b.len);
    assert_memory_equal(a.data + jpeg, b.data, b.len);
    akin_buf_free(&a);
    akin_buf_free(&b);
    akin_plane_free(&plane);
}

static void
what_a_format_cannot_hold_is_refused(void **state)
{
    struct akin_plane wide = make_plane(65501, 1, 1, AKIN_SAMPLE_U8);
    struct akin_plane deep = make_plane(4, 4, 1, AKIN_SAMPLE_U16);
    struct akin_plane real = make_plane(4, 4, 1, AKIN_SAMPLE_F32);
    struct akin_buf out = {0};
    struct akin_error err = {0};

    (void)state;
    assert_fails_with(akin_encode_png(&real, &out, &err), AKIN_EINVAL,
                      "floats");
    assert_fails_with(akin_encode_jpeg(&real, 90, &out, &err), AKIN_EINVAL,
                      "8 bits");
    assert_fails_with(akin_encode_jpeg(&deep, 90, &out, &err), AKIN_EINVAL,
                      "8 bits");
    assert_fails_with(akin_encode_jpeg(&wide, 90, &out, &err), AKIN_EINVAL,
                      "65500 px");
    assert_fails_with(akin_encode_jpeg(&wide, 0, &out, &err), AKIN_EINVAL,
                      "65500 px");
    wide.width = 100;
    assert_fails_with(akin_encode_jpeg(&wide, 101, &out, &err), AKIN_EINVAL,
                      "1 to 100");
    assert_int_equal(out.len, 0);
    akin_plane_free(&wide);
    akin_plane_free(&deep);
    akin_plane_free(&real);
    akin_buf_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_gives_every_pixel_back),
        cmocka_unit_test(jpeg_gives_nearly_every_pixel_back),
        cmocka_unit_test(
            the_same_plane_gives_the_same_bytes_behind_what_is_there),
        cmocka_unit_test(what_a_format_cannot_hold_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
