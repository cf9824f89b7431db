/* SPDX-License-Identifier: Apache-2.0 */
#include "record_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "akin/utf8.h"

/* ---- values as found ---- */

const struct akin_json *
akin__value_at(const struct akin_json *value, size_t i)
{
    if (akin_json_type(value) == AKIN_JSON_ARRAY)
        return akin_json_at(value, i);
    if (i > 0 || akin_json_type(value) == AKIN_JSON_NULL)
        return NULL;
    return value;
}

const char *
akin__value_text(const struct akin_json *value, char scratch[32])
{
    const struct akin_json *first = akin__value_at(value, 0);
    int64_t whole;
    double real;

    if (akin_json_type(first) == AKIN_JSON_OBJECT)
        first = akin_json_get(first, "@value");
    if (akin_json_int(first, &whole))
        (void)snprintf(scratch, 32, "%" PRId64, whole);
    else if (akin_json_number(first, &real))
        (void)snprintf(scratch, 32, "%.15g", real);
    else
        return akin_json_string(first);
    return scratch;
}

struct akin_json *
akin__get_named(const struct akin_json *object, const char *name)
{
    struct akin_json *value = akin_json_get(object, name);
    const char *key;
    void *it = NULL;

    if (value != NULL)
        return value;
    while (akin_json_next(object, &it, &key, &value))
        if (akin_name_equal(key, name))
            return value;
    return NULL;
}

/* ---- texts ---- */

static bool
set_text(struct akin_json *object, const char *key, const char *text,
         enum akin_text_shape shape)
{
    struct akin_buf clean = {0};
    bool any;

    if (text == NULL)
        return false;
    akin_text_clean(text, shape, &clean);
    if (clean.len > AKIN_RECORD_TEXT_MAX) {
        size_t n = AKIN_RECORD_TEXT_MAX;

        while ((clean.data[n] & 0xc0) == 0x80)
            n--;
        clean.data[n] = '\0';
    }
    any = clean.len > 0;
    if (any)
        akin_json_set_text(object, key, akin_buf_text(&clean));
    akin_buf_free(&clean);
    return any;
}

bool
akin__set_line(struct akin_json *object, const char *key, const char *text)
{
    return set_text(object, key, text, AKIN_TEXT_LINE);
}

bool
akin__set_paragraphs(struct akin_json *object, const char *key,
                     const char *text)
{
    return set_text(object, key, text, AKIN_TEXT_PARAGRAPHS);
}

struct akin_json *
akin__sub_object(struct akin_json *object, const char *key)
{
    if (akin_json_type(akin_json_get(object, key)) != AKIN_JSON_OBJECT)
        akin_json_set(object, key, akin_json_object());
    return akin_json_get(object, key);
}

struct akin_json *
akin__sub_array(struct akin_json *object, const char *key)
{
    if (akin_json_type(akin_json_get(object, key)) != AKIN_JSON_ARRAY)
        akin_json_set(object, key, akin_json_array());
    return akin_json_get(object, key);
}

void
akin__add_line(struct akin_json *object, const char *key, const char *text)
{
    struct akin_buf clean = {0};
    struct akin_json *array;

    if (text != NULL)
        akin_text_clean(text, AKIN_TEXT_LINE, &clean);
    if (clean.len > 0) {
        array = akin__sub_array(object, key);
        for (size_t i = 0; i < akin_json_count(array); i++) {
            const char *old = akin_json_string(akin_json_at(array, i));

            if (old != NULL && strcmp(old, akin_buf_text(&clean)) == 0)
                clean.len = 0;
        }
        if (clean.len > 0)
            akin_json_append(array,
                             akin_json_new_string(akin_buf_text(&clean)));
    }
    akin_buf_free(&clean);
}

void
akin__add_extra(struct akin_json *record, const char *key,
                struct akin_json *value)
{
    struct akin_json *extra, *old;

