/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dataset_history.c - what a dataset was before: old versions, tombstones.
 */
#include "akin/dataset.h"
#include "store_values.h"

enum akin_status
akin__dataset_grave(struct akin_txn *txn, const char *id,
                    struct akin_json **out, uint32_t *number,
                    struct akin_error *err)
{
    struct akin_json *grave = NULL;
    struct akin_span value;
    enum akin_status st;
    int64_t n = 0;

    if (!akin__dataset_may_be_id(id))
        return AKIN_ENOTFOUND;
    st = akin_txn_get(txn, AKIN_TABLE_TOMBSTONES, akin_span_str(id), &value,
                      err);
    if (st != AKIN_OK)
        return st;
    st = akin_json_parse(value, &grave, err);
    if (st == AKIN_OK && (!akin_json_int(akin_json_get(grave, "number"), &n) ||
                          n < 1 || n > UINT32_MAX)) {
        akin_json_free(grave);
        st = AKIN_FAIL(err, AKIN_EFORMAT, "it has no number");
    }
    if (st != AKIN_OK) {
        akin_error_prefix(err, "the tombstone of dataset %s", id);
        return st;
    }
    if (number != NULL)
        *number = (uint32_t)n;
    *out = grave;
    return AKIN_OK;
}

enum akin_status
akin_dataset_tombstone(struct akin_txn *txn, const char *id,
                       struct akin_json **out, struct akin_error *err)
{
    enum akin_status st = akin__dataset_grave(txn, id, out, NULL, err);

    if (st == AKIN_ENOTFOUND)
        st = AKIN_FAIL(err, st, "dataset %s has no tombstone", id);
    return st;
}

enum akin_status
akin__dataset_last_version(struct akin_txn *txn, uint32_t number, uint32_t *out,
                           struct akin_error *err)
{
    struct akin__key prefix = akin__key_number(number);
    struct akin_cursor cur = {0};
    enum akin_status st;

    *out = 0;
    while ((st = akin_cursor_next(txn, AKIN_TABLE_VERSIONS,
                                  akin__key_span(&prefix), &cur, err)) ==
           AKIN_OK)
        if (cur.key.len == 8)
            *out = akin_be32(cur.key.data + 4);
    akin_cursor_end(&cur);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

static void
add_version(void *ctx, struct akin_dataset *dataset)
{
    struct akin_json *history = ctx;
    struct akin_json *entry = akin_json_object();

    akin_json_set_int(entry, "version", dataset->version);
    akin_json_set_int(entry, "time", dataset->updated_s);
    akin_json_set(entry, "record", dataset->record); /* moves */
    dataset->record = NULL;
    akin_json_append(history, entry);
}

enum akin_status
akin__dataset_each_old(struct akin_txn *txn, uint32_t number,
                       akin__dataset_look *look, void *ctx,
                       struct akin_error *err)
{
    struct akin__key prefix = akin__key_number(number);
    struct akin_cursor cur = {0};
    enum akin_status st;

    while ((st = akin_cursor_next(txn, AKIN_TABLE_VERSIONS,
                                  akin__key_span(&prefix), &cur, err)) ==
           AKIN_OK) {
        struct akin_dataset old = {0};

        st = akin__dataset_decode(cur.value, number, &old, err);
        if (st != AKIN_OK)
            break;
        look(ctx, &old);
        akin_dataset_free(&old);
    }
    akin_cursor_end(&cur);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

enum akin_status
akin_dataset_history(struct akin_txn *txn, const char *id,
                     struct akin_json **out, struct akin_error *err)
{
    struct akin_dataset current = {0};
    struct akin_json *grave = NULL, *history;
    uint32_t number = 0;
    enum akin_status st = akin__dataset_number(txn, id, &number, err);
    bool is_living = st == AKIN_OK;

    if (st == AKIN_ENOTFOUND)
        st = akin__dataset_grave(txn, id, &grave, &number, err);
    akin_json_free(grave);
    if (st == AKIN_ENOTFOUND)
        return AKIN_FAIL(err, st, "no dataset %s", id);
    if (st != AKIN_OK)
        return st;
    history = akin_json_array();
    st = akin__dataset_each_old(txn, number, add_version, history, err);
    if (st == AKIN_OK && is_living) {
        st = akin_dataset_get(txn, number, &current, err);
        if (st == AKIN_OK)
            add_version(history, &current);
        akin_dataset_free(&current);
    }
    if (st == AKIN_OK)
        *out = history;
    else
        akin_json_free(history);
    return st;
}
