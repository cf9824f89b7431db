/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The status that an errno value stands for. */
static enum akin_status
status_of(int code)
{
    return code == ENOENT || code == ENOTDIR ? AKIN_ENOTFOUND : AKIN_EIO;
}

static enum akin_status
fail_errno(struct akin_error *err, const char *what, const char *path)
{
    int code = errno;

    return AKIN_FAIL(err, status_of(code), "%s %s: %s", what, path,
                     strerror(code));
}

enum akin_status
akin_file_stat(const char *path, struct akin_file_stat *out,
               struct akin_error *err)
{
    struct stat sb;

    if (stat(path, &sb) != 0)
        return fail_errno(err, "cannot look at", path);
    out->size_bytes = (uint64_t)sb.st_size;
    out->mtime_ns =
        (int64_t)sb.st_mtim.tv_sec * 1000000000 + sb.st_mtim.tv_nsec;
    out->is_dir = S_ISDIR(sb.st_mode);
    out->is_regular = S_ISREG(sb.st_mode);
    return AKIN_OK;
}

bool
akin_file_exists(const char *path)
{
    struct stat sb;

    return stat(path, &sb) == 0;
}

static enum akin_status
read_fd(int fd, size_t want, struct akin_buf *out, struct akin_error *err)
{
    size_t got = 0;

    while (got < want) {
        ssize_t n = read(fd, out->data + out->len + got, want - got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return AKIN_FAIL(err, AKIN_EIO, "read: %s", strerror(errno));
        if (n == 0)
            return AKIN_FAIL(err, AKIN_EIO,
                             "the file shrank while it was read");
        got += (size_t)n;
    }
    out->len += want;
    out->data[out->len] = 0;
    return AKIN_OK;
}

static enum akin_status
read_open(int fd, const char *path, uint64_t max_bytes, struct akin_buf *out,
          struct akin_error *err)
{
    enum akin_status st;
    struct stat sb;

    if (fstat(fd, &sb) != 0)
        return fail_errno(err, "cannot look at", path);
    if (!S_ISREG(sb.st_mode))
        return AKIN_FAIL(err, AKIN_EINVAL, "%s is not a regular file", path);
    if ((uint64_t)sb.st_size > max_bytes)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "%s has %" PRIu64 " bytes, more than the %" PRIu64
                         " allowed",
                         path, (uint64_t)sb.st_size, max_bytes);
    st = akin_buf_reserve(out, (size_t)sb.st_size, err);
    return st == AKIN_OK ? read_fd(fd, (size_t)sb.st_size, out, err) : st;
}

enum akin_status
akin_file_read(const char *path, uint64_t max_bytes, struct akin_buf *out,
               struct akin_error *err)
{
    /* O_NONBLOCK: a named pipe must not hold us up before it is refused. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    enum akin_status st;

    if (fd < 0)
        return fail_errno(err, "cannot open", path);
    st = read_open(fd, path, max_bytes, out, err);
    (void)close(fd);
    return st;
}

static enum akin_status
write_all(int fd, struct akin_span bytes, const char *path,
          struct akin_error *err)
{
    size_t done = 0;

    while (done < bytes.len) {
        ssize_t n = write(fd, bytes.data + done, bytes.len - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(err, "cannot write", path);
        done += (size_t)n;
    }
    if (fsync(fd) != 0)
        return fail_errno(err, "cannot sync", path);
    return AKIN_OK;
}

enum akin_status
akin_file_write(const char *path, struct akin_span bytes,
                struct akin_error *err)
{
    struct akin_buf temp = {0};
    enum akin_status st;
    int fd;

    akin_buf_printf(&temp, "%s.tmp.%ld", path, (long)getpid());
    fd = open(akin_buf_text(&temp), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
              0666);
    if (fd < 0) {
        st = fail_errno(err, "cannot create", akin_buf_text(&temp));
    } else {
        st = write_all(fd, bytes, akin_buf_text(&temp), err);
        (void)close(fd);
        if (st == AKIN_OK && rename(akin_buf_text(&temp), path) != 0)
            st = fail_errno(err, "cannot rename to", path);
        if (st != AKIN_OK)
            (void)unlink(akin_buf_text(&temp));
    }
    akin_buf_free(&temp);
    return st;
}

enum akin_status
akin_dir_make(const char *path, struct akin_error *err)
{
    char *copy = akin_strdup(path);
    enum akin_status st = AKIN_OK;
    struct stat sb;

    for (char *p = copy + 1; copy[0] != '\0' && *p != '\0'; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        (void)mkdir(copy, 0777); /* the last one shows what went wrong */
        *p = '/';
    }
    if (mkdir(copy, 0777) != 0 && errno != EEXIST)
        st = fail_errno(err, "cannot make folder", path);
    else if (stat(copy, &sb) != 0 || !S_ISDIR(sb.st_mode))
        st = AKIN_FAIL(err, AKIN_EIO, "%s is not a folder", path);
    free(copy);
    return st;
}

