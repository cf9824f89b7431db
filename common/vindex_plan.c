/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_plan.c - scan what passes a filter, or probe lists?
 */
#include "akin/vindex.h"

#include <math.h>
#include <string.h>

#include "simd.h"
#include "vindex_internal.h"

/* Probing for groups (measured by akin-bench search at a million tiles):
 * fetches of one request; lists that they look into together, beside those of a
 * search for ten rows by a stranger; and what part of the rows peeling looks at
 * beside the part that the sure groups are of all, for large groups are met
 * first. */
#define FETCHES 4.0
#define FETCH_LISTS 32.0
#define PEEL_MORE 5.0

const double akin_vindex_width[AKIN_VINDEX_WIDTHS] = {1, 0.3, 0.1, 0.03, 0.01};

AKIN_SIMD struct akin_vindex_filter
akin_vindex_look(const uint8_t *allowed, size_t n_rows)
{
    struct akin_vindex_filter out = {0};
    uint64_t before = 0; /* the last bit of the word before */

    for (size_t first = 0; first < n_rows; first += 64) {
        size_t left = n_rows - first;
        uint64_t word = 0;

        memcpy(&word, allowed + first / 8, left >= 64 ? 8 : (left + 7) / 8);
        if (left < 64)
            word &= (UINT64_C(1) << left) - 1;
        out.n_rows += (uint64_t)__builtin_popcountll(word);
        out.n_runs +=
            (uint64_t)__builtin_popcountll(word & ~(word << 1 | before));
        before = word >> 63;
    }
    return out;
}

/* Lists a query looks into behind a filter. Between two widths that were
 * measured it is about a power of the width. 0: no. */
static double
probes_at(const double *measured, double width)
{
    for (size_t i = 1; i < AKIN_VINDEX_WIDTHS; i++) {
        double wide = akin_vindex_width[i - 1], narrow = akin_vindex_width[i];
        double part;

        if (width < narrow)
            continue;
        if (!(measured[i - 1] > 0) || !(measured[i] > 0))
            return 0;
        part = log(wide / width) / log(wide / narrow);
        return exp((1 - part) * log(measured[i - 1]) + part * log(measured[i]));
    }
    return 0;
}

/* Blocks of codes that a scan reads: of what passes in runs; single rows are
 * everywhere. */
static double
blocks_of(const struct akin_vindex_filter *filter, size_t n_rows)
{
    double all = (double)akin__blocks_of(n_rows);
    double some =
        (double)filter->n_rows / (double)AKIN__BLOCK + (double)filter->n_runs;

    return akin__in_runs(filter) && some < all ? some : all;
}

/* What part of the rows that pass peeling looks at. */
static double
peeled(const struct akin_vindex_filter *filter)
{
    double part = PEEL_MORE * (double)filter->sure;

    return part < (double)filter->n_groups ? part / (double)filter->n_groups
                                           : 1;
}

/* Probing for groups, a query; lists: of all its fetches. */
static double
probe_groups_us(const struct akin_vindex_model *model,
                const struct akin_vindex_filter *filter, size_t many,
                double scan_us)
{
    double lists = fmin(FETCH_LISTS * model->n_probe[1][1],
                        FETCHES * (double)model->n_lists);

    if (!(lists > 0))
        return -1;
    return (FETCHES * model->query_ns[many] + lists * model->list_ns[many]) /
               1e3 +
           peeled(filter) * scan_us;
}

static enum akin_vindex_way
cheapest(const struct akin_vindex_plan *plan)
{
    double best = fmin(plan->exact_us, plan->scan_us);

    if (plan->probe_us >= 0 && plan->probe_us < best)
        return AKIN_VINDEX_PROBE;
    return plan->exact_us <= best ? AKIN_VINDEX_EXACT : AKIN_VINDEX_SCAN;
}

void
akin_vindex_plan(const struct akin_vindex_model *model, size_t n_rows,
                 const struct akin_vindex_filter *filter, size_t n_queries,
                 struct akin_vindex_plan *out)
{
    const size_t many = n_queries >= AKIN_VINDEX_MANY;
    double rows = (double)filter->n_rows, runs = (double)filter->n_runs;
    double single = filter->n_rows == 0 ? 0 : runs / rows;

    *out = (struct akin_vindex_plan){.probe_us = -1};
    out->exact_us =
        rows / 1e3 *
        (single * model->gather_ns[many] + (1 - single) * model->row_ns[many]);
    out->scan_us = blocks_of(filter, n_rows) * model->block_ns[many] / 1e3;
    out->n_probe = filter->n_rows == n_rows
                       ? model->n_probe[0][0]
                       : probes_at(model->n_probe[akin__in_runs(filter)],
                                   rows / (double)n_rows);
    if (out->n_probe > 0 && filter->n_groups > 0)
        out->probe_us = probe_groups_us(model, filter, many, out->scan_us);
    else if (out->n_probe > 0)
        out->probe_us =
            (model->query_ns[many] + out->n_probe * model->list_ns[many]) / 1e3;
    out->way = cheapest(out);
}
