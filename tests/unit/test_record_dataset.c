/* SPDX-License-Identifier: Apache-2.0 */
/* dataset.json of collections, and our own schema as JSON or YAML. */
#include "record_test.h"

static struct reading reading;

static void
a_collection_s_dataset_json_becomes_a_record(void **state)
{
    const struct akin_json *r = read_text(
        &reading, "worms/dataset.json",
        "{\"id\":\"worms\",\"title\":\"Worms\",\"source_repo\":\"a/b\","
        "\"licence\":\"MIT (repository LICENSE)\","
        "\"organism\":\"Homo sapiens (NCBITaxon:9606); Rattus norvegicus "
        "(NCBITaxon:10116)\","
        "\"imaging_method\":\"scanning electron microscopy (SEM) "
        "(FBbi:00000257); macro photography\",\"modality\":\"electron\","
        "\"category\":\"sem\",\"image_count\":8,\"annotation_types\":"
        "[\"segmentation_mask\",\"geometrical\"],\"notes\":\"\"}");
    int64_t n;

    (void)state;
    expect_text(r, "id", "worms");
    expect_text(r, "license", "MIT");
    expect_text(r, "license_original", "MIT (repository LICENSE)");
    expect_count(r, "organism", 2);
    expect_text(r, "organism/1/id", "NCBITaxon:10116");
    expect_text(r, "imaging_method/0/label",
                "scanning electron microscopy (SEM)");
    expect_text(r, "imaging_method/1/label", "macro photography");
    expect_text(r, "modality", "electron");
    expect_text(r, "category", "sem");
    expect_count(r, "mifa/annotations", 2);
    expect_text(r, "mifa/annotations/1/type/0", "geometrical_annotations");
    expect_text(r, "extra/source_repo", "a/b");
    assert_true(akin_json_int(value_at(r, "extra/image_count"), &n));
    assert_int_equal(n, 8);
    assert_null(value_at(r, "extra/notes"));
    expect_text(r, "source/kind", "dataset-json");
    expect_text(r, "source/uri", "worms/dataset.json");
}

static void
unknown_and_mixed_organisms_are_told_apart(void **state)
{
    const struct akin_json *r;

    (void)state;
    r = read_text(&reading, "d.json",
                  "{\"id\":\"a\",\"title\":\"a\",\"organism\":\"unknown\"}");
    expect_count(r, "organism", 0);
    expect_text(r, "extra/organism", "unknown");
    assert_int_equal(notes_of(&reading, "term_unknown"), 1);
    r = read_text(&reading, "d.json",
                  "{\"id\":\"a\",\"title\":\"a\",\"organism\":\"mixed (human, "
                  "mouse and others)\"}");
    expect_text(r, "organism/0/label", "mixed (human, mouse and others)");
    expect_text(r, "organism/0/id", NULL);
    r = read_text(&reading, "d.json",
                  "{\"id\":\"a\",\"title\":\"a\",\"organism\":\"Brassica sp. "
                  "(NCBITaxon:3705) and other\"}");
    expect_text(r, "organism/0/id", "NCBITaxon:3705");
    assert_int_equal(notes_of(&reading, "term_rest"), 1);
}

static const char full[] =
    "# a comment\n"
    "id: &name full-1\n"
    "title: A full record\n"
    "description: |\n"
    "  First.\n"
    "\n"
    "  Second.\n"
    "license: CC-BY-4.0\n"
    "year: 2020\n"
    "keywords: [a, b]\n"
    "publisher: {name: P, url: 'https://e.org'}\n"
    "identifier: {doi: 'https://doi.org/10.1000/x', accession: *name}\n"
    "authors:\n"
    "  - {name: A. One, orcid: 0000-0002-1825-0097, affiliation: Home,"
    " role: [submitter], email: a@example.org}\n"
    "  - B. Two (0000-0002-1825-0097)\n"
    "  - Wrong (0000-0002-1825-0098)\n"
    "publications:\n"
    "  - 10.1000/y\n"
    "  - {title: Paper, pubmed_id: 1234567, year: 2019}\n"
    "funders: [F, {name: G, grant: 12}]\n"
    "organism: [{id: 'obo:NCBITaxon_9606', label: Homo sapiens}]\n"
    "imaging_method: {id: '00000251', label: confocal}\n"
    "cell_line: [{id: CVCL_0030, name: HeLa}, {id: nonsense}]\n"
    "size: {bytes: 873671939430809, files: '1,000'}\n"
    "thumbnails: https://e.org/t.png\n"
    "models: [{name: M, url: 'https://e.org/m', size: 7}, https://e.org/n]\n"
    "rembi:\n"
    "  biosamples: [{title: S, description: D}]\n"
    "  specimens: Plain\n"
    "mifa:\n"
    "  annotations:\n"
    "    - {title: T, type: [counts, weak annotations], authors: [C. Three],"
    " method: M, colour: red}\n"
    "version: {id: 2, time: 2021-01-01, previous: 1, changes: fixed,"
    " creators: [A. One]}\n"
    "extra: {note: kept}\n"
    "own_field: {deep: [1, 2]}\n";

