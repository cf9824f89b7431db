/* SPDX-License-Identifier: Apache-2.0 */
#include "make_image.h"

#include "akin_test.h"

#include <jpeglib.h>
#include <png.h>
#include <tiffio.h>

uint32_t
akin_make_value(uint32_t x, uint32_t y, uint32_t sample, uint32_t page)
{
    return (x * 1237u + y * 4099u + sample * 17431u + page * 9973u +
            x * y * 31u) &
           0xffffu;
}

uint16_t
akin_make_palette(uint32_t i, int k)
{
    static const uint32_t step[3] = {257u * 3, 257u * 7, 257u * 11};

    return (uint16_t)(i * step[k]);
}

static akin_make_fn *
value_or_usual(akin_make_fn *value)
{
    return value != NULL ? value : akin_make_value;
}

static void
append(struct akin_buf *out, const void *data, size_t len)
{
    akin_buf_put(out, data, len);
}

/* ---- TIFF ---- */

struct memory {
    struct akin_buf *buf;
    size_t pos;
};

static tmsize_t
mem_read(thandle_t handle, void *out, tmsize_t len)
{
    struct memory *m = handle;
    size_t n = (size_t)len;

    if (m->pos >= m->buf->len)
        return 0;
    if (n > m->buf->len - m->pos)
        n = m->buf->len - m->pos;
    memcpy(out, m->buf->data + m->pos, n);
    m->pos += n;
    return (tmsize_t)n;
}

static tmsize_t
mem_write(thandle_t handle, void *in, tmsize_t len)
{
    struct memory *m = handle;
    static const uint8_t zero[1] = {0};

    while (m->buf->len < m->pos + (size_t)len)
        append(m->buf, zero, 1);
    memcpy(m->buf->data + m->pos, in, (size_t)len);
    m->pos += (size_t)len;
    return len;
}

static toff_t
mem_seek(thandle_t handle, toff_t offset, int whence)
{
    struct memory *m = handle;

    m->pos = (size_t)(whence == SEEK_SET   ? offset
                      : whence == SEEK_CUR ? m->pos + offset
                                           : m->buf->len + offset);
    return m->pos;
}

