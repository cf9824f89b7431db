/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/catalog.h"
#include "akin/config.h"
#include "akin/dataset.h"
#include "akin/file.h"
#include "akin/generation.h"
#include "akin/record.h"
#include "akin_test_store.h"
#include "catalog_internal.h"

struct fixture {
    char *folder;
    struct akin_store *store;
    struct akin_term_cache *terms;
    struct akin_catalogs *source;
};

static int
setup(void **state)
{
    struct fixture *f = akin_new(1, sizeof(*f));
    struct akin_error err = {0};

    f->folder = akin_test_folder();
    assert_ok(akin_store_open(f->folder, AKIN_STORE_CREATE, &f->store, &err));
    f->terms = akin_term_cache_new();
    f->source = akin_catalogs_new(f->terms, NULL, NULL);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;

    akin_catalogs_free(f->source);
    akin_term_cache_free(f->terms);
    akin_store_close(f->store);
    akin_test_remove(f->folder);
    free(f);
    return 0;
}

static struct akin_catalog *
acquire(struct fixture *f)
{
    struct akin_catalog *catalog = NULL;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};
    uint64_t change = 0;

    assert_ok(akin_store_change(f->store, &change, &err));
    assert_ok(akin_txn_read(f->store, &txn, &err));
    assert_ok(akin_catalog_acquire(f->source, txn, change, &catalog, &err));
    akin_txn_end(txn);
    return catalog;
}

static enum akin_status
put_record(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    enum akin_dataset_change change;
    uint32_t number;

    return akin_dataset_put(txn, ctx, 1000, &number, &change, err);
}

static void
put(struct fixture *f, const char *text)
{
    struct akin_json *record = NULL;
    struct akin_error err = {0};

    assert_ok(akin_json_parse(akin_span_str(text), &record, &err));
    assert_ok(akin_store_update(f->store, put_record, record, &err));
    akin_json_free(record);
}

static size_t
n_with(const struct akin_catalog *catalog, const char *where)
{
    struct akin_filter *filter = NULL;
    struct akin_error err = {0};
    struct akin_bitmap *pass;
    size_t n;

    assert_ok(akin_filter_parse(where, &filter, &err));
    assert_ok(
        akin_filter_resolve(filter, akin_catalog_terms(catalog), NULL, &err));
    pass = akin_facets_match(akin_catalog_facets(catalog), filter, NULL);
    n = akin_bitmap_count(pass);
    akin_bitmap_free(pass);
    akin_filter_free(filter);
    return n;
}

static size_t
n_speaking(const struct akin_catalog *catalog, const char *words)
{
    struct akin_text_query *query = NULL;
    struct akin_text_hit *hit = NULL;
    struct akin_error err = {0};
    size_t n = 0;

    assert_ok(akin_text_parse(words, &query, &err));
    assert_ok(akin_text_search(akin_catalog_text(catalog), query, NULL, &hit,
                               &n, &err));
    free(hit);
    akin_text_query_free(query);
    return n;
}

static enum akin_status
remove_human(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    (void)ctx;
    return akin_dataset_remove(txn, "H", "gone", 2000, err);
}

static enum akin_status
remove_images(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    uint64_t n = 0;

    return akin_image_remove_all(txn, *(const uint32_t *)ctx, &n, err);
}

static const char mouse[] =
    "{\"id\":\"M\",\"title\":\"Embryos\",\"year\":2020,\"organism\":"
    "[{\"id\":\"NCBITaxon:10090\",\"label\":\"Mus musculus\"}]}";
static const char human[] =
    "{\"id\":\"H\",\"title\":\"Cells\",\"year\":2021,\"organism\":"
    "[{\"id\":\"NCBITaxon:9606\",\"label\":\"Homo sapiens\"}]}";

static void
terms_above_are_found_by_filter_and_by_word(void **state)
{
    struct fixture *f = *state;
    struct akin_catalog *catalog;

    put(f, mouse);
    put(f, human);
    catalog = acquire(f);
    assert_int_equal(n_with(catalog, "organism:Mammalia"), 2);
    assert_int_equal(n_with(catalog, "organism:=Mammalia"), 0);
    assert_int_equal(n_with(catalog, "organism:mouse"), 1);
    assert_int_equal(n_speaking(catalog, "mammalia"), 2);
    assert_int_equal(n_speaking(catalog, "mouse"), 1);
    akin_catalog_release(catalog);
}