static void
a_full_yaml_record_is_read(void **state)
{
    const struct akin_json *r = read_text(&reading, "full.yaml", full);
    int64_t n;

    (void)state;
    expect_text(r, "id", "full-1");
    expect_text(r, "identifier/accession", "full-1");
    expect_text(r, "identifier/doi", "10.1000/x");
    expect_text(r, "description", "First.\n\nSecond.");
    expect_text(r, "license_original", NULL);
    assert_true(akin_json_int(value_at(r, "year"), &n));
    assert_int_equal(n, 2020);
    expect_count(r, "authors", 3);
    expect_text(r, "authors/0/affiliations/0", "Home");
    expect_text(r, "authors/1/name", "B. Two");
    expect_text(r, "authors/1/orcid", "0000-0002-1825-0097");
    expect_text(r, "authors/2/orcid", NULL);
    expect_text(r, "publications/0/doi", "10.1000/y");
    expect_text(r, "publications/1/pubmed_id", "1234567");
    expect_text(r, "funders/1/grant", "12");
    expect_text(r, "imaging_method/0/id", "FBbi:00000251");
    expect_text(r, "cell_line/0/id", "Cellosaurus:CVCL_0030");
    expect_text(r, "cell_line/1/label", "nonsense");
    assert_true(akin_json_int(value_at(r, "size/bytes"), &n));
    assert_true(n == 873671939430809);
    expect_text(r, "models/1/url", "https://e.org/n");
    expect_text(r, "rembi/specimens/0/title", "Plain");
    expect_text(r, "mifa/annotations/0/confidence", "weak");
    expect_text(r, "mifa/annotations/0/authors/0/name", "C. Three");
    expect_text(r, "extra/annotations/colour", "red");
    expect_text(r, "version/id", "2");
    expect_text(r, "version/creators/0", "A. One");
    expect_text(r, "extra/note", "kept");
    expect_count(r, "extra/own_field/deep", 2);
    expect_text(r, "source/kind", "yaml");
    assert_int_equal(notes_of(&reading, "orcid_check_digit"), 1);
}

/* Writing a record and reading it again changes nothing but its source. */
static void
a_canonical_record_is_read_back_as_it_is(void **state)
{
    struct akin_buf text = {0};
    struct akin_json *before;

    (void)state;
    before = akin_json_copy(read_text(&reading, "full.yaml", full));
    akin_json_write(before, AKIN_JSON_PRETTY, &text);
    (void)read_text(&reading, "full.json", akin_buf_text(&text));
    akin_json_unset(before, "source");
    akin_json_unset(akin_json_at(reading.records, 0), "source");
    assert_true(akin_json_equal(before, akin_json_at(reading.records, 0)));
    akin_json_free(before);
    akin_buf_free(&text);
}

static void
a_file_may_hold_several_datasets(void **state)
{
    (void)state;
    (void)read_text(&reading, "d.yaml",
                    "datasets:\n- {id: a, title: A}\n- {id: b, title: B}\n");
    expect_count(reading.records, "", 2);
    (void)read_text(&reading, "d.json", "[{\"title\":\"only a title\"}]");
    expect_text(reading.records, "0/id", "d.json");
    assert_int_equal(notes_of(&reading, "id_missing"), 1);
}

static void
yaml_scalars_follow_the_core_schema(void **state)
{
    static const char text[] = "[1, -2, +3, 1.5, 1e3, .5, 007, 1e, '1', true, "
                               "False, null, ~, no, 2020-01-01, 12345678901234"
                               "567890, !!str 5]";
    static const enum akin_json_type want[] = {
        AKIN_JSON_INT,    AKIN_JSON_INT,    AKIN_JSON_INT,    AKIN_JSON_REAL,
        AKIN_JSON_REAL,   AKIN_JSON_REAL,   AKIN_JSON_STRING, AKIN_JSON_STRING,
        AKIN_JSON_STRING, AKIN_JSON_BOOL,   AKIN_JSON_BOOL,   AKIN_JSON_NULL,
        AKIN_JSON_NULL,   AKIN_JSON_STRING, AKIN_JSON_STRING, AKIN_JSON_STRING,
        AKIN_JSON_STRING};
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin__yaml_parse(akin_span_str(text), &json, &err));
    assert_int_equal(akin_json_count(json), AKIN_COUNT(want));
    for (size_t i = 0; i < AKIN_COUNT(want); i++)
        if (akin_json_type(akin_json_at(json, i)) != want[i])
            fail_msg("value %zu", i);
    akin_json_free(json);
}

