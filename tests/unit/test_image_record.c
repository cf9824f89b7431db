/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <float.h>

#include "akin/verify.h"
#include "akin_test_store.h"
#include "float16.h"
#include "store_values.h"

struct fixture {
    char *dir;
    struct akin_store *store;
    struct akin_txn *txn; /* a read transaction, while look() .. done() */
};

static int
set_up(void **state)
{
    struct fixture *f = akin_new(1, sizeof(*f));
    struct akin_error err = {0};

    f->dir = akin_test_folder();
    assert_ok(akin_store_open(f->dir, AKIN_STORE_CREATE, &f->store, &err));
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    akin_txn_end(f->txn);
    akin_store_close(f->store);
    akin_test_remove(f->dir);
    free(f);
    return 0;
}

static struct akin_txn *
look(struct fixture *f)
{
    struct akin_error err = {0};

    assert_ok(akin_txn_read(f->store, &f->txn, &err));
    return f->txn;
}

static void
done(struct fixture *f)
{
    akin_txn_end(f->txn);
    f->txn = NULL;
}

/* ---- half precision ---- */

static float
float_of_bits(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static void
every_half_comes_back_as_itself(void **state)
{
    (void)state;
    for (uint32_t half = 0; half < 0x10000; half++) {
        float value = akin__half_to((uint16_t)half);

        if ((half & 0x7fff) > 0x7c00)
            assert_true(isnan(value));
        else if ((half & 0x7fff) == 0x7c00)
            assert_true(isinf(value)); /* clamped on the way back */
        else
            assert_int_equal(akin__half_of(value), half);
    }
}

/* Definition instead of tricks: the nearest half, and the even one of two. */
static uint16_t
nearest_half(float value)
{
    uint16_t best = 0x7bff; /* all that is larger */
    double best_far = fabs((double)value) >= 65504 ? -1 : INFINITY;

    for (uint32_t half = 0; half < 0x7c00; half++) {
        double far =
            fabs((double)akin__half_to((uint16_t)half) - fabs((double)value));

        if (far < best_far || (far == best_far && (half & 1) == 0)) {
            best = (uint16_t)half;
            best_far = far;
        }
    }
    return (uint16_t)(best | (signbit(value) ? 0x8000 : 0));
}

static void
halves_are_the_nearest_and_even_on_ties(void **state)
{
    static const float special[] = {0.0f,
                                    -0.0f,
                                    1.0f,
                                    65504.0f,
                                    65519.0f,
                                    65520.0f,
                                    1e30f,
                                    -1e30f,
                                    0x1p-14f,
                                    0x1p-24f,
                                    0x1p-25f,
                                    0x1.8p-25f,
                                    0x1.000002p-25f,
                                    0x1p-26f,
                                    0x1.ffcp-15f,
                                    0x1.ffep-15f,
                                    0x1.fffp-15f,
                                    0x1.002p0f,
                                    0x1.006p0f,
                                    0x1.ffep0f,
                                    0x1.fffp0f,
                                    FLT_MIN,
                                    1e-40f,
                                    3.14159f,
                                    -2049.0f,
                                    2051.0f};
    struct akin_test_random random = {7};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(special); i++)
        assert_int_equal(akin__half_of(special[i]), nearest_half(special[i]));
    for (int i = 0; i < 300; i++) {
        uint32_t exponent = 100 + (uint32_t)akin_test_below(&random, 45);
        uint32_t bits = (uint32_t)(akin_test_random(&random) & 0x807fffffu);
        float value = float_of_bits(bits | exponent << 23);

        assert_int_equal(akin__half_of(value), nearest_half(value));
    }
    assert_int_equal(akin__half_of(INFINITY), 0x7bff);
    assert_int_equal(akin__half_of(-INFINITY), 0xfbff);
    assert_true(isnan(akin__half_to(akin__half_of(NAN))));
}

/* ---- images ---- */

struct put {
    struct akin_image_record *image;
    const struct akin_described *described;
};

static enum akin_status
put_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct put *put = ctx;

    return akin_image_put(txn, put->image, put->described, err);
}

