/* SPDX-License-Identifier: Apache-2.0 */
/* What licences ask for, and who is credited. */
#include "akin_test.h"

#include "collect/write_credits.h"
#include "collect/write_licence.h"
#include "drawn_collection.h"

/* --- licences --- */

enum {
    KNOWN = 1,
    CREDIT = 2,
    NOTICE = 4,
    ALIKE = 8,
    NO_TRADE = 16,
    NO_CHANGE = 32
};

static const struct {
    const char *spdx;
    unsigned duties;
} licences[] = {
    {NULL, 0},
    {"", 0},
    {"LicenseRef-custom", 0},
    {"CC0-1.0", KNOWN},
    {"PDDL-1.0", KNOWN},
    {"Unlicense", KNOWN},
    {"CC-BY-4.0", KNOWN | CREDIT},
    {"CC-BY-2.0", KNOWN | CREDIT},
    {"CC-BY-3.0-AT", KNOWN | CREDIT},
    {"CC-BY-SA-4.0", KNOWN | CREDIT | ALIKE},
    {"CC-BY-NC-4.0", KNOWN | CREDIT | NO_TRADE},
    {"CC-BY-NC-SA-3.0", KNOWN | CREDIT | NO_TRADE | ALIKE},
    {"CC-BY-ND-4.0", KNOWN | CREDIT | NO_CHANGE},
    {"CC-BY-NC-ND-4.0", KNOWN | CREDIT | NO_TRADE | NO_CHANGE},
    {"ODC-By-1.0", KNOWN | CREDIT | NOTICE},
    {"ODbL-1.0", KNOWN | CREDIT | NOTICE | ALIKE},
    {"MIT", KNOWN | CREDIT | NOTICE},
    {"BSD-3-Clause", KNOWN | CREDIT | NOTICE},
    {"Apache-2.0", KNOWN | CREDIT | NOTICE},
    {"ISC", KNOWN | CREDIT | NOTICE},
    {"GPL-3.0-only", KNOWN | CREDIT | NOTICE | ALIKE},
    {"LGPL-2.1-or-later", KNOWN | CREDIT | NOTICE | ALIKE},
    {"AGPL-3.0-only", KNOWN | CREDIT | NOTICE | ALIKE},
};

static void
every_licence_asks_for_what_its_deed_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(licences); i++) {
        struct akin__duties d = akin__licence_duties(licences[i].spdx);
        unsigned got = (d.is_known ? KNOWN : 0u) |
                       (d.attribution ? CREDIT : 0u) |
                       (d.notice ? NOTICE : 0u) | (d.share_alike ? ALIKE : 0u) |
                       (d.non_commercial ? NO_TRADE : 0u) |
                       (d.no_derivatives ? NO_CHANGE : 0u);

        if (got != licences[i].duties)
            fail_msg("%s: %u instead of %u",
                     licences[i].spdx != NULL ? licences[i].spdx : "none", got,
                     licences[i].duties);
    }
}

/* What is said of licences together; "!" before a fragment: not said. */
static const struct {
    const char *records;
    const char *says[4];
} together[] = {
    {"[{\"id\":\"a\",\"license\":\"CC0-1.0\"}]",
     {"Nothing is asked for", "!CREDITS.md", "!Each sample", "!licence that"}},
    {"[{\"id\":\"a\",\"license\":\"CC0-1.0\"},"
     "{\"id\":\"b\",\"license\":\"CC-BY-4.0\"}]",
     {"Each sample stays under", "Pass CREDITS.md on", "!Nothing is asked",
      "!share-alike"}},
    {"[{\"id\":\"a\",\"license\":\"MIT\"}]",
     {"Keep the texts", "Pass CREDITS.md on", "!Each sample", "!commercial"}},
    {"[{\"id\":\"a\",\"license\":\"CC-BY-SA-4.0\"},"
     "{\"id\":\"b\",\"license\":\"CC-BY-NC-4.0\"}]",
     {"share-alike", "so the whole is not", "!keep this collection",
      "!no licence"}},
    {"[{\"id\":\"a\",\"license\":\"CC-BY-ND-4.0\"}]",
     {"keep this collection to yourself", "Pass CREDITS.md", "!commercial",
      "!share-alike"}},
    {"[{\"id\":\"a\"},{\"id\":\"b\",\"license\":\"Proprietary\"}]",
     {"ask their authors", "Each sample", "!Nothing is asked", "!CREDITS.md"}},
};

