/* SPDX-License-Identifier: Apache-2.0 */
/*
 * projection_internal.h - from the trainer to the projection.
 */
#ifndef AKIN_PROJECTION_INTERNAL_H
#define AKIN_PROJECTION_INTERNAL_H

#include "akin/projection.h"

/* Takes the numbers: mean set->n; axes AKIN_DIM x set->n, one a row. EINTERNAL
 * when one is not finite. */
enum akin_status akin__projection_make(const struct akin_feature_set *set,
                                       const double *mean, const double *axes,
                                       struct akin_projection **out,
                                       struct akin_error *err) AKIN_MUST_USE;

#endif
