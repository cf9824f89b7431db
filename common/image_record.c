/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/image_record.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store_values.h"

/* Formats that decode.h knows: info.format is a static string. */
static const char *const formats[] = {"jpeg", "tiff", "png", "bmp"};
#define FORMAT_OTHER "other" /* of a store that a newer program wrote */

void
akin_image_record_free(struct akin_image_record *record)
{
    free(record->path);
    free(record->name);
    akin_json_free(record->extra);
    *record = (struct akin_image_record){0};
}

/* ---- the record's value ---- */

static void
encode_info(const struct akin_image_info *info, struct akin_buf *out)
{
    akin__frame_text(out,
                     akin_span_str(info->format == NULL ? "" : info->format));
    akin__frame_u32(out, info->dim_x);
    akin__frame_u32(out, info->dim_y);
    akin__frame_u32(out, info->dim_z);
    akin__frame_u32(out, info->dim_c);
    akin__frame_u32(out, info->dim_t);
    akin__frame_u32(out, info->colour == AKIN_COLOUR_RGB ? 1 : 0);
    akin__frame_u32(out, info->bits);
    akin__frame_u32(out, info->is_float ? 1 : 0);
    akin__frame_real(out, info->pixel_um_x);
    akin__frame_real(out, info->pixel_um_y);
    akin__frame_real(out, info->pixel_um_z);
    akin__frame_text(out, akin_span_str(info->note));
}

static void
encode(const struct akin_image_record *record, struct akin_buf *out)
{
    struct akin_buf extra = {0};

    if (record->extra != NULL)
        akin_json_write(record->extra, AKIN_JSON_COMPACT, &extra);
    akin__frame_begin(out, AKIN__FRAME_IMAGE, record->number);
    /* What akin_image_brief needs comes first. */
    akin__frame_u32(out, record->dataset);
    akin__frame_u32(out, record->n_tiles);
    akin__frame_u64(out, record->first_tile);
    akin_buf_put(out, record->hash.bytes, sizeof(record->hash.bytes));
    akin__frame_u64(out, record->size_bytes);
    akin__frame_text(out, akin_span_str(record->path));
    akin__frame_text(out, akin_span_str(record->name));
    encode_info(&record->info, out);
    akin__frame_text(out, akin_buf_span(&extra));
    akin__frame_end(out);
    akin_buf_free(&extra);
}

static const char *
static_format(struct akin_span text)
{
    for (size_t i = 0; i < AKIN_COUNT(formats); i++)
        if (akin_span_equal(text, akin_span_str(formats[i])))
            return formats[i];
    return FORMAT_OTHER;
}

static void
decode_info(struct akin__reader *reader, struct akin_image_info *info)
{
    struct akin_span note;

    info->format = static_format(akin__read_text(reader));
    info->dim_x = akin__read_u32(reader);
    info->dim_y = akin__read_u32(reader);
    info->dim_z = akin__read_u32(reader);
    info->dim_c = akin__read_u32(reader);
    info->dim_t = akin__read_u32(reader);
    info->colour =
        akin__read_u32(reader) == 1 ? AKIN_COLOUR_RGB : AKIN_COLOUR_GREY;
    info->bits = akin__read_u32(reader);
    info->is_float = akin__read_u32(reader) == 1;
    info->pixel_um_x = akin__read_real(reader);
    info->pixel_um_y = akin__read_real(reader);
    info->pixel_um_z = akin__read_real(reader);
    note = akin__read_text(reader);
    if (note.len >= sizeof(info->note))
        reader->is_broken = true;
    else if (note.len > 0)
        memcpy(info->note, note.data, note.len); /* the rest is zero */
}

static void
decode_head(struct akin__reader *reader, struct akin_image_record *out)
{
    struct akin_span hash;

    out->dataset = akin__read_u32(reader);
    out->n_tiles = akin__read_u32(reader);
    out->first_tile = akin__read_u64(reader);
    hash = akin__read_bytes(reader, sizeof(out->hash.bytes));
    if (hash.len == sizeof(out->hash.bytes))
        memcpy(out->hash.bytes, hash.data, hash.len);
    out->size_bytes = akin__read_u64(reader);
}