static void
facets_of_terms_nest_and_count_datasets_once(void **state)
{
    struct fixture *f = *state;
    struct akin_catalog *catalog;
    struct akin_json *counts = NULL;
    struct akin_error err = {0};

    put(f, mouse);
    put(f, human);
    put(f, "{\"id\":\"B\",\"title\":\"Both\",\"organism\":["
           "{\"id\":\"NCBITaxon:9606\"},{\"id\":\"NCBITaxon:10090\"}]}");
    put(f, "{\"id\":\"C\",\"title\":\"Class\",\"organism\":["
           "{\"id\":\"NCBITaxon:40674\"}]}"); /* Mammalia */
    catalog = acquire(f);
    assert_ok(akin_facets_count(akin_catalog_facets(catalog), "organism",
                                akin_facets_all(akin_catalog_facets(catalog)),
                                10, &counts, &err));
    assert_int_equal(akin_json_count(counts), 1);
    assert_string_equal(akin_json_text(akin_json_at(counts, 0), "value"),
                        "NCBITaxon:40674");
    {
        const struct akin_json *top = akin_json_at(counts, 0);
        int64_t n = 0;

        assert_true(akin_json_int(akin_json_get(top, "count"), &n));
        assert_int_equal(n, 4);
        assert_true(akin_json_count(akin_json_get(top, "children")) >= 1);
    }
    akin_json_free(counts);
    akin_catalog_release(catalog);
}

static void
a_catalog_follows_the_store_and_old_ones_stay(void **state)
{
    struct fixture *f = *state;
    struct akin_catalog *old, *next;
    uint32_t number;

    put(f, mouse);
    number = akin_test_put_dataset(f->store, "I");
    old = acquire(f);
    assert_int_equal(n_with(old, "format:tiff"), 0);
    put(f, human);
    put(f, "{\"id\":\"M\",\"title\":\"Larvae\"}");
    (void)akin_test_put_image(f->store, number, "a.tif", 1, 0, 1);
    next = acquire(f);
    assert_ptr_not_equal(old, next);
    assert_int_equal(n_speaking(old, "embryo"), 1);
    assert_int_equal(n_speaking(next, "embryo"), 0);
    assert_int_equal(n_speaking(next, "larva*"), 1);
    assert_int_equal(n_speaking(next, "cells"), 1);
    assert_int_equal(n_with(old, "organism:mouse"), 1);
    assert_int_equal(n_with(next, "organism:mouse"), 0);
    assert_int_equal(n_with(next, "format:tiff AND width:1000"), 1);
    akin_catalog_release(next);
    next = acquire(f);
    akin_catalog_release(old);
    assert_int_equal(n_with(next, "year:2021"), 1);
    akin_catalog_release(next);
}

/* --- with the generation --- */

static enum akin_status
base_of(void *ctx, char **dir, struct akin_error *err)
{
    return akin_generation_catalog(ctx, dir, err);
}

static void
publish(struct fixture *f)
{
    struct akin_config config;
    struct akin_error err = {0};

    akin_config_init(&config);
    assert_ok(
        akin_generation_publish(f->store, &config, NULL, NULL, NULL, &err));
}

/* As a program that starts now. */
static void
start_anew(struct fixture *f)
{
    akin_catalogs_free(f->source);
    f->source = akin_catalogs_new(f->terms, base_of, f->store);
}

static char *
published_file(struct fixture *f, const char *name)
{
    struct akin_error err = {0};
    char *dir = NULL, *path;

    assert_ok(akin_generation_catalog(f->store, &dir, &err));
    path = akin_path_join(dir, name);
    free(dir);
    return path;
}

