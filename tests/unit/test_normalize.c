/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/normalize.h"
#include "akin_test.h"

static const struct {
    const char *text, *spdx; /* NULL: not certain */
} licence_cases[] = {
    {"CC BY 4.0", "CC-BY-4.0"},
    {"CC-BY-4.0", "CC-BY-4.0"},
    {"cc by 4.0", "CC-BY-4.0"},
    {"CC BY 3.0", "CC-BY-3.0"},
    {"CC0", "CC0-1.0"},
    {"CC0 1.0", "CC0-1.0"},
    {"CC-0", "CC0-1.0"},
    {"CC0-1.0", "CC0-1.0"},
    {"CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "CC0-1.0"},
    {"CC BY 4.0, CC BY-NC 4.0", NULL},
    {"Creative Commons Zero 1.0", "CC0-1.0"},
    {"CC BY-NC-SA 3.0", "CC-BY-NC-SA-3.0"},
    {"CC BY-NC-ND 4.0", "CC-BY-NC-ND-4.0"},
    {"CC-BY-NC-SA-3.0 (repository README)", "CC-BY-NC-SA-3.0"},
    {"CC BY-SA 2.1 JP", "CC-BY-SA-2.1-JP"},
    {"Creative Commons Attribution 4.0 International", "CC-BY-4.0"},
    {"Creative Commons Attribution 4.0 International (CC BY 4.0)", "CC-BY-4.0"},
    {"Creative Commons Attribution 4.0 International (CC BY 3.0)", NULL},
    {"Creative Commons Attribution-NonCommercial-ShareAlike 4.0",
     "CC-BY-NC-SA-4.0"},
    {"Creative Commons Attribution-Non-Commercial-No-Derivatives 4.0",
     "CC-BY-NC-ND-4.0"},
    {"https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"},
    {"http://creativecommons.org/licenses/by/4.0", "CC-BY-4.0"},
    {"creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"},
    {"https://www.creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"},
    {"HTTPS://CreativeCommons.org/licenses/BY/4.0/", "CC-BY-4.0"},
    {"https://creativecommons.org/licenses/by/4.0/legalcode", "CC-BY-4.0"},
    {"https://creativecommons.org/licenses/by/4.0/deed.de", "CC-BY-4.0"},
    {"https://creativecommons.org/licenses/by/4.0/deed", "CC-BY-4.0"},
    {"https://creativecommons.org/licenses/by/4.0/?ref=x", "CC-BY-4.0"},
    {" https://creativecommons.org/licenses/by-nc-sa/3.0/ ", "CC-BY-NC-SA-3.0"},
    {"https://creativecommons.org/licenses/by-nc-nd/4.0/", "CC-BY-NC-ND-4.0"},
    {"https://creativecommons.org/licenses/by-sa/2.1/jp/", "CC-BY-SA-2.1-JP"},
    {"https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"},
    {"https://creativecommons.org/publicdomain/zero/1.0/legalcode", "CC0-1.0"},
    {"MIT", "MIT"},
    {"MIT License", "MIT"},
    {"MIT (repository LICENSE)", "MIT"},
    {"https://opensource.org/licenses/MIT", "MIT"},
    {"https://spdx.org/licenses/MIT.html", "MIT"},
    {"BSD-3-Clause (repository LICENSE)", "BSD-3-Clause"},
    {"Apache License, Version 2.0", "Apache-2.0"},
    {"http://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0"},
    {"GPL-3.0 (repository LICENSE)", "GPL-3.0-only"},
    {"GPLv3", "GPL-3.0-only"},
    {"GNU General Public License v3.0 or later", NULL},
    {"https://www.gnu.org/licenses/gpl-3.0.en.html", "GPL-3.0-only"},
    /* not certain, or not known */
    {"", NULL},
    {"CC BY", NULL},
    {"CC", NULL},
    {"BY", NULL},
    {"CC BY 5.0", NULL},
    {"CC BY-ND-SA 4.0", NULL},
    {"CC0 4.0", NULL},
    {"MIT or GPL", NULL},
    {"CC BY 4.0 (images only)", NULL},
    {"public domain", NULL},
    {"all rights reserved", NULL},
    {"unknown (TCGA source)", NULL},
    {"https://v18.proteinatlas.org/about/licence", NULL},
    {"https://creativecommons.org/licenses/by/9.9/", NULL},
    {"https://creativecommons.org/licenses/byx/4.0/", NULL},
    {"https://creativecommons.org/licenses/", NULL},
    {"https://example.org/creativecommons.org/licenses/by/4.0/", NULL},
};

static void
licences_get_their_spdx_id(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(licence_cases); i++) {
        struct akin_buf out = {0};
        bool found = akin_licence_normalize(licence_cases[i].text, &out);

        if (found != (licence_cases[i].spdx != NULL) ||
            strcmp(akin_buf_text(&out), licence_cases[i].spdx == NULL
                                            ? ""
                                            : licence_cases[i].spdx) != 0)
            fail_msg("\"%s\" -> \"%s\"", licence_cases[i].text,
                     akin_buf_text(&out));
        akin_buf_free(&out);
    }
}

