/* SPDX-License-Identifier: Apache-2.0 */
/* Planning a collection from a small store. */
#include "akin_test.h"

#include "akin/file.h"
#include "akin/log.h"
#include "collect/collect.h"
#include "collect/save.h"
#include "service.h"
#include "small_store.h"

struct fixture {
    char *folder;
    struct akin_service *service;
    struct akin_session *session;
};

static int
set_up(void **state)
{
    struct fixture *f = akin_new(1, sizeof(*f));
    struct akin_error err = {0};
    struct akin_config config;
    char *dir;

    akin_config_init(&config);
    f->folder = akin_test_folder();
    akin_small_store(f->folder, true);
    dir = akin_path_join(f->folder, "store");
    assert_ok(akin_service_open(dir, &config, &f->service, &err));
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
parse(const char *text)
{
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    assert_ok(akin_json_parse(akin_span_str(text), &json, &err));
    return json;
}

static void
read_options(const char *text, struct akin_collect_options *out)
{
    struct akin_json *json = parse(text);
    struct akin_error err = {0};

    assert_ok(akin_collect_options_read(json, out, &err));
    akin_json_free(json);
}

/* The plan that a question gives; akin_collection_free. */
static struct akin_collection *
plan(const struct fixture *f, const char *text, size_t threads,
     const char *marks)
{
    struct akin_collect_options options;
    struct akin_collect_run run = {
        .options = &options, .threads = threads, .marks_path = marks};
    struct akin_collection *c = NULL;
    struct akin_error err = {0};

    read_options(text, &options);
    assert_ok(akin_collect_plan(f->session, &run, &c, &err));
    akin_collect_options_free(&options);
    return c;
}

static const struct akin_collection_dataset *
dataset(const struct akin_collection *c, const char *id)
{
    for (size_t i = 0; i < c->n_datasets; i++)
        if (strcmp(c->dataset[i].id, id) == 0)
            return &c->dataset[i];
    return NULL;
}

/* --- options --- */

static const struct {
    const char *name, *text;
    const char *says;
} refusals[] = {
    {"unknown", "{\"tagret\":5}", "did you mean \"target\"?"},
    {"target", "{\"target\":-1}", "target must be a whole number"},
    {"detail", "{\"min_detail\":2}", "min_detail must be a number from 0 to 1"},
    {"like", "{\"like\":[\"\"]}", "like must be a list of texts"},
    {"unlike alone", "{\"unlike\":[\"a\"]}", "they need like"},
    {"unit", "{\"unit\":\"tiles\"}", "did you mean \"tile\"?"},
    {"split sum", "{\"split\":{\"train\":0.5}}", "must add up to 1"},
    {"split name", "{\"split\":{\"../x\":1}}", "cannot be the name"},
    {"split by", "{\"split_by\":\"studie\"}", "did you mean \"study\"?"},
    {"quota", "{\"quota\":{\"organsim\":5}}", "did you mean \"organism\"?"},
    {"cap", "{\"cap\":{\"study\":5}}", "dataset, image"},
    {"cap value", "{\"cap\":{\"image\":0}}", "must be a number from 1"},
    {"licence", "{\"licence\":[]}", "not empty"},
    {"where", "{\"where\":5}", "where must be a filter"},
    {"bits", "{\"output\":{\"bits\":7}}", "output.bits must be 8"},
    {"format", "{\"output\":{\"formats\":[\"zip\"]}}", "output.formats"},
    {"output", "{\"output\":{\"bit\":8}}", "did you mean \"bits\"?"},
};

static void
options_that_cannot_be_meant_are_refused_with_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_collect_options out = {.seed = 77};
        struct akin_json *json = parse(refusals[i].text);
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].name);
        assert_fails_with(akin_collect_options_read(json, &out, &err),
                          AKIN_EINVAL, refusals[i].says);
        assert_int_equal(out.seed, 77);
        akin_json_free(json);
    }
}

