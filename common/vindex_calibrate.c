/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_calibrate.c - with which effort must be probed, and what does it cost?
 * Measured on the rows themselves against the exact scan, on this machine.
 *
 * A stored row finds itself, which says nothing, so one more is asked for and
 * the row itself is left out. A hit counts when it is as near as the last of
 * the true ones: among equals it does not matter which. Filters of runs take a
 * row's own surroundings away, so that it asks as a stranger would.
 */
#include "akin/vindex.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "akin/hash.h"
#include "vindex_internal.h"

#define FILTERS (2 * AKIN_VINDEX_WIDTHS) /* rows and runs of each width */
#define RECALL_AT ((size_t)10)
#define RECALL_ASK (RECALL_AT + 1)
#define RUNS 100.0   /* that all rows are cut into, for filters of runs */
#define RUNS_MIN 8.0 /* that at least should pass */
#define LEAST_ROWS ((uint64_t)200) /* fewer behind a filter tell nothing */
#define FIRST_LEAST                                                            \
    ((size_t)4) /* lists, and then half as many more each time */
#define FIRST_MOST ((size_t)256)
#define MARGIN_LEAST (-0.04f)
#define MARGIN_STEP 0.01f
#define MARGIN_MOST 0.4f
#define MARGIN_ALL 4.0f
/* Rows scanned to take the time: as many as where ways cost about the same, for
 * there the model decides. Once from memory, once from what the cache kept; a
 * request may find either. */
#define COST_ROWS ((uint64_t)1 << 15)
#define COST_QUERIES ((size_t)64)
#define COST_MARGIN 0.15f /* more, for many lists */

struct calibration {
    const struct akin_vindex *vx;
    const float *vectors;
    double target;
    size_t n;         /* queries */
    uint64_t *own;    /* n: the row that each query is */
    float *queries;   /* n x dim */
    uint8_t *allowed; /* one bit a row */
    /* of each filter: similarity of the last of a query's true best (n), and
     * true neighbours of all queries together */
    float *last[FILTERS];
    size_t n_true[FILTERS];
    uint64_t *rows; /* n x RECALL_ASK */
    float *sims;    /* the same */
};

static void
calibration_free(struct calibration *cal)
{
    free(cal->own);
    free(cal->queries);
    free(cal->allowed);
    for (size_t i = 0; i < FILTERS; i++)
        free(cal->last[i]);
    free(cal->rows);
    free(cal->sims);
}

static enum akin_status
calibration_alloc(struct calibration *cal, struct akin_error *err)
{
    cal->own = calloc(cal->n, sizeof(*cal->own));
    cal->queries = calloc(cal->n * cal->vx->dim, sizeof(*cal->queries));
    cal->allowed = calloc(cal->vx->n_rows / 8 + 1, 1);
    cal->rows = calloc(cal->n * RECALL_ASK, sizeof(*cal->rows));
    cal->sims = calloc(cal->n * RECALL_ASK, sizeof(*cal->sims));
    if (cal->own == NULL || cal->queries == NULL || cal->allowed == NULL ||
        cal->rows == NULL || cal->sims == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM,
                         "no memory to measure recall with %zu queries",
                         cal->n);
    for (size_t q = 0; q < cal->n; q++) {
        cal->own[q] = (uint64_t)q * cal->vx->n_rows / cal->n;
        memcpy(cal->queries + q * cal->vx->dim,
               cal->vectors + cal->own[q] * cal->vx->dim,
               cal->vx->dim * sizeof(float));
    }
    return AKIN_OK;
}

/* --- recall --- */

/* The i-th row found for query q counts: it is there, near enough, another. */
static bool
counts(const struct calibration *cal, size_t q, size_t i, float floor)
{
    uint64_t row = cal->rows[q * RECALL_ASK + i];

    return row != UINT64_MAX && row != cal->own[q] &&
           cal->sims[q * RECALL_ASK + i] >= floor;
}

/* Lets `width` of the rows through, single ones or runs. */
static void
let_through(struct calibration *cal, double width, bool in_runs)
{
    uint64_t n = cal->vx->n_rows, run = 1;

    if (in_runs)
        run = 1 + (uint64_t)((double)n * fmin(1 / RUNS, width / RUNS_MIN));
    memset(cal->allowed, 0, (size_t)(n / 8 + 1));
    for (uint64_t row = 0; row < n; row++)
        if (width >= 1 || (double)(akin_hash_mix(row / run, 5) >> 11) <
                              width * 9007199254740992.0) /* 2^53 */
            cal->allowed[row >> 3] |= (uint8_t)(1u << (row & 7));
}

