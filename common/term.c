/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term.c - asking the graph: what is known of a term, above it and below it.
 */
#include "akin/term.h"

#include <stdlib.h>
#include <string.h>

#include "akin/nearest.h"
#include "akin/normalize.h"
#include "term_internal.h"

void
akin_terms_free(struct akin_terms *terms)
{
    if (terms == NULL)
        return;
    for (size_t i = 0; i < terms->n; i++)
        akin_json_free(terms->term[i].json);
    free(terms->term);
    free(terms->parent);
    free(terms->child);
    free(terms->name);
    akin_buf_free(&terms->folded);
    akin_json_free(terms->parts);
    free(terms);
}

size_t
akin_terms_count(const struct akin_terms *terms)
{
    return terms->n - terms->n_stubs;
}

size_t
akin__terms_find(const struct akin_terms *terms, const char *curie)
{
    size_t low = 0, high = terms->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(terms->term[middle].id, curie);

        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return terms->n;
}

const char *
akin_terms_label(const struct akin_terms *terms, const char *curie)
{
    size_t i = akin__terms_find(terms, curie);

    return i == terms->n ? NULL : akin_json_text(terms->term[i].json, "label");
}

bool
akin_terms_known(const struct akin_terms *terms, const char *curie)
{
    size_t i = akin__terms_find(terms, curie);

    return i < terms->n && !terms->term[i].is_stub;
}

/* ---- walks ---- */

/* The edges of a term in one direction: *n of them. */
static const struct akin__edge *
edges_of(const struct akin_terms *terms, size_t i, bool down, size_t *n)
{
    const struct akin__term *term = &terms->term[i];

    if (down) {
        *n = term[1].first_child - term->first_child;
        return terms->child + term->first_child;
    }
    *n = term[1].first_parent - term->first_parent;
    return terms->parent + term->first_parent;
}

/* Marks what is reached from a term, breadth first. A mark is set once, so a
 * circle ends the walk as well as a leaf does. */
static uint8_t *
reach(const struct akin_terms *terms, size_t from, bool down)
{
    uint8_t *seen = akin_new(terms->n, 1);
    uint32_t *queue = akin_new(terms->n, sizeof(*queue));
    size_t n_queue = 1;

    queue[0] = (uint32_t)from;
    seen[from] = 1;
    for (size_t at = 0; at < n_queue; at++) {
        size_t n;
        const struct akin__edge *edge = edges_of(terms, queue[at], down, &n);

        for (size_t k = 0; k < n; k++) {
            if (seen[edge[k].term])
                continue;
            seen[edge[k].term] = 1;
            queue[n_queue++] = edge[k].term;
        }
    }
    free(queue);
    return seen;
}

static struct akin_json *
walk(const struct akin_terms *terms, const char *curie, bool down)
{
    struct akin_json *list = akin_json_array();
    size_t from = akin__terms_find(terms, curie);
    uint8_t *seen;

    if (from == terms->n) {
        akin_json_append(list, akin_json_new_string(curie));
        return list;
    }
    seen = reach(terms, from, down);
    for (size_t i = 0; i < terms->n; i++)
        if (seen[i])
            akin_json_append(list, akin_json_new_string(terms->term[i].id));
    free(seen);
    return list;
}

struct akin_json *
akin_terms_descendants(const struct akin_terms *terms, const char *curie)
{
    return walk(terms, curie, true);
}

struct akin_json *
akin_terms_ancestors(const struct akin_terms *terms, const char *curie)
{
    return walk(terms, curie, false);
}

size_t
akin_terms_parents(const struct akin_terms *terms, const char *curie,
                   const char **parents, size_t max)
{
    size_t i = akin__terms_find(terms, curie), n, given = 0;
    const struct akin__edge *edge;

    if (i == terms->n)
        return 0;
    edge = edges_of(terms, i, false, &n);
    for (size_t k = 0; k < n && given < max; k++)
        if (!edge[k].is_part)
            parents[given++] = terms->term[edge[k].term].id;
    return given;
}

/* ---- one term, told ---- */

static struct akin_json *
short_form(const struct akin__term *term)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_text(json, "id", term->id);
    akin_json_set_text(json, "label", akin_json_text(term->json, "label"));
    return json;
}

static struct akin_json *
list_ancestors(const struct akin_terms *terms, size_t of)
{
    struct akin_json *list = akin_json_array();
    uint8_t *seen = reach(terms, of, false);

    for (size_t i = 0; i < terms->n; i++)
        if (seen[i] && i != of)
            akin_json_append(list, short_form(&terms->term[i]));
    free(seen);
    return list;
}

