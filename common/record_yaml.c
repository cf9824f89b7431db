/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML -> JSON, for records that people write. The only file that sees yaml.h.
 *
 * One document, maps with text keys, sequences, scalars of the core schema
 * (YAML 1.2, chapter 10.3). An alias gives a copy of what its anchor named; all
 * nodes count, copies too, so that a few lines cannot grow without bound. Tags
 * other than those of the core schema are refused: they would ask a reader to
 * make objects.
 */
#include "record_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#define DEPTH_MAX 64
#define NODES_MAX 200000
#define ANCHORS_MAX 1000

struct anchor {
    char *name;
    struct akin_json *value; /* shared; NULL while it is still being read */
    size_t nodes;
};

struct reader {
    yaml_parser_t parser;
    struct akin_json *out; /* of the document */
    struct anchor *anchor;
    size_t n_anchors;
    size_t nodes; /* made so far, copies too */
    struct akin_error *err;
};

/* ---- errors ---- */

static enum akin_status
fail_at(struct reader *r, const yaml_mark_t *mark, enum akin_status status,
        const char *text)
{
    return AKIN_FAIL(r->err, status, "line %zu, column %zu: %s", mark->line + 1,
                     mark->column + 1, text);
}

static enum akin_status
next_event(struct reader *r, yaml_event_t *event)
{
    const yaml_parser_t *p = &r->parser;

    if (yaml_parser_parse(&r->parser, event))
        return AKIN_OK;
    if (p->error == YAML_MEMORY_ERROR)
        return AKIN_FAIL(r->err, AKIN_ENOMEM, "no memory for this YAML");
    if (p->error == YAML_READER_ERROR)
        return AKIN_FAIL(r->err, AKIN_EFORMAT, "byte %zu: %s",
                         p->problem_offset,
                         p->problem == NULL ? "not text" : p->problem);
    return fail_at(r, &p->problem_mark, AKIN_EFORMAT,
                   p->problem == NULL ? "not YAML" : p->problem);
}

static enum akin_status
count_nodes(struct reader *r, const yaml_mark_t *mark, size_t more)
{
    if (more > NODES_MAX - r->nodes)
        return fail_at(r, mark, AKIN_ELIMIT,
                       "more than 200000 values (aliases count each time)");
    r->nodes += more;
    return AKIN_OK;
}

/* ---- scalars ---- */

static bool
is_number(const char *text, bool *whole)
{
    const char *p = text + (*text == '-' || *text == '+');
    size_t digits = strspn(p, "0123456789");
    size_t after = 0;

    *whole = digits > 0 && p[digits] == '\0' && digits < 19 &&
             (digits == 1 || *p != '0');
    if (*whole)
        return true;
    if (digits > 1 && *p == '0')
        return false; /* "007" is a name, not a number */
    p += digits;
    if (*p == '.') {
        after = strspn(++p, "0123456789");
        p += after;
    } else if (*p != 'e' && *p != 'E') {
        return false;
    }
    if (digits + after == 0)
        return false;
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '-' || *p == '+';
        if (!isdigit((unsigned char)*p))
            return false;
        p += strspn(p, "0123456789");
    }
    return *p == '\0';
}

static bool
is_one_of(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static struct akin_json *
plain_value(const char *text)
{
    static const char *const nothing[] = {"", "~", "null", "Null", "NULL"};
    static const char *const yes[] = {"true", "True", "TRUE"};
    static const char *const no[] = {"false", "False", "FALSE"};
    bool whole;

    if (is_one_of(text, nothing, AKIN_COUNT(nothing)))
        return akin_json_new_null();
    if (is_one_of(text, yes, AKIN_COUNT(yes)))
        return akin_json_new_bool(true);
    if (is_one_of(text, no, AKIN_COUNT(no)))
        return akin_json_new_bool(false);
    if (!is_number(text, &whole))
        return akin_json_new_string(text);
    return whole ? akin_json_new_int(strtoll(text, NULL, 10))
                 : akin_json_new_real(strtod(text, NULL));
}

static bool
tag_is_core(const yaml_char_t *tag)
{
    static const char prefix[] = "tag:yaml.org,2002:";
    static const char *const names[] = {"str",  "int", "float", "bool",
                                        "null", "seq", "map"};
    const char *text = (const char *)tag;

    if (tag == NULL || strcmp(text, "!") == 0)
        return true;
    return strncmp(text, prefix, sizeof(prefix) - 1) == 0 &&
           is_one_of(text + sizeof(prefix) - 1, names, AKIN_COUNT(names));
}

static struct akin_json *
scalar_value(const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;

    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
        event->data.scalar.tag == NULL && strlen(text) == len)
        return plain_value(text);
    return akin_json_new_text(akin_span_of(text, len));
}

