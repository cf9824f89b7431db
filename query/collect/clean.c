/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clean.c - step 2: tiles with hardly anything to see, and copies.
 *
 * Candidates are pairs of tiles whose descriptors are near (cluster.h): those
 * do not mind turning, brightness, saving and a little scaling or cutting. Of
 * one study, where most tiles are alike, a pair is a copy when the pictures'
 * hashes agree, too; of different studies also when the descriptors alone are
 * nearly the same. Pairs are joined to groups (as Oquab et al., DINOv2, arXiv
 * 2304.07193, appendix A.3, do). They keep one of each; in a film or a volume,
 * whose neighbours are copies from end to end, that is too few: here a tile
 * goes when it is a copy of one that stays. A group is never divided by a
 * split, and one with a tile of `exclude_near` keeps none.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "akin/cluster.h"
#include "akin/duplicates.h"
#include "akin/hash.h"
#include "akin/phash.h"

#include "collect_internal.h"

#define STAYS_MAX 256 /* of a group that a tile is compared with */

struct search {
    struct akin__collect *w;
    uint32_t *sample; /* of the view's vectors */
    pthread_mutex_t lock;
    struct akin_duplicates *sets; /* of samples and guards */
};

static size_t
n_all(const struct akin__collect *w)
{
    return w->c->n_samples + w->n_guards;
}

static void
drop_uninformative(struct akin__collect *w)
{
    for (size_t i = 0; i < n_all(w); i++) {
        struct akin_collect_sample *s = &w->c->sample[i];

        if (s->fate == AKIN_FATE_KEPT && s->detail >= 0 &&
            (double)s->detail < w->options->min_detail)
            s->fate = AKIN_FATE_UNINFORMATIVE;
    }
}

static bool
is_copy(const struct akin_collect_options *o,
        const struct akin_collect_sample *a,
        const struct akin_collect_sample *b, float similarity)
{
    if (a->dataset != b->dataset && (double)similarity >= o->same_similarity)
        return true;
    return (double)similarity >= o->near_similarity && a->hash != 0 &&
           b->hash != 0 &&
           akin_phash_distance(a->hash, b->hash) <= o->hash_distance;
}

static void
take_pair(void *ctx, uint32_t a, uint32_t b, float similarity)
{
    struct search *search = ctx;
    const struct akin_collect_sample *sample = search->w->c->sample;

    a = search->sample[a];
    b = search->sample[b];
    if (!is_copy(search->w->options, &sample[a], &sample[b], similarity))
        return;
    (void)pthread_mutex_lock(&search->lock);
    akin_duplicates_join(search->sets, a, b);
    (void)pthread_mutex_unlock(&search->lock);
}

/* Compares what is left, guards included. */
static enum akin_status
search_pairs(struct search *search, struct akin_error *err)
{
    struct akin__collect *w = search->w;
    const struct akin_collect_options *o = w->options;
    double least = o->near_similarity < o->same_similarity ? o->near_similarity
                                                           : o->same_similarity;
    struct akin_near_options options = {
        .min_similarity = (float)least, .threads = w->threads, .seed = o->seed};
    struct akin_vectors view = {.vectors = w->vectors, .dim = w->dim};
    uint64_t *row = calloc(n_all(w) + 1, sizeof(*row));
    enum akin_status st = AKIN_OK;

    search->sample = calloc(n_all(w) + 1, sizeof(*search->sample));
    if (row == NULL || search->sample == NULL) {
        free(row);
        free(search->sample);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to compare %zu tiles",
                         n_all(w));
    }
    for (size_t i = 0; i < n_all(w); i++)
        if (w->c->sample[i].fate == AKIN_FATE_KEPT) {
            search->sample[view.n] = (uint32_t)i;
            row[view.n++] = w->c->sample[i].row;
        }
    view.row = row;
    if (view.n > 0)
        st = akin_cluster_near(&view, &options, take_pair, search, err);
    free(row);
    free(search->sample);
    return st;
}

/* --- who stays --- */

struct member {
    uint64_t random; /* so that no study is preferred for having come first */
    uint32_t group, at;
};

