/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/render.h"
#include "make_image.h"

static struct akin_plane
ramp(uint32_t w, uint32_t h, enum akin_sample sample, float step)
{
    struct akin_plane plane = {0};
    struct akin_error err = {0};

    assert_ok(akin_plane_alloc(&plane, w, h, 1, sample, UINT64_MAX, &err));
    for (size_t i = 0; i < (size_t)w * h; i++) {
        float v = (float)(i % w) * step;

        if (sample == AKIN_SAMPLE_U16)
            ((uint16_t *)plane.px)[i] = (uint16_t)v;
        else if (sample == AKIN_SAMPLE_U8)
            ((uint8_t *)plane.px)[i] = (uint8_t)v;
        else
            ((float *)plane.px)[i] = v - 3.0f;
    }
    return plane;
}

static void
expect_full_range(enum akin_sample sample, float step)
{
    struct akin_plane plane = ramp(200, 100, sample, step), out = {0};
    struct akin_render_options options = {0};
    struct akin_error err = {0};
    const uint8_t *px;

    assert_ok(akin_render_plane(&plane, &options, &out, &err));
    px = out.px;
    assert_int_equal(out.sample, AKIN_SAMPLE_U8);
    assert_int_equal(px[0], 0);
    assert_int_equal(px[199], 255);
    assert_true(abs(px[100] - 128) <= 2);
    akin_plane_free(&out);
    akin_plane_free(&plane);
}

static void
deep_and_dim_planes_are_stretched(void **state)
{
    (void)state;
    expect_full_range(AKIN_SAMPLE_U16, 11.0f);
    expect_full_range(AKIN_SAMPLE_F32, 0.001f);
    expect_full_range(AKIN_SAMPLE_U8, 0.25f); /* grey levels 0 to 49 */
}

static void
ordinary_8_bit_planes_stay_as_they_are(void **state)
{
    struct akin_plane plane = ramp(200, 3, AKIN_SAMPLE_U8, 0.75f), out = {0};
    struct akin_render_options options = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_render_plane(&plane, &options, &out, &err));
    assert_memory_equal(out.px, plane.px, (size_t)200 * 3);
    akin_plane_free(&out);
    akin_plane_free(&plane);
}

static void
a_flat_plane_is_a_flat_picture(void **state)
{
    struct akin_plane plane = ramp(20, 20, AKIN_SAMPLE_U16, 0.0f), out = {0};
    struct akin_render_options options = {.max_edge = 7};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_render_plane(&plane, &options, &out, &err));
    assert_int_equal(out.width, 7);
    for (size_t i = 0; i < 49; i++)
        assert_int_equal(((uint8_t *)out.px)[i], 0);
    akin_plane_free(&out);
    akin_plane_free(&plane);
}

static void
a_large_region_is_reduced_by_means(void **state)
{
    struct akin_plane plane = ramp(250, 10, AKIN_SAMPLE_U8, 1.0f), out = {0};
    struct akin_render_options options = {.region = {50, 2, 200, 8},
                                          .max_edge = 50};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_render_plane(&plane, &options, &out, &err));
    assert_int_equal(out.width, 50);
    assert_int_equal(out.height, 2);
    /* px 50 to 53 of the plane: mean 51.5, rounded up */
    assert_int_equal(((uint8_t *)out.px)[0], 52);
    assert_int_equal(((uint8_t *)out.px)[99], 248);
    akin_plane_free(&out);
    akin_plane_free(&plane);
}

static void
a_strip_keeps_at_least_one_row(void **state)
{
    struct akin_plane plane = ramp(250, 2, AKIN_SAMPLE_U8, 1.0f), out = {0};
    struct akin_render_options options = {.max_edge = 10};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_render_plane(&plane, &options, &out, &err));
    assert_int_equal(out.width, 10);
    assert_int_equal(out.height, 1);
    akin_plane_free(&out);
    akin_plane_free(&plane);
}

static void
what_lies_outside_is_refused(void **state)
{
    static const struct {
        struct akin_render_options options;
        const char *says;
    } row[] = {
        {{.c = 1}, "has 1 z, 1 c and 1 t"},
        {{.z = 9}, "z 9"},
        {{.t = 1}, "t 1"},
        {{.region = {0, 0, 31, 1}}, "image of 30 x 20"},
        {{.region = {30, 0, 1, 1}}, "image of 30 x 20"},
        {{.region = {0, 20, 1, 1}}, "image of 30 x 20"},
        {{.region = {1, 1, 4294967295u, 1}}, "image of 30 x 20"},
        {{.region = {0, 0, 1, 0}}, "image of 30 x 20"},
    };
    struct akin_make_png what = {.width = 30, .height = 20, .bits = 8};
    struct akin_buf bytes = {0};
    struct akin_config config;
    struct akin_decoder *decoder = NULL;
    struct akin_plane out = {0};
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&config);
    akin_make_png(&what, &bytes);
    assert_ok(
        akin_decode_open_bytes(akin_buf_span(&bytes), &config, &decoder, &err));
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
        assert_fails_with(akin_render(decoder, &row[i].options, &out, &err),
                          AKIN_EINVAL, row[i].says);
    assert_null(out.px);
    akin_decode_close(decoder);
    akin_buf_free(&bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deep_and_dim_planes_are_stretched),
        cmocka_unit_test(ordinary_8_bit_planes_stay_as_they_are),
        cmocka_unit_test(a_flat_plane_is_a_flat_picture),
        cmocka_unit_test(a_large_region_is_reduced_by_means),
        cmocka_unit_test(a_strip_keeps_at_least_one_row),
        cmocka_unit_test(what_lies_outside_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