static void
options_come_back_from_json_as_they_were(void **state)
{
    static const char *const texts[] = {
        "{}",
        "{\"text\":\"mouse\",\"where\":\"year:2020..\",\"like\":[\"a\",\"/b\"],"
        "\"unlike\":\"c\",\"threshold\":0.7,\"nearest\":9,"
        "\"licence\":[\"MIT\"],\"exclude\":[\"x\"],\"exclude_near\":[\"y\"],"
        "\"unit\":\"plane\",\"pixels\":false,\"min_detail\":0.3,"
        "\"hash_distance\":5,\"same_similarity\":0.9,\"near_similarity\":0.8,"
        "\"target\":50,\"quota\":{\"organism\":7},\"cap\":{\"dataset\":9},"
        "\"split\":{\"train\":0.75,\"val\":0.25},\"split_by\":\"image\","
        "\"seed\":4,\"output\":{\"formats\":[\"folder\"],\"bits\":0,"
        "\"edge\":224,\"shard_bytes\":1000}}"};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(texts); i++) {
        struct akin_collect_options once, twice;
        struct akin_json *first, *second;
        struct akin_error err = {0};

        read_options(texts[i], &once);
        first = akin_collect_options_json(&once);
        assert_ok(akin_collect_options_read(first, &twice, &err));
        second = akin_collect_options_json(&twice);
        assert_true(akin_json_equal(first, second));
        if (i == 1) {
            struct akin_json *given = parse(texts[1]);

            assert_string_equal(once.unlike.text[0], "c");
            akin_json_set(given, "unlike",
                          akin_json_copy(akin_json_get(first, "unlike")));
            assert_true(akin_json_equal(first, given));
            akin_json_free(given);
        }
        akin_json_free(first);
        akin_json_free(second);
        akin_collect_options_free(&once);
        akin_collect_options_free(&twice);
    }
}

/* --- plans --- */

static void
every_tile_has_one_fate_and_the_counts_add_up(void **state)
{
    struct akin_collection *c = plan(*state, "{\"target\":5}", 2, NULL);
    uint64_t sum = 0;

    assert_int_equal(c->n_datasets, AKIN_SMALL_DATASETS);
    assert_true(c->n_samples > 5);
    for (int fate = 0; fate < AKIN_N_FATES; fate++)
        sum += c->n_fate[fate];
    assert_int_equal(sum, c->n_samples);
    assert_int_equal(c->n_kept, c->n_fate[AKIN_FATE_KEPT]);
    assert_int_equal(c->n_kept, c->n_step[AKIN_STEP_BALANCED]);
    assert_true(c->n_kept <= 5);
    for (int step = 1; step < AKIN_N_STEPS; step++)
        assert_true(c->n_step[step] <= c->n_step[step - 1]);
    for (size_t i = 0; i < c->n_kept; i++)
        assert_int_equal(c->sample[c->kept[i]].fate, AKIN_FATE_KEPT);
    akin_collection_free(c);
}

static void
a_plan_does_not_depend_on_threads_but_on_the_seed(void **state)
{
    static const char seed2[] = "{\"target\":3,\"seed\":2,\"pixels\":false}";
    static const char seed1[] = "{\"target\":3,\"seed\":1,\"pixels\":false}";
    struct akin_collection *one = plan(*state, seed1, 1, NULL);
    struct akin_collection *four = plan(*state, seed1, 4, NULL);
    struct akin_collection *other = plan(*state, seed2, 1, NULL);
    size_t bytes = one->n_samples * sizeof(*one->sample);

    assert_int_equal(one->n_samples, four->n_samples);
    for (size_t i = 0; i < one->n_samples; i++) {
        assert_int_equal(one->sample[i].fate, four->sample[i].fate);
        assert_int_equal(one->sample[i].cluster, four->sample[i].cluster);
        assert_int_equal(one->sample[i].group, four->sample[i].group);
    }
    assert_memory_equal(one->kept, four->kept,
                        one->n_kept * sizeof(*one->kept));
    assert_memory_not_equal(one->sample, other->sample, bytes);
    akin_collection_free(one);
    akin_collection_free(four);
    akin_collection_free(other);
}

