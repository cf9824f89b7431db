/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_images.c - images, all that hangs on their numbers, and what the
 * indexer remembers of their files.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "verify_internal.h"

static void
check_tiles(struct akin__verify *v, const struct akin_image_record *image)
{
    struct akin__key key = akin__key_number(image->number);
    struct akin_error err = {0};
    struct akin_span value;
    uint32_t *tile = NULL;
    float *copies = NULL;
    size_t n = 0, n_features = akin_txn_features(v->txn)->n;

    if (!akin__verify_has(v, AKIN_TABLE_TILES, akin__key_span(&key), &value))
        akin__verify_note(v, "image %u has no tiles", image->number);
    else if (akin__tiles_decode(value, image->number, NULL, image->n_tiles,
                                &err) != AKIN_OK)
        akin__verify_note(v, "the tiles of image %u: %s", image->number,
                          err.text);
    if (!akin__verify_has(v, AKIN_TABLE_FEATURES, akin__key_span(&key), &value))
        akin__verify_note(v, "image %u has no features", image->number);
    else if (akin__features_decode(value, image->number, NULL, image->n_tiles,
                                   n_features, &err) != AKIN_OK)
        akin__verify_note(v, "the features of image %u: %s", image->number,
                          err.text);
    if (!akin__verify_has(v, AKIN_TABLE_DISTURBED, akin__key_span(&key),
                          &value))
        return; /* most images have none */
    if (akin__disturbed_decode(value, image->number, image->n_tiles, n_features,
                               &tile, &copies, &n, &err) != AKIN_OK)
        akin__verify_note(v, "the disturbed copies of image %u: %s",
                          image->number, err.text);
    free(tile);
    free(copies);
}

static void
check_links(struct akin__verify *v, const struct akin_image_record *image)
{
    struct akin__key of_dataset = akin__key_pair(image->dataset, image->number);
    struct akin__key of_hash = akin__key_hash(&image->hash, image->number);

    if (!akin__verify_has_number(v, AKIN_TABLE_DATASETS, image->dataset))
        akin__verify_note(v,
                          "image %u belongs to dataset %u, which is not "
                          "there",
                          image->number, image->dataset);
    if (!akin__verify_has(v, AKIN_TABLE_DATASET_IMAGES,
                          akin__key_span(&of_dataset), NULL))
        akin__verify_note(v, "image %u is not listed by its dataset %u",
                          image->number, image->dataset);
    if (!akin__verify_has(v, AKIN_TABLE_IMAGE_HASHES, akin__key_span(&of_hash),
                          NULL))
        akin__verify_note(v, "image %u is not found by its hash",
                          image->number);
}

/* Numbers and ordinals are given in the same order, so that walking by number
 * must meet rising, disjoint ranges. */
static void
check_ordinals(struct akin__verify *v, const struct akin_image_record *image)
{
    if (image->first_tile < v->tiles_end ||
        image->first_tile > UINT64_MAX - image->n_tiles)
        akin__verify_note(v,
                          "image %u: its tiles %" PRIu64
                          " and on are also those of an earlier image",
                          image->number, image->first_tile);
    else
        v->tiles_end = image->first_tile + image->n_tiles;
}

static void
see_image(struct akin__verify *v, struct akin_span key, struct akin_span value)
{
    struct akin_image_record image = {0};
    struct akin_error err = {0};
    uint32_t number;

    (void)value;
    if (key.len != 4) {
        akin__verify_note(v, "images: a key has %zu bytes", key.len);
        return;
    }
    number = akin_be32(key.data);
    if (number == 0 || number > akin__verify_counter(v, AKIN__LAST_IMAGE))
        akin__verify_note(v, "image %u has a number that was never given",
                          number);
    if (akin_image_get(v->txn, number, &image, &err) != AKIN_OK) {
        akin__verify_note(v, "%s", err.text);
        return;
    }
    check_links(v, &image);
    check_ordinals(v, &image);
    check_tiles(v, &image);
    akin_image_record_free(&image);
}

/* Entries whose key is an image's number. */
static void
see_part(struct akin__verify *v, struct akin_span key, const char *what)
{
    if (key.len != 4)
        akin__verify_note(v, "%s: a key has %zu bytes", what, key.len);
    else if (!akin__verify_has_number(v, AKIN_TABLE_IMAGES,
                                      akin_be32(key.data)))
        akin__verify_note(v, "%s of image %u, which is not there", what,
                          akin_be32(key.data));
}

static void
see_tiles(struct akin__verify *v, struct akin_span key, struct akin_span value)
{
    (void)value;
    see_part(v, key, "tiles");
}

