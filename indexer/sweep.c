/* SPDX-License-Identifier: Apache-2.0 */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "akin/log.h"

#define CHUNK 256 /* removals of one transaction */

/* Keys of the source table that were listed now: sorted 64-bit hashes. Two keys
 * with one hash (1 in 10^13 for a million files) would keep one entry too
 * many, never remove one. */
struct listed {
    uint64_t *hash;
    size_t n, cap;
};

static uint64_t
hash_of(struct akin_span key)
{
    struct akin_hash hash = akin_hash_of(key);

    return akin_le64(hash.bytes);
}

static void
list_path(void *ctx, const char *path)
{
    struct listed *listed = ctx;
    struct akin_buf key = {0};

    if (listed->n == listed->cap) {
        size_t more = listed->cap == 0 ? 1024 : listed->cap * 2;
        uint64_t *grown = akin_new(more, sizeof(*grown));

        if (listed->n > 0)
            memcpy(grown, listed->hash, listed->n * sizeof(*grown));
        free(listed->hash);
        listed->hash = grown;
        listed->cap = more;
    }
    akin_store_text_key(path, &key);
    listed->hash[listed->n++] = hash_of(akin_buf_span(&key));
    akin_buf_free(&key);
}

static int
by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static struct listed
list_all(const struct akin_source *source, const struct akin_declared *declared)
{
    struct listed listed = {0};

    for (size_t i = 0; i < source->n_files; i++) {
        char *path = akin_source_path(source, i);

        list_path(&listed, path);
        free(path);
    }
    akin_declared_each(declared, list_path, &listed);
    if (listed.n > 1)
        qsort(listed.hash, listed.n, sizeof(*listed.hash), by_value);
    return listed;
}

/* True for folder itself, what lies below it, and what it declares. */
static bool
is_below(struct akin_span path, const char *folder)
{
    size_t len = strlen(folder);

    while (len > 0 && folder[len - 1] == '/')
        len--;
    return path.len >= len && memcmp(path.data, folder, len) == 0 &&
           (path.len == len || path.data[len] == '/' || path.data[len] == '#');
}

static bool
is_below_roots(const struct akin_source *source, struct akin_span path)
{
    for (size_t i = 0; i < source->n_roots; i++)
        if (is_below(path, source->roots[i]))
            return true;
    return false;
}

static bool
is_in_the_dark(const struct akin_source *source, struct akin_span path)
{
    for (size_t i = 0; i < source->n_trouble; i++)
        if (is_below(path, source->trouble[i].path))
            return true;
    return false;
}

/* What is to be removed: keys one after the other, each ended by a 0, and the
 * datasets that lost a declaration. */
struct sweep {
    const struct akin_source *source;
    const struct listed *listed;
    struct akin_buf keys;
    size_t n_keys;
    uint8_t *declared; /* [dataset]: 1 still declared, 2 lost one, 3 both */
    size_t n_declared;
};

static void
mark(struct sweep *sweep, uint32_t dataset, uint8_t bit)
{
    if (dataset >= sweep->n_declared) {
        size_t more = (size_t)dataset * 2 + 64;
        uint8_t *grown = akin_new(more, 1);

        if (sweep->n_declared > 0)
            memcpy(grown, sweep->declared, sweep->n_declared);
        free(sweep->declared);
        sweep->declared = grown;
        sweep->n_declared = more;
    }
    sweep->declared[dataset] |= bit;
}

static bool
is_gone(const struct sweep *sweep, struct akin_span key)
{
    uint64_t hash = hash_of(key);

    return is_below_roots(sweep->source, key) &&
           !is_in_the_dark(sweep->source, key) &&
           (sweep->listed->n == 0 ||
            bsearch(&hash, sweep->listed->hash, sweep->listed->n, sizeof(hash),
                    by_value) == NULL);
}

