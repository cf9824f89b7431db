/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "params.h"

/* Terms asked of the ontology for each one wanted: most have no dataset. */
#define TERMS_EACH 20

struct suggestion {
    struct akin_json *json; /* borrowed from the list */
    bool is_start;          /* the label itself begins so */
    int64_t count;
    size_t place;
};

static int
by_worth(const void *a, const void *b)
{
    const struct suggestion *x = a, *y = b;

    if (x->is_start != y->is_start)
        return x->is_start ? -1 : 1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static bool
is_there(const struct akin_json *list, const char *field, const char *value)
{
    for (size_t i = 0; i < akin_json_count(list); i++) {
        const struct akin_json *one = akin_json_at(list, i);

        if (strcmp(akin_json_text(one, "field"), field) == 0 &&
            strcmp(akin_json_text(one, "value"), value) == 0)
            return true;
    }
    return false;
}

/* What the ontology knows by that beginning and some dataset has. */
static void
add_terms(const struct akin_catalog *catalog, const char *text, size_t max,
          struct akin_json *list)
{
    static const char *const fields[] = {"organism", "imaging_method",
                                         "biological_entity", "cell_line"};
    const struct akin_terms *terms = akin_catalog_terms(catalog);
    struct akin_json *known;

    if (terms == NULL)
        return;
    known = akin_terms_complete(terms, text, max * TERMS_EACH);
    for (size_t i = 0; i < akin_json_count(known); i++)
        for (size_t f = 0; f < AKIN_COUNT(fields); f++) {
            const struct akin_json *term = akin_json_at(known, i);
            const char *id = akin_json_text(term, "id");
            size_t n = id == NULL
                           ? 0
                           : akin_facets_term_count(
                                 akin_catalog_facets(catalog), fields[f], id);
            struct akin_json *one;

            if (n == 0 || is_there(list, fields[f], id))
                continue;
            one = akin_json_object();
            akin_json_set_text(one, "field", fields[f]);
            akin_json_set_text(one, "value", id);
            akin_json_set_text(one, "label", akin_json_text(term, "label"));
            akin_json_set_int(one, "count", (int64_t)n);
            akin_json_set_text(one, "match", akin_json_text(term, "match"));
            akin_json_append(list, one);
        }
    akin_json_free(known);
}

/* The max best of the list. */
static struct akin_json *
best(const struct akin_json *list, const char *text, size_t max)
{
    size_t n = akin_json_count(list);
    struct suggestion *all = akin_new(n + 1, sizeof(*all));
    struct akin_json *out = akin_json_array();

    for (size_t i = 0; i < n; i++) {
        struct akin_json *one = akin_json_at(list, i);
        const char *label = akin_json_text(one, "label");

        all[i] = (struct suggestion){one, false, 0, i};
        all[i].is_start =
            label != NULL && strncasecmp(label, text, strlen(text)) == 0;
        (void)akin_json_int(akin_json_get(one, "count"), &all[i].count);
    }
    if (n > 1)
        qsort(all, n, sizeof(*all), by_worth);
    for (size_t i = 0; i < n && i < max; i++)
        akin_json_append(out, akin_json_share(all[i].json));
    free(all);
    return out;
}

static enum akin_status
answer(struct akin_session *session, const char *text, size_t max,
       struct akin_json **out, struct akin_error *err)
{
    struct akin_reading reading = {0};
    struct akin_catalog *catalog = NULL;
    enum akin_status st = akin__reading_records(session, &reading, err);

    if (st == AKIN_OK)
        st = akin__reading_catalog(&reading, &catalog, err);
    if (st == AKIN_OK) {
        struct akin_json *list =
            akin_facets_complete(akin_catalog_facets(catalog), text, max);

        add_terms(catalog, text, max, list);
        *out = akin_json_object();
        akin_json_set(*out, "suggestions", best(list, text, max));
        akin_json_free(list);
    }
    akin__reading_end(&reading);
    return st;
}

enum akin_status
akin_suggest_answer(struct akin_session *session,
                    const struct akin_json *params, struct akin_json **result,
                    struct akin_error *err)
{
    static const char *const known[] = {"text", "max"};
    const char *text = NULL;
    int64_t max = AKIN_SUGGEST_MAX;
    enum akin_status st = akin_params_check(params, "parameter of suggest",
                                            known, AKIN_COUNT(known), err);

    if (st == AKIN_OK)
        st = akin_params_text(params, "text", &text, err);
    if (st == AKIN_OK && text == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL, "suggest needs a text");
    if (st == AKIN_OK && strlen(text) > AKIN_SUGGEST_BYTES)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "suggest: the text is longer than %d bytes",
                         AKIN_SUGGEST_BYTES);
    if (st == AKIN_OK)
        st = akin_params_int(params, "max", 1, AKIN_SUGGEST_LIMIT, &max, err);
    if (st == AKIN_OK)
        st = answer(session, text, (size_t)max, result, err);
    return st;
}
