/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network_layers.c - the inner loops of the network, written so that gcc
 * vectorises them over channels.
 */
#include "network_internal.h"

#include <math.h>
#include <string.h>

#include "simd.h"

#define LANES 16 /* channels handled together: a vec */
#define ROWS 4   /* px handled together in the 1 x 1 layer */
#define POOL_FLOOR 1e-5f

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

AKIN_SIMD void
akin__conv_stem(const float *in, size_t edge, const float *weight,
                const float *bias, float *out)
{
    size_t half = edge / 2;

    for (size_t y = 0; y < half; y++)
        for (size_t x = 0; x < half; x++) {
            vec acc = load(bias);

            for (size_t ky = 0; ky < 3; ky++)
                for (size_t kx = 0; kx < 3; kx++) {
                    size_t sy = 2 * y + ky, sx = 2 * x + kx; /* one too many */
                    const float *w = weight + (ky * 3 + kx) * 3 * LANES;
                    const float *px;

                    if (sy < 1 || sx < 1 || sy > edge || sx > edge)
                        continue;
                    px = in + ((sy - 1) * edge + sx - 1) * 3;
                    for (size_t c = 0; c < 3; c++)
                        acc += px[c] * load(w + c * LANES);
                }
            store_relu(acc, out + (y * half + x) * LANES);
        }
}

/* One output px of one group of channels. */
AKIN_INLINE void
depthwise_px(const float *in, size_t edge, size_t n, size_t sy, size_t sx,
             const float *weight, const float *bias, float *to)
{
    vec acc = load(bias);

    for (size_t ky = 0; ky < 3; ky++)
        for (size_t kx = 0; kx < 3; kx++) {
            size_t y = sy + ky, x = sx + kx; /* one too many */
            const float *w = weight + (ky * 3 + kx) * n;
            const float *px;

            if (y < 1 || x < 1 || y > edge || x > edge)
                continue;
            px = in + ((y - 1) * edge + x - 1) * n;
            acc += load(px) * load(w);
        }
    store_relu(acc, to);
}

AKIN_SIMD void
akin__conv_depthwise(const float *in, size_t edge, size_t n, size_t stride,
                     const float *weight, const float *bias, float *out)
{
    size_t half = edge / stride;

    for (size_t y = 0; y < half; y++)
        for (size_t x = 0; x < half; x++)
            for (size_t g = 0; g < n; g += LANES)
                depthwise_px(in + g, edge, n, y * stride, x * stride,
                             weight + g, bias + g,
                             out + (y * half + x) * n + g);
}

/* ROWS px by LANES outputs, kept in registers over the whole sum. */
AKIN_INLINE void
pointwise_block(const float *in, size_t n_in, size_t n_out, const float *weight,
                const float *bias, const float *residual, float *out)
{
    vec acc[ROWS];

    for (size_t r = 0; r < ROWS; r++)
        acc[r] = load(bias);
    for (size_t i = 0; i < n_in; i++) {
        vec w = load(weight + i * n_out);

        for (size_t r = 0; r < ROWS; r++)
            acc[r] += in[r * n_in + i] * w;
    }
    for (size_t r = 0; r < ROWS; r++) {
        if (residual != NULL)
            acc[r] += load(residual + r * n_out);
        store_relu(acc[r], out + r * n_out);
    }
}

AKIN_SIMD void
akin__conv_pointwise(const float *in, size_t n_px, size_t n_in, size_t n_out,
                     const float *weight, const float *bias,
                     const float *residual, float *out)
{
    for (size_t g = 0; g < n_out; g += LANES)
        for (size_t p = 0; p < n_px; p += ROWS)
            pointwise_block(in + p * n_in, n_in, n_out, weight + g, bias + g,
                            residual == NULL ? NULL : residual + p * n_out + g,
                            out + p * n_out + g);
}

AKIN_SIMD void
akin__pool(const float *in, size_t n_px, size_t n, float *out)
{
    float *mean = out, *deviation = out + n;
    float scale = 1.0f / (float)n_px;

    memset(out, 0, 2 * n * sizeof(*out));
    for (size_t p = 0; p < n_px; p++)
        for (size_t k = 0; k < n; k++)
            mean[k] += in[p * n + k] * scale;
    for (size_t p = 0; p < n_px; p++)
        for (size_t k = 0; k < n; k++) {
            float d = in[p * n + k] - mean[k];

            deviation[k] += d * d * scale;
        }
    for (size_t k = 0; k < n; k++)
        deviation[k] = sqrtf(deviation[k] + POOL_FLOOR);
}
