/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/completeness.h"
#include "akin/file.h"
#include "akin/file_list.h"
#include "akin/record_tally.h"

#define FOLDER_DEPTH 16 /* below a given path */

struct check {
    struct akin_json *files, *sources; /* sources: record_tally.h */
    struct akin_terms *terms;          /* that ship with akin */
    int64_t n_files, n_datasets, n_errors, n_warnings;
};

/* ---- one file ---- */

static void
count_notes(struct check *check, const struct akin_json *notes)
{
    for (size_t i = 0; i < akin_json_count(notes); i++) {
        const char *level = akin_json_text(akin_json_at(notes, i), "level");

        check->n_errors += strcmp(level, "error") == 0;
        check->n_warnings += strcmp(level, "warning") == 0;
    }
}

/* Lists of annotations were read with the record already. */
static bool
noted_already(const struct akin_json *notes, const char *text)
{
    for (size_t i = 0; i < akin_json_count(notes); i++) {
        const char *old = akin_json_text(akin_json_at(notes, i), "text");

        if (old != NULL && strcmp(old, text) == 0)
            return true;
    }
    return false;
}

/* File lists lie beside the submission, when they are there at all. */
static struct akin_json *
check_file_list(const char *path, const char *name,
                struct akin_record_report *report)
{
    struct akin_json *result = akin_json_object(), *list = NULL;
    char *folder = akin_strndup(path, (size_t)(akin_path_base(path) - path));
    char *file = akin_path_join(folder[0] == '\0' ? "." : folder, name);
    struct akin_error err = {0};

    akin_json_set_text(result, "path", name);
    if (strstr(name, "..") != NULL || !akin_file_exists(file)) {
        akin_json_set_bool(result, "there", false);
    } else if (akin_record_file_list(file, &list, report, &err) != AKIN_OK) {
        if (!noted_already(report->notes, err.text))
            akin_record_note(report, "error", "file_list", "/extra/file_lists",
                             "%s", err.text);
        akin_json_set_bool(result, "there", true);
    } else {
        akin_json_set_bool(result, "there", true);
        akin_json_set_int(result, "files", (int64_t)akin_json_count(list));
    }
    akin_json_free(list);
    free(file);
    free(folder);
    return result;
}

static void
check_record(struct check *check, const char *path, struct akin_json *entry,
             const struct akin_json *record, struct akin_record_report *report)
{
    const struct akin_json *lists =
        akin_json_get(akin_json_get(record, "extra"), "file_lists");
    struct akin_json *dataset = akin_json_object();
    struct akin_error err = {0};

    akin_json_set_text(dataset, "id", akin_json_text(record, "id"));
    akin_json_set_text(dataset, "title", akin_json_text(record, "title"));
    if (akin_record_check(record, &err) != AKIN_OK) {
        akin_json_set_text(dataset, "error", err.text);
        check->n_errors++;
    }
    akin_record_check_labels(check->terms, record, report);
    akin_json_set(dataset, "completeness", akin_completeness(record));
    akin_json_append(akin_json_get(entry, "datasets"), dataset);
    check->n_datasets++;
    for (size_t i = 0; i < akin_json_count(lists); i++) {
        const char *name = akin_json_text(akin_json_at(lists, i), "file_list");

        if (name == NULL)
            continue;
        if (akin_json_get(entry, "file_lists") == NULL)
            akin_json_set(entry, "file_lists", akin_json_array());
        akin_json_append(akin_json_get(entry, "file_lists"),
                         check_file_list(path, name, report));
    }
}

