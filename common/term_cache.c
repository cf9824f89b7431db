/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/term_cache.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

/* One state of the terms, in a list: the newest first, older ones as long as
 * somebody uses them. */
struct state {
    struct state *next;
    struct akin_terms *terms;
    uint64_t change;
    unsigned refs;
};

struct akin_term_cache {
    pthread_mutex_t lock;
    struct state *first;
};

struct akin_term_cache *
akin_term_cache_new(void)
{
    struct akin_term_cache *cache = akin_new(1, sizeof(*cache));

    (void)pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

/* Frees all states that nobody uses, except the newest; the lock is held. */
static void
sweep(struct akin_term_cache *cache)
{
    struct state **at = cache->first == NULL ? NULL : &cache->first->next;

    while (at != NULL && *at != NULL) {
        struct state *state = *at;

        if (state->refs > 0) {
            at = &state->next;
            continue;
        }
        *at = state->next;
        akin_terms_free(state->terms);
        free(state);
    }
}

void
akin_term_cache_free(struct akin_term_cache *cache)
{
    if (cache == NULL)
        return;
    sweep(cache);
    if (cache->first != NULL) {
        assert(cache->first->refs == 0 && cache->first->next == NULL);
        akin_terms_free(cache->first->terms);
        free(cache->first);
    }
    (void)pthread_mutex_destroy(&cache->lock);
    free(cache);
}

static struct state *
find(const struct akin_term_cache *cache, uint64_t change)
{
    struct state *state = cache->first;

    while (state != NULL && state->change != change)
        state = state->next;
    return state;
}

/* Loading holds the lock: whoever comes meanwhile needs the same terms. */
enum akin_status
akin_term_cache_acquire(struct akin_term_cache *cache, struct akin_txn *txn,
                        const struct akin_terms **out, struct akin_error *err)
{
    struct akin_terms *loaded = NULL;
    struct state *state = NULL;
    uint64_t change = 0;
    enum akin_status st = akin_terms_change(txn, &change, err);

    if (st != AKIN_OK)
        return st;
    (void)pthread_mutex_lock(&cache->lock);
    state = find(cache, change);
    if (state == NULL)
        st = akin_terms_load(txn, &loaded, err);
    if (loaded != NULL) {
        state = akin_new(1, sizeof(*state));
        *state = (struct state){cache->first, loaded, change, 0};
        cache->first = state;
        sweep(cache);
    }
    if (state != NULL) {
        state->refs++;
        *out = state->terms;
    }
    (void)pthread_mutex_unlock(&cache->lock);
    return st;
}

void
akin_term_cache_release(struct akin_term_cache *cache,
                        const struct akin_terms *terms)
{
    if (terms == NULL)
        return;
    (void)pthread_mutex_lock(&cache->lock);
    for (struct state *state = cache->first; state != NULL; state = state->next)
        if (state->terms == terms)
            state->refs--;
    sweep(cache);
    (void)pthread_mutex_unlock(&cache->lock);
}
