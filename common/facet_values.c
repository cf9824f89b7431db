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
akin__facet_add(struct akin__facet *facet, uint32_t dataset,
                const struct akin_json *record,
                const struct akin_image_info *images, size_t n_images)
{
    struct adding to = {facet, dataset};

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
