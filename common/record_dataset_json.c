/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records written by people: our own schema (JSON or YAML), and the
 * dataset.json of collections, which has a text where the schema has a list of
 * terms. Both are read by one table of field names, leniently: what fits a
 * field is put there in its one spelling, all else goes to "extra".
 */
#include "record_dataset_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
put_line(struct akin__job *job, const char *key, const struct akin_json *value)
{
    char scratch[32];
    const char *text = akin__value_text(value, scratch);

    if (text != NULL)
        (void)akin__set_line(job->record, key, text);
    else if (akin_json_count(value) > 0)
        akin__add_extra(job->record, key, akin_json_copy(value));
}

static void
put_paragraphs(struct akin__job *job, const char *key,
               const struct akin_json *value)
{
    char scratch[32];

    (void)akin__set_paragraphs(job->record, key,
                               akin__value_text(value, scratch));
}

static void
put_license(struct akin__job *job, const char *key,
            const struct akin_json *value)
{
    char scratch[32];

    (void)key;
    akin__set_license(job->record, akin__value_text(value, scratch),
                      job->report);
}

/* The wording that was found is kept beside what was made of it. */
static void
put_license_original(struct akin__job *job, const char *key,
                     const struct akin_json *value)
{
    char scratch[32];
    const char *text = akin__value_text(value, scratch);

    if (text != NULL && akin_json_text(job->record, "license") == NULL)
        akin__set_license(job->record, text, job->report);
    (void)akin__set_line(job->record, key, text);
}

static void
put_date(struct akin__job *job, const char *key, const struct akin_json *value)
{
    char scratch[32];

    (void)key;
    akin__set_date(job->record, akin__value_text(value, scratch), job->report);
}

static void
put_keywords(struct akin__job *job, const char *key,
             const struct akin_json *value)
{
    (void)key;
    akin__add_keywords(job->record, value);
}

static void
put_lines(struct akin__job *job, const char *key, const struct akin_json *value)
{
    const struct akin_json *one;

    for (size_t i = 0; (one = akin__value_at(value, i)) != NULL; i++)
        akin__add_line(job->record, key, akin_json_string(one));
}

/* ---- terms ---- */

static const char *
prefix_of(const char *key)
{
    if (strcmp(key, "organism") == 0)
        return "NCBITaxon";
    return strcmp(key, "imaging_method") == 0 ? "FBbi" : NULL;
}

static void
put_term_object(struct akin__job *job, const char *key,
                const struct akin_json *one)
{
    const char *id = akin_json_string(akin__get_named(one, "id"));
    const char *label = akin_json_string(akin__get_named(one, "label"));
    struct akin_json *term = akin_json_object();
    struct akin_buf curie = {0};
    char path[64];

    (void)snprintf(path, sizeof(path), "/%s", key);
    if (label == NULL)
        label = akin_json_string(akin__get_named(one, "name"));
    if (id != NULL && akin_curie_normalize(id, prefix_of(key), &curie)) {
        akin_json_set_text(term, "id", akin_buf_text(&curie));
        akin__note_spelling(job->report, "term_spelling", path, id,
                            akin_buf_text(&curie));
    } else if (id != NULL)
        akin__keep_unclear(job->record, job->report, path, id,
                           "no id of a term");
    if (label == NULL && curie.len == 0)
        label = id;
    (void)akin__set_line(term, "label", label);
    akin__add_term(job->record, key, term, job->report, path);
    akin_buf_free(&curie);
}

static void
put_terms(struct akin__job *job, const char *key, const struct akin_json *value)
{
    const struct akin_json *one;

    for (size_t i = 0; (one = akin__value_at(value, i)) != NULL; i++) {
        if (akin_json_type(one) == AKIN_JSON_OBJECT)
            put_term_object(job, key, one);
        else if (akin_json_string(one) != NULL)
            akin__add_terms_text(job->record, job->record, key, prefix_of(key),
                                 akin_json_string(one), job->report);
    }
}

/* ---- objects with named texts ---- */

/* Copies those members that are texts; what is none of the names goes to
 * extra. */
