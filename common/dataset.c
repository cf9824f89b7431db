/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "akin/utf8.h"
#include "store_values.h"

void
akin_dataset_free(struct akin_dataset *dataset)
{
    akin_json_free(dataset->record);
    *dataset = (struct akin_dataset){0};
}

/* ---- values: version, time, record as JSON in a frame ---- */

static void
encode(uint32_t number, uint32_t version, int64_t time_s,
       const struct akin_json *record, struct akin_buf *out)
{
    struct akin_buf text = {0};

    akin_json_write(record, AKIN_JSON_COMPACT, &text);
    akin__frame_begin(out, AKIN__FRAME_DATASET, number);
    akin__frame_u32(out, version);
    akin__frame_u64(out, (uint64_t)time_s);
    akin__frame_text(out, akin_buf_span(&text));
    akin__frame_end(out);
    akin_buf_free(&text);
}

enum akin_status
akin__dataset_decode(struct akin_span value, uint32_t number,
                     struct akin_dataset *out, struct akin_error *err)
{
    struct akin__reader reader;
    struct akin_dataset found = {.number = number};
    struct akin_span text;
    enum akin_status st =
        akin__frame_open(value, AKIN__FRAME_DATASET, number, &reader, err);

    if (st == AKIN_OK) {
        found.version = akin__read_u32(&reader);
        found.updated_s = (int64_t)akin__read_u64(&reader);
        text = akin__read_text(&reader);
        if (!akin__read_done(&reader))
            st = AKIN_FAIL(err, AKIN_EFORMAT, "the stored record is cut off");
        else
            st = akin_json_parse(text, &found.record, err);
    }
    if (st == AKIN_OK && akin_json_text(found.record, "id") == NULL) {
        akin_json_free(found.record);
        st = AKIN_FAIL(err, AKIN_EFORMAT, "the stored record has no id");
    }
    if (st == AKIN_OK)
        *out = found;
    else
        akin_error_prefix(err, "dataset %u", number);
    return st;
}

/* ---- ids ---- */

static bool
has_control(const char *text)
{
    uint32_t c;

    while ((c = akin_utf8_next(&text)) != 0)
        if (c < 0x20 || (c >= 0x7f && c < 0xa0))
            return true;
    return false;
}

/* The record's id, borrowed, or why there is none that can be used. */
static enum akin_status
id_of(const struct akin_json *record, const char **out, struct akin_error *err)
{
    const char *id = akin_json_text(record, "id");
    struct akin_json *whole;
    bool has_zero;

    if (akin_json_type(record) != AKIN_JSON_OBJECT)
        return AKIN_FAIL(err, AKIN_EINVAL, "a dataset record is an object");
    if (id == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL, "the dataset record has no id");
    if (*id == '\0')
        return AKIN_FAIL(err, AKIN_EINVAL, "the dataset's id is empty");
    if (strlen(id) > AKIN_DATASET_ID_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "the dataset's id has %zu bytes; at most %d fit: "
                         "%.40s...",
                         strlen(id), AKIN_DATASET_ID_MAX, id);
    if (!akin_utf8_valid(akin_span_str(id)))
        return AKIN_FAIL(err, AKIN_EINVAL, "the dataset's id is not UTF-8");
    /* JSON text may hold a zero, at which a C string seems to end. */
    whole = akin_json_new_string(id);
    has_zero = !akin_json_equal(whole, akin_json_get(record, "id"));
    akin_json_free(whole);
    if (has_zero || has_control(id))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "the dataset's id has control characters: %s", id);
    *out = id;
    return AKIN_OK;
}

bool
akin__dataset_may_be_id(const char *id)
{
    size_t len = strlen(id);

    return len > 0 && len <= AKIN_DATASET_ID_MAX;
}

enum akin_status
akin__dataset_number(struct akin_txn *txn, const char *id, uint32_t *out,
                     struct akin_error *err)
{
    struct akin_span value;
    enum akin_status st;

    if (!akin__dataset_may_be_id(id))
        return AKIN_ENOTFOUND;
    st = akin_txn_get(txn, AKIN_TABLE_DATASET_IDS, akin_span_str(id), &value,
                      err);
    if (st != AKIN_OK)
        return st;
    if (value.len != 4)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "dataset %s: the stored number is damaged", id);
    *out = akin_le32(value.data);
    return AKIN_OK;
}

/* The sentence for an id that is not among the living. */
static enum akin_status
fail_missing(struct akin_txn *txn, const char *id, struct akin_error *err)
{
    struct akin_json *grave = NULL;
    const char *reason;

    if (akin__dataset_grave(txn, id, &grave, NULL, NULL) != AKIN_OK)
        return AKIN_FAIL(err, AKIN_ENOTFOUND, "no dataset %s", id);
    reason = akin_json_text(grave, "reason");
    (void)AKIN_FAIL(err, AKIN_ENOTFOUND, "dataset %s was removed: %s", id,
                    reason == NULL || *reason == '\0' ? "no reason given"
                                                      : reason);
    akin_json_free(grave);
    return AKIN_ENOTFOUND;
}

