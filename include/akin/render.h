/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/render.h - any plane as a picture that a screen can show.
 *
 * 16-bit and float samples are stretched from their 0.5 and 99.5 percentiles
 * over the whole plane to 0..255, so that two regions of one plane can be
 * compared; 8-bit samples stay as they are unless the plane uses less than a
 * quarter of the range. Larger regions are reduced by area means, smaller ones
 * are not enlarged.
 *
 * Threads: as the decoder given.
 */
#ifndef AKIN_RENDER_H
#define AKIN_RENDER_H

#include "akin/decode.h"
#include "akin/tile.h"

/* What becomes black and white: luminance in the samples' own unit. */
struct akin_render_range {
    float low, high;
};

struct akin_render_options {
    uint32_t z, c, t;             /* must lie within the image */
    struct akin_tile_rect region; /* level-0 px; w 0: the whole plane */
    uint32_t max_edge;            /* px of the longer edge; 0: no limit */
    const struct akin_render_range *range; /* NULL: as said above */
};

/* The range as said above: for callers that render many regions of a plane, or
 * must tell it. ENOMEM. */
enum akin_status akin_render_find_range(const struct akin_plane *plane,
                                        struct akin_render_range *out,
                                        struct akin_error *err) AKIN_MUST_USE;

/* Decodes one plane and renders it: 8 bit, 1 or 3 channels. EINVAL: z, c, t or
 * region outside of the image; else as akin_decode_plane. *out starts from {0}
 * and is owned by the caller (akin_plane_free). */
enum akin_status akin_render(struct akin_decoder *decoder,
                             const struct akin_render_options *options,
                             struct akin_plane *out,
                             struct akin_error *err) AKIN_MUST_USE;

/* The same for a plane at hand; z, c, t are not looked at. */
enum akin_status akin_render_plane(const struct akin_plane *plane,
                                   const struct akin_render_options *options,
                                   struct akin_plane *out,
                                   struct akin_error *err) AKIN_MUST_USE;

#endif
