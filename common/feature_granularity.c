/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feature_granularity.c - how much bright and dark detail there is at each
 * size: the pattern spectrum of Maragos, IEEE PAMI 11 (1989), section III,
 * with grey openings and closings.
 *
 * An opening by 3 x 3 px takes away what is bright and smaller, a closing what
 * is dark and smaller; on five octaves that is 3, 6, 12, 24 and 48 px. The
 * mean of what is taken away, as a part of the range, square-rooted, is the
 * feature.
 */
#include <assert.h>
#include <math.h>

#include "feature_internal.h"
#include "luma.h"
#include "simd.h"

AKIN_INLINE uint8_t
lower(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

AKIN_INLINE uint8_t
higher(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/* Minimum (or maximum) of 3 x 3 px: rows first, into column[], then along it.
 * Outside the image nothing counts. */
#define EXTREME_ROW(name, pick)                                                \
    AKIN_SIMD static void name(                                                \
        const uint8_t *restrict up, const uint8_t *restrict mid,               \
        const uint8_t *restrict down, size_t w, uint8_t *restrict column,      \
        uint8_t *restrict out)                                                 \
    {                                                                          \
        for (size_t i = 0; i < w; i++)                                         \
            column[i + 1] = pick(mid[i], pick(up[i], down[i]));                \
        column[0] = column[1];                                                 \
        column[w + 1] = column[w];                                             \
        for (size_t i = 0; i < w; i++)                                         \
            out[i] = pick(column[i + 1], pick(column[i], column[i + 2]));      \
    }

EXTREME_ROW(erode_row, lower)
EXTREME_ROW(dilate_row, higher)

static void
extreme(const uint8_t *in, size_t w, size_t h, bool lowest, uint8_t *out)
{
    uint8_t column[AKIN__EDGE_MAX + 2];

    assert(w > 0 && w <= AKIN__EDGE_MAX);
    for (size_t y = 0; y < h; y++) {
        const uint8_t *up = in + akin__mirror((int64_t)y - 1, h) * w;
        const uint8_t *mid = in + y * w;
        const uint8_t *down = in + akin__mirror((int64_t)y + 1, h) * w;

        if (lowest)
            erode_row(up, mid, down, w, column, out + y * w);
        else
            dilate_row(up, mid, down, w, column, out + y * w);
    }
}

AKIN_SIMD static uint64_t
sum_px(const uint8_t *restrict px, size_t n)
{
    uint64_t sum = 0;

    for (size_t at = 0; at < n;) {
        size_t end = n - at > 65536 ? at + 65536 : n;
        uint32_t part = 0;

        for (; at < end; at++)
            part += px[at];
        sum += part;
    }
    return sum;
}

void
akin__feature_granularity(const struct akin__grey octave[AKIN__OCTAVES],
                          uint8_t *scratch, float *out)
{
    for (size_t i = 0; i < AKIN__OCTAVES; i++) {
        const struct akin__grey *grey = &octave[i];
        size_t n = grey->w * grey->h;
        uint8_t *first = scratch, *second = scratch + n;
        double all = (double)sum_px(grey->px, n), range = 255.0 * (double)n;

        extreme(grey->px, grey->w, grey->h, true, first);
        extreme(first, grey->w, grey->h, false, second);
        out[2 * i] = (float)sqrt((all - (double)sum_px(second, n)) / range);
        extreme(grey->px, grey->w, grey->h, false, first);
        extreme(first, grey->w, grey->h, true, second);
        out[2 * i + 1] = (float)sqrt(((double)sum_px(second, n) - all) / range);
    }
}