static void
check_file(struct check *check, const char *path)
{
    struct akin_json *entry = akin_json_object(), *records = NULL;
    struct akin_record_report report = {0};
    struct akin_error err = {0};

    akin_json_set_text(entry, "path", path);
    check->n_files++;
    if (akin_record_read_file(path, &records, &report, &err) != AKIN_OK) {
        akin_json_set_text(entry, "error", err.text);
        check->n_errors++;
    }
    akin_json_set(entry, "datasets", akin_json_array());
    for (size_t i = 0; i < akin_json_count(records); i++) {
        const struct akin_json *record = akin_json_at(records, i);

        check_record(check, path, entry, record, &report);
        /* notes of a file with several datasets count for its first */
        akin_record_tally(check->sources, record, i == 0 ? report.notes : NULL);
    }
    if (report.notes != NULL)
        akin_json_set(entry, "notes", akin_json_share(report.notes));
    count_notes(check, report.notes);
    akin_json_append(check->files, entry);
    akin_record_report_free(&report);
    akin_json_free(records);
}

/* ---- folders ---- */

static void
fail_path(struct check *check, const char *path, const char *text)
{
    struct akin_json *entry = akin_json_object();

    akin_json_set_text(entry, "path", path);
    akin_json_set_text(entry, "error", text);
    akin_json_append(check->files, entry);
    check->n_errors++;
}

static void
check_folder(struct check *check, const char *path, int depth)
{
    struct akin_names names = {0};
    struct akin_error err = {0};

    if (akin_dir_list(path, &names, &err) != AKIN_OK) {
        fail_path(check, path, err.text);
        return;
    }
    for (size_t i = 0; i < names.n; i++) {
        char *child = akin_path_join(path, names.name[i]);
        struct akin_file_stat stat;

        if (names.name[i][0] != '.' &&
            akin_file_stat(child, &stat, NULL) == AKIN_OK) {
            if (stat.is_dir && depth < FOLDER_DEPTH)
                check_folder(check, child, depth + 1);
            else if (stat.is_regular &&
                     akin_record_is_metadata_name(names.name[i]))
                check_file(check, child);
        }
        free(child);
    }
    akin_names_free(&names);
}

static void
check_path(struct check *check, const char *path)
{
    struct akin_file_stat stat;
    struct akin_error err = {0};
    int64_t before = check->n_files + check->n_errors;

    if (akin_file_stat(path, &stat, &err) != AKIN_OK) {
        fail_path(check, path, err.text);
        return;
    }
    if (!stat.is_dir) {
        check_file(check, path);
        return;
    }
    check_folder(check, path, 0);
    if (check->n_files + check->n_errors == before)
        fail_path(check, path,
                  "there is no metadata file in this folder (dataset.json, "
                  "*-ro-crate-metadata.json, *-study.txt, S-*.json, ...)");
}

struct akin_json *
akin_check_paths(char *const *paths, size_t n)
{
    struct check check = {.files = akin_json_array(),
                          .sources = akin_json_object()};
    struct akin_json *result = akin_json_object();
    struct akin_json *totals = akin_json_object();

    struct akin_error err = {0};

    /* The supplement is part of the program: it can be read. */
    if (akin_terms_load(NULL, &check.terms, &err) != AKIN_OK)
        abort();
    for (size_t i = 0; i < n; i++)
        check_path(&check, paths[i]);
    akin_terms_free(check.terms);
    akin_json_set(result, "files", check.files);
    akin_json_set(result, "sources", check.sources);
    akin_json_set_int(totals, "files", check.n_files);
    akin_json_set_int(totals, "datasets", check.n_datasets);
    akin_json_set_int(totals, "errors", check.n_errors);
    akin_json_set_int(totals, "warnings", check.n_warnings);
    akin_json_set(result, "totals", totals);
    return result;
}

/* ---- printing ---- */

static const char *
text_or(const struct akin_json *object, const char *key)
{
    const char *text = akin_json_text(object, key);

    return text == NULL ? "" : text;
}

