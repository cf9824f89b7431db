/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A publish that was killed is gone on with: the same files come out, nothing
 * that was finished is made again, and nothing is believed that is not checked.
 *
 * Every case begins with the same bytes of data.mdb, so that what comes out can
 * be compared with what one undisturbed publish made of them.
 */
#include "akin_test.h"

#include <sys/stat.h>

#include "akin/catalog.h"
#include "akin/config.h"
#include "akin/file.h"
#include "akin/generation.h"
#include "akin/verify.h"
#include "akin_test_death.h"
#include "akin_test_store.h"
#include "akin_test_tsan.h"
#include "generation_internal.h"

#define N_STEPS ((size_t)AKIN__N_STEPS)
#define FILE_MAX ((uint64_t)1 << 26)

/* The files of a generation, and the step that makes each. */
static const struct {
    const char *name;
    size_t step;
} made[] = {
    {AKIN__FILE_PROJECTION, AKIN__STEP_TRAIN},
    {AKIN__FILE_IMAGES, AKIN__STEP_PROJECT},
    {AKIN__FILE_VECTORS, AKIN__STEP_PROJECT},
    {AKIN__FILE_INDEX, AKIN__STEP_INDEX},
    {AKIN__FILE_CALIBRATION, AKIN__STEP_CALIBRATE},
    {AKIN_CATALOG_FACETS, AKIN__STEP_METADATA},
    {AKIN_CATALOG_TEXT, AKIN__STEP_METADATA},
};

/* Made by the first who needs it: a store that was published undisturbed, and
 * the data.mdb that all begin with. */
struct beginning {
    size_t n_tiles; /* of each of 9 images */
    char *reference;
    struct akin_buf data;
};
static struct beginning small = {.n_tiles = 12};
static struct beginning trained = {.n_tiles = 60}; /* enough to train on */

struct fixture {
    struct beginning *from;
    char *dir;
    struct akin_store *store;
    struct akin_config config;
};

/* --- stores --- */

static void
fill(struct akin_store *store, size_t n_images, size_t n_tiles)
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
                                  n_tiles / 2, 100 + i);
    }
}

/* The store in dir as it was before the first publish. */
static void
put_back(const struct beginning *from, const char *dir)
{
    char *path = akin_path_join(dir, "data.mdb");
    struct akin_names names = {0};
    struct akin_error err = {0};

    assert_ok(akin_dir_list(dir, &names, &err));
    for (size_t i = 0; i < names.n; i++) {
        char *old = akin_path_join(dir, names.name[i]);

        assert_ok(akin_file_remove(old, &err));
        free(old);
    }
    assert_ok(akin_file_write(path, akin_buf_span(&from->data), &err));
    akin_names_free(&names);
    free(path);
}

static void
open_store(struct fixture *f)
{
    struct akin_error err = {0};

    assert_null(f->store);
    assert_ok(akin_store_open(f->dir, AKIN_STORE_WRITE, &f->store, &err));
}

static void
close_store(struct fixture *f)
{
    akin_store_close(f->store);
    f->store = NULL;
}

static void
set_config(struct akin_config *config)
{
    akin_config_init(config);
    config->index_jobs = 1; /* children of a fork cannot use its threads */
    config->index_exact_below = 1;
    config->publish_train_tiles = 530;
    config->publish_train_min_tiles = 512;
}

static void
make_beginning(struct beginning *from)
{
    struct akin_store *store = NULL;
    struct akin_publish_report report;
    struct akin_config config;
    struct akin_error err = {0};
    char *path;

    from->reference = akin_test_folder();
    path = akin_path_join(from->reference, "data.mdb");
    assert_ok(
        akin_store_open(from->reference, AKIN_STORE_CREATE, &store, &err));
    fill(store, 9, from->n_tiles);
    akin_store_close(store);
    assert_ok(akin_file_read(path, FILE_MAX, &from->data, &err));
    put_back(from, from->reference);
    set_config(&config);
    assert_ok(akin_store_open(from->reference, AKIN_STORE_WRITE, &store, &err));
    assert_ok(
        akin_generation_publish(store, &config, NULL, NULL, &report, &err));
    assert_int_equal(report.steps_kept, 0);
    assert_int_equal(report.trained, from == &trained);
    assert_false(report.exact);
    akin_store_close(store);
    free(path);
}

