/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots: what is added is there at the next acquire, what is removed is
 * gone, what was acquired stays as it was, and every answer is that of a plain
 * loop over the store.
 */
#include "akin_test.h"

#include <pthread.h>

#include "akin/file.h"
#include "akin_test_snapshot.h"
#include "akin_test_tsan.h"

#define MAX_DATASETS ((size_t)420)

/* --- the plain loop --- */

struct answer {
    size_t n_datasets;
    uint32_t dataset[MAX_DATASETS];
    float sim[QUERIES * MAX_DATASETS];
};

static size_t
find_dataset(const struct answer *a, uint32_t dataset)
{
    for (size_t i = 0; i < a->n_datasets; i++)
        if (a->dataset[i] == dataset)
            return i;
    return SIZE_MAX;
}

static bool
is_in(const uint32_t *list, size_t n, uint32_t x)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == x)
            return true;
    return false;
}

static float
dot(const float *a, const float *b)
{
    uint64_t row;
    float sim;

    akin_vindex_exact(a, 1, AKIN_DIM, b, 1, 1, NULL, &row, &sim);
    return sim;
}

static float *
descriptors(struct akin_txn *txn, const struct akin_snapshot *s, uint32_t image,
            size_t *n)
{
    struct akin_image_brief brief;
    struct akin_error err = {0};
    float *features, *out;

    assert_ok(akin_image_brief(txn, image, &brief, &err));
    *n = brief.n_tiles;
    features = calloc(*n * AKIN_N_FEATURES + 1, sizeof(float));
    out = calloc(*n * AKIN_DIM + 1, sizeof(float));
    assert_ok(akin_image_features(txn, image, features, *n, &err));
    akin_projection_apply(akin_snapshot_projection(s), features, *n, out);
    free(features);
    return out;
}

/* Datasets in the order of their numbers: images of all datasets in turn. */
static void
plain_answer(struct fixture *f, const struct akin_snapshot *s,
             const uint8_t *want, const uint32_t *exclude, size_t n_exclude,
             struct answer *a)
{
    struct akin_error err = {0};
    struct akin_txn *txn = NULL;

    a->n_datasets = 0;
    assert_ok(akin_txn_read(f->store, &txn, &err));
    for (uint32_t d = 1; d < 2 * MAX_DATASETS; d++) {
        uint32_t image = 0;

        while (akin_image_next(txn, d, &image, &err) == AKIN_OK) {
            size_t n, at;
            float *rows = descriptors(txn, s, image, &n);

            if (find_dataset(a, d) == SIZE_MAX) {
                for (size_t q = 0; q < QUERIES; q++)
                    a->sim[q * MAX_DATASETS + a->n_datasets] = -INFINITY;
                a->dataset[a->n_datasets++] = d;
            }
            at = a->n_datasets - 1;
            if ((want == NULL || want[at] != 0) &&
                !is_in(exclude, n_exclude, image))
                for (size_t q = 0; q < QUERIES; q++)
                    for (size_t t = 0; t < n; t++)
                        a->sim[q * MAX_DATASETS + at] =
                            fmaxf(a->sim[q * MAX_DATASETS + at],
                                  dot(rows + t * AKIN_DIM,
                                      f->queries + q * AKIN_DIM));
            free(rows);
        }
    }
    akin_txn_end(txn);
}

/* The row is a tile of the dataset, not excluded, and as similar as said. */
static void
check_row(struct fixture *f, const struct akin_snapshot *s, size_t query,
          uint32_t dataset, float sim, uint64_t row, const uint32_t *exclude,
          size_t n_exclude)
{
    struct akin_image_brief brief;
    struct akin_error err = {0};
    struct akin_txn *txn = NULL;
    uint32_t image = 0, tile = 0;
    float *rows;
    size_t n;

    akin_snapshot_row(s, row, &image, &tile);
    assert_false(is_in(exclude, n_exclude, image));
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_image_brief(txn, image, &brief, &err));
    assert_int_equal(brief.dataset, dataset);
    assert_true(tile < brief.n_tiles);
    rows = descriptors(txn, s, image, &n);
    assert_true(dot(rows + (size_t)tile * AKIN_DIM,
                    f->queries + query * AKIN_DIM) == sim);
    free(rows);
    akin_txn_end(txn);
}

