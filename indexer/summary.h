/* SPDX-License-Identifier: Apache-2.0 */
/*
 * summary.h - what a run did, in numbers and as the text at its end.
 *
 * Threads: belongs to the thread that writes the store.
 */
#ifndef AKIN_INDEXER_SUMMARY_H
#define AKIN_INDEXER_SUMMARY_H

#include "akin/json.h"

#define AKIN_SUMMARY_BAD_MAX 20 /* bad files that are listed at the end */

/* Start from {0}; free with akin_summary_free. */
struct akin_summary {
    struct akin_summary_datasets {
        uint64_t added, changed, same, revived, removed;
    } datasets;
    struct akin_summary_images {
        uint64_t added, unchanged, replaced, moved, removed;
    } images;
    uint64_t n_declared; /* files that file lists name, of the datasets read */
    uint64_t tiles;      /* of the images added, replaced or moved */
    uint64_t n_bad;      /* files that were quarantined in this run */
    struct akin_buf bad; /* the first of them, a line each */
    struct akin_json
        *report; /* of the metadata read: record_tally.h, or NULL */
    double seconds;
    bool has_begun; /* the PATHs were found: what fails now is no usage error */
};
void akin_summary_free(struct akin_summary *summary);

/* Notes a bad file; reason is one sentence. */
void akin_summary_bad(struct akin_summary *summary, const char *path,
                      const char *reason);

/* The numbers, three lines; appends to *out. */
void akin_summary_text(const struct akin_summary *summary,
                       struct akin_buf *out);

/* The same, the report and the bad files as JSON; owned by the caller. */
struct akin_json *akin_summary_json(const struct akin_summary *summary);

/* "2 files were quarantined:", the first 20, and how to see the others.
 * Nothing when there are none. */
void akin_summary_bad_text(const struct akin_summary *summary,
                           struct akin_buf *out);

#endif