static void
every_spdx_id_that_is_made_is_its_own_spelling(void **state)
{
    static const char *const ids[] = {
        "CC-BY-1.0",        "CC-BY-NC-2.0",  "CC-BY-NC-ND-2.5",
        "CC-BY-NC-SA-3.0",  "CC-BY-ND-4.0",  "CC-BY-SA-4.0",
        "CC0-1.0",          "MIT",           "BSD-3-Clause",
        "BSD-2-Clause",     "Apache-2.0",    "GPL-3.0-only",
        "GPL-3.0-or-later", "LGPL-2.1-only", "AGPL-3.0-only",
        "MPL-2.0",          "ODC-By-1.0",    "ODbL-1.0",
        "PDDL-1.0",         "ISC",           "Unlicense",
        "CC-BY-SA-2.1-JP",  "CC-BY-3.0-IGO",
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(ids); i++) {
        struct akin_buf out = {0};

        if (!akin_licence_normalize(ids[i], &out) ||
            strcmp(akin_buf_text(&out), ids[i]) != 0)
            fail_msg("%s -> \"%s\"", ids[i], akin_buf_text(&out));
        akin_buf_free(&out);
    }
}

static void
licences_are_open_shared_or_restricted(void **state)
{
    (void)state;
    assert_int_equal(akin_licence_kind("CC0-1.0"), AKIN_LICENCE_OPEN);
    assert_int_equal(akin_licence_kind("CC-BY-4.0"), AKIN_LICENCE_OPEN);
    assert_int_equal(akin_licence_kind("CC-BY-3.0-IGO"), AKIN_LICENCE_OPEN);
    assert_int_equal(akin_licence_kind("MIT"), AKIN_LICENCE_OPEN);
    assert_int_equal(akin_licence_kind("CC-BY-SA-4.0"), AKIN_LICENCE_SHARE);
    assert_int_equal(akin_licence_kind("GPL-3.0-only"), AKIN_LICENCE_SHARE);
    assert_int_equal(akin_licence_kind("CC-BY-NC-4.0"),
                     AKIN_LICENCE_RESTRICTED);
    assert_int_equal(akin_licence_kind("CC-BY-ND-4.0"),
                     AKIN_LICENCE_RESTRICTED);
    assert_int_equal(akin_licence_kind("CC-BY-NC-SA-3.0"),
                     AKIN_LICENCE_RESTRICTED);
    assert_int_equal(akin_licence_kind("Custom"), AKIN_LICENCE_UNKNOWN);
    assert_int_equal(akin_licence_kind(NULL), AKIN_LICENCE_UNKNOWN);
}

