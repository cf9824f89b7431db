/* SPDX-License-Identifier: Apache-2.0 */
/* All real metadata of the sample corpus: one record for each study. */
#include <regex.h>

#include "akin/file.h"
#include "akin/record.h"
#include "akin_test.h"

/* ---- the schema, interpreted as far as it goes ---- */

static struct akin_json *schema;

static bool fits(const struct akin_json *rule, const struct akin_json *value);

static bool
type_fits(const char *type, const struct akin_json *value)
{
    enum akin_json_type is = akin_json_type(value);

    return type == NULL ||
           (strcmp(type, "string") == 0 && is == AKIN_JSON_STRING) ||
           (strcmp(type, "integer") == 0 && is == AKIN_JSON_INT) ||
           (strcmp(type, "array") == 0 && is == AKIN_JSON_ARRAY) ||
           (strcmp(type, "object") == 0 && is == AKIN_JSON_OBJECT);
}

static bool
text_fits(const struct akin_json *rule, const char *text)
{
    const char *pattern = akin_json_text(rule, "pattern");
    regex_t regex;
    bool match;

    if (akin_json_get(rule, "minLength") != NULL && text[0] == '\0')
        return false;
    if (pattern == NULL)
        return true;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    match = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return match;
}

static bool
number_fits(const struct akin_json *rule, int64_t number)
{
    int64_t bound;

    if (akin_json_int(akin_json_get(rule, "minimum"), &bound) && number < bound)
        return false;
    return !akin_json_int(akin_json_get(rule, "maximum"), &bound) ||
           number <= bound;
}

static bool
required_fits(const struct akin_json *rule, const struct akin_json *value)
{
    const struct akin_json *names = akin_json_get(rule, "required");

    for (size_t i = 0; i < akin_json_count(names); i++)
        if (akin_json_get(value, akin_json_string(akin_json_at(names, i))) ==
            NULL)
            return false;
    return true;
}

static bool
object_fits(const struct akin_json *rule, const struct akin_json *value)
{
    const struct akin_json *properties = akin_json_get(rule, "properties");
    const struct akin_json *more = akin_json_get(rule, "additionalProperties");
    struct akin_json *member;
    const char *name;
    void *it = NULL;

    while (akin_json_next(value, &it, &name, &member)) {
        const struct akin_json *of = akin_json_get(properties, name);

        if (of == NULL && akin_json_type(more) == AKIN_JSON_BOOL &&
            !akin_json_true(more)) {
            print_message("not in the schema: %s\n", name);
            return false;
        }
        if (of == NULL && akin_json_type(more) == AKIN_JSON_OBJECT)
            of = more;
        if (of != NULL && !fits(of, member)) {
            print_message("does not fit the schema: %s\n", name);
            return false;
        }
    }
    return true;
}

static bool
one_of_fits(const struct akin_json *rule, const struct akin_json *value)
{
    const struct akin_json *any = akin_json_get(rule, "anyOf");
    const struct akin_json *values = akin_json_get(rule, "enum");
    bool found = any == NULL;

    for (size_t i = 0; i < akin_json_count(any) && !found; i++)
        found = required_fits(akin_json_at(any, i), value);
    if (values == NULL || !found)
        return found;
    for (size_t i = 0; i < akin_json_count(values); i++)
        if (akin_json_equal(akin_json_at(values, i), value))
            return true;
    return false;
}

static bool
fits(const struct akin_json *rule, const struct akin_json *value)
{
    const char *ref = akin_json_text(rule, "$ref");
    int64_t number;

    if (ref != NULL) {
        rule = akin_json_get(akin_json_get(schema, "$defs"),
                             ref + strlen("#/$defs/"));
        assert_non_null(rule);
    }
    if (!type_fits(akin_json_text(rule, "type"), value) ||
        !required_fits(rule, value) || !one_of_fits(rule, value))
        return false;
    if (akin_json_string(value) != NULL &&
        !text_fits(rule, akin_json_string(value)))
        return false;
    if (akin_json_int(value, &number) && !number_fits(rule, number))
        return false;
    if (akin_json_get(rule, "items") != NULL)
        for (size_t i = 0; i < akin_json_count(value); i++)
            if (!fits(akin_json_get(rule, "items"), akin_json_at(value, i)))
                return false;
    return object_fits(rule, value);
}

static int
load_schema(void **state)
{
    char *path = akin_test_file("../include/akin/dataset.schema.json");
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_json_read_file(path, 1 << 20, &schema, &err));
    free(path);
    return 0;
}

