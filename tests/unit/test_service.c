/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to a small store, without sockets. */
#include "akin_test.h"

#include <pthread.h>

#include "akin/file.h"
#include "akin/proto.h"
#include "service.h"
#include "small_store.h"

struct fixture {
    char *folder;
    struct akin_config config;
    struct akin_service *service;
    struct akin_session *session;
};

static void
open_service(struct fixture *f)
{
    char *dir = akin_path_join(f->folder, "store");
    struct akin_error err = {0};

    assert_ok(akin_service_open(dir, &f->config, &f->service, &err));
    assert_ok(akin_session_new(f->service, &f->session, &err));
    free(dir);
}

static void
close_service(struct fixture *f)
{
    akin_session_free(f->session);
    akin_service_close(f->service);
}

static int
set_up(void **state)
{
    struct fixture *f = akin_new(1, sizeof(*f));

    akin_config_init(&f->config);
    f->folder = akin_test_folder();
    akin_small_store(f->folder, true);
    open_service(f);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    close_service(f);
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

/* {"image": {"base64": ...}} of an image of a kind, with more parameters. */
static struct akin_json *
params_with(size_t dataset, size_t n, const char *more)
{
    struct akin_json *params = parsed(more), *image = akin_json_object();
    struct akin_buf bytes = {0}, text = {0};

    akin_small_image(dataset, n, &bytes);
    akin_base64_encode(akin_buf_span(&bytes), &text);
    akin_json_set_text(image, "base64", akin_buf_text(&text));
    akin_json_set(params, "image", image);
    akin_buf_free(&bytes);
    akin_buf_free(&text);
    return params;
}

static enum akin_status
ask(struct fixture *f, const char *method, struct akin_json *params,
    struct akin_json **result, struct akin_error *err)
{
    enum akin_status st =
        akin_service_call(f->session, method, params, result, err);

    akin_json_free(params);
    return st;
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
    const char *id = akin_json_text(
        akin_json_get(akin_json_at(akin_json_get(result, "hits"), i),
                      "dataset"),
        "id");

    return id != NULL ? id : "none";
}

static bool
has_hit(const struct akin_json *result, const char *id)
{
    for (size_t i = 0; i < akin_json_count(akin_json_get(result, "hits")); i++)
        if (strcmp(hit_id(result, i), id) == 0)
            return true;
    return false;
}

static void
a_new_image_finds_the_dataset_of_its_kind(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < AKIN_SMALL_DATASETS; i++) {
        struct akin_json *result = NULL;
        struct akin_error err = {0};

        assert_ok(ask(f, "similar", params_with(i, 7, "{}"), &result, &err));
        assert_string_equal(hit_id(result, 0), akin_small_id(i));
        assert_int_equal(whole(result, "total"), AKIN_SMALL_DATASETS);
        assert_int_equal(akin_json_count(akin_json_get(result, "hits")),
                         AKIN_SMALL_DATASETS);
        akin_json_free(result);
    }
}

static void
an_answer_has_every_member_that_is_promised(void **state)
{
    static const char *const top[] = {"hits",       "total",      "plan",
                                      "generation", "descriptor", "took_ms",
                                      "query"};
    static const char *const tile[] = {"x",     "y", "w", "h",
                                       "level", "z", "c", "t"};
    struct akin_json *result = NULL, *hit, *pair, *image;
    struct akin_error err = {0};
    double score = 0, similarity = 0;

    assert_ok(
        ask(*state, "similar", params_with(1, 0, "{\"k\":2}"), &result, &err));
    for (size_t i = 0; i < AKIN_COUNT(top); i++)
        assert_non_null(akin_json_get(result, top[i]));
    assert_int_equal(akin_json_count(akin_json_get(result, "hits")), 2);
    assert_string_equal(akin_json_text(result, "plan"), "exact");
    hit = akin_json_at(akin_json_get(result, "hits"), 0);
    assert_int_equal(whole(hit, "rank"), 1);
    assert_int_equal(
        whole(akin_json_at(akin_json_get(result, "hits"), 1), "rank"), 2);
    assert_true(akin_json_number(akin_json_get(hit, "score"), &score));
    assert_true(score > 0.999); /* the stored image itself */
    pair = akin_json_get(hit, "dataset");
    assert_string_equal(akin_json_text(pair, "title"), "Dots on a dark field");
    assert_string_equal(akin_json_text(pair, "license"), "CC-BY-4.0");
    assert_non_null(akin_json_get(pair, "organism"));
    pair = akin_json_at(akin_json_get(hit, "evidence"), 0);
    for (size_t i = 0; i < AKIN_COUNT(tile); i++) {
        assert_true(whole(akin_json_get(pair, "query"), tile[i]) >= 0);
        assert_true(whole(akin_json_get(pair, "tile"), tile[i]) >= 0);
    }
    assert_int_equal(whole(akin_json_get(pair, "tile"), "w"), 256);
    assert_true(
        akin_json_number(akin_json_get(pair, "similarity"), &similarity));
    assert_true(similarity > 0.999);
    image = akin_json_get(pair, "image");
    assert_string_equal(akin_json_text(image, "name"), "1-0.bmp");
    assert_true(akin_file_exists(akin_json_text(image, "path")));
    akin_json_free(result);
}

