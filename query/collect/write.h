/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.h - a planned collection as a folder that can be handed on.
 *
 *   README.md              what it is, for people and for dataset hubs
 *   shards/, images/       the samples (write_samples.h)
 *   samples.jsonl          which tile each sample is, and its marks
 *   dropped.jsonl          what was left out, and why (save.h)
 *   CREDITS.md             who made it, under which licences
 *   citations.bib          the same for papers
 *   croissant.json         Croissant 1.0
 *   ro-crate-metadata.json RO-Crate 1.2
 *   report.html            what became of it at each step
 *   recipe.json            makes it again
 *
 * The same plan and day give the same bytes. A run that is stopped is gone on
 * with by the next one of the same plan: pictures wait in .akin-pictures, which
 * is removed at the end. recipe.json is written last: a folder with one is
 * complete.
 *
 * Threads: one, which starts others.
 */
#ifndef AKIN_COLLECT_WRITE_H
#define AKIN_COLLECT_WRITE_H

#include "collect.h"

/* A file in the folder where planning keeps what it read of pixels. */
#define AKIN_COLLECT_MARKS "marks.partial"

/* May a collection be written there? EINVAL: the folder holds files that are
 * none of ours. Whether it holds another collection is seen when writing. */
enum akin_status
akin_collect_check_folder(const char *dir,
                          struct akin_error *err) AKIN_MUST_USE;

struct akin_collect_write {
    const char *dir;
    const char *created; /* YYYY-MM-DD: as the recipe has it, or today */
    const struct akin_json *made; /* recipe whose sums are to be compared, or
                                     NULL */
    size_t threads;               /* 0: all processors */
    akin_collect_progress_fn *progress; /* may be NULL */
    void *ctx;
};

/* EINVAL: the folder holds another collection, or files that are none of ours;
 * ECLOSED: progress asked to stop; ESTALE: images changed since planning; EIO.
 * *differs (may be NULL) gets the names of files whose sums are not those of
 * `made`, an array owned by the caller; empty without `made`. */
enum akin_status akin_collect_write(const struct akin_collection *collection,
                                    const struct akin_collect_write *how,
                                    struct akin_json **differs,
                                    struct akin_error *err) AKIN_MUST_USE;

#endif