static void
what_was_published_is_read_and_followed(void **state)
{
    struct fixture *f = *state;
    struct akin_catalog *catalog;
    struct akin_error err = {0};
    uint32_t number;

    put(f, mouse);
    put(f, human);
    number = akin_test_put_dataset(f->store, "I");
    (void)akin_test_put_image(f->store, number, "a.tif", 1, 0, 1);
    publish(f);
    start_anew(f);
    catalog = acquire(f);
    assert_int_equal(n_with(catalog, "organism:Mammalia"), 2);
    assert_int_equal(n_with(catalog, "format:tiff AND width:1000"), 1);
    assert_int_equal(n_speaking(catalog, "embryo"), 1);
    akin_catalog_release(catalog);

    put(f, "{\"id\":\"M\",\"title\":\"Larvae\"}");
    put(f, "{\"id\":\"N\",\"title\":\"New\",\"organism\":[\"mouse\"]}");
    assert_ok(akin_store_update(f->store, remove_human, NULL, &err));
    start_anew(f);
    catalog = acquire(f);
    assert_int_equal(n_speaking(catalog, "embryo OR cells"), 0);
    assert_int_equal(n_speaking(catalog, "larva*"), 1);
    assert_int_equal(n_with(catalog, "organism:Mammalia"), 1);
    assert_int_equal(n_with(catalog, "format:tiff"), 1);
    assert_int_equal(
        akin_bitmap_count(akin_facets_all(akin_catalog_facets(catalog))), 3);
    akin_catalog_release(catalog);
}

static void
images_that_come_or_go_change_the_catalog(void **state)
{
    struct fixture *f = *state;
    struct akin_catalog *catalog;
    struct akin_error err = {0};
    uint32_t number, other;

    number = akin_test_put_dataset(f->store, "I");
    other = akin_test_put_dataset(f->store, "J");
    (void)akin_test_put_image(f->store, number, "a.tif", 1, 0, 1);
    publish(f);
    (void)akin_test_put_image(f->store, other, "b.tif", 1, 0, 1);
    start_anew(f);
    catalog = acquire(f);
    assert_int_equal(n_with(catalog, "format:tiff"), 2);
    akin_catalog_release(catalog);
    assert_ok(akin_store_update(f->store, remove_images, &number, &err));
    catalog = acquire(f);
    assert_int_equal(n_with(catalog, "format:tiff"), 1);
    akin_catalog_release(catalog);
}

/* Turns one bit of a file. */
static void
damage(const char *path, size_t at)
{
    struct akin_buf bytes = {0};
    struct akin_error err = {0};

    assert_ok(akin_file_read(path, 1u << 30, &bytes, &err));
    bytes.data[at < bytes.len ? at : bytes.len - 1] ^= 4;
    assert_ok(akin_file_write(path, akin_buf_span(&bytes), &err));
    akin_buf_free(&bytes);
}

static void
a_damaged_file_is_refused_and_all_is_read_again(void **state)
{
    static const char *const names[] = {AKIN_CATALOG_FACETS, AKIN_CATALOG_TEXT};
    struct fixture *f = *state;

    put(f, mouse);
    for (size_t i = 0; i < AKIN_COUNT(names); i++) {
        struct akin_catalog *catalog;
        struct akin_error err = {0};
        char *path, *dir = NULL;

        publish(f);
        path = published_file(f, names[i]);
        damage(path, 60);
        assert_fails_with(akin_generation_catalog(f->store, &dir, &err),
                          AKIN_ESTALE, "is not the file that the manifest");
        start_anew(f);
        catalog = acquire(f);
        assert_int_equal(n_with(catalog, "organism:mouse"), 1);
        assert_int_equal(n_speaking(catalog, "embryo"), 1);
        akin_catalog_release(catalog);
        free(path);
    }
}

static void
what_is_no_catalog_is_refused(void **state)
{
    struct fixture *f = *state;
    struct akin_buf bytes = {0};
    struct akin_error err = {0};
    char *path;

    put(f, mouse);
    put(f, human);
    publish(f);
    path = published_file(f, AKIN_CATALOG_FACETS);
    assert_ok(akin_file_read(path, 1u << 30, &bytes, &err));
    free(path);
    for (size_t i = 0; i < bytes.len * 2; i++) {
        struct akin_catalog catalog = {.terms_key = akin_le64(bytes.data + 16)};
        size_t cut = i < bytes.len ? i : bytes.len, bit = i - bytes.len;

        if (i >= bytes.len)
            bytes.data[bit] ^= 1;
        assert_int_not_equal(
            akin__catalog_parse(&catalog, akin_span_of(bytes.data, cut), NULL),
            AKIN_OK);
        if (i >= bytes.len)
            bytes.data[bit] ^= 1;
        akin_facets_free(catalog.facets);
        free(catalog.entry);
    }
    akin_buf_free(&bytes);
}

