/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/feature.h"
#include "akin/network.h"
#include "feature_internal.h"

#define EDGE 256
#define PI 3.14159265358979323846

enum { BIF = 0, LBP = 28, INTENSITY = 68, COLOUR = 88, SPECTRUM = 153 };
enum { GRANULARITY = 165 };
enum { FLAT, SLOPE, DARK_BLOB, BRIGHT_BLOB, DARK_LINE, BRIGHT_LINE, SADDLE };

struct fixture {
    struct akin_feature_work *work;
    struct akin_plane plane;
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    *state = f;
    return f == NULL || akin_feature_work_new(&f->work, NULL) != AKIN_OK;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    akin_plane_free(&f->plane);
    akin_feature_work_free(f->work);
    free(f);
    return 0;
}

static struct akin_plane *
new_plane(struct fixture *f, uint32_t w, uint32_t h, uint32_t channels,
          enum akin_sample sample)
{
    struct akin_error err = {0};

    akin_plane_free(&f->plane);
    assert_ok(
        akin_plane_alloc(&f->plane, w, h, channels, sample, UINT64_MAX, &err));
    return &f->plane;
}

static void
put(struct akin_plane *plane, size_t at, double value)
{
    if (plane->sample == AKIN_SAMPLE_U8)
        ((uint8_t *)plane->px)[at] = (uint8_t)value;
    else if (plane->sample == AKIN_SAMPLE_U16)
        ((uint16_t *)plane->px)[at] = (uint16_t)value;
    else
        ((float *)plane->px)[at] = (float)value;
}

/* A picture with structure at several scales, 20..235, without symmetry. */
static double
scene(double x, double y)
{
    double v = 120 + 60 * sin(x / 9 + sin(y / 23)) * cos(y / 14 - x / 51);

    v += 40 * sin((x + 2 * y) / 3.1) * (x > 90 && y < 150 ? 1 : 0);
    return v + 15 * sin(x * y / 300);
}

static void
draw_scene(struct akin_plane *plane, double gain, double offset)
{
    for (size_t i = 0; i < (size_t)plane->width * plane->height; i++)
        for (size_t c = 0; c < plane->channels; c++) {
            size_t x = i % plane->width, y = i / plane->width;

            put(plane, i * plane->channels + c,
                floor(scene((double)x + 5.0 * (double)c, (double)y)) * gain +
                    offset);
        }
}

/* The first number of the learned part, which is the last. */
#define LEARNED (AKIN_N_FEATURES - AKIN_N_NETWORK)

static void
compute(struct fixture *f, float *out)
{
    struct akin_tile_rect all = {0, 0, f->plane.width, f->plane.height};

    akin_feature_compute(f->work, &f->plane, all, out);
    for (size_t i = 0; i < AKIN_N_FEATURES; i++)
        assert_true(isfinite(out[i]));
}

static double
largest_difference(const float *a, const float *b, size_t first, size_t end)
{
    double most = 0;

    for (size_t i = first; i < end; i++)
        most = fmax(most, fabs((double)a[i] - (double)b[i]));
    return most;
}

static void
parts_cover_all_features_in_order(void **state)
{
    const struct akin_feature_part *parts;
    size_t n = akin_feature_parts(&parts), at = 0;

    (void)state;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(parts[i].first, at);
        assert_true(parts[i].count > 0 && strlen(parts[i].name) > 0 &&
                    strlen(parts[i].detail) > 0);
        at += parts[i].count;
    }
    assert_int_equal(at, AKIN_N_FEATURES);
}

/* Pixel (x, y) of a w x w picture after one quarter turn, or mirroring. */
static size_t
turned(size_t x, size_t y, size_t w)
{
    return x * w + (w - 1 - y);
}

static size_t
mirrored(size_t x, size_t y, size_t w)
{
    return y * w + (w - 1 - x);
}

/* The learned part has seen pictures turned and mirrored, so it changes
 * little; the classical part does not change at all. */
static void
check_learned(const float *before, const float *after)
{
    double both = 0, a = 0, b = 0;

    for (size_t i = LEARNED; i < AKIN_N_FEATURES; i++) {
        both += (double)before[i] * (double)after[i];
        a += (double)before[i] * (double)before[i];
        b += (double)after[i] * (double)after[i];
    }
    assert_true(both / sqrt(a * b) > 0.9);
}

