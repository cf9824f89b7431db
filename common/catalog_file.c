/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_file.c - a catalog in a generation's folder.
 *
 *   facets.bin   "AKCT", u32 form, u64 change of the store, key of the terms,
 *                last image, images, datasets; for each dataset u32 number,
 *                u64 record key, u64 images key; 16 bytes XXH3-128 of all
 *                before; then what akin_facets_write writes
 *   text.sqlite  the words
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "akin/hash.h"
#include "catalog_internal.h"

#define MAGIC "AKCT"
#define FORM 2 /* 2: authors of earlier versions */
#define HEAD ((size_t)48)
#define ENTRY ((size_t)20)
#define TAIL ((size_t)16)
#define FILE_MAX ((uint64_t)1 << 36)

static void
put_entries(const struct akin_catalog *catalog, uint64_t change,
            struct akin_buf *out)
{
    uint8_t bytes[HEAD] = MAGIC;
    struct akin_hash hash;

    akin_put_le32(bytes + 4, FORM);
    akin_put_le64(bytes + 8, change);
    akin_put_le64(bytes + 16, catalog->terms_key);
    akin_put_le64(bytes + 24, catalog->last_image);
    akin_put_le64(bytes + 32, catalog->n_images);
    akin_put_le64(bytes + 40, catalog->n_entries);
    akin_buf_put(out, bytes, HEAD);
    for (size_t i = 0; i < catalog->n_entries; i++) {
        akin_put_le32(bytes, catalog->entry[i].number);
        akin_put_le64(bytes + 4, catalog->entry[i].record_key);
        akin_put_le64(bytes + 12, catalog->entry[i].images_key);
        akin_buf_put(out, bytes, ENTRY);
    }
    hash = akin_hash_of(akin_buf_span(out));
    akin_buf_put(out, hash.bytes, TAIL);
}

enum akin_status
akin_catalog_write(const struct akin_catalog *catalog, bool is_exact,
                   const char *dir, struct akin_error *err)
{
    char *facets = akin_path_join(dir, AKIN_CATALOG_FACETS);
    char *text = akin_path_join(dir, AKIN_CATALOG_TEXT);
    struct akin_buf bytes = {0};
    enum akin_status st;

    put_entries(catalog, is_exact ? catalog->change : 0, &bytes);
    akin_facets_write(catalog->facets, &bytes);
    st = akin_file_write(facets, akin_buf_span(&bytes), err);
    if (st == AKIN_OK)
        st = akin_text_save(catalog->text, text, err);
    akin_buf_free(&bytes);
    free(facets);
    free(text);
    return st;
}

/* Sets *rest to what follows the entries. */
static enum akin_status
get_entries(struct akin_catalog *catalog, struct akin_span bytes,
            struct akin_span *rest, struct akin_error *err)
{
    uint64_t n = 0;
    struct akin_hash hash;
    size_t len;

    if (bytes.len >= HEAD)
        n = akin_le64(bytes.data + 40);
    if (bytes.len < HEAD + TAIL || memcmp(bytes.data, MAGIC, 4) != 0 ||
        akin_le32(bytes.data + 4) != FORM ||
        n > (bytes.len - HEAD - TAIL) / ENTRY)
        return AKIN_FAIL(err, AKIN_EFORMAT, "these %zu bytes are not a catalog",
                         bytes.len);
    len = HEAD + (size_t)n * ENTRY;
    hash = akin_hash_of(akin_span_of(bytes.data, len));
    if (memcmp(hash.bytes, bytes.data + len, TAIL) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "a catalog was changed or cut off");
    if (akin_le64(bytes.data + 16) != catalog->terms_key)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "a catalog was made with other terms");
    catalog->change = akin_le64(bytes.data + 8);
    catalog->last_image = akin_le64(bytes.data + 24);
    catalog->n_images = akin_le64(bytes.data + 32);
    for (size_t i = 0; i < (size_t)n; i++) {
        const uint8_t *at = bytes.data + HEAD + i * ENTRY;
        struct akin__entry *entry = akin__catalog_add(catalog, akin_le32(at));

        entry->record_key = akin_le64(at + 4);
        entry->images_key = akin_le64(at + 12);
    }
    *rest = akin_span_of(bytes.data + len + TAIL, bytes.len - len - TAIL);
    return AKIN_OK;
}

/* The entries must be the datasets of the facets, in their order. */
static enum akin_status
check_entries(const struct akin_catalog *catalog, struct akin_error *err)
{
    const struct akin_bitmap *all = akin_facets_all(catalog->facets);
    bool is_good = akin_bitmap_count(all) == catalog->n_entries;

    for (size_t i = 0; is_good && i < catalog->n_entries; i++)
        is_good =
            akin_bitmap_has(all, catalog->entry[i].number) &&
            (i == 0 || catalog->entry[i - 1].number < catalog->entry[i].number);
    return is_good ? AKIN_OK
                   : AKIN_FAIL(err, AKIN_EFORMAT,
                               "a catalog lists other datasets than it counts");
}

enum akin_status
akin__catalog_parse(struct akin_catalog *catalog, struct akin_span bytes,
                    struct akin_error *err)
{
    struct akin_span rest = {0};
    enum akin_status st = get_entries(catalog, bytes, &rest, err);

    if (st == AKIN_OK)
        st =
            akin_facets_read(rest, catalog->terms, NULL, &catalog->facets, err);
    if (st == AKIN_OK)
        st = check_entries(catalog, err);
    if (st == AKIN_OK)
        akin_facets_finish(catalog->facets);
    return st;
}

enum akin_status
akin__catalog_load(struct akin_catalog *catalog, const char *dir,
                   struct akin_error *err)
{
    char *facets = akin_path_join(dir, AKIN_CATALOG_FACETS);
    char *text = akin_path_join(dir, AKIN_CATALOG_TEXT);
    struct akin_buf bytes = {0};
    enum akin_status st = akin_file_read(facets, FILE_MAX, &bytes, err);

    if (st == AKIN_OK)
        st = akin__catalog_parse(catalog, akin_buf_span(&bytes), err);
    if (st == AKIN_OK)
        st = akin_text_open(text, &catalog->text, err);
    if (st != AKIN_OK)
        akin_error_prefix(err, "%s", dir);
    akin_buf_free(&bytes);
    free(facets);
    free(text);
    return st;
}

enum akin_status
akin__catalog_load_entries(struct akin_catalog *catalog, const char *dir,
                           struct akin_error *err)
{
    char *facets = akin_path_join(dir, AKIN_CATALOG_FACETS);
    struct akin_buf bytes = {0};
    struct akin_span rest;
    enum akin_status st = akin_file_read(facets, FILE_MAX, &bytes, err);

    if (st == AKIN_OK)
        st = get_entries(catalog, akin_buf_span(&bytes), &rest, err);
    akin_buf_free(&bytes);
    free(facets);
    return st;
}
