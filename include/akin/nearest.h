/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/nearest.h - "did you mean": the offered word most like a mistyped one.
 *
 * Edit distance with transpositions (optimal string alignment; Damerau, CACM
 * 1964), without regard to ASCII case. A word further off than a third of its
 * length is not offered back.
 *
 * Threads: plain data.
 */
#ifndef AKIN_NEAREST_H
#define AKIN_NEAREST_H

#include <stddef.h>

#define AKIN_NEAREST_MAX 96 /* longer words are compared up to here */

struct akin_nearest {
    const char *word; /* borrowed: what was asked for */
    const char *best; /* borrowed from an offer; NULL: none was near enough */
    size_t distance;  /* of best */
};

/* word: what was asked for. It must live as long as *near is used. */
void akin_nearest_init(struct akin_nearest *near, const char *word);
/* word must live as long as near->best is used. The first of equals wins. */
void akin_nearest_offer(struct akin_nearest *near, const char *word);

/* The edit distance itself. */
size_t akin_edit_distance(const char *a, const char *b);

#endif
