/* SPDX-License-Identifier: Apache-2.0 */
/*
 * describe_internal.h - tiles that wait for an external descriptor.
 *
 * Tiles of an image, and their disturbed copies, are collected over its planes
 * and sent together. What a provider sees of a tile: 8 bit, grey or RGB, always
 * tile.size px wide and high (a smaller tile is mirrored at its ends); 8-bit
 * samples as they are unless the tile uses less than a quarter of the range,
 * everything else stretched from the tile's own 0.5 and 99.5 percentiles.
 *
 * Threads: belongs to one describer.
 */
#ifndef AKIN_DESCRIBE_INTERNAL_H
#define AKIN_DESCRIBE_INTERNAL_H

#include "akin/config.h"
#include "akin/describe.h"

struct akin__external; /* opaque */
struct akin__external *akin__external_new(const struct akin_config *config,
                                          const struct akin_feature_set *set);
void akin__external_free(struct akin__external *external); /* NULL is fine */

/* Forgets what waits and what failed. */
void akin__external_reset(struct akin__external *external);

/* Was it the provider that failed, since the last reset? */
bool akin__external_failed(const struct akin__external *external);

/* The features of rect are to come to row `row` of out's features, or of its
 * disturbed copies. May send what waits. */
enum akin_status akin__external_add(struct akin__external *external,
                                    const struct akin_plane *plane,
                                    struct akin_tile_rect rect, bool is_copy,
                                    size_t row, struct akin_described *out,
                                    struct akin_error *err) AKIN_MUST_USE;

/* Sends what waits; the numbers come to their rows. */
enum akin_status akin__external_flush(struct akin__external *external,
                                      struct akin_described *out,
                                      struct akin_error *err) AKIN_MUST_USE;

/* A copy of the region, which must be inside: EINVAL. */
enum akin_status akin__plane_crop(const struct akin_plane *plane,
                                  struct akin_tile_rect region,
                                  struct akin_plane *out,
                                  struct akin_error *err) AKIN_MUST_USE;

#endif
