/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/dataset.h"
#include "akin/verify.h"
#include "store_values.h"

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
    assert_ok(akin_store_open(f->dir, AKIN_STORE_CREATE, &f->store, &err));
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

static struct akin_json *
parse(const char *text)
{
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    assert_ok(akin_json_parse(akin_span_str(text), &json, &err));
    return json;
}

/* ---- one action, one transaction ---- */

struct put {
    struct akin_json *record;
    int64_t now_s;
    uint32_t number;
    enum akin_dataset_change change;
};

static enum akin_status
put_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct put *put = ctx;

    return akin_dataset_put(txn, put->record, put->now_s, &put->number,
                            &put->change, err);
}

/* Stores what the text says; the answer's number and change. */
static struct put
put(struct fixture *f, const char *text, int64_t now_s)
{
    struct put put = {.record = parse(text), .now_s = now_s};
    struct akin_error err = {0};

    assert_ok(akin_store_update(f->store, put_body, &put, &err));
    akin_json_free(put.record);
    put.record = NULL;
    return put;
}

static enum akin_status
remove_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const char *const *args = ctx; /* id, reason */

    return akin_dataset_remove(txn, args[0], args[1], 900, err);
}

static enum akin_status
remove_dataset(struct fixture *f, const char *id, const char *reason,
               struct akin_error *err)
{
    const char *args[2] = {id, reason};

    return akin_store_update(f->store, remove_body, args, err);
}

static void
a_new_dataset_is_found_by_id_and_by_number(void **state)
{
    struct fixture *f = *state;
    struct put one = put(f, "{\"id\":\"S-1\",\"title\":\"One\"}", 100);
    struct put two = put(f, "{\"id\":\"S-2\",\"title\":\"Two\"}", 101);
    struct akin_dataset got = {0};
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};

    assert_int_equal(one.change, AKIN_DATASET_NEW);
    assert_int_equal(one.number, 1);
    assert_int_equal(two.number, 2);
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_dataset_find(txn, "S-2", &got, &err));
    assert_int_equal(got.number, 2);
    assert_int_equal(got.version, 1);
    assert_int_equal(got.updated_s, 101);
    assert_string_equal(akin_json_text(got.record, "title"), "Two");
    akin_dataset_free(&got);
    assert_ok(akin_dataset_get(txn, 1, &got, &err));
    assert_string_equal(akin_json_text(got.record, "title"), "One");
    akin_dataset_free(&got);
    assert_fails_with(akin_dataset_find(txn, "S-3", &got, &err), AKIN_ENOTFOUND,
                      "S-3");
    assert_fails_with(akin_dataset_find(txn, "", &got, &err), AKIN_ENOTFOUND,
                      "no dataset");
    assert_fails_with(akin_dataset_get(txn, 3, &got, &err), AKIN_ENOTFOUND,
                      "number 3");
    assert_null(got.record);
    akin_txn_end(txn);
}

static void
the_same_record_in_another_order_is_no_change(void **state)
{
    struct fixture *f = *state;
    struct put again;
    struct akin_dataset got = {0};
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    uint64_t before = 0, after = 0;

    (void)put(f, "{\"id\":\"S\",\"a\":{\"x\":1,\"y\":0.1},\"b\":[1,2]}", 100);
    assert_ok(akin_store_change(f->store, &before, &err));
    again = put(f, "{\"b\":[1,2],\"a\":{\"y\":0.1,\"x\":1},\"id\":\"S\"}", 200);
    assert_int_equal(again.change, AKIN_DATASET_SAME);
    assert_int_equal(again.number, 1);
    assert_ok(akin_store_change(f->store, &after, &err));
    assert_int_equal(before, after); /* nothing was written */
    again = put(f, "{\"b\":[2,1],\"a\":{\"y\":0.1,\"x\":1},\"id\":\"S\"}", 300);
    assert_int_equal(again.change, AKIN_DATASET_CHANGED);
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_dataset_find(txn, "S", &got, &err));
    assert_int_equal(got.version, 2);
    assert_int_equal(got.updated_s, 300);
    akin_dataset_free(&got);
    akin_txn_end(txn);
}