static void
an_image_comes_back_as_it_was(void **state)
{
    struct fixture *f = *state;
    uint32_t dataset = akin_test_put_dataset(f->store, "S");
    struct akin_image_record image = akin_test_image(dataset, "/d/\xfe.tif");
    struct akin_image_record got = {0};
    struct akin_described described;
    struct put put = {&image, &described};
    struct akin_error err = {0};

    akin_test_describe(1, 5, 3, &described);
    image.info = (struct akin_image_info){.format = "png",
                                          .dim_x = 1,
                                          .dim_y = 2,
                                          .dim_z = 3,
                                          .dim_c = 4,
                                          .dim_t = 5,
                                          .colour = AKIN_COLOUR_RGB,
                                          .bits = 12,
                                          .is_float = true,
                                          .pixel_um_x = 0.1,
                                          .pixel_um_y = 1.0 / 3,
                                          .pixel_um_z = 1e-9,
                                          .note = "truncated"};
    image.extra = akin_json_object();
    akin_json_set_text(image.extra, "stain", "H\xc3\xa4matoxylin");
    assert_ok(akin_store_update(f->store, put_body, &put, &err));
    assert_int_equal(image.number, 1);
    assert_int_equal(image.n_tiles, 5);

    assert_ok(akin_image_get(look(f), 1, &got, &err));
    assert_int_equal(got.number, 1);
    assert_int_equal(got.dataset, dataset);
    assert_int_equal(got.first_tile, 0);
    assert_int_equal(got.n_tiles, 5);
    assert_string_equal(got.path, "/d/\xfe.tif"); /* bytes, not text */
    assert_string_equal(got.name, image.name);
    assert_memory_equal(got.hash.bytes, image.hash.bytes, 16);
    assert_int_equal(got.size_bytes, 4096);
    assert_string_equal(got.info.format, "png");
    assert_int_equal(got.info.dim_x, 1);
    assert_int_equal(got.info.dim_y, 2);
    assert_int_equal(got.info.dim_z, 3);
    assert_int_equal(got.info.dim_c, 4);
    assert_int_equal(got.info.dim_t, 5);
    assert_int_equal(got.info.colour, AKIN_COLOUR_RGB);
    assert_int_equal(got.info.bits, 12);
    assert_true(got.info.is_float);
    assert_true(got.info.pixel_um_x == 0.1);
    assert_true(got.info.pixel_um_y == 1.0 / 3);
    assert_true(got.info.pixel_um_z == 1e-9);
    assert_string_equal(got.info.note, "truncated");
    assert_true(akin_json_equal(got.extra, image.extra));
    done(f);
    akin_image_record_free(&got);
    akin_image_record_free(&image);
    akin_test_described_free(&described);
}

/* Each of seven tiles read alone. */
static void
assert_one_by_one(struct fixture *f, uint32_t image,
                  const struct akin_tile *tiles, const float *features)
{
    struct akin_tile tile;
    float row[AKIN_N_FEATURES];
    struct akin_error err = {0};

    for (size_t i = 0; i < 7; i++) {
        assert_ok(akin_image_tile(f->txn, image, 7, i, &tile, &err));
        assert_memory_equal(&tile, &tiles[i], sizeof(tile));
        assert_ok(akin_image_tile_features(f->txn, image, 7, i, row, &err));
        assert_memory_equal(row, features + i * AKIN_N_FEATURES, sizeof(row));
    }
    assert_fails_with(akin_image_tile(f->txn, image, 8, 7, &tile, &err),
                      AKIN_EFORMAT, "7 tiles are stored, not 8");
    assert_fails_with(akin_image_tile_features(f->txn, 99, 7, 0, row, &err),
                      AKIN_ENOTFOUND, "no image 99");
}

