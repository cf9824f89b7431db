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
#include <string.h>

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

/* Two rows, of something low and of something high, with room for one px before
 * and behind. */
struct pair {
    _Alignas(64) uint8_t low[AKIN__EDGE_MAX + 64];
    _Alignas(64) uint8_t high[AKIN__EDGE_MAX + 64];
};
#define ROOM 1

/* An image on its way through the stages, each at least a row behind the one
 * before, so that what a stage reads was written a while ago: a shifted load of
 * what is still on its way to the cache waits for it. Row y lies at y % 3. */
struct passes {
    struct pair px[3];      /* the image itself, twice */
    struct pair along[3];   /* lowest and highest of three in a row */
    struct pair extreme[3]; /* of 3 x 3 */
    struct pair back[3];    /* highest of three lowest, lowest of highest */
    struct pair done;       /* opened and closed */
};
enum { ALONG = 1, EXTREME = 3, BACK = 4, DONE = 6 }; /* rows behind the first */

/* Of each three neighbours in a row, the lowest and the highest. */
AKIN_SIMD static void
pick_along(const uint8_t *restrict for_low, const uint8_t *restrict for_high,
           size_t w, uint8_t *restrict low, uint8_t *restrict high)
{
    const uint8_t *a = for_low - 1, *b = for_high - 1;

    for (size_t i = 0; i < w; i++) {
        low[i] = lower(a[i], lower(a[i + 1], a[i + 2]));
        high[i] = higher(b[i], higher(b[i + 1], b[i + 2]));
    }
}

AKIN_SIMD static void
lowest_of(const uint8_t *restrict up, const uint8_t *restrict mid,
          const uint8_t *restrict down, size_t w, uint8_t *restrict out)
{
    for (size_t i = 0; i < w; i++)
        out[i] = lower(mid[i], lower(up[i], down[i]));
}

AKIN_SIMD static void
highest_of(const uint8_t *restrict up, const uint8_t *restrict mid,
           const uint8_t *restrict down, size_t w, uint8_t *restrict out)
{
    for (size_t i = 0; i < w; i++)
        out[i] = higher(mid[i], higher(up[i], down[i]));
}

AKIN_SIMD static uint32_t
sum_differences(const uint8_t *restrict a, const uint8_t *restrict b, size_t n)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (uint32_t)abs(a[i] - b[i]);
    return sum;
}

/* Outside the image nothing counts: the px at the ends stand twice. */
static void
extend(struct pair *row, size_t w)
{
    row->low[ROOM - 1] = row->low[ROOM];
    row->low[ROOM + w] = row->low[ROOM + w - 1];
    row->high[ROOM - 1] = row->high[ROOM];
    row->high[ROOM + w] = row->high[ROOM + w - 1];
}

static void
take_px(struct passes *p, const struct akin__grey *grey, size_t y)
{
    struct pair *to = &p->px[y % 3];

    memcpy(to->low + ROOM, grey->px + y * grey->w, grey->w);
    memcpy(to->high + ROOM, grey->px + y * grey->w, grey->w);
    extend(to, grey->w);
}

static void
find_along(struct passes *p, size_t w, size_t y)
{
    const struct pair *from = &p->px[y % 3];

    pick_along(from->low + ROOM, from->high + ROOM, w, p->along[y % 3].low,
               p->along[y % 3].high);
}

static void
find_extremes(struct passes *p, size_t w, size_t h, size_t y)
{
    const struct pair *up = &p->along[akin__mirror((int64_t)y - 1, h) % 3];
    const struct pair *down = &p->along[akin__mirror((int64_t)y + 1, h) % 3];
    const struct pair *mid = &p->along[y % 3];
    struct pair *to = &p->extreme[y % 3];

    lowest_of(up->low, mid->low, down->low, w, to->low + ROOM);
    highest_of(up->high, mid->high, down->high, w, to->high + ROOM);
    extend(to, w);
}

/* The highest of the lowest goes where the other highest are, and the other way
 * round. */
static void
go_back(struct passes *p, size_t w, size_t y)
{
    const struct pair *from = &p->extreme[y % 3];

    pick_along(from->high + ROOM, from->low + ROOM, w, p->back[y % 3].low,
               p->back[y % 3].high);
}

/* Adds what opening and closing take away to sum[0] and sum[1]. */
static void
add_row(struct passes *p, const struct akin__grey *grey, size_t y,
        uint64_t sum[2])
{
    size_t w = grey->w, h = grey->h;
    const struct pair *up = &p->back[akin__mirror((int64_t)y - 1, h) % 3];
    const struct pair *down = &p->back[akin__mirror((int64_t)y + 1, h) % 3];
    const struct pair *mid = &p->back[y % 3];
    const uint8_t *px = grey->px + y * w;

    highest_of(up->high, mid->high, down->high, w, p->done.high);
    lowest_of(up->low, mid->low, down->low, w, p->done.low);
    sum[0] += sum_differences(px, p->done.high, w);
    sum[1] += sum_differences(p->done.low, px, w);
}

static void
granularity(const struct akin__grey *grey, struct passes *p, float out[2])
{
    double range = 255.0 * (double)(grey->w * grey->h);
    size_t w = grey->w, h = grey->h;
    uint64_t sum[2] = {0};

    assert(w > 0 && w <= AKIN__EDGE_MAX);
    /* The last stage first: each finds what it reads before it is replaced. */
    for (size_t y = 0; y < h + DONE; y++) {
        if (y >= DONE)
            add_row(p, grey, y - DONE, sum);
        if (y >= BACK && y - BACK < h)
            go_back(p, w, y - BACK);
        if (y >= EXTREME && y - EXTREME < h)
            find_extremes(p, w, h, y - EXTREME);
        if (y >= ALONG && y - ALONG < h)
            find_along(p, w, y - ALONG);
        if (y < h)
            take_px(p, grey, y);
    }
    out[0] = (float)sqrt((double)sum[0] / range);
    out[1] = (float)sqrt((double)sum[1] / range);
}

void
akin__feature_granularity(const struct akin__grey octave[AKIN__OCTAVES],
                          float *out)
{
    struct passes passes;

    for (size_t i = 0; i < AKIN__OCTAVES; i++)
        granularity(&octave[i], &passes, out + 2 * i);
}
