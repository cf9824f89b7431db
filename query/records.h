/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records.h - dataset records, parsed once for each state of the store.
 *
 * A filter looks at every record; parsing them anew for each request would cost
 * more than the search. Kept until the store changes, and at most
 * AKIN_RECORDS_MAX of them: further ones are read each time.
 *
 * Threads: any; records handed out are never changed.
 */
#ifndef AKIN_QUERY_RECORDS_H
#define AKIN_QUERY_RECORDS_H

#include "akin/dataset.h"

#define AKIN_RECORDS_MAX 65536

/* A record in the hands of a request: read by many, changed by none, freed by
 * whoever lets go last. (The counts inside JSON values are not for sharing
 * between threads.) */
struct akin_kept; /* opaque */
const struct akin_json *akin_kept_json(const struct akin_kept *kept);
void akin_kept_release(struct akin_kept *kept); /* NULL is fine */

struct akin_records; /* opaque */
struct akin_records *akin_records_new(void);
void akin_records_free(struct akin_records *records);

/* The record of a dataset.
 *
 * change  akin_store_change, asked for before txn began: what txn sees is then
 *         at least as new, which keeps old records out of the cache
 * *out    akin_kept_release
 * ENOTFOUND: the dataset was removed. */
enum akin_status akin_records_get(struct akin_records *records, uint64_t change,
                                  struct akin_txn *txn, uint32_t number,
                                  struct akin_kept **out,
                                  struct akin_error *err) AKIN_MUST_USE;

#endif
