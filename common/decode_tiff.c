/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode_tiff.c - the pages of a TIFF by libtiff; the only file that sees
 * tiffio.h.
 *
 * libtiff reads one directory at a time, at the offsets that
 * decode_tiff_pages.c found, and decodes strips and tiles. Grey, RGB, palette
 * and CMYK samples are converted by decode_tiff_pixels.c; what is rarer
 * (subsampled YCbCr without JPEG, CIELab, LogLuv, old-style JPEG) goes through
 * libtiff's RGBA interface. The orientation tag is not applied.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include "decode_tiff_internal.h"

/* DNG's PhotometricInterpretation LinearRaw. */
#define LINEAR_RAW 34892
#define MIN_MEMORY ((uint64_t)64 << 20) /* for libtiff's own tables */

struct akin__tiff_file {
    TIFF *tif;
    struct akin__source *source;
    uint64_t pos;
    char trouble[160]; /* libtiff's first words since they were cleared */
};

/* ---- libtiff's input and complaints ---- */

static tmsize_t
on_read(thandle_t handle, void *out, tmsize_t len)
{
    struct akin__tiff_file *s = handle;
    size_t got = akin__source_read(s->source, s->pos, out, (size_t)len);

    s->pos += got;
    return (tmsize_t)got;
}

static tmsize_t
on_write(thandle_t handle, void *bytes, tmsize_t len)
{
    (void)handle, (void)bytes, (void)len;
    return -1; /* files are only read */
}

static toff_t
on_seek(thandle_t handle, toff_t offset, int whence)
{
    struct akin__tiff_file *s = handle;

    if (whence == SEEK_SET)
        s->pos = offset;
    else if (whence == SEEK_CUR)
        s->pos += offset;
    else
        s->pos = s->source->size + offset;
    return s->pos;
}

static int
on_close(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t
on_size(thandle_t handle)
{
    struct akin__tiff_file *s = handle;

    return s->source->size;
}

/* Bytes in memory need no copying. libtiff only reads them in mode "r", but its
 * interface has no const. */
static int
on_map(thandle_t handle, void **base, toff_t *size)
{
    struct akin__tiff_file *s = handle;

    if (!s->source->in_memory)
        return 0;
    memcpy(base, &s->source->bytes.data, sizeof(*base));
    *size = s->source->size;
    return 1;
}

static void
on_unmap(thandle_t handle, void *base, toff_t size)
{
    (void)handle, (void)base, (void)size;
}

static int __attribute__((format(printf, 4, 0)))
on_error(TIFF *tif, void *ctx, const char *module, const char *fmt,
         va_list args)
{
    struct akin__tiff_file *s = ctx;

    (void)tif, (void)module;
    if (s->trouble[0] == '\0')
        (void)vsnprintf(s->trouble, sizeof(s->trouble), fmt, args);
    return 1; /* said; do not print it */
}

static int
on_warning(TIFF *tif, void *ctx, const char *module, const char *fmt,
           va_list args)
{
    (void)tif, (void)ctx, (void)module, (void)fmt, (void)args;
    return 1;
}

/* Parts of libtiff still use the handlers of the process: silence them. */
static void
silence_once(void)
{
    (void)TIFFSetErrorHandler(NULL);
    (void)TIFFSetWarningHandler(NULL);
}

static const char *
trouble_of(const struct akin__tiff_file *s)
{
    return s->trouble[0] != '\0' ? s->trouble : "libtiff cannot read it";
}

enum akin_status
akin__tiff_file_open(struct akin_decoder *d, struct akin__tiff_file **out,
                     struct akin_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    uint64_t memory = d->limits.max_px * 16;
    struct akin__tiff_file *s = akin_new(1, sizeof(*s));
    TIFFOpenOptions *options;
    enum akin_status st;

    s->source = &d->source;

    (void)pthread_once(&once, silence_once);
    options = TIFFOpenOptionsAlloc();
    if (options == NULL) {
        free(s);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for libtiff");
    }
    TIFFOpenOptionsSetMaxSingleMemAlloc(
        options, (tmsize_t)(memory > MIN_MEMORY ? memory : MIN_MEMORY));
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, s);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, s);
    /* "h": directories are read where we say. */
    s->tif = TIFFClientOpenExt("image", "rh", s, on_read, on_write, on_seek,
                               on_close, on_size, on_map, on_unmap, options);
    TIFFOpenOptionsFree(options);
    if (s->tif == NULL) {
        st = AKIN_FAIL(err, AKIN_EFORMAT, "TIFF: %s", trouble_of(s));
        free(s);
        return st;
    }
    *out = s;
    return AKIN_OK;
}

