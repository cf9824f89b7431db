/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_update.c - transactions as the rooms see them: reads that end, and
 * writes that run again when the map was too small.
 */
#include <assert.h>
#include <stdlib.h>

#include "store_env.h"

#define MAP_DOUBLES_UNTIL ((size_t)1 << 30)
#define MAP_MAX ((size_t)1 << 46) /* fits into 47 address bits */

static enum akin_status
grow(struct akin__env *env, size_t seen, struct akin_error *err)
{
    size_t more = seen < MAP_DOUBLES_UNTIL
                      ? seen * 2
                      : seen + seen / 2 + MAP_DOUBLES_UNTIL;

    if (more > MAP_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT, "the store is full at %zu bytes",
                         seen);
    return akin__env_move_map(env, seen, more, err);
}

/* One run; *is_full: a larger map than *seen bytes is needed. */
static enum akin_status
run_once(struct akin__env *env, akin_txn_fn *body, void *ctx, bool *is_full,
         size_t *seen, struct akin_error *err)
{
    struct akin__env_facts facts = {0};
    struct akin_txn txn;
    enum akin_status st = akin__txn_begin(env, true, &txn, err);

    *is_full = false;
    if (st != AKIN_OK)
        return st;
    st = akin__env_facts(env, &facts, err);
    if (st == AKIN_OK)
        st = body(&txn, ctx, err);
    /* Whatever the body made of it: what did not fit is not there. */
    if (st == AKIN_OK && !txn.is_map_full)
        st = akin__txn_commit(&txn, err);
    *is_full = txn.is_map_full;
    *seen = facts.map_bytes;
    akin__txn_end(&txn);
    return st;
}

enum akin_status
akin__env_update(struct akin__env *env, akin_txn_fn *body, void *ctx,
                 struct akin_error *err)
{
    /* What an undone run said must not stay when a later one works. */
    struct akin_error trouble;
    enum akin_status st;
    bool is_full;
    size_t seen = 0;

    do {
        trouble = (struct akin_error){0};
        st = run_once(env, body, ctx, &is_full, &seen, &trouble);
        if (is_full) {
            st = grow(env, seen, &trouble);
            is_full = st == AKIN_OK;
        }
    } while (is_full);
    if (st != AKIN_OK && trouble.status != AKIN_OK && err != NULL)
        *err = trouble;
    return st;
}
