/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "akin/decode.h"
#include "akin/file.h"
#include "make_image.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
    const char *name, *bytes;
    size_t len;
    const char *says; /* what a user must be able to read */
} refusals[] = {
    {"nothing", "", 0, "empty"},
    {"text", TEXT("hello"), "first bytes"},
    {"GIF", TEXT("GIF89a-----"), "GIF"},
    {"HDF5", TEXT("\x89HDF\r\n\x1a\n"), "HDF5"},
    {"zip", TEXT("PK\3\4----"), "zip"},
    {"CZI", TEXT("ZISRAWFILE------"), "Zeiss CZI"},
    {"JPEG 2000", TEXT("\0\0\0\x0cjP  \r\n"), "JPEG 2000"},
    {"a pointer", TEXT("version https://git-lfs.github.com/spec/v1\n"),
     "Git LFS pointer"},
    {"a page", TEXT("<!DOCTYPE html><html>"), "web page"},
    {"JPEG start alone", TEXT("\xff\xd8\xff"), "JPEG"},
    {"JPEG without image", TEXT("\xff\xd8\xff\xd9"), "JPEG"},
    {"PNG signature alone", TEXT("\x89PNG\r\n\x1a\n"), "PNG"},
    {"TIFF header alone", TEXT("II*\0"), "cut short"},
    {"TIFF without pages", TEXT("II*\0\0\0\0\0"), "first directory"},
    {"TIFF page beyond the end", TEXT("II*\0\xff\xff\0\0"), "first directory"},
    {"BigTIFF header cut", TEXT("II+\0\x08\0\0\0"), "cut short"},
    {"text that begins like BMP", TEXT("BM is short for bitmap, they say"),
     "first bytes"},
};

static void
what_is_no_image_is_refused_with_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_config config;
        struct akin_decoder *d = NULL;
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].name);
        akin_config_init(&config);
        assert_fails_with(akin_decode_open_bytes(
                              akin_span_of(refusals[i].bytes, refusals[i].len),
                              &config, &d, &err),
                          AKIN_EFORMAT, refusals[i].says);
        assert_null(d);
    }
}

static void
files_that_cannot_be_opened_are_told_apart(void **state)
{
    char *folder = akin_test_folder();
    char *path = akin_path_join(folder, "x.png");
    struct akin_config config;
    struct akin_decoder *d = NULL;
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&config);
    assert_fails_with(akin_decode_open(path, &config, &d, &err), AKIN_ENOTFOUND,
                      "No such file");
    assert_fails_with(akin_decode_open(folder, &config, &d, &err), AKIN_EFORMAT,
                      "not a regular file");
    assert_int_equal(mkfifo(path, 0600), 0); /* must not wait for a writer */
    assert_fails_with(akin_decode_open(path, &config, &d, &err), AKIN_EFORMAT,
                      "not a regular file");
    assert_int_equal(unlink(path), 0);
    assert_ok(akin_file_write(path, akin_span_of("0123456789", 10), &err));
    config.image_max_file_bytes = 9;
    assert_fails_with(akin_decode_open(path, &config, &d, &err), AKIN_ELIMIT,
                      "image.max_file_bytes");
    assert_fails_with(akin_decode_open_bytes(akin_span_of("0123456789", 10),
                                             &config, &d, &err),
                      AKIN_ELIMIT, "image.max_file_bytes");
    assert_null(d);
    free(path);
    akin_test_remove(folder);
}

/* One small image of each format, and of TIFF some. */
static void
make(size_t which, struct akin_buf *out)
{
    static const struct akin_make_jpeg jpeg = {
        .width = 20, .height = 12, .components = 3};
    static const struct akin_make_jpeg progressive = {
        .width = 20, .height = 12, .components = 3, .is_progressive = true};
    static const struct akin_make_png png = {
        .width = 20, .height = 12, .bits = 8, .type = 2};
    static const struct akin_make_bmp bmp = {
        .width = 20, .height = 12, .bits = 24, .header = 40};
    static const struct akin_make_tiff tiff[3] = {{.width = 20,
                                                   .height = 12,
                                                   .bits = 16,
                                                   .photometric = 1,
                                                   .pages = 3,
                                                   .rows_per_strip = 5},
                                                  {.width = 20,
                                                   .height = 12,
                                                   .per_px = 3,
                                                   .photometric = 2,
                                                   .tile = 16,
                                                   .compression = 5,
                                                   .mode = "wb"},
                                                  {.width = 20,
                                                   .height = 12,
                                                   .photometric = 1,
                                                   .compression = 8,
                                                   .mode = "w8"}};

    if (which < 3)
        akin_make_tiff(&tiff[which], out);
    else if (which == 3)
        akin_make_jpeg(&jpeg, out);
    else if (which == 4)
        akin_make_jpeg(&progressive, out);
    else if (which == 5)
        akin_make_png(&png, out);
    else
        akin_make_bmp(&bmp, out);
}
#define N_MADE 7

