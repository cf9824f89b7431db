/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_calibrate.c - how many lists must be probed, and what does it cost?
 * Measured on the rows themselves against the exact scan, on this machine.
 *
 * A stored row finds itself, which says nothing, so one more is asked for and
 * the row itself is left out. Where the list of a true neighbour stands in the
 * order of the query's lists tells how many must be probed to meet it; one pass
 * over the neighbours gives recall for every n_probe. What the 8-bit codes lose
 * is measured by a search with the n_probe found. A hit counts when it is as
 * near as the last of the true ones: among equals it does not matter which.
 */
#include "akin/vindex.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "akin/hash.h"
#include "vindex_internal.h"

#define RECALL_AT ((size_t)10)
#define RECALL_ASK (RECALL_AT + 1)
#define RUNS 100.0   /* that all rows are cut into, for filters of runs */
#define RUNS_MIN 8.0 /* that at least should pass */
#define LEAST_ROWS ((uint64_t)200) /* fewer behind a filter tell nothing */
#define MORE_TRIES 8               /* each with a quarter more lists */
/* Rows scanned to take the time: as many as where a scan and probing cost about
 * the same, for there the model decides. Once from memory, once from what the
 * cache kept; a request may find either. */
#define COST_ROWS ((uint64_t)1 << 15)
#define COUNT_WIDTH 0.01
#define COST_QUERIES ((size_t)64)

struct calibration {
    const struct akin_vindex *vx;
    const float *vectors;
    double target;
    size_t n;         /* queries */
    uint64_t *own;    /* n: the row that each query is */
    float *queries;   /* n x dim */
    uint8_t *allowed; /* one bit a row */
    float *last;      /* n: similarity of the last of a query's true best */
    size_t n_true;    /* true neighbours of all queries together */
    uint64_t *rows;   /* n x RECALL_ASK */
    float *sims;      /* the same */
    size_t *met;      /* n_lists + 1: neighbours in the list of each place */
    uint32_t *place;  /* n_lists: of each list, for one query */
    uint64_t *keys;   /* n_lists, rounded up */
    int32_t *scores;
};

static void
calibration_free(struct calibration *cal)
{
    free(cal->own);
    free(cal->queries);
    free(cal->allowed);
    free(cal->last);
    free(cal->rows);
    free(cal->sims);
    free(cal->met);
    free(cal->place);
    free(cal->keys);
    free(cal->scores);
}