static const char *
check_with(struct fixture *f, const struct akin_snapshot *s,
           const uint8_t *want, const uint32_t *exclude, size_t n_exclude)
{
    struct answer *a = calloc(1, sizeof(*a));
    size_t n = akin_snapshot_n_datasets(s);
    float *sim = calloc(QUERIES * n + 1, sizeof(*sim));
    uint64_t *row = calloc(QUERIES * n + 1, sizeof(*row));
    struct akin_error err = {0};
    static char plan[AKIN_PLAN_TEXT];

    plain_answer(f, s, want, exclude, n_exclude, a);
    assert_ok(akin_snapshot_best(s, f->queries, QUERIES, want, exclude,
                                 n_exclude, sim, row, plan, &err));
    assert_int_equal(n, a->n_datasets);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(akin_snapshot_dataset(s, i), a->dataset[i]);
        for (size_t q = 0; q < QUERIES; q++) {
            assert_true(sim[q * n + i] == a->sim[q * MAX_DATASETS + i]);
            if (sim[q * n + i] == -INFINITY)
                assert_int_equal(row[q * n + i], UINT64_MAX);
            else
                check_row(f, s, q, a->dataset[i], sim[q * n + i],
                          row[q * n + i], exclude, n_exclude);
        }
    }
    free(a);
    free(sim);
    free(row);
    return plan;
}

static void
check(struct fixture *f)
{
    struct akin_snapshot *s = acquire(f);

    (void)check_with(f, s, NULL, NULL, 0);
    akin_snapshot_release(s);
}

/* --- one thing at a time --- */

static void
an_empty_store_has_no_datasets(void **state)
{
    struct fixture *f = *state;
    struct akin_snapshot_counts counts;
    struct akin_snapshot *s;

    open_source(f);
    s = acquire(f);
    akin_snapshot_counts(s, &counts);
    assert_int_equal(akin_snapshot_n_datasets(s), 0);
    assert_int_equal(counts.n_datasets + counts.n_images + counts.n_tiles, 0);
    assert_int_equal(akin_snapshot_generation(s), 0);
    akin_snapshot_release(s);
    check(f);
    publish(f);
    check(f);
}

static void
before_the_first_publish_everything_is_tail(void **state)
{
    struct fixture *f = *state;
    struct akin_projection *builtin = NULL;
    struct akin_snapshot_counts counts;
    struct akin_error err = {0};
    struct akin_snapshot *s;
    char want[64];

    open_source(f);
    (void)akin_test_put_dataset(f->store, "empty");
    (void)add(f, akin_test_put_dataset(f->store, "A"), 3, 1);
    (void)add(f, akin_test_put_dataset(f->store, "B"), 4, 2);
    s = acquire(f);
    akin_snapshot_counts(s, &counts);
    assert_int_equal(counts.n_datasets, 3);
    assert_int_equal(counts.n_images, 2);
    assert_int_equal(counts.n_tiles, 7);
    assert_int_equal(counts.n_tail_tiles, 7);
    assert_int_equal(akin_snapshot_n_datasets(s), 2);
    assert_ok(akin_projection_builtin(&builtin, &err));
    (void)snprintf(want, sizeof(want), AKIN_FEATURE_SET "/%s",
                   akin_projection_id(builtin));
    assert_string_equal(akin_snapshot_descriptor(s), want);
    assert_string_equal(check_with(f, s, NULL, NULL, 0), "exact");
    akin_projection_free(builtin);
    akin_snapshot_release(s);
}

