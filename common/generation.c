/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation.c - opening, checking and closing a published generation.
 *
 * The order of the checks: the manifest's own hash, then sizes and sampled
 * hashes of the files, then what is in them. Nothing is parsed that was not
 * checked before.
 *
 * Publishing removes the generation before the current one. A reader that has
 * read `current` and then finds the folder gone reads `current` again; files
 * that are open already stay readable after their names are gone.
 */
#include "akin/generation.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "akin/catalog.h"
#include "akin/file.h"
#include "generation_internal.h"

#define OPEN_TRIES 100

struct maps {
    void *vectors, *images;
    size_t vectors_len, images_len;
};

char *
akin__generation_dir(const char *store_dir, uint32_t number)
{
    char name[24];

    (void)snprintf(name, sizeof(name), "gen-%06" PRIu32, number);
    return akin_path_join(store_dir, name);
}

enum akin_status
akin_generation_current(struct akin_txn *txn, uint32_t *out,
                        struct akin_error *err)
{
    uint64_t number = 0;
    enum akin_status st =
        akin_manifest_number(txn, AKIN_MANIFEST_CURRENT, &number, err);

    if (st != AKIN_OK)
        return st;
    if (number > UINT32_MAX)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "%" PRIu64 " is not the number of a generation",
                         number);
    *out = (uint32_t)number;
    return AKIN_OK;
}

static enum akin_status
read_current(struct akin_store *store, uint32_t *out, struct akin_error *err)
{
    struct akin_txn *txn = NULL;
    enum akin_status st = akin_txn_read(store, &txn, err);

    if (st == AKIN_OK)
        st = akin_generation_current(txn, out, err);
    akin_txn_end(txn);
    return st;
}

/* --- the manifest --- */

/* Numbers of the manifest, each with the largest that can be meant. */
static enum akin_status
manifest_number(const struct akin_json *manifest, const char *key, uint64_t max,
                uint64_t *out, struct akin_error *err)
{
    int64_t value;

    if (!akin_json_int(akin_json_get(manifest, key), &value) || value < 0 ||
        (uint64_t)value > max)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "the manifest's %s is missing or out of range", key);
    *out = (uint64_t)value;
    return AKIN_OK;
}

static enum akin_status
check_identity(const struct akin_json *manifest, uint32_t number,
               const struct akin_feature_set *set, struct akin_error *err)
{
    const char *format = akin_json_text(manifest, "format");
    const char *features = akin_json_text(manifest, "feature_set");
    const char *hash_text = akin_json_text(manifest, "hash");
    struct akin_hash is = akin__manifest_hash(manifest);
    char is_text[AKIN_HASH_TEXT];
    enum akin_status st;
    uint64_t says = 0;

    if (format == NULL || strcmp(format, AKIN__GENERATION_FORMAT) != 0)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "the manifest is of format %s; this program reads %s",
                         format == NULL ? "(none)" : format,
                         AKIN__GENERATION_FORMAT);
    akin_hash_text(&is, is_text);
    if (hash_text == NULL || strcmp(hash_text, is_text) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "the manifest is damaged: its hash is another");
    if (features == NULL || strcmp(features, set->id) != 0)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "made from features %.80s; the store holds %s",
                         features == NULL ? "(none)" : features, set->id);
    st = manifest_number(manifest, "generation", UINT32_MAX, &says, err);
    if (st == AKIN_OK && says != number)
        st = AKIN_FAIL(err, AKIN_ESTALE,
                       "the manifest belongs to generation %" PRIu64, says);
    return st;
}

static enum akin_status
take_numbers(struct akin_generation *gen, struct akin_error *err)
{
    uint64_t dim = 0, images = 0, last = 0;
    enum akin_status st;

    if ((st = manifest_number(gen->manifest, "dim", AKIN_VINDEX_DIM_MAX, &dim,
                              err)) != AKIN_OK ||
        (st = manifest_number(gen->manifest, "n_tiles", UINT64_MAX >> 16,
                              &gen->n_rows, err)) != AKIN_OK ||
        (st = manifest_number(gen->manifest, "n_images", UINT32_MAX, &images,
                              err)) != AKIN_OK ||
        (st = manifest_number(gen->manifest, "last_image", UINT32_MAX, &last,
                              err)) != AKIN_OK)
        return st;
    if (dim != AKIN_DIM)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "descriptors of %" PRIu64
                         " floats; this program makes %d",
                         dim, AKIN_DIM);
    gen->dim = (size_t)dim;
    gen->n_images = (size_t)images;
    gen->last_image = (uint32_t)last;
    return AKIN_OK;
}

