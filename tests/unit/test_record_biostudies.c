/* SPDX-License-Identifier: Apache-2.0 */
#include "record_test.h"

#include "akin/file.h"

static struct reading reading;

/* A submission with these attributes and subsections of its study; "'" stands
 * for a quote. */
static const struct akin_json *
submission(const char *attributes, const char *sections)
{
    struct akin_buf text = {0};
    const struct akin_json *record;

    akin_buf_printf(&text,
                    "{'accno':'S-BIAD1','attributes':[{'name':'ReleaseDate',"
                    "'value':'2024-11-26'},{'name':'Title','value':'Outer'}],"
                    "'section':{'type':'Study','attributes':[%s],"
                    "'subsections':[%s]},'type':'submission'}",
                    attributes, sections);
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '\'')
            text.data[i] = '"';
    record = read_text(&reading, "S-BIAD1.json", akin_buf_text(&text));
    akin_buf_free(&text);
    assert_non_null(record);
    return record;
}

static void
the_study_has_its_names_and_its_licence(void **state)
{
    const struct akin_json *r = submission(
        "{'name':'Title','value':' Inner\\n title '},{'name':'License','value':"
        "'CC BY','valqual':[{'name':'URL','value':"
        "'https://creativecommons.org/licenses/by/4.0/legalcode'}]},"
        "{'name':'Keywords','value':'a; b'},{'name':'Keyword','value':'c'},"
        "{'name':'DOI','value':'https://doi.org/10.6019/S-BIAD1'},"
        "{'name':'Funding statement','value':'F'},{'name':'Empty'}",
        "");

    (void)state;
    expect_text(r, "id", "S-BIAD1");
    expect_text(r, "title", "Inner title");
    expect_text(r, "license", "CC-BY-4.0");
    expect_text(r, "date_published", "2024-11-26");
    expect_text(r, "identifier/doi", "10.6019/S-BIAD1");
    expect_count(r, "keywords", 3);
    expect_text(r, "extra/funding_statement", "F");
    expect_text(submission("", ""), "title", "Outer");
}

static void
people_find_their_organisations_in_either_spelling(void **state)
{
    const struct akin_json *r = submission(
        "",
        "{'type':'author','attributes':[{'name':'Name','value':'A'},"
        "{'name':'ORCID','value':'0000-0002-1825-0097'},{'name':'Role',"
        "'value':'data curation, submitter'},{'name':'affiliation','value':"
        "'o1','reference':true},{'name':'affiliation','value':'o9',"
        "'reference':true}]},"
        "{'type':'Author','attributes':[{'name':'Name','value':'B'},{'name':"
        "'affiliation','value':'o2','reference':true},{'name':'E-mail',"
        "'value':'b@example.org'}]},"
        "{'type':'author','attributes':[{'name':'ORCID'}]},"
        "{'type':'organisation','accno':'o1','attributes':[{'name':'Name',"
        "'value':'One'}]},{'type':'Organization','accno':'o2','attributes':"
        "[{'name':'Name','value':'Two'}]},"
        "{'type':'Funding','attributes':[{'name':'Agency','value':'Fund'},"
        "{'name':'grant_id','value':'7'}]},"
        "{'type':'Publication','attributes':[{'name':'Pubmed ID','value':"
        "'pending'},{'name':'DOI','value':'doi: 10.1000/x'},{'name':'Year',"
        "'value':'2023'}]}");

    (void)state;
    expect_count(r, "authors", 2);
    expect_text(r, "authors/0/affiliations/0", "One");
    expect_count(r, "authors/0/role", 2);
    expect_text(r, "authors/1/affiliations/0", "Two");
    expect_text(r, "funders/0/grant", "7");
    expect_text(r, "publications/0/doi", "10.1000/x");
    expect_text(r, "publications/0/pubmed_id", NULL);
    assert_int_equal(notes_of(&reading, "reference_missing"), 1);
    assert_int_equal(notes_of(&reading, "author_unnamed"), 1);
}

