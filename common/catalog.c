/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog.c - making catalogs, and handing them out.
 *
 * Design notes
 *
 * 1. The first catalog comes from the files of the current generation; each
 *    next one from the one before. Only datasets that changed since are read.
 * 2. A catalog never changes: the next one is a copy with the changed datasets
 *    taken out and added anew. Where nothing changed, it is the same one.
 * 3. Where more than half changed, or the terms did, all is read again.
 * 4. Catalogs are made under the source's lock: of two threads that find the
 *    store changed, one works and the other gets what it made.
 */
#include "akin/catalog.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "akin/log.h"
#include "catalog_internal.h"

struct akin_catalogs {
    pthread_mutex_t lock;
    struct akin_term_cache *terms;
    akin_catalog_base_fn *base;
    void *ctx;
    struct akin_catalog *current;
};

struct akin_catalogs *
akin_catalogs_new(struct akin_term_cache *terms, akin_catalog_base_fn *base,
                  void *ctx)
{
    struct akin_catalogs *source = akin_new(1, sizeof(*source));
    int rc = pthread_mutex_init(&source->lock, NULL);

    assert(rc == 0);
    (void)rc;
    source->terms = terms;
    source->base = base;
    source->ctx = ctx;
    return source;
}

static void
catalog_free(struct akin_catalog *catalog)
{
    if (catalog == NULL)
        return;
    free(catalog->entry);
    akin_facets_free(catalog->facets);
    akin_text_free(catalog->text);
    akin_term_cache_release(catalog->source->terms, catalog->terms);
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

struct akin__entry *
akin__catalog_add(struct akin_catalog *catalog, uint32_t number)
{
    if (catalog->n_entries == catalog->cap_entries) {
        size_t cap = catalog->cap_entries == 0 ? 64 : 2 * catalog->cap_entries;
        struct akin__entry *bigger = akin_new(cap, sizeof(*bigger));

        if (catalog->n_entries > 0)
            memcpy(bigger, catalog->entry,
                   catalog->n_entries * sizeof(*bigger));
        free(catalog->entry);
        catalog->entry = bigger;
        catalog->cap_entries = cap;
    }
    catalog->entry[catalog->n_entries] =
        (struct akin__entry){.number = number, .images_key = 1};
    return &catalog->entry[catalog->n_entries++];
}

static int
by_number(const void *a, const void *b)
{
    const struct akin__entry *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

const struct akin__entry *
akin__catalog_entry(const struct akin_catalog *catalog, uint32_t number)
{
    const struct akin__entry key = {.number = number};

    if (catalog == NULL || catalog->n_entries == 0)
        return NULL;
    return bsearch(&key, catalog->entry, catalog->n_entries,
                   sizeof(*catalog->entry), by_number);
}

/* A catalog with terms and nothing else. */
static enum akin_status
begin(struct akin_catalogs *source, struct akin_txn *txn,
      struct akin_catalog **out, struct akin_error *err)
{
    struct akin_catalog *catalog = akin_new(1, sizeof(*catalog));
    enum akin_status st;

    catalog->refs = 1;
    catalog->source = source;
    st = akin_terms_key(txn, &catalog->terms_key, err);
    if (st == AKIN_OK)
        st = akin_term_cache_acquire(source->terms, txn, &catalog->terms, err);
    if (st == AKIN_OK)
        *out = catalog;
    else
        catalog_free(catalog);
    return st;
}

/* --- from the one before --- */

/* What has to be read, and what of the one before does not hold any more. */
struct difference {
    struct akin_bitmap *changed, *gone;
};

static void
difference_free(struct difference *difference)
{
    akin_bitmap_free(difference->changed);
    akin_bitmap_free(difference->gone);
}

static struct difference
compare(const struct akin_catalog *before, const struct akin_catalog *now)
{
    struct difference out = {akin_bitmap_new(), akin_bitmap_new()};

    for (size_t i = 0; i < now->n_entries; i++) {
        const struct akin__entry *is = &now->entry[i];
        const struct akin__entry *was = akin__catalog_entry(before, is->number);

        if (was == NULL || was->record_key != is->record_key ||
            was->images_key != is->images_key)
            akin_bitmap_add(out.changed, is->number);
        if (was != NULL && akin_bitmap_has(out.changed, is->number))
            akin_bitmap_add(out.gone, is->number);
    }
    for (size_t i = 0; before != NULL && i < before->n_entries; i++)
        if (akin__catalog_entry(now, before->entry[i].number) == NULL)
            akin_bitmap_add(out.gone, before->entry[i].number);
    return out;
}

/* Facets and words of the one before, without what is gone. */
static enum akin_status
copy_parts(const struct akin_catalog *before, const struct akin_bitmap *gone,
           struct akin_catalog *catalog, struct akin_error *err)
{
    struct akin_buf bytes = {0};
    enum akin_status st;

    akin_facets_write(before->facets, &bytes);
    st = akin_facets_read(akin_buf_span(&bytes), catalog->terms, gone,
                          &catalog->facets, err);
    akin_buf_free(&bytes);
    return st == AKIN_OK ? akin_text_copy(before->text, &catalog->text, err)
                         : st;
}

struct filling {
    struct akin_txn *txn;
    struct akin_catalog *catalog;
    struct akin_error *err;
    enum akin_status st;
};

static bool
forget_words(uint32_t number, void *ctx)
{
    struct filling *filling = ctx;

    filling->st =
        akin_text_remove(filling->catalog->text, number, filling->err);
    return filling->st == AKIN_OK;
}

static bool
read_one(uint32_t number, void *ctx)
{
    struct filling *filling = ctx;

    filling->st = akin__catalog_read(filling->txn, number, filling->catalog,
                                     filling->err);
    return filling->st == AKIN_OK;
}

static enum akin_status
fill(struct akin_txn *txn, const struct difference *difference,
     struct akin_catalog *catalog, struct akin_error *err)
{
    struct filling filling = {txn, catalog, err, AKIN_OK};

    filling.st = akin_text_begin(catalog->text, err);
    if (filling.st == AKIN_OK)
        akin_bitmap_each(difference->gone, forget_words, &filling);
    if (filling.st == AKIN_OK)
        akin_bitmap_each(difference->changed, read_one, &filling);
    if (filling.st == AKIN_OK)
        filling.st = akin_text_end(catalog->text, err);
    if (filling.st == AKIN_OK)
        akin_facets_finish(catalog->facets);
    return filling.st;
}

/* Fills a catalog that was scanned; before may be NULL. */
static enum akin_status
make_parts(struct akin_txn *txn, const struct akin_catalog *before,
           struct difference *difference, struct akin_catalog *catalog,
           struct akin_error *err)
{
    enum akin_status st;

    if (before != NULL &&
        2 * akin_bitmap_count(difference->changed) > catalog->n_entries) {
        before = NULL;
        difference_free(difference);
        *difference = compare(NULL, catalog);
    }
    if (before != NULL) {
        st = copy_parts(before, difference->gone, catalog, err);
    } else {
        catalog->facets = akin_facets_new(catalog->terms);
        st = akin_text_new(NULL, &catalog->text, err);
    }
    return st == AKIN_OK ? fill(txn, difference, catalog, err) : st;
}

/* The catalog of what txn sees; *out may be `before` itself. */
static enum akin_status
follow(struct akin_catalogs *source, struct akin_txn *txn,
       struct akin_catalog *before, struct akin_catalog **out,
       struct akin_error *err)
{
    struct akin_catalog *catalog = NULL;
    struct difference difference = {0};
    enum akin_status st = begin(source, txn, &catalog, err);

    if (st != AKIN_OK)
        return st;
    if (before != NULL && before->terms_key != catalog->terms_key)
        before = NULL;
    st = akin__catalog_scan(txn, before, catalog, err);
    if (st == AKIN_OK) {
        difference = compare(before, catalog);
        if (before != NULL && akin_bitmap_count(difference.changed) == 0 &&
            akin_bitmap_count(difference.gone) == 0) {
            before->last_image = catalog->last_image;
            before->n_images = catalog->n_images;
            *out = before;
        } else {
            st = make_parts(txn, before, &difference, catalog, err);
            if (st == AKIN_OK)
                *out = catalog;
        }
        difference_free(&difference);
    }
    if (st != AKIN_OK || *out != catalog)
        catalog_free(catalog);
    return st;
}

/* --- from the generation --- */

/* What the current generation has; NULL when it has none that can be used. */
static struct akin_catalog *
open_base(struct akin_catalogs *source, struct akin_txn *txn)
{
    struct akin_catalog *catalog = NULL;
    struct akin_error why = {0};
    char *dir = NULL;
    enum akin_status st = source->base == NULL
                              ? AKIN_ENOTFOUND
                              : source->base(source->ctx, &dir, &why);

    if (st == AKIN_OK)
        st = begin(source, txn, &catalog, &why);
    if (st == AKIN_OK)
        st = akin__catalog_load(catalog, dir, &why);
    if (st != AKIN_OK) {
        if (st != AKIN_ENOTFOUND)
            akin_log(st == AKIN_ESTALE ? AKIN_LOG_INFO : AKIN_LOG_WARN,
                     "catalog", "made anew: %s", why.text);
        catalog_free(catalog);
        catalog = NULL;
    } else if (catalog->change != 0) {
        /* It was read just before the commit that made it current. */
        catalog->change++;
    }
    free(dir);
    return catalog;
}

/* Was nothing committed since the generation became current? The counters
 * guard against a copy of the store that counts changes anew. */
static bool
is_fresh(const struct akin_catalog *base, struct akin_txn *txn, uint64_t change)
{
    uint64_t last = 0, images = 0, datasets = 0;

    return base->change == change &&
           akin__catalog_counters(txn, &last, &images, &datasets, NULL) ==
               AKIN_OK &&
           last == base->last_image && images == base->n_images &&
           datasets == base->n_entries;
}

/* Makes source->current one of `change` or newer; the lock is held. */
static enum akin_status
refresh(struct akin_catalogs *source, struct akin_txn *txn, uint64_t change,
        struct akin_error *err)
{
    struct akin_catalog *before = source->current, *next = NULL;
    enum akin_status st = AKIN_OK;

    if (before == NULL)
        before = open_base(source, txn);
    if (before != NULL && before != source->current &&
        is_fresh(before, txn, change))
        next = before;
    else
        st = follow(source, txn, before, &next, err);
    if (before != source->current && before != next)
        catalog_free(before);
    if (st != AKIN_OK)
        return st;
    if (next != source->current)
        drop(source->current);
    next->change = change;
    source->current = next;
    return AKIN_OK;
}

enum akin_status
akin_catalog_acquire(struct akin_catalogs *source, struct akin_txn *txn,
                     uint64_t change, struct akin_catalog **out,
                     struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    (void)pthread_mutex_lock(&source->lock);
    if (source->current == NULL || source->current->change < change)
        st = refresh(source, txn, change, err);
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
