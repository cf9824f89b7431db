/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_model.c - random operations on a store and on a model of it in
 * plain arrays; both must tell the same after each few of them, after opening
 * again, and after updates that were undone. The map starts tiny, so it grows
 * in the middle of everything.
 */
#include "akin_test.h"

#include "akin/source_state.h"
#include "akin/verify.h"
#include "akin_test_store.h"
#include "store_internal.h"

#define N_IDS 8
#define MAX_IMAGES 400
#define SMALL_MAP ((size_t)256 << 10)

struct model_dataset {
    bool is_living, is_buried;
    uint32_t number, version, title;
};

struct model_image {
    bool is_there;
    uint32_t dataset, n_tiles;
    uint64_t first_tile, seed;
};

struct model {
    char *dir;
    struct akin_store *store;
    struct akin_test_random random;
    struct model_dataset dataset[N_IDS];
    struct model_image image[MAX_IMAGES]; /* image i has number i + 1 */
    uint32_t n_datasets, n_images;
    uint64_t n_ordinals;
    unsigned n_undone;
};

/* One update: what to do, and whether it is then undone. */
struct step {
    struct model *model;
    int what;
    size_t id;
    uint32_t title, image, n_tiles;
    uint64_t seed;
    bool fails;
    /* out */
    enum akin_dataset_change change;
    uint32_t number;
    uint64_t first_tile;
};

enum { PUT_DATASET, REMOVE_DATASET, PUT_IMAGE, REMOVE_IMAGE, N_STEPS };

static void
id_text(size_t id, char out[16])
{
    (void)snprintf(out, 16, "S-%zu", id);
}

static void
path_text(uint64_t seed, char out[40])
{
    /* Few different ones, so that hashes are shared. */
    (void)snprintf(out, 40, "/data/%u.tif", (unsigned)(seed % 50));
}

static struct akin_json *
record_of(size_t id, uint32_t title)
{
    struct akin_json *record = akin_json_object();
    char text[16];

    id_text(id, text);
    akin_json_set_text(record, "id", text);
    akin_json_set_int(record, "title", title);
    return record;
}

static enum akin_status
put_dataset(struct akin_txn *txn, struct step *step, struct akin_error *err)
{
    struct akin_json *record = record_of(step->id, step->title);
    enum akin_status st =
        akin_dataset_put(txn, record, 1000, &step->number, &step->change, err);

    akin_json_free(record);
    return st;
}

static enum akin_status
remove_dataset(struct akin_txn *txn, struct step *step, struct akin_error *err)
{
    uint32_t number = step->model->dataset[step->id].number;
    enum akin_status st;
    char id[16];

    id_text(step->id, id);
    st = akin_image_remove_all(txn, number, NULL, err);
    if (st == AKIN_OK)
        st = akin_source_forget(txn, number, err);
    return st == AKIN_OK ? akin_dataset_remove(txn, id, "test", 2000, err) : st;
}

static enum akin_status
put_image(struct akin_txn *txn, struct step *step, struct akin_error *err)
{
    uint32_t dataset = step->model->dataset[step->id].number;
    struct akin_source_state state = {.dataset = dataset};
    struct akin_described described;
    struct akin_image_record image;
    enum akin_status st;
    char path[40];

    path_text(step->seed, path);
    image = akin_test_image(dataset, path);
    akin_test_describe(step->seed, step->n_tiles, step->seed % 3, &described);
    st = akin_image_put(txn, &image, &described, err);
    step->number = image.number;
    step->first_tile = image.first_tile;
    (void)snprintf(path, sizeof(path), "/source/%u", (unsigned)image.number);
    state.image = image.number;
    if (st == AKIN_OK)
        st = akin_source_put(txn, path, &state, err);
    akin_test_described_free(&described);
    akin_image_record_free(&image);
    return st;
}

static enum akin_status
remove_image(struct akin_txn *txn, struct step *step, struct akin_error *err)
{
    enum akin_status st = akin_image_remove(txn, step->image, err);
    char path[40];

    (void)snprintf(path, sizeof(path), "/source/%u", (unsigned)step->image);
    return st == AKIN_OK ? akin_source_del(txn, path, err) : st;
}

