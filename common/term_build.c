/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term_build.c - from descriptions of terms, several for some, to one graph.
 */
#include <stdlib.h>
#include <string.h>

#include "term_internal.h"

struct entry {
    const char *id;
    struct akin_json *json; /* borrowed; NULL: only named as a parent */
    size_t order;
};

struct entries {
    struct entry *entry;
    size_t n, room;
};

static void
add_entry(struct entries *entries, const char *id, struct akin_json *json)
{
    if (entries->n == entries->room) {
        size_t room = entries->room == 0 ? 1024 : 2 * entries->room;
        struct entry *grown = akin_new(room, sizeof(*grown));

        if (entries->n > 0)
            memcpy(grown, entries->entry, entries->n * sizeof(*grown));
        free(entries->entry);
        entries->entry = grown;
        entries->room = room;
    }
    entries->entry[entries->n] = (struct entry){id, json, entries->n};
    entries->n++;
}

static int
compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int by_id = strcmp(x->id, y->id);

    if (by_id != 0)
        return by_id;
    return x->order < y->order ? -1 : 1;
}

/* All descriptions, and a bare id for each parent. */
static void
collect(const struct akin_json *array, struct entries *out)
{
    for (size_t i = 0; i < akin_json_count(array); i++) {
        struct akin_json *json = akin_json_at(array, i);
        const struct akin_json *parents = akin_json_get(json, "parents");

        if (akin_json_text(json, "id") == NULL)
            continue;
        add_entry(out, akin_json_text(json, "id"), json);
        for (size_t p = 0; p < akin_json_count(parents); p++) {
            const char *id = akin_json_text(akin_json_at(parents, p), "id");

            if (id != NULL)
                add_entry(out, id, NULL);
        }
    }
    if (out->n > 1)
        qsort(out->entry, out->n, sizeof(*out->entry), compare_entries);
}

/* ---- merging ---- */

/* Appends to into's list what it does not have, told apart by member. */
static void
merge_list(struct akin_json *into, const struct akin_json *from,
           const char *name, const char *member)
{
    const struct akin_json *more = akin_json_get(from, name);
    struct akin_json *list = akin_json_get(into, name);

    if (akin_json_count(more) > 0 && list == NULL) {
        akin_json_set(into, name, akin_json_array());
        list = akin_json_get(into, name);
    }
    for (size_t i = 0; i < akin_json_count(more); i++) {
        const struct akin_json *element = akin_json_at(more, i);
        bool is_new = true;

        for (size_t k = 0; is_new && k < akin_json_count(list); k++) {
            const struct akin_json *old = akin_json_at(list, k);

            is_new = member == NULL
                         ? !akin_json_equal(old, element)
                         : !akin_json_equal(akin_json_get(old, member),
                                            akin_json_get(element, member));
        }
        if (is_new)
            akin_json_append(list, akin_json_copy(element));
    }
}

/* The later label wins; the earlier one stays findable as a synonym. */
static void
merge_label(struct akin_json *into, const char *label)
{
    const char *old = akin_json_text(into, "label");
    struct akin_json *synonym, *extra, *list;

    if (label == NULL || (old != NULL && strcmp(old, label) == 0))
        return;
    if (old != NULL) {
        synonym = akin_json_object();
        akin_json_set_text(synonym, "text", old);
        akin_json_set_text(synonym, "kind", "exact");
        list = akin_json_array();
        akin_json_append(list, synonym);
        extra = akin_json_object();
        akin_json_set(extra, "synonyms", list);
        merge_list(into, extra, "synonyms", "text");
        akin_json_free(extra);
    }
    akin_json_set_text(into, "label", label);
}

static void
merge(struct akin_json *into, const struct akin_json *from)
{
    merge_label(into, akin_json_text(from, "label"));
    merge_list(into, from, "synonyms", "text");
    merge_list(into, from, "parents", "id");
    merge_list(into, from, "replaced_by", NULL);
    merge_list(into, from, "consider", NULL);
    if (akin_json_true(akin_json_get(from, "deprecated")))
        akin_json_set_bool(into, "deprecated", true);
    akin_json_set_text(into, "ontology", akin_json_text(from, "ontology"));
    akin_json_set_text(into, "rank", akin_json_text(from, "rank"));
}

