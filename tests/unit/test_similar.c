/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of a question, and the order and explanation of hits. */
#include "akin_test.h"
#include "akin_test_tsan.h"

#include "akin/file.h"
#include "akin/projection.h"
#include "service.h"
#include "small_store.h"

/* The four drawn datasets, and each again once or twice. */
#define N_DATASETS 10
#define N_IMAGES (N_DATASETS * AKIN_SMALL_IMAGES)

static const struct {
    const char *id;
    size_t like;
} twins[] = {{"twin:stripes", 0}, {"twin:dots", 1},     {"twin:noise", 2},
             {"twin:checks", 3},  {"third:stripes", 0}, {"third:dots", 1}};

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

static int
set_up(void **state)
{
    struct fixture *f = akin_new(1, sizeof(*f));

    akin_config_init(&f->config);
    f->folder = akin_test_folder();
    akin_small_store(f->folder, false);
    for (size_t i = 0; i < AKIN_COUNT(twins); i++)
        akin_small_add(f->folder, twins[i].id, twins[i].like);
    akin_small_publish(f->folder);
    open_service(f);
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

static enum akin_status
try_to(struct fixture *f, const char *text, struct akin_json **result,
       struct akin_error *err)
{
    struct akin_json *params = NULL;
    enum akin_status st = akin_json_parse(akin_span_str(text), &params, err);

    if (st == AKIN_OK)
        st = akin_service_call(f->session, "similar", params, result, err);
    akin_json_free(params);
    return st;
}

static struct akin_json *
ask(struct fixture *f, const char *text)
{
    struct akin_json *result = NULL;
    struct akin_error err = {0};

    assert_ok(try_to(f, text, &result, &err));
    return result;
}

static struct akin_json *
hit_at(const struct akin_json *result, size_t i)
{
    return akin_json_at(akin_json_get(result, "hits"), i);
}

static size_t
n_hits(const struct akin_json *result)
{
    return akin_json_count(akin_json_get(result, "hits"));
}

static const char *
id_at(const struct akin_json *result, size_t i)
{
    const char *id =
        akin_json_text(akin_json_get(hit_at(result, i), "dataset"), "id");

    return id == NULL ? "none" : id;
}

static double
number_at(const struct akin_json *result, size_t i, const char *key)
{
    double value = -9;

    assert_true(
        akin_json_number(akin_json_get(hit_at(result, i), key), &value));
    return value;
}

/* What an id shows: what follows its colon. */
static bool
shows(const struct akin_json *result, size_t i, const char *what)
{
    const char *colon = strchr(id_at(result, i), ':');

    return colon != NULL && strcmp(colon + 1, what) == 0;
}

static void
asked_with_a_dataset_it_finds_those_of_its_kind(void **state)
{
    struct akin_json *result =
        ask(*state, "{\"image\":{\"dataset\":\"test:dots\"},\"k\":3}");

    assert_string_equal(id_at(result, 0), "test:dots");
    assert_true(number_at(result, 0, "score") > 0.999);
    assert_string_equal(
        akin_json_text(akin_json_get(result, "query"), "dataset"), "test:dots");
    akin_json_free(result);
    result = ask(*state, "{\"image\":{\"dataset\":\"test:dots\"},\"k\":10,"
                         "\"exclude_self\":true}");
    assert_int_equal(n_hits(result), N_DATASETS - 1);
    assert_true(shows(result, 0, "dots") && shows(result, 1, "dots"));
    for (size_t i = 0; i < n_hits(result); i++)
        assert_string_not_equal(id_at(result, i), "test:dots");
    akin_json_free(result);
}

static void
asked_with_a_stored_image_it_says_which_image_a_region_is_of(void **state)
{
    struct akin_json *result = ask(*state, "{\"image\":{\"image_id\":3}}");
    const struct akin_json *pair =
        akin_json_at(akin_json_get(hit_at(result, 0), "evidence"), 0);
    int64_t id = 0;

    assert_true(akin_json_int(
        akin_json_get(akin_json_get(akin_json_get(pair, "query"), "image"),
                      "id"),
        &id));
    assert_int_equal(id, 3);
    assert_true(number_at(result, 0, "score") > 0.999);
    akin_json_free(result);
    result = ask(*state, "{\"image\":{\"image_id\":3,\"region\":[0,0,256,256]},"
                         "\"exclude_self\":true,\"k\":10}");
    assert_int_equal(n_hits(result), N_DATASETS);
    assert_true(shows(result, 0, "dots"));
    akin_json_free(result);
}

static void
a_vector_is_compared_as_it_is(void **state)
{
    struct akin_buf text = {0};
    struct akin_json *result = NULL;
    struct akin_error err = {0};

    akin_buf_puts(&text, "{\"image\":{\"vector\":[");
    for (size_t i = 0; i < AKIN_DIM; i++)
        akin_buf_printf(&text, "%s%d", i == 0 ? "" : ",", i == 1 ? 7 : 0);
    akin_buf_puts(&text, "]");
    akin_buf_puts(&text, "},\"k\":4}");
    result = ask(*state, akin_buf_text(&text));
    assert_int_equal(n_hits(result), 4);
    assert_true(number_at(result, 0, "score") <= 1 + 1e-6);
    assert_null(akin_json_get(hit_at(result, 0), "agreement"));
    akin_json_free(result);
    /* Of another projection: never compared. */
    text.len -= strlen("},\"k\":4}");
    akin_buf_puts(&text, ",\"descriptor\":\"other\"}}");
    result = NULL;
    assert_fails_with(try_to(*state, akin_buf_text(&text), &result, &err),
                      AKIN_ESTALE, "the vector is of \"other\"");
    akin_buf_free(&text);
}

static void
several_examples_count_alike_and_negative_ones_against(void **state)
{
    static const char both[] = "\"images\":[{\"dataset\":\"test:dots\"},{"
                               "\"dataset\":\"test:stripes\"}]";
    struct akin_buf text = {0};
    struct akin_json *plain, *against;
    double before = 0, after = 0;

    akin_buf_printf(&text, "{%s,\"k\":10}", both);
    plain = ask(*state, akin_buf_text(&text));
    for (size_t i = 0; i < 6; i++)
        assert_true(shows(plain, i, "dots") || shows(plain, i, "stripes"));
    akin_buf_clear(&text);
    akin_buf_printf(
        &text, "{%s,\"k\":10,\"negative\":[{\"dataset\":\"test:stripes\"}]}",
        both);
    against = ask(*state, akin_buf_text(&text));
    for (size_t i = 0; i < 3; i++)
        assert_true(shows(against, i, "dots"));
    for (size_t i = 0; i < n_hits(plain); i++) {
        if (strcmp(id_at(plain, i), "test:stripes") == 0)
            before = number_at(plain, i, "score");
        if (strcmp(id_at(against, i), "test:stripes") == 0)
            after = number_at(against, i, "score");
    }
    assert_true(after < before - 0.3);
    akin_json_free(plain);
    akin_json_free(against);
    akin_buf_free(&text);
}

static void
images_and_tiles_are_hits_when_asked_for(void **state)
{
    static const char *const kinds[] = {"image", "tile"};

    for (size_t kind = 0; kind < AKIN_COUNT(kinds); kind++) {
        struct akin_buf text = {0};
        struct akin_json *result;

        akin_buf_printf(&text,
                        "{\"image\":{\"image_id\":1},\"by\":\"%s\",\"k\":100}",
                        kinds[kind]);
        result = ask(*state, akin_buf_text(&text));
        /* One tile an image. */
        assert_int_equal(n_hits(result), N_IMAGES);
        assert_true(number_at(result, 0, "score") > 0.999);
        for (size_t i = 0; i < n_hits(result); i++) {
            assert_non_null(akin_json_get(hit_at(result, i), "image"));
            assert_int_equal(akin_json_get(hit_at(result, i), "tile") != NULL,
                             kind == 1);
            assert_int_equal(
                akin_json_count(akin_json_get(hit_at(result, i), "evidence")),
                1);
            if (i > 0)
                assert_true(number_at(result, i, "score") <=
                            number_at(result, i - 1, "score"));
        }
        akin_json_free(result);
        akin_buf_free(&text);
    }
}

/* However hits are chosen: k when k pass the filter. */
static void
no_way_of_choosing_gives_fewer_than_k(void **state)
{
    static const char *const ways[] = {
        "",
        ",\"diversity\":0.5",
        ",\"diversity\":1",
        ",\"intent\":\"explore\"",
        ",\"by\":\"image\"",
        ",\"by\":\"tile\"",
        ",\"negative\":[{\"dataset\":\"test:noise\"}]",
        ",\"exclude\":[\"twin:noise\"]"};

    for (size_t i = 0; i < AKIN_COUNT(ways); i++)
        for (int k = 1; k <= 5; k++) {
            struct akin_buf text = {0};
            struct akin_json *result;

            /* Three of stripes and two of checks pass. */
            akin_buf_printf(&text,
                            "{\"image\":{\"image_id\":1},"
                            "\"where\":\"license:CC0-1.0\",\"k\":%d%s}",
                            k, ways[i]);
            result = ask(*state, akin_buf_text(&text));
            assert_int_equal(n_hits(result), k);
            akin_json_free(result);
            akin_buf_free(&text);
        }
}

static void
diversity_puts_other_things_before_more_of_the_same(void **state)
{
    struct akin_json *plain =
        ask(*state, "{\"image\":{\"dataset\":\"test:dots\"},\"k\":3}");
    struct akin_json *diverse =
        ask(*state, "{\"image\":{\"dataset\":\"test:dots\"},"
                    "\"k\":3,\"diversity\":0.9}");

    for (size_t i = 0; i < 3; i++)
        assert_true(shows(plain, i, "dots"));
    assert_string_equal(id_at(diverse, 0), "test:dots");
    assert_false(shows(diverse, 1, "dots"));
    assert_false(shows(diverse, 2, "dots"));
    akin_json_free(plain);
    akin_json_free(diverse);
}

static void
collapse_folds_what_is_nearly_the_same(void **state)
{
    struct akin_json *result = ask(
        *state,
        "{\"image\":{\"dataset\":\"test:dots\"},\"k\":10,\"collapse\":true}");
    const struct akin_json *folded =
        akin_json_get(hit_at(result, 0), "duplicates");
    size_t n = n_hits(result);

    assert_string_equal(id_at(result, 0), "test:dots");
    assert_int_equal(akin_json_count(folded), 2);
    for (size_t i = 0; i < 2; i++)
        assert_non_null(
            strstr(akin_json_text(akin_json_at(folded, i), "id"), ":dots"));
    assert_true(n >= AKIN_SMALL_DATASETS && n < N_DATASETS);
    for (size_t i = 1; i < n; i++)
        assert_false(shows(result, i, "dots"));
    akin_json_free(result);
}

static void
every_hit_is_explained(void **state)
{
    struct akin_json *result =
        ask(*state,
            "{\"image\":{\"dataset\":\"test:dots\"},\"exclude_self\":true}");

    assert_int_equal(akin_json_type(akin_json_get(result, "similar")),
                     AKIN_JSON_BOOL);
    assert_non_null(akin_json_text(result, "verdict"));
    for (size_t i = 0; i < n_hits(result); i++) {
        const struct akin_json *parts =
            akin_json_get(hit_at(result, i), "agreement");
        double chance = number_at(result, i, "chance");

        assert_true(chance > 0 && chance <= 1);
        assert_int_equal(akin_json_count(parts), 6);
        for (size_t p = 0; p < akin_json_count(parts); p++) {
            double value = -1;

            assert_non_null(akin_json_text(akin_json_at(parts, p), "part"));
            assert_true(akin_json_number(
                akin_json_get(akin_json_at(parts, p), "agreement"), &value));
            assert_true(value >= 0 && value <= 1);
        }
    }
    assert_true(number_at(result, 0, "chance") <
                number_at(result, n_hits(result) - 1, "chance"));
    akin_json_free(result);
}

static void
shared_terms_are_those_of_the_dataset_asked_with(void **state)
{
    struct akin_json *result =
        ask(*state, "{\"image\":{\"dataset\":\"test:stripes\"},\"k\":10}");
    bool seen = false;

    for (size_t i = 0; i < n_hits(result); i++) {
        const struct akin_json *terms =
            akin_json_get(hit_at(result, i), "shared_terms");

        if (strcmp(id_at(result, i), "test:noise") == 0) {
            seen = true;
            assert_string_equal(akin_json_text(akin_json_at(terms, 0), "id"),
                                "NCBITaxon:10090");
        }
        if (strcmp(id_at(result, i), "test:dots") == 0)
            assert_int_equal(akin_json_count(terms), 0);
    }
    assert_true(seen);
    akin_json_free(result);
}

static void
a_store_that_knows_too_little_says_so(void **state)
{
    struct fixture f = {.folder = akin_test_folder()};
    struct akin_json *result;

    (void)state;
    akin_config_init(&f.config);
    akin_small_store(f.folder, false);
    open_service(&f);
    result = ask(&f, "{\"image\":{\"dataset\":\"test:dots\"}}");
    assert_int_equal(akin_json_type(akin_json_get(result, "similar")),
                     AKIN_JSON_NULL);
    assert_non_null(
        strstr(akin_json_text(result, "verdict"), "nothing was published"));
    assert_null(akin_json_get(hit_at(result, 0), "chance"));
    akin_json_free(result);
    akin_small_publish(f.folder);
    result = ask(&f, "{\"image\":{\"dataset\":\"test:dots\"}}");
    assert_non_null(strstr(akin_json_text(result, "verdict"), "too few"));
    assert_non_null(akin_json_get(hit_at(result, 0), "agreement"));
    akin_json_free(result);
    akin_session_free(f.session);
    akin_service_close(f.service);
    akin_test_remove(f.folder);
}

static const struct {
    const char *name, *params;
    enum akin_status status;
    const char *says;
} refusals[] = {
    {"no such dataset", "{\"image\":{\"dataset\":\"x\"}}", AKIN_ENOTFOUND, "x"},
    {"no such image", "{\"image\":{\"image_id\":999}}", AKIN_ENOTFOUND,
     "there is no image 999"},
    {"image 0", "{\"image\":{\"image_id\":0}}", AKIN_EINVAL, "image_id"},
    {"two forms", "{\"image\":{\"image_id\":1,\"dataset\":\"x\"}}", AKIN_EINVAL,
     "takes one of"},
    {"a short vector", "{\"image\":{\"vector\":[1,2]}}", AKIN_EINVAL,
     "list of 64 numbers"},
    {"image and images", "{\"image\":{\"image_id\":1},\"images\":[{}]}",
     AKIN_EINVAL, "exclude each other"},
    {"images is no list", "{\"images\":{}}", AKIN_EINVAL, "images must be"},
    {"images is empty", "{\"images\":[]}", AKIN_EINVAL, "not empty"},
    {"one of several is wrong", "{\"images\":[{\"image_id\":1},3]}",
     AKIN_EINVAL, "images[1]"},
    {"negative is wrong", "{\"image\":{\"image_id\":1},\"negative\":[3]}",
     AKIN_EINVAL, "negative[0]"},
    {"a region of a dataset",
     "{\"image\":{\"dataset\":\"test:dots\",\"region\":[0,0,9,9]}}",
     AKIN_EINVAL, "region is for an image"},
    {"a region without tiles",
     "{\"image\":{\"image_id\":1,\"region\":[0,0,9,9]}}", AKIN_EINVAL,
     "no tiles in this region"},
    {"diversity of 2", "{\"image\":{\"image_id\":1},\"diversity\":2}",
     AKIN_EINVAL, "from 0 to 1"},
    {"an unknown intent", "{\"image\":{\"image_id\":1},\"intent\":\"fnd\"}",
     AKIN_EINVAL, "find"},
    {"an unknown kind", "{\"image\":{\"image_id\":1},\"by\":\"plane\"}",
     AKIN_EINVAL, "dataset, image, tile"},
    {"diverse tiles",
     "{\"image\":{\"image_id\":1},\"by\":\"tile\",\"diversity\":0.5}",
     AKIN_EINVAL, "hits by dataset"},
    {"tiles against something",
     "{\"image\":{\"image_id\":1},\"by\":\"tile\",\"negative\":[{\"image_id\":"
     "2}]}",
     AKIN_EINVAL, "hits by dataset"},
};

static void
what_is_no_question_is_refused_with_a_sentence(void **state)
{
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_json *result = NULL;
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].name);
        assert_fails_with(try_to(*state, refusals[i].params, &result, &err),
                          refusals[i].status, refusals[i].says);
        assert_null(result);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(asked_with_a_dataset_it_finds_those_of_its_kind),
        TEST(asked_with_a_stored_image_it_says_which_image_a_region_is_of),
        TEST(a_vector_is_compared_as_it_is),
        TEST(several_examples_count_alike_and_negative_ones_against),
        TEST(images_and_tiles_are_hits_when_asked_for),
        TEST(no_way_of_choosing_gives_fewer_than_k),
        TEST(diversity_puts_other_things_before_more_of_the_same),
        TEST(collapse_folds_what_is_nearly_the_same),
        TEST(every_hit_is_explained),
        TEST(shared_terms_are_those_of_the_dataset_asked_with),
        cmocka_unit_test(a_store_that_knows_too_little_says_so),
        TEST(what_is_no_question_is_refused_with_a_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