static const struct {
    const char *text, *prefix, *curie;
} term_cases[] = {
    /* taxa */
    {"NCBITaxon:9606", NULL, "NCBITaxon:9606"},
    {"obo:NCBITaxon_9606", NULL, "NCBITaxon:9606"},
    {"NCBITaxon_9606", NULL, "NCBITaxon:9606"},
    {"ncbitaxon:9606", NULL, "NCBITaxon:9606"},
    {"NCBI:txid9606", NULL, "NCBITaxon:9606"},
    {"txid9606", NULL, "NCBITaxon:9606"},
    {"NCBI Taxonomy: 9606", NULL, "NCBITaxon:9606"},
    {"taxon:9606", NULL, "NCBITaxon:9606"},
    {"9606", "NCBITaxon", "NCBITaxon:9606"},
    {"http://purl.obolibrary.org/obo/NCBITaxon_9606", NULL, "NCBITaxon:9606"},
    {"https://purl.obolibrary.org/obo/NCBITaxon_9606", NULL, "NCBITaxon:9606"},
    {"https://www.ncbi.nlm.nih.gov/datasets/taxonomy/9606", NULL,
     "NCBITaxon:9606"},
    {"https://www.ncbi.nlm.nih.gov/datasets/taxonomy/9606/", NULL,
     "NCBITaxon:9606"},
    {"http://ncbi.nlm.nih.gov/taxonomy/9606", NULL, "NCBITaxon:9606"},
    {"https://www.ncbi.nlm.nih.gov/taxonomy/?term=txid9606", NULL,
     "NCBITaxon:9606"},
    {"https://www.ncbi.nlm.nih.gov/Taxonomy/Browser/wwwtax.cgi?id=9606", NULL,
     "NCBITaxon:9606"},
    {"https://www.ncbi.nlm.nih.gov/Taxonomy/Browser/"
     "wwwtax.cgi?mode=Info&id=9606&lvl=3",
     NULL, "NCBITaxon:9606"},
    {"https://identifiers.org/taxonomy/9606", NULL, "NCBITaxon:9606"},
    {"https://identifiers.org/taxonomy:9606", NULL, "NCBITaxon:9606"},
    {"https://www.uniprot.org/taxonomy/9606", NULL, "NCBITaxon:9606"},
    /* methods */
    {"obo:FBbi_00000246", NULL, "FBbi:00000246"},
    {"http://purl.obolibrary.org/obo/FBbi_00000246", NULL, "FBbi:00000246"},
    {"FBbi:00000257", NULL, "FBbi:00000257"},
    {"Fbbi_00000246", NULL, "FBbi:00000246"},
    {"FBBI:00000246", NULL, "FBbi:00000246"},
    {"FBbi_ 00000246", NULL, "FBbi:00000246"},
    {"http://purl.obolibrary.org/obo/FBbi_ 00000246", NULL, "FBbi:00000246"},
    {"FBbi: 00000246", NULL, "FBbi:00000246"},
    {"#00000251", "FBbi", "FBbi:00000251"},
    {"#00000251", NULL, NULL},
    {"#term", "FBbi", NULL},
    {"#FBbi_00000251", NULL, "FBbi:00000251"},
    {"#NCIT_C181930", NULL, "NCIT:C181930"},
    {"https://www.ebi.ac.uk/ols4/ontologies/fbbi/classes/"
     "http%253A%252F%252Fpurl.obolibrary.org%252Fobo%252FFBbi_00000246",
     NULL, "FBbi:00000246"},
    {"https://identifiers.org/fbbi/00000246", NULL, "FBbi:00000246"},
    {"http://purl.obolibrary.org/obo/CHMO_0002194", NULL, "CHMO:0002194"},
    {"http://purl.obolibrary.org/obo/MI_2213", NULL, "MI:2213"},
    /* others */
    {"http://www.ebi.ac.uk/efo/EFO_0003789", NULL, "EFO:0003789"},
    {"http://www.ebi.ac.uk/cmpo/CMPO_0000438", NULL, "CMPO:0000438"},
    {"http://www.bioassayontology.org/bao#BAO_0002004", NULL, "BAO:0002004"},
    {"http://purl.obolibrary.org/obo/GO_0034613", NULL, "GO:0034613"},
    {"CVCL_0030", NULL, "Cellosaurus:CVCL_0030"},
    {"https://www.cellosaurus.org/CVCL_0030", NULL, "Cellosaurus:CVCL_0030"},
    {"http://purl.obolibrary.org/obo/ABCD_0000123", NULL, "ABCD:0000123"},
    /* one term twice is certain, two are not */
    {"BTO_0004163, http://purl.obolibrary.org/obo/BTO_0004163", NULL,
     "BTO:0004163"},
    {"http://purl.obolibrary.org/obo/BTO_0004163, "
     "http://purl.obolibrary.org/obo/CLO_0008172",
     NULL, NULL},
    /* not certain */
    {"", NULL, NULL},
    {"9606", NULL, NULL},
    {"NCBI:9606", NULL, NULL},
    {"NCBITaxon:09606", NULL, NULL},
    {"NCBITaxon:human", NULL, NULL},
    {"NCBITaxon:12345678901", NULL, NULL},
    {"FBbi:246", NULL, NULL},
    {"GO_00030425", NULL, NULL},
    {"Homo sapiens", NULL, NULL},
    {"Homo sapiens", "NCBITaxon", NULL},
    {"http://purl.obolibrary.org/obo/eng2a_mCherry", NULL, NULL},
    {"http://purl.obolibrary.org/obo/WormBase ID_WBStrain00000190", NULL, NULL},
    {"http://purl.obolibrary.org/obo/", NULL, NULL},
    {"https://example.org/NCBITaxon_9606", NULL, NULL},
    {"://", NULL, NULL},
    {"ABCD_0000123", NULL, NULL},
};