static void
a_label_without_an_id_counts_as_the_term_it_names(void **state)
{
    struct fixture *f = *state;
    struct akin_catalog *catalog;
    struct akin_json *counts = NULL;
    struct akin_error err = {0};

    put(f, mouse);
    put(f, "{\"id\":\"L\",\"title\":\"Label\",\"organism\":[{\"label\":"
           "\"Mouse\"}]}");
    put(f, "{\"id\":\"P\",\"title\":\"Plain\",\"organism\":[\"mouse\"]}");
    catalog = acquire(f);
    assert_int_equal(n_with(catalog, "organism:mouse"), 3);
    assert_int_equal(n_with(catalog, "organism:=NCBITaxon:10090"), 3);
    assert_int_equal(n_with(catalog, "organism:Mammalia"), 3);
    assert_int_equal(n_speaking(catalog, "rodentia"), 3);
    assert_ok(akin_facets_count(akin_catalog_facets(catalog), "organism",
                                akin_facets_all(akin_catalog_facets(catalog)),
                                10, &counts, &err));
    assert_int_equal(akin_json_count(counts), 1);
    assert_string_equal(akin_json_text(akin_json_at(counts, 0), "value"),
                        "NCBITaxon:10090");
    akin_json_free(counts);
    akin_catalog_release(catalog);
}

static enum akin_status
put_circle(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    return akin_terms_put(txn, "circle", ctx, err);
}

/* All values of a tree. */
static size_t
n_nodes(const struct akin_json *values)
{
    size_t n = akin_json_count(values);

    for (size_t i = 0; i < akin_json_count(values); i++)
        n += n_nodes(akin_json_get(akin_json_at(values, i), "children"));
    return n;
}

static void
terms_above_each_other_are_each_shown_once(void **state)
{
    struct fixture *f = *state;
    struct akin_catalog *catalog;
    struct akin_json *terms = NULL, *counts = NULL;
    struct akin_error err = {0};

    assert_ok(akin_json_parse(
        akin_span_str(
            "[{\"id\":\"X:1\",\"label\":\"one\",\"parents\":[{\"id\":"
            "\"X:3\",\"kind\":\"is_a\"}]},"
            "{\"id\":\"X:2\",\"label\":\"two\",\"parents\":[{\"id\":"
            "\"X:1\",\"kind\":\"is_a\"}]},"
            "{\"id\":\"X:3\",\"label\":\"three\",\"parents\":[{\"id\":"
            "\"X:2\",\"kind\":\"is_a\"}]},"
            "{\"id\":\"X:4\",\"label\":\"four\",\"parents\":[{\"id\":"
            "\"X:4\",\"kind\":\"is_a\"}]}]"),
        &terms, &err));
    assert_ok(akin_store_update(f->store, put_circle, terms, &err));
    akin_json_free(terms);
    for (int i = 1; i <= 4; i++) {
        char text[128];

        (void)snprintf(text, sizeof(text),
                       "{\"id\":\"D%d\",\"organism\":[{\"id\":\"X:%d\"}]}", i,
                       i);
        put(f, text);
    }
    catalog = acquire(f);
    assert_ok(akin_facets_count(akin_catalog_facets(catalog), "organism",
                                akin_facets_all(akin_catalog_facets(catalog)),
                                10, &counts, &err));
    assert_int_equal(n_nodes(counts), 4);
    akin_json_free(counts);
    akin_catalog_release(catalog);
}