static void
what_is_added_is_there_and_what_is_removed_is_gone(void **state)
{
    struct fixture *f = *state;
    uint32_t a = akin_test_put_dataset(f->store, "A");
    uint32_t b = akin_test_put_dataset(f->store, "B");
    uint32_t first = add(f, a, 3, 1), late;
    struct akin_snapshot_counts counts;
    struct akin_snapshot *s;

    open_source(f);
    (void)add(f, a, 4, 2);
    publish(f);
    check(f);
    late = add(f, b, 5, 3);
    s = acquire(f);
    akin_snapshot_counts(s, &counts);
    assert_int_equal(counts.n_tail_tiles, 5);
    assert_int_equal(counts.n_tiles, 12);
    assert_int_equal(akin_snapshot_generation(s), 1);
    assert_int_equal(akin_snapshot_n_datasets(s), 2);
    akin_snapshot_release(s);
    check(f);

    update(f, remove_image_body, first); /* of the generation */
    check(f);
    update(f, remove_image_body, late); /* of the tail */
    s = acquire(f);
    akin_snapshot_counts(s, &counts);
    assert_int_equal(counts.n_tail_tiles, 0);
    assert_int_equal(counts.n_tiles, 4);
    assert_int_equal(akin_snapshot_n_datasets(s), 1);
    akin_snapshot_release(s);
    check(f);
    update(f, remove_dataset_body, a);
    s = acquire(f);
    assert_int_equal(akin_snapshot_n_datasets(s), 0);
    akin_snapshot_release(s);
    check(f);
}

static void
nothing_new_gives_the_same_snapshot(void **state)
{
    struct fixture *f = *state;
    struct akin_snapshot *first, *second;

    open_source(f);
    (void)add(f, akin_test_put_dataset(f->store, "A"), 3, 1);
    first = acquire(f);
    second = acquire(f);
    assert_ptr_equal(first, second);
    akin_snapshot_release(first);
    (void)add(f, 1, 3, 2);
    first = acquire(f);
    assert_ptr_not_equal(first, second);
    akin_snapshot_release(first);
    akin_snapshot_release(second);
}

static void
a_snapshot_outlives_its_source(void **state)
{
    struct fixture *f = *state;
    struct akin_snapshot *s;

    open_source(f);
    (void)add(f, akin_test_put_dataset(f->store, "A"), 3, 1);
    publish(f);
    (void)add(f, 1, 3, 2);
    s = acquire(f);
    akin_snapshots_close(f->source);
    f->source = NULL;
    assert_string_equal(check_with(f, s, NULL, NULL, 0), "exact");
    akin_snapshot_release(s);
}

static void
a_damaged_generation_is_an_error_until_the_next_publish(void **state)
{
    struct fixture *f = *state;
    char *path = akin_path_join(f->dir, "gen-000001/vectors.f32");
    struct akin_snapshot *s = NULL;
    struct akin_error err = {0};

    open_source(f);
    (void)add(f, akin_test_put_dataset(f->store, "A"), 3, 1);
    check(f);
    publish(f);
    assert_ok(akin_file_write(path, akin_span_str("short"), &err));
    assert_fails_with(akin_snapshot_acquire(f->source, &s, &err), AKIN_ESTALE,
                      "vectors.f32");
    publish(f);
    check(f);
    free(path);
}

/* --- long lives --- */

struct kept {
    struct akin_snapshot *s;
    float *sim;
    uint64_t *row;
};

static void
ask(struct fixture *f, const struct akin_snapshot *s, float **sim,
    uint64_t **row)
{
    size_t n = QUERIES * akin_snapshot_n_datasets(s);
    struct akin_error err = {0};
    char plan[AKIN_PLAN_TEXT];

    *sim = calloc(n + 1, sizeof(**sim));
    *row = calloc(n + 1, sizeof(**row));
    assert_ok(akin_snapshot_best(s, f->queries, QUERIES, NULL, NULL, 0, *sim,
                                 *row, plan, &err));
}

static struct kept
keep(struct fixture *f)
{
    struct kept kept = {.s = acquire(f)};

    ask(f, kept.s, &kept.sim, &kept.row);
    return kept;
}

