/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/config.h"
#include "akin/file.h"
#include "akin/generation.h"
#include "akin/source_state.h"
#include "akin/verify.h"
#include "akin_test_store.h"
#include "store_values.h"

/* The store that everything here starts from:
 *   dataset 1 "A" with one old version, dataset 2 "B", dataset 3 "G" removed
 *   image 1 of A (2 tiles, 1 disturbed, a thumbnail), image 2 of B (3 tiles)
 *   /a.tif became image 1; /bad.tif is in quarantine */

static enum akin_status
more_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct akin_json *changed = akin_json_object();
    struct akin_source_state state = {.image = 1, .dataset = 1};
    struct akin__key one = akin__key_number(1);
    enum akin_dataset_change change;
    uint32_t number;
    enum akin_status st;

    (void)ctx;
    akin_json_set_text(changed, "id", "A");
    st = akin_dataset_put(txn, changed, 2000, &number, &change, err);
    akin_json_free(changed);
    if (st == AKIN_OK)
        st = akin_dataset_remove(txn, "G", "gone", 3000, err);
    if (st == AKIN_OK)
        st = akin_source_put(txn, "/a.tif", &state, err);
    if (st == AKIN_OK)
        st = akin_quarantine_put(txn, "/bad.tif", "broken", 3000, err);
    if (st == AKIN_OK)
        st = akin_txn_put(txn, AKIN_TABLE_THUMBNAILS, akin__key_span(&one),
                          akin_span_str("jpeg"), err);
    return st;
}

static struct akin_store *
sample_store(const char *dir)
{
    struct akin_store *store = NULL;
    struct akin_error err = {0};

    assert_ok(akin_store_open(dir, AKIN_STORE_CREATE, &store, &err));
    assert_int_equal(akin_test_put_dataset(store, "A"), 1);
    assert_int_equal(akin_test_put_dataset(store, "B"), 2);
    assert_int_equal(akin_test_put_dataset(store, "G"), 3);
    assert_int_equal(akin_test_put_image(store, 1, "/a.tif", 2, 1, 1), 1);
    assert_int_equal(akin_test_put_image(store, 2, "/b.tif", 3, 0, 2), 2);
    assert_ok(akin_store_update(store, more_body, NULL, &err));
    return store;
}

static void
a_sound_store_has_no_problems(void **state)
{
    char *dir = akin_test_folder();
    struct akin_store *store = sample_store(dir);
    struct akin_json *problems = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_verify(store, &problems, &err));
    assert_int_equal(akin_json_type(problems), AKIN_JSON_ARRAY);
    assert_int_equal(akin_json_count(problems), 0);
    akin_json_free(problems);
    assert_ok(akin_verify(store, NULL, &err));
    akin_store_close(store);
    akin_test_remove(dir);
}

static void
an_empty_store_has_no_problems(void **state)
{
    char *dir = akin_test_folder();
    struct akin_store *store = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_store_open(dir, AKIN_STORE_CREATE, &store, &err));
    assert_ok(akin_verify(store, NULL, &err));
    akin_store_close(store);
    akin_test_remove(dir);
}

#define BYTES(literal)                                                         \
    {                                                                          \
        (const uint8_t *)(literal), sizeof(literal) - 1                        \
    }

enum act {
    DEL, /* the key */
    PUT, /* the value under the key */
    COPY /* what is under the value, as a key, to the key */
};

