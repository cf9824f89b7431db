/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep.h - removing what a source no longer lists.
 *
 * A sync compares what the store remembers below the source's PATHs with what
 * was listed now. Files that are gone take their images with them; a dataset
 * that no place declares any more gets a tombstone. Below a folder that could
 * not be listed nothing is removed: not seen is not the same as gone.
 *
 * Threads: belongs to the thread that writes the store.
 */
#ifndef AKIN_INDEXER_SWEEP_H
#define AKIN_INDEXER_SWEEP_H

#include "declare.h"

/* what: named in tombstones: "no longer listed by WHAT". */
enum akin_status akin_sweep(struct akin_store *store,
                            const struct akin_source *source,
                            const struct akin_declared *declared,
                            const char *what, struct akin_summary *summary,
                            struct akin_error *err) AKIN_MUST_USE;

/* Forgets quarantined files below the PATHs that are no longer there: they can
 * do no harm any more. add and sync do this. */
enum akin_status akin_sweep_quarantine(struct akin_store *store,
                                       const struct akin_source *source,
                                       struct akin_error *err) AKIN_MUST_USE;

#endif
