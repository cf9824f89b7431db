/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation_null.c - the calibration of a generation, from a sample of the
 * store: what random datasets score, and how features spread.
 *
 * Everything is taken evenly over datasets, images and tiles, so that the same
 * store gives the same calibration. Work is bounded: the number of images asked
 * with falls as the rows to compare with grow.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "akin/calibration.h"
#include "akin/file.h"
#include "generation_internal.h"

#define ASK_DATASETS ((size_t)128)      /* that images are asked with of */
#define ASK_IMAGES ((size_t)8)          /* of each */
#define ASK_TILES ((size_t)16)          /* of each */
#define AGAINST ((size_t)256)           /* datasets that are asked */
#define MOST_WORK ((uint64_t)200000000) /* tiles times rows */
#define SPREAD_TILES ((size_t)4096)
#define SPREAD_EACH ((size_t)64) /* tiles of a dataset */

/* The generation as it was just written. */
struct sample {
    struct akin__publish *pub;
    const float *vectors;
    size_t n_groups;
    size_t *first;   /* n_groups + 1: of the dataset's images */
    uint64_t *start; /* n_groups + 1: of its rows */
    struct akin_calibration_score *scores;
    size_t n_scores, room;
    float *features;
    uint32_t *dataset;
    size_t n_tiles;
};

static void
sample_free(struct sample *s)
{
    free(s->first);
    free(s->start);
    free(s->scores);
    free(s->features);
    free(s->dataset);
}

