/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/tile.h - the tiles of a plane: where they lie and which are kept.
 *
 * Level 0 is the plane as it is; each further pyramid level halves both edges
 * (mean of 2 x 2), down to the level that fits into one tile. A level is
 * covered by tiles of tile.size px; the last ones of a row or column are moved
 * inwards so that all have full size (they overlap); a level smaller than a
 * tile is one tile of its own size. Tiles say where they lie in level-0 px.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_TILE_H
#define AKIN_TILE_H

#include "akin/config.h"
#include "akin/image.h"

/* Where a tile lies. x, y, w, h are level-0 px; clipped to the plane. */
struct akin_tile {
    uint32_t x, y, w, h;
    uint32_t z, c, t;
    uint32_t level;
};

#define AKIN_LEVELS_MAX 24

/* Levels 0..n-1 of one plane; level[0] is borrowed from the caller's plane. */
struct akin_pyramid {
    struct akin_plane level[AKIN_LEVELS_MAX];
    size_t n;
};

/* Builds the levels above plane down to one that fits into tile_size px. The
 * plane must outlive the pyramid. Free with akin_pyramid_free. */
enum akin_status akin_pyramid_build(const struct akin_plane *plane,
                                    uint32_t tile_size,
                                    struct akin_pyramid *out,
                                    struct akin_error *err) AKIN_MUST_USE;
void akin_pyramid_free(struct akin_pyramid *pyramid);

/* Number of levels for a plane of this size (at least 1). */
size_t akin_tile_levels(uint32_t width, uint32_t height, uint32_t tile_size);

struct akin_tile_list {
    struct akin_tile *tile; /* sorted by level, y, x */
    size_t n;
};

/* Every tile of a plane of this size, before any is rejected. z, c, t are
 * left 0. ELIMIT above 16 M tiles. Free with akin_tile_list_free. */
enum akin_status akin_tile_plan(uint32_t width, uint32_t height,
                                uint32_t tile_size, struct akin_tile_list *out,
                                struct akin_error *err) AKIN_MUST_USE;

/* The tiles worth describing: plan, minus background (contrast below
 * tile.min_contrast of the plane's own range), at most max_tiles, spread over
 * levels and places; the same for the same pixels. A plane whose every tile is
 * background keeps its coarsest tile, so that no image goes without. */
enum akin_status akin_tile_choose(const struct akin_pyramid *pyramid,
                                  const struct akin_config *config,
                                  size_t max_tiles, struct akin_tile_list *out,
                                  struct akin_error *err) AKIN_MUST_USE;
void akin_tile_list_free(struct akin_tile_list *list);

/* The same tile in px of its own level: a rectangle inside level[t->level]. */
struct akin_tile_rect {
    uint32_t x, y, w, h;
};
struct akin_tile_rect akin_tile_rect(const struct akin_pyramid *pyramid,
                                     const struct akin_tile *tile);

#endif
