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

#include "akin/feature.h"
#include "akin/network.h"
#include "linalg.h"
#include "projection_internal.h"

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
    struct akin_feature_set set;
    size_t n; /* numbers of a tile */
    /* tiles */
    double *shift;        /* n: the first tile */
    double *sum, *square; /* n; n x n, upper triangle */
    double weight;
    size_t n_tiles;
    /* disturbed copies */
    double *within; /* n x n, upper triangle */
    double freedom; /* members less one, summed over tiles */
    size_t n_copies;
    double *d, *mean; /* scratch, n each */
};

enum akin_status
akin_projection_trainer_new(const struct akin_feature_set *set,
                            struct akin_projection_trainer **out,
                            struct akin_error *err)
{
    struct akin_projection_trainer *t = akin_new(1, sizeof(*t));
    size_t n = set->n;

    t->set = *set;
    t->n = n;
    t->shift = calloc(n, sizeof(*t->shift));
    t->sum = calloc(n, sizeof(*t->sum));
    t->square = calloc(n * n, sizeof(*t->square));
    t->within = calloc(n * n, sizeof(*t->within));
    t->d = calloc(n, sizeof(*t->d));
    t->mean = calloc(n, sizeof(*t->mean));
    if (t->shift == NULL || t->sum == NULL || t->square == NULL ||
        t->within == NULL || t->d == NULL || t->mean == NULL) {
        akin_projection_trainer_free(t);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to train a projection");
    }
    *out = t;
    return AKIN_OK;
}

void
akin_projection_trainer_free(struct akin_projection_trainer *trainer)
{
    if (trainer == NULL)
        return;
    free(trainer->shift);
    free(trainer->sum);
    free(trainer->square);
    free(trainer->within);
    free(trainer->d);
    free(trainer->mean);
    free(trainer);
}

/* Adds weight * d d' to the upper triangle. */
static void
add_square(double *restrict square, size_t n, const double *restrict d,
           double weight)
{
    for (size_t i = 0; i < n; i++) {
        double w = weight * d[i];
        double *row = square + i * n;

        for (size_t j = i; j < n; j++)
            row[j] += w * d[j];
    }
}

void
akin_projection_trainer_add(struct akin_projection_trainer *trainer,
                            const float *features, size_t n, double weight)
{
    size_t width = trainer->n;
    double *d = trainer->d;

    if (trainer->n_tiles == 0 && n > 0)
        for (size_t i = 0; i < width; i++)
            trainer->shift[i] = (double)features[i];
    for (size_t t = 0; t < n; t++, features += width) {
        for (size_t i = 0; i < width; i++) {
            d[i] = (double)features[i] - trainer->shift[i];
            trainer->sum[i] += weight * d[i];
        }
        add_square(trainer->square, width, d, weight);
        trainer->weight += weight;
    }
    trainer->n_tiles += n;
}

void
akin_projection_trainer_disturbed(struct akin_projection_trainer *trainer,
                                  const float *original, const float *copies,
                                  size_t n_copies)
{
    size_t n = trainer->n;
    double *mean = trainer->mean, *d = trainer->d;

    if (n_copies == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        mean[i] = (double)original[i];
        for (size_t k = 0; k < n_copies; k++)
            mean[i] += (double)copies[k * n + i];
        mean[i] /= (double)n_copies + 1;
    }
    for (size_t k = 0; k <= n_copies; k++) {
        const float *member = k == 0 ? original : copies + (k - 1) * n;

        for (size_t i = 0; i < n; i++)
            d[i] = (double)member[i] - mean[i];
        add_square(trainer->within, n, d, 1);
    }
    trainer->freedom += (double)n_copies;
    trainer->n_copies += n_copies;
}

