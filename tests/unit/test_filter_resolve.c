/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/file.h"
#include "akin/filter.h"
#include "akin/ontology.h"
#include "akin/record.h"
#include "akin_test.h"

static struct akin_terms *terms;

static int
load(void **state)
{
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_terms_load(NULL, &terms, &err));
    return 0;
}

static int
drop(void **state)
{
    (void)state;
    akin_terms_free(terms);
    return 0;
}

static struct akin_filter *
resolved(const char *text, const struct akin_terms *with,
         struct akin_json *hints)
{
    struct akin_filter *filter = NULL;
    struct akin_error err = {0};

    assert_ok(akin_filter_parse(text, &filter, &err));
    assert_ok(akin_filter_resolve(filter, with, hints, &err));
    return filter;
}

static void
a_filter_on_a_group_passes_what_is_below_it(void **state)
{
    static const char record[] =
        "{\"organism\":[{\"id\":\"NCBITaxon:10090\",\"label\":\"Mus "
        "musculus\"}],"
        "\"imaging_method\":[{\"id\":\"FBbi:00050000\"}],"
        "\"cell_line\":[{\"label\":\"HeLa\"}]}";
    static const struct {
        const char *filter;
        bool want;
    } cases[] = {
        {"organism:mouse", true},
        {"organism:rodents", true},
        {"organism:Mammalia", true},
        {"organism:vertebrates", true},
        {"organism:insects", false},
        {"organism:=mouse", true},
        {"organism:=rodents", false},
        {"organism:40674", true},
        {"organism:NCBITaxon:10090", true},
        {"organism:\"Mus musculus\"", true},
        {"imaging_method:\"electron microscopy\"", true},
        {"imaging_method:=\"electron microscopy\"", false},
        {"imaging_method:\"light microscopy\"", false},
        {"imaging_method:FIB-SEM", true},
        {"cell_line:HeLa", true},
        {"cell_line:U2OS", false},
        {"NOT organism:(rats OR humans)", true},
        {"has:organism AND organism:rodent", true},
    };
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_json_parse(akin_span_str(record), &json, &err));
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_filter *filter = resolved(cases[i].filter, terms, NULL);

        if (akin_filter_matches(filter, json) != cases[i].want)
            fail_msg("%s", cases[i].filter);
        akin_filter_free(filter);
    }
    akin_json_free(json);
}

static void
a_value_that_is_no_term_stays_a_label_and_gives_a_hint(void **state)
{
    struct akin_json *hints = akin_json_array(), *record = NULL;
    struct akin_error err = {0};
    struct akin_filter *filter;

    (void)state;
    filter = resolved("organism:zebrafihs", terms, hints);
    assert_int_equal(akin_json_count(hints), 1);
    assert_string_equal(akin_json_text(akin_json_at(hints, 0), "field"),
                        "organism");
    assert_non_null(strstr(akin_json_text(akin_json_at(hints, 0), "text"),
                           "did you mean \"zebrafish\"?"));
    assert_ok(akin_json_parse(
        akin_span_str("{\"organism\":[{\"label\":\"Zebrafihs\"}]}"), &record,
        &err));
    assert_true(akin_filter_matches(filter, record));
    akin_filter_free(filter);
    akin_json_free(record);
    akin_json_free(hints);
}

static void
a_filter_may_be_resolved_again(void **state)
{
    struct akin_filter *filter = resolved("organism:mouse", terms, NULL);
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_filter_resolve(filter, terms, NULL, &err));
    akin_filter_free(filter);
}

/* ---- what hierarchy finds in real records ---- */

static void
count_file(const char *path, struct akin_filter *const *filter, size_t n,
           size_t *hits)
{
    struct akin_record_report report = {0};
    struct akin_json *records = NULL;

    if (akin_record_read_file(path, &records, &report, NULL) == AKIN_OK)
        for (size_t i = 0; i < akin_json_count(records); i++)
            for (size_t f = 0; f < n; f++)
                hits[f] +=
                    akin_filter_matches(filter[f], akin_json_at(records, i));
    akin_record_report_free(&report);
    akin_json_free(records);
}

static void
count_corpus(const struct akin_terms *with, size_t hits[6])
{
    static const char *const text[] = {
        "imaging_method:=FBbi:00000256", "imaging_method:FBbi:00000256",
        "imaging_method:=FBbi:00000246", "imaging_method:FBbi:00000246",
        "imaging_method:=FBbi:00000345", "imaging_method:FBbi:00000345"};
    static const char *const folders[] = {"bia", "idr", "ssbd"};
    char *root = akin_test_need_shared("metadata/ro-crates");
    struct akin_filter *filter[6];
    struct akin_error err = {0};

    for (size_t i = 0; i < 6; i++)
        filter[i] = resolved(text[i], with, NULL);
    for (size_t f = 0; f < AKIN_COUNT(folders); f++) {
        char *dir = akin_path_join(root, folders[f]);
        struct akin_names names = {0};

        assert_ok(akin_dir_list(dir, &names, &err));
        for (size_t i = 0; i < names.n; i++) {
            char *path = akin_path_join(dir, names.name[i]);

            count_file(path, filter, 6, hits);
            free(path);
        }
        akin_names_free(&names);
        free(dir);
    }
    for (size_t i = 0; i < 6; i++)
        akin_filter_free(filter[i]);
    free(root);
}

/* Studies of 1,194 crates; the figures depend on the corpus and the supplement
 * alone. */
static void
hierarchy_finds_many_times_more_studies(void **state)
{
    size_t hits[6] = {0};

    (void)state;
    count_corpus(terms, hits);
    print_message("electron %zu -> %zu, fluorescence %zu -> %zu, light %zu -> "
                  "%zu\n",
                  hits[0], hits[1], hits[2], hits[3], hits[4], hits[5]);
    assert_int_equal(hits[0], 24);
    assert_int_equal(hits[1], 77);
    assert_int_equal(hits[2], 362);
    assert_int_equal(hits[3], 791);
    assert_int_equal(hits[4], 45);
    assert_int_equal(hits[5], 931);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_on_a_group_passes_what_is_below_it),
        cmocka_unit_test(
            a_value_that_is_no_term_stays_a_label_and_gives_a_hint),
        cmocka_unit_test(a_filter_may_be_resolved_again),
        cmocka_unit_test(hierarchy_finds_many_times_more_studies),
    };

    return cmocka_run_group_tests(tests, load, drop);
}
