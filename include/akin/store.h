/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/store.h - the one truth: named tables of keys and values in LMDB.
 *
 * Knows bytes, tables and transactions; what the bytes mean, the rooms above
 * know (dataset.h, image_record.h, source_state.h, term.h). One folder is one
 * store; several processes may have it open, one writes at a time. Everything
 * else in the folder (gen-NNNNNN/) is derived and can be deleted.
 *
 * A store carries a schema number and the id of the feature set whose numbers
 * it holds (feature_set.h); opening one of another kind is ESTALE with both
 * names.
 *
 * Threads: one handle may be shared by all threads of a process. A transaction
 * belongs to the thread that began it. The map grows by itself; while it does,
 * new transactions of this process wait for running ones to end.
 *
 * Caveats: not on network file systems (LMDB); keep read transactions short,
 * since pages freed meanwhile cannot be used again; no fork with an open store.
 */
#ifndef AKIN_STORE_H
#define AKIN_STORE_H

#include "akin/feature_set.h"

struct akin_store; /* opaque */
struct akin_txn;   /* opaque: one transaction; a write one is also a read one */

enum akin_table {
    AKIN_TABLE_MANIFEST,       /* name -> text: schema, counters, current */
    AKIN_TABLE_DATASETS,       /* dataset number -> version, record */
    AKIN_TABLE_DATASET_IDS,    /* id text -> dataset number */
    AKIN_TABLE_VERSIONS,       /* dataset number, version -> old record */
    AKIN_TABLE_TOMBSTONES,     /* id text -> reason and time, JSON */
    AKIN_TABLE_IMAGES,         /* image number -> image record */
    AKIN_TABLE_DATASET_IMAGES, /* dataset number, image number -> nothing */
    AKIN_TABLE_IMAGE_HASHES,   /* content hash, image number -> nothing */
    AKIN_TABLE_TILES,          /* image number -> its tiles */
    AKIN_TABLE_FEATURES,       /* image number -> its tiles' features */
    AKIN_TABLE_DISTURBED,      /* image number -> disturbed copies */
    AKIN_TABLE_THUMBNAILS,     /* image number -> JPEG */
    AKIN_TABLE_SOURCES,        /* path -> what was seen there, and the image */
    AKIN_TABLE_QUARANTINE,     /* path -> reason, JSON */
    AKIN_TABLE_TERMS,          /* CURIE -> term, JSON */
    AKIN_TABLE_TERM_NAMES,     /* folded label or synonym -> CURIEs */
    AKIN_TABLE_DATASET_FILES,  /* dataset, base name, path -> declared file */
    AKIN_TABLE_PEOPLE,         /* ORCID id, dataset number -> nothing */
    AKIN_N_TABLES
};

enum akin_store_mode {
    AKIN_STORE_READ,  /* must exist; nothing can be written */
    AKIN_STORE_WRITE, /* must exist */
    AKIN_STORE_CREATE /* made, with its folder, when it is not there */
};

/* ENOTFOUND: no store there (the text says how to make one); ESTALE: made by
 * another schema or feature set; EIO: the folder refuses. */
enum akin_status akin_store_open(const char *dir, enum akin_store_mode mode,
                                 struct akin_store **out,
                                 struct akin_error *err) AKIN_MUST_USE;
/* The same with a say in whose features it holds: a new store is made for this
 * set, one that is there must be of it (ESTALE with both names). */
enum akin_status akin_store_open_for(const char *dir, enum akin_store_mode mode,
                                     const struct akin_feature_set *set,
                                     struct akin_store **out,
                                     struct akin_error *err) AKIN_MUST_USE;
void akin_store_close(struct akin_store *store); /* NULL is fine */

/* Whose features it holds; valid while the store, or the transaction, is. */
const struct akin_feature_set *
akin_store_features(const struct akin_store *store);
const struct akin_feature_set *akin_txn_features(const struct akin_txn *txn);
const char *akin_store_dir(const struct akin_store *store);

