/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network_layers.c - the inner loops of the network, written so that gcc
 * vectorises them over channels.
 */
#include "network_internal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "simd.h"

#define LANES ((size_t)16) /* channels handled together: a vec */
#define ROWS_MAX 8   /* px and panels of LANES outputs that the 1 x 1 layer */
#define PANELS_MAX 2 /* handles together, at most */
#define POOL_FLOOR 1e-5f
#define POOL_GROUPS ((size_t)4)
#define LINEAR_GROUPS ((size_t)8)
#define ROW_MAX ((size_t)4096) /* floats in a row of a map */

/* LANES floats in the compiler's vector arithmetic: one register or several, as
 * the processor has them. */
typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int bits __attribute__((vector_size(4 * LANES)));

AKIN_INLINE vec
load(const float *from)
{
    vec v;

    memcpy(&v, from, sizeof(v));
    return v;
}

AKIN_INLINE void
store_relu(vec v, float *to)
{
    /* All bits of a lane are set where v is positive. */
    bits positive = (bits)v & (v > (vec){0});

    memcpy(to, &positive, sizeof(positive));
}

#define STEM_EDGE_MAX 128
#define STEM_PX ((size_t)8) /* outputs side by side */

/* Eight outputs of the first layer, from n colours; rows begin one px to the
 * left of the first one's middle. */
AKIN_INLINE void
stem_some(const float *const rows[3], size_t n, const float *weight, vec bias,
          float *out)
{
    vec acc[STEM_PX];

    for (size_t p = 0; p < STEM_PX; p++)
        acc[p] = bias;
    for (size_t ky = 0; ky < 3; ky++)
        for (size_t k = 0; k < 3 * n; k++) { /* three px, n colours */
            vec w = load(weight + (ky * 3 * n + k) * LANES);

            for (size_t p = 0; p < STEM_PX; p++)
                acc[p] += rows[ky][2 * n * p + k] * w;
        }
    for (size_t p = 0; p < STEM_PX; p++)
        store_relu(acc[p], out + p * LANES);
}

/* Row y of the picture behind one px of zeros; outside, only zeros. */
static void
pad_picture_row(const float *in, size_t edge, size_t n, size_t y, float *padded)
{
    memset(padded, 0, n * sizeof(*padded));
    memcpy(padded + n, in + y * edge * n, edge * n * sizeof(*padded));
}

AKIN_INLINE void
stem(const float *in, size_t edge, size_t n, const float *weight,
     const float *bias, float *out)
{
    float padded[3][(STEM_EDGE_MAX + 1) * 3] = {{0}};
    size_t half = edge / 2;

    for (size_t y = 0; y < half; y++) {
        /* The row above, 2 y - 1, is the last one of the time before. */
        memcpy(padded[0], padded[2], sizeof(padded[0]));
        pad_picture_row(in, edge, n, 2 * y, padded[1]);
        pad_picture_row(in, edge, n, 2 * y + 1, padded[2]);
        for (size_t x = 0; x < half; x += STEM_PX) {
            size_t at = 2 * n * x;
            const float *const rows[3] = {padded[0] + at, padded[1] + at,
                                          padded[2] + at};

            stem_some(rows, n, weight, load(bias),
                      out + (y * half + x) * LANES);
        }
    }
}

AKIN_SIMD_FMA void
akin__conv_stem(const float *in, size_t edge, size_t n, const float *weight,
                const float *bias, float *out)
{
    assert(edge <= STEM_EDGE_MAX && edge / 2 % STEM_PX == 0);
    assert(n == 1 || n == 3);
    if (n == 1)
        stem(in, edge, 1, weight, bias, out);
    else
        stem(in, edge, 3, weight, bias, out);
}

/* One column of three px, one group of channels. */
struct column {
    vec v[3];
};

AKIN_INLINE struct column
load_column(const float *const rows[3], size_t at)
{
    return (struct column){
        {load(rows[0] + at), load(rows[1] + at), load(rows[2] + at)}};
}