static void
people_are_counted_by_orcid_with_a_name(void **state)
{
    struct fixture *f = *state;
    struct akin_catalog *catalog;
    struct akin_json *counts = NULL;
    struct akin_error err = {0};
    int64_t n = 0;

    put(f, "{\"id\":\"1\",\"title\":\"x\",\"authors\":[{\"name\":\"Ada L\","
           "\"orcid\":\"0000-0002-1825-0097\"},{\"name\":\"Bo\"}]}");
    put(f, "{\"id\":\"2\",\"title\":\"y\",\"mifa\":{\"annotations\":[{"
           "\"authors\":[{\"orcid\":\"0000-0002-1825-0097\"}]}]}}");
    catalog = acquire(f);
    assert_ok(akin_facets_count(akin_catalog_facets(catalog), "author",
                                akin_facets_all(akin_catalog_facets(catalog)),
                                10, &counts, &err));
    assert_int_equal(akin_json_count(counts), 2);
    assert_string_equal(akin_json_text(akin_json_at(counts, 0), "value"),
                        "0000-0002-1825-0097");
    assert_string_equal(akin_json_text(akin_json_at(counts, 0), "label"),
                        "Ada L");
    assert_true(
        akin_json_int(akin_json_get(akin_json_at(counts, 0), "count"), &n));
    assert_int_equal(n, 2);
    akin_json_free(counts);
    akin_catalog_release(catalog);
}

/* --- the crates of the gallery --- */

static void
put_file(struct fixture *f, const char *path, size_t *n)
{
    struct akin_json *records = NULL;
    struct akin_error err = {0};

    assert_ok(akin_record_read_file(path, &records, NULL, &err));
    for (size_t i = 0; i < akin_json_count(records); i++, (*n)++)
        assert_ok(akin_store_update(f->store, put_record,
                                    akin_json_at(records, i), &err));
    akin_json_free(records);
}

static void
put_tree(struct fixture *f, const char *folder, size_t *n)
{
    struct akin_names names = {0};
    struct akin_error err = {0};

    assert_ok(akin_dir_list(folder, &names, &err));
    for (size_t i = 0; i < names.n; i++) {
        char *path = akin_path_join(folder, names.name[i]);
        struct akin_file_stat info = {0};

        assert_ok(akin_file_stat(path, &info, &err));
        if (info.is_dir)
            put_tree(f, path, n);
        else if (akin_record_is_metadata_name(names.name[i]))
            put_file(f, path, n);
        free(path);
    }
    akin_names_free(&names);
}

static void
the_crates_can_be_counted(void **state)
{
    static const char *const claims[] = {
        "has:organism", "has:imaging_method", "has:orcid",
        "license:CC0-1.0 OR license:CC-BY-4.0",
        ("has:organism AND has:imaging_method AND has:orcid AND "
         "(license:CC0-1.0 OR license:CC-BY-4.0)")};
    char *folder = akin_test_need_shared("metadata/ro-crates");
    struct fixture *f = *state;
    struct akin_catalog *catalog;
    struct akin_json *counts = NULL;
    struct akin_error err = {0};
    size_t n = 0, n_all;

    put_tree(f, folder, &n);
    catalog = acquire(f);
    n_all = akin_bitmap_count(akin_facets_all(akin_catalog_facets(catalog)));
    print_message("  %zu records, %zu datasets\n", n, n_all);
    assert_true(n_all > 0);
    assert_ok(akin_facets_count(akin_catalog_facets(catalog), "publisher",
                                akin_facets_all(akin_catalog_facets(catalog)),
                                20, &counts, &err));
    for (size_t i = 0; i < akin_json_count(counts); i++) {
        int64_t count = 0;

        (void)akin_json_int(akin_json_get(akin_json_at(counts, i), "count"),
                            &count);
        print_message("  publisher %s: %d\n",
                      akin_json_text(akin_json_at(counts, i), "label"),
                      (int)count);
    }
    for (size_t i = 0; i < AKIN_COUNT(claims); i++) {
        size_t some = n_with(catalog, claims[i]);

        print_message("  %s: %zu\n", claims[i], some);
        assert_true(some > 0 && some <= n_all);
    }
    akin_json_free(counts);
    akin_catalog_release(catalog);
    free(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            terms_above_are_found_by_filter_and_by_word, setup, teardown),
        cmocka_unit_test_setup_teardown(
            facets_of_terms_nest_and_count_datasets_once, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_catalog_follows_the_store_and_old_ones_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_published_is_read_and_followed,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            images_that_come_or_go_change_the_catalog, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_damaged_file_is_refused_and_all_is_read_again, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_catalog_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_label_without_an_id_counts_as_the_term_it_names, setup, teardown),
        cmocka_unit_test_setup_teardown(
            terms_above_each_other_are_each_shown_once, setup, teardown),
        cmocka_unit_test_setup_teardown(people_are_counted_by_orcid_with_a_name,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(the_crates_can_be_counted, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
