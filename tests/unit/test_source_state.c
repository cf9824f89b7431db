/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/source_state.h"
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

struct put {
    const char *path;
    struct akin_source_state state;
};

static enum akin_status
put_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const struct put *put = ctx;

    return akin_source_put(txn, put->path, &put->state, err);
}

static struct put
sample(const char *path, uint32_t dataset)
{
    struct put put = {.path = path,
                      .state = {.size_bytes = 0x123456789abcdefu,
                                .mtime_ns = -5,
                                .image = 77,
                                .dataset = dataset}};

    put.state.hash = akin_hash_of(akin_span_str(path));
    return put;
}

static void
store_sample(struct fixture *f, const char *path, uint32_t dataset)
{
    struct put put = sample(path, dataset);
    struct akin_error err = {0};

    assert_ok(akin_store_update(f->store, put_body, &put, &err));
}

static enum akin_status
look(struct fixture *f, const char *path, struct akin_source_state *out,
     struct akin_error *err)
{
    struct akin_txn *txn = NULL;
    enum akin_status st;

    assert_int_equal(akin_txn_read(f->store, &txn, NULL), AKIN_OK);
    st = akin_source_get(txn, path, out, err);
    akin_txn_end(txn);
    return st;
}

static void
expect_sample(struct fixture *f, const char *path, uint32_t dataset)
{
    struct put want = sample(path, dataset);
    struct akin_source_state got = {0};
    struct akin_error err = {0};

    assert_ok(look(f, path, &got, &err));
    assert_int_equal(got.size_bytes, want.state.size_bytes);
    assert_int_equal(got.mtime_ns, -5);
    assert_int_equal(got.image, 77);
    assert_int_equal(got.dataset, dataset);
    assert_memory_equal(got.hash.bytes, want.state.hash.bytes, 16);
}

static enum akin_status
del_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    return akin_source_del(txn, ctx, err);
}

static enum akin_status
forget_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const uint32_t *dataset = ctx;

    return akin_source_forget(txn, *dataset, err);
}

static void
a_state_comes_back_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct akin_source_state got = {0};
    struct akin_error err = {0};
    char deep[3000];

    memset(deep, 'd', sizeof(deep));
    deep[sizeof(deep) - 1] = '\0';
    store_sample(f, "/data/a b/\xff.tif", 3);
    store_sample(f, deep, 3);
    expect_sample(f, "/data/a b/\xff.tif", 3);
    expect_sample(f, deep, 3);
    deep[sizeof(deep) - 2] = 'e';
    assert_fails_with(look(f, deep, &got, &err), AKIN_ENOTFOUND, "never seen");
    assert_ok(
        akin_store_update(f->store, del_body, "/data/a b/\xff.tif", &err));
    assert_fails_with(look(f, "/data/a b/\xff.tif", &got, &err), AKIN_ENOTFOUND,
                      "never seen");
    assert_ok(
        akin_store_update(f->store, del_body, "/data/a b/\xff.tif", &err));
    assert_int_equal(got.dataset, 0); /* untouched by failure */
}

static void
forgetting_a_dataset_leaves_the_others(void **state)
{
    struct fixture *f = *state;
    struct akin_source_state got;
    struct akin_error err = {0};
    uint32_t dataset = 2;
    char path[32];

    for (int i = 0; i < 300; i++) {
        (void)snprintf(path, sizeof(path), "/data/%d.tif", i);
        store_sample(f, path, 1 + (uint32_t)(i % 3));
    }
    assert_ok(akin_store_update(f->store, forget_body, &dataset, &err));
    for (int i = 0; i < 300; i++) {
        (void)snprintf(path, sizeof(path), "/data/%d.tif", i);
        if (i % 3 == 1)
            assert_int_equal(look(f, path, &got, NULL), AKIN_ENOTFOUND);
        else
            expect_sample(f, path, 1 + (uint32_t)(i % 3));
    }
}

static enum akin_status
quarantine_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const char *const *pair = ctx;

    return akin_quarantine_put(txn, pair[0], pair[1], 1234, err);
}

static enum akin_status
release_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    return akin_quarantine_del(txn, ctx, err);
}

static struct akin_json *
quarantined(struct fixture *f)
{
    struct akin_json *list = NULL;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};

    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_quarantine_list(txn, &list, &err));
    akin_txn_end(txn);
    return list;
}

static void
quarantine_lists_path_reason_and_time_by_path(void **state)
{
    static const char *bad[][2] = {
        {"/data/b.tif", "EOF"}, {"/data/a.tif", "first"}, {"/x\xff", "name"}};
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_json *list = quarantined(f);
    int64_t when = 0;

    assert_int_equal(akin_json_type(list), AKIN_JSON_ARRAY);
    assert_int_equal(akin_json_count(list), 0);
    akin_json_free(list);
    for (size_t i = 0; i < AKIN_COUNT(bad); i++)
        assert_ok(akin_store_update(f->store, quarantine_body, bad[i], &err));
    list = quarantined(f);
    assert_int_equal(akin_json_count(list), 3);
    assert_string_equal(akin_json_text(akin_json_at(list, 0), "path"),
                        "/data/a.tif");
    assert_string_equal(akin_json_text(akin_json_at(list, 1), "reason"), "EOF");
    assert_true(
        akin_json_int(akin_json_get(akin_json_at(list, 1), "time"), &when));
    assert_int_equal(when, 1234);
    akin_json_free(list);
    assert_ok(akin_store_update(f->store, release_body, "/data/a.tif", &err));
    assert_ok(akin_store_update(f->store, release_body, "/data/a.tif", &err));
    list = quarantined(f);
    assert_int_equal(akin_json_count(list), 2);
    akin_json_free(list);
}

static void
a_damaged_state_is_a_sentence(void **state)
{
    struct akin_source_state got = {0};
    struct akin_buf value = {0};
    struct akin_error err = {0};

    (void)state;
    akin__frame_begin(&value, AKIN__FRAME_SOURCE, 0);
    for (int i = 0; i < 5; i++)
        akin__frame_u64(&value, 1);
    akin__frame_end(&value);
    assert_ok(akin__source_decode(akin_buf_span(&value), &got, &err));
    for (size_t i = 0; i < value.len; i++) {
        value.data[i] ^= 1;
        assert_int_equal(akin__source_decode(akin_buf_span(&value), &got, &err),
                         AKIN_EFORMAT);
        value.data[i] ^= 1;
        assert_int_equal(
            akin__source_decode(akin_span_of(value.data, i), &got, &err),
            AKIN_EFORMAT);
    }
    /* A good frame of a wrong length. */
    akin__frame_begin(&value, AKIN__FRAME_SOURCE, 0);
    akin__frame_u64(&value, 1);
    akin__frame_end(&value);
    assert_fails_with(akin__source_decode(akin_buf_span(&value), &got, &err),
                      AKIN_EFORMAT, "cut off");
    akin_buf_free(&value);
}

int
main(void)
{
#define WITH_STORE(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_state_comes_back_as_it_was),
        WITH_STORE(forgetting_a_dataset_leaves_the_others),
        WITH_STORE(quarantine_lists_path_reason_and_time_by_path),
        cmocka_unit_test(a_damaged_state_is_a_sentence),
    };

    return cmocka_run_group_tests_name("source_state", tests, NULL, NULL);
}
