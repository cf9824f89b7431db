/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_calibrate.c - how many lists must be probed? Measured on the rows
 * themselves against the exact scan.
 *
 * A stored row finds itself, which says nothing, so one more is asked for and
 * the row itself is left out. A hit counts when it is as near as the last of
 * the true ones: among equals it does not matter which is found. Recall is the
 * least of three: without a filter, and behind filters that let one row in 10
 * and one in 100 through.
 */
#include "akin/vindex.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "akin/hash.h"
#include "vindex_internal.h"

#define RECALL_AT ((size_t)10)
#define RECALL_ASK (RECALL_AT + 1)

static const uint64_t let_through[] = {1, 10, 100};
#define N_FILTERS AKIN_COUNT(let_through)

/* The truth behind one filter. */
struct truth {
    uint8_t *allowed; /* NULL: every row */
    float *last;      /* n: similarity of the last of a query's true best */
    size_t n_true;    /* true neighbours of all queries together */
};

struct calibration {
    const struct akin_vindex *vx;
    const float *vectors;
    size_t n;       /* queries */
    uint64_t *own;  /* n: the row that each query is */
    float *queries; /* n x dim */
    struct truth truth[N_FILTERS];
    uint64_t *rows; /* n x RECALL_ASK */
    float *sims;    /* the same */
};

static void
calibration_free(struct calibration *cal)
{
    for (size_t i = 0; i < N_FILTERS; i++) {
        free(cal->truth[i].allowed);
        free(cal->truth[i].last);
    }
    free(cal->own);
    free(cal->queries);
    free(cal->rows);
    free(cal->sims);
}

static enum akin_status
calibration_alloc(struct calibration *cal, struct akin_error *err)
{
    size_t dim = akin__ivf_dim(cal->vx);
    bool ok = true;

    cal->own = calloc(cal->n, sizeof(*cal->own));
    cal->queries = calloc(cal->n * dim, sizeof(*cal->queries));
    cal->rows = calloc(cal->n * RECALL_ASK, sizeof(*cal->rows));
    cal->sims = calloc(cal->n * RECALL_ASK, sizeof(*cal->sims));
    for (size_t i = 0; i < N_FILTERS; i++) {
        struct truth *truth = &cal->truth[i];

        truth->last = calloc(cal->n, sizeof(*truth->last));
        ok = ok && truth->last != NULL;
        if (let_through[i] == 1)
            continue;
        truth->allowed = calloc(akin__ivf_rows(cal->vx) / 8 + 1, 1);
        ok = ok && truth->allowed != NULL;
    }
    if (!ok || cal->own == NULL || cal->queries == NULL || cal->rows == NULL ||
        cal->sims == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM,
                         "no memory to measure recall with %zu queries",
                         cal->n);
    return AKIN_OK;
}

/* Counts the best RECALL_AT rows of query q without itself that are at least
 * floor similar; *last (may be NULL) gets the similarity of the last one. */
static size_t
count_hits(const struct calibration *cal, size_t q, float floor, float *last)
{
    size_t n = 0;

    for (size_t i = 0; i < RECALL_ASK && n < RECALL_AT; i++) {
        uint64_t row = cal->rows[q * RECALL_ASK + i];
        float sim = cal->sims[q * RECALL_ASK + i];

        if (row == UINT64_MAX || row == cal->own[q] || sim < floor)
            continue;
        n++;
        if (last != NULL)
            *last = sim;
    }
    return n;
}

static void
find_truth(struct calibration *cal, struct truth *truth, uint64_t every)
{
    uint64_t n_rows = akin__ivf_rows(cal->vx);

    for (uint64_t row = 0; every > 1 && row < n_rows; row++)
        if (akin_hash_mix(row, every) % every == 0)
            truth->allowed[row >> 3] |= (uint8_t)(1u << (row & 7));
    akin_vindex_exact(cal->vectors, (size_t)n_rows, akin__ivf_dim(cal->vx),
                      cal->queries, cal->n, RECALL_ASK, truth->allowed,
                      cal->rows, cal->sims);
    for (size_t q = 0; q < cal->n; q++) {
        truth->last[q] = INFINITY;
        truth->n_true += count_hits(cal, q, -INFINITY, &truth->last[q]);
    }
}

