/* SPDX-License-Identifier: Apache-2.0 */
/* What the records of a source have in common; and the lists of their files. */
#include "akin/record_tally.h"

#include "akin/file.h"
#include "akin/file_list.h"
#include "record_test.h"

/* ---- the tally ---- */

static int64_t
number_at(const struct akin_json *value, const char *path)
{
    int64_t n = -1;

    (void)akin_json_int(value_at(value, path), &n);
    return n;
}

static void
tally_one(struct akin_json *tally, const char *text)
{
    struct reading reading = {0};
    const struct akin_json *record = read_text(&reading, "dataset.json", text);

    akin_record_tally(tally, record, reading.report.notes);
    reading_free(&reading);
}

static void
findings_are_counted_by_source_and_class(void **state)
{
    struct akin_json *tally = akin_json_object();
    struct akin_buf text = {0};

    (void)state;
    tally_one(tally, "{\"id\":\"1\",\"title\":\"t\",\"publisher\":\"Archive\","
                     "\"license\":\"CC BY 4.0\",\"organism\":[{\"id\":"
                     "\"obo:NCBITaxon_9606\"},{\"id\":\"obo:NCBITaxon_10090\""
                     "}]}");
    tally_one(tally, "{\"id\":\"2\",\"title\":\"t\",\"publisher\":\"Archive\","
                     "\"license\":\"my own\",\"organism\":[{\"id\":"
                     "\"obo:NCBITaxon_9606\"}],\"authors\":[{\"name\":\"n\","
                     "\"orcid\":\"0000-0002-1825-0098\"}]}");
    tally_one(tally, "{\"id\":\"3\",\"title\":\"t\"}");
    assert_int_equal(number_at(tally, "Archive (dataset-json)/datasets"), 2);
    assert_int_equal(number_at(tally, "dataset-json/datasets"), 1);
    {
        const struct akin_json *archive =
            akin_json_get(tally, "Archive (dataset-json)");

        assert_int_equal(
            number_at(archive, "normalised/license_spelling/count"), 1);
        assert_int_equal(number_at(archive, "normalised/term_spelling/count"),
                         3);
        assert_int_equal(
            number_at(archive, "normalised/term_spelling/datasets"), 2);
        expect_text(archive, "normalised/term_spelling/examples/0/text",
                    "\"obo:NCBITaxon_9606\" is read as NCBITaxon:9606");
        assert_int_equal(number_at(archive, "doubtful/license_unknown/count"),
                         1);
        expect_text(archive, "contradicted/orcid_check_digit/examples/0/id",
                    "2");
        assert_int_equal(number_at(archive, "missing/licence/count"), 1);
        assert_int_equal(number_at(archive, "missing/orcid/count"), 2);
        assert_null(value_at(archive, "missing/organism id"));
    }
    akin_record_tally_text(tally, &text);
    assert_non_null(
        strstr(akin_buf_text(&text), "Archive (dataset-json): 2 datasets"));
    assert_non_null(strstr(akin_buf_text(&text),
                           "3 in 2 datasets, e.g. 1: \"obo:NCBITaxon_9606\""));
    akin_buf_free(&text);
    akin_json_free(tally);
}

static void
examples_are_few(void **state)
{
    struct akin_json *tally = akin_json_object();

    (void)state;
    for (int i = 0; i < 10; i++)
        tally_one(tally, "{\"id\":\"1\",\"title\":\"t\"}");
    assert_int_equal(number_at(tally, "dataset-json/missing/licence/count"),
                     10);
    expect_count(tally, "dataset-json/missing/licence/examples",
                 AKIN_TALLY_EXAMPLES);
    akin_json_free(tally);
}

/* ---- file lists ---- */

static void
write_file(const char *folder, const char *name, const char *text)
{
    char *path = akin_path_join(folder, name);
    struct akin_error err = {0};

    assert_ok(akin_file_write(path, akin_span_str(text), &err));
    free(path);
}

/* The files of a record of this metadata file. */
static struct akin_json *
files_of(const char *folder, const char *name, const char *record_text,
         struct akin_record_report *report)
{
    char *path = akin_path_join(folder, name);
    struct akin_json *record = NULL, *files = NULL;
    struct akin_error err = {0};