static void
licences_together_are_told_in_sentences(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(together); i++) {
        struct akin_collection *c =
            akin_drawn_collection(together[i].records, "{}", 2);
        struct akin_json *words = akin__licences_together(c);
        struct akin_buf text = {0};

        akin_json_write(words, AKIN_JSON_COMPACT, &text);
        for (size_t k = 0; k < AKIN_COUNT(together[i].says); k++) {
            const char *says = together[i].says[k];
            bool is_said = says[0] != '!';

            if ((strstr(akin_buf_text(&text), says + !is_said) != NULL) !=
                is_said)
                fail_msg("%s: \"%s\" in %s", together[i].records, says,
                         akin_buf_text(&text));
        }
        akin_buf_free(&text);
        akin_json_free(words);
        akin_collection_free(c);
    }
}

static void
licences_are_counted_and_the_most_used_is_first(void **state)
{
    struct akin_collection *c = akin_drawn_collection(
        "[{\"id\":\"a\",\"license\":\"MIT\"},{\"id\":\"b\"},"
        "{\"id\":\"c\",\"license\":\"CC0-1.0\"},"
        "{\"id\":\"d\",\"license\":\"CC0-1.0\"},{\"id\":\"e\"},"
        "{\"id\":\"unused\",\"license\":\"ISC\"}]",
        "{}", 3);
    struct akin__licence_count *list;
    struct akin_buf text = {0};
    size_t n = 0;

    (void)state;
    c->dataset[5].n_kept = 0;
    list = akin__licences_of(c, &n);
    assert_int_equal(n, 3);
    assert_string_equal(list[0].spdx, "CC0-1.0"); /* before none at all */
    assert_int_equal(list[0].n_samples, 6);
    assert_int_equal(list[0].n_datasets, 2);
    assert_null(list[1].spdx);
    assert_string_equal(list[2].spdx, "MIT");
    free(list);
    akin__licences_markdown(c, &text);
    assert_non_null(strstr(akin_buf_text(&text), "| none known | 2 | 6 |"));
    assert_null(strstr(akin_buf_text(&text), "ISC"));
    akin_buf_free(&text);
    akin_collection_free(c);
}

/* --- credits --- */

static const char studies[] =
    "[{\"id\":\"S-1\",\"title\":\"Cells & *stars* [1]\",\"license\":"
    "\"CC-BY-4.0\",\"license_original\":\"CC BY\",\"year\":2020,"
    "\"uri\":\"https://example.org/a_b~c\","
    "\"identifier\":{\"doi\":\"10.1/x_y\"},"
    "\"publisher\":{\"name\":\"Archive\"},"
    "\"authors\":[{\"name\":\"Ann Onym\"},"
    "{\"name\":\"Bo {B} Example\",\"orcid\":\"0000-0001-0000-0001\"}],"
    "\"funders\":[{\"name\":\"Fund\",\"grant\":\"G_1\"}],"
    "\"publications\":[{\"title\":\"50% of #1 costs $2 ~ x^2\\\\a\","
    "\"authors\":\"Onym A, Example B\",\"year\":2021,"
    "\"doi\":\"10.2/z_{q}\"}],"
    "\"mifa\":{\"annotations\":[{\"authors\":[{\"name\":\"Cy Marker\"},"
    "{\"name\":\"Ann Onym\"}]},{\"authors\":[{\"name\":\"Cy Marker\"}]}]}},"
    "{\"id\":\"S.1\",\"title\":\"Second\",\"license\":\"CC-BY-4.0\","
    "\"authors\":[{\"name\":\"Ann Onym\",\"orcid\":\"0000-0002-0000-0002\"},"
    "{\"name\":\"B. Example\",\"orcid\":\"0000-0001-0000-0001\"},"
    "{\"name\":\"Ann Onym\",\"orcid\":\"0000-0003-0000-0003\"},{}]}]";

static const struct akin_json *
person(const struct akin_json *people, size_t i, const char *name,
       const char *orcid)
{
    const struct akin_json *one = akin_json_at(people, i);
    const char *got = akin_json_text(one, "orcid");

    assert_string_equal(akin_json_text(one, "name"), name);
    if (orcid == NULL)
        assert_null(got);
    else
        assert_string_equal(got, orcid);
    return one;
}

