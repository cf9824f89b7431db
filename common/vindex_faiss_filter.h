/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_faiss_filter.h - what the C API of FAISS 1.7.3 has no call for, behind
 * C functions that let no exception out.
 *
 * Included by vindex_faiss.c and its C++ half only. Every function gives 0, or
 * -1 with a text for a person in text[AKIN__FAISS_TEXT].
 */
#ifndef AKIN_VINDEX_FAISS_FILTER_H
#define AKIN_VINDEX_FAISS_FILTER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AKIN__FAISS_TEXT 256

/* Reads an IVF index with 8-bit codes from where f stands and maps its codes
 * (the file must be one that can be mapped). What is read must have exactly
 * these sizes. *index is what the C API calls FaissIndexIVF. */
int akin__faiss_map(FILE *f, size_t n_rows, size_t dim, size_t n_lists,
                    void **index, char *text);

/* Searches one query in n_probe lists. bits (may be NULL): one bit a row, the
 * rows that count, n_bytes long. sims, rows: room for k; -1: not filled. */
int akin__faiss_search(const void *index, const float *query, size_t k,
                       size_t n_probe, const uint8_t *bits, size_t n_bytes,
                       float *sims, int64_t *rows, char *text);

/* Threads that FAISS calls of this thread use from now on (0: as many as there
 * are processors); gives back how many it were. */
int akin__faiss_threads(int threads);

#ifdef __cplusplus
}
#endif

#endif