/* ---- reading ---- */

enum akin_status
akin_dataset_get(struct akin_txn *txn, uint32_t number,
                 struct akin_dataset *out, struct akin_error *err)
{
    struct akin__key key = akin__key_number(number);
    struct akin_span value;
    enum akin_status st = akin_txn_get(txn, AKIN_TABLE_DATASETS,
                                       akin__key_span(&key), &value, err);

    if (st == AKIN_ENOTFOUND)
        return AKIN_FAIL(err, st, "no dataset has the number %u", number);
    return st == AKIN_OK ? akin__dataset_decode(value, number, out, err) : st;
}

enum akin_status
akin_dataset_number(struct akin_txn *txn, const char *id, uint32_t *number,
                    struct akin_error *err)
{
    enum akin_status st = akin__dataset_number(txn, id, number, err);

    return st == AKIN_ENOTFOUND ? fail_missing(txn, id, err) : st;
}

enum akin_status
akin_dataset_find(struct akin_txn *txn, const char *id,
                  struct akin_dataset *out, struct akin_error *err)
{
    uint32_t number = 0;
    enum akin_status st = akin_dataset_number(txn, id, &number, err);

    return st == AKIN_OK ? akin_dataset_get(txn, number, out, err) : st;
}

enum akin_status
akin_dataset_next(struct akin_txn *txn, uint32_t *number,
                  struct akin_dataset *out, struct akin_error *err)
{
    struct akin_span found, value;
    struct akin__key key;
    enum akin_status st;

    if (*number == UINT32_MAX)
        return AKIN_ENOTFOUND;
    key = akin__key_number(*number + 1);
    st = akin__txn_seek(txn, AKIN_TABLE_DATASETS, akin__key_span(&key), &found,
                        &value, err);
    if (st != AKIN_OK)
        return st;
    if (found.len != 4)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "the table datasets has a key of "
                         "%zu bytes",
                         found.len);
    st = akin__dataset_decode(value, akin_be32(found.data), out, err);
    if (st == AKIN_OK)
        *number = akin_be32(found.data);
    return st;
}

/* ---- writing ---- */

static bool
is_same(const struct akin_json *a, const struct akin_json *b)
{
    struct akin_buf left = {0}, right = {0};
    bool answer;

    akin_json_write(a, AKIN_JSON_SORTED, &left);
    akin_json_write(b, AKIN_JSON_SORTED, &right);
    answer = akin_span_equal(akin_buf_span(&left), akin_buf_span(&right));
    akin_buf_free(&left);
    akin_buf_free(&right);
    return answer;
}

static enum akin_status
put_current(struct akin_txn *txn, uint32_t number, uint32_t version,
            const struct akin_json *record, int64_t now_s,
            struct akin_error *err)
{
    struct akin__key key = akin__key_number(number);
    struct akin_buf value = {0};
    enum akin_status st;

    encode(number, version, now_s, record, &value);
    st = akin_txn_put(txn, AKIN_TABLE_DATASETS, akin__key_span(&key),
                      akin_buf_span(&value), err);
    akin_buf_free(&value);
    return st == AKIN_OK ? akin__dataset_people_put(txn, number, record, err)
                         : st;
}

static enum akin_status
put_id(struct akin_txn *txn, const char *id, uint32_t number,
       struct akin_error *err)
{
    uint8_t value[4];

    akin_put_le32(value, number);
    return akin_txn_put(txn, AKIN_TABLE_DATASET_IDS, akin_span_str(id),
                        akin_span_of(value, sizeof(value)), err);
}

/* The current version goes to the old ones. */
static enum akin_status
keep_version(struct akin_txn *txn, const struct akin_dataset *dataset,
             struct akin_error *err)
{
    struct akin__key key = akin__key_pair(dataset->number, dataset->version);
    struct akin_buf value = {0};
    enum akin_status st;

    encode(dataset->number, dataset->version, dataset->updated_s,
           dataset->record, &value);
    st = akin_txn_put(txn, AKIN_TABLE_VERSIONS, akin__key_span(&key),
                      akin_buf_span(&value), err);
    akin_buf_free(&value);
    return st;
}

static enum akin_status
put_changed(struct akin_txn *txn, uint32_t number,
            const struct akin_json *record, int64_t now_s,
            enum akin_dataset_change *change, struct akin_error *err)
{
    struct akin_dataset old = {0};
    enum akin_status st = akin_dataset_get(txn, number, &old, err);

    if (st != AKIN_OK)
        return st;
    *change =
        is_same(old.record, record) ? AKIN_DATASET_SAME : AKIN_DATASET_CHANGED;
    if (*change == AKIN_DATASET_CHANGED) {
        st = keep_version(txn, &old, err);
        if (st == AKIN_OK)
            st = put_current(txn, number, old.version + 1, record, now_s, err);
    }
    akin_dataset_free(&old);
    return st;
}

