/* SPDX-License-Identifier: Apache-2.0 */
/* A collection's folder, from a small store: the same bytes however often it is
 * stopped, and nothing of others' touched. */
#include "akin_test.h"

#include "akin/file.h"
#include "akin/sha256.h"
#include "collect/write.h"
#include "collect/write_sample.h"
#include "collect/write_spool.h"
#include "service.h"
#include "small_store.h"

struct fixture {
    char *folder, *out;
    struct akin_service *service;
    struct akin_session *session;
    struct akin_collection *c;
};

static int
set_up(void **state)
{
    struct fixture *f = akin_new(1, sizeof(*f));
    struct akin_collect_options options;
    struct akin_collect_run run = {.options = &options, .threads = 1};
    struct akin_json *json = NULL;
    struct akin_error err = {0};
    struct akin_config config;
    char *dir;

    akin_config_init(&config);
    f->folder = akin_test_folder();
    f->out = akin_path_join(f->folder, "out");
    akin_small_store(f->folder, true);
    dir = akin_path_join(f->folder, "store");
    assert_ok(akin_service_open(dir, &config, &f->service, &err));
    assert_ok(akin_session_new(f->service, &f->session, &err));
    assert_ok(akin_json_parse(
        akin_span_str("{\"split\":{\"train\":0.5,\"test\":0.5}}"), &json,
        &err));
    assert_ok(akin_collect_options_read(json, &options, &err));
    assert_ok(akin_collect_plan(f->session, &run, &f->c, &err));
    assert_true(f->c->n_kept > 4);
    akin_collect_options_free(&options);
    akin_json_free(json);
    free(dir);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    akin_collection_free(f->c);
    akin_session_free(f->session);
    akin_service_close(f->service);
    akin_test_remove(f->folder);
    free(f->out);
    free(f);
    return 0;
}

/* --- the folder --- */

struct stop {
    size_t n, after; /* calls; 0: never */
};

static bool
go_on(void *ctx, const char *step, double fraction)
{
    struct stop *stop = ctx;

    (void)step;
    (void)fraction;
    return ++stop->n != stop->after;
}

static enum akin_status
write_to(const struct fixture *f, const char *dir, struct stop *stop,
         const struct akin_json *made, struct akin_json **differs,
         struct akin_error *err)
{
    struct akin_collect_write how = {.dir = dir,
                                     .created = "2024-02-29",
                                     .made = made,
                                     .threads = 1,
                                     .progress = go_on,
                                     .ctx = stop};

    return akin_collect_write(f->c, &how, differs, err);
}

static struct akin_json *
recipe_of(const char *dir)
{
    char *path = akin_path_join(dir, "recipe.json");
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    assert_ok(akin_json_read_file(path, 1 << 20, &json, &err));
    free(path);
    return json;
}

/* Every file of the recipe is in dir, with its bytes; no spool is left. */
static void
assert_complete(const char *dir, const struct akin_json *recipe)
{
    const struct akin_json *files = akin_json_get(recipe, "files");
    char *spool = akin_path_join(dir, ".akin-pictures");

    assert_true(akin_json_count(files) > 8);
    for (size_t i = 0; i < akin_json_count(files); i++) {
        const struct akin_json *file = akin_json_at(files, i);
        char *path = akin_path_join(dir, akin_json_text(file, "name"));
        char sum[AKIN_SHA256_TEXT];
        struct akin_error err = {0};
        uint64_t bytes = 0;

        assert_ok(akin_sha256_file(path, sum, &bytes, &err));
        assert_string_equal(sum, akin_json_text(file, "sha256"));
        free(path);
    }
    assert_false(akin_file_exists(spool));
    free(spool);
}

static void
wherever_it_is_stopped_the_next_run_makes_the_same_bytes(void **state)
{
    const struct fixture *f = *state;
    struct stop stop = {0};
    struct akin_error err = {0};
    struct akin_json *recipe, *again;
    size_t n;

    assert_ok(write_to(f, f->out, &stop, NULL, NULL, &err));
    recipe = recipe_of(f->out);
    assert_complete(f->out, recipe);
    n = stop.n;
    assert_true(n >= 2);
    for (size_t after = 1; after <= n; after++) {
        char *dir = akin_path_join(f->folder, "stopped");

        stop = (struct stop){.after = after};
        assert_fails_with(write_to(f, dir, &stop, NULL, NULL, &err),
                          AKIN_ECLOSED, "goes on from here");
        stop = (struct stop){0};
        assert_ok(write_to(f, dir, &stop, recipe, NULL, &err));
        again = recipe_of(dir);
        assert_true(akin_json_equal(recipe, again));
        assert_complete(dir, recipe);
        akin_json_free(again);
        assert_ok(akin_file_remove(dir, &err));
        free(dir);
    }
    akin_json_free(recipe);
}