static const struct plant {
    const char *says;
    enum act act;
    enum akin_table table;
    struct akin_span key, value;
} plants[] = {
    /* datasets */
    {"the id A leads to dataset 1, which is not there",
     DEL,
     AKIN_TABLE_DATASETS,
     BYTES("\0\0\0\1"),
     {NULL, 0}},
    {"image 1 belongs to dataset 1, which is not there",
     DEL,
     AKIN_TABLE_DATASETS,
     BYTES("\0\0\0\1"),
     {NULL, 0}},
    {"/a.tif belongs to dataset 1, which is not there",
     DEL,
     AKIN_TABLE_DATASETS,
     BYTES("\0\0\0\1"),
     {NULL, 0}},
    {"dataset 1: a stored value is cut off", PUT, AKIN_TABLE_DATASETS,
     BYTES("\0\0\0\1"), BYTES("junk")},
    {"dataset 1: a stored value is damaged", PUT, AKIN_TABLE_DATASETS,
     BYTES("\0\0\0\1"), BYTES("much more junk than that")},
    {"dataset 1: a stored value is not where it belongs", COPY,
     AKIN_TABLE_DATASETS, BYTES("\0\0\0\1"), BYTES("\0\0\0\2")},
    {"datasets: a key has 3 bytes", PUT, AKIN_TABLE_DATASETS, BYTES("abc"),
     BYTES("x")},
    {"dataset 1: its id A leads to 0",
     DEL,
     AKIN_TABLE_DATASET_IDS,
     BYTES("A"),
     {NULL, 0}},
    {"the id Z leads to dataset 1, whose id is A", PUT, AKIN_TABLE_DATASET_IDS,
     BYTES("Z"), BYTES("\1\0\0\0")},
    {"the id Z leads to dataset 8, which is not there", PUT,
     AKIN_TABLE_DATASET_IDS, BYTES("Z"), BYTES("\10\0\0\0")},
    {"the id A has a damaged number", PUT, AKIN_TABLE_DATASET_IDS, BYTES("A"),
     BYTES("xx")},
    {"dataset 1 should have the old versions 1 to 1, and has 0",
     DEL,
     AKIN_TABLE_VERSIONS,
     BYTES("\0\0\0\1\0\0\0\1"),
     {NULL, 0}},
    {"dataset 1: version 1 is kept as 3", COPY, AKIN_TABLE_VERSIONS,
     BYTES("\0\0\0\1\0\0\0\3"), BYTES("\0\0\0\1\0\0\0\1")},
    {"and has 2 with a gap", COPY, AKIN_TABLE_VERSIONS,
     BYTES("\0\0\0\1\0\0\0\3"), BYTES("\0\0\0\1\0\0\0\1")},
    {"version 1: dataset 1: a stored value is cut off", PUT,
     AKIN_TABLE_VERSIONS, BYTES("\0\0\0\1\0\0\0\1"), BYTES("junk")},
    {"versions: a key has 2 bytes", PUT, AKIN_TABLE_VERSIONS, BYTES("ab"),
     BYTES("x")},
    {"version 1 of dataset 3, which neither is there nor has a tombstone",
     DEL,
     AKIN_TABLE_TOMBSTONES,
     BYTES("G"),
     {NULL, 0}},
    {"the tombstone of dataset G: JSON", PUT, AKIN_TABLE_TOMBSTONES, BYTES("G"),
     BYTES("{")},
    {"the tombstone of dataset G: it has no number", PUT, AKIN_TABLE_TOMBSTONES,
     BYTES("G"), BYTES("{\"id\":\"G\",\"number\":-1}")},
    {"dataset A is there and has a tombstone", PUT, AKIN_TABLE_TOMBSTONES,
     BYTES("A"), BYTES("{\"id\":\"A\",\"number\":1}")},
    {"has the number 1 of a dataset that is there", PUT, AKIN_TABLE_TOMBSTONES,
     BYTES("H"), BYTES("{\"id\":\"H\",\"number\":1}")},
    {"the tombstone of H names another dataset", PUT, AKIN_TABLE_TOMBSTONES,
     BYTES("H"), BYTES("{\"id\":\"G\",\"number\":3}")},
    {"the tombstone of H has a number that was never given", PUT,
     AKIN_TABLE_TOMBSTONES, BYTES("H"), BYTES("{\"id\":\"H\",\"number\":9}")},
    {"the tombstone of G: its last version was not kept",
     DEL,
     AKIN_TABLE_VERSIONS,
     BYTES("\0\0\0\3\0\0\0\1"),
     {NULL, 0}},
    /* manifest */
    {"dataset 2 has a number that was never given", PUT, AKIN_TABLE_MANIFEST,
     BYTES("last-dataset"), BYTES("1")},
    {"last-dataset is not a number", PUT, AKIN_TABLE_MANIFEST,
     BYTES("last-dataset"), BYTES("many")},
    {"image 2 has a number that was never given", PUT, AKIN_TABLE_MANIFEST,
     BYTES("last-image"), BYTES("1")},
    {"tiles have ordinals that were never given", PUT, AKIN_TABLE_MANIFEST,
     BYTES("tile-ordinals"), BYTES("4")},
    {"the manifest has no uuid",
     DEL,
     AKIN_TABLE_MANIFEST,
     BYTES("uuid"),
     {NULL, 0}},
    {"does not say when the store was made",
     DEL,
     AKIN_TABLE_MANIFEST,
     BYTES("created"),
     {NULL, 0}},
    {"the store has schema 9", PUT, AKIN_TABLE_MANIFEST, BYTES("schema"),
     BYTES("9")},
    {"generation 7: ", PUT, AKIN_TABLE_MANIFEST, BYTES("current"), BYTES("7")},
    /* images */
    {"tiles of image 1, which is not there",
     DEL,
     AKIN_TABLE_IMAGES,
     BYTES("\0\0\0\1"),
     {NULL, 0}},
    {"features of image 1, which is not there",
     DEL,
     AKIN_TABLE_IMAGES,
     BYTES("\0\0\0\1"),
     {NULL, 0}},
    {"disturbed copies of image 1, which is not there",
     DEL,
     AKIN_TABLE_IMAGES,
     BYTES("\0\0\0\1"),
     {NULL, 0}},
    {"a thumbnail of image 1, which is not there",
     DEL,
     AKIN_TABLE_IMAGES,
     BYTES("\0\0\0\1"),
     {NULL, 0}},
    {"dataset 1 lists image 1, which is not there",
     DEL,
     AKIN_TABLE_IMAGES,
     BYTES("\0\0\0\1"),
     {NULL, 0}},
    {"a hash leads to image 1, which is not there",
     DEL,
     AKIN_TABLE_IMAGES,
     BYTES("\0\0\0\1"),
     {NULL, 0}},
    {"/a.tif became image 1, which is not there",
     DEL,
     AKIN_TABLE_IMAGES,
     BYTES("\0\0\0\1"),
     {NULL, 0}},
    {"image 1: a stored value is cut off", PUT, AKIN_TABLE_IMAGES,
     BYTES("\0\0\0\1"), BYTES("junk")},
    {"image 1: a stored value is not where it belongs", COPY, AKIN_TABLE_IMAGES,
     BYTES("\0\0\0\1"), BYTES("\0\0\0\2")},
    {"images: a key has 5 bytes", PUT, AKIN_TABLE_IMAGES, BYTES("\0\0\0\1x"),
     BYTES("junk")},
    {"image 1 is not listed by its dataset 1",
     DEL,
     AKIN_TABLE_DATASET_IMAGES,
     BYTES("\0\0\0\1\0\0\0\1"),
     {NULL, 0}},
    {"dataset 2 lists image 1 of dataset 1",
     PUT,
     AKIN_TABLE_DATASET_IMAGES,
     BYTES("\0\0\0\2\0\0\0\1"),
     {NULL, 0}},
    {"dataset-images: a key has 4 bytes",
     PUT,
     AKIN_TABLE_DATASET_IMAGES,
     BYTES("\0\0\0\2"),
     {NULL, 0}},
    {"a hash leads to image 1, which has another",
     PUT,
     AKIN_TABLE_IMAGE_HASHES,
     BYTES("0123456789abcdef\0\0\0\1"),
     {NULL, 0}},
    {"image-hashes: a key has 16 bytes",
     PUT,
     AKIN_TABLE_IMAGE_HASHES,
     BYTES("0123456789abcdef"),
     {NULL, 0}},
    {"image 1 has no tiles",
     DEL,
     AKIN_TABLE_TILES,
     BYTES("\0\0\0\1"),
     {NULL, 0}},
    {"the tiles of image 1: a stored value is not where it belongs", COPY,
     AKIN_TABLE_TILES, BYTES("\0\0\0\1"), BYTES("\0\0\0\2")},
    {"image 1 has no features",
     DEL,
     AKIN_TABLE_FEATURES,
     BYTES("\0\0\0\1"),
     {NULL, 0}},
    {"the features of image 1: a stored value is cut off", PUT,
     AKIN_TABLE_FEATURES, BYTES("\0\0\0\1"), BYTES("junk")},
    {"the disturbed copies of image 1: a stored value is cut off", PUT,
     AKIN_TABLE_DISTURBED, BYTES("\0\0\0\1"), BYTES("junk")},
    {"disturbed copies of image 9, which is not there", COPY,
     AKIN_TABLE_DISTURBED, BYTES("\0\0\0\11"), BYTES("\0\0\0\1")},
    {"a thumbnail: a key has 1 bytes", PUT, AKIN_TABLE_THUMBNAILS, BYTES("x"),
     BYTES("jpeg")},
    /* what the indexer remembers */
    {"the state of /b.tif: a stored value is cut off", PUT, AKIN_TABLE_SOURCES,
     BYTES("/b.tif"), BYTES("junk")},
    {"quarantine: an entry is no JSON", PUT, AKIN_TABLE_QUARANTINE,
     BYTES("/x.tif"), BYTES("{")},
    {"quarantine: an entry lacks path, reason or time", PUT,
     AKIN_TABLE_QUARANTINE, BYTES("/x.tif"), BYTES("{\"path\":\"/x.tif\"}")},
    {"the entry of /bad.tif is under another path", COPY, AKIN_TABLE_QUARANTINE,
     BYTES("/x.tif"), BYTES("/bad.tif")},
};

