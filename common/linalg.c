/* SPDX-License-Identifier: Apache-2.0 */
#include "linalg.h"

#include <assert.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

/* Copies column `column` of the n x n matrix to row[], with its sign set. */
static void
take_column(const double *matrix, size_t n, size_t column, double *row)
{
    size_t largest = 0;

    for (size_t i = 0; i < n; i++) {
        row[i] = matrix[i * n + column];
        if (fabs(row[i]) > fabs(row[largest]))
            largest = i;
    }
    if (row[largest] < 0)
        for (size_t i = 0; i < n; i++)
            row[i] = -row[i];
}

enum akin_status
akin__linalg_generalised(double *a, double *b, size_t n, size_t n_wanted,
                         double *vectors, double *values,
                         struct akin_error *err)
{
    double *all = malloc(n * sizeof(*all));
    lapack_int size = (lapack_int)n, info;

    assert(n_wanted <= n && n < 32768);
    if (all == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu eigenvalues", n);
    info = LAPACKE_dsygvd(LAPACK_ROW_MAJOR, 1, 'V', 'U', size, a, size, b, size,
                          all);
    if (info != 0) {
        free(all);
        return AKIN_FAIL(err, AKIN_EINTERNAL,
                         "eigenvectors of %zu x %zu: dsygvd says %d", n, n,
                         (int)info);
    }
    /* Values come in ascending order. */
    for (size_t k = 0; k < n_wanted; k++) {
        values[k] = all[n - 1 - k];
        take_column(a, n, n - 1 - k, vectors + k * n);
    }
    free(all);
    return AKIN_OK;
}
