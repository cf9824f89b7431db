/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_query.c - what a person types, to an FTS5 expression.
 *
 * Everything goes into FTS5 as a quoted string, so that no word of the query
 * can be an operator of SQLite's.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "akin/utf8.h"
#include "text_internal.h"

/* One word or phrase. */
struct item {
    const char *text; /* borrowed from the query */
    size_t len;
    bool is_quoted, is_beginning, is_not;
};

/* What stands between two brackets, or all of it. */
struct level {
    struct akin_buf groups;        /* finished alternatives */
    struct akin_buf want, without; /* of the alternative under way */
    bool is_not;                   /* this must not be there */
    bool is_unwanted;              /* nor what it stands in */
};

struct parser {
    const char *at, *start;
    struct akin_text_query *query;
    struct level level[AKIN_TEXT_QUERY_DEPTH]; /* [0]: outside of brackets */
    size_t depth;                              /* of the one under way */
    size_t n_items;
};

/* Anything that FTS5's unicode61 may take for part of a word: where it does
 * not, the word finds nothing, which is right. */
static bool
has_word(const struct item *item)
{
    for (const char *p = item->text; p < item->text + item->len;) {
        uint32_t code = akin_utf8_next(&p);

        if (code == 0)
            break;
        if (code < 0x80
                ? isalnum((int)code) != 0
                : code >= 0xc0 && !(code >= 0x2000 && code < 0x2070) &&
                      !(code >= 0x3000 && code < 0x3040) && code != 0xfffd)
            return true;
    }
    return false;
}

/* A word ends at a blank or a quote, and at the bracket that closes what it
 * stands in; brackets of its own belong to it: p53(wt). */
static const char *
word_end(const char *at, bool is_inside)
{
    size_t own = 0;

    for (; *at != '\0' && *at != '"' && !isspace((unsigned char)*at); at++) {
        if (*at == '(')
            own++;
        else if (*at == ')' && own > 0)
            own--;
        else if (*at == ')' && is_inside)
            break;
    }
    return at;
}

static enum akin_status
next_item(struct parser *parser, struct item *out, struct akin_error *err)
{
    const char *at = parser->at, *end;

    if (*at == '"') {
        end = strchr(++at, '"');
        if (end == NULL)
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "text: the quote opened at character %zu is not "
                             "closed",
                             (size_t)(at - parser->start));
        out->is_quoted = true;
        out->text = at;
        out->len = (size_t)(end - at);
        at = end + 1;
    } else {
        out->text = at;
        at = word_end(at, parser->depth > 0);
        out->len = (size_t)(at - out->text);
    }
    if (*at == '*')
        out->is_beginning = true, at++;
    if (!out->is_quoted && out->len > 0 && out->text[out->len - 1] == '*')
        out->is_beginning = true, out->len--;
    parser->at = at;
    return AKIN_OK;
}

static bool
is_word(const struct item *item, const char *word)
{
    return !item->is_quoted && item->len == strlen(word) &&
           memcmp(item->text, word, item->len) == 0;
}

static void
put_item(const struct item *item, struct akin_buf *out)
{
    akin_buf_puts(out, "\"");
    for (size_t i = 0; i < item->len; i++)
        akin_buf_put(out, item->text[i] == '"' ? "\"\"" : &item->text[i],
                     item->text[i] == '"' ? 2 : 1);
    akin_buf_puts(out, item->is_beginning ? "\" *" : "\"");
}

static void
add_name(struct parser *parser, const struct item *item)
{
    char *name = akin_strndup(item->text, item->len);

    akin_json_append(parser->query->names, akin_json_new_string(name));
    free(name);
}

/* Ends an alternative: its words, without what must not be there. */
static enum akin_status
end_group(struct level *level, struct akin_error *err)
{
    if (level->want.len == 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "text: there must be a word to look for%s",
                         level->without.len > 0 ? " beside those that must not "
                                                  "be there"
                                                : "");
    if (level->groups.len > 0)
        akin_buf_puts(&level->groups, " OR ");
    akin_buf_printf(&level->groups, "((%s)", akin_buf_text(&level->want));
    if (level->without.len > 0)
        akin_buf_printf(&level->groups, " NOT (%s)",
                        akin_buf_text(&level->without));
    akin_buf_puts(&level->groups, ")");
    akin_buf_clear(&level->want);
    akin_buf_clear(&level->without);
    return AKIN_OK;
}

/* Where the next word or bracket goes, with what joins it to those before. */
static struct akin_buf *
place(struct level *level, bool is_not)
{
    struct akin_buf *to = is_not ? &level->without : &level->want;

    if (to->len > 0)
        akin_buf_puts(to, is_not ? " OR " : " AND ");
    return to;
}

static void
add_item(struct parser *parser, const struct item *item)
{
    struct level *level = &parser->level[parser->depth];

    put_item(item, place(level, item->is_not));
    if (!item->is_not && !item->is_beginning && !level->is_unwanted)
        add_name(parser, item);
}

static void
free_level(struct level *level)
{
    akin_buf_free(&level->groups);
    akin_buf_free(&level->want);
    akin_buf_free(&level->without);
    *level = (struct level){0};
}

