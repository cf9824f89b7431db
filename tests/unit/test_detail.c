/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/detail.h"

#define EDGE 256u

/* Noise everywhere, and stripes of 16 px in the first `columns` columns. */
static void
draw(uint32_t columns, struct akin_plane *plane)
{
    struct akin_test_random random = {11};
    struct akin_error err = {0};

    assert_ok(
        akin_plane_alloc(plane, EDGE, EDGE, 1, AKIN_SAMPLE_U8, 1 << 24, &err));
    for (uint32_t y = 0; y < EDGE; y++)
        for (uint32_t x = 0; x < EDGE; x++) {
            double v = 60 + 3 * akin_test_normal(&random);

            if (x < columns && (x / 8 + y / 8) % 2 == 0)
                v += 120;
            ((uint8_t *)plane->px)[(size_t)y * EDGE + x] = (uint8_t)v;
        }
}

static void
detail_is_the_part_of_the_area_with_structure(void **state)
{
    static const uint32_t columns[] = {0, 32, 128, 256};
    struct akin_detail *detail = akin_detail_new();

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(columns); i++) {
        struct akin_tile_rect all = {0, 0, EDGE, EDGE};
        struct akin_plane plane = {0}, range = {0};
        double seen;

        draw(columns[i], &plane);
        draw(EDGE, &range); /* what else there is in the image */
        akin_detail_plane(detail, &range);
        seen = akin_detail_of(detail, &plane, all);
        assert_true(fabs(seen - (double)columns[i] / EDGE) < 0.05);
        akin_plane_free(&plane);
        akin_plane_free(&range);
    }
    akin_detail_free(detail);
}

static void
tiles_of_any_size_are_looked_at(void **state)
{
    struct akin_detail *detail = akin_detail_new();
    struct akin_plane plane = {0};

    (void)state;
    draw(EDGE, &plane);
    akin_detail_plane(detail, &plane);
    for (uint32_t w = 1; w < EDGE; w += 23) {
        struct akin_tile_rect rect = {EDGE - w, 3, w, EDGE - 3};
        double seen = akin_detail_of(detail, &plane, rect);

        assert_true(seen >= 0 && seen <= 1);
    }
    akin_plane_free(&plane);
    akin_detail_free(detail);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(detail_is_the_part_of_the_area_with_structure),
        cmocka_unit_test(tiles_of_any_size_are_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