static void
put_file(const struct akin_json *file, struct akin_buf *out)
{
    const struct akin_json *notes = akin_json_get(file, "notes");
    const struct akin_json *all = akin_json_get(file, "datasets");
    const struct akin_json *lists = akin_json_get(file, "file_lists");

    akin_buf_printf(out, "%s\n", text_or(file, "path"));
    if (akin_json_text(file, "error") != NULL)
        akin_buf_printf(out, "  error: %s\n", text_or(file, "error"));
    for (size_t i = 0; i < akin_json_count(notes); i++) {
        const struct akin_json *note = akin_json_at(notes, i);

        akin_buf_printf(out, "  %s: %s: %s (%s)\n", text_or(note, "level"),
                        text_or(note, "path"), text_or(note, "text"),
                        text_or(note, "code"));
    }
    for (size_t i = 0; i < akin_json_count(lists); i++) {
        const struct akin_json *list = akin_json_at(lists, i);
        int64_t count = 0;

        (void)akin_json_int(akin_json_get(list, "files"), &count);
        if (akin_json_true(akin_json_get(list, "there")))
            akin_buf_printf(out, "  file list %s: %" PRId64 " files\n",
                            text_or(list, "path"), count);
        else
            akin_buf_printf(out, "  file list %s: not beside this file\n",
                            text_or(list, "path"));
    }
    for (size_t i = 0; i < akin_json_count(all); i++) {
        const struct akin_json *dataset = akin_json_at(all, i);

        akin_buf_printf(out, "  %s: %s\n", text_or(dataset, "id"),
                        text_or(dataset, "title"));
        if (akin_json_text(dataset, "error") != NULL)
            akin_buf_printf(out, "    error: %s\n", text_or(dataset, "error"));
        akin_completeness_text(akin_json_get(dataset, "completeness"), "    ",
                               out);
    }
}

static void
put_totals(const struct akin_json *totals, struct akin_buf *out)
{
    static const char *const keys[] = {"files", "datasets", "errors",
                                       "warnings"};

    for (size_t i = 0; i < AKIN_COUNT(keys); i++) {
        int64_t count = 0;

        (void)akin_json_int(akin_json_get(totals, keys[i]), &count);
        akin_buf_printf(out, "%s%" PRId64 " %s", i == 0 ? "" : ", ", count,
                        keys[i]);
    }
    akin_buf_puts(out, "\n");
}

static void
print(const struct akin_json *result, bool json)
{
    const struct akin_json *files = akin_json_get(result, "files");
    struct akin_buf out = {0};

    if (json) {
        akin_json_write(result, AKIN_JSON_PRETTY, &out);
        akin_buf_puts(&out, "\n");
    }
    for (size_t i = 0; !json && i < akin_json_count(files); i++)
        put_file(akin_json_at(files, i), &out);
    if (!json && akin_json_count(files) > 1)
        akin_record_tally_text(akin_json_get(result, "sources"), &out);
    if (!json)
        put_totals(akin_json_get(result, "totals"), &out);
    (void)fwrite(akin_buf_text(&out), 1, out.len, stdout);
    akin_buf_free(&out);
}

static int
usage(const char *problem)
{
    (void)fprintf(stderr,
                  "akin-index check: %s\n"
                  "usage: akin-index check [--json] PATH...\n",
                  problem);
    return 2;
}

int
akin_cmd_check(int argc, char **argv)
{
    struct akin_json *result;
    int64_t errors = 0;
    bool json = false, options = true;
    int n = 0; /* paths, moved to the front of argv */

    for (int i = 1; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0)
            options = false;
        else if (options && strcmp(argv[i], "--json") == 0)
            json = true;
        else if (options && argv[i][0] == '-' && argv[i][1] != '\0')
            return usage("unknown option");
        else
            argv[1 + n++] = argv[i];
    }
    if (n == 0)
        return usage("no PATH is given");
    result = akin_check_paths(argv + 1, (size_t)n);
    (void)akin_json_int(
        akin_json_get(akin_json_get(result, "totals"), "errors"), &errors);
    print(result, json);
    akin_json_free(result);
    return errors > 0 ? 1 : 0;
}