static void
see_features(struct akin__verify *v, struct akin_span key,
             struct akin_span value)
{
    (void)value;
    see_part(v, key, "features");
}

static void
see_disturbed(struct akin__verify *v, struct akin_span key,
              struct akin_span value)
{
    (void)value;
    see_part(v, key, "disturbed copies");
}

static void
see_thumbnail(struct akin__verify *v, struct akin_span key,
              struct akin_span value)
{
    (void)value;
    see_part(v, key, "a thumbnail");
}

static void
see_dataset_image(struct akin__verify *v, struct akin_span key,
                  struct akin_span value)
{
    struct akin_image_brief image;
    uint32_t dataset, number;
    enum akin_status st;

    (void)value;
    if (key.len != 8) {
        akin__verify_note(v, "dataset-images: a key has %zu bytes", key.len);
        return;
    }
    dataset = akin_be32(key.data);
    number = akin_be32(key.data + 4);
    st = akin_image_brief(v->txn, number, &image, NULL);
    if (st == AKIN_ENOTFOUND)
        akin__verify_note(v, "dataset %u lists image %u, which is not there",
                          dataset, number);
    else if (st == AKIN_OK && image.dataset != dataset)
        akin__verify_note(v, "dataset %u lists image %u of dataset %u", dataset,
                          number, image.dataset);
}

static void
see_hash(struct akin__verify *v, struct akin_span key, struct akin_span value)
{
    struct akin_image_record image = {0};
    const size_t n = sizeof(image.hash.bytes);
    enum akin_status st;
    uint32_t number;

    (void)value;
    if (key.len != n + 4) {
        akin__verify_note(v, "image-hashes: a key has %zu bytes", key.len);
        return;
    }
    number = akin_be32(key.data + n);
    st = akin__image_head(v->txn, number, &image, NULL);
    if (st == AKIN_ENOTFOUND)
        akin__verify_note(v, "a hash leads to image %u, which is not there",
                          number);
    else if (st == AKIN_OK && memcmp(image.hash.bytes, key.data, n) != 0)
        akin__verify_note(v, "a hash leads to image %u, which has another",
                          number);
}

/* How a path is named in a sentence: keys of long ones end in raw bytes. */
static int
shown(struct akin_span key)
{
    return key.len > AKIN_KEY_MAX - 17 ? AKIN_KEY_MAX - 17 : (int)key.len;
}

static void
see_source(struct akin__verify *v, struct akin_span key, struct akin_span value)
{
    const char *path = (const char *)key.data;
    struct akin_source_state state = {0};
    struct akin_image_brief image;
    struct akin_error err = {0};
    enum akin_status st;

    if (akin__source_decode(value, &state, &err) != AKIN_OK) {
        akin__verify_note(v, "the state of %.*s: %s", shown(key), path,
                          err.text);
        return;
    }
    if (state.dataset != 0 &&
        !akin__verify_has_number(v, AKIN_TABLE_DATASETS, state.dataset))
        akin__verify_note(v, "%.*s belongs to dataset %u, which is not there",
                          shown(key), path, state.dataset);
    if (state.image == 0)
        return;
    st = akin_image_brief(v->txn, state.image, &image, NULL);
    if (st == AKIN_ENOTFOUND)
        akin__verify_note(v, "%.*s became image %u, which is not there",
                          shown(key), path, state.image);
    else if (st == AKIN_OK && image.dataset != state.dataset)
        akin__verify_note(v, "%.*s belongs to dataset %u, its image %u to %u",
                          shown(key), path, state.dataset, state.image,
                          image.dataset);
}

void
akin__verify_images(struct akin__verify *v)
{
    struct akin_span all = {NULL, 0};

    v->tiles_end = 0;
    akin__verify_walk(v, AKIN_TABLE_IMAGES, all, see_image);
    if (v->tiles_end > akin__verify_counter(v, AKIN__N_ORDINALS))
        akin__verify_note(v, "tiles have ordinals that were never given");
    akin__verify_walk(v, AKIN_TABLE_TILES, all, see_tiles);
    akin__verify_walk(v, AKIN_TABLE_FEATURES, all, see_features);
    akin__verify_walk(v, AKIN_TABLE_DISTURBED, all, see_disturbed);
    akin__verify_walk(v, AKIN_TABLE_THUMBNAILS, all, see_thumbnail);
    akin__verify_walk(v, AKIN_TABLE_DATASET_IMAGES, all, see_dataset_image);
    akin__verify_walk(v, AKIN_TABLE_IMAGE_HASHES, all, see_hash);
    akin__verify_walk(v, AKIN_TABLE_SOURCES, all, see_source);
}
