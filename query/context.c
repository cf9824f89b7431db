/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "akin/alike.h"
#include "akin/projection.h"

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

/* Datasets of the pool, of which the first one leads. */
struct couple {
    uint8_t a, b;
};

_Static_assert(AKIN_CONTEXT_POOL <= UINT8_MAX, "a couple names two of it");

/* The couples of the datasets marked in `with` and all others, each once. What
 * company says comes from a few leaders, so most pairs are not looked at when
 * finding. */
static size_t
find_couples(const struct pool *pool, const uint8_t *with, struct couple *out)
{
    size_t n = 0;

    for (size_t a = 0; a < pool->n; a++)
        for (size_t b = 0; b < pool->n; b++)
            if (with[a] != 0 && a != b && (with[b] == 0 || a < b) &&
                !pool->empty[a] && !pool->empty[b])
                out[n++] = (struct couple){(uint8_t)a, (uint8_t)b};
    return n;
}

/* Looks at the tiles of those that are not known. */
static void
look(const struct akin_context *context, const struct couple *couple, size_t n,
     struct akin_company_pair *pair)
{
    float turned[AKIN_DIM * AKIN_ALIKE_TILES];
    size_t is_turned = SIZE_MAX;

    for (size_t i = 0; i < n; i++) {
        const uint64_t *a = context->start + couple[i].a;
        const uint64_t *b = context->start + couple[i].b;

        if (pair[i].is_known)
            continue;
        if (is_turned != couple[i].a)
            akin_alike_turn(context->tile + a[0], (size_t)(a[1] - a[0]),
                            AKIN_DIM, turned);
        is_turned = couple[i].a;
        akin_alike_pair(turned, (size_t)(a[1] - a[0]), context->tile + b[0],
                        (size_t)(b[1] - b[0]), AKIN_DIM, &pair[i].a_in_b,
                        &pair[i].b_in_a);
    }
}

/* Fills near in both directions between the datasets marked in `with` and all
 * others. */
static enum akin_status
compare(const struct akin_context *context, const uint8_t *with,
        struct pool *pool, struct akin_error *err)
{
    struct couple couple[AKIN_CONTEXT_POOL * (AKIN_CONTEXT_POOL - 1) / 2];
    size_t n = find_couples(pool, with, couple);
    struct akin_company_pair *pair = calloc(n + 1, sizeof(*pair));

    if (pair == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM,
                         "no memory to compare %zu datasets with each other",
                         pool->n);
    for (size_t i = 0; context->company != NULL && i < n; i++) {
        pair[i].a = context->name[couple[i].a];
        pair[i].b = context->name[couple[i].b];
    }
    if (context->company != NULL)
        akin_company_recall(context->company, pair, n);
    look(context, couple, n, pair);
    if (context->company != NULL)
        akin_company_keep(context->company, pair, n);
    for (size_t i = 0; i < n; i++) {
        pool->near[couple[i].a][couple[i].b] = pair[i].a_in_b;
        pool->near[couple[i].b][couple[i].a] = pair[i].b_in_a;
    }
    free(pair);
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
