/* SPDX-License-Identifier: Apache-2.0 */
/*
 * annotation.h - the mask that lies beside an image, and its outlines as a
 * picture to be laid over the image.
 *
 * A mask is found by how collections are laid out: the image's name without its
 * ending, in a folder annotations, masks, labels, ... beside the image or
 * beside its folder.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_QUERY_ANNOTATION_H
#define AKIN_QUERY_ANNOTATION_H

#include "akin/bytes.h"
#include "akin/image.h"

/* Sets *out to the path of the mask of this image file, owned by the caller, or
 * to NULL where there is none (or no path is known); true when there is one. */
bool akin_annotation_find(const char *image_path, char **out);

/* Draws where a mask's values change, a colour for each value, on black: RGB, 8
 * bit, at most max_edge px (0: no limit) and never larger than the mask. Values
 * are told apart exactly (grey of 8 or 16 bit, or colours); 0 is background.
 * EINVAL: a mask of floats. *out starts from {0}; akin_plane_free. */
enum akin_status akin_annotation_draw(const struct akin_plane *mask,
                                      uint32_t max_edge, struct akin_plane *out,
                                      struct akin_error *err) AKIN_MUST_USE;

#endif
