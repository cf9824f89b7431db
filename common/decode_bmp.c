/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode_bmp.c - Windows and OS/2 bitmaps.
 *
 * 1, 4, 8, 16, 24 and 32 bit, palettes, RLE4 and RLE8, bit fields, rows from
 * the bottom or from the top. Alpha is ignored. Source: Microsoft's Windows GDI
 * documentation, "Bitmap Storage" (BITMAPINFOHEADER and its successors) and
 * "Bitmap Compression".
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "decode_internal.h"

enum {
    FILE_HEADER = 14,
    CORE_HEADER = 12, /* OS/2 1.x */
    INFO_HEADER = 40,
    MAX_HEADER = 124
};

enum { PLAIN = 0, RLE8 = 1, RLE4 = 2, FIELDS = 3, ALPHA_FIELDS = 6 };

/* A channel of a 16 or 32-bit pixel: its bits, and what they are scaled by. */
struct bmp_field {
    uint32_t mask;
    unsigned shift;
    uint32_t max;
};

struct bmp {
    uint32_t width, height, bits, compression;
    bool is_top_down, is_grey;
    size_t pixels;       /* where they start in the file */
    uint8_t map[256][3]; /* R, G, B */
    struct bmp_field field[3];
};

static enum akin_status
fail_short(struct akin_error *err)
{
    return AKIN_FAIL(err, AKIN_EFORMAT, "BMP: the header is cut short");
}

static void
set_field(struct bmp_field *field, uint32_t mask)
{
    *field = (struct bmp_field){mask, 0, 0};
    if (mask == 0)
        return;
    while ((mask >> field->shift & 1u) == 0)
        field->shift++;
    field->max = mask >> field->shift;
}

/* The masks of 16 and 32-bit pixels; they follow a 40-byte header and are part
 * of longer ones, at the same place. */
static enum akin_status
read_fields(struct akin_span in, struct bmp *bmp, struct akin_error *err)
{
    static const uint32_t usual[2][3] = {{0x7c00, 0x03e0, 0x001f},
                                         {0xff0000, 0x00ff00, 0x0000ff}};
    bool is_explicit =
        bmp->compression == FIELDS || bmp->compression == ALPHA_FIELDS;

    if (bmp->bits != 16 && bmp->bits != 32)
        return AKIN_OK;
    if (is_explicit && in.len < FILE_HEADER + INFO_HEADER + 12)
        return fail_short(err);
    for (size_t i = 0; i < 3; i++)
        set_field(&bmp->field[i],
                  is_explicit
                      ? akin_le32(in.data + FILE_HEADER + INFO_HEADER + 4 * i)
                      : usual[bmp->bits == 32][i]);
    return AKIN_OK;
}

/* Entries behind the header up to the pixels; those that are missing stay
 * black. */
static void
read_map(struct akin_span in, struct bmp *bmp, size_t at, size_t entry,
         uint32_t n_used)
{
    size_t n = (size_t)1 << bmp->bits;

    if (n_used > 0 && n_used < n)
        n = n_used;
    for (size_t i = 0; i < n; i++, at += entry) {
        if (at + entry > in.len || at + entry > bmp->pixels)
            break;
        bmp->map[i][0] = in.data[at + 2]; /* stored as B, G, R */
        bmp->map[i][1] = in.data[at + 1];
        bmp->map[i][2] = in.data[at];
    }
    bmp->is_grey = akin__decode_map_is_grey((const uint8_t(*)[3])bmp->map,
                                            AKIN_COUNT(bmp->map));
}

static enum akin_status
read_core(struct akin_span in, struct bmp *bmp, struct akin_error *err)
{
    if (in.len < FILE_HEADER + CORE_HEADER)
        return fail_short(err);
    bmp->width = akin_le16(in.data + 18);
    bmp->height = akin_le16(in.data + 20);
    bmp->bits = akin_le16(in.data + 24);
    if (bmp->bits <= 8)
        read_map(in, bmp, FILE_HEADER + CORE_HEADER, 3, 0);
    return AKIN_OK;
}

