/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image_tiles.c - the three large values of an image: its tiles, their
 * features, and disturbed copies of some. Layout: common/README.md.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "float16.h"
#include "store_values.h"

#define TILE_BYTES 32

/* An empty frame with room for what is to come: the size is the image's, so
 * running out of memory is an answer and not an end. */
static enum akin_status
begin(struct akin_buf *out, enum akin__frame_kind kind, uint32_t image,
      size_t n, size_t each, struct akin_error *err)
{
    enum akin_status st;

    if (n > AKIN__IMAGE_TILES_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "%zu tiles; one image has at most "
                         "%zu",
                         n, AKIN__IMAGE_TILES_MAX);
    akin_buf_clear(out);
    st = akin_buf_reserve(out, n * each + 64, err);
    if (st != AKIN_OK)
        return st;
    akin__frame_begin(out, kind, image);
    akin__frame_u32(out, (uint32_t)n);
    return AKIN_OK;
}

enum akin_status
akin__tiles_encode(uint32_t image, const struct akin_tile *tiles, size_t n,
                   struct akin_buf *out, struct akin_error *err)
{
    enum akin_status st =
        begin(out, AKIN__FRAME_TILES, image, n, TILE_BYTES, err);

    if (st != AKIN_OK)
        return st;
    for (size_t i = 0; i < n; i++) {
        akin__frame_u32(out, tiles[i].x);
        akin__frame_u32(out, tiles[i].y);
        akin__frame_u32(out, tiles[i].w);
        akin__frame_u32(out, tiles[i].h);
        akin__frame_u32(out, tiles[i].z);
        akin__frame_u32(out, tiles[i].c);
        akin__frame_u32(out, tiles[i].t);
        akin__frame_u32(out, tiles[i].level);
    }
    akin__frame_end(out);
    return AKIN_OK;
}

static enum akin_status
put_rows(struct akin_buf *out, const float *rows, size_t n, size_t n_features,
         struct akin_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const float *row = rows + i * n_features;
        uint8_t packed[2 * AKIN_FEATURES_MAX];

        for (size_t f = 0; f < n_features; f++) {
            if (!isfinite(row[f]))
                return AKIN_FAIL(err, AKIN_EINVAL,
                                 "feature %zu of tile %zu is not a finite "
                                 "number",
                                 f, i);
            akin_put_le16(packed + 2 * f, akin__half_of(row[f]));
        }
        akin_buf_put(out, packed, 2 * n_features);
    }
    return AKIN_OK;
}

enum akin_status
akin__features_encode(uint32_t image, const float *features, size_t n_tiles,
                      size_t n_features, struct akin_buf *out,
                      struct akin_error *err)
{
    enum akin_status st =
        begin(out, AKIN__FRAME_FEATURES, image, n_tiles, 2 * n_features, err);

    if (st == AKIN_OK)
        st = put_rows(out, features, n_tiles, n_features, err);
    if (st == AKIN_OK)
        akin__frame_end(out);
    return st;
}

enum akin_status
akin__disturbed_encode(uint32_t image, const uint32_t *tile,
                       const float *copies, size_t n, size_t n_features,
                       struct akin_buf *out, struct akin_error *err)
{
    enum akin_status st = begin(out, AKIN__FRAME_DISTURBED, image, n,
                                sizeof(uint32_t) + 2 * n_features, err);

    if (st != AKIN_OK)
        return st;
    for (size_t i = 0; i < n; i++)
        akin__frame_u32(out, tile[i]);
    st = put_rows(out, copies, n, n_features, err);
    if (st == AKIN_OK)
        akin__frame_end(out);
    return st;
}

/* Opens a frame that holds a count and `each` bytes for each counted thing. */
static enum akin_status
open_counted(struct akin_span value, enum akin__frame_kind kind, uint32_t image,
             size_t each, size_t *n, struct akin__reader *reader,
             struct akin_error *err)
{
    enum akin_status st = akin__frame_open(value, kind, image, reader, err);

    if (st != AKIN_OK)
        return st;
    *n = akin__read_u32(reader);
    if (reader->is_broken || *n > AKIN__IMAGE_TILES_MAX ||
        reader->left != *n * each)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "a stored value does not hold what it counts");
    return AKIN_OK;
}

static enum akin_status
check_count(size_t found, size_t wanted, struct akin_error *err)
{
    if (found != wanted)
        return AKIN_FAIL(err, AKIN_EFORMAT, "%zu tiles are stored, not %zu",
                         found, wanted);
    return AKIN_OK;
}

static void
read_tile(struct akin__reader *reader, struct akin_tile *out)
{
    out->x = akin__read_u32(reader);
    out->y = akin__read_u32(reader);
    out->w = akin__read_u32(reader);
    out->h = akin__read_u32(reader);
    out->z = akin__read_u32(reader);
    out->c = akin__read_u32(reader);
    out->t = akin__read_u32(reader);
    out->level = akin__read_u32(reader);
}

enum akin_status
akin__tiles_decode(struct akin_span value, uint32_t image,
                   struct akin_tile *out, size_t n, struct akin_error *err)
{
    struct akin__reader r;
    size_t found = 0;
    enum akin_status st = open_counted(value, AKIN__FRAME_TILES, image,
                                       TILE_BYTES, &found, &r, err);

    if (st == AKIN_OK)
        st = check_count(found, n, err);
    for (size_t i = 0; st == AKIN_OK && out != NULL && i < n; i++)
        read_tile(&r, &out[i]);
    return st;
}

/* out NULL: only checked. */
static enum akin_status
get_rows(struct akin__reader *reader, float *out, size_t n_numbers,
         struct akin_error *err)
{
    struct akin_span bytes = akin__read_bytes(reader, 2 * n_numbers);