static enum akin_status
find_truth(struct calibration *cal, size_t filter, struct akin_error *err)
{
    float *last = calloc(cal->n, sizeof(*last));

    if (last == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to measure recall");
    akin_vindex_exact(cal->vectors, cal->vx->n_rows, cal->vx->dim, cal->queries,
                      cal->n, RECALL_ASK, cal->allowed, cal->rows, cal->sims);
    for (size_t q = 0; q < cal->n; q++) {
        size_t n = 0;

        last[q] = INFINITY;
        for (size_t i = 0; i < RECALL_ASK && n < RECALL_AT; i++) {
            if (!counts(cal, q, i, -INFINITY))
                continue;
            n++;
            last[q] = cal->sims[q * RECALL_ASK + i];
        }
        cal->n_true[filter] += n;
    }
    cal->last[filter] = last;
    return AKIN_OK;
}

static enum akin_status
measure(struct calibration *cal, size_t filter,
        struct akin_vindex_effort effort, double *recall, double *n_probe,
        struct akin_error *err)
{
    uint64_t n_lists = 0;
    enum akin_status st = akin__ivf_search(
        cal->vx, cal->vectors, cal->queries, cal->n, RECALL_ASK, effort,
        cal->allowed, NULL, cal->rows, cal->sims, &n_lists, err);
    size_t hits = 0, n_true = cal->n_true[filter];

    assert(cal->last[filter] != NULL);
    for (size_t q = 0; st == AKIN_OK && q < cal->n; q++)
        for (size_t i = 0, n = 0; i < RECALL_ASK && n < RECALL_AT; i++)
            if (counts(cal, q, i, cal->last[filter][q])) {
                hits++;
                n++;
            }
    *recall = n_true == 0 ? 1.0 : (double)hits / (double)n_true;
    *n_probe = (double)n_lists / (double)cal->n;
    return st;
}

/* Lets through what the filter does; false: too few rows to tell anything. */
static bool
set_filter(struct calibration *cal, size_t filter)
{
    size_t width = filter / 2, kind = filter % 2;

    if (width == 0 && kind == 1)
        return false; /* no filter is of neither kind */
    let_through(cal, akin_vindex_width[width], kind != 0);
    return width == 0 ||
           akin_vindex_look(cal->allowed, cal->vx->n_rows).n_rows >= LEAST_ROWS;
}

/* The next larger effort: without a filter, a query's surroundings are in a few
 * lists, and more of these are what it takes; behind a filter it is the margin.
 * False: there is none. */
static bool
raise_effort(size_t filter, size_t n_lists, struct akin_vindex_effort *effort)
{
    if (effort->margin >= MARGIN_ALL)
        return false;
    if (filter == 0 && effort->n_first < FIRST_MOST &&
        effort->n_first < n_lists) {
        effort->n_first += effort->n_first / 2;
        return true;
    }
    effort->margin += MARGIN_STEP;
    if (effort->margin > MARGIN_MOST)
        effort->margin = MARGIN_ALL;
    return true;
}

/* Raises the effort until it serves every filter. */
static enum akin_status
find_effort(struct calibration *cal, struct akin_vindex_effort *effort,
            struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < FILTERS; i++) {
        double recall = 0, n_probe = 0;

        if (!set_filter(cal, i))
            continue;
        st = find_truth(cal, i, err);
        while (st == AKIN_OK) {
            st = measure(cal, i, *effort, &recall, &n_probe, err);
            if (recall >= cal->target ||
                !raise_effort(i, cal->vx->n_lists, effort))
                break;
        }
    }
    return st;
}

static enum akin_status
find_lists(struct calibration *cal, struct akin_vindex_model *model,
           struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    model->recall = 1;
    for (size_t i = 0; st == AKIN_OK && i < FILTERS; i++) {
        double recall = 0;

        if (cal->last[i] == NULL || !set_filter(cal, i))
            continue;
        st = measure(cal, i, model->effort, &recall,
                     &model->n_probe[i % 2][i / 2], err);
        model->recall = fmin(recall, model->recall);
    }
    model->n_probe[1][0] = model->n_probe[0][0];
    return st;
}

/* --- costs: processor time, so that a busy machine measures the same --- */

static double
now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Time a query and row of an exact scan, queries in groups of `group`. */
static double
time_exact(struct calibration *cal, const uint8_t *allowed, uint64_t n_rows,
           uint64_t n_passing, size_t group)
{
    double start = now_ns();

    akin_vindex_exact(cal->vectors, n_rows, cal->vx->dim, cal->queries, group,
                      RECALL_AT, allowed, cal->rows, cal->sims);
    return (now_ns() - start) / (double)group / (double)(n_passing + 1);
}

/* The same for a block of a scan by codes. */
static enum akin_status
time_scan(struct calibration *cal, uint64_t n_rows, size_t group, double *ns,
          struct akin_error *err)
{
    const struct akin_vindex *vx = cal->vx;
    int8_t code[AKIN_VINDEX_MANY * AKIN_VINDEX_DIM_MAX];
    struct akin__coded coded[AKIN_VINDEX_MANY];
    int32_t most[AKIN_VINDEX_MANY];
    int32_t *peak = malloc(akin__rows_cells(0, n_rows) * group * sizeof(*peak));
    double start;

