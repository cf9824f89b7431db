/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/disturb.h"

static struct akin_plane
scene(uint32_t w, uint32_t h, uint32_t channels, enum akin_sample sample)
{
    struct akin_plane plane = {0};
    struct akin_error err = {0};

    assert_ok(
        akin_plane_alloc(&plane, w, h, channels, sample, UINT64_MAX, &err));
    for (size_t i = 0; i < (size_t)w * h * channels; i++) {
        size_t x = i / channels % w, y = i / channels / w;
        double v = 120 + 80 * sin((double)x / 9) * cos((double)y / 6);

        if (sample == AKIN_SAMPLE_U8)
            ((uint8_t *)plane.px)[i] = (uint8_t)v;
        else if (sample == AKIN_SAMPLE_U16)
            ((uint16_t *)plane.px)[i] = (uint16_t)(v * 200);
        else
            ((float *)plane.px)[i] = (float)(v / 200 - 0.6);
    }
    return plane;
}

static void
assert_copy_fits(const struct akin_plane *plane, struct akin_tile_rect rect,
                 uint64_t seed)
{
    struct akin_plane copy = {0};
    struct akin_error err = {0};
    size_t n = (size_t)rect.w * rect.h * plane->channels;

    assert_ok(akin_disturb(plane, rect, seed, &copy, &err));
    assert_int_equal(copy.width, rect.w);
    assert_int_equal(copy.height, rect.h);
    assert_int_equal(copy.channels, plane->channels);
    assert_int_equal(copy.sample, plane->sample);
    for (size_t k = 0; plane->sample == AKIN_SAMPLE_F32 && k < n; k++)
        assert_true(isfinite(((float *)copy.px)[k]));
    akin_plane_free(&copy);
}

static void
copies_have_the_shape_of_the_rectangle_and_finite_pixels(void **state)
{
    static const struct akin_tile_rect rects[] = {
        {0, 0, 90, 70}, {89, 69, 1, 1}, {10, 0, 64, 3}, {30, 20, 60, 50}};

    (void)state;
    for (int s = AKIN_SAMPLE_U8; s <= AKIN_SAMPLE_F32; s++)
        for (uint32_t channels = 1; channels <= 3; channels += 2) {
            struct akin_plane plane =
                scene(90, 70, channels, (enum akin_sample)s);

            assert_int_equal(plane.channels, channels);
            assert_int_equal(plane.sample, s);
            for (uint64_t i = 0; i < 4 * AKIN_COUNT(rects); i++)
                assert_copy_fits(&plane, rects[i % AKIN_COUNT(rects)], i);
            akin_plane_free(&plane);
        }
}

static void
the_same_seed_gives_the_same_copy_and_another_another(void **state)
{
    struct akin_plane plane = scene(80, 80, 3, AKIN_SAMPLE_U8);
    struct akin_tile_rect rect = {8, 8, 64, 64};
    struct akin_plane copy[3] = {{0}};
    struct akin_error err = {0};
    size_t size = (size_t)64 * 64 * 3;

    (void)state;
    assert_ok(akin_disturb(&plane, rect, 5, &copy[0], &err));
    assert_ok(akin_disturb(&plane, rect, 5, &copy[1], &err));
    assert_ok(akin_disturb(&plane, rect, 6, &copy[2], &err));
    assert_memory_equal(copy[0].px, copy[1].px, size);
    assert_true(memcmp(copy[0].px, copy[2].px, size) != 0);
    for (int i = 0; i < 3; i++)
        akin_plane_free(&copy[i]);
    akin_plane_free(&plane);
}

static void
a_constant_tile_stays_constant(void **state)
{
    struct akin_plane plane = {0}, copy = {0};
    struct akin_tile_rect rect = {0, 0, 32, 32};
    struct akin_error err = {0};

    (void)state;
    assert_ok(
        akin_plane_alloc(&plane, 32, 32, 1, AKIN_SAMPLE_U8, UINT64_MAX, &err));
    memset(plane.px, 77, (size_t)32 * 32);
    assert_ok(akin_disturb(&plane, rect, 1, &copy, &err));
    assert_memory_equal(plane.px, copy.px, (size_t)32 * 32);
    akin_plane_free(&plane);
    akin_plane_free(&copy);
}

/* Over many copies the mean grey stays near the original's: nothing is shifted
 * for good, and no copy is lost. */
static void
copies_stay_near_their_tile(void **state)
{
    struct akin_plane plane = scene(200, 200, 1, AKIN_SAMPLE_U16);
    struct akin_tile_rect rect = {40, 40, 120, 120};
    double mean = 0, spread = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct akin_plane copy = {0};
        struct akin_error err = {0};
        double sum = 0;

        assert_ok(akin_disturb(&plane, rect, seed, &copy, &err));
        for (size_t i = 0; i < (size_t)120 * 120; i++)
            sum += ((uint16_t *)copy.px)[i] / (120.0 * 120);
        akin_plane_free(&copy);
        mean += sum / 40;
        spread += fabs(sum - 24000) / 40;
    }
    assert_float_equal(mean, 24000, 2500);
    assert_true(spread > 300); /* gamma and gain are at work */
    akin_plane_free(&plane);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            copies_have_the_shape_of_the_rectangle_and_finite_pixels),
        cmocka_unit_test(the_same_seed_gives_the_same_copy_and_another_another),
        cmocka_unit_test(a_constant_tile_stays_constant),
        cmocka_unit_test(copies_stay_near_their_tile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
