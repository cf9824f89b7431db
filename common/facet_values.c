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
    uint32_t dataset;
    size_t first; /* of this dataset, in facet->of */
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
    for (size_t i = to->first; i < facet->n_of; i++)
        if (facet->of[i] == value)
            return;
    facet->of =
        akin__grown(facet->of, facet->n_of, &facet->cap_of, sizeof(*facet->of));
    facet->of[facet->n_of++] = value;
    akin_bitmap_add(facet->values.value[value].set, to->dataset);
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
    case AKIN__FACET_TERM:
        id = text != NULL ? text : akin_json_text(leaf, "id");
        label = akin_json_text(leaf, "label");
        add(to, id != NULL ? id : label, label);
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
    const char *path = to->facet->def->path;

    if (strcmp(path, "images.format") == 0)
        add(to, image->format, NULL);
    else if (strcmp(path, "images.dim_c") == 0 && image->dim_c > 0)
        add_number(to, image->dim_c);
    else if (strcmp(path, "images.bits") == 0 && image->bits > 0)
        add_number(to, image->bits);
}

void
akin__facet_add(struct akin__facet *facet, size_t position, uint32_t dataset,
                const struct akin_json *record,
                const struct akin_image_info *images, size_t n_images)
{
    struct adding to = {facet, dataset, facet->n_of};

    /* One more than there are datasets: where the last one ends. */
    while (facet->cap_start < position + 2)
        facet->start = akin__grown(facet->start, facet->cap_start,
                                   &facet->cap_start, sizeof(*facet->start));
    akin__facet_walk(record, facet->def->path, add_leaf, &to);
    if (strncmp(facet->def->path, "images.", 7) == 0)
        for (size_t i = 0; i < n_images; i++)
            add_image(&to, &images[i]);
    facet->start[position + 1] = facet->n_of;
}
