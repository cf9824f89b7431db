/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin_test_store.h - datasets and images for tests that need a store with
 * something in it. Contents follow from the arguments alone.
 */
#ifndef AKIN_TEST_STORE_H
#define AKIN_TEST_STORE_H

#include "akin/dataset.h"
#include "akin/image_record.h"

/* n_tiles tiles with features around 0 and n_disturbed copies of the first
 * ones. Free with akin_test_described_free. */
void akin_test_describe(uint64_t seed, size_t n_tiles, size_t n_disturbed,
                        struct akin_described *out);
void akin_test_described_free(struct akin_described *described);

/* What akin_test_describe makes of a seed, as an image of a dataset. Free with
 * akin_image_record_free. The hash is that of the path. */
struct akin_image_record akin_test_image(uint32_t dataset, const char *path);

/* Each in its own transaction; the test fails when it does not work. Both give
 * the number. */
uint32_t akin_test_put_dataset(struct akin_store *store, const char *id);
uint32_t akin_test_put_image(struct akin_store *store, uint32_t dataset,
                             const char *path, size_t n_tiles,
                             size_t n_disturbed, uint64_t seed);

#endif
