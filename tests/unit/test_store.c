/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "akin/feature.h"
#include "akin/file.h"
#include "store_internal.h"

#define SMALL_MAP ((size_t)256 << 10)

struct fixture {
    char *dir;
    struct akin_store *store;
};

static int
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

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    akin_store_close(f->store);
    akin_test_remove(f->dir);
    free(f);
    return 0;
}

static struct akin_span
text(const char *s)
{
    return akin_span_str(s);
}

/* One entry, written in an own transaction. */
struct entry {
    enum akin_table table;
    struct akin_span key, value;
};

static enum akin_status
put_entry(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const struct entry *e = ctx;

    return akin_txn_put(txn, e->table, e->key, e->value, err);
}

static enum akin_status
put(struct akin_store *store, const char *key, const char *value,
    struct akin_error *err)
{
    struct entry e = {AKIN_TABLE_TERMS, text(key), text(value)};

    return akin_store_update(store, put_entry, &e, err);
}

/* The value under a key, as the caller's text; "-" when it is not there. */
static void
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

static void
what_was_written_is_there_after_opening_again(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};

    assert_ok(put(f->store, "a", "one", &err));
    assert_ok(put(f->store, "b", "", &err));
    akin_store_close(f->store);
    f->store = NULL;
    assert_ok(akin_store_open(f->dir, AKIN_STORE_READ, &f->store, &err));
    expect(f->store, "a", "one");
    expect(f->store, "b", "");
    expect(f->store, "c", "-");
    assert_string_equal(akin_store_dir(f->store), f->dir);
}

static void
a_folder_without_a_store_is_answered_with_how_to_make_one(void **state)
{
    char *dir = akin_test_folder();
    char *file = akin_path_join(dir, "data.mdb");
    char *below = akin_path_join(dir, "not/there");
    struct akin_store *store = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_fails_with(akin_store_open(dir, AKIN_STORE_READ, &store, &err),
                      AKIN_ENOTFOUND, "make one with: akin-index add --store");
    assert_fails_with(akin_store_open(below, AKIN_STORE_WRITE, &store, &err),
                      AKIN_ENOTFOUND, "not/there");
    assert_false(akin_file_exists(below));
    assert_false(akin_file_exists(file)); /* asking makes nothing */
    /* Its maker died at once. */
    assert_ok(akin_file_write(file, akin_span_of(NULL, 0), &err));
    assert_fails_with(akin_store_open(dir, AKIN_STORE_READ, &store, &err),
                      AKIN_ENOTFOUND, "no store at");
    assert_null(store);
    assert_ok(akin_store_open(dir, AKIN_STORE_CREATE, &store, &err));
    akin_store_close(store);
    free(below);
    free(file);
    akin_test_remove(dir);
}

static void
a_file_of_another_program_is_refused(void **state)
{
    char *dir = akin_test_folder();
    char *file = akin_path_join(dir, "data.mdb");
    char junk[8192];
    struct akin_store *store = NULL;
    struct akin_error err = {0};

    (void)state;
    memset(junk, 'x', sizeof(junk));
    assert_ok(akin_file_write(file, akin_span_of(junk, sizeof(junk)), &err));
    assert_fails_with(akin_store_open(dir, AKIN_STORE_READ, &store, &err),
                      AKIN_EFORMAT, dir);
    assert_fails_with(akin_store_open(dir, AKIN_STORE_CREATE, &store, &err),
                      AKIN_EFORMAT, "store");
    free(file);
    akin_test_remove(dir);
}

static enum akin_status
put_manifest(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const char *const *pair = ctx;

    return akin_manifest_put(txn, pair[0], text(pair[1]), err);
}

static enum akin_status
del_manifest(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const char *const *pair = ctx;

    return akin_txn_del(txn, AKIN_TABLE_MANIFEST, text(pair[0]), err);
}

static const struct {
    const char *name, *value;
    enum akin_status status;
    const char *says;
} strangers[] = {
    {"feature-set", "neural-9", AKIN_ESTALE, "neural-9"},
    {"feature-set", "neural-9", AKIN_ESTALE, AKIN_FEATURE_SET},
    {"schema", "2", AKIN_ESTALE, "schema 2"},
    {"schema", "2", AKIN_ESTALE, "needs schema 1"},
    {"schema", "one", AKIN_EFORMAT, "not a number"},
    {"schema", "18446744073709551616", AKIN_EFORMAT, "not a number"},
    {"schema", "", AKIN_EFORMAT, "not a number"},
    {"schema", NULL, AKIN_ESTALE, "schema 0"},
    {"feature-set", NULL, AKIN_EFORMAT, "no feature set"},
};

