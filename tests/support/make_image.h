/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_image.h - small images with known pixels, in memory, in many variants.
 *
 * The pixels of every image come from akin_make_value(), cut to the bits of a
 * sample, so that a test can say what must come back. Failures of the libraries
 * that write end the test.
 */
#ifndef AKIN_MAKE_IMAGE_H
#define AKIN_MAKE_IMAGE_H

#include "akin/bytes.h"

/* A number that differs between neighbours, samples and pages; 16 bits. */
uint32_t akin_make_value(uint32_t x, uint32_t y, uint32_t sample,
                         uint32_t page);

/* Where all pixels have to be something else. */
typedef uint32_t akin_make_fn(uint32_t x, uint32_t y, uint32_t sample,
                              uint32_t page);

/* Zero means: the usual. Numbers are those of the TIFF specification. */
struct akin_make_tiff {
    uint32_t width, height, pages;
    uint16_t bits;        /* 8 */
    uint16_t format;      /* 1 unsigned, 2 signed, 3 float */
    uint16_t per_px;      /* 1 */
    uint16_t photometric; /* 0 is min-is-white, so give it */
    uint16_t compression; /* 1 none */
    uint16_t predictor;
    uint16_t planar;
    uint32_t rows_per_strip, tile; /* tile: edge, a multiple of 16 */
    uint16_t subsampling;          /* of YCbCr, both ways */
    uint16_t alpha;                /* 1: the last sample is alpha */
    const char *mode;              /* "w"; "wb" big-endian, "w8" BigTIFF */
    const char *description;
    float resolution; /* both ways */
    uint16_t resolution_unit;
    uint32_t reduced_from; /* pages from this one (if not 0) are thumbnails */
    akin_make_fn *value;
};
void akin_make_tiff(const struct akin_make_tiff *what, struct akin_buf *out);

/* A table of a palette: entry i of colour k of the TIFF and PNG palettes. */
uint16_t akin_make_palette(uint32_t i, int k);

struct akin_make_jpeg {
    uint32_t width, height;
    int components; /* 1, 3 or 4 (CMYK) */
    bool is_ycck;   /* of 4 components */
    bool is_rgb;    /* of 3 components: not converted to YCbCr */
    bool is_progressive;
    int subsampling; /* 1 or 2: both ways */
    int restart_rows;
    akin_make_fn *value;
};
void akin_make_jpeg(const struct akin_make_jpeg *what, struct akin_buf *out);

struct akin_make_png {
    uint32_t width, height;
    int bits, type; /* type: 0 grey, 2 RGB, 3 palette, 4 grey+A, 6 RGBA */
    bool is_interlaced, is_transparent;
    uint32_t px_per_metre;
    akin_make_fn *value;
};
void akin_make_png(const struct akin_make_png *what, struct akin_buf *out);

struct akin_make_bmp {
    uint32_t width, height, bits;
    uint32_t header; /* 12, 40, 108, ... */
    uint32_t compression;
    uint32_t mask[3]; /* of compression 3 */
    bool is_top_down;
    akin_make_fn *value;
};
void akin_make_bmp(const struct akin_make_bmp *what, struct akin_buf *out);

#endif