/* The full covariance of all tiles in t, and their mean. */
static void
total_covariance(const struct akin_projection_trainer *trainer, double *t,
                 double *mean)
{
    size_t n = trainer->n;
    double *d = trainer->d;

    for (size_t i = 0; i < n; i++) {
        d[i] = trainer->sum[i] / trainer->weight;
        mean[i] = trainer->shift[i] + d[i];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            t[i * n + j] = t[j * n + i] =
                trainer->square[i * n + j] / trainer->weight - d[i] * d[j];
}

/* A provider is held to be a network. */
static double
distrust(const struct akin_projection_trainer *trainer, size_t feature)
{
    bool is_classical =
        !akin_feature_set_is_external(&trainer->set) && feature < FIRST_LEARNED;

    return is_classical ? DISTRUST_CLASSICAL : DISTRUST_LEARNED;
}

static void
within_covariance(const struct akin_projection_trainer *trainer,
                  const double *t, double *s)
{
    double ridge = LEAST_RIDGE; /* copies may be the same as their tile */
    size_t n = trainer->n;

    for (size_t i = 0; i < n; i++)
        ridge +=
            trainer->within[i * n + i] / trainer->freedom / (double)n * RIDGE;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            s[i * n + j] = s[j * n + i] =
                trainer->within[i * n + j] / trainer->freedom +
                (i == j ? ridge : 0);
    for (size_t i = 0; i < n; i++)
        s[i * n + i] += distrust(trainer, i) * t[i * n + i];
}

static enum akin_status
check_enough(const struct akin_projection_trainer *trainer,
             struct akin_error *err)
{
    size_t min_tiles = trainer->n > MIN_TILES ? trainer->n : MIN_TILES;

    if (trainer->n_tiles < min_tiles || !(trainer->weight > 0))
        return AKIN_FAIL(err, AKIN_EAGAIN,
                         "%zu tiles are too few to train a projection, which "
                         "needs %zu",
                         trainer->n_tiles, min_tiles);
    if (trainer->n_copies < MIN_COPIES)
        return AKIN_FAIL(err, AKIN_EAGAIN,
                         "%zu disturbed copies are too few to train a "
                         "projection, which needs %d",
                         trainer->n_copies, MIN_COPIES);
    return AKIN_OK;
}

/* The matrices of one eigenproblem. */
struct problem {
    double *t, *s, *axes, *mean;
};

static void
problem_free(struct problem *p)
{
    free(p->t);
    free(p->s);
    free(p->axes);
    free(p->mean);
}

/* To be freed however it ends. */
static enum akin_status
problem_new(size_t n, struct problem *p, struct akin_error *err)
{
    p->t = calloc(n * n, sizeof(*p->t));
    p->s = calloc(n * n, sizeof(*p->s));
    p->axes = calloc(n * AKIN_DIM, sizeof(*p->axes));
    p->mean = calloc(n, sizeof(*p->mean));
    if (p->t == NULL || p->s == NULL || p->axes == NULL || p->mean == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to train a projection");
    return AKIN_OK;
}

/* Fewer numbers than a descriptor has leave its last places 0. */
static enum akin_status
solve(const struct akin_projection_trainer *trainer, struct problem *p,
      struct akin_projection **out, struct akin_error *err)
{
    size_t n = trainer->n, wanted = n < AKIN_DIM ? n : AKIN_DIM;
    double values[AKIN_DIM];
    enum akin_status st =
        akin__linalg_generalised(p->t, p->s, n, wanted, p->axes, values, err);

    return st == AKIN_OK ? akin__projection_make(&trainer->set, p->mean,
                                                 p->axes, out, err)
                         : st;
}

enum akin_status
akin_projection_trainer_finish(struct akin_projection_trainer *trainer,
                               struct akin_projection **out,
                               struct akin_error *err)
{
    enum akin_status st = check_enough(trainer, err);
    struct problem p = {0};

    if (st == AKIN_OK)
        st = problem_new(trainer->n, &p, err);
    if (st == AKIN_OK) {
        total_covariance(trainer, p.t, p.mean);
        within_covariance(trainer, p.t, p.s);
        st = solve(trainer, &p, out, err);
    }
    problem_free(&p);
    return st;
}

/* Second moments around 0, not around the mean: angles between few tiles
 * stay. */
static void
plain_problem(const struct akin_projection_trainer *trainer, struct problem *p)
{
    size_t n = trainer->n;

    total_covariance(trainer, p->t, p->mean);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            p->t[i * n + j] += p->mean[i] * p->mean[j];
    for (size_t i = 0; i < n; i++) {
        p->s[i * n + i] = 1.0;
        p->mean[i] = 0.0;
    }
}

enum akin_status
akin_projection_trainer_plain(struct akin_projection_trainer *trainer,
                              struct akin_projection **out,
                              struct akin_error *err)
{
    struct problem p = {0};
    enum akin_status st;

    if (trainer->n <= AKIN_DIM || trainer->n_tiles == 0 ||
        !(trainer->weight > 0))
        return akin_projection_plain(&trainer->set, out, err);
    st = problem_new(trainer->n, &p, err);
    if (st == AKIN_OK) {
        plain_problem(trainer, &p);
        st = solve(trainer, &p, out, err);
    }
    problem_free(&p);
    return st;
}
