/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tar.c - tar by libarchive; the only file that sees it.
 *
 * ustar, with a pax header only where a name is too long for it: the form that
 * every tar reads.
 */
#include "akin/tar.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#define BLOCK 512

struct akin_tar {
    struct archive *archive;
    char *path, *part;
    int fd;
    uint64_t size;
};

static enum akin_status
fail_archive(struct akin_tar *tar, struct akin_error *err)
{
    const char *text = archive_error_string(tar->archive);

    return AKIN_FAIL(err, AKIN_EIO, "cannot write %s: %s", tar->part,
                     text != NULL ? text : "no memory");
}

static void
free_tar(struct akin_tar *tar)
{
    if (tar->archive != NULL)
        (void)archive_write_free(tar->archive);
    if (tar->fd >= 0)
        (void)close(tar->fd);
    free(tar->path);
    free(tar->part);
    free(tar);
}

void
akin_tar_abandon(struct akin_tar *tar)
{
    if (tar == NULL)
        return;
    (void)unlink(tar->part);
    free_tar(tar);
}

static enum akin_status
open_part(struct akin_tar *tar, struct akin_error *err)
{
    tar->fd = open(tar->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (tar->fd < 0)
        return AKIN_FAIL(err, AKIN_EIO, "cannot create %s: %s", tar->part,
                         strerror(errno));
    tar->archive = archive_write_new();
    if (tar->archive == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for a tar file");
    if (archive_write_set_format_pax_restricted(tar->archive) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(tar->archive, 1) != ARCHIVE_OK ||
        archive_write_open_fd(tar->archive, tar->fd) != ARCHIVE_OK)
        return fail_archive(tar, err);
    return AKIN_OK;
}

enum akin_status
akin_tar_create(const char *path, struct akin_tar **out, struct akin_error *err)
{
    struct akin_tar *tar = akin_new(1, sizeof(*tar));
    struct akin_buf part = {0};
    enum akin_status st;

    akin_buf_printf(&part, "%s.part", path);
    tar->path = akin_strdup(path);
    tar->part = (char *)akin_buf_take(&part);
    tar->fd = -1;
    st = open_part(tar, err);
    if (st != AKIN_OK) {
        akin_tar_abandon(tar);
        return st;
    }
    *out = tar;
    return AKIN_OK;
}

static bool
write_member(struct akin_tar *tar, struct archive_entry *entry,
             struct akin_span bytes)
{
    if (archive_write_header(tar->archive, entry) != ARCHIVE_OK)
        return false;
    return bytes.len == 0 ||
           archive_write_data(tar->archive, bytes.data, bytes.len) ==
               (la_ssize_t)bytes.len;
}

enum akin_status
akin_tar_put(struct akin_tar *tar, const char *name, struct akin_span bytes,
             struct akin_error *err)
{
    struct archive_entry *entry = archive_entry_new();
    bool done;

    assert(name[0] != '/' && strstr(name, "..") == NULL);
    if (entry == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for a tar file");
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)bytes.len);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 0, 0);
    archive_entry_set_uid(entry, 0);
    archive_entry_set_gid(entry, 0);
    done = write_member(tar, entry, bytes);
    archive_entry_free(entry);
    if (!done)
        return fail_archive(tar, err);
    tar->size += BLOCK + (bytes.len + BLOCK - 1) / BLOCK * BLOCK;
    return AKIN_OK;
}

uint64_t
akin_tar_size(const struct akin_tar *tar)
{
    return tar->size;
}

enum akin_status
akin_tar_finish(struct akin_tar *tar, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    if (archive_write_close(tar->archive) != ARCHIVE_OK)
        st = fail_archive(tar, err);
    else if (fsync(tar->fd) != 0 || rename(tar->part, tar->path) != 0)
        st = AKIN_FAIL(err, AKIN_EIO, "cannot complete %s: %s", tar->path,
                       strerror(errno));
    if (st != AKIN_OK)
        akin_tar_abandon(tar);
    else
        free_tar(tar);
    return st;
}