static bool
is_indexed(const struct akin_generation *gen)
{
    return akin_json_get(gen->manifest, "model") != NULL;
}

static enum akin_status
check_seals(const struct akin_generation *gen, struct akin_error *err)
{
    static const char *const needed[] = {AKIN__FILE_PROJECTION,
                                         AKIN__FILE_IMAGES, AKIN__FILE_VECTORS,
                                         AKIN__FILE_INDEX};
    const struct akin_json *files = akin_json_get(gen->manifest, "files");

    for (size_t i = 0; i < AKIN_COUNT(needed); i++) {
        const struct akin_json *seal = akin_json_get(files, needed[i]);
        enum akin_status st;
        char *path;

        if (strcmp(needed[i], AKIN__FILE_INDEX) == 0 && !is_indexed(gen))
            continue; /* searched exactly */
        path = akin_path_join(gen->dir, needed[i]);
        st = akin__seal_check(seal, path, err);
        free(path);
        if (st != AKIN_OK)
            return st;
    }
    return AKIN_OK;
}

static enum akin_status
open_manifest(struct akin_generation *gen, const struct akin_feature_set *set,
              struct akin_error *err)
{
    char *path = akin_path_join(gen->dir, AKIN__FILE_MANIFEST);
    enum akin_status st =
        akin_json_read_file(path, AKIN__MANIFEST_MAX, &gen->manifest, err);

    if (st == AKIN_OK)
        st = check_identity(gen->manifest, gen->number, set, err);
    if (st == AKIN_OK)
        st = take_numbers(gen, err);
    if (st == AKIN_OK)
        st = check_seals(gen, err);
    free(path);
    return st;
}

/* --- the parts --- */

static enum akin_status
open_projection(struct akin_generation *gen, const struct akin_feature_set *set,
                struct akin_error *err)
{
    const char *want = akin_json_text(gen->manifest, "projection");
    char *path = akin_path_join(gen->dir, AKIN__FILE_PROJECTION);
    struct akin_buf bytes = {0};
    enum akin_status st =
        akin_file_read(path, AKIN__PROJECTION_MAX, &bytes, err);

    if (st == AKIN_OK)
        st = akin_projection_read(akin_buf_span(&bytes), &gen->projection, err);
    if (st == AKIN_OK &&
        (want == NULL ||
         strcmp(want, akin_projection_id(gen->projection)) != 0))
        st = AKIN_FAIL(err, AKIN_ESTALE,
                       "the projection is %s, the manifest says %s",
                       akin_projection_id(gen->projection),
                       want == NULL ? "nothing" : want);
    if (st == AKIN_OK &&
        !akin_feature_set_same(akin_projection_features(gen->projection), set))
        st = AKIN_FAIL(err, AKIN_ESTALE,
                       "the projection is of features %s; the store holds %s",
                       akin_projection_features(gen->projection)->id, set->id);
    akin_buf_free(&bytes);
    free(path);
    return st;
}

/* Maps a file that must be count * size bytes long. */
static enum akin_status
open_map(const struct akin_generation *gen, const char *name, uint64_t count,
         size_t size, void **map, size_t *len, struct akin_error *err)
{
    char *path = akin_path_join(gen->dir, name);
    enum akin_status st = akin__map_file(path, map, len, err);
    size_t want;

    if (st == AKIN_OK &&
        (!akin_size_mul((size_t)count, size, &want) || *len != want))
        st = AKIN_FAIL(err, AKIN_ESTALE,
                       "%s has %zu bytes, which is not %" PRIu64 " times %zu",
                       path, *len, count, size);
    free(path);
    return st;
}

