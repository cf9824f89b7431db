/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex.c - exact scans and the exact re-ranking of what IVF fetched. The
 * multiplying is in vindex_kernel.c, FAISS in vindex_faiss.c, the measuring of
 * recall in vindex_calibrate.c.
 */
#include "akin/vindex.h"

#include <assert.h>
#include <stdlib.h>

#include "vindex_internal.h"

/* Turned queries of one pass over the rows: kept small enough for the
 * first-level cache, and for the stack. */
#define PASS_FLOATS (AKIN__LANES * AKIN_VINDEX_DIM_MAX)
#define PASS_BLOCKS_MAX ((size_t)4)

/* Every re-ranking looks at this many rows for each row wanted. */
#define FETCH_FACTOR ((size_t)4)
#define FETCH_MIN ((size_t)64)

struct pass;
/* Takes what akin__dots made of the held rows and n_lanes queries of the pass
 * from first on. */
typedef void take_fn(struct pass *pass, size_t first, size_t n_lanes,
                     const float *dots);

/* One pass of up to PASS_BLOCKS_MAX * AKIN__LANES queries over some rows. Rows
 * are gathered until there are enough for the kernel. */
struct pass {
    size_t dim;
    size_t n_queries, n_blocks;
    const float *vectors;
    take_fn *take;

    /* where results go; see take_best_in_group and take_nearest */
    float *sims;
    uint64_t *rows;
    size_t stride; /* groups, or k */

    /* gathered so far */
    size_t n_held;
    const float *held[AKIN__ROWS];
    uint64_t held_row[AKIN__ROWS];
    size_t held_group[AKIN__ROWS];

    float turned[PASS_FLOATS];
};

static bool
bit(const uint8_t *bits, uint64_t i)
{
    return (bits[i >> 3] >> (i & 7) & 1) != 0;
}

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many queries fit into one pass. */
static size_t
pass_room(size_t dim)
{
    size_t blocks = PASS_FLOATS / (dim * AKIN__LANES);

    assert(dim >= 1 && dim <= AKIN_VINDEX_DIM_MAX);
    return least(blocks, PASS_BLOCKS_MAX) * AKIN__LANES;
}

static void
pass_start(struct pass *pass, const float *queries, size_t n)
{
    pass->n_queries = n;
    pass->n_blocks = (n + AKIN__LANES - 1) / AKIN__LANES;
    pass->n_held = 0;
    for (size_t b = 0; b < pass->n_blocks; b++)
        akin__turn(queries + b * AKIN__LANES * pass->dim,
                   least(AKIN__LANES, n - b * AKIN__LANES), pass->dim,
                   pass->turned + b * AKIN__LANES * pass->dim);
}

/* Multiplies what is held with all queries of the pass. */
static void
pass_flush(struct pass *pass)
{
    float dots[AKIN__ROWS * AKIN__LANES];
    size_t n = pass->n_held;

    if (n == 0)
        return;
    for (size_t i = n; i < AKIN__ROWS; i++)
        pass->held[i] = pass->held[0];
    for (size_t b = 0; b < pass->n_blocks; b++) {
        size_t first = b * AKIN__LANES;
        size_t n_lanes = least(AKIN__LANES, pass->n_queries - first);

        akin__dots(pass->held, pass->dim, pass->turned + first * pass->dim,
                   dots);
        pass->take(pass, first, n_lanes, dots);
    }
    pass->n_held = 0;
}

static void
pass_row(struct pass *pass, uint64_t row, size_t group)
{
    pass->held[pass->n_held] = pass->vectors + row * pass->dim;
    pass->held_row[pass->n_held] = row;
    pass->held_group[pass->n_held] = group;
    if (++pass->n_held == AKIN__ROWS)
        pass_flush(pass);
}

static void
take_best_in_group(struct pass *pass, size_t first, size_t n_lanes,
                   const float *dots)
{
    for (size_t i = 0; i < pass->n_held; i++)
        for (size_t q = 0; q < n_lanes; q++) {
            size_t at = (first + q) * pass->stride + pass->held_group[i];
            float sim = dots[i * AKIN__LANES + q];

            /* Rows come in ascending order: of equals the lower one stays. */
            if (sim > pass->sims[at]) {
                pass->sims[at] = sim;
                pass->rows[at] = pass->held_row[i];
            }
        }
}

static void
scan_groups(struct pass *pass, const uint64_t *group_start, size_t n_groups,
            const uint8_t *skip_row, const uint8_t *want)
{
    for (size_t g = 0; g < n_groups; g++) {
        if (want != NULL && want[g] == 0)
            continue;
        for (uint64_t row = group_start[g]; row < group_start[g + 1]; row++)
            if (skip_row == NULL || !bit(skip_row, row))
                pass_row(pass, row, g);
    }
    pass_flush(pass);
}

void
akin_vindex_best_in_groups(const float *vectors, size_t dim,
                           const uint64_t *group_start, size_t n_groups,
                           const float *queries, size_t n_queries,
                           const uint8_t *skip_row, const uint8_t *want,
                           float *best_sim, uint64_t *best_row)
{
    struct pass pass = {.dim = dim,
                        .vectors = vectors,
                        .take = take_best_in_group,
                        .stride = n_groups};
    size_t room = pass_room(dim);

    akin__best_clear(best_row, best_sim, n_queries * n_groups);
    for (size_t first = 0; first < n_queries; first += room) {
        pass_start(&pass, queries + first * dim,
                   least(room, n_queries - first));
        pass.sims = best_sim + first * n_groups;
        pass.rows = best_row + first * n_groups;
        scan_groups(&pass, group_start, n_groups, skip_row, want);
    }
}

