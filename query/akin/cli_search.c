/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_search.h"

#include <inttypes.h>
#include <string.h>

#include "akin/utf8.h"

#define PAGE 1000 /* hits asked for at once when all are wanted */
#define COUNT_WIDTH 7
#define INDENT 2
#define HINT_WIDTH 300

static int64_t
whole(const struct akin_json *object, const char *key)
{
    int64_t value = 0;

    (void)akin_json_int(akin_json_get(object, key), &value);
    return value;
}

static const char *
text_or(const struct akin_json *object, const char *key, const char *other)
{
    const char *text = akin_json_text(object, key);

    return text != NULL ? text : other;
}

static struct akin_json *
make_params(const struct akin_cli_args *args)
{
    struct akin_json *params = akin_json_object();
    struct akin_json *facets = akin_json_array();

    if (args->n_operands > 0)
        akin_json_set_text(params, "text", args->operand[0]);
    akin_json_set_text(params, "where", args->where);
    for (size_t i = 0; i < args->n_facets; i++)
        akin_json_append(facets, akin_json_new_string(args->facet[i]));
    if (args->n_facets > 0)
        akin_json_set(params, "facets", facets);
    else
        akin_json_free(facets);
    return params;
}

/* --- hits --- */

/* A part of a text that matches, its words painted. */
static void
print_highlight(const struct akin_print *print, const char *name,
                const char *part)
{
    struct akin_buf line = {0}, plain = {0};

    for (const char *p = part; *p != '\0'; p++)
        if (*p == 2 || *p == 3)
            akin_buf_puts(&plain, print->is_colour ? "" : *p == 2 ? "[" : "]");
        else
            akin_buf_put(&plain, p, 1);
    akin_print_pad(5, &line);
    akin_print_paint(print, AKIN_PAINT_FAINT, &line);
    akin_buf_printf(&line, "%s: ", name);
    (void)akin_print_cut(print, akin_buf_text(&plain),
                         print->width - 7 - strlen(name), &line);
    akin_print_plain(print, &line);
    akin_buf_puts(&line, "\n");
    akin_print_flush(print, &line);
    akin_buf_free(&line);
    akin_buf_free(&plain);
}

static void
print_hit(const struct akin_print *print, const struct akin_json *hit,
          size_t id_width)
{
    static const char *const shown[] = {"description", "keywords",    "authors",
                                        "terms",       "annotations", "other"};
    const struct akin_json *dataset = akin_json_get(hit, "dataset");
    const struct akin_json *marks = akin_json_get(hit, "highlights");
    size_t room =
        print->width > id_width + 17 ? print->width - id_width - 7 : 10;
    struct akin_buf line = {0};
    size_t used;

    akin_buf_printf(&line, "%3" PRId64 "  ", whole(hit, "rank"));
    akin_print_paint(print, AKIN_PAINT_STRONG, &line);
    used = akin_print_cut(print, text_or(dataset, "id", "?"), id_width, &line);
    akin_print_plain(print, &line);
    akin_print_pad(id_width - used + 2, &line);
    (void)akin_print_cut(print, text_or(dataset, "title", ""), room, &line);
    akin_buf_puts(&line, "\n");
    akin_print_flush(print, &line);
    for (size_t i = 0; i < AKIN_COUNT(shown); i++)
        if (akin_json_text(marks, shown[i]) != NULL) {
            print_highlight(print, shown[i], akin_json_text(marks, shown[i]));
            break;
        }
    akin_buf_free(&line);
}

void
akin_cli_print_hits(const struct akin_print *print,
                    const struct akin_json *answer)
{
    const struct akin_json *hits = akin_json_get(answer, "hits");
    size_t most = print->width / 3, width = 2;
    double ms = 0;

    for (size_t i = 0; i < akin_json_count(hits); i++) {
        size_t n = akin_utf8_count(text_or(
            akin_json_get(akin_json_at(hits, i), "dataset"), "id", "?"));

        width = n > width ? n : width;
    }
    width = width > most ? most : width;
    for (size_t i = 0; i < akin_json_count(hits); i++)
        print_hit(print, akin_json_at(hits, i), width);
    (void)akin_json_number(akin_json_get(answer, "took_ms"), &ms);
    (void)fprintf(print->out, "%zu of %" PRId64 " datasets; %.1f ms\n",
                  akin_json_count(hits), whole(answer, "total"), ms);
}