static void
a_path_gives_what_the_bytes_give(void **state)
{
    struct fixture *f = *state;
    struct akin_json *one = NULL, *other = NULL, *params = parsed("{}");
    struct akin_json *image = akin_json_object();
    struct akin_error err = {0};
    char *path = akin_small_path(f->folder, 3, 1);

    akin_json_set_text(image, "path", path);
    akin_json_set(params, "image", image);
    assert_ok(ask(f, "similar", params, &one, &err));
    assert_ok(ask(f, "similar", params_with(3, 1, "{}"), &other, &err));
    assert_true(akin_json_equal(akin_json_get(one, "hits"),
                                akin_json_get(other, "hits")));
    akin_json_free(one);
    akin_json_free(other);
    free(path);
}

static void
a_filter_as_text_or_object_leaves_only_what_passes(void **state)
{
    static const char *const filters[] = {
        "{\"where\":\"organism:NCBITaxon:10090 AND year:2021..\"}",
        "{\"where\":{\"and\":[{\"field\":\"organism\",\"is\":"
        "\"NCBITaxon:10090\"},{\"not\":{\"field\":\"year\",\"is\":2020}}]}}",
    };

    for (size_t i = 0; i < AKIN_COUNT(filters); i++) {
        struct akin_json *result = NULL;
        struct akin_error err = {0};

        assert_ok(ask(*state, "similar", params_with(0, 7, filters[i]), &result,
                      &err));
        assert_int_equal(whole(result, "total"), 1);
        assert_string_equal(hit_id(result, 0), "test:noise");
        akin_json_free(result);
    }
}

static void
a_filter_that_nothing_passes_gives_no_hits(void **state)
{
    struct akin_json *result = NULL;
    struct akin_error err = {0};

    assert_ok(ask(*state, "similar",
                  params_with(0, 7, "{\"where\":\"year:1999\"}"), &result,
                  &err));
    assert_int_equal(whole(result, "total"), 0);
    assert_int_equal(akin_json_count(akin_json_get(result, "hits")), 0);
    akin_json_free(result);
}

static void
excluded_datasets_do_not_answer(void **state)
{
    struct fixture *f = *state;
    struct akin_json *result = NULL;
    struct akin_error err = {0};

    assert_ok(ask(f, "similar",
                  params_with(0, 0,
                              "{\"exclude\":[\"test:stripes\","
                              "\"test:noise\"]}"),
                  &result, &err));
    assert_int_equal(whole(result, "total"), 2);
    assert_false(has_hit(result, "test:stripes"));
    assert_false(has_hit(result, "test:noise"));
    akin_json_free(result);
    assert_fails_with(ask(f, "similar",
                          params_with(0, 0, "{\"exclude\":[\"test:stripe\"]}"),
                          &result, &err),
                      AKIN_EINVAL, "test:stripe");
    /* A removed one is as excluded as can be. */
    akin_small_remove(f->folder, "test:noise", "for a test");
    assert_ok(ask(f, "similar",
                  params_with(0, 0, "{\"exclude\":[\"test:noise\"]}"), &result,
                  &err));
    assert_int_equal(whole(result, "total"), 3);
    akin_json_free(result);
}

/* The name of the image that speaks for a dataset; "none" when it is no hit. */
static const char *
best_image(const struct akin_json *result, const char *id)
{
    for (size_t i = 0; i < akin_json_count(akin_json_get(result, "hits")); i++)
        if (strcmp(hit_id(result, i), id) == 0)
            return akin_json_text(
                akin_json_get(
                    akin_json_at(
                        akin_json_get(
                            akin_json_at(akin_json_get(result, "hits"), i),
                            "evidence"),
                        0),
                    "image"),
                "name");
    return "none";
}

