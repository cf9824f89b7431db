/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_scan.c - what a catalog reads of the store.
 *
 * A dataset's frame ends with the hash of its bytes, so that whether a record
 * changed is seen without reading it. An image never changes under its number:
 * when no number was given and none is gone, no dataset has other images.
 */
#include <stdlib.h>
#include <string.h>

#include "akin/dataset.h"
#include "akin/hash.h"
#include "akin/image_record.h"
#include "catalog_internal.h"
#include "filter_internal.h"
#include "store_internal.h"

enum akin_status
akin__catalog_counters(struct akin_txn *txn, uint64_t *last_image,
                       uint64_t *n_images, uint64_t *n_datasets,
                       struct akin_error *err)
{
    enum akin_status st =
        akin_manifest_number(txn, AKIN__LAST_IMAGE, last_image, err);

    if (st == AKIN_OK)
        st = akin_txn_count(txn, AKIN_TABLE_DATASET_IMAGES, n_images, err);
    if (st == AKIN_OK)
        st = akin_txn_count(txn, AKIN_TABLE_DATASETS, n_datasets, err);
    return st;
}

static uint64_t
record_key(struct akin_span frame)
{
    return frame.len >= 8 ? akin_le64(frame.data + frame.len - 8) : 0;
}

static enum akin_status
scan_datasets(struct akin_txn *txn, struct akin_catalog *catalog,
              struct akin_error *err)
{
    struct akin_cursor cur = {0};
    enum akin_status st;

    while ((st = akin_cursor_next(txn, AKIN_TABLE_DATASETS,
                                  (struct akin_span){0}, &cur, err)) ==
           AKIN_OK) {
        if (cur.key.len != 4) {
            st = AKIN_FAIL(err, AKIN_EFORMAT,
                           "the store has a dataset under a key of %zu bytes",
                           cur.key.len);
            break;
        }
        akin__catalog_add(catalog, akin_be32(cur.key.data))->record_key =
            record_key(cur.value);
    }
    akin_cursor_end(&cur);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

/* One walk over the pairs of dataset and image, beside that of the entries. */
static enum akin_status
scan_images(struct akin_txn *txn, struct akin_catalog *catalog,
            struct akin_error *err)
{
    struct akin_cursor cur = {0};
    enum akin_status st;
    size_t at = 0;

    while ((st = akin_cursor_next(txn, AKIN_TABLE_DATASET_IMAGES,
                                  (struct akin_span){0}, &cur, err)) ==
           AKIN_OK) {
        uint32_t dataset = cur.key.len == 8 ? akin_be32(cur.key.data) : 0;

        while (at < catalog->n_entries && catalog->entry[at].number < dataset)
            at++;
        if (at < catalog->n_entries && catalog->entry[at].number == dataset)
            catalog->entry[at].images_key = akin_hash_mix(
                catalog->entry[at].images_key, akin_be32(cur.key.data + 4));
    }
    akin_cursor_end(&cur);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

enum akin_status
akin__catalog_scan(struct akin_txn *txn, const struct akin_catalog *before,
                   struct akin_catalog *catalog, struct akin_error *err)
{
    uint64_t unused = 0;
    enum akin_status st = akin__catalog_counters(
        txn, &catalog->last_image, &catalog->n_images, &unused, err);

    if (st == AKIN_OK)
        st = scan_datasets(txn, catalog, err);
    if (st != AKIN_OK)
        return st;
    if (before == NULL || before->last_image != catalog->last_image ||
        before->n_images != catalog->n_images)
        return scan_images(txn, catalog, err);
    for (size_t i = 0; i < catalog->n_entries; i++) {
        const struct akin__entry *old =
            akin__catalog_entry(before, catalog->entry[i].number);

        if (old != NULL)
            catalog->entry[i].images_key = old->images_key;
    }
    return AKIN_OK;
}

enum akin_status
akin_catalog_behind(struct akin_txn *txn, const char *dir, uint64_t *out,
                    struct akin_error *err)
{
    struct akin_catalog was = {0}, now = {0};
    uint64_t n_known = 0, n_same = 0;
    enum akin_status st = akin_terms_key(txn, &was.terms_key, err);

