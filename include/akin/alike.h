/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/alike.h - how like two datasets are, from a few tiles of each.
 *
 * All inner products of two sets of up to 16 descriptors, and of those the best
 * of each row and column: one pass answers both "how well is a found in b" and
 * the other way round.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_ALIKE_H
#define AKIN_ALIKE_H

#include <stddef.h>

#define AKIN_ALIKE_TILES ((size_t)16) /* of one set, at most */

/* The tiles of a set, dim floats each, as akin_alike_pair wants its first one:
 * out has room for dim x AKIN_ALIKE_TILES. n: 1 to AKIN_ALIKE_TILES. */
void akin_alike_turn(const float *const *tile, size_t n, size_t dim,
                     float *out);

/* *a_in_b: mean over the tiles of a of the largest inner product with one of b;
 * *b_in_a: over the tiles of b. Products are added in the order of the
 * dimensions and nothing is fused, so the numbers are, bit by bit, those of
 * akin_vindex_best_in_groups on every machine.
 *
 * turned   a, by akin_alike_turn
 * n_a      its tiles
 * b        n_b tiles (1 to AKIN_ALIKE_TILES) of dim floats */
void akin_alike_pair(const float *turned, size_t n_a, const float *const *b,
                     size_t n_b, size_t dim, double *a_in_b, double *b_in_a);

#endif