static void
copies_of_the_image_do_not_count_when_told(void **state)
{
    struct akin_json *result = NULL;
    struct akin_error err = {0};

    assert_ok(ask(*state, "similar", params_with(0, 0, "{}"), &result, &err));
    assert_string_equal(best_image(result, "test:stripes"), "0-0.bmp");
    akin_json_free(result);
    assert_ok(ask(*state, "similar",
                  params_with(0, 0, "{\"exclude_self\":true}"), &result, &err));
    assert_string_equal(best_image(result, "test:stripes"), "0-1.bmp");
    akin_json_free(result);
}

static void
a_region_asks_with_that_part_only(void **state)
{
    struct akin_json *result = NULL, *query;
    struct akin_error err = {0};

    assert_ok(ask(*state, "similar",
                  params_with(1, 0, "{\"region\":[64,32,128,96]}"), &result,
                  &err));
    query = akin_json_get(
        akin_json_at(
            akin_json_get(akin_json_at(akin_json_get(result, "hits"), 0),
                          "evidence"),
            0),
        "query");
    assert_true(whole(query, "x") >= 64 && whole(query, "y") >= 32);
    assert_true(whole(query, "x") + whole(query, "w") <= 192);
    assert_true(whole(query, "y") + whole(query, "h") <= 128);
    akin_json_free(result);
}

static const struct {
    const char *name, *more;
    enum akin_status status;
    const char *says;
} similar_refusals[] = {
    {"unknown parameter", "{\"wheer\":\"x\"}", AKIN_EINVAL,
     "did you mean \"where\"?"},
    {"k is 0", "{\"k\":0}", AKIN_EINVAL, "k must be a whole number from 1"},
    {"k is too large", "{\"k\":10001}", AKIN_EINVAL, "to 10000"},
    {"evidence is text", "{\"evidence\":\"3\"}", AKIN_EINVAL, "evidence"},
    {"too much evidence", "{\"evidence\":65}", AKIN_EINVAL, "evidence"},
    {"where is a number", "{\"where\":3}", AKIN_EINVAL, "where must be"},
    {"where does not parse", "{\"where\":\"year:(\"}", AKIN_EFORMAT, "where"},
    {"unknown field", "{\"where\":\"organsm:x\"}", AKIN_EINVAL, "organism"},
    {"exclude is text", "{\"exclude\":\"x\"}", AKIN_EINVAL, "list"},
    {"exclude holds numbers", "{\"exclude\":[3]}", AKIN_EINVAL, "list"},
    {"exclude_self is 1", "{\"exclude_self\":1}", AKIN_EINVAL, "true or false"},
    {"region of three", "{\"region\":[1,2,3]}", AKIN_EINVAL, "region must be"},
    {"region is empty", "{\"region\":[1,2,0,3]}", AKIN_EINVAL,
     "region must be"},
    {"region is negative", "{\"region\":[-1,2,3,3]}", AKIN_EINVAL,
     "region must be"},
    {"region beyond the image", "{\"region\":[200,0,57,10]}", AKIN_EINVAL,
     "beyond the image (256x256)"},
    {"region that wraps", "{\"region\":[4294967295,0,4294967295,1]}",
     AKIN_EINVAL, "beyond the image"},
};

static void
what_similar_cannot_do_it_says(void **state)
{
    for (size_t i = 0; i < AKIN_COUNT(similar_refusals); i++) {
        struct akin_json *result = NULL;
        struct akin_error err = {0};

        print_message("  %s\n", similar_refusals[i].name);
        assert_fails_with(ask(*state, "similar",
                              params_with(0, 0, similar_refusals[i].more),
                              &result, &err),
                          similar_refusals[i].status, similar_refusals[i].says);
        assert_null(result);
    }
}

