/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BioStudies submissions of the BioImage Archive (PageTab as JSON): a tree of
 * sections with attributes. Section and attribute names differ in case and
 * number between templates ("Image acquisition", "Image Acquisition",
 * "Annotation", "Annotations"), so all are compared without regard to both.
 */
#include "record_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record_biostudies_internal.h"

/* ---- the tree ---- */

static size_t
bare_length(const char *name)
{
    size_t len = strlen(name);

    return len > 1 && (name[len - 1] == 's' || name[len - 1] == 'S') ? len - 1
                                                                     : len;
}

/* Equal but for case, blanks and a plural s; British and American spelling. */
static bool
same_name(const char *a, const char *b)
{
    char left[64], right[64];
    size_t n = bare_length(a), m = bare_length(b);

    if (n >= sizeof(left) || m >= sizeof(right) || n != m)
        return false;
    memcpy(left, a, n);
    left[n] = '\0';
    memcpy(right, b, m);
    right[m] = '\0';
    for (char *p = left; (p = strstr(p, "nisation")) != NULL;)
        p[2] = 'z';
    return akin_name_equal(left, right);
}

bool
akin__section_is(const struct akin_json *section, const char *type)
{
    const char *found = akin_json_string(akin__get_named(section, "type"));

    return found != NULL && same_name(found, type);
}

/* The value of one attribute object, or NULL. */
static const char *
value_of(const struct akin_json *attribute)
{
    const char *value = akin_json_text(attribute, "value");

    return value == NULL || value[strspn(value, " \t\r\n")] == '\0' ? NULL
                                                                    : value;
}

const struct akin_json *
akin__attribute_at(const struct akin_json *section, const char *name, size_t k)
{
    const struct akin_json *all = akin_json_get(section, "attributes");

    for (size_t i = 0; i < akin_json_count(all); i++) {
        const struct akin_json *one = akin_json_at(all, i);
        const char *found = akin_json_text(one, "name");

        if (found != NULL && same_name(found, name) && value_of(one) != NULL &&
            k-- == 0)
            return one;
    }
    return NULL;
}

const char *
akin__attribute(const struct akin_json *section, const char *name)
{
    return akin_json_text(akin__attribute_at(section, name, 0), "value");
}

/* Calls fn for each section below, depth first. Sections may be given as lists
 * of lists. */
static void
walk(const struct akin_json *section, struct akin__study *study,
     akin__section_fn *fn, int depth)
{
    const struct akin_json *below;

    if (depth > AKIN__SECTION_DEPTH)
        return;
    if (akin_json_type(section) == AKIN_JSON_ARRAY) {
        for (size_t i = 0; i < akin_json_count(section); i++)
            walk(akin_json_at(section, i), study, fn, depth + 1);
        return;
    }
    fn(study, section);
    below = akin_json_get(section, "subsections");
    if (below != NULL)
        walk(below, study, fn, depth + 1);
}

/* ---- the study's own attributes ---- */

static void
read_license(struct akin__study *study)
{
    const struct akin_json *found =
        akin__attribute_at(study->root, "License", 0);
    const struct akin_json *more;
    const char *url;

    if (found == NULL)
        found = akin__attribute_at(study->root, "Licence", 0);
    if (found == NULL)
        return;
    akin__set_license(study->record, value_of(found), study->report);
    if (akin_json_text(study->record, "license") != NULL)
        return;
    /* the address is an attribute of the attribute */
    more = akin_json_at(akin_json_get(found, "valqual"), 0);
    url = akin_json_text(more, "value");
    if (url != NULL)
        akin__set_license(study->record, url, study->report);
}

static void
read_keywords(struct akin__study *study)
{
    struct akin_json *all = akin_json_array();
    static const char *const names[] = {"Keyword"};
    const struct akin_json *one;

    for (size_t n = 0; n < AKIN_COUNT(names); n++)
        for (size_t i = 0;
             (one = akin__attribute_at(study->root, names[n], i)) != NULL; i++)
            akin_json_append(all, akin_json_new_string(value_of(one)));
    akin__add_keywords(study->record, all);
    akin_json_free(all);
}

static const char *
either(const struct akin_json *submission, const struct akin_json *root,
       const char *name)
{
    const char *text = akin__attribute(root, name);

    return text != NULL ? text : akin__attribute(submission, name);
}

static void
read_identity(struct akin__study *study, const struct akin_json *submission)
{
    struct akin_json *to = akin__sub_object(study->record, "identifier");
    const char *id = akin_json_text(submission, "accno");
    const char *doi = either(submission, study->root, "DOI");
    struct akin_buf text = {0};

    if (id == NULL)
        id = akin_json_text(study->root, "accno");
    (void)akin__set_line(study->record, "id", id);
    (void)akin__set_line(to, "accession", id);
    if (doi != NULL && akin_doi_normalize(doi, &text))
        akin_json_set_text(to, "doi", akin_buf_text(&text));
    if (id != NULL && strncmp(id, "S-", 2) == 0) {
        akin_buf_clear(&text);
        akin_buf_printf(
            &text, "https://www.ebi.ac.uk/biostudies/bioimages/studies/%s", id);
        (void)akin__set_line(to, "url", akin_buf_text(&text));
        (void)akin__set_line(study->record, "uri", akin_buf_text(&text));
        to = akin__sub_object(study->record, "publisher");
        akin_json_set_text(to, "name", "BioImage Archive");
        akin_json_set_text(to, "url", "https://www.ebi.ac.uk/bioimage-archive");
    }
    akin_buf_free(&text);
}

