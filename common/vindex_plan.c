/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_plan.c - scan what passes a filter, or probe lists?
 */
#include "akin/vindex.h"

#include <math.h>
#include <string.h>

#include "simd.h"
#include "vindex_internal.h"

/* Runs shorter than this are as good as single rows. */
#define RUN_ROWS ((uint64_t)8)
#define COUNT_PART ((uint64_t)8)
/* Counting a row costs about a third of scanning it in a list, so this is three
 * times the lists that counting may have to save. */
#define COUNT_LISTS ((uint64_t)480)
/* Groups peeled for each that must be sure: some are met that are not among the
 * best (measured: 1.3 to 2). */
#define PEEL_MORE 1.6

const double akin_vindex_width[AKIN_VINDEX_WIDTHS] = {1, 0.3, 0.1, 0.03, 0.01};

static bool
has_runs(const struct akin_vindex_filter *filter)
{
    return filter->n_runs * RUN_ROWS <= filter->n_rows;
}

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

bool
akin__ivf_counts(const struct akin_vindex_filter *filter, size_t n_rows,
                 size_t n_lists)
{
    return filter->n_rows <= n_rows / COUNT_PART &&
           filter->n_rows * n_lists <= COUNT_LISTS * n_rows && has_runs(filter);
}

double
akin_vindex_peeled(size_t n_groups, size_t sure)
{
    double peeled = PEEL_MORE * (double)sure;

    return peeled < (double)n_groups ? peeled / (double)n_groups : 1;
}

/* n_probe of a width. Between two that were measured it is about a power of the
 * width when single rows pass, so a straight line between logarithms. When runs
 * pass, what counts is whether a query's own surroundings do, and the larger
 * of the two is taken. 0: no. */
static size_t
probes_at(const size_t *measured, double width, bool in_runs)
{
    for (size_t i = 1; i < AKIN_VINDEX_WIDTHS; i++) {
        double wide = akin_vindex_width[i - 1], narrow = akin_vindex_width[i];
        double part;

        if (width < narrow)
            continue;
        if (measured[i - 1] == 0 || measured[i] == 0)
            return 0;
        if (in_runs)
            return measured[i] > measured[i - 1] ? measured[i]
                                                 : measured[i - 1];
        part = log(wide / width) / log(wide / narrow);
        return (size_t)ceil(exp((1 - part) * log((double)measured[i - 1]) +
                                part * log((double)measured[i])) -
                            1e-9);
    }
    return 0;
}

void
akin_vindex_plan(const struct akin_vindex_model *model, size_t n_rows,
                 const struct akin_vindex_filter *filter, size_t n_queries,
                 struct akin_vindex_plan *out)
{
    const size_t many = n_queries >= AKIN_VINDEX_MANY;
    double rows = (double)filter->n_rows, runs = (double)filter->n_runs;
    double single = filter->n_rows == 0 ? 0 : runs / rows;
    double count = akin__ivf_counts(filter, n_rows, model->n_lists)
                       ? rows * model->count_ns / (double)n_queries
                       : 0;

    out->exact_us =
        rows / 1e3 *
        (single * model->gather_ns[many] + (1 - single) * model->row_ns[many]);
    out->n_probe = filter->n_rows == n_rows
                       ? model->n_probe[0][0]
                       : probes_at(model->n_probe[has_runs(filter)],
                                   rows / (double)n_rows, has_runs(filter));
    /* what lies beyond a dataset left out is found as behind a filter of runs
     */
    out->n_beyond = model->n_probe[1][1] > out->n_probe ? model->n_probe[1][1]
                                                        : out->n_probe;
    out->probe_us = -1;
    if (out->n_probe == 0)
        return;
    out->probe_us = (model->query_ns[many] + count +
                     (double)out->n_probe * model->list_ns[many]) /
                        1e3 +
                    filter->peeled * out->exact_us;
    if (out->exact_us <= out->probe_us)
        out->n_probe = 0;
}
