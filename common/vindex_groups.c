/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_groups.c - the best row of each group by probing.
 *
 * The nearest rows of a query mostly lie in one or two groups, so fetching more
 * of them says little of the other groups. Instead, groups are peeled off: the
 * groups of what was fetched are scanned exactly for all queries, then their
 * rows are no longer allowed and the next are fetched. What is left has nothing
 * better than the worst that was fetched last; when no sum of that can be among
 * the best any more, those are sure.
 */
#include "akin/vindex.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vindex_internal.h"

#define ROWS_A_HIT ((size_t)4)

struct table {
    const struct akin_vindex *vx;
    const float *vectors;
    const uint64_t *start;
    size_t n_groups;
    const float *queries;
    size_t n_queries;
    const uint8_t *skip, *want;
    float *sim;    /* n_queries x n_groups */
    uint64_t *row; /* the same */
    /* ours */
    uint8_t *allowed; /* one bit a row: of groups that were not peeled */
    bool has_filter;  /* some bit is 0 */
    uint64_t n_left;  /* bits that are 1 */
    size_t n_runs;    /* groups that they are in, at most */
    uint32_t *count;  /* of them in each list; NULL: not counted */
    uint8_t *peeled;  /* n_groups */
    uint64_t *hits;   /* n_queries x n_fetch */
    float *hit_sims;
    float *bound;     /* n_queries */
    float *group_sim; /* n_queries: of one group */
    uint64_t *group_row;
    double *sums; /* of the best peeled groups, the least first: a heap */
    size_t n_sums, sure;
};

static void
table_free(struct table *t)
{
    free(t->allowed);
    free(t->count);
    free(t->peeled);
    free(t->hits);
    free(t->hit_sims);
    free(t->bound);
    free(t->group_sim);
    free(t->group_row);
    free(t->sums);
}