static void
check_kept(struct fixture *f, struct kept *kept)
{
    size_t n;
    float *sim;
    uint64_t *row;

    if (kept->s == NULL)
        return;
    n = QUERIES * akin_snapshot_n_datasets(kept->s);
    ask(f, kept->s, &sim, &row);
    assert_memory_equal(sim, kept->sim, n * sizeof(*sim) + 1);
    assert_memory_equal(row, kept->row, n * sizeof(*row) + 1);
    akin_snapshot_release(kept->s);
    free(sim);
    free(row);
    free(kept->sim);
    free(kept->row);
    *kept = (struct kept){0};
}

static void
two_publishes_do_not_change_a_snapshot_under_way(void **state)
{
    struct fixture *f = *state;
    struct kept kept;

    open_source(f);
    f->config.index_exact_below = 1; /* with an index to keep, too */
    for (uint32_t d = 0; d < 4; d++) {
        char id[8];

        (void)snprintf(id, sizeof(id), "D%u", d);
        (void)add(f, akin_test_put_dataset(f->store, id), 20, d);
    }
    publish(f);
    (void)add(f, 2, 7, 50);
    kept = keep(f);
    publish(f);
    check(f);
    update(f, remove_dataset_body, 3);
    (void)add(f, 1, 3, 51);
    publish(f);
    check(f);
    check_kept(f, &kept);
}

/* Some of everything, in random order, each step against the plain loop. */
static void
random_step(struct fixture *f, struct akin_test_random *rnd, uint64_t step,
            uint32_t *n_datasets)
{
    char id[16];

    switch (akin_test_below(rnd, 8)) {
    case 0:
        (void)snprintf(id, sizeof(id), "R%u", ++*n_datasets);
        (void)akin_test_put_dataset(f->store, id);
        break;
    case 1:
        update(f, remove_image_body, 1 + (uint32_t)akin_test_below(rnd, step));
        break;
    case 2:
        if (akin_test_below(rnd, 3) == 0)
            update(f, remove_dataset_body,
                   1 + (uint32_t)akin_test_below(rnd, *n_datasets));
        break;
    case 3:
        publish(f);
        break;
    default:
        (void)add(f, 1 + (uint32_t)akin_test_below(rnd, *n_datasets),
                  akin_test_below(rnd, 9), step / 2); /* some twice */
    }
}

static void
every_answer_is_that_of_a_plain_loop(void **state)
{
    struct fixture *f = *state;
    struct akin_test_random rnd = {11};
    struct kept kept[4] = {{0}};
    uint32_t n_datasets = 1;

    open_source(f);
    (void)akin_test_put_dataset(f->store, "R1");
    for (uint64_t step = 1; step <= 150; step++) {
        uint8_t want[MAX_DATASETS];
        uint32_t exclude[3];
        struct akin_snapshot *s;

        random_step(f, &rnd, step, &n_datasets);
        for (size_t i = 0; i < MAX_DATASETS; i++)
            want[i] = akin_test_below(&rnd, 3) > 0;
        for (size_t i = 0; i < 3; i++)
            exclude[i] = (uint32_t)akin_test_below(&rnd, step + 1);
        s = acquire(f);
        (void)check_with(f, s, NULL, NULL, 0);
        (void)check_with(f, s, step % 2 == 0 ? want : NULL, exclude, 3);
        akin_snapshot_release(s);
        if (akin_test_below(&rnd, 5) == 0) {
            check_kept(f, &kept[step % 4]);
            kept[step % 4] = keep(f);
        }
    }
    for (size_t i = 0; i < 4; i++)
        check_kept(f, &kept[i]);
}

/* --- with an index --- */

#define IVF_DATASETS 400 /* many more than are peeled */

/* A store as fill_for_ivf publishes it, made by the first who needs it. */
static char *ivf_store;