static int
by_group(const void *a, const void *b)
{
    const struct member *x = a, *y = b;

    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->random != y->random)
        return x->random < y->random ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static float
similarity_of(const struct akin__collect *w, uint32_t a, uint32_t b)
{
    const float *x = w->vectors + w->c->sample[a].row * w->dim;
    const float *y = w->vectors + w->c->sample[b].row * w->dim;
    float sum = 0;

    for (size_t d = 0; d < w->dim; d++)
        sum += x[d] * y[d];
    return sum;
}

/* The first of those that stay that the member is a copy of; or NONE. */
static uint32_t
original_of(const struct akin__collect *w, const uint32_t *stays, size_t n,
            uint32_t at)
{
    const struct akin_collect_sample *sample = w->c->sample;

    for (size_t i = 0; i < n; i++)
        if (is_copy(w->options, &sample[stays[i]], &sample[at],
                    similarity_of(w, stays[i], at)))
            return stays[i];
    return AKIN_COLLECT_NONE;
}

/* Of one group, what is a copy of one that stays goes. Its members are n in a
 * random order. The first and the last of a film have a chain of copies between
 * them and are none of each other: both may stay. */
static void
drop_of_group(struct akin__collect *w, const struct member *member, size_t n)
{
    uint32_t stays[STAYS_MAX];
    size_t n_stays = 0;
    bool is_guarded = false;

    for (size_t i = 0; i < n; i++)
        is_guarded = is_guarded || member[i].at >= w->c->n_samples;
    for (size_t i = 0; i < n; i++) {
        struct akin_collect_sample *s = &w->c->sample[member[i].at];

        if (member[i].at >= w->c->n_samples)
            continue;
        s->group = member[i].group;
        if (is_guarded) {
            s->fate = AKIN_FATE_NEAR_EXCLUDED;
            continue;
        }
        s->other = original_of(w, stays, n_stays, member[i].at);
        if (s->other != AKIN_COLLECT_NONE)
            s->fate = w->c->sample[s->other].dataset == s->dataset
                          ? AKIN_FATE_COPY
                          : AKIN_FATE_COPY_ELSEWHERE;
        else if (n_stays < STAYS_MAX)
            stays[n_stays++] = member[i].at;
    }
}

static enum akin_status
drop_groups(struct akin__collect *w, struct akin_duplicates *sets,
            struct akin_error *err)
{
    uint32_t *group = calloc(n_all(w) + 1, sizeof(*group));
    struct member *member = calloc(n_all(w) + 1, sizeof(*member));
    size_t n = 0, next;

    if (group == NULL || member == NULL) {
        free(group);
        free(member);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for groups of copies");
    }
    w->c->n_groups = akin_duplicates_number(sets, false, group);
    for (size_t i = 0; i < n_all(w); i++)
        if (group[i] != AKIN_DUPLICATES_NONE)
            member[n++] = (struct member){
                akin_hash_mix(w->options->seed, w->c->sample[i].row), group[i],
                (uint32_t)i};
    qsort(member, n, sizeof(*member), by_group);
    for (size_t i = 0; i < n; i = next) {
        next = i + 1;
        while (next < n && member[next].group == member[i].group)
            next++;
        drop_of_group(w, member + i, next - i);
    }
    free(group);
    free(member);
    return AKIN_OK;
}

enum akin_status
akin__collect_clean(struct akin__collect *w, struct akin_error *err)
{
    struct search search = {.w = w};
    enum akin_status st;

    drop_uninformative(w);
    st = akin__collect_progress(w, "looking for copies", 0, err);
    if (st != AKIN_OK)
        return st;
    st = akin_duplicates_new(n_all(w), &search.sets, err);
    if (st != AKIN_OK)
        return st;
    (void)pthread_mutex_init(&search.lock, NULL);
    st = search_pairs(&search, err);
    (void)pthread_mutex_destroy(&search.lock);
    if (st == AKIN_OK)
        st = drop_groups(w, search.sets, err);
    akin_duplicates_free(search.sets);
    return st;
}
