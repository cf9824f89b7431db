/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term_store.c - terms in the store, and the supplement that is always there.
 *
 * TERMS: the key is the CURIE, a zero byte and the source; so a source can be
 * replaced without touching what others say of the same term. TERM_NAMES: the
 * key is a folded name, a zero byte and the CURIE, without a value: whoever
 * needs one name need not load all terms. It is made afresh at each put.
 */
#include <stdlib.h>
#include <string.h>

#include "akin/hash.h"
#include "akin/normalize.h"
#include "ontology_internal.h"
#include "term_internal.h"

static const struct akin_span everything = {NULL, 0};

static void
term_key(const char *curie, const char *source, struct akin_buf *key)
{
    akin_buf_clear(key);
    akin_buf_puts(key, curie);
    akin_buf_put(key, "", 1);
    akin_buf_puts(key, source);
}

/* ---- loading ---- */

static enum akin_status
load_stored(struct akin_txn *txn, struct akin_json *array,
            struct akin_error *err)
{
    struct akin_cursor cur = {0};
    enum akin_status st;

    while ((st = akin_cursor_next(txn, AKIN_TABLE_TERMS, everything, &cur,
                                  err)) == AKIN_OK) {
        struct akin_json *term = NULL;

        st = akin_json_parse(cur.value, &term, err);
        if (st != AKIN_OK) {
            akin_error_prefix(err, "the stored term %.64s",
                              (const char *)cur.key.data);
            break;
        }
        akin_json_append(array, term);
    }
    akin_cursor_end(&cur);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

enum akin_status
akin_terms_load(struct akin_txn *txn, struct akin_terms **out,
                struct akin_error *err)
{
    struct akin_span supplement =
        akin_span_of(akin__supplement, akin__supplement_len);
    struct akin_json *array = akin_json_array();
    enum akin_status st = akin__ontology_read_obo(supplement, array, err);

    if (st != AKIN_OK)
        akin_error_prefix(err, "supplement");
    if (st == AKIN_OK && txn != NULL)
        st = load_stored(txn, array, err);
    if (st == AKIN_OK)
        *out = akin__terms_build(array);
    akin_json_free(array);
    return st;
}

enum akin_status
akin_terms_change(struct akin_txn *txn, uint64_t *out, struct akin_error *err)
{
    return akin_manifest_number(txn, AKIN__TERMS_CHANGE, out, err);
}

enum akin_status
akin_terms_key(struct akin_txn *txn, uint64_t *out, struct akin_error *err)
{
    struct akin_hash supplement =
        akin_hash_of(akin_span_of(akin__supplement, akin__supplement_len));
    uint64_t change = 0;
    enum akin_status st = akin_terms_change(txn, &change, err);

    if (st == AKIN_OK)
        *out = akin_hash_mix(change, akin_le64(supplement.bytes));
    return st;
}

/* ---- storing ---- */

/* Keys of a table that a walk chose, to be deleted after it: the walk must not
 * be disturbed. Each key is written behind its length. */
static enum akin_status
delete_keys(struct akin_txn *txn, enum akin_table table,
            const struct akin_buf *keys, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    for (size_t at = 0; st == AKIN_OK && at < keys->len;) {
        size_t len = akin_le16(keys->data + at);

        st = akin_txn_del(txn, table, akin_span_of(keys->data + at + 2, len),
                          err);
        at += 2 + len;
    }
    return st;
}

/* Deletes the entries of a table whose key ends in (0, source); NULL: all. */
static enum akin_status
clear(struct akin_txn *txn, enum akin_table table, const char *source,
      struct akin_error *err)
{
    size_t len = source == NULL ? 0 : strlen(source);
    struct akin_cursor cur = {0};
    struct akin_buf keys = {0};
    enum akin_status st;

    while ((st = akin_cursor_next(txn, table, everything, &cur, err)) ==
           AKIN_OK) {
        uint8_t number[2];
        bool goes =
            source == NULL ||
            (cur.key.len > len + 1 &&
             cur.key.data[cur.key.len - len - 1] == 0 &&
             memcmp(cur.key.data + cur.key.len - len, source, len) == 0);

        if (!goes)
            continue;
        akin_put_le16(number, (uint16_t)cur.key.len);
        akin_buf_put(&keys, number, sizeof(number));
        akin_buf_put(&keys, cur.key.data, cur.key.len);
    }
    akin_cursor_end(&cur);
    if (st == AKIN_ENOTFOUND)
        st = delete_keys(txn, table, &keys, err);
    akin_buf_free(&keys);
    return st;
}

static enum akin_status
check_list(const struct akin_json *term, const char *name, const char *member,
           struct akin_error *err)
{
    const struct akin_json *list = akin_json_get(term, name);

