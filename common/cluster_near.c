/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_near.c - pairs of vectors that are nearly the same.
 *
 * Design notes
 *
 * 1. Equal vectors are found by their hashes, and only the first of a kind goes
 *    on: what was uploaded a thousand times costs nothing.
 * 2. What is left is laid into cells, each vector into that of the nearest
 *    centre. A vector is compared with all of its cell, and with those of the
 *    next centres that are nearly as near (MARGIN): nearly equal vectors on
 *    the border between two cells meet there.
 * 3. A cell's queries are its members, then the visitors. A job is a cell and
 *    QUERIES of its queries, so that one large cell keeps all threads busy.
 */
#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "akin/hash.h"
#include "akin/parallel.h"

#include "cluster_internal.h"
#include "vindex_internal.h"

#define CELL_ROWS ((size_t)512)
#define PROBES ((size_t)4)
#define EXACT_CELLS ((size_t)16) /* so many cells' worth: one cell */
#define ROUNDS ((size_t)4)       /* cells need not be good ones */
#define MARGIN 0.08f             /* of similarity to the centre */
#define QUERIES ((size_t)64)
#define SLICE ((size_t)256)
#define NOT_VISITED UINT32_MAX

struct twin {
    uint64_t hash;
    uint32_t at;
};

struct job {
    uint32_t cell;
    uint32_t first; /* query */
};

struct near {
    const struct akin_vectors *in;
    const struct akin_near_options *options;
    akin_near_fn *fn;
    void *ctx;
    uint32_t *single; /* n_single positions in `in`: the first of each kind */
    size_t n_single;
    struct akin_vectors view; /* of the singles */
    uint64_t *row;            /* of the view */
    size_t n_cells, probes;
    float *centres, *turned;
    uint32_t *visits; /* n_single x probes: cells, the home first */
    size_t *start;    /* n_cells + 1: of query[] */
    uint32_t *n_home; /* n_cells: members among them */
    uint32_t *query;  /* positions among the singles */
    struct job *job;
    size_t n_jobs;
};

static int
by_hash(const void *a, const void *b)
{
    const struct twin *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* --- equal vectors --- */

static bool
is_equal(const struct akin_vectors *in, uint32_t a, uint32_t b)
{
    return memcmp(akin__vectors_at(in, a), akin__vectors_at(in, b),
                  in->dim * sizeof(float)) == 0;
}

static int
by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* Two kinds with one hash would be told as none of a kind: harmless. */
static enum akin_status
find_twins(struct near *w, struct akin_error *err)
{
    size_t n = w->in->n, first = 0;
    struct twin *twin = calloc(n + 1, sizeof(*twin));

    w->single = calloc(n + 1, sizeof(*w->single));
    if (twin == NULL || w->single == NULL) {
        free(twin);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to compare %zu vectors",
                         n);
    }
    for (size_t i = 0; i < n; i++) {
        struct akin_hash hash = akin_hash_of(akin_span_of(
            akin__vectors_at(w->in, i), w->in->dim * sizeof(float)));

        twin[i] = (struct twin){akin_le64(hash.bytes), (uint32_t)i};
    }
    qsort(twin, n, sizeof(*twin), by_hash);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && twin[i].hash == twin[first].hash &&
            is_equal(w->in, twin[i].at, twin[first].at)) {
            w->fn(w->ctx, twin[first].at, twin[i].at, 1);
            continue;
        }
        first = i;
        w->single[w->n_single++] = twin[i].at;
    }
    free(twin);
    qsort(w->single, w->n_single, sizeof(*w->single), by_number);
    return AKIN_OK;
}

/* --- cells --- */

