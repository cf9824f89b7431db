/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_tail.c - what was added after the generation, projected once and
 * kept in chunks that only grow.
 */
#include <stdlib.h>
#include <string.h>

#include "snapshot_internal.h"

#define CHUNK_ROWS ((size_t)4096)
#define CHUNK_IMAGES ((size_t)1024)

void
akin__chunk_drop(struct akin__chunk *chunk)
{
    if (chunk == NULL || --chunk->refs > 0)
        return;
    free(chunk->vectors);
    free(chunk->start);
    free(chunk->image);
    free(chunk);
}

void
akin__tail_clear(struct akin__tail *tail)
{
    for (size_t i = 0; i < tail->n_chunks; i++)
        akin__chunk_drop(tail->chunk[i]);
    free(tail->chunk);
    *tail = (struct akin__tail){0};
}

size_t
akin__tail_images(const struct akin__tail *tail)
{
    size_t n = 0;

    for (size_t i = 0; i < tail->n_chunks; i++)
        n += tail->chunk[i]->n_images;
    return n;
}

static enum akin_status
add_chunk(struct akin__tail *tail, size_t n_tiles, struct akin_error *err)
{
    struct akin__chunk **grown = realloc(
        tail->chunk, (tail->n_chunks + 1) * sizeof(struct akin__chunk *));
    struct akin__chunk *chunk;

    if (grown == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for what was added");
    tail->chunk = grown;
    chunk = akin_new(1, sizeof(*chunk));
    chunk->refs = 1;
    chunk->room_rows = n_tiles > CHUNK_ROWS ? n_tiles : CHUNK_ROWS;
    chunk->room_images = CHUNK_IMAGES;
    chunk->vectors = calloc(chunk->room_rows, AKIN_DIM * sizeof(float));
    chunk->start = calloc(chunk->room_images + 1, sizeof(*chunk->start));
    chunk->image = calloc(chunk->room_images, sizeof(*chunk->image));
    if (chunk->vectors == NULL || chunk->start == NULL ||
        chunk->image == NULL) {
        akin__chunk_drop(chunk);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu added tiles",
                         n_tiles);
    }
    tail->chunk[tail->n_chunks++] = chunk;
    return AKIN_OK;
}

static bool
has_room(const struct akin__tail *tail, size_t n_tiles)
{
    const struct akin__chunk *last;

    if (tail->n_chunks == 0)
        return false;
    last = tail->chunk[tail->n_chunks - 1];
    return last->n_images < last->room_images &&
           last->room_rows - last->start[last->n_images] >= n_tiles;
}

static enum akin_status
add_image(struct akin__tail *tail, const struct akin_projection *projection,
          struct akin_txn *txn, const struct akin_image_brief *brief,
          struct akin_error *err)
{
    size_t n = brief->n_tiles, bytes;
    float *features = NULL;
    struct akin__chunk *last;
    enum akin_status st = AKIN_OK;
    uint64_t row;

    if (!has_room(tail, n))
        st = add_chunk(tail, n, err);
    if (st != AKIN_OK)
        return st;
    if (akin_size_mul(n + 1, akin_txn_features(txn)->n * sizeof(float), &bytes))
        features = malloc(bytes);
    if (features == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM,
                         "no memory for the features of %zu tiles", n);
    st = akin_image_features(txn, brief->number, features, n, err);
    if (st == AKIN_OK) {
        last = tail->chunk[tail->n_chunks - 1];
        row = last->start[last->n_images];
        akin_projection_apply(projection, features, n,
                              last->vectors + row * AKIN_DIM);
        last->image[last->n_images] = (struct akin__tail_image){
            .image = brief->number, .dataset = brief->dataset};
        last->start[++last->n_images] = row + n;
        tail->last_image = brief->number;
    }
    free(features);
    return st;
}

enum akin_status
akin__tail_extend(struct akin__tail *tail,
                  const struct akin_projection *projection,
                  struct akin_txn *txn, struct akin_error *err)
{
    uint32_t number = tail->last_image;
    struct akin_error end = {0};
    enum akin_status st;

    while ((st = akin_image_next(txn, 0, &number, &end)) == AKIN_OK) {
        struct akin_image_brief brief;

        st = akin_image_brief(txn, number, &brief, err);
        if (st == AKIN_OK)
            st = add_image(tail, projection, txn, &brief, err);
        if (st != AKIN_OK) {
            akin_error_prefix(err, "image %u", number);
            return st;
        }
    }
    if (st != AKIN_ENOTFOUND && err != NULL)
        *err = end;
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}