static int
mem_close(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t
mem_size(thandle_t handle)
{
    struct memory *m = handle;

    return m->buf->len;
}

/* IEEE binary16 of a whole number below 2048. */
static uint16_t
half_of(uint32_t v)
{
    int exponent = 25;

    if (v == 0)
        return 0;
    while (v < 1024) {
        v *= 2;
        exponent--;
    }
    return (uint16_t)((uint32_t)exponent << 10 | (v & 1023u));
}

/* Sample number i of a row. */
static void
put_sample(const struct akin_make_tiff *w, uint8_t *row, size_t i, uint32_t v)
{
    uint16_t v16 = (uint16_t)v;
    int64_t v64 = w->format == 2 ? (int64_t)v - 32768 : (int64_t)v;
    int32_t v32 = (int32_t)v64;
    float f = (float)v;
    double d = (double)v;

    if (w->format == 3 && w->bits == 16) {
        v16 = half_of(v & 2047u);
        memcpy(row + i * 2, &v16, 2);
    } else if (w->format == 3 && w->bits == 32) {
        memcpy(row + i * 4, &f, 4);
    } else if (w->format == 3) {
        memcpy(row + i * 8, &d, 8);
    } else if (w->bits == 64) {
        memcpy(row + i * 8, &v64, 8);
    } else if (w->bits == 32) {
        memcpy(row + i * 4, &v32, 4);
    } else if (w->bits == 16) {
        memcpy(row + i * 2, &v16, 2);
    } else {
        for (uint32_t b = 0; b < w->bits; b++) {
            size_t at = i * w->bits + b;

            if (v >> (w->bits - 1u - b) & 1u)
                row[at / 8] |= (uint8_t)(128u >> at % 8);
        }
    }
}

static void
fill_row(const struct akin_make_tiff *w, uint8_t *row, uint32_t x, uint32_t n,
         uint32_t y, int sample, uint32_t page)
{
    akin_make_fn *value = value_or_usual(w->value);
    uint32_t per = sample >= 0 ? 1 : w->per_px;

    for (uint32_t i = 0; i < n; i++)
        for (uint32_t s = 0; s < per; s++)
            put_sample(
                w, row, (size_t)i * per + s,
                value(x + i, y, sample >= 0 ? (uint32_t)sample : s, page));
}

static void
write_tiles(TIFF *tif, const struct akin_make_tiff *w, int sample,
            uint32_t page)
{
    size_t row_len = (size_t)TIFFTileRowSize(tif);

    for (uint32_t y = 0; y < w->height; y += w->tile)
        for (uint32_t x = 0; x < w->width; x += w->tile) {
            uint8_t *tile = akin_new(1, row_len * w->tile);

            for (uint32_t r = 0; r < w->tile; r++)
                fill_row(w, tile + r * row_len, x, w->tile, y + r, sample,
                         page);
            assert_true(TIFFWriteTile(tif, tile, x, y, 0,
                                      (uint16_t)(sample < 0 ? 0 : sample)) > 0);
            free(tile);
        }
}

static void
write_rows(TIFF *tif, const struct akin_make_tiff *w, int sample, uint32_t page)
{
    size_t row_len = (size_t)TIFFScanlineSize(tif);

    for (uint32_t y = 0; y < w->height; y++) {
        uint8_t *row = akin_new(1, row_len);

        fill_row(w, row, 0, w->width, y, sample, page);
        assert_int_equal(
            TIFFWriteScanline(tif, row, y, (uint16_t)(sample < 0 ? 0 : sample)),
            1);
        free(row);
    }
}

/* Subsampled YCbCr: blocks of luma and one pair of chroma, all from value(). */
static void
write_ycbcr(TIFF *tif, const struct akin_make_tiff *w)
{
    akin_make_fn *value = value_or_usual(w->value);
    uint32_t s = w->subsampling;
    struct akin_buf strip = {0};

    for (uint32_t y = 0; y < w->height; y += s)
        for (uint32_t x = 0; x < w->width; x += s)
            for (uint32_t i = 0; i < s * s + 2; i++) {
                uint8_t v =
                    (uint8_t)(i < s * s ? value(x + i % s, y + i / s, 0, 0)
                                        : value(x, y, i - s * s + 1, 0));

                append(&strip, &v, 1);
            }
    assert_true(TIFFWriteRawStrip(tif, 0, strip.data, (tmsize_t)strip.len) > 0);
    akin_buf_free(&strip);
}

static void
set_palette(TIFF *tif, uint16_t bits)
{
    size_t n = (size_t)1 << bits;
    uint16_t *map[3];

    for (int k = 0; k < 3; k++) {
        map[k] = akin_new(n, sizeof(uint16_t));
        for (uint32_t i = 0; i < n; i++)
            map[k][i] = akin_make_palette(i, k);
    }
    (void)TIFFSetField(tif, TIFFTAG_COLORMAP, map[0], map[1], map[2]);
    for (int k = 0; k < 3; k++)
        free(map[k]);
}

static void
set_optional_tags(TIFF *tif, const struct akin_make_tiff *w, uint32_t page)
{
    if (w->predictor != 0)
        (void)TIFFSetField(tif, TIFFTAG_PREDICTOR, w->predictor);
    if (w->photometric == PHOTOMETRIC_PALETTE)
        set_palette(tif, w->bits);
    if (w->subsampling != 0)
        (void)TIFFSetField(tif, TIFFTAG_YCBCRSUBSAMPLING, w->subsampling,
                           w->subsampling);
    if (w->compression == COMPRESSION_JPEG &&
        w->photometric == PHOTOMETRIC_YCBCR)
        (void)TIFFSetField(tif, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    if (w->alpha != 0) {
        uint16_t kind = EXTRASAMPLE_UNASSALPHA;

        (void)TIFFSetField(tif, TIFFTAG_EXTRASAMPLES, 1, &kind);
    }
    if (w->description != NULL && page == 0)
        (void)TIFFSetField(tif, TIFFTAG_IMAGEDESCRIPTION, w->description);
    if (w->resolution > 0) {
        (void)TIFFSetField(tif, TIFFTAG_XRESOLUTION, (double)w->resolution);
        (void)TIFFSetField(tif, TIFFTAG_YRESOLUTION, (double)w->resolution);
        (void)TIFFSetField(tif, TIFFTAG_RESOLUTIONUNIT, w->resolution_unit);
    }
    if (w->reduced_from != 0 && page >= w->reduced_from)
        (void)TIFFSetField(tif, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
}

static void
write_page(TIFF *tif, const struct akin_make_tiff *w, uint32_t page)
{
    (void)TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, w->width);
    (void)TIFFSetField(tif, TIFFTAG_IMAGELENGTH, w->height);
    (void)TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, w->bits);
    (void)TIFFSetField(tif, TIFFTAG_SAMPLEFORMAT, w->format);
    (void)TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, w->per_px);
    (void)TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, w->photometric);
    (void)TIFFSetField(tif, TIFFTAG_COMPRESSION, w->compression);
    (void)TIFFSetField(tif, TIFFTAG_PLANARCONFIG, w->planar);
    if (w->tile != 0) {
        (void)TIFFSetField(tif, TIFFTAG_TILEWIDTH, w->tile);
        (void)TIFFSetField(tif, TIFFTAG_TILELENGTH, w->tile);
    } else {
        (void)TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP,
                           w->rows_per_strip != 0 ? w->rows_per_strip
                                                  : w->height);
    }
    set_optional_tags(tif, w, page);
    if (w->subsampling != 0 && w->compression == COMPRESSION_NONE) {
        write_ycbcr(tif, w);
        return;
    }
    for (int s = 0; s < (w->planar == PLANARCONFIG_SEPARATE ? w->per_px : 1);
         s++) {
        int sample = w->planar == PLANARCONFIG_SEPARATE ? s : -1;

        if (w->tile != 0)
            write_tiles(tif, w, sample, page);
        else
            write_rows(tif, w, sample, page);
    }
}

