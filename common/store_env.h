/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_env.h - between store.c, which knows LMDB, and the files that know
 * which folder, who shares it and when a write runs again.
 *
 * Design notes
 *
 * 1. LMDB forbids a process to open one file twice (closing either would drop
 *    the locks of both), so stores of the same data.mdb share one environment,
 *    found in a registry by device and inode and counted.
 * 2. The map: a write that does not fit ends its transaction; the gate is
 *    closed (store_internal.h), the map grows, the body runs again. A map that
 *    another process has made larger is taken over the same way.
 * 3. Crash points: LMDB writes new pages beside the old ones and then one meta
 *    page, synced in this order; a process that dies anywhere leaves the last
 *    committed state. Its lock dies with it (robust mutex); its reader slots
 *    are swept at the next open, and when the slots run out.
 */
#ifndef AKIN_STORE_ENV_H
#define AKIN_STORE_ENV_H

#include <sys/types.h>

#include "store_internal.h"

struct MDB_env;
struct MDB_txn;

/* One open environment of this process, shared by its stores. */
struct akin__env {
    struct MDB_env *mdb;
    unsigned table[AKIN_N_TABLES];
    struct akin__gate gate;
    bool is_read_only;                /* the folder refuses writing */
    bool is_broken;                   /* the map was lost while it was moved */
    struct akin_feature_set features; /* of the manifest; wanted, before */

    /* Which file: the inode cannot be used again while we hold it open. A
     * child of fork has another process number and opens its own. */
    dev_t device;
    ino_t inode;
    pid_t process;
    unsigned n_stores;
    struct akin__env *next;
};

#define AKIN__TXN_MAGIC 0x616b5478u

struct akin_txn {
    uint32_t magic;
    bool may_write;
    bool is_map_full; /* a write did not fit: larger map, then again */
    struct akin__env *env;
    struct MDB_txn *mdb;
    struct akin__pass pass;
};

/* Opens dir/data.mdb; map_bytes 0: as large as the file says. For reading the
 * ways are tried in turn: with our part in the locking, on a file system that
 * cannot be written, and without any lock. */
enum akin_status akin__env_open(struct akin__env *env, const char *dir,
                                bool may_write, size_t map_bytes,
                                struct akin_error *err) AKIN_MUST_USE;
void akin__env_close(struct akin__env *env); /* not opened: fine */

struct akin__env_facts {
    size_t map_bytes;
    uint64_t file_bytes; /* up to the end of the last page in use */
    int fd;              /* data.mdb; stays the environment's */
};
/* A pass must be held, or nobody else know the environment. */
enum akin_status akin__env_facts(struct akin__env *env,
                                 struct akin__env_facts *out,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Moves the map, to `bytes` or (0) to what another process made it. `seen` is
 * the size at which it was too small: nothing is done when somebody else was
 * faster. EAGAIN: this thread holds a transaction. */
enum akin_status akin__env_move_map(struct akin__env *env, size_t seen,
                                    size_t bytes,
                                    struct akin_error *err) AKIN_MUST_USE;

/* Opens every table; the manifest is looked at before the others, since a
 * store of another schema may lack some. *is_fresh: nothing was ever stored,
 * and nothing has been opened. They stay open when txn is committed. */
enum akin_status akin__env_tables(struct akin_txn *txn, bool *is_fresh,
                                  struct akin_error *err) AKIN_MUST_USE;
/* Makes tables and manifest, unless another process was faster. */
enum akin_status akin__env_create(struct akin_txn *txn,
                                  struct akin_error *err) AKIN_MUST_USE;

/* A transaction in the caller's memory. end undoes what was not committed. */
enum akin_status akin__txn_begin(struct akin__env *env, bool may_write,
                                 struct akin_txn *txn,
                                 struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin__txn_commit(struct akin_txn *txn,
                                  struct akin_error *err) AKIN_MUST_USE;
void akin__txn_end(struct akin_txn *txn);

/* The number of the last commit that this transaction sees. */
uint64_t akin__txn_number(const struct akin_txn *txn);

/* akin_store_update without its questions (store_update.c). */
enum akin_status akin__env_update(struct akin__env *env, akin_txn_fn *body,
                                  void *ctx,
                                  struct akin_error *err) AKIN_MUST_USE;

#endif