static enum akin_status
read_info(struct akin_span in, size_t header, struct bmp *bmp,
          struct akin_error *err)
{
    uint8_t h[INFO_HEADER] = {0}; /* OS/2 2.x may leave out the rest */
    size_t map_at = FILE_HEADER + header;
    uint32_t height;

    if (in.len < FILE_HEADER + header)
        return fail_short(err);
    memcpy(h, in.data + FILE_HEADER,
           header < INFO_HEADER ? header : INFO_HEADER);
    bmp->width = akin_le32(h + 4);
    height = akin_le32(h + 8);
    bmp->is_top_down = (height & 0x80000000u) != 0;
    bmp->height = bmp->is_top_down ? 0u - height : height;
    bmp->bits = akin_le16(h + 14);
    bmp->compression = akin_le32(h + 16);
    if (header == INFO_HEADER && bmp->compression == FIELDS)
        map_at += 12;
    if (bmp->bits <= 8)
        read_map(in, bmp, map_at, 4, akin_le32(h + 32));
    return read_fields(in, bmp, err);
}

static enum akin_status
check_kind(const struct bmp *bmp, size_t header, struct akin_error *err)
{
    uint32_t bits = bmp->bits;
    bool is_known;

    switch (bmp->compression) {
    case PLAIN:
        is_known = bits == 1 || bits == 4 || bits == 8 || bits == 16 ||
                   bits == 24 || bits == 32;
        break;
    case RLE8:
        is_known = bits == 8 && !bmp->is_top_down;
        break;
    case RLE4: /* in OS/2 2.x, 4 with 24 bits is another coding */
        is_known = bits == 4 && !bmp->is_top_down;
        break;
    case FIELDS: /* in OS/2 2.x, 3 with 1 bit is a fax coding */
    case ALPHA_FIELDS:
        is_known = bits == 16 || bits == 32;
        break;
    default:
        is_known = false;
        break;
    }
    if (!is_known)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "BMP: %" PRIu32 " bits with compression %" PRIu32
                         " (header of %zu bytes) is not read",
                         bits, bmp->compression, header);
    return AKIN_OK;
}

static enum akin_status
read_header(struct akin_span in, struct bmp *bmp, struct akin_error *err)
{
    enum akin_status st;
    size_t header;

    if (in.len < FILE_HEADER + 4)
        return fail_short(err);
    header = akin_le32(in.data + FILE_HEADER);
    bmp->pixels = akin_le32(in.data + 10);
    if (header != CORE_HEADER && (header < 16 || header > MAX_HEADER))
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "BMP: a header of %zu bytes is not known", header);
    st = header == CORE_HEADER ? read_core(in, bmp, err)
                               : read_info(in, header, bmp, err);
    if (st != AKIN_OK)
        return st;
    if (bmp->width > INT32_MAX || bmp->height > INT32_MAX)
        return AKIN_FAIL(err, AKIN_EFORMAT, "BMP: negative width or height");
    return check_kind(bmp, header, err);
}

static enum akin_status
bmp_open(struct akin_decoder *d, struct akin_error *err)
{
    struct bmp *bmp = akin_new(1, sizeof(*bmp));
    enum akin_status st = read_header(d->source.bytes, bmp, err);

    d->state = bmp; /* freed by close in any case */
    if (st == AKIN_OK)
        st = akin__decode_check_size(d, bmp->width, bmp->height,
                                     bmp->is_grey ? 1 : 3, d->source.size, err);
    if (st != AKIN_OK)
        return st;
    d->info.dim_x = bmp->width;
    d->info.dim_y = bmp->height;
    d->info.bits = 8;
    d->info.colour = bmp->is_grey ? AKIN_COLOUR_GREY : AKIN_COLOUR_RGB;
    return AKIN_OK;
}

static void
bmp_close(struct akin_decoder *d)
{
    free(d->state);
}

