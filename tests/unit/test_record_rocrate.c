/* SPDX-License-Identifier: Apache-2.0 */
/* The irregularities of real crates, numbered as in the project's survey of
 * 1,331 of them: root, types, spellings, missing and dangling things. */
#include "record_test.h"

static struct reading reading;

/* A crate around a study; "'" stands for a quote. study: members of the root,
 * nodes: further nodes, each with a comma before it. */
static const struct akin_json *
crate(const char *study, const char *nodes)
{
    struct akin_buf text = {0};
    const struct akin_json *record;

    akin_buf_printf(&text,
                    "{'@graph':[{'@id':'x-ro-crate-metadata.json',"
                    "'@type':'CreativeWork','about':{'@id':'https://e.org/s'}}"
                    ",{'@id':'https://e.org/s','@type':'Dataset',"
                    "'identifier':'S1','name':'A study'%s%s}%s]}",
                    study[0] == '\0' ? "" : ",", study, nodes);
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '\'')
            text.data[i] = '"';
    record =
        read_text(&reading, "x-ro-crate-metadata.json", akin_buf_text(&text));
    akin_buf_free(&text);
    assert_non_null(record);
    return record;
}

static void
c4_1_the_root_is_what_the_creative_work_is_about(void **state)
{
    const struct akin_json *r;

    (void)state;
    r = crate("", "");
    expect_text(r, "id", "S1");
    expect_text(r, "title", "A study");
    expect_text(r, "uri", "https://e.org/s");
    /* a CreativeWork without "about", and one about nothing, come first */
    r = read_text(
        &reading, "x.json",
        "{\"@graph\":[{\"@id\":\"a\",\"@type\":\"CreativeWork\"},"
        "{\"@id\":\"b\",\"@type\":\"CreativeWork\",\"about\":{\"@id\":"
        "\"gone\"}},{\"@id\":\"c\",\"@type\":[\"CreativeWork\"],"
        "\"about\":[{\"@id\":\"./\"}]},{\"@id\":\"./\",\"@type\":"
        "\"schema:Dataset\",\"name\":\"T\",\"identifier\":\"i\"}]}");
    expect_text(r, "title", "T");
    expect_text(r, "uri", NULL);
    /* no descriptor at all, but one Dataset */
    r = read_text(&reading, "x.json",
                  "{\"@graph\":[{\"@id\":\"d\",\"@type\":\"Dataset\","
                  "\"name\":\"only\",\"identifier\":\"i\"}]}");
    expect_text(r, "title", "only");
    assert_int_equal(notes_of(&reading, "root_guessed"), 1);
}

static void
c4_2_a_collection_of_crates_is_no_study(void **state)
{
    (void)state;
    assert_null(read_text(
        &reading, "ro-crate-metadata.json",
        "{\"@graph\":[{\"@id\":\"m\",\"@type\":\"CreativeWork\",\"about\":"
        "{\"@id\":\"./\"}},{\"@id\":\"./\",\"@type\":\"Dataset\",\"name\":"
        "\"all\",\"hasPart\":[{\"@id\":\"#1\"},{\"@id\":\"#2\"}]},"
        "{\"@id\":\"#1\",\"@type\":\"Dataset\"},{\"@id\":\"#2\",\"@type\":"
        "\"Dataset\"}]}"));
    assert_int_equal(notes_of(&reading, "collection"), 1);
}

static void
c4_3_and_4_types_may_be_arrays_and_are_misspelled(void **state)
{
    const struct akin_json *r = crate(
        "'size':[{'@id':'#a'},{'@id':'#b'}],'author':{'@id':'#p'}",
        ",{'@id':'#a','@type':['QuantitiveValue'],'unitCode':"
        "'http://purl.obolibrary.org/obo/UO_0000233','value':873671939430809}"
        ",{'@id':'#b','@type':'QuantitativeValue','unitText':'file count',"
        "'value':'12'},{'@id':'#p','@type':['Person'],'name':'P'}");
    int64_t n;

    (void)state;
    assert_true(akin_json_int(value_at(r, "size/bytes"), &n));
    assert_true(n == 873671939430809); /* 15: more than 49 bits */
    assert_true(akin_json_int(value_at(r, "size/files"), &n));
    assert_int_equal(n, 12);
    expect_text(r, "authors/0/name", "P");
}