static void
make_ivf_store(struct fixture *f)
{
    for (uint32_t d = 0; d < IVF_DATASETS; d++) {
        char id[16];

        (void)snprintf(id, sizeof(id), "V%u", d);
        (void)add(f, akin_test_put_dataset(f->store, id),
                  d == 0 ? 900 : 32 / akin_test_stride, 1000 + d);
    }
    (void)add(f, 2, 400, 4000); /* image 401 */
    publish(f);
    ivf_store = akin_test_folder();
    akin_test_copy(f->dir, ivf_store);
}

static int
remove_ivf_store(void **state)
{
    (void)state;
    if (ivf_store != NULL)
        akin_test_remove(ivf_store);
    return 0;
}

/* One large dataset and many small ones, an index, and then a tail. */
static void
fill_for_ivf(struct fixture *f)
{
    struct akin_error err = {0};

    f->config.index_exact_below = 0;
    f->config.query_probe_tiles = 64;            /* narrow: up to 256 rows */
    f->config.publish_train_min_tiles = 1000000; /* learning takes longest */
    if (ivf_store == NULL) {
        make_ivf_store(f);
    } else {
        akin_store_close(f->store);
        akin_test_copy(ivf_store, f->dir);
        assert_ok(akin_store_open(f->dir, AKIN_STORE_WRITE, &f->store, &err));
    }
    open_source(f);
    (void)add(f, 3, 4, 5000); /* image 402 */
    update(f, remove_image_body, 20);
}

static void
ivf_reaches_enough_datasets_and_bounds_the_others(void **state)
{
    struct fixture *f = *state;
    struct answer *a = calloc(1, sizeof(*a));
    struct akin_error err = {0};
    struct akin_snapshot_index index;
    struct akin_snapshot *s;
    char plan[AKIN_PLAN_TEXT], end[AKIN_PLAN_TEXT];
    uint64_t *row, *row_again;
    float *sim, *sim_again;
    size_t n;

    fill_for_ivf(f);
    s = acquire(f);
    n = akin_snapshot_n_datasets(s);
    assert_int_equal(n, IVF_DATASETS - 1);
    plain_answer(f, s, NULL, NULL, 0, a);
    ask(f, s, &sim, &row);
    ask(f, s, &sim_again, &row_again);
    assert_memory_equal(sim, sim_again, QUERIES * n * sizeof(*sim));
    assert_memory_equal(row, row_again, QUERIES * n * sizeof(*row));
    assert_ok(akin_snapshot_best(s, f->queries, QUERIES, NULL, NULL, 0, sim,
                                 row, plan, &err));
    akin_snapshot_index(s, &index);
    (void)snprintf(end, sizeof(end), " of %zu lists", index.n_lists);
    /* Which one it is depends on what searching cost when the index was made.
     */
    assert_true(strcmp(plan, "scan") == 0 || strcmp(plan, "exact") == 0 ||
                (strncmp(plan, "ivf ", 4) == 0 && strstr(plan, end) != NULL));
    assert_true(index.model->n_probe[0][0] > 0);
    for (size_t q = 0; q < QUERIES; q++) {
        size_t n_reached = 0, n_right = 0;

        for (size_t i = 0; i < n; i++) {
            float best = a->sim[q * MAX_DATASETS + i], is = sim[q * n + i];

            if (row[q * n + i] == UINT64_MAX) {
                assert_true(is > -INFINITY);
                continue;
            }
            check_row(f, s, q, a->dataset[i], is, row[q * n + i], NULL, 0);
            n_reached++;
            assert_true(is <= best);
            n_right += is == best;
        }
        assert_true(n_reached >= 64);
        assert_true((double)n_right >= 0.9 * (double)n_reached);
    }
    akin_snapshot_release(s);
    free(sim);
    free(row);
    free(sim_again);
    free(row_again);
    free(a);
}