static void
row_of_indexes(const struct bmp *bmp, const uint8_t *in, uint8_t *out)
{
    unsigned per_byte = 8 / bmp->bits;
    unsigned mask = (1u << bmp->bits) - 1u;

    for (uint32_t x = 0; x < bmp->width; x++) {
        unsigned shift = 8 - bmp->bits * (x % per_byte + 1);
        const uint8_t *rgb =
            bmp->map[(unsigned)in[x / per_byte] >> shift & mask];

        if (bmp->is_grey)
            *out++ = rgb[0];
        else
            memcpy(out, rgb, 3), out += 3;
    }
}

static void
row_of_fields(const struct bmp *bmp, const uint8_t *in, uint8_t *out)
{
    for (uint32_t x = 0; x < bmp->width; x++) {
        uint32_t v = bmp->bits == 16 ? akin_le16(in) : akin_le32(in);

        in += bmp->bits / 8;
        for (int k = 0; k < 3; k++) {
            const struct bmp_field *f = &bmp->field[k];
            uint64_t part = (v & f->mask) >> f->shift;

            if (f->max > 0)
                part = (part * 255 + f->max / 2) / f->max;
            *out++ = (uint8_t)part;
        }
    }
}

static void
row_of_bytes(const struct bmp *bmp, const uint8_t *in, uint8_t *out)
{
    for (uint32_t x = 0; x < bmp->width; x++, in += 3, out += 3) {
        out[0] = in[2];
        out[1] = in[1];
        out[2] = in[0];
    }
}

static void
convert_row(const struct bmp *bmp, const uint8_t *in, uint8_t *out)
{
    if (bmp->bits <= 8)
        row_of_indexes(bmp, in, out);
    else if (bmp->bits == 24)
        row_of_bytes(bmp, in, out);
    else
        row_of_fields(bmp, in, out);
}

static uint8_t *
plane_row(const struct bmp *bmp, const struct akin_plane *plane, uint32_t i_row)
{
    uint32_t y = bmp->is_top_down ? i_row : bmp->height - 1 - i_row;

    return (uint8_t *)plane->px + (size_t)y * plane->width * plane->channels;
}

static enum akin_status
read_plain(struct akin_decoder *d, const struct bmp *bmp,
           struct akin_plane *plane, struct akin_error *err)
{
    struct akin_span in = d->source.bytes;
    size_t stride = ((size_t)bmp->width * bmp->bits + 31) / 32 * 4;
    /* The padding of the last row is sometimes left out. */
    size_t used = ((size_t)bmp->width * bmp->bits + 7) / 8;
    uint32_t row = 0;

    for (size_t at = bmp->pixels;
         row < bmp->height && at <= in.len && in.len - at >= used;
         row++, at += stride)
        convert_row(bmp, in.data + at, plane_row(bmp, plane, row));
    return akin__decode_check_good(d, row, bmp->height, "the end is missing",
                                   err);
}

/* Where run-length coded data are written: one palette index a byte, rows in
 * the order of the file. */
struct bmp_runs {
    const uint8_t *p, *end;
    uint8_t *index;
    uint32_t width, height, x, y;
    bool is_4_bit, is_done;
};

static void
put_index(struct bmp_runs *runs, uint8_t value)
{
    if (runs->x < runs->width && runs->y < runs->height)
        runs->index[(size_t)runs->y * runs->width + runs->x++] = value;
}

