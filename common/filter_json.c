/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter_json.c - the JSON form of a filter, and the text form of a tree.
 *
 *   {"and": [filter, ...]}   {"or": [filter, ...]}   {"not": filter}
 *   {"field": "organism", "is": "mouse"}       {"field": ..., "equals": ...}
 *   {"field": "year", "from": 2020, "to": 2024}    {"has": "thumbnail"}
 */
#include "filter_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    size_t depth, n_nodes;
    struct akin_error *err;
};

static enum akin_status read_node(struct reader *r,
                                  const struct akin_json *json,
                                  struct akin__node **out);

static enum akin_status
read_children(struct reader *r, enum akin__node_kind kind,
              const struct akin_json *list, struct akin__node **out)
{
    struct akin__node *node = akin__node_new(kind);
    enum akin_status st = AKIN_OK;

    if (akin_json_type(list) != AKIN_JSON_ARRAY || akin_json_count(list) == 0)
        st = AKIN_FAIL(r->err, AKIN_EFORMAT,
                       "filter: \"and\" and \"or\" take an array of filters");
    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(list); i++) {
        struct akin__node *child = NULL;

        st = read_node(r, akin_json_at(list, i), &child);
        if (st == AKIN_OK)
            akin__node_add(node, child);
    }
    if (st != AKIN_OK) {
        akin__node_free(node);
        return st;
    }
    *out = node;
    return AKIN_OK;
}

static enum akin_status
read_not(struct reader *r, const struct akin_json *json,
         struct akin__node **out)
{
    struct akin__node *child = NULL;
    enum akin_status st = read_node(r, json, &child);

    if (st != AKIN_OK)
        return st;
    *out = akin__node_new(AKIN__NOT);
    akin__node_add(*out, child);
    return AKIN_OK;
}

/* A value as text; false when it is neither text nor number. */
static bool
value_text(const struct akin_json *json, char *number, size_t size,
           const char **out)
{
    double value;

    *out = akin_json_string(json);
    if (*out != NULL)
        return true;
    if (!akin_json_number(json, &value))
        return false;
    (void)snprintf(number, size, "%.15g", value);
    *out = number;
    return true;
}

static enum akin_status
read_range(struct reader *r, const char *field, const struct akin_json *json,
           struct akin__node **out)
{
    char low[40] = "", high[40] = "", text[96];
    const char *from = low, *to = high;
    const struct akin_json *a = akin_json_get(json, "from");
    const struct akin_json *b = akin_json_get(json, "to");

    if ((a != NULL && !value_text(a, low, sizeof(low), &from)) ||
        (b != NULL && !value_text(b, high, sizeof(high), &to)))
        return AKIN_FAIL(r->err, AKIN_EFORMAT,
                         "filter: \"from\" and \"to\" take numbers");
    (void)snprintf(text, sizeof(text), "%.40s..%.40s", from, to);
    return akin__node_condition(field, AKIN__IS, text, out, r->err);
}

static enum akin_status
read_condition(struct reader *r, const struct akin_json *json,
               struct akin__node **out)
{
    const char *field = akin_json_text(json, "field"), *text = NULL;
    const struct akin_json *is = akin_json_get(json, "is");
    const struct akin_json *equals = akin_json_get(json, "equals");
    char number[40];

    if (++r->n_nodes > AKIN_FILTER_NODES)
        return AKIN_FAIL(r->err, AKIN_ELIMIT, "filter: more than %d conditions",
                         AKIN_FILTER_NODES);
    if (akin_json_text(json, "has") != NULL)
        return akin__node_condition("has", AKIN__IS,
                                    akin_json_text(json, "has"), out, r->err);
    if (field == NULL)
        return AKIN_FAIL(r->err, AKIN_EFORMAT,
                         "filter: an object needs \"and\", \"or\", \"not\", "
                         "\"has\" or \"field\"");
    if (akin_json_get(json, "from") != NULL ||
        akin_json_get(json, "to") != NULL)
        return read_range(r, field, json, out);
    if (!value_text(is != NULL ? is : equals, number, sizeof(number), &text))
        return AKIN_FAIL(r->err, AKIN_EFORMAT,
                         "filter: field \"%s\" needs \"is\", \"equals\", "
                         "\"from\" or \"to\"",
                         field);
    return akin__node_condition(field, is != NULL ? AKIN__IS : AKIN__EXACT,
                                text, out, r->err);
}

static enum akin_status
read_node(struct reader *r, const struct akin_json *json,
          struct akin__node **out)
{
    const struct akin_json *part;
    enum akin_status st;

    if (akin_json_type(json) != AKIN_JSON_OBJECT)
        return AKIN_FAIL(r->err, AKIN_EFORMAT,
                         "filter: every part is a JSON object");
    if (++r->depth > AKIN_FILTER_DEPTH)
        return AKIN_FAIL(r->err, AKIN_ELIMIT, "filter: nests deeper than %d",
                         AKIN_FILTER_DEPTH);
    if ((part = akin_json_get(json, "and")) != NULL)
        st = read_children(r, AKIN__AND, part, out);
    else if ((part = akin_json_get(json, "or")) != NULL)
        st = read_children(r, AKIN__OR, part, out);
    else if ((part = akin_json_get(json, "not")) != NULL)
        st = read_not(r, part, out);
    else
        st = read_condition(r, json, out);
    r->depth--;
    return st;
}

enum akin_status
akin_filter_from_json(const struct akin_json *json, struct akin_filter **out,
                      struct akin_error *err)
{
    struct reader r = {.err = err};
    struct akin__node *root = NULL;
    enum akin_status st = read_node(&r, json, &root);

    if (st != AKIN_OK)
        return st;
    *out = akin_new(1, sizeof(**out));
    (*out)->root = root;
    return AKIN_OK;
}

static void
write_quoted(const char *text, struct akin_buf *out)
{
    akin_buf_puts(out, "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            akin_buf_puts(out, "\\");
        akin_buf_put(out, text, 1);
    }
    akin_buf_puts(out, "\"");
}

static void
write_condition(const struct akin__node *node, struct akin_buf *out)
{
    if (node->kind == AKIN__HAS) {
        akin_buf_printf(out, "has:%s", node->field);
        return;
    }
    akin_buf_printf(out, "%s:%s", node->field,
                    node->kind == AKIN__EXACT ? "=" : "");
    if (node->kind == AKIN__RANGE)
        akin_buf_puts(out, node->value);
    else
        write_quoted(node->value, out);
}

static void
write_node(const struct akin__node *node, struct akin_buf *out)
{
    if (node->kind == AKIN__NOT) {
        akin_buf_puts(out, "NOT ");
        write_node(node->child[0], out);
        return;
    }
    if (node->kind != AKIN__AND && node->kind != AKIN__OR) {
        write_condition(node, out);
        return;
    }
    akin_buf_puts(out, "(");
    for (size_t i = 0; i < node->n_child; i++) {
        if (i > 0)
            akin_buf_puts(out, node->kind == AKIN__AND ? " AND " : " OR ");
        write_node(node->child[i], out);
    }
    akin_buf_puts(out, ")");
}

void
akin_filter_text(const struct akin_filter *filter, struct akin_buf *out)
{
    write_node(filter->root, out);
}