static int
remove_beginnings(void **state)
{
    struct beginning *const all[] = {&small, &trained};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(all); i++) {
        if (all[i]->reference != NULL)
            akin_test_remove(all[i]->reference);
        akin_buf_free(&all[i]->data);
    }
    return 0;
}

static int
setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->from = *state;
    if (f->from->reference == NULL)
        make_beginning(f->from);
    f->dir = akin_test_folder();
    set_config(&f->config);
    put_back(f->from, f->dir);
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

/* --- dying --- */

/* Publishes in a process of its own; false when it was not killed. */
static bool
publish_and_die(const struct fixture *f, struct akin_test_death death)
{
    assert_null(f->store);
    return akin_test_publish_and_die(f->dir, &f->config, death);
}

static void
die_when_all_is_done(const struct fixture *f)
{
    assert_true(publish_and_die(f, (struct akin_test_death){.step = "write"}));
}

static char *
unfinished(const struct fixture *f, const char *file)
{
    char *dir = akin_path_join(f->dir, "gen-000001.tmp");
    char *path = akin_path_join(dir, file);

    free(dir);
    return path;
}

/* --- going on --- */

/* Which steps are seen at work. */
struct seen {
    bool step[AKIN__N_STEPS], resume;
};

static void
see(void *ctx, const char *step, double fraction)
{
    struct seen *seen = ctx;

    (void)fraction;
    for (size_t i = 0; i < N_STEPS; i++)
        if (strcmp(step, akin__step_name((enum akin__step)i)) == 0)
            seen->step[i] = true;
    if (strcmp(step, "resume") == 0)
        seen->resume = true;
}

/* Publishes in this process. The first `kept` steps, and no others, must have
 * been kept. */
static void
go_on(struct fixture *f, size_t kept)
{
    struct akin_publish_report report;
    struct akin_error err = {0};
    struct seen seen = {.resume = false};

    open_store(f);
    assert_ok(akin_generation_publish(f->store, &f->config, see, &seen, &report,
                                      &err));
    assert_int_equal(report.steps_kept, kept);
    assert_int_equal(report.generation, 1);
    assert_int_equal(seen.resume, kept > 0);
    for (size_t i = 0; i < N_STEPS; i++)
        assert_int_equal(seen.step[i], i >= kept);
    assert_ok(akin_verify(f->store, NULL, &err));
    close_store(f);
}

static void
read_both(const struct fixture *f, const char *name, struct akin_buf *is,
          struct akin_buf *want)
{
    char *dir = akin__generation_dir(f->dir, 1);
    char *path = akin_path_join(dir, name);
    struct akin_error err = {0};

    assert_ok(akin_file_read(path, FILE_MAX, is, &err));
    free(path);
    free(dir);
    dir = akin__generation_dir(f->from->reference, 1);
    path = akin_path_join(dir, name);
    assert_ok(akin_file_read(path, FILE_MAX, want, &err));
    free(path);
    free(dir);
}

/* Costs are measured and differ; and so the hash of all of it. */
static struct akin_json *
without_costs(const struct akin_buf *text)
{
    struct akin_json *manifest = NULL;
    struct akin_error err = {0};

    assert_ok(akin_json_parse(akin_buf_span(text), &manifest, &err));
    for (size_t i = 0; i < 5; i++) {
        static const char *const costs[] = {"row_ns", "gather_ns", "list_ns",
                                            "query_ns", "block_ns"};

        akin_json_unset(akin_json_get(manifest, "model"), costs[i]);
    }
    akin_json_unset(manifest, "hash");
    return manifest;
}

/* Generation 1 is, bit by bit, that of the reference, and nothing else. */
static void
check_same_files(const struct fixture *f)
{
    char *dir = akin__generation_dir(f->dir, 1);
    struct akin_names names = {0};
    struct akin_error err = {0};

    assert_ok(akin_dir_list(dir, &names, &err));
    assert_int_equal(names.n, AKIN_COUNT(made) + 1);
    for (size_t i = 0; i < names.n; i++) {
        struct akin_buf is = {0}, want = {0};

        read_both(f, names.name[i], &is, &want);
        if (strcmp(names.name[i], AKIN__FILE_MANIFEST) == 0) {
            struct akin_json *a = without_costs(&is), *b = without_costs(&want);

            assert_true(akin_json_equal(a, b));
            akin_json_free(a);
            akin_json_free(b);
        } else if (is.len != want.len ||
                   memcmp(is.data, want.data, is.len) != 0) {
            fail_msg("%s is another file", names.name[i]);
        }
        akin_buf_free(&is);
        akin_buf_free(&want);
    }
    akin_names_free(&names);
    free(dir);
}

