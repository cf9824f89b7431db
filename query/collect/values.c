/* SPDX-License-Identifier: Apache-2.0 */
/*
 * values.c - which values of which facets a dataset has.
 */
#include <stdlib.h>
#include <string.h>

#include "collect_internal.h"

/* The first N_COUNTED are always counted, the others where they have quotas. */
#define N_COUNTED 5
static const char *const names[] = {
    "organism",  "imaging_method", "category", "license",
    "dataset",   "modality",       "year",     "biological_entity",
    "cell_line", "publisher"};

size_t
akin__collect_facets(const char *const **out)
{
    *out = names;
    return AKIN_COUNT(names);
}

static char *
value_text(const struct akin_json *json)
{
    static const char *const members[] = {"id", "label", "name", "title"};
    char text[32];
    int64_t number;

    if (akin_json_string(json) != NULL)
        return akin_strdup(akin_json_string(json));
    if (akin_json_int(json, &number)) {
        (void)snprintf(text, sizeof(text), "%lld", (long long)number);
        return akin_strdup(text);
    }
    for (size_t i = 0; i < AKIN_COUNT(members); i++)
        if (akin_json_text(json, members[i]) != NULL)
            return akin_strdup(akin_json_text(json, members[i]));
    return NULL;
}

/* A value's number; a new one when it was not seen before. Takes text over. */
static uint32_t
number_of(struct akin__collect_values *values, char *text, const char *label)
{
    struct akin_spread_value *grown;

    for (size_t i = 0; i < values->n; i++)
        if (strcmp(values->value[i].value, text) == 0) {
            free(text);
            return (uint32_t)i;
        }
    if ((values->n & (values->n - 1)) == 0) { /* full at powers of two */
        grown = akin_new(values->n == 0 ? 1 : 2 * values->n, sizeof(*grown));
        if (values->n > 0)
            memcpy(grown, values->value, values->n * sizeof(*grown));
        free(values->value);
        values->value = grown;
    }
    values->value[values->n].label = akin_strdup(label != NULL ? label : text);
    values->value[values->n].value = text;
    return (uint32_t)values->n++;
}

/* What a record says of a facet, as a list of one or more. */
static const struct akin_json *
place_of(const struct akin_collection_dataset *dataset, const char *name)
{
    return akin_json_get(dataset->record, name);
}

static size_t
count_of(const struct akin_json *json)
{
    if (akin_json_type(json) == AKIN_JSON_ARRAY)
        return akin_json_count(json);
    return json != NULL;
}

static void
add_dataset(struct akin__collect_values *values,
            const struct akin_collection_dataset *dataset, size_t i,
            size_t *room)
{
    bool is_self = strcmp(values->name, "dataset") == 0;
    const struct akin_json *list =
        is_self ? NULL : place_of(dataset, values->name);
    size_t n = count_of(list), at = values->start[i];

    if (at + n + 1 > *room) {
        uint32_t *grown = akin_new(2 * (at + n + 1), sizeof(*grown));

        if (at > 0)
            memcpy(grown, values->of, at * sizeof(*grown));
        free(values->of);
        values->of = grown;
        *room = 2 * (at + n + 1);
    }
    for (size_t k = 0; k < n; k++) {
        const struct akin_json *one = akin_json_type(list) == AKIN_JSON_ARRAY
                                          ? akin_json_at(list, k)
                                          : list;
        char *text = value_text(one);

        if (text != NULL)
            values->of[at++] =
                number_of(values, text, akin_json_text(one, "label"));
    }
    if (at == values->start[i]) {
        const char *text = is_self ? dataset->id : "unknown";

        values->of[at++] = number_of(
            values, akin_strdup(text),
            is_self ? akin_json_text(dataset->record, "title") : NULL);
    }
    values->start[i + 1] = (uint32_t)at;
}

static bool
is_wanted(const struct akin__collect *w, size_t facet)
{
    if (facet < N_COUNTED)
        return true;
    for (size_t i = 0; i < w->options->quotas.n; i++)
        if (strcmp(w->options->quotas.pair[i].name, names[facet]) == 0)
            return true;
    return false;
}

void
akin__collect_values_make(struct akin__collect *w)
{
    w->facet = akin_new(AKIN_COUNT(names), sizeof(*w->facet));
    for (size_t f = 0; f < AKIN_COUNT(names); f++) {
        struct akin__collect_values *values = &w->facet[w->n_facets];
        size_t room = 0;

        if (!is_wanted(w, f))
            continue;
        values->name = names[f];
        values->start = akin_new(w->c->n_datasets + 1, sizeof(uint32_t));
        for (size_t i = 0; i < w->c->n_datasets; i++)
            add_dataset(values, &w->c->dataset[i], i, &room);
        w->n_facets++;
    }
}

void
akin__collect_values_free(struct akin__collect *w)
{
    for (size_t f = 0; f < w->n_facets; f++) {
        struct akin__collect_values *values = &w->facet[f];

        for (size_t i = 0; i < values->n; i++) {
            free((void *)values->value[i].value);
            free((void *)values->value[i].label);
            free(values->value[i].split);
        }
        free(values->value);
        free(values->start);
        free(values->of);
    }
    free(w->facet);
    w->facet = NULL;
    w->n_facets = 0;
}

const struct akin__collect_values *
akin__collect_values_of(const struct akin__collect *w, const char *name)
{
    for (size_t f = 0; f < w->n_facets; f++)
        if (strcmp(w->facet[f].name, name) == 0)
            return &w->facet[f];
    return NULL;
}
