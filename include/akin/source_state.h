/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/source_state.h - what the indexer saw at each path, so that it can
 * resume, skip what is unchanged, and say what was bad.
 *
 * Threads: as the transaction given.
 */
#ifndef AKIN_SOURCE_STATE_H
#define AKIN_SOURCE_STATE_H

#include "akin/hash.h"
#include "akin/json.h"
#include "akin/store.h"

struct akin_source_state {
    uint64_t size_bytes;
    int64_t mtime_ns;
    struct akin_hash hash;
    uint32_t image;   /* its image, or 0 for a metadata or quarantined file */
    uint32_t dataset; /* its dataset */
};

/* path: absolute, links resolved. ENOTFOUND: never seen. */
enum akin_status akin_source_get(struct akin_txn *txn, const char *path,
                                 struct akin_source_state *out,
                                 struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_source_put(struct akin_txn *txn, const char *path,
                                 const struct akin_source_state *state,
                                 struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_source_del(struct akin_txn *txn, const char *path,
                                 struct akin_error *err) AKIN_MUST_USE;
/* Forgets every path that belongs to a dataset. */
enum akin_status akin_source_forget(struct akin_txn *txn, uint32_t dataset,
                                    struct akin_error *err) AKIN_MUST_USE;

/* A bad file and its reason. akin_quarantine_del: no error when not there. */
enum akin_status akin_quarantine_put(struct akin_txn *txn, const char *path,
                                     const char *reason, int64_t now_s,
                                     struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_quarantine_del(struct akin_txn *txn, const char *path,
                                     struct akin_error *err) AKIN_MUST_USE;
/* Array of {"path","reason","time"} by path; owned by the caller. */
enum akin_status akin_quarantine_list(struct akin_txn *txn,
                                      struct akin_json **out,
                                      struct akin_error *err) AKIN_MUST_USE;

#endif
