/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stretch.c - percentiles are exact, for every sample type: a histogram of
 * 1024 even bins over the values' range finds the bins that hold the two ranks;
 * the values of those bins alone are then put in order.
 */
#include "stretch.h"

#include <math.h>
#include <string.h>

#include "luma.h"
#include "simd.h"

#define BINS AKIN__STRETCH_BINS
#define LANES 128 /* minima kept side by side, for vector registers */

#define PART 64 /* values that are looked through at once */

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

/* The bin of each value: monotonous, since rounding is. */
AKIN_SIMD static void
find_bins(const float *restrict value, size_t n, struct range all,
          uint16_t *restrict bin)
{
    float scale = ((float)BINS - 0.5f) / (all.high - all.low);

    for (size_t i = 0; i < n; i++) {
        float place = (value[i] - all.low) * scale;

        place = place < (float)BINS - 1.0f ? place : (float)BINS - 1.0f;
        bin[i] = (uint16_t)(int32_t)place;
    }
}

static void
count_bins(const uint16_t *bin, size_t n, uint32_t count[BINS])
{
    uint32_t lane[4][BINS]; /* so that equal neighbours do not wait */
    size_t i = 0;

    memset(lane, 0, sizeof(lane));
    for (; i + 4 <= n; i += 4) {
        lane[0][bin[i]]++;
        lane[1][bin[i + 1]]++;
        lane[2][bin[i + 2]]++;
        lane[3][bin[i + 3]]++;
    }
    for (; i < n; i++)
        lane[0][bin[i]]++;
    for (size_t b = 0; b < BINS; b++)
        count[b] = lane[0][b] + lane[1][b] + lane[2][b] + lane[3][b];
}

AKIN_SIMD static bool
holds(const uint16_t *restrict bin, size_t n, uint16_t b)
{
    uint16_t any = 0;

    for (size_t i = 0; i < n; i++)
        any |= (uint16_t)(bin[i] == b ? 1 : 0);
    return any != 0;
}

/* The value of rank k. distinct: a bin holds but one value. */
static float
value_of_rank(struct akin__stretch_work *work, size_t n,
              const uint32_t count[BINS], size_t k, bool distinct)
{
    struct range range;
    size_t below = 0, found = 0;
    uint16_t b = 0;

    while (below + count[b] <= k)
        below += count[b++];
    if (distinct) {
        while (work->bin[found] != b)
            found++;
        return work->value[found];
    }
    for (size_t at = 0; at < n; at += PART) {
        size_t end = n - at < PART ? n : at + PART;

        if (!holds(work->bin + at, end - at, b))
            continue;
        for (size_t i = at; i < end; i++)
            if (work->bin[i] == b)
                work->some[found++] = work->value[i];
    }
    range = extremes(work->some, found);
    if (range.low >= range.high) /* often: a bin of one whole number */
        return range.low;
    return akin__rank_of(work->some, found, k - below);
}

static struct range
percentiles(struct akin__stretch_work *work, size_t n, struct range all,
            bool whole)
{
    bool distinct = whole && all.high - all.low < BINS / 2.0f;
    uint32_t count[BINS];
    struct range range;

    find_bins(work->value, n, all, work->bin);
    count_bins(work->bin, n, count);
    range.low = value_of_rank(work, n, count, n / TAIL, distinct);
    range.high = value_of_rank(work, n, count, n - 1 - n / TAIL, distinct);
    /* Little but present: what the tails hide must still be seen. */
    return range.low < range.high ? range : all;
}

AKIN_INLINE uint8_t
grey_of(float value, float low, float scale)
{
    float v = (value - low) * scale;

    v = v > 0.0f ? v : 0.0f;
    v = v < 255.0f ? v : 255.0f;
    return (uint8_t)(int32_t)(v + 0.5f);
}

AKIN_SIMD static void
to_grey(const float *restrict value, size_t n, struct range range,
        uint8_t *restrict grey)
{
    float scale = 255.0f / (range.high - range.low);

    for (size_t i = 0; i < n; i++)
        grey[i] = grey_of(value[i], range.low, scale);
}

/* Values so far apart, or so close, that the arithmetic above would leave the
 * plain numbers are brought to 0..1 first. */
