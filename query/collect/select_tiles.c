/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select_tiles.c - step 1, the tiles: all of the selected datasets that the
 * generation holds and the store still has.
 */
#include <stdlib.h>
#include <string.h>

#include "collect_internal.h"

/* The datasets' places by number: they are sorted. */
static bool
find_dataset(const struct akin_collection *c, uint32_t number, uint32_t *out)
{
    size_t low = 0, high = c->n_datasets;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (c->dataset[mid].number < number)
            low = mid + 1;
        else
            high = mid;
    }
    *out = (uint32_t)low;
    return low < c->n_datasets && c->dataset[low].number == number;
}

static enum akin_status
make_room(struct akin__collect *w, size_t n, struct akin_error *err)
{
    struct akin_collect_sample *grown;
    size_t used = w->c->n_samples + w->n_guards, room = w->room, bytes = 0;

    if (n <= room - used)
        return AKIN_OK;
    while (room - used < n)
        room = room < 1024 ? 1024 : room + room / 2;
    grown =
        room < AKIN_COLLECT_NONE && akin_size_mul(room, sizeof(*grown), &bytes)
            ? realloc(w->c->sample, bytes)
            : NULL;
    if (grown == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for more than %zu tiles",
                         used);
    w->c->sample = grown;
    w->room = room;
    return AKIN_OK;
}

static bool
is_same_plane(const struct akin_tile *a, const struct akin_tile *b)
{
    return a->z == b->z && a->c == b->c && a->t == b->t;
}

/* The tile that stands for the plane of tile i, the first of the coarsest ones,
 * and where the next plane begins: tiles of a plane follow one another. */
static size_t
stands_for_plane(const struct akin_tile *tile, size_t i, size_t n, size_t *next)
{
    size_t best = i, k = i;

    for (; k < n && is_same_plane(&tile[k], &tile[i]); k++)
        if (tile[k].level > tile[best].level)
            best = k;
    *next = k;
    return best;
}

static void
add_tile(struct akin__collect *w, const struct akin_generation_image *image,
         uint32_t dataset, uint32_t tile)
{
    w->c->sample[w->c->n_samples + w->n_guards++] =
        (struct akin_collect_sample){.row = image->first_row + tile,
                                     .dataset = dataset,
                                     .image = image->image,
                                     .tile = tile,
                                     .cluster = AKIN_COLLECT_NONE,
                                     .group = AKIN_COLLECT_NONE,
                                     .other = AKIN_COLLECT_NONE,
                                     .detail = -1};
}

static enum akin_status
add_tiles(struct akin__collect *w, const struct akin_generation_image *image,
          uint32_t dataset, struct akin_error *err)
{
    bool planes = w->options->unit == AKIN_COLLECT_PLANES;
    struct akin_tile *tile = NULL;
    enum akin_status st = make_room(w, image->n_tiles, err);

    if (st == AKIN_OK && planes && image->n_tiles > 0) {
        tile = akin_new(image->n_tiles, sizeof(*tile));
        st = akin_image_tiles(w->reading.txn, image->image, tile,
                              image->n_tiles, err);
    }
    for (size_t i = 0, next = 0; st == AKIN_OK && i < image->n_tiles;
         i = next) {
        size_t at = i;

        next = i + 1;
        if (planes)
            at = stands_for_plane(tile, i, image->n_tiles, &next);
        add_tile(w, image, dataset, (uint32_t)at);
    }
    free(tile);
    return st;
}

/* Is it still there, with as many tiles? Its content hash goes into that of
 * the dataset. */
static enum akin_status
check_image(struct akin__collect *w, const struct akin_generation_image *image,
            struct akin_collection_dataset *dataset, bool *is_there,
            struct akin_error *err)
{
    struct akin_image_record record = {0};
    struct akin_buf both = {0};
    enum akin_status st =
        akin_image_get(w->reading.txn, image->image, &record, err);

    *is_there = st == AKIN_OK && record.n_tiles == image->n_tiles;
    if (st == AKIN_OK && *is_there) {
        akin_buf_put(&both, dataset->images_hash.bytes,
                     sizeof(dataset->images_hash.bytes));
        akin_buf_put(&both, record.hash.bytes, sizeof(record.hash.bytes));
        dataset->images_hash = akin_hash_of(akin_buf_span(&both));
        dataset->n_images++;
        dataset->n_tiles += image->n_tiles;
    }
    akin_buf_free(&both);
    akin_image_record_free(&record);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

/* One pass over the generation's images: samples or, with `guards`, those. New
 * ones are put behind all; what is behind n_samples are guards by definition,
 * so a pass over samples moves n_samples forward at its end. */
static enum akin_status
add_images(struct akin__collect *w, const struct akin_bitmap *guards,
           bool want_guards, struct akin_error *err)
{
    struct akin_collection *c = w->c;
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < w->gen->n_images; i++) {
        const struct akin_generation_image *image = &w->gen->images[i];
        uint32_t at;
        bool is_there = false;

        if (!find_dataset(c, image->dataset, &at) ||
            akin_bitmap_has(guards, image->dataset) != want_guards ||
            (!want_guards && c->dataset[at].left_out != NULL))
            continue;
        st = check_image(w, image, &c->dataset[at], &is_there, err);
        if (st == AKIN_OK && is_there)
            st = add_tiles(w, image, at, err);
    }
    return st;
}

enum akin_status
akin__collect_tiles(struct akin__collect *w, const struct akin_bitmap *guards,
                    struct akin_error *err)
{
    enum akin_status st = add_images(w, guards, false, err);

    if (st != AKIN_OK)
        return st;
    w->c->n_samples = w->n_guards;
    w->n_guards = 0;
    return add_images(w, guards, true, err);
}