static void
take_nearest(struct pass *pass, size_t first, size_t n_lanes, const float *dots)
{
    for (size_t q = 0; q < n_lanes; q++) {
        uint64_t *rows = pass->rows + (first + q) * pass->stride;
        float *sims = pass->sims + (first + q) * pass->stride;

        for (size_t i = 0; i < pass->n_held; i++)
            if (dots[i * AKIN__LANES + q] >= sims[0]) /* else it cannot enter */
                akin__best_offer(rows, sims, pass->stride, pass->held_row[i],
                                 dots[i * AKIN__LANES + q]);
    }
}

void
akin_vindex_exact(const float *vectors, size_t n_rows, size_t dim,
                  const float *queries, size_t n_queries, size_t k,
                  const uint8_t *allowed, uint64_t *rows, float *sims)
{
    struct pass pass = {
        .dim = dim, .vectors = vectors, .take = take_nearest, .stride = k};
    size_t room = pass_room(dim);

    akin__best_clear(rows, sims, n_queries * k);
    for (size_t first = 0; k > 0 && first < n_queries; first += room) {
        pass_start(&pass, queries + first * dim,
                   least(room, n_queries - first));
        pass.sims = sims + first * k;
        pass.rows = rows + first * k;
        for (uint64_t row = 0; row < n_rows; row++)
            if (allowed == NULL || bit(allowed, row))
                pass_row(&pass, row, 0);
        pass_flush(&pass);
    }
    for (size_t q = 0; q < n_queries; q++)
        akin__best_sort(rows + q * k, sims + q * k, k);
}

/* The k best of the fetched rows, by their true vectors. */
static void
rerank(const struct akin_vindex *vx, const float *vectors, const float *query,
       const int64_t *fetched, size_t n_fetched, size_t k, uint64_t *rows,
       float *sims)
{
    struct pass pass = {.dim = akin__ivf_dim(vx),
                        .vectors = vectors,
                        .take = take_nearest,
                        .stride = k,
                        .sims = sims,
                        .rows = rows};

    if (k == 0)
        return;
    akin__best_clear(rows, sims, k);
    pass_start(&pass, query, 1);
    for (size_t i = 0; i < n_fetched; i++)
        /* -1 is a place not filled; a row that is none of ours can only come
         * from a damaged file, whose lists are not hashed when it is opened. */
        if (fetched[i] >= 0 && (uint64_t)fetched[i] < akin__ivf_rows(vx))
            pass_row(&pass, (uint64_t)fetched[i], 0);
    pass_flush(&pass);
    akin__best_sort(rows, sims, k);
}

/* The nearest rows that a filter lets through lie as much further out as the
 * filter lets fewer through; so many more lists must be looked into. */
static size_t
probes_behind_filter(const struct akin_vindex *vx, size_t n_probe,
                     const uint8_t *allowed)
{
    uint64_t n_rows = akin__ivf_rows(vx), n_allowed = 0, lists;

    if (allowed == NULL)
        return n_probe;
    for (uint64_t i = 0; i < n_rows / 8; i++)
        n_allowed += (uint64_t)__builtin_popcount(allowed[i]);
    for (uint64_t row = n_rows & ~(uint64_t)7; row < n_rows; row++)
        n_allowed += bit(allowed, row);
    if (n_allowed == 0)
        return n_probe;
    lists = ((uint64_t)n_probe * n_rows + n_allowed - 1) / n_allowed;
    return least((size_t)lists, akin_vindex_lists(vx));
}

enum akin_status
akin_vindex_search(const struct akin_vindex *vx, const float *vectors,
                   const float *queries, size_t n_queries, size_t k,
                   size_t n_probe, const uint8_t *allowed, uint64_t *rows,
                   float *sims, struct akin_error *err)
{
    size_t dim = akin__ivf_dim(vx), fetch = FETCH_MIN;
    enum akin_status st = AKIN_OK;
    int64_t *fetched;
    float *coarse;

    if (n_probe < 1 || n_probe > akin_vindex_lists(vx))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%zu lists to probe of an index with %zu", n_probe,
                         akin_vindex_lists(vx));
    n_probe = probes_behind_filter(vx, n_probe, allowed);
    if (k >= akin__ivf_rows(vx) / FETCH_FACTOR)
        fetch = akin__ivf_rows(vx);
    else if (k * FETCH_FACTOR > fetch)
        fetch = k * FETCH_FACTOR;
    fetched = calloc(fetch, sizeof(*fetched));
    coarse = calloc(fetch, sizeof(*coarse));
    if (fetched == NULL || coarse == NULL) {
        free(fetched);
        free(coarse);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu candidates",
                         fetch);
    }
    for (size_t q = 0; st == AKIN_OK && q < n_queries; q++) {
        st = akin__ivf_fetch(vx, queries + q * dim, fetch, n_probe, allowed,
                             coarse, fetched, err);
        if (st == AKIN_OK)
            rerank(vx, vectors, queries + q * dim, fetched, fetch, k,
                   rows + q * k, sims + q * k);
    }
    free(fetched);
    free(coarse);
    return st;
}
