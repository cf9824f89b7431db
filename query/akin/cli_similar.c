/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_similar.h"

#include <inttypes.h>
#include <string.h>

#include "akin/encode.h"
#include "akin/file.h"
#include "akin/utf8.h"

#include "cli_question.h"
#include "sheet.h"

#define BAR_CELLS 8
/* "  1  0.93  ████████  " */
#define LEFT_WIDTH (3 + 2 + 5 + 2 + BAR_CELLS + 2)
#define INDENT 5

static int64_t
whole(const struct akin_json *object, const char *key)
{
    int64_t value = 0;

    (void)akin_json_int(akin_json_get(object, key), &value);
    return value;
}

static double
number(const struct akin_json *object, const char *key)
{
    double value = 0;

    (void)akin_json_number(akin_json_get(object, key), &value);
    return value;
}

static const char *
text_or(const struct akin_json *object, const char *key, const char *other)
{
    const char *text = akin_json_text(object, key);

    return text != NULL ? text : other;
}

/* "images/a.tif  x 512 y 0 256×256 level 0  similarity 0.97" */
static void
print_pair(const struct akin_print *print, const struct akin_json *pair)
{
    const struct akin_json *tile = akin_json_get(pair, "tile");
    const struct akin_json *image = akin_json_get(pair, "image");
    const char *name = text_or(image, "name", text_or(image, "path", "?"));
    struct akin_buf line = {0}, place = {0};
    size_t room;

    akin_buf_printf(&place,
                    "  x %" PRId64 " y %" PRId64 " %" PRId64 "%s%" PRId64
                    " level %" PRId64 "  similarity %.2f",
                    whole(tile, "x"), whole(tile, "y"), whole(tile, "w"),
                    print->is_utf8 ? "\xc3\x97" : "x", whole(tile, "h"),
                    whole(tile, "level"), number(pair, "similarity"));
    room = INDENT + akin_utf8_count(akin_buf_text(&place));
    room = print->width > room + 12 ? print->width - room : 12;
    akin_print_pad(INDENT, &line);
    akin_print_paint(print, AKIN_PAINT_FAINT, &line);
    (void)akin_print_cut_left(print, name, room, &line);
    akin_buf_puts(&line, akin_buf_text(&place));
    akin_print_plain(print, &line);
    akin_buf_puts(&line, "\n");
    akin_print_flush(print, &line);
    akin_buf_free(&line);
    akin_buf_free(&place);
}

/* --- why --- */

/* "agrees in structure 0.98, texture 0.91, ..." */
static void
print_agreement(const struct akin_print *print, const struct akin_json *parts)
{
    struct akin_buf line = {0};

    if (akin_json_count(parts) == 0)
        return;
    akin_print_pad(INDENT, &line);
    akin_buf_puts(&line, "agrees in");
    for (size_t i = 0; i < akin_json_count(parts); i++)
        akin_buf_printf(&line, "%s %s %.0f %%", i == 0 ? "" : ",",
                        text_or(akin_json_at(parts, i), "part", "?"),
                        100 * number(akin_json_at(parts, i), "agreement"));
    akin_buf_puts(&line, "\n");
    akin_print_flush(print, &line);
    akin_buf_free(&line);
}

static void
print_terms(const struct akin_print *print, const struct akin_json *terms)
{
    struct akin_buf words = {0}, line = {0};

    if (akin_json_count(terms) == 0)
        return;
    for (size_t i = 0; i < akin_json_count(terms); i++) {
        const struct akin_json *term = akin_json_at(terms, i);

        akin_buf_printf(&words, "%s%s", i == 0 ? "" : ", ",
                        text_or(term, "label", text_or(term, "id", "?")));
    }
    akin_print_pad(INDENT, &line);
    akin_buf_puts(&line, "shares ");
    (void)akin_print_cut(print, akin_buf_text(&words),
                         print->width - INDENT - 7, &line);
    akin_buf_puts(&line, "\n");
    akin_print_flush(print, &line);
    akin_buf_free(&words);
    akin_buf_free(&line);
}

static void
print_why(const struct akin_print *print, const struct akin_json *hit)
{
    const struct akin_json *folded = akin_json_get(hit, "duplicates");

    if (akin_json_get(hit, "chance") != NULL)
        (void)fprintf(
            print->out,
            "%*sa random dataset scores as high in %.2g %% of cases\n", INDENT,
            "", 100 * number(hit, "chance"));
    print_agreement(print, akin_json_get(hit, "agreement"));
    print_terms(print, akin_json_get(hit, "shared_terms"));
    if (akin_json_count(folded) > 0)
        (void)fprintf(print->out, "%*sand %zu nearly the same\n", INDENT, "",
                      akin_json_count(folded));
}

