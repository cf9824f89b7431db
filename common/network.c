/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network.c - weights, their file form, and the order of the layers.
 *
 * File: "AKNET001", then float16 little-endian, batch normalisation folded in:
 * stem weight 3x3x3x16, bias 16; each block's depthwise 3x3xn, bias n,
 * pointwise n_in x n_out, bias n_out; last the linear layer 896 x 128, bias
 * 128.
 */
#include "akin/network.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "float16.h"
#include "network_internal.h"

#define EDGE ((size_t)AKIN_NETWORK_EDGE)
#define STEM 16

static const char magic[8] = {'A', 'K', 'N', 'E', 'T', '0', '0', '1'};

/* A block: depthwise with this stride, then pointwise; residual when the shape
 * stays. pooled: a stage ends here. */
static const struct block {
    size_t n_in, n_out, stride;
    bool is_pooled;
} blocks[] = {
    {16, 32, 1, false},   {32, 64, 2, false},   {64, 64, 1, true},
    {64, 128, 2, false},  {128, 128, 1, false}, {128, 128, 1, true},
    {128, 256, 2, false}, {256, 256, 1, false}, {256, 256, 1, true},
};
#define N_BLOCKS (sizeof(blocks) / sizeof(blocks[0]))
#define PACK_MAX ((size_t)256 * 256) /* weights of the largest 1 x 1 layer */
#define N_POOLED ((size_t)(2 * (64 + 128 + 256)))
/* The largest map: after the stem, 64 x 64 px with 32 channels. */
#define MAP_MAX (EDGE / 2 * (EDGE / 2) * 32)
/* Px of a map that go through a block at once, at least: what the 1 x 1 layer
 * asks for. The largest strip has them with 256 channels. */
#define STRIP_PX ((size_t)32)
#define STRIP_MAX (STRIP_PX * 256)

struct akin_network {
    size_t n_weights;
    float weight[];
};

struct akin_network_work {
    float picture[AKIN_NETWORK_EDGE * AKIN_NETWORK_EDGE * 3];
    float map[2][MAP_MAX];
    float strip[STRIP_MAX];
    float pooled[N_POOLED];
};

static size_t
weights_needed(void)
{
    size_t n = 27 * STEM + STEM;

    for (size_t i = 0; i < N_BLOCKS; i++)
        n += 10 * blocks[i].n_in + (blocks[i].n_in + 1) * blocks[i].n_out;
    return n + (N_POOLED + 1) * AKIN_N_NETWORK;
}

