/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter_resolve.c - what a person wrote in a condition on a term -> the terms
 * that count.
 */
#include <stdlib.h>
#include <string.h>

#include "akin/normalize.h"
#include "filter_internal.h"

struct resolver {
    const struct akin_terms *terms;
    struct akin_json *hints; /* NULL: nobody asks */
    size_t n_members;        /* of all conditions so far */
    size_t n_hints;
    struct akin_error *err;
};

const char *
akin__field_ontology(const char *field)
{
    if (strcmp(field, "organism") == 0)
        return "NCBITaxon";
    if (strcmp(field, "imaging_method") == 0)
        return "FBbi";
    return NULL;
}

/* Looking for the nearest name reads all names: not for each of a thousand
 * conditions. */
#define HINTS_MAX 8

static void
hint(struct resolver *r, const struct akin__node *node, const char *sentence)
{
    struct akin_json *one;

    if (r->hints == NULL)
        return;
    one = akin_json_object();
    akin_json_set_text(one, "field", node->field);
    akin_json_set_text(one, "value", node->value);
    akin_json_set_text(one, "text", sentence);
    akin_json_append(r->hints, one);
}

/* Sets node->curie when the value is a term or at least a CURIE. */
static void
find_curie(struct resolver *r, struct akin__node *node)
{
    const char *prefix = akin__field_ontology(node->field), *found = NULL;
    struct akin_error why = {0};
    struct akin_buf id = {0};
    bool is_id = akin_curie_normalize(node->value, prefix, &id);

    free(node->curie);
    node->curie = NULL;
    if (is_id && !akin_terms_known(r->terms, akin_buf_text(&id)))
        node->curie = akin_strdup(akin_buf_text(&id));
    else if (!is_id && r->n_hints >= HINTS_MAX)
        found = akin_terms_find(r->terms, node->value, prefix);
    else if (akin_terms_resolve(r->terms, node->value, prefix, &found, &why) !=
             AKIN_OK) {
        r->n_hints++;
        hint(r, node, why.text);
    }
    if (found != NULL)
        node->curie = akin_strdup(found);
    akin_buf_free(&id);
}

static enum akin_status
resolve_condition(struct resolver *r, struct akin__node *node)
{
    find_curie(r, node);
    akin_json_free(node->members);
    node->members = NULL;
    if (node->curie == NULL || node->kind != AKIN__IS)
        return AKIN_OK;
    node->members = akin_terms_descendants(r->terms, node->curie);
    r->n_members += akin_json_count(node->members);
    if (r->n_members > AKIN_FILTER_MEMBERS)
        return AKIN_FAIL(r->err, AKIN_ELIMIT,
                         "filter: its terms have more than %d terms below them",
                         AKIN_FILTER_MEMBERS);
    return AKIN_OK;
}

/* The depth of a parsed filter is bounded by AKIN_FILTER_DEPTH. */
static enum akin_status
resolve_node(struct resolver *r, struct akin__node *node)
{
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < node->n_child; i++)
        st = resolve_node(r, node->child[i]);
    if (st == AKIN_OK && node->compare == AKIN__KIND_TERM &&
        (node->kind == AKIN__IS || node->kind == AKIN__EXACT))
        st = resolve_condition(r, node);
    return st;
}

enum akin_status
akin_filter_resolve(struct akin_filter *filter, const struct akin_terms *terms,
                    struct akin_json *hints, struct akin_error *err)
{
    struct resolver r = {.terms = terms, .hints = hints, .err = err};

    return resolve_node(&r, filter->root);
}
