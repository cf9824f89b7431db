/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_pixels.h - the picture of a sample, as a PNG.
 *
 * A tile is written as its own pyramid level shows it; a plane as a whole. With
 * bits 8, samples are brought to 8 bit as akin/render.h says, the same way for
 * all of a plane; with bits 0 they stay as they are (floats, which a PNG cannot
 * hold, become 16 bit between the smallest and the largest value of the plane).
 * A fixed edge takes the largest square in the middle, scaled by area means or,
 * where it is smaller, linearly.
 *
 * Threads: a cutter belongs to one thread.
 */
#ifndef AKIN_COLLECT_WRITE_PIXELS_H
#define AKIN_COLLECT_WRITE_PIXELS_H

#include "collect.h"

/* What the numbers of a picture are. */
struct akin__picture {
    uint32_t width, height, channels;
    uint32_t bits;   /* 8 or 16 */
    float low, high; /* what black and white were; both 0: unchanged */
    /* level-0 px that one px of the picture covers */
    float step_x, step_y;
};

struct akin__cutter; /* opaque: the open image, its plane and levels */
struct akin__cutter *akin__cutter_new(const struct akin_config *limits,
                                      const struct akin_collect_options *how);
void akin__cutter_free(struct akin__cutter *cutter); /* NULL is fine */

/* Opens another image. ESTALE: its bytes are not those that were indexed;
 * else as akin_decode_open. */
enum akin_status akin__cutter_open(struct akin__cutter *cutter,
                                   const struct akin_image_record *image,
                                   struct akin_error *err) AKIN_MUST_USE;

/* Appends the PNG of one tile of the open image (of its whole plane, when
 * planes were asked for). Tiles in their stored order decode nothing twice. */
enum akin_status akin__cutter_cut(struct akin__cutter *cutter,
                                  const struct akin_tile *tile,
                                  struct akin_buf *png,
                                  struct akin__picture *picture,
                                  struct akin_error *err) AKIN_MUST_USE;

#endif
