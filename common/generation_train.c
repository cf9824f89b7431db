/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation_train.c - which tiles teach the projection, and projection.bin.
 *
 * Every dataset counts alike: of each, at most the same number of tiles is
 * taken (the largest for which all together stay within publish.train_tiles),
 * spread evenly over its images, and each tile weighs 1 / the tiles taken of
 * its dataset. Disturbed copies are those that are stored with the images
 * visited. The same store gives the same sample.
 *
 * The store is read in many short transactions; see generation_write.c.
 */
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "generation_internal.h"

#define IMAGES_A_TXN ((size_t)64)

struct sample {
    const struct akin__publish *pub;
    struct akin_projection_trainer *trainer;
    struct akin__features features;
    uint64_t quota;    /* tiles of one dataset, at most */
    size_t n_seen;     /* datasets before this one */
    uint64_t n_all;    /* tiles of this dataset */
    uint64_t n_take;   /* of which this many are taken */
    uint64_t n_passed; /* tiles of this dataset before this image */
    size_t n_this_txn; /* images read in this transaction */
    struct akin_txn *txn;
};

static uint64_t
tiles_of_dataset(const struct akin__publish *pub, size_t first, size_t *end)
{
    uint64_t n = 0;
    size_t i = first;

    for (; i < pub->n_images &&
           pub->images[i].dataset == pub->images[first].dataset;
         i++)
        n += pub->images[i].n_tiles;
    *end = i;
    return n;
}

/* Tiles taken when no dataset may give more than quota. */
static uint64_t
tiles_within(const struct akin__publish *pub, uint64_t quota)
{
    uint64_t sum = 0;
    size_t end;

    for (size_t i = 0; i < pub->n_images; i = end) {
        uint64_t n = tiles_of_dataset(pub, i, &end);

        sum += n < quota ? n : quota;
    }
    return sum;
}

/* The largest quota that stays within the setting; 0 when there are more
 * datasets than tiles may be taken. */
static uint64_t
find_quota(const struct akin__publish *pub)
{
    uint64_t max = pub->config->publish_train_tiles, low = 0, high = max;

    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;

        if (tiles_within(pub, middle) <= max)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* Is thing i of n among `take` evenly spread ones? */
static bool
is_taken(uint64_t i, uint64_t take, uint64_t n)
{
    return (i + 1) * take / n > i * take / n;
}

static uint64_t
how_many(const struct sample *s, uint64_t n_tiles)
{
    uint64_t max = s->pub->config->publish_train_tiles;

    if (s->quota > 0)
        return n_tiles < s->quota ? n_tiles : s->quota;
    return n_tiles > 0 && is_taken(s->n_seen, max, s->pub->n_datasets) ? 1 : 0;
}

/* One read transaction serves some images and then makes room for writers. */
static enum akin_status
sample_txn(struct sample *s, struct akin_error *err)
{
    if (s->txn != NULL && s->n_this_txn++ < IMAGES_A_TXN)
        return AKIN_OK;
    akin_txn_end(s->txn);
    s->txn = NULL;
    s->n_this_txn = 1;
    return akin_txn_read(s->pub->store, &s->txn, err);
}

static enum akin_status
add_disturbed(struct sample *s, const struct akin_generation_image *image,
              struct akin_error *err)
{
    struct akin_error quiet = {0};
    uint32_t *tile = NULL;
    float *copies = NULL;
    size_t n = 0;
    enum akin_status st =
        akin_image_disturbed(s->txn, image->image, &tile, &copies, &n, &quiet);

    if (st == AKIN_ENOTFOUND)
        return AKIN_OK; /* none were made of this image */
    if (st != AKIN_OK) {
        if (err != NULL)
            *err = quiet;
        return st;
    }
    /* Copies of one tile lie side by side. */
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && tile[end] == tile[i]; end++)
            continue;
        if (tile[i] < image->n_tiles)
            akin_projection_trainer_disturbed(
                s->trainer, s->features.data + (size_t)tile[i] * s->features.n,
                copies + i * s->features.n, end - i);
    }
    free(tile);
    free(copies);
    return AKIN_OK;
}

/* Moves the taken tiles to the front; gives back how many there are. */
static size_t
keep_taken(struct sample *s, uint32_t n_tiles)
{
    size_t kept = 0;

    for (uint32_t t = 0; t < n_tiles; t++) {
        if (!is_taken(s->n_passed + t, s->n_take, s->n_all))
            continue;
        memmove(s->features.data + kept * s->features.n,
                s->features.data + (size_t)t * s->features.n,
                s->features.n * sizeof(float));
        kept++;
    }
    return kept;
}

