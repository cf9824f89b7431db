/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode_png.c - planes to PNG by libpng.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <png.h>

#include "akin/encode.h"

/* libpng reports trouble by longjmp; what must survive it is here, in the frame
 * of the caller of the function that sets the trap. */
struct png_out {
    png_structp png;
    png_infop info;
    jmp_buf trip;
    char text[120];
    struct akin_buf *out;
};

static void
on_error(png_structp png, png_const_charp text)
{
    struct png_out *job = png_get_error_ptr(png);

    (void)snprintf(job->text, sizeof(job->text), "%s", text);
    longjmp(job->trip, 1);
}

static void
on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void
on_write(png_structp png, png_bytep data, png_size_t len)
{
    struct png_out *job = png_get_io_ptr(png);
    struct akin_error err;

    if (akin_buf_append(job->out, data, len, &err) != AKIN_OK)
        png_error(png, "no memory");
}

static void
on_flush(png_structp png)
{
    (void)png;
}

static bool
write_rows(struct png_out *job, const struct akin_plane *plane)
{
    int bits = plane->sample == AKIN_SAMPLE_U16 ? 16 : 8;
    size_t stride = (size_t)plane->width * plane->channels * (size_t)(bits / 8);
    union {
        uint16_t two;
        uint8_t one;
    } order = {1};

    if (setjmp(job->trip) != 0)
        return false;
    png_set_write_fn(job->png, job, on_write, on_flush);
    png_set_IHDR(job->png, job->info, plane->width, plane->height, bits,
                 plane->channels == 3 ? PNG_COLOR_TYPE_RGB
                                      : PNG_COLOR_TYPE_GRAY,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(job->png, 5);
    png_write_info(job->png, job->info);
    if (bits == 16 && order.one == 1)
        png_set_swap(job->png); /* PNG is big-endian */
    for (uint32_t y = 0; y < plane->height; y++)
        png_write_row(job->png, (const uint8_t *)plane->px + y * stride);
    png_write_end(job->png, job->info);
    return true;
}

enum akin_status
akin_encode_png(const struct akin_plane *plane, struct akin_buf *out,
                struct akin_error *err)
{
    struct png_out job = {.out = out};
    size_t before = out->len;
    bool done = false;

    if (plane->sample == AKIN_SAMPLE_F32)
        return AKIN_FAIL(err, AKIN_EINVAL, "a PNG cannot hold floats");
    job.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &job, on_error,
                                      on_warning);
    if (job.png != NULL)
        job.info = png_create_info_struct(job.png);
    if (job.info != NULL)
        done = write_rows(&job, plane);
    png_destroy_write_struct(&job.png, &job.info);
    if (done)
        return AKIN_OK;
    if (out->data != NULL) {
        out->len = before;
        out->data[before] = 0;
    }
    return AKIN_FAIL(err, AKIN_ENOMEM, "cannot write a PNG: %s",
                     job.text[0] != '\0' ? job.text : "no memory");
}
