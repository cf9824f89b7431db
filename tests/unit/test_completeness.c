/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/completeness.h"
#include "akin/file.h"
#include "cmd_check.h"
#include "record_test.h"

static int64_t
number_at(const struct akin_json *value, const char *path)
{
    int64_t n = -1;

    assert_true(akin_json_int(value_at(value, path), &n));
    return n;
}

static bool
lists(const struct akin_json *value, const char *path, const char *text)
{
    const struct akin_json *list = value_at(value, path);

    for (size_t i = 0; i < akin_json_count(list); i++)
        if (strcmp(akin_json_string(akin_json_at(list, i)), text) == 0)
            return true;
    return false;
}

static struct akin_json *
report_of(const char *text)
{
    struct akin_json *record = NULL, *report;
    struct akin_error err = {0};

    assert_ok(akin_json_parse(akin_span_str(text), &record, &err));
    assert_ok(akin_record_check(record, &err));
    report = akin_completeness(record);
    akin_json_free(record);
    return report;
}

static const char complete[] =
    "{\"id\":\"a\",\"title\":\"t\",\"description\":\"d\",\"license\":"
    "\"CC-BY-4.0\",\"uri\":\"https://e.org\",\"authors\":[{\"name\":\"n\","
    "\"orcid\":\"0000-0002-1825-0097\",\"affiliations\":[\"x\"]}],"
    "\"date_published\":\"2020-01-01\",\"keywords\":[\"k\"],\"identifier\":"
    "{\"doi\":\"10.1/x\"},\"publications\":[{\"title\":\"p\"}],\"funders\":"
    "[{\"name\":\"f\"}],\"organism\":[{\"id\":\"NCBITaxon:9606\"}],"
    "\"imaging_method\":[{\"id\":\"FBbi:00000251\"}],\"size\":{\"bytes\":1,"
    "\"files\":1},\"rembi\":{\"components\":[{\"title\":\"c\",\"description\":"
    "\"d\"}],\"biosamples\":[{\"biological_entity\":[\"b\"],"
    "\"intrinsic_variables\":[\"v\"]}],\"specimens\":[{\"sample_preparation\":"
    "\"s\"}],\"growth_protocols\":[{\"description\":\"g\"}],\"acquisitions\":"
    "[{\"instrument\":\"i\",\"parameters\":\"p\"}],\"analyses\":[{\"overview\":"
    "\"o\"}]},\"mifa\":{\"annotations\":[{\"authors\":[{\"name\":\"n\"}],"
    "\"overview\":\"o\",\"type\":[\"counts\"],\"method\":\"m\",\"confidence\":"
    "\"c\",\"criteria\":\"c\",\"coverage\":\"c\",\"source_images\":\"s\","
    "\"transformations\":\"t\",\"spatial_information\":\"s\",\"modified\":"
    "\"2020-01-01\"}]},\"version\":{\"id\":\"1\",\"time\":\"t\",\"previous\":"
    "\"0\",\"changes\":\"c\",\"creators\":[\"n\"]}}";

static void
a_complete_record_scores_one_hundred(void **state)
{
    struct akin_json *report = report_of(complete);

    (void)state;
    assert_int_equal(number_at(report, "score"), 100);
    assert_int_equal(number_at(report, "rembi/score"), 100);
    assert_int_equal(number_at(report, "mifa/score"), 100);
    assert_int_equal(
        akin_json_count(value_at(report, "mifa/modules/annotations/present")),
        11);
    assert_true(akin_json_true(akin_json_get(report, "ai_ready")));
    assert_int_equal(akin_json_count(akin_json_get(report, "needed")), 0);
    assert_false(akin_json_true(akin_json_get(report, "ssl_ready")));
    assert_int_equal(akin_json_count(akin_json_get(report, "ssl_needed")), 1);
    assert_true(lists(report, "ssl_needed", "an image to look at (thumbnail)"));
    akin_json_free(report);
}

static void
an_empty_record_scores_nearly_nothing_and_says_what_it_needs(void **state)
{
    struct akin_json *report = report_of("{\"id\":\"a\",\"title\":\"t\"}");

    (void)state;
    assert_in_range(number_at(report, "score"), 0, 2);
    assert_int_equal(number_at(report, "mifa/score"), 0);
    assert_true(lists(report, "rembi/modules/study/present", "title"));
    assert_true(lists(report, "rembi/modules/study/missing", "licence"));
    assert_true(lists(report, "needed", "an open licence (CC0 or CC BY)"));
    assert_true(lists(report, "needed", "annotations"));
    assert_false(akin_json_true(akin_json_get(report, "ai_ready")));
    akin_json_free(report);
}

static void
half_of_the_objects_are_half_of_the_attribute(void **state)
{
    struct akin_json *report =
        report_of("{\"id\":\"a\",\"title\":\"t\",\"authors\":[{\"name\":\"a\","
                  "\"orcid\":\"0000-0002-1825-0097\"},{\"name\":\"b\"}]}");

    (void)state;
    assert_true(lists(report, "rembi/modules/study/partly", "ORCID ids"));
    assert_true(lists(report, "rembi/modules/study/present", "authors"));
    /* title 1, authors 1, ORCID ids 1/2 of 11 */
    assert_int_equal(number_at(report, "rembi/modules/study/score"), 23);
    akin_json_free(report);
}