static void
expect_version(const struct akin_json *history, size_t i, int64_t version,
               int64_t time_s, const char *title)
{
    const struct akin_json *entry = akin_json_at(history, i);
    int64_t n = 0;

    assert_true(akin_json_int(akin_json_get(entry, "version"), &n));
    assert_int_equal(n, version);
    assert_true(akin_json_int(akin_json_get(entry, "time"), &n));
    assert_int_equal(n, time_s);
    assert_string_equal(akin_json_text(akin_json_get(entry, "record"), "title"),
                        title);
}

static void
old_versions_are_kept_with_their_times(void **state)
{
    struct fixture *f = *state;
    struct akin_json *history = NULL;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};

    (void)put(f, "{\"id\":\"S\",\"title\":\"first\"}", 100);
    (void)put(f, "{\"id\":\"T\",\"title\":\"other\"}", 150);
    (void)put(f, "{\"id\":\"S\",\"title\":\"second\"}", 200);
    (void)put(f, "{\"id\":\"S\",\"title\":\"third\"}", 300);
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_dataset_history(txn, "S", &history, &err));
    assert_int_equal(akin_json_count(history), 3);
    expect_version(history, 0, 1, 100, "first");
    expect_version(history, 1, 2, 200, "second");
    expect_version(history, 2, 3, 300, "third");
    akin_json_free(history);
    history = NULL;
    assert_fails_with(akin_dataset_history(txn, "U", &history, &err),
                      AKIN_ENOTFOUND, "no dataset U");
    assert_null(history);
    akin_txn_end(txn);
}

static enum akin_status
amend(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct akin_json *record = NULL;
    enum akin_status st = akin_json_parse(akin_span_str(ctx), &record, err);

    if (st == AKIN_OK)
        st = akin_dataset_amend(txn, 1, record, 150, err);
    akin_json_free(record);
    return st;
}

static void
an_amended_record_is_the_same_version(void **state)
{
    static char said[] = "{\"id\":\"S\",\"title\":\"all of it\"}";
    static char other[] = "{\"id\":\"T\",\"title\":\"first\"}";
    struct fixture *f = *state;
    struct akin_json *history = NULL;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};

    (void)put(f, "{\"id\":\"S\",\"title\":\"a part\"}", 100);
    assert_ok(akin_store_update(f->store, amend, said, &err));
    assert_fails_with(akin_store_update(f->store, amend, other, &err),
                      AKIN_EINVAL, "the record is of dataset T, and 1 is S");
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_dataset_history(txn, "S", &history, &err));
    assert_int_equal(akin_json_count(history), 1);
    expect_version(history, 0, 1, 150, "all of it");
    akin_json_free(history);
    akin_txn_end(txn);
}