static const struct {
    const char *name, *method, *params;
    enum akin_status status;
    const char *says;
} refusals[] = {
    {"no such method", "similiar", "{}", AKIN_EINVAL,
     "did you mean \"similar\"?"},
    {"no image", "similar", "{}", AKIN_EINVAL, "image must be"},
    {"image is text", "similar", "{\"image\":\"a.tif\"}", AKIN_EINVAL,
     "image must be"},
    {"image is empty", "similar", "{\"image\":{}}", AKIN_EINVAL, "one of"},
    {"both", "similar", "{\"image\":{\"path\":\"/a\",\"base64\":\"AA==\"}}",
     AKIN_EINVAL, "one of"},
    {"unknown member", "similar", "{\"image\":{\"pth\":\"/a\"}}", AKIN_EINVAL,
     "did you mean \"path\"?"},
    {"not base64", "similar", "{\"image\":{\"base64\":\"!!!!\"}}", AKIN_EFORMAT,
     "image.base64"},
    {"no image in it", "similar", "{\"image\":{\"base64\":\"AAAAAAAA\"}}",
     AKIN_EFORMAT, "image.base64"},
    {"relative path", "similar", "{\"image\":{\"path\":\"a.tif\"}}",
     AKIN_EINVAL, "start at the root"},
    {"no such file", "similar", "{\"image\":{\"path\":\"/nonexistent.tif\"}}",
     AKIN_ENOTFOUND, "/nonexistent.tif"},
    {"a folder", "similar", "{\"image\":{\"path\":\"/tmp\"}}", AKIN_EINVAL,
     "/tmp is not a file"},
    {"a device", "similar", "{\"image\":{\"path\":\"/dev/zero\"}}", AKIN_EINVAL,
     "/dev/zero is not a file"},
    {"get without id", "get", "{}", AKIN_EINVAL, "needs the id"},
    {"get of nothing", "get", "{\"id\":\"\"}", AKIN_EINVAL, "not empty"},
    {"get of what is not there", "get", "{\"id\":\"test:nothing\"}",
     AKIN_ENOTFOUND, "no dataset \"test:nothing\""},
    {"get with k", "get", "{\"id\":\"a\",\"hisotry\":true}", AKIN_EINVAL,
     "did you mean \"history\"?"},
    {"status of something", "status", "{\"id\":\"a\"}", AKIN_EINVAL,
     "there is none"},
};

static void
what_cannot_be_answered_is_refused_with_a_sentence(void **state)
{
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_json *result = NULL;
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].name);
        assert_fails_with(ask(*state, refusals[i].method,
                              parsed(refusals[i].params), &result, &err),
                          refusals[i].status, refusals[i].says);
        assert_null(result);
    }
}

static void
paths_are_not_read_where_that_is_switched_off(void **state)
{
    struct fixture *f = *state;
    struct akin_json *result = NULL;
    struct akin_error err = {0};

    close_service(f);
    f->config.query_allow_paths = false;
    open_service(f);
    assert_fails_with(ask(f, "similar",
                          parsed("{\"image\":{\"path\":\"/etc/passwd\"}}"),
                          &result, &err),
                      AKIN_EINVAL, "send the file's bytes as image.base64");
    assert_ok(ask(f, "similar", params_with(0, 0, "{}"), &result, &err));
    akin_json_free(result);
}

static void
get_shows_record_and_images(void **state)
{
    struct akin_json *result = NULL, *images, *image;
    struct akin_error err = {0};

    assert_ok(
        ask(*state, "get", parsed("{\"id\":\"test:checks\"}"), &result, &err));
    assert_string_equal(
        akin_json_text(akin_json_get(result, "dataset"), "title"),
        "Ch\xc3\xa2teau checks");
    assert_int_equal(whole(result, "version"), 1);
    assert_string_equal(akin_json_text(result, "updated"),
                        "2023-11-14T22:13:20Z");
    assert_int_equal(whole(result, "images_total"), AKIN_SMALL_IMAGES);
    assert_null(akin_json_get(result, "history"));
    images = akin_json_get(result, "images");
    assert_int_equal(akin_json_count(images), AKIN_SMALL_IMAGES);
    image = akin_json_at(images, 1);
    assert_string_equal(akin_json_text(image, "name"), "3-1.bmp");
    assert_string_equal(akin_json_text(image, "format"), "bmp");
    assert_int_equal(whole(akin_json_get(image, "dims"), "x"), 256);
    assert_int_equal(strlen(akin_json_text(image, "hash")), 32);
    akin_json_free(result);
}