    assert_ok(akin_json_parse(akin_span_str(record_text), &record, &err));
    akin_record_files(path, record, &files, report);
    akin_json_free(record);
    free(path);
    return files;
}

static void
lists_are_found_by_name_by_folder_and_by_study(void **state)
{
    static const struct {
        const char *metadata, *record;
        size_t n;
    } cases[] = {
        {"S-1.json", "{}", 0},
        {"S-1.json", "{\"extra\":{\"file_lists\":[{\"file_list\":\"a.csv\"}]}}",
         2},
        {"S-1.json",
         "{\"extra\":{\"file_lists\":[{\"file_list\":\"a.csv\"},"
         "{\"file_list\":\"a.csv\"},{\"file_list\":\"sub/b.json\"},"
         "{\"file_list\":\"none.csv\"},{\"title\":\"x\"}]}}",
         3},
        {"dataset.json", "{}", 1}, /* files.tsv */
        {"idr0001-study.txt", "{}", 2},
        {"idr0002-study.txt", "{}", 0},
        /* what leads elsewhere is not followed */
        {"S-1.json",
         "{\"extra\":{\"file_lists\":[{\"file_list\":\"../a.csv\"},"
         "{\"file_list\":\"/etc/passwd\"}]}}",
         0},
        {"S-1.json", "{\"extra\":{\"file_lists\":\"a.csv\"}}", 0},
    };
    char *folder = akin_test_folder();
    char *sub = akin_path_join(folder, "sub");
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_dir_make(sub, &err));
    write_file(folder, "a.csv", "Files,SNR\nx/1.tif,low\n2.tif,high\n");
    write_file(folder, "sub/b.json",
               "[{\"path\":\"3.tif\"},{\"path\":\"2.tif\",\"attributes\":"
               "[{\"name\":\"SNR\",\"value\":\"other\"},{\"name\":\"Dye\","
               "\"value\":\"DAPI\"}]}]");
    write_file(folder, "files.tsv", "Files\tA\n4.tif\tx\n");
    write_file(folder, "idr0001-screenA-annotation.csv",
               "Dataset Name,Image Name,Gene\nd,5.tif,ADE1\nd,6.tif,ADE2\n");
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_record_report report = {0};
        struct akin_json *files =
            files_of(folder, cases[i].metadata, cases[i].record, &report);

        assert_int_equal(akin_json_count(files), cases[i].n);
        assert_null(report.notes);
        if (i == 2) { /* of a file in two lists, attributes are joined */
            const struct akin_json *two = akin_json_get(files, "2.tif");

            expect_text(two, "list", "a.csv");
            expect_text(two, "attributes/SNR", "high");
            expect_text(two, "attributes/Dye", "DAPI");
        }
        akin_json_free(files);
    }
    akin_test_remove(folder);
    free(sub);
}

static void
a_list_that_cannot_be_read_is_reported_and_left_out(void **state)
{
    static const struct {
        const char *name, *text, *says;
    } refusals[] = {
        {"empty", "", "empty"},
        {"no paths", "A,B\n1,2\n", "\"Files\""},
        {"open quote", "Files\n\"x", "quote"},
        {"broken", "[{", "line"},
    };
    char *folder = akin_test_folder();

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_record_report report = {0};
        struct akin_json *files;

        print_message("%s\n", refusals[i].name);
        write_file(folder, "files.csv", refusals[i].text);
        files = files_of(folder, "dataset.json", "{}", &report);
        assert_int_equal(akin_json_count(files), 0);
        expect_text(report.notes, "0/code", "file_list");
        assert_non_null(
            strstr(akin_json_text(akin_json_at(report.notes, 0), "text"),
                   refusals[i].says));
        akin_json_free(files);
        akin_record_report_free(&report);
    }
    akin_test_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_are_counted_by_source_and_class),
        cmocka_unit_test(examples_are_few),
        cmocka_unit_test(lists_are_found_by_name_by_folder_and_by_study),
        cmocka_unit_test(a_list_that_cannot_be_read_is_reported_and_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