static void
tiles_and_features_come_back(void **state)
{
    struct fixture *f = *state;
    uint32_t dataset = akin_test_put_dataset(f->store, "S");
    uint32_t image = akin_test_put_image(f->store, dataset, "a", 7, 9, 42);
    uint32_t plain = akin_test_put_image(f->store, dataset, "b", 2, 0, 43);
    struct akin_tile tiles[7];
    float features[7 * AKIN_N_FEATURES];
    struct akin_described want;
    struct akin_error err = {0};
    uint32_t *tile = NULL;
    float *copies = NULL;
    size_t n = 0;

    akin_test_describe(42, 7, 9, &want);
    assert_ok(akin_image_tiles(look(f), image, tiles, 7, &err));
    assert_memory_equal(tiles, want.tiles, sizeof(tiles));
    assert_ok(akin_image_features(f->txn, image, features, 7, &err));
    for (size_t i = 0; i < AKIN_COUNT(features); i++)
        assert_true(fabsf(features[i] - want.features[i]) <=
                    0x1p-11f * fabsf(want.features[i]) + 0x1p-25f);
    assert_one_by_one(f, image, tiles, features);
    assert_ok(akin_image_disturbed(f->txn, image, &tile, &copies, &n, &err));
    assert_int_equal(n, 9);
    assert_int_equal(tile[8], 1);
    assert_int_equal(akin__half_of(copies[9 * AKIN_N_FEATURES - 1]),
                     akin__half_of(want.disturbed[9 * AKIN_N_FEATURES - 1]));
    free(tile);
    free(copies);
    assert_fails_with(
        akin_image_disturbed(f->txn, plain, &tile, &copies, &n, &err),
        AKIN_ENOTFOUND, "disturbed");
    assert_fails_with(akin_image_tiles(f->txn, image, tiles, 6, &err),
                      AKIN_EFORMAT, "7 tiles are stored, not 6");
    assert_fails_with(akin_image_features(f->txn, 99, features, 7, &err),
                      AKIN_ENOTFOUND, "no image 99");
    done(f);
    akin_test_described_free(&want);
}

/* common/README.md, byte for byte. The last 8 bytes are checked by computing
 * them. */
static void
expect_bytes(struct fixture *f, enum akin_table table, struct akin_span want)
{
    struct akin__key key = akin__key_number(1);
    struct akin_error err = {0};
    struct akin_hash sum = akin_hash_of(want);
    struct akin_span value;

    assert_memory_equal(key.bytes, "\0\0\0\1", 4);
    assert_ok(akin_txn_get(look(f), table, akin__key_span(&key), &value, &err));
    assert_int_equal(value.len, want.len + 8);
    assert_memory_equal(value.data, want.data, want.len);
    assert_memory_equal(value.data + want.len, sum.bytes, 8);
    done(f);
}