/* Finds what is gone; changes nothing. */
static enum akin_status
find_gone(struct akin_store *store, struct sweep *sweep, struct akin_error *err)
{
    struct akin_cursor cur = {0};
    struct akin_txn *txn = NULL;
    enum akin_status st = akin_txn_read(store, &txn, err);

    if (st != AKIN_OK)
        return st;
    while ((st = akin_cursor_next(txn, AKIN_TABLE_SOURCES,
                                  akin_span_of(NULL, 0), &cur, err)) ==
           AKIN_OK) {
        char *key = akin_strndup((const char *)cur.key.data, cur.key.len);
        bool gone = is_gone(sweep, cur.key);
        struct akin_source_state state;

        st = akin_source_get(txn, key, &state, err);
        if (st == AKIN_OK && gone) {
            akin_buf_put(&sweep->keys, key, strlen(key) + 1);
            sweep->n_keys++;
        }
        if (st == AKIN_OK && state.image == 0)
            mark(sweep, state.dataset, gone ? 2 : 1);
        free(key);
        if (st != AKIN_OK)
            break;
    }
    akin_cursor_end(&cur);
    akin_txn_end(txn);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

/* Some of the keys, removed in one transaction. */
struct removal {
    const char *at;
    size_t n;
    uint64_t n_images;
};

static enum akin_status
remove_keys(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct removal *removal = ctx;
    const char *key = removal->at;
    enum akin_status st = AKIN_OK;

    removal->n_images = 0;
    for (size_t i = 0; st == AKIN_OK && i < removal->n; i++) {
        struct akin_source_state state;

        st = akin_source_get(txn, key, &state, NULL);
        if (st == AKIN_OK && state.image != 0) {
            st = akin_image_remove(txn, state.image, err);
            removal->n_images++;
        }
        if (st == AKIN_OK)
            st = akin_source_del(txn, key, err);
        else if (st == AKIN_ENOTFOUND)
            st = AKIN_OK; /* somebody else removed it meanwhile */
        key += strlen(key) + 1;
    }
    return st;
}

static enum akin_status
remove_gone(struct akin_store *store, const struct sweep *sweep,
            struct akin_summary *summary, struct akin_error *err)
{
    const char *at = akin_buf_text(&sweep->keys);
    enum akin_status st = AKIN_OK;

    for (size_t done = 0; st == AKIN_OK && done < sweep->n_keys;) {
        size_t left = sweep->n_keys - done;
        struct removal removal = {.at = at, .n = left < CHUNK ? left : CHUNK};

        st = akin_store_update(store, remove_keys, &removal, err);
        if (st == AKIN_OK)
            summary->images.removed += removal.n_images;
        for (size_t i = 0; i < removal.n; i++)
            at += strlen(at) + 1;
        done += removal.n;
    }
    return st;
}

/* One dataset that nothing declares any more. */
struct burial {
    uint32_t number;
    const char *reason;
    uint64_t n_images;
    bool was_there;
    char id[AKIN_DATASET_ID_MAX + 1];
};

static enum akin_status
bury(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct burial *burial = ctx;
    struct akin_dataset dataset = {0};
    enum akin_status st = akin_dataset_get(txn, burial->number, &dataset, NULL);
    const char *id;

    burial->was_there = st == AKIN_OK;
    if (st == AKIN_ENOTFOUND)
        return AKIN_OK;
    id = akin_json_text(dataset.record, "id");
    (void)snprintf(burial->id, sizeof(burial->id), "%s", id != NULL ? id : "");
    st = akin_image_remove_all(txn, burial->number, &burial->n_images, err);
    if (st == AKIN_OK)
        st = akin_source_forget(txn, burial->number, err);
    if (st == AKIN_OK)
        st = akin_dataset_remove(txn, burial->id, burial->reason,
                                 (int64_t)time(NULL), err);
    akin_dataset_free(&dataset);
    return st;
}

static enum akin_status
bury_undeclared(struct akin_store *store, const struct sweep *sweep,
                const char *what, struct akin_summary *summary,
                struct akin_error *err)
{
    struct akin_buf reason = {0};
    enum akin_status st = AKIN_OK;

    akin_buf_printf(&reason, "no longer listed by %s", what);
    for (size_t i = 1; st == AKIN_OK && i < sweep->n_declared; i++) {
        struct burial burial = {.number = (uint32_t)i,
                                .reason = akin_buf_text(&reason)};

        if (sweep->declared[i] != 2)
            continue;
        st = akin_store_update(store, bury, &burial, err);
        if (st == AKIN_OK && burial.was_there) {
            summary->datasets.removed++;
            summary->images.removed += burial.n_images;
            akin_log(AKIN_LOG_INFO, "dataset", "removed id=%s reason=%s",
                     burial.id, burial.reason);
        }
    }
    akin_buf_free(&reason);
    return st;
}

enum akin_status
akin_sweep(struct akin_store *store, const struct akin_source *source,
           const struct akin_declared *declared, const char *what,
           struct akin_summary *summary, struct akin_error *err)
{
    struct listed listed = list_all(source, declared);
    struct sweep sweep = {.source = source, .listed = &listed};
    enum akin_status st = find_gone(store, &sweep, err);

    if (st == AKIN_OK)
        st = remove_gone(store, &sweep, summary, err);
    if (st == AKIN_OK)
        st = bury_undeclared(store, &sweep, what, summary, err);
    akin_buf_free(&sweep.keys);
    free(sweep.declared);
    free(listed.hash);
    return st;
}

static enum akin_status
pardon_all(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const struct akin_json *paths = ctx;
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(paths); i++)
        st = akin_quarantine_del(txn, akin_json_string(akin_json_at(paths, i)),
                                 err);
    return st;
}

enum akin_status
akin_sweep_quarantine(struct akin_store *store,
                      const struct akin_source *source, struct akin_error *err)
{
    struct akin_json *bad = NULL, *gone = akin_json_array();
    struct akin_txn *txn = NULL;
    enum akin_status st = akin_txn_read(store, &txn, err);

    if (st == AKIN_OK)
        st = akin_quarantine_list(txn, &bad, err);
    akin_txn_end(txn);
    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(bad); i++) {
        const char *path = akin_json_text(akin_json_at(bad, i), "path");
        struct akin_file_stat sb;

        if (path != NULL && is_below_roots(source, akin_span_str(path)) &&
            !is_in_the_dark(source, akin_span_str(path)) && /* a broken link */
            akin_file_stat(path, &sb, NULL) == AKIN_ENOTFOUND)
            akin_json_append(gone, akin_json_new_string(path));
    }
    if (st == AKIN_OK && akin_json_count(gone) > 0)
        st = akin_store_update(store, pardon_all, gone, err);
    akin_json_free(gone);
    akin_json_free(bad);
    return st;
}