static void
check_moved(struct fixture *f, size_t (*move)(size_t, size_t, size_t))
{
    float before[AKIN_N_FEATURES], after[AKIN_N_FEATURES];
    struct akin_plane *plane = new_plane(f, EDGE, EDGE, 3, AKIN_SAMPLE_U8);
    uint8_t *copy = malloc((size_t)EDGE * EDGE * 3), *px = plane->px;

    assert_non_null(copy);
    draw_scene(plane, 1, 0);
    compute(f, before);
    memcpy(copy, px, (size_t)EDGE * EDGE * 3);
    for (size_t y = 0; y < EDGE; y++)
        for (size_t x = 0; x < EDGE; x++)
            memcpy(px + 3 * move(x, y, EDGE), copy + 3 * (y * EDGE + x), 3);
    assert_true(memcmp(copy, px, (size_t)EDGE * EDGE * 3) != 0);
    free(copy);
    compute(f, after);
    assert_true(largest_difference(before, after, 0, LEARNED) < 2e-3);
    check_learned(before, after);
}

static void
a_quarter_turn_changes_nothing(void **state)
{
    check_moved(*state, turned);
}

static void
mirroring_changes_nothing(void **state)
{
    check_moved(*state, mirrored);
}

static void
gain_and_offset_of_a_grey_camera_change_nothing(void **state)
{
    struct fixture *f = *state;
    float before[AKIN_N_FEATURES], after[AKIN_N_FEATURES];

    draw_scene(new_plane(f, EDGE, EDGE, 1, AKIN_SAMPLE_U16), 1, 0);
    compute(f, before);
    draw_scene(new_plane(f, EDGE, EDGE, 1, AKIN_SAMPLE_U16), 128, 1700);
    compute(f, after);
    assert_true(largest_difference(before, after, 0, AKIN_N_FEATURES) < 2e-3);
    draw_scene(new_plane(f, EDGE, EDGE, 1, AKIN_SAMPLE_F32), -1.0 / 1024, -3);
    compute(f, after); /* a negative is another picture */
    assert_true(largest_difference(before, after, 0, COLOUR) > 0.01);
}

static void
the_same_picture_is_the_same_in_every_sample_type(void **state)
{
    struct fixture *f = *state;

    for (uint32_t channels = 1; channels <= 3; channels += 2) {
        float first[AKIN_N_FEATURES], other[AKIN_N_FEATURES];

        draw_scene(new_plane(f, EDGE, EDGE, channels, AKIN_SAMPLE_U8), 1, 0);
        compute(f, first);
        for (int s = AKIN_SAMPLE_U16; s <= AKIN_SAMPLE_F32; s++) {
            draw_scene(new_plane(f, EDGE, EDGE, channels, (enum akin_sample)s),
                       1, 0);
            compute(f, other);
            assert_memory_equal(first, other, sizeof(first));
        }
    }
}

static void
a_rectangle_is_the_same_as_its_own_picture(void **state)
{
    struct fixture *f = *state;
    struct akin_tile_rect rect = {37, 11, 200, 150};
    float inside[AKIN_N_FEATURES], alone[AKIN_N_FEATURES];
    uint8_t *part = malloc((size_t)rect.w * rect.h * 3);

    assert_non_null(part);
    draw_scene(new_plane(f, 300, 200, 3, AKIN_SAMPLE_U8), 1, 0);
    akin_feature_compute(f->work, &f->plane, rect, inside);
    for (size_t y = 0; y < rect.h; y++)
        memcpy(part + y * rect.w * 3,
               (uint8_t *)f->plane.px + ((rect.y + y) * 300 + rect.x) * 3,
               (size_t)rect.w * 3);
    new_plane(f, rect.w, rect.h, 3, AKIN_SAMPLE_U8);
    memcpy(f->plane.px, part, (size_t)rect.w * rect.h * 3);
    free(part);
    compute(f, alone);
    assert_memory_equal(inside, alone, sizeof(inside));
}

static void
every_edge_from_1_px_on_gives_finite_numbers(void **state)
{
    static const uint32_t edges[] = {1, 2, 3, 5, 15, 16, 17, 33, 63, 65, 1024};
    struct fixture *f = *state;
    float out[AKIN_N_FEATURES];

    for (size_t i = 0; i < AKIN_COUNT(edges); i++)
        for (int s = AKIN_SAMPLE_U8; s <= AKIN_SAMPLE_F32; s++) {
            uint32_t other = edges[AKIN_COUNT(edges) - 1 - i];

            draw_scene(new_plane(f, edges[i], other, s == 1 ? 3 : 1,
                                 (enum akin_sample)s),
                       1, 0);
            compute(f, out);
        }
}

