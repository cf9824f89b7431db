/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "akin/dataset.h"
#include "akin/file.h"
#include "ingest.h"
#include "writer.h"

#define EDGE 48 /* px of the test images */

struct fixture {
    char *folder;
    struct akin_store *store;
    struct akin_config config;
    struct akin_ingester *ingester;
    struct akin_summary summary;
    struct akin_writer writer;
    uint32_t dataset;
};

static enum akin_status
put_dataset(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct akin_json *record = akin_json_object();
    enum akin_dataset_change change;
    enum akin_status st;

    akin_json_set_text(record, "id", "set");
    akin_json_set_text(record, "title", "A set");
    st = akin_dataset_put(txn, record, 1, ctx, &change, err);
    akin_json_free(record);
    return st;
}

static int
setup(void **state)
{
    struct fixture *f = akin_new(1, sizeof(*f));
    struct akin_error err = {0};
    char *dir;

    f->folder = akin_test_folder();
    dir = akin_path_join(f->folder, "store");
    akin_config_init(&f->config);
    f->config.image_max_file_bytes = 100000;
    assert_ok(akin_store_open(dir, AKIN_STORE_CREATE, &f->store, &err));
    assert_ok(akin_store_update(f->store, put_dataset, &f->dataset, &err));
    assert_ok(akin_ingester_new(f->store, &f->config, &f->ingester, &err));
    f->writer = (struct akin_writer){.store = f->store, .summary = &f->summary};
    free(dir);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;

    akin_ingester_free(f->ingester);
    akin_summary_free(&f->summary);
    akin_store_close(f->store);
    akin_test_remove(f->folder);
    free(f);
    return 0;
}

/* A grey-looking 24-bit BMP with a pattern that depends on seed. The caller
 * frees the path. */
static char *
make_image(struct fixture *f, const char *name, uint64_t seed)
{
    static uint8_t bytes[54 + EDGE * EDGE * 3];
    struct akin_test_random random = {seed};
    char *path = akin_path_join(f->folder, name);
    struct akin_error err = {0};

    memset(bytes, 0, 54);
    bytes[0] = 'B';
    bytes[1] = 'M';
    akin_put_le32(bytes + 2, sizeof(bytes));
    akin_put_le32(bytes + 10, 54);
    akin_put_le32(bytes + 14, 40);
    akin_put_le32(bytes + 18, EDGE);
    akin_put_le32(bytes + 22, EDGE);
    akin_put_le16(bytes + 26, 1);
    akin_put_le16(bytes + 28, 24);
    for (size_t i = 54; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)akin_test_below(&random, 256);
    assert_ok(akin_file_write(path, akin_span_of(bytes, sizeof(bytes)), &err));
    return path;
}

static struct akin_ingested *
ingest(struct fixture *f, const char *path, uint64_t position)
{
    return akin_ingest(f->ingester, path, akin_path_base(path), f->dataset,
                       position);
}

/* Ingests and commits; gives the image's number, 0 for a bad one. */
static uint32_t
add(struct fixture *f, const char *path, uint64_t position)
{
    struct akin_ingested *in = ingest(f, path, position);
    struct akin_error err = {0};
    uint32_t number;

    assert_ok(akin_writer_put(&f->writer, &in, 1, &err));
    number = in->kind == AKIN_INGEST_BAD ? 0 : in->state.image;
    akin_ingested_free(in);
    return number;
}

static uint64_t
count(struct fixture *f, enum akin_table table)
{
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    uint64_t n = 0;

    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_txn_count(txn, table, &n, &err));
    akin_txn_end(txn);
    return n;
}

static void
a_new_image_is_described_and_stored(void **state)
{
    struct fixture *f = *state;
    char *path = make_image(f, "a.bmp", 1);
    struct akin_ingested *in = ingest(f, path, 1);

    assert_int_equal(in->kind, AKIN_INGEST_DESCRIBED);
    assert_false(in->is_known);
    assert_true(in->described.n_tiles > 0);
    assert_true(in->described.n_disturbed > 0); /* one of the first */
    assert_int_equal(in->record.info.dim_x, EDGE);
    akin_ingested_free(in);
    assert_int_not_equal(add(f, path, 1), 0);
    assert_int_equal(f->summary.images.added, 1);
    assert_int_equal(count(f, AKIN_TABLE_IMAGES), 1);
    free(path);
}

