/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode_jpeg.c - JPEG by libjpeg(-turbo); the only file that sees jpeglib.h.
 *
 * Grey, RGB and YCbCr with any subsampling, CMYK and YCCK (Adobe writes them
 * inverted), baseline and progressive, 8 bit. The orientation that a camera
 * notes in EXIF is not applied.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "decode_internal.h"

/* Encoders write about ten scans; each costs a pass over all coefficients, so
 * that thousands of empty ones are a cheap way to keep us busy. */
#define MAX_SCANS 100
#define MAX_WARNINGS (1L << 20)
#define ROWS_AT_ONCE 16

/* libjpeg reports trouble by longjmp. Everything that must survive the jump is
 * here, in the frame of the caller of the function that sets the trap. */
struct jpeg_job {
    struct jpeg_decompress_struct cinfo;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf trip;
    char text[JMSG_LENGTH_MAX];

    bool ended;          /* the bytes ran out before the end mark */
    bool is_damaged;     /* entropy-coded data were wrong or missing */
    int damage_scan;     /* where that was first seen */
    uint32_t damage_row; /* rows of MCUs that were complete before it */

    struct akin_plane plane;
    uint8_t *ink; /* one row of CMYK */
};

static void
on_error(j_common_ptr c)
{
    struct jpeg_job *job = c->client_data;

    c->err->format_message(c, job->text);
    longjmp(job->trip, 1);
}

static void
on_message(j_common_ptr c, int level)
{
    struct jpeg_job *job = c->client_data;
    int code = c->err->msg_code;

    if (level >= 0)
        return; /* traces */
    if (++c->err->num_warnings > MAX_WARNINGS) {
        (void)snprintf(job->text, sizeof(job->text), "damaged throughout");
        longjmp(job->trip, 1);
    }
    if (job->is_damaged ||
        (code != JWRN_HIT_MARKER && code != JWRN_HUFF_BAD_CODE &&
         code != JWRN_MUST_RESYNC && code != JWRN_ARITH_BAD_CODE))
        return; /* untidy, but the pixels are there */
    job->is_damaged = true;
    job->damage_scan = job->cinfo.input_scan_number;
    job->damage_row = job->cinfo.input_iMCU_row;
}

static void
on_output(j_common_ptr c)
{
    (void)c; /* libjpeg would print here */
}

static void
on_progress(j_common_ptr c)
{
    struct jpeg_job *job = c->client_data;

    if (job->cinfo.input_scan_number > MAX_SCANS) {
        (void)snprintf(job->text, sizeof(job->text), "more than %d scans",
                       MAX_SCANS);
        longjmp(job->trip, 1);
    }
}

/* The bytes ran out: an end mark lets libjpeg finish what it has. */
static boolean
on_empty(j_decompress_ptr c)
{
    static const JOCTET end_mark[2] = {0xff, JPEG_EOI};
    struct jpeg_job *job = c->client_data;

    job->ended = true;
    c->src->next_input_byte = end_mark;
    c->src->bytes_in_buffer = sizeof(end_mark);
    return TRUE;
}

static void
arm(struct jpeg_job *job)
{
    job->cinfo.err = jpeg_std_error(&job->errors);
    job->cinfo.client_data = job;
    job->errors.error_exit = on_error;
    job->errors.emit_message = on_message;
    job->errors.output_message = on_output;
}

/* Reads up to the first scan. Runs under the trap of its caller. */
static void
read_header(struct jpeg_job *job, struct akin_span in)
{
    struct jpeg_decompress_struct *c = &job->cinfo;

    jpeg_create_decompress(c); /* keeps err and client_data */
    jpeg_mem_src(c, in.data, (unsigned long)in.len);
    c->src->fill_input_buffer = on_empty;
    job->progress.progress_monitor = on_progress;
    c->progress = &job->progress;
    (void)jpeg_read_header(c, TRUE);
}

static bool
is_ink(const struct jpeg_decompress_struct *c)
{
    return c->jpeg_color_space == JCS_CMYK || c->jpeg_color_space == JCS_YCCK;
}

static bool
is_grey(const struct jpeg_decompress_struct *c)
{
    return c->jpeg_color_space == JCS_GRAYSCALE;
}

static enum akin_status
check_header(struct akin_decoder *d, const struct jpeg_job *job,
             struct akin_error *err)
{
    const struct jpeg_decompress_struct *c = &job->cinfo;

    if (c->jpeg_color_space == JCS_UNKNOWN)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "a JPEG of %d components has no known colours",
                         c->num_components);
    return akin__decode_check_size(d, c->image_width, c->image_height,
                                   is_grey(c) ? 1 : 3, d->source.size, err);
}

static enum akin_status
open_trapped(struct akin_decoder *d, struct jpeg_job *job,
             struct akin_error *err)
{
    if (setjmp(job->trip) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "JPEG: %s", job->text);
    read_header(job, d->source.bytes);
    return check_header(d, job, err);
}

static enum akin_status
jpeg_open(struct akin_decoder *d, struct akin_error *err)
{
    struct jpeg_job *job = akin_new(1, sizeof(*job));
    enum akin_status st;

    arm(job);
    st = open_trapped(d, job, err);
    if (st == AKIN_OK) {
        d->info.dim_x = job->cinfo.image_width;
        d->info.dim_y = job->cinfo.image_height;
        d->info.bits = (uint32_t)job->cinfo.data_precision;
        d->info.colour =
            is_grey(&job->cinfo) ? AKIN_COLOUR_GREY : AKIN_COLOUR_RGB;
    }
    jpeg_destroy_decompress(&job->cinfo);
    free(job);
    return st;
}