static void
some_things_are_there_and_still_not_enough(void **state)
{
    struct akin_json *report =
        report_of("{\"id\":\"a\",\"title\":\"t\",\"license\":\"CC-BY-NC-4.0\","
                  "\"imaging_method\":[{\"id\":\"FBbi:00000265\"}]}");

    (void)state;
    assert_true(lists(report, "needed", "an open licence (CC0 or CC BY)"));
    assert_true(lists(report, "needed",
                      "an imaging method that says more than \"microscopy\""));
    akin_json_free(report);
}

static void
the_report_is_readable(void **state)
{
    struct akin_json *report = report_of("{\"id\":\"a\",\"title\":\"t\"}");
    struct akin_buf text = {0};

    (void)state;
    akin_completeness_text(report, "> ", &text);
    assert_non_null(strstr(akin_buf_text(&text), "> completeness: "));
    assert_non_null(strstr(akin_buf_text(&text), "missing: description"));
    assert_non_null(
        strstr(akin_buf_text(&text), "ready for machine learning: no; needs "));
    akin_buf_free(&text);
    akin_json_free(report);
}

/* ---- the command ---- */

static void
put_file(const char *folder, const char *name, const char *text)
{
    char *path = akin_path_join(folder, name);
    struct akin_error err = {0};

    assert_ok(akin_file_write(path, akin_span_str(text), &err));
    free(path);
}

static void
check_reads_folders_and_counts_errors(void **state)
{
    char *folder = akin_test_folder();
    char *below = akin_path_join(folder, "a/b");
    struct akin_json *result;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_dir_make(below, &err));
    result = akin_check_paths(&folder, 1);
    expect_count(result, "files", 1);
    assert_int_equal(number_at(result, "totals/errors"), 1);
    akin_json_free(result);

    put_file(below, "dataset.json",
             "{\"id\":\"x\",\"title\":\"X\","
             "\"licence\":\"own\"}");
    put_file(folder, "S-BIAD1.json",
             "{\"accno\":\"S-BIAD1\",\"section\":{\"type\":\"Study\","
             "\"subsections\":[{\"type\":\"Study Component\",\"attributes\":"
             "[{\"name\":\"File List\",\"value\":\"l.tsv\"}]},{\"type\":"
             "\"Study Component\",\"attributes\":[{\"name\":\"File List\","
             "\"value\":\"gone.tsv\"}]}]}}");
    put_file(folder, "l.tsv", "Files\ta\nx.png\t1\n");
    result = akin_check_paths(&folder, 1);
    assert_int_equal(number_at(result, "totals/files"), 2);
    assert_int_equal(number_at(result, "totals/datasets"), 2);
    assert_int_equal(number_at(result, "totals/errors"), 0);
    assert_int_equal(number_at(result, "files/0/file_lists/0/files"), 1);
    assert_false(
        akin_json_true(value_at(result, "files/0/file_lists/1/there")));
    expect_text(result, "files/1/datasets/0/id", "x");
    expect_text(result, "files/1/notes/0/code", "license_unknown");
    akin_json_free(result);

    put_file(folder, "l.tsv", "no such column\n");
    put_file(below, "dataset.json", "{");
    result = akin_check_paths(&folder, 1);
    assert_int_equal(number_at(result, "totals/errors"), 2);
    akin_json_free(result);
    free(below);
    akin_test_remove(folder);
}

static int
run_check(const char *first, const char *second)
{
    char words[3][256] = {"check", "", ""};
    char *argv[4] = {words[0], words[1], words[2], NULL};

    (void)snprintf(words[1], sizeof(words[1]), "%s", first);
    (void)snprintf(words[2], sizeof(words[2]), "%s", second);
    return akin_cmd_check(1 + (first[0] != '\0') + (second[0] != '\0'), argv);
}

static void
the_exit_code_tells_errors_from_wrong_usage(void **state)
{
    char *folder = akin_test_folder();

    (void)state;
    assert_int_equal(run_check("", ""), 2);
    assert_int_equal(run_check("--json", ""), 2);
    assert_int_equal(run_check("--colour", folder), 2);
    assert_int_equal(run_check(folder, ""), 1);
    assert_int_equal(run_check("/no/such/path", ""), 1);
    put_file(folder, "dataset.json", "{\"id\":\"x\",\"title\":\"X\"}");
    assert_int_equal(run_check(folder, ""), 0);
    assert_int_equal(run_check("--json", folder), 0);
    assert_int_equal(run_check("--", folder), 0);
    akin_test_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_record_scores_one_hundred),
        cmocka_unit_test(
            an_empty_record_scores_nearly_nothing_and_says_what_it_needs),
        cmocka_unit_test(half_of_the_objects_are_half_of_the_attribute),
        cmocka_unit_test(some_things_are_there_and_still_not_enough),
        cmocka_unit_test(the_report_is_readable),
        cmocka_unit_test(check_reads_folders_and_counts_errors),
        cmocka_unit_test(the_exit_code_tells_errors_from_wrong_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