static enum akin_status
table_alloc(struct table *t, size_t n_fetch, struct akin_error *err)
{
    size_t n = t->n_queries;

    t->allowed = calloc((t->vx->n_rows + 7) / 8 + 1, 1);
    t->peeled = calloc(t->n_groups, 1);
    t->hits = calloc(n * n_fetch, sizeof(*t->hits));
    t->hit_sims = calloc(n * n_fetch, sizeof(*t->hit_sims));
    t->bound = calloc(n, sizeof(*t->bound));
    t->group_sim = calloc(n, sizeof(*t->group_sim));
    t->group_row = calloc(n, sizeof(*t->group_row));
    t->sums = calloc(t->sure + 1, sizeof(*t->sums));
    if (t->allowed == NULL || t->peeled == NULL || t->hits == NULL ||
        t->hit_sims == NULL || t->bound == NULL || t->group_sim == NULL ||
        t->group_row == NULL || t->sums == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to search with");
    return AKIN_OK;
}

/* --- what is allowed --- */

/* Sets or clears the bits from .. to - 1. */
static void
put_bits(uint8_t *bits, uint64_t from, uint64_t to, bool set)
{
    for (; from < to && (from & 7) != 0; from++)
        bits[from >> 3] = (uint8_t)((bits[from >> 3] & ~(1u << (from & 7))) |
                                    (unsigned)set << (from & 7));
    if (to - from >= 8) {
        memset(bits + (from >> 3), set ? 0xff : 0, (size_t)((to - from) / 8));
        from += (to - from) / 8 * 8;
    }
    for (; from < to; from++)
        bits[from >> 3] = (uint8_t)((bits[from >> 3] & ~(1u << (from & 7))) |
                                    (unsigned)set << (from & 7));
}

static bool
is_wanted(const struct table *t, size_t group)
{
    return t->want == NULL || t->want[group] != 0;
}

static void
allow(struct table *t)
{
    size_t bytes = (t->vx->n_rows + 7) / 8;

    t->has_filter = t->skip != NULL;
    for (size_t g = 0; g < t->n_groups; g++)
        if (is_wanted(t, g)) {
            put_bits(t->allowed, t->start[g], t->start[g + 1], true);
            t->n_left += t->start[g + 1] - t->start[g];
            t->n_runs++;
        } else if (t->start[g] < t->start[g + 1]) {
            t->has_filter = true;
        }
    for (size_t i = 0; t->skip != NULL && i < bytes; i++)
        t->allowed[i] &= (uint8_t)~t->skip[i];
    if (t->skip != NULL)
        t->n_left = akin_vindex_look(t->allowed, t->vx->n_rows).n_rows;
}

/* The rows of a group are not allowed any more. */
static void
forbid(struct table *t, size_t group)
{
    for (uint64_t row = t->start[group]; row < t->start[group + 1]; row++) {
        if ((t->allowed[row >> 3] >> (row & 7) & 1) == 0)
            continue;
        t->n_left--;
        if (t->count != NULL)
            t->count[t->vx->list_of[row]]--;
    }
    put_bits(t->allowed, t->start[group], t->start[group + 1], false);
    t->has_filter = true;
}

/* --- what was fetched --- */

/* The group of a row: the last that starts at or before it. */
static size_t
group_of(const struct table *t, uint64_t row)
{
    size_t low = 0, high = t->n_groups;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (t->start[middle] <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* --- peeling --- */

/* Keeps the `sure` largest sums; sums[0] is the least of them. */
static void
keep_sum(struct table *t, double sum)
{
    size_t at = 0;

    if (t->n_sums < t->sure) {
        for (at = t->n_sums++; at > 0 && t->sums[at - 1] > sum; at--)
            t->sums[at] = t->sums[at - 1];
        t->sums[at] = sum;
        return;
    }
    if (sum <= t->sums[0])
        return;
    for (; at + 1 < t->n_sums && t->sums[at + 1] < sum; at++)
        t->sums[at] = t->sums[at + 1];
    t->sums[at] = sum;
}

/* Scans a group for all queries, and forbids its rows from now on. */
static void
peel(struct table *t, size_t group)
{
    double sum = 0;

    akin_vindex_best_in_groups(t->vectors, t->vx->dim, t->start + group, 1,
                               t->queries, t->n_queries, t->skip, NULL,
                               t->group_sim, t->group_row);
    for (size_t q = 0; q < t->n_queries; q++) {
        t->sim[q * t->n_groups + group] = t->group_sim[q];
        t->row[q * t->n_groups + group] = t->group_row[q];
        sum += (double)t->group_sim[q];
    }
    forbid(t, group);
    t->peeled[group] = 1;
    keep_sum(t, sum);
}

/* Peels the groups of what was fetched; gives how many they were. */
static size_t
peel_hits(struct table *t, size_t n_fetch)
{
    size_t n = 0;

    for (size_t q = 0; q < t->n_queries; q++)
        for (size_t i = 0; i < n_fetch; i++) {
            uint64_t hit = t->hits[q * n_fetch + i];
            size_t group;

            if (hit == UINT64_MAX)
                break;
            group = group_of(t, hit);
            if (t->peeled[group] != 0)
                continue;
            peel(t, group);
            n++;
        }
    return n;
}

/* What is left has nothing nearer to a query than its worst hit; and nothing at
 * all when the hits ran out, because then every list was seen. Gives the sum.
 */
static double
find_bounds(struct table *t, size_t n_fetch)
{
    double sum = 0;

    for (size_t q = 0; q < t->n_queries; q++) {
        size_t last = (q + 1) * n_fetch - 1;

        t->bound[q] =
            t->hits[last] == UINT64_MAX ? -INFINITY : t->hit_sims[last];
        sum += (double)t->bound[q];
    }
    return sum;
}

/* Lists that hold a few times what is fetched: the worst hit of fewer would
 * bound nothing. */
static size_t
least_probes(const struct table *t, size_t n_fetch)
{
    size_t lists = akin_vindex_lists(t->vx);
    uint64_t rows = t->n_left;
    double wanted = (double)(n_fetch * ROWS_A_HIT) * (double)lists;

    return wanted >= (double)rows * (double)lists
               ? lists
               : 1 + (size_t)(wanted / (double)rows);
}

static enum akin_status
fetch(struct table *t, size_t n_fetch, size_t n_probe, struct akin_error *err)
{
    const struct akin_vindex_filter filter = {.n_rows = t->n_left,
                                              .n_runs = t->n_runs};
    struct akin__allowed allowed = {0};
    uint32_t *count = t->count;
    enum akin_status st = AKIN_OK;

    if (t->has_filter && count == NULL)
        st = akin__ivf_count(t->vx, t->allowed, &filter, &count, err);
    t->count = count;
    allowed.bits = t->has_filter ? t->allowed : NULL;
    allowed.count = count;
    if (st == AKIN_OK)
        st = akin__ivf_search(t->vx, t->vectors, t->queries, t->n_queries,
                              n_fetch, n_probe, &allowed, t->hits, t->hit_sims,
                              err);
    return st;
}

static enum akin_status
peel_all(struct table *t, const struct akin_vindex_probing *how,
         struct akin_error *err)
{
    size_t floor = least_probes(t, how->n_fetch), n = 1;
    size_t n_probe = how->n_probe > floor ? how->n_probe : floor;
    double left = INFINITY;
    enum akin_status st = AKIN_OK;

    while (st == AKIN_OK && n > 0 &&
           (t->n_sums < t->sure || left > t->sums[0])) {
        st = fetch(t, how->n_fetch, n_probe, err);
        if (st != AKIN_OK)
            return st;
        left = find_bounds(t, how->n_fetch);
        n = peel_hits(t, how->n_fetch);
        /* what comes next lies further out */
        n_probe = how->n_beyond > floor ? how->n_beyond : floor;
    }
    return st;
}

/* Groups that were not peeled get the bounds. */
static void
take_bounds(struct table *t)
{
    for (size_t g = 0; g < t->n_groups; g++)
        if (is_wanted(t, g) && t->peeled[g] == 0)
            for (size_t q = 0; q < t->n_queries; q++)
                t->sim[q * t->n_groups + g] = t->bound[q];
}

/* The parameters are those of akin_vindex_best_in_groups, and how. */
enum akin_status /* NOLINTNEXTLINE(readability-function-size) */
akin_vindex_probe_groups(const struct akin_vindex *vx, const float *vectors,
                         const uint64_t *group_start, size_t n_groups,
                         const float *queries, size_t n_queries,
                         const uint8_t *skip_row, const uint8_t *want,
                         const struct akin_vindex_probing *how, float *best_sim,
                         uint64_t *best_row, struct akin_error *err)
{
    struct table t = {.vx = vx,
                      .vectors = vectors,
                      .start = group_start,
                      .n_groups = n_groups,
                      .queries = queries,
                      .n_queries = n_queries,
                      .skip = skip_row,
                      .want = want,
                      .sim = best_sim,
                      .row = best_row,
                      .sure = how->sure < n_groups ? how->sure : n_groups};
    enum akin_status st;

    akin__best_clear(best_row, best_sim, n_queries * n_groups);
    if (n_queries == 0 || n_groups == 0 || how->n_fetch == 0)
        return AKIN_OK;
    st = table_alloc(&t, how->n_fetch, err);
    if (st == AKIN_OK) {
        allow(&t);
        st = peel_all(&t, how, err);
    }
    if (st == AKIN_OK)
        take_bounds(&t);
    table_free(&t);
    return st;
}
