/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter_parse.c - filter text to tree: recursive descent, bounded depth.
 *
 *   or        = and *("OR" and)
 *   and       = not *(["AND"] not)
 *   not       = "NOT" not / primary
 *   primary   = "(" or ")" / field ":" ["="] value
 *   value     = "(" or ")" of values / quoted text / word
 *   quoted    = '"' characters, \" and \\ '"'
 *   word      = anything up to white space or a bracket
 *
 * A value in brackets repeats its field: type:(a OR b) is type:a OR type:b.
 */
#include "filter_internal.h"

#include <stdlib.h>
#include <string.h>

struct parser {
    const char *text, *at;
    size_t depth, n_nodes;
    const char *field; /* inside field:( ... ), else NULL */
    bool exact;        /* inside field:=( ... ) */
    struct akin_error *err;
};

static enum akin_status parse_or(struct parser *p, struct akin__node **out);

static enum akin_status
fail_at(struct parser *p, const char *what)
{
    size_t place = (size_t)(p->at - p->text) + 1;

    if (*p->at == '\0')
        return AKIN_FAIL(p->err, AKIN_EFORMAT,
                         "filter: expected %s at its end (character %zu)", what,
                         place);
    return AKIN_FAIL(p->err, AKIN_EFORMAT,
                     "filter: expected %s at character %zu: \"%.24s\"", what,
                     place, p->at);
}

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_space(struct parser *p)
{
    while (is_space(*p->at))
        p->at++;
}

static bool
ends_word(char c)
{
    return c == '\0' || c == '(' || c == ')' || is_space(c);
}

/* Is the next word this operator? It stays where it is. */
static bool
at_operator(const struct parser *p, const char *word)
{
    size_t len = strlen(word);

    return strncmp(p->at, word, len) == 0 && ends_word(p->at[len]);
}

static bool
take_operator(struct parser *p, const char *word)
{
    skip_space(p);
    if (!at_operator(p, word))
        return false;
    p->at += strlen(word);
    return true;
}

static enum akin_status
count_node(struct parser *p)
{
    if (++p->n_nodes > AKIN_FILTER_NODES)
        return AKIN_FAIL(p->err, AKIN_ELIMIT, "filter: more than %d conditions",
                         AKIN_FILTER_NODES);
    return AKIN_OK;
}

/* The text between quotes; p->at is on the opening one. */
static enum akin_status
parse_quoted(struct parser *p, struct akin_buf *out)
{
    const char *start = p->at++;

    while (*p->at != '"') {
        if (*p->at == '\\' && (p->at[1] == '"' || p->at[1] == '\\'))
            p->at++;
        if (*p->at == '\0')
            return AKIN_FAIL(
                p->err, AKIN_EFORMAT,
                "filter: the quote opened at character %zu is not closed",
                (size_t)(start - p->text) + 1);
        akin_buf_put(out, p->at++, 1);
    }
    p->at++;
    return AKIN_OK;
}

static enum akin_status
parse_text(struct parser *p, struct akin_buf *out)
{
    if (*p->at == '"')
        return parse_quoted(p, out);
    if (ends_word(*p->at) || at_operator(p, "AND") || at_operator(p, "OR") ||
        at_operator(p, "NOT"))
        return fail_at(p, "a value");
    while (!ends_word(*p->at) && *p->at != '"')
        akin_buf_put(out, p->at++, 1);
    return AKIN_OK;
}

static enum akin_status
parse_value(struct parser *p, const char *field, bool exact,
            struct akin__node **out)
{
    const char *start = p->at;
    struct akin_buf text = {0};
    enum akin_status st = parse_text(p, &text);

    if (st == AKIN_OK)
        st = count_node(p);
    if (st == AKIN_OK) {
        st = akin__node_condition(field, exact ? AKIN__EXACT : AKIN__IS,
                                  akin_buf_text(&text), out, p->err);
        if (st != AKIN_OK)
            akin_error_prefix(p->err, "filter: character %zu",
                              (size_t)(start - p->text) + 1);
    }
    akin_buf_free(&text);
    return st;
}