static struct akin_json *
list_children(const struct akin_terms *terms, size_t of)
{
    struct akin_json *list = akin_json_array();
    size_t n;
    const struct akin__edge *edge = edges_of(terms, of, true, &n);

    for (size_t k = 0; k < n; k++) {
        struct akin_json *child = short_form(&terms->term[edge[k].term]);

        akin_json_set_text(child, "kind", edge[k].is_part ? "part_of" : "is_a");
        akin_json_append(list, child);
    }
    return list;
}

/* Parents come with their labels, as ancestors and children do. */
static void
label_parents(const struct akin_terms *terms, struct akin_json *term)
{
    struct akin_json *parents = akin_json_get(term, "parents");

    for (size_t i = 0; i < akin_json_count(parents); i++) {
        struct akin_json *link = akin_json_at(parents, i);
        const char *id = akin_json_text(link, "id");

        if (id != NULL)
            akin_json_set_text(link, "label", akin_terms_label(terms, id));
    }
}

static enum akin_status
unknown_term(const struct akin_terms *terms, const char *curie,
             struct akin_error *err)
{
    struct akin_nearest near;
    const char *label;

    akin_nearest_init(&near, curie);
    for (size_t i = 0; i < terms->n; i++)
        akin_nearest_offer(&near, terms->term[i].id);
    if (near.best == NULL)
        return AKIN_FAIL(err, AKIN_ENOTFOUND, "there is no term \"%s\"", curie);
    label = akin_terms_label(terms, near.best);
    return AKIN_FAIL(err, AKIN_ENOTFOUND,
                     "there is no term \"%s\"; did you mean \"%s\" (%s)?",
                     curie, near.best, label == NULL ? "no label" : label);
}

enum akin_status
akin_terms_describe(const struct akin_terms *terms, const char *curie,
                    struct akin_json **out, struct akin_error *err)
{
    size_t i = akin__terms_find(terms, curie);
    struct akin_json *json;

    if (i == terms->n)
        return unknown_term(terms, curie, err);
    json = akin_json_copy(terms->term[i].json);
    label_parents(terms, json);
    akin_json_set(json, "ancestors", list_ancestors(terms, i));
    akin_json_set(json, "children", list_children(terms, i));
    *out = json;
    return AKIN_OK;
}

/* ---- does a label fit its id? ---- */

/* "X. laevis" for "Xenopus laevis". */
static bool
is_abbreviated(const char *text, const char *label)
{
    const char *blank = strchr(label, ' ');

    return blank != NULL && text[0] != '\0' && text[0] == label[0] &&
           text[1] == '.' && text[2] == ' ' &&
           akin_name_equal(text + 3, blank + 1);
}

static bool
fits(const struct akin_terms *terms, size_t i, const char *curie,
     const char *text)
{
    const char *label = akin_json_text(terms->term[i].json, "label");
    struct akin_buf id = {0};
    bool same;

    if (label == NULL || akin__terms_is_name(terms, i, text) ||
        is_abbreviated(text, label))
        return true;
    /* Some archives write the id where the name should be. */
    same = akin_curie_normalize(text, NULL, &id) &&
           strcmp(akin_buf_text(&id), curie) == 0;
    akin_buf_free(&id);
    return same;
}

void
akin_terms_check_label(const struct akin_terms *terms, const char *curie,
                       const char *label, struct akin_buf *out)
{
    size_t i = akin__terms_find(terms, curie);
    char *prefix = akin_strndup(curie, strcspn(curie, ":"));
    const struct akin__name *other;

    akin_buf_clear(out);
    other = akin__terms_find_name(terms, label, prefix);
    if (other != NULL &&
        (other->kind > AKIN__NAME_PART ||
         strncmp(terms->term[other->term].id, curie, strlen(prefix) + 1) != 0))
        other = NULL; /* too vague to contradict anybody */
    if (i == terms->n || terms->term[i].is_stub) {
        if (other != NULL)
            akin_buf_printf(out,
                            "%s is not known, but \"%s\", which the record "
                            "calls it, is %s",
                            curie, label, terms->term[other->term].id);
    } else if (!fits(terms, i, curie, label)) {
        akin_buf_printf(out, "%s is \"%s\", the record says \"%s\"", curie,
                        akin_json_text(terms->term[i].json, "label"), label);
        if (other != NULL)
            akin_buf_printf(out, ", which is %s", terms->term[other->term].id);
    }
    free(prefix);
}
