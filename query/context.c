/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "akin/projection.h"
#include "akin/vindex.h"

#define LEADERS ((size_t)10)
#define SHARPNESS 60.0

/* What differs between the intents. */
static const struct manner {
    double weight; /* of the company */
    double size;   /* comes off for each e-fold of a dataset's tiles */
    double hub;    /* part of a dataset's usual match that comes off */
} manners[] = {
    [AKIN_INTENT_FIND] = {0.7, 0.005, 0.0},
    [AKIN_INTENT_EXPLORE] = {0.7, 0.0, 0.2},
};

struct pool {
    size_t n;
    double near[AKIN_CONTEXT_POOL][AKIN_CONTEXT_POOL]; /* d(a,b) */
    double usual[AKIN_CONTEXT_POOL];
    double base[AKIN_CONTEXT_POOL], share[AKIN_CONTEXT_POOL];
    bool empty[AKIN_CONTEXT_POOL]; /* no tile stands for it */
};

/* match[a][b]: mean over the tiles of a of the best match in b. */
static void
mean_matches(const struct akin_context *context, const float *sim,
             struct pool *pool)
{
    size_t n = pool->n;

    for (size_t a = 0; a < n; a++) {
        uint64_t first = context->start[a], end = context->start[a + 1];

        for (size_t b = 0; b < n; b++) {
            double sum = 0;

            if (pool->empty[a] || pool->empty[b])
                continue;
            for (uint64_t t = first; t < end; t++)
                sum += (double)sim[t * n + b];
            pool->near[a][b] = sum / (double)(end - first);
        }
    }
}

static enum akin_status
compare(const struct akin_context *context, struct pool *pool,
        struct akin_error *err)
{
    size_t n = context->n_pool, tiles = (size_t)context->start[n];
    float *sim = calloc(tiles * n + 1, sizeof(*sim));
    uint64_t *row = calloc(tiles * n + 1, sizeof(*row));

    if (sim == NULL || row == NULL) {
        free(sim);
        free(row);
        return AKIN_FAIL(err, AKIN_ENOMEM,
                         "no memory to compare %zu datasets with each other",
                         n);
    }
    for (size_t i = 0; i < n; i++)
        pool->empty[i] = context->start[i] == context->start[i + 1];
    akin_vindex_best_in_groups(context->vectors, AKIN_DIM, context->start, n,
                               context->vectors, tiles, NULL, NULL, sim, row);
    mean_matches(context, sim, pool);
    free(sim);
    free(row);
    return AKIN_OK;
}

/* Both directions as one, and how well the others match each. */
static void
settle(struct pool *pool)
{
    for (size_t b = 0; b < pool->n; b++) {
        for (size_t a = 0; a < pool->n; a++)
            pool->usual[b] += a == b ? 0 : pool->near[a][b];
        if (pool->n > 1)
            pool->usual[b] /= (double)(pool->n - 1);
    }
    for (size_t a = 0; a < pool->n; a++)
        for (size_t b = a + 1; b < pool->n; b++)
            pool->near[a][b] = pool->near[b][a] =
                (pool->near[a][b] + pool->near[b][a]) / 2;
}

static int
compare_falling(const void *a, const void *b)
{
    double l = *(const double *)a, r = *(const double *)b;

    return (l < r) - (l > r);
}

/* Shares of the leaders; ties with the last of them lead, too. */
static void
share_out(struct pool *pool)
{
    double sorted[AKIN_CONTEXT_POOL] = {0}, sum = 0, least;

    for (size_t i = 0; i < pool->n; i++)
        sorted[i] = pool->base[i];
    qsort(sorted, pool->n, sizeof(*sorted), compare_falling);
    least = sorted[(pool->n < LEADERS ? pool->n : LEADERS) - 1];
    for (size_t i = 0; i < pool->n; i++) {
        pool->share[i] = 0;
        if (pool->base[i] >= least && !pool->empty[i])
            pool->share[i] = exp(SHARPNESS * (pool->base[i] - sorted[0]));
        sum += pool->share[i];
    }
    for (size_t i = 0; i < pool->n && sum > 0; i++)
        pool->share[i] /= sum;
}

static double
score_of(const struct pool *pool, const struct manner *manner, size_t b)
{
    double company = 0;

    if (pool->empty[b])
        return pool->base[b];
    for (size_t a = 0; a < pool->n; a++)
        company += pool->share[a] * (a == b ? 1 : pool->near[a][b]);
    return (1 - manner->weight) * pool->base[b] + manner->weight * company;
}

static void
rescore(struct pool *pool, const struct manner *manner, const uint64_t *size,
        struct akin_ranked *ranked, size_t n)
{
    double last = ranked[pool->n - 1].score, lowest = INFINITY;

    for (size_t i = 0; i < pool->n; i++)
        pool->base[i] = ranked[i].score - manner->hub * pool->usual[i] -
                        (size[i] > 1 ? manner->size * log((double)size[i]) : 0);
    share_out(pool);
    for (size_t i = 0; i < pool->n; i++) {
        ranked[i].score = score_of(pool, manner, i);
        lowest = fmin(lowest, ranked[i].score);
    }
    for (size_t i = pool->n; i < n; i++)
        ranked[i].score = lowest - (last - ranked[i].score);
}

/* Moves all scores alike, so that the first one's is its similarity. */
static void
anchor(struct akin_ranked *ranked, size_t n)
{
    double by = ranked[0].similarity - ranked[0].score;

    for (size_t i = 0; i < n; i++)
        ranked[i].score += by;
}

enum akin_status
akin_context_rank(const struct akin_context *context, enum akin_intent intent,
                  const uint32_t *tie, struct akin_ranked *ranked, size_t n,
                  struct akin_error *err)
{
    struct pool *pool;
    enum akin_status st;

    assert(context->n_pool <= AKIN_CONTEXT_POOL && context->n_pool <= n);
    if (context->n_pool < 2)
        return AKIN_OK;
    pool = calloc(1, sizeof(*pool));
    if (pool == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to rank with");
    pool->n = context->n_pool;
    st = compare(context, pool, err);
    if (st == AKIN_OK) {
        settle(pool);
        rescore(pool, &manners[intent], context->size, ranked, n);
        /* Behind the pool the order stays, equal scores included. */
        akin_rank_sort(ranked, context->n_pool, tie);
        anchor(ranked, n);
    }
    free(pool);
    return st;
}
