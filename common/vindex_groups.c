/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_groups.c - the best row of each group, by codes.
 *
 * Every group gets an upper bound for each query; groups are then peeled off:
 * looked at for all queries, the most promising first, until no bound that is
 * left can be among the best sums. Scanning, the codes of all groups give the
 * bounds. Probing, the nearest rows of a query mostly lie in one or two groups,
 * so fetching more of them says little of the others; instead the groups of
 * what was fetched are peeled and their rows no longer allowed, and the next
 * are fetched. What is left has nothing better than the worst that was fetched
 * last.
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
    int8_t *code;
    struct akin__coded *coded; /* n_queries */
    uint8_t *peeled;           /* n_groups */
    float *group_sim;          /* n_queries: of one group */
    uint64_t *group_row;
    int32_t *group_most;
    double *sums; /* of the best peeled groups, the least first */
    size_t n_sums, sure;
    /* probing */
    uint8_t *allowed; /* one bit a row: of groups that were not peeled */
    bool has_filter;  /* some bit is 0 */
    uint64_t *hits;   /* n_queries x n_fetch */
    float *hit_sims;
    float *bound; /* n_queries */
    uint64_t n_lists;
};

static void
table_free(struct table *t)
{
    free(t->code);
    free(t->coded);
    free(t->peeled);
    free(t->group_sim);
    free(t->group_row);
    free(t->group_most);
    free(t->sums);
    free(t->allowed);
    free(t->hits);
    free(t->hit_sims);
    free(t->bound);
}