void
akin__put_members(struct akin__job *job, struct akin_json *to,
                  const char *const *names, size_t n, const char *key,
                  const struct akin_json *value)
{
    struct akin_json *member;
    const char *name;
    char scratch[32];
    void *it = NULL;

    while (akin_json_next(value, &it, &name, &member)) {
        const char *text = akin__value_text(member, scratch);
        bool known = false;

        for (size_t i = 0; i < n && text != NULL && !known; i++) {
            known = akin_name_equal(names[i], name);
            if (known)
                (void)akin__set_line(to, names[i], text);
        }
        if (!known) {
            struct akin_json *rest = akin_json_object();

            akin_json_set(rest, name, akin_json_copy(member));
            akin__add_extra(job->record, key, rest);
        }
    }
}

static void
put_publisher(struct akin__job *job, const char *key,
              const struct akin_json *value)
{
    static const char *const names[] = {"name", "url"};
    struct akin_json *to = akin__sub_object(job->record, key);

    (void)akin__set_line(to, "name", akin_json_string(value));
    akin__put_members(job, to, names, AKIN_COUNT(names), key, value);
}

static void
put_identifier(struct akin__job *job, const char *key,
               const struct akin_json *value)
{
    static const char *const names[] = {"doi", "url", "accession"};
    struct akin_json *to = akin__sub_object(job->record, key);
    struct akin_buf doi = {0};
    const char *text;

    (void)akin__set_line(to, "accession", akin_json_string(value));
    akin__put_members(job, to, names, AKIN_COUNT(names), key, value);
    text = akin_json_text(to, "doi");
    if (text != NULL && akin_doi_normalize(text, &doi))
        akin_json_set_text(to, "doi", akin_buf_text(&doi));
    else
        akin_json_unset(to, "doi");
    akin_buf_free(&doi);
}

static void
put_models(struct akin__job *job, const char *key,
           const struct akin_json *value)
{
    static const char *const names[] = {"name", "url", "doi"};
    const struct akin_json *one;

    for (size_t i = 0; (one = akin__value_at(value, i)) != NULL; i++) {
        struct akin_json *model = akin_json_object();
        const char *text = akin_json_string(one);

        if (text != NULL)
            (void)akin__set_line(
                model, strstr(text, "://") != NULL ? "url" : "name", text);
        akin__put_members(job, model, names, AKIN_COUNT(names), key, one);
        akin_json_append(akin__sub_array(job->record, key), model);
    }
}

static void
put_size(struct akin__job *job, const char *key, const struct akin_json *value)
{
    (void)key;
    akin__set_size(job->record, "bytes", akin__get_named(value, "bytes"),
                   job->report);
    akin__set_size(job->record, "files", akin__get_named(value, "files"),
                   job->report);
}

static void
put_version(struct akin__job *job, const char *key,
            const struct akin_json *value)
{
    static const char *const names[] = {"id", "time", "previous", "changes"};
    struct akin_json *to = akin__sub_object(job->record, key);
    struct akin_json *rest = akin_json_copy(value);
    char scratch[32];

    akin__copy_lines(value, "creators", to, "creators");
    akin_json_unset(rest, "creators");
    (void)akin__set_line(to, "id",
                         akin_json_type(value) == AKIN_JSON_OBJECT
                             ? NULL
                             : akin__value_text(value, scratch));
    akin__put_members(job, to, names, AKIN_COUNT(names), key, rest);
    akin_json_free(rest);
}

/* "files.csv", or {"section","title","file_list"} as this reader's own records
 * have it; a list of them, or one. */
static void
put_file_lists(struct akin__job *job, const char *key,
               const struct akin_json *value)
{
    static const char *const names[] = {"section", "title", "file_list"};
    const struct akin_json *one;

    for (size_t i = 0; (one = akin__value_at(value, i)) != NULL; i++) {
        struct akin_json *entry = akin_json_object();

        (void)akin__set_line(entry, "file_list", akin_json_string(one));
        for (size_t k = 0; k < AKIN_COUNT(names); k++)
            (void)akin__set_line(entry, names[k],
                                 akin_json_text(one, names[k]));
        akin_json_append(
            akin__sub_array(akin__sub_object(job->record, "extra"), key),
            entry);
    }
}

static void
put_nothing(struct akin__job *job, const char *key,
            const struct akin_json *value)
{
    (void)job;
    (void)key;
    (void)value;
}

static void
put_extra(struct akin__job *job, const char *key, const struct akin_json *value)
{
    struct akin_json *member;
    const char *name;
    void *it = NULL;

    (void)key;
    while (akin_json_next(value, &it, &name, &member))
        akin__add_extra(job->record, name, akin_json_copy(member));
}

/* ---- the table ---- */

