/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_tiff.c - the TIFFs that microscopes and ImageJ write; here only
 * tiffio.h is seen.
 */
#include "picture.h"

#include <tiffio.h>

#include "akin/bytes.h"

enum { TILE = 128 }; /* px */
#define STRIP 32     /* rows */

static void
set_layout(TIFF *tiff, const struct picture *picture, enum file_kind kind)
{
    uint16_t compression = COMPRESSION_NONE;

    if (kind == FILE_TIFF_LZW)
        compression = COMPRESSION_LZW;
    if (kind == FILE_TIFF_TILED || kind == FILE_TIFF_BIG)
        compression = COMPRESSION_ADOBE_DEFLATE;
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
    if (compression != COMPRESSION_NONE)
        TIFFSetField(tiff, TIFFTAG_PREDICTOR,
                     picture->depth == DEPTH_FLOAT ? PREDICTOR_FLOATINGPOINT
                                                   : PREDICTOR_HORIZONTAL);
    if (kind == FILE_TIFF_TILED) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, TILE);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, TILE);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, STRIP);
    }
}

static void
set_tags(TIFF *tiff, const struct picture *picture, enum file_kind kind)
{
    bool imagej = kind == FILE_TIFF_IMAGEJ;
    double per_unit = (imagej ? 1 : 1e4) / picture->pixel_um;

    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, picture->w);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, picture->h);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE,
                 8 * picture_sample_bytes(picture));
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, picture_samples(picture));
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT,
                 picture->depth == DEPTH_FLOAT ? SAMPLEFORMAT_IEEEFP
                                               : SAMPLEFORMAT_UINT);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
                 picture->colour ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, per_unit);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, per_unit);
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT,
                 imagej ? RESUNIT_NONE : RESUNIT_CENTIMETER);
    set_layout(tiff, picture, kind);
}

/* The first page of an ImageJ file says how its pages are meant. */
static void
set_imagej(TIFF *tiff, const struct picture *picture)
{
    struct akin_buf text = {0};

    akin_buf_printf(&text, "ImageJ=1.53t\nimages=%d\n", picture->n_planes);
    if (picture->n_c > 1)
        akin_buf_printf(&text, "channels=%d\n", picture->n_c);
    if (picture->n_z > 1)
        akin_buf_printf(&text, "slices=%d\n", picture->n_z);
    if (picture->n_t > 1)
        akin_buf_printf(&text, "frames=%d\n", picture->n_t);
    akin_buf_printf(&text, "hyperstack=true\nmode=%s\nunit=micron\n",
                    picture->n_c > 1 ? "composite" : "grayscale");
    if (picture->step_um > 0)
        akin_buf_printf(&text, "spacing=%g\n", picture->step_um);
    akin_buf_puts(&text, "loop=false\n");
    TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, akin_buf_text(&text));
    akin_buf_free(&text);
}

/* The part of the plane that a tile covers; what sticks out is 0. */
static void
fill_tile(const struct picture *picture, int plane, int x0, int y0,
          uint8_t *row, uint8_t *tile)
{
    size_t px = (size_t)picture_samples(picture) *
                (size_t)picture_sample_bytes(picture);
    int n = picture->w - x0 < TILE ? picture->w - x0 : TILE;

    memset(tile, 0, (size_t)TILE * TILE * px);
    for (int y = 0; y < TILE && y0 + y < picture->h; y++) {
        picture_row(picture, plane, y0 + y, row);
        memcpy(tile + (size_t)y * TILE * px, row + (size_t)x0 * px,
               (size_t)n * px);
    }
}

static bool
put_tiles(TIFF *tiff, const struct picture *picture, int plane, uint8_t *row)
{
    uint8_t *tile = akin_new((size_t)TILE * TILE * 3, 4);
    bool ok = true;

    for (int y = 0; ok && y < picture->h; y += TILE) {
        for (int x = 0; ok && x < picture->w; x += TILE) {
            fill_tile(picture, plane, x, y, row, tile);
            ok = TIFFWriteTile(tiff, tile, (uint32_t)x, (uint32_t)y, 0, 0) > 0;
        }
    }
    free(tile);
    return ok;
}

static bool
put_rows(TIFF *tiff, const struct picture *picture, int plane, uint8_t *row)
{
    bool ok = true;

    for (int y = 0; ok && y < picture->h; y++) {
        picture_row(picture, plane, y, row);
        ok = TIFFWriteScanline(tiff, row, (uint32_t)y, 0) == 1;
    }
    return ok;
}

enum akin_status
write_tiff(const struct picture *picture, const char *path, enum file_kind kind,
           struct akin_error *err)
{
    TIFF *tiff = TIFFOpen(path, kind == FILE_TIFF_BIG ? "w8" : "w");
    uint8_t *row;
    bool ok = true;

    if (tiff == NULL)
        return AKIN_FAIL(err, AKIN_EIO, "cannot create %s", path);
    row = akin_new((size_t)picture->w * 3, 4);
    for (int i = 0; ok && i < picture->n_planes;
         i += picture_samples(picture)) {
        set_tags(tiff, picture, kind);
        if (i == 0 && kind == FILE_TIFF_IMAGEJ)
            set_imagej(tiff, picture);
        ok = kind == FILE_TIFF_TILED ? put_tiles(tiff, picture, i, row)
                                     : put_rows(tiff, picture, i, row);
        ok = ok && TIFFWriteDirectory(tiff) == 1;
    }
    TIFFClose(tiff);
    free(row);
    return ok ? AKIN_OK : AKIN_FAIL(err, AKIN_EIO, "cannot write %s", path);
}