    if (value == NULL)
        return;
    extra = akin__sub_object(record, "extra");
    old = akin_json_get(extra, key);
    if (old == NULL) {
        akin_json_set(extra, key, value);
    } else if (akin_json_equal(old, value)) {
        akin_json_free(value);
    } else if (akin_json_type(old) == AKIN_JSON_ARRAY) {
        akin_json_append(old, value);
    } else {
        struct akin_json *both = akin_json_array();

        akin_json_append(both, akin_json_copy(old));
        akin_json_append(both, value);
        akin_json_set(extra, key, both);
    }
}

void
akin__keep_unclear(struct akin_json *record, struct akin_record_report *report,
                   const char *path, const char *text, const char *what)
{
    struct akin_json *kept = akin_json_object();

    akin_record_note(report, "warning", "value_unclear", path, "\"%s\" is %s",
                     text, what);
    akin_json_set_text(kept, "path", path);
    (void)akin__set_line(kept, "text", text);
    akin_json_append(
        akin__sub_array(akin__sub_object(record, "extra"), "unclear"), kept);
}

/* ---- terms ---- */

static bool
same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

void
akin__add_term(struct akin_json *object, const char *key,
               struct akin_json *term, struct akin_record_report *report,
               const char *path)
{
    const char *id = akin_json_text(term, "id");
    const char *label = akin_json_text(term, "label");
    struct akin_json *array;

    if (id == NULL && label == NULL) {
        akin_json_free(term);
        return;
    }
    array = akin__sub_array(object, key);
    for (size_t i = 0; i < akin_json_count(array); i++) {
        struct akin_json *old = akin_json_at(array, i);
        const char *old_label = akin_json_text(old, "label");
        bool same = id != NULL ? same_text(id, akin_json_text(old, "id"))
                               : same_text(label, old_label);

        if (!same)
            continue;
        if (old_label == NULL)
            akin_json_set_text(old, "label", label);
        else if (label != NULL && strcasecmp(old_label, label) != 0)
            akin_record_note(report, "warning", "term_two_labels", path,
                             "%s is called \"%s\" and \"%s\"", id, old_label,
                             label);
        akin_json_free(term);
        return;
    }
    akin_json_append(array, term);
}

bool
akin__says_nothing(const char *text)
{
    static const char *const words[] = {"unknown",
                                        "n/a",
                                        "na",
                                        "none",
                                        "not applicable",
                                        "not available",
                                        "unspecified",
                                        "not specified",
                                        "not stated",
                                        "not known",
                                        "null",
                                        "-",
                                        "tbd",
                                        "pending",
                                        "undefined",
                                        "not provided"};
    struct akin_buf clean = {0};
    bool nothing = false;

    akin_text_clean(text, AKIN_TEXT_LINE, &clean);
    for (size_t i = 0; i < AKIN_COUNT(words) && !nothing; i++)
        nothing = strcasecmp(akin_buf_text(&clean), words[i]) == 0;
    nothing = nothing || clean.len == 0;
    akin_buf_free(&clean);
    return nothing;
}

/* One of several terms in a text. */
static void
add_term_text(struct akin_json *record, struct akin_json *object,
              const char *key, const char *prefix, const char *text,
              struct akin_record_report *report)
{
    struct akin_json *term;
    char path[64];
    bool rest;

    (void)snprintf(path, sizeof(path), "/%s", key);
    if (akin__says_nothing(text)) {
        if (text[strspn(text, " \t\r\n")] != '\0') {
            akin_record_note(report, "info", "term_unknown", path,
                             "\"%s\" names no term", text);
            akin__add_extra(record, key, akin_json_new_string(text));
        }
        return;
    }
    term = akin_term_parse(text, prefix, &rest);
    if (rest)
        akin_record_note(report, "info", "term_rest", path,
                         "only the term of \"%s\" was taken", text);
    if (rest)
        akin__add_extra(record, key, akin_json_new_string(text));
    akin__add_term(object, key, term, report, path);
}

