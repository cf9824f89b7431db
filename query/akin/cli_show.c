/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_show.h"

#include <inttypes.h>

#include <string.h>

#include "akin/utf8.h"

#define SHOWN_FILES 10 /* of file lists */

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
    {"uri", "address"},
    {"url", "address"},
};

/* "Annotation type: Segmentation masks; Source image: a.tif" */
static void
print_attributes(const struct akin_print *print, const char *indent,
                 const struct akin_json *file)
{
    struct akin_buf line = {0}, text = {0};
    struct akin_json *value;
    const char *name;
    void *it = NULL;

    while (
        akin_json_next(akin_json_get(file, "attributes"), &it, &name, &value)) {
        akin_buf_printf(&text, "%s%s: ", text.len > 0 ? "; " : "", name);
        akin_print_value(value, &text);
    }
    if (text.len > 0) {
        akin_buf_puts(&line, indent);
        (void)akin_print_cut(print, akin_buf_text(&text),
                             print->width - strlen(indent), &line);
        akin_buf_puts(&line, "\n");
        akin_print_flush(print, &line);
    }
    akin_buf_free(&line);
    akin_buf_free(&text);
}

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
    print_attributes(print, "      ", akin_json_get(image, "metadata"));
    akin_buf_free(&line);
    akin_buf_free(&size);
}

/* What the file lists name; where there are images, their lines have it. */
static void
print_files(const struct akin_print *print, const struct akin_json *answer)
{
    const struct akin_json *files = akin_json_get(answer, "files");
    int64_t total = whole(answer, "files_total");
    struct akin_buf line = {0};

    if (total == 0)
        return;
    (void)fprintf(print->out, "\n%" PRId64 " file%s in file lists\n", total,
                  total == 1 ? "" : "s");
    for (size_t i = 0; i < akin_json_count(files); i++) {
        const char *path = akin_json_text(akin_json_at(files, i), "path");

        akin_buf_puts(&line, "  ");
        (void)akin_print_cut_left(print, path != NULL ? path : "?",
                                  print->width - 2, &line);
        akin_buf_puts(&line, "\n");
        akin_print_flush(print, &line);
        print_attributes(print, "      ", akin_json_at(files, i));
    }
    if (akin_json_count(files) > 0 && (int64_t)akin_json_count(files) < total)
        (void)fprintf(print->out, "  and %" PRId64 " more\n",
                      total - (int64_t)akin_json_count(files));
    akin_buf_free(&line);
}

/* "license: CC-BY-4.0 -> CC0-1.0", "keywords: - cells", "keywords: + nuclei" */
static void
print_change(const struct akin_print *print, const struct akin_json *change)
{
    const struct akin_json *old = akin_json_get(change, "old");
    const struct akin_json *new = akin_json_get(change, "new");
    const char *field = akin_json_text(change, "field");
    size_t room = print->width > 40 ? print->width / 2 - 6 : 14;
    struct akin_buf line = {0}, value = {0};

    akin_buf_puts(&line, "      ");
    (void)akin_print_cut(print, field != NULL ? field : "?", room, &line);
    akin_buf_puts(&line, ": ");
    if (new == NULL)
        akin_buf_puts(&line, "- ");
    if (old != NULL) {
        akin_print_value(old, &value);
        (void)akin_print_cut(print, akin_buf_text(&value), room, &line);
        akin_buf_clear(&value);
    }
    if (old == NULL)
        akin_buf_puts(&line, "+ ");
    else if (new != NULL)
        akin_buf_puts(&line, " -> ");
    if (new != NULL) {
        akin_print_value(new, &value);
        (void)akin_print_cut(print, akin_buf_text(&value), room, &line);
    }
    akin_buf_puts(&line, "\n");
    akin_print_flush(print, &line);
    akin_buf_free(&line);
    akin_buf_free(&value);
}

static void
print_version(const struct akin_print *print, const struct akin_json *version)
{
    const struct akin_json *changes = akin_json_get(version, "changes");
    struct akin_buf line = {0}, text = {0};

    akin_buf_printf(&line, "  %" PRId64 "  ", whole(version, "version"));
    akin_print_value(akin_json_get(version, "time"), &text);
    (void)akin_print_cut(print, akin_buf_text(&text), 24, &line);
    akin_buf_puts(&line, "  ");
    akin_buf_clear(&text);
    akin_print_value(akin_json_get(akin_json_get(version, "record"), "title"),
                     &text);
    (void)akin_print_cut(print, akin_buf_text(&text), print->width - 32, &line);
    akin_buf_puts(&line, "\n");
    akin_print_flush(print, &line);
    for (size_t i = 0; i < akin_json_count(changes); i++)
        print_change(print, akin_json_at(changes, i));
    akin_buf_free(&line);
    akin_buf_free(&text);
}

static void
print_history(const struct akin_print *print, const struct akin_json *answer)
{
    const struct akin_json *history = akin_json_get(answer, "history");

    if (history == NULL)
        return;
    (void)fprintf(print->out, "\nversions\n");
    for (size_t i = 0; i < akin_json_count(history); i++)
        print_version(print, akin_json_at(history, i));
    if (akin_json_count(history) > 1)
        akin_print_field(print, "first made by",
                         akin_json_get(answer, "original_creators"));
}