static enum akin_status
open_bracket(struct parser *parser, bool is_not, struct akin_error *err)
{
    bool is_unwanted = parser->level[parser->depth].is_unwanted;

    if (parser->depth + 1 == AKIN_TEXT_QUERY_DEPTH)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "text: brackets may be %d deep, not more",
                         AKIN_TEXT_QUERY_DEPTH - 1);
    parser->at++;
    parser->level[++parser->depth] =
        (struct level){.is_not = is_not, .is_unwanted = is_not || is_unwanted};
    return AKIN_OK;
}

/* What stood between the brackets becomes one thing of what is around them;
 * brackets without a word are none. */
static enum akin_status
close_bracket(struct parser *parser, struct akin_error *err)
{
    struct level *level = &parser->level[parser->depth];
    enum akin_status st = AKIN_OK;

    if (level->groups.len + level->want.len + level->without.len > 0)
        st = end_group(level, err);
    if (st == AKIN_OK && level->groups.len > 0)
        akin_buf_printf(place(level - 1, level->is_not), "(%s)",
                        akin_buf_text(&level->groups));
    free_level(level);
    parser->depth--;
    return st;
}

/* Brackets that are still open end here. */
static enum akin_status
end(struct parser *parser, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    while (st == AKIN_OK && parser->depth > 0)
        st = close_bracket(parser, err);
    return st == AKIN_OK ? end_group(&parser->level[0], err) : st;
}

/* A word, a phrase, AND, OR, NOT or a bracket. */
static enum akin_status
take(struct parser *parser, bool *negate, struct akin_error *err)
{
    struct item item = {.is_not = *negate};
    enum akin_status st;

    if (++parser->n_items > AKIN_TEXT_QUERY_WORDS)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "text: more than %d words are looked for",
                         AKIN_TEXT_QUERY_WORDS);
    if (*parser->at == ')' && parser->depth > 0) {
        parser->at++;
        return close_bracket(parser, err);
    }
    if (*parser->at == '-' && parser->at[1] != '\0' &&
        !isspace((unsigned char)parser->at[1])) {
        item.is_not = true;
        parser->at++;
    }
    if (*parser->at == '(') {
        *negate = false;
        return open_bracket(parser, item.is_not, err);
    }
    st = next_item(parser, &item, err);
    if (st != AKIN_OK)
        return st;
    if (is_word(&item, "OR"))
        return end_group(&parser->level[parser->depth], err);
    if (is_word(&item, "NOT")) {
        *negate = true;
    } else if (!is_word(&item, "AND") && has_word(&item)) {
        *negate = false;
        add_item(parser, &item);
    }
    return AKIN_OK;
}

static enum akin_status
parse(struct parser *parser, struct akin_error *err)
{
    bool negate = false;
    enum akin_status st = AKIN_OK;

    while (st == AKIN_OK) {
        while (isspace((unsigned char)*parser->at))
            parser->at++;
        if (*parser->at == '\0')
            return end(parser, err);
        st = take(parser, &negate, err);
    }
    return st;
}

enum akin_status
akin_text_parse(const char *text, struct akin_text_query **out,
                struct akin_error *err)
{
    struct parser parser = {.at = text, .start = text};
    struct akin_buf clean = {0};
    enum akin_status st;

    if (strlen(text) > AKIN_TEXT_QUERY_BYTES)
        return AKIN_FAIL(err, AKIN_ELIMIT, "text: longer than %d bytes",
                         AKIN_TEXT_QUERY_BYTES);
    akin_utf8_clean(akin_span_str(text), &clean);
    parser.at = parser.start = akin_buf_text(&clean);
    parser.query = akin_new(1, sizeof(*parser.query));
    parser.query->names = akin_json_array();
    akin_json_append(parser.query->names,
                     akin_json_new_string(akin_buf_text(&clean)));
    st = parse(&parser, err);
    if (st == AKIN_OK) {
        parser.query->match = (char *)akin_buf_take(&parser.level[0].groups);
        *out = parser.query;
    } else {
        akin_text_query_free(parser.query);
    }
    for (size_t i = 0; i < AKIN_COUNT(parser.level); i++)
        free_level(&parser.level[i]);
    akin_buf_free(&clean);
    return st;
}

void
akin_text_query_free(struct akin_text_query *query)
{
    if (query == NULL)
        return;
    free(query->match);
    akin_json_free(query->names);
    free(query);
}

const char *
akin_text_query_match(const struct akin_text_query *query)
{
    return query->match;
}

char *
akin__text_fold(const char *name)
{
    size_t len;
    char *copy;

    while (isspace((unsigned char)*name))
        name++;
    len = strlen(name);
    while (len > 0 && isspace((unsigned char)name[len - 1]))
        len--;
    copy = akin_strndup(name, len);
    for (char *p = copy; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    return copy;
}

void
akin_text_doc_free(struct akin_text_doc *doc)
{
    for (size_t i = 0; i < AKIN_N_TEXT_COLUMNS; i++)
        akin_buf_free(&doc->column[i]);
    akin_json_free(doc->names);
    *doc = (struct akin_text_doc){0};
}
