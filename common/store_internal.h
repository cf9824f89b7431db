/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_internal.h - what the rooms on top of the store share.
 *
 * Three things live here: the gate (who may use the map, who must wait while
 * it changes), the frame (the form of our binary values) and a few entries of
 * the store that only its own rooms and their tests need.
 */
#ifndef AKIN_STORE_INTERNAL_H
#define AKIN_STORE_INTERNAL_H

#include <pthread.h>

#include "akin/store.h"

/* ---- the gate (store_gate.c) ----
 *
 * LMDB may only move its map while no transaction of this process runs. Every
 * transaction holds a pass; whoever must move the map closes the gate, waits
 * until the last pass is back, and opens it again.
 *
 * 1. A thread that holds a pass gets another one even while the gate is
 *    closing: it could otherwise never give the first one back.
 * 2. A thread that holds a pass cannot close the gate: it would wait for
 *    itself. akin__gate_close says so instead. */
struct akin__pass {
    pthread_t thread;
    struct akin__pass *next, *before;
};

struct akin__gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct akin__pass *running;
    bool is_closed;
};

void akin__gate_init(struct akin__gate *gate);
void akin__gate_fini(struct akin__gate *gate);
void akin__gate_enter(struct akin__gate *gate, struct akin__pass *pass);
void akin__gate_leave(struct akin__gate *gate, struct akin__pass *pass);
/* Does the calling thread hold a pass? */
bool akin__gate_holds(struct akin__gate *gate);
/* True: nobody is inside and the gate's lock is held until akin__gate_open.
 * False: the calling thread holds a pass; nothing has changed. */
bool akin__gate_close(struct akin__gate *gate) AKIN_MUST_USE;
void akin__gate_open(struct akin__gate *gate);

/* ---- the store ---- */

/* akin_store_open with another first size of the map (bytes; 0: the usual
 * one), so that tests see it grow. */
enum akin_status akin__store_open_sized(const char *dir,
                                        enum akin_store_mode mode,
                                        size_t map_bytes,
                                        struct akin_store **out,
                                        struct akin_error *err) AKIN_MUST_USE;

/* Bytes the map has now. */
size_t akin__store_map_bytes(struct akin_store *store);

/* The first entry whose key is not below `key`; both spans are borrowed as
 * those of akin_txn_get. ENOTFOUND leaves *err alone. */
enum akin_status akin__txn_seek(struct akin_txn *txn, enum akin_table table,
                                struct akin_span key, struct akin_span *found,
                                struct akin_span *value,
                                struct akin_error *err) AKIN_MUST_USE;

/* Name of a table, as in the file; a static string. */
const char *akin__table_name(enum akin_table table);

/* A copy of every key of a table that wanted() accepts, each as its length
 * (le16) and its bytes: for tables that are changed after they were walked. */
typedef bool akin__wanted_fn(void *ctx, struct akin_span key,
                             struct akin_span value);
enum akin_status akin__keys_collect(struct akin_txn *txn, enum akin_table table,
                                    struct akin_span prefix,
                                    akin__wanted_fn *wanted, void *ctx,
                                    struct akin_buf *keys,
                                    struct akin_error *err) AKIN_MUST_USE;
/* Deletes what was collected. */
enum akin_status akin__keys_delete(struct akin_txn *txn, enum akin_table table,
                                   struct akin_span keys,
                                   struct akin_error *err) AKIN_MUST_USE;

/* ---- the manifest (store_manifest.c) ---- */

#define AKIN__SCHEMA 2

#define AKIN__MANIFEST_SCHEMA "schema"
#define AKIN__MANIFEST_FEATURES "feature-set"
#define AKIN__MANIFEST_CREATED "created"
#define AKIN__LAST_DATASET "last-dataset" /* largest number ever given */
#define AKIN__LAST_IMAGE "last-image"
#define AKIN__N_ORDINALS "tile-ordinals" /* ordinals given: 0 .. this - 1 */

enum akin_status akin__manifest_create(struct akin_txn *txn,
                                       const struct akin_feature_set *set,
                                       struct akin_error *err) AKIN_MUST_USE;
/* Gives the feature set. ESTALE with both names when this program knows none of
 * that id; EFORMAT when an entry is missing. */
enum akin_status akin__manifest_check(struct akin_txn *txn,
                                      struct akin_feature_set *out,
                                      struct akin_error *err) AKIN_MUST_USE;

/* A 32-bit number as a key. */
struct akin__key {
    uint8_t bytes[24];
    size_t len;
};
struct akin__key akin__key_number(uint32_t number);
struct akin__key akin__key_pair(uint32_t first, uint32_t second);
struct akin_span akin__key_span(const struct akin__key *key);

/* ---- the frame (store_frame.c) ----
 *
 * kind, version, two zero bytes, number; fields; 8 bytes of a hash of all that
 * comes before. The number is the key's, so a value under a wrong key shows.
 * Everything is little-endian. A reader that has gone past the end is `broken`
 * and gives zeros, so that one check after the last field is enough. */
enum akin__frame_kind {
    AKIN__FRAME_DATASET = 'D',
    AKIN__FRAME_IMAGE = 'I',
    AKIN__FRAME_TILES = 'T',
    AKIN__FRAME_FEATURES = 'F',
    AKIN__FRAME_DISTURBED = 'X',
    AKIN__FRAME_SOURCE = 'S'
};
#define AKIN__FRAME_HEAD 8
#define AKIN__FRAME_TAIL 8

struct akin__reader {
    const uint8_t *at;
    size_t left;
    bool is_broken;
};

void akin__frame_begin(struct akin_buf *out, enum akin__frame_kind kind,
                       uint32_t number);
void akin__frame_u32(struct akin_buf *out, uint32_t value);
void akin__frame_u64(struct akin_buf *out, uint64_t value);
void akin__frame_real(struct akin_buf *out, double value);
/* Length (32 bits) and bytes. text NULL: as an empty one. */
void akin__frame_text(struct akin_buf *out, struct akin_span text);
void akin__frame_end(struct akin_buf *out);

/* EFORMAT: no frame of this kind, version and number, or damaged. */
enum akin_status akin__frame_open(struct akin_span value,
                                  enum akin__frame_kind kind, uint32_t number,
                                  struct akin__reader *out,
                                  struct akin_error *err) AKIN_MUST_USE;
uint32_t akin__read_u32(struct akin__reader *reader);
uint64_t akin__read_u64(struct akin__reader *reader);
double akin__read_real(struct akin__reader *reader);
struct akin_span akin__read_text(struct akin__reader *reader);
/* n bytes, or {NULL, 0} when they are not there. */
struct akin_span akin__read_bytes(struct akin__reader *reader, size_t n);
/* Nothing was missing and nothing is left over. */
bool akin__read_done(const struct akin__reader *reader);

#endif
