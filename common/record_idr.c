/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The study.txt of the Image Data Resource: lines of a key and values, divided
 * by tabs; a line that begins with '#' is a heading. Keys may be there several
 * times (one block for each screen or experiment), values may be quoted as
 * spreadsheets do it, lines may be padded with tabs.
 *
 * A second "Study Title" or study accession begins a second study.
 */
#include "record_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/utf8.h"
#include "record_idr_internal.h"

#define LINES_MAX 100000

/* ---- lines ---- */

/* One value: trimmed, without the quotes of a spreadsheet ("" means "). */
static struct akin_json *
value_of(const char *text, size_t len)
{
    struct akin_buf value = {0}, clean = {0};
    struct akin_json *json;

    if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
        for (size_t i = 1; i + 1 < len; i++) {
            akin_buf_put(&value, text + i, 1);
            i += text[i] == '"' && text[i + 1] == '"' && i + 2 < len;
        }
    } else {
        akin_buf_put(&value, text, len);
    }
    akin_text_clean(akin_buf_text(&value), AKIN_TEXT_LINE, &clean);
    json = akin_json_new_string(akin_buf_text(&clean));
    akin_buf_free(&value);
    akin_buf_free(&clean);
    return json;
}

/* {"key":..., "values":[...]}; empty values in between are kept as "", so that
 * the k-th values of two lines belong together. NULL for headings and blanks.
 */
static struct akin_json *
line_of(const char *text, size_t len)
{
    struct akin_json *line, *values;
    size_t end = 0, last = 0;

    while (len > 0 && strchr("\t \r", text[len - 1]) != NULL)
        len--;
    while (end < len && text[end] != '\t')
        end++;
    if (len == 0 || text[0] == '#' || (text[0] == '"' && text[1] == '#'))
        return NULL;
    line = akin_json_object();
    akin_json_set(line, "key", value_of(text, end));
    values = akin_json_array();
    while (end < len) {
        last = ++end;
        while (end < len && text[end] != '\t')
            end++;
        akin_json_append(values, value_of(text + last, end - last));
    }
    akin_json_set(line, "values", values);
    return line;
}

static enum akin_status
read_lines(const char *text, struct akin_json *lines, struct akin_error *err)
{
    size_t n = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, "\r\n");
        struct akin_json *line = line_of(text, len);

        if (n++ == LINES_MAX) {
            akin_json_free(line);
            return AKIN_FAIL(err, AKIN_ELIMIT, "more than %d lines", LINES_MAX);
        }
        if (line != NULL)
            akin_json_append(lines, line);
        text += len;
        text += *text == '\r';
        text += *text == '\n';
    }
    return AKIN_OK;
}

/* ---- access ---- */

bool
akin__idr_key_is(const struct akin_json *line, const char *key)
{
    const char *found = akin_json_text(line, "key");

    return found != NULL && akin_name_equal(found, key);
}

const char *
akin__idr_value(const struct akin_json *line, size_t i)
{
    const char *text =
        akin_json_string(akin_json_at(akin_json_get(line, "values"), i));

    return text == NULL || text[0] == '\0' ? NULL : text;
}

const struct akin_json *
akin__idr_line(const struct akin__idr *idr, size_t from, size_t to,
               const char *key)
{
    for (size_t i = from; i < to; i++)
        if (akin__idr_key_is(akin_json_at(idr->lines, i), key))
            return akin_json_at(idr->lines, i);
    return NULL;
}

/* The first value of a key of the study's own part. */
static const char *
study_text(const struct akin__idr *idr, const char *key)
{
    return akin__idr_value(akin__idr_line(idr, idr->from, idr->to, key), 0);
}

/* ---- the study ---- */

