/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ontology_obo.c - OBO files: stanzas of "tag: value" lines.
 *
 * Source: The OBO Flat File Format Guide, version 1.4 (owlcollab.github.io/
 * oboformat/doc/GO.format.obo-1_4.html), sections 1.3 to 1.5 for escapes,
 * trailing modifiers and comments, 3 for the tags of a term. Read leniently
 * where files in use are: a comment must have a blank before its '!', a synonym
 * without a scope is RELATED. An alt_id becomes a deprecated term that the
 * other replaces.
 */
#include "ontology_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "akin/utf8.h"

struct reader {
    const char *at, *end;
    size_t line;             /* of the file, from 1 */
    bool in_term;            /* inside a [Term] stanza */
    size_t stanza_line;      /* where it began */
    struct akin_json *term;  /* of the stanza; NULL before its id */
    struct akin_json *terms; /* out */
    bool skip;               /* its id is no CURIE */
    struct akin_error *err;
};

/* ---- lines ---- */

/* The next line into *out, continued ones (a backslash at the end) joined.
 * false: the file has ended. */
static bool
next_line(struct reader *r, struct akin_buf *out)
{
    bool goes_on = true;

    akin_buf_clear(out);
    if (r->at == r->end)
        return false;
    while (goes_on && r->at < r->end) {
        const char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
        const char *last = stop == NULL ? r->end : stop;
        size_t len = (size_t)(last - r->at);

        if (len > 0 && r->at[len - 1] == '\r')
            len--;
        goes_on = len > 0 && r->at[len - 1] == '\\' &&
                  !(len > 1 && r->at[len - 2] == '\\');
        akin_buf_put(out, r->at, goes_on ? len - 1 : len);
        r->at = stop == NULL ? r->end : stop + 1;
        r->line++;
    }
    return true;
}

/* What an escape stands for; 0: the character itself. */
static char
escape_of(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'W':
        return ' ';
    default:
        return c;
    }
}

/* Appends text[0..len) with its escapes resolved and blanks at the end cut. */
static void
unescape(const char *text, size_t len, struct akin_buf *out)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c == '\\' && i + 1 < len)
            c = escape_of(text[++i]);
        akin_buf_put(out, &c, 1);
    }
    while (out->len > 0 && isspace(out->data[out->len - 1]))
        out->data[--out->len] = '\0';
}

/* How much of an unquoted value is value: a comment (" ! ...") and trailing
 * modifiers ("{...}" at the end) are not. */
static size_t
value_length(const char *text)
{
    size_t len = 0, brace = SIZE_MAX;

    for (; text[len] != '\0'; len++) {
        if (text[len] == '\\' && text[len + 1] != '\0')
            len++;
        else if (text[len] == '!' && len > 0 && text[len - 1] == ' ')
            break;
        else if (text[len] == '{' && len > 0 && text[len - 1] == ' ')
            brace = len;
    }
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    return brace != SIZE_MAX && text[len - 1] == '}' ? brace : len;
}

/* ---- values ---- */

static enum akin_status
set_label(struct reader *r, const char *text)
{
    enum akin_status st = akin__ontology_check_text(text, r->err);

    if (st == AKIN_OK && text[0] != '\0')
        akin_json_set_text(r->term, "label", text);
    return st;
}

static const char *
scope_of(const char *text)
{
    static const char *const scopes[][2] = {{"EXACT", "exact"},
                                            {"NARROW", "narrow"},
                                            {"BROAD", "broad"},
                                            {"RELATED", "related"}};

    text += strspn(text, " \t");
    for (size_t i = 0; i < AKIN_COUNT(scopes); i++)
        if (strncmp(text, scopes[i][0], strlen(scopes[i][0])) == 0)
            return scopes[i][1];
    return "related";
}

