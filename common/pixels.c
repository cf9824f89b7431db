/* SPDX-License-Identifier: Apache-2.0 */
#include "pixels.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "float16.h"

bool
akin__samples_known(const struct akin__samples *s)
{
    if (s->per_px == 0)
        return false;
    switch (s->kind) {
    case AKIN__UINT:
        return (s->bits >= 1 && s->bits <= 16) || s->bits == 32 ||
               s->bits == 64;
    case AKIN__INT:
        return s->bits == 8 || s->bits == 16 || s->bits == 32 || s->bits == 64;
    case AKIN__FLOAT:
        return s->bits == 16 || s->bits == 32 || s->bits == 64;
    }
    return false;
}

enum akin_sample
akin__samples_target(const struct akin__samples *s)
{
    if (s->kind == AKIN__FLOAT || s->bits > 16)
        return AKIN_SAMPLE_F32;
    return s->bits <= 8 ? AKIN_SAMPLE_U8 : AKIN_SAMPLE_U16;
}

/* Sample number i of a row that is packed most significant bit first. */
static unsigned
packed_sample(const uint8_t *src, uint32_t bits, size_t i)
{
    size_t bit = i * bits;
    const uint8_t *p = src + bit / 8;
    unsigned have = 8 - (unsigned)(bit % 8);
    uint32_t v = *p & ((1u << have) - 1u);

    while (have < bits) {
        v = v << 8 | *++p;
        have += 8;
    }
    return v >> (have - bits);
}

static void
copy_u8(const uint8_t *src, size_t step, size_t n, uint8_t *dst,
        size_t dst_step, uint8_t flip)
{
    if (step == 1 && dst_step == 1 && flip == 0)
        memcpy(dst, src, n);
    else if (step == 1 && dst_step == 1)
        for (size_t i = 0; i < n; i++)
            dst[i] = src[i] ^ flip;
    else
        for (size_t i = 0; i < n; i++)
            dst[i * dst_step] = src[i * step] ^ flip;
}

static void
copy_u16(const uint16_t *src, size_t step, size_t n, uint16_t *dst,
         size_t dst_step, uint16_t flip)
{
    if (step == 1 && dst_step == 1 && flip == 0)
        memcpy(dst, src, n * sizeof(*dst));
    else if (step == 1 && dst_step == 1)
        for (size_t i = 0; i < n; i++)
            dst[i] = src[i] ^ flip;
    else
        for (size_t i = 0; i < n; i++)
            dst[i * dst_step] = src[i * step] ^ flip;
}

static void
copy_packed(const struct akin__samples *s, const uint8_t *src, uint32_t first,
            size_t n, void *dst, size_t dst_step)
{
    unsigned max = (1u << s->bits) - 1u;
    unsigned flip = s->is_inverted ? max : 0;

    if (s->bits <= 8) {
        uint8_t scaled[256];
        uint8_t *out = dst;

        for (unsigned v = 0; v <= max; v++)
            scaled[v] = (uint8_t)(((v ^ flip) * 255 + max / 2) / max);
        for (size_t i = 0; i < n; i++)
            out[i * dst_step] =
                scaled[packed_sample(src, s->bits, i * s->per_px + first)];
    } else {
        uint16_t *out = dst;

        for (size_t i = 0; i < n; i++)
            out[i * dst_step] =
                (uint16_t)(packed_sample(src, s->bits, i * s->per_px + first) ^
                           flip);
    }
}

/* n samples of `type`, every step-th, as floats. Rows of tiles need not be
 * aligned, so each sample is loaded with memcpy. */
#define COPY_AS_FLOAT(type, convert)                                           \
    for (size_t i = 0; i < n; i++) {                                           \
        type v;                                                                \
                                                                               \
        memcpy(&v, src + (i * step + first) * sizeof(v), sizeof(v));           \
        dst[i * dst_step] = sign * convert(v);                                 \
    }
#define PLAIN_FLOAT(v) ((float)(v))

/* A double beyond float's range becomes infinite, not undefined. */
static float
double_to_float(double v)
{
    if (v > (double)FLT_MAX)
        return HUGE_VALF;
    return v < -(double)FLT_MAX ? -HUGE_VALF : (float)v;
}