/* "(" or ")" with p->at on the opening bracket. */
static enum akin_status
parse_bracket(struct parser *p, struct akin__node **out)
{
    struct akin__node *node = NULL;
    enum akin_status st;

    p->at++;
    if (++p->depth > AKIN_FILTER_DEPTH)
        return AKIN_FAIL(p->err, AKIN_ELIMIT,
                         "filter: brackets and NOTs nest deeper than %d",
                         AKIN_FILTER_DEPTH);
    st = parse_or(p, &node);
    p->depth--;
    if (st != AKIN_OK)
        return st;
    skip_space(p);
    if (*p->at != ')') {
        akin__node_free(node);
        return fail_at(p, "a closing bracket");
    }
    p->at++;
    *out = node;
    return AKIN_OK;
}

static bool
is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

/* field ":" ["="] value, outside of a field's brackets. */
static enum akin_status
parse_condition(struct parser *p, struct akin__node **out)
{
    const char *start = p->at, *end = p->at;
    enum akin_status st;
    char *field;
    bool exact;

    while (is_name_char(*end))
        end++;
    if (end == start || *end != ':')
        return fail_at(p, "a field and a colon (for example organism:mouse)");
    field = akin_strndup(start, (size_t)(end - start));
    p->at = end + 1;
    exact = *p->at == '=';
    if (exact)
        p->at++;
    if (*p->at == '(') {
        p->field = field;
        p->exact = exact;
        st = parse_bracket(p, out);
        p->field = NULL;
    } else {
        st = parse_value(p, field, exact, out);
    }
    free(field);
    return st;
}

static enum akin_status
parse_primary(struct parser *p, struct akin__node **out)
{
    skip_space(p);
    if (*p->at == '(')
        return parse_bracket(p, out);
    if (p->field != NULL)
        return parse_value(p, p->field, p->exact, out);
    return parse_condition(p, out);
}

static enum akin_status
parse_not(struct parser *p, struct akin__node **out)
{
    struct akin__node *child = NULL;
    enum akin_status st;

    if (!take_operator(p, "NOT"))
        return parse_primary(p, out);
    if (++p->depth > AKIN_FILTER_DEPTH)
        return AKIN_FAIL(p->err, AKIN_ELIMIT,
                         "filter: brackets and NOTs nest deeper than %d",
                         AKIN_FILTER_DEPTH);
    st = parse_not(p, &child);
    p->depth--;
    if (st != AKIN_OK)
        return st;
    *out = akin__node_new(AKIN__NOT);
    akin__node_add(*out, child);
    return AKIN_OK;
}

/* Puts next beside *node under a node of this kind, made when needed. */
static void
join(struct akin__node **node, enum akin__node_kind kind,
     struct akin__node *next, bool *joined)
{
    if (!*joined) {
        struct akin__node *parent = akin__node_new(kind);

        akin__node_add(parent, *node);
        *node = parent;
        *joined = true;
    }
    akin__node_add(*node, next);
}

static bool
at_another(struct parser *p)
{
    skip_space(p);
    return *p->at != '\0' && *p->at != ')' && !at_operator(p, "OR");
}

static enum akin_status
parse_and(struct parser *p, struct akin__node **out)
{
    struct akin__node *node = NULL, *next = NULL;
    enum akin_status st = parse_not(p, &node);
    bool joined = false;

    while (st == AKIN_OK && (take_operator(p, "AND") || at_another(p))) {
        st = parse_not(p, &next);
        if (st == AKIN_OK)
            join(&node, AKIN__AND, next, &joined);
    }
    if (st != AKIN_OK) {
        akin__node_free(node);
        return st;
    }
    *out = node;
    return AKIN_OK;
}

static enum akin_status
parse_or(struct parser *p, struct akin__node **out)
{
    struct akin__node *node = NULL, *next = NULL;
    enum akin_status st = parse_and(p, &node);
    bool joined = false;

    while (st == AKIN_OK && take_operator(p, "OR")) {
        st = parse_and(p, &next);
        if (st == AKIN_OK)
            join(&node, AKIN__OR, next, &joined);
    }
    if (st != AKIN_OK) {
        akin__node_free(node);
        return st;
    }
    *out = node;
    return AKIN_OK;
}

enum akin_status
akin_filter_parse(const char *text, struct akin_filter **out,
                  struct akin_error *err)
{
    struct parser p = {.text = text, .at = text, .err = err};
    struct akin__node *root = NULL;
    enum akin_status st = parse_or(&p, &root);

    if (st == AKIN_OK) {
        skip_space(&p);
        if (*p.at != '\0') {
            akin__node_free(root);
            st = fail_at(&p, "AND, OR or the end");
        }
    }
    if (st != AKIN_OK)
        return st;
    *out = akin_new(1, sizeof(**out));
    (*out)->root = root;
    return AKIN_OK;
}
