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
#include "store_test.h"

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
    {"schema", "3", AKIN_ESTALE, "schema 3"},
    {"schema", "3", AKIN_ESTALE, "needs schema 2"},
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
int
main(void)
{
#define WITH_STORE(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
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