static void
a_store_of_another_kind_is_refused_with_both_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(strangers); i++) {
        const char *pair[2] = {strangers[i].name, strangers[i].value};
        char *dir = akin_test_folder();
        struct akin_store *store = NULL, *other = NULL;
        struct akin_error err = {0};

        assert_ok(akin_store_open(dir, AKIN_STORE_CREATE, &store, &err));
        if (pair[1] != NULL)
            assert_ok(akin_store_update(store, put_manifest, pair, &err));
        else
            assert_ok(akin_store_update(store, del_manifest, pair, &err));
        akin_store_close(store);
        assert_fails_with(akin_store_open(dir, AKIN_STORE_READ, &other, &err),
                          strangers[i].status, strangers[i].says);
        assert_fails_with(akin_store_open(dir, AKIN_STORE_CREATE, &other, &err),
                          strangers[i].status, dir);
        assert_null(other);
        akin_test_remove(dir);
    }
}

static void
a_new_store_says_when_it_was_made_and_has_its_own_name(void **state)
{
    struct fixture *f = *state;
    char *dir = akin_test_folder();
    struct akin_store *store = NULL;
    struct akin_txn *a = NULL, *b = NULL;
    struct akin_span one, two;
    struct akin_error err = {0};
    uint64_t created = 0;

    assert_ok(akin_store_open(dir, AKIN_STORE_CREATE, &store, &err));
    assert_ok(akin_txn_read(f->store, &a, &err));
    assert_ok(akin_txn_read(store, &b, &err));
    assert_ok(akin_manifest_number(a, "created", &created, &err));
    assert_true(created > 1700000000);
    assert_ok(akin_manifest_get(a, "uuid", &one, &err));
    assert_ok(akin_manifest_get(b, "uuid", &two, &err));
    assert_int_equal(one.len, 36);
    assert_false(akin_span_equal(one, two));
    akin_txn_end(a);
    akin_txn_end(b);
    akin_store_close(store);
    akin_test_remove(dir);
}

/* ---- updates ---- */

static enum akin_status
put_and_fail(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    enum akin_status st =
        akin_txn_put(txn, AKIN_TABLE_TERMS, text("half"), text("done"), err);

    (void)ctx;
    if (st != AKIN_OK)
        return st;
    st = akin_txn_del(txn, AKIN_TABLE_TERMS, text("a"), err);
    return st != AKIN_OK ? st : AKIN_FAIL(err, AKIN_ECLOSED, "changed my mind");
}

static void
a_body_that_fails_leaves_nothing_behind(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};

    assert_ok(put(f->store, "a", "one", &err));
    assert_fails_with(akin_store_update(f->store, put_and_fail, NULL, &err),
                      AKIN_ECLOSED, "changed my mind");
    expect(f->store, "half", "-");
    expect(f->store, "a", "one");
}

static void
a_store_open_for_reading_refuses_updates(void **state)
{
    struct fixture *f = *state;
    struct akin_store *reader = NULL;
    struct akin_error err = {0};

    /* The same file twice in this process: both share one environment. */
    assert_ok(akin_store_open(f->dir, AKIN_STORE_READ, &reader, &err));
    assert_fails_with(put(reader, "a", "one", &err), AKIN_EINVAL,
                      "reading only");
    assert_ok(put(f->store, "a", "two", &err));
    expect(reader, "a", "two");
    akin_store_close(f->store);
    f->store = reader; /* lives on when the first one is closed */
    expect(reader, "a", "two");
}

static void
a_thread_that_reads_is_told_that_it_cannot_update(void **state)
{
    struct fixture *f = *state;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};

    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_fails_with(put(f->store, "a", "one", &err), AKIN_EINVAL,
                      "this thread holds a transaction");
    akin_txn_end(txn);
    assert_ok(put(f->store, "a", "one", &err));
}

static enum akin_status
update_within(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    (void)txn;
    return put(ctx, "x", "y", err);
}

static void
an_update_within_an_update_is_refused(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};

    assert_fails_with(
        akin_store_update(f->store, update_within, f->store, &err), AKIN_EINVAL,
        "this thread holds a transaction");
}

