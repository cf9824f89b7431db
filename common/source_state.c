/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/source_state.h"

#include <string.h>

#include "store_values.h"

enum akin_status
akin__source_decode(struct akin_span value, struct akin_source_state *out,
                    struct akin_error *err)
{
    struct akin_source_state state = {0};
    struct akin__reader reader;
    struct akin_span hash;
    enum akin_status st =
        akin__frame_open(value, AKIN__FRAME_SOURCE, 0, &reader, err);

    if (st != AKIN_OK)
        return st;
    state.size_bytes = akin__read_u64(&reader);
    state.mtime_ns = (int64_t)akin__read_u64(&reader);
    hash = akin__read_bytes(&reader, sizeof(state.hash.bytes));
    state.image = akin__read_u32(&reader);
    state.dataset = akin__read_u32(&reader);
    if (!akin__read_done(&reader))
        return AKIN_FAIL(err, AKIN_EFORMAT, "the stored state is cut off");
    memcpy(state.hash.bytes, hash.data, hash.len);
    *out = state;
    return AKIN_OK;
}

/* One entry of a table whose keys are paths. */
static enum akin_status
get_by_path(struct akin_txn *txn, enum akin_table table, const char *path,
            struct akin_span *value, struct akin_error *err)
{
    struct akin_buf key = {0};
    enum akin_status st;

    akin_store_text_key(path, &key);
    st = akin_txn_get(txn, table, akin_buf_span(&key), value, err);
    akin_buf_free(&key);
    return st;
}

static enum akin_status
put_by_path(struct akin_txn *txn, enum akin_table table, const char *path,
            const struct akin_buf *value, struct akin_error *err)
{
    struct akin_buf key = {0};
    enum akin_status st;

    akin_store_text_key(path, &key);
    st = akin_txn_put(txn, table, akin_buf_span(&key), akin_buf_span(value),
                      err);
    akin_buf_free(&key);
    return st;
}

static enum akin_status
del_by_path(struct akin_txn *txn, enum akin_table table, const char *path,
            struct akin_error *err)
{
    struct akin_buf key = {0};
    enum akin_status st;

    akin_store_text_key(path, &key);
    st = akin_txn_del(txn, table, akin_buf_span(&key), err);
    akin_buf_free(&key);
    return st;
}

enum akin_status
akin_source_get(struct akin_txn *txn, const char *path,
                struct akin_source_state *out, struct akin_error *err)
{
    struct akin_span value;
    enum akin_status st =
        get_by_path(txn, AKIN_TABLE_SOURCES, path, &value, err);

    if (st == AKIN_ENOTFOUND)
        return AKIN_FAIL(err, st, "never seen: %s", path);
    if (st == AKIN_OK && (st = akin__source_decode(value, out, err)) != AKIN_OK)
        akin_error_prefix(err, "the state of %s", path);
    return st;
}

enum akin_status
akin_source_put(struct akin_txn *txn, const char *path,
                const struct akin_source_state *state, struct akin_error *err)
{
    struct akin_buf value = {0};
    enum akin_status st;

    akin__frame_begin(&value, AKIN__FRAME_SOURCE, 0);
    akin__frame_u64(&value, state->size_bytes);
    akin__frame_u64(&value, (uint64_t)state->mtime_ns);
    akin_buf_put(&value, state->hash.bytes, sizeof(state->hash.bytes));
    akin__frame_u32(&value, state->image);
    akin__frame_u32(&value, state->dataset);
    akin__frame_end(&value);
    st = put_by_path(txn, AKIN_TABLE_SOURCES, path, &value, err);
    akin_buf_free(&value);
    return st;
}

enum akin_status
akin_source_del(struct akin_txn *txn, const char *path, struct akin_error *err)
{
    return del_by_path(txn, AKIN_TABLE_SOURCES, path, err);
}

/* What cannot be read belongs to nobody and is left for verify. */
static bool
is_of_dataset(void *ctx, struct akin_span key, struct akin_span value)
{
    const uint32_t *dataset = ctx;
    struct akin_source_state state = {0};

    (void)key;
    return akin__source_decode(value, &state, NULL) == AKIN_OK &&
           state.dataset == *dataset;
}

enum akin_status
akin_source_forget(struct akin_txn *txn, uint32_t dataset,
                   struct akin_error *err)
{
    struct akin_buf keys = {0};
    enum akin_status st =
        akin__keys_collect(txn, AKIN_TABLE_SOURCES, akin_span_of(NULL, 0),
                           is_of_dataset, &dataset, &keys, err);

    if (st == AKIN_OK)
        st = akin__keys_delete(txn, AKIN_TABLE_SOURCES, akin_buf_span(&keys),
                               err);
    akin_buf_free(&keys);
    return st;
}

enum akin_status
akin_quarantine_put(struct akin_txn *txn, const char *path, const char *reason,
                    int64_t now_s, struct akin_error *err)
{
    struct akin_json *entry = akin_json_object();
    struct akin_buf text = {0};
    enum akin_status st;

    akin_json_set_text(entry, "path", path);
    akin_json_set_text(entry, "reason", reason == NULL ? "" : reason);
    akin_json_set_int(entry, "time", now_s);
    akin_json_write(entry, AKIN_JSON_COMPACT, &text);
    st = put_by_path(txn, AKIN_TABLE_QUARANTINE, path, &text, err);
    akin_buf_free(&text);
    akin_json_free(entry);
    return st;
}

enum akin_status
akin_quarantine_del(struct akin_txn *txn, const char *path,
                    struct akin_error *err)
{
    return del_by_path(txn, AKIN_TABLE_QUARANTINE, path, err);
}

enum akin_status
akin_quarantine_list(struct akin_txn *txn, struct akin_json **out,
                     struct akin_error *err)
{
    struct akin_json *list = akin_json_array();
    struct akin_cursor cur = {0};
    enum akin_status st;

    while ((st = akin_cursor_next(txn, AKIN_TABLE_QUARANTINE,
                                  akin_span_of(NULL, 0), &cur, err)) ==
           AKIN_OK) {
        struct akin_json *entry = NULL;

        st = akin_json_parse(cur.value, &entry, err);
        if (st != AKIN_OK) {
            akin_error_prefix(err, "quarantine");
            break;
        }
        akin_json_append(list, entry);
    }
    akin_cursor_end(&cur);
    if (st == AKIN_ENOTFOUND) {
        *out = list;
        return AKIN_OK;
    }
    akin_json_free(list);
    return st;
}