static void
c4_5_values_are_scalars_arrays_inline_or_dangling(void **state)
{
    const struct akin_json *r = crate(
        "'about':[{'@id':'#s'},{'@id':'#t'},{'@id':'obo:NCBITaxon_9606'}],"
        "'keywords':'one','thumbnailUrl':'https://e.org/t.png'",
        ",{'@id':'#s','@type':['BioSample'],'name':'S','taxonomicRange':"
        "{'@id':'obo:NCBITaxon_9606'},'hasCellLine':{'@id':"
        "'http://purl.obolibrary.org/obo/CLO_0003684','name':'HeLa'}}"
        ",{'@id':'#t','@type':'BioSample','name':'T','taxonomicRange':[],"
        "'hasCellLine':[{'@id':'http://purl.obolibrary.org/obo/CLO_0001716'}]}"
        ",{'@id':'obo:NCBITaxon_9606','@type':['Taxon'],'scientificName':"
        "'Homo sapiens'}");

    (void)state;
    expect_count(r, "organism", 1);
    expect_text(r, "organism/0/id", "NCBITaxon:9606");
    expect_text(r, "organism/0/label", "Homo sapiens");
    expect_count(r, "cell_line", 2);
    expect_text(r, "cell_line/0/label", "HeLa");
    expect_text(r, "cell_line/1/id", "CLO:0001716");
    expect_text(r, "rembi/biosamples/0/cell_line/0/id", "CLO:0003684");
    expect_count(r, "rembi/biosamples", 2);
    expect_text(r, "keywords/0", "one");
    expect_text(r, "thumbnails/0", "https://e.org/t.png");
    assert_int_equal(notes_of(&reading, "reference_missing"), 1);
}

static void
c4_6_empty_values_are_absent(void **state)
{
    const struct akin_json *r =
        crate("'description':'','funder':[],'citation':[],'keywords':[],"
              "'about':[],'thumbnailUrl':[],'size':[],'author':null",
              "");
    static const char *const absent[] = {
        "description", "funders", "publications", "keywords", "organism",
        "thumbnails",  "size",    "authors",      "rembi",    "date_published"};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(absent); i++)
        assert_null(akin_json_get(r, absent[i]));
}

static void
c4_7_and_8_all_spellings_of_a_term_are_one(void **state)
{
    const struct akin_json *r = crate(
        "'about':[{'@id':'obo:NCBITaxon_10090'},"
        "{'@id':'http://purl.obolibrary.org/obo/NCBITaxon_10090'},"
        "{'@id':'https://www.ncbi.nlm.nih.gov/datasets/taxonomy/10090'}],"
        "'measurementMethod':[{'@id':'obo:FBbi_00000246'},"
        "{'@id':'http://purl.obolibrary.org/obo/FBbi_ 00000246'},"
        "{'@id':'FBbi:00000246'},{'@id':'#00000251'},{'@id':'#term'},"
        "{'@id':'http://www.ebi.ac.uk/efo/EFO_0003789'}]",
        ",{'@id':'obo:NCBITaxon_10090','@type':'Taxon','scientificName':"
        "'Mus musculus'}"
        ",{'@id':'http://purl.obolibrary.org/obo/NCBITaxon_10090','@type':"
        "'Taxon','scientificName':'Mus musculus'}"
        ",{'@id':'https://www.ncbi.nlm.nih.gov/datasets/taxonomy/10090',"
        "'@type':'Taxon','scientificName':'Mus muculus'}"
        ",{'@id':'#00000251','@type':'DefinedTerm','name':'confocal'}"
        ",{'@id':'#term','@type':'DefinedTerm','name':'imaging mass "
        "cytometry'}");

    (void)state;
    expect_count(r, "organism", 1);
    expect_text(r, "organism/0/label", "Mus musculus");
    /* 10: one id, two labels */
    assert_int_equal(notes_of(&reading, "term_two_labels"), 1);
    expect_count(r, "imaging_method", 3); /* EFO is no imaging method */
    expect_text(r, "imaging_method/0/id", "FBbi:00000246");
    expect_text(r, "imaging_method/1/id", "FBbi:00000251");
    expect_text(r, "imaging_method/2/id", NULL);
    expect_text(r, "imaging_method/2/label", "imaging mass cytometry");
    assert_int_equal(notes_of(&reading, "term_from_context"), 1);
}