static void
a_constant_picture_is_flat_whatever_its_value(void **state)
{
    static const double values[] = {0, 1, 77, 255};
    struct fixture *f = *state;
    float out[AKIN_N_FEATURES], first[AKIN_N_FEATURES];

    for (size_t i = 0; i < AKIN_COUNT(values); i++) {
        struct akin_plane *plane = new_plane(f, 64, 64, 1, AKIN_SAMPLE_U8);

        memset(plane->px, (int)values[i], (size_t)64 * 64);
        compute(f, out);
        if (i == 0)
            memcpy(first, out, sizeof(out));
        assert_memory_equal(first, out, sizeof(out));
    }
    for (size_t scale = 0; scale < 4; scale++)
        assert_float_equal(out[BIF + 7 * scale + FLAT], 1, 1e-6);
    assert_float_equal(out[LBP], 1, 1e-6); /* no neighbour is brighter */
    for (size_t i = 0; i < 10; i++)
        assert_float_equal(out[GRANULARITY + i], 0, 1e-6);
}

static void
extreme_floats_give_finite_numbers(void **state)
{
    static const double pairs[][2] = {{-3e38, 3e38}, {0, 1e-44}, {1e30, 3e38},
                                      {-1, 1},       {5, 5},     {-3e38, 0}};
    struct fixture *f = *state;
    float out[AKIN_N_FEATURES];

    for (size_t i = 0; i < AKIN_COUNT(pairs); i++)
        for (uint32_t channels = 1; channels <= 3; channels += 2) {
            struct akin_test_random random = {i};
            struct akin_plane *plane =
                new_plane(f, 40, 40, channels, AKIN_SAMPLE_F32);

            for (size_t k = 0; k < (size_t)40 * 40 * channels; k++)
                put(plane, k, pairs[i][akin_test_below(&random, 2)]);
            compute(f, out);
        }
}

static void
noise_has_power_at_all_frequencies_alike(void **state)
{
    struct fixture *f = *state;
    struct akin_plane *plane = new_plane(f, EDGE, EDGE, 1, AKIN_SAMPLE_U16);
    struct akin_test_random random = {5};
    float out[AKIN_N_FEATURES];

    for (size_t i = 0; i < (size_t)EDGE * EDGE; i++)
        put(plane, i, 20000 + 3000 * akin_test_normal(&random));
    compute(f, out);
    for (size_t ring = 0; ring < 12; ring++)
        assert_float_equal(out[SPECTRUM + ring], out[SPECTRUM + 11], 0.15);
}

static void
a_sinusoid_puts_its_power_into_its_ring(void **state)
{
    struct fixture *f = *state;
    struct akin_plane *plane = new_plane(f, EDGE, EDGE, 1, AKIN_SAMPLE_F32);
    float out[AKIN_N_FEATURES];

    /* Half-octave rings from 1/128 cycle a px on; the middle of each. */
    for (size_t ring = 1; ring < 12; ring++) {
        double f_px = pow(2, ((double)ring + 0.5) / 2) / 128;
        size_t best = 0;

        for (size_t i = 0; i < (size_t)EDGE * EDGE; i++) {
            size_t column = i % EDGE, row = i / EDGE;
            double x = (double)column, y = (double)row;

            put(plane, i, sin(2 * PI * f_px * (0.8 * x + 0.6 * y)));
        }
        compute(f, out);
        for (size_t r = 0; r < 12; r++)
            if (out[SPECTRUM + r] > out[SPECTRUM + best])
                best = r;
        assert_int_equal(best, ring);
    }
}

/* Discs (or bars) of half width 4 px, 32 px apart, bright or dark. */
static void
draw_marks(struct fixture *f, bool discs, bool bright)
{
    struct akin_plane *plane = new_plane(f, EDGE, EDGE, 1, AKIN_SAMPLE_U8);

    for (size_t i = 0; i < (size_t)EDGE * EDGE; i++) {
        double x = (double)(i % EDGE % 32) - 16, y = (double)(i / EDGE % 32);
        double r2 = discs ? x * x + (y - 16) * (y - 16) : x * x;
        double v = 200 * exp(-r2 / (2 * 4.0 * 4.0));

        put(plane, i, bright ? 20 + v : 220 - v);
    }
}

