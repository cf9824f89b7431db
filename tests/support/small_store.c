/* SPDX-License-Identifier: Apache-2.0 */
#include "small_store.h"

#include "akin_test.h"

#include "akin/dataset.h"
#include "akin/file.h"
#include "akin/generation.h"
#include "akin/image_record.h"

#define EDGE 256
#define BMP_HEAD 54
#define NOW 1700000000

static const struct {
    const char *id, *title, *license, *taxon, *organism;
    int year;
} datasets[AKIN_SMALL_DATASETS] = {
    {"test:stripes", "Stripes of a zebra crossing", "CC0-1.0",
     "NCBITaxon:10090", "Mus musculus", 2020},
    {"test:dots", "Dots on a dark field", "CC-BY-4.0", "NCBITaxon:9606",
     "Homo sapiens", 2021},
    {"test:noise", "Noise without anything in it", "CC-BY-4.0",
     "NCBITaxon:10090", "Mus musculus", 2022},
    {"test:checks", "Ch\xc3\xa2teau checks", "CC0-1.0", "NCBITaxon:7955",
     "Danio rerio", 2023},
};

const char *
akin_small_id(size_t dataset)
{
    return datasets[dataset].id;
}

static uint8_t
drawn(size_t dataset, size_t n, uint32_t x, uint32_t y,
      struct akin_test_random *random)
{
    uint8_t grain = (uint8_t)akin_test_below(random, 12);
    uint32_t shift = (uint32_t)n * 5;
    uint32_t dx = (x + shift) % 32, dy = (y + shift) % 32;

    switch (dataset) {
    case 0:
        return (uint8_t)((x + shift) % 16 < 8 ? 200 + grain : 20 + grain);
    case 1:
        dx = dx > 16 ? dx - 16 : 16 - dx;
        dy = dy > 16 ? dy - 16 : 16 - dy;
        return (uint8_t)(dx * dx + dy * dy < 30 ? 230 + grain : 10 + grain);
    case 2:
        return (uint8_t)akin_test_below(random, 256);
    default:
        return (uint8_t)((dx / 16 + dy / 16) % 2 == 0 ? 150 + grain
                                                      : 90 + grain);
    }
}

void
akin_small_image(size_t dataset, size_t n, struct akin_buf *out)
{
    struct akin_test_random random = {dataset * 1000 + n};
    uint8_t head[BMP_HEAD] = {'B', 'M'};

    akin_put_le32(head + 2, BMP_HEAD + EDGE * EDGE * 3);
    akin_put_le32(head + 10, BMP_HEAD);
    akin_put_le32(head + 14, 40);
    akin_put_le32(head + 18, EDGE);
    akin_put_le32(head + 22, EDGE);
    akin_put_le16(head + 26, 1);
    akin_put_le16(head + 28, 24);
    akin_buf_put(out, head, sizeof(head));
    for (uint32_t y = 0; y < EDGE; y++)
        for (uint32_t x = 0; x < EDGE; x++) {
            uint8_t v = drawn(dataset, n, x, y, &random);
            uint8_t px[3] = {v, v, v};

            akin_buf_put(out, px, sizeof(px));
        }
}

char *
akin_small_path(const char *folder, size_t dataset, size_t n)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "%zu-%zu.bmp", dataset, n);
    return akin_path_join(folder, name);
}

static struct akin_json *
record_of(const char *id, size_t like)
{
    struct akin_json *record = akin_json_object();
    struct akin_json *term = akin_json_object(), *terms = akin_json_array();

    akin_json_set_text(term, "id", datasets[like].taxon);
    akin_json_set_text(term, "label", datasets[like].organism);
    akin_json_append(terms, term);
    akin_json_set_text(record, "id", id);
    akin_json_set_text(record, "title", datasets[like].title);
    akin_json_set_text(record, "license", datasets[like].license);
    akin_json_set_int(record, "year", datasets[like].year);
    akin_json_set(record, "organism", terms);
    return record;
}

/* One dataset on its way into the store. */
struct adding {
    struct akin_json *record;
    struct akin_image_record image[AKIN_SMALL_IMAGES];
    const struct akin_described *described[AKIN_SMALL_IMAGES];
    const char *id, *reason; /* of a removal */
};

static enum akin_status
put(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct adding *adding = ctx;
    enum akin_dataset_change change;
    uint32_t number = 0;
    enum akin_status st =
        akin_dataset_put(txn, adding->record, NOW, &number, &change, err);

    for (size_t i = 0; i < AKIN_SMALL_IMAGES && st == AKIN_OK; i++) {
        adding->image[i].dataset = number;
        st = akin_image_put(txn, &adding->image[i], adding->described[i], err);
    }
    return st;
}

