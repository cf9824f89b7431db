/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facet_tree.c - the values of a facet of terms as a tree.
 *
 * An ontology is a graph with several parents and long chains in which nothing
 * branches; a person wants neither. A term stands under its first parent, and
 * of what lies above the values only those are shown where branches meet, and
 * not when they say nothing, since all values lie below them. Counts are of the
 * whole graph, so that they are those of a filter by that term.
 */
#include <stdlib.h>
#include <string.h>

#include "facet_internal.h"

#define HEIGHT_MAX 128 /* an ontology with a circle in it ends here */

/* The tree while it is made. */
struct making {
    struct akin__tree *tree;
    const struct akin_terms *terms;
    size_t n_values;
    uint32_t *above; /* first parent, or AKIN__NO_VALUE */
    uint32_t *n_below;
    uint8_t *is_seen;
    size_t cap;
};

static void
make_room(struct making *making, size_t node)
{
    size_t cap = making->cap, cap_below = cap, cap_seen = cap;

    if (node < cap)
        return;
    making->above = akin__facet_grown(making->above, cap, &making->cap,
                                      sizeof(*making->above));
    making->n_below = akin__facet_grown(making->n_below, cap, &cap_below,
                                        sizeof(*making->n_below));
    making->is_seen = akin__facet_grown(making->is_seen, cap, &cap_seen,
                                        sizeof(*making->is_seen));
}

/* Follows first parents from a value up to what was seen before. */
static void
climb(struct making *making, uint32_t node)
{
    for (size_t height = 0; height < HEIGHT_MAX && !making->is_seen[node];
         height++) {
        const char *parent = NULL;
        uint32_t up = AKIN__NO_VALUE;

        making->is_seen[node] = 1;
        if (making->terms != NULL &&
            akin_terms_parents(making->terms,
                               making->tree->dict.value[node].text, &parent,
                               1) > 0)
            up = akin__dict_put(&making->tree->dict, parent);
        making->above[node] = up;
        if (up == AKIN__NO_VALUE)
            return;
        make_room(making, up);
        making->n_below[up]++;
        node = up;
    }
}

/* Every set gets what lies below it in the whole graph. */
static struct akin_bitmap *
spread(struct making *making, const struct akin__dict *values)
{
    struct akin__dict *dict = &making->tree->dict;
    struct akin_bitmap *any = akin_bitmap_new();

    for (size_t v = 0; making->terms != NULL && v < values->n; v++) {
        struct akin_json *above;

        if (!akin_terms_known(making->terms, values->value[v].text))
            continue;
        akin__set_give(&values->value[v].set, any);
        above = akin_terms_ancestors(making->terms, values->value[v].text);
        for (size_t i = 0; i < akin_json_count(above); i++) {
            uint32_t node =
                akin__dict_find(dict, akin_json_string(akin_json_at(above, i)));

            if (node != AKIN__NO_VALUE)
                akin__set_or(&dict->value[node].set, &values->value[v].set);
        }
        akin_json_free(above);
    }
    return any;
}

static void
keep(struct making *making, const struct akin_bitmap *any)
{
    struct akin__tree *tree = making->tree;
    size_t n_any = akin_bitmap_count(any);

    tree->is_kept = akin_new(tree->dict.n + 1, sizeof(*tree->is_kept));
    for (size_t i = 0; i < tree->dict.n; i++)
        tree->is_kept[i] = i < making->n_values ||
                           (making->n_below != NULL && making->n_below[i] > 1 &&
                            akin__set_count(&tree->dict.value[i].set) < n_any);
}

/* The parent of each kept node is the next kept one above it. */
static void
join(struct making *making)
{
    struct akin__tree *tree = making->tree;
    size_t n = making->above == NULL ? 0 : tree->dict.n; /* no value at all */

    tree->parent = akin_new(tree->dict.n + 1, sizeof(*tree->parent));
    tree->first_child = akin_new(tree->dict.n + 1, sizeof(*tree->first_child));
    tree->next = akin_new(tree->dict.n + 1, sizeof(*tree->next));
    for (size_t i = 0; i < n; i++)
        tree->parent[i] = tree->first_child[i] = tree->next[i] = AKIN__NO_VALUE;
    for (size_t i = n; i-- > 0;) {
        uint32_t up = making->above[i];

        for (size_t h = 0; up != AKIN__NO_VALUE && !tree->is_kept[up]; h++)
            up = h < HEIGHT_MAX ? making->above[up] : AKIN__NO_VALUE;
        if (!tree->is_kept[i] || up == AKIN__NO_VALUE || up == i)
            continue;
        tree->parent[i] = up;
        tree->next[i] = tree->first_child[up];
        tree->first_child[up] = (uint32_t)i;
    }
}

/* Two values that are above each other by a circle would hang nowhere: the
 * first of them becomes a root. */
static void
break_circles(struct akin__tree *tree)
{
    for (size_t i = 0; i < tree->dict.n; i++) {
        uint32_t up = tree->parent[i];

        for (size_t h = 0; h < HEIGHT_MAX && up != AKIN__NO_VALUE && up != i;
             h++)
            up = tree->parent[up];
        if (up != i)
            continue;
        up = tree->parent[i];
        tree->parent[i] = AKIN__NO_VALUE;
        for (uint32_t *at = &tree->first_child[up]; *at != AKIN__NO_VALUE;
             at = &tree->next[*at])
            if (*at == i) {
                *at = tree->next[i];
                tree->next[i] = AKIN__NO_VALUE;
                break;
            }
    }
}

void
akin__tree_make(struct akin__facet *facet, const struct akin_terms *terms)
{
    struct making making = {
        .tree = &facet->tree, .terms = terms, .n_values = facet->values.n};
    struct akin__dict *dict = &facet->tree.dict;
    struct akin_bitmap *any;

    for (size_t v = 0; v < facet->values.n; v++) {
        uint32_t node = akin__dict_put(dict, facet->values.value[v].text);

        akin__set_or(&dict->value[node].set, &facet->values.value[v].set);
        if (facet->values.value[v].label != NULL)
            dict->value[node].label = akin_strdup(facet->values.value[v].label);
        make_room(&making, node);
    }
    for (uint32_t v = 0; v < making.n_values; v++)
        climb(&making, v);
    any = spread(&making, &facet->values);
    keep(&making, any);
    join(&making);
    break_circles(&facet->tree);
    for (size_t i = 0; terms != NULL && i < dict->n; i++) {
        const char *label = akin_terms_label(terms, dict->value[i].text);

        if (label == NULL)
            continue;
        free(dict->value[i].label);
        dict->value[i].label = akin_strdup(label);
    }
    akin_bitmap_free(any);
    free(making.above);
    free(making.n_below);
    free(making.is_seen);
}

void
akin__tree_free(struct akin__tree *tree)
{
    akin__dict_free(&tree->dict);
    free(tree->parent);
    free(tree->first_child);
    free(tree->next);
    free(tree->is_kept);
    *tree = (struct akin__tree){0};
}
