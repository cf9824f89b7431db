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
#include "simd.h"

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
/* The largest map: after the stem, 64 x 64 px with 16 channels; after the
 * second block as many numbers. Between the first two blocks, which run
 * together, there are only so many rows of 64 px with 32 channels, and the one
 * above them. */
#define MAP_MAX (EDGE / 2 * (EDGE / 2) * STEM)
#define ROWS ((size_t)16)
#define BETWEEN ((ROWS + 1) * (EDGE / 2) * 32)
/* Px of a map that go through a block at once: as many as fit into a strip, all
 * of a small map. The 1 x 1 layer asks for a multiple of 32, and each call of
 * it costs something to begin with. */
#define STRIP_MAX ((size_t)16384)

/* What vector registers and tiles are loaded from begins where a line of the
 * cache does; all layers have a multiple of one as weights. */
#define LINE 64 /* AKIN__LINE */

struct akin_network {
    size_t n_weights;
    /* The first layer's weights when all three colours are the same. */
    _Alignas(LINE) float grey_stem[9 * STEM];
    _Alignas(LINE) float weight[];
};

struct akin_network_work {
    _Alignas(LINE) float picture[AKIN_NETWORK_EDGE * AKIN_NETWORK_EDGE * 3];
    _Alignas(LINE) float map[2][MAP_MAX];
    _Alignas(LINE) float between[BETWEEN];
    _Alignas(LINE) float strip[STRIP_MAX];
    _Alignas(LINE) float pooled[N_POOLED];
};

static size_t
weights_needed(void)
{
    size_t n = 27 * STEM + STEM;

    for (size_t i = 0; i < N_BLOCKS; i++)
        n += 10 * blocks[i].n_in + (blocks[i].n_in + 1) * blocks[i].n_out;
    return n + (N_POOLED + 1) * AKIN_N_NETWORK;
}

/* Adds up what the three colours weigh. */
static void
sum_colours(const float *weight, float *grey)
{
    for (size_t i = 0; i < (size_t)9 * STEM; i++) {
        const float *w = weight + i / STEM * 3 * STEM + i % STEM;

        grey[i] = w[0] + w[STEM] + w[(size_t)2 * STEM];
    }
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
    network = akin__new_lines(sizeof(*network) + n * sizeof(float));
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
    sum_colours(network->weight, network->grey_stem);
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
    *out = akin__new_lines(sizeof(**out));
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

/* Rows of a map, `edge` px each of n channels, that go through together. */
static size_t
rows_together(size_t edge, size_t n)
{
    size_t rows = STRIP_MAX / (edge * n);

    return rows < edge ? rows : edge;
}

/* What a block computes with. */
struct layers {
    struct akin__depthwise depthwise;
    const float *pointwise, *bias;
    bool is_residual;
    size_t n_out;
};

/* Takes the weights of a block whose input has this edge. */
static struct layers
take_block(const struct block *b, size_t edge, const float **w)
{
    struct layers l = {.n_out = b->n_out};

    l.depthwise = (struct akin__depthwise){.weight = take(w, 9 * b->n_in),
                                           .bias = take(w, b->n_in),
                                           .edge = edge,
                                           .n = b->n_in,
                                           .stride = b->stride};
    l.pointwise = take(w, b->n_in * b->n_out);
    l.bias = take(w, b->n_out);
    l.is_residual = b->stride == 1 && b->n_in == b->n_out;
    return l;
}

/* Rows y..y + n - 1 of a block's output, to out, through both layers, so that
 * what is between them stays in the cache. */
static void
run_rows(const struct layers *l, size_t y, size_t n, float *strip, float *out)
{
    const struct akin__depthwise *dw = &l->depthwise;
    size_t half = dw->edge / dw->stride;

    akin__conv_depthwise(dw, y, y + n, strip);
    akin__conv_pointwise(
        strip, n * half, dw->n, l->n_out, l->pointwise, l->bias,
        l->is_residual ? dw->in + y * half * l->n_out : NULL, out);
}

/* One block from map[0] to map[0]; map[1] is the other map. */
static size_t
run_block(const struct block *b, float *map[2], size_t edge, float *strip,
          const float **w)
{
    struct layers l = take_block(b, edge, w);
    size_t half = edge / b->stride, rows = rows_together(half, b->n_in);
    float *spare;

    l.depthwise.in = map[0];
    for (size_t y = 0; y < half; y += rows)
        run_rows(&l, y, rows, strip, map[1] + y * half * b->n_out);
    spare = map[0];
    map[0] = map[1];
    map[1] = spare;
    return half;
}

/* The first two blocks: the map between them is the largest of all, and as a
 * whole it would push weights out of the cache. */
static size_t
run_first_blocks(float *map[2], size_t edge, float *between, float *strip,
                 const float **w)
{
    struct layers one = take_block(&blocks[0], edge, w);
    struct layers two = take_block(&blocks[1], edge, w);
    size_t row = edge * blocks[0].n_out, half = edge / 2;
    float *spare;

    one.depthwise.in = map[0];
    two.depthwise.in = between + row;
    for (size_t y = 0; y < edge; y += ROWS) {
        run_rows(&one, y, ROWS, strip, between + row);
        run_rows(&two, 0, ROWS / 2, strip, map[1] + y / 2 * half * two.n_out);
        memcpy(between, between + ROWS * row, row * sizeof(*between));
        two.depthwise.before = between;
    }
    spare = map[0];
    map[0] = map[1];
    map[1] = spare;
    return half;
}

/* picture: of n colours, 1 or 3. */
static void
forward(const struct akin_network *network, struct akin_network_work *work,
        const float *picture, size_t n, float *out)
{
    float *map[2] = {work->map[0], work->map[1]};
    const float *w = network->weight, *weight, *bias;
    size_t edge = EDGE / 2, n_pooled = 0;

    weight = take(&w, (size_t)27 * STEM);
    akin__conv_stem(picture, EDGE, n, n == 1 ? network->grey_stem : weight,
                    take(&w, STEM), map[0]);
    edge = run_first_blocks(map, edge, work->between, work->strip, &w);
    for (size_t i = 2; i < N_BLOCKS; i++) {
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
akin_network_forward(const struct akin_network *network,
                     struct akin_network_work *work, const float *picture,
                     float *out)
{
    forward(network, work, picture, 3, out);
}

void
akin_network_compute(const struct akin_network *network,
                     struct akin_network_work *work,
                     const struct akin_plane *plane, struct akin_tile_rect rect,
                     float *out)
{
    akin__network_picture(plane, rect, work->picture);
    forward(network, work, work->picture, plane->channels, out);
}
