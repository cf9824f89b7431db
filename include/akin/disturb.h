/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/disturb.h - the same tile as another laboratory would have taken it.
 *
 * Zoom, focus, gamma, gains of channels, noise, quarter turns: what must not
 * count when two tiles are compared. The disturbed copies' features teach the
 * projection which directions to ignore (shared design: nuisance whitening).
 * Deterministic by seed.
 */
#ifndef AKIN_DISTURB_H
#define AKIN_DISTURB_H

#include "akin/feature.h"

#define AKIN_DISTURB_COPIES 3

/* Writes one disturbed copy of rect (same size, same sample type and channels)
 * into *out, which the caller frees with akin_plane_free. Pixels outside the
 * plane are mirrored. */
enum akin_status akin_disturb(const struct akin_plane *plane,
                              struct akin_tile_rect rect, uint64_t seed,
                              struct akin_plane *out,
                              struct akin_error *err) AKIN_MUST_USE;

#endif
