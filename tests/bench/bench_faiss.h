/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_faiss.h - what FAISS does with the same rows: an inverted file with
 * 8-bit codes (IVF,SQ8, inner product), to compare with.
 */
#ifndef BENCH_FAISS_H
#define BENCH_FAISS_H

#include "akin/bytes.h"

struct bench_faiss; /* opaque */

/* Trains on n_train evenly taken rows and adds all; *seconds: both. NULL after
 * a sentence on standard error. */
struct bench_faiss *bench_faiss_build(const float *rows, size_t n, size_t dim,
                                      size_t n_lists, size_t n_train,
                                      double *seconds);
void bench_faiss_free(struct bench_faiss *faiss);
/* The k nearest rows of one query by n_probe lists; -1: none. */
bool bench_faiss_search(const struct bench_faiss *faiss, const float *query,
                        size_t k, size_t n_probe, int64_t *rows, float *sims);

#endif
