/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on a dataset's record: declared files, people. */
#include "akin_test.h"

#include "akin/dataset.h"
#include "akin/verify.h"

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

static void
expect_in_order(struct fixture *f)
{
    struct akin_json *problems = NULL;
    struct akin_error err = {0};

    assert_ok(akin_verify(f->store, &problems, &err));
    assert_int_equal(akin_json_count(problems), 0);
    akin_json_free(problems);
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

/* A record, and files of a kind (NULL: none), in one transaction; or a removal
 * (record NULL). */
struct change {
    const char *record, *files, *remove;
    size_t kind;
    uint32_t number;
};

static enum akin_status
change_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct change *change = ctx;
    enum akin_dataset_change what;
    struct akin_json *json;
    enum akin_status st;

    if (change->remove != NULL)
        return akin_dataset_remove(txn, change->remove, "withdrawn", 9, err);
    json = parse(change->record);
    st = akin_dataset_put(txn, json, 7, &change->number, &what, err);
    akin_json_free(json);
    if (st != AKIN_OK || change->files == NULL)
        return st;
    json = parse(change->files);
    st = akin_dataset_files_put(txn, change->number, change->kind, json, err);
    akin_json_free(json);
    return st;
}

static uint32_t
apply(struct fixture *f, struct change change)
{
    struct akin_error err = {0};

    assert_ok(akin_store_update(f->store, change_body, &change, &err));
    expect_in_order(f);
    return change.number;
}

/* The declared path that an image of this name is; "-": none. */
static void
expect_file(struct fixture *f, uint32_t dataset, const char *name,
            const char *want)
{
    struct akin_json *file = NULL;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    enum akin_status st;

    assert_ok(akin_txn_read(f->store, &txn, &err));
    st = akin_dataset_file_of(txn, dataset, name, &file, &err);
    assert_true(st == AKIN_OK || st == AKIN_ENOTFOUND);
    assert_string_equal(st == AKIN_OK ? akin_json_text(file, "path") : "-",
                        want);
    akin_json_free(file);
    akin_txn_end(txn);
}

static uint64_t
count_files(struct fixture *f, uint32_t dataset)
{
    struct akin_json *files = NULL;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    uint64_t total = 0;

    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_dataset_files(txn, dataset, 1, &files, &total, &err));
    assert_int_equal(akin_json_count(files), total > 0 ? 1 : 0);
    akin_json_free(files);
    akin_txn_end(txn);
    return total;
}

static void
an_image_is_the_file_whose_path_ends_most_like_its_own(void **state)
{
    static const struct {
        const char *name, *want;
    } cases[] = {
        {"images/a.tif", "study/images/a.tif"},
        {"A.TIF", "-"}, /* two fit equally well */
        {"x/masks/a.tif", "study/masks/a.tif"},
        {"deep/below/b.tif", "b.tif"},
        {"b.tiff", "-"},
        {"ab.tif", "-"},
        {"images/B.tif", "b.tif"},
        {"", "-"},
    };
    uint32_t n =
        apply(*state, (struct change){.record = "{\"id\":\"S-1\"}",
                                      .files = "{\"study/images/a.tif\":{},"
                                               "\"study/masks/a.tif\":{},"
                                               "\"b.tif\":{}}"});

    for (size_t i = 0; i < AKIN_COUNT(cases); i++)
        expect_file(*state, n, cases[i].name, cases[i].want);
    expect_file(*state, n + 1, "b.tif", "-");
}

static void
each_kind_of_metadata_replaces_its_own_files_only(void **state)
{
    struct change change = {.record = "{\"id\":\"S-1\"}",
                            .files = "{\"a.tif\":{},\"b.tif\":{}}"};
    uint32_t n = apply(*state, change);

    change.kind = 3;
    change.files = "{\"c.tif\":{}}";
    (void)apply(*state, change);
    assert_int_equal(count_files(*state, n), 3);
    change.files = "{\"d.tif\":{},\"e.tif\":{}}";
    (void)apply(*state, change);
    assert_int_equal(count_files(*state, n), 4);
    expect_file(*state, n, "c.tif", "-");
    change.files = "{}";
    (void)apply(*state, change);
    assert_int_equal(count_files(*state, n), 2);
}

static void
files_go_with_their_dataset(void **state)
{
    uint32_t n = apply(*state, (struct change){.record = "{\"id\":\"S-1\"}",
                                               .files = "{\"a.tif\":{}}"});

    (void)apply(*state, (struct change){.remove = "S-1"});
    assert_int_equal(count_files(*state, n), 0);
}

/* ---- people ---- */

#define ADA "0000-0002-1825-0097"

static struct akin_json *
person(struct fixture *f, const char *orcid)
{
    struct akin_json *out = NULL;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};

    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_dataset_person(txn, orcid, &out, &err));
    akin_txn_end(txn);
    return out;
}

static void
a_person_is_found_in_old_versions_and_removed_datasets(void **state)
{
    static const struct change changes[] = {
        {.record = "{\"id\":\"S-1\",\"authors\":[{\"name\":\"Ada\",\"orcid\":"
                   "\"" ADA "\",\"role\":[\"curator\"]}]}"},
        {.record = "{\"id\":\"S-1\",\"authors\":[{\"name\":\"Bob\"}]}"},
        {.record = "{\"id\":\"S-2\",\"title\":\"t\",\"mifa\":{\"annotations\":"
                   "[{\"title\":\"masks\",\"authors\":[{\"name\":\"A. Lovelace"
                   "\",\"orcid\":\"" ADA "\"}]}]}}"},
        {.record = "{\"id\":\"S-3\"}"},
        {.remove = "S-2"}};
    struct akin_json *out;
    struct akin_buf text = {0};

    for (size_t i = 0; i < AKIN_COUNT(changes); i++)
        (void)apply(*state, changes[i]);
    out = person(*state, ADA);
    akin_json_write(out, AKIN_JSON_COMPACT, &text);
    assert_string_equal(
        akin_buf_text(&text),
        "{\"orcid\":\"" ADA "\",\"names\":[\"Ada\",\"A. Lovelace\"],"
        "\"contributions\":[{\"id\":\"S-1\",\"title\":\"\",\"roles\":"
        "[\"author\",\"curator\"],\"annotations\":[],\"versions\":2,"
        "\"first_version\":1,\"last_version\":1},{\"id\":\"S-2\",\"title\":"
        "\"t\",\"roles\":[\"annotator\"],\"annotations\":[\"masks\"],"
        "\"versions\":1,\"first_version\":1,\"last_version\":1,"
        "\"removed\":\"withdrawn\"}]}");
    akin_buf_free(&text);
    akin_json_free(out);
}

static void
nobody_is_a_sentence(void **state)
{
    struct fixture *f = *state;
    struct akin_json *out = NULL;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};

    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_fails_with(akin_dataset_person(txn, ADA, &out, &err), AKIN_ENOTFOUND,
                      "no dataset names the person " ADA);
    assert_null(out);
    akin_txn_end(txn);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            an_image_is_the_file_whose_path_ends_most_like_its_own, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            each_kind_of_metadata_replaces_its_own_files_only, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(files_go_with_their_dataset, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_person_is_found_in_old_versions_and_removed_datasets, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(nobody_is_a_sentence, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
