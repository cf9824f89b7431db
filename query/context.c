/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    double near[AKIN_CONTEXT_POOL]
               [AKIN_CONTEXT_POOL]; /* of a in b; 0: unseen */
    double usual[AKIN_CONTEXT_POOL];
    double base[AKIN_CONTEXT_POOL], share[AKIN_CONTEXT_POOL];
    bool empty[AKIN_CONTEXT_POOL]; /* no tile stands for it */
};

/* near[a][b]: mean over the tiles of a of the best match in b, from rows of sim
 * that begin with the first tile of a. */
static double
mean_match(const float *sim, size_t n_tiles, size_t n, size_t b)
{
    double sum = 0;

    for (size_t t = 0; t < n_tiles; t++)
        sum += (double)sim[t * n + b];
    return sum / (double)n_tiles;
}

/* From the tiles of dataset a to the datasets marked in `to`. */
static void
match(const struct akin_context *context, size_t a, const uint8_t *to,
      float *sim, uint64_t *row, struct pool *pool)
{
    size_t first = (size_t)context->start[a];
    size_t n_tiles = (size_t)context->start[a + 1] - first;

    akin_vindex_best_in_groups(context->vectors, AKIN_DIM, context->start,
                               pool->n, context->vectors + first * AKIN_DIM,
                               n_tiles, NULL, to, sim, row);
    for (size_t b = 0; b < pool->n; b++)
        if (to[b] != 0)
            pool->near[a][b] = mean_match(sim, n_tiles, pool->n, b);
}

/* Fills near in both directions between the datasets marked in `with` and all
 * others. What company says comes from a few leaders, so most pairs are not
 * looked at when finding. */
static enum akin_status
compare(const struct akin_context *context, const uint8_t *with,
        struct pool *pool, struct akin_error *err)
{
    size_t n = pool->n, most = 0;
    uint8_t to[AKIN_CONTEXT_POOL], all[AKIN_CONTEXT_POOL];
    uint64_t *row;
    float *sim;

    for (size_t i = 0; i < n; i++) {
        uint64_t here = context->start[i + 1] - context->start[i];

        most = here > most ? (size_t)here : most;
        all[i] = !pool->empty[i];
        to[i] = all[i] != 0 && with[i] != 0;
    }
    sim = calloc(most * n + 1, sizeof(*sim));
    row = calloc(most * n + 1, sizeof(*row));
    for (size_t a = 0; sim != NULL && row != NULL && a < n; a++)
        if (!pool->empty[a])
            match(context, a, to[a] != 0 ? all : to, sim, row, pool);
    if (sim == NULL || row == NULL)
        n = 0;
    free(sim);
    free(row);
    if (n == 0)
        return AKIN_FAIL(err, AKIN_ENOMEM,
                         "no memory to compare %zu datasets with each other",
                         pool->n);
    return AKIN_OK;
}

/* How well the others match each; all pairs must have been compared. */
static void
find_usual(struct pool *pool)
{
    for (size_t b = 0; b < pool->n; b++) {
        for (size_t a = 0; a < pool->n; a++)
            pool->usual[b] += a == b ? 0 : pool->near[a][b];
        if (pool->n > 1)
            pool->usual[b] /= (double)(pool->n - 1);
    }
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
        if (pool->share[a] > 0)
            company += pool->share[a] *
                       (a == b ? 1 : (pool->near[a][b] + pool->near[b][a]) / 2);
    return (1 - manner->weight) * pool->base[b] + manner->weight * company;
}

static void
rescore(struct pool *pool, const struct manner *manner,
        struct akin_ranked *ranked, size_t n)
{
    double last = ranked[pool->n - 1].score, lowest = INFINITY;

    for (size_t i = 0; i < pool->n; i++) {
        ranked[i].score = score_of(pool, manner, i);
        lowest = fmin(lowest, ranked[i].score);
    }
    for (size_t i = pool->n; i < n; i++)
        ranked[i].score = lowest - (last - ranked[i].score);
}

/* Where a dataset stands before company, and who leads; then the company. */
static enum akin_status
join(const struct akin_context *context, const struct manner *manner,
     struct pool *pool, const struct akin_ranked *ranked,
     struct akin_error *err)
{
    uint8_t with[AKIN_CONTEXT_POOL];
    enum akin_status st = AKIN_OK;

    memset(with, 1, sizeof(with));
    for (size_t i = 0; i < pool->n; i++)
        pool->empty[i] = context->start[i] == context->start[i + 1];
    if (manner->hub > 0)
        st = compare(context, with, pool, err);
    if (manner->hub > 0)
        find_usual(pool);
    for (size_t i = 0; i < pool->n; i++)
        pool->base[i] =
            ranked[i].score - manner->hub * pool->usual[i] -
            (context->size[i] > 1 ? manner->size * log((double)context->size[i])
                                  : 0);
    share_out(pool);
    for (size_t i = 0; i < pool->n; i++)
        with[i] = pool->share[i] > 0;
    if (manner->hub > 0)
        return st;
    return compare(context, with, pool, err);
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
    st = join(context, &manners[intent], pool, ranked, err);
    if (st == AKIN_OK) {
        rescore(pool, &manners[intent], ranked, n);
        /* Behind the pool the order stays, equal scores included. */
        akin_rank_sort(ranked, context->n_pool, tie);
        anchor(ranked, n);
    }
    free(pool);
    return st;
}
