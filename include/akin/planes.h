/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/planes.h - which planes of a stack stand for the whole.
 *
 * Pure arithmetic, the same for the same image and settings. Along z the
 * middle first and then outwards in even steps (specimens sit in the middle);
 * along t evenly spaced with the first and last; every channel up to a limit.
 */
#ifndef AKIN_PLANES_H
#define AKIN_PLANES_H

#include "akin/config.h"
#include "akin/image.h"

struct akin_plane_ref {
    uint32_t z, c, t;
};

struct akin_plane_list {
    struct akin_plane_ref *ref; /* sorted by t, z, c */
    size_t n;
};

/* Uses plane.max_z, plane.max_c, plane.max_t. Free with akin_plane_list_free.
 */
enum akin_status akin_planes_choose(const struct akin_image_info *info,
                                    const struct akin_config *config,
                                    struct akin_plane_list *out,
                                    struct akin_error *err) AKIN_MUST_USE;
void akin_plane_list_free(struct akin_plane_list *list);

#endif
