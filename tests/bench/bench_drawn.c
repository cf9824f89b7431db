/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_drawn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/dataset.h"
#include "akin/hash.h"
#include "akin/image_record.h"

#define EDGE 256
#define NOW 1700000000
#define COMMIT_IMAGES ((size_t)512)
#define COPIES ((size_t)2) /* disturbed, of one tile of an image */
#define NOISE 0.02f

/* Uniform, -1..1; the same for the same a and b. */
static float
drawn(uint64_t a, uint64_t b)
{
    return (float)(akin_hash_mix(a, b) >> 40) * 0x1p-23f - 1.0f;
}

/* The map from rows to features: AKIN_N_FEATURES x BENCH_DIM. */
static float *
make_map(void)
{
    float *map = akin_new((size_t)AKIN_N_FEATURES * BENCH_DIM, sizeof(*map));

    for (size_t i = 0; i < (size_t)AKIN_N_FEATURES * BENCH_DIM; i++)
        map[i] = drawn(i, 4711);
    return map;
}

static void
make_features(const float *map, const float *rows, size_t n, uint64_t seed,
              float *out)
{
    for (size_t r = 0; r < n; r++)
        for (size_t f = 0; f < AKIN_N_FEATURES; f++) {
            float sum =
                NOISE * drawn(seed * 64 + r, f); /* what nuisance leaves */

            for (size_t d = 0; d < BENCH_DIM; d++)
                sum += map[f * BENCH_DIM + d] * rows[r * BENCH_DIM + d];
            out[r * AKIN_N_FEATURES + f] = sum;
        }
}

/* A few images of one dataset, to be put in one transaction. */
struct filling {
    const float *map;
    struct akin_json *record;
    float *rows; /* n_rows x BENCH_DIM */
    size_t n_rows;
    uint64_t seed; /* of the first row */
};

static void
describe(const struct filling *f, size_t first, size_t n, uint64_t seed,
         struct akin_described *out)
{
    out->info = (struct akin_image_info){.format = "tiff",
                                         .dim_x = EDGE * BENCH_IMAGE_TILES,
                                         .dim_y = EDGE,
                                         .dim_z = 1,
                                         .dim_c = 1,
                                         .dim_t = 1,
                                         .bits = 16};
    out->n_tiles = n;
    out->tiles = akin_new(n, sizeof(*out->tiles));
    for (size_t i = 0; i < n; i++)
        out->tiles[i] =
            (struct akin_tile){.x = (uint32_t)i * EDGE, .w = EDGE, .h = EDGE};
    out->features = akin_new(n * AKIN_N_FEATURES, sizeof(float));
    make_features(f->map, f->rows + first * BENCH_DIM, n, seed, out->features);
    out->n_disturbed = COPIES;
    out->disturbed_tile = akin_new(COPIES, sizeof(*out->disturbed_tile));
    out->disturbed = akin_new(COPIES * AKIN_N_FEATURES, sizeof(float));
    for (size_t c = 0; c < COPIES; c++)
        make_features(f->map, f->rows + first * BENCH_DIM, 1,
                      seed + (c + 1) * UINT64_C(1000003),
                      out->disturbed + c * AKIN_N_FEATURES);
}

static enum akin_status
put_image(struct akin_txn *txn, const struct filling *f, uint32_t dataset,
          size_t first, size_t n, struct akin_error *err)
{
    uint64_t number = f->seed + first;
    struct akin_described described = {0};
    struct akin_image_record image = {.dataset = dataset};
    struct akin_buf name = {0};
    enum akin_status st;

    describe(f, first, n, number, &described);
    akin_buf_printf(&name, "images/%llu.tif", (unsigned long long)number);
    image.name = akin_strdup(akin_buf_text(&name));
    akin_buf_clear(&name);
    akin_buf_printf(&name, "/nowhere/%llu.tif", (unsigned long long)number);
    image.path = akin_strdup(akin_buf_text(&name));
    image.hash = akin_hash_of(akin_buf_span(&name));
    image.size_bytes = 4096;
    image.info = described.info;
    st = akin_image_put(txn, &image, &described, err);
    akin_image_record_free(&image);
    akin_described_free(&described);
    akin_buf_free(&name);
    return st;
}

static enum akin_status
put(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct filling *f = ctx;
    enum akin_dataset_change change;
    uint32_t number = 0;
    enum akin_status st =
        akin_dataset_put(txn, f->record, NOW, &number, &change, err);

    for (size_t i = 0; st == AKIN_OK && i < f->n_rows; i += BENCH_IMAGE_TILES) {
        size_t left = f->n_rows - i;

        st =
            put_image(txn, f, number, i,
                      left < BENCH_IMAGE_TILES ? left : BENCH_IMAGE_TILES, err);
    }
    return st;
}

