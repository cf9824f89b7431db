/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_lists.h - drawn descriptors with an index over them and its model, in
 * three files of a folder, each made when it is not there: vectors.f32,
 * vectors.ivf, model.json. So that several benchmarks, or one after a change,
 * can work on the same.
 */
#ifndef BENCH_LISTS_H
#define BENCH_LISTS_H

#include "akin/vindex.h"
#include "bench_synthetic.h"

#define BENCH_SEED 1
/* What publish makes of the setting query.recall, .95: see generation_write.c.
 */
#define BENCH_RECALL 0.98

struct bench_lists_options {
    double recall; /* of the model */
    size_t lists;  /* 0: as publish chooses */
};
struct bench_lists {
    const float *rows;
    size_t bytes; /* of them */
    struct akin_vindex *vx;
    struct akin_vindex_model model;
};
/* Prints what was made, how long that took, and the model. */
enum akin_status bench_lists_open(const struct bench_synthetic *data,
                                  const char *folder,
                                  const struct bench_lists_options *how,
                                  struct bench_lists *out,
                                  struct akin_error *err) AKIN_MUST_USE;
void bench_lists_close(struct bench_lists *lists);

#endif
