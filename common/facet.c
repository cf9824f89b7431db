/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facet.c - the index: what is kept of each record.
 */
#include "akin/facet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "facet_internal.h"

static const struct akin__facet_kind_of kinds[] = {
    {"organism", AKIN__FACET_TERM, "organism|extra.file_attributes.organism",
     "organism"},
    {"imaging_method", AKIN__FACET_TERM,
     "imaging_method|extra.file_attributes.imaging_method", "imaging_method"},
    {"license", AKIN__FACET_TEXT, "license", "license"},
    {"year", AKIN__FACET_NUMBER, "year", "year"},
    {"publisher", AKIN__FACET_TEXT, "publisher.name", "publisher"},
    {"annotation_type", AKIN__FACET_TEXT, "mifa.annotations.type",
     "annotation_type"},
    {"author", AKIN__FACET_PERSON,
     "authors|mifa.annotations.authors|" AKIN__AUTHORS_BEFORE, "author orcid"},
    {"keyword", AKIN__FACET_TEXT, "keywords", "keyword"},
    {"biological_entity", AKIN__FACET_TERM, "biological_entity",
     "biological_entity"},
    {"cell_line", AKIN__FACET_TERM, "cell_line|extra.file_attributes.cell_line",
     "cell_line"},
    {"modality", AKIN__FACET_TEXT, "modality", "modality"},
    {"category", AKIN__FACET_TEXT, "category", "category"},
    {"format", AKIN__FACET_TEXT, "images.format|extra.file_attributes.format",
     "format"},
    {"channels", AKIN__FACET_NUMBER,
     "images.dim_c|extra.file_attributes.channels", "channels"},
    {"bit_depth", AKIN__FACET_NUMBER,
     "images.bits|extra.file_attributes.bit_depth", "bit_depth"},
    {"pixel_size_um", AKIN__FACET_RANGE,
     "images.pixel_um_x|extra.file_attributes.pixel_size_um", "pixel_size_um"},
    {"width", AKIN__FACET_RANGE, "images.dim_x|extra.file_attributes.width",
     "width"},
    {"height", AKIN__FACET_RANGE, "images.dim_y|extra.file_attributes.height",
     "height"},
    {"depth", AKIN__FACET_RANGE, "images.dim_z|extra.file_attributes.depth",
     "depth"},
    {"timepoints", AKIN__FACET_RANGE,
     "images.dim_t|extra.file_attributes.timepoints", "timepoints"},
    {"source", AKIN__FACET_TEXT, "source.kind", "source"},
    /* not counted: what suggestions are made of */
    {"id", AKIN__FACET_TEXT, "id|identifier.accession", ""},
    {"title", AKIN__FACET_WORDS, "title", ""},
};
#define N_COUNTED (AKIN_COUNT(kinds) - 2)

size_t
akin__facet_kinds(const struct akin__facet_kind_of **out)
{
    *out = kinds;
    return AKIN_COUNT(kinds);
}

size_t
akin_facet_names(const char *const **names)
{
    static const char *const list[] = {
        "organism",      "imaging_method", "license",
        "year",          "publisher",      "annotation_type",
        "author",        "keyword",        "biological_entity",
        "cell_line",     "modality",       "category",
        "format",        "channels",       "bit_depth",
        "pixel_size_um", "width",          "height",
        "depth",         "timepoints",     "source"};

    _Static_assert(AKIN_COUNT(list) == N_COUNTED, "every counted facet");
    *names = list;
    return AKIN_COUNT(list);
}

void *
akin__facet_grown(void *array, size_t n, size_t *cap, size_t size)
{
    void *bigger;

    if (n < *cap)
        return array;
    *cap = *cap == 0 ? 8 : 2 * *cap;
    bigger = akin_new(*cap, size);
    if (n > 0)
        memcpy(bigger, array, n * size);
    free(array);
    return bigger;
}

struct akin_facets *
akin_facets_new(const struct akin_terms *terms)
{
    struct akin_facets *facets = akin_new(1, sizeof(*facets));
    const struct akin__field *field = NULL;

    facets->terms = terms;
    facets->all = akin_bitmap_new();
    facets->n_columns = akin__fields(&field);
    facets->column = akin_new(facets->n_columns, sizeof(*facets->column));
    for (size_t i = 0; i < facets->n_columns; i++) {
        facets->column[i].field = &field[i];
        facets->column[i].ids.is_exact = true;
        facets->column[i].has = akin_bitmap_new();
    }
    facets->extra.is_exact = true;
    facets->n_facets = AKIN_COUNT(kinds);
    facets->facet = akin_new(facets->n_facets, sizeof(*facets->facet));
    for (size_t i = 0; i < facets->n_facets; i++)
        facets->facet[i].def = &kinds[i];
    return facets;
}