static char *
copy_text(struct akin_span text)
{
    return text.len == 0 ? akin_strdup("")
                         : akin_strndup((const char *)text.data, text.len);
}

enum akin_status
akin__image_decode(struct akin_span value, uint32_t number,
                   struct akin_image_record *out, struct akin_error *err)
{
    struct akin_image_record found = {.number = number};
    struct akin__reader reader;
    struct akin_span path, name, extra;
    enum akin_status st =
        akin__frame_open(value, AKIN__FRAME_IMAGE, number, &reader, err);

    if (st != AKIN_OK)
        return st;
    decode_head(&reader, &found);
    path = akin__read_text(&reader);
    name = akin__read_text(&reader);
    decode_info(&reader, &found.info);
    extra = akin__read_text(&reader);
    if (!akin__read_done(&reader) || found.n_tiles > AKIN__IMAGE_TILES_MAX)
        return AKIN_FAIL(err, AKIN_EFORMAT, "the stored record is damaged");
    if (extra.len > 0)
        st = akin_json_parse(extra, &found.extra, err);
    if (st != AKIN_OK)
        return st;
    found.path = copy_text(path);
    found.name = copy_text(name);
    *out = found;
    return AKIN_OK;
}

/* ---- keys ---- */

struct akin__key
akin__key_hash(const struct akin_hash *hash, uint32_t image)
{
    struct akin__key key = {.len = sizeof(hash->bytes) + 4};

    memcpy(key.bytes, hash->bytes, sizeof(hash->bytes));
    akin_put_be32(key.bytes + sizeof(hash->bytes), image);
    return key;
}

static enum akin_status
get_by_number(struct akin_txn *txn, enum akin_table table, uint32_t number,
              struct akin_span *value, struct akin_error *err)
{
    struct akin__key key = akin__key_number(number);

    return akin_txn_get(txn, table, akin__key_span(&key), value, err);
}

enum akin_status
akin__image_value(struct akin_txn *txn, enum akin_table table, uint32_t number,
                  struct akin_span *value, struct akin_error *err)
{
    enum akin_status st = get_by_number(txn, table, number, value, err);

    if (st == AKIN_ENOTFOUND)
        st = AKIN_FAIL(err, st, "no image %u in %s", number,
                       akin__table_name(table));
    return st;
}

/* ---- writing ---- */

static enum akin_status
check_put(struct akin_txn *txn, const struct akin_image_record *record,
          const struct akin_described *described, struct akin_error *err)
{
    struct akin_span value;
    enum akin_status st;

    if (record->path == NULL || record->name == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL, "an image needs a path and a name");
    if (described->n_tiles > AKIN__IMAGE_TILES_MAX ||
        described->n_disturbed > AKIN__IMAGE_TILES_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "%zu tiles and %zu disturbed copies; one image has at "
                         "most %zu",
                         described->n_tiles, described->n_disturbed,
                         AKIN__IMAGE_TILES_MAX);
    for (size_t i = 0; i < described->n_disturbed; i++)
        if (described->disturbed_tile[i] >= described->n_tiles)
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "a disturbed copy of tile %u, but there are %zu",
                             described->disturbed_tile[i], described->n_tiles);
    st = get_by_number(txn, AKIN_TABLE_DATASETS, record->dataset, &value, err);
    if (st == AKIN_ENOTFOUND)
        st = AKIN_FAIL(err, AKIN_EINVAL, "there is no dataset %u to put it in",
                       record->dataset);
    return st;
}

/* The next image number and the image's range of tile ordinals. */
static enum akin_status
take_numbers(struct akin_txn *txn, struct akin_image_record *record,
             struct akin_error *err)
{
    uint64_t number = 0, ordinals = 0;
    enum akin_status st =
        akin_manifest_next(txn, AKIN__LAST_IMAGE, &number, err);

