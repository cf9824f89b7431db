/* SPDX-License-Identifier: Apache-2.0 */
#include "annotation.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "akin_test.h"

static void
put_file(const char *folder, const char *name)
{
    struct akin_buf path = {0};
    FILE *file;

    akin_buf_printf(&path, "%s/%s", folder, name);
    file = fopen((const char *)path.data, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    akin_buf_free(&path);
}

static void
put_folder(const char *folder, const char *name)
{
    struct akin_buf path = {0};

    akin_buf_printf(&path, "%s/%s", folder, name);
    assert_int_equal(mkdir((const char *)path.data, 0700), 0);
    akin_buf_free(&path);
}

static void
expect_mask(const char *folder, const char *image, const char *mask)
{
    struct akin_buf path = {0}, want = {0};
    char *found = NULL;

    akin_buf_printf(&path, "%s/%s", folder, image);
    assert_int_equal(akin_annotation_find((const char *)path.data, &found),
                     mask != NULL);
    if (mask != NULL) {
        akin_buf_printf(&want, "%s/%s", folder, mask);
        assert_string_equal(found, (const char *)want.data);
    } else {
        assert_null(found);
    }
    free(found);
    akin_buf_free(&path);
    akin_buf_free(&want);
}

static void
a_mask_is_found_beside_the_image_or_its_folder(void **state)
{
    char *folder = akin_test_folder();

    (void)state;
    put_folder(folder, "images");
    put_folder(folder, "annotations");
    put_folder(folder, "images/masks");
    put_file(folder, "annotations/a.b.png");
    put_file(folder, "annotations/c.tif");
    put_file(folder, "images/masks/c.png");
    put_folder(folder, "annotations/d.png");
    put_file(folder, "annotations/e.xml");
    expect_mask(folder, "images/a.b.jpg", "annotations/a.b.png");
    expect_mask(folder, "images/c.png", "images/masks/c.png");
    expect_mask(folder, "images/d.png", NULL); /* a folder */
    expect_mask(folder, "images/e.png", NULL);
    expect_mask(folder, "images/.png", NULL);
    expect_mask(folder, "images/none", NULL);
    akin_test_remove(folder);
}

static void
what_lies_at_an_address_has_no_mask(void **state)
{
    char *found = NULL;

    (void)state;
    assert_false(akin_annotation_find("https://example.org/a.png", &found));
    assert_false(akin_annotation_find("", &found));
    assert_false(akin_annotation_find(NULL, &found));
    assert_false(akin_annotation_find("a.png", &found));
}

static bool
is_drawn(const struct akin_plane *plane, uint32_t x, uint32_t y)
{
    const uint8_t *px =
        (const uint8_t *)plane->px + ((size_t)y * plane->width + x) * 3;

    return px[0] != 0 || px[1] != 0 || px[2] != 0;
}

static void
only_edges_of_values_are_drawn(void **state)
{
    uint16_t px[8 * 8] = {0};
    struct akin_plane mask = {8, 8, 1, AKIN_SAMPLE_U16, px}, out = {0};
    struct akin_error err = {0};

    (void)state;
    for (size_t y = 2; y < 7; y++)
        for (size_t x = 2; x < 7; x++)
            px[y * 8 + x] = x < 5 ? 300 : 301;
    assert_ok(akin_annotation_draw(&mask, 0, &out, &err));
    assert_int_equal(out.width, 8);
    assert_int_equal(out.channels, 3);
    assert_false(is_drawn(&out, 0, 0));
    assert_true(is_drawn(&out, 1, 4));  /* background to 300 */
    assert_false(is_drawn(&out, 3, 4)); /* inside */
    assert_true(is_drawn(&out, 4, 4));  /* 300 to 301 */
    assert_true(is_drawn(&out, 6, 4));  /* 301 to background */
    assert_false(is_drawn(&out, 7, 7));
    akin_plane_free(&out);
}

static void
colours_are_labels_too_and_large_masks_are_reduced(void **state)
{
    uint8_t px[6 * 3 * 3] = {0};
    struct akin_plane mask = {6, 3, 3, AKIN_SAMPLE_U8, px}, out = {0};
    struct akin_error err = {0};

    (void)state;
    for (size_t i = 9; i < sizeof(px); i += 18)
        memset(&px[i], 9, 9); /* the right half, blue-grey */
    assert_ok(akin_annotation_draw(&mask, 0, &out, &err));
    assert_true(is_drawn(&out, 2, 1));
    assert_false(is_drawn(&out, 4, 1));
    akin_plane_free(&out);
    assert_ok(akin_annotation_draw(&mask, 2, &out, &err));
    assert_int_equal(out.width, 2);
    assert_int_equal(out.height, 1);
    assert_true(is_drawn(&out, 0, 0));
    akin_plane_free(&out);
}

static void
real_numbers_are_no_labels(void **state)
{
    float px = 1.0f;
    struct akin_plane mask = {1, 1, 1, AKIN_SAMPLE_F32, &px}, out = {0};
    struct akin_error err = {0};

    (void)state;
    assert_fails_with(akin_annotation_draw(&mask, 0, &out, &err), AKIN_EINVAL,
                      "real numbers");
    assert_null(out.px);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mask_is_found_beside_the_image_or_its_folder),
        cmocka_unit_test(what_lies_at_an_address_has_no_mask),
        cmocka_unit_test(only_edges_of_values_are_drawn),
        cmocka_unit_test(colours_are_labels_too_and_large_masks_are_reduced),
        cmocka_unit_test(real_numbers_are_no_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