void
akin_facets_free(struct akin_facets *facets)
{
    if (facets == NULL)
        return;
    for (size_t i = 0; i < facets->n_columns; i++) {
        akin__dict_free(&facets->column[i].texts);
        akin__dict_free(&facets->column[i].labels);
        akin__dict_free(&facets->column[i].ids);
        free(facets->column[i].pair);
        akin_bitmap_free(facets->column[i].has);
    }
    for (size_t i = 0; i < facets->n_facets; i++) {
        akin__dict_free(&facets->facet[i].values);
        akin__tree_free(&facets->facet[i].tree);
        free(facets->facet[i].of);
        free(facets->facet[i].start);
    }
    akin__dict_free(&facets->extra);
    akin_bitmap_free(facets->all);
    free(facets->number);
    free(facets->column);
    free(facets->facet);
    free(facets);
}

struct akin__facet *
akin__facet_of(const struct akin_facets *facets, const char *name)
{
    for (size_t i = 0; i < facets->n_facets; i++)
        if (strcmp(facets->facet[i].def->name, name) == 0)
            return &facets->facet[i];
    return NULL;
}

/* As any_matches of filter.c walks: arrays on the way, and at the end, stand
 * for each of their elements. */
static void
walk_one(const struct akin_json *json, const char *path, akin__leaf_fn *fn,
         void *ctx)
{
    char key[128];
    size_t len;

    if (akin_json_type(json) == AKIN_JSON_ARRAY) {
        for (size_t i = 0; i < akin_json_count(json); i++)
            walk_one(akin_json_at(json, i), path, fn, ctx);
        return;
    }
    if (json == NULL)
        return;
    if (*path == '\0' || *path == '|') {
        fn(json, ctx);
        return;
    }
    len = strcspn(path, ".|");
    assert(len < sizeof(key)); /* our own tables */
    memcpy(key, path, len);
    key[len] = '\0';
    path += len;
    walk_one(akin_json_get(json, key), *path == '.' ? path + 1 : path, fn, ctx);
}

void
akin__facet_walk(const struct akin_json *json, const char *path,
                 akin__leaf_fn *fn, void *ctx)
{
    while (path != NULL) {
        walk_one(json, path, fn, ctx);
        path = strchr(path, '|');
        path = path == NULL ? NULL : path + 1;
    }
}

/* --- columns --- */

struct filling {
    const struct akin_terms *terms;
    struct akin__column *column;
    uint32_t dataset;
    size_t first_pair; /* of this dataset */
};

static void
fill_number(struct filling *to, double value)
{
    struct akin__column *column = to->column;

    for (size_t i = to->first_pair; i < column->n_pairs; i++) {
        if (column->pair[i].value == value)
            return;
        if (i > to->first_pair + 16)
            break; /* repeats do no harm, and looking for them takes time */
    }
    column->pair = akin__facet_grown(column->pair, column->n_pairs,
                                     &column->cap_pairs, sizeof(*column->pair));
    column->pair[column->n_pairs++] = (struct akin__pair){value, to->dataset};
}

/* One value, by the rules of value_matches in filter.c. */
static void
fill(const struct akin_json *leaf, void *ctx)
{
    struct filling *to = ctx;
    struct akin__column *column = to->column;
    const char *text = akin_json_string(leaf);
    double number;

    if (akin_json_type(leaf) != AKIN_JSON_NULL &&
        !(text != NULL && text[0] == '\0'))
        akin_bitmap_add(column->has, to->dataset);
    if (column->field->kind == AKIN__KIND_NUMBER) {
        if (akin_json_number(leaf, &number))
            fill_number(to, number);
        return;
    }
    if (column->field->kind == AKIN__KIND_TERM) {
        const char *label = text != NULL ? text : akin_json_text(leaf, "label");
        const char *meant;

        if (text == NULL)
            text = akin_json_text(leaf, "id");
        if (text != NULL)
            akin__dict_add(&column->ids, text, to->dataset);
        if (akin_json_text(leaf, "label") != NULL)
            akin__dict_add(&column->labels, label, to->dataset);
        meant = text == NULL || text == label
                    ? akin__facet_term(to->terms, column->field->name, label)
                    : NULL;
        if (meant != NULL)
            akin__dict_add(&column->ids, meant, to->dataset);
    }
    if (text != NULL)
        akin__dict_add(&column->texts, text, to->dataset);
}

