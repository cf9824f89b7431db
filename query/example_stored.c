/* SPDX-License-Identifier: Apache-2.0 */
/*
 * example_stored.c - examples that the store knows already: their tiles and
 * features are read, not computed.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "akin/dataset.h"
#include "akin/image_record.h"
#include "example.h"

static enum akin_status
no_memory(struct akin_error *err)
{
    return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for the tiles asked with");
}

/* The tiles of one image that are in the region, appended up to a limit. */
struct taking {
    struct akin_example *example;
    struct akin_txn *txn;
    size_t room; /* tiles that example's arrays hold */
};

static enum akin_status
make_room(struct taking *t, size_t n, struct akin_error *err)
{
    struct akin_described *d = &t->example->described;

    d->n_features = akin_txn_features(t->txn)->n;
    d->tiles = calloc(n + 1, sizeof(*d->tiles));
    d->features = calloc(n + 1, d->n_features * sizeof(*d->features));
    t->example->tile_image = calloc(n + 1, sizeof(*t->example->tile_image));
    if (d->tiles == NULL || d->features == NULL ||
        t->example->tile_image == NULL)
        return no_memory(err);
    t->room = n;
    return AKIN_OK;
}

/* The middle of the tile lies in the region. */
static bool
is_inside(const struct akin_tile *tile, const struct akin_tile_rect *region)
{
    uint64_t x = tile->x + (uint64_t)tile->w / 2;
    uint64_t y = tile->y + (uint64_t)tile->h / 2;

    return region->w == 0 || (x >= region->x && y >= region->y &&
                              x < (uint64_t)region->x + region->w &&
                              y < (uint64_t)region->y + region->h);
}

/* Entry i of n is one of `want` evenly taken ones. */
static bool
is_taken(size_t i, size_t n, size_t want)
{
    uint64_t w = want;

    return want >= n || w * (i + 1) / n > w * i / n;
}

/* Takes up to `want` of the image's tiles. */
static enum akin_status
take_from(struct taking *t, uint32_t image, const struct akin_tile *tiles,
          const float *features, size_t n, size_t want)
{
    struct akin_described *d = &t->example->described;
    size_t n_inside = 0, at = 0;

    for (size_t i = 0; i < n; i++)
        n_inside += is_inside(&tiles[i], &t->example->region);
    for (size_t i = 0; i < n && d->n_tiles < t->room; i++) {
        if (!is_inside(&tiles[i], &t->example->region) ||
            !is_taken(at++, n_inside, want))
            continue;
        d->tiles[d->n_tiles] = tiles[i];
        memcpy(d->features + d->n_tiles * d->n_features,
               features + i * d->n_features, d->n_features * sizeof(float));
        t->example->tile_image[d->n_tiles++] = image;
    }
    return AKIN_OK;
}

static enum akin_status
take_image(struct taking *t, uint32_t image, size_t n, size_t want,
           struct akin_error *err)
{
    struct akin_tile *tiles = calloc(n + 1, sizeof(*tiles));
    float *features =
        calloc(n + 1, t->example->described.n_features * sizeof(*features));
    enum akin_status st = AKIN_OK;

    if (tiles == NULL || features == NULL)
        st = no_memory(err);
    if (st == AKIN_OK)
        st = akin_image_tiles(t->txn, image, tiles, n, err);
    if (st == AKIN_OK)
        st = akin_image_features(t->txn, image, features, n, err);
    if (st == AKIN_OK)
        st = take_from(t, image, tiles, features, n, want);
    free(tiles);
    free(features);
    return st;
}

static enum akin_status
fetch_image(struct taking *t, size_t max_tiles, struct akin_error *err)
{
    struct akin_example *example = t->example;
    struct akin_image_record record = {0};
    enum akin_status st = akin_image_get(t->txn, example->image, &record, err);

    if (st == AKIN_ENOTFOUND)
        return AKIN_FAIL(err, AKIN_ENOTFOUND, "there is no image %" PRIu32,
                         example->image);
    if (st != AKIN_OK)
        return st;
    example->dataset = record.dataset;
    example->described.info = record.info;
    example->hash = record.hash;
    example->has_hash = true;
    st = make_room(t, max_tiles, err);
    if (st == AKIN_OK)
        st = take_image(t, example->image, record.n_tiles, max_tiles, err);
    akin_image_record_free(&record);
    if (st == AKIN_OK && example->described.n_tiles == 0)
        st = AKIN_FAIL(err, AKIN_EINVAL, "image %" PRIu32 " has no tiles%s",
                       example->image,
                       example->region.w == 0 ? "" : " in this region");
    return st;
}

static enum akin_status
count_images(struct taking *t, size_t *n_images, struct akin_error *err)
{
    uint32_t number = 0;
    enum akin_status st;

    while ((st = akin_image_next(t->txn, t->example->dataset, &number, err)) ==
           AKIN_OK)
        ++*n_images;
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

/* Evenly over the images, and evenly over the tiles of each. */
static enum akin_status
take_images(struct taking *t, size_t n_images, size_t max_tiles,
            struct akin_error *err)
{
    size_t each = n_images == 0 ? 0 : (max_tiles + n_images - 1) / n_images;
    uint32_t number = 0;
    enum akin_status st;

    for (size_t i = 0; (st = akin_image_next(t->txn, t->example->dataset,
                                             &number, err)) == AKIN_OK;
         i++) {
        struct akin_image_brief brief;

        if (!is_taken(i, n_images, max_tiles))
            continue;
        st = akin_image_brief(t->txn, number, &brief, err);
        if (st == AKIN_OK)
            st = take_image(t, number, brief.n_tiles, each, err);
        if (st != AKIN_OK)
            return st;
    }
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

static enum akin_status
fetch_dataset(struct taking *t, size_t max_tiles, struct akin_error *err)
{
    struct akin_example *example = t->example;
    struct akin_dataset dataset = {0};
    size_t n_images = 0;
    enum akin_status st = akin_dataset_find(t->txn, example->id, &dataset, err);

    if (st != AKIN_OK)
        return st;
    example->dataset = dataset.number;
    akin_dataset_free(&dataset);
    st = make_room(t, max_tiles, err);
    if (st == AKIN_OK)
        st = count_images(t, &n_images, err);
    if (st == AKIN_OK)
        st = take_images(t, n_images, max_tiles, err);
    if (st == AKIN_OK && example->described.n_tiles == 0)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "dataset \"%s\" has no images to ask with", example->id);
    return st;
}

enum akin_status
akin_example_fetch(struct akin_example *example, struct akin_txn *txn,
                   size_t max_tiles, struct akin_error *err)
{
    struct taking taking = {.example = example, .txn = txn};

    if (example->form == AKIN_EXAMPLE_IMAGE)
        return fetch_image(&taking, max_tiles, err);
    if (example->form == AKIN_EXAMPLE_DATASET)
        return fetch_dataset(&taking, max_tiles, err);
    return AKIN_OK;
}