static void
print_removed(const struct akin_print *print, const struct akin_json *answer)
{
    const struct akin_json *grave = akin_json_get(answer, "tombstone");

    akin_print_field(print, "id", akin_json_get(grave, "id"));
    akin_print_field(print, "removed", akin_json_get(grave, "time"));
    akin_print_field(print, "reason", akin_json_get(grave, "reason"));
    print_history(print, answer);
}

/* ---- people ---- */

static void
print_contribution(const struct akin_print *print,
                   const struct akin_json *contribution)
{
    const struct akin_json *annotations =
        akin_json_get(contribution, "annotations");
    int64_t first = whole(contribution, "first_version");
    int64_t last = whole(contribution, "last_version");
    int64_t n = whole(contribution, "versions");
    struct akin_buf line = {0}, text = {0};

    akin_buf_puts(&text, akin_json_text(contribution, "id"));
    akin_buf_puts(&text, "  ");
    akin_print_value(akin_json_get(contribution, "title"), &text);
    (void)akin_print_cut(print, akin_buf_text(&text), print->width, &line);
    akin_buf_puts(&line, "\n    ");
    akin_buf_clear(&text);
    akin_print_value(akin_json_get(contribution, "roles"), &text);
    if (akin_json_count(annotations) > 0) {
        akin_buf_puts(&text, " of ");
        akin_print_value(annotations, &text);
    }
    if (first == last && n > 1)
        akin_buf_printf(&text, "; version %" PRId64 " of %" PRId64, first, n);
    else if (n > 1)
        akin_buf_printf(&text,
                        "; versions %" PRId64 " to %" PRId64 " of %" PRId64,
                        first, last, n);
    if (akin_json_text(contribution, "removed") != NULL)
        akin_buf_printf(&text, "; removed: %s",
                        akin_json_text(contribution, "removed"));
    (void)akin_print_cut(print, akin_buf_text(&text), print->width - 4, &line);
    akin_buf_puts(&line, "\n");
    akin_print_flush(print, &line);
    akin_buf_free(&line);
    akin_buf_free(&text);
}

static void
print_person(const struct akin_print *print, const struct akin_json *person)
{
    const struct akin_json *all = akin_json_get(person, "contributions");
    size_t n = akin_json_count(all);

    akin_print_field(print, "orcid", akin_json_get(person, "orcid"));
    akin_print_field(print, "name", akin_json_get(person, "names"));
    (void)fprintf(print->out, "\n%zu dataset%s\n", n, n == 1 ? "" : "s");
    for (size_t i = 0; i < n; i++)
        print_contribution(print, akin_json_at(all, i));
}

/* "ro-crate S-1/ro-crate-metadata.json, dataset-json S-1/dataset.json" */
static void
print_source(const struct akin_print *print, const struct akin_json *source)
{
    const struct akin_json *also = akin_json_get(source, "also");
    struct akin_json *text;
    struct akin_buf line = {0};

    for (size_t i = 0; i <= akin_json_count(also); i++) {
        const struct akin_json *one =
            i == 0 ? source : akin_json_at(also, i - 1);
        const char *kind = akin_json_text(one, "kind");
        const char *uri = akin_json_text(one, "uri");

        if (kind != NULL)
            akin_buf_printf(&line, "%s%s%s%s", i > 0 ? ", " : "", kind,
                            uri != NULL ? " " : "", uri != NULL ? uri : "");
    }
    text = akin_json_new_string(akin_buf_text(&line));
    akin_print_field(print, "source", text);
    akin_json_free(text);
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

    if (record == NULL) {
        print_removed(print, answer);
        return;
    }
    for (size_t i = 0; i < AKIN_COUNT(fields); i++)
        akin_print_field(print, fields[i].name,
                         akin_json_get(record, fields[i].key));
    print_source(print, akin_json_get(record, "source"));
    akin_print_field(print, "version", akin_json_get(answer, "version"));
    akin_print_field(print, "updated", akin_json_get(answer, "updated"));
    (void)fprintf(print->out, "\n%" PRId64 " image%s\n", total,
                  total == 1 ? "" : "s");
    for (size_t i = 0; i < n; i++)
        print_image(print, akin_json_at(images, i));
    if ((int64_t)n < total)
        (void)fprintf(print->out, "  and %" PRId64 " more\n",
                      total - (int64_t)n);
    print_files(print, answer);
    print_history(print, answer);
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
    akin_json_set_int(params, "files", SHOWN_FILES);
    st = akin_ask_call(ask, "get", params, &answer, err);
    akin_json_free(params);
    if (st != AKIN_OK)
        return st;
    if (args->json)
        akin_print_json(print, answer);
    else if (akin_json_get(answer, "person") != NULL)
        print_person(print, akin_json_get(answer, "person"));
    else
        akin_cli_print_dataset(print, answer);
    akin_json_free(answer);
    return AKIN_OK;
}
