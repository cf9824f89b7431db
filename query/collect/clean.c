/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clean.c - step 2: tiles with hardly anything to see, and copies.
 *
 * Candidates are pairs of tiles whose descriptors are near (cluster.h): those
 * do not mind turning, brightness, saving and a little scaling or cutting. Of
 * one study, where most tiles are alike, a pair is a copy when the pictures'
 * hashes agree, too; of different studies also when the descriptors alone are
 * nearly the same. Pairs are joined to groups (as Oquab et al., DINOv2, arXiv
 * 2304.07193, appendix A.3, do), and of each group one tile stays. A group
 * with a tile of `exclude_near` keeps none.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "akin/cluster.h"
#include "akin/duplicates.h"
#include "akin/hash.h"
#include "akin/phash.h"

#include "collect_internal.h"

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

/* The one that stays: of each group the first in an order that looks random,
 * so that no study is preferred for having come first. */
static void
choose_standing(const struct akin__collect *w, const uint32_t *group,
                uint32_t n_groups, uint32_t *stands, bool *is_guarded)
{
    for (size_t g = 0; g < n_groups; g++)
        stands[g] = AKIN_COLLECT_NONE;
    for (size_t i = 0; i < n_all(w); i++) {
        const struct akin_collect_sample *s = &w->c->sample[i];
        uint32_t g = group[i];

        if (g == AKIN_DUPLICATES_NONE)
            continue;
        if (i >= w->c->n_samples)
            is_guarded[g] = true;
        else if (stands[g] == AKIN_COLLECT_NONE ||
                 akin_hash_mix(w->options->seed, s->row) <
                     akin_hash_mix(w->options->seed,
                                   w->c->sample[stands[g]].row))
            stands[g] = (uint32_t)i;
    }
}

static void
drop_copies(struct akin__collect *w, const uint32_t *group,
            const uint32_t *stands, const bool *is_guarded)
{
    for (size_t i = 0; i < w->c->n_samples; i++) {
        struct akin_collect_sample *s = &w->c->sample[i];
        uint32_t g = group[i];

        s->group = g;
        if (g == AKIN_DUPLICATES_NONE)
            continue;
        if (is_guarded[g]) {
            s->fate = AKIN_FATE_NEAR_EXCLUDED;
        } else if (stands[g] != i) {
            s->other = stands[g];
            s->fate = w->c->sample[stands[g]].dataset == s->dataset
                          ? AKIN_FATE_COPY
                          : AKIN_FATE_COPY_ELSEWHERE;
        }
    }
}

static enum akin_status
drop_groups(struct akin__collect *w, struct akin_duplicates *sets,
            struct akin_error *err)
{
    uint32_t *group = calloc(n_all(w) + 1, sizeof(*group));
    uint32_t *stands = NULL;
    bool *is_guarded = NULL;
    enum akin_status st = AKIN_OK;

    if (group != NULL) {
        w->c->n_groups = akin_duplicates_number(sets, false, group);
        stands = calloc((size_t)w->c->n_groups + 1, sizeof(*stands));
        is_guarded = calloc((size_t)w->c->n_groups + 1, sizeof(*is_guarded));
    }
    if (stands == NULL || is_guarded == NULL) {
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory for groups of copies");
    } else {
        choose_standing(w, group, w->c->n_groups, stands, is_guarded);
        drop_copies(w, group, stands, is_guarded);
    }
    free(group);
    free(stands);
    free(is_guarded);
    return st;
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
