/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_raster.c - PNG, JPEG and BMP; here only png.h and jpeglib.h are seen.
 */
#include "picture.h"

#include <errno.h>
#include <jpeglib.h>
#include <png.h>

#include "akin/bytes.h"
#include "akin/file.h"

#define JPEG_QUALITY 90

static enum akin_status
open_new(const char *path, FILE **out, struct akin_error *err)
{
    *out = fopen(path, "wb");
    if (*out == NULL)
        return AKIN_FAIL(err, AKIN_EIO, "cannot create %s: %s", path,
                         strerror(errno));
    return AKIN_OK;
}

static enum akin_status
close_new(FILE *file, const char *path, struct akin_error *err)
{
    bool bad = ferror(file) != 0;

    if (fclose(file) != 0 || bad)
        return AKIN_FAIL(err, AKIN_EIO, "cannot write %s", path);
    return AKIN_OK;
}

static uint8_t *
new_row(const struct picture *picture)
{
    return akin_new((size_t)picture->w * 3, 4);
}

/* libpng ends the program by itself when it finds trouble (no setjmp is armed):
 * right for a tool that only writes what it made. */
static void
put_png(const struct picture *picture, FILE *file)
{
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_uint_32 per_metre = (png_uint_32)(1e6 / picture->pixel_um);
    uint8_t *row = new_row(picture);

    png_init_io(png, file);
    png_set_IHDR(png, info, (png_uint_32)picture->w, (png_uint_32)picture->h,
                 8 * picture_sample_bytes(picture),
                 picture->colour ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_pHYs(png, info, per_metre, per_metre, PNG_RESOLUTION_METER);
    png_set_compression_level(png, 3);
    png_write_info(png, info);
    if (picture->depth == DEPTH_16)
        png_set_swap(png);
    for (int y = 0; y < picture->h; y++) {
        picture_row(picture, 0, y, row);
        png_write_row(png, row);
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    free(row);
}

enum akin_status
write_png(const struct picture *picture, const char *path,
          struct akin_error *err)
{
    FILE *file;
    enum akin_status st = open_new(path, &file, err);

    if (st != AKIN_OK)
        return st;
    put_png(picture, file);
    return close_new(file, path, err);
}

static void
put_jpeg(const struct picture *picture, FILE *file)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr trouble;
    uint8_t *row = new_row(picture);

    jpeg.err = jpeg_std_error(&trouble); /* ends the program, as above */
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = (JDIMENSION)picture->w;
    jpeg.image_height = (JDIMENSION)picture->h;
    jpeg.input_components = picture_samples(picture);
    jpeg.in_color_space = picture->colour ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(&jpeg); /* 4:2:0 in colour */
    jpeg_set_quality(&jpeg, JPEG_QUALITY, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    for (int y = 0; y < picture->h; y++) {
        picture_row(picture, 0, y, row);
        (void)jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    free(row);
}

enum akin_status
write_jpeg(const struct picture *picture, const char *path,
           struct akin_error *err)
{
    FILE *file;
    enum akin_status st = open_new(path, &file, err);

    if (st != AKIN_OK)
        return st;
    put_jpeg(picture, file);
    return close_new(file, path, err);
}

/* 24 bits, rows from the bottom up, B, G, R, padded to four bytes. */
enum akin_status
write_bmp(const struct picture *picture, const char *path,
          struct akin_error *err)
{
    size_t stride = ((size_t)picture->w * 3 + 3) / 4 * 4;
    size_t size = 54 + stride * (size_t)picture->h;
    uint8_t *bytes = akin_new(size, 1), *row = new_row(picture);
    enum akin_status st;

    bytes[0] = 'B';
    bytes[1] = 'M';
    akin_put_le32(bytes + 2, (uint32_t)size);
    akin_put_le32(bytes + 10, 54);
    akin_put_le32(bytes + 14, 40);
    akin_put_le32(bytes + 18, (uint32_t)picture->w);
    akin_put_le32(bytes + 22, (uint32_t)picture->h);
    akin_put_le16(bytes + 26, 1);
    akin_put_le16(bytes + 28, 24);
    akin_put_le32(bytes + 34, (uint32_t)(size - 54));
    for (int y = 0; y < picture->h; y++) {
        uint8_t *to = bytes + 54 + stride * (size_t)(picture->h - 1 - y);
        int n = picture_samples(picture);

        picture_row(picture, 0, y, row);
        for (int x = 0; x < picture->w; x++)
            for (int c = 0; c < 3; c++)
                to[3 * x + c] = row[n == 3 ? 3 * x + 2 - c : x];
    }
    st = akin_file_write(path, akin_span_of(bytes, size), err);
    free(row);
    free(bytes);
    return st;
}
