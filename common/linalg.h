/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linalg.h - the one piece of linear algebra that akin needs. linalg.c is the
 * only file that sees LAPACKE.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_LINALG_H
#define AKIN_LINALG_H

#include <stddef.h>

#include "akin/error.h"

/* Generalised eigenvectors of symmetric a and symmetric positive definite b:
 * a v = value b v, v' b v = 1.
 *
 * a, b     n x n, row by row; both are overwritten
 * vectors  out, n_wanted x n: one eigenvector a row, that with the largest
 *          value first; its component of largest size is positive, so that the
 *          sign does not depend on the library
 * values   out, n_wanted
 *
 * EINTERNAL: b is not positive definite, or the iteration did not converge. */
enum akin_status akin__linalg_generalised(double *a, double *b, size_t n,
                                          size_t n_wanted, double *vectors,
                                          double *values,
                                          struct akin_error *err) AKIN_MUST_USE;

#endif