/* --- facets --- */

static void
print_values(const struct akin_print *print, const struct akin_json *values,
             size_t depth)
{
    for (size_t i = 0; i < akin_json_count(values); i++) {
        const struct akin_json *one = akin_json_at(values, i);
        const char *value = text_or(one, "value", "?");
        const char *label = text_or(one, "label", value);
        size_t left = COUNT_WIDTH + INDENT + INDENT * depth;
        size_t room = print->width > left + 20 ? print->width - left : 20;
        struct akin_buf line = {0};
        size_t used;

        akin_buf_printf(&line, "%*" PRId64, COUNT_WIDTH, whole(one, "count"));
        akin_print_pad(INDENT + INDENT * depth, &line);
        used = akin_print_cut(print, label, room, &line);
        if (strcmp(label, value) != 0 && room > used + 12) {
            akin_print_paint(print, AKIN_PAINT_FAINT, &line);
            akin_buf_puts(&line, "  ");
            (void)akin_print_cut(print, value, room - used - 2, &line);
            akin_print_plain(print, &line);
        }
        akin_buf_puts(&line, "\n");
        akin_print_flush(print, &line);
        akin_buf_free(&line);
        print_values(print, akin_json_get(one, "children"), depth + 1);
    }
}

void
akin_cli_print_facets(const struct akin_print *print,
                      const struct akin_json *facets)
{
    struct akin_json *values = NULL;
    const char *name = NULL;
    void *it = NULL;

    while (akin_json_next(facets, &it, &name, &values)) {
        struct akin_buf line = {0};

        if (akin_json_count(values) == 0)
            continue;
        akin_buf_puts(&line, "\n");
        akin_print_paint(print, AKIN_PAINT_STRONG, &line);
        akin_buf_puts(&line, name);
        akin_print_plain(print, &line);
        akin_buf_puts(&line, "\n");
        akin_print_flush(print, &line);
        print_values(print, values, 0);
        akin_buf_free(&line);
    }
}

static void
print_hints(const struct akin_print *print, const struct akin_json *answer)
{
    const struct akin_json *hints = akin_json_get(answer, "hints");

    for (size_t i = 0; i < akin_json_count(hints); i++) {
        const struct akin_json *one = akin_json_at(hints, i);
        struct akin_buf line = {0};

        akin_buf_printf(&line, "%s: ", text_or(one, "field", "?"));
        (void)akin_print_cut(print, text_or(one, "text", ""), HINT_WIDTH,
                             &line);
        akin_buf_puts(&line, "\n");
        akin_print_flush(print, &line);
        akin_buf_free(&line);
    }
}

/* --- all that is found --- */

/* A field as RFC 4180 has it. A value that a spreadsheet would take for a
 * formula gets a quotation mark before it. */
