/* SPDX-License-Identifier: Apache-2.0 */
/*
 * small_store.h - a store of four datasets with two drawn images each, for
 * tests that ask.
 *
 *   test:stripes   CC0-1.0     2020   Mus musculus
 *   test:dots      CC-BY-4.0   2021   Homo sapiens
 *   test:noise     CC-BY-4.0   2022   Mus musculus
 *   test:checks    CC0-1.0     2023   Danio rerio
 *
 * The images are real files (BMP, 256 x 256 px) beside the store, described as
 * the indexer would; what is drawn follows from dataset and number alone.
 */
#ifndef AKIN_SMALL_STORE_H
#define AKIN_SMALL_STORE_H

#include "akin/config.h"
#include "akin/store.h"

#define AKIN_SMALL_DATASETS 4
#define AKIN_SMALL_IMAGES 2 /* of each dataset */

/* The bytes of an image file: image n of a dataset (n may be larger than what
 * is stored: an image of the same kind). */
void akin_small_image(size_t dataset, size_t n, struct akin_buf *out);

const char *akin_small_id(size_t dataset);

/* Makes folder/store and the files folder/DATASET-N.bmp. With publish, a
 * generation is built. */
void akin_small_store(const char *folder, bool publish);

/* folder/DATASET-N.bmp; the caller frees with free(). */
char *akin_small_path(const char *folder, size_t dataset, size_t n);

/* Adds one dataset more, whose images are those of `like`, drawn anew. */
void akin_small_add(const char *folder, const char *id, size_t like);

/* Removes a dataset and its images. */
void akin_small_remove(const char *folder, const char *id, const char *reason);

void akin_small_publish(const char *folder);

#endif
