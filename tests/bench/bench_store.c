/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/dataset.h"
#include "akin/file.h"
#include "akin/image_record.h"
#include "bench.h"

#define DISTURBED ((size_t)1) /* copies of the first tile of an image */
#define A_TXN ((size_t)500)   /* images */
#define NOISE 0.05f           /* of a feature, beside what is drawn */
#define NOW INT64_C(1700000000)

struct filling {
    const struct bench_synthetic *data;
    size_t group;     /* that is being filled */
    uint32_t dataset; /* its number; 0: not stored yet */
    uint64_t row;     /* the next */
    uint64_t n_images;
    struct akin_tile tiles[BENCH_IMAGE_TILES];
    float rows[BENCH_IMAGE_TILES * BENCH_DIM];
    float features[BENCH_IMAGE_TILES * AKIN_N_FEATURES];
    float disturbed[DISTURBED * AKIN_N_FEATURES];
    uint32_t disturbed_tile[DISTURBED];
};

/* Each feature is two elements of the descriptor, and noise of its own. */
static void
features_of(const float *row, uint64_t seed, float *out)
{
    for (size_t i = 0; i < AKIN_N_FEATURES; i++) {
        uint64_t at = akin_hash_mix(i, 31);
        float noise = (float)(akin_hash_mix(seed, i) >> 40) * 0x1p-24f - 0.5f;

        out[i] =
            row[at % BENCH_DIM] - row[(at >> 32) % BENCH_DIM] + NOISE * noise;
    }
}

static enum akin_status
put_dataset(struct akin_txn *txn, struct filling *f, struct akin_error *err)
{
    struct akin_json *record = akin_json_object();
    enum akin_dataset_change change;
    enum akin_status st;
    char id[32];

    (void)snprintf(id, sizeof(id), "bench:%zu", f->group);
    akin_json_set_text(record, "id", id);
    akin_json_set_text(record, "title", "Drawn descriptors");
    akin_json_set_text(record, "license",
                       f->group % 2 == 0 ? "CC0-1.0" : "CC-BY-4.0");
    akin_json_set_int(record, "year", 2000 + (int64_t)f->group % 25);
    st = akin_dataset_put(txn, record, NOW, &f->dataset, &change, err);
    akin_json_free(record);
    return st;
}

static enum akin_status
put_image(struct akin_txn *txn, struct filling *f, size_t n,
          struct akin_error *err)
{
    const struct akin_described described = {.info = {.format = "tiff",
                                                      .dim_x = 1024,
                                                      .dim_y = 1024,
                                                      .dim_z = 1,
                                                      .dim_c = 1,
                                                      .dim_t = 1,
                                                      .bits = 8},
                                             .tiles = f->tiles,
                                             .features = f->features,
                                             .n_tiles = n,
                                             .disturbed_tile =
                                                 f->disturbed_tile,
                                             .disturbed = f->disturbed,
                                             .n_disturbed = DISTURBED};
    struct akin_image_record image = {
        .dataset = f->dataset, .size_bytes = 1048576, .info = described.info};
    char name[48];

    bench_synthetic_rows(f->data, f->row, n, f->rows);
    for (size_t i = 0; i < n; i++) {
        f->tiles[i] = (struct akin_tile){.x = 256 * (uint32_t)(i % 4),
                                         .y = 256 * (uint32_t)(i / 4),
                                         .w = 256,
                                         .h = 256};
        features_of(f->rows + i * BENCH_DIM, f->row + i,
                    f->features + i * AKIN_N_FEATURES);
    }
    features_of(f->rows, ~f->row, f->disturbed);
    (void)snprintf(name, sizeof(name), "drawn/%llu.tif",
                   (unsigned long long)f->n_images);
    image.path = image.name = name;
    image.hash = akin_hash_of(akin_span_str(name));
    return akin_image_put(txn, &image, &described, err);
}

static enum akin_status
put_some(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct filling *f = ctx, before = *f;
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < A_TXN && f->row < f->data->n_rows;
         i++) {
        uint64_t end, n;

        while (f->row >= f->data->group_start[f->group + 1]) {
            f->group++;
            f->dataset = 0;
        }
        end = f->data->group_start[f->group + 1];
        n = end - f->row < BENCH_IMAGE_TILES ? end - f->row : BENCH_IMAGE_TILES;
        if (f->dataset == 0)
            st = put_dataset(txn, f, err);
        if (st == AKIN_OK)
            st = put_image(txn, f, (size_t)n, err);
        f->row += n;
        f->n_images++;
    }
    if (st != AKIN_OK)
        *f = before; /* the store tries again with a larger map */
    return st;
}

static enum akin_status
fill(const struct bench_synthetic *data, struct akin_store *store,
     struct akin_error *err)
{
    struct filling *f = akin_new(1, sizeof(*f));
    uint64_t start = bench_now_ns();
    enum akin_status st = AKIN_OK;

    f->data = data;
    while (st == AKIN_OK && f->row < data->n_rows)
        st = akin_store_update(store, put_some, f, err);
    if (st == AKIN_OK)
        bench_figure("filling the store",
                     (double)(bench_now_ns() - start) / 1e9, "s");
    free(f);
    return st;
}

enum akin_status
bench_store_open(const struct bench_synthetic *data, const char *dir,
                 struct akin_store **out, struct akin_error *err)
{
    char *file = akin_path_join(dir, "data.mdb");
    bool is_new = !akin_file_exists(file);
    enum akin_status st = akin_store_open(
        dir, is_new ? AKIN_STORE_CREATE : AKIN_STORE_WRITE, out, err);

    if (st == AKIN_OK && is_new)
        st = fill(data, *out, err);
    free(file);
    return st;
}
