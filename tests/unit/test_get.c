/* SPDX-License-Identifier: Apache-2.0 */
/* What get says of histories, file lists and people; and terms. */
#include "akin_test.h"

#include "akin/dataset.h"
#include "akin/file.h"
#include "service.h"
#include "small_store.h"

#define ADA "0000-0002-1825-0097"

struct fixture {
    char *folder;
    struct akin_config config;
    struct akin_service *service;
    struct akin_session *session;
};

static struct akin_json *
parsed(const char *text)
{
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    assert_ok(akin_json_parse(akin_span_str(text), &json, &err));
    return json;
}

/* Another version of test:dots, with a file list. */
static enum akin_status
change_dots(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct akin_json *record = parsed(
        "{\"id\":\"test:dots\",\"title\":\"Dots anew\",\"license\":\"CC0-1.0\","
        "\"authors\":[{\"name\":\"Ada\",\"orcid\":\"" ADA "\"}]}");
    struct akin_json *files =
        parsed("{\"study/1-0.bmp\":{\"attributes\":{\"SNR\":\"low\"}},"
               "\"study/other.bmp\":{}}");
    enum akin_dataset_change change;
    uint32_t number;
    enum akin_status st;

    (void)ctx;
    st = akin_dataset_put(txn, record, 1000, &number, &change, err);
    if (st == AKIN_OK)
        st = akin_dataset_files_put(txn, number, 0, files, err);
    akin_json_free(record);
    akin_json_free(files);
    return st;
}

static int
set_up(void **state)
{
    struct fixture *f = akin_new(1, sizeof(*f));
    struct akin_store *store = NULL;
    struct akin_error err = {0};
    char *dir;

    akin_config_init(&f->config);
    f->folder = akin_test_folder();
    akin_small_store(f->folder, false);
    dir = akin_path_join(f->folder, "store");
    assert_ok(akin_store_open(dir, AKIN_STORE_WRITE, &store, &err));
    assert_ok(akin_store_update(store, change_dots, NULL, &err));
    akin_store_close(store);
    akin_small_remove(f->folder, "test:noise", "withdrawn");
    assert_ok(akin_service_open(dir, &f->config, &f->service, &err));
    assert_ok(akin_session_new(f->service, &f->session, &err));
    free(dir);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    akin_session_free(f->session);
    akin_service_close(f->service);
    akin_test_remove(f->folder);
    free(f);
    return 0;
}

static struct akin_json *
ask(struct fixture *f, const char *method, const char *params)
{
    struct akin_json *json = parsed(params), *result = NULL;
    struct akin_error err = {0};

    assert_ok(akin_service_call(f->session, method, json, &result, &err));
    akin_json_free(json);
    return result;
}

/* The answer holds this text somewhere. */
static void
expect_says(const struct akin_json *answer, const char *fragment)
{
    struct akin_buf text = {0};

    akin_json_write(answer, AKIN_JSON_COMPACT, &text);
    if (strstr(akin_buf_text(&text), fragment) == NULL)
        fail_msg("%s is not in %s", fragment, akin_buf_text(&text));
    akin_buf_free(&text);
}

static void
a_history_says_what_changed_and_who_made_it_first(void **state)
{
    struct akin_json *answer =
        ask(*state, "get", "{\"id\":\"test:dots\",\"history\":true}");
    const struct akin_json *history = akin_json_get(answer, "history");

    assert_int_equal(akin_json_count(history), 2);
    assert_null(akin_json_get(akin_json_at(history, 0), "changes"));
    expect_says(akin_json_get(akin_json_at(history, 1), "changes"),
                "{\"field\":\"license\",\"old\":\"CC-BY-4.0\",\"new\":"
                "\"CC0-1.0\"}");
    assert_non_null(akin_json_get(answer, "original_creators"));
    akin_json_free(answer);
}

static void
a_removed_dataset_keeps_its_history_and_its_reason(void **state)
{
    struct akin_json *answer =
        ask(*state, "get", "{\"id\":\"test:noise\",\"history\":true}");

    expect_says(akin_json_get(answer, "tombstone"), "\"reason\":\"withdrawn\"");
    assert_int_equal(akin_json_count(akin_json_get(answer, "history")), 1);
    assert_null(akin_json_get(answer, "dataset"));
    akin_json_free(answer);
}

static void
images_carry_what_a_file_list_says_of_them(void **state)
{
    struct akin_json *answer =
        ask(*state, "get", "{\"id\":\"test:dots\",\"files\":1}");
    int64_t total = 0;

    expect_says(akin_json_get(answer, "images"), "\"SNR\":\"low\"");
    assert_true(akin_json_int(akin_json_get(answer, "files_total"), &total));
    assert_int_equal(total, 2);
    assert_int_equal(akin_json_count(akin_json_get(answer, "files")), 1);
    akin_json_free(answer);
    answer = ask(*state, "get", "{\"id\":\"test:stripes\",\"files\":1}");
    assert_null(akin_json_get(answer, "files_total"));
    assert_null(akin_json_get(answer, "files"));
    akin_json_free(answer);
}

