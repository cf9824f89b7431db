/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_open.c - which folder is a store, and who in this process shares it.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akin/file.h"
#include "store_env.h"

#define MAP_FIRST ((size_t)64 << 20)
#define STORE_MAGIC 0x616b5374u

struct akin_store {
    uint32_t magic;
    bool may_write;
    struct akin__env *env;
    char *dir;
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct akin__env *registry;

static enum akin_status
no_store(const char *dir, struct akin_error *err)
{
    return AKIN_FAIL(err, AKIN_ENOTFOUND,
                     "no store at %s; make one with: akin-index add --store "
                     "%s PATH...",
                     dir, dir);
}

/* A file whose end is missing (an interrupted copy) would end the process with
 * SIGBUS where the map has no file behind it. Zeros in place of what is
 * missing are found by LMDB, or by our check sums, and answered with a
 * sentence. Never shortens, never overwrites, allocates one block. */
static enum akin_status
pad_file(struct akin__env *env, struct akin_error *err)
{
    struct akin__env_facts facts = {0};
    enum akin_status st = akin__env_facts(env, &facts, err);
    struct stat sb;
    int rc;

    if (st != AKIN_OK)
        return st;
    if (fstat(facts.fd, &sb) != 0)
        return AKIN_FAIL(err, AKIN_EIO, "cannot look at data.mdb: %s",
                         strerror(errno));
    if ((uint64_t)sb.st_size >= facts.file_bytes)
        return AKIN_OK;
    rc = posix_fallocate(facts.fd, (off_t)facts.file_bytes - 1, 1);
    if (rc != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "data.mdb ends before its last page, and cannot be "
                         "filled up: %s",
                         strerror(rc));
    return AKIN_OK;
}

static enum akin_status
create_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    (void)ctx;
    return akin__env_create(txn, err);
}

static enum akin_status
open_or_create(struct akin__env *env, const char *dir, bool may_create,
               struct akin_error *err)
{
    struct akin_txn txn;
    bool is_fresh = false;
    enum akin_status st = akin__txn_begin(env, false, &txn, err);

    if (st != AKIN_OK)
        return st;
    st = akin__env_tables(&txn, &is_fresh, err);
    if (st == AKIN_OK && !is_fresh)
        st = akin__txn_commit(&txn, err); /* keeps the opened tables */
    akin__txn_end(&txn);
    if (st != AKIN_OK || !is_fresh)
        return st;
    if (!may_create)
        return no_store(dir, err);
    st = akin__env_update(env, create_body, NULL, err);
    return st == AKIN_OK ? akin_dir_sync(dir, err) : st;
}

/* What data.mdb is: ENOENT when it is not there, or empty because its maker
 * died at once; 0 or what the system says. */
static int
look_at(const char *dir, struct stat *sb)
{
    char *path = akin_path_join(dir, "data.mdb");
    int rc = stat(path, sb) == 0 ? 0 : errno;

    free(path);
    if (rc == ENOTDIR || (rc == 0 && sb->st_size == 0))
        rc = ENOENT;
    return rc;
}

static void
close_env(struct akin__env *env)
{
    akin__env_close(env);
    akin__gate_fini(&env->gate);
    free(env);
}

static enum akin_status
new_env(const char *dir, enum akin_store_mode mode, size_t bytes,
        const struct akin_feature_set *set, struct akin__env **out,
        struct akin_error *err)
{
    struct akin__env *env = akin_new(1, sizeof(*env));
    struct stat sb = {0};
    enum akin_status st;
    int rc;

