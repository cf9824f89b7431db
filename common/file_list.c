/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/file_list.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "akin/file.h"
#include "akin/normalize.h"
#include "akin/utf8.h"
#include "csv_internal.h"

/* ---- entries ---- */

static bool
leaves_folder(const char *path)
{
    for (const char *p = path; (p = strstr(p, "..")) != NULL; p++)
        if ((p == path || p[-1] == '/') && (p[2] == '\0' || p[2] == '/'))
            return true;
    return false;
}

/* The entry of a path, made anew; NULL when it must be left out. */
static struct akin_json *
new_entry(struct akin_json *files, const char *path,
          struct akin_record_report *report)
{
    struct akin_json *entry;

    while (isspace((unsigned char)*path) || *path == '/' ||
           strncmp(path, "./", 2) == 0)
        path += *path == '.' ? 2 : 1;
    if (*path == '\0') {
        akin_record_note(report, "warning", "path_missing", "/files",
                         "an entry has no path");
        return NULL;
    }
    if (leaves_folder(path)) {
        akin_record_note(report, "warning", "path_outside", "/files",
                         "%s leaves the folder of the study", path);
        return NULL;
    }
    if (akin_json_get(files, path) != NULL) {
        akin_record_note(report, "warning", "path_twice", "/files",
                         "%s is listed twice", path);
        return NULL;
    }
    entry = akin_json_object();
    akin_json_set(files, path, entry);
    return akin_json_get(files, path);
}

static void
add_attribute(struct akin_json *entry, const char *name, const char *value)
{
    struct akin_json *attributes = akin_json_get(entry, "attributes"), *old;
    struct akin_buf key = {0}, text = {0};

    akin_text_clean(name, AKIN_TEXT_LINE, &key);
    akin_text_clean(value, AKIN_TEXT_LINE, &text);
    if (key.len > 0 && text.len > 0) {
        if (attributes == NULL) {
            akin_json_set(entry, "attributes", akin_json_object());
            attributes = akin_json_get(entry, "attributes");
        }
        old = akin_json_get(attributes, akin_buf_text(&key));
        if (old == NULL) {
            akin_json_set_text(attributes, akin_buf_text(&key),
                               akin_buf_text(&text));
        } else {
            struct akin_json *all = akin_json_array();

            if (akin_json_type(old) == AKIN_JSON_STRING)
                akin_json_append(all, akin_json_copy(old));
            for (size_t i = 0; i < akin_json_count(old); i++)
                akin_json_append(all, akin_json_share(akin_json_at(old, i)));
            akin_json_append(all, akin_json_new_string(akin_buf_text(&text)));
            akin_json_set(attributes, akin_buf_text(&key), all);
        }
    }
    akin_buf_free(&key);
    akin_buf_free(&text);
}

/* ---- JSON ---- */

#define ATTRIBUTES_MAX 256 /* of one file */

static enum akin_status
read_json_file(const struct akin_json *one, struct akin_json *files, size_t i,
               struct akin_record_report *report, struct akin_error *err)
{
    const struct akin_json *all = akin_json_get(one, "attributes");
    const char *path = akin_json_text(one, "path");
    struct akin_json *entry;
    int64_t size;

    if (path == NULL)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "entry %zu of the file list has no \"path\"", i + 1);
    if (strlen(path) > AKIN_FILE_LIST_CELL_MAX ||
        akin_json_count(all) > ATTRIBUTES_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "entry %zu has a path or a list of attributes that is "
                         "too long",
                         i + 1);
    entry = new_entry(files, path, report);
    if (entry == NULL)
        return AKIN_OK;
    if (akin_count_normalize(akin_json_get(one, "size"), &size))
        akin_json_set_int(entry, "size_bytes", size);
    for (size_t a = 0; a < akin_json_count(all); a++) {
        const char *name = akin_json_text(akin_json_at(all, a), "name");
        const char *value = akin_json_text(akin_json_at(all, a), "value");

        if (name != NULL && value != NULL)
            add_attribute(entry, name, value);
    }
    return AKIN_OK;
}

static enum akin_status
read_json(struct akin_span bytes, struct akin_json *files,
          struct akin_record_report *report, struct akin_error *err)
{
    struct akin_json *json = NULL;
    const struct akin_json *all;
    enum akin_status st = akin_json_parse(bytes, &json, err);

    if (st != AKIN_OK)
        return st;
    all = akin_json_get(json, "files");
    if (all == NULL)
        all = json;
    if (akin_json_type(all) != AKIN_JSON_ARRAY)
        st = AKIN_FAIL(err, AKIN_EFORMAT,
                       "a file list must be an array of files");
    else if (akin_json_count(all) > AKIN_FILE_LIST_FILES_MAX)
        st = AKIN_FAIL(err, AKIN_ELIMIT, "%zu files, more than %d",
                       akin_json_count(all), AKIN_FILE_LIST_FILES_MAX);
    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(all); i++)
        st = read_json_file(akin_json_at(all, i), files, i, report, err);
    akin_json_free(json);
    return st;
}