/* --- tests --- */

/* What a file is recognised by when nobody wrote to it. */
struct mark {
    ino_t inode; /* 0: not finished */
    struct timespec time;
};

/* How many steps the state names, and marks what they made. */
static size_t
look_at_state(const struct fixture *f, struct mark mark[AKIN_COUNT(made)])
{
    char *path = unfinished(f, AKIN__FILE_STATE);
    struct akin_json *state = NULL;
    struct akin_error err = {0};
    size_t n = 0;

    if (akin_file_exists(path)) {
        assert_ok(akin_json_read_file(path, 1 << 20, &state, &err));
        n = akin_json_count(akin_json_get(state, "steps"));
    }
    akin_json_free(state);
    free(path);
    for (size_t i = 0; i < AKIN_COUNT(made); i++) {
        struct stat sb;

        mark[i].inode = 0;
        if (made[i].step >= n)
            continue;
        path = unfinished(f, made[i].name);
        assert_int_equal(stat(path, &sb), 0);
        mark[i] = (struct mark){sb.st_ino, sb.st_mtim};
        free(path);
    }
    return n;
}

static void
check_not_made_again(const struct fixture *f,
                     const struct mark mark[AKIN_COUNT(made)])
{
    char *dir = akin__generation_dir(f->dir, 1);

    for (size_t i = 0; i < AKIN_COUNT(made); i++) {
        char *path = akin_path_join(dir, made[i].name);
        struct stat sb;

        assert_int_equal(stat(path, &sb), 0);
        if (mark[i].inode != 0 && (mark[i].inode != sb.st_ino ||
                                   mark[i].time.tv_sec != sb.st_mtim.tv_sec ||
                                   mark[i].time.tv_nsec != sb.st_mtim.tv_nsec))
            fail_msg("%s was made again", made[i].name);
        free(path);
    }
    free(dir);
}

static void
killed_anywhere_it_goes_on_to_the_same_files(void **state)
{
    struct fixture *f = *state;
    size_t at_kept[AKIN__N_STEPS + 1] = {0};
    int at = 0;

    for (;; at += akin_test_stride) {
        struct mark mark[AKIN_COUNT(made)];
        size_t kept;

        put_back(f->from, f->dir);
        if (!publish_and_die(f, (struct akin_test_death){.at = at}))
            break;
        kept = look_at_state(f, mark);
        if (kept == 0 && at > 5) { /* after the rename: .tmp is gone */
            char *gone = unfinished(f, "");

            assert_false(akin_file_exists(gone));
            free(gone);
            continue;
        }
        at_kept[kept]++;
        go_on(f, kept);
        check_same_files(f);
        check_not_made_again(f, mark);
    }
    for (size_t i = 0; i <= N_STEPS; i++)
        assert_true(at_kept[i] > 0);
    print_message("  killed at %d places\n", at);
}

static void
killed_twice_it_goes_on_twice(void **state)
{
    struct fixture *f = *state;

    assert_true(publish_and_die(f, (struct akin_test_death){.step = "index"}));
    assert_true(
        publish_and_die(f, (struct akin_test_death){.step = "calibrate"}));
    assert_true(publish_and_die(f, (struct akin_test_death){.step = "resume"}));
    go_on(f, AKIN__STEP_CALIBRATE);
    check_same_files(f);
}

static void
killed_between_rename_and_switch_all_is_kept(void **state)
{
    struct fixture *f = *state;
    char *dir = akin__generation_dir(f->dir, 1);

    assert_true(publish_and_die(f, (struct akin_test_death){.step = "switch"}));
    assert_true(akin_file_exists(dir));
    go_on(f, N_STEPS);
    check_same_files(f);
    free(dir);
}

