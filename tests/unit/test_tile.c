/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/tile.h"
#include "tile_internal.h"

struct fixture {
    struct akin_plane plane;
    struct akin_pyramid pyramid;
    struct akin_tile_list list;
    struct akin_config config;
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    *state = f;
    if (f == NULL)
        return 1;
    akin_config_init(&f->config);
    f->config.tile_size = 64;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    akin_tile_list_free(&f->list);
    akin_pyramid_free(&f->pyramid);
    akin_plane_free(&f->plane);
    free(f);
    return 0;
}

typedef double paint_fn(double x, double y, struct akin_test_random *random);

static void
paint(struct fixture *f, uint32_t w, uint32_t h, paint_fn *value)
{
    struct akin_test_random random = {7};
    struct akin_error err = {0};

    assert_ok(akin_plane_alloc(&f->plane, w, h, 1, AKIN_SAMPLE_U16, UINT64_MAX,
                               &err));
    for (size_t i = 0; i < (size_t)w * h; i++) {
        size_t x = i % w, y = i / w;
        double v = value((double)x, (double)y, &random);

        ((uint16_t *)f->plane.px)[i] = (uint16_t)fmax(0, fmin(65535, v));
    }
    assert_ok(akin_pyramid_build(&f->plane, (uint32_t)f->config.tile_size,
                                 &f->pyramid, &err));
}

static void
choose(struct fixture *f, size_t max_tiles, bool *background)
{
    struct akin_error err = {0};

    akin_tile_list_free(&f->list);
    assert_ok(akin__tile_choose(&f->pyramid, &f->config, max_tiles, &f->list,
                                background, &err));
}

/* Dark noise; cells only in the lower right quarter of 512 px. */
static double
fluorescence(double x, double y, struct akin_test_random *random)
{
    double v = 300 + 40 * akin_test_normal(random);
    double dx = fmod(x, 40) - 20, dy = fmod(y, 40) - 20;

    if (x >= 256 && y >= 256)
        v += 2000 * exp(-(dx * dx + dy * dy) / 80);
    return v;
}

/* White, unevenly lit; a stained patch of tissue in the upper left. */
static double
bright_field(double x, double y, struct akin_test_random *random)
{
    double v = 60000 - 8 * x - 5 * y + 150 * akin_test_normal(random);

    if (x < 200 && y < 200)
        v -= 15000 + 9000 * sin(x / 5) * cos(y / 7);
    return v;
}

/* Fine texture all over, as in electron micrographs. */
static double
electron(double x, double y, struct akin_test_random *random)
{
    return 30000 + 6000 * sin(x / 3 + 2 * sin(y / 11)) * cos(y / 4) +
           3000 * akin_test_normal(random);
}

/* The same with large structure, so that every level has content. */
static double
many_scales(double x, double y, struct akin_test_random *random)
{
    return electron(x, y, random) + 8000 * sin(x / 40) * sin(y / 50) +
           8000 * sin(x / 160 + y / 300);
}

static double
noise(double x, double y, struct akin_test_random *random)
{
    (void)x;
    (void)y;
    return 500 + 30 * akin_test_normal(random);
}

static double
constant(double x, double y, struct akin_test_random *random)
{
    (void)x;
    (void)y;
    (void)random;
    return 1234;
}

static void
levels_halve_until_one_tile_is_enough(void **state)
{
    (void)state;
    assert_int_equal(akin_tile_levels(256, 256, 256), 1);
    assert_int_equal(akin_tile_levels(257, 10, 256), 2);
    assert_int_equal(akin_tile_levels(1024, 1024, 256), 3);
    assert_int_equal(akin_tile_levels(1, 1, 256), 1);
    assert_int_equal(akin_tile_levels(UINT32_MAX, 1, 64), AKIN_LEVELS_MAX);
}

static void
a_pyramid_holds_means_of_2_by_2(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    const uint8_t *level;
    uint8_t *px;

    assert_ok(
        akin_plane_alloc(&f->plane, 5, 3, 3, AKIN_SAMPLE_U8, UINT64_MAX, &err));
    px = f->plane.px;
    for (size_t i = 0; i < (size_t)5 * 3 * 3; i++)
        px[i] = (uint8_t)(i * 5);
    assert_ok(akin_pyramid_build(&f->plane, 3, &f->pyramid, &err));
    assert_int_equal(f->pyramid.n, 2);
    assert_int_equal(f->pyramid.level[1].width, 3);
    assert_int_equal(f->pyramid.level[1].height, 2);
    level = f->pyramid.level[1].px;
    for (size_t c = 0; c < 3; c++) {
        int inside = px[c] + px[3 + c] + px[15 + c] + px[18 + c];
        int edge = px[12 + c] + px[27 + c]; /* the last, odd column */
        int corner = px[42 + c];

        assert_int_equal(level[c], (inside + 2) / 4);
        assert_int_equal(level[6 + c], (edge + 1) / 2);
        assert_int_equal(level[9 + 6 + c], corner);
    }
}

static void
a_pyramid_of_large_floats_stays_finite(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};

    assert_ok(akin_plane_alloc(&f->plane, 4, 4, 1, AKIN_SAMPLE_F32, UINT64_MAX,
                               &err));
    for (size_t i = 0; i < 16; i++)
        ((float *)f->plane.px)[i] = 3e38f;
    assert_ok(akin_pyramid_build(&f->plane, 2, &f->pyramid, &err));
    assert_float_equal(((float *)f->pyramid.level[1].px)[3], 3e38f, 1e32f);
}