static void
modules_are_found_whatever_the_case_of_their_names(void **state)
{
    const struct akin_json *r = submission(
        "",
        "[{'type':'Biosample','attributes':[{'name':'Title','value':'S'},"
        "{'name':'Organism','value':'Homo sapiens (human)'},{'name':"
        "'Biological entity','value':'liver'},{'name':'Intrinsic variable',"
        "'value':'a'},{'name':'Intrinsic variable','value':'b'}]},"
        "{'type':'biosample','attributes':[],'subsections':[{'type':"
        "'Organism','attributes':[{'name':'Scientific name','value':"
        "'Nematostella vectensis'},{'name':'NCBI taxon ID','value':"
        "'NCBI:txid45351'}]}]}],"
        "{'type':'Image Acquisition','attributes':[{'name':'Title','value':"
        "'A'},{'name':'Imaging Instrument','value':'I'}],'subsections':["
        "{'type':'Imaging Method','attributes':[{'name':'Ontology Value',"
        "'value':'SPIM'},{'name':'Ontology Term ID','value':"
        "'FBbi:00000369'}]}]},"
        "{'type':'Image acquisition','attributes':[{'name':'Imaging method',"
        "'value':'TIRF'},{'name':'Imaging method','value':'FRAP'}]},"
        "{'type':'Specimen','attributes':[{'name':'Sample Preparation "
        "Protocol','value':'P'},{'name':'Growth protocol','value':'G'}]},"
        "{'type':'Image Analysis','attributes':[{'name':'Image Analysis "
        "Overview','value':'O'}]},"
        "{'type':'Study Component','attributes':[{'name':'Name','value':'C'},"
        "{'name':'File List','value':'f.json'}],'subsections':[{'type':"
        "'Associations','attributes':[{'name':'Biosample','value':'S'}]}]}");

    (void)state;
    expect_count(r, "organism", 2);
    expect_text(r, "organism/0/label", "Homo sapiens");
    expect_text(r, "organism/0/id", NULL);
    expect_text(r, "organism/1/id", "NCBITaxon:45351");
    expect_text(r, "biological_entity/0/label", "liver");
    expect_count(r, "rembi/biosamples", 2);
    expect_count(r, "rembi/biosamples/0/intrinsic_variables", 2);
    expect_count(r, "imaging_method", 3);
    expect_text(r, "imaging_method/0/id", "FBbi:00000369");
    expect_text(r, "rembi/acquisitions/0/instrument", "I");
    expect_text(r, "rembi/specimens/0/sample_preparation", "P");
    expect_text(r, "rembi/growth_protocols/0/description", "G");
    expect_text(r, "rembi/analyses/0/overview", "O");
    expect_text(r, "rembi/components/0/associations/0/biosample", "S");
    expect_text(r, "extra/file_lists/0/file_list", "f.json");
}

static void
annotations_keep_all_eleven_attributes(void **state)
{
    static const char *const keys[] = {
        "contact",       "overview",        "method",
        "confidence",    "criteria",        "coverage",
        "source_images", "transformations", "spatial_information"};
    const struct akin_json *r = submission(
        "",
        "{'type':'Annotations','attributes':[{'name':'Title','value':'T'},"
        "{'name':'Annotation authors','value':'A. One (0000-0002-1825-0097), "
        "B. Two'},{'name':'Annotation contact','value':'contact'},"
        "{'name':'Annotation overview','value':'overview'},"
        "{'name':'Annotation Type','value':'Segmentation masks, counts,weak "
        "annotations; doodles'},{'name':'Annotation Method','value':'method'},"
        "{'name':'Annotation confidence level','value':'confidence'},"
        "{'name':'Annotation criteria','value':'criteria'},"
        "{'name':'Annotation coverage','value':'coverage'},"
        "{'name':'Source image association','value':'source_images'},"
        "{'name':'Transformations','value':'transformations'},"
        "{'name':'Spatial information','value':'spatial_information'}],"
        "'subsections':[{'type':'Version','attributes':[{'name':'Version "
        "timestamp','value':'2024-03-06 16:30:00'},{'name':'Annotation "
        "version','value':'1.0'}]}]},"
        "{'type':'annotation','attributes':[{'name':'Annotation Type','value':"
        "'weak annotations'}]}");
    const struct akin_json *a = value_at(r, "mifa/annotations/0");

    (void)state;
    expect_count(r, "mifa/annotations", 2);
    for (size_t i = 0; i < AKIN_COUNT(keys); i++)
        expect_text(a, keys[i], keys[i]);
    expect_count(a, "authors", 2);
    expect_text(a, "authors/0/name", "A. One");
    expect_text(a, "authors/0/orcid", "0000-0002-1825-0097");
    expect_text(a, "modified", "2024-03-06");
    expect_count(a, "type", 3);
    expect_text(a, "type/0", "segmentation_mask");
    expect_text(a, "type/2", "other");
    expect_text(r, "extra/annotation_type", " doodles");
    expect_text(r, "extra/annotation_version", "1.0");
    expect_text(r, "mifa/annotations/1/confidence", "weak");
    expect_count(r, "mifa/annotations/1/type", 0);
    assert_int_equal(notes_of(&reading, "annotation_weak"), 2);
}

