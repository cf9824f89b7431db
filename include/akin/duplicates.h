/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/duplicates.h - groups of things that are joined pair by pair.
 *
 * Disjoint sets with union by the smaller number and path halving (Tarjan & van
 * Leeuwen, JACM 1984, section 2). The groups depend on the pairs alone, not on
 * their order.
 *
 * Threads: join from one at a time; after akin_duplicates_number any number may
 * read.
 */
#ifndef AKIN_DUPLICATES_H
#define AKIN_DUPLICATES_H

#include "akin/bytes.h"

#define AKIN_DUPLICATES_NONE UINT32_MAX

struct akin_duplicates; /* opaque: the sets of 0..n-1, first each its own */

/* n below 2^32 - 1; ENOMEM. Free with akin_duplicates_free. */
enum akin_status akin_duplicates_new(size_t n, struct akin_duplicates **out,
                                     struct akin_error *err) AKIN_MUST_USE;
void akin_duplicates_free(struct akin_duplicates *sets); /* NULL is fine */

/* Makes one set of those of a and b. */
void akin_duplicates_join(struct akin_duplicates *sets, uint32_t a, uint32_t b);
/* The smallest member of x's set. */
uint32_t akin_duplicates_first(struct akin_duplicates *sets, uint32_t x);

/* group[x]: number of x's set, in the order of their smallest members, from 0;
 * alone: what sets of a single member get: AKIN_DUPLICATES_NONE, or (true) a
 * number, too. Gives back how many groups have numbers. */
uint32_t akin_duplicates_number(struct akin_duplicates *sets, bool alone,
                                uint32_t *group);

#endif
