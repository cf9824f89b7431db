/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/phash.h - 64 bits that stay nearly the same when a picture is saved,
 * scaled, made brighter or turned.
 *
 * The signs of the 8 x 8 lowest frequencies of a cosine transform of the
 * luminance, seen as 32 x 32 area means (DCT hash: Zauner, Implementation and
 * Benchmarking of Perceptual Image Hash Functions, 2010, section 3.2.1; with
 * signs where that has a median). The mean is left out, so brightness and
 * contrast do not count. Mirroring a picture changes the signs of its odd
 * frequencies and nothing else, and exchanging its axes transposes the table:
 * so the hashes of the eight ways to lay a square picture follow from one of
 * them.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_PHASH_H
#define AKIN_PHASH_H

#include "akin/tile.h"

/* The hash of a rectangle inside a plane; never 0, which may stand for "none".
 */
uint64_t akin_phash(const struct akin_plane *plane, struct akin_tile_rect rect);

#define AKIN_PHASH_WAYS 8

/* The hash of the picture laid another way: bit 0 of way mirrors left and
 * right, bit 1 top and bottom, bit 2 then exchanges the axes. */
uint64_t akin_phash_laid(uint64_t hash, unsigned way);

/* In how many bits two hashes differ, laid as they fit best: 0 to 63. */
unsigned akin_phash_distance(uint64_t a, uint64_t b);

#endif
