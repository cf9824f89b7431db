/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_doc.c - a record as words for the text index.
 */
#include "akin/catalog.h"

#include <string.h>

#include "filter_internal.h"

#define DEPTH_MAX 16

static void
put(struct akin_buf *out, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    if (out->len > 0)
        akin_buf_puts(out, "\n");
    akin_buf_puts(out, text);
}

/* All texts in a value, whatever its shape. */
static void
put_all(struct akin_buf *out, const struct akin_json *json, size_t depth)
{
    const char *key = NULL;
    struct akin_json *value = NULL;
    void *it = NULL;

    if (depth > DEPTH_MAX)
        return;
    switch (akin_json_type(json)) {
    case AKIN_JSON_STRING:
        put(out, akin_json_string(json));
        break;
    case AKIN_JSON_ARRAY:
        for (size_t i = 0; i < akin_json_count(json); i++)
            put_all(out, akin_json_at(json, i), depth + 1);
        break;
    case AKIN_JSON_OBJECT:
        while (akin_json_next(json, &it, &key, &value))
            put_all(out, value, depth + 1);
        break;
    default:
        break;
    }
}

/* A term's label and synonyms; below it the words of all that it is a kind of,
 * so that "mammal" finds mice. */
static void
put_term(struct akin_buf *out, const struct akin_terms *terms, const char *id)
{
    struct akin_json *above, *term = NULL;

    if (terms == NULL || id == NULL || !akin_terms_known(terms, id))
        return;
    if (akin_terms_describe(terms, id, &term, NULL) == AKIN_OK) {
        const struct akin_json *synonyms = akin_json_get(term, "synonyms");

        put(out, akin_json_text(term, "label"));
        for (size_t i = 0; i < akin_json_count(synonyms); i++)
            put(out, akin_json_text(akin_json_at(synonyms, i), "text"));
        akin_json_free(term);
    }
    above = akin_terms_ancestors(terms, id);
    for (size_t i = 0; i < akin_json_count(above); i++) {
        const char *one = akin_json_string(akin_json_at(above, i));

        if (strcmp(one, id) != 0)
            put(out, akin_terms_label(terms, one));
    }
    akin_json_free(above);
}

static void
put_terms(struct akin_buf *out, const struct akin_terms *terms,
          const char *field, const struct akin_json *list)
{
    const char *prefix = strcmp(field, "organism") == 0 ? "NCBITaxon" : NULL;

    for (size_t i = 0; i < akin_json_count(list); i++) {
        const struct akin_json *term = akin_json_at(list, i);
        const char *plain = akin_json_string(term);
        const char *id = plain != NULL ? plain : akin_json_text(term, "id");
        const char *label = akin_json_text(term, "label");

        put(out, label);
        put(out, id);
        if (label == NULL)
            label = plain;
        /* A label alone means the term that is called so. */
        if (terms != NULL && label != NULL && (id == NULL || id == plain))
            id = akin_terms_find(terms, label, prefix);
        put_term(out, terms, id);
    }
}

static void
put_people(struct akin_buf *out, const struct akin_json *list)
{
    for (size_t i = 0; i < akin_json_count(list); i++) {
        const struct akin_json *person = akin_json_at(list, i);

        put(out, akin_json_text(person, "name"));
        put(out, akin_json_text(person, "orcid"));
    }
}

static void
put_names(struct akin_text_doc *doc, const struct akin_json *record)
{
    static const char *const keys[] = {"accession", "doi", "url"};
    const struct akin_json *other = akin_json_get(record, "identifier");
    struct akin_buf *to = &doc->column[AKIN_TEXT_ID];

    doc->names = akin_json_array();
    put(to, akin_json_text(record, "id"));
    if (akin_json_text(record, "id") != NULL)
        akin_json_append(doc->names,
                         akin_json_new_string(akin_json_text(record, "id")));
    for (size_t i = 0; i < AKIN_COUNT(keys); i++) {
        const char *name = akin_json_text(other, keys[i]);

        if (name == NULL)
            continue;
        put(to, name);
        akin_json_append(doc->names, akin_json_new_string(name));
    }
    /* The page's address finds its dataset; its parts are no words. */
    if (akin_json_text(record, "uri") != NULL)
        akin_json_append(doc->names,
                         akin_json_new_string(akin_json_text(record, "uri")));
}

void
akin_catalog_doc(const struct akin_json *record, uint32_t number,
                 const struct akin_terms *terms, struct akin_text_doc *out)
{
    static const char *const term_keys[] = {"organism", "imaging_method",
                                            "biological_entity", "cell_line"};
    static const char *const other_keys[] = {
        "publisher", "publications", "funders", "models",
        "modality",  "category",     "rembi",   "extra"};
    const struct akin_json *annotations =
        akin_json_get(akin_json_get(record, "mifa"), "annotations");
    struct akin_buf *column = out->column;

    out->number = number;
    put_names(out, record);
    put(&column[AKIN_TEXT_TITLE], akin_json_text(record, "title"));
    put(&column[AKIN_TEXT_DESCRIPTION], akin_json_text(record, "description"));
    put_all(&column[AKIN_TEXT_KEYWORDS], akin_json_get(record, "keywords"), 0);
    put_people(&column[AKIN_TEXT_AUTHORS], akin_json_get(record, "authors"));
    put_people(&column[AKIN_TEXT_AUTHORS],
               akin_json_get(record, AKIN__AUTHORS_BEFORE));
    for (size_t i = 0; i < AKIN_COUNT(term_keys); i++)
        put_terms(&column[AKIN_TEXT_TERMS], terms, term_keys[i],
                  akin_json_get(record, term_keys[i]));
    for (size_t i = 0; i < akin_json_count(annotations); i++)
        put_people(&column[AKIN_TEXT_AUTHORS],
                   akin_json_get(akin_json_at(annotations, i), "authors"));
    put_all(&column[AKIN_TEXT_ANNOTATIONS], annotations, 0);
    for (size_t i = 0; i < AKIN_COUNT(other_keys); i++)
        put_all(&column[AKIN_TEXT_OTHER], akin_json_get(record, other_keys[i]),
                0);
}
