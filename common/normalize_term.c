/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/normalize.h"

#include <stdlib.h>
#include <string.h>

#include "normalize_internal.h"

#define TERM_TEXT_MAX 2000 /* bytes of a term; longer text is a description */

/* ---- terms as people write them ---- */

/* The last parenthesis whose content is a CURIE; its place in text. */
static bool
find_parenthesis(const char *text, const char *prefix, const char **open,
                 const char **close, struct akin_buf *curie)
{
    for (const char *p = text + strlen(text); p-- > text;) {
        char *inner;
        bool found;

        if (*p != '(' && *p != '[')
            continue;
        *close = strchr(p, *p == '(' ? ')' : ']');
        if (*close == NULL)
            continue;
        inner = akin_strndup(p + 1, (size_t)(*close - p) - 1);
        found = akin_curie_normalize(inner, prefix, curie);
        free(inner);
        if (found) {
            *open = p;
            return true;
        }
    }
    return false;
}

static void
set_label(struct akin_json *term, const char *text, size_t len)
{
    char *copy = akin_strndup(text, len);
    struct akin_buf label = {0};

    akin_text_clean(copy, AKIN_TEXT_LINE, &label);
    if (label.len > 0)
        akin_json_set_text(term, "label", akin_buf_text(&label));
    akin_buf_free(&label);
    free(copy);
}

struct akin_json *
akin_term_parse(const char *text, const char *prefix, bool *rest)
{
    size_t len = akin__trim(&text);
    char *copy = akin_strndup(text, len < TERM_TEXT_MAX ? len : TERM_TEXT_MAX);
    struct akin_json *term = akin_json_object();
    struct akin_buf curie = {0};
    const char *open, *close;

    if (rest != NULL)
        *rest = false;
    if (akin_curie_normalize(copy, NULL, &curie) ||
        (prefix != NULL && akin_curie_normalize(copy, prefix, &curie))) {
        akin_json_set_text(term, "id", akin_buf_text(&curie));
    } else if (find_parenthesis(copy, prefix, &open, &close, &curie)) {
        akin_json_set_text(term, "id", akin_buf_text(&curie));
        set_label(term, copy, (size_t)(open - copy));
        if (rest != NULL)
            *rest = close[1 + strspn(close + 1, " .,;")] != '\0';
    } else {
        set_label(term, copy, strlen(copy));
    }
    akin_buf_free(&curie);
    free(copy);
    if (akin_json_count(term) > 0)
        return term;
    akin_json_free(term);
    return NULL;
}

/* ---- annotation types (MIFA Box 1) ---- */

static const struct {
    const char *spelling, *type;
} annotation_types[] = {
    {"class label", "class_labels"},
    {"classification", "class_labels"},
    {"classification label", "class_labels"},
    {"bounding box", "bounding_boxes"},
    {"bounding boxe", "bounding_boxes"},
    {"count", "counts"},
    {"derived annotation", "derived_annotations"},
    {"derived", "derived_annotations"},
    {"geometrical annotation", "geometrical_annotations"},
    {"geometrical", "geometrical_annotations"},
    {"geometric annotation", "geometrical_annotations"},
    {"graph", "graphs"},
    {"point annotation", "point_annotations"},
    {"point", "point_annotations"},
    {"segmentation mask", "segmentation_mask"},
    {"segmentation", "segmentation_mask"},
    {"mask", "segmentation_mask"},
    {"track", "tracks"},
    {"tracking", "tracks"},
    {"weak annotation", "weak_annotations"},
    {"weak", "weak_annotations"},
    {"other", "other"},
};

const char *
akin_annotation_type(const char *text)
{
    size_t len = akin__trim(&text);
    char word[40];

    if (len == 0 || len >= sizeof(word))
        return NULL;
    memcpy(word, text, len);
    word[len] = '\0';
    if (len > 1 && (word[len - 1] == 's' || word[len - 1] == 'S'))
        word[len - 1] = '\0';
    for (size_t i = 0; i < AKIN_COUNT(annotation_types); i++)
        if (akin_name_equal(word, annotation_types[i].spelling))
            return annotation_types[i].type;
    return NULL;
}
