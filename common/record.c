/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/record.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "akin/file.h"
#include "record_internal.h"

/* ---- the report ---- */

#define NOTES_MAX 10000 /* of one report; more would say nothing new */

void
akin_record_note(struct akin_record_report *report, const char *level,
                 const char *code, const char *path, const char *fmt, ...)
{
    struct akin_json *note;
    char text[400];
    va_list args;

    if (report == NULL)
        return;
    if (report->notes == NULL)
        report->notes = akin_json_array();
    if (akin_json_count(report->notes) >= NOTES_MAX)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    note = akin_json_object();
    akin_json_set_text(note, "level", level);
    akin_json_set_text(note, "code", code);
    akin_json_set_text(note, "path", path);
    akin__set_line(note, "text", text); /* also ends a character cut in two */
    akin_json_append(report->notes, note);
}

void
akin__note_spelling(struct akin_record_report *report, const char *code,
                    const char *path, const char *found, const char *kept)
{
    if (strcmp(found, kept) != 0)
        akin_record_note(report, "info", code, path, "\"%s\" is read as %s",
                         found, kept);
}

void
akin_record_report_free(struct akin_record_report *report)
{
    akin_json_free(report->notes);
    *report = (struct akin_record_report){0};
}

/* ---- which reader ---- */

static bool
ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);

    return n >= m && strcasecmp(name + n - m, end) == 0;
}

/* "S-BIAD1492.json", "S-BSST410.json": a BioStudies accession. */
static bool
is_accession_name(const char *name)
{
    size_t letters, digits;

    if (strncmp(name, "S-", 2) != 0)
        return false;
    letters = strspn(name + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    digits = strspn(name + 2 + letters, "0123456789");
    return letters > 0 && digits > 0 &&
           strcmp(name + 2 + letters + digits, ".json") == 0;
}

bool
akin_record_is_metadata_name(const char *name)
{
    static const char *const names[] = {
        "dataset.json", "dataset.yaml",   "dataset.yml",
        "akin.yaml",    "akin.yml",       "ro-crate-metadata.json",
        "study.txt",    "submission.json"};
    static const char *const ends[] = {"-ro-crate-metadata.json", "-study.txt",
                                       ".dataset.json", ".dataset.yaml",
                                       ".dataset.yml"};

    name = akin_path_base(name);
    for (size_t i = 0; i < AKIN_COUNT(names); i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    for (size_t i = 0; i < AKIN_COUNT(ends); i++)
        if (ends_with(name, ends[i]) && strlen(name) > strlen(ends[i]))
            return true;
    return is_accession_name(name);
}

/* Takes the reader that the JSON itself asks for. */
static enum akin_status
read_json(const struct akin_json *json, const char *name,
          struct akin_json *records, struct akin_record_report *report,
          struct akin_error *err)
{
    const struct akin_json *first = akin_json_at(json, 0);

    if (akin_json_get(json, "@graph") != NULL)
        return akin__record_rocrate(json, name, records, report, err);
    if (akin_json_get(json, "section") != NULL)
        return akin__record_biostudies(json, name, records, report, err);
    if (akin_json_get(json, "submissions") != NULL)
        return akin__record_biostudies(akin_json_get(json, "submissions"), name,
                                       records, report, err);
    if (akin_json_get(first, "section") != NULL)
        return akin__record_biostudies(json, name, records, report, err);
    if (akin_json_get(first, "path") != NULL &&
        akin_json_get(first, "attributes") != NULL)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "this is a file list, not a dataset record");
    return akin__record_dataset(json, "dataset-json", name, records, report,
                                err);
}

/* The first character that is not white space or a byte-order mark. */
static int
first_char(struct akin_span bytes)
{
    size_t i =
        bytes.len >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    while (i < bytes.len && isspace(bytes.data[i]))
        i++;
    return i < bytes.len ? bytes.data[i] : 0;
}

static enum akin_status
read_yaml(struct akin_span bytes, const char *name, struct akin_json *records,
          struct akin_record_report *report, struct akin_error *err)
{
    struct akin_json *json = NULL;
    enum akin_status st = akin__yaml_parse(bytes, &json, err);

    if (st == AKIN_OK)
        st = akin__record_dataset(json, "yaml", name, records, report, err);
    akin_json_free(json);
    return st;
}

static enum akin_status
dispatch(struct akin_span bytes, const char *name, struct akin_json *records,
         struct akin_record_report *report, struct akin_error *err)
{
    struct akin_json *json = NULL;
    enum akin_status st;
    int first = first_char(bytes);

    if (first == 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "the file is empty");
    if (ends_with(name, ".yaml") || ends_with(name, ".yml"))
        return read_yaml(bytes, name, records, report, err);
    if (ends_with(name, ".txt") || ends_with(name, ".tsv"))
        return akin__record_idr(bytes, name, records, report, err);
    if (first != '{' && first != '[')
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "no reader knows this content: neither JSON, YAML "
                         "(.yaml) nor an IDR study (.txt)");
    if ((st = akin_json_parse(bytes, &json, err)) != AKIN_OK)
        return st;
    st = read_json(json, name, records, report, err);
    akin_json_free(json);
    return st;
}

