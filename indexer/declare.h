/* SPDX-License-Identifier: Apache-2.0 */
/*
 * declare.h - the datasets of a source: metadata read, records stored.
 *
 * Before any image, each group's metadata becomes dataset records, so that an
 * image knows its dataset's number. That a file (or a folder without metadata)
 * declares a dataset is kept as source state under "<file>#<id>" or
 * "<folder>/#<id>", with image 0: a sync sees by it what is no longer listed.
 *
 * One metadata file may describe several datasets, and a folder may hold
 * several files (a listing of crates). Then an image belongs to the dataset
 * whose id is a folder on its path, else to one named by the group's folder.
 *
 * Bad metadata is quarantined; the images beside it go to the dataset that the
 * file declared before, else to one named by the folder. A dataset described
 * by several kinds of metadata has one record of all (akin_record_merge);
 * described twice by one kind in one run it keeps the first description, and
 * the other file is quarantined.
 *
 * Threads: belongs to the thread that writes the store.
 */
#ifndef AKIN_INDEXER_DECLARE_H
#define AKIN_INDEXER_DECLARE_H

#include "akin/dataset.h"
#include "source.h"
#include "writer.h"

struct akin_declared; /* opaque */

/* Reads and stores all; counts in writer->summary. into: NULL, or the id of a
 * dataset that all files of the source belong to; then no metadata is read, and
 * ENOTFOUND says that there is no such dataset. tick (may be NULL) is called
 * with the groups done; when it gives false this ends with ECLOSED. */
typedef bool akin_declare_tick_fn(void *ctx, size_t n_done);
enum akin_status akin_declare(struct akin_writer *writer,
                              const struct akin_source *source,
                              const char *into, akin_declare_tick_fn *tick,
                              void *ctx, struct akin_declared **out,
                              struct akin_error *err) AKIN_MUST_USE;
void akin_declared_free(struct akin_declared *declared); /* NULL is fine */

/* The dataset of file i; 0: its folder cannot be a dataset (quarantined). */
uint32_t akin_declared_dataset(const struct akin_declared *declared,
                               const struct akin_source *source, size_t i_file);

/* Calls fn with every source-state path that this source declares. */
void akin_declared_each(const struct akin_declared *declared,
                        void (*fn)(void *ctx, const char *path), void *ctx);

#endif