static const struct {
    const char *name; /* as found, compared by akin_name_equal */
    const char *key;
    akin__put_fn *put;
} fields[] = {
    {"id", "id", put_line},
    {"title", "title", put_line},
    {"name", "title", put_line},
    {"description", "description", put_paragraphs},
    {"publisher", "publisher", put_publisher},
    {"identifier", "identifier", put_identifier},
    {"uri", "uri", put_line},
    {"license", "license", put_license},
    {"licence", "license", put_license},
    {"license_original", "license_original", put_license_original},
    {"date_published", "date_published", put_date},
    {"datePublished", "date_published", put_date},
    {"keywords", "keywords", put_keywords},
    {"authors", "authors", akin__put_authors},
    {"author", "authors", akin__put_authors},
    {"publications", "publications", akin__put_publications},
    {"publication", "publications", akin__put_publications},
    {"funders", "funders", akin__put_funders},
    {"organism", "organism", put_terms},
    {"organisms", "organism", put_terms},
    {"imaging_method", "imaging_method", put_terms},
    {"imaging_methods", "imaging_method", put_terms},
    {"biological_entity", "biological_entity", put_terms},
    {"cell_line", "cell_line", put_terms},
    {"modality", "modality", put_line},
    {"category", "category", put_line},
    {"size", "size", put_size},
    {"thumbnails", "thumbnails", put_lines},
    {"thumbnail", "thumbnails", put_lines},
    {"models", "models", put_models},
    {"rembi", "rembi", akin__put_rembi},
    {"mifa", "mifa", akin__put_mifa},
    {"annotation_types", "mifa", akin__put_annotation_type},
    {"version", "version", put_version},
    {"file_list", "file_lists", put_file_lists},
    {"file_lists", "file_lists", put_file_lists},
    {"source", "source", put_nothing}, /* made anew by this reader */
    {"extra", "extra", put_extra},
};

static void
put_field(struct akin__job *job, const char *name,
          const struct akin_json *value)
{
    for (size_t i = 0; i < AKIN_COUNT(fields); i++)
        if (akin_name_equal(fields[i].name, name)) {
            fields[i].put(job, fields[i].key, value);
            return;
        }
    akin__add_extra(job->record, name, akin_json_copy(value));
}

/* "year" alone is no doubtful date. */
static void
put_year_last(struct akin__job *job, const struct akin_json *json)
{
    const struct akin_json *value = akin__get_named(json, "year");
    char scratch[32];
    const char *text = akin__value_text(value, scratch);
    int year;

    if (text != NULL && akin_json_get(job->record, "year") == NULL &&
        akin_year_normalize(text, &year))
        akin_json_set_int(job->record, "year", year);
}

static enum akin_status
read_one(const struct akin_json *json, const char *kind, const char *name,
         struct akin_json *records, struct akin_record_report *report,
         struct akin_error *err)
{
    struct akin__job job = {NULL, report};
    struct akin_json *value;
    const char *key;
    void *it = NULL;

    if (akin_json_type(json) != AKIN_JSON_OBJECT)
        return AKIN_FAIL(err, AKIN_EFORMAT, "a dataset must be an object");
    if (akin__get_named(json, "id") == NULL &&
        akin__get_named(json, "title") == NULL &&
        akin__get_named(json, "name") == NULL)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "a dataset needs an \"id\" or a \"title\"");
    job.record = akin__record_new(kind, "dataset/1", name);
    while (akin_json_next(json, &it, &key, &value))
        if (!akin_name_equal(key, "year"))
            put_field(&job, key, value);
    put_year_last(&job, json);
    akin__record_finish(job.record, records, report);
    return AKIN_OK;
}

enum akin_status
akin__record_dataset(const struct akin_json *json, const char *kind,
                     const char *name, struct akin_json *records,
                     struct akin_record_report *report, struct akin_error *err)
{
    const struct akin_json *all = akin_json_get(json, "datasets");
    enum akin_status st = AKIN_OK;

    if (all == NULL)
        all = json;
    if (akin_json_type(all) != AKIN_JSON_ARRAY)
        return read_one(all, kind, name, records, report, err);
    if (akin_json_count(all) == 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "the list of datasets is empty");
    for (size_t i = 0; i < akin_json_count(all) && st == AKIN_OK; i++) {
        st = read_one(akin_json_at(all, i), kind, name, records, report, err);
        if (st != AKIN_OK)
            akin_error_prefix(err, "dataset %zu", i + 1);
    }
    return st;
}
