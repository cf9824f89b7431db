/* SPDX-License-Identifier: Apache-2.0 */
/*
 * company.h - how like pairs of datasets are, remembered.
 *
 * What context.c asks of two datasets depends on the few tiles that stand for
 * them and on nothing else, and the same datasets come first again and again.
 * So what was once found out is kept under the names of both samples
 * (akin_snapshot_sample): it stays right whatever is added, removed or
 * published, since other tiles make another name. A table of fixed size (3 MiB,
 * which only become memory as they are used): a pair that falls on another
 * one's place takes it.
 *
 * Threads: any number.
 */
#ifndef AKIN_QUERY_COMPANY_H
#define AKIN_QUERY_COMPANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct akin_company; /* opaque */
struct akin_company *akin_company_new(void);
void akin_company_free(struct akin_company *company); /* NULL is fine */

struct akin_company_pair {
    uint64_t a, b;         /* names of two samples, a the one that leads */
    double a_in_b, b_in_a; /* mean of the best matches */
    bool is_known;
};

/* Fills in the pairs that are remembered; is_known says which. Faster when
 * those with the same a follow each other. */
void akin_company_recall(struct akin_company *company,
                         struct akin_company_pair *pair, size_t n);

/* Remembers the pairs that were not known. */
void akin_company_keep(struct akin_company *company,
                       const struct akin_company_pair *pair, size_t n);

#endif