static void
keys_have_1_to_511_bytes(void **state)
{
    struct fixture *f = *state;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    struct akin_span value;
    char key[513];

    memset(key, 'k', sizeof(key));
    key[512] = '\0';
    assert_fails_with(put(f->store, key, "v", &err), AKIN_EINVAL, "512 bytes");
    assert_fails_with(put(f->store, "", "v", &err), AKIN_EINVAL, "0 bytes");
    key[511] = '\0';
    assert_ok(put(f->store, key, "v", &err));
    expect(f->store, key, "v");
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_fails_with(
        akin_txn_get(txn, AKIN_TABLE_TERMS, text(""), &value, &err),
        AKIN_EINVAL, "0 bytes");
    akin_txn_end(txn);
}

static void
keys_may_hold_zero_bytes(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct entry one = {
        AKIN_TABLE_TERMS, {(const uint8_t *)"a\0b", 3}, text("one")};
    struct entry two = {
        AKIN_TABLE_TERMS, {(const uint8_t *)"a\0c", 3}, text("two")};

    assert_ok(akin_store_update(f->store, put_entry, &one, &err));
    assert_ok(akin_store_update(f->store, put_entry, &two, &err));
    expect(f->store, "a", "-");
}

/* ---- the map ---- */

struct bulk {
    uint32_t first, n;
    size_t size;
    unsigned runs;
    bool swallow; /* the body takes no notice of a failing write */
};

static enum akin_status
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

static void
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

static void
the_map_grows_until_an_update_fits(void **state)
{
    struct fixture *f = *state;
    struct bulk bulk = {.first = 1, .n = 600, .size = 9000};
    struct akin_error err = {0};

    assert_int_equal(akin__store_map_bytes(f->store), SMALL_MAP);
    assert_ok(akin_store_update(f->store, put_bulk, &bulk, &err));
    assert_true(bulk.runs > 3); /* 256 KiB doubled to over 5 MiB */
    assert_string_equal(err.text, "");
    assert_true(akin__store_map_bytes(f->store) >= bulk.n * bulk.size);
    expect_bulk(f->store, &bulk);
}

static void
a_body_that_swallows_a_full_map_runs_again_all_the_same(void **state)
{
    struct fixture *f = *state;
    struct bulk bulk = {.first = 1, .n = 200, .size = 9000, .swallow = true};
    struct akin_error err = {0};

    assert_ok(akin_store_update(f->store, put_bulk, &bulk, &err));
    assert_true(bulk.runs > 1);
    expect_bulk(f->store, &bulk);
}

static void
a_map_that_grew_is_as_large_when_opened_again(void **state)
{
    struct fixture *f = *state;
    struct bulk bulk = {.first = 1, .n = 300, .size = 9000};
    struct akin_error err = {0};
    size_t grown;

    assert_ok(akin_store_update(f->store, put_bulk, &bulk, &err));
    grown = akin__store_map_bytes(f->store);
    akin_store_close(f->store);
    f->store = NULL;
    assert_ok(akin_store_open(f->dir, AKIN_STORE_WRITE, &f->store, &err));
    assert_int_equal(akin__store_map_bytes(f->store), grown);
    bulk = (struct bulk){.first = 1000, .n = 10, .size = 9000};
    assert_ok(akin_store_update(f->store, put_bulk, &bulk, &err));
    assert_int_equal(bulk.runs, 1);
    assert_int_equal(akin__store_map_bytes(f->store), grown);
}

/* ---- threads ---- */

struct crowd {
    struct akin_store *store;
    pthread_mutex_t lock;
    bool is_over, failed;
};

static bool
crowd_is_over(struct crowd *crowd)
{
    bool answer;

    (void)pthread_mutex_lock(&crowd->lock);
    answer = crowd->is_over;
    (void)pthread_mutex_unlock(&crowd->lock);
    return answer;
}

/* Each transaction must see all of a bulk or nothing, and still see the same
 * after it has begun a second one (which must not wait for the map). */