static int
free_schema(void **state)
{
    (void)state;
    akin_json_free(schema);
    return 0;
}

/* ---- counting ---- */

struct totals {
    size_t files, records, organisms, methods, licences, dated, orcids;
    size_t annotations, keywords, papers, thumbnails, sizes;
    size_t infos, warnings, errors;
};

static size_t
with_id(const struct akin_json *terms)
{
    for (size_t i = 0; i < akin_json_count(terms); i++)
        if (akin_json_text(akin_json_at(terms, i), "id") != NULL)
            return 1;
    return 0;
}

static void
count_record(const struct akin_json *record, struct totals *t)
{
    const struct akin_json *authors = akin_json_get(record, "authors");
    size_t orcids = 0;

    t->records++;
    t->organisms += with_id(akin_json_get(record, "organism"));
    t->methods += with_id(akin_json_get(record, "imaging_method"));
    t->licences += akin_json_text(record, "license") != NULL;
    t->dated += akin_json_text(record, "date_published") != NULL;
    for (size_t i = 0; i < akin_json_count(authors); i++)
        orcids += akin_json_text(akin_json_at(authors, i), "orcid") != NULL;
    t->orcids += orcids;
    t->annotations += akin_json_count(
        akin_json_get(akin_json_get(record, "mifa"), "annotations"));
    t->keywords += akin_json_count(akin_json_get(record, "keywords")) > 0;
    t->papers += akin_json_count(akin_json_get(record, "publications")) > 0;
    t->thumbnails += akin_json_count(akin_json_get(record, "thumbnails"));
    t->sizes += akin_json_get(akin_json_get(record, "size"), "bytes") != NULL;
}

static void
count_notes(const struct akin_json *notes, struct totals *t)
{
    for (size_t i = 0; i < akin_json_count(notes); i++) {
        const char *level = akin_json_text(akin_json_at(notes, i), "level");

        assert_non_null(level);
        t->infos += strcmp(level, "info") == 0;
        t->warnings += strcmp(level, "warning") == 0;
        t->errors += strcmp(level, "error") == 0;
    }
}

static void
read_one(const char *path, struct totals *t)
{
    struct akin_record_report report = {0};
    struct akin_json *records = NULL;
    struct akin_error err = {0};

    assert_ok(akin_record_read_file(path, &records, &report, &err));
    t->files++;
    for (size_t i = 0; i < akin_json_count(records); i++) {
        const struct akin_json *record = akin_json_at(records, i);

        if (akin_record_check(record, &err) != AKIN_OK)
            fail_msg("%s: %s", path, err.text);
        if (!fits(schema, record))
            fail_msg("%s: the record does not fit dataset.schema.json", path);
        count_record(record, t);
    }
    count_notes(report.notes, t);
    if (getenv("AKIN_PRINT_NOTES") != NULL && report.notes != NULL) {
        struct akin_buf text = {0};

        akin_json_write(report.notes, AKIN_JSON_PRETTY, &text);
        print_message("%s %s\n", path, akin_buf_text(&text));
        akin_buf_free(&text);
    }
    akin_record_report_free(&report);
    akin_json_free(records);
}

/* File lists lie beside the submission that they belong to. */
static void
read_folder(const char *path, struct totals *t)
{
    struct akin_names names = {0};
    struct akin_error err = {0};

    assert_ok(akin_dir_list(path, &names, &err));
    for (size_t i = 0; i < names.n; i++) {
        char *child = akin_path_join(path, names.name[i]);
        struct akin_file_stat stat;

        assert_ok(akin_file_stat(child, &stat, &err));
        if (stat.is_dir)
            read_folder(child, t);
        else if (akin_record_is_metadata_name(names.name[i]))
            read_one(child, t);
        free(child);
    }
    akin_names_free(&names);
}

static struct totals
read_source(const char *below)
{
    char *path = akin_test_need_shared(below);
    struct totals t = {0};

    read_folder(path, &t);
    print_message("%-28s files %zu records %zu organism %zu method %zu "
                  "licence %zu date %zu orcid %zu mifa %zu keywords %zu "
                  "papers %zu thumbnails %zu sizes %zu | info %zu warning %zu "
                  "error %zu\n",
                  below, t.files, t.records, t.organisms, t.methods, t.licences,
                  t.dated, t.orcids, t.annotations, t.keywords, t.papers,
                  t.thumbnails, t.sizes, t.infos, t.warnings, t.errors);
    free(path);
    return t;
}