/* One row of CMYK to RGB. With an Adobe mark 255 means no ink. */
static void
ink_to_rgb(const uint8_t *ink, uint8_t *rgb, size_t n_px, bool is_inverted)
{
    uint8_t flip = is_inverted ? 0 : 255;

    for (size_t i = 0; i < n_px; i++, ink += 4, rgb += 3) {
        unsigned paper = ink[3] ^ flip;

        for (int k = 0; k < 3; k++)
            rgb[k] = (uint8_t)(((ink[k] ^ flip) * paper + 127u) / 255u);
    }
}

/* Runs under the trap of its caller. */
static void
read_ink_rows(struct jpeg_job *job)
{
    struct jpeg_decompress_struct *c = &job->cinfo;
    size_t row_len = (size_t)job->plane.width * 3;

    while (c->output_scanline < c->output_height) {
        JSAMPROW row = job->ink;
        uint8_t *out = (uint8_t *)job->plane.px + c->output_scanline * row_len;

        if (jpeg_read_scanlines(c, &row, 1) == 0)
            return;
        ink_to_rgb(job->ink, out, job->plane.width, c->saw_Adobe_marker);
    }
}

/* Runs under the trap of its caller. */
static void
read_rows(struct jpeg_job *job)
{
    struct jpeg_decompress_struct *c = &job->cinfo;
    size_t row_len = (size_t)job->plane.width * job->plane.channels;
    JSAMPROW rows[ROWS_AT_ONCE];

    while (c->output_scanline < c->output_height) {
        JDIMENSION n = c->output_height - c->output_scanline;

        if (n > ROWS_AT_ONCE)
            n = ROWS_AT_ONCE;
        for (JDIMENSION i = 0; i < n; i++)
            rows[i] =
                (uint8_t *)job->plane.px + (c->output_scanline + i) * row_len;
        if (jpeg_read_scanlines(c, rows, n) == 0)
            return;
    }
}

static enum akin_status
alloc_plane(struct akin_decoder *d, struct jpeg_job *job,
            struct akin_error *err)
{
    const struct jpeg_decompress_struct *c = &job->cinfo;

    if (is_ink(c)) {
        job->ink = malloc((size_t)c->image_width * 4);
        if (job->ink == NULL)
            return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for a row");
    }
    return akin_plane_alloc(&job->plane, c->image_width, c->image_height,
                            is_grey(c) ? 1 : 3, AKIN_SAMPLE_U8,
                            d->limits.max_px, err);
}

/* False, with job->text, when libjpeg gave up; rows up to output_scanline are
 * there nevertheless. */
static bool
decode_trapped(struct jpeg_job *job)
{
    struct jpeg_decompress_struct *c = &job->cinfo;

    if (setjmp(job->trip) != 0)
        return false;
    c->dct_method = JDCT_ISLOW;
    c->out_color_space = is_grey(c)  ? JCS_GRAYSCALE
                         : is_ink(c) ? JCS_CMYK
                                     : JCS_RGB;
    (void)jpeg_start_decompress(c);
    if (job->ink != NULL)
        read_ink_rows(job);
    else
        read_rows(job);
    return true;
}

/* How much of the plane is real? Rows behind the place where data ended are
 * grey; a later scan of a progressive file only adds detail. */
static enum akin_status
judge(struct akin_decoder *d, struct jpeg_job *job, bool is_complete,
      struct akin_error *err)
{
    const struct jpeg_decompress_struct *c = &job->cinfo;
    size_t row_len = (size_t)job->plane.width * job->plane.channels;
    uint32_t rows = job->plane.height;

    if (!is_complete) {
        memset((uint8_t *)job->plane.px + c->output_scanline * row_len, 0,
               (rows - c->output_scanline) * row_len);
        return akin__decode_check_good(d, c->output_scanline, rows, job->text,
                                       err);
    }
    if (job->is_damaged && job->damage_scan <= 1 &&
        (job->ended || c->restart_interval == 0))
        return akin__decode_check_good(
            d, job->damage_row, c->total_iMCU_rows,
            job->ended ? "the end is missing" : "damaged JPEG data", err);
    if (job->ended)
        akin__decode_note(d, "truncated, the end is missing");
    else if (job->is_damaged)
        akin__decode_note(d, "damaged JPEG data");
    return AKIN_OK;
}

static enum akin_status
decode_job(struct akin_decoder *d, struct jpeg_job *job, struct akin_error *err)
{
    enum akin_status st;
    bool is_complete;

    if ((st = open_trapped(d, job, err)) != AKIN_OK ||
        (st = alloc_plane(d, job, err)) != AKIN_OK)
        return st;
    is_complete = decode_trapped(job);
    if (!is_complete && job->cinfo.output_scanline == 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "JPEG: %s", job->text);
    return judge(d, job, is_complete, err);
}

static enum akin_status
jpeg_plane(struct akin_decoder *d, uint32_t z, uint32_t c, uint32_t t,
           struct akin_plane *out, struct akin_error *err)
{
    struct jpeg_job *job = akin_new(1, sizeof(*job));
    enum akin_status st;

    (void)z, (void)c, (void)t; /* there is one plane */
    arm(job);
    st = decode_job(d, job, err);
    jpeg_destroy_decompress(&job->cinfo);
    if (st == AKIN_OK)
        *out = job->plane;
    else
        akin_plane_free(&job->plane);
    free(job->ink);
    free(job);
    return st;
}

static bool
jpeg_matches(struct akin_span first)
{
    return first.len >= 3 && memcmp(first.data, "\xff\xd8\xff", 3) == 0;
}

const struct akin__format akin__decode_jpeg = {
    "jpeg", false, jpeg_matches, jpeg_open, jpeg_plane, NULL};