/* ---- tables ---- */

static bool
is_path_column(const char *name)
{
    static const char *const names[] = {
        "files",     "file",     "path",       "filename",   "file name",
        "file path", "filepath", "file names", "image file", "image name"};
    struct akin_buf clean = {0};
    bool is = false;

    akin_text_clean(name, AKIN_TEXT_LINE, &clean);
    for (size_t i = 0; i < AKIN_COUNT(names) && !is; i++)
        is = akin_name_equal(akin_buf_text(&clean), names[i]);
    akin_buf_free(&clean);
    return is;
}

/* The head of a table: its names and the column that has the paths. */
static enum akin_status
read_head(struct akin__csv *csv, struct akin_json *names, size_t *paths,
          struct akin_error *err)
{
    enum akin_status st = akin__csv_next(csv, err);

    if (st == AKIN_ENOTFOUND)
        return AKIN_FAIL(err, AKIN_EFORMAT, "the file list is empty");
    if (st != AKIN_OK)
        return st;
    *paths = csv->n;
    for (size_t i = 0; i < csv->n; i++) {
        if (*paths == csv->n && is_path_column(akin__csv_cell(csv, i)))
            *paths = i;
        akin_json_append(names, akin_json_new_string(akin__csv_cell(csv, i)));
    }
    if (*paths == csv->n)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "no column of the file list is called \"Files\"");
    return AKIN_OK;
}

static void
read_table_row(const struct akin__csv *csv, const struct akin_json *names,
               size_t paths, struct akin_json *files,
               struct akin_record_report *report)
{
    struct akin_json *entry =
        new_entry(files, akin__csv_cell(csv, paths), report);

    for (size_t i = 0; entry != NULL && i < csv->n; i++) {
        const char *name = akin_json_string(akin_json_at(names, i));
        const char *cell = akin__csv_cell(csv, i);

        if (i == paths || cell[0] == '\0')
            continue;
        if (name == NULL) {
            akin_record_note(report, "warning", "cell_extra", "/files",
                             "line %zu has more cells than the head",
                             csv->line);
            break;
        }
        add_attribute(entry, name, cell);
    }
}

static enum akin_status
read_table(struct akin_span bytes, char separator, struct akin_json *files,
           struct akin_record_report *report, struct akin_error *err)
{
    struct akin_json *names = akin_json_array();
    struct akin__csv csv;
    enum akin_status st;
    size_t paths = 0;

    akin__csv_init(&csv, bytes, separator, AKIN_FILE_LIST_COLUMNS_MAX,
                   AKIN_FILE_LIST_CELL_MAX);
    st = read_head(&csv, names, &paths, err);
    while (st == AKIN_OK && (st = akin__csv_next(&csv, err)) == AKIN_OK) {
        if (akin_json_count(files) == AKIN_FILE_LIST_FILES_MAX)
            st = AKIN_FAIL(err, AKIN_ELIMIT, "more than %d files",
                           AKIN_FILE_LIST_FILES_MAX);
        else
            read_table_row(&csv, names, paths, files, report);
    }
    akin__csv_fini(&csv);
    akin_json_free(names);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

/* ---- the public calls ---- */

static bool
is_json(struct akin_span bytes)
{
    size_t i = 0;

    if (bytes.len >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < bytes.len && isspace(bytes.data[i]))
        i++;
    return i < bytes.len && (bytes.data[i] == '[' || bytes.data[i] == '{');
}

enum akin_status
akin_file_list_parse(struct akin_span bytes, const char *name,
                     struct akin_json **out, struct akin_record_report *report,
                     struct akin_error *err)
{
    struct akin_json *files = akin_json_object();
    struct akin_buf text = {0};
    size_t len = strlen(name);
    enum akin_status st;
    bool tabs = len > 4 && strcasecmp(name + len - 4, ".tsv") == 0;

    if (is_json(bytes)) {
        st = read_json(bytes, files, report, err);
    } else if (bytes.len > 0 && memchr(bytes.data, 0, bytes.len) != NULL) {
        st = AKIN_FAIL(err, AKIN_EFORMAT, "this is not text: it has zeros");
    } else {
        akin_utf8_clean(bytes, &text);
        st = read_table(akin_buf_span(&text),
                        tabs ? '\t' : akin__csv_guess(bytes), files, report,
                        err);
    }
    akin_buf_free(&text);
    if (st == AKIN_OK)
        *out = files;
    else
        akin_json_free(files);
    return st;
}

enum akin_status
akin_record_file_list(const char *path, struct akin_json **out,
                      struct akin_record_report *report, struct akin_error *err)
{
    struct akin_buf bytes = {0};
    enum akin_status st =
        akin_file_read(path, AKIN_FILE_LIST_BYTES_MAX, &bytes, err);

    if (st == AKIN_OK) {
        st = akin_file_list_parse(akin_buf_span(&bytes), akin_path_base(path),
                                  out, report, err);
        if (st != AKIN_OK)
            akin_error_prefix(err, "%s", path);
    }
    akin_buf_free(&bytes);
    return st;
}