    akin__gate_init(&env->gate);
    env->features = set != NULL ? *set : *akin_feature_set_builtin();
    st = akin__env_open(env, dir, mode != AKIN_STORE_READ, bytes, err);
    if (st == AKIN_OK && !env->is_read_only)
        st = pad_file(env, err);
    if (st == AKIN_OK)
        st = open_or_create(env, dir, mode == AKIN_STORE_CREATE, err);
    if (st == AKIN_OK && (rc = look_at(dir, &sb)) != 0)
        st = AKIN_FAIL(err, AKIN_EIO, "data.mdb: %s", strerror(rc));
    if (st != AKIN_OK) {
        close_env(env);
        return st;
    }
    env->device = sb.st_dev;
    env->inode = sb.st_ino;
    env->process = getpid();
    *out = env;
    return AKIN_OK;
}

/* The registry's lock is held. */
static struct akin__env *
find_env(const struct stat *sb)
{
    for (struct akin__env *env = registry; env != NULL; env = env->next)
        if (env->device == sb->st_dev && env->inode == sb->st_ino &&
            env->process == getpid())
            return env;
    return NULL;
}

/* The registry's lock is held. */
static enum akin_status
acquire(const char *dir, enum akin_store_mode mode, size_t bytes,
        const struct akin_feature_set *set, struct akin__env **out,
        struct akin_error *err)
{
    struct akin__env *env = NULL;
    struct stat sb = {0};
    int rc = look_at(dir, &sb);
    enum akin_status st;

    if (rc != 0 && rc != ENOENT)
        return AKIN_FAIL(err, AKIN_EIO, "cannot look at data.mdb: %s",
                         strerror(rc));
    if (rc == ENOENT && mode != AKIN_STORE_CREATE)
        return no_store(dir, err);
    if (rc == 0)
        env = find_env(&sb);
    if (env != NULL && env->is_read_only && mode != AKIN_STORE_READ)
        return AKIN_FAIL(err, AKIN_EIO, "the folder cannot be written");
    if (env == NULL) {
        if (bytes == 0 && rc == ENOENT)
            bytes = MAP_FIRST;
        st = new_env(dir, mode, bytes, set, &env, err);
        if (st != AKIN_OK)
            return st;
        env->next = registry;
        registry = env;
    }
    env->n_stores++;
    *out = env;
    return AKIN_OK;
}

static void
release(struct akin__env *env)
{
    struct akin__env **link = &registry;

    (void)pthread_mutex_lock(&registry_lock);
    if (--env->n_stores == 0) {
        while (*link != env)
            link = &(*link)->next;
        *link = env->next;
        close_env(env);
    }
    (void)pthread_mutex_unlock(&registry_lock);
}

static enum akin_status
open_store(const char *dir, enum akin_store_mode mode, size_t map_bytes,
           const struct akin_feature_set *set, struct akin_store **out,
           struct akin_error *err)
{
    struct akin_store *store;
    struct akin__env *env = NULL;
    enum akin_status st = AKIN_OK;

    if (mode == AKIN_STORE_CREATE)
        st = akin_dir_make(dir, err);
    if (st != AKIN_OK)
        return st;
    (void)pthread_mutex_lock(&registry_lock);
    st = acquire(dir, mode, map_bytes, set, &env, err);
    (void)pthread_mutex_unlock(&registry_lock);
    if (st != AKIN_OK) {
        if (st != AKIN_ENOTFOUND) /* that sentence names the folder */
            akin_error_prefix(err, "store %s", dir);
        return st;
    }
    assert(env != NULL);
    store = akin_new(1, sizeof(*store));
    store->magic = STORE_MAGIC;
    store->may_write = mode != AKIN_STORE_READ;
    store->env = env;
    store->dir = akin_strdup(dir);
    *out = store;
    return AKIN_OK;
}

enum akin_status
akin__store_open_sized(const char *dir, enum akin_store_mode mode,
                       size_t map_bytes, struct akin_store **out,
                       struct akin_error *err)
{
    return open_store(dir, mode, map_bytes, NULL, out, err);
}

enum akin_status
akin_store_open(const char *dir, enum akin_store_mode mode,
                struct akin_store **out, struct akin_error *err)
{
    return open_store(dir, mode, 0, NULL, out, err);
}