    for (size_t i = 0; i < bytes.len / 2; i++) {
        float value = akin__half_to(akin_le16(bytes.data + 2 * i));

        if (!isfinite(value))
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             "a stored feature is not a finite number");
        if (out != NULL)
            out[i] = value;
    }
    return AKIN_OK;
}

enum akin_status
akin__features_decode(struct akin_span value, uint32_t image, float *out,
                      size_t n_tiles, size_t n_features, struct akin_error *err)
{
    struct akin__reader reader;
    size_t found = 0;
    enum akin_status st = open_counted(value, AKIN__FRAME_FEATURES, image,
                                       2 * n_features, &found, &reader, err);

    if (st == AKIN_OK)
        st = check_count(found, n_tiles, err);
    return st == AKIN_OK ? get_rows(&reader, out, n_tiles * n_features, err)
                         : st;
}

static enum akin_status
get_disturbed(struct akin__reader *reader, uint32_t n_tiles, size_t n_features,
              uint32_t *tile, float *copies, size_t n, struct akin_error *err)
{
    for (size_t i = 0; i < n; i++) {
        tile[i] = akin__read_u32(reader);
        if (tile[i] >= n_tiles)
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             "a disturbed copy of tile %u is stored, but there "
                             "are %u tiles",
                             tile[i], n_tiles);
    }
    return get_rows(reader, copies, n * n_features, err);
}

enum akin_status
akin__disturbed_decode(struct akin_span value, uint32_t image, uint32_t n_tiles,
                       size_t n_features, uint32_t **tile, float **copies,
                       size_t *n, struct akin_error *err)
{
    struct akin__reader reader;
    uint32_t *tiles = NULL;
    float *rows = NULL;
    size_t found = 0;
    enum akin_status st =
        open_counted(value, AKIN__FRAME_DISTURBED, image,
                     sizeof(uint32_t) + 2 * n_features, &found, &reader, err);

    if (st != AKIN_OK)
        return st;
    tiles = calloc(found + 1, sizeof(*tiles));
    rows = calloc(found * n_features + 1, sizeof(*rows));
    if (tiles == NULL || rows == NULL)
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu disturbed copies",
                       found);
    else
        st = get_disturbed(&reader, n_tiles, n_features, tiles, rows, found,
                           err);
    if (st != AKIN_OK) {
        free(tiles);
        free(rows);
        return st;
    }
    *tile = tiles;
    *copies = rows;
    *n = found;
    return AKIN_OK;
}

/* --- of an image in the store --- */

enum akin_status
akin_image_tiles(struct akin_txn *txn, uint32_t number, struct akin_tile *out,
                 size_t n_tiles, struct akin_error *err)
{
    struct akin_span value;
    enum akin_status st =
        akin__image_value(txn, AKIN_TABLE_TILES, number, &value, err);

    if (st == AKIN_OK &&
        (st = akin__tiles_decode(value, number, out, n_tiles, err)) != AKIN_OK)
        akin_error_prefix(err, "the tiles of image %u", number);
    return st;
}

enum akin_status
akin_image_features(struct akin_txn *txn, uint32_t number, float *out,
                    size_t n_tiles, struct akin_error *err)
{
    struct akin_span value;
    enum akin_status st =
        akin__image_value(txn, AKIN_TABLE_FEATURES, number, &value, err);

    if (st == AKIN_OK &&
        (st = akin__features_decode(value, number, out, n_tiles,
                                    akin_txn_features(txn)->n, err)) != AKIN_OK)
        akin_error_prefix(err, "the features of image %u", number);
    return st;
}

/* Opens a counted value at what belongs to tile i. */
static enum akin_status
open_at(struct akin_txn *txn, enum akin_table table, uint32_t number,
        size_t n_tiles, size_t i, size_t each, struct akin__reader *reader,
        struct akin_error *err)
{
    const enum akin__frame_kind kind =
        table == AKIN_TABLE_TILES ? AKIN__FRAME_TILES : AKIN__FRAME_FEATURES;
    struct akin_span value;
    size_t found = 0;
    enum akin_status st = akin__image_value(txn, table, number, &value, err);

    assert(i < n_tiles);
    if (st == AKIN_OK)
        st = open_counted(value, kind, number, each, &found, reader, err);
    if (st == AKIN_OK)
        st = check_count(found, n_tiles, err);
    if (st == AKIN_OK)
        (void)akin__read_bytes(reader, i * each);
    return st;
}

enum akin_status
akin_image_tile(struct akin_txn *txn, uint32_t number, size_t n_tiles, size_t i,
                struct akin_tile *out, struct akin_error *err)
{
    struct akin__reader reader;
    enum akin_status st = open_at(txn, AKIN_TABLE_TILES, number, n_tiles, i,
                                  TILE_BYTES, &reader, err);

    if (st == AKIN_OK)
        read_tile(&reader, out);
    else
        akin_error_prefix(err, "the tiles of image %u", number);
    return st;
}

enum akin_status
akin_image_tile_features(struct akin_txn *txn, uint32_t number, size_t n_tiles,
                         size_t i, float *out, struct akin_error *err)
{
    size_t n = akin_txn_features(txn)->n;
    struct akin__reader reader;
    enum akin_status st = open_at(txn, AKIN_TABLE_FEATURES, number, n_tiles, i,
                                  2 * n, &reader, err);

    if (st == AKIN_OK)
        st = get_rows(&reader, out, n, err);
    if (st != AKIN_OK)
        akin_error_prefix(err, "the features of image %u", number);
    return st;
}
