/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/file.h"
#include "record_test.h"

static void
names_of_metadata_files_are_known(void **state)
{
    static const char *const yes[] = {"dataset.json",
                                      "a/b/dataset.yaml",
                                      "Dataset.JSON",
                                      "x.dataset.yml",
                                      "akin.yaml",
                                      "ro-crate-metadata.json",
                                      "idr0001-ro-crate-metadata.json",
                                      "idr0001-study.txt",
                                      "study.txt",
                                      "S-BIAD1492.json",
                                      "S-BSST410.json",
                                      "submission.json"};
    static const char *const no[] = {
        "a.json",      "README.md",     "S-BIAD.json",
        "S-BIAD1.png", "dataset.txt",   "masks-study.json",
        "study.tsv",   ".dataset.json", "",
        "-study.txt",  "x.yaml"};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(yes); i++)
        if (!akin_record_is_metadata_name(yes[i]))
            fail_msg("%s", yes[i]);
    for (size_t i = 0; i < AKIN_COUNT(no); i++)
        if (akin_record_is_metadata_name(no[i]))
            fail_msg("%s", no[i]);
}

static void
a_folder_without_metadata_gets_a_record(void **state)
{
    static const struct {
        const char *path, *id;
    } cases[] = {{"/data/my images/", "my images"},
                 {"worms", "worms"},
                 {"a/b", "b"},
                 {"/", "unnamed"},
                 {".", "unnamed"},
                 {"..", "unnamed"},
                 {"x@example.org", "unnamed"}};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_json *record = akin_record_for_folder(cases[i].path);
        struct akin_error err = {0};

        assert_ok(akin_record_check(record, &err));
        expect_text(record, "source/kind", "folder");
        if (strchr(cases[i].path, '@') == NULL) {
            expect_text(record, "id", cases[i].id);
            expect_text(record, "title", cases[i].id);
        }
        akin_json_free(record);
    }
}

static void
a_record_does_not_depend_on_where_its_file_lies(void **state)
{
    static const char text[] = "{\"title\":\"T\"}";
    char *folder = akin_test_folder();
    char *below = akin_path_join(folder, "worms");
    char *path = akin_path_join(below, "dataset.json");
    struct akin_json *records = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_dir_make(below, &err));
    assert_ok(akin_file_write(path, akin_span_str(text), &err));
    assert_ok(akin_record_read_file(path, &records, NULL, &err));
    expect_text(records, "0/id", "worms");
    expect_text(records, "0/source/uri", "worms/dataset.json");
    akin_json_free(records);
    assert_fails_with(akin_record_read_file(below, &records, NULL, &err),
                      AKIN_EINVAL, "regular file");
    assert_ok(akin_file_write(path, akin_span_str("{"), &err));
    assert_fails_with(akin_record_read_file(path, &records, NULL, &err),
                      AKIN_EFORMAT, "dataset.json");
    free(path);
    path = akin_path_join(below, "gone.json");
    assert_fails_with(akin_record_read_file(path, &records, NULL, &err),
                      AKIN_ENOTFOUND, "gone.json");
    free(path);
    free(below);
    akin_test_remove(folder);
}