static void
values_are_laid_out_as_the_readme_says(void **state)
{
    static const char tiles[] = "T\1\0\0\1\0\0\0"
                                "\1\0\0\0"
                                "\x34\x12\0\0\2\0\0\0\3\0\0\0\4\0\0\0"
                                "\5\0\0\0\6\0\0\0\7\0\0\0\10\0\0\0";
    static const char image[] =
        "I\1\0\0\1\0\0\0"
        "\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0hhhhhhhhhhhhhhhh"
        "\0\x10\0\0\0\0\0\0\1\0\0\0p\1\0\0\0p"
        "\3\0\0\0png\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5\0\0\0"
        "\1\0\0\0\20\0\0\0\1\0\0\0"
        "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\xe0\xbf\0\0\0\0\0\0\0\0"
        "\2\0\0\0no\7\0\0\0{\"a\":1}";
    static const char dataset[] = "D\1\0\0\1\0\0\0"
                                  "\1\0\0\0\xe8\3\0\0\0\0\0\0"
                                  "\x16\0\0\0{\"id\":\"S\",\"title\":\"S\"}";
    struct fixture *f = *state;
    struct akin_image_record record =
        akin_test_image(akin_test_put_dataset(f->store, "S"), "p");
    struct akin_tile tile = {0x1234, 2, 3, 4, 5, 6, 7, 8};
    float features[AKIN_N_FEATURES] = {1.0f, -2.0f, 65536.0f};
    struct akin_described described = {
        .tiles = &tile, .features = features, .n_tiles = 1};
    struct put put = {&record, &described};
    uint8_t rows[12 + 2 * AKIN_N_FEATURES] = {
        'F', 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0x3c, 0, 0xc0, 0xff, 0x7b};
    struct akin_error err = {0};

    memset(record.hash.bytes, 'h', 16);
    record.info = (struct akin_image_info){.format = "png",
                                           .dim_x = 1,
                                           .dim_y = 2,
                                           .dim_z = 3,
                                           .dim_c = 4,
                                           .dim_t = 5,
                                           .colour = AKIN_COLOUR_RGB,
                                           .bits = 16,
                                           .is_float = true,
                                           .pixel_um_x = 1.0,
                                           .pixel_um_y = -0.5,
                                           .note = "no"};
    record.extra = akin_json_object();
    akin_json_set_int(record.extra, "a", 1);
    assert_ok(akin_store_update(f->store, put_body, &put, &err));
    expect_bytes(f, AKIN_TABLE_DATASETS,
                 akin_span_of(dataset, sizeof(dataset) - 1));
    expect_bytes(f, AKIN_TABLE_IMAGES, akin_span_of(image, sizeof(image) - 1));
    expect_bytes(f, AKIN_TABLE_TILES, akin_span_of(tiles, sizeof(tiles) - 1));
    expect_bytes(f, AKIN_TABLE_FEATURES, akin_span_of(rows, sizeof(rows)));
    akin_image_record_free(&record);
}

static enum akin_status
remove_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const uint32_t *number = ctx;

    return akin_image_remove(txn, *number, err);
}

static void
numbers_and_ordinals_are_never_used_again(void **state)
{
    struct fixture *f = *state;
    uint32_t dataset = akin_test_put_dataset(f->store, "S");
    uint32_t a = akin_test_put_image(f->store, dataset, "a", 4, 0, 1);
    uint32_t b = akin_test_put_image(f->store, dataset, "b", 3, 0, 2);
    struct akin_image_brief brief;
    struct akin_error err = {0};
    uint32_t c;

    assert_ok(akin_image_brief(look(f), b, &brief, &err));
    assert_int_equal(brief.first_tile, 4);
    assert_int_equal(brief.n_tiles, 3);
    assert_int_equal(brief.dataset, dataset);
    done(f);
    assert_ok(akin_store_update(f->store, remove_body, &b, &err));
    assert_ok(akin_store_update(f->store, remove_body, &a, &err));
    c = akin_test_put_image(f->store, dataset, "c", 1, 0, 3);
    assert_int_equal(c, 3);
    assert_ok(akin_image_brief(look(f), c, &brief, &err));
    assert_int_equal(brief.first_tile, 7);
    assert_fails_with(akin_image_brief(f->txn, 4, &brief, &err), AKIN_ENOTFOUND,
                      "no image 4");
    done(f);
}

static void
expect_images(struct fixture *f, uint32_t dataset, const uint32_t *want,
              size_t n_want)
{
    struct akin_error err = {0};
    struct akin_txn *txn = look(f);
    uint32_t number = 0;

    for (size_t i = 0; i < n_want; i++) {
        assert_ok(akin_image_next(txn, dataset, &number, &err));
        assert_int_equal(number, want[i]);
    }
    assert_int_equal(akin_image_next(txn, dataset, &number, &err),
                     AKIN_ENOTFOUND);
    assert_string_equal(err.text, "");
    done(f);
}

static uint64_t
count(struct fixture *f, enum akin_table table)
{
    struct akin_error err = {0};
    uint64_t n = 0;

    assert_ok(akin_txn_count(look(f), table, &n, &err));
    done(f);
    return n;
}

static enum akin_status
remove_all_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    uint64_t *n = ctx; /* in: dataset; out: images removed */
    uint64_t removed = 0;
    enum akin_status st =
        akin_image_remove_all(txn, (uint32_t)n[0], &removed, err);

    n[1] = removed;
    return st;
}