static void
c4_9_protocols_go_to_their_modules(void **state)
{
    const struct akin_json *r = crate(
        "'measurementMethod':[{'@id':'#1'},{'@id':'#2'},{'@id':'#3'},"
        "{'@id':'#4'}]",
        ",{'@id':'#1','@type':'LabProtocol','name':'FIB-SEM',"
        "'labEquipment':'A microscope','description':'','measurementTechnique':"
        "[{'@id':'obo:FBbi_00000265'}]}"
        ",{'@id':'#2','@type':'LabProtocol','name':'growth protocol',"
        "'description':'g','measurementTechnique':{'@id':"
        "'http://www.ebi.ac.uk/efo/EFO_0003789'}}"
        ",{'@id':'#3','@type':'LabProtocol','name':'data analysis protocol'}"
        ",{'@id':'#4','@type':'LabProtocol','name':'treatment protocol'}");

    (void)state;
    expect_count(r, "imaging_method", 1);
    expect_text(r, "imaging_method/0/id", "FBbi:00000265");
    expect_text(r, "rembi/acquisitions/0/instrument", "A microscope");
    expect_text(r, "rembi/acquisitions/0/description", NULL);
    expect_text(r, "rembi/growth_protocols/0/type/0/id", "EFO:0003789");
    expect_count(r, "rembi/analyses", 1);
    expect_count(r, "rembi/protocols", 1);
}

static void
c4_11_pseudo_taxa_are_reported(void **state)
{
    const struct akin_json *r = crate(
        "'about':{'@id':'obo:NCBITaxon_1427524'}",
        ",{'@id':'obo:NCBITaxon_1427524','@type':'Taxon','scientificName':"
        "'mixed sample'}");

    (void)state;
    expect_text(r, "organism/0/id", "NCBITaxon:1427524");
    assert_int_equal(notes_of(&reading, "pseudo_taxon"), 1);
}

static void
c4_12_orcid_ids_are_right_or_reported(void **state)
{
    const struct akin_json *r = crate(
        "'author':[{'@id':'https://orcid.org/NA'},"
        "{'@id':'https://orcid.org/0000-0002-1825-0097 (Josiah)'},"
        "{'@id':'https://orcid.org/0000-0002-1825-0098'},{'@id':'#gone'},"
        "'Text Author',{'@type':'Person','givenName':'In','familyName':"
        "'Line','affiliation':'Home'}]",
        ",{'@id':'https://orcid.org/NA','@type':'Person','name':'N A',"
        "'address':'An institute'}"
        ",{'@id':'https://orcid.org/0000-0002-1825-0097 (Josiah)','@type':"
        "'Person','name':'J. C. <j.c@example.org> or jc@example.org',"
        "'affiliation':[{'@id':'#o'},{'@id':'#gone2'}]}"
        ",{'@id':'https://orcid.org/0000-0002-1825-0098','@type':'Person',"
        "'name':'W'},{'@id':'#o','@type':'Organization','name':'Brown'}");

    (void)state;
    expect_count(r, "authors", 5);
    expect_text(r, "authors/0/orcid", NULL);
    expect_text(r, "authors/0/affiliations/0", "An institute");
    expect_text(r, "authors/1/orcid", "0000-0002-1825-0097");
    expect_text(r, "authors/1/name", "J. C. or");
    expect_text(r, "authors/1/affiliations/0", "Brown");
    expect_text(r, "authors/2/orcid", NULL);
    expect_text(r, "authors/3/name", "Text Author");
    expect_text(r, "authors/4/name", "In Line");
    expect_text(r, "authors/4/affiliations/0", "Home");
    assert_int_equal(notes_of(&reading, "orcid_none"), 1);
    assert_int_equal(notes_of(&reading, "orcid_check_digit"), 1);
    assert_int_equal(notes_of(&reading, "email_removed"), 1);
    assert_int_equal(notes_of(&reading, "reference_missing"), 2);
}