static void
the_check_names_the_first_broken_rule(void **state)
{
    static const struct {
        const char *record, *says;
    } refusals[] = {
        {"[]", "must be an object"},
        {"{}", "/id is missing"},
        {"{\"id\":\"a\"}", "/title is missing"},
        {"{\"id\":\"\",\"title\":\"t\"}", "/id must be text"},
        {"{\"id\":7,\"title\":\"t\"}", "/id must be text"},
        {"{\"id\":\"a\\nb\",\"title\":\"t\"}", "control"},
        {"{\"id\":\"a\",\"title\":\"t\",\"colour\":1}", "/colour is no field"},
        {"{\"id\":\"a\",\"title\":\"t\",\"license\":\"CC BY 4.0\"}", "SPDX"},
        {"{\"id\":\"a\",\"title\":\"t\",\"date_published\":\"2023-02-30\"}",
         "YYYY-MM-DD"},
        {"{\"id\":\"a\",\"title\":\"t\",\"year\":\"2020\"}", "whole number"},
        {"{\"id\":\"a\",\"title\":\"t\",\"year\":20}", "a year"},
        {"{\"id\":\"a\",\"title\":\"t\",\"keywords\":\"k\"}", "a list"},
        {"{\"id\":\"a\",\"title\":\"t\",\"keywords\":[\"\"]}", "/keywords/0"},
        {"{\"id\":\"a\",\"title\":\"t\",\"size\":{\"bytes\":-1}}", "negative"},
        {"{\"id\":\"a\",\"title\":\"t\",\"size\":{\"bytes\":1.5}}", "whole"},
        {"{\"id\":\"a\",\"title\":\"t\",\"organism\":[{}]}",
         "/organism/0/id is missing"},
        {"{\"id\":\"a\",\"title\":\"t\",\"organism\":[{\"id\":\"human\"}]}",
         "CURIE"},
        {"{\"id\":\"a\",\"title\":\"t\",\"organism\":[\"human\"]}",
         "/organism/0 must be an object"},
        {"{\"id\":\"a\",\"title\":\"t\",\"authors\":[{\"name\":\"n\","
         "\"orcid\":\"0000-0002-1825-0098\"}]}",
         "/authors/0/orcid"},
        {"{\"id\":\"a\",\"title\":\"t\",\"authors\":[{\"name\":"
         "\"n@example.org\"}]}",
         "e-mail"},
        {"{\"id\":\"a\",\"title\":\"t\",\"authors\":[{\"email\":\"x\"}]}",
         "/authors/0/name is missing"},
        {"{\"id\":\"a\",\"title\":\"t\",\"publications\":[{\"doi\":\"x\"}]}",
         "DOI"},
        {"{\"id\":\"a\",\"title\":\"t\",\"rembi\":[]}", "/rembi"},
        {"{\"id\":\"a\",\"title\":\"t\",\"rembi\":{\"x\":{}}}", "/rembi/x"},
        {"{\"id\":\"a\",\"title\":\"t\",\"rembi\":{\"x\":[1]}}", "/rembi/x/0"},
        {"{\"id\":\"a\",\"title\":\"t\",\"mifa\":{}}",
         "/mifa/annotations is missing"},
        {"{\"id\":\"a\",\"title\":\"t\",\"mifa\":{\"annotations\":[{\"type\":"
         "[\"weak_annotations\"]}]}}",
         "annotation type"},
        {"{\"id\":\"a\",\"title\":\"t\",\"mifa\":{\"annotations\":[{\"type\":"
         "[\"counts\"],\"colour\":\"x\"}]}}",
         "colour"},
        {"{\"id\":\"a\",\"title\":\"t\",\"extra\":[]}", "/extra"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_json *record = NULL;
        struct akin_error err = {0};

        assert_ok(
            akin_json_parse(akin_span_str(refusals[i].record), &record, &err));
        assert_fails_with(akin_record_check(record, &err), AKIN_EINVAL,
                          refusals[i].says);
        akin_json_free(record);
    }
}

static void
a_report_counts_and_ends(void **state)
{
    struct akin_record_report report = {0};

    (void)state;
    akin_record_note(NULL, "info", "x", "/", "nobody listens");
    for (int i = 0; i < 20000; i++)
        akin_record_note(&report, "info", "x", "/", "note %d", i);
    assert_int_equal(akin_json_count(report.notes), 10000);
    expect_text(report.notes, "1/text", "note 1");
    expect_text(report.notes, "1/level", "info");
    akin_record_report_free(&report);
    assert_null(report.notes);
    akin_record_report_free(&report);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_metadata_files_are_known),
        cmocka_unit_test(a_folder_without_metadata_gets_a_record),
        cmocka_unit_test(a_record_does_not_depend_on_where_its_file_lies),
        cmocka_unit_test(the_check_names_the_first_broken_rule),
        cmocka_unit_test(a_report_counts_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