static void
ivf_finds_a_stored_tile_first(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_txn *txn = NULL;
    struct akin_snapshot *s;
    size_t n_tiles, n, best = 0;
    uint64_t *row;
    float *rows, *sim;

    fill_for_ivf(f);
    s = acquire(f);
    n = akin_snapshot_n_datasets(s);
    assert_ok(akin_txn_read(f->store, &txn, &err));
    rows = descriptors(txn, s, 100, &n_tiles);
    akin_txn_end(txn);
    memcpy(f->queries, rows, QUERIES * AKIN_DIM * sizeof(*rows));
    ask(f, s, &sim, &row);
    for (size_t q = 0; q < QUERIES; q++) {
        uint32_t image = 0, tile = 0;

        for (size_t i = 0; i < n; i++)
            if (sim[q * n + i] > sim[q * n + best])
                best = i;
        akin_snapshot_row(s, row[q * n + best], &image, &tile);
        assert_int_equal(image, 100);
        assert_int_equal(tile, q);
    }
    akin_snapshot_release(s);
    free(rows);
    free(sim);
    free(row);
}

static void
behind_a_narrow_filter_all_that_passes_is_scanned(void **state)
{
    struct fixture *f = *state;
    uint32_t exclude[] = {3, 12, 402, 12, 9999};
    uint8_t want[MAX_DATASETS] = {0};
    struct akin_snapshot *s;

    fill_for_ivf(f);
    for (size_t i = 2; i < 31; i++)
        want[i] = 1;
    s = acquire(f);
    assert_string_equal(check_with(f, s, want, NULL, 0), "scan");
    assert_string_equal(check_with(f, s, want, exclude, 5), "scan");
    memset(want, 0, sizeof(want));
    assert_string_equal(check_with(f, s, want, NULL, 0), "exact");
    akin_snapshot_release(s);
}

static void
ivf_leaves_out_what_is_not_wanted_or_excluded(void **state)
{
    struct fixture *f = *state;
    /* all images of two datasets, and one of two */
    uint32_t exclude[] = {1, 30, 401};
    uint8_t want[MAX_DATASETS];
    struct akin_error err = {0};
    struct akin_snapshot *s;
    char plan[AKIN_PLAN_TEXT];
    uint64_t *row;
    float *sim;
    size_t n;

    fill_for_ivf(f);
    s = acquire(f);
    n = akin_snapshot_n_datasets(s);
    sim = calloc(QUERIES * n, sizeof(*sim));
    row = calloc(QUERIES * n, sizeof(*row));
    for (size_t i = 0; i < n; i++)
        want[i] = i % 8 > 0;
    want[0] = 1; /* the large one, all of which is excluded */
    assert_ok(akin_snapshot_best(s, f->queries, QUERIES, want, exclude, 3, sim,
                                 row, plan, &err));
    /* Which one it is depends on what searching cost when the index was made.
     */
    assert_true(strncmp(plan, "ivf ", 4) == 0 || strcmp(plan, "scan") == 0 ||
                strcmp(plan, "exact") == 0);
    for (size_t q = 0; q < QUERIES; q++)
        for (size_t i = 0; i < n; i++) {
            uint32_t dataset = akin_snapshot_dataset(s, i);
            bool out = !want[i] || dataset == 1 || dataset == 30;

            assert_int_equal(sim[q * n + i] == -INFINITY, out);
            if (row[q * n + i] != UINT64_MAX)
                check_row(f, s, q, dataset, sim[q * n + i], row[q * n + i],
                          exclude, 3);
        }
    akin_snapshot_release(s);
    free(sim);
    free(row);
}

/* --- threads --- */

struct searcher {
    struct fixture *f;
    pthread_mutex_t *mutex;
    const bool *stop; /* guarded by mutex */
    size_t n_answers, n_wrong;
    struct akin_error err;
};

static bool
should_stop(const struct searcher *w)
{
    bool stop;

    (void)pthread_mutex_lock(w->mutex);
    stop = *w->stop;
    (void)pthread_mutex_unlock(w->mutex);
    return stop;
}

/* Every dataset that is there has a tile in this test, so every one must have
 * an answer, and its tile must be one that the snapshot knows. */