void
akin_make_tiff(const struct akin_make_tiff *what, struct akin_buf *out)
{
    struct akin_make_tiff w = *what;
    struct memory m = {out, 0};
    TIFF *tif;

    w.bits = w.bits != 0 ? w.bits : 8;
    w.format = w.format != 0 ? w.format : 1;
    w.per_px = w.per_px != 0 ? w.per_px : 1;
    w.compression = w.compression != 0 ? w.compression : COMPRESSION_NONE;
    w.planar = w.planar != 0 ? w.planar : PLANARCONFIG_CONTIG;
    tif = TIFFClientOpen("made", w.mode != NULL ? w.mode : "w", &m, mem_read,
                         mem_write, mem_seek, mem_close, mem_size, NULL, NULL);
    assert_non_null(tif);
    for (uint32_t page = 0; page < (w.pages != 0 ? w.pages : 1); page++) {
        write_page(tif, &w, page);
        assert_int_equal(TIFFWriteDirectory(tif), 1);
    }
    TIFFClose(tif);
}

/* ---- JPEG: libjpeg's own error handler ends the program, which is loud
 * enough for a test ---- */

static void
set_jpeg(struct jpeg_compress_struct *c, const struct akin_make_jpeg *w)
{
    c->image_width = w->width;
    c->image_height = w->height;
    c->input_components = w->components;
    c->in_color_space = w->components == 1   ? JCS_GRAYSCALE
                        : w->components == 3 ? JCS_RGB
                                             : JCS_CMYK;
    jpeg_set_defaults(c);
    if (w->is_rgb)
        jpeg_set_colorspace(c, JCS_RGB);
    if (w->is_ycck)
        jpeg_set_colorspace(c, JCS_YCCK);
    jpeg_set_quality(c, 100, TRUE);
    for (int i = 0; i < c->num_components; i++)
        c->comp_info[i].h_samp_factor = c->comp_info[i].v_samp_factor = 1;
    if (w->subsampling == 2)
        c->comp_info[0].h_samp_factor = c->comp_info[0].v_samp_factor = 2;
    c->restart_in_rows = w->restart_rows;
    if (w->is_progressive)
        jpeg_simple_progression(c);
}

void
akin_make_jpeg(const struct akin_make_jpeg *what, struct akin_buf *out)
{
    akin_make_fn *value = value_or_usual(what->value);
    struct jpeg_compress_struct c = {0};
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long len = 0;
    size_t n = (size_t)what->width * (size_t)what->components;
    uint8_t *row = akin_new(n, 1);

    c.err = jpeg_std_error(&errors);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &bytes, &len);
    set_jpeg(&c, what);
    jpeg_start_compress(&c, TRUE);
    for (uint32_t y = 0; y < what->height; y++) {
        for (uint32_t i = 0; i < n; i++)
            row[i] = (uint8_t)value(i / (uint32_t)what->components, y,
                                    i % (uint32_t)what->components, 0);
        (void)jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    append(out, bytes, len);
    jpeg_destroy_compress(&c);
    free(bytes);
    free(row);
}

/* ---- PNG: libpng's errors end the test through abort() ---- */

static void
png_append(png_structp png, png_bytep data, png_size_t len)
{
    append(png_get_io_ptr(png), data, len);
}

static void
png_nothing(png_structp png)
{
    (void)png;
}