static void
prepare(struct calibration *cal)
{
    size_t dim = akin__ivf_dim(cal->vx), n_rows = akin__ivf_rows(cal->vx);

    for (size_t q = 0; q < cal->n; q++) {
        cal->own[q] = (uint64_t)q * n_rows / cal->n;
        memcpy(cal->queries + q * dim, cal->vectors + cal->own[q] * dim,
               dim * sizeof(float));
    }
    for (size_t i = 0; i < N_FILTERS; i++)
        find_truth(cal, &cal->truth[i], let_through[i]);
}

static enum akin_status
measure_behind(struct calibration *cal, const struct truth *truth,
               size_t n_probe, double *recall, struct akin_error *err)
{
    enum akin_status st = akin_vindex_search(
        cal->vx, cal->vectors, cal->queries, cal->n, RECALL_ASK, n_probe,
        truth->allowed, cal->rows, cal->sims, err);
    size_t hits = 0;

    if (st != AKIN_OK)
        return st;
    for (size_t q = 0; q < cal->n; q++)
        hits += count_hits(cal, q, truth->last[q], NULL);
    *recall = truth->n_true == 0 ? 1.0 : (double)hits / (double)truth->n_true;
    return AKIN_OK;
}

static enum akin_status
measure(struct calibration *cal, size_t n_probe, double *recall,
        struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    *recall = 1.0;
    for (size_t i = 0; st == AKIN_OK && i < N_FILTERS; i++) {
        double here = 0;

        st = measure_behind(cal, &cal->truth[i], n_probe, &here, err);
        if (here < *recall)
            *recall = here;
    }
    return st;
}

/* Recall grows with the lists probed: double until it suffices, then halve the
 * interval. When not even all lists suffice, *n_probe is all of them. */
static enum akin_status
find_n_probe(struct calibration *cal, double target, size_t *n_probe,
             double *recall, struct akin_error *err)
{
    size_t lists = akin_vindex_lists(cal->vx), low = 0, high = 1;
    enum akin_status st = measure(cal, high, recall, err);

    while (st == AKIN_OK && *recall < target && high < lists) {
        low = high;
        high = high > lists / 2 ? lists : high * 2;
        st = measure(cal, high, recall, err);
    }
    while (st == AKIN_OK && *recall >= target && high - low > 1) {
        size_t middle = low + (high - low) / 2;
        double here = 0;

        st = measure(cal, middle, &here, err);
        if (st == AKIN_OK && here >= target) {
            high = middle;
            *recall = here;
        } else {
            low = middle;
        }
    }
    *n_probe = high;
    return st;
}

enum akin_status
akin_vindex_calibrate(const struct akin_vindex *vx, const float *vectors,
                      size_t n_sample, double target, size_t *n_probe,
                      double *recall, struct akin_error *err)
{
    struct calibration cal = {.vx = vx, .vectors = vectors};
    enum akin_status st;
    size_t probe = 0;
    double measured = 0;

    cal.n = n_sample < akin__ivf_rows(vx) ? n_sample : akin__ivf_rows(vx);
    if (cal.n == 0)
        return AKIN_FAIL(err, AKIN_EINVAL, "recall needs at least one query");
    st = calibration_alloc(&cal, err);
    if (st == AKIN_OK) {
        prepare(&cal);
        st = find_n_probe(&cal, target, &probe, &measured, err);
    }
    if (st == AKIN_OK) {
        *n_probe = probe;
        *recall = measured;
    }
    calibration_free(&cal);
    return st;
}