static void
get_gives_images_in_pages(void **state)
{
    struct fixture *f = *state;
    struct akin_json *result = NULL;
    struct akin_error err = {0};
    char next[96];
    int64_t first;

    assert_ok(ask(f, "get", parsed("{\"id\":\"test:dots\",\"images\":1}"),
                  &result, &err));
    assert_int_equal(akin_json_count(akin_json_get(result, "images")), 1);
    assert_int_equal(whole(result, "images_total"), 2);
    first = whole(result, "images_next");
    assert_int_equal(
        whole(akin_json_at(akin_json_get(result, "images"), 0), "id"), first);
    akin_json_free(result);
    (void)snprintf(next, sizeof(next),
                   "{\"id\":\"test:dots\",\"images\":1,\"images_after\":%d}",
                   (int)first);
    assert_ok(ask(f, "get", parsed(next), &result, &err));
    assert_int_equal(akin_json_count(akin_json_get(result, "images")), 1);
    assert_null(akin_json_get(result, "images_next"));
    assert_true(whole(akin_json_at(akin_json_get(result, "images"), 0), "id") >
                first);
    akin_json_free(result);
}

static void
a_removed_dataset_says_why(void **state)
{
    struct fixture *f = *state;
    struct akin_json *answer = NULL, *data;
    struct akin_buf out = {0};
    struct akin_error err = {0};

    akin_small_remove(f->folder, "test:dots", "consent was withdrawn");
    akin_service_answer(f->session,
                        akin_span_str("{\"jsonrpc\":\"2.0\",\"id\":1,"
                                      "\"method\":\"get\",\"params\":{\"id\":"
                                      "\"test:dots\"}}"),
                        &out);
    answer = parsed(akin_buf_text(&out));
    data = akin_json_get(akin_json_get(answer, "error"), "data");
    assert_int_equal(whole(akin_json_get(answer, "error"), "code"), -32001);
    assert_string_equal(akin_json_text(data, "status"), "not found");
    assert_string_equal(
        akin_json_text(akin_json_get(data, "tombstone"), "reason"),
        "consent was withdrawn");
    assert_non_null(akin_json_get(akin_json_get(data, "tombstone"), "time"));
    assert_non_null(
        strstr(akin_json_text(akin_json_get(answer, "error"), "message"),
               "was removed 2023-11-14T22:13:20Z: consent was withdrawn"));
    akin_json_free(answer);
    answer = NULL;
    /* The next error does not inherit it. */
    akin_service_answer(f->session,
                        akin_span_str("{\"jsonrpc\":\"2.0\",\"id\":1,"
                                      "\"method\":\"get\"}"),
                        &out);
    assert_null(strstr(akin_buf_text(&out), "tombstone"));
    assert_int_equal(akin_session_summary(f->session)->error.status,
                     AKIN_EINVAL);
    akin_buf_free(&out);
    assert_ok(ask(f, "similar", params_with(1, 0, "{}"), &answer, &err));
    assert_false(has_hit(answer, "test:dots"));
    akin_json_free(answer);
}

static void
a_request_says_where_its_time_went(void **state)
{
    struct fixture *f = *state;
    struct akin_json *answer = NULL;
    struct akin_error err = {0};
    const struct akin_summary *summary;
    double sum = 0;

    assert_ok(ask(f, "similar", params_with(1, 0, "{}"), &answer, &err));
    akin_json_free(answer);
    summary = akin_session_summary(f->session);
    for (size_t p = 0; p < AKIN_N_PARTS; p++) {
        assert_true(strlen(akin_part_name((enum akin_part)p)) > 0);
        assert_true(summary->part_ms[p] >= 0);
        sum += summary->part_ms[p];
    }
    assert_true(summary->part_ms[AKIN_PART_READ] > 0);
    assert_true(summary->part_ms[AKIN_PART_SEARCH] > 0);
    assert_true(sum <= summary->ms + 1e-6);
}

static void
what_is_added_is_found_by_the_next_question(void **state)
{
    struct fixture *f = *state;
    struct akin_json *result = NULL;
    struct akin_error err = {0};
    int64_t generation;

    assert_ok(ask(f, "status", NULL, &result, &err));
    generation = whole(result, "generation");
    assert_int_equal(whole(result, "tail"), 0);
    akin_json_free(result);
    akin_small_add(f->folder, "test:more", 2);
    assert_ok(
        ask(f, "similar", params_with(2, 100, "{\"k\":2}"), &result, &err));
    assert_string_equal(hit_id(result, 0), "test:more");
    assert_int_equal(whole(result, "total"), 5);
    akin_json_free(result);
    assert_ok(ask(f, "status", NULL, &result, &err));
    assert_true(whole(result, "tail") > 0);
    akin_json_free(result);
    akin_small_publish(f->folder);
    assert_ok(
        ask(f, "similar", params_with(2, 100, "{\"k\":2}"), &result, &err));
    assert_string_equal(hit_id(result, 0), "test:more");
    assert_int_equal(whole(result, "generation"), generation + 1);
    akin_json_free(result);
}