static enum akin_status
take_out(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct adding *adding = ctx;
    struct akin_dataset dataset = {0};
    uint64_t n = 0;
    enum akin_status st = akin_dataset_find(txn, adding->id, &dataset, err);

    if (st == AKIN_OK)
        st = akin_image_remove_all(txn, dataset.number, &n, err);
    if (st == AKIN_OK)
        st = akin_dataset_remove(txn, adding->id, adding->reason, NOW, err);
    akin_dataset_free(&dataset);
    return st;
}

/* What was described, for the next store of this program: it follows from the
 * dataset and the number, and takes long where every access is watched. */
static struct {
    size_t like, n;
    struct akin_described described;
} kept[AKIN_SMALL_DATASETS * AKIN_SMALL_IMAGES * 2];
static size_t n_kept;

static void
describe(struct akin_span bytes, size_t n, struct akin_described *out)
{
    struct akin_describe_options options = {.disturb_tiles = 1, .seed = n + 1};
    struct akin_describer *describer = NULL;
    struct akin_decoder *decoder = NULL;
    struct akin_config config;
    struct akin_error err = {0};

    akin_config_init(&config);
    assert_ok(akin_describer_new(&config, akin_feature_set_builtin(),
                                 &describer, &err));
    assert_ok(akin_decode_open_bytes(bytes, &config, &decoder, &err));
    assert_ok(akin_describe(describer, decoder, &options, out, &err));
    akin_decode_close(decoder);
    akin_describer_free(describer);
}

static const struct akin_described *
described_once(struct akin_span bytes, size_t like, size_t n)
{
    for (size_t i = 0; i < n_kept; i++)
        if (kept[i].like == like && kept[i].n == n)
            return &kept[i].described;
    assert_true(n_kept < AKIN_COUNT(kept));
    kept[n_kept].like = like;
    kept[n_kept].n = n;
    describe(bytes, n, &kept[n_kept].described);
    return &kept[n_kept++].described;
}

/* Draws, writes and describes one image. */
static void
make_image(const char *folder, size_t like, size_t n, struct adding *adding,
           size_t i)
{
    struct akin_image_record *image = &adding->image[i];
    struct akin_buf bytes = {0};
    struct akin_error err = {0};

    akin_small_image(like, n, &bytes);
    image->path = akin_small_path(folder, like, n);
    assert_ok(akin_file_write(image->path, akin_buf_span(&bytes), &err));
    image->name = akin_strdup(akin_path_base(image->path));
    image->size_bytes = bytes.len;
    image->hash = akin_hash_of(akin_buf_span(&bytes));
    adding->described[i] = described_once(akin_buf_span(&bytes), like, n);
    image->info = adding->described[i]->info;
    akin_buf_free(&bytes);
}

static void
add(const char *folder, struct akin_store *store, const char *id, size_t like,
    size_t first)
{
    struct adding adding = {.record = record_of(id, like)};
    struct akin_error err = {0};

    for (size_t i = 0; i < AKIN_SMALL_IMAGES; i++)
        make_image(folder, like, first + i, &adding, i);
    assert_ok(akin_store_update(store, put, &adding, &err));
    for (size_t i = 0; i < AKIN_SMALL_IMAGES; i++)
        akin_image_record_free(&adding.image[i]);
    akin_json_free(adding.record);
}

static struct akin_store *
open_store(const char *folder, enum akin_store_mode mode)
{
    char *dir = akin_path_join(folder, "store");
    struct akin_store *store = NULL;
    struct akin_error err = {0};

    assert_ok(akin_store_open(dir, mode, &store, &err));
    free(dir);
    return store;
}

void
akin_small_add(const char *folder, const char *id, size_t like)
{
    struct akin_store *store = open_store(folder, AKIN_STORE_WRITE);

    add(folder, store, id, like, 100);
    akin_store_close(store);
}

void
akin_small_remove(const char *folder, const char *id, const char *reason)
{
    struct akin_store *store = open_store(folder, AKIN_STORE_WRITE);
    struct adding adding = {.id = id, .reason = reason};
    struct akin_error err = {0};

    assert_ok(akin_store_update(store, take_out, &adding, &err));
    akin_store_close(store);
}

void
akin_small_publish(const char *folder)
{
    struct akin_store *store = open_store(folder, AKIN_STORE_WRITE);
    struct akin_publish_report report;
    struct akin_config config;
    struct akin_error err = {0};

    akin_config_init(&config);
    assert_ok(
        akin_generation_publish(store, &config, NULL, NULL, &report, &err));
    akin_store_close(store);
}

void
akin_small_store(const char *folder, bool publish)
{
    struct akin_store *store = open_store(folder, AKIN_STORE_CREATE);

    for (size_t i = 0; i < AKIN_SMALL_DATASETS; i++)
        add(folder, store, datasets[i].id, i, 0);
    akin_store_close(store);
    if (publish)
        akin_small_publish(folder);
}
