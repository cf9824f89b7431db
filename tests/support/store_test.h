/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_test.h - a store of plain entries, for the tests of the store itself.
 */
#ifndef STORE_TEST_H
#define STORE_TEST_H

#include "akin_test.h"

#include "store_internal.h"

#define SMALL_MAP ((size_t)256 << 10)

struct fixture {
    char *dir;
    struct akin_store *store;
};

static inline int
set_up(void **state)
{
    struct fixture *f = akin_new(1, sizeof(*f));
    struct akin_error err = {0};

    f->dir = akin_test_folder();
    assert_ok(akin__store_open_sized(f->dir, AKIN_STORE_CREATE, SMALL_MAP,
                                     &f->store, &err));
    *state = f;
    return 0;
}

static inline int
tear_down(void **state)
{
    struct fixture *f = *state;

    akin_store_close(f->store);
    akin_test_remove(f->dir);
    free(f);
    return 0;
}

static inline struct akin_span
text(const char *s)
{
    return akin_span_str(s);
}

/* One entry, written in an own transaction. */
struct entry {
    enum akin_table table;
    struct akin_span key, value;
};

static inline enum akin_status
put_entry(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const struct entry *e = ctx;

    return akin_txn_put(txn, e->table, e->key, e->value, err);
}

static inline enum akin_status
put(struct akin_store *store, const char *key, const char *value,
    struct akin_error *err)
{
    struct entry e = {AKIN_TABLE_TERMS, text(key), text(value)};

    return akin_store_update(store, put_entry, &e, err);
}

/* The value under a key, as the caller's text; "-" when it is not there. */
static inline void
expect(struct akin_store *store, const char *key, const char *value)
{
    struct akin_error err = {0};
    struct akin_txn *txn = NULL;
    struct akin_span found;
    enum akin_status st;

    assert_ok(akin_txn_read(store, &txn, &err));
    st = akin_txn_get(txn, AKIN_TABLE_TERMS, text(key), &found, &err);
    if (strcmp(value, "-") == 0) {
        assert_int_equal(st, AKIN_ENOTFOUND);
        assert_string_equal(err.text, "");
    } else {
        assert_int_equal(st, AKIN_OK);
        assert_true(akin_span_equal(found, text(value)));
    }
    akin_txn_end(txn);
}

struct bulk {
    uint32_t first, n;
    size_t size;
    unsigned runs;
    bool swallow; /* the body takes no notice of a failing write */
};

static inline enum akin_status
put_bulk(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct bulk *bulk = ctx;
    uint8_t *value = akin_new(1, bulk->size);
    enum akin_status st = AKIN_OK;

    bulk->runs++;
    for (uint32_t i = 0; st == AKIN_OK && i < bulk->n; i++) {
        struct akin__key key = akin__key_number(bulk->first + i);

        memset(value, (int)(i % 251), bulk->size);
        st = akin_txn_put(txn, AKIN_TABLE_FEATURES, akin__key_span(&key),
                          akin_span_of(value, bulk->size), err);
    }
    free(value);
    return bulk->swallow ? AKIN_OK : st;
}

static inline void
expect_bulk(struct akin_store *store, const struct bulk *bulk)
{
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};

    assert_ok(akin_txn_read(store, &txn, &err));
    for (uint32_t i = 0; i < bulk->n; i++) {
        struct akin__key key = akin__key_number(bulk->first + i);
        struct akin_span value;

        assert_ok(akin_txn_get(txn, AKIN_TABLE_FEATURES, akin__key_span(&key),
                               &value, &err));
        assert_int_equal(value.len, bulk->size);
        for (size_t b = 0; b < value.len; b += 509)
            assert_int_equal(value.data[b], i % 251);
    }
    akin_txn_end(txn);
}

#endif