static enum akin_status
step_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct step *step = ctx;
    enum akin_status st;

    switch (step->what) {
    case PUT_DATASET:
        st = put_dataset(txn, step, err);
        break;
    case REMOVE_DATASET:
        st = remove_dataset(txn, step, err);
        break;
    case PUT_IMAGE:
        st = put_image(txn, step, err);
        break;
    default:
        st = remove_image(txn, step, err);
        break;
    }
    if (st == AKIN_OK && step->fails)
        st = AKIN_FAIL(err, AKIN_ECLOSED, "undone on purpose");
    return st;
}

/* ---- the same in the model ---- */

static void
model_put_dataset(struct model *m, const struct step *step)
{
    struct model_dataset *d = &m->dataset[step->id];
    enum akin_dataset_change want = AKIN_DATASET_SAME;

    if (d->is_living && d->title != step->title) {
        want = AKIN_DATASET_CHANGED;
        d->version++;
    } else if (d->is_buried) {
        want = AKIN_DATASET_REVIVED;
        d->version++;
    } else if (!d->is_living) {
        want = AKIN_DATASET_NEW;
        d->version = 1;
        d->number = ++m->n_datasets;
    }
    d->is_living = true;
    d->is_buried = false;
    d->title = step->title;
    assert_int_equal(step->change, want);
    assert_int_equal(step->number, d->number);
}

static void
model_step(struct model *m, const struct step *step)
{
    struct model_dataset *d = &m->dataset[step->id];

    if (step->what == PUT_DATASET) {
        model_put_dataset(m, step);
    } else if (step->what == REMOVE_DATASET) {
        d->is_living = false;
        d->is_buried = true;
        for (uint32_t i = 0; i < m->n_images; i++)
            if (m->image[i].dataset == d->number)
                m->image[i].is_there = false;
    } else if (step->what == PUT_IMAGE) {
        m->image[m->n_images++] =
            (struct model_image){.is_there = true,
                                 .dataset = d->number,
                                 .n_tiles = step->n_tiles,
                                 .first_tile = m->n_ordinals,
                                 .seed = step->seed};
        assert_int_equal(step->number, m->n_images);
        assert_int_equal(step->first_tile, m->n_ordinals);
        m->n_ordinals += step->n_tiles;
    } else {
        m->image[step->image - 1].is_there = false;
    }
}

/* Chooses something that can be done now; false: nothing this time. */
static bool
choose(struct model *m, struct step *step)
{
    *step = (struct step){.model = m};
    step->what = (int)akin_test_below(&m->random, N_STEPS + 3);
    if (step->what >= N_STEPS)
        step->what = PUT_IMAGE; /* so that there is much to check */
    step->id = (size_t)akin_test_below(&m->random, N_IDS);
    step->title = (uint32_t)akin_test_below(&m->random, 3);
    step->seed = akin_test_random(&m->random);
    step->n_tiles = (uint32_t)akin_test_below(&m->random, 12) + 1;
    step->fails = akin_test_below(&m->random, 5) == 0;
    if (step->what == REMOVE_IMAGE) {
        if (m->n_images == 0)
            return false;
        step->image = (uint32_t)akin_test_below(&m->random, m->n_images) + 1;
    }
    if (step->what == REMOVE_DATASET && akin_test_below(&m->random, 3) != 0)
        return false;
    if (step->what == PUT_IMAGE && m->n_images == MAX_IMAGES)
        return false;
    return step->what == PUT_DATASET || step->what == REMOVE_IMAGE ||
           m->dataset[step->id].is_living;
}

static void
do_step(struct model *m)
{
    struct akin_error err = {0};
    struct step step;

    if (!choose(m, &step))
        return;
    if (step.fails) {
        assert_fails_with(akin_store_update(m->store, step_body, &step, &err),
                          AKIN_ECLOSED, "on purpose");
        m->n_undone++;
        return;
    }
    assert_ok(akin_store_update(m->store, step_body, &step, &err));
    model_step(m, &step);
}

/* ---- do both tell the same? ---- */

static void
check_dataset(struct model *m, struct akin_txn *txn, size_t id)
{
    const struct model_dataset *d = &m->dataset[id];
    struct akin_dataset got = {0};
    struct akin_json *other = NULL;
    struct akin_error err = {0};
    int64_t title = -1;
    char text[16];

    id_text(id, text);
    if (!d->is_living) {
        assert_fails_with(akin_dataset_find(txn, text, &got, &err),
                          AKIN_ENOTFOUND,
                          d->is_buried ? "was removed: test" : "no dataset");
    } else {
        assert_ok(akin_dataset_find(txn, text, &got, &err));
        assert_int_equal(got.number, d->number);
        assert_int_equal(got.version, d->version);
        assert_true(akin_json_int(akin_json_get(got.record, "title"), &title));
        assert_int_equal(title, d->title);
        akin_dataset_free(&got);
    }
    if (d->is_buried) {
        assert_ok(akin_dataset_tombstone(txn, text, &other, &err));
        akin_json_free(other);
    }
    if (d->number != 0) {
        assert_ok(akin_dataset_history(txn, text, &other, &err));
        assert_int_equal(akin_json_count(other), d->version);
        akin_json_free(other);
    }
}

