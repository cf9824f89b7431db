/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishing and opening generations: what is in one, what is refused, and
 * that a run may die anywhere.
 */
#include "akin_test.h"

#include <pthread.h>
#include <unistd.h>

#include "akin/config.h"
#include "akin/file.h"
#include "akin/generation.h"
#include "akin/verify.h"
#include "akin_test_death.h"
#include "akin_test_store.h"
#include "akin_test_tsan.h"
#include "generation_internal.h"

struct fixture {
    char *dir;
    struct akin_store *store;
    struct akin_config config;
};

static int
setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct akin_error err = {0};

    f->dir = akin_test_folder();
    akin_config_init(&f->config);
    f->config.index_jobs = 1; /* children of a fork cannot use its threads */
    assert_ok(akin_store_open(f->dir, AKIN_STORE_CREATE, &f->store, &err));
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;

    akin_store_close(f->store);
    akin_test_remove(f->dir);
    free(f);
    return 0;
}

static void
publish(struct fixture *f, struct akin_publish_report *report)
{
    struct akin_error err = {0};

    assert_ok(akin_generation_publish(f->store, &f->config, NULL, NULL, report,
                                      &err));
}

static struct akin_generation *
open_checked(struct akin_store *store)
{
    struct akin_generation *gen = NULL;
    struct akin_error err = {0};

    assert_ok(akin_generation_open(store, &gen, &err));
    assert_ok(akin_generation_verify(gen, &err));
    return gen;
}

/* Three datasets whose images were added in turns. */
static void
fill(struct akin_store *store, size_t n_images, size_t n_tiles,
     size_t n_disturbed)
{
    uint32_t dataset[3];
    char name[32];

    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(name, sizeof(name), "S-%zu", i);
        dataset[i] = akin_test_put_dataset(store, name);
    }
    for (size_t i = 0; i < n_images; i++) {
        (void)snprintf(name, sizeof(name), "image-%zu", i);
        (void)akin_test_put_image(store, dataset[i % 3], name, n_tiles,
                                  n_disturbed, 100 + i);
    }
}

static size_t
count_generations(const char *dir)
{
    struct akin_names names = {0};
    struct akin_error err = {0};
    size_t n = 0;

    assert_ok(akin_dir_list(dir, &names, &err));
    for (size_t i = 0; i < names.n; i++)
        n += strncmp(names.name[i], "gen-", 4) == 0;
    akin_names_free(&names);
    return n;
}

static void
before_the_first_publish_there_is_none(void **state)
{
    struct fixture *f = *state;
    struct akin_generation *gen = NULL;
    struct akin_error err = {0};

    assert_fails_with(akin_generation_open(f->store, &gen, &err),
                      AKIN_ENOTFOUND, "publish one");
    assert_null(gen);
}

static void
an_empty_store_is_published_empty(void **state)
{
    struct fixture *f = *state;
    struct akin_publish_report report;
    struct akin_generation *gen;

    f->config.index_exact_below = 0;
    publish(f, &report);
    assert_int_equal(report.generation, 1);
    assert_int_equal(report.n_tiles, 0);
    assert_false(report.trained);
    assert_true(report.exact);
    gen = open_checked(f->store);
    assert_int_equal(gen->n_rows, 0);
    assert_int_equal(gen->n_images, 0);
    assert_int_equal(gen->last_image, 0);
    assert_null(gen->vindex);
    akin_generation_close(gen);
}

/* Every row is the projected feature row of its tile. */
static void
check_rows(struct akin_store *store, const struct akin_generation *gen)
{
    struct akin_error err = {0};
    struct akin_txn *txn = NULL;

    assert_ok(akin_txn_read(store, &txn, &err));
    for (size_t i = 0; i < gen->n_images; i++) {
        size_t n = gen->images[i].n_tiles;
        float *features = calloc(n * AKIN_N_FEATURES, sizeof(float));
        float *rows = calloc(n * AKIN_DIM, sizeof(float));

        assert_ok(
            akin_image_features(txn, gen->images[i].image, features, n, &err));
        akin_projection_apply(gen->projection, features, n, rows);
        assert_memory_equal(rows,
                            gen->vectors + gen->images[i].first_row * gen->dim,
                            n * AKIN_DIM * sizeof(float));
        free(features);
        free(rows);
    }
    akin_txn_end(txn);
}