    for (size_t i = 0; i < akin_json_count(list); i++)
        if (akin_json_text(akin_json_at(list, i), member) == NULL)
            return AKIN_FAIL(err, AKIN_EINVAL, "%s[%zu] has no \"%s\"", name, i,
                             member);
    return AKIN_OK;
}

static enum akin_status
put_term(struct akin_txn *txn, const char *source, const struct akin_json *term,
         struct akin_error *err)
{
    const char *id = akin_json_text(term, "id");
    struct akin_buf key = {0}, value = {0};
    enum akin_status st;

    if (id == NULL || !akin_curie_valid(id))
        return AKIN_FAIL(err, AKIN_EINVAL, "\"id\" must be a CURIE, not \"%s\"",
                         id == NULL ? "(nothing)" : id);
    st = check_list(term, "parents", "id", err);
    if (st == AKIN_OK)
        st = check_list(term, "synonyms", "text", err);
    if (st != AKIN_OK)
        return st;
    term_key(id, source, &key);
    akin_json_write(term, AKIN_JSON_COMPACT, &value);
    st = akin_txn_put(txn, AKIN_TABLE_TERMS, akin_buf_span(&key),
                      akin_buf_span(&value), err);
    akin_buf_free(&key);
    akin_buf_free(&value);
    return st;
}

void
akin__terms_name_key(const struct akin_terms *terms,
                     const struct akin__name *name, struct akin_buf *key)
{
    const char *id = terms->term[name->term].id;
    const char *folded = akin_buf_text(&terms->folded) + name->folded;
    size_t room = AKIN_KEY_MAX - 1 - strlen(id);
    size_t len = strlen(folded);

    akin_buf_clear(key);
    akin_buf_put(key, folded, len < room ? len : room);
    akin_buf_put(key, "", 1);
    akin_buf_puts(key, id);
}

enum akin_status
akin__terms_load_stored(struct akin_txn *txn, struct akin_terms **out,
                        struct akin_error *err)
{
    struct akin_json *array = akin_json_array();
    enum akin_status st = load_stored(txn, array, err);

    if (st == AKIN_OK)
        *out = akin__terms_build(array);
    akin_json_free(array);
    return st;
}

static enum akin_status
put_names(struct akin_txn *txn, struct akin_error *err)
{
    struct akin_terms *terms = NULL;
    struct akin_buf key = {0};
    enum akin_status st = clear(txn, AKIN_TABLE_TERM_NAMES, NULL, err);

    if (st == AKIN_OK)
        st = akin__terms_load_stored(txn, &terms, err);
    for (size_t i = 0; st == AKIN_OK && i < terms->n_names; i++) {
        akin__terms_name_key(terms, &terms->name[i], &key);
        st = akin_txn_put(txn, AKIN_TABLE_TERM_NAMES, akin_buf_span(&key),
                          everything, err);
    }
    akin_buf_free(&key);
    akin_terms_free(terms);
    return st;
}

enum akin_status
akin_terms_put(struct akin_txn *txn, const char *source,
               const struct akin_json *terms, struct akin_error *err)
{
    uint64_t unused;
    enum akin_status st;

    if (source[0] == '\0' || strlen(source) > AKIN_TERMS_SOURCE_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "a source of terms has a name of 1 to %d bytes",
                         AKIN_TERMS_SOURCE_MAX);
    if (akin_json_type(terms) != AKIN_JSON_ARRAY)
        return AKIN_FAIL(err, AKIN_EINVAL, "terms come as an array");
    st = clear(txn, AKIN_TABLE_TERMS, source, err);
    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(terms); i++) {
        st = put_term(txn, source, akin_json_at(terms, i), err);
        if (st != AKIN_OK)
            akin_error_prefix(err, "term %zu of %s", i, source);
    }
    if (st == AKIN_OK)
        st = put_names(txn, err);
    if (st == AKIN_OK)
        st = akin_manifest_next(txn, AKIN__TERMS_CHANGE, &unused, err);
    return st;
}
