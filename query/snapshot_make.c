/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_make.c - putting a snapshot together from its parts.
 */
#include <stdlib.h>
#include <string.h>

#include "snapshot_internal.h"

static enum akin_status
no_memory(struct akin_error *err)
{
    return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for a view of the store");
}

static enum akin_status
take_views(struct akin_snapshot *s, const struct akin__tail *tail,
           struct akin_error *err)
{
    uint64_t row = s->n_base_rows;

    s->view = calloc(tail->n_chunks + 1, sizeof(*s->view));
    if (s->view == NULL)
        return no_memory(err);
    for (size_t i = 0; i < tail->n_chunks; i++) {
        struct akin__chunk *chunk = tail->chunk[i];

        s->view[i] = (struct akin__view){.chunk = chunk,
                                         .n_images = chunk->n_images,
                                         .first_image = s->n_tail_images,
                                         .first_row = row};
        chunk->refs++;
        s->n_views++;
        s->n_tail_images += chunk->n_images;
        row += chunk->start[chunk->n_images];
    }
    return AKIN_OK;
}

/* Walks the living images above the base and the tail side by side: what the
 * store does not have any more is AKIN__NOWHERE, the others get their dataset
 * number for now. */
static enum akin_status
find_living(struct akin_snapshot *s, struct akin_txn *txn, uint64_t *n_living,
            struct akin_error *err)
{
    uint32_t living = akin__base_last_image(s->base);
    enum akin_status st = AKIN_OK;

    for (size_t v = 0; v < s->n_views; v++)
        for (size_t i = 0; i < s->view[v].n_images; i++) {
            const struct akin__chunk *chunk = s->view[v].chunk;
            uint32_t image = chunk->image[i].image;
            uint32_t *to = &s->tail_position[s->view[v].first_image + i];

            while (living < image) {
                st = akin_image_next(txn, 0, &living, err);
                if (st == AKIN_ENOTFOUND)
                    living = UINT32_MAX;
                else if (st != AKIN_OK)
                    return st;
            }
            *to = AKIN__NOWHERE;
            if (living != image)
                continue;
            *to = chunk->image[i].dataset;
            ++*n_living;
            s->counts.n_tail_tiles += chunk->start[i + 1] - chunk->start[i];
        }
    return AKIN_OK;
}

static enum akin_status
count_all(struct akin_snapshot *s, struct akin_txn *txn, struct akin_error *err)
{
    enum akin_status st =
        akin_txn_count(txn, AKIN_TABLE_DATASETS, &s->counts.n_datasets, err);

    if (st == AKIN_OK)
        st = akin_txn_count(txn, AKIN_TABLE_QUARANTINE,
                            &s->counts.n_quarantined, err);
    if (st == AKIN_OK)
        st = akin_txn_count(txn, AKIN_TABLE_IMAGES, &s->counts.n_images, err);
    return st;
}

/* The source's mask, or a new one when images of the base were removed since.
 * They are never put back, so as many of them are the same ones. */
static enum akin_status
take_mask(struct akin_snapshots *source, struct akin_snapshot *s,
          struct akin_txn *txn, uint64_t n_living_tail, struct akin_error *err)
{
    uint64_t key = s->counts.n_images - n_living_tail;
    enum akin_status st = AKIN_OK;

    if (source->mask == NULL || source->mask->key != key) {
        struct akin__mask *mask = NULL;

        st = akin__mask_make(s->base, txn, key, &mask, err);
        if (st != AKIN_OK)
            return st;
        akin__mask_drop(source->mask);
        source->mask = mask;
    }
    s->mask = source->mask;
    s->mask->refs++;
    s->counts.n_tiles = s->mask->n_rows + s->counts.n_tail_tiles;
    return st;
}

static int
by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static uint32_t
position_of(const struct akin_snapshot *s, uint32_t dataset)
{
    const uint32_t *found = bsearch(&dataset, s->dataset, s->n_datasets,
                                    sizeof(*s->dataset), by_number);

    return found == NULL ? AKIN__NOWHERE : (uint32_t)(found - s->dataset);
}

/* The datasets that have living images, each once, and where the groups of the
 * base and the images of the tail belong. */
static enum akin_status
place_datasets(struct akin_snapshot *s, struct akin_error *err)
{
    size_t n = 0, kept = 0;

    s->dataset =
        calloc(s->base->n_groups + s->n_tail_images + 1, sizeof(*s->dataset));
    s->base_position = calloc(s->base->n_groups + 1, sizeof(*s->base_position));
    if (s->dataset == NULL || s->base_position == NULL)
        return no_memory(err);
    for (size_t g = 0; g < s->base->n_groups; g++)
        if (s->mask->n_images[g] > 0)
            s->dataset[n++] = s->base->dataset[g];
    for (size_t i = 0; i < s->n_tail_images; i++)
        if (s->tail_position[i] != AKIN__NOWHERE)
            s->dataset[n++] = s->tail_position[i];
    if (n > 1)
        qsort(s->dataset, n, sizeof(*s->dataset), by_number);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || s->dataset[kept - 1] != s->dataset[i])
            s->dataset[kept++] = s->dataset[i];
    s->n_datasets = kept;
    for (size_t g = 0; g < s->base->n_groups; g++)
        s->base_position[g] = s->mask->n_images[g] > 0
                                  ? position_of(s, s->base->dataset[g])
                                  : AKIN__NOWHERE;
    for (size_t i = 0; i < s->n_tail_images; i++)
        if (s->tail_position[i] != AKIN__NOWHERE)
            s->tail_position[i] = position_of(s, s->tail_position[i]);
    return AKIN_OK;
}

static enum akin_status
fill(struct akin_snapshot *s, struct akin_snapshots *source,
     struct akin_txn *txn, struct akin_error *err)
{
    uint64_t n_living_tail = 0;
    enum akin_status st = take_views(s, &source->tail, err);

    if (st != AKIN_OK)
        return st;
    s->tail_position = calloc(s->n_tail_images + 1, sizeof(*s->tail_position));
    if (s->tail_position == NULL)
        return no_memory(err);
    st = find_living(s, txn, &n_living_tail, err);
    if (st == AKIN_OK)
        st = count_all(s, txn, err);
    if (st == AKIN_OK)
        st = take_mask(source, s, txn, n_living_tail, err);
    return st == AKIN_OK ? place_datasets(s, err) : st;
}

enum akin_status
akin__snapshot_make(struct akin_snapshots *source, struct akin_txn *txn,
                    uint64_t change, struct akin_snapshot **out,
                    struct akin_error *err)
{
    struct akin_snapshot *s = akin_new(1, sizeof(*s));
    enum akin_status st;

    s->refs = 1;
    s->source = source;
    s->change = change;
    s->base = source->base;
    s->base->refs++;
    s->n_base_rows = s->base->gen != NULL ? s->base->gen->n_rows : 0;
    st = fill(s, source, txn, err);
    if (st == AKIN_OK)
        *out = s;
    else
        akin__snapshot_free(s);
    return st;
}

void
akin__snapshot_free(struct akin_snapshot *s)
{
    for (size_t i = 0; i < s->n_views; i++)
        akin__chunk_drop(s->view[i].chunk);
    akin__mask_drop(s->mask);
    akin__base_drop(s->base);
    free(s->view);
    free(s->dataset);
    free(s->base_position);
    free(s->tail_position);
    free(s);
}
