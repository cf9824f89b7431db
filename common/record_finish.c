/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first and the last step of every reader.
 */
#include "record_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/dataset.h"
#include "akin/utf8.h"

/* ---- making ---- */

#define TWINS_MAX 2000 /* authors that are compared with those before them */

/* Fields in the order of the schema. */
static const char *const order[] = {
    "id",
    "title",
    "description",
    "publisher",
    "identifier",
    "uri",
    "license",
    "license_original",
    "date_published",
    "year",
    "keywords",
    "authors",
    "publications",
    "funders",
    "organism",
    "imaging_method",
    "biological_entity",
    "cell_line",
    "modality",
    "category",
    "size",
    "thumbnails",
    "models",
    "rembi",
    "mifa",
    "version",
    "source",
    "extra",
};

struct akin_json *
akin__record_new(const char *kind, const char *reader, const char *name)
{
    struct akin_json *record = akin_json_object();
    struct akin_json *source = akin_json_object();

    akin_json_set_text(source, "kind", kind);
    akin__set_line(source, "uri", name);
    akin_json_set_text(source, "reader", reader);
    akin_json_set(record, "source", source);
    return record;
}

static struct akin_json *cleaned(const struct akin_json *value,
                                 const char *path, bool *email, bool *suspect);

/* A string without e-mail addresses; NULL when nothing is left. */
static struct akin_json *
clean_string(const char *text, bool *email, bool *suspect)
{
    struct akin_buf out = {0}, again = {0};
    struct akin_json *value = NULL;

    if (!*suspect)
        *suspect = akin_text_suspect(text);
    if (strchr(text, '@') != NULL && akin_text_without_email(text, &out)) {
        *email = true;
        akin_text_clean(akin_buf_text(&out), AKIN_TEXT_PARAGRAPHS, &again);
        text = akin_buf_text(&again);
    }
    if (text[0] != '\0')
        value = akin_json_new_string(text);
    akin_buf_free(&out);
    akin_buf_free(&again);
    return value;
}

/* A member under its name without e-mail addresses; one of which nothing is
 * left is called "-". Of two that become the same, the first stays. */
static void
set_clean(struct akin_json *out, const char *key, struct akin_json *value,
          bool *email)
{
    struct akin_buf name = {0};

    if (strchr(key, '@') != NULL && akin_text_without_email(key, &name)) {
        *email = true;
        key = name.len > 0 ? akin_buf_text(&name) : "-";
    }
    if (akin_json_get(out, key) == NULL)
        akin_json_set(out, key, value);
    else
        akin_json_free(value);
    akin_buf_free(&name);
}

static struct akin_json *
clean_container(const struct akin_json *value, const char *path, bool *email,
                bool *suspect)
{
    bool array = akin_json_type(value) == AKIN_JSON_ARRAY;
    struct akin_json *out = array ? akin_json_array() : akin_json_object();
    struct akin_json *child;
    const char *key;
    void *it = NULL;

    for (size_t i = 0; array && i < akin_json_count(value); i++)
        akin_json_append(out,
                         cleaned(akin_json_at(value, i), path, email, suspect));
    while (!array && akin_json_next(value, &it, &key, &child))
        set_clean(out, key, cleaned(child, path, email, suspect), email);
    if (akin_json_count(out) > 0)
        return out;
    akin_json_free(out);
    return NULL;
}

/* A copy without empty things and e-mail addresses; NULL: nothing is left. */
static struct akin_json *
cleaned(const struct akin_json *value, const char *path, bool *email,
        bool *suspect)
{
    switch (akin_json_type(value)) {
    case AKIN_JSON_NONE:
    case AKIN_JSON_NULL:
        return NULL;
    case AKIN_JSON_STRING:
        return clean_string(akin_json_string(value), email, suspect);
    case AKIN_JSON_ARRAY:
    case AKIN_JSON_OBJECT:
        return clean_container(value, path, email, suspect);
    default:
        return akin_json_copy(value);
    }
}

static void
move_field(struct akin_json *record, struct akin_json *out, const char *key,
           struct akin_record_report *report)
{
    bool email = false, suspect = false;
    char path[80];

    (void)snprintf(path, sizeof(path), "/%s", key);
    akin_json_set(out, key,
                  cleaned(akin_json_get(record, key), path, &email, &suspect));
    akin_json_unset(record, key);
    if (email)
        akin_record_note(report, "info", "email_removed", path,
                         "e-mail addresses were taken out");
    if (suspect)
        akin_record_note(report, "warning", "text_encoding", path,
                         "some text looks as if it was decoded with the wrong "
                         "character set");
}

/* An id and a title are always there: they are made of each other, and last of
 * the file's name. */
static void
complete_names(struct akin_json *record, struct akin_record_report *report)
{
    const char *id = akin_json_text(record, "id");
    const char *title = akin_json_text(record, "title");
    const char *uri = akin_json_text(akin_json_get(record, "source"), "uri");

    if (id == NULL) {
        char *name = akin_strdup(uri == NULL ? "unnamed" : uri);
        char *slash = strrchr(name, '/');

        if (slash != NULL) /* a folder's name says more than "dataset.json" */
            *slash = '\0';
        akin_record_note(report, "warning", "id_missing", "/id",
                         "the dataset has no id; it gets \"%s\"", name);
        akin_json_set_text(record, "id", name);
        free(name);
    } else if (strlen(id) > AKIN_DATASET_ID_MAX) {
        size_t n = AKIN_DATASET_ID_MAX;
        char *name;

        while (((unsigned char)id[n] & 0xc0) == 0x80)
            n--;
        name = akin_strndup(id, n);
        akin_record_note(report, "warning", "id_long", "/id",
                         "the id is longer than %d bytes and was cut",
                         AKIN_DATASET_ID_MAX);
        akin_json_set_text(record, "id", name);
        free(name);
    }
    if (title == NULL) {
        akin_record_note(report, "warning", "title_missing", "/title",
                         "the dataset has no title");
        akin_json_set_text(record, "title", akin_json_text(record, "id"));
    }
}

/* Some archives list a person once for each of their roles or files. */
static void
drop_twins(struct akin_json *record, struct akin_record_report *report)
{
    const struct akin_json *all = akin_json_get(record, "authors");
    struct akin_json *once = akin_json_array();

    for (size_t i = 0; i < akin_json_count(all); i++) {
        struct akin_json *author = akin_json_at(all, i);
        bool twin = false;

        for (size_t k = 0; k < akin_json_count(once) && !twin && i < TWINS_MAX;
             k++)
            twin = akin_json_equal(akin_json_at(once, k), author);
        if (!twin)
            akin_json_append(once, akin_json_share(author));
    }
    if (akin_json_count(once) < akin_json_count(all))
        akin_record_note(report, "info", "author_twice", "/authors",
                         "%zu of %zu authors are there twice",
                         akin_json_count(all) - akin_json_count(once),
                         akin_json_count(all));
    if (all != NULL)
        akin_json_set(record, "authors", once);
    else
        akin_json_free(once);
}

void
akin__record_finish(struct akin_json *record, struct akin_json *records,
                    struct akin_record_report *report)
{
    struct akin_json *out = akin_json_object();

    complete_names(record, report);
    drop_twins(record, report);
    for (size_t i = 0; i < AKIN_COUNT(order); i++)
        move_field(record, out, order[i], report);
    complete_names(out, NULL); /* an id that was an e-mail address */
    akin_json_append(records, out);
    akin_json_free(record);
}