/* --- hits --- */

static void
print_hit(const struct akin_print *print, const struct akin_json *hit,
          size_t id_width, bool explain)
{
    const struct akin_json *dataset = akin_json_get(hit, "dataset");
    const struct akin_json *pairs = akin_json_get(hit, "evidence");
    size_t left = LEFT_WIDTH + id_width + 2;
    size_t room = print->width > left + 8 ? print->width - left : 8;
    double score = number(hit, "score");
    struct akin_buf line = {0};
    size_t used;

    akin_buf_printf(&line, "%3" PRId64 "  %5.2f  ", whole(hit, "rank"), score);
    akin_print_paint(print, AKIN_PAINT_BAR, &line);
    akin_print_bar(print, score, BAR_CELLS, &line);
    akin_print_plain(print, &line);
    akin_buf_puts(&line, "  ");
    akin_print_paint(print, AKIN_PAINT_STRONG, &line);
    used = akin_print_cut(print, text_or(dataset, "id", "?"), id_width, &line);
    akin_print_plain(print, &line);
    akin_print_pad(id_width - used + 2, &line);
    (void)akin_print_cut(print, text_or(dataset, "title", ""), room, &line);
    akin_buf_puts(&line, "\n");
    akin_print_flush(print, &line);
    for (size_t i = 0; i < akin_json_count(pairs); i++)
        print_pair(print, akin_json_at(pairs, i));
    if (explain)
        print_why(print, hit);
    akin_buf_free(&line);
}

/* The ids' column: as wide as the widest, but at most a third. */
static size_t
id_width_of(const struct akin_print *print, const struct akin_json *hits)
{
    size_t most = print->width / 3, width = 2;

    for (size_t i = 0; i < akin_json_count(hits); i++) {
        const struct akin_json *dataset =
            akin_json_get(akin_json_at(hits, i), "dataset");
        size_t n = akin_utf8_count(text_or(dataset, "id", "?"));

        width = n > width ? n : width;
    }
    return width > most ? most : width;
}

static void
print_question(const struct akin_print *print, const char *image,
               const struct akin_json *query)
{
    struct akin_buf line = {0};

    akin_print_paint(print, AKIN_PAINT_STRONG, &line);
    (void)akin_print_cut_left(print, image, print->width - 28, &line);
    akin_print_plain(print, &line);
    if (akin_json_get(query, "format") != NULL)
        akin_buf_printf(&line, "  %s %" PRId64 "%s%" PRId64 ",",
                        text_or(query, "format", "?"), whole(query, "width"),
                        print->is_utf8 ? "\xc3\x97" : "x",
                        whole(query, "height"));
    akin_buf_printf(&line, "%s%" PRId64 " tiles\n",
                    akin_json_get(query, "format") != NULL ? " " : "  ",
                    whole(query, "tiles"));
    if (akin_json_text(query, "note") != NULL) {
        akin_buf_puts(&line, "note: ");
        (void)akin_print_cut(print, akin_json_text(query, "note"),
                             print->width - 6, &line);
        akin_buf_puts(&line, "\n");
    }
    akin_print_flush(print, &line);
    akin_buf_free(&line);
}

/* Literally false, not "not known". */
static bool
is_false(const struct akin_json *value)
{
    return akin_json_type(value) == AKIN_JSON_BOOL && !akin_json_true(value);
}

void
akin_cli_print_similar(const struct akin_print *print, const char *image,
                       const struct akin_json *answer, bool explain)
{
    const char *verdict = akin_json_text(answer, "verdict");
    const struct akin_json *hits = akin_json_get(answer, "hits");
    size_t n = akin_json_count(hits);
    size_t id_width = id_width_of(print, hits);

    print_question(print, image, akin_json_get(answer, "query"));
    if (verdict != NULL &&
        (explain || is_false(akin_json_get(answer, "similar"))))
        (void)fprintf(print->out, "%s\n", verdict);
    for (size_t i = 0; i < n; i++)
        print_hit(print, akin_json_at(hits, i), id_width, explain);
    (void)fprintf(print->out,
                  "%zu of %" PRId64 " datasets; plan %s, generation %" PRId64
                  ", %.1f ms\n",
                  n, whole(answer, "total"), text_or(answer, "plan", "?"),
                  whole(answer, "generation"), number(answer, "took_ms"));
}

