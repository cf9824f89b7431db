/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/network.h - what a tile looks like to a small convolutional network.
 *
 * The learned part of the features. 340,000 weights, trained by us without
 * labels on disturbed copies of unlabelled bioimage tiles (SimCLR; Chen et al.,
 * ICML 2020), from depthwise-separable convolutions (MobileNets; Howard et al.,
 * arXiv 1704.04861) with the mean and deviation of three stages pooled. Runs on
 * one core in plain C. Weights and training script: common/builtin.network,
 * scripts/train-network; figures: tests/bench/README.md.
 *
 * Threads: a network is immutable; scratch memory belongs to one thread.
 */
#ifndef AKIN_NETWORK_H
#define AKIN_NETWORK_H

#include "akin/image.h"
#include "akin/tile.h"

#define AKIN_N_NETWORK 128    /* numbers of a tile */
#define AKIN_NETWORK_EDGE 128 /* px: a tile is resampled to this edge */

struct akin_network; /* opaque: weights */

/* The one that ships with akin. */
enum akin_status akin_network_builtin(struct akin_network **out,
                                      struct akin_error *err) AKIN_MUST_USE;
/* Reads the file form. EFORMAT says what does not fit. */
enum akin_status akin_network_read(struct akin_span bytes,
                                   struct akin_network **out,
                                   struct akin_error *err) AKIN_MUST_USE;
void akin_network_free(struct akin_network *network); /* NULL is fine */

/* Scratch memory for one thread, about 1 MB. */
struct akin_network_work; /* opaque */
enum akin_status akin_network_work_new(struct akin_network_work **out,
                                       struct akin_error *err) AKIN_MUST_USE;
void akin_network_work_free(struct akin_network_work *work);

/* What the network makes of one rectangle of a plane.
 *
 * plane  grey or colour, any sample type
 * rect   inside the plane, at least 1 x 1 px
 * out    AKIN_N_NETWORK finite floats */
void akin_network_compute(const struct akin_network *network,
                          struct akin_network_work *work,
                          const struct akin_plane *plane,
                          struct akin_tile_rect rect, float *out);

/* The same from a picture that is already resampled and standardised:
 * EDGE x EDGE x 3 floats, colours interleaved. For tests against the trainer.
 */
void akin_network_forward(const struct akin_network *network,
                          struct akin_network_work *work, const float *picture,
                          float *out);

#endif
