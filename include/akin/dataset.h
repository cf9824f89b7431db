/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/dataset.h - dataset records in the store, their versions and graves.
 *
 * A dataset is a study, or a part of one, that a repository publishes under one
 * identifier. Its record is canonical JSON (record.h says which fields). A
 * dataset keeps its number for ever; a changed record becomes a new version and
 * the old one is kept with its time; removal leaves a tombstone with a reason.
 *
 * Threads: as the transaction given.
 */
#ifndef AKIN_DATASET_H
#define AKIN_DATASET_H

#include "akin/json.h"
#include "akin/store.h"

#define AKIN_DATASET_ID_MAX 400 /* bytes of UTF-8 */

/* One dataset, owned: free with akin_dataset_free. Start from {0}. */
struct akin_dataset {
    uint32_t number;
    uint32_t version;         /* 1, 2, ... */
    struct akin_json *record; /* canonical; "id" is the dataset's id */
    int64_t updated_s;        /* since 1970: when this version was stored */
};
void akin_dataset_free(struct akin_dataset *dataset);

enum akin_dataset_change {
    AKIN_DATASET_NEW,
    AKIN_DATASET_CHANGED,
    AKIN_DATASET_SAME,
    AKIN_DATASET_REVIVED /* had a tombstone; gets its number back */
};

/* Stores a record under its "id". EINVAL: no id, empty, too long, or with
 * control characters. now_s: seconds since 1970. */
enum akin_status akin_dataset_put(struct akin_txn *txn,
                                  const struct akin_json *record, int64_t now_s,
                                  uint32_t *number,
                                  enum akin_dataset_change *change,
                                  struct akin_error *err) AKIN_MUST_USE;

/* Replaces what the current version of a dataset says, without a version of its
 * own: for who made that version a moment ago, from a part of what there is to
 * be read. The record's id must be the dataset's. ENOTFOUND. */
enum akin_status akin_dataset_amend(struct akin_txn *txn, uint32_t number,
                                    const struct akin_json *record,
                                    int64_t now_s,
                                    struct akin_error *err) AKIN_MUST_USE;

/* ENOTFOUND names the id, and says so when it has a tombstone. */
enum akin_status akin_dataset_find(struct akin_txn *txn, const char *id,
                                   struct akin_dataset *out,
                                   struct akin_error *err) AKIN_MUST_USE;
/* Its number alone, without reading the record. */
enum akin_status akin_dataset_number(struct akin_txn *txn, const char *id,
                                     uint32_t *number,
                                     struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_dataset_get(struct akin_txn *txn, uint32_t number,
                                  struct akin_dataset *out,
                                  struct akin_error *err) AKIN_MUST_USE;
/* Walks living datasets by number: start with *number = 0; the next one above
 * *number goes to *out and *number. ENOTFOUND at the end. */
enum akin_status akin_dataset_next(struct akin_txn *txn, uint32_t *number,
                                   struct akin_dataset *out,
                                   struct akin_error *err) AKIN_MUST_USE;

/* Removes the record (its last version is kept) and leaves a tombstone. The
 * images must be removed by the caller (akin_image_remove_all). */
enum akin_status akin_dataset_remove(struct akin_txn *txn, const char *id,
                                     const char *reason, int64_t now_s,
                                     struct akin_error *err) AKIN_MUST_USE;
/* {"id","reason","time","number"}; owned by the caller. ENOTFOUND. */
enum akin_status akin_dataset_tombstone(struct akin_txn *txn, const char *id,
                                        struct akin_json **out,
                                        struct akin_error *err) AKIN_MUST_USE;
/* Array of {"version","time","record"}, oldest first, the current one last;
 * also of a removed dataset. */
enum akin_status akin_dataset_history(struct akin_txn *txn, const char *id,
                                      struct akin_json **out,
                                      struct akin_error *err) AKIN_MUST_USE;

/* ---- files that a dataset's file lists name ----
 *
 * kind: akin_record_rank of the record whose metadata named the lists: each
 * kind has its own files and replaces only those. They go with the dataset. */

/* files: {"path": {"size_bytes", "attributes", "list"}, ...} (file_list.h);
 * an empty object takes those of this kind away. */
enum akin_status akin_dataset_files_put(struct akin_txn *txn, uint32_t dataset,
                                        size_t kind,
                                        const struct akin_json *files,
                                        struct akin_error *err) AKIN_MUST_USE;
/* True when the store has just these of this kind. */
bool akin_dataset_files_same(struct akin_txn *txn, uint32_t dataset,
                             size_t kind, const struct akin_json *files);
/* Up to max of them as an array of {"path", ...}, in an order that is always
 * the same; *total: how many there are. The caller frees *out. */
enum akin_status akin_dataset_files(struct akin_txn *txn, uint32_t dataset,
                                    size_t max, struct akin_json **out,
                                    uint64_t *total,
                                    struct akin_error *err) AKIN_MUST_USE;
/* The one that an image is; name: its path inside the dataset. Base names must
 * be equal but for case; of several, the one whose path has most parts in
 * common with name, counted from its end. ENOTFOUND (*err is left alone): none,
 * or more than one fits equally well. The caller frees *out. */
enum akin_status akin_dataset_file_of(struct akin_txn *txn, uint32_t dataset,
                                      const char *name, struct akin_json **out,
                                      struct akin_error *err) AKIN_MUST_USE;

/* ---- people ---- */

/* What a person made or annotated, in any version, removed datasets included:
 *   {"orcid", "names": [...], "contributions": [{"id", "title",
 *    "roles": ["author", "annotator", ...], "annotations": [titles],
 *    "first_version", "last_version",   in which the person is named
 *    "versions", "removed": reason}, ...]}
 * orcid: 0000-0000-0000-0000. Reads the datasets of that person only. ENOTFOUND
 * says so. The caller frees *out. */
enum akin_status akin_dataset_person(struct akin_txn *txn, const char *orcid,
                                     struct akin_json **out,
                                     struct akin_error *err) AKIN_MUST_USE;

#endif
