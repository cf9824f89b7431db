/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store between processes: these tests fork, so none may have one open.
 */
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_process_reads_whole_updates_while_another_writes),
        cmocka_unit_test(
            a_writer_killed_within_an_update_leaves_the_last_commit),
        cmocka_unit_test(a_killed_reader_does_not_keep_old_pages_for_ever),
        cmocka_unit_test(a_store_that_cannot_be_written_can_be_read),
        cmocka_unit_test(a_folder_that_cannot_be_entered_is_named),
        cmocka_unit_test(a_file_cut_short_is_a_sentence_and_no_crash),
    };

    return cmocka_run_group_tests_name("store_processes", tests, NULL, NULL);
}