enum akin_status
akin_store_open_for(const char *dir, enum akin_store_mode mode,
                    const struct akin_feature_set *set, struct akin_store **out,
                    struct akin_error *err)
{
    struct akin_store *store = NULL;
    enum akin_status st = open_store(dir, mode, 0, set, &store, err);

    if (st != AKIN_OK)
        return st;
    if (!akin_feature_set_same(akin_store_features(store), set)) {
        st = AKIN_FAIL(err, AKIN_ESTALE,
                       "store %s holds features \"%s\", not \"%s\": these are "
                       "never mixed; use a store of their own",
                       dir, akin_store_features(store)->id, set->id);
        akin_store_close(store);
        return st;
    }
    *out = store;
    return AKIN_OK;
}

const struct akin_feature_set *
akin_store_features(const struct akin_store *store)
{
    return &store->env->features;
}

const struct akin_feature_set *
akin_txn_features(const struct akin_txn *txn)
{
    return &txn->env->features;
}

void
akin_store_close(struct akin_store *store)
{
    if (store == NULL)
        return;
    assert(store->magic == STORE_MAGIC);
    store->magic = 0;
    release(store->env);
    free(store->dir);
    free(store);
}

const char *
akin_store_dir(const struct akin_store *store)
{
    return store->dir;
}

static enum akin_status
facts_of(struct akin_store *store, struct akin__env_facts *out,
         struct akin_error *err)
{
    struct akin__pass pass; /* the map holds still while it is read */
    enum akin_status st;

    assert(store->magic == STORE_MAGIC);
    akin__gate_enter(&store->env->gate, &pass);
    st = store->env->is_broken
             ? AKIN_FAIL(err, AKIN_EIO, "the store must be opened again")
             : akin__env_facts(store->env, out, err);
    akin__gate_leave(&store->env->gate, &pass);
    return st;
}

enum akin_status
akin_store_change(struct akin_store *store, uint64_t *out,
                  struct akin_error *err)
{
    struct akin_txn txn = {0};
    enum akin_status st;

    /* The number that the environment tells runs ahead of what transactions
     * see while a commit is being synced; who remembers it beside what was
     * read would take old contents for new ones. */
    assert(store->magic == STORE_MAGIC);
    st = akin__txn_begin(store->env, false, &txn, err);
    if (st != AKIN_OK)
        return st;
    *out = akin__txn_number(&txn);
    akin__txn_end(&txn);
    return AKIN_OK;
}

size_t
akin__store_map_bytes(struct akin_store *store)
{
    struct akin__env_facts facts = {0};

    return facts_of(store, &facts, NULL) == AKIN_OK ? facts.map_bytes : 0;
}

enum akin_status
akin_txn_read(struct akin_store *store, struct akin_txn **out,
              struct akin_error *err)
{
    struct akin_txn *txn;
    enum akin_status st;

    assert(store->magic == STORE_MAGIC);
    txn = akin_new(1, sizeof(*txn));
    st = akin__txn_begin(store->env, false, txn, err);
    if (st == AKIN_OK)
        *out = txn;
    else
        free(txn);
    return st;
}

void
akin_txn_end(struct akin_txn *txn)
{
    if (txn == NULL)
        return;
    assert(txn->magic == AKIN__TXN_MAGIC);
    assert(!txn->may_write); /* akin_store_update ends what it began */
    akin__txn_end(txn);
    free(txn);
}

enum akin_status
akin_store_update(struct akin_store *store, akin_txn_fn *body, void *ctx,
                  struct akin_error *err)
{
    assert(store->magic == STORE_MAGIC);
    if (!store->may_write)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "the store %s is open for reading only", store->dir);
    if (akin__gate_holds(&store->env->gate))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "this thread holds a transaction; it must end before "
                         "the store is updated");
    return akin__env_update(store->env, body, ctx, err);
}