void
akin__add_terms_text(struct akin_json *record, struct akin_json *object,
                     const char *key, const char *prefix, const char *text,
                     struct akin_record_report *report)
{
    while (text != NULL && *text != '\0') {
        size_t n = strcspn(text, ";\n");
        char *part = akin_strndup(text, n);

        add_term_text(record, object, key, prefix, part, report);
        free(part);
        text += n + (text[n] != '\0');
    }
}

/* ---- licence, date, size, keywords ---- */

void
akin__set_license(struct akin_json *record, const char *text,
                  struct akin_record_report *report)
{
    struct akin_buf spdx = {0}, clean = {0};

    if (text == NULL)
        return;
    akin_text_clean(text, AKIN_TEXT_LINE, &clean);
    if (clean.len == 0) {
        akin_buf_free(&clean);
        return;
    }
    if (akin_licence_normalize(akin_buf_text(&clean), &spdx)) {
        akin_json_set_text(record, "license", akin_buf_text(&spdx));
        akin__note_spelling(report, "license_spelling", "/license",
                            akin_buf_text(&clean), akin_buf_text(&spdx));
    } else {
        akin_record_note(report, "warning", "license_unknown", "/license",
                         "\"%s\" is no licence that is known here",
                         akin_buf_text(&clean));
    }
    if (strcmp(akin_buf_text(&spdx), akin_buf_text(&clean)) != 0)
        akin_json_set_text(record, "license_original", akin_buf_text(&clean));
    akin_buf_free(&spdx);
    akin_buf_free(&clean);
}

void
akin__set_date(struct akin_json *record, const char *text,
               struct akin_record_report *report)
{
    char date[AKIN_DATE_TEXT];
    int year;

    if (text == NULL || text[strspn(text, " \t\r\n")] == '\0')
        return;
    if (akin_date_normalize(text, date))
        akin_json_set_text(record, "date_published", date);
    else
        akin__keep_unclear(record, report, "/date_published", text,
                           "not a certain day");
    if (akin_year_normalize(text, &year))
        akin_json_set_int(record, "year", year);
}

void
akin__set_size(struct akin_json *record, const char *key,
               const struct akin_json *value, struct akin_record_report *report)
{
    int64_t count, before;
    char path[32];

    if (value == NULL || akin_json_type(value) == AKIN_JSON_NULL)
        return;
    (void)snprintf(path, sizeof(path), "/size/%s", key);
    if (!akin_count_normalize(value, &count)) {
        char scratch[32];
        const char *text = akin__value_text(value, scratch);

        akin__keep_unclear(record, report, path, text == NULL ? "?" : text,
                           "not a whole number");
        return;
    }
    if (count == 0)
        akin_record_note(report, "info", "size_zero", path,
                         "the study says that it has 0 %s", key);
    if (akin_json_int(akin_json_get(akin_json_get(record, "size"), key),
                      &before) &&
        before != count) {
        akin_record_note(report, "error", "size_contradiction", path,
                         "the study says both %" PRId64 " and %" PRId64
                         " %s; the first is kept",
                         before, count, key);
        return;
    }
    akin_json_set_int(akin__sub_object(record, "size"), key, count);
}

void
akin__add_keywords(struct akin_json *record, const struct akin_json *value)
{
    bool many =
        akin_json_type(value) == AKIN_JSON_ARRAY && akin_json_count(value) > 1;
    const struct akin_json *one;

    for (size_t i = 0; (one = akin__value_at(value, i)) != NULL; i++)
        if (akin_json_string(one) != NULL)
            akin_keywords_split(akin_json_string(one), many,
                                akin__sub_array(record, "keywords"));
}

/* ---- people and papers ---- */

void
akin__set_orcid(struct akin_json *person, const char *text,
                struct akin_record_report *report, const char *path)
{
    char orcid[AKIN_ORCID_TEXT];