static enum akin_status
make_cells(struct near *w, struct akin_error *err)
{
    struct akin_cluster_options options = {.n_clusters = w->n_cells,
                                           .rounds = ROUNDS,
                                           .threads = w->options->threads,
                                           .seed = w->options->seed};
    uint32_t *unused;
    enum akin_status st;

    if (w->n_cells == 1)
        return AKIN_OK;
    assert(w->n_cells > 1 && w->in->dim > 0);
    w->centres = calloc(w->n_cells * w->in->dim, sizeof(*w->centres));
    unused = calloc(w->n_single, sizeof(*unused));
    if (w->centres == NULL || unused == NULL)
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu cells", w->n_cells);
    else
        st = akin_cluster(&w->view, &options, w->centres, unused, err);
    free(unused);
    if (st == AKIN_OK) {
        w->turned = akin__centres_turn(w->centres, w->n_cells, w->in->dim);
        if (w->turned == NULL)
            st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu cells",
                           w->n_cells);
    }
    return st;
}

static void
visit_slice(void *ctx, size_t worker, size_t begin, size_t end)
{
    struct near *w = ctx;
    size_t k = w->probes;
    float similarity[SLICE * AKIN__NEAREST_MAX];
    uint32_t *visits = w->visits + begin * k;

    (void)worker;
    akin__centres_nearest(&w->view, begin, end, w->turned, w->n_cells, k,
                          visits, similarity);
    for (size_t i = 0; i < end - begin; i++)
        for (size_t p = 1; p < k; p++)
            if (!(similarity[i * k + p] >= similarity[i * k] - MARGIN))
                visits[i * k + p] = NOT_VISITED;
}

/* query[]: cell by cell the members, then the visitors, each ascending. */
static enum akin_status
sort_queries(struct near *w, struct akin_error *err)
{
    size_t k = w->probes, *fill;

    w->start = calloc(w->n_cells + 1, sizeof(*w->start));
    w->n_home = calloc(w->n_cells, sizeof(*w->n_home));
    fill = calloc(w->n_cells, sizeof(*fill));
    for (size_t i = 0; i < w->n_single * k && w->start != NULL; i++)
        if (w->visits[i] != NOT_VISITED)
            w->start[w->visits[i] + 1]++;
    for (size_t c = 0; c < w->n_cells && w->start != NULL; c++)
        w->start[c + 1] += w->start[c];
    w->query = w->start == NULL
                   ? NULL
                   : calloc(w->start[w->n_cells] + 1, sizeof(*w->query));
    if (w->n_home == NULL || fill == NULL || w->query == NULL) {
        free(fill);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to compare %zu vectors",
                         w->n_single);
    }
    for (size_t p = 0; p < k; p++)
        for (size_t i = 0; i < w->n_single; i++) {
            uint32_t cell = w->visits[i * k + p];

            if (cell == NOT_VISITED)
                continue;
            w->query[w->start[cell] + fill[cell]++] = (uint32_t)i;
            w->n_home[cell] += p == 0;
        }
    free(fill);
    return AKIN_OK;
}

static enum akin_status
fill_cells(struct near *w, struct akin_error *err)
{
    w->visits = calloc(w->n_single * w->probes + 1, sizeof(*w->visits));
    if (w->visits == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to compare %zu vectors",
                         w->n_single);
    if (w->n_cells > 1)
        akin_parallel_for(w->n_single, SLICE, w->options->threads, visit_slice,
                          w);
    return sort_queries(w, err);
}

/* --- pairs --- */

/* Compares up to AKIN__LANES queries from `first` on with the cell's members.
 */