    if (st == AKIN_OK)
        st = scan_datasets(txn, &now, err);
    if (st == AKIN_OK && akin__catalog_load_entries(&was, dir, NULL) != AKIN_OK)
        was.n_entries = 0;
    for (size_t i = 0; st == AKIN_OK && i < now.n_entries; i++) {
        const struct akin__entry *old =
            akin__catalog_entry(&was, now.entry[i].number);

        n_known += old != NULL;
        n_same += old != NULL && old->record_key == now.entry[i].record_key;
    }
    if (st == AKIN_OK)
        *out = now.n_entries - n_same + was.n_entries - n_known;
    free(was.entry);
    free(now.entry);
    return st;
}

/* --- one dataset --- */

/* The distinct ones of a dataset's images. */
struct images {
    struct akin_image_info *info;
    size_t n, cap;
};

static bool
same_image(const struct akin_image_info *a, const struct akin_image_info *b)
{
    return a->bits == b->bits && a->dim_x == b->dim_x && a->dim_y == b->dim_y &&
           a->dim_z == b->dim_z && a->dim_c == b->dim_c &&
           a->dim_t == b->dim_t && a->pixel_um_x == b->pixel_um_x &&
           strcmp(a->format, b->format) == 0;
}

static void
add_image(struct images *images, const struct akin_image_info *info)
{
    struct akin_image_info image = *info;

    image.format = info->format != NULL ? info->format : ""; /* static */
    for (size_t i = images->n; i-- > 0;)
        if (same_image(&images->info[i], &image))
            return;
    if (images->n == images->cap) {
        size_t cap = images->cap == 0 ? 2 : 2 * images->cap;
        struct akin_image_info *bigger = akin_new(cap, sizeof(*bigger));

        if (images->n > 0)
            memcpy(bigger, images->info, images->n * sizeof(*bigger));
        free(images->info);
        images->info = bigger;
        images->cap = cap;
    }
    images->info[images->n++] = image;
}

static enum akin_status
read_images(struct akin_txn *txn, uint32_t dataset, struct images *out,
            struct akin_error *err)
{
    uint32_t number = 0;
    enum akin_status st;

    while ((st = akin_image_next(txn, dataset, &number, err)) == AKIN_OK) {
        struct akin_image_record image = {0};

        st = akin_image_get(txn, number, &image, err);
        if (st != AKIN_OK)
            return st;
        add_image(out, &image.info);
        akin_image_record_free(&image);
    }
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

/* Who made a dataset is found and counted also when later versions name them no
 * more: the record gets their authors as "authors_before". */
static enum akin_status
add_authors_before(struct akin_txn *txn, struct akin_dataset *dataset,
                   struct akin_error *err)
{
    struct akin_json *history = NULL, *before = akin_json_array();
    enum akin_status st = akin_dataset_history(
        txn, akin_json_text(dataset->record, "id"), &history, err);

    for (size_t i = 0; i < akin_json_count(history); i++) {
        const struct akin_json *authors = akin_json_get(
            akin_json_get(akin_json_at(history, i), "record"), "authors");

        for (size_t k = 0; k < akin_json_count(authors); k++)
            akin_json_append(before, akin_json_share(akin_json_at(authors, k)));
    }
    akin_json_free(history);
    akin_json_set(dataset->record, AKIN__AUTHORS_BEFORE, before);
    return st;
}

enum akin_status
akin__catalog_read(struct akin_txn *txn, uint32_t number,
                   struct akin_catalog *catalog, struct akin_error *err)
{
    struct akin_dataset dataset = {0};
    struct akin_text_doc doc = {0};
    struct images images = {0};
    enum akin_status st = akin_dataset_get(txn, number, &dataset, err);

    if (st == AKIN_OK && dataset.version > 1)
        st = add_authors_before(txn, &dataset, err);
    if (st == AKIN_OK)
        st = read_images(txn, number, &images, err);
    if (st == AKIN_OK) {
        akin_facets_add(catalog->facets, number, dataset.record, images.info,
                        images.n);
        akin_catalog_doc(dataset.record, number, catalog->terms, &doc);
        st = akin_text_put(catalog->text, &doc, err);
    }
    akin_text_doc_free(&doc);
    akin_dataset_free(&dataset);
    free(images.info);
    return st;
}
