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

#include "feature_internal.h"
#include "simd.h"

#define OCTAVES 4
#define PATTERNS 10
/* Levels of 255 by which a neighbour must be brighter: in flat places noise and
 * rounding alone would otherwise write the patterns. */
#define MARGIN 3
#define LANES ((size_t)64)
#define FIELD 6 /* bits of a counter in the packed word */

/* Bit i set: neighbour i, counted around the circle, is brighter. */
AKIN_INLINE void
code_px(const uint8_t *restrict up, const uint8_t *restrict mid,
        const uint8_t *restrict down, size_t n, uint8_t *restrict code)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t c = mid[i + 1], bits;
        uint8_t limit = (uint8_t)(c < 255 - MARGIN ? c + MARGIN : 255);

        bits = (uint8_t)(up[i] > limit ? 1 : 0);
        bits = (uint8_t)(bits | (up[i + 1] > limit ? 2 : 0));
        bits = (uint8_t)(bits | (up[i + 2] > limit ? 4 : 0));
        bits = (uint8_t)(bits | (mid[i + 2] > limit ? 8 : 0));
        bits = (uint8_t)(bits | (down[i + 2] > limit ? 16 : 0));
        bits = (uint8_t)(bits | (down[i + 1] > limit ? 32 : 0));
        bits = (uint8_t)(bits | (down[i] > limit ? 64 : 0));
        bits = (uint8_t)(bits | (mid[i] > limit ? 128 : 0));
        code[i] = bits;
    }
}

/* A row of 256 px has 254 codes: what does not fill a register is computed
 * together with some before it, again. */
AKIN_SIMD static void
code_row(const uint8_t *restrict up, const uint8_t *restrict mid,
         const uint8_t *restrict down, size_t n, uint8_t *restrict code)
{
    size_t last = n < LANES ? 0 : n - LANES;

    for (size_t i = 0; i + LANES <= n; i += LANES)
        code_px(up + i, mid + i, down + i, LANES, code + i);
    if (n < LANES)
        code_px(up, mid, down, n, code);
    else if (n % LANES != 0)
        code_px(up + last, mid + last, down + last, LANES, code + last);
}

/* The pattern of a code: its number of ones, or 9. */
static unsigned
pattern_of(unsigned code)
{
    unsigned turned = (code << 1 | code >> 7) & 255;

    if (__builtin_popcount(code ^ turned) > 2)
        return PATTERNS - 1;
    return (unsigned)__builtin_popcount(code);
}

/* one[code]: a 1 in its pattern's field. Sums of up to 63 need no carry. */
static void
count_codes(const uint64_t one[256], const uint8_t *code, size_t n,
            uint64_t count[PATTERNS])
{
    const size_t most = ((size_t)1 << FIELD) - 1;

    for (size_t at = 0; at < n;) {
        size_t end = n - at > most ? at + most : n;
        uint64_t fields = 0;

        for (; at < end; at++)
            fields += one[code[at]];
        for (size_t k = 0; k < PATTERNS; k++)
            count[k] += fields >> (FIELD * k) & most;
    }
}

static void
octave_patterns(const struct akin__grey *grey, const uint64_t one[256],
                float *out)
{
    uint64_t count[PATTERNS] = {0};
    uint8_t code[AKIN__EDGE_MAX];
    double n;

    for (size_t k = 0; k < PATTERNS; k++)
        out[k] = 0.0f;
    if (grey->w < 3 || grey->h < 3)
        return; /* no pixel has all its neighbours */
    for (size_t y = 0; y + 2 < grey->h; y++) {
        const uint8_t *row = grey->px + y * grey->w;

        code_row(row, row + grey->w, row + 2 * grey->w, grey->w - 2, code);
        count_codes(one, code, grey->w - 2, count);
    }
    n = (double)(grey->w - 2) * (double)(grey->h - 2);
    for (size_t k = 0; k < PATTERNS; k++)
        out[k] = (float)sqrt((double)count[k] / n);
}

void
akin__feature_lbp(const struct akin__grey octave[AKIN__OCTAVES], float *out)
{
    uint64_t one[256];

    for (unsigned code = 0; code < 256; code++)
        one[code] = (uint64_t)1 << (FIELD * pattern_of(code));
    for (size_t i = 0; i < OCTAVES; i++)
        octave_patterns(&octave[i], one, out + i * PATTERNS);
}