static struct akin_json *
record_of(const char *kind, uint64_t n)
{
    static const char *const organism[][2] = {
        {"NCBITaxon:9606", "Homo sapiens"},
        {"NCBITaxon:10090", "Mus musculus"},
        {"NCBITaxon:7955", "Danio rerio"},
        {"NCBITaxon:4932", "Saccharomyces cerevisiae"}};
    struct akin_json *record = akin_json_object();
    struct akin_json *term = akin_json_object(), *terms = akin_json_array();
    const char *const *which = organism[n % AKIN_COUNT(organism)];
    struct akin_buf text = {0};

    akin_buf_printf(&text, "bench:%s-%llu", kind, (unsigned long long)n);
    akin_json_set_text(record, "id", akin_buf_text(&text));
    akin_buf_clear(&text);
    akin_buf_printf(&text, "Drawn dataset %llu, which shows nothing at all",
                    (unsigned long long)n);
    akin_json_set_text(record, "title", akin_buf_text(&text));
    akin_json_set_text(record, "license", n % 2 == 0 ? "CC0-1.0" : "CC-BY-4.0");
    akin_json_set_int(record, "year", 2010 + (int64_t)(n % 16));
    akin_json_set_text(term, "id", which[0]);
    akin_json_set_text(term, "label", which[1]);
    akin_json_append(terms, term);
    akin_json_set(record, "organism", terms);
    akin_buf_free(&text);
    return record;
}

static enum akin_status
fill_dataset(struct akin_store *store, const struct bench_synthetic *s,
             size_t group, const float *map, struct akin_error *err)
{
    size_t most = COMMIT_IMAGES * BENCH_IMAGE_TILES;
    struct filling f = {.map = map, .record = record_of("drawn", group)};
    enum akin_status st = AKIN_OK;
    uint64_t row = s->group_start[group], end = s->group_start[group + 1];

    f.rows = akin_new(most * BENCH_DIM, sizeof(*f.rows));
    while (st == AKIN_OK && row < end) {
        f.n_rows = end - row < most ? (size_t)(end - row) : most;
        f.seed = row;
        bench_synthetic_rows(s, row, f.n_rows, f.rows);
        st = akin_store_update(store, put, &f, err);
        row += f.n_rows;
    }
    akin_json_free(f.record);
    free(f.rows);
    return st;
}

enum akin_status
bench_drawn_make(const char *dir, const struct bench_synthetic *s,
                 struct akin_error *err)
{
    struct akin_store *store = NULL;
    float *map = make_map();
    enum akin_status st = akin_store_open(dir, AKIN_STORE_CREATE, &store, err);

    for (size_t g = 0; st == AKIN_OK && g < s->n_groups; g++)
        st = fill_dataset(store, s, g, map, err);
    akin_store_close(store);
    free(map);
    return st;
}

/* Not the seed of any stored row. */
static uint64_t
seed_of_added(const struct bench_synthetic *s, uint64_t n)
{
    return s->n_rows + (n + 1) * BENCH_IMAGE_TILES;
}

enum akin_status
bench_drawn_add(struct akin_store *store, const struct bench_synthetic *s,
                uint64_t n, size_t group, struct akin_error *err)
{
    float rows[BENCH_IMAGE_TILES * BENCH_DIM];
    float *map = make_map();
    struct filling f = {.map = map,
                        .record = record_of("added", n),
                        .rows = rows,
                        .n_rows = BENCH_IMAGE_TILES,
                        .seed = seed_of_added(s, n)};
    enum akin_status st;

    bench_synthetic_image(s, group, n, rows);
    st = akin_store_update(store, put, &f, err);
    akin_json_free(f.record);
    free(map);
    return st;
}

void
bench_drawn_question(const struct bench_synthetic *s,
                     const struct akin_projection *projection, size_t group,
                     uint64_t nth, float *out)
{
    size_t n = BENCH_IMAGE_TILES * AKIN_N_FEATURES;
    float rows[BENCH_IMAGE_TILES * BENCH_DIM];
    float *features = akin_new(n, sizeof(*features)), *map = make_map();

    bench_synthetic_image(s, group, nth, rows);
    make_features(map, rows, BENCH_IMAGE_TILES, seed_of_added(s, nth),
                  features);
    akin_projection_apply(projection, features, BENCH_IMAGE_TILES, out);
    free(features);
    free(map);
}
