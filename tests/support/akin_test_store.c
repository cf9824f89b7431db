/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test_store.h"

#include "akin_test.h"

void
akin_test_describe(uint64_t seed, size_t n_tiles, size_t n_disturbed,
                   struct akin_described *out)
{
    struct akin_test_random random = {seed};

    *out =
        (struct akin_described){.n_tiles = n_tiles, .n_disturbed = n_disturbed};
    out->info = (struct akin_image_info){.format = "tiff",
                                         .dim_x = 1000,
                                         .dim_y = 800,
                                         .dim_z = 1,
                                         .dim_c = 1,
                                         .dim_t = 1,
                                         .bits = 8};
    out->tiles = akin_new(n_tiles + 1, sizeof(*out->tiles));
    out->features =
        akin_new(n_tiles * AKIN_N_FEATURES + 1, sizeof(*out->features));
    out->disturbed_tile =
        akin_new(n_disturbed + 1, sizeof(*out->disturbed_tile));
    out->disturbed =
        akin_new(n_disturbed * AKIN_N_FEATURES + 1, sizeof(*out->disturbed));
    for (size_t i = 0; i < n_tiles; i++)
        out->tiles[i] =
            (struct akin_tile){.x = (uint32_t)akin_test_below(&random, 1000),
                               .y = (uint32_t)i,
                               .w = 256,
                               .h = 255,
                               .z = 1,
                               .c = 2,
                               .t = 3,
                               .level = (uint32_t)akin_test_below(&random, 5)};
    for (size_t i = 0; i < n_tiles * AKIN_N_FEATURES; i++)
        out->features[i] = (float)akin_test_normal(&random);
    for (size_t i = 0; i < n_disturbed; i++)
        out->disturbed_tile[i] = n_tiles == 0 ? 0 : (uint32_t)(i % n_tiles);
    for (size_t i = 0; i < n_disturbed * AKIN_N_FEATURES; i++)
        out->disturbed[i] = (float)akin_test_normal(&random);
}

void
akin_test_described_free(struct akin_described *described)
{
    free(described->tiles);
    free(described->features);
    free(described->disturbed_tile);
    free(described->disturbed);
    *described = (struct akin_described){0};
}

struct akin_image_record
akin_test_image(uint32_t dataset, const char *path)
{
    struct akin_image_record record = {.dataset = dataset, .size_bytes = 4096};

    record.path = akin_strdup(path);
    record.name = akin_strdup(path);
    record.hash = akin_hash_of(akin_span_str(path));
    return record;
}

struct put {
    struct akin_json *dataset;
    struct akin_image_record *image;
    const struct akin_described *described;
    uint32_t number;
};

static enum akin_status
put_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    enum akin_dataset_change change;
    struct put *put = ctx;

    if (put->dataset != NULL)
        return akin_dataset_put(txn, put->dataset, 1000, &put->number, &change,
                                err);
    return akin_image_put(txn, put->image, put->described, err);
}

uint32_t
akin_test_put_dataset(struct akin_store *store, const char *id)
{
    struct put put = {.dataset = akin_json_object()};
    struct akin_error err = {0};

    akin_json_set_text(put.dataset, "id", id);
    akin_json_set_text(put.dataset, "title", id);
    assert_ok(akin_store_update(store, put_body, &put, &err));
    akin_json_free(put.dataset);
    return put.number;
}

uint32_t
akin_test_put_image(struct akin_store *store, uint32_t dataset,
                    const char *path, size_t n_tiles, size_t n_disturbed,
                    uint64_t seed)
{
    struct akin_image_record image = akin_test_image(dataset, path);
    struct akin_described described;
    struct put put = {.image = &image, .described = &described};
    struct akin_error err = {0};
    uint32_t number;

    akin_test_describe(seed, n_tiles, n_disturbed, &described);
    assert_ok(akin_store_update(store, put_body, &put, &err));
    number = image.number;
    akin_test_described_free(&described);
    akin_image_record_free(&image);
    return number;
}
