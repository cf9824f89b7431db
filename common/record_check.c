/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules that a canonical record obeys: those of
 * include/akin/dataset.schema.json, as tables.
 */
#include "akin/record.h"

#include <stdio.h>
#include <string.h>

#include "akin/dataset.h"
#include "akin/normalize.h"

/* What a value must be. */
enum shape {
    TEXT,    /* a string that is not empty */
    ID,      /* TEXT, at most AKIN_DATASET_ID_MAX bytes, one line */
    SPDX,    /* TEXT without blanks */
    DATE,    /* YYYY-MM-DD, a day that there is */
    YEAR,    /* 1800..2199 */
    COUNT,   /* 0.. */
    ORCID,   /* with a right check digit */
    CURIE,   /* PREFIX:local */
    DOI,     /* 10.nnnn/... */
    TYPE,    /* an annotation type */
    ANY,     /* object with anything in it */
    MODULES, /* object of arrays of objects */
    OBJECT,  /* object with the fields of a table */
    TEXTS,   /* array of TEXT */
    TYPES,   /* array of TYPE */
    OBJECTS  /* array of OBJECT */
};

struct table;
struct field {
    const char *name;
    enum shape shape;
    const struct table *of; /* for OBJECT and OBJECTS */
};
struct table {
    const struct field *field;
    size_t n;
    const char *need;    /* a field that must be there, or NULL */
    const char *instead; /* may stand for it */
};
#define TABLE(fields, need, instead)                                           \
    {                                                                          \
        fields, AKIN_COUNT(fields), need, instead                              \
    }

static const struct field term_fields[] = {{"id", CURIE, NULL},
                                           {"label", TEXT, NULL}};
static const struct table term = TABLE(term_fields, "id", "label");

static const struct field publisher_fields[] = {{"name", TEXT, NULL},
                                                {"url", TEXT, NULL}};
static const struct table publisher = TABLE(publisher_fields, "name", "url");

static const struct field identifier_fields[] = {
    {"doi", DOI, NULL}, {"url", TEXT, NULL}, {"accession", TEXT, NULL}};
static const struct table identifier = TABLE(identifier_fields, NULL, NULL);

static const struct field author_fields[] = {{"name", TEXT, NULL},
                                             {"orcid", ORCID, NULL},
                                             {"affiliations", TEXTS, NULL},
                                             {"role", TEXTS, NULL}};
static const struct table author = TABLE(author_fields, "name", "orcid");

static const struct field publication_fields[] = {
    {"title", TEXT, NULL}, {"doi", DOI, NULL},      {"pubmed_id", TEXT, NULL},
    {"url", TEXT, NULL},   {"authors", TEXT, NULL}, {"year", YEAR, NULL}};
static const struct table publication = TABLE(publication_fields, NULL, NULL);

static const struct field funder_fields[] = {{"name", TEXT, NULL},
                                             {"grant", TEXT, NULL}};
static const struct table funder = TABLE(funder_fields, "name", "grant");

static const struct field size_fields[] = {{"bytes", COUNT, NULL},
                                           {"files", COUNT, NULL}};
static const struct table size = TABLE(size_fields, NULL, NULL);

static const struct field model_fields[] = {
    {"name", TEXT, NULL}, {"url", TEXT, NULL}, {"doi", TEXT, NULL}};
static const struct table model = TABLE(model_fields, NULL, NULL);

static const struct field version_fields[] = {{"id", TEXT, NULL},
                                              {"time", TEXT, NULL},
                                              {"previous", TEXT, NULL},
                                              {"changes", TEXT, NULL},
                                              {"creators", TEXTS, NULL}};
static const struct table version = TABLE(version_fields, NULL, NULL);

static const struct field also_fields[] = {{"kind", TEXT, NULL},
                                           {"uri", TEXT, NULL},
                                           {"reader", TEXT, NULL},
                                           {"fields", TEXTS, NULL}};
static const struct table also = TABLE(also_fields, "kind", NULL);

static const struct field source_fields[] = {{"kind", TEXT, NULL},
                                             {"uri", TEXT, NULL},
                                             {"reader", TEXT, NULL},
                                             {"also", OBJECTS, &also}};
static const struct table source = TABLE(source_fields, "kind", NULL);

static const struct field annotation_fields[] = {
    {"title", TEXT, NULL},           {"authors", OBJECTS, &author},
    {"contact", TEXT, NULL},         {"overview", TEXT, NULL},
    {"type", TYPES, NULL},           {"method", TEXT, NULL},
    {"confidence", TEXT, NULL},      {"criteria", TEXT, NULL},
    {"coverage", TEXT, NULL},        {"source_images", TEXT, NULL},
    {"transformations", TEXT, NULL}, {"spatial_information", TEXT, NULL},
    {"modified", TEXT, NULL}};
