/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode_png.c - PNG by libpng; the only file that sees png.h.
 *
 * All colour types and depths, interlaced or not. Alpha and transparency are
 * ignored: in microscopy they mark margins at most, and the values below them
 * are what the instrument gave. Gamma and colour profiles are ignored as well,
 * because they describe screens. Checksum errors are noted, not fatal.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "decode_internal.h"

#define CHUNK_MAX_BYTES 8000000
/* Compressed bytes asked for at once: what a truncated file loses at most. */
#define READ_BYTES 1024

/* libpng reports trouble by longjmp. Everything that must survive the jump is
 * here, in the frame of the caller of the function that sets the trap. */
struct png_job {
    png_structp png;
    png_infop info;
    jmp_buf trip;
    char text[120];
    struct akin_span in;
    size_t pos;
    bool is_short;    /* the bytes ran out */
    bool has_warning; /* of the kind that touches pixels */

    /* The rows that are complete: row of the pass. */
    int n_passes, pass;
    uint32_t row;
    bool is_grey_map;
    struct akin_plane plane;
};

static void
on_error(png_structp png, png_const_charp text)
{
    struct png_job *job = png_get_error_ptr(png);

    if (!job->is_short)
        (void)snprintf(job->text, sizeof(job->text), "%s", text);
    longjmp(job->trip, 1);
}

static void
on_warning(png_structp png, png_const_charp text)
{
    struct png_job *job = png_get_error_ptr(png);

    if (strstr(text, "CRC") != NULL)
        job->has_warning = true;
}

static void
on_read(png_structp png, png_bytep out, png_size_t len)
{
    struct png_job *job = png_get_io_ptr(png);

    if (len > job->in.len - job->pos) {
        job->is_short = true;
        (void)snprintf(job->text, sizeof(job->text), "the end is missing");
        longjmp(job->trip, 1);
    }
    memcpy(out, job->in.data + job->pos, len);
    job->pos += len;
}

static bool
arm(struct png_job *job, struct akin_span in)
{
    job->in = in;
    job->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, job, on_error,
                                      on_warning);
    job->info = job->png != NULL ? png_create_info_struct(job->png) : NULL;
    return job->info != NULL;
}

