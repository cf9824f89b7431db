/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_groups.c - the best row of each group by probing.
 *
 * What was fetched decides most places of the table. The rest are bounds, and a
 * group whose sum is high only for its bounds must not be ranked by them: the
 * best group is looked at again and again, its bounds are replaced by what an
 * exact scan of the group says, until `sure` groups stand there without any.
 */
#include "akin/vindex.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vindex_internal.h"

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
    uint8_t *allowed; /* NULL: every row */
    uint64_t *hits;   /* n_queries x n_fetch */
    float *hit_sims;
    double *sum;     /* n_groups */
    uint32_t *heap;  /* groups, the largest sum first */
    float *open;     /* the queries that a group has no row for */
    size_t *which;   /* their numbers */
    float *open_sim; /* what a scan finds for them */
    uint64_t *open_row;
};

static void
table_free(struct table *t)
{
    free(t->allowed);
    free(t->hits);
    free(t->hit_sims);
    free(t->sum);
    free(t->heap);
    free(t->open);
    free(t->which);
    free(t->open_sim);
    free(t->open_row);
}

static enum akin_status
no_memory(struct akin_error *err)
{
    return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to search with");
}

static enum akin_status
table_alloc(struct table *t, size_t n_fetch, struct akin_error *err)
{
    size_t n = t->n_queries;

    t->hits = calloc(n * n_fetch, sizeof(*t->hits));
    t->hit_sims = calloc(n * n_fetch, sizeof(*t->hit_sims));
    t->sum = calloc(t->n_groups, sizeof(*t->sum));
    t->heap = calloc(t->n_groups, sizeof(*t->heap));
    t->open = calloc(n * t->vx->dim, sizeof(*t->open));
    t->which = calloc(n, sizeof(*t->which));
    t->open_sim = calloc(n, sizeof(*t->open_sim));
    t->open_row = calloc(n, sizeof(*t->open_row));
    if (t->hits == NULL || t->hit_sims == NULL || t->sum == NULL ||
        t->heap == NULL || t->open == NULL || t->which == NULL ||
        t->open_sim == NULL || t->open_row == NULL)
        return no_memory(err);
    return AKIN_OK;
}

/* --- what is allowed --- */

static void
set_bits(uint8_t *bits, uint64_t from, uint64_t to)
{
    for (; from < to && (from & 7) != 0; from++)
        bits[from >> 3] |= (uint8_t)(1u << (from & 7));
    if (to - from >= 8) {
        memset(bits + (from >> 3), 0xff, (size_t)((to - from) / 8));
        from += (to - from) / 8 * 8;
    }
    for (; from < to; from++)
        bits[from >> 3] |= (uint8_t)(1u << (from & 7));
}

static bool
is_wanted(const struct table *t, size_t group)
{
    return t->want == NULL || t->want[group] != 0;
}

