/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_store.h - a store of any number of tiles, without an image: features
 * are drawn (bench_synthetic.h) and mixed into all of a feature set's numbers.
 */
#ifndef BENCH_STORE_H
#define BENCH_STORE_H

#include "akin/generation.h"
#include "bench_synthetic.h"

/* Opens the store in dir to write; when there is none, makes one with data's
 * rows as tiles, BENCH_IMAGE_TILES of them an image. */
enum akin_status bench_store_open(const struct bench_synthetic *data,
                                  const char *dir, struct akin_store **out,
                                  struct akin_error *err) AKIN_MUST_USE;

#endif