static enum akin_status
plant_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const struct plant *plant = ctx;
    struct akin_span value = plant->value;
    struct akin_buf copy = {0};
    enum akin_status st = AKIN_OK;

    if (plant->act == DEL)
        return akin_txn_del(txn, plant->table, plant->key, err);
    if (plant->act == COPY)
        st = akin_txn_get(txn, plant->table, plant->value, &value, err);
    if (st != AKIN_OK)
        return AKIN_FAIL(err, st, "there is nothing to copy");
    akin_buf_put(&copy, value.data, value.len);
    st = akin_txn_put(txn, plant->table, plant->key, akin_buf_span(&copy), err);
    akin_buf_free(&copy);
    return st;
}

/* verify must answer EFORMAT with its first sentence, and have one that says
 * this among all. */
static void
expect_problem(struct akin_store *store, const char *says)
{
    struct akin_json *problems = NULL;
    struct akin_error err = {0};
    bool found = false;

    if (akin_verify(store, &problems, &err) != AKIN_EFORMAT)
        fail_msg("not found: %s", says);
    assert_string_equal(err.text, akin_json_string(akin_json_at(problems, 0)));
    for (size_t i = 0; i < akin_json_count(problems); i++)
        found = found || strstr(akin_json_string(akin_json_at(problems, i)),
                                says) != NULL;
    if (!found) {
        for (size_t i = 0; i < akin_json_count(problems); i++)
            print_message("  has: %s\n",
                          akin_json_string(akin_json_at(problems, i)));
        fail_msg("no problem says \"%s\"", says);
    }
    akin_json_free(problems);
}