static const struct table annotation = TABLE(annotation_fields, NULL, NULL);

static const struct field mifa_fields[] = {
    {"annotations", OBJECTS, &annotation}};
static const struct table mifa = TABLE(mifa_fields, "annotations", NULL);

static const struct field record_fields[] = {
    {"id", ID, NULL},
    {"title", TEXT, NULL},
    {"description", TEXT, NULL},
    {"publisher", OBJECT, &publisher},
    {"identifier", OBJECT, &identifier},
    {"uri", TEXT, NULL},
    {"license", SPDX, NULL},
    {"license_original", TEXT, NULL},
    {"date_published", DATE, NULL},
    {"year", YEAR, NULL},
    {"keywords", TEXTS, NULL},
    {"authors", OBJECTS, &author},
    {"publications", OBJECTS, &publication},
    {"funders", OBJECTS, &funder},
    {"organism", OBJECTS, &term},
    {"imaging_method", OBJECTS, &term},
    {"biological_entity", OBJECTS, &term},
    {"cell_line", OBJECTS, &term},
    {"modality", TEXT, NULL},
    {"category", TEXT, NULL},
    {"size", OBJECT, &size},
    {"thumbnails", TEXTS, NULL},
    {"models", OBJECTS, &model},
    {"rembi", MODULES, NULL},
    {"mifa", OBJECT, &mifa},
    {"version", OBJECT, &version},
    {"source", OBJECT, &source},
    {"extra", ANY, NULL}};
static const struct table record_table = TABLE(record_fields, "id", NULL);

/* ---- single values ---- */

static bool
is_spdx(const char *text)
{
    return text[0] != '\0' && strpbrk(text, " \t\r\n/") == NULL;
}

static bool
is_annotation_type(const char *text)
{
    const char *type = akin_annotation_type(text);

    return type != NULL && strcmp(type, text) == 0 &&
           strcmp(type, "weak_annotations") != 0;
}

/* What is wrong with a text of this shape, as the end of a sentence; NULL when
 * nothing is. */
static const char *
text_fault(const char *text, enum shape shape)
{
    char orcid[AKIN_ORCID_TEXT], date[AKIN_DATE_TEXT];

    if (text == NULL || text[0] == '\0')
        return "must be text that is not empty";
    switch (shape) {
    case ID:
        for (const char *p = text; *p != '\0'; p++)
            if ((unsigned char)*p < 0x20 || *p == 0x7f)
                return "must not have control characters";
        return strlen(text) > AKIN_DATASET_ID_MAX ? "is too long" : NULL;
    case SPDX:
        return is_spdx(text) ? NULL : "must be an SPDX id";
    case DATE:
        return akin_date_normalize(text, date) && strcmp(date, text) == 0
                   ? NULL
                   : "must be a day, YYYY-MM-DD";
    case ORCID:
        return akin_orcid_find(text, orcid) == AKIN_ORCID_FOUND &&
                       strcmp(orcid, text) == 0
                   ? NULL
                   : "must be an ORCID id, 0000-0000-0000-0000";
    case CURIE:
        return akin_curie_valid(text) ? NULL : "must be a CURIE, PREFIX:id";
    case DOI:
        return strncmp(text, "10.", 3) == 0 ? NULL : "must be a DOI, 10.x/y";
    case TYPE:
        return is_annotation_type(text) ? NULL
                                        : "must be an annotation type of MIFA";
    default:
        return NULL;
    }
}

static const char *
number_fault(const struct akin_json *value, enum shape shape)
{
    int64_t number;

    if (!akin_json_int(value, &number))
        return "must be a whole number";
    if (shape == COUNT)
        return number < 0 ? "must not be negative" : NULL;
    return number < 1800 || number > 2199 ? "must be a year" : NULL;
}

/* ---- containers ---- */

static enum akin_status check_table(const struct akin_json *object,
                                    const struct table *table, const char *path,
                                    struct akin_error *err);

