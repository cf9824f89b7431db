/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/file_list.h"
#include "csv_internal.h"
#include "record_test.h"

static struct akin_record_report report;

static struct akin_json *
parse(const char *name, const char *text)
{
    struct akin_json *files = NULL;
    struct akin_error err = {0};

    akin_record_report_free(&report);
    assert_ok(
        akin_file_list_parse(akin_span_str(text), name, &files, &report, &err));
    return files;
}

static const struct akin_json *
attribute(const struct akin_json *files, const char *path, const char *name)
{
    return akin_json_get(
        akin_json_get(akin_json_get(files, path), "attributes"), name);
}

static void
expect_attribute(const struct akin_json *files, const char *path,
                 const char *name, const char *want)
{
    const char *text = akin_json_string(attribute(files, path, name));

    if (text == NULL || strcmp(text, want) != 0)
        fail_msg("%s of %s is \"%s\"", name, path, text);
}

static void
json_lists_give_attributes_by_path(void **state)
{
    struct akin_json *files = parse(
        "f.json",
        "\xef\xbb\xbf [{\"path\":\"a/1.tif\",\"size\":3217536,\"attributes\":["
        "{\"name\":\"Source image\",\"value\":\"b/1.tif\"},{\"name\":\"SNR\","
        "\"value\":\"low\"},{\"name\":\"SNR\",\"value\":\"high\"},{\"name\":"
        "\"none\"}],\"type\":\"file\"},{\"path\":\"./b/2.tif\"}]");
    int64_t size;

    (void)state;
    assert_int_equal(akin_json_count(files), 2);
    expect_attribute(files, "a/1.tif", "Source image", "b/1.tif");
    assert_int_equal(akin_json_count(attribute(files, "a/1.tif", "SNR")), 2);
    assert_null(attribute(files, "a/1.tif", "none"));
    assert_true(akin_json_int(
        akin_json_get(akin_json_get(files, "a/1.tif"), "size_bytes"), &size));
    assert_int_equal(size, 3217536);
    assert_non_null(akin_json_get(files, "b/2.tif"));
    akin_json_free(files);
}

