/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_drawn.h - a store of any size without images: datasets, images and
 * tiles as bench_synthetic.h draws them.
 *
 * A drawn row becomes the features of a tile by a fixed random map, with a
 * little noise beside it; publishing learns to undo both. So descriptors of
 * such a store lie as those drawn, and everything else is as in a store that
 * akin-index made.
 */
#ifndef BENCH_DRAWN_H
#define BENCH_DRAWN_H

#include "akin/projection.h"
#include "akin/store.h"

#include "bench_synthetic.h"

/* Makes dir and fills it; does not publish. */
enum akin_status bench_drawn_make(const char *dir,
                                  const struct bench_synthetic *s,
                                  struct akin_error *err) AKIN_MUST_USE;

/* Adds dataset "bench:added-N" in one commit: one image with the tiles of an
 * image of dataset `group` that is not stored. */
enum akin_status bench_drawn_add(struct akin_store *store,
                                 const struct bench_synthetic *s, uint64_t n,
                                 size_t group,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Descriptors (BENCH_IMAGE_TILES) of image `nth` of `group`, not stored: what
 * bench_drawn_add stores of number nth. */
void bench_drawn_question(const struct bench_synthetic *s,
                          const struct akin_projection *projection,
                          size_t group, uint64_t nth, float *out);

#endif
