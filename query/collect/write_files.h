/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_files.h - the files of a collection's folder: written whole, and listed
 * with their sums for the manifests.
 *
 * Threads: one.
 */
#ifndef AKIN_COLLECT_WRITE_FILES_H
#define AKIN_COLLECT_WRITE_FILES_H

#include "akin/sha256.h"

struct akin__file {
    char *name;             /* below the folder, with '/' */
    const char *media_type; /* static */
    char *title;            /* one line for people */
    const char *split;      /* borrowed: of samples; NULL: of all */
    char sha256[AKIN_SHA256_TEXT];
    uint64_t bytes;
};

/* In the order of writing. Start from {.dir}; free with akin__files_free. */
struct akin__files {
    const char *dir; /* the folder, borrowed */
    struct akin__file *file;
    size_t n;
};
void akin__files_free(struct akin__files *files);

/* Writes DIR/name (and the folders above it) in one step and lists it. */
enum akin_status akin__files_put(struct akin__files *files, const char *name,
                                 const char *media_type, const char *title,
                                 struct akin_span bytes,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Lists what is there already. split may be NULL. */
enum akin_status akin__files_list(struct akin__files *files, const char *name,
                                  const char *media_type, const char *title,
                                  const char *split,
                                  struct akin_error *err) AKIN_MUST_USE;

/* The listed file of that name, or NULL. */
const struct akin__file *akin__files_find(const struct akin__files *files,
                                          const char *name);

#endif