static void
terms_get_their_curie(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(term_cases); i++) {
        struct akin_buf out = {0};
        bool found = akin_curie_normalize(term_cases[i].text,
                                          term_cases[i].prefix, &out);

        if (found != (term_cases[i].curie != NULL) ||
            strcmp(akin_buf_text(&out),
                   term_cases[i].curie == NULL ? "" : term_cases[i].curie) != 0)
            fail_msg("\"%s\" -> \"%s\"", term_cases[i].text,
                     akin_buf_text(&out));
        if (found && !akin_curie_valid(akin_buf_text(&out)))
            fail_msg("%s is not valid", akin_buf_text(&out));
        akin_buf_free(&out);
    }
}

static void
two_terms_joined_by_a_comma_are_two_curies(void **state)
{
    struct akin_json *list = akin_json_array();

    (void)state;
    assert_true(akin_curie_list(
        "BTO_0004163, http://purl.obolibrary.org/obo/CLO_0008172", NULL, list));
    assert_int_equal(akin_json_count(list), 2);
    assert_string_equal(akin_json_string(akin_json_at(list, 1)), "CLO:0008172");
    assert_false(akin_curie_list("BTO_0004163, nonsense", NULL, list));
    assert_int_equal(akin_json_count(list), 2);
    assert_false(akin_curie_list(" , ", NULL, list));
    akin_json_free(list);
}

static void
terms_are_read_as_people_write_them(void **state)
{
    static const struct {
        const char *text, *id, *label;
        bool rest;
    } cases[] = {
        {"Homo sapiens (NCBITaxon:9606)", "NCBITaxon:9606", "Homo sapiens",
         false},
        {"scanning electron microscopy (SEM) (FBbi:00000257)", "FBbi:00000257",
         "scanning electron microscopy (SEM)", false},
        {"FIB-SEM (focussed ion beam)", NULL, "FIB-SEM (focussed ion beam)",
         false},
        {"Brassica sp. (NCBITaxon:3705) and other", "NCBITaxon:3705",
         "Brassica sp.", true},
        {"C2C12 (CLO:0050871).", "CLO:0050871", "C2C12", false},
        {"FBbi:00000243", "FBbi:00000243", NULL, false},
        {"  Danio  rerio ", NULL, "Danio rerio", false},
        {"confocal [FBbi:00000251]", "FBbi:00000251", "confocal", false},
        {"open ( paren", NULL, "open ( paren", false},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        bool rest;
        struct akin_json *term = akin_term_parse(cases[i].text, NULL, &rest);
        const char *id = akin_json_text(term, "id");
        const char *label = akin_json_text(term, "label");

        if ((id == NULL) != (cases[i].id == NULL) ||
            (id != NULL && strcmp(id, cases[i].id) != 0) ||
            (label == NULL) != (cases[i].label == NULL) ||
            (label != NULL && strcmp(label, cases[i].label) != 0) ||
            rest != cases[i].rest)
            fail_msg("\"%s\" -> %s, %s", cases[i].text, id, label);
        akin_json_free(term);
    }
    assert_null(akin_term_parse("   ", NULL, NULL));
}