static void
set_png(png_structp png, png_infop info, const struct akin_make_png *w)
{
    png_color map[256];
    png_byte alpha[1] = {0};

    png_set_IHDR(png, info, w->width, w->height, w->bits, w->type,
                 w->is_interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    for (uint32_t i = 0; i < 256; i++) {
        map[i].red = (png_byte)(akin_make_palette(i, 0) >> 8);
        map[i].green = (png_byte)(akin_make_palette(i, 1) >> 8);
        map[i].blue = (png_byte)(akin_make_palette(i, 2) >> 8);
    }
    if (w->type == PNG_COLOR_TYPE_PALETTE) {
        png_set_PLTE(png, info, map, 1 << w->bits);
        if (w->is_transparent)
            png_set_tRNS(png, info, alpha, 1, NULL);
    }
    if (w->px_per_metre != 0)
        png_set_pHYs(png, info, w->px_per_metre, w->px_per_metre,
                     PNG_RESOLUTION_METER);
}

static void
fill_png_row(const struct akin_make_png *w, int channels, uint32_t y,
             uint8_t *row)
{
    akin_make_fn *value = value_or_usual(w->value);
    size_t n = (size_t)w->width * (size_t)channels;

    for (size_t i = 0; i < n; i++) {
        uint32_t v = value((uint32_t)i / (uint32_t)channels, y,
                           (uint32_t)i % (uint32_t)channels, 0);

        if (w->bits == 16) {
            row[i * 2] = (uint8_t)(v >> 8);
            row[i * 2 + 1] = (uint8_t)v;
        } else {
            v &= (1u << w->bits) - 1u;
            row[i * (size_t)w->bits / 8] |=
                (uint8_t)(v << (8 - w->bits - (int)(i * (size_t)w->bits % 8)));
        }
    }
}

void
akin_make_png(const struct akin_make_png *what, struct akin_buf *out)
{
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    int passes;

    if (setjmp(png_jmpbuf(png)) != 0)
        abort();
    png_set_write_fn(png, out, png_append, png_nothing);
    set_png(png, info, what);
    png_write_info(png, info);
    passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < what->height; y++) {
            uint8_t *row = akin_new(1, png_get_rowbytes(png, info));

            fill_png_row(what, png_get_channels(png, info), y, row);
            png_write_row(png, row);
            free(row);
        }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
}

/* ---- BMP ---- */

static void
put_bmp_header(const struct akin_make_bmp *w, uint8_t *head, uint32_t map_len,
               uint32_t n_pixel_bytes)
{
    uint32_t masks = w->compression == 3 && w->header == 40 ? 12 : 0;
    uint32_t start = 14 + w->header + masks + map_len;
    uint32_t height = w->is_top_down ? 0u - w->height : w->height;

    head[0] = 'B';
    head[1] = 'M';
    akin_put_le32(head + 2, start + n_pixel_bytes);
    akin_put_le32(head + 10, start);
    akin_put_le32(head + 14, w->header);
    if (w->header == 12) {
        akin_put_le16(head + 18, (uint16_t)w->width);
        akin_put_le16(head + 20, (uint16_t)w->height);
        akin_put_le16(head + 22, 1);
        akin_put_le16(head + 24, (uint16_t)w->bits);
        return;
    }
    akin_put_le32(head + 18, w->width);
    akin_put_le32(head + 22, height);
    akin_put_le16(head + 26, 1);
    akin_put_le16(head + 28, (uint16_t)w->bits);
    akin_put_le32(head + 30, w->compression);
    if (w->compression == 3)
        for (size_t k = 0; k < 3; k++)
            akin_put_le32(head + 54 + 4 * k, w->mask[k]);
}

static void
put_bmp_row(const struct akin_make_bmp *w, uint32_t y, uint8_t *row)
{
    akin_make_fn *value = value_or_usual(w->value);

    for (uint32_t x = 0; x < w->width; x++) {
        uint32_t v = value(x, y, 0, 0);

        if (w->bits < 8)
            row[x * w->bits / 8] |=
                (uint8_t)((v & ((1u << w->bits) - 1u))
                          << (8 - w->bits - x * w->bits % 8));
        else if (w->bits == 8)
            row[x] = (uint8_t)v;
        else if (w->bits == 16)
            akin_put_le16(row + (size_t)x * 2, (uint16_t)v);
        else
            for (uint32_t k = 0; k < w->bits / 8; k++) /* B, G, R, A */
                row[x * (w->bits / 8) + k] =
                    (uint8_t)value(x, y, k < 3 ? 2 - k : 3, 0);
    }
}

void
akin_make_bmp(const struct akin_make_bmp *what, struct akin_buf *out)
{
    uint8_t head[14 + 124 + 12] = {0};
    uint32_t n_map = what->bits <= 8 ? 1u << what->bits : 0;
    uint32_t entry = what->header == 12 ? 3 : 4;
    uint32_t stride = (what->width * what->bits + 31) / 32 * 4;
    uint32_t masks = what->compression == 3 && what->header == 40 ? 12 : 0;

    put_bmp_header(what, head, n_map * entry, stride * what->height);
    append(out, head, 14 + what->header + masks);
    for (uint32_t i = 0; i < n_map; i++) {
        uint8_t colour[4] = {(uint8_t)(akin_make_palette(i, 2) >> 8),
                             (uint8_t)(akin_make_palette(i, 1) >> 8),
                             (uint8_t)(akin_make_palette(i, 0) >> 8), 0};

        append(out, colour, entry);
    }
    for (uint32_t i = 0; i < what->height; i++) {
        uint8_t *row = akin_new(1, stride);

        put_bmp_row(what, what->is_top_down ? i : what->height - 1 - i, row);
        append(out, row, stride);
        free(row);
    }
}