static void
status_counts_what_is_there(void **state)
{
    struct fixture *f = *state;
    struct akin_json *result = NULL;
    const struct akin_json *index;
    struct akin_error err = {0};

    assert_ok(ask(f, "status", parsed("{}"), &result, &err));
    assert_int_equal(whole(result, "datasets"), AKIN_SMALL_DATASETS);
    assert_int_equal(whole(result, "images"),
                     AKIN_SMALL_DATASETS * AKIN_SMALL_IMAGES);
    assert_true(whole(result, "tiles") >= whole(result, "images"));
    assert_int_equal(whole(result, "quarantined"), 0);
    index = akin_json_get(result, "index");
    assert_string_equal(akin_json_text(index, "kind"), "exact");
    assert_int_equal(whole(index, "lists"), 0);
    assert_null(akin_json_get(index, "model"));
    assert_int_equal(whole(result, "workers"), 1);
    assert_int_equal(whole(result, "requests"), 1);
    assert_non_null(strstr(akin_json_text(result, "descriptor"), "/nw64-"));
    assert_true(akin_json_true(akin_json_get(result, "allow_paths")));
    akin_json_free(result);
}

static void
a_store_that_was_not_published_answers_too(void **state)
{
    struct fixture f = {.folder = akin_test_folder()};
    struct akin_json *result = NULL;
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&f.config);
    akin_small_store(f.folder, false);
    open_service(&f);
    assert_ok(ask(&f, "similar", params_with(1, 0, "{}"), &result, &err));
    assert_int_equal(whole(result, "generation"), 0);
    assert_string_equal(hit_id(result, 0), "test:dots");
    akin_json_free(result);
    close_service(&f);
    akin_test_remove(f.folder);
}

static void
an_empty_store_answers_with_nothing_and_none_with_a_sentence(void **state)
{
    struct fixture f = {.folder = akin_test_folder()};
    char *dir = akin_path_join(f.folder, "store");
    struct akin_store *store = NULL;
    struct akin_service *none = NULL;
    struct akin_json *result = NULL;
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&f.config);
    assert_fails_with(akin_service_open(dir, &f.config, &none, &err),
                      AKIN_ENOTFOUND, dir);
    assert_null(none);
    assert_ok(akin_store_open(dir, AKIN_STORE_CREATE, &store, &err));
    akin_store_close(store);
    open_service(&f);
    assert_ok(ask(&f, "similar", params_with(1, 7, "{}"), &result, &err));
    assert_int_equal(whole(result, "total"), 0);
    akin_json_free(result);
    close_service(&f);
    free(dir);
    akin_test_remove(f.folder);
}

static void
the_summary_tells_the_log_what_happened(void **state)
{
    struct fixture *f = *state;
    const struct akin_summary *summary = akin_session_summary(f->session);
    struct akin_buf out = {0};
    struct akin_json *result = NULL;
    struct akin_error err = {0};

    assert_ok(ask(f, "similar", params_with(0, 0, "{\"k\":3}"), &result, &err));
    akin_json_free(result);
    assert_string_equal(summary->method, "similar");
    assert_int_equal(summary->error.status, AKIN_OK);
    assert_int_equal(summary->n_hits, 3);
    assert_true(summary->ms > 0);
    akin_service_answer(f->session, akin_span_str("nonsense"), &out);
    assert_string_equal(summary->method, "-");
    assert_int_equal(summary->error.status, AKIN_EFORMAT);
    assert_int_equal(summary->n_hits, -1);
    assert_non_null(strstr(akin_buf_text(&out), "\"id\":null"));
    assert_non_null(strstr(akin_buf_text(&out), "-32700"));
    akin_service_answer(
        f->session,
        akin_span_str(
            "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"nothing\"}"),
        &out);
    assert_non_null(strstr(akin_buf_text(&out), "-32601"));
    assert_non_null(strstr(akin_buf_text(&out), "\"id\":\"q\""));
    akin_buf_free(&out);
}

