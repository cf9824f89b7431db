/* SPDX-License-Identifier: Apache-2.0 */
#include "record_test.h"

static struct reading reading;

static const char study[] =
    "\xef\xbb\xbf\"# A heading, quoted\"\t\t\t\r\n"
    "# Study\t\t\t\r\n"
    "Comment[IDR Study Accession]\tidr0001\t\t\r\n"
    "Study Title\t\"A \"\"quoted\"\" title\"\t\t\r\n"
    "Study Description\tText, with a comma\t\t\r\n"
    "Study Organism\tHomo sapiens\tMus musculus\t\r\n"
    "Study Organism Term Accession\tNCBITaxon_9606\tNCBITaxon_10090\t\r\n"
    "Study Public Release Date\t2016-04-27\r\n"
    "Study PubMed ID\t1234567\t\t7654321\r\n"
    "Study Publication Title\tOne\tTwo\tThree\r\n"
    "Study DOI\thttp://dx.doi.org/10.1000/a\r\n"
    "Study License\tCC BY 4.0\r\n"
    "Study License URL\thttps://creativecommons.org/licenses/by/4.0/\r\n"
    "Study Person Last Name\tCarberry\tDoe\r\n"
    "Study Person First Name\tJosiah\r\n"
    "Study Person Email\tj@example.org\r\n"
    "Study Person Address\tBrown\tElsewhere\r\n"
    "Study Person Roles\tsubmitter\t\r\n"
    "Study Version History\tMoved.\r\n"
    "no tab on this line\r\n"
    "Screen Number\t1\r\n"
    "Comment[IDR Screen Name]\tidr0001/screenA\r\n"
    "Screen Sample Type\tcell\r\n"
    "Screen Size\tPlates: 2\t5D Images: 1,000\tPlanes: 1\r\n"
    "Screen Imaging Method\tspinning disk\tlight sheet\r\n"
    "Screen Imaging Method Term Accession\tFBbi_00000253\tFBbi:00000364\r\n"
    "Protocol Name\tgrowth protocol\ttreatment\r\n"
    "Protocol Description\tGrown\tTreated\r\n"
    "Experiment Number\t2\r\n"
    "Experiment Size\t5D Images: 5\r\n"
    "Experiment Imaging Method\tspinning disk\r\n"
    "Experiment Imaging Method Term Accession\tFBbi_00000253\r\n"
    "Phenotype Name\tround cell\r\n"
    "Phenotype Term Accession\tCMPO_0000118\r\n";

static void
a_study_and_its_screens_are_read(void **state)
{
    const struct akin_json *r = read_text(&reading, "idr0001-study.txt", study);
    int64_t n;

    (void)state;
    expect_count(reading.records, "", 1);
    expect_text(r, "id", "idr0001");
    expect_text(r, "title", "A \"quoted\" title");
    expect_text(r, "license", "CC-BY-4.0");
    expect_text(r, "date_published", "2016-04-27");
    expect_count(r, "organism", 2);
    expect_text(r, "organism/1/id", "NCBITaxon:10090");
    expect_count(r, "publications", 3);
    expect_text(r, "publications/0/doi", "10.1000/a");
    expect_text(r, "publications/1/pubmed_id", NULL);
    expect_text(r, "publications/2/pubmed_id", "7654321");
    expect_count(r, "authors", 2);
    expect_text(r, "authors/0/name", "Josiah Carberry");
    expect_text(r, "authors/1/name", "Doe");
    expect_text(r, "authors/1/affiliations/0", "Elsewhere");
    expect_text(r, "version/changes", "Moved.");
    expect_count(r, "imaging_method", 2);
    expect_text(r, "imaging_method/1/id", "FBbi:00000364");
    expect_count(r, "rembi/acquisitions", 2);
    expect_text(r, "rembi/growth_protocols/0/description", "Grown");
    expect_text(r, "rembi/protocols/0/description", "Treated");
    expect_text(r, "rembi/phenotypes/0/id", "CMPO:0000118");
    expect_text(r, "rembi/biosamples/0/organism/0/id", "NCBITaxon:9606");
    assert_true(akin_json_int(value_at(r, "extra/images_5d"), &n));
    assert_int_equal(n, 1005);
}

static void
a_file_may_hold_several_studies(void **state)
{
    struct akin_buf two = {0};

    (void)state;
    akin_buf_puts(&two, "Comment[IDR Study Accession]\tidr0001\n"
                        "Study Title\tone\nScreen Number\t1\n"
                        "Comment[IDR Study Accession]\tidr0002\n"
                        "Study Title\ttwo\nStudy Title\tthree\n");
    (void)read_text(&reading, "study.txt", akin_buf_text(&two));
    akin_buf_free(&two);
    expect_count(reading.records, "", 3);
    expect_text(reading.records, "1/id", "idr0002");
    expect_text(reading.records, "2/title", "three");
    expect_text(reading.records, "2/id", "study.txt");
    assert_int_equal(notes_of(&reading, "id_missing"), 1);
}

static void
two_licences_that_differ_are_an_error(void **state)
{
    const struct akin_json *r = read_text(
        &reading, "study.txt",
        "Study Title\tt\nStudy License\tCC BY 4.0\nStudy License URL\t"
        "https://creativecommons.org/publicdomain/zero/1.0/\n");

    (void)state;
    expect_text(r, "license", "CC-BY-4.0");
    assert_int_equal(notes_of(&reading, "license_contradiction"), 1);
    r = read_text(&reading, "study.txt",
                  "Study Title\tt\nStudy License\tCreative Commons\nStudy "
                  "License URL\thttps://creativecommons.org/licenses/by/4.0/");
    expect_text(r, "license", "CC-BY-4.0");
}

static void
bytes_that_are_no_utf8_are_replaced_and_reported(void **state)
{
    const struct akin_json *r =
        read_text(&reading, "study.txt", "Study Title\tat 4 \xb0 C\n");

    (void)state;
    expect_text(r, "title", "at 4 \xef\xbf\xbd C");
    assert_int_equal(notes_of(&reading, "text_encoding"), 1);
}

static void
what_is_no_study_is_refused_with_a_reason(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        enum akin_status want;
        const char *says;
    } refusals[] = {
        {"", 0, AKIN_EFORMAT, "empty"},
        {"hello\n", 6, AKIN_EFORMAT, "Study Title"},
        {"# Study Title\tx\n", 16, AKIN_EFORMAT, "Study Title"},
        {"Study Title\tx\0y", 15, AKIN_EFORMAT, "zeros"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_json *records = NULL;
        struct akin_error err = {0};

        assert_fails_with(
            akin__record_read(akin_span_of(refusals[i].text, refusals[i].len),
                              "study.txt", &records, NULL, &err),
            refusals[i].want, refusals[i].says);
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
        cmocka_unit_test(a_study_and_its_screens_are_read),
        cmocka_unit_test(a_file_may_hold_several_studies),
        cmocka_unit_test(two_licences_that_differ_are_an_error),
        cmocka_unit_test(bytes_that_are_no_utf8_are_replaced_and_reported),
        cmocka_unit_test(what_is_no_study_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