static void
c4_13_papers_have_numbers_addresses_or_fragments_as_ids(void **state)
{
    const struct akin_json *r = crate(
        "'citation':[{'@id':'35209227'},{'@id':'#u'},{'@id':'#gone'}],"
        "'seeAlso':[{'@id':'https://www.ncbi.nlm.nih.gov/pubmed/25504902'},"
        "{'@id':'https://doi.org/10.1038/x1'},'https://doi.org/10.1038/X1']",
        ",{'@id':'35209227','@type':['ScholarlyArticle'],'name':'Number',"
        "'datePublished':'2022-02-18'}"
        ",{'@id':'#u','@type':'ScholarlyArticle','name':'Fragment'}"
        ",{'@id':'https://www.ncbi.nlm.nih.gov/pubmed/25504902','@type':"
        "'ScholarlyArticle','name':"
        "'https://www.ncbi.nlm.nih.gov/pubmed/25504902','sameAs':"
        "['https://doi.org/10.1002/smll.1']}");

    (void)state;
    expect_count(r, "publications", 4);
    expect_text(r, "publications/0/pubmed_id", "35209227");
    expect_text(r, "publications/1/title", "Fragment");
    expect_text(r, "publications/2/pubmed_id", "25504902");
    expect_text(r, "publications/2/doi", "10.1002/smll.1");
    expect_text(r, "publications/2/title", NULL);
    expect_text(r, "publications/3/doi", "10.1038/x1");
}

static void
c4_13_two_terms_in_one_id_are_two_terms(void **state)
{
    const struct akin_json *r = crate(
        "'about':{'@id':'#s'}",
        ",{'@id':'#s','@type':'BioSample','name':'S','hasCellLine':{'@id':"
        "'BTO_0004163, http://purl.obolibrary.org/obo/CLO_0008172','name':"
        "'MC-38 cell, NIH-3T3 cell'}}");

    (void)state;
    expect_count(r, "cell_line", 2);
    expect_text(r, "cell_line/0/id", "BTO:0004163");
    expect_text(r, "cell_line/0/label", "MC-38 cell");
    expect_text(r, "cell_line/1/id", "CLO:0008172");
    expect_text(r, "cell_line/1/label", "NIH-3T3 cell");
    assert_int_equal(notes_of(&reading, "term_several"), 1);
}

static void
c4_14_texts_are_tidied_and_doubtful_ones_reported(void **state)
{
    const struct akin_json *r =
        crate("'keywords':['a, b; c','Microscopy, Confocal'],'description':"
              "' <p>stored at 4\xca\xa1"
              "C</p>\\n\\n\\nin 0.05% NaN3 '",
              "");

    (void)state;
    expect_count(r, "keywords", 4);
    expect_text(r, "keywords/3", "Microscopy, Confocal");
    expect_text(r, "description",
                "stored at 4\xca\xa1"
                "C\n\nin 0.05% NaN3");
    assert_int_equal(notes_of(&reading, "text_encoding"), 1);
}

static void
c4_15_zero_sizes_stay_and_contradictions_are_errors(void **state)
{
    const struct akin_json *r =
        crate("'size':[{'unitText':'bytes','value':0},{'unitText':'bytes',"
              "'value':5},{'unitText':'pages','value':1},{'unitText':'file "
              "count','value':'many'}]",
              "");
    int64_t n;

    (void)state;
    assert_true(akin_json_int(value_at(r, "size/bytes"), &n));
    assert_int_equal(n, 0);
    assert_int_equal(notes_of(&reading, "size_zero"), 1);
    assert_int_equal(notes_of(&reading, "size_contradiction"), 1);
    assert_int_equal(notes_of(&reading, "size_unit"), 1);
    expect_text(r, "extra/unclear/0/text", "many");
}

static void
c4_16_and_17_publishers_and_ids_do_not_depend_on_addresses(void **state)
{
    const struct akin_json *r = crate(
        "'publisher':{'@id':'https://ssbd.example/database/'},"
        "'license':{'@id':'https://creativecommons.org/licenses/by/4.0/'}",
        ",{'@id':'https://ssbd.example/database','@type':'Organization',"
        "'name':'SSBD'}");

    (void)state;
    expect_text(r, "publisher/name", "SSBD");
    expect_text(r, "publisher/url", "https://ssbd.example/database");
    expect_text(r, "license", "CC-BY-4.0");
    expect_text(r, "license_original",
                "https://creativecommons.org/licenses/by/4.0/");
    expect_text(r, "id", "S1");
}

static void
an_identifier_may_be_a_property_value(void **state)
{
    const struct akin_json *r = read_text(
        &reading, "x.json",
        "{\"@graph\":[{\"@id\":\"./\",\"@type\":\"Dataset\",\"name\":\"T\","
        "\"identifier\":[{\"@id\":\"_:d\"}]},{\"@id\":\"_:d\",\"@type\":"
        "\"PropertyValue\",\"propertyID\":\"doi\",\"value\":"
        "\"https://doi.org/10.1000/z\"}]}");

    (void)state;
    expect_text(r, "identifier/doi", "10.1000/z");
    expect_text(r, "id", "https://doi.org/10.1000/z");
}

