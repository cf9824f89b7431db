/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/ontology.h"
#include "akin_test.h"

static struct akin_json *
read_text(const char *text)
{
    struct akin_json *terms = NULL;
    struct akin_error err = {0};

    assert_ok(akin_ontology_read(akin_span_str(text), &terms, &err));
    return terms;
}

static void
a_stanza_becomes_a_term(void **state)
{
    struct akin_json *terms = read_text(
        "\xef\xbb\xbf"
        "format-version: 1.4\r\nontology: go\r\n\r\n"
        "[Term] ! a comment\r\nid: GO:0000001 ! itself\r\n"
        "name: a \\{curly\\} na\\\r\nme\\! {source=\"x\"} ! really\r\n"
        "synonym: \"with \\\"quotes\\\"\" EXACT TYPE [PMID:1] {a=\"b\"}\r\n"
        "synonym: \"unscoped\" []\r\nsynonym: \"wide\" BROAD []\r\n"
        "is_a: GO:0000002 {is_inferred=\"true\"} ! two\r\n"
        "is_a: GO:0000001\r\n"
        "relationship: part_of GO:0000003 ! three\r\n"
        "relationship: regulates GO:0000004\r\n"
        "property_value: has_rank NCBITaxon:species\r\n"
        "is_obsolete: true\r\nreplaced_by: GO:0000005\r\n"
        "consider: GO:0000006\r\nalt_id: GO:0000007\r\n"
        "[Typedef]\r\nid: part_of\r\n[Term]\r\nid: no_curie\r\nname: x\r\n");
    struct akin_buf out = {0};

    (void)state;
    akin_json_write(terms, AKIN_JSON_SORTED, &out);
    assert_string_equal(
        akin_buf_text(&out),
        "[{\"consider\":[\"GO:0000006\"],\"deprecated\":true,\"id\":\"GO:"
        "0000001\",\"label\":\"a {curly} name!\",\"ontology\":\"go\","
        "\"parents\":[{\"id\":\"GO:0000002\",\"kind\":\"is_a\"},{\"id\":\"GO:"
        "0000003\",\"kind\":\"part_of\"}],\"rank\":\"species\",\"replaced_by\":"
        "[\"GO:0000005\"],\"synonyms\":[{\"kind\":\"exact\",\"text\":\"with "
        "\\\"quotes\\\"\"},{\"kind\":\"related\",\"text\":\"unscoped\"},{"
        "\"kind\":\"broad\",\"text\":\"wide\"}]},{\"deprecated\":true,\"id\":"
        "\"GO:0000007\",\"ontology\":\"go\",\"replaced_by\":[\"GO:0000001\"]}"
        "]");
    akin_buf_free(&out);
    akin_json_free(terms);
}

static void
what_is_no_obo_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text;
        enum akin_status status;
        const char *says;
    } cases[] = {
        {"", AKIN_EFORMAT, "empty"},
        {"hello", AKIN_EFORMAT, "neither"},
        {"[Term]\nname: x\n", AKIN_EFORMAT, "line 2: a term begins with"},
        {"[Term]\n\n[Term]\nid: GO:0000001\n", AKIN_EFORMAT,
         "begins in line 1 has no id"},
        {"[Term]\n", AKIN_EFORMAT, "has no id"},
        {"[Term]\nid: GO:0000001\nid: GO:0000002\n", AKIN_EFORMAT,
         "line 3: the term that begins in line 1 has a second id"},
        {"[Term]\nid:\n", AKIN_EFORMAT, "id is empty"},
        {"[Term]\nid: GO:0000001\nnonsense\n", AKIN_EFORMAT,
         "line 3: expected \"tag: value\""},
        {"[Term]\nid: GO:0000001\nsynonym: bare\n", AKIN_EFORMAT,
         "begins with a quote"},
        {"[Term]\nid: GO:0000001\nsynonym: \"open\n", AKIN_EFORMAT,
         "not closed"},
        {"[Term]\nid: GO:0000001\nrelationship: part_of\n", AKIN_EFORMAT,
         "no target"},
        {"[Term]\n[Term\n", AKIN_EFORMAT, "no id"},
        {"[Term]\nid: GO:0000001\n[Oops\n", AKIN_EFORMAT, "not closed by ]"},
        {"[Term]\nid: GO:0000001\nname: \xff\n", AKIN_EFORMAT, "UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_json *terms = NULL;
        struct akin_error err = {0};

        assert_fails_with(
            akin_ontology_read(akin_span_str(cases[i].text), &terms, &err),
            cases[i].status, cases[i].says);
        assert_null(terms);
    }
}

static void
a_name_that_is_too_long_is_refused(void **state)
{
    struct akin_buf text = {0};
    struct akin_json *terms = NULL;
    struct akin_error err = {0};

    (void)state;
    akin_buf_puts(&text, "[Term]\nid: GO:0000001\nname: ");
    for (int i = 0; i <= AKIN_ONTOLOGY_TEXT_MAX; i++)
        akin_buf_puts(&text, "x");
    assert_fails_with(akin_ontology_read(akin_buf_span(&text), &terms, &err),
                      AKIN_ELIMIT, "line 3: the name");
    akin_buf_free(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stanza_becomes_a_term),
        cmocka_unit_test(what_is_no_obo_is_refused_with_its_line),
        cmocka_unit_test(a_name_that_is_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
