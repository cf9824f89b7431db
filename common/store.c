/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.c - the only file that sees lmdb.h: environments, transactions,
 * tables. Which folder, who shares it and when a write runs again, store_open.c
 * and store_update.c know.
 */
#include <assert.h>
#include <errno.h>
#include <lmdb.h>
#include <string.h>

#include "store_env.h"

#define READERS_MAX 1022
#define FILE_MODE 0664

static const char *const table_names[AKIN_N_TABLES] = {
    "manifest",   "datasets",       "dataset-ids",  "versions",   "tombstones",
    "images",     "dataset-images", "image-hashes", "tiles",      "features",
    "disturbed",  "thumbnails",     "sources",      "quarantine", "terms",
    "term-names", "dataset-files",  "people",
};

static enum akin_status
status_of(int rc)
{
    switch (rc) {
    case MDB_NOTFOUND:
    case ENOENT:
        return AKIN_ENOTFOUND;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
        return AKIN_EFORMAT;
    case MDB_VERSION_MISMATCH:
        return AKIN_ESTALE;
    case MDB_TXN_FULL:
    case MDB_MAP_FULL:
    case MDB_BAD_VALSIZE:
        return AKIN_ELIMIT;
    case MDB_READERS_FULL:
    case EAGAIN:
        return AKIN_EAGAIN;
    case ENOMEM:
        return AKIN_ENOMEM;
    default:
        return rc > 0 ? AKIN_EIO : AKIN_EINTERNAL;
    }
}

static enum akin_status
fail(struct akin_error *err, const char *what, int rc)
{
    return AKIN_FAIL(err, status_of(rc), "store: %s: %s", what,
                     mdb_strerror(rc));
}

/* LMDB's values are not const; it does not write to those it is given. */
static MDB_val
val_of(struct akin_span span)
{
    MDB_val val = {.mv_size = span.len};

    memcpy(&val.mv_data, &span.data, sizeof(val.mv_data));
    return val;
}

static struct akin_span
span_of(MDB_val val)
{
    return akin_span_of(val.mv_data, val.mv_size);
}

const char *
akin__table_name(enum akin_table table)
{
    return table_names[table];
}

/* ---- the map ---- */

enum akin_status
akin__env_facts(struct akin__env *env, struct akin__env_facts *out,
                struct akin_error *err)
{
    MDB_envinfo info = {0};
    MDB_stat stat = {0};
    int rc = mdb_env_info(env->mdb, &info);

    if (rc == 0)
        rc = mdb_env_stat(env->mdb, &stat);
    if (rc == 0)
        rc = mdb_env_get_fd(env->mdb, &out->fd);
    if (rc != 0)
        return fail(err, "cannot ask for its state", rc);
    out->map_bytes = info.me_mapsize;
    out->file_bytes = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    return AKIN_OK;
}

enum akin_status
akin__env_move_map(struct akin__env *env, size_t seen, size_t bytes,
                   struct akin_error *err)
{
    MDB_envinfo info = {0};
    int rc;

    if (!akin__gate_close(&env->gate))
        return AKIN_FAIL(err, AKIN_EAGAIN,
                         "the store has grown; this thread must end the "
                         "transaction it holds before it begins another");
    rc = env->is_broken ? MDB_PANIC : mdb_env_info(env->mdb, &info);
    if (rc == 0 && (bytes == 0 || info.me_mapsize == seen)) {
        rc = mdb_env_set_mapsize(env->mdb, bytes);
        /* LMDB gives the old map back before it asks for the new one. */
        env->is_broken = rc != 0;
    }
    akin__gate_open(&env->gate);
    return rc == 0 ? AKIN_OK : fail(err, "cannot move the map", rc);
}

/* ---- transactions ---- */

uint64_t
akin__txn_number(const struct akin_txn *txn)
{
    return mdb_txn_id(txn->mdb);
}

/* One try. The pass is kept only on success. */
static int
begin_once(struct akin_txn *txn)
{
    struct akin__env *env = txn->env;
    int rc;

    akin__gate_enter(&env->gate, &txn->pass);
    rc = env->is_broken
             ? MDB_PANIC
             : mdb_txn_begin(env->mdb, NULL, txn->may_write ? 0 : MDB_RDONLY,
                             &txn->mdb);
    if (rc != 0)
        akin__gate_leave(&env->gate, &txn->pass);
    return rc;
}

enum akin_status
akin__txn_begin(struct akin__env *env, bool may_write, struct akin_txn *txn,
                struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    bool is_swept = false;

    *txn = (struct akin_txn){
        .magic = AKIN__TXN_MAGIC, .env = env, .may_write = may_write};
    while (st == AKIN_OK) {
        int n_dead = 0, rc = begin_once(txn);

        if (rc == 0)
            return AKIN_OK;
        if (rc == MDB_MAP_RESIZED) {
            st = akin__env_move_map(env, 0, 0, err);
        } else if (rc == MDB_READERS_FULL && !is_swept) {
            is_swept = true; /* slots of processes that died */
            (void)mdb_reader_check(env->mdb, &n_dead);
        } else {
            st = fail(err, "cannot begin a transaction", rc);
        }
    }
    return st;
}

