/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter.c - the tree of a filter, and what it says of one record.
 */
#include "akin/filter.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "filter_internal.h"

struct akin__node *
akin__node_new(enum akin__node_kind kind)
{
    struct akin__node *node = akin_new(1, sizeof(*node));

    node->kind = kind;
    return node;
}

void
akin__node_free(struct akin__node *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->n_child; i++)
        akin__node_free(node->child[i]);
    free(node->child);
    free(node->field);
    free(node->value);
    free(node->curie);
    akin_json_free(node->members);
    free(node);
}

/* Room grows by doubling: at 1, 2, 4, ... children. */
void
akin__node_add(struct akin__node *parent, struct akin__node *child)
{
    size_t n = parent->n_child;

    if ((n & (n - 1)) == 0) {
        struct akin__node **grown =
            akin_new(n == 0 ? 1 : 2 * n, sizeof(struct akin__node *));

        if (n > 0)
            memcpy(grown, parent->child,
                   n * sizeof(struct akin__node *)); /* NOLINT: pointers */
        free(parent->child);
        parent->child = grown;
    }
    parent->child[parent->n_child++] = child;
}

/* A number that fills the whole of text[0..len). */
static bool
number_of(const char *text, size_t len, double *out)
{
    char copy[64];
    char *end = NULL;

    if (len == 0 || len >= sizeof(copy))
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    errno = 0;
    *out = strtod(copy, &end);
    return *end == '\0' && errno == 0 && isfinite(*out) &&
           !isspace((unsigned char)copy[0]);
}

bool
akin__range_parse(const char *text, double *low, double *high)
{
    const char *dots = strstr(text, "..");

    *low = -INFINITY;
    *high = INFINITY;
    if (dots == NULL) {
        if (!number_of(text, strlen(text), low))
            return false;
        *high = *low;
        return true;
    }
    if (dots == text && dots[2] == '\0')
        return false;
    if (dots != text && !number_of(text, (size_t)(dots - text), low))
        return false;
    return dots[2] == '\0' || number_of(dots + 2, strlen(dots + 2), high);
}

static enum akin_status
unknown_field(const char *name, const char *near, struct akin_error *err)
{
    if (near == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL, "there is no field \"%s\"", name);
    return AKIN_FAIL(err, AKIN_EINVAL,
                     "there is no field \"%s\"; did you mean \"%s\"?", name,
                     near);
}

static enum akin_status
set_range(struct akin__node *node, const char *value, struct akin_error *err)
{
    if (!akin__range_parse(value, &node->low, &node->high))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "field \"%s\" takes a number or a range such as "
                         "0.1..0.5, 2020.. or ..8, not \"%s\"",
                         node->field, value);
    if (node->low > node->high)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "field \"%s\": the range %s ends before it begins",
                         node->field, value);
    node->kind = AKIN__RANGE;
    return AKIN_OK;
}

enum akin_status
akin__node_condition(const char *field, enum akin__node_kind kind,
                     const char *value, struct akin__node **out,
                     struct akin_error *err)
{
    bool has = strcmp(field, "has") == 0;
    const char *name = has ? value : field, *near = NULL;
    const struct akin__field *known = akin__field_find(name, &near);
    enum akin_status st = AKIN_OK;
    struct akin__node *node;

    if (known == NULL)
        return unknown_field(name, near, err);
    node = akin__node_new(has ? AKIN__HAS : kind);
    node->field = akin_strdup(known->name);
    node->compare = known->kind;
    node->path =
        strncmp(known->name, "extra.", 6) == 0 ? node->field : known->path;
    if (!has) {
        node->value = akin_strdup(value);
        if (value[0] == '\0')
            st = AKIN_FAIL(err, AKIN_EINVAL, "field \"%s\": the value is empty",
                           known->name);
        else if (known->kind == AKIN__KIND_NUMBER)
            st = set_range(node, value, err);
    }
    if (st != AKIN_OK) {
        akin__node_free(node);
        return st;
    }
    *out = node;
    return AKIN_OK;
}

void
akin_filter_free(struct akin_filter *filter)
{
    if (filter == NULL)
        return;
    akin__node_free(filter->root);
    free(filter);
}

/* ASCII letters without regard to case; other bytes as they are. */
static bool
same_text(const char *a, const char *b)
{
    while (*a != '\0' &&
           tolower((unsigned char)*a) == tolower((unsigned char)*b))
        a++, b++;
    return *a == '\0' && *b == '\0';
}