/* Brings the 1 x 1 layers of the blocks into the order they are read in. */
static enum akin_status
pack_blocks(struct akin_network *network, struct akin_error *err)
{
    float *w = network->weight + (size_t)28 * STEM;
    float *old = malloc(PACK_MAX * sizeof(*old));

    if (old == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for the network");
    for (size_t i = 0; i < N_BLOCKS; i++) {
        const struct block *b = &blocks[i];
        size_t n = b->n_in * b->n_out;

        assert(n <= PACK_MAX);
        w += 10 * b->n_in;
        memcpy(old, w, n * sizeof(*old));
        akin__pack_pointwise(old, b->n_in, b->n_out, w);
        w += n + b->n_out;
    }
    free(old);
    return AKIN_OK;
}

enum akin_status
akin_network_read(struct akin_span bytes, struct akin_network **out,
                  struct akin_error *err)
{
    size_t n = weights_needed(), need = sizeof(magic) + 2 * n;
    struct akin_network *network;
    bool is_finite = true;

    if (bytes.len != need)
        return AKIN_FAIL(err, AKIN_EFORMAT, "network: %zu bytes instead of %zu",
                         bytes.len, need);
    if (memcmp(bytes.data, magic, sizeof(magic)) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "network: does not begin with AKNET001");
    network = malloc(sizeof(*network) + n * sizeof(float));
    if (network == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for the network");
    network->n_weights = n;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *half = bytes.data + sizeof(magic) + 2 * i;

        network->weight[i] = akin__half_to(akin_le16(half));
        is_finite = is_finite && isfinite(network->weight[i]);
    }
    if (!is_finite) {
        free(network);
        return AKIN_FAIL(err, AKIN_EFORMAT, "network: a weight is not finite");
    }
    if (pack_blocks(network, err) != AKIN_OK) {
        free(network);
        return AKIN_ENOMEM;
    }
    *out = network;
    return AKIN_OK;
}

extern const unsigned char akin__builtin_network[];
extern const size_t akin__builtin_network_len;

enum akin_status
akin_network_builtin(struct akin_network **out, struct akin_error *err)
{
    return akin_network_read(
        akin_span_of(akin__builtin_network, akin__builtin_network_len), out,
        err);
}

void
akin_network_free(struct akin_network *network)
{
    free(network);
}

enum akin_status
akin_network_work_new(struct akin_network_work **out, struct akin_error *err)
{
    *out = malloc(sizeof(**out));
    if (*out == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to run the network");
    return AKIN_OK;
}

void
akin_network_work_free(struct akin_network_work *work)
{
    free(work);
}

/* Moves *w behind the next n weights and gives those. */
static const float *
take(const float **w, size_t n)
{
    const float *here = *w;

    *w += n;
    return here;
}

/* One block from map[0] to map[0]; map[1] is the other map. Strips of rows go
 * through both layers, so that what is between them stays in the cache. */
static size_t
run_block(const struct block *b, float *map[2], size_t edge, float *strip,
          const float **w)
{
    struct akin__depthwise dw = {.in = map[0],
                                 .weight = take(w, 9 * b->n_in),
                                 .bias = take(w, b->n_in),
                                 .edge = edge,
                                 .n = b->n_in,
                                 .stride = b->stride};
    const float *pw = take(w, b->n_in * b->n_out);
    const float *pw_bias = take(w, b->n_out);
    bool is_residual = b->stride == 1 && b->n_in == b->n_out;
    size_t half = edge / b->stride;
    size_t rows = half < STRIP_PX ? STRIP_PX / half : 1;
    float *spare;

    for (size_t y = 0; y < half; y += rows) {
        size_t at = y * half * b->n_out;

        akin__conv_depthwise(&dw, y, y + rows, strip);
        akin__conv_pointwise(strip, rows * half, b->n_in, b->n_out, pw, pw_bias,
                             is_residual ? map[0] + at : NULL, map[1] + at);
    }
    spare = map[0];
    map[0] = map[1];
    map[1] = spare;
    return half;
}

void
akin_network_forward(const struct akin_network *network,
                     struct akin_network_work *work, const float *picture,
                     float *out)
{
    float *map[2] = {work->map[0], work->map[1]};
    const float *w = network->weight, *weight, *bias;
    size_t edge = EDGE / 2, n_pooled = 0;

    weight = take(&w, (size_t)27 * STEM);
    akin__conv_stem(picture, EDGE, weight, take(&w, STEM), map[0]);
    for (size_t i = 0; i < N_BLOCKS; i++) {
        edge = run_block(&blocks[i], map, edge, work->strip, &w);
        if (blocks[i].is_pooled) {
            akin__pool(map[0], edge * edge, blocks[i].n_out,
                       work->pooled + n_pooled);
            n_pooled += 2 * blocks[i].n_out;
        }
    }
    assert(n_pooled == N_POOLED);
    weight = take(&w, N_POOLED * AKIN_N_NETWORK);
    bias = take(&w, AKIN_N_NETWORK);
    assert((size_t)(w - network->weight) == network->n_weights);
    akin__linear(work->pooled, N_POOLED, AKIN_N_NETWORK, weight, bias, out);
}

void
akin_network_compute(const struct akin_network *network,
                     struct akin_network_work *work,
                     const struct akin_plane *plane, struct akin_tile_rect rect,
                     float *out)
{
    akin__network_picture(plane, rect, work->picture);
    akin_network_forward(network, work, work->picture, out);
}