enum akin_status
akin__images_check(const struct akin_generation *gen, struct akin_error *err)
{
    uint64_t row = 0;

    for (size_t i = 0; i < gen->n_images; i++) {
        const struct akin_generation_image *image = &gen->images[i];

        if (image->first_row != row || image->n_tiles > gen->n_rows - row ||
            image->image == 0 || image->image > gen->last_image)
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             AKIN__FILE_IMAGES ": image %" PRIu32
                                               " has no place (entry %zu)",
                             image->image, i);
        if (i > 0 && (image->dataset < image[-1].dataset ||
                      (image->dataset == image[-1].dataset &&
                       image->image <= image[-1].image)))
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             AKIN__FILE_IMAGES ": image %" PRIu32
                                               " is out of order (entry %zu)",
                             image->image, i);
        row += image->n_tiles;
    }
    if (row != gen->n_rows)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         AKIN__FILE_IMAGES ": %" PRIu64
                                           " tiles, the manifest says %" PRIu64,
                         row, gen->n_rows);
    return AKIN_OK;
}

static enum akin_status
open_index(struct akin_generation *gen, struct akin_error *err)
{
    char *path;
    enum akin_status st;

    if (!is_indexed(gen))
        return AKIN_OK;
    path = akin_path_join(gen->dir, AKIN__FILE_INDEX);
    st = akin_vindex_open(path, (size_t)gen->n_rows, gen->dim, &gen->vindex,
                          err);
    free(path);
    if (st == AKIN_OK)
        st = akin__model_read(akin_json_get(gen->manifest, "model"),
                              akin_vindex_lists(gen->vindex), &gen->model, err);
    return st;
}

static enum akin_status
open_parts(struct akin_generation *gen, const struct akin_feature_set *set,
           struct akin_error *err)
{
    struct maps *maps = gen->maps;
    enum akin_status st = open_manifest(gen, set, err);

    if (st == AKIN_OK)
        st = open_projection(gen, set, err);
    if (st == AKIN_OK)
        st = open_map(gen, AKIN__FILE_VECTORS, gen->n_rows,
                      gen->dim * sizeof(float), &maps->vectors,
                      &maps->vectors_len, err);
    if (st == AKIN_OK)
        st = open_map(gen, AKIN__FILE_IMAGES, gen->n_images,
                      sizeof(struct akin_generation_image), &maps->images,
                      &maps->images_len, err);
    if (st == AKIN_OK) {
        gen->vectors = maps->vectors;
        gen->images = maps->images;
        st = akin__images_check(gen, err);
    }
    if (st == AKIN_OK)
        st = open_index(gen, err);
    return st == AKIN_OK ? akin__calibration_open(gen, set, err) : st;
}

static enum akin_status
open_number(struct akin_store *store, uint32_t number,
            struct akin_generation **out, struct akin_error *err)
{
    struct akin_generation *gen = akin_new(1, sizeof(*gen));
    enum akin_status st;

    gen->number = number;
    gen->dir = akin__generation_dir(akin_store_dir(store), number);
    gen->maps = akin_new(1, sizeof(struct maps));
    st = open_parts(gen, akin_store_features(store), err);
    if (st == AKIN_OK)
        *out = gen;
    else
        akin_generation_close(gen);
    return st;
}

enum akin_status
akin_generation_open(struct akin_store *store, struct akin_generation **out,
                     struct akin_error *err)
{
    struct akin_error why = {0};
    uint32_t number = 0, tried = 0;
    enum akin_status st;

    for (int i = 0; i < OPEN_TRIES; i++) {
        enum akin_status opened;

        if ((st = read_current(store, &number, err)) != AKIN_OK)
            return st;
        if (number == 0)
            return AKIN_FAIL(err, AKIN_ENOTFOUND,
                             "store %s has no generation yet: publish one",
                             akin_store_dir(store));
        /* The same one again: nobody replaced it, so it is what is wrong. */
        if (number == tried)
            break;
        why = (struct akin_error){0};
        opened = open_number(store, number, out, &why);
        if (opened == AKIN_OK)
            return AKIN_OK;
        tried = number;
    }
    /* A part that is missing is not "nothing there" to the caller. */
    st = why.status == AKIN_ENOTFOUND ? AKIN_ESTALE : why.status;
    return AKIN_FAIL(err, st, "generation %" PRIu32 ": %s", tried, why.text);
}

