/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facet_values.c - what one dataset adds to a facet.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facet_internal.h"

#define WORD_MAX ((size_t)64)

struct adding {
    struct akin__facet *facet;
    const struct akin_terms *terms;
    uint32_t dataset;
};

/* Counts a dataset once for a value, however often it has it. */
static void
add(struct adding *to, const char *text, const char *label)
{
    struct akin__facet *facet = to->facet;
    uint32_t value;

    if (text == NULL || text[0] == '\0')
        return;
    value = akin__dict_put(&facet->values, text);
    if (label != NULL && facet->values.value[value].label == NULL)
        facet->values.value[value].label = akin_strdup(label);
    akin__set_add(&facet->values.value[value].set, to->dataset);
}

static void
add_number(struct adding *to, double number)
{
    char text[32];

    if (isfinite(number)) {
        (void)snprintf(text, sizeof(text), "%.15g", number);
        add(to, text, NULL);
    }
}

bool
akin__image_number(const struct akin_image_info *image, const char *field,
                   double *to)
{
    const struct {
        const char *field;
        double value;
    } known[] = {
        {"bit_depth", image->bits},
        {"width", image->dim_x},
        {"height", image->dim_y},
        {"depth", image->dim_z},
        {"channels", image->dim_c},
        {"timepoints", image->dim_t},
        {"pixel_size_um", image->pixel_um_x},
    };

    for (size_t i = 0; i < AKIN_COUNT(known); i++)
        if (strcmp(known[i].field, field) == 0) {
            *to = known[i].value;
            return *to > 0;
        }
    return false;
}

/* Edges of ranges. Of whole numbers, a range begins after the edge before;
 * others have both their edges, as the same range in a filter has. */
struct edges {
    const char *facet;
    bool is_whole;
    double edge[9]; /* ends with 0 */
};
static const struct edges edges[] = {
    {"pixel_size_um", false, {.05, .1, .2, .5, 1, 2, 5, 10}},
    {"width", true, {256, 512, 1024, 2048, 4096, 16384}},
    {"height", true, {256, 512, 1024, 2048, 4096, 16384}},
    {"depth", true, {1, 16, 64, 256}},
    {"timepoints", true, {1, 16, 64, 256}},
};

/* The range between two edges, as a filter has it: "..0.05", "17..64". */
static void
add_range(struct adding *to, const struct edges *of, size_t i)
{
    char low[32] = "", high[32] = "", text[80];

    if (i > 0)
        (void)snprintf(low, sizeof(low), "%.15g",
                       of->edge[i - 1] + (of->is_whole ? 1 : 0));
    if (of->edge[i] > 0)
        (void)snprintf(high, sizeof(high), "%.15g", of->edge[i]);
    (void)snprintf(text, sizeof(text), "%s..%s", low, high);
    add(to, text, NULL);
}

static void
add_ranges(struct adding *to, double number)
{
    const struct edges *of = edges;

    while (strcmp(of->facet, to->facet->def->name) != 0)
        of++; /* our own tables */
    if (!isfinite(number))
        return;
    for (size_t i = 0; i == 0 || of->edge[i - 1] > 0; i++) {
        double low =
            i == 0 ? -INFINITY : of->edge[i - 1] + (of->is_whole ? 1 : 0);

        if (number >= low && (number <= of->edge[i] || of->edge[i] <= 0))
            add_range(to, of, i);
    }
}

static void
add_words(struct adding *to, const char *text)
{
    while (text != NULL && *text != '\0') {
        char word[WORD_MAX];
        size_t n = 0;

        while (*text != '\0' && !isalnum((unsigned char)*text) &&
               (unsigned char)*text < 0x80)
            text++;
        while (text[n] != '\0' && (isalnum((unsigned char)text[n]) ||
                                   (unsigned char)text[n] >= 0x80))
            n++;
        if (n >= 3 && n < sizeof(word)) {
            memcpy(word, text, n);
            word[n] = '\0';
            add(to, word, NULL);
        }
        text += n;
    }
}

const char *
akin__facet_term(const struct akin_terms *terms, const char *field,
                 const char *label)
{
    if (terms == NULL || label == NULL || akin_terms_known(terms, label))
        return NULL;
    return akin_terms_find(terms, label, akin__field_ontology(field));
}