static void
removal_takes_everything_of_an_image_and_nothing_else(void **state)
{
    static const enum akin_table tables[] = {
        AKIN_TABLE_IMAGES, AKIN_TABLE_DATASET_IMAGES, AKIN_TABLE_IMAGE_HASHES,
        AKIN_TABLE_TILES,  AKIN_TABLE_FEATURES,       AKIN_TABLE_DISTURBED};
    struct fixture *f = *state;
    uint32_t one = akin_test_put_dataset(f->store, "S");
    uint32_t two = akin_test_put_dataset(f->store, "T");
    struct akin_error err = {0};
    uint64_t all[2] = {one, 0}, none[2] = {0, 0};
    uint32_t gone = 2;

    for (uint64_t i = 0; i < 6; i++)
        (void)akin_test_put_image(f->store, i % 2 == 0 ? one : two,
                                  i < 3 ? "a" : "b", 3, 1, i);
    expect_images(f, one, (const uint32_t[]){1, 3, 5}, 3);
    expect_images(f, 0, (const uint32_t[]){1, 2, 3, 4, 5, 6}, 6);
    assert_ok(akin_store_update(f->store, remove_body, &gone, &err));
    assert_ok(akin_store_update(f->store, remove_body, &gone, &err));
    expect_images(f, two, (const uint32_t[]){4, 6}, 2);
    assert_ok(akin_store_update(f->store, remove_all_body, all, &err));
    assert_int_equal(all[1], 3);
    expect_images(f, one, NULL, 0);
    expect_images(f, 0, (const uint32_t[]){4, 6}, 2);
    for (size_t i = 0; i < AKIN_COUNT(tables); i++)
        assert_int_equal(count(f, tables[i]), 2);
    assert_ok(akin_verify(f->store, NULL, &err));
    assert_fails_with(akin_store_update(f->store, remove_all_body, none, &err),
                      AKIN_EINVAL, "number 0");
}

static void
images_are_found_by_their_hash_smallest_number_first(void **state)
{
    struct fixture *f = *state;
    uint32_t dataset = akin_test_put_dataset(f->store, "S");
    struct akin_hash hash = akin_hash_of(akin_span_str("same"));
    struct akin_hash other = akin_hash_of(akin_span_str("else"));
    struct akin_error err = {0};
    uint32_t numbers[4] = {0};
    size_t n = 99;

    (void)akin_test_put_image(f->store, dataset, "same", 1, 0, 1);
    (void)akin_test_put_image(f->store, dataset, "x", 1, 0, 2);
    (void)akin_test_put_image(f->store, dataset, "same", 1, 0, 3);
    assert_ok(akin_image_by_hash(look(f), &hash, numbers, 4, &n, &err));
    assert_int_equal(n, 2);
    assert_int_equal(numbers[0], 1);
    assert_int_equal(numbers[1], 3);
    assert_ok(akin_image_by_hash(f->txn, &hash, numbers, 1, &n, &err));
    assert_int_equal(n, 1);
    assert_ok(akin_image_by_hash(f->txn, &other, numbers, 4, &n, &err));
    assert_int_equal(n, 0);
    done(f);
}

