/* SPDX-License-Identifier: Apache-2.0 */
/*
 * luma.h - luminance of pixels, whatever their sample type, and indexes
 * mirrored into range. Shared by tiles, features and disturbances.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_LUMA_H
#define AKIN_LUMA_H

#include <assert.h>

#include "akin/image.h"

/* Weights of R, G, B: ITU-R BT.601, 2.5.1, rounded to 256ths. For 8- and 16-bit
 * samples the weighted sum is exact in a float; for any finite ones finite. */
#define AKIN__LUMA_R (77.0f / 256.0f)
#define AKIN__LUMA_G (150.0f / 256.0f)
#define AKIN__LUMA_B (29.0f / 256.0f)

/* Luminance of the n pixels at (x, y), (x + 1, y), ..., in the samples' own
 * unit. */
void akin__luma_row(const struct akin_plane *plane, uint32_t x, uint32_t y,
                    uint32_t n, float *out);

/* Where index i of 0..n-1 continued by mirroring at its ends lies (the end is
 * repeated: -1 is 0, n is n - 1). */
static inline size_t
akin__mirror(int64_t i, size_t n)
{
    int64_t period = 2 * (int64_t)n;

    assert(n > 0);
    if (i >= 0 && i < (int64_t)n)
        return (size_t)i;
    if (i < 0 && i >= -(int64_t)n) /* mostly near an end: no division */
        return (size_t)(-1 - i);
    if (i >= 0 && i < period)
        return (size_t)(period - 1 - i);
    i %= period;
    if (i < 0)
        i += period;
    return (size_t)(i < (int64_t)n ? i : period - 1 - i);
}

/* The value of rank k (0: smallest) among n finite ones. Bisection over the
 * floats themselves, which are ordered like whole numbers: 32 rounds at most,
 * each of which only counts. */
float akin__rank_of(const float *value, size_t n, size_t k);

#endif
