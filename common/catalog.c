/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog.c - making catalogs, and handing them out.
 *
 * Design notes
 *
 * 1. An entry keeps the hash of the bytes that its record had in the store; the
 *    next catalog shares the parsed record where they are the same.
 * 2. An image never changes under its number, so the numbers of a dataset's
 *    images tell whether what is kept of them still holds.
 * 3. The text index is copied and changed where few datasets changed and the
 *    terms are the same; facets are made anew, which is cheap.
 * 4. Catalogs are made under the source's lock: of two threads that find the
 *    store changed, one works and the other gets what it made.
 */
#include "akin/catalog.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "akin/dataset.h"
#include "akin/hash.h"
#include "akin/image_record.h"

struct entry {
    uint32_t number;
    bool is_new; /* its words are not in the index copied */
    struct akin_hash hash;
    struct akin_json *record; /* shared */
    uint64_t images_key;
    struct akin_image_info *image; /* the distinct ones; owned */
    size_t n_images, cap_images;
};

struct akin_catalog {
    unsigned refs; /* under the source's lock */
    struct akin_catalogs *source;
    uint64_t change, terms_key;
    struct akin_terms *terms;
    struct akin_facets *facets;
    struct akin_text *text;
    struct entry *entry; /* ascending numbers */
    size_t n_entries, cap_entries;
};

struct akin_catalogs {
    pthread_mutex_t lock;
    struct akin_catalog *current;
};

struct akin_catalogs *
akin_catalogs_new(void)
{
    struct akin_catalogs *source = akin_new(1, sizeof(*source));
    int rc = pthread_mutex_init(&source->lock, NULL);

    assert(rc == 0);
    (void)rc;
    return source;
}

static void
catalog_free(struct akin_catalog *catalog)
{
    if (catalog == NULL)
        return;
    for (size_t i = 0; i < catalog->n_entries; i++) {
        akin_json_free(catalog->entry[i].record);
        free(catalog->entry[i].image);
    }
    free(catalog->entry);
    akin_facets_free(catalog->facets);
    akin_text_free(catalog->text);
    akin_terms_free(catalog->terms);
    free(catalog);
}

/* The lock is held. */
static void
drop(struct akin_catalog *catalog)
{
    if (catalog != NULL && --catalog->refs == 0)
        catalog_free(catalog);
}

void
akin_catalogs_free(struct akin_catalogs *source)
{
    if (source == NULL)
        return;
    assert(source->current == NULL || source->current->refs == 1);
    drop(source->current);
    (void)pthread_mutex_destroy(&source->lock);
    free(source);
}

