/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.c - handing out snapshots and making new ones when the store has
 * changed. See the design notes in snapshot_internal.h.
 */
#include "snapshot.h"

#include <assert.h>
#include <stdlib.h>

#include "snapshot_internal.h"

#define REFRESH_TRIES 100

static void
lock(struct akin_snapshots *source)
{
    int rc = pthread_mutex_lock(&source->lock);

    assert(rc == 0);
    (void)rc;
}

static void
unlock(struct akin_snapshots *source)
{
    int rc = pthread_mutex_unlock(&source->lock);

    assert(rc == 0);
    (void)rc;
}

enum akin_status
akin_snapshots_open(const char *store_dir, const struct akin_config *config,
                    struct akin_snapshots **out, struct akin_error *err)
{
    struct akin_store *store = NULL;
    struct akin_snapshots *source;
    enum akin_status st =
        akin_store_open(store_dir, AKIN_STORE_READ, &store, err);
    int rc;

    if (st != AKIN_OK)
        return st;
    source = akin_new(1, sizeof(*source));
    rc = pthread_mutex_init(&source->lock, NULL);
    assert(rc == 0);
    (void)rc;
    source->refs = 1;
    source->store = store;
    source->config = *config;
    *out = source;
    return AKIN_OK;
}

/* Forgets what the next snapshot would be made from. */
static void
forget_parts(struct akin_snapshots *source)
{
    akin__base_drop(source->base);
    akin__mask_drop(source->mask);
    akin__tail_clear(&source->tail);
    source->base = NULL;
    source->mask = NULL;
}

/* Drops one count of a snapshot; the lock is held. True when the source itself
 * has no owner any more. */
static bool
drop(struct akin_snapshot *snapshot)
{
    struct akin_snapshots *source = snapshot->source;

    if (--snapshot->refs > 0)
        return false;
    akin__snapshot_free(snapshot);
    return --source->refs == 0;
}

static void
source_free(struct akin_snapshots *source)
{
    forget_parts(source);
    akin_store_close(source->store);
    (void)pthread_mutex_destroy(&source->lock);
    free(source);
}

void
akin_snapshots_close(struct akin_snapshots *source)
{
    bool last;

    if (source == NULL)
        return;
    lock(source);
    if (source->current != NULL)
        (void)drop(source->current);
    source->current = NULL;
    last = --source->refs == 0;
    unlock(source);
    if (last)
        source_free(source);
}

/* Makes source->base the current generation. The generation is opened outside
 * of any transaction, so it may be newer than asked for. */
static enum akin_status
refresh_base(struct akin_snapshots *source, uint32_t number,
             struct akin_error *err)
{
    struct akin__base *base = NULL;
    enum akin_status st;

    if (source->base != NULL && akin__base_number(source->base) == number)
        return AKIN_OK;
    st = akin__base_open(source->store, &source->config, number, &base, err);
    if (st != AKIN_OK)
        return st;
    forget_parts(source);
    source->base = base;
    source->tail.last_image = akin__base_last_image(base);
    return AKIN_OK;
}

/* One attempt; *again: the generation was replaced meanwhile. */
static enum akin_status
refresh_once(struct akin_snapshots *source, uint64_t change, bool *again,
             struct akin_snapshot **out, struct akin_error *err)
{
    struct akin_txn *txn = NULL;
    uint32_t number = 0;
    enum akin_status st = akin_txn_read(source->store, &txn, err);

    *again = false;
    if (st == AKIN_OK)
        st = akin_generation_current(txn, &number, err);
    if (st == AKIN_OK &&
        (source->base == NULL || akin__base_number(source->base) != number)) {
        *again = true;
        akin_txn_end(txn);
        return refresh_base(source, number, err);
    }
    if (st == AKIN_OK)
        st = akin__tail_extend(&source->tail,
                               akin__base_projection(source->base), txn, err);
    if (st == AKIN_OK)
        st = akin__snapshot_make(source, txn, change, out, err);
    akin_txn_end(txn);
    return st;
}

