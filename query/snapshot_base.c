/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_base.c - a generation with its groups, and what of it is left.
 */
#include <stdlib.h>
#include <string.h>

#include "akin/log.h"
#include "snapshot_internal.h"

static int
by_image(const void *a, const void *b)
{
    const struct akin__place *x = a, *y = b;

    return x->image < y->image ? -1 : x->image > y->image;
}

/* One group for each run of images of one dataset. */
static void
find_groups(struct akin__base *base)
{
    const struct akin_generation *gen = base->gen;

    for (size_t i = 0; i < gen->n_images; i++) {
        const struct akin_generation_image *image = &gen->images[i];

        base->place[i] =
            (struct akin__place){.image = image->image, .entry = (uint32_t)i};
        if (i > 0 && image->dataset == image[-1].dataset)
            continue;
        base->dataset[base->n_groups] = image->dataset;
        base->start[base->n_groups++] = image->first_row;
    }
    base->start[base->n_groups] = gen->n_rows;
    if (gen->n_images > 1)
        qsort(base->place, gen->n_images, sizeof(*base->place), by_image);
}

/* What cannot be had ahead of use is no reason not to answer. */
static void
prefetch(const struct akin_generation *gen, const struct akin_config *config)
{
    struct akin_error why = {0};

    if (akin_generation_prefetch(gen, config, &why) != AKIN_OK)
        akin_log(AKIN_LOG_WARN, "prefetch", "%s", why.text);
}

static enum akin_status
open_generation(struct akin__base *base, struct akin_store *store,
                const struct akin_config *config, struct akin_error *err)
{
    enum akin_status st = akin_generation_open(store, &base->gen, err);
    size_t n;

    if (st != AKIN_OK)
        return st;
    prefetch(base->gen, config);
    n = base->gen->n_images;
    base->dataset = calloc(n + 1, sizeof(*base->dataset));
    base->start = calloc(n + 1, sizeof(*base->start));
    base->place = calloc(n + 1, sizeof(*base->place));
    if (base->dataset == NULL || base->start == NULL || base->place == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM,
                         "no memory for the %zu images of a generation", n);
    find_groups(base);
    return AKIN_OK;
}

enum akin_status
akin__base_open(struct akin_store *store, const struct akin_config *config,
                uint32_t number, struct akin__base **out,
                struct akin_error *err)
{
    const struct akin_feature_set *set = akin_store_features(store);
    struct akin__base *base = akin_new(1, sizeof(*base));
    struct akin_buf text = {0};
    enum akin_status st;

    base->refs = 1;
    if (number != 0) {
        st = open_generation(base, store, config, err);
    } else {
        base->start = akin_new(1, sizeof(*base->start));
        st = akin_feature_set_is_external(set)
                 ? akin_projection_plain(set, &base->builtin, err)
                 : akin_projection_builtin(&base->builtin, err);
    }
    if (st != AKIN_OK) {
        akin__base_drop(base);
        return st;
    }
    akin_buf_printf(&text, "%s/%s", set->id,
                    akin_projection_id(akin__base_projection(base)));
    base->descriptor = (char *)akin_buf_take(&text);
    *out = base;
    return AKIN_OK;
}

void
akin__base_drop(struct akin__base *base)
{
    if (base == NULL || --base->refs > 0)
        return;
    akin_generation_close(base->gen);
    akin_projection_free(base->builtin);
    free(base->descriptor);
    free(base->dataset);
    free(base->start);
    free(base->place);
    free(base);
}

const struct akin_projection *
akin__base_projection(const struct akin__base *base)
{
    return base->gen != NULL ? base->gen->projection : base->builtin;
}

uint32_t
akin__base_number(const struct akin__base *base)
{
    return base->gen != NULL ? base->gen->number : 0;
}

uint32_t
akin__base_last_image(const struct akin__base *base)
{
    return base->gen != NULL ? base->gen->last_image : 0;
}

bool
akin__base_find(const struct akin__base *base, uint32_t image, size_t *entry)
{
    const struct akin__place key = {.image = image};
    const struct akin__place *found;

    if (base->gen == NULL || base->gen->n_images == 0)
        return false;
    found = bsearch(&key, base->place, base->gen->n_images,
                    sizeof(*base->place), by_image);
    if (found != NULL)
        *entry = found->entry;
    return found != NULL;
}

size_t
akin__base_group_of(const struct akin__base *base, uint32_t dataset)
{
    size_t low = 0, high = base->n_groups;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (base->dataset[middle] <= dataset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* --- the mask --- */

void
akin__mask_image(uint8_t *skip, const struct akin_generation_image *image)
{
    for (uint64_t r = 0; r < image->n_tiles; r++) {
        uint64_t row = image->first_row + r;

        skip[row >> 3] |= (uint8_t)(1u << (row & 7));
    }
}

static enum akin_status
remove_entry(const struct akin__base *base, size_t entry,
             struct akin__mask *mask, struct akin_error *err)
{
    const struct akin_generation_image *image = &base->gen->images[entry];
    size_t group = akin__base_group_of(base, image->dataset);

    if (mask->skip == NULL)
        mask->skip = calloc(base->gen->n_rows / 8 + 1, 1);
    if (mask->skip == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to mask removed images");
    akin__mask_image(mask->skip, image);
    mask->rows[group] -= image->n_tiles;
    mask->n_images[group]--;
    mask->n_rows -= image->n_tiles;
    return AKIN_OK;
}

/* Walks the store's images and the base's side by side. */
static enum akin_status
remove_missing(const struct akin__base *base, struct akin_txn *txn,
               struct akin__mask *mask, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    uint32_t living = 0; /* the store's lowest that is not below image */

    for (size_t i = 0; st == AKIN_OK && i < base->gen->n_images; i++) {
        uint32_t image = base->place[i].image;

        while (st == AKIN_OK && living < image) {
            st = akin_image_next(txn, 0, &living, err);
            if (st == AKIN_ENOTFOUND) {
                living = UINT32_MAX;
                st = AKIN_OK;
            }
        }
        if (st == AKIN_OK && living != image)
            st = remove_entry(base, base->place[i].entry, mask, err);
    }
    return st;
}

enum akin_status
akin__mask_make(const struct akin__base *base, struct akin_txn *txn,
                uint64_t key, struct akin__mask **out, struct akin_error *err)
{
    struct akin__mask *mask = akin_new(1, sizeof(*mask));
    enum akin_status st = AKIN_OK;

    mask->refs = 1;
    mask->key = key;
    mask->rows = calloc(base->n_groups + 1, sizeof(*mask->rows));
    mask->n_images = calloc(base->n_groups + 1, sizeof(*mask->n_images));
    if (mask->rows == NULL || mask->n_images == NULL) {
        akin__mask_drop(mask);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu datasets",
                         base->n_groups);
    }
    for (size_t g = 0; g < base->n_groups; g++)
        mask->rows[g] = base->start[g + 1] - base->start[g];
    if (base->gen != NULL) {
        mask->n_rows = base->gen->n_rows;
        for (size_t i = 0; i < base->gen->n_images; i++)
            mask->n_images[akin__base_group_of(base,
                                               base->gen->images[i].dataset)]++;
        if (key != base->gen->n_images)
            st = remove_missing(base, txn, mask, err);
    }
    if (st == AKIN_OK)
        *out = mask;
    else
        akin__mask_drop(mask);
    return st;
}

void
akin__mask_drop(struct akin__mask *mask)
{
    if (mask == NULL || --mask->refs > 0)
        return;
    free(mask->skip);
    free(mask->rows);
    free(mask->n_images);
    free(mask);
}
