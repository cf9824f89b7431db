/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stretch.h - the luminance of a rectangle as 8-bit numbers, its 0.5 and 99.5
 * percentiles at 0 and 255.
 *
 * Threads: a workspace belongs to one thread.
 */
#ifndef AKIN_STRETCH_H
#define AKIN_STRETCH_H

#include "akin/tile.h"

#define AKIN__STRETCH_BINS 1024

/* Room for the pixels of the largest rectangle, each. */
struct akin__stretch_work {
    float *value, *some;
    uint16_t *bin;
};

/* grey: out, w x h; w >= rect.w and h >= rect.h: what is beyond the rectangle
 * is the rectangle mirrored. count: out, its px of each value. Gives the 99.5
 * percentile. */
float akin__stretch(struct akin__stretch_work *work,
                    const struct akin_plane *plane, struct akin_tile_rect rect,
                    size_t w, size_t h, uint8_t *grey, uint32_t count[256]);

#endif
