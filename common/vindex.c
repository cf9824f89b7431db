/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex.c - exact scans. The multiplying is in vindex_kernel.c; the index is
 * built in vindex_build.c, laid out in vindex_file.c, searched in
 * vindex_search.c, planned for in vindex_plan.c and measured in
 * vindex_calibrate.c.
 */
#include "akin/vindex.h"

#include <assert.h>
#include <string.h>

#include "vindex_internal.h"

/* Turned queries of one pass over the rows: kept small enough for the
 * first-level cache, and for the stack. */
#define PASS_FLOATS (AKIN__LANES * AKIN_VINDEX_DIM_MAX)
#define PASS_BLOCKS_MAX ((size_t)4)

/* Fewer queries are multiplied one by one: eight lanes would idle. */
#define FEW_QUERIES ((size_t)3)
#define AHEAD ((size_t)16) /* allowed rows asked for before they are needed */

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
    const float *queries; /* as given, when they are few; else NULL */
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
    pass->queries = n <= FEW_QUERIES ? queries : NULL;
    if (pass->queries != NULL)
        return;
    for (size_t b = 0; b < pass->n_blocks; b++)
        akin__turn(queries + b * AKIN__LANES * pass->dim,
                   least(AKIN__LANES, n - b * AKIN__LANES), pass->dim,
                   pass->turned + b * AKIN__LANES * pass->dim);
}

/* The dots of one query after the other, where akin__dots puts them. */
static void
few_dots(const struct pass *pass, float *dots)
{
    float one[AKIN__ROWS];

    for (size_t q = 0; q < pass->n_queries; q++) {
        akin__dots_one(pass->held, pass->dim, pass->queries + q * pass->dim,
                       one);
        for (size_t i = 0; i < AKIN__ROWS; i++)
            dots[i * AKIN__LANES + q] = one[i];
    }
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

        if (pass->queries != NULL)
            few_dots(pass, dots);
        else
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
            if (skip_row == NULL || !akin__bit(skip_row, row))
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

/* Rows of the set bits, 64 at a time. Scattered rows come from anywhere, so
 * they are asked for some time before: next[] holds back AHEAD of them. */
static void
pass_allowed(struct pass *pass, const uint8_t *allowed, uint64_t n_rows)
{
    uint64_t next[AHEAD], n_met = 0;

    for (uint64_t first = 0; first < n_rows; first += 64) {
        uint64_t word = 0, left = n_rows - first;

        memcpy(&word, allowed + first / 8,
               left >= 64 ? 8 : (size_t)(left + 7) / 8);
        if (left < 64)
            word &= (UINT64_C(1) << left) - 1;
        for (; word != 0; word &= word - 1) {
            uint64_t row = first + (uint64_t)__builtin_ctzll(word);
            const float *v = pass->vectors + row * pass->dim;

            for (size_t d = 0; d < pass->dim; d += 16)
                __builtin_prefetch(v + d);
            if (n_met >= AHEAD)
                pass_row(pass, next[n_met % AHEAD], 0);
            next[n_met++ % AHEAD] = row;
        }
    }
    for (uint64_t i = n_met < AHEAD ? 0 : n_met - AHEAD; i < n_met; i++)
        pass_row(pass, next[i % AHEAD], 0);
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
        if (allowed != NULL)
            pass_allowed(&pass, allowed, n_rows);
        for (uint64_t row = 0; allowed == NULL && row < n_rows; row++)
            pass_row(&pass, row, 0);
        pass_flush(&pass);
    }
    for (size_t q = 0; q < n_queries; q++)
        akin__best_sort(rows + q * k, sims + q * k, k);
}