/* One row, one group of channels: the weights stay in registers, and what was
 * loaded for one px serves its neighbours. */
AKIN_INLINE void
depthwise_row(const float *const rows[3], size_t edge, size_t n, size_t stride,
              const float *weight, vec bias, float *out)
{
    struct column left = {{{0}}}, here = load_column(rows, 0), right;
    vec w[9];

    for (size_t k = 0; k < 9; k++)
        w[k] = load(weight + k * n);
    for (size_t x = 0; x < edge; x += stride, out += n) {
        vec acc = bias;

        right = (struct column){{{0}}};
        if (x + 1 < edge)
            right = load_column(rows, (x + 1) * n);
        for (size_t k = 0; k < 3; k++) { /* one fused step each */
            acc += left.v[k] * w[3 * k];
            acc += here.v[k] * w[3 * k + 1];
            acc += right.v[k] * w[3 * k + 2];
        }
        store_relu(acc, out);
        left = stride == 1 ? here : right;
        here = right;
        if (stride == 2 && x + 2 < edge)
            here = load_column(rows, (x + 2) * n);
    }
}

AKIN_INLINE void
depthwise(const struct akin__depthwise *job, size_t stride, size_t first,
          size_t last, float *out)
{
    static const float outside[ROW_MAX]; /* zeros */
    const float *top = job->before != NULL ? job->before : outside;
    size_t n = job->n, row = job->edge * n, half = job->edge / stride;

    for (size_t y = first; y < last; y++, out += half * n) {
        const float *here = job->in + y * stride * row;
        const float *above = y > 0 ? here - row : top;
        const float *below = y * stride + 1 < job->edge ? here + row : outside;

        for (size_t g = 0; g < n; g += LANES) {
            const float *const rows[3] = {above + g, here + g, below + g};

            depthwise_row(rows, job->edge, n, stride, job->weight + g,
                          load(job->bias + g), out + g);
        }
    }
}

AKIN_SIMD_FMA void
akin__conv_depthwise(const struct akin__depthwise *job, size_t first,
                     size_t last, float *out)
{
    assert(job->edge * job->n <= ROW_MAX);
    assert(job->stride == 1 || job->stride == 2);
    if (job->stride == 1)
        depthwise(job, 1, first, last, out);
    else
        depthwise(job, 2, first, last, out);
}

void
akin__pack_pointwise(const float *weight, size_t n_in, size_t n_out,
                     float *packed)
{
    if (akin__has_amx()) {
        akin__amx_pack(weight, n_in, n_out, packed);
        return;
    }
    for (size_t g = 0; g < n_out; g += LANES)
        for (size_t i = 0; i < n_in; i++, packed += LANES)
            memcpy(packed, weight + i * n_out + g, LANES * sizeof(*packed));
}

/* What a block of the 1 x 1 layer needs to know. */
struct pointwise {
    const float *in, *weight, *bias, *residual;
    float *out;
    size_t n_in, n_out;
};

/* rows px by panels x LANES outputs, kept in registers over the whole sum. */
AKIN_INLINE void
pointwise_block(const struct pointwise *job, size_t px, size_t g, size_t rows,
                size_t panels)
{
    const float *in = job->in + px * job->n_in;
    size_t n_in = job->n_in, at = px * job->n_out + g;
    const float *weight = job->weight + g * n_in;
    vec acc[ROWS_MAX][PANELS_MAX];

    for (size_t r = 0; r < rows; r++)
        for (size_t p = 0; p < panels; p++) {
            acc[r][p] = load(job->bias + g + p * LANES);
            if (job->residual != NULL)
                acc[r][p] +=
                    load(job->residual + at + r * job->n_out + p * LANES);
        }
    for (size_t i = 0; i < n_in; i++)
        for (size_t p = 0; p < panels; p++) {
            vec w = load(weight + (p * n_in + i) * LANES);

            for (size_t r = 0; r < rows; r++)
                acc[r][p] += in[r * n_in + i] * w;
        }
    for (size_t r = 0; r < rows; r++)
        for (size_t p = 0; p < panels; p++)
            store_relu(acc[r][p], job->out + at + r * job->n_out + p * LANES);
}

