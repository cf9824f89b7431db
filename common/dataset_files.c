/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dataset_files.c - the files that a dataset's file lists name, and which of
 * them an image is.
 *
 * Keys of the table: dataset (4 bytes), 'F', hash of the base name without
 * regard to case (8), hash of the path (8), kind (1) -> the file, JSON; and
 * dataset, 'H', kind -> {"hash", "files"}: what the lists of that kind of
 * metadata were.
 */
#include "akin/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "store_values.h"

#define HEAD_LEN 6
#define ENTRY_LEN 22
#define PREFIX_LEN 13 /* of all files with one base name */

/* ---- keys ---- */

static void
put_hash(uint8_t *at, const char *text)
{
    struct akin_hash hash = akin_hash_of(akin_span_str(text));

    memcpy(at, hash.bytes, 8);
}

static void
begin_key(uint8_t *key, uint32_t dataset, char what)
{
    struct akin__key number = akin__key_number(dataset);

    memcpy(key, number.bytes, 4);
    key[4] = (uint8_t)what;
}

static void
put_base_hash(uint8_t *at, const char *path)
{
    char *base = akin_strdup(akin_path_base(path));

    for (char *p = base; *p != '\0'; p++)
        *p = akin_lower(*p);
    put_hash(at, base);
    free(base);
}

/* ---- writing ---- */

static bool
is_of_kind(void *ctx, struct akin_span key, struct akin_span value)
{
    const uint8_t *kind = ctx;

    (void)value;
    return key.data[key.len - 1] == *kind;
}

static enum akin_status
clear(struct akin_txn *txn, uint32_t dataset, akin__wanted_fn *wanted,
      uint8_t *kind, struct akin_error *err)
{
    struct akin__key prefix = akin__key_number(dataset);
    struct akin_buf keys = {0};
    enum akin_status st =
        akin__keys_collect(txn, AKIN_TABLE_DATASET_FILES,
                           akin__key_span(&prefix), wanted, kind, &keys, err);

    if (st == AKIN_OK)
        st = akin__keys_delete(txn, AKIN_TABLE_DATASET_FILES,
                               akin_buf_span(&keys), err);
    akin_buf_free(&keys);
    return st;
}

static enum akin_status
put_json(struct akin_txn *txn, const uint8_t *key, size_t len,
         const struct akin_json *json, struct akin_error *err)
{
    struct akin_buf text = {0};
    enum akin_status st;

    akin_json_write(json, AKIN_JSON_COMPACT, &text);
    st = akin_txn_put(txn, AKIN_TABLE_DATASET_FILES, akin_span_of(key, len),
                      akin_buf_span(&text), err);
    akin_buf_free(&text);
    return st;
}

static enum akin_status
put_file(struct akin_txn *txn, uint32_t dataset, uint8_t kind, const char *path,
         const struct akin_json *file, struct akin_error *err)
{
    struct akin_json *value = akin_json_object();
    struct akin_json *member;
    uint8_t key[ENTRY_LEN];
    enum akin_status st;
    const char *name;
    void *it = NULL;

    akin_json_set_text(value, "path", path);
    while (akin_json_next(file, &it, &name, &member))
        akin_json_set(value, name, akin_json_share(member));
    begin_key(key, dataset, 'F');
    put_base_hash(key + 5, path);
    put_hash(key + 13, path);
    key[21] = kind;
    st = put_json(txn, key, sizeof(key), value, err);
    akin_json_free(value);
    return st;
}

/* Sorted, so that the order in a list does not count. */
static void
hash_of_files(const struct akin_json *files, char out[AKIN_HASH_TEXT])
{
    struct akin_buf text = {0};
    struct akin_hash hash;

    akin_json_write(files, AKIN_JSON_SORTED, &text);
    hash = akin_hash_of(akin_buf_span(&text));
    akin_hash_text(&hash, out);
    akin_buf_free(&text);
}

static enum akin_status
get_head(struct akin_txn *txn, uint32_t dataset, uint8_t kind,
         struct akin_json **out, struct akin_error *err)
{
    uint8_t key[HEAD_LEN];
    struct akin_span value;
    enum akin_status st;

    begin_key(key, dataset, 'H');
    key[5] = kind;
    st = akin_txn_get(txn, AKIN_TABLE_DATASET_FILES,
                      akin_span_of(key, sizeof(key)), &value, err);
    return st == AKIN_OK ? akin_json_parse(value, out, err) : st;
}

bool
akin_dataset_files_same(struct akin_txn *txn, uint32_t dataset, size_t kind,
                        const struct akin_json *files)
{
    struct akin_json *head = NULL;
    char hash[AKIN_HASH_TEXT];
    const char *stored;
    bool same;

    if (get_head(txn, dataset, (uint8_t)kind, &head, NULL) != AKIN_OK)
        return akin_json_count(files) == 0;
    hash_of_files(files, hash);
    stored = akin_json_text(head, "hash");
    same = stored != NULL && strcmp(stored, hash) == 0;
    akin_json_free(head);
    return same;
}

