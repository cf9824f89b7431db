/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facet_count.c - how often each value of a facet occurs in a set of datasets.
 *
 * Two ways give the same counts: intersecting the set of every value, and
 * walking the values of every dataset. The cheaper one is taken: the first for
 * few values and many datasets, the second for the rest.
 */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "akin/nearest.h"
#include "facet_internal.h"

/* What one intersection costs in steps of a walk, and per 65,536 numbers of
 * the two sets more; an estimate, which changes time but no count. */
#define AND_STEPS ((size_t)60)

struct counted {
    const struct akin__value *value;
    size_t count;
    uint32_t node;
};

static const char *
label_of(const struct akin__value *value)
{
    return value->label != NULL ? value->label : value->text;
}

static int
by_count(const void *a, const void *b)
{
    const struct counted *x = a, *y = b;
    int order;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    order = strcmp(label_of(x->value), label_of(y->value));
    return order != 0 ? order : strcmp(x->value->text, y->value->text);
}

/* Sinks list[i] in a heap whose root is the worst. */
static void
sink(struct counted *list, size_t n, size_t i)
{
    for (;;) {
        struct counted kept;
        size_t worst = i;

        for (size_t c = 2 * i + 1; c < n && c <= 2 * i + 2; c++)
            if (by_count(&list[c], &list[worst]) > 0)
                worst = c;
        if (worst == i)
            return;
        kept = list[i];
        list[i] = list[worst];
        list[worst] = kept;
        i = worst;
    }
}

/* Brings the max best to the front, best first; gives how many. Most facets
 * have many more values than are shown. */
static size_t
best_first(struct counted *list, size_t n, size_t max)
{
    size_t n_best = n < max ? n : max;

    for (size_t i = n_best / 2; n > n_best && i-- > 0;)
        sink(list, n_best, i);
    for (size_t i = n_best; i < n && n_best > 0; i++)
        if (by_count(&list[i], &list[0]) < 0) {
            list[0] = list[i];
            sink(list, n_best, 0);
        }
    if (n_best > 1)
        qsort(list, n_best, sizeof(*list), by_count);
    return n_best;
}

static struct akin_json *
value_json(const struct counted *counted)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_text(json, "value", counted->value->text);
    akin_json_set_text(json, "label", label_of(counted->value));
    akin_json_set_int(json, "count", (int64_t)counted->count);
    return json;
}

/* --- terms --- */

static struct akin_json *children(const struct akin__tree *tree, uint32_t first,
                                  const struct akin_bitmap *datasets,
                                  size_t max);

/* The max best of the list, which is used up, as JSON; NULL without any. */
static struct akin_json *
tree_json(const struct akin__tree *tree, struct counted *list, size_t n,
          const struct akin_bitmap *datasets, size_t max)
{
    struct akin_json *json = n > 0 ? akin_json_array() : NULL;

    n = best_first(list, n, max);
    for (size_t i = 0; i < n; i++) {
        struct akin_json *one = value_json(&list[i]);

        akin_json_set(
            one, "children",
            children(tree, tree->first_child[list[i].node], datasets, max));
        akin_json_append(json, one);
    }
    free(list);
    return json;
}

static void
offer(const struct akin__tree *tree, uint32_t node,
      const struct akin_bitmap *datasets, struct counted *list, size_t *n)
{
    const struct akin__value *value = &tree->dict.value[node];
    size_t count = akin__set_and_count(&value->set, datasets);

    if (count > 0)
        list[(*n)++] = (struct counted){value, count, node};
}

/* Recursion is as deep as the ontology, which facet_tree.c bounds. */
static struct akin_json *
children(const struct akin__tree *tree, uint32_t first,
         const struct akin_bitmap *datasets, size_t max)
{
    struct counted *list;
    size_t n = 0;

    for (uint32_t i = first; i != AKIN__NO_VALUE; i = tree->next[i])
        n++;
    if (n == 0)
        return NULL;
    list = akin_new(n, sizeof(*list));
    n = 0;
    for (uint32_t i = first; i != AKIN__NO_VALUE; i = tree->next[i])
        offer(tree, i, datasets, list, &n);
    return tree_json(tree, list, n, datasets, max);
}

static struct akin_json *
count_terms(const struct akin__tree *tree, const struct akin_bitmap *datasets,
            size_t max)
{
    struct counted *list = akin_new(tree->dict.n + 1, sizeof(*list));
    struct akin_json *json;
    size_t n = 0;

    for (uint32_t i = 0; i < tree->dict.n; i++)
        if (tree->is_kept[i] && tree->parent[i] == AKIN__NO_VALUE)
            offer(tree, i, datasets, list, &n);
    json = tree_json(tree, list, n, datasets, max);
    return json != NULL ? json : akin_json_array();
}

/* --- other values --- */

struct walking {
    const struct akin_facets *facets;
    const struct akin__facet *facet;
    uint32_t *count;
    size_t position; /* of the dataset before */
};