static void
copy_floats(const struct akin__samples *s, const uint8_t *src, uint32_t first,
            size_t n, float *dst, size_t dst_step)
{
    size_t step = s->per_px;
    float sign = s->is_inverted ? -1.0f : 1.0f;

    if (s->kind == AKIN__FLOAT && s->bits == 32)
        COPY_AS_FLOAT(float, PLAIN_FLOAT)
    else if (s->kind == AKIN__FLOAT && s->bits == 64)
        COPY_AS_FLOAT(double, double_to_float)
    else if (s->kind == AKIN__FLOAT)
        COPY_AS_FLOAT(uint16_t, akin__half_to)
    else if (s->kind == AKIN__INT && s->bits == 32)
        COPY_AS_FLOAT(int32_t, PLAIN_FLOAT)
    else if (s->kind == AKIN__INT)
        COPY_AS_FLOAT(int64_t, PLAIN_FLOAT)
    else if (s->bits == 32)
        COPY_AS_FLOAT(uint32_t, PLAIN_FLOAT)
    else
        COPY_AS_FLOAT(uint64_t, PLAIN_FLOAT)
}

void
akin__samples_copy(const struct akin__samples *s, const uint8_t *src,
                   uint32_t first, size_t n_px, void *dst, size_t dst_step)
{
    unsigned flip = s->is_inverted ? 0xffffu : 0;

    assert(first < s->per_px && akin__samples_known(s));
    if (akin__samples_target(s) == AKIN_SAMPLE_F32) {
        copy_floats(s, src, first, n_px, dst, dst_step);
    } else if (s->bits == 8) {
        flip ^= s->kind == AKIN__INT ? 0x80u : 0;
        copy_u8(src + first, s->per_px, n_px, dst, dst_step, (uint8_t)flip);
    } else if (s->bits == 16) {
        /* 16-bit rows begin at even addresses: their buffers do, and their
         * lengths are even. */
        flip ^= s->kind == AKIN__INT ? 0x8000u : 0;
        copy_u16((const uint16_t *)(const void *)src + first, s->per_px, n_px,
                 dst, dst_step, (uint16_t)flip);
    } else {
        copy_packed(s, src, first, n_px, dst, dst_step);
    }
}

void
akin__samples_raw(const struct akin__samples *s, const uint8_t *src,
                  uint32_t first, size_t n_px, uint16_t *dst)
{
    assert(first < s->per_px && s->kind == AKIN__UINT && s->bits <= 16);
    if (s->bits == 8)
        for (size_t i = 0; i < n_px; i++)
            dst[i] = src[i * s->per_px + first];
    else if (s->bits == 16)
        copy_u16((const uint16_t *)(const void *)src + first, s->per_px, n_px,
                 dst, 1, 0);
    else
        for (size_t i = 0; i < n_px; i++)
            dst[i] =
                (uint16_t)packed_sample(src, s->bits, i * s->per_px + first);
}

void
akin__palette_row(const struct akin__palette *palette, const uint16_t *index,
                  size_t n_px, uint8_t *rgb)
{
    for (size_t i = 0; i < n_px; i++, rgb += 3)
        for (int k = 0; k < 3; k++) {
            unsigned v = index[i] < palette->n ? palette->map[k][index[i]] : 0;

            rgb[k] = (uint8_t)(v >> palette->shift);
        }
}

void
akin__ink_row_u8(const uint8_t *ink, uint32_t per_px, size_t n_px, uint8_t *rgb)
{
    for (size_t i = 0; i < n_px; i++, ink += per_px, rgb += 3)
        for (int k = 0; k < 3; k++)
            rgb[k] =
                (uint8_t)(((255u - ink[k]) * (255u - ink[3]) + 127u) / 255u);
}

void
akin__ink_row_u16(const uint16_t *ink, uint32_t per_px, size_t n_px,
                  uint16_t *rgb)
{
    for (size_t i = 0; i < n_px; i++, ink += per_px, rgb += 3)
        for (int k = 0; k < 3; k++)
            rgb[k] =
                (uint16_t)(((uint64_t)(65535u - ink[k]) * (65535u - ink[3]) +
                            32767u) /
                           65535u);
}

void
akin__make_finite(float *px, size_t n)
{
    float low = HUGE_VALF;
    float high = -HUGE_VALF;
    size_t n_finite = 0;

    for (size_t i = 0; i < n; i++) {
        /* A product with 0 is 0 only for finite numbers. */
        bool is_finite = px[i] * 0.0f == 0.0f;

        n_finite += is_finite;
        low = is_finite && px[i] < low ? px[i] : low;
        high = is_finite && px[i] > high ? px[i] : high;
    }
    if (n_finite == n)
        return;
    if (n_finite == 0)
        low = high = 0;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(px[i]))
            px[i] = px[i] > 0 ? high : low;
}
