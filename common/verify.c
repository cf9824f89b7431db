/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/verify.h"

#include <stdarg.h>
#include <stdio.h>

#include "akin/utf8.h"
#include "verify_internal.h"

void
akin__verify_note(struct akin__verify *v, const char *fmt, ...)
{
    char text[AKIN_ERROR_TEXT_MAX];
    va_list args;

    if (akin_json_count(v->problems) >= AKIN__VERIFY_MAX)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    akin_json_append(v->problems, akin_json_new_string(text));
}

void
akin__verify_walk(struct akin__verify *v, enum akin_table table,
                  struct akin_span prefix, akin__verify_see *see)
{
    struct akin_cursor cur = {0};
    struct akin_error err = {0};
    enum akin_status st;

    while ((st = akin_cursor_next(v->txn, table, prefix, &cur, &err)) ==
           AKIN_OK)
        see(v, cur.key, cur.value);
    if (st != AKIN_ENOTFOUND)
        akin__verify_note(v, "the table %s cannot be read: %s",
                          akin__table_name(table), err.text);
    akin_cursor_end(&cur);
}

bool
akin__verify_has(struct akin__verify *v, enum akin_table table,
                 struct akin_span key, struct akin_span *value)
{
    struct akin_error err = {0};
    struct akin_span unused;
    enum akin_status st =
        akin_txn_get(v->txn, table, key, value == NULL ? &unused : value, &err);

    if (st != AKIN_OK && st != AKIN_ENOTFOUND)
        akin__verify_note(v, "the table %s cannot be read: %s",
                          akin__table_name(table), err.text);
    return st == AKIN_OK;
}

bool
akin__verify_has_number(struct akin__verify *v, enum akin_table table,
                        uint32_t number)
{
    struct akin__key key = akin__key_number(number);

    return akin__verify_has(v, table, akin__key_span(&key), NULL);
}

uint64_t
akin__verify_counter(struct akin__verify *v, const char *name)
{
    struct akin_error err = {0};
    uint64_t value = 0;

    if (akin_manifest_number(v->txn, name, &value, &err) != AKIN_OK)
        akin__verify_note(v, "%s", err.text);
    return value;
}

static void
verify_manifest(struct akin__verify *v)
{
    struct akin_feature_set set;
    struct akin_error err = {0};

    if (akin__manifest_check(v->txn, &set, &err) != AKIN_OK)
        akin__verify_note(v, "%s", err.text);
    if (akin__verify_counter(v, AKIN__MANIFEST_CREATED) == 0)
        akin__verify_note(v, "the manifest does not say when the store was "
                             "made");
    if (!akin__verify_has(v, AKIN_TABLE_MANIFEST,
                          akin_span_str(AKIN_MANIFEST_UUID), NULL))
        akin__verify_note(v, "the manifest has no uuid");
}

static void
see_quarantined(struct akin__verify *v, struct akin_span key,
                struct akin_span value)
{
    struct akin_json *entry = NULL;
    struct akin_buf expected = {0};
    const char *path;
    int64_t time_s;

    if (akin_json_parse(value, &entry, NULL) != AKIN_OK) {
        akin__verify_note(v, "quarantine: an entry is no JSON");
        return;
    }
    path = akin_json_text(entry, "path");
    if (path == NULL || akin_json_text(entry, "reason") == NULL ||
        !akin_json_int(akin_json_get(entry, "time"), &time_s)) {
        akin__verify_note(v, "quarantine: an entry lacks path, reason or time");
    } else {
        /* Names that are not UTF-8 are cleaned in the entry, not in the key. */
        akin_store_text_key(path, &expected);
        if (akin_utf8_valid(key) &&
            !akin_span_equal(key, akin_buf_span(&expected)))
            akin__verify_note(v,
                              "quarantine: the entry of %s is under another "
                              "path",
                              path);
    }
    akin_buf_free(&expected);
    akin_json_free(entry);
}

static void
verify_tables(struct akin__verify *v)
{
    verify_manifest(v);
    akin__verify_datasets(v);
    akin__verify_images(v);
    akin__verify_terms(v);
    akin__verify_people(v);
    akin__verify_walk(v, AKIN_TABLE_QUARANTINE, akin_span_of(NULL, 0),
                      see_quarantined);
}

enum akin_status
akin_verify(struct akin_store *store, struct akin_json **problems,
            struct akin_error *err)
{
    struct akin__verify v = {0};
    enum akin_status st = akin_txn_read(store, &v.txn, err);

    if (st != AKIN_OK)
        return st;
    v.problems = akin_json_array();
    verify_tables(&v);
    akin_txn_end(v.txn);
    v.txn = NULL;
    akin__verify_generation(store, &v);
    if (akin_json_count(v.problems) > 0)
        st = AKIN_FAIL(err, AKIN_EFORMAT, "%s",
                       akin_json_string(akin_json_at(v.problems, 0)));
    if (problems != NULL)
        *problems = akin_json_share(v.problems);
    akin_json_free(v.problems);
    return st;
}
