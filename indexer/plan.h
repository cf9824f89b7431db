/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.h - which files of a source have to be read.
 *
 * Looks at size and time of each file and at what the store remembers of it.
 * A file whose size and time are those of the last run, and whose dataset is
 * the same, needs no reading. Files that were bad are always tried again: a
 * limit may have been raised, a reader may have learned.
 *
 * Threads: belongs to the thread that calls.
 */
#ifndef AKIN_INDEXER_PLAN_H
#define AKIN_INDEXER_PLAN_H

#include "declare.h"

/* Start from {0}; free with akin_plan_free. */
struct akin_plan {
    uint32_t *file; /* numbers of the files to read, in their order */
    size_t n;
    size_t n_unchanged;
};

/* tick as in declare.h: called with the files looked at. */
enum akin_status akin_plan_make(struct akin_store *store,
                                const struct akin_source *source,
                                const struct akin_declared *declared,
                                akin_declare_tick_fn *tick, void *ctx,
                                struct akin_plan *out,
                                struct akin_error *err) AKIN_MUST_USE;
void akin_plan_free(struct akin_plan *plan);

#endif