static void
the_same_bytes_at_the_same_path_are_only_touched(void **state)
{
    struct fixture *f = *state;
    char *path = make_image(f, "a.bmp", 1);
    uint32_t number = add(f, path, 1);
    struct akin_ingested *in = ingest(f, path, 2);

    assert_int_equal(in->kind, AKIN_INGEST_TOUCHED);
    akin_ingested_free(in);
    assert_int_equal(add(f, path, 2), number);
    assert_int_equal(f->summary.images.unchanged, 1);
    free(path);
}

static void
changed_bytes_replace_the_image(void **state)
{
    struct fixture *f = *state;
    char *path = make_image(f, "a.bmp", 1);
    uint32_t number = add(f, path, 1), again;

    free(path);
    path = make_image(f, "a.bmp", 2);
    again = add(f, path, 2);
    assert_true(again > number);
    assert_int_equal(f->summary.images.replaced, 1);
    assert_int_equal(count(f, AKIN_TABLE_IMAGES), 1);
    free(path);
}

static void
known_bytes_are_not_described_again_and_give_the_same(void **state)
{
    struct fixture *f = *state;
    char *a = make_image(f, "a.bmp", 1), *b = make_image(f, "b.bmp", 1);
    struct akin_ingested *first = ingest(f, a, 1), *second;

    (void)add(f, a, 1);
    second = ingest(f, b, 2);
    assert_int_equal(second->kind, AKIN_INGEST_DESCRIBED);
    assert_true(second->is_known);
    assert_int_equal(second->moved_from, 0); /* the first is still there */
    assert_int_equal(second->described.n_tiles, first->described.n_tiles);
    assert_int_equal(second->described.n_disturbed,
                     first->described.n_disturbed);
    for (size_t i = 0; i < first->described.n_tiles * AKIN_N_FEATURES; i++)
        assert_true(fabsf(first->described.features[i] -
                          second->described.features[i]) <=
                    1e-3f * (1 + fabsf(first->described.features[i])));
    akin_ingested_free(first);
    akin_ingested_free(second);
    (void)add(f, b, 2);
    assert_int_equal(count(f, AKIN_TABLE_IMAGES), 2);
    free(a);
    free(b);
}

static void
a_moved_file_takes_its_image_along(void **state)
{
    struct fixture *f = *state;
    char *a = make_image(f, "a.bmp", 1);
    char *b = akin_path_join(f->folder, "b.bmp");
    uint32_t number = add(f, a, 1);

    assert_int_equal(rename(a, b), 0);
    assert_true(add(f, b, 2) > number);
    assert_int_equal(f->summary.images.moved, 1);
    assert_int_equal(f->summary.images.added, 1);
    assert_int_equal(count(f, AKIN_TABLE_IMAGES), 1);
    assert_int_equal(count(f, AKIN_TABLE_SOURCES), 1);
    free(a);
    free(b);
}

static const struct {
    const char *name, *bytes, *says;
} bads[] = {
    {"empty.png", "", "empty"},
    {"text.tif", "no image at all", "first bytes"},
};

static void
bad_files_are_kept_with_their_reason(void **state)
{
    struct fixture *f = *state;
    char *missing = akin_path_join(f->folder, "missing.png");
    char *large = make_image(f, "large.bmp", 1);
    struct akin_error err = {0};
    struct akin_ingested *in;

    for (size_t i = 0; i < AKIN_COUNT(bads); i++) {
        char *path = akin_path_join(f->folder, bads[i].name);

        assert_ok(akin_file_write(path, akin_span_str(bads[i].bytes), &err));
        in = ingest(f, path, 1);
        assert_int_equal(in->kind, AKIN_INGEST_BAD);
        assert_non_null(strstr(in->error.text, bads[i].says));
        akin_ingested_free(in);
        assert_int_equal(add(f, path, 1), 0);
        free(path);
    }
    in = ingest(f, missing, 1);
    assert_int_equal(in->kind, AKIN_INGEST_BAD);
    akin_ingested_free(in);
    f->config.image_max_file_bytes = 100;
    in = ingest(f, large, 1);
    assert_non_null(strstr(in->error.text, "image.max_file_bytes"));
    akin_ingested_free(in);
    assert_int_equal(f->summary.n_bad, AKIN_COUNT(bads));
    assert_int_equal(count(f, AKIN_TABLE_QUARANTINE), AKIN_COUNT(bads));
    free(large);
    free(missing);
}

