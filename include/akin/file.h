/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/file.h - files and folders, with sentences for what can go wrong.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_FILE_H
#define AKIN_FILE_H

#include "akin/bytes.h"

/* What a change is recognised by. */
struct akin_file_stat {
    uint64_t size_bytes;
    int64_t mtime_ns; /* since 1970 */
    bool is_dir;
    bool is_regular;
};

/* ENOTFOUND when there is no such path; symbolic links are followed. */
enum akin_status akin_file_stat(const char *path, struct akin_file_stat *out,
                                struct akin_error *err) AKIN_MUST_USE;
bool akin_file_exists(const char *path);

/* Appends the whole file to *out. ELIMIT when it is larger than max_bytes.
 * A file that shrinks meanwhile is EIO; devices and pipes are EINVAL. */
enum akin_status akin_file_read(const char *path, uint64_t max_bytes,
                                struct akin_buf *out,
                                struct akin_error *err) AKIN_MUST_USE;

/* Replaces the file in one step (written beside it, synced, renamed): a reader
 * sees the old bytes or the new, never a mixture. */
enum akin_status akin_file_write(const char *path, struct akin_span bytes,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Makes a folder and those above it; no error when it is there already. */
enum akin_status akin_dir_make(const char *path,
                               struct akin_error *err) AKIN_MUST_USE;

/* Makes the names in a folder durable (fsync of the folder). */
enum akin_status akin_dir_sync(const char *path,
                               struct akin_error *err) AKIN_MUST_USE;

/* The names in a folder without "." and "..", in byte order. The caller frees
 * with akin_names_free. */
struct akin_names {
    char **name;
    size_t n;
};
enum akin_status akin_dir_list(const char *path, struct akin_names *out,
                               struct akin_error *err) AKIN_MUST_USE;
void akin_names_free(struct akin_names *names);

/* Removes a file or a folder with all in it; symbolic links are removed, not
 * followed. No error when it is not there. */
enum akin_status akin_file_remove(const char *path,
                                  struct akin_error *err) AKIN_MUST_USE;

/* dir + "/" + name; the caller frees with free(). */
char *akin_path_join(const char *dir, const char *name);

/* The part behind the last '/' (trailing slashes do not count); borrowed. */
const char *akin_path_base(const char *path);

/* The path with links, "." and ".." resolved; caller frees with free(). */
enum akin_status akin_path_real(const char *path, char **out,
                                struct akin_error *err) AKIN_MUST_USE;

#endif