/* n pixels as they are; padded to 16 bits. False: the bytes ran out. */
static bool
put_literal(struct bmp_runs *runs, unsigned n)
{
    size_t used = runs->is_4_bit ? (n + 1) / 2 : n;

    if ((size_t)(runs->end - runs->p) < used)
        return false;
    for (unsigned i = 0; i < n; i++)
        if (!runs->is_4_bit)
            put_index(runs, runs->p[i]);
        else
            put_index(runs, runs->p[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15);
    runs->p += used;
    if (used % 2 != 0 && runs->p < runs->end)
        runs->p++;
    return true;
}

static void
put_run(struct bmp_runs *runs, unsigned n, uint8_t value)
{
    for (unsigned i = 0; i < n; i++)
        if (!runs->is_4_bit)
            put_index(runs, value);
        else
            put_index(runs, value >> (i % 2 == 0 ? 4 : 0) & 15);
}

/* False: the bytes ran out. */
static bool
put_escape(struct bmp_runs *runs, uint8_t code)
{
    switch (code) {
    case 0: /* end of line */
        runs->x = 0;
        runs->y++;
        return true;
    case 1: /* end of bitmap */
        runs->is_done = true;
        return true;
    case 2: /* move right and up */
        if (runs->end - runs->p < 2)
            return false;
        runs->x += runs->p[0];
        runs->y += runs->p[1];
        runs->p += 2;
        return true;
    default:
        return put_literal(runs, code);
    }
}

static void
read_runs(struct bmp_runs *runs)
{
    while (!runs->is_done && runs->y < runs->height &&
           runs->end - runs->p >= 2) {
        uint8_t n = runs->p[0];
        uint8_t value = runs->p[1];

        runs->p += 2;
        if (n > 0)
            put_run(runs, n, value);
        else if (!put_escape(runs, value))
            return;
    }
}

static enum akin_status
read_rle(struct akin_decoder *d, const struct bmp *bmp,
         struct akin_plane *plane, struct akin_error *err)
{
    struct akin_span in = d->source.bytes;
    size_t at = bmp->pixels < in.len ? bmp->pixels : in.len;
    struct bmp_runs runs = {.p = in.data + at,
                            .end = in.data + in.len,
                            .width = bmp->width,
                            .height = bmp->height,
                            .is_4_bit = bmp->bits == 4};
    struct bmp as_bytes = *bmp;
    uint8_t *index = calloc(bmp->width, bmp->height);

    if (index == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for a plane");
    runs.index = index;
    read_runs(&runs);
    as_bytes.bits = 8;
    for (uint32_t row = 0; row < bmp->height; row++)
        convert_row(&as_bytes, index + (size_t)row * bmp->width,
                    plane_row(bmp, plane, row));
    free(index);
    /* The last line may lack its end mark. */
    if (runs.y + 1 == runs.height && runs.x == runs.width)
        runs.y++;
    return akin__decode_check_good(d, runs.is_done ? bmp->height : runs.y,
                                   bmp->height, "the end is missing", err);
}

static enum akin_status
bmp_plane(struct akin_decoder *d, uint32_t z, uint32_t c, uint32_t t,
          struct akin_plane *out, struct akin_error *err)
{
    const struct bmp *bmp = d->state;
    struct akin_plane plane = {0};
    enum akin_status st;

    (void)z, (void)c, (void)t; /* there is one plane */
    st = akin_plane_alloc(&plane, bmp->width, bmp->height, bmp->is_grey ? 1 : 3,
                          AKIN_SAMPLE_U8, d->limits.max_px, err);
    if (st != AKIN_OK)
        return st;
    memset(plane.px, 0, (size_t)plane.width * plane.height * plane.channels);
    st = bmp->compression == RLE4 || bmp->compression == RLE8
             ? read_rle(d, bmp, &plane, err)
             : read_plain(d, bmp, &plane, err);
    if (st == AKIN_OK)
        *out = plane;
    else
        akin_plane_free(&plane);
    return st;
}

/* "BM" alone begins many a text, so the header must be plausible too. */
static bool
bmp_matches(struct akin_span first)
{
    uint32_t header;

    if (first.len < FILE_HEADER + 4 || memcmp(first.data, "BM", 2) != 0)
        return false;
    header = akin_le32(first.data + FILE_HEADER);
    return header == CORE_HEADER || (header >= 16 && header <= MAX_HEADER);
}

const struct akin__format akin__decode_bmp = {"bmp",    false,     bmp_matches,
                                              bmp_open, bmp_plane, bmp_close};