static enum akin_status
add_image(struct sample *s, const struct akin_generation_image *image,
          struct akin_error *err)
{
    struct akin_image_brief brief;
    enum akin_status st = sample_txn(s, err);

    if (st != AKIN_OK)
        return st;
    st = akin__image_alive(s->txn, image->image, &brief, err);
    if (st != AKIN_OK)
        return st == AKIN_ENOTFOUND ? AKIN_OK : st; /* removed meanwhile */
    st = akin__features_read(s->txn, image->image, image->n_tiles, &s->features,
                             err);
    if (st == AKIN_OK)
        st = add_disturbed(s, image, err);
    if (st == AKIN_OK)
        akin_projection_trainer_add(s->trainer, s->features.data,
                                    keep_taken(s, image->n_tiles),
                                    1.0 / (double)s->n_take);
    return st;
}

static enum akin_status
add_dataset(struct sample *s, size_t first, size_t end, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    s->n_passed = 0;
    for (size_t i = first; st == AKIN_OK && i < end && s->n_take > 0; i++) {
        uint64_t n = s->pub->images[i].n_tiles, from = s->n_passed;

        if ((from + n) * s->n_take / s->n_all > from * s->n_take / s->n_all)
            st = add_image(s, &s->pub->images[i], err);
        s->n_passed += n;
    }
    return st;
}

static enum akin_status
add_all(struct sample *s, struct akin_error *err)
{
    const struct akin__publish *pub = s->pub;
    enum akin_status st = AKIN_OK;
    size_t end;

    for (size_t i = 0; st == AKIN_OK && i < pub->n_images; i = end) {
        s->n_all = tiles_of_dataset(pub, i, &end);
        s->n_take = how_many(s, s->n_all);
        st = add_dataset(s, i, end, err);
        s->n_seen++;
        akin__publish_progress(pub, "train",
                               (double)end / (double)pub->n_images);
    }
    return st;
}

static bool
is_external(const struct akin__publish *pub)
{
    return akin_feature_set_is_external(akin_store_features(pub->store));
}

/* Too little to learn from is no failure: then the built-in one is taken, or a
 * plain one of a provider's features. */
static enum akin_status
finish(const struct sample *s, struct akin__publish *pub,
       struct akin_error *err)
{
    struct akin_error quiet = {0};
    enum akin_status st =
        akin_projection_trainer_finish(s->trainer, &pub->projection, &quiet);

    pub->trained = st == AKIN_OK;
    if (st == AKIN_EAGAIN && is_external(pub))
        return akin_projection_trainer_plain(s->trainer, &pub->projection, err);
    if (st == AKIN_EAGAIN)
        return akin_projection_builtin(&pub->projection, err);
    if (st != AKIN_OK && err != NULL)
        *err = quiet;
    return st;
}

static enum akin_status
train(struct akin__publish *pub, struct akin_error *err)
{
    struct sample s = {.pub = pub};
    enum akin_status st;

    /* A few thousand tiles teach less than the built-in one already knows. */
    if (!is_external(pub) &&
        tiles_within(pub, UINT64_MAX) < pub->config->publish_train_min_tiles)
        return akin_projection_builtin(&pub->projection, err);
    st = akin_projection_trainer_new(akin_store_features(pub->store),
                                     &s.trainer, err);
    if (st != AKIN_OK)
        return st;
    s.quota = find_quota(pub);
    st = add_all(&s, err);
    akin_txn_end(s.txn);
    if (st == AKIN_OK)
        st = finish(&s, pub, err);
    akin_projection_trainer_free(s.trainer);
    free(s.features.data);
    return st;
}

static enum akin_status
write_projection(const struct akin__publish *pub, struct akin_error *err)
{
    char *path = akin_path_join(pub->dir, AKIN__FILE_PROJECTION);
    struct akin_buf bytes = {0};
    enum akin_status st;

    akin_projection_write(pub->projection, &bytes);
    st = akin_file_write(path, akin_buf_span(&bytes), err);
    akin_buf_free(&bytes);
    free(path);
    return st;
}

enum akin_status
akin__publish_train(struct akin__publish *pub, struct akin_error *err)
{
    enum akin_status st = train(pub, err);

    return st == AKIN_OK ? write_projection(pub, err) : st;
}
