/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_synthetic.h - descriptors that are like real ones, any number of them.
 *
 * Real descriptors (34 datasets, 429 images, 1,858 tiles, measured) are far
 * from spread evenly: their variance falls about as j^-1.2 over 64 principal
 * axes (27 % on the first), two thirds of it between datasets, a sixth between
 * images of one, a sixth within an image; and within a dataset it lies along
 * few directions of its own (participation ratio 4.7). So a row here is the sum
 * of three such draws, of unequal spread from dataset to dataset, made unit
 * length. Sizes of datasets fall as rank^-0.8. bench_synthetic_describe prints
 * what can be compared with real ones.
 */
#ifndef BENCH_SYNTHETIC_H
#define BENCH_SYNTHETIC_H

#include "akin/bytes.h"

#define BENCH_DIM ((size_t)64)
#define BENCH_IMAGE_TILES ((size_t)16)

struct bench_synthetic {
    size_t n_rows, n_groups; /* groups are datasets */
    uint64_t *group_start;   /* n_groups + 1 */
    uint64_t seed;
};
void bench_synthetic_init(struct bench_synthetic *s, size_t n_rows,
                          uint64_t seed);
void bench_synthetic_free(struct bench_synthetic *s);

/* Rows first .. first + n - 1; the same whenever they are asked for. */
void bench_synthetic_rows(const struct bench_synthetic *s, uint64_t first,
                          size_t n, float *out);
/* The tiles of image `nth` of a dataset that is not stored: `group` of the
 * stored ones, or one that none is of (group >= n_groups). */
void bench_synthetic_image(const struct bench_synthetic *s, size_t group,
                           uint64_t nth, float *out);

/* All rows in a file, made when it is not there or of another length, and
 * mapped. NULL after a sentence on standard error. */
const float *bench_synthetic_map(const struct bench_synthetic *s,
                                 const char *path);

/* Prints nearest-neighbour similarities and the intrinsic dimension (Levina and
 * Bickel, NIPS 2004, k = 20) of n_sample rows among n rows. */
void bench_synthetic_describe(const float *rows, size_t n, size_t n_sample);

#endif