static bool
is_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* How many leading characters are the same, without regard to case. */
static size_t
same_length(const char *a, const char *b, size_t most)
{
    size_t n = 0;

    while (n < most && akin_lower(a[n]) == akin_lower(b[n]))
        n++;
    return n;
}

/* Does text hold the words of part, starting and ending at word edges? */
static bool
holds_words(const char *text, const char *part)
{
    size_t len = strlen(part);

    for (const char *at = text; *at != '\0'; at++) {
        if (at > text && is_word(at[-1]) && is_word(part[0]))
            continue;
        if (same_length(at, part, len) == len &&
            !(is_word(part[len - 1]) && is_word(at[len])))
            return true;
    }
    return false;
}

/* Members are sorted by byte order, and so are CURIEs as records have them. */
static bool
is_member(const struct akin_json *members, const char *curie)
{
    size_t low = 0, high = akin_json_count(members);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *member = akin_json_string(akin_json_at(members, middle));
        int order = strcmp(member, curie);

        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* A term is {"id": CURIE, "label": text}, or either as plain text. */
static bool
term_matches(const struct akin__node *node, const struct akin_json *term)
{
    const char *plain = akin_json_string(term);
    const char *id = plain != NULL ? plain : akin_json_text(term, "id");
    const char *label = akin_json_text(term, "label");

    if (node->members != NULL && id != NULL && is_member(node->members, id))
        return true;
    if (id != NULL && (same_text(id, node->value) ||
                       (node->curie != NULL && same_text(id, node->curie))))
        return true;
    return label != NULL && same_text(label, node->value);
}

bool
akin__node_matches_text(const struct akin__node *node, const char *text)
{
    if (node->kind == AKIN__EXACT || node->compare == AKIN__KIND_EXACT)
        return same_text(text, node->value);
    return holds_words(text, node->value);
}

/* What a condition says of one value found at the end of its path. */
static bool
value_matches(const struct akin__node *node, const struct akin_json *value)
{
    double number;

    if (node->kind == AKIN__HAS)
        return akin_json_type(value) != AKIN_JSON_NULL &&
               !(akin_json_string(value) != NULL &&
                 akin_json_string(value)[0] == '\0');
    if (node->kind == AKIN__RANGE)
        return akin_json_number(value, &number) && number >= node->low &&
               number <= node->high;
    if (node->compare == AKIN__KIND_TERM)
        return term_matches(node, value);
    return akin_json_string(value) != NULL &&
           akin__node_matches_text(node, akin_json_string(value));
}

/* Follows path (up to '|' or the end) from json; arrays on the way mean any of
 * their elements. */
static bool
any_matches(const struct akin__node *node, const struct akin_json *json,
            const char *path)
{
    char key[128];
    size_t len;

    if (akin_json_type(json) == AKIN_JSON_ARRAY) {
        for (size_t i = 0; i < akin_json_count(json); i++)
            if (any_matches(node, akin_json_at(json, i), path))
                return true;
        return false;
    }
    if (json == NULL)
        return false;
    if (*path == '\0' || *path == '|')
        return value_matches(node, json);
    len = strcspn(path, ".|");
    if (len >= sizeof(key))
        return false;
    memcpy(key, path, len);
    key[len] = '\0';
    path += len;
    return any_matches(node, akin_json_get(json, key),
                       *path == '.' ? path + 1 : path);
}

static bool
condition_matches(const struct akin__node *node, const struct akin_json *record)
{
    for (const char *path = node->path; path != NULL;) {
        if (any_matches(node, record, path))
            return true;
        path = strchr(path, '|');
        path = path == NULL ? NULL : path + 1;
    }
    return false;
}

static bool
node_matches(const struct akin__node *node, const struct akin_json *record)
{
    bool all = node->kind == AKIN__AND;

    if (node->kind == AKIN__NOT)
        return !node_matches(node->child[0], record);
    if (node->kind != AKIN__AND && node->kind != AKIN__OR)
        return condition_matches(node, record);
    for (size_t i = 0; i < node->n_child; i++)
        if (node_matches(node->child[i], record) != all)
            return !all;
    return all;
}

bool
akin_filter_matches(const struct akin_filter *filter,
                    const struct akin_json *record)
{
    return node_matches(filter->root, record);
}
