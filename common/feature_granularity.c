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
#include <stdlib.h>

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

/* Rows of the lowest and the highest of 3 x 3 px, and what both are made of;
 * outside the image nothing counts. */
struct rows {
    _Alignas(64) uint8_t low[3][AKIN__EDGE_MAX]; /* row y at y % 3 */
    _Alignas(64) uint8_t high[3][AKIN__EDGE_MAX];
    uint8_t low_column[AKIN__EDGE_MAX + 2];
    uint8_t high_column[AKIN__EDGE_MAX + 2];
    uint8_t opened[AKIN__EDGE_MAX], closed[AKIN__EDGE_MAX];
};

/* The lowest of each three neighbours in column[1..w], or the highest. */
#define EXTREME_ROW(name, pick)                                                \
    AKIN_INLINE void name(size_t w, uint8_t *restrict column,                  \
                          uint8_t *restrict out)                               \
    {                                                                          \
        column[0] = column[1];                                                 \
        column[w + 1] = column[w];                                             \
        for (size_t i = 0; i < w; i++)                                         \
            out[i] = pick(column[i + 1], pick(column[i], column[i + 2]));      \
    }

EXTREME_ROW(lowest_along, lower)
EXTREME_ROW(highest_along, higher)

/* Three rows of the image. */
AKIN_SIMD static void
find_extremes(const uint8_t *restrict up, const uint8_t *restrict mid,
              const uint8_t *restrict down, size_t w, struct rows *rows,
              size_t place)
{
    uint8_t *restrict low = rows->low_column;
    uint8_t *restrict high = rows->high_column;

    for (size_t i = 0; i < w; i++) {
        low[i + 1] = lower(mid[i], lower(up[i], down[i]));
        high[i + 1] = higher(mid[i], higher(up[i], down[i]));
    }
    lowest_along(w, low, rows->low[place]);
    highest_along(w, high, rows->high[place]);
}

/* The highest of the lowest, the lowest of the highest; up, mid, down: where
 * their rows lie. */
AKIN_SIMD static void
open_and_close(struct rows *rows, size_t up, size_t mid, size_t down, size_t w)
{
    const uint8_t *l = rows->low[up], *m = rows->low[mid];
    const uint8_t *n = rows->low[down], *o = rows->high[up];
    const uint8_t *p = rows->high[mid], *q = rows->high[down];
    uint8_t *restrict low = rows->low_column;
    uint8_t *restrict high = rows->high_column;

    for (size_t i = 0; i < w; i++) {
        low[i + 1] = higher(m[i], higher(l[i], n[i]));
        high[i + 1] = lower(p[i], lower(o[i], q[i]));
    }
    highest_along(w, low, rows->opened);
    lowest_along(w, high, rows->closed);
}

AKIN_SIMD static uint32_t
sum_differences(const uint8_t *restrict a, const uint8_t *restrict b, size_t n)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (uint32_t)abs(a[i] - b[i]);
    return sum;
}

/* What opening and closing take away, in sum[0] and sum[1]. */
static void
add_row(const struct akin__grey *grey, size_t y, struct rows *rows,
        uint64_t sum[2])
{
    const uint8_t *px = grey->px + y * grey->w;
    size_t up = akin__mirror((int64_t)y - 1, grey->h);
    size_t down = akin__mirror((int64_t)y + 1, grey->h);

    open_and_close(rows, up % 3, y % 3, down % 3, grey->w);
    sum[0] += sum_differences(px, rows->opened, grey->w);
    sum[1] += sum_differences(rows->closed, px, grey->w);
}

static void
granularity(const struct akin__grey *grey, struct rows *rows, float out[2])
{
    double range = 255.0 * (double)(grey->w * grey->h);
    uint64_t sum[2] = {0};

    assert(grey->w > 0 && grey->w <= AKIN__EDGE_MAX);
    for (size_t y = 0; y < grey->h; y++) {
        size_t up = akin__mirror((int64_t)y - 1, grey->h);
        size_t down = akin__mirror((int64_t)y + 1, grey->h);

        find_extremes(grey->px + up * grey->w, grey->px + y * grey->w,
                      grey->px + down * grey->w, grey->w, rows, y % 3);
        if (y > 0)
            add_row(grey, y - 1, rows, sum);
    }
    add_row(grey, grey->h - 1, rows, sum);
    out[0] = (float)sqrt((double)sum[0] / range);
    out[1] = (float)sqrt((double)sum[1] / range);
}

void
akin__feature_granularity(const struct akin__grey octave[AKIN__OCTAVES],
                          float *out)
{
    struct rows rows;

    for (size_t i = 0; i < AKIN__OCTAVES; i++)
        granularity(&octave[i], &rows, out + 2 * i);
}