    if (peak == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to measure a scan");
    for (size_t q = 0; q < group; q++)
        coded[q] = akin__encode_query(&vx->scale, cal->queries + q * vx->dim,
                                      code + q * vx->scale.words * 4);
    start = now_ns();
    akin__rows_peaks(vx, coded, group, 0, n_rows, NULL, most, peak);
    *ns = (now_ns() - start) / (double)group /
          (double)akin__blocks_of((size_t)n_rows);
    free(peak);
    return AKIN_OK;
}

/* Time of a query of a search, and the lists it looks into. */
static enum akin_status
time_search(struct calibration *cal, struct akin_vindex_effort effort,
            size_t group, double *ns, double *n_probe, struct akin_error *err)
{
    size_t most = cal->n < COST_QUERIES ? cal->n : COST_QUERIES;
    size_t n = most / group * group;
    enum akin_status st = AKIN_OK;
    uint64_t n_lists = 0, sum = 0;
    double start = now_ns();

    for (size_t q = 0; st == AKIN_OK && q < n; q += group) {
        st = akin__ivf_search(
            cal->vx, cal->vectors, cal->queries + q * cal->vx->dim, group,
            RECALL_AT, effort, NULL, NULL, cal->rows, cal->sims, &n_lists, err);
        sum += n_lists;
    }
    *ns = (now_ns() - start) / (double)n;
    *n_probe = (double)sum / (double)n;
    return st;
}

/* Of a query: what a list costs, and what it costs besides. */
static enum akin_status
find_list_cost(struct calibration *cal, size_t i, size_t group,
               struct akin_vindex_model *model, struct akin_error *err)
{
    const struct akin_vindex_effort least = {model->effort.n_first, -1};
    const struct akin_vindex_effort most = {model->effort.n_first,
                                            model->effort.margin + COST_MARGIN};
    double few_ns = 0, many_ns = 0, few = 0, many = 0;
    enum akin_status st = AKIN_OK;

    for (int warm = 0; st == AKIN_OK && warm < 2; warm++) {
        st = time_search(cal, most, group, &many_ns, &many, err);
        if (st == AKIN_OK)
            st = time_search(cal, least, group, &few_ns, &few, err);
    }
    model->list_ns[i] =
        many > few && many_ns > few_ns ? (many_ns - few_ns) / (many - few) : 0;
    model->query_ns[i] = few_ns - few * model->list_ns[i];
    if (model->query_ns[i] < 0)
        model->query_ns[i] = 0;
    return st;
}

static enum akin_status
find_costs(struct calibration *cal, struct akin_vindex_model *model,
           struct akin_error *err)
{
    uint64_t n_rows = cal->vx->n_rows, some;
    size_t n_many = cal->n < AKIN_VINDEX_MANY ? cal->n : AKIN_VINDEX_MANY;
    enum akin_status st = AKIN_OK;

    some = n_rows < COST_ROWS ? n_rows : COST_ROWS;
    for (size_t i = 0; st == AKIN_OK && i < 2; i++) {
        size_t group = i == 0 ? 1 : n_many;

        let_through(cal, 0.03, false);
        (void)time_exact(cal, cal->allowed, n_rows, 1, 1); /* maps, and fills
                                                              the cache */
        model->row_ns[i] = (time_exact(cal, NULL, some, some, group) +
                            time_exact(cal, NULL, some, some, group)) /
                           2;
        model->gather_ns[i] = time_exact(
            cal, cal->allowed, n_rows,
            akin_vindex_look(cal->allowed, (size_t)n_rows).n_rows, group);
        for (int warm = 0; st == AKIN_OK && warm < 2; warm++)
            st = time_scan(cal, some, group, &model->block_ns[i], err);
        if (st == AKIN_OK)
            st = find_list_cost(cal, i, group, model, err);
    }
    return st;
}

enum akin_status
akin_vindex_calibrate(const struct akin_vindex *vx, const float *vectors,
                      size_t n_sample, double target,
                      struct akin_vindex_model *model, struct akin_error *err)
{
    struct calibration cal = {.vx = vx, .vectors = vectors, .target = target};
    enum akin_status st;

    *model = (struct akin_vindex_model){0};
    cal.n = n_sample < vx->n_rows ? n_sample : vx->n_rows;
    if (cal.n == 0)
        return AKIN_FAIL(err, AKIN_EINVAL, "recall needs at least one query");
    st = calibration_alloc(&cal, err);
    model->n_lists = vx->n_lists;
    model->effort = (struct akin_vindex_effort){FIRST_LEAST, MARGIN_LEAST};
    if (st == AKIN_OK)
        st = find_effort(&cal, &model->effort, err);
    if (st == AKIN_OK)
        st = find_lists(&cal, model, err);
    if (st == AKIN_OK)
        st = find_costs(&cal, model, err);
    calibration_free(&cal);
    return st;
}
