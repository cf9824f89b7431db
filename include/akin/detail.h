/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/detail.h - how much of a tile has something to see.
 *
 * The tile is looked at in blocks of 32 px. A block has something to see when
 * its structure, noise and uneven light taken off (common/contrast.h), is at
 * least AKIN_DETAIL_CONTRAST of the range of the whole plane. That a tile is
 * worth learning from when a fifth of its area is, is a rule of Conrad &
 * Narayan, eLife 2021, 10:e65894 (Methods), which they taught a network; this
 * is its stand-in without one. Its errors are measured in
 * tests/bench/README.md.
 *
 * Threads: a workspace belongs to one thread.
 */
#ifndef AKIN_DETAIL_H
#define AKIN_DETAIL_H

#include "akin/tile.h"

#define AKIN_DETAIL_CONTRAST 0.08
#define AKIN_DETAIL_BLOCK 32 /* px */

struct akin_detail; /* opaque: scratch memory, and the range of a plane */
struct akin_detail *akin_detail_new(void);
void akin_detail_free(struct akin_detail *detail); /* NULL is fine */

/* Takes the range of the plane that the tiles asked for next are of. */
void akin_detail_plane(struct akin_detail *detail,
                       const struct akin_plane *plane);

/* The part of a rectangle of that plane, or of a level of its pyramid, with
 * something to see: 0..1. */
double akin_detail_of(struct akin_detail *detail,
                      const struct akin_plane *level,
                      struct akin_tile_rect rect);

#endif