static void
what_cannot_be_stored_is_refused_and_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    uint32_t dataset = akin_test_put_dataset(f->store, "S");
    struct akin_image_record image = akin_test_image(dataset, "/a.tif");
    struct akin_described described;
    struct put put = {&image, &described};
    struct akin_error err = {0};
    char *path;

    akin_test_describe(1, 3, 1, &described);
    described.features[2 * AKIN_N_FEATURES + 5] = NAN;
    assert_fails_with(akin_store_update(f->store, put_body, &put, &err),
                      AKIN_EINVAL, "/a.tif: feature 5 of tile 2 is not");
    described.features[2 * AKIN_N_FEATURES + 5] = 1;
    described.disturbed[3] = INFINITY;
    assert_fails_with(akin_store_update(f->store, put_body, &put, &err),
                      AKIN_EINVAL, "feature 3 of tile 0");
    described.disturbed[3] = 0;
    described.disturbed_tile[0] = 3;
    assert_fails_with(akin_store_update(f->store, put_body, &put, &err),
                      AKIN_EINVAL, "copy of tile 3, but there are 3");
    described.disturbed_tile[0] = 0;
    image.dataset = 9;
    assert_fails_with(akin_store_update(f->store, put_body, &put, &err),
                      AKIN_EINVAL, "no dataset 9");
    image.dataset = dataset;
    path = image.path;
    image.path = NULL;
    assert_fails_with(akin_store_update(f->store, put_body, &put, &err),
                      AKIN_EINVAL, "a path and a name");
    image.path = path;
    assert_int_equal(count(f, AKIN_TABLE_IMAGES), 0);
    assert_int_equal(count(f, AKIN_TABLE_TILES), 0);
    assert_ok(akin_store_update(f->store, put_body, &put, &err));
    assert_int_equal(image.number, 1); /* failures use no number up */
    akin_image_record_free(&image);
    akin_test_described_free(&described);
}

/* ---- damage ---- */

struct damage {
    enum akin_table table;
    struct akin_span bytes;
};

static enum akin_status
damage_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const struct damage *damage = ctx;
    struct akin__key key = akin__key_number(1);

    return akin_txn_put(txn, damage->table, akin__key_span(&key), damage->bytes,
                        err);
}

/* Image 1 read in the way that looks at a table. */
static enum akin_status
read_table(struct fixture *f, enum akin_table table, struct akin_error *err)
{
    struct akin_image_record record = {0};
    struct akin_tile tiles[2];
    float features[2 * AKIN_N_FEATURES], *copies = NULL;
    uint32_t *tile = NULL;
    enum akin_status st = AKIN_EINTERNAL;
    size_t n = 0;

    (void)look(f);
    if (table == AKIN_TABLE_IMAGES)
        st = akin_image_get(f->txn, 1, &record, err);
    else if (table == AKIN_TABLE_TILES)
        st = akin_image_tiles(f->txn, 1, tiles, 2, err);
    else if (table == AKIN_TABLE_FEATURES)
        st = akin_image_features(f->txn, 1, features, 2, err);
    else
        st = akin_image_disturbed(f->txn, 1, &tile, &copies, &n, err);
    done(f);
    akin_image_record_free(&record);
    free(tile);
    free(copies);
    return st;
}

static void
put_bytes(struct fixture *f, enum akin_table table, struct akin_span bytes)
{
    struct damage damage = {table, bytes};
    struct akin_error err = {0};

    assert_ok(akin_store_update(f->store, damage_body, &damage, &err));
}

static void
copy_bytes(struct fixture *f, enum akin_table table, struct akin_buf *out)
{
    struct akin__key key = akin__key_number(1);
    struct akin_error err = {0};
    struct akin_span value;

    assert_ok(akin_txn_get(look(f), table, akin__key_span(&key), &value, &err));
    akin_buf_put(out, value.data, value.len);
    done(f);
}

static void
expect_all_damage_found(struct fixture *f, enum akin_table table)
{
    struct akin_buf whole = {0};
    struct akin_error err = {0};

    copy_bytes(f, table, &whole);
    for (size_t i = 0; i < whole.len; i += i < 60 ? 1 : 23) {
        put_bytes(f, table, akin_span_of(whole.data, i));
        assert_int_equal(read_table(f, table, &err), AKIN_EFORMAT);
        whole.data[i] ^= 4;
        put_bytes(f, table, akin_buf_span(&whole));
        assert_int_equal(read_table(f, table, &err), AKIN_EFORMAT);
        assert_non_null(strstr(err.text, "image 1"));
        whole.data[i] ^= 4;
    }
    put_bytes(f, table, akin_buf_span(&whole));
    assert_ok(read_table(f, table, &err));
    akin_buf_free(&whole);
}

