/* SPDX-License-Identifier: Apache-2.0 */
/*
 * add.h - a whole run of add or sync, from PATHs to a searchable store.
 *
 *   list      source.h    which files, which datasets
 *   declare   declare.h   metadata into records
 *   plan      plan.h      which files must be read
 *   read      pipeline.h  ingest.h in many threads, writer.h in this one
 *   sweep     sweep.h     sync only: what is no longer listed goes
 *   publish   publishing.h when it is worth it
 *
 * Each step leaves the store whole, and the next run starts where this one
 * ended, however it ended.
 */
#ifndef AKIN_INDEXER_ADD_H
#define AKIN_INDEXER_ADD_H

#include "akin/config.h"
#include "summary.h"

enum akin_publish_when {
    AKIN_PUBLISH_WHEN_DUE,
    AKIN_PUBLISH_ALWAYS,
    AKIN_PUBLISH_NEVER
};

struct akin_add_options {
    const char *store;
    const char *const *paths;
    size_t n_paths;
    const struct akin_config *config;
    enum akin_publish_when publish;
    const char *into; /* id of the dataset for all files; NULL: as they say */
    bool is_sync;
    bool is_quiet, is_verbose;
};

/* ECLOSED: stopped by a signal. summary: from {0}, filled as far as the run
 * came, freed by the caller; a failure before has_begun is about the PATHs, and
 * nothing was done. */
enum akin_status akin_add_run(const struct akin_add_options *options,
                              struct akin_summary *summary,
                              struct akin_error *err) AKIN_MUST_USE;

#endif