/* "text" SCOPE TYPE [xrefs] */
static enum akin_status
add_synonym(struct reader *r, const char *value)
{
    struct akin_buf text = {0};
    size_t end = 1;
    enum akin_status st;

    if (value[0] != '"')
        return AKIN_FAIL(r->err, AKIN_EFORMAT,
                         "a synonym begins with a quote, not \"%.20s\"", value);
    while (value[end] != '"' && value[end] != '\0')
        end += value[end] == '\\' && value[end + 1] != '\0' ? 2 : 1;
    if (value[end] == '\0')
        return AKIN_FAIL(r->err, AKIN_EFORMAT,
                         "the quote of the synonym %.40s is not closed", value);
    unescape(value + 1, end - 1, &text);
    st = akin__ontology_synonym(r->term, akin_buf_text(&text),
                                scope_of(value + end + 1), r->err);
    akin_buf_free(&text);
    return st;
}

/* "part_of ID"; other relations say nothing here. */
static enum akin_status
add_relation(struct reader *r, const char *value)
{
    size_t n = strcspn(value, " \t");
    struct akin_buf curie = {0};
    enum akin_status st = AKIN_OK;
    bool is_part = (n == 7 && strncmp(value, "part_of", n) == 0) ||
                   (n == 11 && strncmp(value, "BFO:0000050", n) == 0);

    if (value[n] == '\0')
        return AKIN_FAIL(r->err, AKIN_EFORMAT,
                         "the relationship \"%.40s\" has no target", value);
    value += n + strspn(value + n, " \t");
    if (is_part && akin__ontology_curie(value, &curie))
        st = akin__ontology_parent(r->term, akin_buf_text(&curie), "part_of",
                                   r->err);
    akin_buf_free(&curie);
    return st;
}

/* "has_rank NCBITaxon:species": how the NCBI taxonomy gives its ranks. */
static void
add_property(struct reader *r, const char *value)
{
    static const char rank[] = "has_rank";
    const char *local;

    if (strncmp(value, rank, strlen(rank)) != 0)
        return;
    local = strpbrk(value, ":_ ");
    local = local == NULL ? NULL : strrchr(value, ':');
    if (local != NULL && local[1] != '\0')
        akin_json_set_text(r->term, "rank", local + 1);
}

/* A dead spelling of this term's id: a term of its own, replaced by it. */
static enum akin_status
add_alt_id(struct reader *r, const char *curie)
{
    struct akin_json *alt = akin__ontology_term(curie);
    enum akin_status st;

    akin_json_set_bool(alt, "deprecated", true);
    st = akin__ontology_instead(alt, "replaced_by",
                                akin_json_text(r->term, "id"), r->err);
    if (st == AKIN_OK && akin_json_count(r->terms) >= AKIN_ONTOLOGY_TERMS_MAX)
        st = AKIN_FAIL(r->err, AKIN_ELIMIT, "more than %d terms",
                       AKIN_ONTOLOGY_TERMS_MAX);
    if (st != AKIN_OK) {
        akin_json_free(alt);
        return st;
    }
    akin_json_append(r->terms, alt);
    return AKIN_OK;
}

/* Tags whose value is an id. A value that is no CURIE is left out. */
static enum akin_status
add_id_tag(struct reader *r, const char *tag, const char *value)
{
    struct akin_buf curie = {0};
    enum akin_status st = AKIN_OK;

    if (!akin__ontology_curie(value, &curie))
        st = AKIN_OK;
    else if (strcmp(tag, "is_a") == 0)
        st = akin__ontology_parent(r->term, akin_buf_text(&curie), "is_a",
                                   r->err);
    else if (strcmp(tag, "replaced_by") == 0 || strcmp(tag, "consider") == 0)
        st =
            akin__ontology_instead(r->term, tag, akin_buf_text(&curie), r->err);
    else if (strcmp(tag, "alt_id") == 0)
        st = add_alt_id(r, akin_buf_text(&curie));
    akin_buf_free(&curie);
    return st;
}

/* ---- stanzas ---- */

static enum akin_status
set_id(struct reader *r, const char *value)
{
    struct akin_buf curie = {0};

    if (r->term != NULL || r->skip)
        return AKIN_FAIL(r->err, AKIN_EFORMAT,
                         "the term that begins in line %zu has a second id",
                         r->stanza_line);
    if (akin_json_count(r->terms) >= AKIN_ONTOLOGY_TERMS_MAX)
        return AKIN_FAIL(r->err, AKIN_ELIMIT, "more than %d terms",
                         AKIN_ONTOLOGY_TERMS_MAX);
    if (value[0] == '\0')
        return AKIN_FAIL(r->err, AKIN_EFORMAT, "the id is empty");
    if (akin__ontology_curie(value, &curie)) {
        r->term = akin__ontology_term(akin_buf_text(&curie));
        akin_json_append(r->terms, r->term);
    } else {
        r->skip = true;
    }
    akin_buf_free(&curie);
    return AKIN_OK;
}

