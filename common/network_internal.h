/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network_internal.h - the layers of the network, as loops over planar floats.
 *
 * A map is height x width x channels floats, channels innermost. Batch
 * normalisation is folded into the weights by the exporter, so that a layer is
 * a convolution with a bias.
 */
#ifndef AKIN_NETWORK_INTERNAL_H
#define AKIN_NETWORK_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "akin/network.h"

/* 3 x 3, stride 2, one px of zero padding, n (1 or 3) to 16 channels, then
 * ReLU. in: edge x edge x n; out: edge/2 x edge/2 x 16; weight: 3 x 3 x n x 16.
 * edge: a multiple of 16 up to 128. */
void akin__conv_stem(const float *in, size_t edge, size_t n,
                     const float *weight, const float *bias, float *out);

/* 3 x 3 for each channel alone, one px of zero padding, then ReLU.
 * weight: 3 x 3 x n; out edge: edge / stride, 1 or 2. n: a multiple of 16.
 * before: the row above the first one; NULL: padding. */
struct akin__depthwise {
    const float *in, *weight, *bias;
    size_t edge, n, stride;
    const float *before;
};
/* Rows first..last-1 of the output, at out. */
void akin__conv_depthwise(const struct akin__depthwise *job, size_t first,
                          size_t last, float *out);

/* Brings the weights of a 1 x 1 layer, n_in x n_out, into the order in which
 * akin__conv_pointwise reads them here: panels of 16 outputs, n_in x 16 each,
 * or tiles of bfloat16. */
void akin__pack_pointwise(const float *weight, size_t n_in, size_t n_out,
                          float *packed);

/* 1 x 1: out[p] = ReLU(in[p] * weight + bias (+ residual[p], when that is not
 * NULL)). weight: packed; n_out, n_px: multiples of 32; n_in: 16, or a multiple
 * of 32 up to 256. */
void akin__conv_pointwise(const float *in, size_t n_px, size_t n_in,
                          size_t n_out, const float *weight, const float *bias,
                          const float *residual, float *out);

/* The same two on a processor with tiles of bfloat16 (network_amx.c), which
 * akin__has_amx asks the system for, once. Sums differ by less than 2^-16. */
bool akin__has_amx(void);
void akin__amx_pack(const float *weight, size_t n_in, size_t n_out,
                    float *packed);
void akin__amx_pointwise(const float *in, size_t n_px, size_t n_in,
                         size_t n_out, const float *weight, const float *bias,
                         const float *residual, float *out);

/* Widest rectangle that is looked at, px: beyond the largest tile.size. */
#define AKIN__NETWORK_RECT_MAX 4096

/* rect of plane, resampled to EDGE x EDGE x its channels and standardised. */
void akin__network_picture(const struct akin_plane *plane,
                           struct akin_tile_rect rect, float *picture);

/* out = in * weight + bias; weight: n_in x n_out; n_out: a multiple of 128. */
void akin__linear(const float *in, size_t n_in, size_t n_out,
                  const float *weight, const float *bias, float *out);

/* Mean and standard deviation of each channel: out: n means, n deviations. n: a
 * multiple of 64. */
void akin__pool(const float *in, size_t n_px, size_t n, float *out);

#endif
