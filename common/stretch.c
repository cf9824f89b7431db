/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stretch.c - percentiles are exact. Where luminance is a whole number (or
 * one in 256ths) below 65536 they come from one histogram; otherwise from two:
 * one of the upper 16 bits of the floats, put in an order that is that of the
 * numbers (sign and exponent first: Herf, "Radix Tricks", 2001), and one of
 * the lower 16 bits within the bin that holds the rank.
 */
#include "stretch.h"

#include <string.h>

#include "luma.h"
#include "simd.h"

#define HALF_BINS 65536
#define LANES 16

/* A 200th of the pixels lies below the low percentile. */
#define TAIL 200

struct range {
    float low, high;
};

AKIN_SIMD static struct range
extremes(const float *restrict value, size_t n)
{
    struct range range = {value[0], value[0]};
    float low[LANES], high[LANES];
    size_t i = 0;

    for (size_t k = 0; k < LANES; k++)
        low[k] = high[k] = value[0];
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            float v = value[i + k];

            low[k] = v < low[k] ? v : low[k];
            high[k] = v > high[k] ? v : high[k];
        }
    for (size_t k = 0; k < LANES; k++) {
        range.low = low[k] < range.low ? low[k] : range.low;
        range.high = high[k] > range.high ? high[k] : range.high;
    }
    for (; i < n; i++) {
        range.low = value[i] < range.low ? value[i] : range.low;
        range.high = value[i] > range.high ? value[i] : range.high;
    }
    return range;
}

/* The bin that holds rank k, counting from `from`; *before: what lies below
 * it. */
static uint32_t
bin_of_rank(const uint32_t *count, uint32_t from, size_t k, size_t *before)
{
    size_t below = 0;

    while (below + count[from] <= k)
        below += count[from++];
    *before = below;
    return from;
}

/* Values times `factor` are whole and below 65536. */
static struct range
percentiles_whole(const float *value, size_t n, struct range all, float factor,
                  uint32_t *count)
{
    uint32_t first = (uint32_t)(all.low * factor);
    uint32_t last = (uint32_t)(all.high * factor);
    uint32_t *other = count + HALF_BINS;
    size_t k = n / TAIL, before, i = 0;
    struct range range;

    /* Two histograms, so that equal neighbours do not wait for each other. */
    memset(count + first, 0, (last - first + 1) * sizeof(*count));
    memset(other + first, 0, (last - first + 1) * sizeof(*count));
    for (; i + 2 <= n; i += 2) {
        count[(uint32_t)(int32_t)(value[i] * factor)]++;
        other[(uint32_t)(int32_t)(value[i + 1] * factor)]++;
    }
    if (i < n)
        count[(uint32_t)(int32_t)(value[i] * factor)]++;
    for (uint32_t b = first; b <= last; b++)
        count[b] += other[b];
    range.low = (float)bin_of_rank(count, first, k, &before) / factor;
    range.high = (float)bin_of_rank(count, first, n - 1 - k, &before) / factor;
    return range;
}

/* Bits whose order as a number is the order of the floats. */
AKIN_INLINE uint32_t
key_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits ^ (bits >> 31 != 0 ? UINT32_MAX : UINT32_C(1) << 31);
}

static float
value_of(uint32_t key)
{
    uint32_t bits = key ^ (key >> 31 != 0 ? UINT32_C(1) << 31 : UINT32_MAX);
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static float
rank_by_bits(const float *value, size_t n, size_t k, uint32_t *count)
{
    uint32_t high, low;
    size_t before;

    memset(count, 0, HALF_BINS * sizeof(*count));
    for (size_t i = 0; i < n; i++)
        count[key_of(value[i]) >> 16]++;
    high = bin_of_rank(count, 0, k, &before);
    memset(count, 0, HALF_BINS * sizeof(*count));
    for (size_t i = 0; i < n; i++)
        if (key_of(value[i]) >> 16 == high)
            count[key_of(value[i]) & 65535]++;
    low = bin_of_rank(count, 0, k - before, &before);
    return value_of(high << 16 | low);
}

static struct range
percentiles(const float *value, size_t n, const struct akin_plane *plane,
            uint32_t *count)
{
    struct range all = extremes(value, n), range;

    if (plane->sample == AKIN_SAMPLE_U8 ||
        (plane->sample == AKIN_SAMPLE_U16 && plane->channels == 1)) {
        range = percentiles_whole(value, n, all,
                                  plane->channels == 1 ? 1.0f : 256.0f, count);
    } else {
        range.low = rank_by_bits(value, n, n / TAIL, count);
        range.high = rank_by_bits(value, n, n - 1 - n / TAIL, count);
    }
    /* Little but present: what the tails hide must still be seen. */
    return range.low < range.high ? range : all;
}

AKIN_SIMD static void
to_grey(const float *restrict value, size_t n, float low, float scale,
        uint8_t *restrict grey)
{
    for (size_t i = 0; i < n; i++) {
        float v = (value[i] - low) * scale;

        v = v > 0.0f ? v : 0.0f;
        v = v < 255.0f ? v : 255.0f;
        grey[i] = (uint8_t)(int32_t)(v + 0.5f);
    }
}

/* Values so far apart, or so close, that their difference is not a plain
 * number are brought near 1 first. */
static float
scale_of(float *value, size_t n, struct range *range)
{
    float span = range->high - range->low;

    if (span < 1e-30f || span > 1e30f) {
        double low = (double)range->low;
        double wide = (double)range->high - low;

        for (size_t i = 0; i < n; i++)
            value[i] = (float)(((double)value[i] - low) / wide);
        *range = (struct range){0.0f, 1.0f};
        return 255.0f;
    }
    return 255.0f / span;
}

/* Makes the w x h image from its rect.w x rect.h corner, from the last row up,
 * so that nothing is overwritten before it is read. */
static void
mirror_up(uint8_t *grey, struct akin_tile_rect rect, size_t w, size_t h)
{
    for (size_t y = rect.h; y-- > 0;)
        memmove(grey + y * w, grey + y * rect.w, rect.w);
    for (size_t y = 0; y < h; y++) {
        uint8_t *row = grey + y * w;

        if (y >= rect.h)
            memcpy(row, grey + akin__mirror((int64_t)y, rect.h) * w, w);
        for (size_t x = rect.w; x < w; x++)
            row[x] = row[akin__mirror((int64_t)x, rect.w)];
    }
}

float
akin__stretch(struct akin__stretch_work *work, const struct akin_plane *plane,
              struct akin_tile_rect rect, size_t w, size_t h, uint8_t *grey)
{
    size_t n = (size_t)rect.w * rect.h;
    struct range range;
    float white;

    for (uint32_t y = 0; y < rect.h; y++)
        akin__luma_row(plane, rect.x, rect.y + y, rect.w,
                       work->value + (size_t)y * rect.w);
    range = percentiles(work->value, n, plane, work->count);
    white = range.high;
    if (range.low < range.high) {
        float scale = scale_of(work->value, n, &range);

        to_grey(work->value, n, range.low, scale, grey);
    } else {
        memset(grey, 128, n); /* one value all over */
    }
    if (w != rect.w || h != rect.h)
        mirror_up(grey, rect, w, h);
    return white;
}