static bool
walk_dataset(uint32_t number, void *ctx)
{
    struct walking *walking = ctx;
    const struct akin__facet *facet = walking->facet;
    size_t at = akin__position_of(walking->facets, number, walking->position);

    if (at == walking->facets->n_datasets)
        return false;
    walking->position = at;
    if (walking->facets->number[at] == number)
        for (size_t i = facet->start[at]; i < facet->start[at + 1]; i++)
            walking->count[facet->of[i]]++;
    return true;
}

static void
count_values(const struct akin_facets *facets, const struct akin__facet *facet,
             const struct akin_bitmap *datasets, uint32_t *count)
{
    struct walking walking = {facets, facet, count, 0};
    size_t n = akin_bitmap_count(datasets);
    size_t each =
        1 + facet->start[facets->n_datasets] / (facets->n_datasets + 1);
    size_t chunks = 1 + facets->n_datasets / 65536;

    if (n * (each + 1) <= facet->values.n * AND_STEPS * chunks) {
        akin_bitmap_each(datasets, walk_dataset, &walking);
        return;
    }
    for (size_t i = 0; i < facet->values.n; i++)
        count[i] = (uint32_t)akin__set_and_count(&facet->values.value[i].set,
                                                 datasets);
}

static struct akin_json *
count_flat(const struct akin_facets *facets, const struct akin__facet *facet,
           const struct akin_bitmap *datasets, size_t max)
{
    uint32_t *count = akin_new(facet->values.n + 1, sizeof(*count));
    struct akin_json *json = akin_json_array();
    struct counted *list;
    size_t n = 0;

    count_values(facets, facet, datasets, count);
    for (size_t i = 0; i < facet->values.n; i++)
        n += count[i] > 0;
    list = akin_new(n + 1, sizeof(*list));
    n = 0;
    for (size_t i = 0; i < facet->values.n; i++)
        if (count[i] > 0)
            list[n++] = (struct counted){&facet->values.value[i], count[i], 0};
    n = best_first(list, n, max);
    for (size_t i = 0; i < n; i++)
        akin_json_append(json, value_json(&list[i]));
    free(list);
    free(count);
    return json;
}

static enum akin_status
no_such_facet(const char *facet, struct akin_error *err)
{
    const char *const *names = NULL;
    size_t n = akin_facet_names(&names);
    struct akin_nearest near;
    struct akin_buf all = {0};
    enum akin_status st;

    akin_nearest_init(&near, facet);
    for (size_t i = 0; i < n; i++) {
        akin_nearest_offer(&near, names[i]);
        akin_buf_printf(&all, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    if (near.best != NULL)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "there is no facet \"%.80s\"; did you mean \"%s\"?",
                       facet, near.best);
    else
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "there is no facet \"%.80s\"; there are: %s", facet,
                       akin_buf_text(&all));
    akin_buf_free(&all);
    return st;
}

static bool
is_counted(const char *facet)
{
    const char *const *names = NULL;
    size_t n = akin_facet_names(&names);

    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], facet) == 0)
            return true;
    return false;
}

/* --- attributes of file lists --- */

const char *
akin_facet_attribute(const char *facet)
{
    static const char before[] = "image.";
    size_t len = sizeof(before) - 1;

    if (facet == NULL || strncmp(facet, before, len) != 0 ||
        facet[len] == '\0' ||
        strlen(facet) + strlen(AKIN__FILE_ATTRIBUTES) >= AKIN__EXTRA_MAX)
        return NULL;
    return facet + len;
}

/* The nearest attribute that occurs, in the sentence that there is no such. */
static enum akin_status
no_such_attribute(const struct akin_facets *facets, const char *name,
                  struct akin_error *err)
{
    size_t len = strlen(AKIN__FILE_ATTRIBUTES);
    struct akin_nearest near;

    akin_nearest_init(&near, name);
    for (size_t i = 0; i < facets->extra.n; i++) {
        const char *text = facets->extra.value[i].text;

        if (strncmp(text, AKIN__FILE_ATTRIBUTES, len) == 0 &&
            strpbrk(text + len, "." AKIN__EXTRA_SEPARATOR) == NULL)
            akin_nearest_offer(&near, text + len);
    }
    if (near.best == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "no file list has an attribute \"%.80s\"", name);
    return AKIN_FAIL(err, AKIN_EINVAL,
                     "no file list has an attribute \"%.80s\"; did you mean "
                     "\"image.%s\"?",
                     name, near.best);
}

