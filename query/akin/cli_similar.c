/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_similar.h"

#include <inttypes.h>
#include <string.h>

#include "akin/utf8.h"

#define BAR_CELLS 8
/* "  1  0.93  ████████  " */
#define LEFT_WIDTH (3 + 2 + 5 + 2 + BAR_CELLS + 2)
#define INDENT 5

static struct akin_json *
make_params(const struct akin_cli_args *args, struct akin_json *image)
{
    struct akin_json *params = akin_json_object();
    struct akin_json *list;

    akin_json_set(params, "image", image);
    akin_json_set_int(params, "k", (int64_t)args->k);
    akin_json_set_int(params, "evidence", (int64_t)args->evidence);
    akin_json_set_text(params, "where", args->where);
    if (args->exclude_self)
        akin_json_set_bool(params, "exclude_self", true);
    if (args->n_exclude > 0) {
        list = akin_json_array();
        for (size_t i = 0; i < args->n_exclude; i++)
            akin_json_append(list, akin_json_new_string(args->exclude[i]));
        akin_json_set(params, "exclude", list);
    }
    if (args->has_region) {
        list = akin_json_array();
        akin_json_append(list, akin_json_new_int(args->region.x));
        akin_json_append(list, akin_json_new_int(args->region.y));
        akin_json_append(list, akin_json_new_int(args->region.w));
        akin_json_append(list, akin_json_new_int(args->region.h));
        akin_json_set(params, "region", list);
    }
    return params;
}

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

static void
print_hit(const struct akin_print *print, const struct akin_json *hit,
          size_t id_width)
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
    akin_buf_printf(&line, "  %s %" PRId64 "%s%" PRId64 ", %" PRId64 " tiles\n",
                    text_or(query, "format", "?"), whole(query, "width"),
                    print->is_utf8 ? "\xc3\x97" : "x", whole(query, "height"),
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

void
akin_cli_print_similar(const struct akin_print *print, const char *image,
                       const struct akin_json *answer)
{
    const struct akin_json *hits = akin_json_get(answer, "hits");
    size_t n = akin_json_count(hits);
    size_t id_width = id_width_of(print, hits);

    print_question(print, image, akin_json_get(answer, "query"));
    for (size_t i = 0; i < n; i++)
        print_hit(print, akin_json_at(hits, i), id_width);
    (void)fprintf(print->out,
                  "%zu of %" PRId64 " datasets; plan %s, generation %" PRId64
                  ", %.1f ms\n",
                  n, whole(answer, "total"), text_or(answer, "plan", "?"),
                  whole(answer, "generation"), number(answer, "took_ms"));
}

static enum akin_status
ask_one(const struct akin_cli_args *args, struct akin_ask *ask,
        const struct akin_print *print, const char *path,
        struct akin_error *err)
{
    struct akin_json *image = NULL, *params, *answer = NULL;
    enum akin_status st = akin_ask_image(ask, path, &image, err);

    if (st != AKIN_OK)
        return st;
    params = make_params(args, image);
    st = akin_ask_call(ask, "similar", params, &answer, err);
    akin_json_free(params);
    if (st != AKIN_OK)
        return st;
    if (args->json) {
        akin_json_set_text(answer, "image", path);
        akin_print_json(print, answer);
    } else {
        akin_cli_print_similar(print, path, answer);
    }
    akin_json_free(answer);
    return AKIN_OK;
}

enum akin_status
akin_cli_similar(const struct akin_cli_args *args, struct akin_ask *ask,
                 const struct akin_print *print, int *exit_code,
                 struct akin_error *err)
{
    size_t n_failed = 0;
    bool is_apart = false;
    enum akin_status last = AKIN_OK;

    for (size_t i = 0; i < args->n_operands; i++) {
        struct akin_error here = {0};
        enum akin_status st;

        /* An empty line between two answers. */
        if (i > n_failed && !args->json && !is_apart) {
            (void)fputc('\n', print->out);
            is_apart = true;
        }
        st = ask_one(args, ask, print, args->operand[i], &here);
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
