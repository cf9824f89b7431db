/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.h - how far, how fast, how long still.
 *
 * On a terminal one line that is drawn over, several times a second; elsewhere
 * (a log, a pipe) a plain line every few seconds. The rate is that of the last
 * part of the run, so that a slow start does not spoil the forecast.
 *
 * Threads: one thread.
 */
#ifndef AKIN_INDEXER_PROGRESS_H
#define AKIN_INDEXER_PROGRESS_H

#include <stdio.h>

#include "akin/bytes.h"

/* What is shown; the text is a function of this alone. */
struct akin_progress_view {
    const char *what;     /* "images" */
    uint64_t done, total; /* total 0: not known */
    uint64_t bad;
    double rate; /* per second; 0: not known yet */
    double elapsed_s;
};

/* "images  120 of 450 (26%)  14.2/s  23 s left  1 bad". Appends to *out. */
void akin_progress_line(const struct akin_progress_view *view,
                        struct akin_buf *out);
/* "[#####-----] " and the line, cut to columns. */
void akin_progress_bar(const struct akin_progress_view *view, size_t columns,
                       struct akin_buf *out);
/* "45 s", "3 min 20 s", "2 h 5 min". */
void akin_progress_time(double seconds, struct akin_buf *out);

struct akin_progress; /* opaque */
/* out NULL: shows nothing (--quiet). */
struct akin_progress *akin_progress_new(FILE *out);
void akin_progress_free(struct akin_progress *progress);

/* Begins a step; the line of the step before is ended. */
void akin_progress_step(struct akin_progress *progress, const char *what,
                        uint64_t total);
/* Shows the numbers when it is time to; cheap otherwise. */
void akin_progress_show(struct akin_progress *progress, uint64_t done,
                        uint64_t bad);
/* Takes the bar away, so that other text can be printed. */
void akin_progress_clear(struct akin_progress *progress);

#endif
