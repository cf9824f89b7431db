/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disturb_internal.h - a plane looked at through a lens: turned by quarters,
 * mirrored, magnified. Part of disturb.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_DISTURB_INTERNAL_H
#define AKIN_DISTURB_INTERNAL_H

#include "akin/image.h"

/* Places centre + step * (i - (n - 1) / 2) along an axis of the plane, i =
 * 0..n-1. Beyond its ends the plane goes on mirrored. */
struct akin__axis {
    double centre, step;
    uint32_t n;
};

/* The plane at the places of x and y, bilinear, along x first: out: y.n rows of
 * x.n px, channels interleaved. */
enum akin_status akin__resample(const struct akin_plane *plane,
                                struct akin__axis x, struct akin__axis y,
                                float *out,
                                struct akin_error *err) AKIN_MUST_USE;

/* from: n_rows rows of n_columns px. to: the same, rows for columns. */
void akin__transpose(const float *from, size_t n_rows, size_t n_columns,
                     size_t channels, float *to);

#endif