    if (st == AKIN_OK)
        st = akin_manifest_number(txn, AKIN__N_ORDINALS, &ordinals, err);
    if (st != AKIN_OK)
        return st;
    if (number > UINT32_MAX || ordinals > UINT64_MAX - record->n_tiles)
        return AKIN_FAIL(err, AKIN_ELIMIT, "all image numbers are given");
    record->number = (uint32_t)number;
    record->first_tile = ordinals;
    return akin_manifest_set_number(txn, AKIN__N_ORDINALS,
                                    ordinals + record->n_tiles, err);
}

static enum akin_status
put_by_number(struct akin_txn *txn, enum akin_table table, uint32_t number,
              const struct akin_buf *value, struct akin_error *err)
{
    struct akin__key key = akin__key_number(number);

    return akin_txn_put(txn, table, akin__key_span(&key), akin_buf_span(value),
                        err);
}

static enum akin_status
put_links(struct akin_txn *txn, const struct akin_image_record *record,
          struct akin_error *err)
{
    struct akin__key of_dataset =
        akin__key_pair(record->dataset, record->number);
    struct akin__key of_hash = akin__key_hash(&record->hash, record->number);
    struct akin_span nothing = {NULL, 0};
    enum akin_status st;

    st = akin_txn_put(txn, AKIN_TABLE_DATASET_IMAGES,
                      akin__key_span(&of_dataset), nothing, err);
    if (st == AKIN_OK)
        st = akin_txn_put(txn, AKIN_TABLE_IMAGE_HASHES,
                          akin__key_span(&of_hash), nothing, err);
    return st;
}

static enum akin_status
put_described(struct akin_txn *txn, uint32_t number,
              const struct akin_described *described, struct akin_error *err)
{
    size_t n_features = akin_txn_features(txn)->n;
    struct akin_buf value = {0};
    enum akin_status st = akin__tiles_encode(number, described->tiles,
                                             described->n_tiles, &value, err);

    if (st == AKIN_OK)
        st = put_by_number(txn, AKIN_TABLE_TILES, number, &value, err);
    if (st == AKIN_OK)
        st = akin__features_encode(number, described->features,
                                   described->n_tiles, n_features, &value, err);
    if (st == AKIN_OK)
        st = put_by_number(txn, AKIN_TABLE_FEATURES, number, &value, err);
    if (st == AKIN_OK && described->n_disturbed > 0) {
        st = akin__disturbed_encode(
            number, described->disturbed_tile, described->disturbed,
            described->n_disturbed, n_features, &value, err);
        if (st == AKIN_OK)
            st = put_by_number(txn, AKIN_TABLE_DISTURBED, number, &value, err);
    }
    akin_buf_free(&value);
    return st;
}

enum akin_status
akin_image_put(struct akin_txn *txn, struct akin_image_record *record,
               const struct akin_described *described, struct akin_error *err)
{
    struct akin_buf value = {0};
    enum akin_status st = check_put(txn, record, described, err);

    if (st == AKIN_OK) {
        record->n_tiles = (uint32_t)described->n_tiles;
        if (record->info.format == NULL)
            record->info = described->info;
        st = take_numbers(txn, record, err);
    }
    if (st == AKIN_OK) {
        encode(record, &value);
        st = put_by_number(txn, AKIN_TABLE_IMAGES, record->number, &value, err);
    }
    if (st == AKIN_OK)
        st = put_links(txn, record, err);
    if (st == AKIN_OK)
        st = put_described(txn, record->number, described, err);
    akin_buf_free(&value);
    if (st != AKIN_OK)
        akin_error_prefix(err, "image %s",
                          record->path == NULL ? "?" : record->path);
    return st;
}

/* ---- reading ---- */

enum akin_status
akin_image_get(struct akin_txn *txn, uint32_t number,
               struct akin_image_record *out, struct akin_error *err)
{
    struct akin_span value;
    enum akin_status st =
        akin__image_value(txn, AKIN_TABLE_IMAGES, number, &value, err);

    if (st == AKIN_OK &&
        (st = akin__image_decode(value, number, out, err)) != AKIN_OK)
        akin_error_prefix(err, "image %u", number);
    return st;
}

