/* SPDX-License-Identifier: Apache-2.0 */
/*
 * projection_train.c - nuisance whitening, from sums.
 *
 * T: covariance of the tiles' features, weighted. Sums are taken of
 * differences to the first tile, so that squares of a large mean do not swallow
 * the variance. S: covariance of an original and its disturbed copies around
 * their own mean, over all tiles, plus a part of its mean diagonal, so that a
 * direction that happened not to move is not taken for a safe one, plus a share
 * of T's diagonal (DISTRUST_*).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "akin/network.h"
#include "linalg.h"
#include "projection_internal.h"

#define N AKIN_N_FEATURES
#define MIN_TILES 512
#define MIN_COPIES 256
#define RIDGE 0.05 /* of the mean diagonal of S */
/* Laboratories differ in more than our disturbances show, so a part of what
 * tells tiles apart is held to be nuisance too: a share of each feature's
 * variance. More of it for the network, which was trained on those very
 * disturbances and so hardly moves under them. Measured: tests/bench/README.md.
 */
#define DISTRUST_CLASSICAL 0.2
#define DISTRUST_LEARNED 0.5
#define FIRST_LEARNED (AKIN_N_FEATURES - AKIN_N_NETWORK)
#define LEAST_RIDGE 1e-12

struct akin_projection_trainer {
    /* tiles */
    double shift[N]; /* the first tile */
    double sum[N], square[N][N];
    double weight;
    size_t n_tiles;
    /* disturbed copies */
    double within[N][N];
    double freedom; /* members less one, summed over tiles */
    size_t n_copies;
};

enum akin_status
akin_projection_trainer_new(struct akin_projection_trainer **out,
                            struct akin_error *err)
{
    struct akin_projection_trainer *trainer = calloc(1, sizeof(*trainer));

    if (trainer == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to train a projection");
    *out = trainer;
    return AKIN_OK;
}

void
akin_projection_trainer_free(struct akin_projection_trainer *trainer)
{
    free(trainer);
}

/* Adds weight * d d' to the upper triangle. */
static void
add_square(double square[N][N], const double *d, double weight)
{
    for (size_t i = 0; i < N; i++) {
        double w = weight * d[i];
        double *row = square[i];

        for (size_t j = i; j < N; j++)
            row[j] += w * d[j];
    }
}

void
akin_projection_trainer_add(struct akin_projection_trainer *trainer,
                            const float *features, size_t n, double weight)
{
    double d[N];

    if (trainer->n_tiles == 0 && n > 0)
        for (size_t i = 0; i < N; i++)
            trainer->shift[i] = (double)features[i];
    for (size_t t = 0; t < n; t++, features += N) {
        for (size_t i = 0; i < N; i++) {
            d[i] = (double)features[i] - trainer->shift[i];
            trainer->sum[i] += weight * d[i];
        }
        add_square(trainer->square, d, weight);
        trainer->weight += weight;
    }
    trainer->n_tiles += n;
}

void
akin_projection_trainer_disturbed(struct akin_projection_trainer *trainer,
                                  const float *original, const float *copies,
                                  size_t n_copies)
{
    double mean[N], d[N];

    if (n_copies == 0)
        return;
    for (size_t i = 0; i < N; i++) {
        mean[i] = (double)original[i];
        for (size_t k = 0; k < n_copies; k++)
            mean[i] += (double)copies[k * N + i];
        mean[i] /= (double)n_copies + 1;
    }
    for (size_t k = 0; k <= n_copies; k++) {
        const float *member = k == 0 ? original : copies + (k - 1) * N;

        for (size_t i = 0; i < N; i++)
            d[i] = (double)member[i] - mean[i];
        add_square(trainer->within, d, 1);
    }
    trainer->freedom += (double)n_copies;
    trainer->n_copies += n_copies;
}

/* The full covariance of all tiles in t, and their mean. */
static void
total_covariance(const struct akin_projection_trainer *trainer, double *t,
                 double *mean)
{
    double d[N];

    for (size_t i = 0; i < N; i++) {
        d[i] = trainer->sum[i] / trainer->weight;
        mean[i] = trainer->shift[i] + d[i];
    }
    for (size_t i = 0; i < N; i++)
        for (size_t j = i; j < N; j++)
            t[i * N + j] = t[j * N + i] =
                trainer->square[i][j] / trainer->weight - d[i] * d[j];
}

static double
distrust(size_t feature)
{
    return feature < FIRST_LEARNED ? DISTRUST_CLASSICAL : DISTRUST_LEARNED;
}

static void
within_covariance(const struct akin_projection_trainer *trainer,
                  const double *t, double *s)
{
    double ridge = LEAST_RIDGE; /* copies may be the same as their tile */

    for (size_t i = 0; i < N; i++)
        ridge += trainer->within[i][i] / trainer->freedom / N * RIDGE;
    for (size_t i = 0; i < N; i++)
        for (size_t j = i; j < N; j++)
            s[i * N + j] = s[j * N + i] =
                trainer->within[i][j] / trainer->freedom + (i == j ? ridge : 0);
    for (size_t i = 0; i < N; i++)
        s[i * N + i] += distrust(i) * t[i * N + i];
}

static enum akin_status
check_enough(const struct akin_projection_trainer *trainer,
             struct akin_error *err)
{
    if (trainer->n_tiles < MIN_TILES || !(trainer->weight > 0))
        return AKIN_FAIL(err, AKIN_EAGAIN,
                         "%zu tiles are too few to train a projection, which "
                         "needs %d",
                         trainer->n_tiles, MIN_TILES);
    if (trainer->n_copies < MIN_COPIES)
        return AKIN_FAIL(err, AKIN_EAGAIN,
                         "%zu disturbed copies are too few to train a "
                         "projection, which needs %d",
                         trainer->n_copies, MIN_COPIES);
    return AKIN_OK;
}

enum akin_status
akin_projection_trainer_finish(struct akin_projection_trainer *trainer,
                               struct akin_projection **out,
                               struct akin_error *err)
{
    enum akin_status st = check_enough(trainer, err);
    double mean[N], values[AKIN_DIM];
    double *t, *s, *axes;

    if (st != AKIN_OK)
        return st;
    t = calloc((size_t)N * N, sizeof(*t));
    s = calloc((size_t)N * N, sizeof(*s));
    axes = calloc((size_t)N * AKIN_DIM, sizeof(*axes));
    if (t == NULL || s == NULL || axes == NULL) {
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to train a projection");
        goto done;
    }
    total_covariance(trainer, t, mean);
    within_covariance(trainer, t, s);
    st = akin__linalg_generalised(t, s, N, AKIN_DIM, axes, values, err);
    if (st == AKIN_OK)
        st = akin__projection_make(mean, axes, out, err);
done:
    free(t);
    free(s);
    free(axes);
    return st;
}