/* As many sums side by side as the registers hold: 32 of 16 floats, or 16 of 8
 * and fewer. */
AKIN_SIMD_WIDE static void
pointwise_wide(const struct pointwise *job, size_t n_px)
{
    for (size_t g = 0; g < job->n_out; g += 2 * LANES)
        for (size_t p = 0; p < n_px; p += 8)
            pointwise_block(job, p, g, 8, 2);
}

AKIN_SIMD_NARROW static void
pointwise_narrow(const struct pointwise *job, size_t n_px)
{
    for (size_t g = 0; g < job->n_out; g += LANES)
        for (size_t p = 0; p < n_px; p += 4)
            pointwise_block(job, p, g, 4, 1);
}

void
akin__conv_pointwise(const float *in, size_t n_px, size_t n_in, size_t n_out,
                     const float *weight, const float *bias,
                     const float *residual, float *out)
{
    struct pointwise job = {in, weight, bias, residual, out, n_in, n_out};

    if (akin__has_amx())
        akin__amx_pointwise(in, n_px, n_in, n_out, weight, bias, residual, out);
    else if (akin__has_wide_simd())
        pointwise_wide(&job, n_px);
    else
        pointwise_narrow(&job, n_px);
}

/* Channels of one group of POOL_GROUPS * LANES. */
AKIN_INLINE void
pool_groups(const float *in, size_t n_px, size_t n, float *mean,
            float *deviation)
{
    vec sum[POOL_GROUPS] = {{0}}, squares[POOL_GROUPS] = {{0}};
    float scale = 1.0f / (float)n_px;

    for (size_t p = 0; p < n_px; p++)
        for (size_t g = 0; g < POOL_GROUPS; g++)
            sum[g] += load(in + p * n + g * LANES);
    for (size_t g = 0; g < POOL_GROUPS; g++)
        sum[g] *= scale;
    for (size_t p = 0; p < n_px; p++)
        for (size_t g = 0; g < POOL_GROUPS; g++) {
            vec d = load(in + p * n + g * LANES) - sum[g];

            squares[g] += d * d;
        }
    for (size_t g = 0; g < POOL_GROUPS; g++) {
        vec variance = squares[g] * scale + POOL_FLOOR;

        memcpy(mean + g * LANES, &sum[g], sizeof(vec));
        memcpy(deviation + g * LANES, &variance, sizeof(vec));
    }
}

AKIN_SIMD_FMA void
akin__pool(const float *in, size_t n_px, size_t n, float *out)
{
    float *deviation = out + n;

    assert(n % (POOL_GROUPS * LANES) == 0);
    for (size_t k = 0; k < n; k += POOL_GROUPS * LANES)
        pool_groups(in + k, n_px, n, out + k, deviation + k);
    for (size_t k = 0; k < n; k++)
        deviation[k] = sqrtf(deviation[k]);
}

AKIN_SIMD_FMA void
akin__linear(const float *in, size_t n_in, size_t n_out, const float *weight,
             const float *bias, float *out)
{
    assert(n_out % (LINEAR_GROUPS * LANES) == 0);
    for (size_t k = 0; k < n_out; k += LINEAR_GROUPS * LANES) {
        vec acc[LINEAR_GROUPS];

        for (size_t g = 0; g < LINEAR_GROUPS; g++)
            acc[g] = load(bias + k + g * LANES);
        for (size_t i = 0; i < n_in; i++)
            for (size_t g = 0; g < LINEAR_GROUPS; g++)
                acc[g] += in[i] * load(weight + i * n_out + k + g * LANES);
        memcpy(out + k, acc, sizeof(acc));
    }
}