enum akin_status
akin_dataset_files_put(struct akin_txn *txn, uint32_t dataset, size_t kind,
                       const struct akin_json *files, struct akin_error *err)
{
    struct akin_json *file, *head;
    uint8_t key[HEAD_LEN], of = (uint8_t)kind;
    char hash[AKIN_HASH_TEXT];
    const char *path;
    void *it = NULL;
    enum akin_status st;

    if (akin_dataset_files_same(txn, dataset, kind, files))
        return AKIN_OK;
    st = clear(txn, dataset, is_of_kind, &of, err);
    if (st != AKIN_OK || akin_json_count(files) == 0)
        return st;
    while (st == AKIN_OK && akin_json_next(files, &it, &path, &file))
        st = put_file(txn, dataset, of, path, file, err);
    hash_of_files(files, hash);
    head = akin_json_object();
    akin_json_set_text(head, "hash", hash);
    akin_json_set_int(head, "files", (int64_t)akin_json_count(files));
    begin_key(key, dataset, 'H');
    key[5] = of;
    if (st == AKIN_OK)
        st = put_json(txn, key, sizeof(key), head, err);
    akin_json_free(head);
    return st;
}

enum akin_status
akin__dataset_files_forget(struct akin_txn *txn, uint32_t dataset,
                           struct akin_error *err)
{
    return clear(txn, dataset, NULL, NULL, err);
}

/* ---- reading ---- */

enum akin_status
akin_dataset_files(struct akin_txn *txn, uint32_t dataset, size_t max,
                   struct akin_json **out, uint64_t *total,
                   struct akin_error *err)
{
    struct akin_json *list = akin_json_array();
    struct akin_cursor cur = {0};
    uint8_t prefix[5];
    uint64_t n = 0;
    enum akin_status st;

    begin_key(prefix, dataset, 'F');
    while ((st = akin_cursor_next(txn, AKIN_TABLE_DATASET_FILES,
                                  akin_span_of(prefix, sizeof(prefix)), &cur,
                                  err)) == AKIN_OK) {
        struct akin_json *file = NULL;

        if (n++ >= max)
            continue;
        if ((st = akin_json_parse(cur.value, &file, err)) != AKIN_OK)
            break;
        akin_json_append(list, file);
    }
    akin_cursor_end(&cur);
    if (st == AKIN_ENOTFOUND) {
        *out = list;
        *total = n;
        return AKIN_OK;
    }
    akin_json_free(list);
    return st;
}

/* How many of the last parts of two paths are the same, without regard to
 * case; 0: not even the base name. */
static size_t
common_parts(const char *a, const char *b)
{
    const char *x = a + strlen(a), *y = b + strlen(b);
    size_t n = 0;

    while (x > a && y > b && akin_lower(x[-1]) == akin_lower(y[-1])) {
        x--;
        y--;
        n += *x == '/';
    }
    /* a part ends at '/', or where the path begins */
    return n +
           ((x == a || x[-1] == '/') && (y == b || y[-1] == '/') && *x != '/');
}

enum akin_status
akin_dataset_file_of(struct akin_txn *txn, uint32_t dataset, const char *name,
                     struct akin_json **out, struct akin_error *err)
{
    struct akin_json *best = NULL;
    struct akin_cursor cur = {0};
    uint8_t prefix[PREFIX_LEN];
    size_t best_parts = 0, n_best = 0;
    enum akin_status st;

    begin_key(prefix, dataset, 'F');
    put_base_hash(prefix + 5, name);
    while ((st = akin_cursor_next(txn, AKIN_TABLE_DATASET_FILES,
                                  akin_span_of(prefix, sizeof(prefix)), &cur,
                                  err)) == AKIN_OK) {
        struct akin_json *file = NULL;
        const char *path;
        size_t parts;

        if ((st = akin_json_parse(cur.value, &file, err)) != AKIN_OK)
            break;
        path = akin_json_text(file, "path");
        parts = path == NULL ? 0 : common_parts(path, name);
        if (parts > best_parts) {
            akin_json_free(best);
            best = akin_json_share(file);
            best_parts = parts;
            n_best = 0;
        }
        n_best +=
            parts > 0 && parts == best_parts &&
            (n_best == 0 || strcmp(path, akin_json_text(best, "path")) != 0);
        akin_json_free(file);
    }
    akin_cursor_end(&cur);
    if (st == AKIN_ENOTFOUND && n_best == 1) {
        *out = best;
        return AKIN_OK;
    }
    akin_json_free(best); /* none, or several that fit equally well */
    return st;
}
