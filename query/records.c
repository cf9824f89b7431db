/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Design notes. An open-addressing table from dataset number to record, under
 * one mutex, which is held for look-ups and inserts, never while a record is
 * read or parsed. The table belongs to one change number of the store. A
 * request that saw a newer number empties it; one that saw an older number
 * neither reads nor writes it, so a slow request cannot bring back what was
 * replaced meanwhile.
 */
#include "records.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Twice the records kept, so that probing stays short. */
#define SLOTS_MAX ((size_t)AKIN_RECORDS_MAX * 2)
#define SLOTS_MIN ((size_t)256)

struct akin_kept {
    atomic_uint n_holders;
    struct akin_json *json;
};

struct slot {
    uint32_t number; /* 0: empty; dataset numbers start at 1 */
    struct akin_kept *record;
};

struct akin_records {
    pthread_mutex_t lock;
    uint64_t change;
    struct slot *slot;
    size_t n_slots; /* a power of two */
    size_t n;
};

const struct akin_json *
akin_kept_json(const struct akin_kept *kept)
{
    return kept->json;
}

static struct akin_kept *
hold(struct akin_kept *kept)
{
    (void)atomic_fetch_add(&kept->n_holders, 1);
    return kept;
}

void
akin_kept_release(struct akin_kept *kept)
{
    if (kept == NULL || atomic_fetch_sub(&kept->n_holders, 1) > 1)
        return;
    akin_json_free(kept->json);
    free(kept);
}

struct akin_records *
akin_records_new(void)
{
    struct akin_records *records = akin_new(1, sizeof(*records));

    records->n_slots = SLOTS_MIN;
    records->slot = akin_new(SLOTS_MIN, sizeof(*records->slot));
    if (pthread_mutex_init(&records->lock, NULL) != 0)
        abort(); /* only out of memory, as akin_new */
    return records;
}

static void
empty(struct akin_records *records)
{
    for (size_t i = 0; i < records->n_slots; i++)
        akin_kept_release(records->slot[i].record);
    memset(records->slot, 0, records->n_slots * sizeof(*records->slot));
    records->n = 0;
}

void
akin_records_free(struct akin_records *records)
{
    if (records == NULL)
        return;
    empty(records);
    (void)pthread_mutex_destroy(&records->lock);
    free(records->slot);
    free(records);
}

/* The slot of a number, or the empty one where it belongs. */
static struct slot *
place(struct slot *slot, size_t n_slots, uint32_t number)
{
    size_t i = (size_t)(number * 2654435761u) & (n_slots - 1);

    while (slot[i].number != 0 && slot[i].number != number)
        i = (i + 1) & (n_slots - 1);
    return &slot[i];
}

static void
grow(struct akin_records *records)
{
    size_t n_slots = records->n_slots * 2;
    struct slot *slot = akin_new(n_slots, sizeof(*slot));

    for (size_t i = 0; i < records->n_slots; i++)
        if (records->slot[i].number != 0)
            *place(slot, n_slots, records->slot[i].number) = records->slot[i];
    free(records->slot);
    records->slot = slot;
    records->n_slots = n_slots;
}

/* A record to hold, or NULL when it is not kept for this change. */
static struct akin_kept *
look(struct akin_records *records, uint64_t change, uint32_t number)
{
    struct akin_kept *record = NULL;

    (void)pthread_mutex_lock(&records->lock);
    if (change > records->change) {
        empty(records);
        records->change = change;
    }
    if (change == records->change)
        record = place(records->slot, records->n_slots, number)->record;
    if (record != NULL)
        record = hold(record);
    (void)pthread_mutex_unlock(&records->lock);
    return record;
}

static void
keep(struct akin_records *records, uint64_t change, uint32_t number,
     struct akin_kept *record)
{
    (void)pthread_mutex_lock(&records->lock);
    if (change == records->change && records->n < AKIN_RECORDS_MAX) {
        struct slot *slot;

        if (records->n * 2 >= records->n_slots && records->n_slots < SLOTS_MAX)
            grow(records);
        slot = place(records->slot, records->n_slots, number);
        /* Two requests may have read it at the same time. */
        if (slot->record == NULL) {
            *slot = (struct slot){number, hold(record)};
            records->n++;
        }
    }
    (void)pthread_mutex_unlock(&records->lock);
}

/* Reads and parses a record; the caller is its one holder. */
static enum akin_status
read_record(struct akin_txn *txn, uint32_t number, struct akin_kept **out,
            struct akin_error *err)
{
    struct akin_dataset dataset = {0};
    enum akin_status st = akin_dataset_get(txn, number, &dataset, err);

    if (st != AKIN_OK)
        return st;
    *out = akin_new(1, sizeof(**out));
    atomic_init(&(*out)->n_holders, 1);
    (*out)->json = dataset.record;
    dataset.record = NULL; /* moved */
    akin_dataset_free(&dataset);
    return AKIN_OK;
}

enum akin_status
akin_records_get(struct akin_records *records, uint64_t change,
                 struct akin_txn *txn, uint32_t number, struct akin_kept **out,
                 struct akin_error *err)
{
    struct akin_kept *record;
    enum akin_status st = AKIN_OK;

    assert(number != 0);
    record = look(records, change, number);
    if (record == NULL) {
        st = read_record(txn, number, &record, err);
        if (st != AKIN_OK)
            return st;
        keep(records, change, number, record);
    }
    *out = record;
    return AKIN_OK;
}
