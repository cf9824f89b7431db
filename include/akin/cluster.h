/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/cluster.h - groups of unit vectors that lie close together, and pairs of
 * them that are nearly the same.
 *
 * Clustering is spherical k-means (Dhillon & Modha, Machine Learning 2001): a
 * vector belongs to the centre with the largest inner product, a centre is its
 * vectors' sum made unit length. Many clusters are made in two stages: few
 * coarse ones, then each is divided by itself, into a number by its size; so
 * the work grows with the square root of the number of clusters.
 *
 * Products are those of the kernel of exact search and sums are taken in the
 * order of rows: the same vectors and seed give the same clusters, bit by bit,
 * on every machine and with any number of threads.
 *
 * Threads: no shared state; each call starts its own.
 */
#ifndef AKIN_CLUSTER_H
#define AKIN_CLUSTER_H

#include "akin/bytes.h"

/* n of the rows of a table of unit vectors; borrowed. */
struct akin_vectors {
    const float *vectors;
    size_t dim;          /* 1..AKIN_VINDEX_DIM_MAX */
    const uint64_t *row; /* n rows of the table; NULL: the first n */
    size_t n;            /* below 2^32 - 1 */
};

struct akin_cluster_options {
    size_t n_clusters; /* 1..n */
    size_t rounds;     /* of assigning and averaging, at most */
    size_t threads;
    uint64_t seed;
};

/* centres  out, n_clusters x dim, unit length; a cluster without vectors keeps
 *          a centre
 * cluster  out, n: 0..n_clusters-1; ties: the lower number
 * ENOMEM */
enum akin_status akin_cluster(const struct akin_vectors *in,
                              const struct akin_cluster_options *options,
                              float *centres, uint32_t *cluster,
                              struct akin_error *err) AKIN_MUST_USE;

/* The nearest of given centres of each vector. cluster, similarity: out, n;
 * similarity may be NULL. */
enum akin_status akin_cluster_assign(const struct akin_vectors *in,
                                     const float *centres, size_t n_centres,
                                     size_t threads, uint32_t *cluster,
                                     float *similarity,
                                     struct akin_error *err) AKIN_MUST_USE;

/* a, b: positions in the view, a != b; each pair is told once or twice. Called
 * from several threads at once. */
typedef void akin_near_fn(void *ctx, uint32_t a, uint32_t b, float similarity);

struct akin_near_options {
    float min_similarity;
    size_t cell_rows; /* vectors of a cell, about; 0: 512 */
    size_t probes;    /* cells that a vector is compared with, at most; 0: 4 */
    size_t threads;
    uint64_t seed;
};

/* Tells the pairs of vectors with at least this similarity. Up to 16 cells'
 * worth of vectors all pairs are looked at; beyond that, vectors are compared
 * within the cells of a clustering and with the next cells whose centres are
 * nearly as near, which finds most pairs, not all: akin-bench collect measures
 * how many. Equal vectors are always found: each is told with the first of its
 * kind, and then counts no further. ENOMEM */
enum akin_status akin_cluster_near(const struct akin_vectors *in,
                                   const struct akin_near_options *options,
                                   akin_near_fn *fn, void *ctx,
                                   struct akin_error *err) AKIN_MUST_USE;

#endif
