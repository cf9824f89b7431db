/* SPDX-License-Identifier: Apache-2.0 */
#include "finer.h"

#include <math.h>
#include <stdlib.h>

#include "snapshot_rows.h"

/* A dataset and the most that anything in it can score. */
struct bound {
    size_t dataset;
    double most;
};

/* The best so far: twice the room, cut back when full. */
struct list {
    struct akin_fine *entry;
    size_t n, k;
    double least; /* of the best k, once there are as many; else -INFINITY */
};

struct looking {
    const struct akin_finer *finer;
    enum akin_by by;
    size_t dataset;
    struct list list;
    float *best; /* n_queries */
};

static int
better_first(const void *a, const void *b)
{
    const struct akin_fine *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->image != y->image)
        return x->image < y->image ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static int
by_most(const void *a, const void *b)
{
    const struct bound *x = a, *y = b;

    if (x->most != y->most)
        return x->most > y->most ? -1 : 1;
    return x->dataset < y->dataset ? -1 : x->dataset > y->dataset;
}

static void
cut(struct list *list)
{
    if (list->n > 1)
        qsort(list->entry, list->n, sizeof(*list->entry), better_first);
    if (list->n >= list->k) {
        list->n = list->k;
        list->least = list->entry[list->k - 1].score;
    }
}

static void
offer(struct list *list, const struct akin_fine *one)
{
    if (one->score < list->least)
        return;
    list->entry[list->n++] = *one;
    if (list->n == 2 * list->k)
        cut(list);
}

static bool
is_skipped(const struct akin_finer *finer, uint32_t image)
{
    for (size_t i = 0; i < finer->n_skip; i++)
        if (finer->skip[i] == image)
            return true;
    return false;
}

static float
dot(const float *a, const float *b)
{
    float sum = 0;

    for (size_t d = 0; d < AKIN_DIM; d++)
        sum += a[d] * b[d];
    return sum;
}

static void
look_at_tiles(struct looking *l, const struct akin_snapshot_image *image)
{
    for (uint64_t r = 0; r < image->n_rows; r++) {
        struct akin_fine one = {l->dataset, image->image, -INFINITY,
                                image->first_row + r, 0};

        for (size_t q = 0; q < l->finer->n_queries; q++) {
            double sim = (double)dot(l->finer->queries + q * AKIN_DIM,
                                     image->vectors + r * AKIN_DIM);

            if (sim > one.score) {
                one.score = sim;
                one.query = q;
            }
        }
        offer(&l->list, &one);
    }
}

static void
best_rows(const struct akin_finer *finer,
          const struct akin_snapshot_image *image, float *sim, uint64_t *row)
{
    for (size_t q = 0; q < finer->n_queries; q++) {
        sim[q] = -INFINITY;
        for (uint64_t r = 0; r < image->n_rows; r++) {
            float one = dot(finer->queries + q * AKIN_DIM,
                            image->vectors + r * AKIN_DIM);

            if (!(one > sim[q]))
                continue;
            sim[q] = one;
            if (row != NULL)
                row[q] = image->first_row + r;
        }
    }
}

static enum akin_status
look_at(void *ctx, const struct akin_snapshot_image *image,
        struct akin_error *err)
{
    struct looking *l = ctx;
    struct akin_fine one = {l->dataset, image->image, 0, UINT64_MAX, 0};

    (void)err;
    if (is_skipped(l->finer, image->image))
        return AKIN_OK;
    if (l->by == AKIN_BY_TILE) {
        look_at_tiles(l, image);
        return AKIN_OK;
    }
    best_rows(l->finer, image, l->best, NULL);
    for (size_t q = 0; q < l->finer->n_queries; q++)
        one.score += (double)l->best[q] / (double)l->finer->n_queries;
    offer(&l->list, &one);
    return AKIN_OK;
}

static double
bound_of(const struct akin_finer *finer, enum akin_by by, size_t dataset)
{
    double sum = 0, most = -INFINITY;

    for (size_t q = 0; q < finer->n_queries; q++) {
        double one = (double)finer->sim[q * finer->n_datasets + dataset];

        sum += one / (double)finer->n_queries;
        most = one > most ? one : most;
    }
    return by == AKIN_BY_TILE ? most : sum;
}

/* The table's similarities are summed in another order than ours: a bound may
 * be short by rounding. */
#define ROUNDING 1e-4

static enum akin_status
look_into_all(struct looking *l, struct bound *bound, struct akin_error *err)
{
    const struct akin_finer *finer = l->finer;
    enum akin_status st = AKIN_OK;
    size_t n = 0;

    for (size_t d = 0; d < finer->n_datasets; d++) {
        bound[n] = (struct bound){d, bound_of(finer, l->by, d)};
        n += isfinite(bound[n].most);
    }
    if (n > 1)
        qsort(bound, n, sizeof(*bound), by_most);
    for (size_t i = 0; st == AKIN_OK && i < n; i++) {
        cut(&l->list);
        if (bound[i].most + ROUNDING < l->list.least)
            break;
        l->dataset = bound[i].dataset;
        st = akin_snapshot_images(finer->snapshot, l->dataset, look_at, l, err);
    }
    cut(&l->list);
    return st;
}

enum akin_status
akin_finer_rank(const struct akin_finer *finer, enum akin_by by, size_t k,
                struct akin_fine **out, size_t *n, struct akin_error *err)
{
    struct looking l = {.finer = finer, .by = by};
    struct bound *bound = calloc(finer->n_datasets + 1, sizeof(*bound));
    enum akin_status st;

    l.list.k = k;
    l.list.least = -INFINITY;
    l.list.entry = calloc(2 * k + 1, sizeof(*l.list.entry));
    l.best = calloc(finer->n_queries + 1, sizeof(*l.best));
    if (bound == NULL || l.list.entry == NULL || l.best == NULL)
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu hits", k);
    else
        st = look_into_all(&l, bound, err);
    free(bound);
    free(l.best);
    if (st != AKIN_OK) {
        free(l.list.entry);
        return st;
    }
    *out = l.list.entry;
    *n = l.list.n;
    return AKIN_OK;
}

struct one_image {
    const struct akin_finer *finer;
    uint32_t image;
    float *sim;
    uint64_t *row;
};

static enum akin_status
find_image(void *ctx, const struct akin_snapshot_image *image,
           struct akin_error *err)
{
    struct one_image *one = ctx;

    (void)err;
    if (image->image == one->image)
        best_rows(one->finer, image, one->sim, one->row);
    return AKIN_OK;
}

enum akin_status
akin_finer_image(const struct akin_finer *finer, const struct akin_fine *hit,
                 float *sim, uint64_t *row, struct akin_error *err)
{
    struct one_image one = {finer, hit->image, sim, row};

    for (size_t q = 0; q < finer->n_queries; q++) {
        sim[q] = -INFINITY;
        row[q] = UINT64_MAX;
    }
    return akin_snapshot_images(finer->snapshot, hit->dataset, find_image, &one,
                                err);
}