static void
licences_leave_datasets_out_and_say_so(void **state)
{
    struct akin_collection *c =
        plan(*state, "{\"licence\":[\"CC0-1.0\"],\"pixels\":false}", 1, NULL);

    assert_non_null(
        strstr(dataset(c, "test:dots")->left_out, "CC-BY-4.0, is not in"));
    assert_null(dataset(c, "test:stripes")->left_out);
    assert_int_equal(dataset(c, "test:dots")->n_selected, 0);
    assert_true(dataset(c, "test:stripes")->n_selected > 0);
    akin_collection_free(c);
}

static void
an_excluded_dataset_is_out_and_an_unknown_one_refused(void **state)
{
    const struct fixture *f = *state;
    struct akin_collection *c =
        plan(f, "{\"exclude\":[\"test:dots\"],\"pixels\":false}", 1, NULL);
    struct akin_collect_options options;
    struct akin_collect_run run = {.options = &options, .threads = 1};
    struct akin_collection *none = NULL;
    struct akin_error err = {0};

    assert_int_equal(dataset(c, "test:dots")->n_selected, 0);
    akin_collection_free(c);
    read_options("{\"exclude_near\":[\"test:dost\"]}", &options);
    assert_fails_with(akin_collect_plan(f->session, &run, &none, &err),
                      AKIN_EINVAL,
                      "exclude_near: there is no dataset \"test:dost\"");
    assert_null(none);
    akin_collect_options_free(&options);
}

/* Noise is drawn anew for each image, so a copy is made of the file itself. */
static void
copies_in_another_dataset_are_found_and_guards_take_them_along(void **state)
{
    const struct fixture *f = *state;
    struct akin_collection *c;
    size_t n_copies = 0;

    akin_small_add(f->folder, "test:again", 1); /* like test:dots */
    akin_small_publish(f->folder);
    c = plan(f,
             "{\"same_similarity\":0.5,\"near_similarity\":0.5,"
             "\"pixels\":false}",
             1, NULL);
    for (size_t i = 0; i < c->n_samples; i++) {
        const struct akin_collect_sample *s = &c->sample[i];

        if (s->fate != AKIN_FATE_COPY_ELSEWHERE)
            continue;
        assert_int_not_equal(s->other, AKIN_COLLECT_NONE);
        assert_int_equal(c->sample[s->other].group, s->group);
        assert_int_equal(c->sample[s->other].fate, AKIN_FATE_KEPT);
        n_copies++;
    }
    assert_true(n_copies > 0);
    akin_collection_free(c);
    c = plan(f,
             "{\"exclude_near\":[\"test:again\"],\"same_similarity\":0.5,"
             "\"near_similarity\":0.5,\"pixels\":false}",
             1, NULL);
    assert_true(c->n_fate[AKIN_FATE_NEAR_EXCLUDED] > 0);
    assert_int_equal(dataset(c, "test:again")->n_selected, 0);
    akin_collection_free(c);
}

static void
caps_and_quotas_hold(void **state)
{
    struct akin_collection *c =
        plan(*state,
             "{\"cap\":{\"dataset\":2,\"image\":1},\"same_similarity\":2,"
             "\"near_similarity\":2,\"min_detail\":0,"
             "\"quota\":{\"organism\":3}}",
             1, NULL);

    for (size_t i = 0; i < c->n_datasets; i++)
        assert_true(c->dataset[i].n_kept <= 2);
    assert_string_equal(c->spread[0].name, "organism");
    for (size_t i = 0; i < c->spread[0].n; i++)
        assert_true(c->spread[0].value[i].count[AKIN_STEP_BALANCED] <= 3);
    /* Two datasets are of mice: four samples by the cap, three by the quota. */
    assert_true(c->n_fate[AKIN_FATE_QUOTA] + c->n_fate[AKIN_FATE_CAP] > 0);
    assert_true(c->n_kept > 3);
    akin_collection_free(c);
}