enum akin_status
akin__image_head(struct akin_txn *txn, uint32_t number,
                 struct akin_image_record *out, struct akin_error *err)
{
    struct akin_image_record head = {.number = number};
    struct akin__reader reader;
    struct akin_span value;
    enum akin_status st =
        akin__image_value(txn, AKIN_TABLE_IMAGES, number, &value, err);

    if (st != AKIN_OK)
        return st;
    st = akin__frame_open(value, AKIN__FRAME_IMAGE, number, &reader, err);
    if (st == AKIN_OK) {
        decode_head(&reader, &head);
        if (reader.is_broken)
            st = AKIN_FAIL(err, AKIN_EFORMAT, "the stored record is cut off");
    }
    if (st == AKIN_OK)
        *out = head;
    else
        akin_error_prefix(err, "image %u", number);
    return st;
}

enum akin_status
akin_image_brief(struct akin_txn *txn, uint32_t number,
                 struct akin_image_brief *out, struct akin_error *err)
{
    struct akin_image_record head = {0};
    enum akin_status st = akin__image_head(txn, number, &head, err);

    if (st == AKIN_OK)
        *out = (struct akin_image_brief){.number = number,
                                         .dataset = head.dataset,
                                         .n_tiles = head.n_tiles,
                                         .first_tile = head.first_tile,
                                         .hash = head.hash};
    return st;
}

enum akin_status
akin_image_next(struct akin_txn *txn, uint32_t dataset, uint32_t *number,
                struct akin_error *err)
{
    const enum akin_table table =
        dataset == 0 ? AKIN_TABLE_IMAGES : AKIN_TABLE_DATASET_IMAGES;
    struct akin_span found, value;
    struct akin__key key;
    enum akin_status st;

    if (*number == UINT32_MAX)
        return AKIN_ENOTFOUND;
    key = dataset == 0 ? akin__key_number(*number + 1)
                       : akin__key_pair(dataset, *number + 1);
    st = akin__txn_seek(txn, table, akin__key_span(&key), &found, &value, err);
    if (st != AKIN_OK)
        return st;
    if (found.len != key.len)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "the table %s has a key of %zu "
                         "bytes",
                         akin__table_name(table), found.len);
    if (dataset != 0 && akin_be32(found.data) != dataset)
        return AKIN_ENOTFOUND;
    *number = akin_be32(found.data + found.len - 4);
    return AKIN_OK;
}

enum akin_status
akin_image_by_hash(struct akin_txn *txn, const struct akin_hash *hash,
                   uint32_t *numbers, size_t max, size_t *n,
                   struct akin_error *err)
{
    struct akin_span prefix = akin_span_of(hash->bytes, sizeof(hash->bytes));
    struct akin_cursor cur = {0};
    enum akin_status st = AKIN_OK;
    size_t found = 0;

    while (found < max && (st = akin_cursor_next(txn, AKIN_TABLE_IMAGE_HASHES,
                                                 prefix, &cur, err)) == AKIN_OK)
        if (cur.key.len == prefix.len + 4)
            numbers[found++] = akin_be32(cur.key.data + prefix.len);
    akin_cursor_end(&cur);
    if (st != AKIN_OK && st != AKIN_ENOTFOUND)
        return st;
    *n = found;
    return AKIN_OK;
}

enum akin_status
akin_image_disturbed(struct akin_txn *txn, uint32_t number, uint32_t **tile,
                     float **copies, size_t *n, struct akin_error *err)
{
    struct akin_image_record head = {0};
    struct akin_span value;
    enum akin_status st =
        akin__image_value(txn, AKIN_TABLE_DISTURBED, number, &value, err);

    if (st == AKIN_OK)
        st = akin__image_head(txn, number, &head, err);
    if (st == AKIN_OK &&
        (st = akin__disturbed_decode(value, number, head.n_tiles,
                                     akin_txn_features(txn)->n, tile, copies, n,
                                     err)) != AKIN_OK)
        akin_error_prefix(err, "the disturbed copies of image %u", number);
    return st;
}