static enum akin_status
take_value(struct reader *r, const char *tag, const char *value)
{
    if (strcmp(tag, "name") == 0)
        return set_label(r, value);
    if (strcmp(tag, "relationship") == 0)
        return add_relation(r, value);
    if (strcmp(tag, "property_value") == 0)
        add_property(r, value);
    else if (strcmp(tag, "is_obsolete") == 0) {
        if (strcmp(value, "true") == 0)
            akin_json_set_bool(r->term, "deprecated", true);
    } else
        return add_id_tag(r, tag, value);
    return AKIN_OK;
}

static enum akin_status
take_tag(struct reader *r, const char *tag, const char *raw)
{
    struct akin_buf value = {0};
    enum akin_status st = AKIN_OK;

    if (strcmp(tag, "synonym") == 0 && r->term != NULL)
        return add_synonym(r, raw);
    unescape(raw, value_length(raw), &value);
    if (strcmp(tag, "id") == 0)
        st = set_id(r, akin_buf_text(&value));
    else if (r->term != NULL)
        st = take_value(r, tag, akin_buf_text(&value));
    else if (!r->skip)
        st = AKIN_FAIL(r->err, AKIN_EFORMAT,
                       "a term begins with its id, not with \"%.20s\"", tag);
    akin_buf_free(&value);
    return st;
}

static enum akin_status
end_stanza(struct reader *r)
{
    bool lacks = r->in_term && r->term == NULL && !r->skip;

    r->term = NULL;
    r->skip = false;
    r->in_term = false;
    if (lacks)
        return AKIN_FAIL(r->err, AKIN_EFORMAT,
                         "the term that begins in line %zu has no id",
                         r->stanza_line);
    return AKIN_OK;
}

static enum akin_status
begin_stanza(struct reader *r, const char *line)
{
    enum akin_status st = end_stanza(r);

    if (st != AKIN_OK)
        return st;
    if (strchr(line, ']') == NULL)
        return AKIN_FAIL(r->err, AKIN_EFORMAT,
                         "the stanza \"%.20s\" is not closed by ]", line);
    r->in_term = strncmp(line, "[Term]", 6) == 0;
    r->stanza_line = r->line;
    return AKIN_OK;
}

static enum akin_status
take_line(struct reader *r, char *line)
{
    char *colon;

    line += strspn(line, " \t");
    if (line[0] == '\0' || line[0] == '!')
        return AKIN_OK;
    if (line[0] == '[')
        return begin_stanza(r, line);
    colon = strchr(line, ':');
    if (colon == NULL)
        return AKIN_FAIL(r->err, AKIN_EFORMAT,
                         "expected \"tag: value\", not \"%.40s\"", line);
    if (!r->in_term)
        return AKIN_OK;
    *colon = '\0';
    colon++;
    colon += strspn(colon, " \t");
    return take_tag(r, line, colon);
}

enum akin_status
akin__ontology_read_obo(struct akin_span text, struct akin_json *terms,
                        struct akin_error *err)
{
    struct reader r = {.at = (const char *)text.data,
                       .end = (const char *)text.data + text.len,
                       .terms = terms,
                       .err = err};
    struct akin_buf line = {0};
    enum akin_status st = AKIN_OK;

    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        r.at += 3;
    while (st == AKIN_OK && next_line(&r, &line)) {
        if (!akin_utf8_valid(akin_buf_span(&line)) ||
            memchr(akin_buf_text(&line), '\0', line.len) != NULL)
            st = AKIN_FAIL(err, AKIN_EFORMAT, "this is not UTF-8 text");
        else if (line.len > 0)
            st = take_line(&r, (char *)line.data);
    }
    if (st == AKIN_OK)
        st = end_stanza(&r);
    akin_buf_free(&line);
    if (st != AKIN_OK)
        akin_error_prefix(err, "line %zu", r.line);
    return st;
}