static void
likeness_selects_what_is_like_the_examples(void **state)
{
    struct akin_collection *c =
        plan(*state,
             "{\"like\":[\"test:stripes\"],\"unlike\":[\"test:noise\"],"
             "\"threshold\":0.2,\"nearest\":2,\"pixels\":false}",
             1, NULL);

    assert_int_equal(c->n_samples, 2);
    assert_int_equal(dataset(c, "test:stripes")->n_selected, 2);
    assert_true(c->sample[0].similarity > 0.99f);
    assert_true(c->sample[0].row < c->sample[1].row);
    akin_collection_free(c);
}

static void
a_file_that_changed_or_went_does_not_count(void **state)
{
    const struct fixture *f = *state;
    char *path = akin_small_path(f->folder, 1, 0);
    struct akin_error err = {0};
    struct akin_collection *c;

    assert_ok(akin_file_write(path, akin_span_str("not an image"), &err));
    c = plan(f, "{}", 2, NULL);
    assert_true(c->n_fate[AKIN_FATE_UNREADABLE] > 0);
    akin_collection_free(c);
    assert_ok(akin_file_remove(path, &err));
    c = plan(f, "{}", 2, NULL);
    assert_true(c->n_fate[AKIN_FATE_UNREADABLE] > 0);
    akin_collection_free(c);
    free(path);
}

static void
marks_are_kept_and_a_cut_file_of_them_is_gone_on_with(void **state)
{
    const struct fixture *f = *state;
    char *marks = akin_path_join(f->folder, "marks");
    struct akin_collection *first = plan(f, "{}", 2, marks), *second;
    struct akin_buf bytes = {0};
    struct akin_error err = {0};

    assert_ok(akin_file_read(marks, 1 << 20, &bytes, &err));
    assert_true(bytes.len > 8 + 28 * AKIN_SMALL_DATASETS);
    for (size_t cut = 8; cut < bytes.len; cut += 37) {
        struct akin_file_stat info = {0};

        assert_ok(akin_file_write(marks, akin_span_of(bytes.data, cut), &err));
        second = plan(f, "{}", 1, marks);
        for (size_t i = 0; i < first->n_samples; i++) {
            assert_true(first->sample[i].hash == second->sample[i].hash);
            assert_true(first->sample[i].detail == second->sample[i].detail);
        }
        akin_collection_free(second);
        assert_ok(akin_file_stat(marks, &info, &err));
        assert_int_equal(info.size_bytes, bytes.len);
    }
    akin_collection_free(first);
    akin_buf_free(&bytes);
    free(marks);
}

static void
a_store_that_changed_is_told(void **state)
{
    const struct fixture *f = *state;
    struct akin_collection *c = plan(f, "{\"pixels\":false}", 1, NULL);
    struct akin_json *inputs = akin_collection_inputs(c);
    struct akin_json *changes = akin_collect_changes(inputs, c);
    struct akin_buf text = {0};

    assert_int_equal(akin_json_count(changes), 0);
    akin_json_free(changes);
    akin_collection_free(c);
    akin_small_add(f->folder, "test:more", 0);
    akin_small_remove(f->folder, "test:dots", "for a test");
    akin_small_publish(f->folder);
    c = plan(f, "{\"pixels\":false}", 1, NULL);
    changes = akin_collect_changes(inputs, c);
    akin_json_write(changes, AKIN_JSON_COMPACT, &text);
    assert_non_null(strstr(akin_buf_text(&text), "another generation"));
    assert_non_null(strstr(akin_buf_text(&text), "test:more: is new"));
    assert_non_null(strstr(akin_buf_text(&text), "test:dots: was there"));
    akin_buf_free(&text);
    akin_json_free(changes);
    akin_json_free(inputs);
    akin_collection_free(c);
}

