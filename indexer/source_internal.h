/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source_internal.h - how the walk (source_walk.c) fills a source (source.c).
 */
#ifndef AKIN_INDEXER_SOURCE_INTERNAL_H
#define AKIN_INDEXER_SOURCE_INTERNAL_H

#include "source.h"

/* Begins a group; the files added next belong to it. Takes root (malloc) and
 * metadata over. A group of the folder of the last one goes on with that. */
void akin__source_begin(struct akin_source *source, char *root,
                        struct akin_names *metadata);
/* A group that has neither files nor metadata is dropped again. */
void akin__source_end(struct akin_source *source);
void akin__source_add(struct akin_source *source, const char *name);
/* Notes what could not be looked at. */
void akin__source_trouble(struct akin_source *source, const char *path,
                          const char *reason);

/* Walks one PATH (absolute, links resolved) into source. */
struct akin__walk;
struct akin__walk *akin__walk_new(struct akin_source *source,
                                  const char *leave_out);
void akin__walk_free(struct akin__walk *walk);
enum akin_status akin__walk_path(struct akin__walk *walk, const char *path,
                                 struct akin_error *err) AKIN_MUST_USE;

/* More room for a growing array: doubles *cap (in elements of size). */
void *akin__source_grown(void *array, size_t n, size_t *cap, size_t size);

#endif
