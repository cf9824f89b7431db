/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feature_lbp.c - rotation-invariant uniform local binary patterns.
 *
 * Ojala, Pietikainen & Maenpaa, "Multiresolution Gray-Scale and Rotation
 * Invariant Texture Classification with Local Binary Patterns", IEEE PAMI 24
 * (2002), sections 2.2 to 2.4: which of the 8 neighbours are brighter
 * than the pixel (here: by a margin); patterns with at most two changes around
 * the circle are told apart by their number of ones (0..8), all others share
 * one bin. The neighbours are those of the grid, so that quarter turns change
 * nothing. The frequencies of the 10 patterns on four octaves, square-rooted,
 * are the features.
 */
#include <math.h>
#include <string.h>

#include "feature_internal.h"
#include "simd.h"

#define OCTAVES 4
#define PATTERNS 10
/* Levels of 255 by which a neighbour must be brighter: in flat places noise and
 * rounding alone would otherwise write the patterns. */
#define MARGIN 3
#define LANES ((size_t)64)
#define CHANGES_MAX                                                            \
    2 /* around the circle, in a pattern with a bin of its own */
#define ROW_MAX ((AKIN__EDGE_MAX + LANES - 1) / LANES * LANES)

/* A counter a pattern, in bytes side by side; the last pattern is what is left
 * over. */
struct counters {
    _Alignas(64) uint8_t lane[PATTERNS - 1][LANES];
    size_t n_full; /* no counter is above */
    uint64_t count[PATTERNS];
};

/* The pattern of each pixel: which neighbours, around the circle, are brighter,
 * how many of them, and how often that changes. */
AKIN_INLINE void
find_patterns(const uint8_t *restrict up, const uint8_t *restrict mid,
              const uint8_t *restrict down, size_t n, uint8_t *restrict pattern)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t px = mid[i + 1];
        uint8_t limit = (uint8_t)(px < 255 - MARGIN ? px + MARGIN : 255);
        uint8_t a = up[i] > limit ? 1 : 0, b = up[i + 1] > limit ? 1 : 0;
        uint8_t c = up[i + 2] > limit ? 1 : 0, d = mid[i + 2] > limit ? 1 : 0;
        uint8_t e = down[i + 2] > limit ? 1 : 0;
        uint8_t f = down[i + 1] > limit ? 1 : 0;
        uint8_t g = down[i] > limit ? 1 : 0, h = mid[i] > limit ? 1 : 0;
        uint8_t ones = (uint8_t)(a + b + c + d + e + f + g + h);
        uint8_t changes = (uint8_t)((a ^ b) + (b ^ c) + (c ^ d) + (d ^ e) +
                                    (e ^ f) + (f ^ g) + (g ^ h) + (h ^ a));

        pattern[i] = changes > CHANGES_MAX ? PATTERNS - 1 : ones;
    }
}

/* A row of 256 px has 254 patterns: what does not fill a register is computed
 * together with some before it, again. */
AKIN_SIMD static void
row_patterns(const uint8_t *restrict up, const uint8_t *restrict mid,
             const uint8_t *restrict down, size_t n, uint8_t *restrict pattern)
{
    size_t last = n < LANES ? 0 : n - LANES;

    for (size_t i = 0; i + LANES <= n; i += LANES)
        find_patterns(up + i, mid + i, down + i, LANES, pattern + i);
    if (n < LANES)
        find_patterns(up, mid, down, n, pattern);
    else if (n % LANES != 0)
        find_patterns(up + last, mid + last, down + last, LANES,
                      pattern + last);
}

/* n: a multiple of LANES. */
AKIN_SIMD static void
count_patterns(const uint8_t *restrict pattern, size_t n,
               struct counters *restrict counters)
{
    for (uint8_t k = 0; k < PATTERNS - 1; k++) {
        uint8_t *restrict lane = counters->lane[k];

        for (size_t at = 0; at < n; at += LANES)
            for (size_t i = 0; i < LANES; i++)
                lane[i] = (uint8_t)(lane[i] + (pattern[at + i] == k ? 1 : 0));
    }
}

static void
empty_lanes(struct counters *counters)
{
    for (size_t k = 0; k < PATTERNS - 1; k++)
        for (size_t i = 0; i < LANES; i++)
            counters->count[k] += counters->lane[k][i];
    memset(counters->lane, 0, sizeof(counters->lane));
    counters->n_full = 0;
}

/* Row y and the two below it, whose middle one is looked at. */
static void
count_row(const struct akin__grey *grey, size_t y, struct counters *counters)
{
    _Alignas(64) uint8_t pattern[ROW_MAX];
    const uint8_t *row = grey->px + y * grey->w;
    size_t n = grey->w - 2, registers = (n + LANES - 1) / LANES;

    row_patterns(row, row + grey->w, row + 2 * grey->w, n, pattern);
    memset(pattern + n, PATTERNS - 1, registers * LANES - n);
    if (counters->n_full + registers > UINT8_MAX)
        empty_lanes(counters);
    count_patterns(pattern, registers * LANES, counters);
    counters->n_full += registers;
}

static void
octave_patterns(const struct akin__grey *grey, float *out)
{
    struct counters counters = {.n_full = 0};
    uint64_t n, known = 0;

    for (size_t k = 0; k < PATTERNS; k++)
        out[k] = 0.0f;
    if (grey->w < 3 || grey->h < 3)
        return; /* no pixel has all its neighbours */
    n = (uint64_t)(grey->w - 2) * (grey->h - 2);
    for (size_t y = 0; y + 2 < grey->h; y++)
        count_row(grey, y, &counters);
    empty_lanes(&counters);
    for (size_t k = 0; k < PATTERNS - 1; k++)
        known += counters.count[k];
    counters.count[PATTERNS - 1] = n - known;
    for (size_t k = 0; k < PATTERNS; k++)
        out[k] = (float)sqrt((double)counters.count[k] / (double)n);
}

void
akin__feature_lbp(const struct akin__grey octave[AKIN__OCTAVES], float *out)
{
    for (size_t i = 0; i < OCTAVES; i++)
        octave_patterns(&octave[i], out + i * PATTERNS);
}