static struct range
normalise(float *value, size_t n, struct range all)
{
    double low = (double)all.low, wide = (double)all.high - low;

    for (size_t i = 0; i < n; i++)
        value[i] = (float)(((double)value[i] - low) / wide);
    return (struct range){0.0f, 1.0f};
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

/* work->value to grey; gives the 99.5 percentile. whole: all values are whole
 * numbers. */
static float
stretch_values(struct akin__stretch_work *work, size_t n, bool whole,
               uint8_t *grey)
{
    struct range all = extremes(work->value, n), used = all, range;
    float span = all.high - all.low;

    if (!(all.low < all.high)) {
        memset(grey, 128, n); /* one value all over */
        return all.high;
    }
    if (span < 1e-30f || span > 1e30f)
        used = normalise(work->value, n, all);
    range = percentiles(work, n, used, whole);
    if (range.high - range.low < 1e-30f)
        range = used;
    to_grey(work->value, n, range, grey);
    if (span < 1e-30f || span > 1e30f)
        return (float)((double)all.low +
                       (double)range.high *
                           ((double)all.high - (double)all.low));
    return range.high;
}

/* Counts the bytes of h rows, `stride` px apart; four tables, so that equal
 * neighbours do not wait for each other. */
static void
count_bytes(const uint8_t *px, size_t stride, size_t w, size_t h,
            uint32_t count[256])
{
    uint32_t lane[4][256];

    memset(lane, 0, sizeof(lane));
    for (size_t y = 0; y < h; y++, px += stride) {
        size_t i = 0;

        for (; i + 4 <= w; i += 4) {
            lane[0][px[i]]++;
            lane[1][px[i + 1]]++;
            lane[2][px[i + 2]]++;
            lane[3][px[i + 3]]++;
        }
        for (; i < w; i++)
            lane[0][px[i]]++;
    }
    for (size_t v = 0; v < 256; v++)
        count[v] = lane[0][v] + lane[1][v] + lane[2][v] + lane[3][v];
}

/* to_grey of bytes. */
AKIN_SIMD static void
bytes_to_grey(const uint8_t *restrict px, size_t n, struct range range,
              uint8_t *restrict grey)
{
    float scale = 255.0f / (range.high - range.low);

    for (size_t i = 0; i < n; i++)
        grey[i] = grey_of((float)px[i], range.low, scale);
}

/* The k-th smallest of the values that were counted. */
static size_t
counted_rank(const uint32_t count[256], size_t k)
{
    size_t below = 0, v = 0;

    while (below + count[v] <= k)
        below += count[v++];
    return v;
}

/* The same for grey bytes, whose counts become those of grey. */
static float
stretch_bytes(const struct akin_plane *plane, struct akin_tile_rect rect,
              uint8_t *grey, uint32_t count[256])
{
    const uint8_t *px =
        (const uint8_t *)plane->px + (size_t)rect.y * plane->width + rect.x;
    size_t n = (size_t)rect.w * rect.h;
    uint32_t counted[256];
    struct range range;

    count_bytes(px, plane->width, rect.w, rect.h, counted);
    memset(count, 0, 256 * sizeof(*count));
    range.low = (float)counted_rank(counted, n / TAIL);
    range.high = (float)counted_rank(counted, n - 1 - n / TAIL);
    if (!(range.low < range.high)) /* what the tails hide must be seen */
        range = (struct range){(float)counted_rank(counted, 0),
                               (float)counted_rank(counted, n - 1)};
    if (!(range.low < range.high)) {
        memset(grey, 128, n); /* one value all over */
        count[128] = (uint32_t)n;
        return range.high;
    }
    for (uint32_t y = 0; y < rect.h; y++, grey += rect.w)
        bytes_to_grey(px + (size_t)y * plane->width, rect.w, range, grey);
    for (size_t v = 0; v < 256; v++)
        count[grey_of((float)v, range.low,
                      255.0f / (range.high - range.low))] += counted[v];
    return range.high;
}

float
akin__stretch(struct akin__stretch_work *work, const struct akin_plane *plane,
              struct akin_tile_rect rect, size_t w, size_t h, uint8_t *grey,
              uint32_t count[256])
{
    bool is_grey = plane->channels == 1;
    bool is_bytes = is_grey && plane->sample == AKIN_SAMPLE_U8;
    bool is_mirrored = w != rect.w || h != rect.h;
    float white;

    if (is_bytes) {
        white = stretch_bytes(plane, rect, grey, count);
    } else {
        for (uint32_t y = 0; y < rect.h; y++)
            akin__luma_row(plane, rect.x, rect.y + y, rect.w,
                           work->value + (size_t)y * rect.w);
        white =
            stretch_values(work, (size_t)rect.w * rect.h,
                           is_grey && plane->sample != AKIN_SAMPLE_F32, grey);
    }
    if (is_mirrored)
        mirror_up(grey, rect, w, h);
    if (is_mirrored || !is_bytes)
        count_bytes(grey, w, w, h, count);
    return white;
}
