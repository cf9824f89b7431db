/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contrast.h - how much there is to see in a rectangle, noise and uneven light
 * not counted.
 *
 * The pixels are looked at as means of 4 x 4 px, on a grid of blocks 8 px
 * apart. Their spread holds structure, noise (a 16th of the pixels' variance
 * when it is white) and the slope of the illumination. The noise is estimated
 * from the diagonal differences of 2 x 2 pixels, which edges and gradients
 * hardly reach (the finest diagonal wavelet coefficient: Donoho & Johnstone,
 * Biometrika 1994, section 4.2), the slope by least squares; both are taken
 * off.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_CONTRAST_H
#define AKIN_CONTRAST_H

#include "akin/tile.h"

/* The 0.5 and 99.5 percentiles of block means over the whole plane. */
struct akin__plane_range {
    float low, high;
};

#define AKIN__CONTRAST_BLOCK 4  /* px */
#define AKIN__CONTRAST_EDGE 128 /* blocks along an edge, at most */
#define AKIN__CONTRAST_ROW 1024 /* px of a row that are fetched at once */

/* Scratch; plain data. */
struct akin__contrast_work {
    float mean[AKIN__CONTRAST_EDGE * AKIN__CONTRAST_EDGE];
    float diagonal[AKIN__CONTRAST_EDGE * AKIN__CONTRAST_EDGE];
    float row[AKIN__CONTRAST_BLOCK * AKIN__CONTRAST_ROW];
};

struct akin__plane_range akin__contrast_range(const struct akin_plane *plane,
                                              struct akin__contrast_work *work);

/* Four standard deviations of the structure in rect, as a part of the range;
 * 0 when nothing but noise is there. Values outside the range are clipped, so
 * that a few hot pixels count little. */
double akin__contrast_of(const struct akin_plane *plane,
                         struct akin_tile_rect rect,
                         struct akin__plane_range range,
                         struct akin__contrast_work *work);

#endif
