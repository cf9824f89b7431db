/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/image.h - decoded pixels of one plane, and what is known of an image.
 *
 * A plane is one z, c, t of an image: one grey channel, or three interleaved
 * colour channels (R, G, B). Samples keep the precision of the file: 8 and 16
 * bit as they are, everything else (1-bit, 32-bit integers, double) as listed
 * below. Rows are packed without padding.
 *
 * Threads: plain data.
 */
#ifndef AKIN_IMAGE_H
#define AKIN_IMAGE_H

#include "akin/bytes.h"

enum akin_sample {
    AKIN_SAMPLE_U8,  /* 8-bit; 1-bit files become 0 and 255; 2/4-bit scaled */
    AKIN_SAMPLE_U16, /* 16-bit; 12-bit files as they are */
    AKIN_SAMPLE_F32  /* float, double and 32-bit integers; always finite */
};

/* Start from {0}; free with akin_plane_free. */
struct akin_plane {
    uint32_t width;    /* px */
    uint32_t height;   /* px */
    uint32_t channels; /* 1 grey, 3 colour */
    enum akin_sample sample;
    void *px; /* width * height * channels samples, row by row */
};

size_t akin_sample_size(enum akin_sample sample); /* bytes */

/* Allocates px (not cleared) for the given shape. ELIMIT when width * height
 * exceeds max_px; ENOMEM; a zero dimension is EINVAL. */
enum akin_status akin_plane_alloc(struct akin_plane *plane, uint32_t width,
                                  uint32_t height, uint32_t channels,
                                  enum akin_sample sample, uint64_t max_px,
                                  struct akin_error *err) AKIN_MUST_USE;
void akin_plane_free(struct akin_plane *plane); /* back to {0} */

enum akin_colour {
    AKIN_COLOUR_GREY, /* planes have one channel */
    AKIN_COLOUR_RGB   /* planes have three */
};

struct akin_image_info {
    const char *format;    /* "jpeg", "tiff", "png", "bmp": a static string */
    uint32_t dim_x, dim_y; /* px */
    uint32_t dim_z, dim_c, dim_t; /* at least 1; colour counts as one c */
    enum akin_colour colour;
    uint32_t bits; /* per sample as stored in the file */
    bool is_float;
    double pixel_um_x, pixel_um_y, pixel_um_z; /* 0: not known */
    char note[160]; /* "" or what a person should know: "truncated, ..." */
};

#endif