static void
everybody_is_named_once_with_the_orcid_that_any_record_gives(void **state)
{
    struct akin_collection *c = akin_drawn_collection(studies, "{}", 1);
    struct akin_json *people = akin__credits_people(c);
    const struct akin_json *one;

    (void)state;
    assert_int_equal(akin_json_count(people), 4);
    one = person(people, 0, "Ann Onym", "0000-0002-0000-0002");
    assert_int_equal(akin_json_count(akin_json_get(one, "datasets")), 2);
    assert_int_equal(akin_json_count(akin_json_get(one, "role")), 2);
    (void)person(people, 1, "Bo {B} Example", "0000-0001-0000-0001");
    one = person(people, 2, "Cy Marker", NULL);
    assert_string_equal(
        akin_json_string(akin_json_at(akin_json_get(one, "role"), 0)),
        "annotator");
    (void)person(people, 3, "Ann Onym", "0000-0003-0000-0003");
    akin_json_free(people);
    akin_collection_free(c);
}

static void
credits_name_source_licence_people_papers_funds_and_changes(void **state)
{
    static const char *const says[] = {
        "## Cells & \\*stars\\* \\[1\\]\n",
        "Archive, S-1, version 1, <https://example.org/a_b~c>",
        "[doi:10.1/x_y](https://doi.org/10.1/x_y)",
        "[CC-BY-4.0](https://spdx.org/licenses/CC-BY-4.0.html) (given as: ",
        "- Authors: Ann Onym, Bo {B} Example ",
        "([0000-0001-0000-0001](https://orcid.org/0000-0001-0000-0001))",
        "- Annotators: Cy Marker, Ann Onym\n",
        "- Publication: Onym A, Example B. 50% of \\#1",
        "- Funding: Fund, G\\_1\n",
        "scaled to 96 px",
        "annotations left out",
    };
    struct akin_collection *c =
        akin_drawn_collection(studies, "{\"output\":{\"edge\":96}}", 1);
    struct akin_buf text = {0};

    (void)state;
    akin__credits_markdown(c, &text);
    for (size_t i = 0; i < AKIN_COUNT(says); i++)
        if (strstr(akin_buf_text(&text), says[i]) == NULL)
            fail_msg("no \"%s\" in\n%s", says[i], akin_buf_text(&text));
    akin_buf_free(&text);
    akin_collection_free(c);
}

/* Braces must close, or the rest of the file is one field. */
static void
assert_balanced(const char *text)
{
    int depth = 0;

    for (; *text != '\0'; text++) {
        bool is_escaped = *text == '\\' && text[1] != '\0';

        if (is_escaped)
            text++;
        else
            depth += (*text == '{') - (*text == '}');
        assert_true(depth >= 0);
    }
    assert_int_equal(depth, 0);
}

static void
bibtex_is_escaped_and_its_keys_differ(void **state)
{
    static const char *const says[] = {
        "@misc{S-1,\n",
        "author = {{Ann Onym} and {Bo B Example}}",
        "title = {Cells \\& *stars* [1]}",
        "url = {https://example.org/a_b~c}",
        "doi = {10.1/x_y}",
        "@article{S-1-paper-1,\n",
        "title = {50\\% of \\#1 costs \\$2 \\~{} x\\^{}2a}",
        "doi = {10.2/z_q}",
        "@misc{S-1--2,\n",
    };
    struct akin_collection *c = akin_drawn_collection(studies, "{}", 1);
    struct akin_buf text = {0};

    (void)state;
    akin__credits_bibtex(c, &text);
    for (size_t i = 0; i < AKIN_COUNT(says); i++)
        if (strstr(akin_buf_text(&text), says[i]) == NULL)
            fail_msg("no \"%s\" in\n%s", says[i], akin_buf_text(&text));
    assert_balanced(akin_buf_text(&text));
    akin_buf_free(&text);
    akin_collection_free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_licence_asks_for_what_its_deed_says),
        cmocka_unit_test(licences_together_are_told_in_sentences),
        cmocka_unit_test(licences_are_counted_and_the_most_used_is_first),
        cmocka_unit_test(
            everybody_is_named_once_with_the_orcid_that_any_record_gives),
        cmocka_unit_test(
            credits_name_source_licence_people_papers_funds_and_changes),
        cmocka_unit_test(bibtex_is_escaped_and_its_keys_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