/* Entry i of `want` evenly taken ones of n. */
static size_t
evenly(size_t i, size_t want, size_t n)
{
    return want >= n ? i : (size_t)((uint64_t)i * n / want);
}

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static enum akin_status
find_groups(struct sample *s, struct akin_error *err)
{
    const struct akin__publish *pub = s->pub;
    size_t n = 0;

    s->first = calloc(pub->n_datasets + 1, sizeof(*s->first));
    s->start = calloc(pub->n_datasets + 1, sizeof(*s->start));
    if (s->first == NULL || s->start == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to calibrate");
    for (size_t i = 0; i < pub->n_images; i++)
        if (i == 0 || pub->images[i].dataset != pub->images[i - 1].dataset) {
            s->first[n] = i;
            s->start[n++] = pub->images[i].first_row;
        }
    s->n_groups = n;
    s->first[n] = pub->n_images;
    s->start[n] = pub->n_rows;
    return AKIN_OK;
}

/* --- scores --- */

/* Asks with up to ASK_TILES tiles of an image; keeps what the datasets score
 * that it does not belong to. */
static void
ask_with(struct sample *s, const struct akin_generation_image *image,
         size_t own, const uint8_t *want, float *sim, uint64_t *row)
{
    size_t n = least(image->n_tiles, ASK_TILES);
    float queries[ASK_TILES * AKIN_DIM] = {0};

    for (size_t i = 0; i < n; i++)
        memcpy(queries + i * AKIN_DIM,
               s->vectors +
                   (image->first_row + evenly(i, n, image->n_tiles)) * AKIN_DIM,
               AKIN_DIM * sizeof(float));
    akin_vindex_best_in_groups(s->vectors, AKIN_DIM, s->start, s->n_groups,
                               queries, n, NULL, want, sim, row);
    for (size_t g = 0; g < s->n_groups && n > 0; g++) {
        double sum = 0;

        if (want[g] == 0 || g == own || s->n_scores == s->room ||
            s->start[g + 1] == s->start[g])
            continue;
        for (size_t i = 0; i < n; i++)
            sum += (double)sim[i * s->n_groups + g];
        s->scores[s->n_scores++] = (struct akin_calibration_score){
            sum / (double)n, s->start[g + 1] - s->start[g]};
    }
}

/* Marks the datasets to be asked; gives back their rows. */
static uint64_t
choose_asked(const struct sample *s, uint8_t *want)
{
    size_t n = least(s->n_groups, AGAINST);
    uint64_t rows = 0;

    for (size_t i = 0; i < n; i++) {
        size_t g = evenly(i, n, s->n_groups);

        want[g] = 1;
        rows += s->start[g + 1] - s->start[g];
    }
    return rows;
}

static void
ask_all(struct sample *s, const uint8_t *want, size_t n_images, float *sim,
        uint64_t *row)
{
    size_t n = least(s->n_groups, ASK_DATASETS);
    size_t each = n == 0 ? 0 : n_images / n;

    each = each == 0 ? 1 : least(each, ASK_IMAGES);
    for (size_t i = 0; i < least(n, n_images); i++) {
        size_t g = evenly(i, least(n, n_images), s->n_groups);
        size_t has = s->first[g + 1] - s->first[g];
        size_t m = least(has, each);

        for (size_t k = 0; k < m; k++)
            ask_with(s, &s->pub->images[s->first[g] + evenly(k, m, has)], g,
                     want, sim, row);
    }
}

static enum akin_status
take_scores(struct sample *s, struct akin_calibration *out,
            struct akin_error *err)
{
    uint8_t *want = calloc(s->n_groups + 1, 1);
    float *sim = calloc(s->n_groups + 1, ASK_TILES * sizeof(*sim));
    uint64_t *row = calloc(s->n_groups + 1, ASK_TILES * sizeof(*row));
    enum akin_status st = AKIN_OK;

    s->room = ASK_DATASETS * ASK_IMAGES * least(s->n_groups, AGAINST);
    s->scores = calloc(s->room + 1, sizeof(*s->scores));
    if (want == NULL || sim == NULL || row == NULL || s->scores == NULL) {
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to calibrate");
    } else {
        uint64_t rows = choose_asked(s, want);
        uint64_t n = MOST_WORK / ASK_TILES / (rows == 0 ? 1 : rows);

        ask_all(s, want, (size_t)(n < 64 ? 64 : n), sim, row);
        akin_calibration_null(out, s->scores, s->n_scores, s->n_groups);
    }
    free(want);
    free(sim);
    free(row);
    return st;
}

/* --- features --- */

/* Takes tiles of an image; one that was removed meanwhile gives none. */
static enum akin_status
take_tiles(struct sample *s, struct akin_txn *txn,
           const struct akin_generation_image *image, size_t want,
           struct akin__features *buffer, struct akin_error *err)
{
    struct akin_image_brief brief;
    size_t n = least(least(image->n_tiles, want), SPREAD_TILES - s->n_tiles);
    enum akin_status st = akin__image_alive(txn, image->image, &brief, err);

    if (st == AKIN_ENOTFOUND || n == 0)
        return AKIN_OK;
    if (st == AKIN_OK)
        st =
            akin__features_read(txn, image->image, image->n_tiles, buffer, err);
    for (size_t i = 0; st == AKIN_OK && i < n; i++) {
        memcpy(s->features + s->n_tiles * buffer->n,
               buffer->data + evenly(i, n, image->n_tiles) * buffer->n,
               buffer->n * sizeof(float));
        s->dataset[s->n_tiles++] = image->dataset;
    }
    return st;
}

static enum akin_status
take_dataset(struct sample *s, struct akin_txn *txn, size_t group, size_t each,
             struct akin__features *buffer, struct akin_error *err)
{
    size_t has = s->first[group + 1] - s->first[group];
    size_t n = least(has, each);
    enum akin_status st = AKIN_OK;

    for (size_t k = 0; st == AKIN_OK && k < n; k++)
        st = take_tiles(s, txn,
                        &s->pub->images[s->first[group] + evenly(k, n, has)],
                        (each + n - 1) / n, buffer, err);
    return st;
}

static enum akin_status
take_features(struct sample *s, struct akin_calibration *out,
              struct akin_error *err)
{
    size_t n = least(s->n_groups, SPREAD_TILES / 4);
    size_t each = least(n == 0 ? 0 : SPREAD_TILES / n, SPREAD_EACH);
    struct akin__features buffer = {0};
    struct akin_txn *txn = NULL;
    enum akin_status st = akin_txn_read(s->pub->store, &txn, err);

    s->features = calloc(SPREAD_TILES, out->set.n * sizeof(float));
    s->dataset = calloc(SPREAD_TILES, sizeof(*s->dataset));
    if (st == AKIN_OK && (s->features == NULL || s->dataset == NULL))
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to calibrate");
    for (size_t i = 0; st == AKIN_OK && i < n; i++)
        st =
            take_dataset(s, txn, evenly(i, n, s->n_groups), each, &buffer, err);
    akin_txn_end(txn);
    free(buffer.data);
    if (st == AKIN_OK)
        st = akin_calibration_spread(out, s->features, s->dataset, s->n_tiles,
                                     err);
    return st;
}

/* --- all of it --- */

static enum akin_status
write_file(const struct akin__publish *pub,
           const struct akin_calibration *calibration, struct akin_error *err)
{
    char *path = akin_path_join(pub->dir, AKIN__FILE_CALIBRATION);
    struct akin_json *json = akin_calibration_json(calibration);
    struct akin_buf text = {0};
    enum akin_status st;

    akin_json_write(json, AKIN_JSON_COMPACT, &text);
    akin_buf_puts(&text, "\n");
    st = akin_file_write(path, akin_buf_span(&text), err);
    akin_buf_free(&text);
    akin_json_free(json);
    free(path);
    return st;
}

enum akin_status
akin__publish_calibrate(struct akin__publish *pub, struct akin_error *err)
{
    struct akin_calibration *out = akin_new(1, sizeof(*out));
    char *path = akin_path_join(pub->dir, AKIN__FILE_VECTORS);
    struct sample s = {.pub = pub};
    void *vectors = NULL;
    size_t len = 0;
    enum akin_status st;

    akin_calibration_init(out, akin_store_features(pub->store));
    st = akin__map_file(path, &vectors, &len, err);
    if (st == AKIN_OK && pub->n_rows > 0) {
        s.vectors = vectors;
        st = find_groups(&s, err);
        if (st == AKIN_OK)
            st = take_scores(&s, out, err);
        akin__publish_progress(pub, "calibrate", 0.5);
        if (st == AKIN_OK)
            st = take_features(&s, out, err);
    }
    if (vectors != NULL)
        (void)munmap(vectors, len);
    if (st == AKIN_OK)
        st = write_file(pub, out, err);
    sample_free(&s);
    free(path);
    free(out);
    return st;
}

enum akin_status
akin__calibration_open(struct akin_generation *gen,
                       const struct akin_feature_set *set,
                       struct akin_error *err)
{
    const struct akin_json *seal = akin_json_get(
        akin_json_get(gen->manifest, "files"), AKIN__FILE_CALIBRATION);
    struct akin_json *json = NULL;
    enum akin_status st;
    char *path;

    if (seal == NULL)
        return AKIN_OK; /* made before there was one */
    path = akin_path_join(gen->dir, AKIN__FILE_CALIBRATION);
    st = akin__seal_check(seal, path, err);
    if (st == AKIN_OK)
        st = akin_json_read_file(path, AKIN__CALIBRATION_MAX, &json, err);
    if (st == AKIN_OK) {
        gen->calibration = akin_new(1, sizeof(*gen->calibration));
        st = akin_calibration_read(json, set, gen->calibration, err);
    }
    akin_json_free(json);
    free(path);
    return st;
}