/* Takes back what a plant did. */
struct undo {
    const struct plant *plant;
    struct akin_buf before;
    bool was_there;
};

static enum akin_status
undo_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const struct undo *undo = ctx;

    if (!undo->was_there)
        return akin_txn_del(txn, undo->plant->table, undo->plant->key, err);
    return akin_txn_put(txn, undo->plant->table, undo->plant->key,
                        akin_buf_span(&undo->before), err);
}

static void
remember(struct akin_store *store, struct undo *undo)
{
    struct akin_error err = {0};
    struct akin_txn *txn = NULL;
    struct akin_span value;

    assert_ok(akin_txn_read(store, &txn, &err));
    undo->was_there = akin_txn_get(txn, undo->plant->table, undo->plant->key,
                                   &value, &err) == AKIN_OK;
    if (undo->was_there && value.len > 0)
        akin_buf_put(&undo->before, value.data, value.len);
    akin_txn_end(txn);
}

static void
each_planted_damage_is_found_and_named(void **state)
{
    char *dir = akin_test_folder();
    struct akin_store *store = sample_store(dir);

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(plants); i++) {
        struct plant plant = plants[i];
        struct undo undo = {.plant = &plants[i]};
        struct akin_error err = {0};

        remember(store, &undo);
        assert_ok(akin_store_update(store, plant_body, &plant, &err));
        expect_problem(store, plants[i].says);
        assert_ok(akin_store_update(store, undo_body, &undo, &err));
        assert_ok(akin_verify(store, NULL, &err));
        akin_buf_free(&undo.before);
    }
    akin_store_close(store);
    akin_test_remove(dir);
}