void
akin_generation_close(struct akin_generation *gen)
{
    struct maps *maps;

    if (gen == NULL)
        return;
    maps = gen->maps;
    akin_vindex_close(gen->vindex);
    akin_projection_free(gen->projection);
    if (maps->vectors != NULL)
        (void)munmap(maps->vectors, maps->vectors_len);
    if (maps->images != NULL)
        (void)munmap(maps->images, maps->images_len);
    akin_json_free(gen->manifest);
    free(gen->calibration);
    free(maps);
    free(gen->dir);
    free(gen);
}

/* --- everything again --- */

/* Compares a hash with the full one of the manifest. */
static enum akin_status
check_full(const struct akin_generation *gen, const char *name,
           const struct akin_hash *is, struct akin_error *err)
{
    const struct akin_json *files = akin_json_get(gen->manifest, "files");
    const char *text = akin_json_text(akin_json_get(files, name), "hash");
    struct akin_hash want;

    if (text == NULL || !akin_hash_parse(text, &want))
        return AKIN_FAIL(err, AKIN_EFORMAT, "the manifest has no hash of %s",
                         name);
    if (memcmp(want.bytes, is->bytes, sizeof(want.bytes)) != 0)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "%s is not the file that the manifest describes (its "
                         "hash differs)",
                         name);
    return AKIN_OK;
}

static enum akin_status
check_file(const struct akin_generation *gen, const char *name,
           struct akin_error *err)
{
    char *path = akin_path_join(gen->dir, name);
    struct akin_hash is;
    enum akin_status st = akin_hash_file(path, &is, err);

    if (st == AKIN_OK)
        st = check_full(gen, name, &is, err);
    else if (st == AKIN_ENOTFOUND) /* a later publish has removed it */
        st = AKIN_FAIL(err, AKIN_ESTALE, "%s is not there any more", path);
    else
        akin_error_prefix(err, "%s", path);
    free(path);
    return st;
}

static enum akin_status
check_lengths(const struct akin_generation *gen, struct akin_error *err)
{
    for (uint64_t row = 0; row < gen->n_rows; row++) {
        const float *v = gen->vectors + row * gen->dim;
        double sum = 0;

        for (size_t d = 0; d < gen->dim; d++)
            sum += (double)v[d] * (double)v[d];
        /* written so that what is not a number fails, too */
        if (!(fabs(sum - 1.0) < 1e-3))
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             AKIN__FILE_VECTORS ": row %" PRIu64
                                                " is not of unit length",
                             row);
    }
    return AKIN_OK;
}

/* The mapped files are hashed as they are in memory: that is what answers come
 * from, also when their names are gone by now. */
static enum akin_status
check_maps(const struct akin_generation *gen, struct akin_error *err)
{
    const struct maps *maps = gen->maps;
    struct akin_hash vectors =
        akin_hash_of(akin_span_of(maps->vectors, maps->vectors_len));
    struct akin_hash images =
        akin_hash_of(akin_span_of(maps->images, maps->images_len));
    enum akin_status st = check_full(gen, AKIN__FILE_VECTORS, &vectors, err);

    return st == AKIN_OK ? check_full(gen, AKIN__FILE_IMAGES, &images, err)
                         : st;
}

enum akin_status
akin_generation_verify(const struct akin_generation *gen,
                       struct akin_error *err)
{
    static const char *const catalog[] = {AKIN_CATALOG_FACETS,
                                          AKIN_CATALOG_TEXT};
    enum akin_status st = check_maps(gen, err);

    if (st == AKIN_OK)
        st = check_file(gen, AKIN__FILE_PROJECTION, err);
    for (size_t i = 0; st == AKIN_OK && i < AKIN_COUNT(catalog); i++)
        if (akin_json_get(akin_json_get(gen->manifest, "files"), catalog[i]) !=
            NULL)
            st = check_file(gen, catalog[i], err);
    if (st == AKIN_OK && gen->vindex != NULL)
        st = check_file(gen, AKIN__FILE_INDEX, err);
    if (st == AKIN_OK && gen->calibration != NULL)
        st = check_file(gen, AKIN__FILE_CALIBRATION, err);
    if (st == AKIN_OK)
        st = akin__images_check(gen, err);
    if (st == AKIN_OK)
        st = check_lengths(gen, err);
    if (st != AKIN_OK)
        akin_error_prefix(err, "generation %" PRIu32, gen->number);
    return st;
}