void
akin__txn_end(struct akin_txn *txn)
{
    if (txn->mdb != NULL)
        mdb_txn_abort(txn->mdb);
    txn->mdb = NULL;
    txn->magic = 0;
    akin__gate_leave(&txn->env->gate, &txn->pass);
}

enum akin_status
akin__txn_commit(struct akin_txn *txn, struct akin_error *err)
{
    MDB_txn *mdb = txn->mdb;
    int rc;

    txn->mdb = NULL; /* LMDB frees it even when the commit fails */
    rc = mdb_txn_commit(mdb);
    txn->is_map_full = txn->is_map_full || rc == MDB_MAP_FULL;
    return rc == 0 ? AKIN_OK : fail(err, "commit", rc);
}

static enum akin_status
check_key(struct akin_span key, struct akin_error *err)
{
    if (key.len == 0 || key.len > AKIN_KEY_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "a key of %zu bytes; keys have 1 to %d", key.len,
                         AKIN_KEY_MAX);
    return AKIN_OK;
}

enum akin_status
akin_txn_get(struct akin_txn *txn, enum akin_table table, struct akin_span key,
             struct akin_span *value, struct akin_error *err)
{
    MDB_val k = val_of(key), v;
    enum akin_status st;
    int rc;

    assert(txn->magic == AKIN__TXN_MAGIC);
    st = check_key(key, err);
    if (st != AKIN_OK)
        return st;
    rc = mdb_get(txn->mdb, txn->env->table[table], &k, &v);
    if (rc == MDB_NOTFOUND)
        return AKIN_ENOTFOUND;
    if (rc != 0)
        return fail(err, table_names[table], rc);
    *value = span_of(v);
    return AKIN_OK;
}

enum akin_status
akin_txn_put(struct akin_txn *txn, enum akin_table table, struct akin_span key,
             struct akin_span value, struct akin_error *err)
{
    MDB_val k = val_of(key), v = val_of(value);
    enum akin_status st;
    int rc;

    assert(txn->magic == AKIN__TXN_MAGIC && txn->may_write);
    st = check_key(key, err);
    if (st != AKIN_OK)
        return st;
    rc = mdb_put(txn->mdb, txn->env->table[table], &k, &v, 0);
    txn->is_map_full = txn->is_map_full || rc == MDB_MAP_FULL;
    return rc == 0 ? AKIN_OK : fail(err, table_names[table], rc);
}

enum akin_status
akin_txn_del(struct akin_txn *txn, enum akin_table table, struct akin_span key,
             struct akin_error *err)
{
    MDB_val k = val_of(key);
    enum akin_status st;
    int rc;

    assert(txn->magic == AKIN__TXN_MAGIC && txn->may_write);
    st = check_key(key, err);
    if (st != AKIN_OK)
        return st;
    rc = mdb_del(txn->mdb, txn->env->table[table], &k, NULL);
    /* Deleting copies pages before it drops them, so it too can need room. */
    txn->is_map_full = txn->is_map_full || rc == MDB_MAP_FULL;
    return rc == 0 || rc == MDB_NOTFOUND ? AKIN_OK
                                         : fail(err, table_names[table], rc);
}

enum akin_status
akin_txn_count(struct akin_txn *txn, enum akin_table table, uint64_t *out,
               struct akin_error *err)
{
    MDB_stat stat;
    int rc = mdb_stat(txn->mdb, txn->env->table[table], &stat);

    if (rc != 0)
        return fail(err, table_names[table], rc);
    *out = stat.ms_entries;
    return AKIN_OK;
}

enum akin_status
akin__txn_seek(struct akin_txn *txn, enum akin_table table,
               struct akin_span key, struct akin_span *found,
               struct akin_span *value, struct akin_error *err)
{
    MDB_val k = val_of(key), v;
    MDB_cursor *cursor;
    int rc;

    rc = mdb_cursor_open(txn->mdb, txn->env->table[table], &cursor);
    if (rc != 0)
        return fail(err, table_names[table], rc);
    rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
    mdb_cursor_close(cursor);
    if (rc == MDB_NOTFOUND)
        return AKIN_ENOTFOUND;
    if (rc != 0)
        return fail(err, table_names[table], rc);
    *found = span_of(k);
    *value = span_of(v);
    return AKIN_OK;
}

enum akin_status
akin_cursor_next(struct akin_txn *txn, enum akin_table table,
                 struct akin_span prefix, struct akin_cursor *cur,
                 struct akin_error *err)
{
    MDB_val k = val_of(prefix), v;
    MDB_cursor_op op = MDB_NEXT;
    MDB_cursor *cursor = cur->handle;
    int rc;