static enum akin_status
put_revived(struct akin_txn *txn, const char *id, uint32_t number,
            const struct akin_json *record, int64_t now_s,
            struct akin_error *err)
{
    uint32_t version = 0;
    enum akin_status st =
        akin__dataset_last_version(txn, number, &version, err);

    if (st == AKIN_OK)
        st = akin_txn_del(txn, AKIN_TABLE_TOMBSTONES, akin_span_str(id), err);
    if (st == AKIN_OK)
        st = put_current(txn, number, version + 1, record, now_s, err);
    return st == AKIN_OK ? put_id(txn, id, number, err) : st;
}

static enum akin_status
put_new(struct akin_txn *txn, const char *id, const struct akin_json *record,
        int64_t now_s, uint32_t *number, struct akin_error *err)
{
    uint64_t next = 0;
    enum akin_status st =
        akin_manifest_next(txn, AKIN__LAST_DATASET, &next, err);

    if (st == AKIN_OK && next > UINT32_MAX)
        st = AKIN_FAIL(err, AKIN_ELIMIT, "all dataset numbers are given");
    if (st != AKIN_OK)
        return st;
    *number = (uint32_t)next;
    st = put_current(txn, *number, 1, record, now_s, err);
    return st == AKIN_OK ? put_id(txn, id, *number, err) : st;
}

enum akin_status
akin_dataset_put(struct akin_txn *txn, const struct akin_json *record,
                 int64_t now_s, uint32_t *number,
                 enum akin_dataset_change *change, struct akin_error *err)
{
    struct akin_json *grave = NULL;
    const char *id = "";
    enum akin_status st = id_of(record, &id, err);

    if (st != AKIN_OK)
        return st;
    st = akin__dataset_number(txn, id, number, err);
    if (st == AKIN_OK)
        return put_changed(txn, *number, record, now_s, change, err);
    if (st != AKIN_ENOTFOUND)
        return st;
    st = akin__dataset_grave(txn, id, &grave, number, err);
    akin_json_free(grave);
    if (st == AKIN_OK) {
        *change = AKIN_DATASET_REVIVED;
        return put_revived(txn, id, *number, record, now_s, err);
    }
    if (st != AKIN_ENOTFOUND)
        return st;
    *change = AKIN_DATASET_NEW;
    return put_new(txn, id, record, now_s, number, err);
}

enum akin_status
akin_dataset_amend(struct akin_txn *txn, uint32_t number,
                   const struct akin_json *record, int64_t now_s,
                   struct akin_error *err)
{
    struct akin_dataset now = {0};
    const char *id = "";
    enum akin_status st = id_of(record, &id, err);

    if (st == AKIN_OK)
        st = akin_dataset_get(txn, number, &now, err);
    if (st != AKIN_OK)
        return st;
    if (strcmp(id, akin_json_text(now.record, "id")) != 0)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "the record is of dataset %s, and %u is %s", id, number,
                       akin_json_text(now.record, "id"));
    else if (!is_same(now.record, record))
        st = put_current(txn, number, now.version, record, now_s, err);
    akin_dataset_free(&now);
    return st;
}

static enum akin_status
put_grave(struct akin_txn *txn, const char *id, uint32_t number,
          const char *reason, int64_t now_s, struct akin_error *err)
{
    struct akin_json *grave = akin_json_object();
    struct akin_buf text = {0};
    enum akin_status st;

    akin_json_set_text(grave, "id", id);
    akin_json_set_text(grave, "reason", reason == NULL ? "" : reason);
    akin_json_set_int(grave, "time", now_s);
    akin_json_set_int(grave, "number", number);
    akin_json_write(grave, AKIN_JSON_COMPACT, &text);
    st = akin_txn_put(txn, AKIN_TABLE_TOMBSTONES, akin_span_str(id),
                      akin_buf_span(&text), err);
    akin_buf_free(&text);
    akin_json_free(grave);
    return st;
}

enum akin_status
akin_dataset_remove(struct akin_txn *txn, const char *id, const char *reason,
                    int64_t now_s, struct akin_error *err)
{
    struct akin_dataset dataset = {0};
    struct akin__key key;
    enum akin_status st = akin_dataset_find(txn, id, &dataset, err);

    if (st != AKIN_OK)
        return st;
    key = akin__key_number(dataset.number);
    st = keep_version(txn, &dataset, err);
    if (st == AKIN_OK)
        st = akin_txn_del(txn, AKIN_TABLE_DATASETS, akin__key_span(&key), err);
    if (st == AKIN_OK)
        st = akin_txn_del(txn, AKIN_TABLE_DATASET_IDS, akin_span_str(id), err);
    if (st == AKIN_OK)
        st = akin__dataset_files_forget(txn, dataset.number, err);
    if (st == AKIN_OK)
        st = put_grave(txn, id, dataset.number, reason, now_s, err);
    akin_dataset_free(&dataset);
    return st;
}