static void
compare(const struct near *w, uint32_t cell, size_t first, size_t n)
{
    const uint32_t *query = w->query + w->start[cell], *member = query;
    size_t n_home = w->n_home[cell], dim = w->in->dim;
    bool at_home = first + n <= n_home;
    float turned[AKIN__LANES * AKIN_VINDEX_DIM_MAX];
    float lanes[AKIN__LANES * AKIN_VINDEX_DIM_MAX];
    float dots[AKIN__ROWS * AKIN__LANES];

    for (size_t q = 0; q < n; q++)
        memcpy(lanes + q * dim, akin__vectors_at(&w->view, query[first + q]),
               dim * sizeof(float));
    akin__turn(lanes, n, dim, turned);
    /* Members among themselves: each pair once, so only what comes later. */
    for (size_t m = at_home ? first + 1 : 0; m < n_home; m += AKIN__ROWS) {
        size_t rows = n_home - m < AKIN__ROWS ? n_home - m : AKIN__ROWS;
        const float *held[AKIN__ROWS];

        for (size_t r = 0; r < AKIN__ROWS; r++)
            held[r] =
                akin__vectors_at(&w->view, member[m + (r < rows ? r : 0)]);
        akin__dots(held, dim, turned, dots);
        for (size_t r = 0; r < rows; r++)
            for (size_t q = 0; q < n; q++)
                if (dots[r * AKIN__LANES + q] >= w->options->min_similarity &&
                    (first + q >= n_home || m + r > first + q))
                    w->fn(w->ctx, w->single[query[first + q]],
                          w->single[member[m + r]], dots[r * AKIN__LANES + q]);
    }
}

static void
run_jobs(void *ctx, size_t worker, size_t begin, size_t end)
{
    const struct near *w = ctx;

    (void)worker;
    for (size_t j = begin; j < end; j++) {
        uint32_t cell = w->job[j].cell;
        size_t n = w->start[cell + 1] - w->start[cell];
        size_t last = w->job[j].first + QUERIES;

        for (size_t q = w->job[j].first; q < n && q < last; q += AKIN__LANES)
            compare(w, cell, q, n - q < AKIN__LANES ? n - q : AKIN__LANES);
    }
}

static enum akin_status
compare_all(struct near *w, struct akin_error *err)
{
    size_t room;

    assert(w->start != NULL); /* sort_queries made it */
    room = w->start[w->n_cells] / QUERIES + w->n_cells;
    w->job = calloc(room, sizeof(*w->job));
    if (w->job == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu jobs", room);
    for (size_t c = 0; c < w->n_cells; c++)
        for (size_t q = 0; q < w->start[c + 1] - w->start[c]; q += QUERIES)
            w->job[w->n_jobs++] = (struct job){(uint32_t)c, (uint32_t)q};
    akin_parallel_for(w->n_jobs, 1, w->options->threads, run_jobs, w);
    return AKIN_OK;
}

static enum akin_status
prepare(struct near *w, struct akin_error *err)
{
    size_t cell_rows =
        w->options->cell_rows == 0 ? CELL_ROWS : w->options->cell_rows;

    w->row = calloc(w->n_single + 1, sizeof(*w->row));
    if (w->row == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to compare %zu vectors",
                         w->n_single);
    for (size_t i = 0; i < w->n_single; i++)
        w->row[i] =
            w->in->row == NULL ? w->single[i] : w->in->row[w->single[i]];
    w->view =
        (struct akin_vectors){w->in->vectors, w->in->dim, w->row, w->n_single};
    w->n_cells =
        w->n_single <= EXACT_CELLS * cell_rows ? 1 : w->n_single / cell_rows;
    w->probes = w->options->probes == 0 ? PROBES : w->options->probes;
    if (w->n_cells == 1)
        w->probes = 1;
    return AKIN_OK;
}

enum akin_status
akin_cluster_near(const struct akin_vectors *in,
                  const struct akin_near_options *options, akin_near_fn *fn,
                  void *ctx, struct akin_error *err)
{
    struct near w = {.in = in, .options = options, .fn = fn, .ctx = ctx};
    enum akin_status st;

    assert(options->probes <= AKIN__NEAREST_MAX);
    st = find_twins(&w, err);
    if (st == AKIN_OK)
        st = prepare(&w, err);
    if (st == AKIN_OK)
        st = make_cells(&w, err);
    if (st == AKIN_OK)
        st = fill_cells(&w, err);
    if (st == AKIN_OK)
        st = compare_all(&w, err);
    free(w.single);
    free(w.row);
    free(w.centres);
    free(w.turned);
    free(w.visits);
    free(w.start);
    free(w.n_home);
    free(w.query);
    free(w.job);
    return st;
}