static void
a_file_that_heals_leaves_the_quarantine_and_back(void **state)
{
    struct fixture *f = *state;
    char *path = akin_path_join(f->folder, "a.bmp");
    struct akin_error err = {0};

    assert_ok(akin_file_write(path, akin_span_str("BM"), &err));
    assert_int_equal(add(f, path, 1), 0);
    assert_int_equal(count(f, AKIN_TABLE_QUARANTINE), 1);
    free(make_image(f, "a.bmp", 1));
    assert_int_not_equal(add(f, path, 1), 0);
    assert_int_equal(count(f, AKIN_TABLE_QUARANTINE), 0);
    assert_ok(akin_file_write(path, akin_span_str("BM"), &err));
    assert_int_equal(add(f, path, 2), 0);
    assert_int_equal(count(f, AKIN_TABLE_QUARANTINE), 1);
    assert_int_equal(count(f, AKIN_TABLE_IMAGES), 0);
    assert_int_equal(count(f, AKIN_TABLE_SOURCES), 0);
    free(path);
}

static void
the_position_counts_good_images_only(void **state)
{
    struct fixture *f = *state;
    char *good = make_image(f, "a.bmp", 1);
    char *bad = akin_path_join(f->folder, "b.bmp");
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    uint64_t n = 0;

    assert_ok(akin_file_write(bad, akin_span_str("BM"), &err));
    (void)add(f, bad, 1);
    (void)add(f, good, 2);
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_manifest_number(txn, AKIN_MANIFEST_READ, &n, &err));
    akin_txn_end(txn);
    assert_int_equal(n, 1);
    free(good);
    free(bad);
}

/* The sample of disturbed images: all at first, then about half as many of
 * each doubling as of the one before in relation, so 32 in each. Seed 7. */
static void
the_disturbed_sample_grows_with_the_logarithm(void **state)
{
    struct akin_test_random random = {7};
    size_t n = 0, n_before;

    (void)state;
    for (uint64_t position = 1; position <= AKIN_DISTURB_ALL; position++) {
        struct akin_hash hash;

        memset(&hash, 0xff, sizeof(hash));
        n += akin_ingest_disturbs(&hash, position) ? 1 : 0;
    }
    assert_int_equal(n, AKIN_DISTURB_ALL);
    for (uint64_t reach = AKIN_DISTURB_ALL; reach < 32768; reach *= 2) {
        n_before = n;
        for (uint64_t position = reach + 1; position <= 2 * reach; position++) {
            uint64_t bits = akin_test_random(&random);
            struct akin_hash hash = {{0}};

            akin_put_le64(hash.bytes, bits);
            n += akin_ingest_disturbs(&hash, position) ? 1 : 0;
        }
        assert_in_range(n - n_before, 14, 50);
    }
}

static void
an_image_chosen_late_would_have_been_chosen_early(void **state)
{
    struct akin_test_random random = {11};

    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct akin_hash hash = {{0}};
        bool was_chosen = true;

        akin_put_le64(hash.bytes, akin_test_random(&random));
        for (uint64_t position = 1; position < UINT64_MAX / 4; position *= 3) {
            bool is_chosen = akin_ingest_disturbs(&hash, position);

            assert_true(was_chosen || !is_chosen);
            was_chosen = is_chosen;
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_image_is_described_and_stored),
        TEST(the_same_bytes_at_the_same_path_are_only_touched),
        TEST(changed_bytes_replace_the_image),
        TEST(known_bytes_are_not_described_again_and_give_the_same),
        TEST(a_moved_file_takes_its_image_along),
        TEST(bad_files_are_kept_with_their_reason),
        TEST(a_file_that_heals_leaves_the_quarantine_and_back),
        TEST(the_position_counts_good_images_only),
        cmocka_unit_test(the_disturbed_sample_grows_with_the_logarithm),
        cmocka_unit_test(an_image_chosen_late_would_have_been_chosen_early),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