/* A number that grows with every committed write, by any process: when it is
 * unchanged, nothing in the store has changed. A transaction begun afterwards
 * sees at least what this number stands for. Cheap. */
enum akin_status akin_store_change(struct akin_store *store, uint64_t *out,
                                   struct akin_error *err) AKIN_MUST_USE;

/* Read: akin_txn_read ... akin_txn_end. A thread may hold several; EAGAIN when
 * it holds one and another process has made the map larger. */
enum akin_status akin_txn_read(struct akin_store *store, struct akin_txn **out,
                               struct akin_error *err) AKIN_MUST_USE;
void akin_txn_end(struct akin_txn *txn); /* NULL is fine */

/* Write: runs body in a write transaction and commits when it gives AKIN_OK,
 * else undoes all it did and gives its status. body may run more than once (the
 * map had to grow), so it must change nothing but the store and what it
 * overwrites each time. When this gives AKIN_OK, the change is on disk.
 * EINVAL: open for reading only, or this thread holds a transaction of this
 * store (the map could never grow). */
typedef enum akin_status akin_txn_fn(struct akin_txn *txn, void *ctx,
                                     struct akin_error *err);
enum akin_status akin_store_update(struct akin_store *store, akin_txn_fn *body,
                                   void *ctx,
                                   struct akin_error *err) AKIN_MUST_USE;

/* Values are borrowed: valid until the transaction ends or writes next.
 * get: ENOTFOUND leaves *err alone, since it is often an answer. */
enum akin_status akin_txn_get(struct akin_txn *txn, enum akin_table table,
                              struct akin_span key, struct akin_span *value,
                              struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_txn_put(struct akin_txn *txn, enum akin_table table,
                              struct akin_span key, struct akin_span value,
                              struct akin_error *err) AKIN_MUST_USE;
/* No error when the key is not there. Keys are 1..AKIN_KEY_MAX bytes. */
enum akin_status akin_txn_del(struct akin_txn *txn, enum akin_table table,
                              struct akin_span key,
                              struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_txn_count(struct akin_txn *txn, enum akin_table table,
                                uint64_t *out,
                                struct akin_error *err) AKIN_MUST_USE;
#define AKIN_KEY_MAX 511

/* Longer texts as keys (paths): the text itself when it fits, else its first
 * bytes and its hash. Appends to *out. */
void akin_store_text_key(const char *text, struct akin_buf *out);

/* Walks the keys that start with prefix (empty: all), in byte order.
 *   struct akin_cursor cur = {0};
 *   while ((st = akin_cursor_next(txn, table, prefix, &cur, err)) == AKIN_OK)
 *   akin_cursor_end(&cur);       ENOTFOUND is the end, without an error text
 * Do not write to the same table while walking it. */
struct akin_cursor {
    void *handle;
    struct akin_span key, value;
};
enum akin_status akin_cursor_next(struct akin_txn *txn, enum akin_table table,
                                  struct akin_span prefix,
                                  struct akin_cursor *cur,
                                  struct akin_error *err) AKIN_MUST_USE;
void akin_cursor_end(struct akin_cursor *cur);

/* Manifest entries as text and numbers. A counter that is not there is 0. */
enum akin_status akin_manifest_get(struct akin_txn *txn, const char *name,
                                   struct akin_span *value,
                                   struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_manifest_put(struct akin_txn *txn, const char *name,
                                   struct akin_span value,
                                   struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_manifest_number(struct akin_txn *txn, const char *name,
                                      uint64_t *out,
                                      struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_manifest_set_number(struct akin_txn *txn,
                                          const char *name, uint64_t value,
                                          struct akin_error *err) AKIN_MUST_USE;
/* The next number of a counter: first call 1. */
enum akin_status akin_manifest_next(struct akin_txn *txn, const char *name,
                                    uint64_t *out,
                                    struct akin_error *err) AKIN_MUST_USE;

#define AKIN_MANIFEST_CURRENT "current" /* number of the current generation */
#define AKIN_MANIFEST_UUID "uuid"       /* random, to tell stores apart */

#endif