static void
orcid_ids_are_found_and_their_check_digit_is_tested(void **state)
{
    static const struct {
        const char *text;
        enum akin_orcid_state state;
        const char *id;
    } cases[] = {
        {"0000-0002-1825-0097", AKIN_ORCID_FOUND, "0000-0002-1825-0097"},
        {"https://orcid.org/0000-0002-1825-0097", AKIN_ORCID_FOUND,
         "0000-0002-1825-0097"},
        {"https://orcid.org/0000-0002-1825-0097/", AKIN_ORCID_FOUND,
         "0000-0002-1825-0097"},
        {"https://orcid.org/0000-0002-0555-151x", AKIN_ORCID_FOUND,
         "0000-0002-0555-151X"},
        {"https://orcid.org/0000-0002-1825-0097 (Josiah Carberry)",
         AKIN_ORCID_FOUND, "0000-0002-1825-0097"},
        {"Carberry <0000-0002-1825-0097>", AKIN_ORCID_FOUND,
         "0000-0002-1825-0097"},
        {"0000-0002-1825-0098", AKIN_ORCID_WRONG, "0000-0002-1825-0098"},
        {"0000-0002-1825-009X", AKIN_ORCID_WRONG, "0000-0002-1825-009X"},
        {"https://orcid.org/NA", AKIN_ORCID_NONE, NULL},
        {"10000-0002-1825-0097", AKIN_ORCID_NONE, NULL},
        {"0000-0002-1825-00971", AKIN_ORCID_NONE, NULL},
        {"0000-0002-1825-009", AKIN_ORCID_NONE, NULL},
        {"", AKIN_ORCID_NONE, NULL},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        char out[AKIN_ORCID_TEXT] = "";

        if (akin_orcid_find(cases[i].text, out) != cases[i].state)
            fail_msg("\"%s\"", cases[i].text);
        assert_string_equal(out, cases[i].id == NULL ? "" : cases[i].id);
    }
}

/* Every single changed digit is noticed: that is what the check digit is for.
 */
static void
any_one_changed_digit_of_an_orcid_id_is_noticed(void **state)
{
    static const char right[] = "0000-0002-1825-0097";

    (void)state;
    for (size_t i = 0; i < sizeof(right) - 1; i++)
        for (char d = '0'; d <= '9' && right[i] != '-'; d++) {
            char text[sizeof(right)], out[AKIN_ORCID_TEXT];

            memcpy(text, right, sizeof(right));
            text[i] = d;
            assert_int_equal(akin_orcid_find(text, out),
                             d == right[i] ? AKIN_ORCID_FOUND
                                           : AKIN_ORCID_WRONG);
        }
}

static void
dates_are_days_or_not_certain(void **state)
{
    static const struct {
        const char *text, *date;
        int year; /* 0: none */
    } cases[] = {
        {"2024-03-06", "2024-03-06", 2024},
        {"2024-03-06 16:30:00", "2024-03-06", 2024},
        {"2024-03-06T16:30:00Z", "2024-03-06", 2024},
        {"2024/3/6", "2024-03-06", 2024},
        {"20240306", "2024-03-06", 2024},
        {"6 March 2024", "2024-03-06", 2024},
        {"March 6, 2024", "2024-03-06", 2024},
        {"Mar 6th 2024", "2024-03-06", 2024},
        {"2024 Mar 6", "2024-03-06", 2024},
        {"06.03.2024", "2024-03-06", 2024},
        {"25/12/2020", "2020-12-25", 2020},
        {"12/25/2020", "2020-12-25", 2020},
        {"04/04/2020", "2020-04-04", 2020},
        {"03/04/2020", NULL, 0},
        {"2024-02-29", "2024-02-29", 2024},
        {"2023-02-29", NULL, 2023},
        {"2024-13-01", NULL, 2024},
        {"2024-00-10", NULL, 2024},
        {"2024", NULL, 2024},
        {"2024-03", NULL, 2024},
        {"1799-01-01", NULL, 0},
        {"March 2024", NULL, 0},
        {"soon", NULL, 0},
        {"", NULL, 0},
        {"99999999999999999999", NULL, 0},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        char date[AKIN_DATE_TEXT] = "";
        int year = 0;
        bool day = akin_date_normalize(cases[i].text, date);

        (void)akin_year_normalize(cases[i].text, &year);
        if (day != (cases[i].date != NULL) ||
            (day && strcmp(date, cases[i].date) != 0) || year != cases[i].year)
            fail_msg("\"%s\" -> \"%s\", %d", cases[i].text, date, year);
    }
}

