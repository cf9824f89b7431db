/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/feature.h - what a tile looks like, in AKIN_N_FEATURES numbers.
 *
 * Cheap, classical, invariant to rotation; what makes them similar across
 * laboratories is the projection (akin/projection.h). Sources of the parts
 * are named in common/feature_*.c. The numbers of one set id never change
 * their meaning: a change gets a new id, and a store of another id is refused.
 *
 * Threads: a workspace belongs to one thread; nothing else is shared.
 */
#ifndef AKIN_FEATURE_H
#define AKIN_FEATURE_H

#include "akin/image.h"
#include "akin/tile.h"

#define AKIN_FEATURE_SET "classical-1+network-1"
#define AKIN_N_FEATURES 303

/* The parts, in order: used by explanations. */
struct akin_feature_part {
    const char *name;    /* "structure", "texture", "intensity", ... */
    const char *detail;  /* one line for a person */
    size_t first, count; /* place among the features */
};
size_t akin_feature_parts(const struct akin_feature_part **out);

struct akin_feature_work; /* opaque: scratch memory and FFT plans */
enum akin_status akin_feature_work_new(struct akin_feature_work **out,
                                       struct akin_error *err) AKIN_MUST_USE;
void akin_feature_work_free(struct akin_feature_work *work);

/* The features of one rectangle of a plane.
 *
 * plane  grey or colour, any sample type
 * rect   inside the plane; edges 1..1024 px (smaller than 16 px: mirrored)
 * out    AKIN_N_FEATURES finite floats */
void akin_feature_compute(struct akin_feature_work *work,
                          const struct akin_plane *plane,
                          struct akin_tile_rect rect, float *out);

#endif