static void
killed_after_the_switch_there_is_nothing_to_go_on_with(void **state)
{
    struct fixture *f = *state;
    struct akin_publish_report report;
    struct akin_generation *gen = NULL;
    struct akin_error err = {0};

    assert_true(publish_and_die(
        f, (struct akin_test_death){.step = "switch", .fraction = 1}));
    open_store(f);
    assert_ok(akin_generation_open(f->store, &gen, &err));
    assert_int_equal(gen->number, 1);
    akin_generation_close(gen);
    assert_ok(akin_generation_publish(f->store, &f->config, NULL, NULL, &report,
                                      &err));
    assert_int_equal(report.generation, 2);
    assert_int_equal(report.steps_kept, 0);
}

/* Ways to spoil a file. */
static void
spoil(const char *path, int how)
{
    struct akin_buf whole = {0};
    struct akin_error err = {0};

    assert_ok(akin_file_read(path, FILE_MAX, &whole, &err));
    if (how == 0)
        whole.data[whole.len / 3] ^= 16;
    else if (how == 1)
        whole.len -= 1;
    if (how == 2)
        assert_ok(akin_file_remove(path, &err));
    else
        assert_ok(akin_file_write(path, akin_buf_span(&whole), &err));
    akin_buf_free(&whole);
}

static void
damaged_leftovers_are_noticed_and_made_again(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i <= AKIN_COUNT(made); i++) {
        bool is_state = i == AKIN_COUNT(made);
        const char *name = is_state ? AKIN__FILE_STATE : made[i].name;
        char *path = unfinished(f, name);

        print_message("  %s\n", name);
        for (int how = (int)i % akin_test_stride; how < 3;
             how += akin_test_stride) {
            put_back(f->from, f->dir);
            die_when_all_is_done(f);
            spoil(path, how);
            go_on(f, is_state ? 0 : made[i].step);
            check_same_files(f);
        }
        free(path);
    }
}

static void
no_bit_of_the_state_can_flip_unnoticed(void **state)
{
    struct fixture *f = *state;
    char *path = unfinished(f, AKIN__FILE_STATE);
    struct akin_test_random random = {7};

    for (int i = 0; i < 12; i += akin_test_stride) {
        struct akin_buf whole = {0};
        struct akin_error err = {0};

        put_back(f->from, f->dir);
        assert_true(
            publish_and_die(f, (struct akin_test_death){.step = "index"}));
        assert_ok(akin_file_read(path, FILE_MAX, &whole, &err));
        whole.data[akin_test_below(&random, whole.len)] ^=
            (uint8_t)(1u << akin_test_below(&random, 8));
        assert_ok(akin_file_write(path, akin_buf_span(&whole), &err));
        go_on(f, 0);
        check_same_files(f);
        akin_buf_free(&whole);
    }
    free(path);
}

/* --- other inputs --- */

static void
another_image(struct fixture *f)
{
    open_store(f);
    (void)akin_test_put_image(f->store, 1, "one more", 3, 0, 5);
    close_store(f);
}

static enum akin_status
remove_image_4(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    (void)ctx;
    return akin_image_remove(txn, 4, err);
}

static void
one_image_less(struct fixture *f)
{
    struct akin_error err = {0};

    open_store(f);
    assert_ok(akin_store_update(f->store, remove_image_4, NULL, &err));
    close_store(f);
}

static void
another_record(struct fixture *f)
{
    open_store(f);
    (void)akin_test_put_dataset(f->store, "S-later");
    close_store(f);
}

static void
searched_exactly(struct fixture *f)
{
    f->config.index_exact_below = 100000;
}

static void
another_recall(struct fixture *f)
{
    f->config.query_recall = 0.9;
}

static void
a_smaller_sample(struct fixture *f)
{
    f->config.publish_train_tiles = 515;
}

static void
nothing_is_learned(struct fixture *f)
{
    f->config.publish_train_min_tiles = 100000;
}

/* What has no part in the files. */
static void
more_threads(struct fixture *f)
{
    f->config.index_jobs = 2;
    f->config.query_tiles = 5;
}

/* The same images by number, dataset and tiles, with other features. */
static void
another_store(struct fixture *f)
{
    char *folder = akin_test_folder();
    char *from = akin_path_join(folder, "data.mdb");
    char *to = akin_path_join(f->dir, "data.mdb");
    struct akin_buf other = {0};
    struct akin_error err = {0};
    struct akin_store *store = NULL;

    assert_ok(akin_store_open(folder, AKIN_STORE_CREATE, &store, &err));
    fill(store, 9, f->from->n_tiles);
    akin_store_close(store);
    assert_ok(akin_file_read(from, FILE_MAX, &other, &err));
    assert_ok(akin_file_write(to, akin_buf_span(&other), &err));
    akin_buf_free(&other);
    free(from);
    free(to);
    akin_test_remove(folder);
}

