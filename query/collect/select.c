/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select.c - step 1, the datasets: by words and filter, less those that
 * licence or name leaves out, each with its reason.
 */
#include <stdlib.h>
#include <string.h>

#include "akin/normalize.h"

#include "collect_internal.h"
#include "where.h"

/* --- words and filter --- */

static enum akin_status
find_words(const struct akin__collect *w, const struct akin_catalog *catalog,
           struct akin_bitmap *pass, struct akin_error *err)
{
    struct akin_text_query *query = NULL;
    struct akin_text_hit *hit = NULL;
    struct akin_bitmap *found;
    size_t n = 0;
    enum akin_status st = akin_text_parse(w->options->text, &query, err);

    if (st == AKIN_OK)
        st = akin_text_search(akin_catalog_text(catalog), query, pass, &hit, &n,
                              err);
    akin_text_query_free(query);
    if (st != AKIN_OK)
        return st;
    found = akin_bitmap_new();
    for (size_t i = 0; i < n; i++)
        akin_bitmap_add(found, hit[i].number);
    akin_bitmap_and(pass, found);
    akin_bitmap_free(found);
    free(hit);
    return AKIN_OK;
}

static enum akin_status
find_datasets(struct akin__collect *w, const struct akin_catalog *catalog,
              struct akin_bitmap **out, struct akin_error *err)
{
    struct akin_filter *filter = NULL;
    struct akin_bitmap *pass = NULL;
    enum akin_status st = AKIN_OK;

    if (w->options->where != NULL)
        st = akin_filter_parse(w->options->where, &filter, err);
    if (st == AKIN_OK)
        st = akin_where_resolve(filter, catalog, NULL, err);
    if (st == AKIN_OK)
        pass = akin_facets_match(akin_catalog_facets(catalog), filter, NULL);
    if (st == AKIN_OK && w->options->text != NULL)
        st = find_words(w, catalog, pass, err);
    akin_filter_free(filter);
    if (st == AKIN_OK)
        *out = pass;
    else
        akin_bitmap_free(pass);
    return st;
}

/* --- named ones --- */

/* The numbers of ids; an id that never was is refused: mistyped, it would
 * exclude nothing. */
static enum akin_status
numbers_of(struct akin__collect *w, const char *what,
           const struct akin_collect_texts *ids, struct akin_bitmap *out,
           struct akin_error *err)
{
    for (size_t i = 0; i < ids->n; i++) {
        struct akin_dataset dataset = {0};
        struct akin_json *grave = NULL;
        enum akin_status st =
            akin_dataset_find(w->reading.txn, ids->text[i], &dataset, err);

        if (st == AKIN_ENOTFOUND &&
            akin_dataset_tombstone(w->reading.txn, ids->text[i], &grave,
                                   NULL) == AKIN_OK) {
            akin_json_free(grave); /* gone: as excluded as can be */
            continue;
        }
        if (st == AKIN_ENOTFOUND)
            return AKIN_FAIL(err, AKIN_EINVAL, "%s: there is no dataset \"%s\"",
                             what, ids->text[i]);
        if (st != AKIN_OK)
            return st;
        akin_bitmap_add(out, dataset.number);
        akin_dataset_free(&dataset);
    }
    return AKIN_OK;
}

/* --- licences --- */

static bool
is_listed(const struct akin_collect_options *options, const char *licence)
{
    for (size_t i = 0; i < options->licences.n; i++) {
        struct akin_buf spdx = {0};
        const char *listed = options->licences.text[i];
        bool equal;

        if (akin_licence_normalize(listed, &spdx))
            listed = akin_buf_text(&spdx);
        equal = strcmp(listed, licence) == 0;
        akin_buf_free(&spdx);
        if (equal)
            return true;
    }
    return false;
}

