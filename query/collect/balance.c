/* SPDX-License-Identifier: Apache-2.0 */
/*
 * balance.c - step 3: clusters, and as many samples as were asked for, drawn
 * from them evenly, within caps and quotas.
 */
#include <stdlib.h>
#include <string.h>

#include "akin/cluster.h"

#include "collect_internal.h"

/* A quota: the most that any value of a facet may have. */
struct quota {
    const struct akin__collect_values *values;
    uint64_t max;
    uint64_t *count; /* of each value */
};

struct drawing {
    struct akin__collect *w;
    uint32_t *sample; /* of the things drawn from */
    struct quota quota[AKIN_COLLECT_PAIRS_MAX];
    size_t n_quotas;
    uint64_t dataset_max, image_max; /* UINT64_MAX: no cap */
    uint64_t *of_dataset;            /* counts */
    uint64_t *of_image;              /* of each image's first sample */
    uint32_t *image_first; /* of each sample: the first of its image */
};

static bool
has_room(const struct drawing *d, const struct akin_collect_sample *s)
{
    for (size_t q = 0; q < d->n_quotas; q++) {
        const struct akin__collect_values *v = d->quota[q].values;

        for (uint32_t k = v->start[s->dataset]; k < v->start[s->dataset + 1];
             k++)
            if (d->quota[q].count[v->of[k]] >= d->quota[q].max)
                return false;
    }
    return true;
}

static void
count_in(struct drawing *d, const struct akin_collect_sample *s, uint32_t image)
{
    d->of_dataset[s->dataset]++;
    d->of_image[image]++;
    for (size_t q = 0; q < d->n_quotas; q++) {
        const struct akin__collect_values *v = d->quota[q].values;

        for (uint32_t k = v->start[s->dataset]; k < v->start[s->dataset + 1];
             k++)
            d->quota[q].count[v->of[k]]++;
    }
}

static bool
take(void *ctx, uint32_t thing)
{
    struct drawing *d = ctx;
    uint32_t at = d->sample[thing];
    struct akin_collect_sample *s = &d->w->c->sample[at];

    if (d->of_dataset[s->dataset] >= d->dataset_max ||
        d->of_image[d->image_first[at]] >= d->image_max) {
        s->fate = AKIN_FATE_CAP;
        return false;
    }
    if (!has_room(d, s)) {
        s->fate = AKIN_FATE_QUOTA;
        return false;
    }
    count_in(d, s, d->image_first[at]);
    s->fate = AKIN_FATE_KEPT;
    return true;
}

static uint64_t
cap_of(const struct akin_collect_options *options, const char *name)
{
    for (size_t i = 0; i < options->caps.n; i++)
        if (strcmp(options->caps.pair[i].name, name) == 0)
            return (uint64_t)options->caps.pair[i].value;
    return UINT64_MAX;
}

static enum akin_status
prepare(struct drawing *d, struct akin_error *err)
{
    const struct akin_collect_options *o = d->w->options;
    const struct akin_collection *c = d->w->c;
    bool no_memory;

    d->dataset_max = cap_of(o, "dataset");
    d->image_max = cap_of(o, "image");
    d->sample = calloc(c->n_samples + 1, sizeof(*d->sample));
    d->of_dataset = calloc(c->n_datasets + 1, sizeof(*d->of_dataset));
    d->of_image = calloc(c->n_samples + 1, sizeof(*d->of_image));
    d->image_first = calloc(c->n_samples + 1, sizeof(*d->image_first));
    no_memory = d->sample == NULL || d->of_dataset == NULL ||
                d->of_image == NULL || d->image_first == NULL;
    for (size_t q = 0; q < o->quotas.n; q++) {
        struct quota *quota = &d->quota[d->n_quotas++];

        quota->values = akin__collect_values_of(d->w, o->quotas.pair[q].name);
        quota->max = (uint64_t)o->quotas.pair[q].value;
        quota->count = calloc(quota->values->n + 1, sizeof(*quota->count));
        no_memory = no_memory || quota->count == NULL;
    }
    if (no_memory)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to draw from %zu tiles",
                         c->n_samples);
    for (size_t i = 1; i < c->n_samples; i++)
        d->image_first[i] = c->sample[i].image == c->sample[i - 1].image
                                ? d->image_first[i - 1]
                                : (uint32_t)i;
    return AKIN_OK;
}

static void
drawing_free(struct drawing *d)
{
    for (size_t q = 0; q < d->n_quotas; q++)
        free(d->quota[q].count);
    free(d->sample);
    free(d->of_dataset);
    free(d->of_image);
    free(d->image_first);
}

/* The view of all that is still in; fate becomes NOT_DRAWN until it is drawn.
 */
static void
gather(struct drawing *d, uint64_t *row, struct akin_vectors *view)
{
    struct akin_collection *c = d->w->c;

    for (size_t i = 0; i < c->n_samples; i++)
        if (c->sample[i].fate == AKIN_FATE_KEPT) {
            c->sample[i].fate = AKIN_FATE_NOT_DRAWN;
            d->sample[view->n] = (uint32_t)i;
            row[view->n++] = c->sample[i].row;
        }
    view->row = row;
}

/* Numbers the clusters of the top level on the samples. */
static void
put_clusters(struct drawing *d, const struct akin__hierarchy *h)
{
    for (size_t i = 0; i < h->n; i++) {
        uint32_t at = h->of[0][i];

        for (size_t l = 1; l < h->n_levels; l++)
            at = h->of[l][at];
        d->w->c->sample[d->sample[i]].cluster = at;
    }
    d->w->c->n_clusters = (uint32_t)h->n_clusters[h->n_levels - 1];
}

static enum akin_status
draw(struct drawing *d, const struct akin_vectors *view, struct akin_error *err)
{
    const struct akin_collect_options *o = d->w->options;
    uint64_t wanted = o->target == 0 ? UINT64_MAX : o->target, n_taken = 0;
    struct akin__hierarchy hierarchy = {0};
    enum akin_status st;

    if (view->n == 0)
        return AKIN_OK;
    st = akin__collect_progress(d->w, "clustering", 0, err);
    if (st == AKIN_OK)
        st =
            akin__hierarchy_make(view, o->seed, d->w->threads, &hierarchy, err);
    if (st != AKIN_OK)
        return st;
    put_clusters(d, &hierarchy);
    st = akin__collect_progress(d->w, "drawing", 0, err);
    if (st == AKIN_OK)
        st = akin__hierarchy_draw(&hierarchy, o->seed, wanted, take, d,
                                  &n_taken, err);
    akin__hierarchy_free(&hierarchy);
    if (st == AKIN_OK && o->target > n_taken)
        akin__collect_note(d->w,
                           "%llu samples were asked for; there are %llu that "
                           "satisfy all conditions",
                           (unsigned long long)o->target,
                           (unsigned long long)n_taken);
    return st;
}

enum akin_status
akin__collect_balance(struct akin__collect *w, struct akin_error *err)
{
    struct akin_vectors view = {.vectors = w->vectors, .dim = w->dim};
    struct drawing d = {.w = w};
    uint64_t *row = calloc(w->c->n_samples + 1, sizeof(*row));
    enum akin_status st;

    if (row == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to draw from %zu tiles",
                         w->c->n_samples);
    st = prepare(&d, err);
    if (st == AKIN_OK) {
        gather(&d, row, &view);
        st = draw(&d, &view, err);
    }
    free(row);
    drawing_free(&d);
    return st;
}
