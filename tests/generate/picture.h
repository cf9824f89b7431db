/* SPDX-License-Identifier: Apache-2.0 */
/*
 * picture.h - the planes of one image, and the files they can become.
 */
#ifndef AKIN_GENERATE_PICTURE_H
#define AKIN_GENERATE_PICTURE_H

#include "draw.h"

enum depth { DEPTH_8, DEPTH_16, DEPTH_FLOAT };

struct picture {
    int w, h;          /* px */
    int n_c, n_z, n_t; /* planes lie in the order c, z, t: c changes first */
    bool colour;       /* three planes, R, G, B, are one */
    enum depth depth;
    double pixel_um;      /* edge of a pixel */
    double step_um;       /* between z planes; 0: there are none */
    struct canvas *plane; /* in numbers of the file */
    int n_planes;
};

/* Planes are empty ({0}) until the scene puts a canvas there. Free with
 * picture_free. */
struct picture picture_new(int n_c, int n_z, int n_t, enum depth depth,
                           double pixel_um);
struct picture picture_colour(double pixel_um); /* 8-bit R, G, B */
void picture_free(struct picture *picture);

enum file_kind {
    FILE_PNG,
    FILE_JPEG, /* colour: 4:2:0 */
    FILE_BMP,
    FILE_TIFF,       /* strips, not compressed */
    FILE_TIFF_LZW,   /* strips with a predictor */
    FILE_TIFF_TILED, /* deflate, 128 px tiles */
    FILE_TIFF_BIG,   /* BigTIFF, deflate */
    FILE_TIFF_IMAGEJ /* as ImageJ writes hyperstacks */
};
const char *file_kind_name(enum file_kind kind);
const char *file_kind_suffix(enum file_kind kind); /* with its dot */

enum akin_status picture_write(const struct picture *picture, const char *path,
                               enum file_kind kind,
                               struct akin_error *err) AKIN_MUST_USE;

/* Row y of a plane (of all three, interleaved, in colour) as the file's
 * samples in the machine's byte order. out: w * 3 * 4 bytes suffice. */
void picture_row(const struct picture *picture, int plane, int y, void *out);
int picture_samples(const struct picture *picture);      /* 1 or 3 */
int picture_sample_bytes(const struct picture *picture); /* 1, 2 or 4 */

/* write_raster.c and write_tiff.c */
enum akin_status write_png(const struct picture *picture, const char *path,
                           struct akin_error *err) AKIN_MUST_USE;
enum akin_status write_jpeg(const struct picture *picture, const char *path,
                            struct akin_error *err) AKIN_MUST_USE;
enum akin_status write_bmp(const struct picture *picture, const char *path,
                           struct akin_error *err) AKIN_MUST_USE;
enum akin_status write_tiff(const struct picture *picture, const char *path,
                            enum file_kind kind,
                            struct akin_error *err) AKIN_MUST_USE;

#endif