static void
read_identity(struct akin__idr *idr)
{
    struct akin_json *to = akin__sub_object(idr->record, "identifier");
    const char *id = study_text(idr, "Comment[IDR Study Accession]");
    const char *doi = study_text(idr, "Study Data DOI");
    struct akin_buf text = {0};

    (void)akin__set_line(idr->record, "id", id);
    (void)akin__set_line(to, "accession", id);
    if (doi != NULL && akin_doi_normalize(doi, &text))
        akin_json_set_text(to, "doi", akin_buf_text(&text));
    if (id != NULL && strncmp(id, "idr", 3) == 0) {
        akin_buf_clear(&text);
        akin_buf_printf(&text, "https://idr.openmicroscopy.org/study/%s/", id);
        akin_json_set_text(to, "url", akin_buf_text(&text));
        akin_json_set_text(idr->record, "uri", akin_buf_text(&text));
        to = akin__sub_object(idr->record, "publisher");
        akin_json_set_text(to, "name", "Image Data Resource");
        akin_json_set_text(to, "url", "https://idr.openmicroscopy.org");
    }
    akin_buf_free(&text);
}

/* The address says more than the name; the name is kept when it differs. */
static void
read_license(struct akin__idr *idr)
{
    const char *name = study_text(idr, "Study License");
    const char *url = study_text(idr, "Study License URL");
    struct akin_buf a = {0}, b = {0};

    if (name != NULL && url != NULL && akin_licence_normalize(name, &a) &&
        akin_licence_normalize(url, &b) &&
        strcmp(akin_buf_text(&a), akin_buf_text(&b)) != 0)
        akin_record_note(idr->report, "error", "license_contradiction",
                         "/license", "\"%s\" and \"%s\" are two licences", name,
                         url);
    akin__set_license(idr->record, name != NULL ? name : url, idr->report);
    if (name != NULL && url != NULL &&
        akin_json_get(idr->record, "license") == NULL)
        akin__set_license(idr->record, url, idr->report);
    akin_buf_free(&a);
    akin_buf_free(&b);
}

static void
read_persons(struct akin__idr *idr)
{
    const struct akin_json *last =
        akin__idr_line(idr, idr->from, idr->to, "Study Person Last Name");
    const struct akin_json *first =
        akin__idr_line(idr, idr->from, idr->to, "Study Person First Name");
    const struct akin_json *address =
        akin__idr_line(idr, idr->from, idr->to, "Study Person Address");
    const struct akin_json *roles =
        akin__idr_line(idr, idr->from, idr->to, "Study Person Roles");
    const struct akin_json *orcids =
        akin__idr_line(idr, idr->from, idr->to, "Study Person ORCID");

    for (size_t i = 0; i < akin_json_count(akin_json_get(last, "values"));
         i++) {
        struct akin_json *author = akin_json_object();
        const char *given = akin__idr_value(first, i);
        const char *family = akin__idr_value(last, i);
        struct akin_buf name = {0};
        char path[40];

        (void)snprintf(path, sizeof(path), "/authors/%zu", i);
        akin_buf_printf(&name, "%s %s", given == NULL ? "" : given,
                        family == NULL ? "" : family);
        if (akin__set_line(author, "name", akin_buf_text(&name))) {
            akin__set_orcid(author, akin__idr_value(orcids, i), idr->report,
                            path);
            akin__add_line(author, "affiliations", akin__idr_value(address, i));
            akin__add_line(author, "role", akin__idr_value(roles, i));
            akin_json_append(akin__sub_array(idr->record, "authors"), author);
        } else {
            akin_json_free(author);
        }
        akin_buf_free(&name);
    }
}

static void
read_publications(struct akin__idr *idr)
{
    const struct akin_json *line[4];
    static const char *const keys[] = {"Study Publication Title", "Study DOI",
                                       "Study PubMed ID", "Study Author List"};
    size_t n = 0;

    for (size_t k = 0; k < AKIN_COUNT(keys); k++) {
        size_t count;

        line[k] = akin__idr_line(idr, idr->from, idr->to, keys[k]);
        count = akin_json_count(akin_json_get(line[k], "values"));
        n = count > n ? count : n;
    }
    for (size_t i = 0; i < n; i++) {
        struct akin__publication found = {
            .title = akin__idr_value(line[0], i),
            .doi = akin__idr_value(line[1], i),
            .pubmed = akin__idr_value(line[2], i),
            .authors = akin__idr_value(line[3], i),
        };

        akin__add_publication(idr->record, &found, idr->report);
    }
}

/* Terms of a study: label and accession lines, the k-th values together. */
static void
read_organisms(struct akin__idr *idr)
{
    const struct akin_json *labels =
        akin__idr_line(idr, idr->from, idr->to, "Study Organism");
    const struct akin_json *ids = akin__idr_line(
        idr, idr->from, idr->to, "Study Organism Term Accession");

    akin__idr_terms(idr, labels, ids, "organism", "NCBITaxon", NULL);
}

