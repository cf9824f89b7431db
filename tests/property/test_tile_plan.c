/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of planes of random shapes, against what akin/tile.h promises.
 */
#include "akin_test.h"

#include "akin/tile.h"

#define ROUNDS 300

/* The rectangle at its level, found from the level-0 one independently of
 * akin_tile_rect. */
static void
check_tile(const struct akin_tile *tile, uint32_t w, uint32_t h,
           uint32_t tile_size, const struct akin_pyramid *pyramid,
           uint8_t *covered)
{
    const struct akin_plane *level = &pyramid->level[tile->level];
    struct akin_tile_rect rect = akin_tile_rect(pyramid, tile);
    uint32_t full_w = level->width < tile_size ? level->width : tile_size;
    uint32_t full_h = level->height < tile_size ? level->height : tile_size;

    assert_true(tile->w >= 1 && tile->h >= 1);
    assert_true((uint64_t)tile->x + tile->w <= w);
    assert_true((uint64_t)tile->y + tile->h <= h);
    assert_int_equal(rect.w, full_w);
    assert_int_equal(rect.h, full_h);
    assert_true(rect.x + rect.w <= level->width);
    assert_true(rect.y + rect.h <= level->height);
    for (uint32_t y = 0; y < rect.h; y++)
        memset(covered + (size_t)(rect.y + y) * level->width + rect.x, 1,
               rect.w);
}

static void
check_plan(uint32_t w, uint32_t h, uint32_t tile_size)
{
    struct akin_error err = {0};
    struct akin_plane plane = {0};
    struct akin_pyramid pyramid = {0};
    struct akin_tile_list list = {0};
    size_t at = 0;

    assert_ok(
        akin_plane_alloc(&plane, w, h, 1, AKIN_SAMPLE_U8, UINT64_MAX, &err));
    memset(plane.px, 9, (size_t)w * h);
    assert_ok(akin_pyramid_build(&plane, tile_size, &pyramid, &err));
    assert_ok(akin_tile_plan(w, h, tile_size, &list, &err));
    assert_int_equal(pyramid.n, akin_tile_levels(w, h, tile_size));
    for (uint32_t l = 0; l < pyramid.n; l++) {
        size_t n = (size_t)pyramid.level[l].width * pyramid.level[l].height;
        uint8_t *covered = calloc(n, 1);

        assert_non_null(covered);
        for (; at < list.n && list.tile[at].level == l; at++)
            check_tile(&list.tile[at], w, h, tile_size, &pyramid, covered);
        assert_null(memchr(covered, 0, n)); /* every pixel of every level */
        free(covered);
    }
    assert_int_equal(at, list.n);
    akin_tile_list_free(&list);
    akin_pyramid_free(&pyramid);
    akin_plane_free(&plane);
}

static void
every_pixel_of_every_level_is_in_a_tile_and_no_tile_outside(void **state)
{
    struct akin_test_random random = {20};

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t w = 1 + (uint32_t)akin_test_below(&random, i % 3 ? 300 : 2000);
        uint32_t h = 1 + (uint32_t)akin_test_below(&random, i % 2 ? 300 : 40);
        uint32_t size = 1 + (uint32_t)akin_test_below(&random, 100);

        check_plan(w, h, size);
    }
    check_plan(1, 1, 64);
    check_plan(64, 64, 64);
    check_plan(65, 64, 64);
    check_plan(2048, 1, 64);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            every_pixel_of_every_level_is_in_a_tile_and_no_tile_outside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