/* Appends why a licence is not taken; nothing when it is. */
static void
judge_licence(const struct akin_collect_options *options,
              const struct akin_json *record, struct akin_buf *out)
{
    const char *licence = akin_json_text(record, "license");
    const char *original = akin_json_text(record, "license_original");

    if (options->licence_policy == AKIN_COLLECT_LICENCES_ANY)
        return;
    if (licence == NULL && original != NULL) {
        akin_buf_printf(out, "its licence is not certain (\"%.200s\")",
                        original);
        return;
    }
    if (licence == NULL) {
        akin_buf_puts(out, "it has no licence");
        return;
    }
    if (options->licence_policy == AKIN_COLLECT_LICENCES_LIST) {
        if (!is_listed(options, licence))
            akin_buf_printf(out, "its licence, %s, is not in the list",
                            licence);
        return;
    }
    switch (akin_licence_kind(licence)) {
    case AKIN_LICENCE_OPEN:
        break;
    case AKIN_LICENCE_SHARE:
        akin_buf_printf(out, "its licence, %s, binds what is made from it",
                        licence);
        break;
    case AKIN_LICENCE_RESTRICTED:
        akin_buf_printf(out, "its licence, %s, restricts use", licence);
        break;
    default:
        akin_buf_printf(out, "its licence, %s, is not known to be open",
                        licence);
        break;
    }
}

/* --- all together --- */

static enum akin_status
add_dataset(struct akin__collect *w, struct akin_collection_dataset *d,
            uint32_t number, const struct akin_bitmap *excluded,
            const struct akin_bitmap *guards, struct akin_error *err)
{
    struct akin_dataset dataset = {0};
    struct akin_buf why = {0};
    enum akin_status st =
        akin_dataset_get(w->reading.txn, number, &dataset, err);

    if (st != AKIN_OK)
        return st;
    d->number = number;
    d->version = dataset.version;
    d->owned = akin_json_share(dataset.record);
    d->record = d->owned;
    d->id = akin_json_text(d->record, "id");
    akin_dataset_free(&dataset);
    if (akin_bitmap_has(excluded, number))
        akin_buf_puts(&why, "it was excluded by name");
    else if (akin_bitmap_has(guards, number))
        akin_buf_puts(&why, "it was excluded by name, with what is near it");
    else
        judge_licence(w->options, d->record, &why);
    if (why.len > 0)
        d->left_out_text = (char *)akin_buf_take(&why);
    d->left_out = d->left_out_text;
    return AKIN_OK;
}

enum akin_status
akin__collect_datasets(struct akin__collect *w, struct akin_bitmap **guards,
                       struct akin_error *err)
{
    struct akin_bitmap *pass = NULL, *excluded = akin_bitmap_new();
    struct akin_bitmap *near = akin_bitmap_new();
    struct akin_catalog *catalog = NULL;
    struct akin_collection *c = w->c;
    uint32_t *number = NULL;
    size_t n = 0;
    enum akin_status st = akin__reading_catalog(&w->reading, &catalog, err);

    if (st == AKIN_OK)
        st = find_datasets(w, catalog, &pass, err);
    if (st == AKIN_OK)
        st = numbers_of(w, "exclude", &w->options->exclude, excluded, err);
    if (st == AKIN_OK)
        st =
            numbers_of(w, "exclude_near", &w->options->exclude_near, near, err);
    if (st == AKIN_OK) {
        /* Guards need a place in the table, selected or not. */
        akin_bitmap_or(pass, near);
        n = akin_bitmap_count(pass);
        number = akin_new(n + 1, sizeof(*number));
        c->dataset = akin_new(n + 1, sizeof(*c->dataset));
        akin_bitmap_numbers(pass, number);
    }
    for (size_t i = 0; st == AKIN_OK && i < n; i++) {
        st = add_dataset(w, &c->dataset[i], number[i], excluded, near, err);
        c->n_datasets = i + 1;
    }
    free(number);
    akin_bitmap_free(pass);
    akin_bitmap_free(excluded);
    if (st == AKIN_OK)
        *guards = near;
    else
        akin_bitmap_free(near);
    return st;
}
