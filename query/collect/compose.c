/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compose.c - what the collection is made of, after each step.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect_internal.h"

bool
akin__collect_is_in(const struct akin_collect_sample *sample,
                    enum akin_step step)
{
    switch ((enum akin_fate)sample->fate) {
    case AKIN_FATE_UNREADABLE:
    case AKIN_FATE_UNINFORMATIVE:
        return step < AKIN_STEP_INFORMATIVE;
    case AKIN_FATE_NEAR_EXCLUDED:
    case AKIN_FATE_COPY:
    case AKIN_FATE_COPY_ELSEWHERE:
        return step < AKIN_STEP_DISTINCT;
    case AKIN_FATE_CAP:
    case AKIN_FATE_QUOTA:
    case AKIN_FATE_NOT_DRAWN:
        return step < AKIN_STEP_BALANCED;
    default:
        return true;
    }
}

/* Samples are sorted by image, so an image is counted at its first one. */
static void
count_steps(struct akin_collection *c)
{
    for (int step = 0; step < AKIN_N_STEPS; step++) {
        uint8_t *seen = akin_new(c->n_datasets + 1, 1);
        uint32_t image = 0;

        for (size_t i = 0; i < c->n_samples; i++) {
            const struct akin_collect_sample *s = &c->sample[i];

            if (!akin__collect_is_in(s, (enum akin_step)step))
                continue;
            c->n_step[step]++;
            c->n_step_images[step] += s->image != image;
            c->n_step_datasets[step] += seen[s->dataset] == 0;
            seen[s->dataset] = 1;
            image = s->image;
        }
        free(seen);
    }
    for (size_t i = 0; i < c->n_samples; i++) {
        c->n_fate[c->sample[i].fate]++;
        c->dataset[c->sample[i].dataset].n_selected++;
        c->dataset[c->sample[i].dataset].n_kept +=
            c->sample[i].fate == AKIN_FATE_KEPT;
    }
}

static void
count_value(struct akin_spread_value *value,
            const struct akin_collect_sample *sample, enum akin_step first)
{
    for (int step = (int)first; step < AKIN_N_STEPS; step++)
        value->count[step] += akin__collect_is_in(sample, (enum akin_step)step);
    if (sample->fate == AKIN_FATE_KEPT)
        value->split[sample->split]++;
}

/* Entropy (Shannon, 1948) of how samples spread over values. */
static void
measure(struct akin_spread *spread)
{
    for (int step = 0; step < AKIN_N_STEPS; step++) {
        double sum = 0, entropy = 0;
        size_t n = 0;

        for (size_t i = 0; i < spread->n; i++)
            sum += (double)spread->value[i].count[step];
        for (size_t i = 0; i < spread->n; i++) {
            double p = (double)spread->value[i].count[step] / sum;

            if (spread->value[i].count[step] == 0)
                continue;
            entropy -= p * log2(p);
            n++;
        }
        spread->entropy[step] = n > 1 ? entropy : 0;
        spread->evenness[step] = n > 1    ? entropy / log2((double)n)
                                 : n == 1 ? 1
                                          : 0;
    }
}

static int
by_count(const void *a, const void *b)
{
    const struct akin_spread_value *x = a, *y = b;

    if (x->count[0] != y->count[0])
        return x->count[0] > y->count[0] ? -1 : 1;
    return strcmp(x->value, y->value);
}

/* A copy of the facet's values that belongs to the collection. */
static void
spread_facet(struct akin_collection *c,
             const struct akin__collect_values *values, struct akin_spread *out)
{
    out->name = values->name;
    out->n = values->n;
    out->value = akin_new(values->n + 1, sizeof(*out->value));
    for (size_t i = 0; i < values->n; i++) {
        out->value[i].value = akin_strdup(values->value[i].value);
        out->value[i].label = akin_strdup(values->value[i].label);
        out->value[i].split = akin_new(c->n_splits, sizeof(uint64_t));
    }
    for (size_t i = 0; i < c->n_samples; i++) {
        const struct akin_collect_sample *s = &c->sample[i];

        for (uint32_t k = values->start[s->dataset];
             k < values->start[s->dataset + 1]; k++)
            count_value(&out->value[values->of[k]], s, AKIN_STEP_SELECTED);
    }
    measure(out);
    qsort(out->value, out->n, sizeof(*out->value), by_count);
}

/* Clusters are of what was distinct: there are none of before. */
static void
spread_clusters(struct akin_collection *c, struct akin_spread *out)
{
    out->name = "cluster";
    out->n = c->n_clusters;
    out->value = akin_new(out->n + 1, sizeof(*out->value));
    for (size_t i = 0; i < out->n; i++) {
        char text[32];

        (void)snprintf(text, sizeof(text), "cluster %zu", i);
        out->value[i].value = akin_strdup(text);
        out->value[i].label = akin_strdup(text);
        out->value[i].split = akin_new(c->n_splits, sizeof(uint64_t));
    }
    for (size_t i = 0; i < c->n_samples; i++)
        if (c->sample[i].cluster != AKIN_COLLECT_NONE)
            count_value(&out->value[c->sample[i].cluster], &c->sample[i],
                        AKIN_STEP_DISTINCT);
    measure(out);
}

enum akin_status
akin__collect_compose(struct akin__collect *w, struct akin_error *err)
{
    struct akin_collection *c = w->c;

    (void)err;
    count_steps(c);
    c->spread = akin_new(w->n_facets + 1, sizeof(*c->spread));
    for (size_t f = 0; f < w->n_facets; f++)
        spread_facet(c, &w->facet[f], &c->spread[c->n_spreads++]);
    spread_clusters(c, &c->spread[c->n_spreads++]);
    return AKIN_OK;
}