void
akin__tiff_file_close(struct akin__tiff_file *file)
{
    if (file == NULL)
        return;
    TIFFClose(file->tif);
    free(file);
}

/* ---- the tags of a page ---- */

static void
read_kind(TIFF *tif, struct akin__tiff_tags *p)
{
    uint16_t format = SAMPLEFORMAT_UINT;

    (void)TIFFGetFieldDefaulted(tif, TIFFTAG_SAMPLEFORMAT, &format);
    p->is_known_kind = true;
    if (format == SAMPLEFORMAT_INT)
        p->kind = AKIN__INT;
    else if (format == SAMPLEFORMAT_IEEEFP)
        p->kind = AKIN__FLOAT;
    else if (format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_VOID)
        p->kind = AKIN__UINT;
    else
        p->is_known_kind = false;
}

static void
read_chunk_size(TIFF *tif, struct akin__tiff_tags *p)
{
    p->is_tiled = TIFFIsTiled(tif) != 0;
    if (p->is_tiled) {
        (void)TIFFGetField(tif, TIFFTAG_TILEWIDTH, &p->chunk_w);
        (void)TIFFGetField(tif, TIFFTAG_TILELENGTH, &p->chunk_h);
        return;
    }
    p->chunk_w = p->width;
    p->chunk_h = p->height;
    (void)TIFFGetFieldDefaulted(tif, TIFFTAG_ROWSPERSTRIP, &p->chunk_h);
    if (p->chunk_h > p->height)
        p->chunk_h = p->height;
}

static void
read_alpha(TIFF *tif, struct akin__tiff_tags *p)
{
    uint16_t *kinds = NULL;
    uint16_t n = 0;

    if (TIFFGetField(tif, TIFFTAG_EXTRASAMPLES, &n, &kinds) == 0)
        return;
    for (uint16_t i = 0; i < n; i++)
        if (kinds[i] == EXTRASAMPLE_ASSOCALPHA ||
            kinds[i] == EXTRASAMPLE_UNASSALPHA)
            p->n_alpha++;
    if (p->n_alpha >= p->per_px)
        p->n_alpha = 0;
}

