/* SPDX-License-Identifier: Apache-2.0 */
#include "rank.h"

#include <math.h>

#define STRICTNESS 5.0 /* of the soft minimum */

/* Mean over the query tiles, summed in their order so that the same table gives
 * the same score on every machine. */
static double
mean_match(const float *sim, size_t n_queries, size_t n_datasets,
           size_t dataset)
{
    double sum = 0;

    for (size_t q = 0; q < n_queries; q++)
        sum += (double)sim[q * n_datasets + dataset];
    return n_queries == 0 ? -INFINITY : sum / (double)n_queries;
}

/* Soft minimum over the query tiles; similarities are at most about 1, so
 * nothing overflows. */
static double
soft_minimum(const float *sim, size_t n_queries, size_t n_datasets,
             size_t dataset)
{
    double sum = 0;

    for (size_t q = 0; q < n_queries; q++)
        sum += exp(-STRICTNESS * (double)sim[q * n_datasets + dataset]);
    return n_queries == 0 ? -INFINITY
                          : -log(sum / (double)n_queries) / STRICTNESS;
}

static bool
is_before(const struct akin_ranked *a, const struct akin_ranked *b,
          const uint32_t *tie)
{
    if (a->score != b->score)
        return a->score > b->score;
    return tie[a->dataset] < tie[b->dataset];
}

/* Lets entry i of a heap, whose root is the worst, sink to its place. */
static void
sink(struct akin_ranked *heap, size_t i, size_t n, const uint32_t *tie)
{
    struct akin_ranked moving = heap[i];
    size_t child;

    while ((child = 2 * i + 1) < n) {
        if (child + 1 < n && is_before(&heap[child], &heap[child + 1], tie))
            child++;
        if (!is_before(&moving, &heap[child], tie))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = moving;
}

/* Heapsort (Williams, CACM 1964): in place, never slow, and unlike qsort it can
 * be told of tie[] without a global. */
void
akin_rank_sort(struct akin_ranked *entry, size_t n, const uint32_t *tie)
{
    for (size_t i = n / 2; i-- > 0;)
        sink(entry, i, n, tie);
    for (size_t end = n; end-- > 1;) {
        struct akin_ranked worst = entry[0];

        entry[0] = entry[end];
        entry[end] = worst;
        sink(entry, 0, end, tie);
    }
}

size_t
akin_rank(const float *sim, size_t n_queries, size_t n_datasets,
          const uint32_t *tie, enum akin_intent intent, struct akin_ranked *out)
{
    size_t n = 0;

    for (size_t d = 0; d < n_datasets; d++) {
        double score = intent == AKIN_INTENT_EXPLORE
                           ? soft_minimum(sim, n_queries, n_datasets, d)
                           : mean_match(sim, n_queries, n_datasets, d);

        if (isfinite(score))
            out[n++] = (struct akin_ranked){d, score, score};
    }
    akin_rank_sort(out, n, tie);
    return n;
}

static bool
has_row(const struct akin_pair *pair, size_t n, uint64_t row)
{
    for (size_t i = 0; i < n; i++)
        if (pair[i].row == row)
            return true;
    return false;
}

/* Both numbers of pairs are small (tens), so each place looks at all of them.
 * Ties: the earlier query tile. */
size_t
akin_rank_evidence(const float *sim, const uint64_t *row, size_t n_queries,
                   size_t n_datasets, size_t dataset, struct akin_pair *out,
                   size_t max)
{
    size_t n = 0;

    while (n < max) {
        struct akin_pair best = {0, UINT64_MAX, -INFINITY};

        for (size_t q = 0; q < n_queries; q++) {
            size_t i = q * n_datasets + dataset;

            if (row[i] != UINT64_MAX && sim[i] > best.similarity &&
                !has_row(out, n, row[i]))
                best = (struct akin_pair){q, row[i], sim[i]};
        }
        if (best.row == UINT64_MAX)
            break;
        out[n++] = best;
    }
    return n;
}