static enum akin_status
check_items(const struct akin_json *array, const struct field *field,
            const char *path, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    if (akin_json_type(array) != AKIN_JSON_ARRAY)
        return AKIN_FAIL(err, AKIN_EINVAL, "%s must be a list", path);
    for (size_t i = 0; i < akin_json_count(array) && st == AKIN_OK; i++) {
        const struct akin_json *item = akin_json_at(array, i);
        char below[160];

        (void)snprintf(below, sizeof(below), "%.110s/%zu", path, i);
        if (field->shape == OBJECTS) {
            st = check_table(item, field->of, below, err);
        } else {
            const char *fault = text_fault(akin_json_string(item),
                                           field->shape == TYPES ? TYPE : TEXT);

            if (fault != NULL)
                st = AKIN_FAIL(err, AKIN_EINVAL, "%s %s", below, fault);
        }
    }
    return st;
}

static enum akin_status
check_modules(const struct akin_json *modules, const char *path,
              struct akin_error *err)
{
    struct akin_json *module;
    const char *name;
    void *it = NULL;

    if (akin_json_type(modules) != AKIN_JSON_OBJECT)
        return AKIN_FAIL(err, AKIN_EINVAL, "%s must be an object", path);
    while (akin_json_next(modules, &it, &name, &module)) {
        if (akin_json_type(module) != AKIN_JSON_ARRAY)
            return AKIN_FAIL(err, AKIN_EINVAL, "%s/%s must be a list", path,
                             name);
        for (size_t i = 0; i < akin_json_count(module); i++)
            if (akin_json_type(akin_json_at(module, i)) != AKIN_JSON_OBJECT)
                return AKIN_FAIL(err, AKIN_EINVAL,
                                 "%s/%s/%zu must be an "
                                 "object",
                                 path, name, i);
    }
    return AKIN_OK;
}

static enum akin_status
check_value(const struct akin_json *value, const struct field *field,
            const char *path, struct akin_error *err)
{
    const char *fault = NULL;

    switch (field->shape) {
    case TEXTS:
    case TYPES:
    case OBJECTS:
        return check_items(value, field, path, err);
    case OBJECT:
        return check_table(value, field->of, path, err);
    case MODULES:
        return check_modules(value, path, err);
    case ANY:
        if (akin_json_type(value) != AKIN_JSON_OBJECT)
            fault = "must be an object";
        break;
    case YEAR:
    case COUNT:
        fault = number_fault(value, field->shape);
        break;
    default:
        fault = text_fault(akin_json_string(value), field->shape);
    }
    if (fault == NULL)
        return AKIN_OK;
    return AKIN_FAIL(err, AKIN_EINVAL, "%s %s", path, fault);
}

static const struct field *
find_field(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->n; i++)
        if (strcmp(table->field[i].name, name) == 0)
            return &table->field[i];
    return NULL;
}

static enum akin_status
check_table(const struct akin_json *object, const struct table *table,
            const char *path, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    struct akin_json *value;
    const char *name;
    void *it = NULL;

    if (akin_json_type(object) != AKIN_JSON_OBJECT)
        return AKIN_FAIL(err, AKIN_EINVAL, "%s must be an object",
                         path[0] == '\0' ? "a record" : path);
    if (table->need != NULL && akin_json_get(object, table->need) == NULL &&
        (table->instead == NULL ||
         akin_json_get(object, table->instead) == NULL))
        return AKIN_FAIL(err, AKIN_EINVAL, "%s/%s is missing", path,
                         table->need);
    while (st == AKIN_OK && akin_json_next(object, &it, &name, &value)) {
        const struct field *field = find_field(table, name);
        char below[160];

        (void)snprintf(below, sizeof(below), "%.110s/%.40s", path, name);
        if (field == NULL)
            st = AKIN_FAIL(err, AKIN_EINVAL,
                           "%s is no field of the schema (see \"extra\")",
                           below);
        else
            st = check_value(value, field, below, err);
    }
    return st;
}

/* Names, affiliations and roles of people never hold e-mail addresses. */
static enum akin_status
check_no_email(const struct akin_json *authors, struct akin_error *err)
{
    struct akin_buf text = {0}, out = {0};
    bool email;

    if (authors == NULL)
        return AKIN_OK;
    akin_json_write(authors, AKIN_JSON_COMPACT, &text);
    email = akin_text_without_email(akin_buf_text(&text), &out);
    akin_buf_free(&text);
    akin_buf_free(&out);
    if (email)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "/authors must not hold e-mail addresses");
    return AKIN_OK;
}

enum akin_status
akin_record_check(const struct akin_json *record, struct akin_error *err)
{
    enum akin_status st = check_table(record, &record_table, "", err);

    if (st == AKIN_OK && akin_json_get(record, "title") == NULL)
        st = AKIN_FAIL(err, AKIN_EINVAL, "/title is missing");
    if (st == AKIN_OK)
        st = check_no_email(akin_json_get(record, "authors"), err);
    return st;
}
