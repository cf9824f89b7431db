/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_corpus.h - a folder of image sets, described and kept in memory.
 *
 * Each folder in it is a set: its images lie in images/, or anywhere below when
 * there is no such folder; dataset.json, where there is one, says its id and
 * category.
 */
#ifndef AKIN_BENCH_CORPUS_H
#define AKIN_BENCH_CORPUS_H

#include "akin/config.h"
#include "akin/projection.h"
#include "akin/tile.h"

struct bench_set {
    char *id, *category; /* category "": not known */
    size_t first_image, n_images;
};

/* Tiles of an image, and images of a set, are contiguous. */
struct bench_image {
    char *path;
    size_t set, first_tile, n_tiles;
};

/* Start from {0}; loading twice appends. */
struct bench_corpus {
    struct bench_set *set;
    struct bench_image *image;
    struct akin_tile *tile; /* n_tiles */
    float *features;        /* n_tiles x AKIN_N_FEATURES */
    /* Disturbed copies: of tile disturbed_tile[i], those of one tile together.
     */
    uint32_t *disturbed_tile;
    float *disturbed; /* n_disturbed x AKIN_N_FEATURES */
    size_t n_sets, n_images, n_tiles, n_disturbed;
    size_t n_failed; /* images that could not be described */
};

struct bench_corpus_options {
    size_t max_images;    /* of a set, evenly taken; 0: all */
    size_t max_tiles;     /* of an image; 0: as configured */
    size_t disturb_tiles; /* of an image */
};

enum akin_status bench_corpus_load(const char *folder,
                                   const struct akin_config *config,
                                   const struct bench_corpus_options *options,
                                   struct bench_corpus *corpus,
                                   struct akin_error *err) AKIN_MUST_USE;
void bench_corpus_free(struct bench_corpus *corpus);

/* Writes everything to a file: a line of JSON (features, tiles, disturbed;
 * sets: id, category, first_image, images; images: path, set, first_tile,
 * tiles; levels), then as the machine has them the features (float, tiles x
 * features), the disturbed copies' tiles (uint32) and their features (float).
 */
enum akin_status bench_corpus_dump(const struct bench_corpus *corpus,
                                   const char *path,
                                   struct akin_error *err) AKIN_MUST_USE;

/* Trains on the whole corpus, or on the sets marked in `use`; every set weighs
 * the same. */
enum akin_status bench_corpus_train(const struct bench_corpus *corpus,
                                    const bool *use,
                                    struct akin_projection **out,
                                    struct akin_error *err) AKIN_MUST_USE;

#endif