/* What the samples mean, and who converts them. */
static void
choose_mode(TIFF *tif, struct akin__tiff_tags *p)
{
    p->mode = AKIN__TIFF_DIRECT;
    p->is_colour = true;
    switch (p->photometric) {
    case PHOTOMETRIC_RGB:
    case LINEAR_RAW:
        p->is_colour = p->per_px >= 3;
        break;
    case PHOTOMETRIC_PALETTE:
        p->mode = AKIN__TIFF_PALETTE;
        (void)TIFFGetField(tif, TIFFTAG_COLORMAP, &p->map[0], &p->map[1],
                           &p->map[2]);
        break;
    case PHOTOMETRIC_SEPARATED:
        p->mode = AKIN__TIFF_INK;
        p->is_rgba = p->is_separate;
        break;
    case PHOTOMETRIC_YCBCR:
        p->is_rgba = p->is_separate || p->compression != COMPRESSION_JPEG;
        if (!p->is_rgba) /* libjpeg converts and upsamples */
            (void)TIFFSetField(tif, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        break;
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_ICCLAB:
    case PHOTOMETRIC_ITULAB:
    case PHOTOMETRIC_LOGL:
    case PHOTOMETRIC_LOGLUV:
        p->is_rgba = true;
        break;
    default: /* min-is-black, min-is-white, mask, unknown ones */
        p->is_colour = false;
        break;
    }
    p->is_rgba |= p->compression == COMPRESSION_OJPEG;
    p->is_colour |= p->is_rgba;
}

static void
read_tags(TIFF *tif, struct akin__tiff_tags *p)
{
    uint16_t planar = PLANARCONFIG_CONTIG;

    *p = (struct akin__tiff_tags){.photometric = PHOTOMETRIC_MINISBLACK};
    (void)TIFFGetField(tif, TIFFTAG_IMAGEWIDTH, &p->width);
    (void)TIFFGetField(tif, TIFFTAG_IMAGELENGTH, &p->height);
    (void)TIFFGetFieldDefaulted(tif, TIFFTAG_BITSPERSAMPLE, &p->bits);
    (void)TIFFGetFieldDefaulted(tif, TIFFTAG_SAMPLESPERPIXEL, &p->per_px);
    (void)TIFFGetFieldDefaulted(tif, TIFFTAG_PLANARCONFIG, &planar);
    (void)TIFFGetFieldDefaulted(tif, TIFFTAG_COMPRESSION, &p->compression);
    if (TIFFGetField(tif, TIFFTAG_PHOTOMETRIC, &p->photometric) == 0 &&
        p->per_px == 3)
        p->photometric = PHOTOMETRIC_RGB;
    p->is_separate = planar == PLANARCONFIG_SEPARATE && p->per_px > 1;
    p->is_plain = p->compression == COMPRESSION_NONE;
    p->is_inverted = p->photometric == PHOTOMETRIC_MINISWHITE;
    p->is_swapped = TIFFIsByteSwapped(tif) != 0;
    read_kind(tif, p);
    read_chunk_size(tif, p);
    read_alpha(tif, p);
    choose_mode(tif, p);
}

enum akin_status
akin__tiff_load(struct akin__tiff_file *file, uint64_t offset, uint32_t number,
                struct akin__tiff_tags *out, struct akin_error *err)
{
    file->trouble[0] = '\0';
    if (TIFFSetSubDirectory(file->tif, offset) == 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "TIFF: page %" PRIu32 ": %s",
                         number, trouble_of(file));
    read_tags(file->tif, out);
    if (TIFFIsCODECConfigured(out->compression) == 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "TIFF: compression %" PRIu16 " is not read",
                         out->compression);
    return AKIN_OK;
}

void
akin__tiff_load_text(struct akin__tiff_file *file, struct akin__tiff_head *head)
{
    float x = 0;
    float y = 0;
    uint16_t unit = RESUNIT_INCH;
    char *text = NULL;

    (void)TIFFGetField(file->tif, TIFFTAG_IMAGEDESCRIPTION, &text);
    (void)TIFFGetField(file->tif, TIFFTAG_XRESOLUTION, &x);
    (void)TIFFGetField(file->tif, TIFFTAG_YRESOLUTION, &y);
    (void)TIFFGetFieldDefaulted(file->tif, TIFFTAG_RESOLUTIONUNIT, &unit);
    head->description = text != NULL ? text : "";
    head->x_resolution = (double)x;
    head->y_resolution = (double)y;
    head->resolution_unit = unit;
}

/* ---- strips and tiles ---- */

uint64_t
akin__tiff_first_offset(struct akin__tiff_file *file)
{
    return TIFFGetStrileOffset(file->tif, 0);
}

uint64_t
akin__tiff_row_bytes(struct akin__tiff_file *file,
                     const struct akin__tiff_tags *tags)
{
    return tags->is_tiled ? TIFFTileRowSize64(file->tif)
                          : TIFFScanlineSize64(file->tif);
}

uint64_t
akin__tiff_stored_bytes(struct akin__tiff_file *file,
                        const struct akin__tiff_tags *tags)
{
    uint64_t size = file->source->size;
    uint32_t n = tags->is_tiled ? TIFFNumberOfTiles(file->tif)
                                : TIFFNumberOfStrips(file->tif);
    uint64_t sum = 0;

    for (uint32_t i = 0; i < n && sum < size; i++) {
        uint64_t count = TIFFGetStrileByteCount(file->tif, i);

        sum += count < size ? count : size;
    }
    return sum < size ? sum : size;
}

uint32_t
akin__tiff_chunk_index(struct akin__tiff_file *file,
                       const struct akin__tiff_tags *tags, uint32_t x,
                       uint32_t y, uint16_t sample)
{
    return tags->is_tiled ? TIFFComputeTile(file->tif, x, y, 0, sample)
                          : TIFFComputeStrip(file->tif, y, sample);
}

/* Bytes that libtiff could not use as a whole: what there is of them. A strip
 * that ends early gives its first rows; the rest is 0. */
static uint32_t
salvage(struct akin__tiff_file *file, const struct akin__tiff_tags *tags,
        uint32_t index, size_t row_bytes, uint32_t rows, uint8_t *out)
{
    uint64_t offset = TIFFGetStrileOffset(file->tif, index);
    uint64_t size = TIFFGetStrileByteCount(file->tif, index);
    size_t len = rows * row_bytes;
    uint16_t predictor = PREDICTOR_NONE;
    size_t got;
    uint8_t *raw;

    memset(out, 0, len);
    (void)TIFFGetField(file->tif, TIFFTAG_PREDICTOR, &predictor);
    if (size > file->source->size)
        size = file->source->size;
    if (tags->is_plain && size < len)
        size = len;
    if (predictor != PREDICTOR_NONE ||
        (raw = calloc(1, (size_t)size + 1)) == NULL)
        return 0; /* differences mean nothing once the codec gave up */
    got = akin__source_read(file->source, offset, raw, (size_t)size);
    /* Plain samples are padded, so that libtiff orders their bytes. */
    (void)TIFFReadFromUserBuffer(file->tif, index, raw,
                                 (tmsize_t)(tags->is_plain ? size : got), out,
                                 (tmsize_t)len);
    free(raw);
    if (tags->is_plain)
        return (uint32_t)((got < len ? got : len) / row_bytes);
    while (len > 0 && out[len - 1] == 0)
        len--;
    return (uint32_t)(len / row_bytes);
}

uint32_t
akin__tiff_read_chunk(struct akin__tiff_file *file,
                      const struct akin__tiff_tags *tags, uint32_t index,
                      size_t row_bytes, uint32_t rows, uint8_t *out)
{
    tmsize_t len = (tmsize_t)(rows * row_bytes);
    tmsize_t got;

    if (TIFFGetStrileByteCount(file->tif, index) == 0) {
        memset(out, 0, (size_t)len); /* sparse: never written */
        return rows;
    }
    got = tags->is_tiled ? TIFFReadEncodedTile(file->tif, index, out, len)
                         : TIFFReadEncodedStrip(file->tif, index, out, len);
    return got == len ? rows : salvage(file, tags, index, row_bytes, rows, out);
}

const char *
akin__tiff_trouble(const struct akin__tiff_file *file)
{
    return trouble_of(file);
}

enum akin_status
akin__tiff_read_rgba(struct akin__tiff_file *file, struct akin_plane *plane,
                     struct akin_error *err)
{
    size_t n = (size_t)plane->width * plane->height;
    uint32_t *rgba = malloc(n * sizeof(*rgba));
    uint8_t *out = plane->px;
    uint16_t orientation = ORIENTATION_TOPLEFT;
    int ok;

    if (rgba == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for a plane");
    /* As it is stored: the orientation that the file has is asked for. */
    (void)TIFFGetFieldDefaulted(file->tif, TIFFTAG_ORIENTATION, &orientation);
    ok = TIFFReadRGBAImageOriented(file->tif, plane->width, plane->height, rgba,
                                   orientation, 1);
    for (size_t i = 0; ok != 0 && i < n; i++, out += 3) {
        out[0] = (uint8_t)TIFFGetR(rgba[i]);
        out[1] = (uint8_t)TIFFGetG(rgba[i]);
        out[2] = (uint8_t)TIFFGetB(rgba[i]);
    }
    free(rgba);
    if (ok == 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "TIFF: %s", trouble_of(file));
    return AKIN_OK;
}
