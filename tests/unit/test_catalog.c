/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/catalog.h"
#include "akin/dataset.h"
#include "akin/file.h"
#include "akin/record.h"
#include "akin_test_store.h"

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
        cmocka_unit_test_setup_teardown(the_crates_can_be_counted, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