static void
every_crate_of_the_bioimage_archive_is_one_record(void **state)
{
    struct totals t = read_source("metadata/ro-crates/bia");

    (void)state;
    assert_int_equal(t.files, 804);
    assert_int_equal(t.records, 804);
    assert_int_equal(t.licences, 804);
    assert_int_equal(t.dated, 804);
    assert_int_equal(t.sizes, 804);
    assert_int_equal(t.orcids, 1438);
    assert_int_equal(t.thumbnails, 614);
    assert_in_range(t.organisms, 775, 804);
    assert_in_range(t.methods, 693, 804);
    assert_in_range(t.keywords, 755, 762);
    assert_int_equal(t.papers, 31);
}

static void
every_idr_crate_is_one_record_and_the_collection_is_none(void **state)
{
    struct totals t = read_source("metadata/ro-crates/idr");

    (void)state;
    assert_int_equal(t.files, 139);
    assert_int_equal(t.records, 138);
    assert_int_equal(t.licences, 137); /* one names a page of its own */
    assert_int_equal(t.dated, 138);
    assert_in_range(t.orcids, 135, 140);
    assert_int_equal(t.sizes, 74);
    assert_int_equal(t.papers, 120);
    assert_in_range(t.organisms, 131, 138);
    assert_in_range(t.methods, 129, 138);
}

static void
every_ssbd_crate_is_one_record(void **state)
{
    struct totals t = read_source("metadata/ro-crates/ssbd");

    (void)state;
    assert_int_equal(t.files, 252);
    assert_int_equal(t.records, 252);
    assert_int_equal(t.licences, 252);
    assert_int_equal(t.dated, 250);
    assert_int_equal(t.methods, 252);
    assert_int_equal(t.organisms, 247);
    assert_int_equal(t.sizes, 252);
    assert_int_equal(t.papers, 246);
    assert_int_equal(t.thumbnails, 242);
    assert_int_equal(t.orcids, 70);
}

static void
every_submission_is_one_record(void **state)
{
    struct totals t = read_source("metadata/bia-submissions");

    (void)state;
    assert_int_equal(t.files, 24);
    assert_int_equal(t.records, 24);
    assert_int_equal(t.annotations, 10);
    assert_int_equal(t.dated, 24);
}

static void
the_set_with_a_confidence_level_is_complete(void **state)
{
    char *path = akin_test_need_shared(
        "metadata/bia-submissions/S-BIAD1492/S-BIAD1492.json");
    struct akin_json *records = NULL;
    const struct akin_json *set;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_record_read_file(path, &records, NULL, &err));
    set = akin_json_at(
        akin_json_get(akin_json_get(akin_json_at(records, 0), "mifa"),
                      "annotations"),
        0);
    assert_non_null(akin_json_text(set, "confidence"));
    assert_non_null(akin_json_text(set, "coverage"));
    assert_non_null(akin_json_text(set, "source_images"));
    assert_string_equal(
        akin_json_string(akin_json_at(akin_json_get(set, "type"), 0)),
        "segmentation_mask");
    akin_json_free(records);
    free(path);
}

static void
every_idr_study_is_one_record(void **state)
{
    struct totals t = read_source("metadata/idr-study");

    (void)state;
    assert_int_equal(t.files, 18);
    assert_int_equal(t.records, 18);
    assert_int_equal(t.organisms, 18);
    assert_int_equal(t.methods, 18);
    assert_int_equal(t.dated, 18);
    assert_int_equal(t.errors, 0);
}

static void
every_collection_of_images_has_its_record(void **state)
{
    struct totals t = read_source("bioimages");

    (void)state;
    assert_int_equal(t.files, 34);
    assert_int_equal(t.records, 34);
    assert_in_range(t.licences, 29, 34);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_crate_of_the_bioimage_archive_is_one_record),
        cmocka_unit_test(
            every_idr_crate_is_one_record_and_the_collection_is_none),
        cmocka_unit_test(every_ssbd_crate_is_one_record),
        cmocka_unit_test(every_submission_is_one_record),
        cmocka_unit_test(the_set_with_a_confidence_level_is_complete),
        cmocka_unit_test(every_idr_study_is_one_record),
        cmocka_unit_test(every_collection_of_images_has_its_record),
    };
    return cmocka_run_group_tests(tests, load_schema, free_schema);
}