static void
files_that_differ_from_a_recipes_are_named(void **state)
{
    const struct fixture *f = *state;
    struct stop stop = {0};
    struct akin_error err = {0};
    struct akin_json *recipe, *files, *gone, *differs = NULL;

    assert_ok(write_to(f, f->out, &stop, NULL, NULL, &err));
    recipe = recipe_of(f->out);
    assert_ok(write_to(f, f->out, &stop, recipe, &differs, &err));
    assert_int_equal(akin_json_count(differs), 0);
    akin_json_free(differs);
    files = akin_json_get(recipe, "files");
    akin_json_set_text(akin_json_at(files, 0), "sha256", "0000");
    gone = akin_json_object();
    akin_json_set_text(gone, "name", "was-there.txt");
    akin_json_append(files, gone);
    akin_json_append(files, akin_json_new_int(5)); /* no file: no matter */
    assert_ok(write_to(f, f->out, &stop, recipe, &differs, &err));
    assert_int_equal(akin_json_count(differs), 2);
    assert_string_equal(akin_json_string(akin_json_at(differs, 1)),
                        "was-there.txt");
    akin_json_free(differs);
    akin_json_free(recipe);
}

/* Removed as clear_folder does it, and then killed. */
static void
a_folder_that_was_stopped_while_it_was_cleared_is_gone_on_with(void **state)
{
    const struct fixture *f = *state;
    char *spool = akin_path_join(f->out, ".akin-pictures");
    char *recipe_path = akin_path_join(f->out, "recipe.json");
    struct stop stop = {0};
    struct akin_error err = {0};
    struct akin_json *recipe;

    assert_ok(write_to(f, f->out, &stop, NULL, NULL, &err));
    recipe = recipe_of(f->out);
    assert_ok(akin_dir_make(spool, &err));
    assert_ok(akin_file_remove(recipe_path, &err));
    assert_ok(akin_collect_check_folder(f->out, &err));
    assert_ok(write_to(f, f->out, &stop, NULL, NULL, &err));
    assert_complete(f->out, recipe);
    akin_json_free(recipe);
    free(recipe_path);
    free(spool);
}

static void
folders_of_others_are_refused_and_stay_as_they_are(void **state)
{
    static const struct {
        const char *file, *text, *says;
    } cases[] = {
        {"thesis.txt", "precious", "is not empty (it holds thesis.txt)"},
        {"recipe.json", "{\"name\":\"akin-other\"}",
         "holds another collection (akin-other)"},
        {"recipe.json", "{}", "holds another collection (without a name)"},
    };
    const struct fixture *f = *state;

    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        char *path = akin_path_join(f->out, cases[i].file);
        struct stop stop = {0};
        struct akin_buf bytes = {0};
        struct akin_error err = {0};

        assert_ok(akin_dir_make(f->out, &err));
        assert_ok(akin_file_write(path, akin_span_str(cases[i].text), &err));
        assert_fails_with(write_to(f, f->out, &stop, NULL, NULL, &err),
                          AKIN_EINVAL, cases[i].says);
        assert_ok(akin_file_read(path, 4096, &bytes, &err));
        assert_string_equal(akin_buf_text(&bytes), cases[i].text);
        akin_buf_free(&bytes);
        assert_ok(akin_file_remove(f->out, &err));
        free(path);
    }
}

static void
an_image_that_changed_since_planning_is_named(void **state)
{
    const struct fixture *f = *state;
    char *path = akin_small_path(f->folder, 0, 0);
    struct stop stop = {0};
    struct akin_error err = {0};

    assert_ok(akin_file_write(path, akin_span_str("something else"), &err));
    assert_fails_with(write_to(f, f->out, &stop, NULL, NULL, &err), AKIN_ESTALE,
                      "has changed since it was indexed");
    free(path);
}

/* --- the spool --- */