static void
damaged_values_are_sentences_wherever_they_are_damaged(void **state)
{
    static const enum akin_table tables[] = {
        AKIN_TABLE_IMAGES, AKIN_TABLE_TILES, AKIN_TABLE_FEATURES,
        AKIN_TABLE_DISTURBED};
    struct fixture *f = *state;
    uint32_t dataset = akin_test_put_dataset(f->store, "S");

    (void)akin_test_put_image(f->store, dataset, "/a.tif", 2, 1, 1);
    for (size_t t = 0; t < AKIN_COUNT(tables); t++)
        expect_all_damage_found(f, tables[t]);
}

/* Frames whose check sum is right and whose fields lie. */
static void
values_that_lie_about_their_sizes_are_sentences(void **state)
{
    static const uint32_t counts[] = {0, 1, 3, 0x7fffffff, 0xffffffff};
    struct akin_tile tiles[2];
    float features[2 * AKIN_N_FEATURES], *copies = NULL;
    uint32_t *tile = NULL;
    struct akin_error err = {0};
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(counts); i++) {
        static const enum akin__frame_kind kinds[] = {
            AKIN__FRAME_TILES, AKIN__FRAME_FEATURES, AKIN__FRAME_DISTURBED};

        for (size_t k = 0; k < AKIN_COUNT(kinds); k++) {
            struct akin_buf value = {0};
            struct akin_span span;

            akin__frame_begin(&value, kinds[k], 1);
            akin__frame_u32(&value, counts[i]);
            akin__frame_u64(&value, 0);
            akin__frame_end(&value);
            span = akin_buf_span(&value);
            if (kinds[k] == AKIN__FRAME_TILES)
                assert_int_equal(akin__tiles_decode(span, 1, tiles, 2, &err),
                                 AKIN_EFORMAT);
            else if (kinds[k] == AKIN__FRAME_FEATURES)
                assert_int_equal(akin__features_decode(span, 1, features, 2,
                                                       AKIN_N_FEATURES, &err),
                                 AKIN_EFORMAT);
            else
                assert_int_equal(akin__disturbed_decode(span, 1, 2,
                                                        AKIN_N_FEATURES, &tile,
                                                        &copies, &n, &err),
                                 AKIN_EFORMAT);
            akin_buf_free(&value);
        }
    }
    assert_null(tile);
    assert_null(copies);
}

static void
a_damaged_image_can_still_be_removed(void **state)
{
    struct fixture *f = *state;
    uint32_t dataset = akin_test_put_dataset(f->store, "S");
    struct damage junk = {AKIN_TABLE_IMAGES, akin_span_str("junk")};
    uint32_t number = 1;
    struct akin_error err = {0};

    (void)akin_test_put_image(f->store, dataset, "/a.tif", 2, 1, 1);
    (void)akin_test_put_image(f->store, dataset, "/b.tif", 2, 1, 1);
    assert_ok(akin_store_update(f->store, damage_body, &junk, &err));
    assert_int_equal(akin_verify(f->store, NULL, &err), AKIN_EFORMAT);
    assert_ok(akin_store_update(f->store, remove_body, &number, &err));
    assert_ok(akin_verify(f->store, NULL, &err));
    expect_images(f, dataset, (const uint32_t[]){2}, 1);
}

int
main(void)
{
#define WITH_STORE(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_half_comes_back_as_itself),
        cmocka_unit_test(halves_are_the_nearest_and_even_on_ties),
        WITH_STORE(an_image_comes_back_as_it_was),
        WITH_STORE(tiles_and_features_come_back),
        WITH_STORE(values_are_laid_out_as_the_readme_says),
        WITH_STORE(numbers_and_ordinals_are_never_used_again),
        WITH_STORE(removal_takes_everything_of_an_image_and_nothing_else),
        WITH_STORE(images_are_found_by_their_hash_smallest_number_first),
        WITH_STORE(what_cannot_be_stored_is_refused_and_leaves_nothing),
        WITH_STORE(damaged_values_are_sentences_wherever_they_are_damaged),
        cmocka_unit_test(values_that_lie_about_their_sizes_are_sentences),
        WITH_STORE(a_damaged_image_can_still_be_removed),
    };

    return cmocka_run_group_tests_name("image_record", tests, NULL, NULL);
}