static const struct {
    const char *name;
    void (*change)(struct fixture *f);
    size_t kept;
} inputs[] = {
    {"one image more", another_image, 0},
    {"one image less", one_image_less, 0},
    {"another store", another_store, 0},
    {"index.exact_below", searched_exactly, 0},
    {"query.recall", another_recall, 0},
    {"publish.train_tiles", a_smaller_sample, 0},
    {"publish.train_min_tiles", nothing_is_learned, 0},
    {"only a record", another_record, AKIN__STEP_METADATA},
    {"settings that do not matter", more_threads, AKIN__N_STEPS},
};

static void
other_inputs_begin_again(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < AKIN_COUNT(inputs); i++) {
        struct akin_config before = f->config;

        print_message("  %s\n", inputs[i].name);
        put_back(f->from, f->dir);
        die_when_all_is_done(f);
        inputs[i].change(f);
        go_on(f, inputs[i].kept);
        f->config = before;
    }
}

/* As if the index had missed its recall when it was measured: notes it as the
 * step does, and removes the file. */
static void
find_the_index_worse_than_none(struct fixture *f)
{
    struct akin__publish pub = {
        .store = f->store, .config = &f->config, .number = 1};
    char *state_path = unfinished(f, AKIN__FILE_STATE);
    char *images_path = unfinished(f, AKIN__FILE_IMAGES);
    char *index_path = unfinished(f, AKIN__FILE_INDEX);
    struct akin_json *state = NULL;
    struct akin_buf images = {0};
    struct akin_error err = {0};

    pub.dir = unfinished(f, "");
    assert_ok(akin_json_read_file(state_path, 1 << 20, &state, &err));
    assert_true(akin_hash_parse(akin_json_text(state, "inputs"), &pub.inputs));
    assert_ok(akin_file_read(images_path, FILE_MAX, &images, &err));
    pub.n_images = images.len / sizeof(*pub.images);
    pub.images = (struct akin_generation_image *)akin_buf_take(&images);
    assert_ok(akin__resume_begin(&pub, &err));
    assert_int_equal(pub.n_kept, AKIN__STEP_CALIBRATE);
    assert_ok(akin_file_remove(index_path, &err));
    pub.indexed = false;
    assert_ok(akin__resume_note(&pub, AKIN__STEP_MODEL, &err));
    akin_projection_free(pub.projection);
    akin_json_free(pub.state);
    akin_json_free(state);
    free(pub.images);
    free(pub.dir);
    free(state_path);
    free(images_path);
    free(index_path);
}

static void
an_index_that_was_worse_than_none_is_not_made_again(void **state)
{
    struct fixture *f = *state;
    struct akin_generation *gen = NULL;
    struct akin_error err = {0};

    assert_true(
        publish_and_die(f, (struct akin_test_death){.step = "calibrate"}));
    open_store(f);
    find_the_index_worse_than_none(f);
    close_store(f);
    go_on(f, AKIN__STEP_CALIBRATE);
    open_store(f);
    assert_ok(akin_generation_open(f->store, &gen, &err));
    assert_ok(akin_generation_verify(gen, &err));
    assert_null(gen->vindex);
    akin_generation_close(gen);
}

#define TEST(name, from)                                                       \
    cmocka_unit_test_prestate_setup_teardown(name, setup, teardown, from)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(killed_anywhere_it_goes_on_to_the_same_files, &trained),
        TEST(killed_twice_it_goes_on_twice, &small),
        TEST(killed_between_rename_and_switch_all_is_kept, &small),
        TEST(killed_after_the_switch_there_is_nothing_to_go_on_with, &small),
        TEST(damaged_leftovers_are_noticed_and_made_again, &small),
        TEST(no_bit_of_the_state_can_flip_unnoticed, &small),
        TEST(other_inputs_begin_again, &small),
        TEST(an_index_that_was_worse_than_none_is_not_made_again, &small),
    };

    return cmocka_run_group_tests(tests, NULL, remove_beginnings);
}