static void
read_others(struct akin__idr *idr)
{
    static const struct {
        const char *line, *extra;
    } kept[] = {
        {"Study Type", "study_type"},
        {"Study Copyright", "copyright"},
        {"Study External URL", "links"},
        {"Study BioStudies Accession", "biostudies_accession"},
        {"Study Publication Preprint", "preprint"},
    };
    const char *history = study_text(idr, "Study Version History");
    const char *keywords = study_text(idr, "Study Key Words");

    for (size_t k = 0; k < AKIN_COUNT(kept); k++) {
        const struct akin_json *line =
            akin__idr_line(idr, idr->from, idr->to, kept[k].line);

        for (size_t i = 0; i < akin_json_count(akin_json_get(line, "values"));
             i++)
            if (akin__idr_value(line, i) != NULL)
                akin__add_extra(idr->record, kept[k].extra,
                                akin_json_new_string(akin__idr_value(line, i)));
    }
    if (history != NULL)
        (void)akin__set_line(akin__sub_object(idr->record, "version"),
                             "changes", history);
    if (keywords != NULL)
        akin_keywords_split(keywords, false,
                            akin__sub_array(idr->record, "keywords"));
}

static void
read_study(struct akin__idr *idr, const char *name, struct akin_json *records)
{
    idr->record = akin__record_new("idr-study", "idr/1", name);
    (void)akin__set_line(idr->record, "title", study_text(idr, "Study Title"));
    (void)akin__set_paragraphs(idr->record, "description",
                               study_text(idr, "Study Description"));
    akin__set_date(idr->record, study_text(idr, "Study Public Release Date"),
                   idr->report);
    read_identity(idr);
    read_license(idr);
    read_persons(idr);
    read_publications(idr);
    read_organisms(idr);
    read_others(idr);
    akin__idr_screens(idr);
    akin__record_finish(idr->record, records, idr->report);
}

/* ---- the file ---- */

/* Where the study that begins at `from` ends: at a second title or accession.
 */
static size_t
study_end(const struct akin__idr *idr, size_t from, size_t n)
{
    bool title = false, accession = false;

    for (size_t i = from; i < n; i++) {
        const struct akin_json *line = akin_json_at(idr->lines, i);
        bool is_title = akin__idr_key_is(line, "Study Title");
        bool is_accession =
            akin__idr_key_is(line, "Comment[IDR Study Accession]");

        /* the accession stands before the title */
        if ((is_title && title) || (is_accession && accession))
            return i;
        if (is_accession && title)
            return i;
        title = title || is_title;
        accession = accession || is_accession;
    }
    return n;
}

enum akin_status
akin__record_idr(struct akin_span text, const char *name,
                 struct akin_json *records, struct akin_record_report *report,
                 struct akin_error *err)
{
    struct akin__idr idr = {.report = report};
    struct akin_buf utf8 = {0};
    enum akin_status st;
    size_t n;

    akin_utf8_clean(text, &utf8);
    if (strlen(akin_buf_text(&utf8)) != utf8.len) {
        akin_buf_free(&utf8);
        return AKIN_FAIL(err, AKIN_EFORMAT, "this is not text: it has zeros");
    }
    idr.lines = akin_json_array();
    st = read_lines(
        akin_buf_text(&utf8) +
            (strncmp(akin_buf_text(&utf8), "\xef\xbb\xbf", 3) == 0 ? 3 : 0),
        idr.lines, err);
    n = akin_json_count(idr.lines);
    if (st == AKIN_OK && akin__idr_line(&idr, 0, n, "Study Title") == NULL)
        st = AKIN_FAIL(err, AKIN_EFORMAT,
                       "no line begins with \"Study Title\": this is no "
                       "study.txt of IDR");
    for (idr.from = 0; st == AKIN_OK && idr.from < n; idr.from = idr.to) {
        idr.to = study_end(&idr, idr.from, n);
        read_study(&idr, name, records);
    }
    akin_json_free(idr.lines);
    akin_buf_free(&utf8);
    return st;
}