    assert(txn->magic == AKIN__TXN_MAGIC);
    if (cursor == NULL) {
        rc = mdb_cursor_open(txn->mdb, txn->env->table[table], &cursor);
        if (rc != 0)
            return fail(err, table_names[table], rc);
        cur->handle = cursor;
        op = prefix.len == 0 ? MDB_FIRST : MDB_SET_RANGE;
    }
    rc = mdb_cursor_get(cursor, &k, &v, op);
    if (rc == MDB_NOTFOUND)
        return AKIN_ENOTFOUND;
    if (rc != 0)
        return fail(err, table_names[table], rc);
    if (k.mv_size < prefix.len ||
        (prefix.len > 0 && memcmp(k.mv_data, prefix.data, prefix.len) != 0))
        return AKIN_ENOTFOUND;
    cur->key = span_of(k);
    cur->value = span_of(v);
    return AKIN_OK;
}

void
akin_cursor_end(struct akin_cursor *cur)
{
    if (cur->handle != NULL)
        mdb_cursor_close(cur->handle);
    *cur = (struct akin_cursor){0};
}

/* ---- opening ---- */

enum akin_status
akin__env_tables(struct akin_txn *txn, bool *is_fresh, struct akin_error *err)
{
    MDB_dbi *table = txn->env->table;
    enum akin_status st;
    MDB_stat stat = {0};
    MDB_dbi all;
    int rc = mdb_dbi_open(txn->mdb, table_names[0], 0, &table[0]);

    *is_fresh = false;
    if (rc == MDB_NOTFOUND) {
        rc = mdb_dbi_open(txn->mdb, NULL, 0, &all);
        if (rc == 0)
            rc = mdb_stat(txn->mdb, all, &stat);
        if (rc == 0 && stat.ms_entries > 0)
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             "data.mdb is a database of another program");
        *is_fresh = rc == 0;
        return rc == 0 ? AKIN_OK : fail(err, "first look", rc);
    }
    if (rc != 0)
        return fail(err, table_names[0], rc);
    st = akin__manifest_check(txn, &txn->env->features, err);
    for (size_t i = 1; st == AKIN_OK && i < AKIN_N_TABLES; i++) {
        rc = mdb_dbi_open(txn->mdb, table_names[i], 0, &table[i]);
        if (rc == MDB_NOTFOUND)
            st = AKIN_FAIL(err, AKIN_EFORMAT, "the table %s is missing",
                           table_names[i]);
        else if (rc != 0)
            st = fail(err, table_names[i], rc);
    }
    return st;
}

enum akin_status
akin__env_create(struct akin_txn *txn, struct akin_error *err)
{
    bool is_fresh = false; /* not if another process was faster */
    enum akin_status st = akin__env_tables(txn, &is_fresh, err);

    if (st != AKIN_OK || !is_fresh)
        return st;
    for (size_t i = 0; i < AKIN_N_TABLES; i++) {
        int rc = mdb_dbi_open(txn->mdb, table_names[i], MDB_CREATE,
                              &txn->env->table[i]);

        if (rc != 0) {
            txn->is_map_full = rc == MDB_MAP_FULL;
            return fail(err, table_names[i], rc);
        }
    }
    return akin__manifest_create(txn, &txn->env->features, err);
}

static int
open_mdb(const char *dir, unsigned flags, size_t bytes, MDB_env **out)
{
    MDB_env *mdb = NULL;
    int n_dead = 0;
    int rc = mdb_env_create(&mdb);

    if (rc != 0)
        return rc;
    rc = mdb_env_set_maxdbs(mdb, AKIN_N_TABLES);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(mdb, READERS_MAX);
    if (rc == 0 && bytes != 0) /* else as the file says */
        rc = mdb_env_set_mapsize(mdb, bytes);
    if (rc == 0)
        rc = mdb_env_open(mdb, dir, flags | MDB_NOTLS, FILE_MODE);
    if (rc == 0 && (flags & MDB_NOLOCK) == 0)
        rc = mdb_reader_check(mdb, &n_dead);
    if (rc == 0)
        *out = mdb;
    else
        mdb_env_close(mdb);
    return rc;
}

enum akin_status
akin__env_open(struct akin__env *env, const char *dir, bool may_write,
               size_t bytes, struct akin_error *err)
{
    static const unsigned ways[] = {0, MDB_RDONLY, MDB_RDONLY | MDB_NOLOCK};
    size_t n_ways = may_write ? 1 : AKIN_COUNT(ways);
    int rc = EACCES;

    for (size_t i = 0; i < n_ways; i++) {
        rc = open_mdb(dir, ways[i], bytes, &env->mdb);
        env->is_read_only = i > 0;
        if (rc != EACCES && rc != EROFS && rc != EPERM)
            break;
    }
    return rc == 0 ? AKIN_OK : fail(err, "cannot open", rc);
}

void
akin__env_close(struct akin__env *env)
{
    if (env->mdb != NULL)
        mdb_env_close(env->mdb);
    env->mdb = NULL;
}