static void
removal_leaves_a_tombstone_with_its_reason(void **state)
{
    struct fixture *f = *state;
    struct akin_json *grave = NULL, *history = NULL;
    struct akin_dataset got = {0};
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    int64_t n = 0;

    (void)put(f, "{\"id\":\"S\",\"title\":\"first\"}", 100);
    (void)put(f, "{\"id\":\"S\",\"title\":\"second\"}", 200);
    assert_ok(remove_dataset(f, "S", "withdrawn by its authors", &err));
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_fails_with(akin_dataset_find(txn, "S", &got, &err), AKIN_ENOTFOUND,
                      "dataset S was removed: withdrawn by its authors");
    assert_fails_with(akin_dataset_get(txn, 1, &got, &err), AKIN_ENOTFOUND,
                      "number 1");
    assert_ok(akin_dataset_tombstone(txn, "S", &grave, &err));
    assert_string_equal(akin_json_text(grave, "id"), "S");
    assert_string_equal(akin_json_text(grave, "reason"),
                        "withdrawn by its authors");
    assert_true(akin_json_int(akin_json_get(grave, "time"), &n));
    assert_int_equal(n, 900);
    assert_true(akin_json_int(akin_json_get(grave, "number"), &n));
    assert_int_equal(n, 1);
    akin_json_free(grave);
    assert_fails_with(akin_dataset_tombstone(txn, "T", &grave, &err),
                      AKIN_ENOTFOUND, "no tombstone");
    assert_ok(akin_dataset_history(txn, "S", &history, &err));
    assert_int_equal(akin_json_count(history), 2);
    expect_version(history, 1, 2, 200, "second");
    akin_json_free(history);
    akin_txn_end(txn);
    assert_fails_with(remove_dataset(f, "S", "again", &err), AKIN_ENOTFOUND,
                      "was removed");
    assert_fails_with(remove_dataset(f, "T", "never", &err), AKIN_ENOTFOUND,
                      "no dataset T");
}

static void
a_revived_dataset_gets_its_number_back_and_its_history_goes_on(void **state)
{
    struct fixture *f = *state;
    struct akin_json *history = NULL, *grave = NULL;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    struct put again;

    (void)put(f, "{\"id\":\"S\",\"title\":\"first\"}", 100);
    assert_ok(remove_dataset(f, "S", NULL, &err));
    assert_int_equal(put(f, "{\"id\":\"T\"}", 300).number, 2);
    again = put(f, "{\"id\":\"S\",\"title\":\"back\"}", 400);
    assert_int_equal(again.change, AKIN_DATASET_REVIVED);
    assert_int_equal(again.number, 1);
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_dataset_history(txn, "S", &history, &err));
    assert_int_equal(akin_json_count(history), 2);
    expect_version(history, 0, 1, 100, "first");
    expect_version(history, 1, 2, 400, "back");
    akin_json_free(history);
    assert_fails_with(akin_dataset_tombstone(txn, "S", &grave, &err),
                      AKIN_ENOTFOUND, "no tombstone");
    akin_txn_end(txn);
    assert_ok(akin_verify(f->store, NULL, &err));
}

static void
walking_by_number_skips_what_was_removed(void **state)
{
    struct fixture *f = *state;
    struct akin_dataset got = {0};
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    uint32_t number = 0;

    (void)put(f, "{\"id\":\"A\"}", 1);
    (void)put(f, "{\"id\":\"B\"}", 1);
    (void)put(f, "{\"id\":\"C\"}", 1);
    (void)put(f, "{\"id\":\"D\"}", 1);
    assert_ok(remove_dataset(f, "A", "x", &err));
    assert_ok(remove_dataset(f, "C", "x", &err));
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_dataset_next(txn, &number, &got, &err));
    assert_int_equal(number, 2);
    assert_string_equal(akin_json_text(got.record, "id"), "B");
    akin_dataset_free(&got);
    assert_ok(akin_dataset_next(txn, &number, &got, &err));
    assert_int_equal(number, 4);
    akin_dataset_free(&got);
    assert_int_equal(akin_dataset_next(txn, &number, &got, &err),
                     AKIN_ENOTFOUND);
    assert_string_equal(err.text, "");
    number = UINT32_MAX;
    assert_int_equal(akin_dataset_next(txn, &number, &got, &err),
                     AKIN_ENOTFOUND);
    akin_txn_end(txn);
}

static const struct {
    const char *name, *text, *says;
} refusals[] = {
    {"no object", "[1]", "is an object"},
    {"no id", "{\"title\":\"x\"}", "has no id"},
    {"id is a number", "{\"id\":7}", "has no id"},
    {"empty id", "{\"id\":\"\"}", "is empty"},
    {"line feed", "{\"id\":\"a\\nb\"}", "control characters"},
    {"delete", "{\"id\":\"a\\u007f\"}", "control characters"},
    {"C1 control", "{\"id\":\"a\\u0085\"}", "control characters"},
    {"zero inside", "{\"id\":\"a\\u0000b\"}", "control characters"},
};

