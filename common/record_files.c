/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which file lists belong to a record, and all that they say of its files.
 */
#include "akin/file_list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "akin/file.h"

struct lists {
    const char *folder;
    struct akin_json *files, *seen;
    struct akin_record_report *report;
};

/* Later lists add files; of a file that is in two, attributes are joined. */
static void
take_file(struct lists *lists, const char *list, const char *path,
          struct akin_json *file)
{
    struct akin_json *known = akin_json_get(lists->files, path), *value;
    const char *name;
    void *it = NULL;

    if (known == NULL) {
        akin_json_set_text(file, "list", list);
        akin_json_set(lists->files, path, akin_json_share(file));
        return;
    }
    if (akin_json_get(known, "attributes") == NULL)
        akin_json_set(known, "attributes", akin_json_object());
    known = akin_json_get(known, "attributes");
    while (
        akin_json_next(akin_json_get(file, "attributes"), &it, &name, &value))
        if (akin_json_get(known, name) == NULL)
            akin_json_set(known, name, akin_json_share(value));
}

static void
read_list(struct lists *lists, const char *name)
{
    struct akin_json *files = NULL, *file;
    struct akin_error err = {0};
    const char *path;
    void *it = NULL;
    char *place;

    /* the name comes from outside: it may not lead elsewhere */
    if (name == NULL || name[0] == '/' || strstr(name, "..") != NULL ||
        akin_json_get(lists->seen, name) != NULL)
        return;
    akin_json_set_bool(lists->seen, name, true);
    place = akin_path_join(lists->folder, name);
    if (akin_file_exists(place)) {
        if (akin_record_file_list(place, &files, lists->report, &err) !=
            AKIN_OK)
            akin_record_note(lists->report, "error", "file_list",
                             "/extra/file_lists", "%s", err.text);
        while (akin_json_next(files, &it, &path, &file))
            take_file(lists, name, path, file);
        akin_json_free(files);
    }
    free(place);
}

static bool
ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);

    return n >= m && strcasecmp(name + n - m, end) == 0;
}

/* Names that speak for all of their folder. */
static bool
speaks_for_folder(const char *name)
{
    static const char *const names[] = {
        "dataset.json", "dataset.yaml",   "dataset.yml",
        "akin.yaml",    "akin.yml",       "ro-crate-metadata.json",
        "study.txt",    "submission.json"};

    for (size_t i = 0; i < AKIN_COUNT(names); i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

static void
read_well_known(struct lists *lists)
{
    static const char *const names[] = {"files", "file_list", "filelist"};
    static const char *const ends[] = {".csv", ".tsv", ".json"};

    for (size_t i = 0; i < AKIN_COUNT(names) * AKIN_COUNT(ends); i++) {
        struct akin_buf name = {0};

        akin_buf_printf(&name, "%s%s", names[i / AKIN_COUNT(ends)],
                        ends[i % AKIN_COUNT(ends)]);
        read_list(lists, akin_buf_text(&name));
        akin_buf_free(&name);
    }
}

/* IDR keeps a table for each screen or experiment beside the study. */
static void
read_idr(struct lists *lists, const char *study)
{
    static const char *const ends[] = {
        "-annotation.csv", "-annotation.tsv", "-assays.csv",  "-assays.tsv",
        "-assays.txt",     "-library.csv",    "-library.tsv", "-library.txt"};
    size_t len = strlen(study) - strlen("-study.txt");
    struct akin_names names = {0};

    if (akin_dir_list(lists->folder, &names, NULL) != AKIN_OK)
        return;
    for (size_t i = 0; i < names.n; i++)
        for (size_t e = 0; e < AKIN_COUNT(ends); e++)
            if (strncmp(names.name[i], study, len) == 0 &&
                names.name[i][len] == '-' && ends_with(names.name[i], ends[e]))
                read_list(lists, names.name[i]);
    akin_names_free(&names);
}

void
akin_record_files(const char *metadata_path, const struct akin_json *record,
                  struct akin_json **out, struct akin_record_report *report)
{
    const char *base = akin_path_base(metadata_path);
    const struct akin_json *named =
        akin_json_get(akin_json_get(record, "extra"), "file_lists");
    char *folder = akin_strndup(metadata_path, (size_t)(base - metadata_path));
    struct lists lists = {.folder = folder[0] == '\0' ? "." : folder,
                          .files = akin_json_object(),
                          .seen = akin_json_object(),
                          .report = report};

    for (size_t i = 0; i < akin_json_count(named); i++)
        read_list(&lists, akin_json_text(akin_json_at(named, i), "file_list"));
    if (speaks_for_folder(base))
        read_well_known(&lists);
    if (ends_with(base, "-study.txt"))
        read_idr(&lists, base);
    akin_json_free(lists.seen);
    free(folder);
    *out = lists.files;
}