/* Reads up to the pixels. Runs under the trap of its caller. */
static void
read_header(struct png_job *job)
{
    /* Not looked at: text, profiles, transparency, and whatever else may be
     * large when unpacked. */
    static const png_byte unwanted[] =
        "bKGD\0cHRM\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0sBIT\0sCAL\0"
        "sPLT\0sRGB\0tEXt\0tIME\0tRNS\0zTXt\0eXIf";

    png_set_read_fn(job->png, job, on_read);
    png_set_user_limits(job->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_compression_buffer_size(job->png, READ_BYTES);
    png_set_chunk_malloc_max(job->png, CHUNK_MAX_BYTES);
    png_set_crc_action(job->png, PNG_CRC_WARN_USE, PNG_CRC_WARN_DISCARD);
    png_set_keep_unknown_chunks(job->png, PNG_HANDLE_CHUNK_NEVER, unwanted,
                                (int)(sizeof(unwanted) / 5));
    png_read_info(job->png, job->info);
}

static bool
is_grey_type(int type)
{
    return type == PNG_COLOR_TYPE_GRAY || type == PNG_COLOR_TYPE_GRAY_ALPHA;
}

static bool
has_grey_map(struct png_job *job)
{
    png_colorp map = NULL;
    int n = 0;

    if (png_get_color_type(job->png, job->info) != PNG_COLOR_TYPE_PALETTE ||
        png_get_PLTE(job->png, job->info, &map, &n) == 0)
        return false;
    for (int i = 0; i < n; i++)
        if (map[i].red != map[i].green || map[i].red != map[i].blue)
            return false;
    return true;
}

static enum akin_status
open_trapped(struct akin_decoder *d, struct png_job *job,
             struct akin_error *err)
{
    uint32_t px_bytes;

    if (setjmp(job->trip) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "PNG: %s", job->text);
    read_header(job);
    job->is_grey_map = has_grey_map(job);
    px_bytes = png_get_bit_depth(job->png, job->info) == 16 ? 6 : 3;
    return akin__decode_check_size(d, png_get_image_width(job->png, job->info),
                                   png_get_image_height(job->png, job->info),
                                   px_bytes, d->source.size, err);
}

static void
fill_info(struct akin_decoder *d, struct png_job *job)
{
    int type = png_get_color_type(job->png, job->info);

    d->info.dim_x = png_get_image_width(job->png, job->info);
    d->info.dim_y = png_get_image_height(job->png, job->info);
    d->info.bits = type == PNG_COLOR_TYPE_PALETTE
                       ? 8
                       : png_get_bit_depth(job->png, job->info);
    d->info.colour = is_grey_type(type) || job->is_grey_map ? AKIN_COLOUR_GREY
                                                            : AKIN_COLOUR_RGB;
    d->info.pixel_um_x = akin__decode_um_of_resolution(
        png_get_x_pixels_per_meter(job->png, job->info));
    d->info.pixel_um_y = akin__decode_um_of_resolution(
        png_get_y_pixels_per_meter(job->png, job->info));
}

static enum akin_status
png_open(struct akin_decoder *d, struct akin_error *err)
{
    struct png_job *job = akin_new(1, sizeof(*job));
    enum akin_status st;

    if (!arm(job, d->source.bytes))
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory for libpng");
    else
        st = open_trapped(d, job, err);
    if (st == AKIN_OK)
        fill_info(d, job);
    png_destroy_read_struct(&job->png, &job->info, NULL);
    free(job);
    return st;
}

/* Asks libpng for 8 or 16-bit grey or RGB in the machine's byte order. Runs
 * under the trap of its caller. */
static void
set_transforms(struct png_job *job)
{
    const uint16_t probe = 1;
    int type = png_get_color_type(job->png, job->info);
    int depth = png_get_bit_depth(job->png, job->info);

    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(job->png);
    if (type == PNG_COLOR_TYPE_GRAY && depth < 8)
        png_set_expand_gray_1_2_4_to_8(job->png);
    if (type & PNG_COLOR_MASK_ALPHA)
        png_set_strip_alpha(job->png);
    if (depth == 16 && *(const uint8_t *)&probe == 1)
        png_set_swap(job->png);
    job->n_passes = png_set_interlace_handling(job->png);
    png_read_update_info(job->png, job->info);
}

static enum akin_status
alloc_plane(struct akin_decoder *d, struct png_job *job, struct akin_error *err)
{
    int type = png_get_color_type(job->png, job->info);
    enum akin_status st;

    st = akin_plane_alloc(
        &job->plane, png_get_image_width(job->png, job->info),
        png_get_image_height(job->png, job->info), is_grey_type(type) ? 1 : 3,
        png_get_bit_depth(job->png, job->info) == 16 ? AKIN_SAMPLE_U16
                                                     : AKIN_SAMPLE_U8,
        d->limits.max_px, err);
    if (st == AKIN_OK) /* what a damaged file does not hold is black */
        memset(job->plane.px, 0,
               (size_t)job->plane.width * job->plane.height *
                   job->plane.channels * akin_sample_size(job->plane.sample));
    return st;
}

/* False, with job->text, when libpng gave up; pass and row say how far it came.
 */
static bool
decode_trapped(struct png_job *job)
{
    size_t row_len = (size_t)job->plane.width * job->plane.channels *
                     akin_sample_size(job->plane.sample);

    if (setjmp(job->trip) != 0)
        return false;
    set_transforms(job);
    if (png_get_rowbytes(job->png, job->info) != row_len) {
        (void)snprintf(job->text, sizeof(job->text), "unexpected row length");
        return false;
    }
    for (job->pass = 0; job->pass < job->n_passes; job->pass++)
        for (job->row = 0; job->row < job->plane.height; job->row++) {
            uint8_t *row = (uint8_t *)job->plane.px + job->row * row_len;

            /* As display rows: pixels of later passes show the earlier ones. */
            if (job->n_passes == 1)
                png_read_row(job->png, row, NULL);
            else
                png_read_row(job->png, NULL, row);
        }
    return true;
}

/* How many 64ths of the pixels were read: passes of an interlaced file hold
 * 1, 1, 2, 4, 8, 16 and 32 of them. */
static uint64_t
good_parts(const struct png_job *job)
{
    static const unsigned parts[7] = {1, 1, 2, 4, 8, 16, 32};
    uint64_t good = 0;

    if (job->n_passes == 1)
        return (uint64_t)job->row * 64 / job->plane.height;
    for (int i = 0; i < job->pass && i < 7; i++)
        good += parts[i];
    if (job->pass < 7)
        good += (uint64_t)parts[job->pass] * job->row / job->plane.height;
    return good;
}

static enum akin_status
decode_job(struct akin_decoder *d, struct png_job *job, struct akin_error *err)
{
    enum akin_status st;

    if (!arm(job, d->source.bytes))
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for libpng");
    if ((st = open_trapped(d, job, err)) != AKIN_OK ||
        (st = alloc_plane(d, job, err)) != AKIN_OK)
        return st;
    if (!decode_trapped(job))
        return akin__decode_check_good(d, good_parts(job), 64, job->text, err);
    if (job->has_warning)
        akin__decode_note(d, "a checksum is wrong");
    return AKIN_OK;
}

static enum akin_status
png_plane(struct akin_decoder *d, uint32_t z, uint32_t c, uint32_t t,
          struct akin_plane *out, struct akin_error *err)
{
    struct png_job *job = akin_new(1, sizeof(*job));
    enum akin_status st;

    (void)z, (void)c, (void)t; /* there is one plane */
    st = decode_job(d, job, err);
    png_destroy_read_struct(&job->png, &job->info, NULL);
    if (st == AKIN_OK)
        *out = job->plane;
    else
        akin_plane_free(&job->plane);
    free(job);
    return st;
}

static bool
png_matches(struct akin_span first)
{
    return first.len >= 8 && memcmp(first.data, "\x89PNG\r\n\x1a\n", 8) == 0;
}

const struct akin__format akin__decode_png = {"png",    false,     png_matches,
                                              png_open, png_plane, NULL};