static void
c4_18_thumbnails_need_no_extension(void **state)
{
    const struct akin_json *r =
        crate("'thumbnailUrl':['https://e.org/render_thumbnail/','no address',"
              "{'@id':'https://e.org/a.png'},'https://e.org/a.png']",
              "");

    (void)state;
    expect_count(r, "thumbnails", 2);
    expect_text(r, "thumbnails/0", "https://e.org/render_thumbnail/");
}

static void
an_unknown_licence_and_an_unclear_date_are_kept_as_found(void **state)
{
    const struct akin_json *r =
        crate("'license':'https://e.org/own','datePublished':'03/04/2020',"
              "'funder':[{'@id':'#g'},'A foundation'],'copyrightNotice':'(c)'",
              ",{'@id':'#g','@type':'Grant','name':'Grant text'}");

    (void)state;
    expect_text(r, "license", NULL);
    expect_text(r, "license_original", "https://e.org/own");
    expect_text(r, "date_published", NULL);
    expect_text(r, "extra/unclear/0/text", "03/04/2020");
    expect_text(r, "funders/0/grant", "Grant text");
    expect_text(r, "funders/1/name", "A foundation");
    expect_text(r, "extra/copyrightNotice", "(c)");
    assert_int_equal(notes_of(&reading, "license_unknown"), 1);
}

static void
what_is_no_crate_is_refused_with_a_reason(void **state)
{
    static const struct {
        const char *name, *text;
        enum akin_status want;
        const char *says;
    } refusals[] = {
        {"graph is no array", "{\"@graph\":{}}", AKIN_EFORMAT, "@graph"},
        {"nothing in it", "{\"@graph\":[]}", AKIN_EFORMAT, "root"},
        {"no dataset", "{\"@graph\":[{\"@id\":\"a\"},7,null]}", AKIN_EFORMAT,
         "root"},
        {"two datasets",
         "{\"@graph\":[{\"@id\":\"a\",\"@type\":\"Dataset\"},{\"@id\":\"b\","
         "\"@type\":\"Dataset\"}]}",
         AKIN_EFORMAT, "root"},
        {"broken", "{\"@graph\":[", AKIN_EFORMAT, "line"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_json *records = NULL;
        struct akin_error err = {0};

        print_message("%s\n", refusals[i].name);
        assert_fails_with(akin__record_read(akin_span_str(refusals[i].text),
                                            "ro-crate-metadata.json", &records,
                                            NULL, &err),
                          refusals[i].want, refusals[i].says);
        assert_null(records);
    }
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
        cmocka_unit_test(c4_1_the_root_is_what_the_creative_work_is_about),
        cmocka_unit_test(c4_2_a_collection_of_crates_is_no_study),
        cmocka_unit_test(c4_3_and_4_types_may_be_arrays_and_are_misspelled),
        cmocka_unit_test(c4_5_values_are_scalars_arrays_inline_or_dangling),
        cmocka_unit_test(c4_6_empty_values_are_absent),
        cmocka_unit_test(c4_7_and_8_all_spellings_of_a_term_are_one),
        cmocka_unit_test(c4_9_protocols_go_to_their_modules),
        cmocka_unit_test(c4_11_pseudo_taxa_are_reported),
        cmocka_unit_test(c4_12_orcid_ids_are_right_or_reported),
        cmocka_unit_test(
            c4_13_papers_have_numbers_addresses_or_fragments_as_ids),
        cmocka_unit_test(c4_13_two_terms_in_one_id_are_two_terms),
        cmocka_unit_test(c4_14_texts_are_tidied_and_doubtful_ones_reported),
        cmocka_unit_test(c4_15_zero_sizes_stay_and_contradictions_are_errors),
        cmocka_unit_test(
            c4_16_and_17_publishers_and_ids_do_not_depend_on_addresses),
        cmocka_unit_test(an_identifier_may_be_a_property_value),
        cmocka_unit_test(c4_18_thumbnails_need_no_extension),
        cmocka_unit_test(
            an_unknown_licence_and_an_unclear_date_are_kept_as_found),
        cmocka_unit_test(what_is_no_crate_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