/* Reads all it can; the answers must fit each other. */
static void
read_all(struct akin_span bytes)
{
    struct akin_config config;
    struct akin_decoder *d = NULL;
    struct akin_error err = {0};

    akin_config_init(&config);
    if (akin_decode_open_bytes(bytes, &config, &d, &err) != AKIN_OK) {
        assert_string_not_equal(err.text, "");
        assert_null(d);
        return;
    }
    for (uint32_t z = 0; z < akin_decode_info(d)->dim_z; z++) {
        struct akin_plane p = {0};
        enum akin_status st = akin_decode_plane(d, z, 0, 0, &p, &err);

        if (st == AKIN_OK)
            assert_int_equal(p.width, akin_decode_info(d)->dim_x);
        else
            assert_null(p.px);
        akin_plane_free(&p);
    }
    akin_decode_close(d);
}

static void
files_cut_at_every_byte_are_read_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_MADE; i++) {
        struct akin_buf bytes = {0};

        make(i, &bytes);
        for (size_t len = 0; len < bytes.len; len++) {
            /* An exact copy, so that sanitizers see reads past its end. */
            uint8_t *copy = akin_new(1, len + 1);
            uint8_t *start = copy + 1;

            memcpy(start, bytes.data, len);
            read_all(akin_span_of(start, len));
            free(copy);
        }
        akin_buf_free(&bytes);
    }
}

static void
files_with_changed_bytes_do_no_harm(void **state)
{
    struct akin_test_random random = {42};

    (void)state;
    for (size_t i = 0; i < N_MADE; i++) {
        struct akin_buf bytes = {0};

        make(i, &bytes);
        for (int k = 0; k < 400; k++) {
            uint8_t *copy = akin_new(1, bytes.len);

            memcpy(copy, bytes.data, bytes.len);
            for (int n = 0; n < 1 + k % 3; n++)
                copy[akin_test_below(&random, bytes.len)] =
                    (uint8_t)akin_test_random(&random);
            read_all(akin_span_of(copy, bytes.len));
            free(copy);
        }
        akin_buf_free(&bytes);
    }
}

static void
planes_outside_of_the_image_are_refused(void **state)
{
    struct akin_config config;
    struct akin_decoder *d = NULL;
    struct akin_error err = {0};
    struct akin_buf bytes = {0};
    struct akin_plane p = {0};

    (void)state;
    akin_config_init(&config);
    make(5, &bytes);
    assert_ok(akin_decode_open_bytes(akin_buf_span(&bytes), &config, &d, &err));
    assert_fails_with(akin_decode_plane(d, 1, 0, 0, &p, &err), AKIN_EINVAL,
                      "z 1");
    assert_fails_with(akin_decode_plane(d, 0, 1, 0, &p, &err), AKIN_EINVAL,
                      "outside");
    assert_fails_with(akin_decode_plane(d, 0, 0, 1, &p, &err), AKIN_EINVAL,
                      "outside");
    akin_decode_close(d);
    akin_decode_close(NULL);
    akin_buf_free(&bytes);
}

static void
plane_limits_hold_for_every_format(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_MADE; i++) {
        struct akin_config config;
        struct akin_decoder *d = NULL;
        struct akin_error err = {0};
        struct akin_buf bytes = {0};

        akin_config_init(&config);
        config.image_max_plane_px = 239; /* the images have 240 */
        make(i, &bytes);
        assert_fails_with(
            akin_decode_open_bytes(akin_buf_span(&bytes), &config, &d, &err),
            AKIN_ELIMIT, "image.max_plane_px");
        akin_buf_free(&bytes);
    }
}

static void
names_of_images_are_known(void **state)
{
    static const char *const yes[] = {"a.tif", "b/c.TIFF", "x.ome.tiff",
                                      "p.JPG", "p.jpeg",   "q.png",
                                      "r.bmp", "s.BTF"};
    static const char *const no[] = {"tif",   ".tif",      "a.tif.txt", "",
                                     "a.czi", "d/._a.tif", "a.tif/b"};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(yes); i++)
        assert_true(akin_decode_has_image_name(yes[i]));
    for (size_t i = 0; i < AKIN_COUNT(no); i++)
        assert_false(akin_decode_has_image_name(no[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_image_is_refused_with_a_reason),
        cmocka_unit_test(files_that_cannot_be_opened_are_told_apart),
        cmocka_unit_test(files_cut_at_every_byte_are_read_or_refused),
        cmocka_unit_test(files_with_changed_bytes_do_no_harm),
        cmocka_unit_test(planes_outside_of_the_image_are_refused),
        cmocka_unit_test(plane_limits_hold_for_every_format),
        cmocka_unit_test(names_of_images_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