static void
put_csv(const struct akin_json *value, const char *end, struct akin_buf *out)
{
    struct akin_buf text = {0};

    akin_print_value(value, &text);
    akin_buf_puts(out, "\"");
    if (text.len > 0 && strchr("=+-@\t\r", akin_buf_text(&text)[0]) != NULL)
        akin_buf_puts(out, "'");
    for (const char *p = akin_buf_text(&text); *p != '\0'; p++)
        akin_buf_put(out, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
    akin_buf_printf(out, "\"%s", end);
    akin_buf_free(&text);
}

static const char *const csv_columns[] = {
    "id",        "title",          "license", "organism", "imaging_method",
    "publisher", "date_published", "authors", "uri"};

static void
print_row(const struct akin_print *print, const struct akin_json *dataset)
{
    struct akin_buf line = {0};

    for (size_t i = 0; i < AKIN_COUNT(csv_columns); i++)
        put_csv(akin_json_get(dataset, csv_columns[i]),
                i + 1 < AKIN_COUNT(csv_columns) ? "," : "\r\n", &line);
    akin_print_flush(print, &line);
    akin_buf_free(&line);
}

static void
print_page(const struct akin_cli_args *args, const struct akin_print *print,
           const struct akin_json *hits)
{
    for (size_t i = 0; i < akin_json_count(hits); i++) {
        const struct akin_json *hit = akin_json_at(hits, i);

        if (args->csv)
            print_row(print, akin_json_get(hit, "dataset"));
        else
            akin_print_json(print, akin_json_get(hit, "dataset"));
    }
}

static enum akin_status
export_all(const struct akin_cli_args *args, struct akin_ask *ask,
           const struct akin_print *print, struct akin_error *err)
{
    struct akin_json *params = make_params(args);
    enum akin_status st = AKIN_OK;
    bool more = true;

    akin_json_set_int(params, "k", PAGE);
    for (size_t i = 0; args->csv && i < AKIN_COUNT(csv_columns); i++)
        (void)fprintf(print->out, "%s%s", csv_columns[i],
                      i + 1 < AKIN_COUNT(csv_columns) ? "," : "\r\n");
    while (st == AKIN_OK && more) {
        struct akin_json *answer = NULL;

        st = akin_ask_call(ask, "search", params, &answer, err);
        more = akin_json_text(answer, "next") != NULL;
        if (st == AKIN_OK)
            print_page(args, print, akin_json_get(answer, "hits"));
        akin_json_set_text(params, "cursor", akin_json_text(answer, "next"));
        akin_json_free(answer);
    }
    akin_json_free(params);
    return st;
}

/* --- the commands --- */

enum akin_status
akin_cli_search(const struct akin_cli_args *args, struct akin_ask *ask,
                const struct akin_print *print, struct akin_error *err)
{
    struct akin_json *params, *answer = NULL;
    enum akin_status st;

    if (args->jsonl || args->csv)
        return export_all(args, ask, print, err);
    params = make_params(args);
    akin_json_set_int(params, "k", (int64_t)args->k);
    st = akin_ask_call(ask, "search", params, &answer, err);
    akin_json_free(params);
    if (st == AKIN_OK && args->json) {
        akin_print_json(print, answer);
    } else if (st == AKIN_OK) {
        akin_cli_print_hits(print, answer);
        akin_cli_print_facets(print, akin_json_get(answer, "facets"));
        print_hints(print, answer);
    }
    akin_json_free(answer);
    return st;
}

enum akin_status
akin_cli_facets(const struct akin_cli_args *args, struct akin_ask *ask,
                const struct akin_print *print, struct akin_error *err)
{
    struct akin_json *params = make_params(args), *answer = NULL;
    enum akin_status st;

    akin_json_set_int(params, "facet_size", (int64_t)args->k);
    st = akin_ask_call(ask, "facets", params, &answer, err);
    akin_json_free(params);
    if (st == AKIN_OK && args->json) {
        akin_print_json(print, answer);
    } else if (st == AKIN_OK) {
        (void)fprintf(print->out, "%" PRId64 " datasets\n",
                      whole(answer, "total"));
        akin_cli_print_facets(print, akin_json_get(answer, "facets"));
        print_hints(print, answer);
    }
    akin_json_free(answer);
    return st;
}

enum akin_status
akin_cli_suggest(const struct akin_cli_args *args, struct akin_ask *ask,
                 const struct akin_print *print, struct akin_error *err)
{
    struct akin_json *params = akin_json_object(), *answer = NULL;
    const struct akin_json *list;
    enum akin_status st;

    akin_json_set_text(params, "text", args->operand[0]);
    akin_json_set_int(params, "max", (int64_t)args->k);
    st = akin_ask_call(ask, "suggest", params, &answer, err);
    akin_json_free(params);
    list = akin_json_get(answer, "suggestions");
    if (st == AKIN_OK && args->json)
        akin_print_json(print, answer);
    for (size_t i = 0; !args->json && i < akin_json_count(list); i++) {
        const struct akin_json *one = akin_json_at(list, i);
        struct akin_buf line = {0};

        akin_buf_printf(&line, "%*" PRId64 "  %-18s", COUNT_WIDTH,
                        whole(one, "count"), text_or(one, "field", "?"));
        (void)akin_print_cut(print, text_or(one, "label", "?"),
                             print->width - COUNT_WIDTH - 22, &line);
        akin_buf_puts(&line, "\n");
        akin_print_flush(print, &line);
        akin_buf_free(&line);
    }
    akin_json_free(answer);
    return st;
}
