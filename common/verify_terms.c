/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_terms.c - stored terms, and the table of their names.
 */
#include <string.h>

#include "akin/normalize.h"
#include "term_internal.h"
#include "verify_internal.h"

static void
see_term(struct akin__verify *v, struct akin_span key, struct akin_span value)
{
    const char *text = (const char *)key.data, *id;
    const char *end = memchr(text, '\0', key.len);
    struct akin_json *term = NULL;
    size_t len;

    if (end == NULL || end == text || end == text + key.len - 1) {
        akin__verify_note(v, "terms: the key %.*s lacks an id or a source",
                          (int)key.len, text);
        return;
    }
    len = (size_t)(end - text);
    if (akin_json_parse(value, &term, NULL) != AKIN_OK) {
        akin__verify_note(v, "the term %s is no JSON", text);
        return;
    }
    id = akin_json_text(term, "id");
    if (id == NULL || strlen(id) != len || memcmp(id, text, len) != 0)
        akin__verify_note(v, "the term %s is stored as %s",
                          id == NULL ? "(none)" : id, text);
    else if (!akin_curie_valid(id))
        akin__verify_note(v, "the id of the term %s is no CURIE", id);
    akin_json_free(term);
}

static void
see_name(struct akin__verify *v, struct akin_span key, struct akin_span value)
{
    const char *end = memchr(key.data, '\0', key.len);

    if (end == NULL || value.len != 0)
        akin__verify_note(v, "term-names: the entry %.*s is damaged",
                          (int)key.len, (const char *)key.data);
}

/* Every name of the stored terms is in the table. */
static void
verify_names(struct akin__verify *v, const struct akin_terms *terms)
{
    struct akin_buf key = {0};

    akin__verify_walk(v, AKIN_TABLE_TERM_NAMES, akin_span_of(NULL, 0),
                      see_name);
    for (size_t i = 0; i < terms->n_names; i++) {
        const struct akin__name *name = &terms->name[i];
        const struct akin__term *term = &terms->term[name->term];

        akin__terms_name_key(terms, name, &key);
        if (!akin__verify_has(v, AKIN_TABLE_TERM_NAMES, akin_buf_span(&key),
                              NULL))
            akin__verify_note(v, "the name \"%.80s\" of %s is not in the table",
                              name->text, term->id);
    }
    akin_buf_free(&key);
}

void
akin__verify_terms(struct akin__verify *v)
{
    struct akin_terms *terms = NULL;
    struct akin_error err = {0};

    akin__verify_walk(v, AKIN_TABLE_TERMS, akin_span_of(NULL, 0), see_term);
    if (akin__terms_load_stored(v->txn, &terms, &err) != AKIN_OK) {
        akin__verify_note(v, "%s", err.text);
        return;
    }
    verify_names(v, terms);
    akin_terms_free(terms);
}