enum akin_status
akin_dir_sync(const char *path, struct akin_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum akin_status st = AKIN_OK;

    if (fd < 0)
        return fail_errno(err, "cannot open folder", path);
    if (fsync(fd) != 0 && errno != EINVAL) /* EINVAL: nothing to sync there */
        st = fail_errno(err, "cannot sync folder", path);
    (void)close(fd);
    return st;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
add_name(struct akin_names *names, size_t *cap, const char *name)
{
    if (names->n == *cap) {
        size_t more = *cap == 0 ? 32 : *cap * 2;
        char **grown = akin_new(more, sizeof(*grown));

        if (names->n > 0)
            memcpy(grown, names->name, names->n * sizeof(*grown));
        free(names->name);
        names->name = grown;
        *cap = more;
    }
    names->name[names->n++] = akin_strdup(name);
}

enum akin_status
akin_dir_list(const char *path, struct akin_names *out, struct akin_error *err)
{
    struct akin_names names = {0};
    struct dirent *entry;
    size_t cap = 0;
    DIR *dir = opendir(path);

    if (dir == NULL)
        return fail_errno(err, "cannot list folder", path);
    while ((errno = 0, entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            add_name(&names, &cap, entry->d_name);
    if (errno != 0) {
        enum akin_status st = fail_errno(err, "cannot list folder", path);

        akin_names_free(&names);
        (void)closedir(dir);
        return st;
    }
    (void)closedir(dir);
    if (names.n > 1)
        qsort(names.name, names.n, sizeof(*names.name), by_name);
    *out = names;
    return AKIN_OK;
}

void
akin_names_free(struct akin_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->name[i]);
    free(names->name);
    *names = (struct akin_names){0};
}

static enum akin_status
remove_folder(const char *path, struct akin_error *err)
{
    struct akin_names names = {0};
    enum akin_status st = akin_dir_list(path, &names, err);

    for (size_t i = 0; st == AKIN_OK && i < names.n; i++) {
        char *child = akin_path_join(path, names.name[i]);

        st = akin_file_remove(child, err);
        free(child);
    }
    akin_names_free(&names);
    if (st == AKIN_OK && rmdir(path) != 0)
        st = fail_errno(err, "cannot remove folder", path);
    return st;
}

enum akin_status
akin_file_remove(const char *path, struct akin_error *err)
{
    struct stat sb;

    if (lstat(path, &sb) != 0)
        return errno == ENOENT ? AKIN_OK
                               : fail_errno(err, "cannot look at", path);
    if (S_ISDIR(sb.st_mode))
        return remove_folder(path, err);
    if (unlink(path) != 0 && errno != ENOENT)
        return fail_errno(err, "cannot remove", path);
    return AKIN_OK;
}

char *
akin_path_join(const char *dir, const char *name)
{
    struct akin_buf path = {0};
    size_t len = strlen(dir);

    akin_buf_printf(&path, "%s%s%s", dir,
                    len > 0 && dir[len - 1] == '/' ? "" : "/", name);
    return (char *)akin_buf_take(&path);
}

const char *
akin_path_base(const char *path)
{
    const char *base = path;

    for (const char *p = path; *p != '\0'; p++)
        if (*p == '/' && p[1] != '\0' && p[1] != '/')
            base = p + 1;
    return base;
}

enum akin_status
akin_path_real(const char *path, char **out, struct akin_error *err)
{
    char *real = realpath(path, NULL);

    if (real == NULL)
        return fail_errno(err, "cannot find", path);
    *out = real;
    return AKIN_OK;
}
