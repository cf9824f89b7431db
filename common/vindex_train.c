/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_train.c - the centres of many lists, in two steps.
 *
 * k-means over n rows costs n times the number of centres a round. For many
 * lists the rows are first parted into about sqrt(lists) clusters, and each of
 * these into its share of the lists (a vocabulary tree of two levels: Nister
 * and Stewenius, CVPR 2006, section 3), which costs 2 * sqrt(lists) instead.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vindex_internal.h"

#define FLAT_LISTS ((size_t)256) /* up to this many, one step does */

struct training {
    const float *rows;
    size_t n, dim, n_lists;
    int threads;
    size_t n_parts;
    float *part_centres; /* n_parts x dim */
    uint64_t *part;      /* n: of each row */
    float *sims;         /* n */
    size_t *part_rows;   /* n_parts */
    float *members;      /* n x dim: of one part */
};

static enum akin_status
train_alloc(struct training *t, struct akin_error *err)
{
    t->part_centres = calloc(t->n_parts, t->dim * sizeof(float));
    t->part = calloc(t->n, sizeof(*t->part));
    t->sims = calloc(t->n, sizeof(*t->sims));
    t->part_rows = calloc(t->n_parts, sizeof(*t->part_rows));
    if (t->part_centres == NULL || t->part == NULL || t->sims == NULL ||
        t->part_rows == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM,
                         "no memory to train an index on %zu rows", t->n);
    return AKIN_OK;
}

/* Room for the largest part. */
static enum akin_status
members_alloc(struct training *t, struct akin_error *err)
{
    size_t most = 1;

    for (size_t p = 0; p < t->n_parts; p++)
        most = t->part_rows[p] > most ? t->part_rows[p] : most;
    t->members = calloc(most, t->dim * sizeof(float));
    if (t->members == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM,
                         "no memory to train an index on %zu rows", most);
    return AKIN_OK;
}

static void
gather(struct training *t, size_t part)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++)
        if (t->part[i] == part)
            memcpy(t->members + t->dim * n++, t->rows + i * t->dim,
                   t->dim * sizeof(float));
}

/* Lists are shared out by rows: of the first n rows, part by part, come the
 * first n * lists / all centres. So no part gets more lists than rows. */
static enum akin_status
train_parts(struct training *t, float *centres, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    size_t rows = 0, lists = 0;

    for (size_t p = 0; st == AKIN_OK && p < t->n_parts; p++) {
        size_t end;

        rows += t->part_rows[p];
        end = rows * t->n_lists / t->n;
        if (end == lists)
            continue;
        gather(t, p);
        st = akin__kmeans(t->members, t->part_rows[p], t->dim, end - lists,
                          t->threads, centres + lists * t->dim, err);
        lists = end;
    }
    return st;
}

static enum akin_status
train_twice(struct training *t, float *centres, struct akin_error *err)
{
    enum akin_status st = train_alloc(t, err);

    if (st == AKIN_OK)
        st = akin__kmeans(t->rows, t->n, t->dim, t->n_parts, t->threads,
                          t->part_centres, err);
    if (st != AKIN_OK)
        return st;
    akin_vindex_exact(t->part_centres, t->n_parts, t->dim, t->rows, t->n, 1,
                      NULL, t->part, t->sims);
    for (size_t i = 0; i < t->n; i++) {
        /* a row that is no number is nearest to nothing */
        t->part[i] = t->part[i] < t->n_parts ? t->part[i] : 0;
        t->part_rows[t->part[i]]++;
    }
    st = members_alloc(t, err);
    return st == AKIN_OK ? train_parts(t, centres, err) : st;
}

enum akin_status
akin__train(const float *rows, size_t n, size_t dim, size_t n_lists,
            int threads, float *centres, struct akin_error *err)
{
    struct training t = {.rows = rows,
                         .n = n,
                         .dim = dim,
                         .n_lists = n_lists,
                         .threads = threads};
    enum akin_status st;

    if (n_lists <= FLAT_LISTS)
        return akin__kmeans(rows, n, dim, n_lists, threads, centres, err);
    t.n_parts = (size_t)sqrt((double)n_lists);
    st = train_twice(&t, centres, err);
    free(t.part_centres);
    free(t.part);
    free(t.sims);
    free(t.part_rows);
    free(t.members);
    return st;
}
