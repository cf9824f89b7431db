/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.h - the one place that writes images into the store.
 *
 * A batch is one transaction: after a crash a file is either wholly in the
 * store, with what the indexer must know to skip it, or not at all.
 *
 * Threads: one writer, one thread.
 */
#ifndef AKIN_INDEXER_WRITER_H
#define AKIN_INDEXER_WRITER_H

#include "ingest.h"
#include "summary.h"

struct akin_writer {
    struct akin_store *store;
    struct akin_summary *summary; /* counted after each commit */
    bool is_verbose;              /* one log line for each file */
};

/* Commits these in their order. They stay the caller's. */
enum akin_status akin_writer_put(struct akin_writer *writer,
                                 struct akin_ingested **batch, size_t n,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Commits the quarantine of a file that never came as far as an image: a
 * folder that cannot be listed, a metadata file that cannot be read. */
enum akin_status akin_writer_bad(struct akin_writer *writer, const char *path,
                                 const char *reason,
                                 struct akin_error *err) AKIN_MUST_USE;

#endif
