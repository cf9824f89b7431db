/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_internal.h - the parts of verify: each looks at some tables and notes
 * what it finds; none stops at a problem.
 */
#ifndef AKIN_VERIFY_INTERNAL_H
#define AKIN_VERIFY_INTERNAL_H

#include "store_values.h"

struct akin__verify {
    struct akin_txn *txn;
    struct akin_json *problems; /* array of sentences */
    uint64_t tiles_end;         /* behind the last ordinal seen so far */
};

/* More would tell nobody more: the rest is counted by nobody. */
#define AKIN__VERIFY_MAX 1000

void akin__verify_note(struct akin__verify *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Calls see for each entry; notes when the table itself cannot be read. */
typedef void akin__verify_see(struct akin__verify *v, struct akin_span key,
                              struct akin_span value);
void akin__verify_walk(struct akin__verify *v, enum akin_table table,
                       struct akin_span prefix, akin__verify_see *see);

/* Is the key there? Trouble is noted, and no. value may be NULL. */
bool akin__verify_has(struct akin__verify *v, enum akin_table table,
                      struct akin_span key, struct akin_span *value);
bool akin__verify_has_number(struct akin__verify *v, enum akin_table table,
                             uint32_t number);
/* A counter of the manifest; trouble is noted, and 0. */
uint64_t akin__verify_counter(struct akin__verify *v, const char *name);

void akin__verify_datasets(struct akin__verify *v); /* verify_datasets.c */
void akin__verify_images(struct akin__verify *v);   /* verify_images.c */
void akin__verify_terms(struct akin__verify *v);    /* verify_terms.c */
void akin__verify_people(struct akin__verify *v);   /* verify_people.c */
/* Every author with an ORCID id is in the table people. */
void akin__verify_authors(struct akin__verify *v, uint32_t number,
                          const struct akin_json *record);

/* verify_generation.c: the current generation, its files, and its images
 * against the store's. Begins its own transactions. */
void akin__verify_generation(struct akin_store *store, struct akin__verify *v);

#endif
