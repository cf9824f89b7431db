/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/ontology.h"
#include "akin_test.h"

#define HEAD                                                                   \
    "<?xml version=\"1.0\"?>\n<rdf:RDF "                                       \
    "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "               \
    "xmlns:rdfs=\"http://www.w3.org/2000/01/rdf-schema#\" "                    \
    "xmlns:owl=\"http://www.w3.org/2002/07/owl#\" "                            \
    "xmlns:obo=\"http://purl.obolibrary.org/obo/\" "                           \
    "xmlns:oio=\"http://www.geneontology.org/formats/oboInOwl#\">\n"
#define TAIL "</rdf:RDF>\n"
#define GO "http://purl.obolibrary.org/obo/GO_"

static void
a_class_becomes_a_term(void **state)
{
    static const char text[] =
        HEAD "<owl:Class rdf:about=\"" GO "0000001\">\n"
             "<rdfs:label>one</rdfs:label>"
             "<rdfs:label xml:lang=\"fr\">un</rdfs:label>"
             "<oio:hasExactSynonym>uno</oio:hasExactSynonym>"
             "<oio:hasBroadSynonym>number</oio:hasBroadSynonym>"
             "<rdfs:subClassOf rdf:resource=\"" GO "0000002\"/>"
             "<rdfs:subClassOf><owl:Restriction><owl:onProperty "
             "rdf:resource=\"http://purl.obolibrary.org/obo/BFO_0000050\"/>"
             "<owl:someValuesFrom rdf:resource=\"" GO "0000003\"/>"
             "</owl:Restriction></rdfs:subClassOf>"
             "<rdfs:subClassOf><owl:Restriction><owl:onProperty "
             "rdf:resource=\"http://purl.obolibrary.org/obo/RO_0002211\"/>"
             "<owl:someValuesFrom rdf:resource=\"" GO "0000004\"/>"
             "</owl:Restriction></rdfs:subClassOf>"
             "<owl:deprecated rdf:datatype=\"http://www.w3.org/2001/"
             "XMLSchema#boolean\">true</owl:deprecated>"
             "<obo:IAO_0100001 rdf:resource=\"" GO "0000005\"/>"
             "</owl:Class>"
             "<owl:ObjectProperty rdf:about=\"" GO "0000008\">"
             "<rdfs:label>no class</rdfs:label></owl:ObjectProperty>" TAIL;
    struct akin_json *terms = NULL;
    struct akin_error err = {0};
    struct akin_buf out = {0};

    (void)state;
    assert_ok(akin_ontology_read(akin_span_str(text), &terms, &err));
    akin_json_write(terms, AKIN_JSON_SORTED, &out);
    assert_string_equal(
        akin_buf_text(&out),
        "[{\"deprecated\":true,\"id\":\"GO:0000001\",\"label\":\"one\","
        "\"ontology\":\"go\",\"parents\":[{\"id\":\"GO:0000002\",\"kind\":"
        "\"is_a\"},{\"id\":\"GO:0000003\",\"kind\":\"part_of\"}],"
        "\"replaced_by\":[\"GO:0000005\"],\"synonyms\":[{\"kind\":\"exact\","
        "\"text\":\"uno\"},{\"kind\":\"broad\",\"text\":\"number\"}]}]");
    akin_buf_free(&out);
    akin_json_free(terms);
}

static void
what_is_no_rdf_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {HEAD "<owl:Class", "line"},
        {HEAD "\n<owl:Class></rdfs:label>" TAIL, "line 4"},
        {"<html><body/></html>", "RDF"},
        {HEAD TAIL, "no RDF"},
        {"<", "line 1"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_json *terms = NULL;
        struct akin_error err = {0};

        assert_fails_with(
            akin_ontology_read(akin_span_str(cases[i].text), &terms, &err),
            AKIN_EFORMAT, cases[i].says);
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
    akin_buf_puts(&text,
                  HEAD "<owl:Class rdf:about=\"" GO "0000001\"><rdfs:label>");
    for (int i = 0; i <= AKIN_ONTOLOGY_TEXT_MAX; i++)
        akin_buf_puts(&text, "x");
    akin_buf_puts(&text, "</rdfs:label></owl:Class>" TAIL);
    assert_fails_with(akin_ontology_read(akin_buf_span(&text), &terms, &err),
                      AKIN_ELIMIT, "line 3: the name");
    akin_buf_free(&text);
}

/* 633 classes of its own (one, its root, with a name instead of a number) and
 * 15 of other ontologies that it mentions. */
static void
the_imaging_methods_ontology_is_read_whole(void **state)
{
    char *path = akin_test_need_shared("ontologies/fbbi.owl");
    size_t own = 0, gone = 0, synonyms = 0;
    struct akin_json *terms = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_ontology_read_file(path, &terms, &err));
    for (size_t i = 0; i < akin_json_count(terms); i++) {
        const struct akin_json *term = akin_json_at(terms, i);

        own += strcmp(akin_json_text(term, "ontology"), "fbbi") == 0;
        gone += akin_json_true(akin_json_get(term, "deprecated"));
        synonyms += akin_json_count(akin_json_get(term, "synonyms"));
    }
    assert_int_equal(akin_json_count(terms), 648);
    assert_int_equal(own, 633);
    assert_int_equal(gone, 107);
    assert_int_equal(synonyms, 59);
    akin_json_free(terms);
    free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_becomes_a_term),
        cmocka_unit_test(what_is_no_rdf_is_refused_with_its_line),
        cmocka_unit_test(a_name_that_is_too_long_is_refused),
        cmocka_unit_test(the_imaging_methods_ontology_is_read_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