static enum akin_status
table_alloc(struct table *t, struct akin_error *err)
{
    size_t n = t->n_queries, bytes = t->vx->scale.words * 4;

    t->code = calloc(n, bytes);
    t->coded = calloc(n, sizeof(*t->coded));
    t->peeled = calloc(t->n_groups, 1);
    t->group_sim = calloc(n, sizeof(*t->group_sim));
    t->group_row = calloc(n, sizeof(*t->group_row));
    t->group_most = calloc(n, sizeof(*t->group_most));
    t->sums = calloc(t->sure + 1, sizeof(*t->sums));
    if (t->code == NULL || t->coded == NULL || t->peeled == NULL ||
        t->group_sim == NULL || t->group_row == NULL || t->group_most == NULL ||
        t->sums == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to search with");
    for (size_t q = 0; q < n; q++)
        t->coded[q] = akin__encode_query(
            &t->vx->scale, t->queries + q * t->vx->dim, t->code + q * bytes);
    return AKIN_OK;
}

static enum akin_status
probing_alloc(struct table *t, size_t n_fetch, struct akin_error *err)
{
    size_t n = t->n_queries;

    t->allowed = calloc((t->vx->n_rows + 7) / 8 + 1, 1);
    t->hits = calloc(n * n_fetch, sizeof(*t->hits));
    t->hit_sims = calloc(n * n_fetch, sizeof(*t->hit_sims));
    t->bound = calloc(n, sizeof(*t->bound));
    if (t->allowed == NULL || t->hits == NULL || t->hit_sims == NULL ||
        t->bound == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to search with");
    return AKIN_OK;
}

static bool
is_wanted(const struct table *t, size_t group)
{
    return t->start[group] < t->start[group + 1] &&
           (t->want == NULL || t->want[group] != 0);
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

/* Could a group with this sum be among the best? */
static bool
may_enter(const struct table *t, double sum)
{
    return t->n_sums < t->sure || sum > t->sums[0];
}

/* Looks for the best rows of a group. peak: of its cells, or NULL. */
static void
peel(struct table *t, size_t group, const int32_t *peak)
{
    double sum = 0;

    akin__rows_best(t->vx, t->vectors, t->coded, t->queries, t->n_queries,
                    t->start[group], t->start[group + 1], t->skip, peak,
                    t->group_sim, t->group_row);
    for (size_t q = 0; q < t->n_queries; q++) {
        t->sim[q * t->n_groups + group] = t->group_sim[q];
        t->row[q * t->n_groups + group] = t->group_row[q];
        sum += (double)t->group_sim[q];
    }
    t->peeled[group] = 1;
    keep_sum(t, sum);
}

/* --- by scanning --- */

struct bounded {
    double sum; /* of the bounds over the queries */
    size_t group, first_cell;
};

/* Bounds of a group from its codes. */
static void
bound_group(struct table *t, struct bounded *b, int32_t *peak)
{
    b->sum = 0;
    akin__rows_peaks(t->vx, t->coded, t->n_queries, t->start[b->group],
                     t->start[b->group + 1], t->skip, t->group_most, peak);
    for (size_t q = 0; q < t->n_queries; q++) {
        float sim = t->group_most[q] == INT32_MIN
                        ? -INFINITY
                        : akin__score_sim(&t->coded[q], t->group_most[q]) +
                              t->vx->slack;

        t->sim[q * t->n_groups + b->group] = sim;
        b->sum += (double)sim;
    }
}

static int
higher_first(const void *a, const void *b)
{
    const struct bounded *x = a, *y = b;

    if (x->sum != y->sum)
        return x->sum > y->sum ? -1 : 1;
    return x->group < y->group ? -1 : x->group > y->group;
}

static enum akin_status
scan_groups(struct table *t, struct akin_error *err)
{
    struct bounded *order = calloc(t->n_groups, sizeof(*order));
    int32_t *peak = NULL;
    size_t n = 0, n_cells = 0;

    for (size_t g = 0; order != NULL && g < t->n_groups; g++)
        if (is_wanted(t, g)) {
            order[n++] = (struct bounded){0, g, n_cells};
            n_cells += akin__rows_cells(t->start[g], t->start[g + 1]);
        }
    peak = malloc((n_cells + 1) * t->n_queries * sizeof(*peak));
    if (order == NULL || peak == NULL) {
        free(order);
        free(peak);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to search with");
    }
    for (size_t i = 0; i < n; i++)
        bound_group(t, &order[i], peak + order[i].first_cell * t->n_queries);
    qsort(order, n, sizeof(*order), higher_first);
    for (size_t i = 0; i < n && may_enter(t, order[i].sum); i++)
        peel(t, order[i].group, peak + order[i].first_cell * t->n_queries);
    free(order);
    free(peak);
    return AKIN_OK;
}

/* --- by probing --- */

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

static void
allow(struct table *t)
{
    size_t bytes = (t->vx->n_rows + 7) / 8;

    t->has_filter = t->skip != NULL;
    for (size_t g = 0; g < t->n_groups; g++)
        if (is_wanted(t, g))
            put_bits(t->allowed, t->start[g], t->start[g + 1], true);
        else if (t->start[g] < t->start[g + 1])
            t->has_filter = true;
    for (size_t i = 0; t->skip != NULL && i < bytes; i++)
        t->allowed[i] &= (uint8_t)~t->skip[i];
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
            peel(t, group, NULL);
            put_bits(t->allowed, t->start[group], t->start[group + 1], false);
            t->has_filter = true;
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

static enum akin_status
probe_groups(struct table *t, const struct akin_vindex_grouping *how,
             struct akin_error *err)
{
    double left = INFINITY;
    size_t n = 1;
    enum akin_status st = probing_alloc(t, how->n_fetch, err);

    if (st != AKIN_OK)
        return st;
    allow(t);
    while (n > 0 && may_enter(t, left)) {
        uint64_t n_lists = 0;

        st = akin__ivf_search(t->vx, t->vectors, t->queries, t->n_queries,
                              how->n_fetch, how->effort,
                              t->has_filter ? t->allowed : NULL, NULL, t->hits,
                              t->hit_sims, &n_lists, err);
        if (st != AKIN_OK)
            return st;
        t->n_lists += n_lists;
        left = find_bounds(t, how->n_fetch);
        n = peel_hits(t, how->n_fetch);
    }
    /* groups that were not peeled get the bounds */
    for (size_t g = 0; g < t->n_groups; g++)
        if (is_wanted(t, g) && t->peeled[g] == 0)
            for (size_t q = 0; q < t->n_queries; q++)
                t->sim[q * t->n_groups + g] = t->bound[q];
    return AKIN_OK;
}

/* The parameters are those of akin_vindex_best_in_groups, and how. */
enum akin_status /* NOLINTNEXTLINE(readability-function-size) */
akin_vindex_search_groups(const struct akin_vindex *vx, const float *vectors,
                          const uint64_t *group_start, size_t n_groups,
                          const float *queries, size_t n_queries,
                          const uint8_t *skip_row, const uint8_t *want,
                          const struct akin_vindex_grouping *how,
                          float *best_sim, uint64_t *best_row,
                          uint64_t *n_lists, struct akin_error *err)
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
    if (n_lists != NULL)
        *n_lists = 0;
    if (n_queries == 0 || n_groups == 0 || how->n_fetch == 0)
        return AKIN_OK;
    st = table_alloc(&t, err);
    if (st == AKIN_OK)
        st = how->way == AKIN_VINDEX_PROBE ? probe_groups(&t, how, err)
                                           : scan_groups(&t, err);
    if (n_lists != NULL)
        *n_lists = t.n_lists;
    table_free(&t);
    return st;
}
