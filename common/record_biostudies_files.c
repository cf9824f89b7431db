/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the file lists beside a submission say of its annotations. Submitters
 * often give type and source image for each file instead of for the set.
 */
#include "record_biostudies_internal.h"

#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "akin/file_list.h"

/* The annotation set with this title, or NULL. */
static struct akin_json *
find_annotation(const struct akin_json *record, const char *title)
{
    const struct akin_json *all =
        akin_json_get(akin_json_get(record, "mifa"), "annotations");

    for (size_t i = 0; i < akin_json_count(all); i++) {
        struct akin_json *one = akin_json_at(all, i);
        const char *found = akin_json_text(one, "title");

        if (found != NULL && title != NULL && strcmp(found, title) == 0)
            return one;
    }
    return NULL;
}

/* An attribute's text, whatever the case of its name; NULL for several. */
static const char *
attribute_of(const struct akin_json *file, const char *name)
{
    return akin_json_string(
        akin__get_named(akin_json_get(file, "attributes"), name));
}

static void
read_files(struct akin_json *record, struct akin_json *annotation,
           const struct akin_json *files, struct akin_record_report *report)
{
    bool typed = akin_json_get(annotation, "type") != NULL, sources = false;
    struct akin_json *file;
    const char *path, *before = "";
    void *it = NULL;

    while (akin_json_next(files, &it, &path, &file)) {
        const char *type = attribute_of(file, "Annotation type");

        sources = sources || attribute_of(file, "Source image") != NULL;
        if (typed || type == NULL || strcmp(type, before) == 0)
            continue;
        akin__add_annotation_types(record, annotation, type, report);
        before = type;
    }
    if (sources && akin_json_get(annotation, "source_images") == NULL)
        akin_json_set_text(annotation, "source_images",
                           "for each file in the file list, as \"Source "
                           "image\"");
}

static void
read_list(const char *folder, struct akin_json *record,
          const struct akin_json *entry, struct akin_record_report *report)
{
    const char *name = akin_json_text(entry, "file_list");
    struct akin_json *annotation =
        find_annotation(record, akin_json_text(entry, "title"));
    struct akin_json *files = NULL;
    struct akin_error err = {0};
    char *path;

    /* the name comes from outside: it may not lead elsewhere */
    if (annotation == NULL || name == NULL || strstr(name, "..") != NULL ||
        name[0] == '/')
        return;
    path = akin_path_join(folder, name);
    if (akin_file_exists(path)) {
        if (akin_record_file_list(path, &files, report, &err) == AKIN_OK)
            read_files(record, annotation, files, report);
        else
            akin_record_note(report, "error", "file_list", "/extra/file_lists",
                             "%s", err.text);
        akin_json_free(files);
    }
    free(path);
}

void
akin__record_file_lists(const char *folder, struct akin_json *records,
                        struct akin_record_report *report)
{
    for (size_t i = 0; i < akin_json_count(records); i++) {
        struct akin_json *record = akin_json_at(records, i);
        const struct akin_json *lists =
            akin_json_get(akin_json_get(record, "extra"), "file_lists");

        for (size_t k = 0; k < akin_json_count(lists); k++) {
            const struct akin_json *entry = akin_json_at(lists, k);
            const char *section = akin_json_text(entry, "section");

            if (section != NULL && strcmp(section, "annotations") == 0)
                read_list(folder, record, entry, report);
        }
    }
}