/* What is asked with by one call: operands first .. first + n - 1, and with
 * --together everything else. */
struct asked {
    size_t first, n;
    const char *name; /* for people */
};

/* Of a path the folder and the name: the rest is in the way. */
static const char *
tail_of(const char *path)
{
    const char *p = path + strlen(path);

    for (int slashes = 0; p > path; p--)
        if (p[-1] == '/' && ++slashes == 3)
            break;
    return p;
}

static enum akin_status
draw_sheet(const struct akin_cli_args *args, const struct asked *asked,
           const struct akin_json *answer, struct akin_error *err)
{
    struct akin_plane picture = {0};
    struct akin_buf title = {0}, png = {0};
    enum akin_status st;

    akin_buf_printf(&title, "akin: like %s", tail_of(asked->name));
    st = akin_sheet_draw(answer, args->operand + asked->first, asked->n,
                         akin_buf_text(&title), &picture, err);
    if (st == AKIN_OK)
        st = akin_encode_png(&picture, &png, err);
    if (st == AKIN_OK)
        st = akin_file_write(args->sheet, akin_buf_span(&png), err);
    if (st != AKIN_OK)
        akin_error_prefix(err, "--sheet %s", args->sheet);
    akin_plane_free(&picture);
    akin_buf_free(&title);
    akin_buf_free(&png);
    return st;
}

static enum akin_status
ask_one(const struct akin_cli_args *args, struct akin_ask *ask,
        const struct akin_print *print, const struct asked *asked,
        struct akin_error *err)
{
    struct akin_json *params = NULL, *answer = NULL;
    enum akin_status st =
        akin_cli_question(args, ask, asked->first, asked->n, &params, err);

    if (st == AKIN_OK)
        st = akin_ask_call(ask, "similar", params, &answer, err);
    akin_json_free(params);
    if (st == AKIN_OK && args->sheet != NULL)
        st = draw_sheet(args, asked, answer, err);
    if (st == AKIN_OK && args->json) {
        akin_json_set_text(answer, "image", asked->name);
        akin_print_json(print, answer);
    } else if (st == AKIN_OK) {
        akin_cli_print_similar(print, asked->name, answer, args->explain);
    }
    akin_json_free(answer);
    return st;
}

/* Everything as one question. */
static enum akin_status
ask_together(const struct akin_cli_args *args, struct akin_ask *ask,
             const struct akin_print *print, struct akin_error *err)
{
    struct asked asked = {0, args->n_operands, NULL};
    struct akin_buf name = {0};
    enum akin_status st;

    for (size_t i = 0; i < args->n_operands + args->n_examples; i++) {
        bool is_file = i < args->n_operands;

        akin_buf_printf(&name, "%s%s", i == 0 ? "" : " + ",
                        is_file ? args->operand[i]
                                : args->example[i - args->n_operands].text);
    }
    asked.name = akin_buf_text(&name);
    st = ask_one(args, ask, print, &asked, err);
    akin_buf_free(&name);
    return st;
}

enum akin_status
akin_cli_similar(const struct akin_cli_args *args, struct akin_ask *ask,
                 const struct akin_print *print, int *exit_code,
                 struct akin_error *err)
{
    size_t n_failed = 0;
    bool is_apart = false;
    enum akin_status last = AKIN_OK;

    if (args->together)
        return ask_together(args, ask, print, err);
    for (size_t i = 0; i < args->n_operands; i++) {
        struct asked asked = {i, 1, args->operand[i]};
        struct akin_error here = {0};
        enum akin_status st;

        /* An empty line between two answers. */
        if (i > n_failed && !args->json && !is_apart) {
            (void)fputc('\n', print->out);
            is_apart = true;
        }
        st = ask_one(args, ask, print, &asked, &here);
        if (st == AKIN_OK) {
            is_apart = false;
            continue;
        }
        last = st;
        n_failed++;
        *err = here;
        /* Nobody there for one is nobody there for all. */
        if (st == AKIN_EAGAIN)
            return st;
        if (n_failed < args->n_operands)
            (void)fprintf(stderr, "akin: %s\n", here.text);
    }
    *exit_code = n_failed == 0 ? 0 : 3;
    return n_failed == args->n_operands ? last : AKIN_OK;
}