enum akin_status
akin__record_read(struct akin_span bytes, const char *name,
                  struct akin_json **records, struct akin_record_report *report,
                  struct akin_error *err)
{
    struct akin_json *all = akin_json_array();
    enum akin_status st = dispatch(bytes, name, all, report, err);

    if (st == AKIN_OK)
        *records = all;
    else
        akin_json_free(all);
    return st;
}

/* The name that goes into records: dataset.json and the like say nothing
 * without their folder. Paths above it are not kept, so that a record is the
 * same wherever the files lie. */
static char *
source_name(const char *path)
{
    const char *base = akin_path_base(path), *start = base;

    if (strncasecmp(base, "dataset.", 8) != 0 &&
        strncasecmp(base, "akin.", 5) != 0 &&
        strncasecmp(base, "ro-crate-metadata", 17) != 0 &&
        strcasecmp(base, "study.txt") != 0 &&
        strcasecmp(base, "submission.json") != 0)
        return akin_strdup(base);
    if (start > path) /* over the '/' and the folder's name */
        start--;
    while (start > path && start[-1] != '/')
        start--;
    return akin_strdup(*start == '/' ? base : start);
}

enum akin_status
akin_record_read_file(const char *path, struct akin_json **records,
                      struct akin_record_report *report, struct akin_error *err)
{
    struct akin_buf bytes = {0};
    char *name = source_name(path);
    enum akin_status st;

    st = akin_file_read(path, AKIN_RECORD_BYTES_MAX, &bytes, err);
    if (st == AKIN_OK) {
        st = akin__record_read(akin_buf_span(&bytes), name, records, report,
                               err);
        if (st != AKIN_OK)
            akin_error_prefix(err, "%s", path);
    }
    if (st == AKIN_OK) {
        char *folder =
            akin_strndup(path, (size_t)(akin_path_base(path) - path));

        akin__record_file_lists(folder[0] == '\0' ? "." : folder, *records,
                                report);
        free(folder);
    }
    akin_buf_free(&bytes);
    free(name);
    return st;
}

struct akin_json *
akin_record_for_folder(const char *path)
{
    const char *base = akin_path_base(path);
    char *name = akin_strndup(base, strcspn(base, "/"));
    struct akin_json *records = akin_json_array(), *record;
    struct akin_buf id = {0};

    akin_text_clean(name, AKIN_TEXT_LINE, &id);
    if (id.len == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        akin_buf_clear(&id);
        akin_buf_puts(&id, "unnamed");
    }
    record = akin__record_new("folder", "folder/1", akin_buf_text(&id));
    akin_json_set_text(record, "id", akin_buf_text(&id));
    akin_json_set_text(record, "title", akin_buf_text(&id));
    akin__record_finish(record, records, NULL);
    record = akin_json_share(akin_json_at(records, 0));
    akin_json_free(records);
    akin_buf_free(&id);
    free(name);
    return record;
}
