/* SPDX-License-Identifier: Apache-2.0 */
/* The methods search, facets, suggest and terms, and facets of similar, over a
 * small store, without sockets. */
#include "akin_test.h"

#include <pthread.h>

#include "akin/dataset.h"
#include "akin/file.h"
#include "service.h"
#include "small_store.h"

struct fixture {
    char *folder;
    struct akin_config config;
    struct akin_service *service;
    struct akin_session *session;
};

static int
set_up(void **state)
{
    struct fixture *f = akin_new(1, sizeof(*f));
    struct akin_error err = {0};
    char *dir;

    akin_config_init(&f->config);
    f->folder = akin_test_folder();
    akin_small_store(f->folder, true);
    dir = akin_path_join(f->folder, "store");
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
parsed(const char *text)
{
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    assert_ok(akin_json_parse(akin_span_str(text), &json, &err));
    return json;
}

static enum akin_status
try_call(struct fixture *f, const char *method, const char *text,
         struct akin_json **out, struct akin_error *err)
{
    struct akin_json *params = parsed(text);
    enum akin_status st =
        akin_service_call(f->session, method, params, out, err);

    akin_json_free(params);
    return st;
}

static struct akin_json *
call(struct fixture *f, const char *method, const char *text)
{
    struct akin_json *out = NULL;
    struct akin_error err = {0};

    assert_ok(try_call(f, method, text, &out, &err));
    return out;
}

static int64_t
whole(const struct akin_json *object, const char *key)
{
    int64_t value = -1;

    assert_true(akin_json_int(akin_json_get(object, key), &value));
    return value;
}

static const char *
hit_id(const struct akin_json *result, size_t i)
{
    return akin_json_text(
        akin_json_get(akin_json_at(akin_json_get(result, "hits"), i),
                      "dataset"),
        "id");
}

/* The count of a value of a facet, at whatever level; 0: not there. */
static int64_t
count_in(const struct akin_json *values, const char *value)
{
    for (size_t i = 0; i < akin_json_count(values); i++) {
        const struct akin_json *one = akin_json_at(values, i);
        int64_t below;

        if (strcmp(akin_json_text(one, "value"), value) == 0)
            return whole(one, "count");
        below = count_in(akin_json_get(one, "children"), value);
        if (below > 0)
            return below;
    }
    return 0;
}

static int64_t
count_of(const struct akin_json *result, const char *facet, const char *value)
{
    return count_in(akin_json_get(akin_json_get(result, "facets"), facet),
                    value);
}

static enum akin_status
put_record(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    enum akin_dataset_change change;
    uint32_t number;

    return akin_dataset_put(txn, ctx, 1000, &number, &change, err);
}

static void
put(struct fixture *f, const char *text)
{
    struct akin_json *record = parsed(text);
    char *dir = akin_path_join(f->folder, "store");
    struct akin_store *store = NULL;
    struct akin_error err = {0};

    assert_ok(akin_store_open(dir, AKIN_STORE_WRITE, &store, &err));
    assert_ok(akin_store_update(store, put_record, record, &err));
    akin_store_close(store);
    akin_json_free(record);
    free(dir);
}

static void
search_finds_by_filter_by_words_and_by_both(void **state)
{
    struct fixture *f = *state;
    struct akin_json *result = call(f, "search", "{}");

    assert_int_equal(whole(result, "total"), 4);
    assert_string_equal(hit_id(result, 0), "test:stripes");
    akin_json_free(result);
    result = call(f, "search", "{\"where\":\"organism:mouse\"}");
    assert_int_equal(whole(result, "total"), 2);
    akin_json_free(result);
    result = call(f, "search",
                  "{\"text\":\"rodentia\",\"where\":{\"field\":\"year\","
                  "\"is\":\"2021..\"},\"k\":1}");
    assert_int_equal(whole(result, "total"), 1);
    assert_string_equal(hit_id(result, 0), "test:noise");
    assert_non_null(akin_json_text(
        akin_json_get(akin_json_at(akin_json_get(result, "hits"), 0),
                      "highlights"),
        "terms"));
    akin_json_free(result);
    result = call(f, "search", "{\"text\":\"mouse test:dots\"}");
    assert_string_equal(hit_id(result, 0), "test:dots"); /* an accession */
    akin_json_free(result);
}

static void
a_hit_tells_whether_its_images_are_here(void **state)
{
    static const char record[] =
        "{\"id\":\"test:record\",\"title\":\"A record without images\"}";
    struct fixture *f = *state;
    struct akin_json *result, *hit;

    put(f, record);
    result = call(f, "search", "{\"k\":100}");
    assert_int_equal(whole(result, "total"), 5);
    for (size_t i = 0; i < akin_json_count(akin_json_get(result, "hits"));
         i++) {
        hit = akin_json_at(akin_json_get(result, "hits"), i);
        assert_int_equal(akin_json_true(akin_json_get(hit, "has_images")),
                         strcmp(hit_id(result, i), "test:record") != 0);
    }
    akin_json_free(result);
}

static void
facets_count_all_that_passes_not_the_page(void **state)
{
    struct fixture *f = *state;
    struct akin_json *result =
        call(f, "search",
             "{\"where\":\"year:2020..2022\",\"k\":1,\"facets\":[\"license\","
             "\"organism\",\"year\",\"width\",\"format\"]}");

    assert_int_equal(akin_json_count(akin_json_get(result, "hits")), 1);
    assert_int_equal(count_of(result, "license", "CC-BY-4.0"), 2);
    assert_int_equal(count_of(result, "license", "CC0-1.0"), 1);
    assert_int_equal(count_of(result, "organism", "NCBITaxon:10090"), 2);
    assert_int_equal(count_of(result, "width", "..256"), 3);
    assert_int_equal(count_of(result, "format", "bmp"), 3);
    akin_json_free(result);
    result = call(f, "facets", "{\"text\":\"rodentia\"}");
    assert_int_equal(whole(result, "total"), 2);
    assert_int_equal(akin_json_type(akin_json_get(result, "hits")),
                     AKIN_JSON_NONE);
    assert_int_equal(count_of(result, "year", "2020"), 1);
    assert_int_equal(count_of(result, "year", "2021"), 0);
    akin_json_free(result);
}

static void
a_facet_leaves_out_its_own_conditions_when_told(void **state)
{
    struct fixture *f = *state;
    static const char own[] =
        "{\"where\":\"license:CC0-1.0 AND organism:Mammalia\",\"facets\":["
        "\"license\",\"organism\"],\"exclude_own\":true}";
    struct akin_json *result = call(f, "facets", own);

    assert_int_equal(whole(result, "total"), 1);
    assert_int_equal(count_of(result, "license", "CC0-1.0"), 1);
    assert_int_equal(count_of(result, "license", "CC-BY-4.0"), 2);
    assert_int_equal(count_of(result, "organism", "NCBITaxon:7955"), 1);
    assert_int_equal(count_of(result, "organism", "NCBITaxon:9606"), 0);
    akin_json_free(result);
    result = call(f, "facets",
                  "{\"where\":\"license:CC0-1.0 AND organism:Mammalia\","
                  "\"facets\":[\"license\"]}");
    assert_int_equal(count_of(result, "license", "CC-BY-4.0"), 0);
    akin_json_free(result);
    result = call(f, "search",
                  "{\"text\":\"rodentia\",\"where\":\"license:CC0-1.0\","
                  "\"facets\":[\"license\"],\"exclude_own\":true}");
    assert_int_equal(whole(result, "total"), 1);
    assert_int_equal(count_of(result, "license", "CC-BY-4.0"), 1);
    akin_json_free(result);
}

static void
similar_counts_the_datasets_that_pass(void **state)
{
    struct fixture *f = *state;
    struct akin_json *params = parsed(
        "{\"k\":1,\"where\":\"organism:Mammalia\",\"facets\":[\"license\"]}");
    struct akin_json *image = akin_json_object(), *result = NULL;
    struct akin_buf bytes = {0}, text = {0};
    struct akin_error err = {0};

    akin_small_image(0, 7, &bytes);
    akin_base64_encode(akin_buf_span(&bytes), &text);
    akin_json_set_text(image, "base64", akin_buf_text(&text));
    akin_json_set(params, "image", image);
    assert_ok(akin_service_call(f->session, "similar", params, &result, &err));
    assert_int_equal(count_of(result, "license", "CC0-1.0"), 1);
    assert_int_equal(count_of(result, "license", "CC-BY-4.0"), 2);
    akin_json_free(result);
    akin_json_free(params);
    akin_buf_free(&bytes);
    akin_buf_free(&text);
}

static void
a_cursor_goes_on_when_datasets_came_and_went(void **state)
{
    struct fixture *f = *state;
    struct akin_json *result = call(f, "search", "{\"k\":2}");
    struct akin_buf params = {0};

    assert_string_equal(hit_id(result, 1), "test:dots");
    akin_buf_printf(&params, "{\"k\":2,\"cursor\":\"%s\"}",
                    akin_json_text(result, "next"));
    akin_json_free(result);
    akin_small_remove(f->folder, "test:stripes", "not wanted");
    put(f, "{\"id\":\"late\",\"title\":\"Late\"}");
    result = call(f, "search", akin_buf_text(&params));
    assert_int_equal(whole(result, "total"), 4);
    assert_string_equal(hit_id(result, 0), "test:noise");
    assert_string_equal(hit_id(result, 1), "test:checks");
    akin_buf_clear(&params);
    akin_buf_printf(&params, "{\"cursor\":\"%s\"}",
                    akin_json_text(result, "next"));
    akin_json_free(result);
    result = call(f, "search", akin_buf_text(&params));
    assert_int_equal(akin_json_count(akin_json_get(result, "hits")), 1);
    assert_string_equal(hit_id(result, 0), "late");
    assert_null(akin_json_text(result, "next"));
    akin_json_free(result);
    akin_buf_free(&params);
}

static void
what_is_nearly_a_term_gets_a_hint(void **state)
{
    static const char *const methods[] = {"search", "facets"};
    struct fixture *f = *state;

    for (size_t i = 0; i < AKIN_COUNT(methods); i++) {
        struct akin_json *result =
            call(f, methods[i], "{\"where\":\"organism:rodentja\"}");
        const struct akin_json *hint =
            akin_json_at(akin_json_get(result, "hints"), 0);

        assert_int_equal(whole(result, "total"), 0);
        assert_string_equal(akin_json_text(hint, "field"), "organism");
        assert_non_null(strstr(akin_json_text(hint, "text"), "did you mean"));
        akin_json_free(result);
    }
}

static void
suggest_and_terms_complete_a_beginning(void **state)
{
    struct fixture *f = *state;
    struct akin_json *result = call(f, "suggest", "{\"text\":\"rode\"}");
    const struct akin_json *one =
        akin_json_at(akin_json_get(result, "suggestions"), 0);

    assert_string_equal(akin_json_text(one, "field"), "organism");
    assert_string_equal(akin_json_text(one, "value"), "NCBITaxon:9989");
    assert_int_equal(whole(one, "count"), 2);
    akin_json_free(result);
    result = call(f, "terms", "{\"text\":\"rode\",\"max\":3}");
    assert_true(akin_json_count(akin_json_get(result, "terms")) > 0);
    akin_json_free(result);
    result = call(f, "terms", "{\"id\":\"mouse\"}");
    assert_string_equal(akin_json_text(akin_json_get(result, "term"), "id"),
                        "NCBITaxon:10090");
    akin_json_free(result);
}

static void
what_cannot_be_answered_is_refused_with_a_sentence(void **state)
{
    static const struct {
        const char *method, *params, *sentence;
    } cases[] = {
        {"search", "{\"facets\":[\"licence\"]}", "did you mean \"license\"?"},
        {"search", "{\"facets\":\"year\"}", "facets must be a list"},
        {"search", "{\"cursor\":\"x\"}", "is not the \"next\" of an answer"},
        {"search", "{\"cursor\":\"0.0000000000000000.1\",\"offset\":1}",
         "exclude each other"},
        {"search", "{\"text\":\"\"}", "text"},
        {"facets", "{\"k\":1}", "parameter of facets"},
        {"suggest", "{}", "suggest needs a text"},
        {"terms", "{}", "one of \"id\" and \"text\""},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_json *result = NULL;
        struct akin_error err = {0};

        assert_fails_with(
            try_call(f, cases[i].method, cases[i].params, &result, &err),
            AKIN_EINVAL, cases[i].sentence);
    }
}

/* --- threads --- */

#define THREADS 3
#define QUESTIONS 60

struct asker {
    struct akin_service *service;
    size_t n_right;
};

static void *
ask_often(void *ctx)
{
    struct asker *asker = ctx;
    struct akin_session *session = NULL;
    struct akin_json *params =
        parsed("{\"text\":\"rodentia\",\"facets\":[\"organism\"]}");

    if (akin_session_new(asker->service, &session, NULL) != AKIN_OK)
        return NULL;
    for (size_t i = 0; i < QUESTIONS; i++) {
        struct akin_json *result = NULL;
        int64_t total = 0;

        if (akin_service_call(session, "search", params, &result, NULL) ==
                AKIN_OK &&
            akin_json_int(akin_json_get(result, "total"), &total) &&
            total >= 2 &&
            total == count_of(result, "organism", "NCBITaxon:10090"))
            asker->n_right++;
        akin_json_free(result);
    }
    akin_session_free(session);
    akin_json_free(params);
    return NULL;
}

static void
catalogs_are_whole_while_the_store_changes(void **state)
{
    struct fixture *f = *state;
    struct asker asker[THREADS];
    pthread_t thread[THREADS];

    for (size_t i = 0; i < THREADS; i++) {
        asker[i] = (struct asker){f->service, 0};
        assert_int_equal(pthread_create(&thread[i], NULL, ask_often, &asker[i]),
                         0);
    }
    for (size_t i = 0; i < 8; i++) {
        char text[128];

        (void)snprintf(text, sizeof(text),
                       "{\"id\":\"more-%zu\",\"organism\":[{\"id\":"
                       "\"NCBITaxon:10090\"}]}",
                       i);
        put(f, text);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        assert_int_equal(asker[i].n_right, QUESTIONS);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(search_finds_by_filter_by_words_and_by_both),
        TEST(a_hit_tells_whether_its_images_are_here),
        TEST(facets_count_all_that_passes_not_the_page),
        TEST(a_facet_leaves_out_its_own_conditions_when_told),
        TEST(similar_counts_the_datasets_that_pass),
        TEST(a_cursor_goes_on_when_datasets_came_and_went),
        TEST(what_is_nearly_a_term_gets_a_hint),
        TEST(suggest_and_terms_complete_a_beginning),
        TEST(what_cannot_be_answered_is_refused_with_a_sentence),
        TEST(catalogs_are_whole_while_the_store_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