static void
blobs_and_lines_are_told_apart_and_bright_from_dark(void **state)
{
    struct fixture *f = *state;
    float out[AKIN_N_FEATURES];
    const float *bif = out + BIF + (size_t)2 * 7; /* sigma 4 px */

    draw_marks(f, true, true);
    compute(f, out);
    assert_true(bif[BRIGHT_BLOB] > 2 * bif[DARK_BLOB]);
    assert_true(bif[BRIGHT_BLOB] > 0.1f);
    draw_marks(f, true, false);
    compute(f, out);
    assert_true(bif[DARK_BLOB] > 2 * bif[BRIGHT_BLOB]);
    draw_marks(f, false, true);
    compute(f, out);
    assert_true(bif[BRIGHT_LINE] > 0.3f && bif[BRIGHT_BLOB] < 0.05f);
    draw_marks(f, false, false);
    compute(f, out);
    assert_true(bif[DARK_LINE] > 0.3f && bif[DARK_BLOB] < 0.05f);
}

static void
granularity_finds_the_size_of_spots(void **state)
{
    struct fixture *f = *state;
    struct akin_plane *plane = new_plane(f, EDGE, EDGE, 1, AKIN_SAMPLE_U8);
    float out[AKIN_N_FEATURES];
    const float *gran = out + GRANULARITY;

    /* Bright squares of 2 px: the smallest opening takes them. */
    for (size_t i = 0; i < (size_t)EDGE * EDGE; i++)
        put(plane, i, i % EDGE % 16 < 2 && i / EDGE % 16 < 2 ? 250 : 10);
    compute(f, out);
    assert_true(gran[0] > 0.1f && gran[1] < 0.02f);
    /* Dark squares of 12 px: not the smallest closing, but a larger one. */
    for (size_t i = 0; i < (size_t)EDGE * EDGE; i++)
        put(plane, i, i % EDGE % 64 < 12 && i / EDGE % 64 < 12 ? 10 : 250);
    compute(f, out);
    assert_true(gran[1] < 0.02f && gran[7] > 0.1f);
}

static void
colour_sees_hue_but_not_exposure(void **state)
{
    struct fixture *f = *state;
    float red[AKIN_N_FEATURES], dim[AKIN_N_FEATURES], blue[AKIN_N_FEATURES];

    for (int k = 0; k < 3; k++) {
        struct akin_plane *plane = new_plane(f, 64, 64, 3, AKIN_SAMPLE_U16);

        for (size_t i = 0; i < (size_t)64 * 64; i++) {
            double v = 100 + (double)(i % 64) * 2;

            put(plane, 3 * i + (k == 2 ? 2 : 0), (k == 1 ? 10 : 20) * v);
            put(plane, 3 * i + 1, (k == 1 ? 5 : 10) * v);
            put(plane, 3 * i + (k == 2 ? 0 : 2), (k == 1 ? 5 : 10) * v);
        }
        compute(f, k == 0 ? red : k == 1 ? dim : blue);
    }
    assert_true(largest_difference(red, dim, COLOUR, SPECTRUM) < 1e-3);
    assert_true(largest_difference(red, blue, COLOUR, SPECTRUM) > 0.3);
    assert_true(red[SPECTRUM - 1] < 0.1f); /* not grey */
}

static void
grey_stored_as_colour_is_grey(void **state)
{
    struct fixture *f = *state;
    float grey[AKIN_N_FEATURES], colour[AKIN_N_FEATURES];
    struct akin_plane *plane = new_plane(f, 100, 100, 1, AKIN_SAMPLE_U8);

    draw_scene(plane, 1, 0);
    compute(f, grey);
    plane = new_plane(f, 100, 100, 3, AKIN_SAMPLE_U8);
    for (size_t i = 0; i < (size_t)100 * 100 * 3; i++) {
        size_t x = i / 3 % 100, y = i / 3 / 100;

        put(plane, i, floor(scene((double)x, (double)y)));
    }
    compute(f, colour);
    /* the network adds the channels up in another order */
    assert_true(largest_difference(grey, colour, 0, AKIN_N_FEATURES) < 5e-5);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_cover_all_features_in_order),
        CASE(a_quarter_turn_changes_nothing),
        CASE(mirroring_changes_nothing),
        CASE(gain_and_offset_of_a_grey_camera_change_nothing),
        CASE(the_same_picture_is_the_same_in_every_sample_type),
        CASE(a_rectangle_is_the_same_as_its_own_picture),
        CASE(every_edge_from_1_px_on_gives_finite_numbers),
        CASE(a_constant_picture_is_flat_whatever_its_value),
        CASE(extreme_floats_give_finite_numbers),
        CASE(noise_has_power_at_all_frequencies_alike),
        CASE(a_sinusoid_puts_its_power_into_its_ring),
        CASE(blobs_and_lines_are_told_apart_and_bright_from_dark),
        CASE(granularity_finds_the_size_of_spots),
        CASE(colour_sees_hue_but_not_exposure),
        CASE(grey_stored_as_colour_is_grey),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