static bool
is_right(const struct akin_snapshot *s, const float *sim, const uint64_t *row)
{
    struct akin_snapshot_counts counts;
    size_t n = akin_snapshot_n_datasets(s);

    akin_snapshot_counts(s, &counts);
    for (size_t i = 0; i < QUERIES * n; i++) {
        uint32_t image = 0, tile = 99;

        if (!(sim[i] >= -1.001f && sim[i] <= 1.001f) || row[i] == UINT64_MAX)
            return false;
        akin_snapshot_row(s, row[i], &image, &tile);
        if (image == 0 || tile >= 6)
            return false;
    }
    return counts.n_tiles == 6 * counts.n_images;
}

static void *
search_on(void *arg)
{
    struct searcher *w = arg;

    while (!should_stop(w)) {
        struct akin_snapshot *s = NULL;
        char plan[AKIN_PLAN_TEXT];
        uint64_t *row;
        float *sim;
        size_t n;

        if (akin_snapshot_acquire(w->f->source, &s, &w->err) != AKIN_OK) {
            w->n_wrong++;
            continue;
        }
        n = QUERIES * akin_snapshot_n_datasets(s);
        sim = calloc(n + 1, sizeof(*sim));
        row = calloc(n + 1, sizeof(*row));
        if (akin_snapshot_best(s, w->f->queries, QUERIES, NULL, NULL, 0, sim,
                               row, plan, &w->err) != AKIN_OK ||
            !is_right(s, sim, row))
            w->n_wrong++;
        w->n_answers++;
        akin_snapshot_release(s);
        free(sim);
        free(row);
    }
    return NULL;
}

static void
change_things(struct fixture *f)
{
    for (uint32_t i = 0; i < 60; i++) {
        (void)add(f, 1 + i % 4, 6, 100 + i);
        if (i % 7 == 6)
            publish(f);
        if (i % 5 == 4)
            update(f, remove_image_body, i);
    }
}

static void
threads_search_while_another_publishes(void **state)
{
    struct fixture *f = *state;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    struct searcher w[3];
    pthread_t thread[3];
    bool stop = false;

    open_source(f);
    for (uint32_t d = 0; d < 4; d++) {
        char id[8];

        (void)snprintf(id, sizeof(id), "T%u", d);
        (void)add(f, akin_test_put_dataset(f->store, id), 6, d);
    }
    for (size_t i = 0; i < 3; i++) {
        w[i] = (struct searcher){.f = f, .mutex = &mutex, .stop = &stop};
        assert_int_equal(pthread_create(&thread[i], NULL, search_on, &w[i]), 0);
    }
    change_things(f);
    (void)pthread_mutex_lock(&mutex);
    stop = true;
    (void)pthread_mutex_unlock(&mutex);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        if (w[i].n_wrong > 0)
            fail_msg("%zu of %zu answers: %s", w[i].n_wrong, w[i].n_answers,
                     w[i].err.text);
        assert_true(w[i].n_answers > 0);
    }
    check(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_store_has_no_datasets),
        TEST(before_the_first_publish_everything_is_tail),
        TEST(what_is_added_is_there_and_what_is_removed_is_gone),
        TEST(nothing_new_gives_the_same_snapshot),
        TEST(a_snapshot_outlives_its_source),
        TEST(a_damaged_generation_is_an_error_until_the_next_publish),
        TEST(two_publishes_do_not_change_a_snapshot_under_way),
        TEST(every_answer_is_that_of_a_plain_loop),
        TEST(ivf_reaches_enough_datasets_and_bounds_the_others),
        TEST(ivf_finds_a_stored_tile_first),
        TEST(behind_a_narrow_filter_all_that_passes_is_scanned),
        TEST(ivf_leaves_out_what_is_not_wanted_or_excluded),
        TEST(threads_search_while_another_publishes),
    };

    return cmocka_run_group_tests(tests, NULL, remove_ivf_store);
}