static void
file_lists_beside_the_submission_complete_the_annotations(void **state)
{
    static const char text[] =
        "{\"accno\":\"S-BIAD1\",\"section\":{\"type\":\"Study\","
        "\"subsections\":[{\"type\":\"Annotations\",\"attributes\":["
        "{\"name\":\"Title\",\"value\":\"T\"},{\"name\":\"File List\","
        "\"value\":\"masks.tsv\"}]},{\"type\":\"Annotations\",\"attributes\":["
        "{\"name\":\"Title\",\"value\":\"U\"},{\"name\":\"File List\","
        "\"value\":\"../masks.tsv\"}]}]}}";
    static const char list[] = "Files\tAnnotation type\tSource image\n"
                               "m/1.png\tSegmentation masks\ti/1.png\n"
                               "m/2.png\tcounts\ti/2.png\n";
    char *folder = akin_test_folder();
    char *path = akin_path_join(folder, "S-BIAD1.json");
    char *masks = akin_path_join(folder, "masks.tsv");
    struct akin_error err = {0};
    struct akin_json *records = NULL;

    (void)state;
    assert_ok(akin_file_write(path, akin_span_str(text), &err));
    assert_ok(akin_file_write(masks, akin_span_str(list), &err));
    assert_ok(akin_record_read_file(path, &records, NULL, &err));
    assert_ok(akin_record_check(akin_json_at(records, 0), &err));
    expect_text(records, "0/mifa/annotations/0/type/0", "segmentation_mask");
    expect_text(records, "0/mifa/annotations/0/type/1", "counts");
    assert_non_null(value_at(records, "0/mifa/annotations/0/source_images"));
    assert_null(value_at(records, "0/mifa/annotations/1/type"));
    akin_json_free(records);
    free(masks);
    free(path);
    akin_test_remove(folder);
}

static void
deep_sections_end_somewhere_and_odd_shapes_are_survived(void **state)
{
    struct akin_buf text = {0};

    (void)state;
    akin_buf_puts(&text, "{\"accno\":\"S-BIAD1\",\"section\":");
    for (int i = 0; i < 200; i++)
        akin_buf_puts(&text, "{\"type\":\"Biosample\",\"subsections\":[");
    for (int i = 0; i < 200; i++)
        akin_buf_puts(&text, "]}");
    akin_buf_puts(&text, "}");
    assert_non_null(read_text(&reading, "x.json", akin_buf_text(&text)));
    akin_buf_free(&text);
    assert_non_null(submission("7,null,{'name':7},{'name':'Title','value':7}",
                               "7,[[]],{}"));
}

static void
what_is_no_submission_is_refused_with_a_reason(void **state)
{
    static const struct {
        const char *name, *text, *says;
    } refusals[] = {
        {"section is a list", "{\"section\":[]}", "section"},
        {"section is a text", "{\"section\":\"Study\"}", "section"},
        {"section is null", "{\"section\":null}", "section"},
        {"submissions of numbers", "{\"submissions\":[7]}", "section"},
        {"a file list", "[{\"path\":\"a\",\"attributes\":[]}]",
         "file list, not a dataset"},
        {"cut off", "{\"section\":{", "line"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_json *records = NULL;
        struct akin_error err = {0};

        print_message("%s\n", refusals[i].name);
        assert_fails_with(akin__record_read(akin_span_str(refusals[i].text),
                                            "S-BIAD1.json", &records, NULL,
                                            &err),
                          AKIN_EFORMAT, refusals[i].says);
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
        cmocka_unit_test(the_study_has_its_names_and_its_licence),
        cmocka_unit_test(people_find_their_organisations_in_either_spelling),
        cmocka_unit_test(modules_are_found_whatever_the_case_of_their_names),
        cmocka_unit_test(annotations_keep_all_eleven_attributes),
        cmocka_unit_test(
            file_lists_beside_the_submission_complete_the_annotations),
        cmocka_unit_test(
            deep_sections_end_somewhere_and_odd_shapes_are_survived),
        cmocka_unit_test(what_is_no_submission_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