static void *
read_all_the_time(void *arg)
{
    struct crowd *crowd = arg;
    bool ok = true;

    while (ok && !crowd_is_over(crowd)) {
        struct akin_txn *txn = NULL, *inner = NULL;
        uint64_t n = 0, again = 0;

        ok = akin_txn_read(crowd->store, &txn, NULL) == AKIN_OK &&
             akin_txn_count(txn, AKIN_TABLE_FEATURES, &n, NULL) == AKIN_OK;
        /* EAGAIN: the map must move while this thread holds one. */
        if (ok && akin_txn_read(crowd->store, &inner, NULL) == AKIN_OK)
            akin_txn_end(inner);
        ok =
            ok &&
            akin_txn_count(txn, AKIN_TABLE_FEATURES, &again, NULL) == AKIN_OK &&
            n == again && n % 10 == 0;
        akin_txn_end(txn);
    }
    if (!ok) {
        (void)pthread_mutex_lock(&crowd->lock);
        crowd->failed = true;
        (void)pthread_mutex_unlock(&crowd->lock);
    }
    return NULL;
}

static void
readers_and_a_growing_writer_share_one_store(void **state)
{
    struct fixture *f = *state;
    struct crowd crowd = {.store = f->store};
    struct akin_error err = {0};
    pthread_t reader[3];
    uint64_t change = 0, before = 0;

    assert_int_equal(pthread_mutex_init(&crowd.lock, NULL), 0);
    for (size_t i = 0; i < AKIN_COUNT(reader); i++)
        assert_int_equal(
            pthread_create(&reader[i], NULL, read_all_the_time, &crowd), 0);
    for (uint32_t i = 0; i < 60; i++) {
        struct bulk bulk = {.first = 1 + i * 10, .n = 10, .size = 9000};

        assert_ok(akin_store_update(f->store, put_bulk, &bulk, &err));
        assert_ok(akin_store_change(f->store, &change, &err));
        assert_true(change > before);
        before = change;
    }
    (void)pthread_mutex_lock(&crowd.lock);
    crowd.is_over = true;
    (void)pthread_mutex_unlock(&crowd.lock);
    for (size_t i = 0; i < AKIN_COUNT(reader); i++)
        (void)pthread_join(reader[i], NULL);
    assert_false(crowd.failed);
    assert_true(akin__store_map_bytes(f->store) > SMALL_MAP);
    (void)pthread_mutex_destroy(&crowd.lock);
}

struct waiter {
    struct akin_store *store;
    enum akin_status status;
};

static void *
update_in_thread(void *arg)
{
    struct waiter *waiter = arg;
    struct bulk bulk = {.first = 1, .n = 100, .size = 9000};

    waiter->status = akin_store_update(waiter->store, put_bulk, &bulk, NULL);
    return NULL;
}

static void
growth_waits_for_a_reader_who_may_go_on_reading(void **state)
{
    struct fixture *f = *state;
    struct waiter waiter = {.store = f->store, .status = AKIN_EINTERNAL};
    struct timespec pause = {.tv_nsec = 50000000};
    struct akin_txn *txn = NULL, *second = NULL;
    struct akin_error err = {0};
    struct akin_span value;
    pthread_t thread;
    uint64_t n = 0;

    assert_ok(put(f->store, "a", "one", &err));
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_int_equal(pthread_create(&thread, NULL, update_in_thread, &waiter),
                     0);
    /* Most likely it waits for us now. Whether or not, all of this works. */
    (void)nanosleep(&pause, NULL);
    assert_ok(akin_txn_read(f->store, &second, &err));
    assert_ok(akin_txn_get(txn, AKIN_TABLE_TERMS, text("a"), &value, &err));
    assert_true(akin_span_equal(value, text("one")));
    assert_ok(akin_txn_count(second, AKIN_TABLE_FEATURES, &n, &err));
    assert_int_equal(n, 0);
    akin_txn_end(second);
    akin_txn_end(txn);
    (void)pthread_join(thread, NULL);
    assert_int_equal(waiter.status, AKIN_OK);
}

/* ---- cursors ---- */