static enum akin_status
refresh(struct akin_snapshots *source, uint64_t change, struct akin_error *err)
{
    struct akin_snapshot *made = NULL;
    enum akin_status st = AKIN_OK;
    bool again = true;

    for (int i = 0; st == AKIN_OK && again; i++) {
        if (i == REFRESH_TRIES)
            return AKIN_FAIL(err, AKIN_EAGAIN,
                             "store %s is published faster than it can be read",
                             akin_store_dir(source->store));
        st = refresh_once(source, change, &again, &made, err);
    }
    if (st != AKIN_OK)
        return st;
    source->refs++;
    if (source->current != NULL)
        (void)drop(source->current);
    source->current = made;
    return AKIN_OK;
}

enum akin_status
akin_snapshot_acquire(struct akin_snapshots *source, struct akin_snapshot **out,
                      struct akin_error *err)
{
    uint64_t change = 0;
    enum akin_status st = akin_store_change(source->store, &change, err);

    if (st != AKIN_OK)
        return st;
    lock(source);
    /* Another thread may have gone further than this one has looked. */
    if (source->current == NULL || source->current->change < change)
        st = refresh(source, change, err);
    if (st == AKIN_OK) {
        source->current->refs++;
        *out = source->current;
    }
    unlock(source);
    return st;
}

void
akin_snapshot_release(struct akin_snapshot *snapshot)
{
    struct akin_snapshots *source;
    bool last;

    if (snapshot == NULL)
        return;
    source = snapshot->source;
    lock(source);
    last = drop(snapshot);
    unlock(source);
    if (last)
        source_free(source);
}

struct akin_store *
akin_snapshots_store(const struct akin_snapshots *source)
{
    return source->store;
}

struct akin_store *
akin_snapshot_store(const struct akin_snapshot *snapshot)
{
    return snapshot->source->store;
}

const struct akin_projection *
akin_snapshot_projection(const struct akin_snapshot *snapshot)
{
    return akin__base_projection(snapshot->base);
}

uint32_t
akin_snapshot_generation(const struct akin_snapshot *snapshot)
{
    return akin__base_number(snapshot->base);
}

const char *
akin_snapshot_descriptor(const struct akin_snapshot *snapshot)
{
    return snapshot->base->descriptor;
}

void
akin_snapshot_counts(const struct akin_snapshot *snapshot,
                     struct akin_snapshot_counts *out)
{
    *out = snapshot->counts;
}

size_t
akin_snapshot_n_datasets(const struct akin_snapshot *snapshot)
{
    return snapshot->n_datasets;
}

uint32_t
akin_snapshot_dataset(const struct akin_snapshot *snapshot, size_t i)
{
    assert(i < snapshot->n_datasets);
    return snapshot->dataset[i];
}

static void
base_row(const struct akin_generation *gen, uint64_t row, uint32_t *image,
         uint32_t *tile)
{
    size_t low = 0, high = gen->n_images;

    /* the last image that starts at or before row: of several that start
     * there, those before it are empty */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (gen->images[middle].first_row <= row)
            low = middle;
        else
            high = middle;
    }
    *image = gen->images[low].image;
    *tile = (uint32_t)(row - gen->images[low].first_row);
}

static void
tail_row(const struct akin__view *view, uint64_t row, uint32_t *image,
         uint32_t *tile)
{
    const struct akin__chunk *chunk = view->chunk;
    size_t low = 0, high = view->n_images;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (chunk->start[middle] <= row)
            low = middle;
        else
            high = middle;
    }
    *image = chunk->image[low].image;
    *tile = (uint32_t)(row - chunk->start[low]);
}

void
akin_snapshot_row(const struct akin_snapshot *snapshot, uint64_t row,
                  uint32_t *image, uint32_t *tile)
{
    size_t v = snapshot->n_views;

    if (row < snapshot->n_base_rows) {
        base_row(snapshot->base->gen, row, image, tile);
        return;
    }
    do {
        assert(v > 0);
        v--;
    } while (snapshot->view[v].first_row > row);
    tail_row(&snapshot->view[v], row - snapshot->view[v].first_row, image,
             tile);
}