/* By its id; without one by the term that its label means. */
static void
add_term(struct adding *to, const struct akin_json *leaf)
{
    const char *plain = akin_json_string(leaf);
    const char *id = plain != NULL ? plain : akin_json_text(leaf, "id");
    const char *label = plain != NULL ? plain : akin_json_text(leaf, "label");
    const char *meant = NULL;

    if (plain != NULL || id == NULL)
        meant = akin__facet_term(to->terms, to->facet->def->name, label);
    if (meant != NULL)
        id = meant;
    add(to, id != NULL ? id : label,
        label == plain && meant == NULL ? NULL : label);
}

static void
add_leaf(const struct akin_json *leaf, void *ctx)
{
    struct adding *to = ctx;
    const char *text = akin_json_string(leaf);
    const char *id, *label;
    double number;

    switch (to->facet->def->kind) {
    case AKIN__FACET_TEXT:
        add(to, text, NULL);
        break;
    case AKIN__FACET_WORDS:
        add_words(to, text);
        break;
    case AKIN__FACET_NUMBER:
        if (akin_json_number(leaf, &number))
            add_number(to, number);
        break;
    case AKIN__FACET_RANGE:
        if (akin_json_number(leaf, &number))
            add_ranges(to, number);
        break;
    case AKIN__FACET_TERM:
        add_term(to, leaf);
        break;
    case AKIN__FACET_PERSON:
        id = akin_json_text(leaf, "orcid");
        label = akin_json_text(leaf, "name");
        add(to, id != NULL ? id : label, label);
        break;
    }
}

static void
add_image(struct adding *to, const struct akin_image_info *image)
{
    double number;

    if (strcmp(to->facet->def->name, "format") == 0)
        add(to, image->format, NULL);
    else if (akin__image_number(image, to->facet->def->name, &number)) {
        if (to->facet->def->kind == AKIN__FACET_RANGE)
            add_ranges(to, number);
        else
            add_number(to, number);
    }
}

void
akin__facet_add(struct akin__facet *facet, const struct akin_terms *terms,
                uint32_t dataset, const struct akin_json *record,
                const struct akin_image_info *images, size_t n_images)
{
    struct adding to = {facet, terms, dataset};

    akin__facet_walk(record, facet->def->path, add_leaf, &to);
    if (strncmp(facet->def->path, "images.", 7) == 0)
        for (size_t i = 0; i < n_images; i++)
            add_image(&to, &images[i]);
}

/* --- fields of the records' own --- */

/* Adds what is at `name`, as the filter's walk would find it: arrays stand for
 * their elements. Bounded by the length of names: each level adds to it. */
static void
add_own(struct akin__dict *extra, uint32_t dataset, struct akin_buf *name,
        const struct akin_json *json)
{
    const char *text = akin_json_string(json), *key = NULL;
    size_t len = name->len;
    struct akin_json *value = NULL;
    void *it = NULL;

    if (akin_json_type(json) == AKIN_JSON_ARRAY) {
        for (size_t i = 0; i < akin_json_count(json); i++)
            add_own(extra, dataset, name, akin_json_at(json, i));
        return;
    }
    if (akin_json_type(json) == AKIN_JSON_NULL)
        return;
    if (text == NULL || text[0] != '\0')
        akin__dict_add(extra, akin_buf_text(name), dataset);
    if (text != NULL) {
        akin_buf_puts(name, AKIN__EXTRA_SEPARATOR);
        akin_buf_puts(name, text);
        akin__dict_add(extra, akin_buf_text(name), dataset);
    }
    while (akin_json_type(json) == AKIN_JSON_OBJECT &&
           akin_json_next(json, &it, &key, &value)) {
        name->len = len;
        if (strpbrk(key, ".|" AKIN__EXTRA_SEPARATOR) != NULL ||
            len + 1 + strlen(key) >= AKIN__EXTRA_MAX)
            continue; /* no filter can name it */
        akin_buf_printf(name, ".%s", key);
        add_own(extra, dataset, name, value);
    }
    name->len = len;
    if (name->data != NULL)
        name->data[len] = 0;
}

void
akin__extra_add(struct akin__dict *extra, uint32_t dataset,
                const struct akin_json *record)
{
    const struct akin_json *own = akin_json_get(record, "extra");
    struct akin_buf name = {0};

    if (own == NULL)
        return;
    akin_buf_puts(&name, "extra");
    add_own(extra, dataset, &name, own);
    akin_buf_free(&name);
}