static void
rows_are_ordered_by_dataset_and_image(void **state)
{
    static const uint32_t want[] = {1, 4, 7, 2, 5, 3, 6};
    struct fixture *f = *state;
    struct akin_publish_report report;
    struct akin_generation *gen;

    fill(f->store, 7, 5, 0);
    publish(f, &report);
    assert_int_equal(report.n_tiles, 35);
    assert_int_equal(report.n_images, 7);
    assert_int_equal(report.n_datasets, 3);
    gen = open_checked(f->store);
    assert_int_equal(gen->dim, AKIN_DIM);
    assert_int_equal(gen->last_image, 7);
    assert_int_equal(gen->n_images, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(gen->images[i].image, want[i]);
        assert_int_equal(gen->images[i].first_row, 5 * i);
    }
    check_rows(f->store, gen);
    akin_generation_close(gen);
}

static void
little_to_learn_from_keeps_the_built_in_projection(void **state)
{
    struct fixture *f = *state;
    struct akin_projection *builtin = NULL;
    struct akin_publish_report report;
    struct akin_generation *gen;
    struct akin_error err = {0};

    fill(f->store, 6, 5, 5);
    publish(f, &report);
    assert_false(report.trained);
    gen = open_checked(f->store);
    assert_ok(akin_projection_builtin(&builtin, &err));
    assert_string_equal(akin_projection_id(gen->projection),
                        akin_projection_id(builtin));
    akin_projection_free(builtin);
    akin_generation_close(gen);
}

static void
the_same_store_gives_the_same_generation_again(void **state)
{
    struct fixture *f = *state;
    struct akin_publish_report report;
    struct akin_generation *first, *second;

    fill(f->store, 9, 80, 40);
    f->config.publish_train_tiles = 600; /* of 720: a sample */
    f->config.publish_train_min_tiles = 512;
    publish(f, &report);
    assert_true(report.trained);
    first = open_checked(f->store);
    publish(f, &report);
    assert_true(report.trained);
    second = open_checked(f->store);
    assert_string_equal(akin_projection_id(first->projection),
                        akin_projection_id(second->projection));
    assert_int_equal(first->n_rows, second->n_rows);
    assert_memory_equal(first->vectors, second->vectors,
                        first->n_rows * first->dim * sizeof(float));
    check_rows(f->store, second);
    akin_generation_close(first);
    akin_generation_close(second);
}

static void
many_rows_get_an_index_with_measured_recall(void **state)
{
    struct fixture *f = *state;
    struct akin_publish_report report;
    struct akin_generation *gen;
    struct akin_error err = {0};
    uint64_t row = 0;
    float sim = 0;

    fill(f->store, 12, 100, 0);
    f->config.index_exact_below = 1200;
    publish(f, &report);
    assert_false(report.exact);
    assert_true(report.recall >= f->config.query_recall);
    gen = open_checked(f->store);
    assert_non_null(gen->vindex);
    assert_true(gen->model.n_probe[0][0] >= 1);
    assert_ok(akin_vindex_search(
        gen->vindex, gen->vectors, gen->vectors + 777 * gen->dim, 1, 1,
        gen->model.effort, NULL, NULL, &row, &sim, &err));
    assert_int_equal(row, 777);
    akin_generation_close(gen);

    f->config.index_exact_below = 1201;
    publish(f, &report);
    assert_true(report.exact);
    gen = open_checked(f->store);
    assert_null(gen->vindex);
    akin_generation_close(gen);
}