static enum akin_status
reuse_ordinals(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    (void)ctx;
    return akin_manifest_set_number(txn, AKIN__N_ORDINALS, 1, err);
}

static void
images_that_share_ordinals_are_named(void **state)
{
    char *dir = akin_test_folder();
    struct akin_store *store = sample_store(dir);
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_store_update(store, reuse_ordinals, NULL, &err));
    (void)akin_test_put_image(store, 1, "/c.tif", 30, 0, 3);
    expect_problem(store, "image 3: its tiles 1 and on are also those of an "
                          "earlier image");
    akin_store_close(store);
    akin_test_remove(dir);
}

static enum akin_status
put_state(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    return akin_source_put(txn, "/a.tif", ctx, err);
}

static void
states_of_wrong_images_and_datasets_are_named(void **state)
{
    struct akin_source_state other = {.image = 2, .dataset = 1};
    struct akin_source_state gone = {.image = 0, .dataset = 3};
    struct akin_source_state fine = {.image = 0, .dataset = 0};
    char *dir = akin_test_folder();
    struct akin_store *store = sample_store(dir);
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_store_update(store, put_state, &other, &err));
    expect_problem(store, "/a.tif belongs to dataset 1, its image 2 to 2");
    assert_ok(akin_store_update(store, put_state, &gone, &err));
    expect_problem(store, "/a.tif belongs to dataset 3, which is not there");
    assert_ok(akin_store_update(store, put_state, &fine, &err));
    assert_ok(akin_verify(store, NULL, &err));
    akin_store_close(store);
    akin_test_remove(dir);
}

/* One bit of a published file. */
static void
flip_bit(const char *dir, const char *below)
{
    char *path = akin_path_join(dir, below);
    struct akin_buf bytes = {0};
    struct akin_error err = {0};

    assert_ok(akin_file_read(path, (uint64_t)1 << 30, &bytes, &err));
    bytes.data[bytes.len / 2] ^= 1;
    assert_ok(akin_file_write(path, akin_buf_span(&bytes), &err));
    akin_buf_free(&bytes);
    free(path);
}

static enum akin_status
remove_image(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const uint32_t *number = ctx;
    enum akin_status st = akin_image_remove(txn, *number, err);

    return st == AKIN_OK ? akin_source_del(txn, "/a.tif", err) : st;
}