static void
a_person_is_asked_for_in_any_spelling(void **state)
{
    static const char *const spellings[] = {
        "{\"id\":\"orcid:" ADA "\"}", "{\"id\":\"ORCID:" ADA "\"}",
        "{\"id\":\"https://orcid.org/" ADA "\"}", "{\"id\":\"" ADA "\"}"};

    for (size_t i = 0; i < AKIN_COUNT(spellings); i++) {
        struct akin_json *answer = ask(*state, "get", spellings[i]);

        expect_says(akin_json_get(answer, "person"), "\"names\":[\"Ada\"]");
        expect_says(answer, "\"roles\":[\"author\"]");
        expect_says(answer, "\"first_version\":2");
        akin_json_free(answer);
    }
}

static void
terms_are_described_and_completed(void **state)
{
    struct akin_json *answer = ask(*state, "terms", "{\"id\":\"house mouse\"}");

    expect_says(akin_json_get(answer, "term"), "\"id\":\"NCBITaxon:10090\"");
    expect_says(akin_json_get(answer, "term"), "NCBITaxon:40674"); /* above */
    akin_json_free(answer);
    answer = ask(*state, "terms",
                 "{\"id\":\"http://purl.obolibrary.org/obo/FBbi_00000246\"}");
    expect_says(answer, "fluorescence microscopy");
    akin_json_free(answer);
    answer = ask(*state, "terms", "{\"text\":\"light sh\",\"max\":3}");
    assert_in_range(akin_json_count(akin_json_get(answer, "terms")), 1, 3);
    expect_says(answer, "FBbi:00000369");
    akin_json_free(answer);
    answer = ask(*state, "terms", "{\"text\":\"zzzzzz\"}");
    assert_int_equal(akin_json_count(akin_json_get(answer, "terms")), 0);
    akin_json_free(answer);
}

static const struct {
    const char *method, *params;
    enum akin_status want;
    const char *says;
} refusals[] = {
    {"get", "{}", AKIN_EINVAL, "needs the id"},
    {"get", "{\"id\":7}", AKIN_EINVAL, "id"},
    {"get", "{\"id\":\"orcid:nobody\"}", AKIN_EINVAL, "holds no ORCID id"},
    {"get", "{\"id\":\"orcid:0000-0002-1825-0098\"}", AKIN_EINVAL,
     "check digit of ORCID id 0000-0002-1825-0098 is wrong"},
    {"get", "{\"id\":\"orcid:0000-0001-5109-3700\"}", AKIN_ENOTFOUND,
     "no dataset names the person"},
    {"get", "{\"id\":\"test:none\",\"history\":true}", AKIN_ENOTFOUND,
     "there is no dataset \"test:none\""},
    {"get", "{\"id\":\"test:noise\"}", AKIN_ENOTFOUND, "withdrawn"},
    {"get", "{\"id\":\"test:dots\",\"files\":10001}", AKIN_EINVAL, "files"},
    {"get", "{\"id\":\"test:dots\",\"file\":1}", AKIN_EINVAL,
     "did you mean \"files\""},
    {"terms", "{}", AKIN_EINVAL, "one of \"id\" and \"text\""},
    {"terms", "{\"id\":\"mouse\",\"text\":\"m\"}", AKIN_EINVAL,
     "one of \"id\" and \"text\""},
    {"terms", "{\"text\":\"m\",\"max\":0}", AKIN_EINVAL, "max"},
    {"terms", "{\"text\":\"m\",\"max\":1000000}", AKIN_EINVAL, "max"},
    {"terms", "{\"txt\":\"m\"}", AKIN_EINVAL, "did you mean \"text\""},
    {"terms", "{\"id\":\"house muose\"}", AKIN_ENOTFOUND, "did you mean"},
    {"terms", "{\"id\":\"NCBITaxon:999999999\"}", AKIN_ENOTFOUND, "999999999"},
};

static void
what_cannot_be_answered_is_refused_with_a_sentence(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_json *params = parsed(refusals[i].params), *result = NULL;
        struct akin_error err = {0};

        print_message("%s %s\n", refusals[i].method, refusals[i].params);
        assert_fails_with(akin_service_call(f->session, refusals[i].method,
                                            params, &result, &err),
                          refusals[i].want, refusals[i].says);
        assert_null(result);
        akin_json_free(params);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_history_says_what_changed_and_who_made_it_first),
        cmocka_unit_test(a_removed_dataset_keeps_its_history_and_its_reason),
        cmocka_unit_test(images_carry_what_a_file_list_says_of_them),
        cmocka_unit_test(a_person_is_asked_for_in_any_spelling),
        cmocka_unit_test(terms_are_described_and_completed),
        cmocka_unit_test(what_cannot_be_answered_is_refused_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
