/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source.h - which files belong to which dataset.
 *
 * Walks what the user named and gives groups: a folder, the metadata files in
 * it, and the image files that belong to it. It opens no file: what a metadata
 * file says, the reader of metadata knows (akin/record.h).
 *
 *   folder    a dataset folder when it holds a metadata file, or images, or a
 *             folder called images. All images below it belong to it, except
 *             below a folder with metadata of its own, which is a group of its
 *             own. Any other folder is looked through for dataset folders.
 *   image     belongs to the nearest folder above it (four up at most) that
 *             holds metadata, else to the folder it lies in (or the one above,
 *             when that is called images).
 *   metadata  a file of metadata: its datasets, without images.
 *
 * Left out: names that start with a dot; folders for annotations (annotations,
 * masks, labels, ...); a folder that was walked before, so that loops of
 * symbolic links end. The order is that of the PATHs, then of the bytes of the
 * names: the same for the same tree.
 *
 * Memory: one byte string for each file, its path below the group's folder.
 * Threads: plain data after akin_source_list.
 */
#ifndef AKIN_INDEXER_SOURCE_H
#define AKIN_INDEXER_SOURCE_H

#include "akin/file.h"

struct akin_source_group {
    char *root;                 /* absolute, links resolved */
    struct akin_names metadata; /* names in root */
    size_t first, n;            /* its files: numbers in the list */
    bool shares_its_name;       /* with the folder of another group */
};

/* A folder or file that could not be looked at: the walk went on without. */
struct akin_source_trouble {
    char *path;
    char *reason;
};

/* Start from {0}; free with akin_source_free. */
struct akin_source {
    struct akin_source_group *group;
    size_t n_groups;
    size_t n_files;
    char **roots; /* the PATHs, absolute: what a sync speaks about */
    size_t n_roots;
    struct akin_source_trouble *trouble;
    size_t n_trouble;

    /* Private */
    struct akin_buf names; /* "images/a.tif\0images/b.tif\0" */
    uint64_t *name_at;     /* n_files offsets into names */
    size_t cap_groups, cap_files, cap_trouble;
};

/* leave_out: a folder that is never walked (the store), or NULL. A PATH that
 * is not there, or is neither folder nor file, is an error that names it. */
enum akin_status akin_source_list(const char *const *paths, size_t n_paths,
                                  const char *leave_out,
                                  struct akin_source *out,
                                  struct akin_error *err) AKIN_MUST_USE;
void akin_source_free(struct akin_source *source);

/* The path of file i inside its dataset: "images/a.tif". Valid as long as the
 * source. */
const char *akin_source_name(const struct akin_source *source, size_t i_file);

/* The group of a file. */
const struct akin_source_group *
akin_source_group_of(const struct akin_source *source, size_t i_file);

/* Absolute path of file i; the caller frees with free(). */
char *akin_source_path(const struct akin_source *source, size_t i_file);

/* The id for a group without metadata: its folder's name; when several such
 * folders of this source have that name, the name of the folder above goes
 * before it ("plate1-images"). The caller frees with free(). */
char *akin_source_folder_id(const struct akin_source *source, size_t i_group);

/* True for folders that hold annotations, not images: "masks", "Labels". */
bool akin_source_is_annotation_name(const char *name);

#endif