/* Bytes of files mapped into this process. */
static uint64_t
held_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    char line[128] = "", *at = line;

    assert_non_null(f);
    assert_non_null(fgets(line, sizeof(line), f));
    (void)fclose(f);
    for (int i = 0; i < 2; i++)
        at = strchr(at, ' ') + 1;
    return strtoull(at, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void
vectors_are_let_go_of_beyond_a_budget_and_come_back(void **state)
{
    struct fixture *f = *state;
    struct akin_publish_report report;
    struct akin_generation *gen;
    struct akin_hash before, after;
    struct akin_span vectors;
    uint64_t held;

    fill(f->store, 12, 100, 0);
    publish(f, &report);
    gen = open_checked(f->store);
    vectors = akin_span_of(gen->vectors,
                           (size_t)gen->n_rows * gen->dim * sizeof(float));
    before = akin_hash_of(vectors); /* and all of it is held */
    assert_false(akin_generation_trim(gen, 0));
    assert_false(akin_generation_trim(gen, UINT64_MAX));
    /* all of this generation fits: not worth a look */
    assert_false(akin_generation_trim(gen, vectors.len));
    held = held_bytes();
    assert_true(akin_generation_trim(gen, 1));
    assert_true(held_bytes() + vectors.len / 2 < held);
    after = akin_hash_of(vectors);
    assert_memory_equal(before.bytes, after.bytes, sizeof(before.bytes));
    akin_generation_close(gen);
}

static void
what_is_asked_for_ahead_changes_nothing_else(void **state)
{
    struct fixture *f = *state;
    struct akin_publish_report report;
    struct akin_generation *gen;
    struct akin_error err = {0};

    fill(f->store, 12, 100, 0);
    f->config.index_exact_below = 0;
    publish(f, &report);
    gen = open_checked(f->store);
    for (f->config.index_prefetch = 0; f->config.index_prefetch <= 2;
         f->config.index_prefetch++)
        assert_ok(akin_generation_prefetch(gen, &f->config, &err));
    f->config.index_lock = true;
    /* who may not lock so much is told which setting it was */
    if (akin_generation_prefetch(gen, &f->config, &err) != AKIN_OK)
        assert_non_null(strstr(err.text, "index.lock"));
    akin_generation_close(gen);
    gen = open_checked(f->store);
    akin_generation_close(gen);
}

static void
the_old_generation_is_removed_but_stays_readable(void **state)
{
    struct fixture *f = *state;
    struct akin_generation *old, *new;
    struct akin_error err = {0};
    char *gone = akin__generation_dir(f->dir, 1);
    uint64_t row = 0;
    float sim = 0;

    fill(f->store, 3, 20, 0);
    f->config.index_exact_below = 1;
    publish(f, NULL);
    old = open_checked(f->store);
    publish(f, NULL);
    publish(f, NULL);
    assert_false(akin_file_exists(gone));
    assert_int_equal(count_generations(f->dir), 1);
    new = open_checked(f->store);
    assert_int_equal(old->number, 1);
    assert_int_equal(new->number, 3);
    assert_memory_equal(old->vectors, new->vectors,
                        sizeof(float) * 60 * AKIN_DIM);
    assert_ok(akin_vindex_search(old->vindex, old->vectors, old->vectors, 1, 1,
                                 old->model.effort, NULL, NULL, &row, &sim,
                                 &err));
    assert_int_equal(row, 0);
    assert_fails_with(akin_generation_verify(old, &err), AKIN_ESTALE,
                      "not there any more");
    akin_generation_close(old);
    akin_generation_close(new);
    free(gone);
}

/* --- damage --- */

static const struct {
    const char *file;
    enum akin_status cut, flipped;
} parts[] = {
    {AKIN__FILE_MANIFEST, AKIN_EFORMAT, AKIN_EFORMAT},
    {AKIN__FILE_PROJECTION, AKIN_ESTALE, AKIN_ESTALE},
    {AKIN__FILE_IMAGES, AKIN_ESTALE, AKIN_ESTALE},
    {AKIN__FILE_VECTORS, AKIN_ESTALE, AKIN_ESTALE},
    {AKIN__FILE_INDEX, AKIN_ESTALE, AKIN_ESTALE},
};

/* Writes other bytes to a file of generation 1 and demands a refusal. */
static void
refuse_with(const struct fixture *f, const char *path, struct akin_span bytes,
            enum akin_status want)
{
    struct akin_generation *gen = NULL;
    struct akin_error err = {0};

    assert_ok(akin_file_write(path, bytes, &err));
    assert_fails_with(akin_generation_open(f->store, &gen, &err), want,
                      "generation 1: ");
    assert_null(gen);
}

static void
every_damaged_file_is_refused(void **state)
{
    struct fixture *f = *state;
    char *dir = akin__generation_dir(f->dir, 1);
    struct akin_generation *gen = NULL;
    struct akin_error err = {0};

    fill(f->store, 3, 20, 0);
    f->config.index_exact_below = 1;
    publish(f, NULL);
    for (size_t i = 0; i < AKIN_COUNT(parts); i++) {
        char *path = akin_path_join(dir, parts[i].file);
        struct akin_buf whole = {0};

        print_message("  %s\n", parts[i].file);
        assert_ok(akin_file_read(path, 1 << 24, &whole, &err));
        refuse_with(f, path, akin_span_of(whole.data, whole.len / 2),
                    parts[i].cut);
        refuse_with(f, path, akin_span_of(NULL, 0), parts[i].cut);
        whole.data[whole.len / 2] ^= 4;
        refuse_with(f, path, akin_buf_span(&whole), parts[i].flipped);
        whole.data[whole.len / 2] ^= 4;
        assert_ok(akin_file_remove(path, &err));
        assert_fails_with(akin_generation_open(f->store, &gen, &err),
                          AKIN_ESTALE, parts[i].file);
        assert_ok(akin_file_write(path, akin_buf_span(&whole), &err));
        akin_buf_free(&whole);
        free(path);
    }
    akin_generation_close(open_checked(f->store));
    assert_ok(akin_file_remove(dir, &err));
    assert_fails_with(akin_generation_open(f->store, &gen, &err), AKIN_ESTALE,
                      "generation 1");
    free(dir);
}

static void
no_bit_of_the_manifest_can_flip_unnoticed(void **state)
{
    struct fixture *f = *state;
    char *dir = akin__generation_dir(f->dir, 1);
    char *path = akin_path_join(dir, AKIN__FILE_MANIFEST);
    struct akin_buf whole = {0};
    struct akin_error err = {0};

    fill(f->store, 3, 4, 0);
    publish(f, NULL);
    assert_ok(akin_file_read(path, 1 << 24, &whole, &err));
    for (size_t i = 0; i + 1 < whole.len; i++) { /* not the last newline */
        struct akin_generation *gen = NULL;
        uint8_t flip = (uint8_t)(1u << i % 8);
        enum akin_status st;

        whole.data[i] ^= flip;
        assert_ok(akin_file_write(path, akin_buf_span(&whole), &err));
        st = akin_generation_open(f->store, &gen, &err);
        if (st != AKIN_EFORMAT && st != AKIN_ESTALE)
            fail_msg("byte %zu, %02x: %s", i, flip, akin_status_name(st));
        whole.data[i] ^= flip;
    }
    akin_buf_free(&whole);
    free(path);
    free(dir);
}

static void
one_flipped_bit_in_a_large_file_is_found_by_verify(void **state)
{
    struct fixture *f = *state;
    char *dir = akin__generation_dir(f->dir, 1);
    char *path = akin_path_join(dir, AKIN__FILE_VECTORS);
    struct akin_generation *gen = NULL;
    struct akin_buf whole = {0};
    struct akin_error err = {0};

    fill(f->store, 3, 2000, 0); /* 1.5 MB: more than is hashed at once */
    publish(f, NULL);
    assert_ok(akin_file_read(path, 1 << 24, &whole, &err));
    whole.data[whole.len / 64 * 20 + 10000] ^= 1; /* between two samples */
    assert_ok(akin_file_write(path, akin_buf_span(&whole), &err));
    assert_ok(akin_generation_open(f->store, &gen, &err));
    assert_fails_with(akin_generation_verify(gen, &err), AKIN_ESTALE,
                      AKIN__FILE_VECTORS);
    akin_generation_close(gen);
    whole.data[whole.len - 1] ^= 1; /* the end is always looked at */
    gen = NULL;
    assert_ok(akin_file_write(path, akin_buf_span(&whole), &err));
    assert_fails_with(akin_generation_open(f->store, &gen, &err), AKIN_ESTALE,
                      AKIN__FILE_VECTORS);
    akin_buf_free(&whole);
    free(path);
    free(dir);
}

/* Manifests that are whole, but of something else. */
static const struct {
    const char *name, *key, *text; /* text NULL: number */
    int64_t number;
    enum akin_status want;
    const char *says;
} strangers[] = {
    {"features", "feature_set", "learned-7", 0, AKIN_ESTALE, "learned-7"},
    {"format", "format", "akin-generation-9", 0, AKIN_ESTALE, "generation-9"},
    {"number", "generation", NULL, 2, AKIN_ESTALE, "belongs to generation 2"},
    {"dimensions", "dim", NULL, 32, AKIN_ESTALE, "32 floats"},
    {"tiles", "n_tiles", NULL, 13, AKIN_ESTALE, "vectors.f32"},
    {"images", "n_images", NULL, 2, AKIN_ESTALE, "images.bin"},
    {"last image", "last_image", NULL, 2, AKIN_EFORMAT, "image 3"},
    {"negative", "n_tiles", NULL, -1, AKIN_EFORMAT, "n_tiles"},
    {"projection", "projection", "nw64-0", 0, AKIN_ESTALE, "nw64-0"},
    {"index", "model", NULL, 4, AKIN_EFORMAT, "vectors.ivf"},
};

static void
a_manifest_of_something_else_is_refused(void **state)
{
    struct fixture *f = *state;
    char *dir = akin__generation_dir(f->dir, 1);
    char *path = akin_path_join(dir, AKIN__FILE_MANIFEST);
    struct akin_json *manifest = NULL;
    struct akin_error err = {0};

    fill(f->store, 3, 4, 0);
    publish(f, NULL);
    assert_ok(akin_json_read_file(path, 1 << 20, &manifest, &err));
    for (size_t i = 0; i < AKIN_COUNT(strangers); i++) {
        struct akin_json *copy = akin_json_copy(manifest);
        struct akin_generation *gen = NULL;
        struct akin_buf text = {0};
        struct akin_hash hash;
        char hash_text[AKIN_HASH_TEXT];

        print_message("  %s\n", strangers[i].name);
        if (strangers[i].text != NULL)
            akin_json_set_text(copy, strangers[i].key, strangers[i].text);
        else
            akin_json_set_int(copy, strangers[i].key, strangers[i].number);
        hash = akin__manifest_hash(copy);
        akin_hash_text(&hash, hash_text);
        akin_json_set_text(copy, "hash", hash_text);
        akin_json_write(copy, AKIN_JSON_COMPACT, &text);
        assert_ok(akin_file_write(path, akin_buf_span(&text), &err));
        assert_fails_with(akin_generation_open(f->store, &gen, &err),
                          strangers[i].want, strangers[i].says);
        assert_null(gen);
        akin_buf_free(&text);
        akin_json_free(copy);
    }
    akin_json_free(manifest);
    free(path);
    free(dir);
}

/* --- what happens meanwhile --- */

struct meanwhile {
    struct fixture *f;
    const char *step;
    akin_txn_fn *body;
    enum akin_status nested;
    struct akin_error err;
};

static void
publish_in_between(void *ctx, const char *step, double fraction)
{
    struct meanwhile *m = ctx;

    (void)fraction;
    if (strcmp(step, "project") == 0)
        m->nested = akin_generation_publish(m->f->store, &m->f->config, NULL,
                                            NULL, NULL, &m->err);
}

static void
the_second_of_two_publishes_is_told_to_try_again(void **state)
{
    struct meanwhile m = {.f = *state};
    struct akin_error err = {0};

    fill(m.f->store, 3, 4, 0);
    assert_ok(akin_generation_publish(m.f->store, &m.f->config,
                                      publish_in_between, &m, NULL, &err));
    assert_int_equal(m.nested, AKIN_EAGAIN);
    assert_non_null(strstr(m.err.text, "another run"));
    publish(m.f, NULL); /* the lock is free again */
    akin_generation_close(open_checked(m.f->store));
}

static void
write_in_between(void *ctx, const char *step, double fraction)
{
    struct meanwhile *m = ctx;
    struct akin_error err = {0};

    if (strcmp(step, m->step) == 0 && fraction <= 0)
        assert_ok(akin_store_update(m->f->store, m->body, NULL, &err));
}

static enum akin_status
remove_image_4(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    (void)ctx;
    return akin_image_remove(txn, 4, err);
}

static void
an_image_removed_meanwhile_is_left_out(void **state)
{
    static const char *const steps[] = {"train", "project"};

    for (size_t i = 0; i < AKIN_COUNT(steps); i++) {
        struct meanwhile m = {
            .f = *state, .step = steps[i], .body = remove_image_4};
        struct akin_publish_report report;
        struct akin_generation *gen;
        struct akin_error err = {0};

        if (i == 0)
            fill(m.f->store, 7, 5, 0);
        assert_ok(akin_generation_publish(m.f->store, &m.f->config,
                                          write_in_between, &m, &report, &err));
        assert_int_equal(report.n_images, 6);
        assert_int_equal(report.n_tiles, 30);
        gen = open_checked(m.f->store);
        assert_int_equal(gen->n_images, 6);
        assert_int_equal(gen->last_image, 7);
        for (size_t j = 0; j < gen->n_images; j++)
            assert_int_not_equal(gen->images[j].image, 4);
        check_rows(m.f->store, gen);
        akin_generation_close(gen);
    }
}

static enum akin_status
set_current_7(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    (void)ctx;
    return akin_manifest_set_number(txn, AKIN_MANIFEST_CURRENT, 7, err);
}

static void
current_never_moves_backwards(void **state)
{
    struct meanwhile m = {.f = *state, .step = "write", .body = set_current_7};
    struct akin_error err = {0};

    fill(m.f->store, 3, 4, 0);
    assert_fails_with(akin_generation_publish(m.f->store, &m.f->config,
                                              write_in_between, &m, NULL, &err),
                      AKIN_ESTALE, "generation 7 became current");
    assert_int_equal(count_generations(m.f->dir), 0);
}

/* --- dying --- */

static void
a_run_that_is_killed_leaves_a_whole_generation(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    uint32_t before = 1;
    int at = 0, n_old = 0, n_killed = 0;

    fill(f->store, 400, 1, 0);
    f->config.index_exact_below = 1;
    publish(f, NULL);
    for (bool killed = true; killed; at += akin_test_stride) {
        struct akin_generation *gen;

        akin_store_close(f->store);
        f->store = NULL;
        killed = akin_test_publish_and_die(f->dir, &f->config,
                                           (struct akin_test_death){.at = at});
        assert_ok(akin_store_open(f->dir, AKIN_STORE_WRITE, &f->store, &err));
        gen = open_checked(f->store);
        assert_true(gen->number == before || gen->number == before + 1);
        n_killed += killed;
        n_old += gen->number == before;
        assert_int_equal(gen->n_rows, 400);
        akin_generation_close(gen);
        assert_ok(akin_verify(f->store, NULL, &err));
        publish(f, NULL);
        assert_int_equal(count_generations(f->dir), 1);
        gen = open_checked(f->store);
        before = gen->number;
        akin_generation_close(gen);
    }
    print_message("  killed at %d places, %d before the switch\n", n_killed,
                  n_old);
    /* the last report of progress comes after the switch */
    assert_true(at > 20 && n_old >= n_killed - 1 && n_old < at - 1);
}

static void
leftovers_are_removed_and_nothing_else(void **state)
{
    static const char *const left[] = {"gen-000002.tmp", "gen-000009",
                                       "gen-000000"};
    static const char *const ours[] = {"gen-x", "gen-12.bak", "notes"};
    struct fixture *f = *state;
    struct akin_error err = {0};

    for (size_t i = 0; i < AKIN_COUNT(left); i++) {
        char *path = akin_path_join(f->dir, left[i]);
        char *keep = akin_path_join(f->dir, ours[i]);

        assert_ok(akin_dir_make(path, &err));
        assert_ok(akin_dir_make(keep, &err));
        free(path);
        free(keep);
    }
    publish(f, NULL);
    for (size_t i = 0; i < AKIN_COUNT(left); i++) {
        char *path = akin_path_join(f->dir, left[i]);
        char *keep = akin_path_join(f->dir, ours[i]);

        assert_false(akin_file_exists(path));
        assert_true(akin_file_exists(keep));
        free(path);
        free(keep);
    }
    akin_generation_close(open_checked(f->store));
}

/* --- readers beside a publisher --- */

struct reader {
    struct akin_store *store;
    const bool *stop; /* guarded by mutex */
    pthread_mutex_t *mutex;
    int n_opened, n_failed;
    struct akin_error err;
};

static bool
should_stop(struct reader *r)
{
    bool stop;

    (void)pthread_mutex_lock(r->mutex);
    stop = *r->stop;
    (void)pthread_mutex_unlock(r->mutex);
    return stop;
}

static void *
read_on(void *arg)
{
    struct reader *r = arg;

    while (!should_stop(r)) {
        struct akin_generation *gen = NULL;

        if (akin_generation_open(r->store, &gen, &r->err) == AKIN_OK) {
            r->n_opened++;
            akin_generation_close(gen);
        } else {
            r->n_failed++;
        }
    }
    return NULL;
}

static void
readers_never_miss_a_generation_that_is_being_replaced(void **state)
{
    struct fixture *f = *state;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    bool stop = false;
    struct reader r = {.store = f->store, .stop = &stop, .mutex = &mutex};
    pthread_t thread;

    fill(f->store, 3, 4, 0);
    publish(f, NULL);
    assert_int_equal(pthread_create(&thread, NULL, read_on, &r), 0);
    for (int i = 0; i < 40; i++)
        publish(f, NULL);
    (void)pthread_mutex_lock(&mutex);
    stop = true;
    (void)pthread_mutex_unlock(&mutex);
    assert_int_equal(pthread_join(thread, NULL), 0);
    if (r.n_failed > 0)
        fail_msg("%d of %d: %s", r.n_failed, r.n_opened + r.n_failed,
                 r.err.text);
    assert_true(r.n_opened > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(before_the_first_publish_there_is_none),
        TEST(an_empty_store_is_published_empty),
        TEST(rows_are_ordered_by_dataset_and_image),
        TEST(little_to_learn_from_keeps_the_built_in_projection),
        TEST(the_same_store_gives_the_same_generation_again),
        TEST(many_rows_get_an_index_with_measured_recall),
        TEST(vectors_are_let_go_of_beyond_a_budget_and_come_back),
        TEST(what_is_asked_for_ahead_changes_nothing_else),
        TEST(the_old_generation_is_removed_but_stays_readable),
        TEST(every_damaged_file_is_refused),
        TEST(no_bit_of_the_manifest_can_flip_unnoticed),
        TEST(one_flipped_bit_in_a_large_file_is_found_by_verify),
        TEST(a_manifest_of_something_else_is_refused),
        TEST(the_second_of_two_publishes_is_told_to_try_again),
        TEST(an_image_removed_meanwhile_is_left_out),
        TEST(current_never_moves_backwards),
        TEST(a_run_that_is_killed_leaves_a_whole_generation),
        TEST(leftovers_are_removed_and_nothing_else),
        TEST(readers_never_miss_a_generation_that_is_being_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