static void
cursors_walk_a_prefix_in_byte_order_and_may_be_nested(void **state)
{
    static const char *const keys[] = {"b2", "a", "b1", "c", "b", "b\xff"};
    static const char *const want[] = {"b", "b1", "b2", "b\xff"};
    struct fixture *f = *state;
    struct akin_cursor outer = {0};
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    enum akin_status st;
    size_t n = 0;

    for (size_t i = 0; i < AKIN_COUNT(keys); i++)
        assert_ok(put(f->store, keys[i], "v", &err));
    assert_ok(akin_txn_read(f->store, &txn, &err));
    while ((st = akin_cursor_next(txn, AKIN_TABLE_TERMS, text("b"), &outer,
                                  &err)) == AKIN_OK) {
        struct akin_cursor inner = {0};
        size_t n_inner = 0;

        assert_true(n < AKIN_COUNT(want));
        assert_true(akin_span_equal(outer.key, text(want[n])));
        while (akin_cursor_next(txn, AKIN_TABLE_MANIFEST, text(""), &inner,
                                &err) == AKIN_OK)
            n_inner++;
        akin_cursor_end(&inner);
        assert_int_equal(n_inner, 4); /* schema, features, created, uuid */
        n++;
    }
    assert_int_equal(st, AKIN_ENOTFOUND);
    assert_string_equal(err.text, "");
    assert_int_equal(n, AKIN_COUNT(want));
    /* The end stays the end. */
    assert_int_equal(
        akin_cursor_next(txn, AKIN_TABLE_TERMS, text("b"), &outer, &err),
        AKIN_ENOTFOUND);
    akin_cursor_end(&outer);
    akin_cursor_end(&outer); /* twice is fine */
    akin_txn_end(txn);
}

static void
long_texts_become_keys_that_no_other_text_has(void **state)
{
    struct akin_buf a = {0}, b = {0}, c = {0};
    char path[2001];

    (void)state;
    memset(path, 'p', sizeof(path));
    path[2000] = '\0';
    akin_store_text_key(path, &a);
    path[1999] = 'q';
    akin_store_text_key(path, &b);
    path[511] = '\0';
    akin_store_text_key(path, &c);
    assert_int_equal(a.len, AKIN_KEY_MAX);
    assert_int_equal(b.len, AKIN_KEY_MAX);
    assert_int_equal(c.len, AKIN_KEY_MAX);
    assert_memory_equal(a.data, b.data, AKIN_KEY_MAX - 16);
    assert_false(akin_span_equal(akin_buf_span(&a), akin_buf_span(&b)));
    assert_memory_equal(c.data, path, 511);
    assert_null(memchr(c.data, 0, c.len));
    assert_non_null(memchr(a.data, 0, a.len));
    akin_buf_free(&a);
    akin_buf_free(&b);
    akin_buf_free(&c);
}

static enum akin_status
count_up(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    return akin_manifest_next(txn, "apples", ctx, err);
}

static enum akin_status
set_to_the_end(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    (void)ctx;
    return akin_manifest_set_number(txn, "apples", UINT64_MAX, err);
}

static void
counters_begin_with_1_and_never_wrap(void **state)
{
    struct fixture *f = *state;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    uint64_t n = 99;

    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_manifest_number(txn, "apples", &n, &err));
    assert_int_equal(n, 0);
    akin_txn_end(txn);
    assert_ok(akin_store_update(f->store, count_up, &n, &err));
    assert_int_equal(n, 1);
    assert_ok(akin_store_update(f->store, count_up, &n, &err));
    assert_int_equal(n, 2);
    assert_ok(akin_store_update(f->store, set_to_the_end, NULL, &err));
    assert_fails_with(akin_store_update(f->store, count_up, &n, &err),
                      AKIN_ELIMIT, "apples");
}

static void
the_change_number_grows_with_commits_only(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    uint64_t a = 0, b = 0;

    assert_ok(akin_store_change(f->store, &a, &err));
    expect(f->store, "a", "-");
    assert_fails_with(akin_store_update(f->store, put_and_fail, NULL, &err),
                      AKIN_ECLOSED, "mind");
    assert_ok(akin_store_change(f->store, &b, &err));
    assert_int_equal(a, b);
    assert_ok(put(f->store, "a", "one", &err));
    assert_ok(akin_store_change(f->store, &b, &err));
    assert_true(b > a);
}

/* ---- other processes: these open nothing before they fork ---- */

/* Runs in the child; its answer is the exit status. */
typedef int child_fn(const char *dir, int to_parent);

static pid_t
start_child(child_fn *fn, const char *dir, int *from_child)
{
    int ends[2];
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(ends[0]);
        _exit(fn(dir, ends[1]));
    }
    (void)close(ends[1]);
    *from_child = ends[0];
    return pid;
}

static int
finish_child(pid_t pid, int from_child)
{
    int status = 0;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    (void)close(from_child);
    return status;
}

static void
make_store(const char *dir)
{
    struct akin_store *store = NULL;
    struct akin_error err = {0};

    assert_ok(akin__store_open_sized(dir, AKIN_STORE_CREATE, SMALL_MAP, &store,
                                     &err));
    akin_store_close(store);
}

