/* SPDX-License-Identifier: Apache-2.0 */
#include "write_files.h"

#include <stdlib.h>
#include <string.h>

#include "akin/file.h"

void
akin__files_free(struct akin__files *files)
{
    for (size_t i = 0; i < files->n; i++) {
        free(files->file[i].name);
        free(files->file[i].title);
    }
    free(files->file);
    *files = (struct akin__files){0};
}

static struct akin__file *
add(struct akin__files *files, const char *name, const char *media_type,
    const char *title)
{
    struct akin__file *grown = akin_new(files->n + 1, sizeof(*grown));

    if (files->n > 0)
        memcpy(grown, files->file, files->n * sizeof(*grown));
    free(files->file);
    files->file = grown;
    grown[files->n] = (struct akin__file){.name = akin_strdup(name),
                                          .media_type = media_type,
                                          .title = akin_strdup(title)};
    return &grown[files->n++];
}

static enum akin_status
make_folder_of(const char *path, struct akin_error *err)
{
    const char *base = akin_path_base(path);
    char *dir = akin_strndup(path, (size_t)(base - path));
    enum akin_status st = akin_dir_make(dir, err);

    free(dir);
    return st;
}

enum akin_status
akin__files_put(struct akin__files *files, const char *name,
                const char *media_type, const char *title,
                struct akin_span bytes, struct akin_error *err)
{
    char *path = akin_path_join(files->dir, name);
    enum akin_status st = make_folder_of(path, err);

    if (st == AKIN_OK)
        st = akin_file_write(path, bytes, err);
    if (st == AKIN_OK) {
        struct akin__file *file = add(files, name, media_type, title);

        akin_sha256_of(bytes, file->sha256);
        file->bytes = bytes.len;
    }
    free(path);
    return st;
}

enum akin_status
akin__files_list(struct akin__files *files, const char *name,
                 const char *media_type, const char *title, const char *split,
                 struct akin_error *err)
{
    char *path = akin_path_join(files->dir, name), sum[AKIN_SHA256_TEXT];
    uint64_t bytes = 0;
    enum akin_status st = akin_sha256_file(path, sum, &bytes, err);

    if (st == AKIN_OK) {
        struct akin__file *file = add(files, name, media_type, title);

        memcpy(file->sha256, sum, sizeof(sum));
        file->bytes = bytes;
        file->split = split;
    }
    free(path);
    return st;
}

const struct akin__file *
akin__files_find(const struct akin__files *files, const char *name)
{
    for (size_t i = 0; i < files->n; i++)
        if (strcmp(files->file[i].name, name) == 0)
            return &files->file[i];
    return NULL;
}