static void
a_damaged_generation_is_named(void **state)
{
    static const char *const files[] = {
        "gen-000001/vectors.f32", "gen-000001/images.bin",
        "gen-000001/projection.bin", "gen-000001/manifest.json"};
    char *dir = akin_test_folder();
    struct akin_store *store = sample_store(dir);
    struct akin_publish_report report = {0};
    struct akin_config config;
    struct akin_error err = {0};
    uint32_t gone = 1;

    (void)state;
    akin_config_init(&config);
    assert_ok(
        akin_generation_publish(store, &config, NULL, NULL, &report, &err));
    assert_ok(akin_verify(store, NULL, &err));
    for (size_t i = 0; i < AKIN_COUNT(files); i++) {
        flip_bit(dir, files[i]);
        expect_problem(store, "generation 1: ");
        flip_bit(dir, files[i]);
        assert_ok(akin_verify(store, NULL, &err));
    }
    /* What is removed later stays in its generation, masked. */
    assert_ok(akin_store_update(store, remove_image, &gone, &err));
    assert_ok(akin_verify(store, NULL, &err));
    akin_store_close(store);
    akin_test_remove(dir);
}

static enum akin_status
shrink_image(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct akin_image_record image = akin_test_image(2, "/b.tif");
    struct akin_described described;
    enum akin_status st = akin_image_remove(txn, 2, err);

    (void)ctx;
    akin_test_describe(2, 1, 0, &described);
    if (st == AKIN_OK) /* the number is given a second time */
        st = akin_manifest_set_number(txn, AKIN__LAST_IMAGE, 1, err);
    if (st == AKIN_OK)
        st = akin_image_put(txn, &image, &described, err);
    akin_test_described_free(&described);
    akin_image_record_free(&image);
    return st;
}

static void
a_generation_of_other_images_is_named(void **state)
{
    char *dir = akin_test_folder();
    struct akin_store *store = sample_store(dir);
    struct akin_publish_report report = {0};
    struct akin_config config;
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&config);
    assert_ok(
        akin_generation_publish(store, &config, NULL, NULL, &report, &err));
    assert_ok(akin_store_update(store, shrink_image, NULL, &err));
    expect_problem(store, "generation 1: image 2 has 3 tiles and dataset 2; "
                          "stored are 1 and 2");
    akin_store_close(store);
    akin_test_remove(dir);
}

/* The hash is not known in the table above. */
static enum akin_status
unlink_hash(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct akin_hash hash = akin_hash_of(akin_span_str("/a.tif"));
    struct akin__key key = akin__key_hash(&hash, 1);

    (void)ctx;
    return akin_txn_del(txn, AKIN_TABLE_IMAGE_HASHES, akin__key_span(&key),
                        err);
}

static void
an_image_without_its_hash_entry_is_named(void **state)
{
    char *dir = akin_test_folder();
    struct akin_store *store = sample_store(dir);
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_store_update(store, unlink_hash, NULL, &err));
    expect_problem(store, "image 1 is not found by its hash");
    akin_store_close(store);
    akin_test_remove(dir);
}

static enum akin_status
plant_many(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    (void)ctx;
    for (uint32_t i = 100; st == AKIN_OK && i < 3100; i++) {
        struct akin__key key = akin__key_number(i);

        st = akin_txn_put(txn, AKIN_TABLE_TILES, akin__key_span(&key),
                          akin_span_str("x"), err);
    }
    return st;
}

static void
a_store_full_of_problems_gives_a_thousand(void **state)
{
    char *dir = akin_test_folder();
    struct akin_store *store = sample_store(dir);
    struct akin_json *problems = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_store_update(store, plant_many, NULL, &err));
    assert_int_equal(akin_verify(store, &problems, &err), AKIN_EFORMAT);
    assert_int_equal(akin_json_count(problems), 1000);
    akin_json_free(problems);
    akin_store_close(store);
    akin_test_remove(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_store_has_no_problems),
        cmocka_unit_test(a_sound_store_has_no_problems),
        cmocka_unit_test(each_planted_damage_is_found_and_named),
        cmocka_unit_test(images_that_share_ordinals_are_named),
        cmocka_unit_test(states_of_wrong_images_and_datasets_are_named),
        cmocka_unit_test(an_image_without_its_hash_entry_is_named),
        cmocka_unit_test(a_damaged_generation_is_named),
        cmocka_unit_test(a_generation_of_other_images_is_named),
        cmocka_unit_test(a_store_full_of_problems_gives_a_thousand),
    };

    return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
