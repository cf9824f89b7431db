/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facet_match.c - a filter to the set of datasets that pass.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facet_internal.h"

static struct akin_bitmap *match(const struct akin_facets *facets,
                                 const struct akin__node *node);

static void
or_value(const struct akin__dict *dict, const char *text,
         struct akin_bitmap *out)
{
    uint32_t i = text == NULL ? AKIN__NO_VALUE : akin__dict_find(dict, text);

    if (i != AKIN__NO_VALUE)
        akin__set_give(&dict->value[i].set, out);
}

/* As term_matches of filter.c. */
static void
match_term(const struct akin__column *column, const struct akin__node *node,
           struct akin_bitmap *out)
{
    or_value(&column->texts, node->value, out);
    or_value(&column->texts, node->curie, out);
    or_value(&column->ids, node->curie, out); /* label without an id */
    or_value(&column->labels, node->value, out);
    for (size_t i = 0; i < akin_json_count(node->members); i++)
        or_value(&column->ids, akin_json_string(akin_json_at(node->members, i)),
                 out);
}

static void
match_text(const struct akin__column *column, const struct akin__node *node,
           struct akin_bitmap *out)
{
    if (node->kind == AKIN__EXACT || node->compare == AKIN__KIND_EXACT) {
        or_value(&column->texts, node->value, out);
        return;
    }
    for (size_t i = 0; i < column->texts.n; i++)
        if (akin__node_matches_text(node, column->texts.value[i].text))
            akin__set_give(&column->texts.value[i].set, out);
}

static void
match_range(const struct akin__column *column, const struct akin__node *node,
            struct akin_bitmap *out)
{
    size_t low = 0, high = column->n_pairs;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (column->pair[middle].value < node->low)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < column->n_pairs && column->pair[low].value <= node->high;
         low++)
        akin_bitmap_add(out, column->pair[low].dataset);
}

/* Fields of the records' own ("extra.name") have no column. */
static void
match_extra(const struct akin_facets *facets, const struct akin__node *node,
            struct akin_bitmap *out)
{
    const struct akin__dict *extra = &facets->extra;
    size_t len = strlen(node->field);

    if (node->kind == AKIN__HAS) {
        or_value(extra, node->field, out);
        return;
    }
    for (size_t i = 0; i < extra->n; i++) {
        const char *text = extra->value[i].text;

        if (strncmp(text, node->field, len) == 0 &&
            text[len] == AKIN__EXTRA_SEPARATOR[0] &&
            akin__node_matches_text(node, text + len + 1))
            akin__set_give(&extra->value[i].set, out);
    }
}

static struct akin_bitmap *
match_condition(const struct akin_facets *facets, const struct akin__node *node)
{
    struct akin_bitmap *out = akin_bitmap_new();
    const struct akin__column *column = NULL;

    for (size_t i = 0; i < facets->n_columns && column == NULL; i++)
        if (strcmp(facets->column[i].field->name, node->field) == 0)
            column = &facets->column[i];
    if (column == NULL)
        match_extra(facets, node, out);
    else if (node->kind == AKIN__HAS)
        akin_bitmap_or(out, column->has);
    else if (node->kind == AKIN__RANGE)
        match_range(column, node, out);
    else if (node->compare == AKIN__KIND_TERM)
        match_term(column, node, out);
    else
        match_text(column, node, out);
    return out;
}

/* Of the first `from` children of AND or OR on. */
static struct akin_bitmap *
match_list(const struct akin_facets *facets, const struct akin__node *node)
{
    struct akin_bitmap *out = match(facets, node->child[0]);

    for (size_t i = 1; i < node->n_child; i++) {
        struct akin_bitmap *next = match(facets, node->child[i]);

        if (node->kind == AKIN__AND)
            akin_bitmap_and(out, next);
        else
            akin_bitmap_or(out, next);
        akin_bitmap_free(next);
    }
    return out;
}

/* Recursion is bounded by AKIN_FILTER_DEPTH. */
static struct akin_bitmap *
match(const struct akin_facets *facets, const struct akin__node *node)
{
    struct akin_bitmap *child, *out;

    switch (node->kind) {
    case AKIN__AND:
    case AKIN__OR:
        return match_list(facets, node);
    case AKIN__NOT:
        child = match(facets, node->child[0]);
        out = akin_bitmap_copy(facets->all);
        akin_bitmap_andnot(out, child);
        akin_bitmap_free(child);
        return out;
    default:
        return match_condition(facets, node);
    }
}

/* --- conditions of a facet's own --- */

static bool
is_word_of(const char *word, const char *list)
{
    size_t len = strlen(word);

    for (const char *at = list; (at = strstr(at, word)) != NULL; at += len)
        if ((at == list || at[-1] == ' ') &&
            (at[len] == '\0' || at[len] == ' '))
            return true;
    return false;
}

/* Does all below node speak of these fields alone? */
static bool
is_own(const struct akin__node *node, const char *fields)
{
    if (node->n_child == 0)
        return is_word_of(node->field, fields);
    for (size_t i = 0; i < node->n_child; i++)
        if (!is_own(node->child[i], fields))
            return false;
    return true;
}

static bool
has_own(const struct akin__node *node, const char *fields)
{
    if (is_own(node, fields))
        return true;
    for (size_t i = 0; node->kind == AKIN__AND && i < node->n_child; i++)
        if (has_own(node->child[i], fields))
            return true;
    return false;
}

/* *out loses what does not pass. */
static void
narrow(const struct akin_facets *facets, const struct akin__node *node,
       const char *fields, struct akin_bitmap *out)
{
    struct akin_bitmap *set;

    if (is_own(node, fields))
        return;
    if (node->kind == AKIN__AND) {
        for (size_t i = 0; i < node->n_child; i++)
            narrow(facets, node->child[i], fields, out);
        return;
    }
    set = match(facets, node);
    akin_bitmap_and(out, set);
    akin_bitmap_free(set);
}

/* name: room for one that is made up. */
static const char *
fields_of(const char *facet, char name[AKIN__EXTRA_MAX])
{
    const struct akin__facet_kind_of *kind = NULL;
    size_t n = akin__facet_kinds(&kind);
    const char *attribute = akin_facet_attribute(facet);

    if (attribute != NULL) {
        (void)snprintf(name, AKIN__EXTRA_MAX, "%s%s", AKIN__FILE_ATTRIBUTES,
                       attribute);
        return name;
    }

    for (size_t i = 0; facet != NULL && i < n; i++)
        if (strcmp(kind[i].name, facet) == 0)
            return kind[i].fields;
    return "";
}

bool
akin_facets_is_own(const struct akin_filter *filter, const char *facet)
{
    char name[AKIN__EXTRA_MAX];

    return filter != NULL && has_own(filter->root, fields_of(facet, name));
}

struct akin_bitmap *
akin_facets_match(const struct akin_facets *facets,
                  const struct akin_filter *filter, const char *except)
{
    char name[AKIN__EXTRA_MAX];
    struct akin_bitmap *out;

    if (filter != NULL && !akin_facets_is_own(filter, except))
        return match(facets, filter->root);
    out = akin_bitmap_copy(facets->all);
    if (filter != NULL)
        narrow(facets, filter->root, fields_of(except, name), out);
    return out;
}