static void
tables_are_read_as_rfc_4180_says(void **state)
{
    static const struct {
        const char *name, *text;
    } cases[] = {
        {"f.csv", "Files,Note,Type\na.tif,\"one, \"\"two\"\"\",x\n"},
        {"f.csv", "\xef\xbb\xbf"
                  "Files,Note,Type\r\na.tif,\"one, \"\"two\"\"\",x\r\n"},
        {"f.csv", "Files,Note,Type\ra.tif,\"one, \"\"two\"\"\",x"},
        {"f.csv",
         "\n\nNote,file name,Type\n\n\"one, \"\"two\"\"\",a.tif,x\n,,\n"},
        {"f.tsv", "Note\tFiles\tType\none, \"two\"\ta.tif\tx\n"},
        {"f.txt", "Path;Note;Type\n/a.tif;\"one, \"\"two\"\"\" ;x\n"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_json *files = parse(cases[i].name, cases[i].text);

        assert_int_equal(akin_json_count(files), 1);
        expect_attribute(files, "a.tif", "Note", "one, \"two\"");
        expect_attribute(files, "a.tif", "Type", "x");
        akin_json_free(files);
    }
}

static void
cells_may_hold_line_breaks_and_rows_may_be_short_or_long(void **state)
{
    struct akin_json *files =
        parse("f.csv", "Files,A,B\nx,\"1\n2\",3\ny\nz,1,2,3,4\n");

    (void)state;
    expect_attribute(files, "x", "A", "1 2");
    expect_attribute(files, "x", "B", "3");
    assert_null(attribute(files, "y", "A"));
    expect_attribute(files, "z", "B", "2");
    assert_int_equal(akin_json_count(report.notes), 1);
    expect_text(report.notes, "0/code", "cell_extra");
    expect_text(report.notes, "0/text", "line 5 has more cells than the head");
    akin_json_free(files);
}

static void
paths_that_are_twice_missing_or_outside_are_reported(void **state)
{
    struct akin_json *files =
        parse("f.csv", "Files,A\nx,1\nx,2\n../y,3\na/../b,4\n,5\n..a/..,6\n"
                       "ok..txt,7\n");

    (void)state;
    assert_int_equal(akin_json_count(files), 2);
    expect_attribute(files, "x", "A", "1");
    expect_attribute(files, "ok..txt", "A", "7");
    assert_int_equal(akin_json_count(report.notes), 5);
    akin_json_free(files);
}

static void
what_is_no_file_list_is_refused_with_a_reason(void **state)
{
    static const struct {
        const char *name, *text;
        size_t len;
        enum akin_status want;
        const char *says;
    } refusals[] = {
        {"nothing", "", 0, AKIN_EFORMAT, "empty"},
        {"blank lines", "\n\n", 2, AKIN_EFORMAT, "empty"},
        {"no path column", "A,B\n1,2\n", 8, AKIN_EFORMAT, "\"Files\""},
        {"open quote", "Files,A\nx,\"1\n", 13, AKIN_EFORMAT, "line 2: a quote"},
        {"behind a quote", "Files,A\nx,\"1\"2\n", 15, AKIN_EFORMAT,
         "behind a closing quote"},
        {"zeros", "Files\nx\0y\n", 10, AKIN_EFORMAT, "zeros"},
        {"object", "{\"a\":1}", 7, AKIN_EFORMAT, "array"},
        {"no path", "[{\"size\":1}]", 12, AKIN_EFORMAT, "entry 1"},
        {"number", "[7]", 3, AKIN_EFORMAT, "entry 1"},
        {"broken", "[{", 2, AKIN_EFORMAT, "line"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_json *files = NULL;
        struct akin_error err = {0};

        print_message("%s\n", refusals[i].name);
        assert_fails_with(akin_file_list_parse(
                              akin_span_of(refusals[i].text, refusals[i].len),
                              "f.csv", &files, NULL, &err),
                          refusals[i].want, refusals[i].says);
        assert_null(files);
    }
}

static void
columns_and_cells_end_at_limits(void **state)
{
    struct akin_buf text = {0};
    struct akin_json *files = NULL;
    struct akin_error err = {0};

    (void)state;
    akin_buf_puts(&text, "Files");
    for (int i = 0; i < AKIN_FILE_LIST_COLUMNS_MAX; i++)
        akin_buf_puts(&text, ",c");
    assert_fails_with(
        akin_file_list_parse(akin_buf_span(&text), "f.csv", &files, NULL, &err),
        AKIN_ELIMIT, "256 columns");
    akin_buf_clear(&text);
    akin_buf_puts(&text, "Files,A\nx,");
    for (int i = 0; i < AKIN_FILE_LIST_CELL_MAX + 1; i++)
        akin_buf_puts(&text, "y");
    assert_fails_with(
        akin_file_list_parse(akin_buf_span(&text), "f.csv", &files, NULL, &err),
        AKIN_ELIMIT, "line 2");
    akin_buf_free(&text);
}

/* Any cells, written with quotes, are read back as they were. */
static void
quoted_cells_survive_a_round_trip(void **state)
{
    static const char alphabet[] = "ab\",;\t\n\r x";
    struct akin_test_random random = {7};

    (void)state;
    for (int round = 0; round < 500; round++) {
        char cell[4][12] = {{0}};
        struct akin_buf text = {0};
        struct akin__csv csv;
        struct akin_error err = {0};

        for (size_t i = 0; i < 4; i++) {
            size_t len = akin_test_below(&random, 10);

            for (size_t k = 0; k < len; k++)
                cell[i][k] =
                    alphabet[akin_test_below(&random, sizeof(alphabet) - 1)];
            akin_buf_puts(&text, i == 0 ? "\"x" : ",\"x");
            for (size_t k = 0; k < len; k++)
                akin_buf_printf(&text, "%s%c", cell[i][k] == '"' ? "\"" : "",
                                cell[i][k]);
            akin_buf_puts(&text, "\"");
        }
        akin__csv_init(&csv, akin_buf_span(&text), ',', 4, 100);
        assert_ok(akin__csv_next(&csv, &err));
        assert_int_equal(csv.n, 4);
        for (size_t i = 0; i < 4; i++)
            assert_string_equal(akin__csv_cell(&csv, i) + 1, cell[i]);
        assert_int_equal(akin__csv_next(&csv, &err), AKIN_ENOTFOUND);
        akin__csv_fini(&csv);
        akin_buf_free(&text);
    }
}

static void
what_all_files_say_can_be_filtered_by(void **state)
{
    struct akin_json *files =
        parse("f.csv", "Files,Species,SNR,Channels,Size X,Name\n"
                       "1.tif,Mus musculus,low,DAPI; actin,512,n1\n"
                       "2.tif,Mus musculus,high,3,large,n2\n"
                       "3.tif,Homo sapiens,low,3,1024,\n");
    struct akin_json *all = akin_file_attributes(files);
    struct akin_buf text = {0};

    (void)state;
    akin_json_write(all, AKIN_JSON_SORTED, &text);
    assert_string_equal(
        akin_buf_text(&text),
        "{\"channel\":[\"DAPI; actin\"],\"channels\":[3.0],\"name\":[\"n1\","
        "\"n2\"],\"organism\":[\"Mus musculus\",\"Homo sapiens\"],\"snr\":["
        "\"low\",\"high\"],\"width\":[512.0,1024.0]}");
    akin_buf_free(&text);
    akin_json_free(all);
    akin_json_free(files);
}

static void
names_of_files_and_long_texts_are_no_attributes(void **state)
{
    struct akin_buf text = {0};
    struct akin_json *files, *all;

    (void)state;
    akin_buf_puts(&text, "Files,id,remark,dye\n");
    for (int i = 0; i <= AKIN_FILE_VALUES_MAX; i++)
        akin_buf_printf(&text, "%d.tif,%d,%0*d,%d\n", i, i,
                        i == 7 ? AKIN_FILE_VALUE_MAX : 1, i % 2, i % 3);
    files = parse("f.csv", akin_buf_text(&text));
    all = akin_file_attributes(files);
    assert_int_equal(akin_json_count(all), 1);
    assert_int_equal(akin_json_count(akin_json_get(all, "dye")), 3);
    akin_json_free(all);
    akin_json_free(files);
    files = parse("f.csv", "Files\n1.tif\n");
    assert_null(akin_file_attributes(files));
    akin_json_free(files);
    akin_buf_free(&text);
}

static void
the_real_list_names_the_source_image_of_each_mask(void **state)
{
    char *path = akin_test_need_shared(
        "metadata/bia-submissions/S-BIAD1492/bbc024_masks.json");
    struct akin_json *files = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_record_file_list(path, &files, NULL, &err));
    assert_int_equal(akin_json_count(files), 6);
    expect_attribute(
        files,
        "BBBC024/BBBC024_v1_c75_lowSNR_images_TIFF/image-labels_0012.tif",
        "Source image",
        "BBBC024/BBBC024_v1_c75_lowSNR_images_TIFF/image-final_0012.tif");
    akin_json_free(files);
    free(path);
}

static int
clean_up(void **state)
{
    (void)state;
    akin_record_report_free(&report);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_lists_give_attributes_by_path),
        cmocka_unit_test(tables_are_read_as_rfc_4180_says),
        cmocka_unit_test(
            cells_may_hold_line_breaks_and_rows_may_be_short_or_long),
        cmocka_unit_test(paths_that_are_twice_missing_or_outside_are_reported),
        cmocka_unit_test(what_is_no_file_list_is_refused_with_a_reason),
        cmocka_unit_test(columns_and_cells_end_at_limits),
        cmocka_unit_test(quoted_cells_survive_a_round_trip),
        cmocka_unit_test(what_all_files_say_can_be_filtered_by),
        cmocka_unit_test(names_of_files_and_long_texts_are_no_attributes),
        cmocka_unit_test(the_real_list_names_the_source_image_of_each_mask),
    };
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
