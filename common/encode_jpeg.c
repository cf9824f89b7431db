/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode_jpeg.c - planes to JPEG by libjpeg(-turbo).
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "akin/encode.h"

#define PART_BYTES 65536
#define EDGE_MAX 65500 /* JPEG_MAX_DIMENSION of libjpeg */

/* libjpeg reports trouble by longjmp; what must survive it is here. */
struct jpeg_out {
    struct jpeg_compress_struct cinfo;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr target;
    jmp_buf trip;
    char text[JMSG_LENGTH_MAX];
    struct akin_buf *out;
    JOCTET part[PART_BYTES];
};

static void
on_error(j_common_ptr c)
{
    struct jpeg_out *job = c->client_data;

    c->err->format_message(c, job->text);
    longjmp(job->trip, 1);
}

static void
on_message(j_common_ptr c, int level)
{
    (void)c;
    (void)level;
}

static void
start_part(j_compress_ptr c)
{
    struct jpeg_out *job = c->client_data;

    job->target.next_output_byte = job->part;
    job->target.free_in_buffer = PART_BYTES;
}

static void
keep(struct jpeg_out *job, size_t len)
{
    struct akin_error err;

    if (akin_buf_append(job->out, job->part, len, &err) != AKIN_OK) {
        (void)snprintf(job->text, sizeof(job->text), "no memory");
        longjmp(job->trip, 1);
    }
}

static boolean
on_full(j_compress_ptr c)
{
    keep(c->client_data, PART_BYTES);
    start_part(c);
    return TRUE;
}

static void
on_end(j_compress_ptr c)
{
    struct jpeg_out *job = c->client_data;

    keep(job, PART_BYTES - job->target.free_in_buffer);
}

static void
set_target(struct jpeg_out *job)
{
    job->cinfo.dest = &job->target;
    job->target.init_destination = start_part;
    job->target.empty_output_buffer = on_full;
    job->target.term_destination = on_end;
}

static bool
write_rows(struct jpeg_out *job, const struct akin_plane *plane, int quality)
{
    size_t stride = (size_t)plane->width * plane->channels;
    struct jpeg_compress_struct *cinfo = &job->cinfo;

    if (setjmp(job->trip) != 0)
        return false;
    jpeg_create_compress(cinfo);
    cinfo->client_data = job; /* creation clears it */
    set_target(job);
    cinfo->image_width = plane->width;
    cinfo->image_height = plane->height;
    cinfo->input_components = (int)plane->channels;
    cinfo->in_color_space = plane->channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(cinfo);
    jpeg_set_quality(cinfo, quality, TRUE);
    cinfo->comp_info[0].h_samp_factor = 1; /* 4:4:4: stains keep their edges */
    cinfo->comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(cinfo, TRUE);
    while (cinfo->next_scanline < cinfo->image_height) {
        /* libjpeg only reads, but its type does not say so. */
        JSAMPROW row =
            (uint8_t *)plane->px + (size_t)cinfo->next_scanline * stride;

        (void)jpeg_write_scanlines(cinfo, &row, 1);
    }
    jpeg_finish_compress(cinfo);
    return true;
}

static enum akin_status
run(struct jpeg_out *job, const struct akin_plane *plane, int quality,
    struct akin_error *err)
{
    size_t before = job->out->len;
    bool done;

    job->cinfo.err = jpeg_std_error(&job->errors);
    job->errors.error_exit = on_error;
    job->errors.emit_message = on_message;
    job->cinfo.client_data = job;
    done = write_rows(job, plane, quality);
    jpeg_destroy_compress(&job->cinfo);
    if (done)
        return AKIN_OK;
    if (job->out->data != NULL) {
        job->out->len = before;
        job->out->data[before] = 0;
    }
    return AKIN_FAIL(err, AKIN_ENOMEM, "cannot write a JPEG: %s", job->text);
}

enum akin_status
akin_encode_jpeg(const struct akin_plane *plane, int quality,
                 struct akin_buf *out, struct akin_error *err)
{
    struct jpeg_out *job;
    enum akin_status st;

    if (plane->sample != AKIN_SAMPLE_U8)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "a JPEG holds samples of 8 bits only");
    if (plane->width > EDGE_MAX || plane->height > EDGE_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "a JPEG is at most %d px wide and high", EDGE_MAX);
    if (quality < 1 || quality > 100)
        return AKIN_FAIL(err, AKIN_EINVAL, "JPEG quality is 1 to 100, not %d",
                         quality);
    job = akin_new(1, sizeof(*job));
    job->out = out;
    st = run(job, plane, quality, err);
    free(job);
    return st;
}
