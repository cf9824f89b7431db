/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin_test_snapshot.h - a store, its snapshots and a few queries: what the
 * tests of snapshots begin with.
 */
#ifndef AKIN_TEST_SNAPSHOT_H
#define AKIN_TEST_SNAPSHOT_H

#include "akin_test.h"

#include "akin_test_store.h"
#include "snapshot.h"

#define QUERIES ((size_t)5)

struct fixture {
    char *dir;
    struct akin_store *store;
    struct akin_config config;
    struct akin_snapshots *source;
    float queries[QUERIES * AKIN_DIM]; /* unit length */
};

static inline int
setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct akin_test_random rnd = {5};
    struct akin_error err = {0};

    f->dir = akin_test_folder();
    akin_config_init(&f->config);
    f->config.index_jobs = 1;
    for (size_t q = 0; q < QUERIES; q++) {
        float *v = f->queries + q * AKIN_DIM;
        double sum = 0;

        for (size_t d = 0; d < AKIN_DIM; d++) {
            v[d] = (float)akin_test_normal(&rnd);
            sum += (double)v[d] * (double)v[d];
        }
        for (size_t d = 0; d < AKIN_DIM; d++)
            v[d] /= (float)sqrt(sum);
    }
    assert_ok(akin_store_open(f->dir, AKIN_STORE_CREATE, &f->store, &err));
    *state = f;
    return 0;
}

static inline int
teardown(void **state)
{
    struct fixture *f = *state;

    akin_snapshots_close(f->source);
    akin_store_close(f->store);
    akin_test_remove(f->dir);
    free(f);
    return 0;
}

/* Settings count from here on. */
static inline void
open_source(struct fixture *f)
{
    struct akin_error err = {0};

    assert_ok(akin_snapshots_open(f->dir, &f->config, &f->source, &err));
}

static inline struct akin_snapshot *
acquire(struct fixture *f)
{
    struct akin_snapshot *s = NULL;
    struct akin_error err = {0};

    assert_ok(akin_snapshot_acquire(f->source, &s, &err));
    return s;
}

static inline uint32_t
add(struct fixture *f, uint32_t dataset, size_t n_tiles, uint64_t seed)
{
    char path[32];

    (void)snprintf(path, sizeof(path), "i-%llu", (unsigned long long)seed);
    return akin_test_put_image(f->store, dataset, path, n_tiles, 0, seed);
}

static inline void
publish(struct fixture *f)
{
    struct akin_error err = {0};

    assert_ok(
        akin_generation_publish(f->store, &f->config, NULL, NULL, NULL, &err));
}

static inline enum akin_status
remove_image_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    return akin_image_remove(txn, *(const uint32_t *)ctx, err);
}

static inline enum akin_status
remove_dataset_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    uint64_t n_removed = 0;

    return akin_image_remove_all(txn, *(const uint32_t *)ctx, &n_removed, err);
}

static inline void
update(struct fixture *f, akin_txn_fn *body, uint32_t number)
{
    struct akin_error err = {0};

    assert_ok(akin_store_update(f->store, body, &number, &err));
}

#endif