static int
by_number(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

static struct entry *
entry_of(const struct akin_catalog *catalog, uint32_t number)
{
    const struct entry key = {.number = number};

    if (catalog == NULL || catalog->n_entries == 0)
        return NULL;
    return bsearch(&key, catalog->entry, catalog->n_entries,
                   sizeof(*catalog->entry), by_number);
}

/* A number that changes with the terms of the store. */
static enum akin_status
terms_key(struct akin_txn *txn, uint64_t *out, struct akin_error *err)
{
    struct akin_cursor cur = {0};
    enum akin_status st;

    *out = 1;
    while ((st = akin_cursor_next(txn, AKIN_TABLE_TERMS, (struct akin_span){0},
                                  &cur, err)) == AKIN_OK) {
        struct akin_hash key = akin_hash_of(cur.key);
        struct akin_hash value = akin_hash_of(cur.value);

        *out = akin_hash_mix(
            *out, akin_hash_mix(akin_le64(key.bytes), akin_le64(value.bytes)));
    }
    akin_cursor_end(&cur);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

/* --- images --- */

static bool
same_image(const struct akin_image_info *a, const struct akin_image_info *b)
{
    return a->bits == b->bits && a->dim_x == b->dim_x && a->dim_y == b->dim_y &&
           a->dim_z == b->dim_z && a->dim_c == b->dim_c &&
           a->dim_t == b->dim_t && a->pixel_um_x == b->pixel_um_x &&
           strcmp(a->format, b->format) == 0;
}

static void
add_image(struct entry *entry, const struct akin_image_info *info)
{
    struct akin_image_info image = *info;

    image.format = info->format != NULL ? info->format : ""; /* static */
    for (size_t i = entry->n_images; i-- > 0;)
        if (same_image(&entry->image[i], &image))
            return;
    if (entry->n_images == entry->cap_images) {
        size_t cap = entry->cap_images == 0 ? 2 : 2 * entry->cap_images;
        struct akin_image_info *bigger = akin_new(cap, sizeof(*bigger));

        if (entry->n_images > 0)
            memcpy(bigger, entry->image, entry->n_images * sizeof(*bigger));
        free(entry->image);
        entry->image = bigger;
        entry->cap_images = cap;
    }
    entry->image[entry->n_images++] = image;
}

static enum akin_status
images_key(struct akin_txn *txn, uint32_t dataset, uint64_t *out,
           struct akin_error *err)
{
    uint32_t number = 0;
    enum akin_status st;

    *out = 1;
    while ((st = akin_image_next(txn, dataset, &number, err)) == AKIN_OK)
        *out = akin_hash_mix(*out, number);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

static enum akin_status
read_images(struct akin_txn *txn, struct entry *entry,
            const struct entry *before, struct akin_error *err)
{
    uint32_t number = 0;
    enum akin_status st =
        images_key(txn, entry->number, &entry->images_key, err);

    if (st != AKIN_OK)
        return st;
    if (before != NULL && before->images_key == entry->images_key) {
        for (size_t i = 0; i < before->n_images; i++)
            add_image(entry, &before->image[i]);
        return AKIN_OK;
    }
    while ((st = akin_image_next(txn, entry->number, &number, err)) ==
           AKIN_OK) {
        struct akin_image_record image = {0};

        st = akin_image_get(txn, number, &image, err);
        if (st != AKIN_OK)
            return st;
        add_image(entry, &image.info);
        akin_image_record_free(&image);
    }
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

/* --- records --- */

static struct entry *
add_entry(struct akin_catalog *catalog, uint32_t number)
{
    if (catalog->n_entries == catalog->cap_entries) {
        size_t cap = catalog->cap_entries == 0 ? 64 : 2 * catalog->cap_entries;
        struct entry *bigger = akin_new(cap, sizeof(*bigger));

        if (catalog->n_entries > 0)
            memcpy(bigger, catalog->entry,
                   catalog->n_entries * sizeof(*bigger));
        free(catalog->entry);
        catalog->entry = bigger;
        catalog->cap_entries = cap;
    }
    catalog->entry[catalog->n_entries] = (struct entry){.number = number};
    return &catalog->entry[catalog->n_entries++];
}

static enum akin_status
read_entry(struct akin_txn *txn, struct akin_catalog *catalog,
           const struct akin_catalog *before, const struct akin_cursor *cur,
           struct akin_error *err)
{
    uint32_t number = akin_be32(cur->key.data);
    const struct entry *old = entry_of(before, number);
    struct entry *entry = add_entry(catalog, number);
    struct akin_dataset dataset = {0};
    enum akin_status st = AKIN_OK;

    entry->hash = akin_hash_of(cur->value);
    if (old != NULL &&
        memcmp(&old->hash, &entry->hash, sizeof(entry->hash)) == 0) {
        entry->record = akin_json_share(old->record);
    } else {
        entry->is_new = true;
        st = akin_dataset_get(txn, number, &dataset, err);
        if (st == AKIN_OK)
            entry->record = akin_json_share(dataset.record);
        akin_dataset_free(&dataset);
    }
    return st == AKIN_OK ? read_images(txn, entry, old, err) : st;
}

static enum akin_status
read_all(struct akin_txn *txn, struct akin_catalog *catalog,
         const struct akin_catalog *before, struct akin_error *err)
{
    struct akin_cursor cur = {0};
    enum akin_status st;

    while ((st = akin_cursor_next(txn, AKIN_TABLE_DATASETS,
                                  (struct akin_span){0}, &cur, err)) ==
           AKIN_OK) {
        if (cur.key.len != 4)
            st = AKIN_FAIL(err, AKIN_EFORMAT,
                           "the store has a dataset under a key of %zu bytes",
                           cur.key.len);
        else
            st = read_entry(txn, catalog, before, &cur, err);
        if (st != AKIN_OK)
            break;
    }
    akin_cursor_end(&cur);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

static void
make_facets(struct akin_catalog *catalog)
{
    catalog->facets = akin_facets_new(catalog->terms);
    for (size_t i = 0; i < catalog->n_entries; i++) {
        const struct entry *entry = &catalog->entry[i];

        akin_facets_add(catalog->facets, entry->number, entry->record,
                        entry->image, entry->n_images);
    }
    akin_facets_finish(catalog->facets);
}

/* --- text --- */

static enum akin_status
put_words(struct akin_catalog *catalog, const struct entry *entry,
          struct akin_error *err)
{
    struct akin_text_doc doc = {0};
    enum akin_status st;

    akin_catalog_doc(entry->record, entry->number, catalog->terms, &doc);
    st = akin_text_put(catalog->text, &doc, err);
    akin_text_doc_free(&doc);
    return st;
}

/* Brings the copied index up to date, or fills the new one. */
static enum akin_status
fill_text(struct akin_catalog *catalog, const struct akin_catalog *copied,
          struct akin_error *err)
{
    enum akin_status st = akin_text_begin(catalog->text, err);

    for (size_t i = 0; st == AKIN_OK && copied != NULL && i < copied->n_entries;
         i++)
        if (entry_of(catalog, copied->entry[i].number) == NULL)
            st = akin_text_remove(catalog->text, copied->entry[i].number, err);
    for (size_t i = 0; st == AKIN_OK && i < catalog->n_entries; i++)
        if (copied == NULL || catalog->entry[i].is_new)
            st = put_words(catalog, &catalog->entry[i], err);
    return st == AKIN_OK ? akin_text_end(catalog->text, err) : st;
}

static enum akin_status
make_text(struct akin_catalog *catalog, const struct akin_catalog *before,
          struct akin_error *err)
{
    size_t n_new = 0;
    enum akin_status st;

    for (size_t i = 0; i < catalog->n_entries; i++)
        n_new += catalog->entry[i].is_new;
    if (before != NULL && (before->terms_key != catalog->terms_key ||
                           2 * n_new > catalog->n_entries))
        before = NULL;
    if (before != NULL)
        st = akin_text_copy(before->text, &catalog->text, err);
    else
        st = akin_text_new(NULL, &catalog->text, err);
    return st == AKIN_OK ? fill_text(catalog, before, err) : st;
}

static enum akin_status
make(struct akin_catalogs *source, struct akin_txn *txn, uint64_t change,
     struct akin_catalog **out, struct akin_error *err)
{
    struct akin_catalog *catalog = akin_new(1, sizeof(*catalog));
    const struct akin_catalog *before = source->current;
    enum akin_status st = terms_key(txn, &catalog->terms_key, err);

    catalog->refs = 1;
    catalog->source = source;
    catalog->change = change;
    if (st == AKIN_OK)
        st = akin_terms_load(txn, &catalog->terms, err);
    if (st == AKIN_OK)
        st = read_all(txn, catalog, before, err);
    if (st == AKIN_OK)
        st = make_text(catalog, before, err);
    if (st != AKIN_OK) {
        catalog_free(catalog);
        return st;
    }
    make_facets(catalog);
    *out = catalog;
    return AKIN_OK;
}

enum akin_status
akin_catalog_acquire(struct akin_catalogs *source, struct akin_txn *txn,
                     uint64_t change, struct akin_catalog **out,
                     struct akin_error *err)
{
    struct akin_catalog *made = NULL;
    enum akin_status st = AKIN_OK;

    (void)pthread_mutex_lock(&source->lock);
    if (source->current == NULL || source->current->change < change) {
        st = make(source, txn, change, &made, err);
        if (st == AKIN_OK) {
            drop(source->current);
            source->current = made;
        }
    }
    if (st == AKIN_OK) {
        source->current->refs++;
        *out = source->current;
    }
    (void)pthread_mutex_unlock(&source->lock);
    return st;
}

void
akin_catalog_release(struct akin_catalog *catalog)
{
    struct akin_catalogs *source;

    if (catalog == NULL)
        return;
    source = catalog->source;
    (void)pthread_mutex_lock(&source->lock);
    drop(catalog);
    (void)pthread_mutex_unlock(&source->lock);
}

const struct akin_facets *
akin_catalog_facets(const struct akin_catalog *catalog)
{
    return catalog->facets;
}

struct akin_text *
akin_catalog_text(const struct akin_catalog *catalog)
{
    return catalog->text;
}

const struct akin_terms *
akin_catalog_terms(const struct akin_catalog *catalog)
{
    return catalog->terms;
}

const struct akin_json *
akin_catalog_record(const struct akin_catalog *catalog, uint32_t number)
{
    const struct entry *entry = entry_of(catalog, number);

    return entry == NULL ? NULL : entry->record;
}