static void
what_is_kept_and_dropped_is_written_line_by_line(void **state)
{
    const struct fixture *f = *state;
    struct akin_collection *c = plan(f, "{\"target\":3}", 1, NULL);
    static const char *const names[] = {"samples.jsonl", "dropped.jsonl"};
    struct akin_error err = {0};

    assert_ok(akin_collect_save(c, f->folder, &err));
    for (size_t i = 0; i < AKIN_COUNT(names); i++) {
        char *path = akin_path_join(f->folder, names[i]);
        struct akin_buf bytes = {0};
        size_t n_lines = 0;

        assert_ok(akin_file_read(path, 1 << 20, &bytes, &err));
        for (size_t k = 0; k < bytes.len; k++)
            n_lines += bytes.data[k] == '\n';
        assert_int_equal(n_lines,
                         i == 0 ? c->n_kept : c->n_samples - c->n_kept);
        akin_buf_free(&bytes);
        free(path);
    }
    akin_collection_free(c);
}

static void
the_service_tells_what_a_collection_would_hold(void **state)
{
    const struct fixture *f = *state;
    struct akin_json *params = parse("{\"target\":4,\"text\":\"nowhere\"}");
    struct akin_json *result = NULL;
    struct akin_error err = {0};
    int64_t samples = -1;

    assert_ok(akin_service_call(f->session, "collect", params, &result, &err));
    assert_true(akin_json_int(akin_json_get(result, "samples"), &samples));
    assert_int_equal(samples, 0);
    akin_json_free(result);
    akin_json_unset(params, "text");
    assert_ok(akin_service_call(f->session, "collect", params, &result, &err));
    assert_true(akin_json_int(akin_json_get(result, "samples"), &samples));
    assert_int_equal(samples, 4);
    assert_int_equal(akin_json_count(akin_json_get(result, "steps")),
                     AKIN_N_STEPS);
    assert_non_null(akin_json_get(akin_json_get(result, "spread"), "cluster"));
    akin_json_free(result);
    akin_json_free(params);
}

static bool
stop(void *ctx, const char *step, double fraction)
{
    (void)ctx;
    (void)fraction;
    return strcmp(step, "clustering") != 0;
}

static void
a_plan_can_be_stopped(void **state)
{
    const struct fixture *f = *state;
    struct akin_collect_options options;
    struct akin_collect_run run = {
        .options = &options, .threads = 1, .progress = stop};
    struct akin_collection *c = NULL;
    struct akin_error err = {0};

    read_options("{\"pixels\":false}", &options);
    assert_fails_with(akin_collect_plan(f->session, &run, &c, &err),
                      AKIN_ECLOSED, "stopped while clustering");
    akin_collect_options_free(&options);
}

#define WITH_STORE(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            options_that_cannot_be_meant_are_refused_with_a_sentence),
        cmocka_unit_test(options_come_back_from_json_as_they_were),
        WITH_STORE(every_tile_has_one_fate_and_the_counts_add_up),
        WITH_STORE(a_plan_does_not_depend_on_threads_but_on_the_seed),
        WITH_STORE(licences_leave_datasets_out_and_say_so),
        WITH_STORE(an_excluded_dataset_is_out_and_an_unknown_one_refused),
        WITH_STORE(
            copies_in_another_dataset_are_found_and_guards_take_them_along),
        WITH_STORE(caps_and_quotas_hold),
        WITH_STORE(likeness_selects_what_is_like_the_examples),
        WITH_STORE(a_file_that_changed_or_went_does_not_count),
        WITH_STORE(marks_are_kept_and_a_cut_file_of_them_is_gone_on_with),
        WITH_STORE(a_store_that_changed_is_told),
        WITH_STORE(what_is_kept_and_dropped_is_written_line_by_line),
        WITH_STORE(the_service_tells_what_a_collection_would_hold),
        WITH_STORE(a_plan_can_be_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