    if (text == NULL || text[strspn(text, " \t\r\n")] == '\0')
        return;
    switch (akin_orcid_find(text, orcid)) {
    case AKIN_ORCID_FOUND:
        akin_json_set_text(person, "orcid", orcid);
        if (strlen(text) > strlen("https://orcid.org/") + strlen(orcid))
            akin__note_spelling(report, "orcid_spelling", path, text, orcid);
        break;
    case AKIN_ORCID_WRONG:
        akin_record_note(report, "warning", "orcid_check_digit", path,
                         "the check digit of ORCID id %s is wrong", orcid);
        break;
    case AKIN_ORCID_NONE:
        akin_record_note(report, "info", "orcid_none", path,
                         "\"%s\" holds no ORCID id", text);
        break;
    }
}

static bool
known_publication(const struct akin_json *record, const struct akin_json *new)
{
    static const char *const keys[] = {"doi", "pubmed_id", "title"};
    const struct akin_json *all = akin_json_get(record, "publications");

    for (size_t i = 0; i < akin_json_count(all); i++)
        for (size_t k = 0; k < AKIN_COUNT(keys); k++)
            if (same_text(akin_json_text(akin_json_at(all, i), keys[k]),
                          akin_json_text(new, keys[k])))
                return true;
    return false;
}

void
akin__add_publication(struct akin_json *record,
                      const struct akin__publication *found,
                      struct akin_record_report *report)
{
    struct akin_json *new = akin_json_object();
    struct akin_buf id = {0};
    int year;

    akin__set_line(new, "title", found->title);
    if (found->doi != NULL && akin_doi_normalize(found->doi, &id))
        akin_json_set_text(new, "doi", akin_buf_text(&id));
    else if (found->doi != NULL && !akin__says_nothing(found->doi))
        akin__keep_unclear(record, report, "/publications", found->doi,
                           "no DOI");
    akin_buf_clear(&id);
    if (found->pubmed != NULL && akin_pubmed_normalize(found->pubmed, &id))
        akin_json_set_text(new, "pubmed_id", akin_buf_text(&id));
    else if (found->pubmed != NULL && !akin__says_nothing(found->pubmed))
        akin__keep_unclear(record, report, "/publications", found->pubmed,
                           "no PubMed id");
    akin_buf_free(&id);
    if (found->url != NULL && strstr(found->url, "://") != NULL)
        akin__set_line(new, "url", found->url);
    akin__set_line(new, "authors", found->authors);
    if (found->year != NULL && akin_year_normalize(found->year, &year))
        akin_json_set_int(new, "year", year);
    if (akin_json_count(new) == 0 || known_publication(record, new))
        akin_json_free(new);
    else
        akin_json_append(akin__sub_array(record, "publications"), new);
}

/* ---- annotations ---- */

static void
add_annotation_type(struct akin_json *record, struct akin_json *annotation,
                    const char *word, struct akin_record_report *report)
{
    const char *type = akin_annotation_type(word);

    if (word[strspn(word, " \t\r\n")] == '\0')
        return;
    if (type == NULL) {
        akin_record_note(report, "warning", "annotation_type_unknown",
                         "/mifa/annotations",
                         "\"%s\" is none of MIFA's annotation types", word);
        akin__add_extra(record, "annotation_type", akin_json_new_string(word));
        type = "other";
    }
    if (strcmp(type, "weak_annotations") != 0) {
        akin__add_line(annotation, "type", type);
        return;
    }
    akin_record_note(report, "info", "annotation_weak", "/mifa/annotations",
                     "weak annotation says how sure, not what: moved to the "
                     "confidence");
    if (akin_json_text(annotation, "confidence") == NULL)
        akin_json_set_text(annotation, "confidence", "weak");
}

void
akin__add_annotation_types(struct akin_json *record,
                           struct akin_json *annotation, const char *text,
                           struct akin_record_report *report)
{
    while (text != NULL && *text != '\0') {
        size_t n = strcspn(text, ",;\n");
        char *word = akin_strndup(text, n);

        add_annotation_type(record, annotation, word, report);
        free(word);
        text += n + (text[n] != '\0');
    }
}
