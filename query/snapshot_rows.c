/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot_rows.h"

#include "snapshot_internal.h"

/* The first image of a group in gen->images, found by its first row. */
static size_t
first_image(const struct akin_generation *gen, uint64_t row)
{
    size_t low = 0, high = gen->n_images;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (gen->images[mid].first_row < row)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool
is_removed(const struct akin__mask *mask, uint64_t row)
{
    return mask->skip != NULL && (mask->skip[row >> 3] >> (row & 7) & 1) != 0;
}

static enum akin_status
base_images(const struct akin_snapshot *s, size_t group,
            akin_snapshot_image_fn *fn, void *ctx, struct akin_error *err)
{
    const struct akin_generation *gen = s->base->gen;
    uint64_t end = s->base->start[group + 1];
    enum akin_status st = AKIN_OK;

    for (size_t i = first_image(gen, s->base->start[group]);
         st == AKIN_OK && i < gen->n_images && gen->images[i].first_row < end;
         i++) {
        const struct akin_generation_image *image = &gen->images[i];
        struct akin_snapshot_image one = {
            image->image, image->first_row, image->n_tiles,
            gen->vectors + image->first_row * gen->dim};

        if (image->n_tiles > 0 && !is_removed(s->mask, image->first_row))
            st = fn(ctx, &one, err);
    }
    return st;
}

static enum akin_status
tail_images(const struct akin_snapshot *s, const struct akin__view *view,
            size_t position, akin_snapshot_image_fn *fn, void *ctx,
            struct akin_error *err)
{
    const struct akin__chunk *chunk = view->chunk;
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < view->n_images; i++) {
        uint64_t row = chunk->start[i];
        struct akin_snapshot_image one = {
            chunk->image[i].image, view->first_row + row,
            chunk->start[i + 1] - row, chunk->vectors + row * AKIN_DIM};

        if (s->tail_position[view->first_image + i] == position &&
            one.n_rows > 0)
            st = fn(ctx, &one, err);
    }
    return st;
}

/* The group of a position; false when all of it is in the tail. */
static bool
group_of(const struct akin_snapshot *s, size_t position, size_t *out)
{
    const struct akin__base *base = s->base;
    size_t low = 0, high = base->n_groups;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (base->dataset[mid] < s->dataset[position])
            low = mid + 1;
        else
            high = mid;
    }
    *out = low;
    return low < base->n_groups && base->dataset[low] == s->dataset[position];
}

enum akin_status
akin_snapshot_images(const struct akin_snapshot *snapshot, size_t position,
                     akin_snapshot_image_fn *fn, void *ctx,
                     struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    size_t group = 0;

    if (group_of(snapshot, position, &group))
        st = base_images(snapshot, group, fn, ctx, err);
    for (size_t v = 0; st == AKIN_OK && v < snapshot->n_views; v++)
        st = tail_images(snapshot, &snapshot->view[v], position, fn, ctx, err);
    return st;
}

uint64_t
akin_snapshot_tiles(const struct akin_snapshot *snapshot, size_t position)
{
    uint64_t n = 0;
    size_t group = 0;

    if (group_of(snapshot, position, &group))
        n = snapshot->mask->rows[group];
    for (size_t v = 0; v < snapshot->n_views; v++) {
        const struct akin__view *view = &snapshot->view[v];

        for (size_t i = 0; i < view->n_images; i++)
            if (snapshot->tail_position[view->first_image + i] == position)
                n += view->chunk->start[i + 1] - view->chunk->start[i];
    }
    return n;
}

const struct akin_calibration *
akin_snapshot_calibration(const struct akin_snapshot *snapshot)
{
    return snapshot->base->gen == NULL ? NULL
                                       : snapshot->base->gen->calibration;
}
