/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/image.h"

static void
a_plane_has_room_for_its_samples(void **state)
{
    static const enum akin_sample samples[] = {AKIN_SAMPLE_U8, AKIN_SAMPLE_U16,
                                               AKIN_SAMPLE_F32};
    struct akin_error err = {0};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(samples); i++) {
        struct akin_plane plane = {0};

        assert_ok(akin_plane_alloc(&plane, 30, 20, 3, samples[i], 600, &err));
        assert_int_equal(plane.width, 30);
        assert_int_equal(plane.height, 20);
        assert_int_equal(plane.channels, 3);
        assert_int_equal(plane.sample, samples[i]);
        memset(plane.px, 1, (size_t)30 * 20 * 3 * akin_sample_size(samples[i]));
        akin_plane_free(&plane);
        assert_null(plane.px);
        akin_plane_free(&plane);
    }
}

static const struct {
    const char *name, *says;
    uint64_t max_px;
    uint32_t width, height, channels;
    enum akin_status want;
} refusals[] = {
    {"no width", "0 x 5 px", 100, 0, 5, 1, AKIN_EINVAL},
    {"no height", "5 x 0 px", 100, 5, 0, 1, AKIN_EINVAL},
    {"no channels", "0 channels", 100, 5, 5, 0, AKIN_EINVAL},
    {"two channels", "2 channels", 100, 5, 5, 2, AKIN_EINVAL},
    {"four channels", "4 channels", 100, 5, 5, 4, AKIN_EINVAL},
    {"one px too many", "image.max_plane_px (109)", 109, 10, 11, 1,
     AKIN_ELIMIT},
    {"a product that wraps 32 bits", "65536 x 65536", 1u << 31, 65536, 65536, 1,
     AKIN_ELIMIT},
    {"bytes that wrap 64 bits", "overflow", UINT64_MAX, UINT32_MAX, UINT32_MAX,
     3, AKIN_ELIMIT},
};

static void
impossible_shapes_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_plane plane = {.width = 77};
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].name);
        assert_fails_with(
            akin_plane_alloc(&plane, refusals[i].width, refusals[i].height,
                             refusals[i].channels, AKIN_SAMPLE_F32,
                             refusals[i].max_px, &err),
            refusals[i].want, refusals[i].says);
        assert_int_equal(plane.width, 77); /* untouched */
        assert_null(plane.px);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plane_has_room_for_its_samples),
        cmocka_unit_test(impossible_shapes_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