static struct akin_json *
count_attribute(const struct akin_facets *facets, const char *head,
                const struct akin_bitmap *datasets, size_t max)
{
    const struct akin__dict *extra = &facets->extra;
    struct counted *list = akin_new(extra->n + 1, sizeof(*list));
    struct akin_json *json = akin_json_array();
    size_t n = 0, len = strlen(head);

    for (size_t i = 0; i < extra->n; i++) {
        const struct akin__value *value = &extra->value[i];

        if (strncmp(value->text, head, len) != 0)
            continue;
        list[n] = (struct counted){
            value, akin__set_and_count(&value->set, datasets), 0};
        n += list[n].count > 0;
    }
    n = best_first(list, n, max);
    for (size_t i = 0; i < n; i++) {
        struct akin_json *one = akin_json_object();

        akin_json_set_text(one, "value", list[i].value->text + len);
        akin_json_set_text(one, "label", list[i].value->text + len);
        akin_json_set_int(one, "count", (int64_t)list[i].count);
        akin_json_append(json, one);
    }
    free(list);
    return json;
}

static enum akin_status
answer_attribute(const struct akin_facets *facets, const char *name,
                 const struct akin_bitmap *datasets, size_t max,
                 struct akin_json **out, struct akin_error *err)
{
    struct akin_buf head = {0};
    enum akin_status st = AKIN_OK;

    akin_buf_printf(&head, "%s%s", AKIN__FILE_ATTRIBUTES, name);
    if (akin__dict_find(&facets->extra, akin_buf_text(&head)) ==
        AKIN__NO_VALUE) {
        st = no_such_attribute(facets, name, err);
    } else {
        akin_buf_puts(&head, AKIN__EXTRA_SEPARATOR);
        *out = count_attribute(facets, akin_buf_text(&head), datasets, max);
    }
    akin_buf_free(&head);
    return st;
}

enum akin_status
akin_facets_count(const struct akin_facets *facets, const char *name,
                  const struct akin_bitmap *datasets, size_t max,
                  struct akin_json **out, struct akin_error *err)
{
    const struct akin__facet *facet;

    assert(facets->is_finished);
    if (akin_facet_attribute(name) != NULL && is_counted(name + 6))
        name += 6; /* image.channels is channels */
    else if (akin_facet_attribute(name) != NULL)
        return answer_attribute(facets, akin_facet_attribute(name), datasets,
                                max, out, err);
    if (!is_counted(name))
        return no_such_facet(name, err);
    facet = akin__facet_of(facets, name);
    if (facet->def->kind == AKIN__FACET_TERM)
        *out = count_terms(&facet->tree, datasets, max);
    else
        *out = count_flat(facets, facet, datasets, max);
    return AKIN_OK;
}

/* --- completions --- */

/* Does a word of text begin so? */
static bool
has_beginning(const char *text, const char *part, size_t len)
{
    for (const char *at = text; *at != '\0'; at++) {
        size_t i = 0;

        if (at > text &&
            (isalnum((unsigned char)at[-1]) || (unsigned char)at[-1] >= 0x80))
            continue;
        while (i < len && akin_lower(at[i]) == akin_lower(part[i]))
            i++;
        if (i == len)
            return true;
    }
    return false;
}

static void
complete_facet(const struct akin__facet *facet, const char *text, size_t max,
               struct akin_json *out)
{
    const struct akin__dict *dict = facet->def->kind == AKIN__FACET_TERM
                                        ? &facet->tree.dict
                                        : &facet->values;
    struct counted *list = akin_new(dict->n + 1, sizeof(*list));
    size_t n = 0, len = strlen(text);

    for (size_t i = 0; i < dict->n; i++)
        if (has_beginning(label_of(&dict->value[i]), text, len) ||
            has_beginning(dict->value[i].text, text, len))
            list[n++] = (struct counted){
                &dict->value[i], akin__set_count(&dict->value[i].set), 0};
    n = best_first(list, n, max);
    for (size_t i = 0; i < n; i++) {
        struct akin_json *json = akin_json_object();

        akin_json_set_text(json, "field", facet->def->name);
        akin_json_set_text(json, "value", list[i].value->text);
        akin_json_set_text(json, "label", label_of(list[i].value));
        akin_json_set_int(json, "count", (int64_t)list[i].count);
        akin_json_append(out, json);
    }
    free(list);
}

struct akin_json *
akin_facets_complete(const struct akin_facets *facets, const char *text,
                     size_t max)
{
    static const char *const from[] = {
        "organism", "imaging_method", "biological_entity", "cell_line",
        "id",       "author",         "keyword",           "title"};
    struct akin_json *out = akin_json_array();

    assert(facets->is_finished);
    for (size_t i = 0; i < AKIN_COUNT(from) && text[0] != '\0'; i++)
        complete_facet(akin__facet_of(facets, from[i]), text, max, out);
    return out;
}

size_t
akin_facets_term_count(const struct akin_facets *facets, const char *name,
                       const char *curie)
{
    const struct akin__facet *facet = akin__facet_of(facets, name);
    uint32_t node;

    if (facet == NULL || facet->def->kind != AKIN__FACET_TERM)
        return 0;
    node = akin__dict_find(&facet->tree.dict, curie);
    return node == AKIN__NO_VALUE
               ? 0
               : akin__set_count(&facet->tree.dict.value[node].set);
}