static void
ids_that_cannot_be_used_are_refused(void **state)
{
    struct fixture *f = *state;
    struct akin_buf text = {0};
    struct akin_error err = {0};

    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct put put = {.record = parse(refusals[i].text)};

        print_message("  %s\n", refusals[i].name);
        assert_fails_with(akin_store_update(f->store, put_body, &put, &err),
                          AKIN_EINVAL, refusals[i].says);
        akin_json_free(put.record);
    }
    for (size_t len = 400; len <= 401; len++) {
        struct put put = {0};

        akin_buf_clear(&text);
        akin_buf_printf(&text, "{\"id\":\"%0*d\"}", (int)len, 1);
        put.record = parse(akin_buf_text(&text));
        if (len == 400)
            assert_ok(akin_store_update(f->store, put_body, &put, &err));
        else
            assert_fails_with(akin_store_update(f->store, put_body, &put, &err),
                              AKIN_EINVAL, "401 bytes; at most 400");
        akin_json_free(put.record);
    }
    akin_buf_free(&text);
}

struct flip {
    size_t at;
    bool cut;
    struct akin_span whole;
};

static enum akin_status
put_damaged(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const struct flip *flip = ctx;
    struct akin__key key = akin__key_number(1);
    struct akin_buf bytes = {0};
    enum akin_status st;

    akin_buf_put(&bytes, flip->whole.data,
                 flip->cut ? flip->at : flip->whole.len);
    if (!flip->cut)
        bytes.data[flip->at] ^= 0x10;
    st = akin_txn_put(txn, AKIN_TABLE_DATASETS, akin__key_span(&key),
                      akin_buf_span(&bytes), err);
    akin_buf_free(&bytes);
    return st;
}

static void
a_damaged_record_is_a_sentence_wherever_it_is_damaged(void **state)
{
    struct fixture *f = *state;
    struct akin__key key = akin__key_number(1);
    struct akin_buf whole = {0};
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    struct akin_span value;

    (void)put(f, "{\"id\":\"S-1\",\"title\":\"One\"}", 100);
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_txn_get(txn, AKIN_TABLE_DATASETS, akin__key_span(&key),
                           &value, &err));
    akin_buf_put(&whole, value.data, value.len);
    akin_txn_end(txn);
    for (size_t i = 0; i < 2 * whole.len; i++) {
        struct flip flip = {i / 2, i % 2 == 0, akin_buf_span(&whole)};
        struct akin_dataset got = {0};

        assert_ok(akin_store_update(f->store, put_damaged, &flip, &err));
        assert_ok(akin_txn_read(f->store, &txn, &err));
        assert_fails_with(akin_dataset_get(txn, 1, &got, &err), AKIN_EFORMAT,
                          "dataset 1: ");
        assert_null(got.record);
        akin_txn_end(txn);
    }
    akin_buf_free(&whole);
}

int
main(void)
{
#define WITH_STORE(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_new_dataset_is_found_by_id_and_by_number),
        WITH_STORE(the_same_record_in_another_order_is_no_change),
        WITH_STORE(old_versions_are_kept_with_their_times),
        WITH_STORE(an_amended_record_is_the_same_version),
        WITH_STORE(removal_leaves_a_tombstone_with_its_reason),
        WITH_STORE(
            a_revived_dataset_gets_its_number_back_and_its_history_goes_on),
        WITH_STORE(walking_by_number_skips_what_was_removed),
        WITH_STORE(ids_that_cannot_be_used_are_refused),
        WITH_STORE(a_damaged_record_is_a_sentence_wherever_it_is_damaged),
    };

    return cmocka_run_group_tests_name("dataset", tests, NULL, NULL);
}