static enum akin_status
spool_make(const struct fixture *f, const char *plan, struct akin__spool **out,
           struct akin_error *err)
{
    struct akin__spool_run run = {.dir = f->out, .plan = plan, .threads = 1};

    return akin__spool_make(f->c, &run, out, err);
}

static void
a_damaged_picture_is_seen_and_a_short_file_is_made_again(void **state)
{
    const struct fixture *f = *state;
    char *path = akin_path_join(f->out, "pictures");
    struct akin__spool *spool = NULL;
    struct akin__picture picture;
    struct akin_buf whole = {0}, png = {0}, first = {0};
    struct akin_error err = {0};

    assert_ok(spool_make(f, "plan", &spool, &err));
    assert_ok(akin__spool_get(spool, 0, &first, &picture, &err));
    akin__spool_close(spool);
    assert_ok(akin_file_read(path, 1 << 24, &whole, &err));
    for (size_t i = 0; i < whole.len; i++)
        whole.data[i] ^= 1;
    assert_ok(akin_file_write(path, akin_buf_span(&whole), &err));
    assert_ok(spool_make(f, "plan", &spool, &err));
    assert_fails_with(akin__spool_get(spool, 0, &png, &picture, &err), AKIN_EIO,
                      "is damaged");
    akin__spool_close(spool);
    assert_ok(
        akin_file_write(path, akin_span_of(whole.data, whole.len / 2), &err));
    assert_ok(spool_make(f, "plan", &spool, &err));
    assert_ok(akin__spool_get(spool, 0, &png, &picture, &err));
    assert_int_equal(png.len, first.len);
    assert_memory_equal(png.data, first.data, png.len);
    akin__spool_close(spool);
    akin_buf_free(&whole);
    akin_buf_free(&png);
    akin_buf_free(&first);
    free(path);
}

/* --- a sample's metadata --- */

static void
a_sample_tells_its_source_place_and_pixel_size(void **state)
{
    static const char *const members[] = {
        "key",     "split",    "width",          "height",     "channels",
        "bits",    "dataset",  "title",          "organism",   "license",
        "credit",  "image",    "image_xxh3",     "image_bits", "tile",
        "cluster", "pixel_um", "dataset_version"};
    static const struct akin__picture picture = {.width = 10,
                                                 .height = 5,
                                                 .channels = 1,
                                                 .bits = 8,
                                                 .step_x = 2,
                                                 .step_y = 4};
    const struct fixture *f = *state;
    struct akin__teller *teller = akin__teller_new(f->c);
    struct akin_image_record image = {0};
    struct akin_txn *txn = NULL;
    struct akin_json *json = NULL;
    struct akin_error err = {0};
    double um = 0;

    assert_ok(akin_txn_read(f->c->store, &txn, &err));
    assert_ok(akin__teller_tell(teller, txn, 1, &picture, &json, &err));
    assert_ok(akin_collection_place(f->c, txn, &f->c->sample[f->c->kept[1]],
                                    &image, NULL, &err));
    assert_string_equal(akin_json_text(json, "key"), "000000001");
    assert_string_equal(akin_json_text(json, "image"), image.name);
    assert_null(akin_json_get(json, "normalisation"));
    for (size_t i = 0; i < AKIN_COUNT(members); i++)
        if (akin_json_get(json, members[i]) == NULL &&
            (image.info.pixel_um_x > 0 || strcmp(members[i], "pixel_um") != 0))
            fail_msg("no %s", members[i]);
    if (akin_json_number(akin_json_get(akin_json_get(json, "pixel_um"), "x"),
                         &um))
        assert_true(fabs(um - 2 * image.info.pixel_um_x) < 1e-9);
    akin_json_free(json);
    akin_image_record_free(&image);
    akin_txn_end(txn);
    akin__teller_free(teller);
}

#define STORE_TEST(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(wherever_it_is_stopped_the_next_run_makes_the_same_bytes),
        STORE_TEST(files_that_differ_from_a_recipes_are_named),
        STORE_TEST(
            a_folder_that_was_stopped_while_it_was_cleared_is_gone_on_with),
        STORE_TEST(folders_of_others_are_refused_and_stay_as_they_are),
        STORE_TEST(an_image_that_changed_since_planning_is_named),
        STORE_TEST(a_damaged_picture_is_seen_and_a_short_file_is_made_again),
        STORE_TEST(a_sample_tells_its_source_place_and_pixel_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
