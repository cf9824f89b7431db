/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tile_internal.h - what describe.c must know beyond akin/tile.h.
 */
#ifndef AKIN_TILE_INTERNAL_H
#define AKIN_TILE_INTERNAL_H

#include "akin/tile.h"

/* akin_tile_choose that also says whether all was background, so that the one
 * tile in *out was kept only for the sake of having one. */
enum akin_status akin__tile_choose(const struct akin_pyramid *pyramid,
                                   const struct akin_config *config,
                                   size_t max_tiles, struct akin_tile_list *out,
                                   bool *all_background,
                                   struct akin_error *err) AKIN_MUST_USE;

#endif