static void
check_image(struct model *m, struct akin_txn *txn, uint32_t number)
{
    const struct model_image *image = &m->image[number - 1];
    struct akin_described want;
    struct akin_image_brief brief;
    struct akin_error err = {0};
    struct akin_tile tiles[12];
    float features[12 * AKIN_N_FEATURES];

    if (!image->is_there) {
        assert_int_equal(akin_image_brief(txn, number, &brief, NULL),
                         AKIN_ENOTFOUND);
        return;
    }
    assert_ok(akin_image_brief(txn, number, &brief, &err));
    assert_int_equal(brief.dataset, image->dataset);
    assert_int_equal(brief.n_tiles, image->n_tiles);
    assert_int_equal(brief.first_tile, image->first_tile);
    akin_test_describe(image->seed, image->n_tiles, image->seed % 3, &want);
    assert_ok(akin_image_tiles(txn, number, tiles, image->n_tiles, &err));
    assert_memory_equal(tiles, want.tiles, image->n_tiles * sizeof(*tiles));
    assert_ok(akin_image_features(txn, number, features, image->n_tiles, &err));
    for (size_t i = 0; i < image->n_tiles * (size_t)AKIN_N_FEATURES; i++)
        assert_true(fabsf(features[i] - want.features[i]) < 0.01f);
    akin_test_described_free(&want);
}

/* The images that a walk must meet, in this order. */
static void
check_walk(struct model *m, struct akin_txn *txn, uint32_t dataset)
{
    uint32_t number = 0;

    for (uint32_t i = 0; i < m->n_images; i++) {
        if (!m->image[i].is_there ||
            (dataset != 0 && m->image[i].dataset != dataset))
            continue;
        assert_int_equal(akin_image_next(txn, dataset, &number, NULL), AKIN_OK);
        assert_int_equal(number, i + 1);
    }
    assert_int_equal(akin_image_next(txn, dataset, &number, NULL),
                     AKIN_ENOTFOUND);
}

static void
check(struct model *m)
{
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};

    assert_ok(akin_txn_read(m->store, &txn, &err));
    for (size_t id = 0; id < N_IDS; id++)
        check_dataset(m, txn, id);
    for (uint32_t i = 1; i <= m->n_images; i++)
        check_image(m, txn, i);
    for (uint32_t d = 0; d <= m->n_datasets; d++)
        check_walk(m, txn, d);
    akin_txn_end(txn);
}

static void
open_again(struct model *m)
{
    struct akin_error err = {0};

    akin_store_close(m->store);
    m->store = NULL;
    assert_ok(akin_store_open(m->dir, AKIN_STORE_WRITE, &m->store, &err));
}

static void
do_steps(struct model *m)
{
    for (int i = 0; i < 300; i++) {
        bool is_time = i % 25 == 24;

        do_step(m);
        if (akin_test_below(&m->random, 40) == 0) {
            open_again(m);
            is_time = true;
        }
        if (is_time)
            check(m);
    }
}

static void
run(uint64_t seed)
{
    struct model *m = akin_new(1, sizeof(*m));
    struct akin_error err = {0};

    m->random.state = seed;
    m->dir = akin_test_folder();
    assert_ok(akin__store_open_sized(m->dir, AKIN_STORE_CREATE, SMALL_MAP,
                                     &m->store, &err));
    do_steps(m);
    assert_ok(akin_verify(m->store, NULL, &err));
    assert_true(m->n_images > 20 && m->n_undone > 10);
    assert_true(akin__store_map_bytes(m->store) > SMALL_MAP);
    akin_store_close(m->store);
    akin_test_remove(m->dir);
    free(m);
}

static void
a_store_tells_what_a_model_of_it_tells(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++)
        run(seed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_tells_what_a_model_of_it_tells),
    };

    return cmocka_run_group_tests_name("store_model", tests, NULL, NULL);
}