static void
read_links(struct akin__study *study)
{
    const struct akin_json *all = akin_json_get(study->root, "links");

    for (size_t i = 0; i < akin_json_count(all); i++) {
        const char *url = akin_json_text(akin_json_at(all, i), "url");

        if (url != NULL)
            akin__add_extra(study->record, "links", akin_json_new_string(url));
    }
}

static void
read_plain(struct akin__study *study, const struct akin_json *submission)
{
    static const struct {
        const char *attribute, *extra;
    } kept[] = {
        {"Funding statement", "funding_statement"},
        {"Acknowledgements", "acknowledgements"},
        {"IDR accession number", "idr_accession"},
    };

    (void)akin__set_line(study->record, "title",
                         either(submission, study->root, "Title"));
    (void)akin__set_paragraphs(study->record, "description",
                               akin__attribute(study->root, "Description"));
    akin__set_date(study->record,
                   either(submission, study->root, "ReleaseDate"),
                   study->report);
    for (size_t i = 0; i < AKIN_COUNT(kept); i++) {
        const char *text = akin__attribute(study->root, kept[i].attribute);

        if (text != NULL)
            akin__add_extra(study->record, kept[i].extra,
                            akin_json_new_string(text));
    }
}

/* ---- people, papers, money ---- */

static void
find_organisation(struct akin__study *study, const struct akin_json *section)
{
    const char *accno = akin_json_text(section, "accno");
    const char *name = akin__attribute(section, "Name");

    if (akin__section_is(section, "organization") && accno != NULL &&
        name != NULL)
        akin_json_set_text(study->organisations, accno, name);
}

/* "data curation, submitter" are two roles. */
static void
add_roles(struct akin_json *author, const char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text, ",;");
        char *role = akin_strndup(text, n);

        akin__add_line(author, "role", role);
        free(role);
        text += n + (text[n] != '\0');
    }
}

static void
read_author(struct akin__study *study, const struct akin_json *section)
{
    struct akin_json *author = akin_json_object();
    const struct akin_json *one;
    char path[40];

    (void)snprintf(path, sizeof(path), "/authors/%zu",
                   akin_json_count(akin_json_get(study->record, "authors")));
    (void)akin__set_line(author, "name", akin__attribute(section, "Name"));
    akin__set_orcid(author, akin__attribute(section, "ORCID"), study->report,
                    path);
    for (size_t i = 0;
         (one = akin__attribute_at(section, "affiliation", i)) != NULL; i++) {
        const char *reference = value_of(one);
        const char *name = akin_json_text(study->organisations, reference);

        if (name == NULL && akin_json_true(akin_json_get(one, "reference")))
            akin_record_note(study->report, "warning", "reference_missing",
                             path, "no organisation has the number \"%s\"",
                             reference);
        else
            akin__add_line(author, "affiliations",
                           name != NULL ? name : reference);
    }
    for (size_t i = 0; (one = akin__attribute_at(section, "Role", i)) != NULL;
         i++)
        add_roles(author, value_of(one));
    if (akin_json_text(author, "name") != NULL) {
        akin_json_append(akin__sub_array(study->record, "authors"), author);
        return;
    }
    akin_record_note(study->report, "warning", "author_unnamed", path,
                     "an author has no name");
    akin_json_free(author);
}

static void
read_publication(struct akin__study *study, const struct akin_json *section)
{
    struct akin__publication found = {
        .title = akin__attribute(section, "Title"),
        .doi = akin__attribute(section, "DOI"),
        .pubmed = akin__attribute(section, "Pubmed ID"),
        .authors = akin__attribute(section, "Authors"),
        .year = akin__attribute(section, "Year"),
    };

    found.url = found.doi; /* where it is an address without a DOI in it */
    akin__add_publication(study->record, &found, study->report);
}

static void
read_funding(struct akin__study *study, const struct akin_json *section)
{
    struct akin_json *funder = akin_json_object();

    (void)akin__set_line(funder, "name", akin__attribute(section, "Agency"));
    (void)akin__set_line(funder, "grant", akin__attribute(section, "grant_id"));
    akin_json_append(akin__sub_array(study->record, "funders"), funder);
}

static void
read_people(struct akin__study *study, const struct akin_json *section)
{
    if (akin__section_is(section, "author"))
        read_author(study, section);
    else if (akin__section_is(section, "publication"))
        read_publication(study, section);
    else if (akin__section_is(section, "funding"))
        read_funding(study, section);
}

/* ---- the whole ---- */

static enum akin_status
read_submission(const struct akin_json *submission, const char *name,
                struct akin_json *records, struct akin_record_report *report,
                struct akin_error *err)
{
    struct akin__study study = {.report = report};

    study.root = akin_json_get(submission, "section");
    if (akin_json_type(study.root) != AKIN_JSON_OBJECT)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "a submission needs a \"section\" that is an object");
    study.record = akin__record_new("biostudies", "biostudies/1", name);
    study.organisations = akin_json_object();
    read_identity(&study, submission);
    read_plain(&study, submission);
    read_license(&study);
    read_keywords(&study);
    read_links(&study);
    walk(study.root, &study, find_organisation, 0);
    walk(study.root, &study, read_people, 0);
    walk(study.root, &study, akin__section_rembi, 0);
    walk(study.root, &study, akin__section_mifa, 0);
    akin_json_free(study.organisations);
    akin__record_finish(study.record, records, report);
    return AKIN_OK;
}

enum akin_status
akin__record_biostudies(const struct akin_json *json, const char *name,
                        struct akin_json *records,
                        struct akin_record_report *report,
                        struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    if (akin_json_type(json) != AKIN_JSON_ARRAY)
        return read_submission(json, name, records, report, err);
    for (size_t i = 0; i < akin_json_count(json) && st == AKIN_OK; i++)
        st = read_submission(akin_json_at(json, i), name, records, report, err);
    return st;
}