/* ---- anchors ---- */

/* Remembers a finished value. The nodes that it is made of: those counted since
 * `before`. A later anchor of the same name replaces an earlier one. */
static enum akin_status
set_anchor(struct reader *r, const char *name, const yaml_mark_t *mark,
           struct akin_json *value, size_t before)
{
    struct anchor *a = NULL;

    for (size_t i = 0; i < r->n_anchors; i++)
        if (strcmp(r->anchor[i].name, name) == 0)
            a = &r->anchor[i];
    if (a == NULL && r->n_anchors == ANCHORS_MAX)
        return fail_at(r, mark, AKIN_ELIMIT, "more than 1000 anchors");
    if (a == NULL) {
        a = &r->anchor[r->n_anchors++];
        a->name = akin_strdup(name);
    }
    akin_json_free(a->value);
    a->value = akin_json_copy(value);
    a->nodes = r->nodes - before;
    /* the copy that the anchor keeps needs memory as well */
    return count_nodes(r, mark, a->nodes);
}

static enum akin_status
get_alias(struct reader *r, const yaml_event_t *event, struct akin_json **out)
{
    const char *name = (const char *)event->data.alias.anchor;
    enum akin_status st;

    for (size_t i = 0; i < r->n_anchors; i++) {
        if (strcmp(r->anchor[i].name, name) != 0)
            continue;
        st = count_nodes(r, &event->start_mark, r->anchor[i].nodes);
        if (st == AKIN_OK)
            *out = akin_json_copy(r->anchor[i].value);
        return st;
    }
    return fail_at(r, &event->start_mark, AKIN_EFORMAT,
                   "this alias has no anchor before it");
}

/* ---- values ---- */

static enum akin_status read_value(struct reader *r, const yaml_event_t *event,
                                   int depth, struct akin_json **out);

static enum akin_status
read_sequence(struct reader *r, int depth, struct akin_json **out)
{
    struct akin_json *array = akin_json_array(), *item;
    enum akin_status st;
    bool more = true;

    do {
        yaml_event_t event;

        if ((st = next_event(r, &event)) != AKIN_OK)
            break;
        more = event.type != YAML_SEQUENCE_END_EVENT;
        if (more && (st = read_value(r, &event, depth + 1, &item)) == AKIN_OK)
            akin_json_append(array, item);
        yaml_event_delete(&event);
    } while (more && st == AKIN_OK);
    if (st == AKIN_OK)
        *out = array;
    else
        akin_json_free(array);
    return st;
}

/* One key and its value; *more is false at the end of the map. */
static enum akin_status
read_member(struct reader *r, int depth, struct akin_json *object, bool *more)
{
    yaml_event_t key, event;
    struct akin_json *value = NULL;
    enum akin_status st = next_event(r, &key);

    if (st != AKIN_OK)
        return st;
    *more = key.type != YAML_MAPPING_END_EVENT;
    if (*more && key.type != YAML_SCALAR_EVENT)
        st = fail_at(r, &key.start_mark, AKIN_EFORMAT, "a key must be text");
    if (*more && st == AKIN_OK && (st = next_event(r, &event)) == AKIN_OK) {
        const char *name = (const char *)key.data.scalar.value;

        st = read_value(r, &event, depth + 1, &value);
        if (st == AKIN_OK && akin_json_get(object, name) != NULL)
            st = fail_at(r, &key.start_mark, AKIN_EFORMAT,
                         "this key is there twice");
        if (st == AKIN_OK)
            akin_json_set(object, name, value);
        else
            akin_json_free(value);
        yaml_event_delete(&event);
    }
    yaml_event_delete(&key);
    return st;
}