static void
fill_images(struct filling *to, const struct akin_image_info *images, size_t n)
{
    const struct akin__field *field = to->column->field;

    if (strncmp(field->path, "images.", 7) != 0)
        return;
    for (size_t i = 0; i < n; i++) {
        double number;

        if (field->kind == AKIN__KIND_NUMBER) {
            if (!akin__image_number(&images[i], field->name, &number))
                continue;
            fill_number(to, number);
        } else {
            if (images[i].format == NULL || images[i].format[0] == '\0')
                continue;
            akin__dict_add(&to->column->texts, images[i].format, to->dataset);
        }
        akin_bitmap_add(to->column->has, to->dataset);
    }
}

void
akin_facets_add(struct akin_facets *facets, uint32_t number,
                const struct akin_json *record,
                const struct akin_image_info *images, size_t n_images)
{
    assert(!facets->is_finished);
    assert(!akin_bitmap_has(facets->all, number));
    akin_bitmap_add(facets->all, number);
    for (size_t c = 0; c < facets->n_columns; c++) {
        struct akin__column *column = &facets->column[c];
        struct filling to = {facets->terms, column, number, column->n_pairs};

        akin__facet_walk(record, column->field->path, fill, &to);
        fill_images(&to, images, n_images);
    }
    for (size_t f = 0; f < facets->n_facets; f++)
        akin__facet_add(&facets->facet[f], facets->terms, number, record,
                        images, n_images);
    akin__extra_add(&facets->extra, number, record);
}

static int
by_value(const void *a, const void *b)
{
    const struct akin__pair *x = a, *y = b;

    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->dataset < y->dataset ? -1 : x->dataset > y->dataset;
}

/* As it is when nothing was added to what was read. */
static bool
is_sorted(const struct akin__column *column)
{
    for (size_t i = 1; i < column->n_pairs; i++)
        if (by_value(&column->pair[i - 1], &column->pair[i]) > 0)
            return false;
    return true;
}

/* --- what is made from the sets --- */

/* Both a set and the positions ascend: look from the last place on, in steps
 * that double, then by halves. */
size_t
akin__position_of(const struct akin_facets *facets, uint32_t number,
                  size_t from)
{
    size_t step = 1, low = from, high = from;

    while (high < facets->n_datasets && facets->number[high] < number) {
        low = high + 1;
        high += step;
        step *= 2;
    }
    high = high < facets->n_datasets ? high : facets->n_datasets;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (facets->number[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct turning {
    const struct akin_facets *facets;
    struct akin__facet *facet;
    size_t position; /* of the dataset before */
    uint32_t value;
};

static bool
count_one(uint32_t number, void *ctx)
{
    struct turning *turning = ctx;

    turning->position =
        akin__position_of(turning->facets, number, turning->position);
    turning->facet->start[turning->position + 2]++;
    return true;
}

/* After the counts became sums, start[i + 1] is where the next of i goes. */
static bool
place_one(uint32_t number, void *ctx)
{
    struct turning *turning = ctx;
    size_t *at;

    turning->position =
        akin__position_of(turning->facets, number, turning->position);
    at = &turning->facet->start[turning->position + 1];
    turning->facet->of[(*at)++] = turning->value;
    return true;
}

/* The values of each dataset, from the datasets of each value. */
static void
turn(const struct akin_facets *facets, struct akin__facet *facet)
{
    struct turning turning = {.facets = facets, .facet = facet};
    size_t n = facets->n_datasets;

    facet->start = akin_new(n + 2, sizeof(*facet->start));
    for (size_t v = 0; v < facet->values.n; v++) {
        turning.position = 0;
        akin__set_each(&facet->values.value[v].set, count_one, &turning);
    }
    for (size_t i = 2; i < n + 2; i++)
        facet->start[i] += facet->start[i - 1];
    facet->of = akin_new(facet->start[n + 1] + 1, sizeof(*facet->of));
    for (size_t v = 0; v < facet->values.n; v++) {
        turning.position = 0;
        turning.value = (uint32_t)v;
        akin__set_each(&facet->values.value[v].set, place_one, &turning);
    }
}

void
akin_facets_finish(struct akin_facets *facets)
{
    assert(!facets->is_finished);
    facets->is_finished = true;
    facets->n_datasets = akin_bitmap_count(facets->all);
    facets->number = akin_new(facets->n_datasets + 1, sizeof(*facets->number));
    akin_bitmap_numbers(facets->all, facets->number);
    for (size_t i = 0; i < facets->n_columns; i++)
        if (!is_sorted(&facets->column[i]))
            qsort(facets->column[i].pair, facets->column[i].n_pairs,
                  sizeof(*facets->column[i].pair), by_value);
    for (size_t i = 0; i < facets->n_facets; i++)
        if (facets->facet[i].def->kind == AKIN__FACET_TERM)
            akin__tree_make(&facets->facet[i], facets->terms);
        else
            turn(facets, &facets->facet[i]);
}

const struct akin_bitmap *
akin_facets_all(const struct akin_facets *facets)
{
    return facets->all;
}