static enum akin_status
allow(struct table *t, struct akin_error *err)
{
    size_t bytes = (t->vx->n_rows + 7) / 8;
    bool all = t->skip == NULL;

    for (size_t g = 0; all && g < t->n_groups; g++)
        all = is_wanted(t, g) || t->start[g] == t->start[g + 1];
    if (all)
        return AKIN_OK;
    t->allowed = calloc(bytes + 1, 1);
    if (t->allowed == NULL)
        return no_memory(err);
    for (size_t g = 0; g < t->n_groups; g++)
        if (is_wanted(t, g))
            set_bits(t->allowed, t->start[g], t->start[g + 1]);
    for (size_t i = 0; t->skip != NULL && i < bytes; i++)
        t->allowed[i] &= (uint8_t)~t->skip[i];
    return AKIN_OK;
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

/* Hits come best first, so the first of a group is its best. */
static void
take_hits(struct table *t, size_t query, size_t n_fetch)
{
    float *sim = t->sim + query * t->n_groups, bound = -INFINITY;
    uint64_t *row = t->row + query * t->n_groups;

    for (size_t i = 0; i < n_fetch; i++) {
        uint64_t hit = t->hits[query * n_fetch + i];
        size_t group;

        if (hit == UINT64_MAX)
            break;
        bound = t->hit_sims[query * n_fetch + i];
        group = group_of(t, hit);
        if (row[group] == UINT64_MAX) {
            row[group] = hit;
            sim[group] = bound;
        }
    }
    for (size_t g = 0; g < t->n_groups; g++)
        if (row[g] == UINT64_MAX && is_wanted(t, g))
            sim[g] = bound;
}

/* --- what must be sure --- */

static void
sum_up(struct table *t, size_t group)
{
    t->sum[group] = 0;
    for (size_t q = 0; q < t->n_queries; q++)
        t->sum[group] += (double)t->sim[q * t->n_groups + group];
}

/* Ties: the lower group. */
static bool
is_better(const struct table *t, uint32_t a, uint32_t b)
{
    return t->sum[a] > t->sum[b] || (t->sum[a] == t->sum[b] && a < b);
}

static void
sink(struct table *t, size_t at, size_t n)
{
    uint32_t group = t->heap[at];

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= n)
            break;
        if (child + 1 < n && is_better(t, t->heap[child + 1], t->heap[child]))
            child++;
        if (!is_better(t, t->heap[child], group))
            break;
        t->heap[at] = t->heap[child];
        at = child;
    }
    t->heap[at] = group;
}

/* Scans a group for the queries that have no row of it; false: there are none.
 * A group without a row that counts gets -INFINITY. */
static bool
fill(struct table *t, size_t group)
{
    size_t dim = t->vx->dim, n = 0;

    for (size_t q = 0; q < t->n_queries; q++) {
        size_t at = q * t->n_groups + group;

        if (t->row[at] != UINT64_MAX || t->sim[at] == -INFINITY)
            continue;
        memcpy(t->open + n * dim, t->queries + q * dim, dim * sizeof(float));
        t->which[n++] = q;
    }
    if (n == 0)
        return false;
    akin_vindex_best_in_groups(t->vectors, dim, t->start + group, 1, t->open, n,
                               t->skip, NULL, t->open_sim, t->open_row);
    for (size_t i = 0; i < n; i++) {
        size_t at = t->which[i] * t->n_groups + group;

        t->sim[at] = t->open_sim[i];
        t->row[at] = t->open_row[i];
    }
    sum_up(t, group);
    return true;
}

static void
make_sure(struct table *t, size_t sure)
{
    size_t n = 0;

    for (size_t g = 0; g < t->n_groups; g++)
        if (is_wanted(t, g)) {
            sum_up(t, g);
            t->heap[n++] = (uint32_t)g;
        }
    for (size_t i = n / 2; i > 0; i--)
        sink(t, i - 1, n);
    while (n > 0 && sure > 0) {
        if (!fill(t, t->heap[0])) {
            sure--;
            t->heap[0] = t->heap[--n];
        }
        sink(t, 0, n);
    }
}

enum akin_status
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
                      .row = best_row};
    enum akin_status st = AKIN_OK;

    akin__best_clear(best_row, best_sim, n_queries * n_groups);
    if (n_queries == 0 || n_groups == 0)
        return AKIN_OK;
    st = table_alloc(&t, how->n_fetch, err);
    if (st == AKIN_OK)
        st = allow(&t, err);
    if (st == AKIN_OK)
        st = akin_vindex_search(vx, vectors, queries, n_queries, how->n_fetch,
                                how->n_probe, t.allowed, t.hits, t.hit_sims,
                                err);
    for (size_t q = 0; st == AKIN_OK && q < n_queries; q++)
        take_hits(&t, q, how->n_fetch);
    if (st == AKIN_OK)
        make_sure(&t, how->sure);
    table_free(&t);
    return st;
}