static enum akin_status
calibration_alloc(struct calibration *cal, struct akin_error *err)
{
    size_t lists = cal->vx->n_lists + AKIN__BLOCK;

    cal->own = calloc(cal->n, sizeof(*cal->own));
    cal->queries = calloc(cal->n * cal->vx->dim, sizeof(*cal->queries));
    cal->allowed = calloc(cal->vx->n_rows / 8 + 1, 1);
    cal->last = calloc(cal->n, sizeof(*cal->last));
    cal->rows = calloc(cal->n * RECALL_ASK, sizeof(*cal->rows));
    cal->sims = calloc(cal->n * RECALL_ASK, sizeof(*cal->sims));
    cal->met = calloc(lists, sizeof(*cal->met));
    cal->place = calloc(lists, sizeof(*cal->place));
    cal->keys = calloc(lists, sizeof(*cal->keys));
    cal->scores = calloc(lists, sizeof(*cal->scores));
    if (cal->own == NULL || cal->queries == NULL || cal->allowed == NULL ||
        cal->last == NULL || cal->rows == NULL || cal->sims == NULL ||
        cal->met == NULL || cal->place == NULL || cal->keys == NULL ||
        cal->scores == NULL)
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

static void
place_lists(struct calibration *cal, size_t q, const uint32_t *count)
{
    const struct akin_vindex *vx = cal->vx;
    size_t n_blocks = (vx->n_lists + AKIN__BLOCK - 1) / AKIN__BLOCK, n;
    int8_t code[AKIN_VINDEX_DIM_MAX];
    struct akin__coded query;

    query = akin__encode_query(&vx->scale, cal->queries + q * vx->dim, code);
    akin__scan(vx->centres, vx->centre_fix, n_blocks, vx->scale.words, &query,
               1, cal->scores);
    n = akin__ivf_order(vx, cal->scores, count, vx->n_lists, cal->keys);
    memset(cal->place, 0xff, vx->n_lists * sizeof(*cal->place));
    for (size_t i = 0; i < n; i++)
        cal->place[akin__key_number(cal->keys[i])] = (uint32_t)i;
}

/* Finds the true neighbours, and at which place each one's list stands. */
static enum akin_status
find_truth(struct calibration *cal, struct akin_error *err)
{
    const struct akin_vindex *vx = cal->vx;
    uint32_t *count = NULL;
    struct akin_vindex_filter filter =
        akin_vindex_look(cal->allowed, vx->n_rows);
    enum akin_status st =
        akin__ivf_count(vx, cal->allowed, &filter, &count, err);

    if (st != AKIN_OK)
        return st;
    akin_vindex_exact(cal->vectors, vx->n_rows, vx->dim, cal->queries, cal->n,
                      RECALL_ASK, cal->allowed, cal->rows, cal->sims);
    memset(cal->met, 0, (vx->n_lists + 1) * sizeof(*cal->met));
    cal->n_true = 0;
    for (size_t q = 0; q < cal->n; q++) {
        size_t n = 0, list;

        place_lists(cal, q, count);
        cal->last[q] = INFINITY;
        for (size_t i = 0; i < RECALL_ASK && n < RECALL_AT; i++) {
            if (!counts(cal, q, i, -INFINITY))
                continue;
            n++;
            cal->last[q] = cal->sims[q * RECALL_ASK + i];
            list = vx->list_of[cal->rows[q * RECALL_ASK + i]];
            if (list < vx->n_lists && cal->place[list] < vx->n_lists)
                cal->met[cal->place[list]]++;
        }
        cal->n_true += n;
    }
    free(count);
    return AKIN_OK;
}

static enum akin_status
measure(struct calibration *cal, size_t n_probe, double *recall,
        struct akin_error *err)
{
    enum akin_status st = akin_vindex_search(
        cal->vx, cal->vectors, cal->queries, cal->n, RECALL_ASK, n_probe,
        cal->allowed, cal->rows, cal->sims, err);
    size_t hits = 0;

    for (size_t q = 0; st == AKIN_OK && q < cal->n; q++)
        for (size_t i = 0, n = 0; i < RECALL_ASK && n < RECALL_AT; i++)
            if (counts(cal, q, i, cal->last[q])) {
                hits++;
                n++;
            }
    *recall = cal->n_true == 0 ? 1.0 : (double)hits / (double)cal->n_true;
    return st;
}

/* The smallest n_probe behind the filter in cal->allowed; 0: none. */
static enum akin_status
find_n_probe(struct calibration *cal, size_t *n_probe, double *recall,
             struct akin_error *err)
{
    size_t met = 0, p = 0, lists = cal->vx->n_lists;
    double here = 0;
    enum akin_status st = find_truth(cal, err);

    *n_probe = 0;
    if (st != AKIN_OK)
        return st;
    while (p < lists &&
           (p == 0 || (double)met < cal->target * (double)cal->n_true))
        met += cal->met[p++];
    for (int i = 0; st == AKIN_OK && i < MORE_TRIES; i++) {
        st = measure(cal, p, &here, err);
        if (st == AKIN_OK && here >= cal->target) {
            *n_probe = p;
            *recall = here < *recall ? here : *recall;
            break;
        }
        if (p == lists)
            break;
        p = p + p / 4 + 1 < lists ? p + p / 4 + 1 : lists;
    }
    return st;
}

/* A stored row has its own image and dataset around it; what is asked for may
 * be of a dataset that is not stored, and then needs as many lists as a row
 * whose surroundings a filter of runs took away. Between the two lies the
 * geometric mean. */
static void
meet_strangers(struct akin_vindex_model *model, size_t w)
{
    size_t far = model->n_probe[1][1]; /* where lists are not counted */

    if (model->n_probe[0][w] > 0 && far > model->n_probe[0][w])
        model->n_probe[0][w] =
            (size_t)ceil(sqrt((double)model->n_probe[0][w] * (double)far));
}

static enum akin_status
find_all(struct calibration *cal, struct akin_vindex_model *model,
         struct akin_error *err)
{
    bool counted[2][AKIN_VINDEX_WIDTHS] = {{false}};
    struct akin_vindex_filter filter;
    enum akin_status st = AKIN_OK;

    model->recall = 1;
    model->n_lists = cal->vx->n_lists;
    for (size_t w = 0; w < AKIN_VINDEX_WIDTHS; w++)
        for (size_t in_runs = 0; st == AKIN_OK && in_runs < 2; in_runs++) {
            if (w == 0 && in_runs == 1) {
                model->n_probe[1][0] = model->n_probe[0][0];
                continue;
            }
            let_through(cal, akin_vindex_width[w], in_runs != 0);
            filter = akin_vindex_look(cal->allowed, cal->vx->n_rows);
            counted[in_runs][w] =
                akin__ivf_counts(&filter, cal->vx->n_rows, cal->vx->n_lists);
            if (w == 0 || filter.n_rows >= LEAST_ROWS)
                st = find_n_probe(cal, &model->n_probe[in_runs][w],
                                  &model->recall, err);
        }
    /* A narrower filter never needs less, as long as all lists count or only
     * those with rows do: what says so is chance. */
    for (size_t i = 2; i < 2 * AKIN_VINDEX_WIDTHS; i++) {
        size_t *n_probe = model->n_probe[i % 2], w = i / 2;

        if (n_probe[w] != 0 && n_probe[w] < n_probe[w - 1] &&
            counted[i % 2][w] == counted[i % 2][w - 1])
            n_probe[w] = n_probe[w - 1];
    }
    for (size_t w = 0; w < AKIN_VINDEX_WIDTHS; w++)
        meet_strangers(model, w);
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

/* Time a query of a search that probes n lists. */
static enum akin_status
time_search(struct calibration *cal, size_t n_probe, size_t group, double *ns,
            struct akin_error *err)
{
    size_t most = cal->n < COST_QUERIES ? cal->n : COST_QUERIES;
    size_t n = most / group * group;
    enum akin_status st = AKIN_OK;
    double start = now_ns();

    for (size_t q = 0; st == AKIN_OK && q < n; q += group)
        st = akin_vindex_search(
            cal->vx, cal->vectors, cal->queries + q * cal->vx->dim, group,
            RECALL_AT, n_probe, NULL, cal->rows, cal->sims, err);
    *ns = (now_ns() - start) / (double)n;
    return st;
}

static enum akin_status
find_count_cost(struct calibration *cal, struct akin_vindex_model *model,
                struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    struct akin_vindex_filter filter;

    let_through(cal, COUNT_WIDTH, true);
    filter = akin_vindex_look(cal->allowed, cal->vx->n_rows);
    for (int i = 0; st == AKIN_OK && i < 2; i++) { /* the first warms */
        uint32_t *count = NULL;
        double start = now_ns();

        st = akin__ivf_count(cal->vx, cal->allowed, &filter, &count, err);
        model->count_ns = (now_ns() - start) / (double)(filter.n_rows + 1);
        free(count);
    }
    return st;
}

static enum akin_status
find_costs(struct calibration *cal, struct akin_vindex_model *model,
           struct akin_error *err)
{
    uint64_t n_rows = cal->vx->n_rows, some;
    size_t few = model->n_probe[0][0] > 0 ? model->n_probe[0][0] : 1;
    size_t many = few * 4 < cal->vx->n_lists ? few * 4 : cal->vx->n_lists;
    size_t n_many = cal->n < AKIN_VINDEX_MANY ? cal->n : AKIN_VINDEX_MANY;
    enum akin_status st = AKIN_OK;

    some = n_rows < COST_ROWS ? n_rows : COST_ROWS;
    let_through(cal, 0.03, false);
    for (size_t i = 0; st == AKIN_OK && i < 2; i++) {
        size_t group = i == 0 ? 1 : n_many;
        double a = 0, b = 0;

        (void)time_exact(cal, cal->allowed, n_rows, 1, 1); /* maps, and fills
                                                              the cache */
        model->row_ns[i] = (time_exact(cal, NULL, some, some, group) +
                            time_exact(cal, NULL, some, some, group)) /
                           2;
        model->gather_ns[i] = time_exact(
            cal, cal->allowed, n_rows,
            akin_vindex_look(cal->allowed, (size_t)n_rows).n_rows, group);
        st = time_search(cal, few, group, &a, err); /* the same */
        if (st == AKIN_OK)
            st = time_search(cal, few, group, &a, err);
        if (st == AKIN_OK)
            st = time_search(cal, many, group, &b, err);
        model->list_ns[i] =
            many > few && b > a ? (b - a) / (double)(many - few) : 0;
        model->query_ns[i] = a - (double)few * model->list_ns[i];
        if (model->query_ns[i] < 0)
            model->query_ns[i] = 0;
    }
    return st == AKIN_OK ? find_count_cost(cal, model, err) : st;
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
    if (st == AKIN_OK)
        st = find_all(&cal, model, err);
    if (st == AKIN_OK)
        st = find_costs(&cal, model, err);
    calibration_free(&cal);
    return st;
}