static void
impossible_plans_are_refused(void **state)
{
    static const struct {
        uint32_t w, h, size;
        enum akin_status want;
        const char *says;
    } refusals[] = {
        {0, 5, 64, AKIN_EINVAL, "0 x 5 px"},
        {5, 0, 64, AKIN_EINVAL, "5 x 0 px"},
        {5, 5, 0, AKIN_EINVAL, "tiles of 0 px"},
        {4000000, 4000000, 64, AKIN_ELIMIT, "at most 16777216"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_tile_list list = {0};
        struct akin_error err = {0};

        assert_fails_with(akin_tile_plan(refusals[i].w, refusals[i].h,
                                         refusals[i].size, &list, &err),
                          refusals[i].want, refusals[i].says);
        assert_null(list.tile);
    }
}

static void
dark_noise_is_background_where_there_are_cells(void **state)
{
    struct fixture *f = *state;
    bool background = true;

    paint(f, 512, 512, fluorescence);
    choose(f, 1000, &background);
    assert_false(background);
    assert_true(f->list.n >= 16);
    for (size_t i = 0; i < f->list.n; i++) {
        const struct akin_tile *tile = &f->list.tile[i];

        /* Something of the quarter with cells must be in it. */
        assert_true(tile->x + tile->w > 256 && tile->y + tile->h > 256);
    }
}

static void
white_uneven_light_is_background_beside_tissue(void **state)
{
    struct fixture *f = *state;
    bool background = true;

    paint(f, 512, 512, bright_field);
    choose(f, 1000, &background);
    assert_false(background);
    assert_true(f->list.n >= 16);
    for (size_t i = 0; i < f->list.n; i++)
        assert_true(f->list.tile[i].x < 200 && f->list.tile[i].y < 200);
}

static void
texture_all_over_is_kept_all_over(void **state)
{
    struct fixture *f = *state;
    bool background = true;
    size_t at_level_0 = 0;

    paint(f, 512, 512, electron);
    choose(f, 1000, &background);
    assert_false(background);
    for (size_t i = 0; i < f->list.n; i++)
        at_level_0 += f->list.tile[i].level == 0;
    assert_int_equal(at_level_0, 64);
}

static void
a_plane_without_content_keeps_its_coarsest_tile(void **state)
{
    static paint_fn *const empty[] = {constant, noise};
    struct fixture *f = *state;

    for (size_t i = 0; i < AKIN_COUNT(empty); i++) {
        bool background = false;

        akin_pyramid_free(&f->pyramid);
        akin_plane_free(&f->plane);
        paint(f, 300, 200, empty[i]);
        choose(f, 8, &background);
        assert_true(background);
        assert_int_equal(f->list.n, 1);
        assert_int_equal(f->list.tile[0].level, f->pyramid.n - 1);
        assert_int_equal(f->list.tile[0].w, 300);
    }
}

static void
a_cap_spreads_over_levels_and_places(void **state)
{
    struct fixture *f = *state;
    size_t in_level[AKIN_LEVELS_MAX] = {0}, quarter[4] = {0};
    bool background = true;

    paint(f, 1024, 1024, many_scales);
    choose(f, 20, &background);
    assert_int_equal(f->list.n, 20);
    for (size_t i = 0; i < f->list.n; i++) {
        const struct akin_tile *tile = &f->list.tile[i];

        in_level[tile->level]++;
        if (tile->level == 0)
            quarter[(tile->x >= 512) + 2 * (tile->y >= 512)]++;
    }
    for (size_t level = 0; level < f->pyramid.n; level++)
        assert_true(in_level[level] >= 1);
    for (size_t q = 0; q < 4; q++)
        assert_true(quarter[q] >= 1);
}

static void
the_choice_is_the_same_each_time_and_in_order(void **state)
{
    struct fixture *f = *state;
    struct akin_tile first[16];
    bool background;
    size_t n;

    paint(f, 700, 500, electron);
    choose(f, 16, &background);
    n = f->list.n;
    assert_true(n > 4 && n <= 16);
    memcpy(first, f->list.tile, n * sizeof(*first));
    choose(f, 16, &background);
    assert_int_equal(f->list.n, n);
    for (size_t i = 0; i < n; i++) {
        const struct akin_tile *a = &first[i], *b = &f->list.tile[i];

        assert_true(a->x == b->x && a->y == b->y && a->level == b->level);
        if (i == 0)
            continue;
        b = &first[i - 1];
        assert_true(b->level < a->level ||
                    (b->level == a->level &&
                     (b->y < a->y || (b->y == a->y && b->x < a->x))));
    }
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_halve_until_one_tile_is_enough),
        cmocka_unit_test(impossible_plans_are_refused),
        CASE(a_pyramid_holds_means_of_2_by_2),
        CASE(a_pyramid_of_large_floats_stays_finite),
        CASE(dark_noise_is_background_where_there_are_cells),
        CASE(white_uneven_light_is_background_beside_tissue),
        CASE(texture_all_over_is_kept_all_over),
        CASE(a_plane_without_content_keeps_its_coarsest_tile),
        CASE(a_cap_spreads_over_levels_and_places),
        CASE(the_choice_is_the_same_each_time_and_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
