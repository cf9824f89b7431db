/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/tar.h - POSIX tar files with the same bytes for the same content.
 *
 * No times, no owners: every member is a regular file of mode 0644, owner 0,
 * time 0, in the order in which it was put. The file appears under its name
 * when it is complete; until then it is NAME.part.
 *
 * Threads: one tar belongs to one thread.
 */
#ifndef AKIN_TAR_H
#define AKIN_TAR_H

#include "akin/bytes.h"

struct akin_tar; /* opaque */

/* EIO: cannot be made there. */
enum akin_status akin_tar_create(const char *path, struct akin_tar **out,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Adds a member. name: relative, without "..". EIO: the disk is full, ... */
enum akin_status akin_tar_put(struct akin_tar *tar, const char *name,
                              struct akin_span bytes,
                              struct akin_error *err) AKIN_MUST_USE;

/* Bytes of the file so far, members with their headers and padding. */
uint64_t akin_tar_size(const struct akin_tar *tar);

/* Completes, syncs, renames, frees. Frees in any case. */
enum akin_status akin_tar_finish(struct akin_tar *tar,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Frees and removes what was written; NULL is fine. */
void akin_tar_abandon(struct akin_tar *tar);

#endif