static void
dois_are_found_in_addresses_and_texts(void **state)
{
    static const struct {
        const char *text, *doi;
    } cases[] = {
        {"10.1038/s41592-025-02835-8", "10.1038/s41592-025-02835-8"},
        {"https://doi.org/10.1038/s41592-025-02835-8",
         "10.1038/s41592-025-02835-8"},
        {"http://dx.doi.org/10.1016/j.devcel.2014.09.005",
         "10.1016/j.devcel.2014.09.005"},
        {"doi: 10.3389/fcell.2024.1430728", "10.3389/fcell.2024.1430728"},
        {"see (10.1000/xyz123).", "10.1000/xyz123"},
        {"https://doi.org/10.1016/S0925-4773(01)00470-1",
         "10.1016/S0925-4773(01)00470-1"},
        {"10.6019/S-BIAD1492", "10.6019/S-BIAD1492"},
        {"0.1101/2025.03.24.645013", NULL},
        {"arXiv:2504.18737v1", NULL},
        {"2010.1234/abc", NULL},
        {"10.1/x", NULL},
        {"10.1234/", NULL},
        {"https://www.nature.com/articles/s41598-024-66600-1#Abs1", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_buf out = {0};
        bool found = akin_doi_normalize(cases[i].text, &out);

        if (found != (cases[i].doi != NULL) ||
            (found && strcmp(akin_buf_text(&out), cases[i].doi) != 0))
            fail_msg("\"%s\" -> \"%s\"", cases[i].text, akin_buf_text(&out));
        akin_buf_free(&out);
    }
}

static void
pubmed_ids_are_numbers_of_their_own(void **state)
{
    static const struct {
        const char *text, *id;
    } cases[] = {
        {"35209227", "35209227"},
        {"PMID: 35209227", "35209227"},
        {"pmid35209227", "35209227"},
        {"https://www.ncbi.nlm.nih.gov/pubmed/25504902", "25504902"},
        {"https://pubmed.ncbi.nlm.nih.gov/25504902/", "25504902"},
        {"pending", NULL},
        {"12 34", NULL},
        {"0123", NULL},
        {"1234567890", NULL},
        {"PMC4648281", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_buf out = {0};
        bool found = akin_pubmed_normalize(cases[i].text, &out);

        if (found != (cases[i].id != NULL) ||
            (found && strcmp(akin_buf_text(&out), cases[i].id) != 0))
            fail_msg("\"%s\" -> \"%s\"", cases[i].text, akin_buf_text(&out));
        akin_buf_free(&out);
    }
}

static void
text_is_cleaned_without_losing_its_meaning(void **state)
{
    static const struct {
        enum akin_text_shape shape;
        const char *text, *want;
    } cases[] = {
        {AKIN_TEXT_LINE, "  a\n b\t c ", "a b c"},
        {AKIN_TEXT_LINE,
         "a\xc2\xa0"
         "b",
         "a b"},
        {AKIN_TEXT_LINE, "<i>Mus</i> <b>musculus</b>", "Mus musculus"},
        {AKIN_TEXT_LINE, "H<sub>2</sub>O", "H2O"},
        {AKIN_TEXT_LINE, "line<br/>break", "line break"},
        {AKIN_TEXT_LINE, "<a href=\"x\">link</a>", "link"},
        {AKIN_TEXT_LINE, "p < 0.05 and q > 3", "p < 0.05 and q > 3"},
        {AKIN_TEXT_LINE, "a<b", "a<b"},
        {AKIN_TEXT_LINE, "<i", "<i"},
        {AKIN_TEXT_LINE, "<unknown>x", "<unknown>x"},
        {AKIN_TEXT_LINE, "R&amp;D &lt;5&nbsp;\xc2\xb5m", "R&D <5 \xc2\xb5m"},
        {AKIN_TEXT_LINE, "37&#176;C &#x3b1;",
         "37\xc2\xb0"
         "C \xce\xb1"},
        {AKIN_TEXT_LINE, "&#0; &#xd800; &#99999999; &bogus;",
         "&#0; &#xd800; &#99999999; &bogus;"},
        {AKIN_TEXT_LINE, "AT&T", "AT&T"},
        {AKIN_TEXT_LINE, "0.05% NaN3", "0.05% NaN3"},
        {AKIN_TEXT_LINE, "\xef\xbb\xbfx\xe2\x80\x8by", "xy"},
        {AKIN_TEXT_LINE, "bad \xff byte", "bad \xef\xbf\xbd byte"},
        {AKIN_TEXT_LINE, "", ""},
        {AKIN_TEXT_PARAGRAPHS, "a\r\nb", "a\nb"},
        {AKIN_TEXT_PARAGRAPHS, "\n\na\n\n\n\nb \n", "a\n\nb"},
        {AKIN_TEXT_PARAGRAPHS, "<p>one</p><p>two</p>", "one\ntwo"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_buf out = {0};

        akin_text_clean(cases[i].text, cases[i].shape, &out);
        assert_string_equal(akin_buf_text(&out), cases[i].want);
        akin_buf_free(&out);
    }
}

static void
wrongly_decoded_text_is_suspected_and_right_text_is_not(void **state)
{
    (void)state;
    assert_true(akin_text_suspect("stored at 4\xca\xa1"
                                  "C"));
    assert_true(akin_text_suspect("M\xc3\x83\xc2\xbcller"));
    assert_true(akin_text_suspect("50 \xc3\x82\xc2\xb5m"));
    assert_true(akin_text_suspect("it\xc3\xa2\xe2\x82\xac\xe2\x84\xa2s"));
    assert_true(akin_text_suspect("a \xef\xbf\xbd b"));
    assert_true(akin_text_suspect("\xff"));
    assert_false(akin_text_suspect("Müller, 4 °C, 50 µm, São Paulo"));
    assert_false(akin_text_suspect("naïve – “quoted” α"));
    assert_false(akin_text_suspect(""));
}

static void
email_addresses_are_taken_out(void **state)
{
    static const struct {
        const char *text, *want;
        bool found;
    } cases[] = {
        {"A. Person <a.person@example.org>", "A. Person ", true},
        {"x@example.org or y@example.co.uk", " or ", true},
        {"mailto:x@example.org.", ".", true},
        {"no address", "no address", false},
        {"user@host", "user@host", false},
        {"@handle", "@handle", false},
        {"https://example.org/@name", "https://example.org/@name", false},
        {"", "", false},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_buf out = {0};

        assert_int_equal(akin_text_without_email(cases[i].text, &out),
                         cases[i].found);
        assert_string_equal(akin_buf_text(&out), cases[i].want);
        akin_buf_free(&out);
    }
}

static void
keywords_are_split_and_there_once(void **state)
{
    static const struct {
        const char *text;
        bool many;
        const char *want; /* joined by '|' */
    } cases[] = {
        {"a, b;c\nd", false, "a|b|c|d"},
        {"Mass Spectrometry Imaging;", true, "Mass Spectrometry Imaging"},
        {"Cell, cell, CELL", false, "Cell"},
        {"Microscopy, Confocal", true, "Microscopy, Confocal"},
        {"Muscle, Smooth, Vascular", true, "Muscle, Smooth, Vascular"},
        {"Microscopy, Confocal", false, "Microscopy|Confocal"},
        {"Microscopy, confocal", true, "Microscopy|confocal"},
        {"RPE-1, confocal, immunoblot", true, "RPE-1|confocal|immunoblot"},
        {"Kinetics (MeSH Unique ID:D007700),MAP Kinase Signaling System", true,
         "Kinetics|MAP Kinase Signaling System"},
        {"genetics[major]; Actins*", false, "genetics|Actins"},
        {"light sheet (LSFM, SPIM), zebrafish", false,
         "light sheet (LSFM, SPIM)|zebrafish"},
        {" , ; ", false, ""},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_json *list = akin_json_array();
        struct akin_buf out = {0};

        akin_keywords_split(cases[i].text, cases[i].many, list);
        for (size_t k = 0; k < akin_json_count(list); k++)
            akin_buf_printf(&out, "%s%s", k == 0 ? "" : "|",
                            akin_json_string(akin_json_at(list, k)));
        assert_string_equal(akin_buf_text(&out), cases[i].want);
        akin_buf_free(&out);
        akin_json_free(list);
    }
}

static void
counts_are_whole_and_64_bits_wide(void **state)
{
    static const struct {
        const char *json;
        bool ok;
        int64_t want;
    } cases[] = {
        {"[0]", true, 0},
        {"[873671939430809]", true, 873671939430809},
        {"[9223372036854775807]", true, INT64_MAX},
        {"[\"9223372036854775807\"]", true, INT64_MAX},
        {"[\"9223372036854775808\"]", false, 0},
        {"[\"1,234,567\"]", true, 1234567},
        {"[\" 42 \"]", true, 42},
        {"[12.0]", true, 12},
        {"[12.5]", false, 0},
        {"[-1]", false, 0},
        {"[\"-1\"]", false, 0},
        {"[1e300]", false, 0},
        {"[\"1.2 GB\"]", false, 0},
        {"[\"\"]", false, 0},
        {"[null]", false, 0},
        {"[[]]", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_json *json = NULL;
        struct akin_error err = {0};
        int64_t got = 0;

        assert_ok(akin_json_parse(akin_span_str(cases[i].json), &json, &err));
        if (akin_count_normalize(akin_json_at(json, 0), &got) != cases[i].ok ||
            got != cases[i].want)
            fail_msg("%s", cases[i].json);
        akin_json_free(json);
    }
}

static void
annotation_types_have_one_spelling(void **state)
{
    static const struct {
        const char *text, *type;
    } cases[] = {
        {"segmentation_mask", "segmentation_mask"},
        {"Segmentation masks", "segmentation_mask"},
        {"class labels", "class_labels"},
        {"class_label", "class_labels"},
        {"Bounding Boxes", "bounding_boxes"},
        {"bounding-box", "bounding_boxes"},
        {"counts", "counts"},
        {"derived annotations", "derived_annotations"},
        {"geometrical", "geometrical_annotations"},
        {"graphs", "graphs"},
        {"point", "point_annotations"},
        {"tracks", "tracks"},
        {"weak annotations", "weak_annotations"},
        {"other", "other"},
        {"drawing", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        const char *type = akin_annotation_type(cases[i].text);

        if ((type == NULL) != (cases[i].type == NULL) ||
            (type != NULL && strcmp(type, cases[i].type) != 0))
            fail_msg("\"%s\" -> %s", cases[i].text, type);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(licences_get_their_spdx_id),
        cmocka_unit_test(every_spdx_id_that_is_made_is_its_own_spelling),
        cmocka_unit_test(licences_are_open_shared_or_restricted),
        cmocka_unit_test(terms_get_their_curie),
        cmocka_unit_test(two_terms_joined_by_a_comma_are_two_curies),
        cmocka_unit_test(terms_are_read_as_people_write_them),
        cmocka_unit_test(orcid_ids_are_found_and_their_check_digit_is_tested),
        cmocka_unit_test(any_one_changed_digit_of_an_orcid_id_is_noticed),
        cmocka_unit_test(dates_are_days_or_not_certain),
        cmocka_unit_test(dois_are_found_in_addresses_and_texts),
        cmocka_unit_test(pubmed_ids_are_numbers_of_their_own),
        cmocka_unit_test(text_is_cleaned_without_losing_its_meaning),
        cmocka_unit_test(
            wrongly_decoded_text_is_suspected_and_right_text_is_not),
        cmocka_unit_test(email_addresses_are_taken_out),
        cmocka_unit_test(keywords_are_split_and_there_once),
        cmocka_unit_test(counts_are_whole_and_64_bits_wide),
        cmocka_unit_test(annotation_types_have_one_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