/* One term of the entries first..end, which have the same id. */
static void
make_term(const struct entry *first, const struct entry *end,
          struct akin__term *term)
{
    term->is_stub = true;
    for (const struct entry *e = first; e < end; e++) {
        if (e->json == NULL)
            continue;
        if (term->json == NULL)
            term->json = akin_json_copy(e->json);
        else
            merge(term->json, e->json);
        term->is_stub = false;
    }
    if (term->json == NULL) {
        term->json = akin_json_object();
        akin_json_set_text(term->json, "id", first->id);
    }
    term->id = akin_json_text(term->json, "id");
    term->is_deprecated =
        akin_json_true(akin_json_get(term->json, "deprecated"));
}

static void
make_terms(struct akin_terms *terms, const struct entries *entries)
{
    terms->term = akin_new(entries->n + 1, sizeof(*terms->term));
    for (size_t i = 0; i < entries->n;) {
        size_t end = i + 1;

        while (end < entries->n &&
               strcmp(entries->entry[end].id, entries->entry[i].id) == 0)
            end++;
        make_term(&entries->entry[i], &entries->entry[end],
                  &terms->term[terms->n]);
        terms->n_stubs += terms->term[terms->n].is_stub;
        terms->n++;
        i = end;
    }
}

/* ---- edges ---- */

static size_t
count_parents(struct akin_terms *terms)
{
    size_t n = 0;

    for (size_t i = 0; i < terms->n; i++) {
        terms->term[i].first_parent = n;
        n += akin_json_count(akin_json_get(terms->term[i].json, "parents"));
    }
    terms->term[terms->n].first_parent = n;
    return n;
}

/* Sets the parents of each, and counts each one's children. */
static void
link_parents(struct akin_terms *terms, size_t *n_children)
{
    for (size_t i = 0; i < terms->n; i++) {
        const struct akin_json *list =
            akin_json_get(terms->term[i].json, "parents");

        for (size_t k = 0; k < akin_json_count(list); k++) {
            const struct akin_json *link = akin_json_at(list, k);
            const char *kind = akin_json_text(link, "kind");
            const char *id = akin_json_text(link, "id");
            size_t parent = id == NULL ? i : akin__terms_find(terms, id);

            terms->parent[terms->term[i].first_parent + k] =
                (struct akin__edge){(uint32_t)parent,
                                    kind != NULL &&
                                        strcmp(kind, "part_of") == 0};
            n_children[parent]++;
        }
    }
}

static void
link_children(struct akin_terms *terms, size_t *n_children)
{
    size_t n = 0;

    for (size_t i = 0; i <= terms->n; i++) {
        terms->term[i].first_child = n;
        n += n_children[i];
        n_children[i] = 0; /* from here on: how many are placed */
    }
    for (size_t i = 0; i < terms->n; i++)
        for (size_t k = terms->term[i].first_parent;
             k < terms->term[i + 1].first_parent; k++) {
            struct akin__edge up = terms->parent[k];
            size_t place = terms->term[up.term].first_child;

            terms->child[place + n_children[up.term]++] =
                (struct akin__edge){(uint32_t)i, up.is_part};
        }
}

/* A replacement that is itself deprecated leads on; a circle, or several
 * replacements, lead nowhere. */
static void
link_replacements(struct akin_terms *terms)
{
    for (size_t i = 0; i < terms->n; i++) {
        size_t at = i;

        for (int steps = 0; steps < 16 && terms->term[at].is_deprecated;
             steps++) {
            const struct akin_json *list =
                akin_json_get(terms->term[at].json, "replaced_by");
            const char *id = akin_json_string(akin_json_at(list, 0));
            size_t next = akin_json_count(list) == 1 && id != NULL
                              ? akin__terms_find(terms, id)
                              : terms->n;

            if (next == terms->n)
                break;
            at = next;
        }
        terms->term[i].instead =
            (uint32_t)(terms->term[at].is_deprecated ? i : at);
    }
}

struct akin_terms *
akin__terms_build(const struct akin_json *array)
{
    struct akin_terms *terms = akin_new(1, sizeof(*terms));
    struct entries entries = {0};
    size_t *n_children, n_edges;

    collect(array, &entries);
    make_terms(terms, &entries);
    free(entries.entry);
    n_edges = count_parents(terms);
    terms->parent = akin_new(n_edges + 1, sizeof(*terms->parent));
    terms->child = akin_new(n_edges + 1, sizeof(*terms->child));
    n_children = akin_new(terms->n + 1, sizeof(*n_children));
    link_parents(terms, n_children);
    link_children(terms, n_children);
    free(n_children);
    link_replacements(terms);
    akin__terms_index_names(terms);
    return terms;
}