static enum akin_status
read_mapping(struct reader *r, int depth, struct akin_json **out)
{
    struct akin_json *object = akin_json_object();
    enum akin_status st = AKIN_OK;
    bool more = true;

    while (more && st == AKIN_OK)
        st = read_member(r, depth, object, &more);
    if (st == AKIN_OK)
        *out = object;
    else
        akin_json_free(object);
    return st;
}

static enum akin_status
read_kind(struct reader *r, const yaml_event_t *event, int depth,
          const yaml_char_t **anchor, struct akin_json **out)
{
    const yaml_char_t *tag = NULL;

    if (event->type == YAML_SCALAR_EVENT) {
        tag = event->data.scalar.tag;
        *anchor = event->data.scalar.anchor;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        tag = event->data.sequence_start.tag;
        *anchor = event->data.sequence_start.anchor;
    } else {
        tag = event->data.mapping_start.tag;
        *anchor = event->data.mapping_start.anchor;
    }
    if (!tag_is_core(tag))
        return fail_at(r, &event->start_mark, AKIN_EFORMAT,
                       "tags are not allowed here");
    if (event->type == YAML_SCALAR_EVENT) {
        *out = scalar_value(event);
        return AKIN_OK;
    }
    return event->type == YAML_SEQUENCE_START_EVENT
               ? read_sequence(r, depth, out)
               : read_mapping(r, depth, out);
}

static enum akin_status
read_value(struct reader *r, const yaml_event_t *event, int depth,
           struct akin_json **out)
{
    const yaml_char_t *anchor = NULL;
    struct akin_json *value = NULL;
    size_t before = r->nodes;
    enum akin_status st;

    if (depth > DEPTH_MAX)
        return fail_at(r, &event->start_mark, AKIN_ELIMIT,
                       "nested deeper than 64");
    if (event->type == YAML_ALIAS_EVENT)
        return get_alias(r, event, out);
    if (event->type != YAML_SCALAR_EVENT &&
        event->type != YAML_SEQUENCE_START_EVENT &&
        event->type != YAML_MAPPING_START_EVENT)
        return fail_at(r, &event->start_mark, AKIN_EFORMAT,
                       "a value was expected");
    if ((st = count_nodes(r, &event->start_mark, 1)) != AKIN_OK)
        return st;
    st = read_kind(r, event, depth, &anchor, &value);
    if (st == AKIN_OK && anchor != NULL)
        st = set_anchor(r, (const char *)anchor, &event->start_mark, value,
                        before);
    if (st == AKIN_OK)
        *out = value;
    else
        akin_json_free(value);
    return st;
}

/* ---- the stream ---- */

static enum akin_status
read_stream(struct reader *r)
{
    enum akin_status st = AKIN_OK;
    bool more = true;

    while (more && st == AKIN_OK) {
        yaml_event_t event;

        if ((st = next_event(r, &event)) != AKIN_OK)
            return st;
        switch (event.type) {
        case YAML_STREAM_END_EVENT:
            more = false;
            break;
        case YAML_NO_EVENT:
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
            break;
        case YAML_DOCUMENT_START_EVENT:
            if (r->out != NULL)
                st = fail_at(r, &event.start_mark, AKIN_EFORMAT,
                             "more than one document");
            break;
        default:
            st = read_value(r, &event, 0, &r->out);
        }
        yaml_event_delete(&event);
    }
    return st;
}

enum akin_status
akin__yaml_parse(struct akin_span text, struct akin_json **out,
                 struct akin_error *err)
{
    struct reader r = {.err = err};
    enum akin_status st;

    if (!yaml_parser_initialize(&r.parser))
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for a YAML parser");
    r.anchor = akin_new(ANCHORS_MAX, sizeof(*r.anchor));
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, text.data, text.len);
    st = read_stream(&r);
    if (st == AKIN_OK && r.out == NULL)
        st = AKIN_FAIL(err, AKIN_EFORMAT, "there is no document");
    if (st == AKIN_OK)
        *out = r.out;
    else
        akin_json_free(r.out);
    for (size_t i = 0; i < r.n_anchors; i++) {
        free(r.anchor[i].name);
        akin_json_free(r.anchor[i].value);
    }
    free(r.anchor);
    yaml_parser_delete(&r.parser);
    return st;
}