static void
expect_answer(struct fixture *f, double waited_ms, const char *deadline,
              const char *says)
{
    struct akin_buf request = {0}, out = {0};

    akin_buf_printf(&request,
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"%s}",
                    deadline);
    akin_session_waited(f->session, waited_ms);
    akin_service_answer(f->session, akin_buf_span(&request), &out);
    if (strstr(akin_buf_text(&out), says) == NULL)
        fail_msg("%s instead of %s", akin_buf_text(&out), says);
    akin_buf_free(&request);
    akin_buf_free(&out);
}

static void
a_request_that_waited_beyond_its_deadline_is_not_worked_on(void **state)
{
    struct fixture *f = *state;
    const char *own = ",\"deadline_ms\":500";

    expect_answer(f, 400, own, "\"result\"");
    expect_answer(f, 600, own, "it waited 600 ms");
    assert_int_equal(akin_session_summary(f->session)->error.status,
                     AKIN_EAGAIN);
    assert_true(akin_session_summary(f->session)->waited_ms == 600.0);
    expect_answer(f, 600, "", "\"result\"");
    /* The setting is the latest in any case. */
    expect_answer(f, 61000, ",\"deadline_ms\":99999999", "it waited 61000 ms");
    /* One wait belongs to one request. */
    expect_answer(f, 0, own, "\"result\"");
    expect_answer(f, 0, ",\"deadline_ms\":0", "from 1");
    expect_answer(f, 0, ",\"deadline_ms\":\"soon\"", "from 1");
}

#define THREADS 3
#define QUESTIONS 12

struct asker {
    struct akin_service *service;
    size_t kind;
    size_t n_right;
};

static void *
ask_often(void *ctx)
{
    struct asker *asker = ctx;
    struct akin_session *session = NULL;
    struct akin_json *params =
        params_with(asker->kind, 0, "{\"where\":\"year:2000..\",\"k\":2}");

    if (akin_session_new(asker->service, &session, NULL) != AKIN_OK)
        return NULL;
    for (size_t i = 0; i < QUESTIONS; i++) {
        struct akin_json *result = NULL;

        if (akin_service_call(session, "similar", params, &result, NULL) ==
                AKIN_OK &&
            strcmp(hit_id(result, 0), akin_small_id(asker->kind)) == 0)
            asker->n_right++;
        akin_json_free(result);
    }
    akin_session_free(session);
    akin_json_free(params);
    return NULL;
}

static void
many_threads_are_answered_rightly_while_the_store_changes(void **state)
{
    struct fixture *f = *state;
    pthread_t thread[THREADS];
    struct asker asker[THREADS];

    for (size_t i = 0; i < THREADS; i++) {
        asker[i] = (struct asker){f->service, i, 0};
        assert_int_equal(pthread_create(&thread[i], NULL, ask_often, &asker[i]),
                         0);
    }
    for (size_t i = 0; i < 4; i++) {
        char id[32];

        (void)snprintf(id, sizeof(id), "test:more-%zu", i);
        akin_small_add(f->folder, id, 3);
        if (i % 2 == 1)
            akin_small_publish(f->folder);
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
        TEST(a_new_image_finds_the_dataset_of_its_kind),
        TEST(an_answer_has_every_member_that_is_promised),
        TEST(a_path_gives_what_the_bytes_give),
        TEST(a_filter_as_text_or_object_leaves_only_what_passes),
        TEST(a_filter_that_nothing_passes_gives_no_hits),
        TEST(excluded_datasets_do_not_answer),
        TEST(copies_of_the_image_do_not_count_when_told),
        TEST(a_region_asks_with_that_part_only),
        TEST(what_similar_cannot_do_it_says),
        TEST(what_cannot_be_answered_is_refused_with_a_sentence),
        TEST(paths_are_not_read_where_that_is_switched_off),
        TEST(get_shows_record_and_images),
        TEST(get_gives_images_in_pages),
        TEST(a_removed_dataset_says_why),
        TEST(a_request_says_where_its_time_went),
        TEST(what_is_added_is_found_by_the_next_question),
        TEST(status_counts_what_is_there),
        cmocka_unit_test(a_store_that_was_not_published_answers_too),
        cmocka_unit_test(
            an_empty_store_answers_with_nothing_and_none_with_a_sentence),
        TEST(many_threads_are_answered_rightly_while_the_store_changes),
        TEST(the_summary_tells_the_log_what_happened),
        TEST(a_request_that_waited_beyond_its_deadline_is_not_worked_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