/* Ten levels of ten aliases would be 10,000,000,000 values. */
static void
a_bomb_of_aliases_is_refused(void **state)
{
    struct akin_buf text = {0};
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    (void)state;
    akin_buf_puts(&text, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 10; i++) {
        akin_buf_printf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            akin_buf_printf(&text, "%s*a%d", k == 0 ? "" : ",", i - 1);
        akin_buf_puts(&text, "]\n");
    }
    assert_fails_with(akin__yaml_parse(akin_buf_span(&text), &json, &err),
                      AKIN_ELIMIT, "aliases");
    akin_buf_free(&text);
}

static void
what_is_no_record_is_refused_with_a_reason(void **state)
{
    static const struct {
        const char *name, *text;
        enum akin_status want;
        const char *says;
    } refusals[] = {
        {"d.json", "", AKIN_EFORMAT, "empty"},
        {"d.json", "  \n", AKIN_EFORMAT, "empty"},
        {"d.json", "{\"id\":", AKIN_EFORMAT, "line 1"},
        {"d.json", "{}", AKIN_EFORMAT, "\"id\" or a \"title\""},
        {"d.json", "[]", AKIN_EFORMAT, "empty"},
        {"d.json", "[7]", AKIN_EFORMAT, "dataset 1"},
        {"d.json", "[{\"id\":\"a\"},{}]", AKIN_EFORMAT, "dataset 2"},
        {"d.json", "plain text", AKIN_EFORMAT, "no reader"},
        {"list.json", "[{\"path\":\"a\",\"attributes\":[]}]", AKIN_EFORMAT,
         "file list"},
        {"d.yaml", "# nothing\n", AKIN_EFORMAT, "no document"},
        {"d.yaml", "--- {id: a}\n--- {id: b}\n", AKIN_EFORMAT,
         "more than one document"},
        {"d.yaml", "id: [", AKIN_EFORMAT, "line"},
        {"d.yaml", "id: *gone", AKIN_EFORMAT, "anchor"},
        {"d.yaml", "a: &a [*a]", AKIN_EFORMAT, "anchor"},
        {"d.yaml", "id: a\nid: b", AKIN_EFORMAT, "twice"},
        {"d.yaml", "[a]: b", AKIN_EFORMAT, "a key must be text"},
        {"d.yaml", "id: !!python/object:os.system x", AKIN_EFORMAT, "tags"},
        {"d.yaml", "id: !own x", AKIN_EFORMAT, "tags"},
        {"d.yaml", "id: \xff", AKIN_EFORMAT, "byte"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_json *records = NULL;
        struct akin_error err = {0};

        assert_fails_with(akin__record_read(akin_span_str(refusals[i].text),
                                            refusals[i].name, &records, NULL,
                                            &err),
                          refusals[i].want, refusals[i].says);
        assert_null(records);
    }
}

static void
yaml_nesting_ends_at_a_limit(void **state)
{
    struct akin_buf text = {0};
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    (void)state;
    for (int i = 0; i < 100; i++)
        akin_buf_puts(&text, "[");
    for (int i = 0; i < 100; i++)
        akin_buf_puts(&text, "]");
    assert_fails_with(akin__yaml_parse(akin_buf_span(&text), &json, &err),
                      AKIN_ELIMIT, "64");
    akin_buf_free(&text);
}

static int
clean_up(void **state)
{
    (void)state;
    reading_free(&reading);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_collection_s_dataset_json_becomes_a_record),
        cmocka_unit_test(unknown_and_mixed_organisms_are_told_apart),
        cmocka_unit_test(a_full_yaml_record_is_read),
        cmocka_unit_test(a_canonical_record_is_read_back_as_it_is),
        cmocka_unit_test(a_file_may_hold_several_datasets),
        cmocka_unit_test(yaml_scalars_follow_the_core_schema),
        cmocka_unit_test(a_bomb_of_aliases_is_refused),
        cmocka_unit_test(what_is_no_record_is_refused_with_a_reason),
        cmocka_unit_test(yaml_nesting_ends_at_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
