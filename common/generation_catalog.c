/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation_catalog.c - the catalog's files in a generation: written at
 * publish, found again by those who search.
 *
 * A generation without them, or with others than its manifest describes, is
 * as good as one with them: the catalog is then made from the store.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "akin/catalog.h"
#include "akin/file.h"
#include "generation_internal.h"

#define EXACT_TRIES 8

static enum akin_status
check_files(const char *dir, struct akin_error *err)
{
    static const char *const names[] = {AKIN_CATALOG_FACETS, AKIN_CATALOG_TEXT};
    char *path = akin_path_join(dir, AKIN__FILE_MANIFEST);
    struct akin_json *manifest = NULL;
    enum akin_status st =
        akin_json_read_file(path, AKIN__MANIFEST_MAX, &manifest, err);
    const struct akin_json *files = akin_json_get(manifest, "files");

    free(path);
    for (size_t i = 0; st == AKIN_OK && i < AKIN_COUNT(names); i++) {
        const struct akin_json *seal = akin_json_get(files, names[i]);

        if (seal == NULL) {
            st = AKIN_FAIL(err, AKIN_ENOTFOUND, "%s has no %s", dir, names[i]);
            break;
        }
        path = akin_path_join(dir, names[i]);
        st = akin__seal_check(seal, path, err);
        if (st == AKIN_ENOTFOUND)
            st = AKIN_FAIL(err, AKIN_ESTALE, "%s is not there", path);
        free(path);
    }
    akin_json_free(manifest);
    return st;
}

enum akin_status
akin_generation_catalog(struct akin_store *store, char **dir,
                        struct akin_error *err)
{
    struct akin_txn *txn = NULL;
    uint32_t number = 0;
    char *found;
    enum akin_status st = akin_txn_read(store, &txn, err);

    if (st == AKIN_OK)
        st = akin_generation_current(txn, &number, err);
    akin_txn_end(txn);
    if (st == AKIN_OK && number == 0)
        st = AKIN_FAIL(err, AKIN_ENOTFOUND, "store %s has no generation yet",
                       akin_store_dir(store));
    if (st != AKIN_OK)
        return st;
    found = akin__generation_dir(akin_store_dir(store), number);
    st = check_files(found, err);
    if (st == AKIN_OK)
        *dir = found;
    else
        free(found);
    return st;
}

enum akin_status
akin_generation_behind(struct akin_store *store, uint64_t *out,
                       struct akin_error *err)
{
    struct akin_txn *txn = NULL;
    char *dir = NULL;
    enum akin_status st = akin_txn_read(store, &txn, err);

    if (st != AKIN_OK)
        return st;
    if (akin_generation_catalog(store, &dir, NULL) == AKIN_OK)
        st = akin_catalog_behind(txn, dir, out, err);
    else
        st = akin_txn_count(txn, AKIN_TABLE_DATASETS, out, err);
    free(dir);
    akin_txn_end(txn);
    return st;
}

/* --- at publish --- */

static enum akin_status
base_of(void *ctx, char **dir, struct akin_error *err)
{
    return akin_generation_catalog(ctx, dir, err);
}

/* A transaction and the number of what it sees, when that can be told:
 * somebody may commit between the two. */
static enum akin_status
read_exactly(struct akin_store *store, struct akin_txn **txn, uint64_t *change,
             bool *is_exact, struct akin_error *err)
{
    *is_exact = false;
    for (int i = 0; i < EXACT_TRIES && !*is_exact; i++) {
        uint64_t after = 0;
        enum akin_status st;

        akin_txn_end(*txn);
        *txn = NULL;
        st = akin_store_change(store, change, err);
        if (st == AKIN_OK)
            st = akin_txn_read(store, txn, err);
        if (st == AKIN_OK)
            st = akin_store_change(store, &after, err);
        if (st != AKIN_OK)
            return st;
        *is_exact = *change == after;
    }
    return AKIN_OK;
}

enum akin_status
akin__publish_catalog(struct akin__publish *pub, struct akin_error *err)
{
    struct akin_term_cache *terms = akin_term_cache_new();
    struct akin_catalogs *source =
        akin_catalogs_new(terms, base_of, pub->store);
    struct akin_catalog *catalog = NULL;
    struct akin_txn *txn = NULL;
    uint64_t change = 0;
    bool is_exact = false;
    enum akin_status st;

    st = read_exactly(pub->store, &txn, &change, &is_exact, err);
    if (st == AKIN_OK)
        st = akin_catalog_acquire(source, txn, change, &catalog, err);
    akin_txn_end(txn);
    if (st == AKIN_OK)
        pub->n_records =
            akin_bitmap_count(akin_facets_all(akin_catalog_facets(catalog)));
    if (st == AKIN_OK)
        st = akin_catalog_write(catalog, is_exact, pub->dir, err);
    pub->change = is_exact ? change : 0;
    akin_catalog_release(catalog);
    akin_catalogs_free(source);
    akin_term_cache_free(terms);
    return st;
}