/* 40 bulks of 10 entries; the map grows several times. */
static int
write_bulks(const char *dir, int to_parent)
{
    struct akin_store *store = NULL;
    int rc = 1;

    if (akin_store_open(dir, AKIN_STORE_WRITE, &store, NULL) != AKIN_OK)
        return 2;
    for (uint32_t i = 0; i < 40; i++) {
        struct bulk bulk = {.first = 1 + i * 10, .n = 10, .size = 9000};

        if (akin_store_update(store, put_bulk, &bulk, NULL) != AKIN_OK)
            goto done;
    }
    rc = write(to_parent, "x", 1) == 1 ? 0 : 3;
done:
    akin_store_close(store);
    return rc;
}

/* What a reader may see at any time: whole updates, and never fewer. */
static uint64_t
look_at_bulks(struct akin_store *store, uint64_t at_least)
{
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    uint64_t n = 0;

    assert_ok(akin_txn_read(store, &txn, &err));
    assert_ok(akin_txn_count(txn, AKIN_TABLE_FEATURES, &n, &err));
    assert_true(n >= at_least && n % 10 == 0);
    akin_txn_end(txn);
    return n;
}

static void
one_process_reads_whole_updates_while_another_writes(void **state)
{
    char *dir = akin_test_folder();
    struct akin_store *store = NULL;
    struct akin_error err = {0};
    int from_child = -1, status = 0;
    uint64_t n = 0, change = 0, last_change = 0;
    bool has_ended = false;
    pid_t pid;

    (void)state;
    make_store(dir);
    pid = start_child(write_bulks, dir, &from_child);
    assert_ok(akin_store_open(dir, AKIN_STORE_READ, &store, &err));
    while (!has_ended) {
        has_ended = waitpid(pid, &status, WNOHANG) == pid;
        assert_ok(akin_store_change(store, &change, &err));
        assert_true(change >= last_change);
        last_change = change;
        n = look_at_bulks(store, n);
    }
    (void)close(from_child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(n, 400); /* looked after the writer had ended */
    assert_true(akin__store_map_bytes(store) > SMALL_MAP);
    akin_store_close(store);
    akin_test_remove(dir);
}

struct stuck {
    int to_parent;
    struct bulk bulk;
};

static enum akin_status
write_and_wait_for_death(struct akin_txn *txn, void *ctx,
                         struct akin_error *err)
{
    struct stuck *stuck = ctx;
    enum akin_status st = put_bulk(txn, &stuck->bulk, err);

    if (st != AKIN_OK)
        return st;
    if (write(stuck->to_parent, "x", 1) == 1)
        (void)pause();
    return AKIN_OK;
}

static int
die_within_an_update(const char *dir, int to_parent)
{
    struct stuck stuck = {to_parent, {.first = 1, .n = 15, .size = 9000}};
    struct akin_store *store = NULL;

    if (akin_store_open(dir, AKIN_STORE_WRITE, &store, NULL) != AKIN_OK)
        return 2;
    return (int)akin_store_update(store, write_and_wait_for_death, &stuck,
                                  NULL);
}

static void
a_writer_killed_within_an_update_leaves_the_last_commit(void **state)
{
    char *dir = akin_test_folder();
    struct akin_store *store = NULL;
    struct akin_error err = {0};
    struct bulk after = {.first = 100, .n = 20, .size = 9000};
    struct akin_txn *txn = NULL;
    int from_child = -1, status;
    uint64_t n = 99;
    char byte;
    pid_t pid;

    (void)state;
    assert_ok(akin__store_open_sized(dir, AKIN_STORE_CREATE, SMALL_MAP, &store,
                                     &err));
    assert_ok(put(store, "a", "one", &err));
    akin_store_close(store);
    store = NULL;
    pid = start_child(die_within_an_update, dir, &from_child);
    assert_int_equal(read(from_child, &byte, 1), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    status = finish_child(pid, from_child);
    assert_true(WIFSIGNALED(status));

    assert_ok(akin_store_open(dir, AKIN_STORE_WRITE, &store, &err));
    expect(store, "a", "one");
    assert_ok(akin_txn_read(store, &txn, &err));
    assert_ok(akin_txn_count(txn, AKIN_TABLE_FEATURES, &n, &err));
    assert_int_equal(n, 0);
    akin_txn_end(txn);
    /* Its lock died with it. */
    assert_ok(akin_store_update(store, put_bulk, &after, &err));
    expect_bulk(store, &after);
    akin_store_close(store);
    akin_test_remove(dir);
}

/* Holds a read transaction for ever. */
static int
die_reading(const char *dir, int to_parent)
{
    struct akin_store *store = NULL;
    struct akin_txn *txn = NULL;

    if (akin_store_open(dir, AKIN_STORE_READ, &store, NULL) != AKIN_OK ||
        akin_txn_read(store, &txn, NULL) != AKIN_OK)
        return 2;
    if (write(to_parent, "x", 1) == 1)
        (void)pause();
    return 0;
}

static void
a_killed_reader_does_not_keep_old_pages_for_ever(void **state)
{
    char *dir = akin_test_folder();
    struct akin_store *store = NULL;
    struct akin_error err = {0};
    struct bulk bulk = {.first = 1, .n = 20, .size = 9000};
    int from_child = -1;
    size_t size;
    char byte;
    pid_t pid;

    (void)state;
    make_store(dir);
    pid = start_child(die_reading, dir, &from_child);
    assert_int_equal(read(from_child, &byte, 1), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    (void)finish_child(pid, from_child);
    assert_ok(akin_store_open(dir, AKIN_STORE_WRITE, &store, &err));
    for (int i = 0; i < 5; i++)
        assert_ok(akin_store_update(store, put_bulk, &bulk, &err));
    size = akin__store_map_bytes(store);
    /* The same entries again and again need no more room. */
    for (int i = 0; i < 20; i++)
        assert_ok(akin_store_update(store, put_bulk, &bulk, &err));
    assert_int_equal(akin__store_map_bytes(store), size);
    akin_store_close(store);
    akin_test_remove(dir);
}

/* Somebody without rights: in a child, since root must become nobody first. */
static int
read_without_rights(const char *dir, int to_parent)
{
    struct akin_store *store = NULL;
    struct akin_txn *txn = NULL;
    struct akin_span value;
    struct akin_error err = {0};
    int rc = 1;

    (void)to_parent;
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 77;
    if (akin_store_open(dir, AKIN_STORE_WRITE, &store, &err) != AKIN_EIO ||
        strstr(err.text, dir) == NULL)
        return 2;
    if (akin_store_open(dir, AKIN_STORE_READ, &store, &err) != AKIN_OK)
        return 3;
    if (akin_txn_read(store, &txn, &err) == AKIN_OK &&
        akin_txn_get(txn, AKIN_TABLE_TERMS, text("a"), &value, &err) ==
            AKIN_OK &&
        akin_span_equal(value, text("one")))
        rc = 0;
    akin_txn_end(txn);
    if (rc == 0 && put(store, "b", "two", &err) != AKIN_EINVAL)
        rc = 4;
    akin_store_close(store);
    return rc;
}

static void
a_store_that_cannot_be_written_can_be_read(void **state)
{
    static const bool with_lock_file[] = {true, false};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(with_lock_file); i++) {
        char *dir = akin_test_folder();
        char *data = akin_path_join(dir, "data.mdb");
        char *lock = akin_path_join(dir, "lock.mdb");
        struct akin_store *store = NULL;
        struct akin_error err = {0};
        int from_child = -1, status;

        assert_ok(akin_store_open(dir, AKIN_STORE_CREATE, &store, &err));
        assert_ok(put(store, "a", "one", &err));
        akin_store_close(store);
        if (!with_lock_file[i])
            assert_ok(akin_file_remove(lock, &err));
        else
            assert_int_equal(chmod(lock, 0444), 0);
        assert_int_equal(chmod(data, 0444), 0);
        assert_int_equal(chmod(dir, 0555), 0);
        status = finish_child(
            start_child(read_without_rights, dir, &from_child), from_child);
        assert_int_equal(chmod(dir, 0755), 0);
        free(data);
        free(lock);
        akin_test_remove(dir);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 77)
            skip();
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

static void
a_folder_that_cannot_be_entered_is_named(void **state)
{
    char *dir = akin_test_folder();
    char *file = akin_path_join(dir, "file");
    char *below = akin_path_join(file, "store");
    struct akin_store *store = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_file_write(file, text("no folder"), &err));
    assert_fails_with(akin_store_open(below, AKIN_STORE_CREATE, &store, &err),
                      AKIN_ENOTFOUND, "file/store");
    assert_fails_with(akin_store_open(file, AKIN_STORE_CREATE, &store, &err),
                      AKIN_EIO, "not a folder");
    free(below);
    free(file);
    akin_test_remove(dir);
}

/* Reads everything; whether it can be read or not, nothing may crash. */
static void
read_everything(struct akin_store *store)
{
    struct akin_txn *txn = NULL;
    size_t n_bytes = 0;

    if (akin_txn_read(store, &txn, NULL) != AKIN_OK)
        return;
    for (size_t t = 0; t < AKIN_N_TABLES; t++) {
        struct akin_cursor cur = {0};

        while (akin_cursor_next(txn, (enum akin_table)t, text(""), &cur,
                                NULL) == AKIN_OK)
            for (size_t b = 0; b < cur.value.len; b++)
                n_bytes += cur.value.data[b];
        akin_cursor_end(&cur);
    }
    (void)n_bytes;
    akin_txn_end(txn);
}

static void
a_file_cut_short_is_a_sentence_and_no_crash(void **state)
{
    char *dir = akin_test_folder();
    char *data = akin_path_join(dir, "data.mdb");
    struct bulk bulk = {.first = 1, .n = 30, .size = 9000};
    struct akin_buf whole = {0};
    struct akin_store *store = NULL;
    struct akin_error err = {0};
    size_t n_refused = 0;

    (void)state;
    assert_ok(akin_store_open(dir, AKIN_STORE_CREATE, &store, &err));
    assert_ok(akin_store_update(store, put_bulk, &bulk, &err));
    akin_store_close(store);
    assert_ok(akin_file_read(data, (uint64_t)1 << 30, &whole, &err));
    for (size_t len = 0; len < whole.len; len += 4096 * 3 + 1000) {
        store = NULL;
        err = (struct akin_error){0};
        assert_ok(akin_file_write(data, akin_span_of(whole.data, len), &err));
        if (akin_store_open(dir, AKIN_STORE_WRITE, &store, &err) != AKIN_OK) {
            assert_true(strlen(err.text) > 0);
            n_refused++;
            continue;
        }
        read_everything(store);
        akin_store_close(store);
    }
    assert_true(n_refused > 0);
    akin_buf_free(&whole);
    free(data);
    akin_test_remove(dir);
}

int
main(void)
{
#define WITH_STORE(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        /* First those that fork: they must find no store open. */
        cmocka_unit_test(one_process_reads_whole_updates_while_another_writes),
        cmocka_unit_test(
            a_writer_killed_within_an_update_leaves_the_last_commit),
        cmocka_unit_test(a_killed_reader_does_not_keep_old_pages_for_ever),
        cmocka_unit_test(a_store_that_cannot_be_written_can_be_read),
        cmocka_unit_test(a_folder_that_cannot_be_entered_is_named),
        cmocka_unit_test(a_file_cut_short_is_a_sentence_and_no_crash),
        WITH_STORE(what_was_written_is_there_after_opening_again),
        cmocka_unit_test(
            a_folder_without_a_store_is_answered_with_how_to_make_one),
        cmocka_unit_test(a_file_of_another_program_is_refused),
        cmocka_unit_test(a_store_of_another_kind_is_refused_with_both_names),
        WITH_STORE(a_new_store_says_when_it_was_made_and_has_its_own_name),
        WITH_STORE(a_body_that_fails_leaves_nothing_behind),
        WITH_STORE(a_store_open_for_reading_refuses_updates),
        WITH_STORE(a_thread_that_reads_is_told_that_it_cannot_update),
        WITH_STORE(an_update_within_an_update_is_refused),
        WITH_STORE(keys_have_1_to_511_bytes),
        WITH_STORE(keys_may_hold_zero_bytes),
        WITH_STORE(the_map_grows_until_an_update_fits),
        WITH_STORE(a_body_that_swallows_a_full_map_runs_again_all_the_same),
        WITH_STORE(a_map_that_grew_is_as_large_when_opened_again),
        WITH_STORE(readers_and_a_growing_writer_share_one_store),
        WITH_STORE(growth_waits_for_a_reader_who_may_go_on_reading),
        WITH_STORE(cursors_walk_a_prefix_in_byte_order_and_may_be_nested),
        cmocka_unit_test(long_texts_become_keys_that_no_other_text_has),
        WITH_STORE(counters_begin_with_1_and_never_wrap),
        WITH_STORE(the_change_number_grows_with_commits_only),
    };

    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
