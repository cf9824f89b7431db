/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_show.h"

#include <inttypes.h>

#include "akin/utf8.h"

static int64_t
whole(const struct akin_json *object, const char *key)
{
    int64_t value = 0;

    (void)akin_json_int(akin_json_get(object, key), &value);
    return value;
}

/* What of a record is shown, in this order. */
static const struct {
    const char *key, *name;
} fields[] = {
    {"id", "id"},
    {"title", "title"},
    {"description", "description"},
    {"organism", "organism"},
    {"imaging_method", "imaging method"},
    {"modality", "modality"},
    {"category", "category"},
    {"authors", "authors"},
    {"publisher", "publisher"},
    {"license", "licence"},
    {"date_published", "published"},
    {"keywords", "keywords"},
    {"publications", "publications"},
    {"funders", "funders"},
    {"models", "models"},
    {"source", "source"},
    {"uri", "address"},
    {"url", "address"},
};

static void
print_image(const struct akin_print *print, const struct akin_json *image)
{
    const struct akin_json *dims = akin_json_get(image, "dims");
    const char *name = akin_json_text(image, "name");
    const char *format = akin_json_text(image, "format");
    struct akin_buf line = {0}, size = {0};
    const char *cross = print->is_utf8 ? "\xc3\x97" : "x";
    size_t room;

    akin_buf_printf(&size, "  %s %" PRId64 "%s%" PRId64,
                    format != NULL ? format : "?", whole(dims, "x"), cross,
                    whole(dims, "y"));
    if (whole(dims, "z") > 1 || whole(dims, "c") > 1 || whole(dims, "t") > 1)
        akin_buf_printf(&size, " z %" PRId64 " c %" PRId64 " t %" PRId64,
                        whole(dims, "z"), whole(dims, "c"), whole(dims, "t"));
    akin_buf_printf(&size, ", %" PRId64 " tiles", whole(image, "tiles"));
    room = 2 + akin_utf8_count(akin_buf_text(&size));
    room = print->width > room + 12 ? print->width - room : 12;
    akin_buf_puts(&line, "  ");
    (void)akin_print_cut_left(print, name != NULL ? name : "?", room, &line);
    akin_buf_puts(&line, akin_buf_text(&size));
    akin_buf_puts(&line, "\n");
    akin_print_flush(print, &line);
    akin_buf_free(&line);
    akin_buf_free(&size);
}

static void
print_history(const struct akin_print *print, const struct akin_json *history)
{
    struct akin_buf line = {0};

    if (history == NULL)
        return;
    (void)fprintf(print->out, "\nversions\n");
    for (size_t i = 0; i < akin_json_count(history); i++) {
        const struct akin_json *version = akin_json_at(history, i);
        struct akin_buf when = {0};

        akin_print_value(akin_json_get(version, "time"), &when);
        akin_buf_printf(&line, "  %" PRId64 "  ", whole(version, "version"));
        (void)akin_print_cut(print, akin_buf_text(&when), 24, &line);
        akin_buf_puts(&line, "  ");
        akin_buf_clear(&when);
        akin_print_value(
            akin_json_get(akin_json_get(version, "record"), "title"), &when);
        (void)akin_print_cut(print, akin_buf_text(&when), print->width - 32,
                             &line);
        akin_buf_puts(&line, "\n");
        akin_print_flush(print, &line);
        akin_buf_free(&when);
    }
    akin_buf_free(&line);
}

void
akin_cli_print_dataset(const struct akin_print *print,
                       const struct akin_json *answer)
{
    const struct akin_json *record = akin_json_get(answer, "dataset");
    const struct akin_json *images = akin_json_get(answer, "images");
    int64_t total = whole(answer, "images_total");
    size_t n = akin_json_count(images);

    for (size_t i = 0; i < AKIN_COUNT(fields); i++)
        akin_print_field(print, fields[i].name,
                         akin_json_get(record, fields[i].key));
    akin_print_field(print, "version", akin_json_get(answer, "version"));
    akin_print_field(print, "updated", akin_json_get(answer, "updated"));
    (void)fprintf(print->out, "\n%" PRId64 " image%s\n", total,
                  total == 1 ? "" : "s");
    for (size_t i = 0; i < n; i++)
        print_image(print, akin_json_at(images, i));
    if ((int64_t)n < total)
        (void)fprintf(print->out, "  and %" PRId64 " more\n",
                      total - (int64_t)n);
    print_history(print, akin_json_get(answer, "history"));
}

enum akin_status
akin_cli_show(const struct akin_cli_args *args, struct akin_ask *ask,
              const struct akin_print *print, struct akin_error *err)
{
    struct akin_json *params = akin_json_object(), *answer = NULL;
    enum akin_status st;

    akin_json_set_text(params, "id", args->operand[0]);
    if (args->history)
        akin_json_set_bool(params, "history", true);
    st = akin_ask_call(ask, "get", params, &answer, err);
    akin_json_free(params);
    if (st != AKIN_OK)
        return st;
    if (args->json)
        akin_print_json(print, answer);
    else
        akin_cli_print_dataset(print, answer);
    akin_json_free(answer);
    return AKIN_OK;
}
