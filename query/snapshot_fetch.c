/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_fetch.c - the base by IVF, one query tile at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "snapshot_search.h"

#define REACH ((size_t)64) /* datasets that IVF must reach */
#define MAX_WIDER 3
#define MORE_ROWS ((size_t)4) /* per round of widening */
#define MORE_LISTS ((size_t)2)

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

static enum akin_status
fetch_alloc(struct akin__search *q, struct akin_error *err)
{
    const struct akin__base *base = q->s->base;
    const uint8_t *skip = akin__search_skip(q);
    size_t bytes = (size_t)(q->s->n_base_rows / 8 + 1);

    q->reached = calloc(base->n_groups + 1, 1);
    q->to_scan = calloc(q->n_queries + 1, sizeof(*q->to_scan));
    if (q->reached == NULL || q->to_scan == NULL)
        return akin__search_no_memory(err);
    if (q->n_want_rows == q->s->n_base_rows)
        return AKIN_OK; /* no need to ask of each row */
    q->allowed = calloc(bytes, 1);
    if (q->allowed == NULL)
        return akin__search_no_memory(err);
    for (size_t g = 0; g < base->n_groups; g++)
        if (q->want_group[g] != 0)
            set_bits(q->allowed, base->start[g], base->start[g + 1]);
    for (size_t i = 0; skip != NULL && i < bytes; i++)
        q->allowed[i] &= (uint8_t)~skip[i];
    return AKIN_OK;
}

static size_t
group_of_row(const struct akin__base *base, uint64_t row)
{
    size_t low = 0, high = base->n_groups;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (base->start[middle] <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Fetches k rows for one query tile and counts the rows and the datasets. */
static enum akin_status
fetch(struct akin__search *q, size_t query, size_t k, size_t n_probe,
      size_t *n_hits, size_t *n_reached, struct akin_error *err)
{
    const struct akin__base *base = q->s->base;
    enum akin_status st;

    if (k > q->hit_room) {
        free(q->hits);
        free(q->hit_sims);
        q->hits = calloc(k, sizeof(*q->hits));
        q->hit_sims = calloc(k, sizeof(*q->hit_sims));
        q->hit_room = k;
        if (q->hits == NULL || q->hit_sims == NULL) {
            q->hit_room = 0;
            return akin__search_no_memory(err);
        }
    }
    st = akin_vindex_search(base->gen->vindex, base->gen->vectors,
                            q->queries + query * AKIN_DIM, 1, k, n_probe,
                            q->allowed, q->hits, q->hit_sims, err);
    if (st != AKIN_OK)
        return st;
    memset(q->reached, 0, base->n_groups);
    *n_hits = *n_reached = 0;
    while (*n_hits < k && q->hits[*n_hits] != UINT64_MAX) {
        size_t group = group_of_row(base, q->hits[*n_hits]);

        *n_reached += q->reached[group] == 0;
        q->reached[group] = 1;
        ++*n_hits;
    }
    return AKIN_OK;
}

/* What was fetched goes to the table; a dataset that was not reached has
 * nothing better than the worst that was. */
static void
take_hits(struct akin__search *q, size_t query, size_t n_hits)
{
    const struct akin_snapshot *s = q->s;

    for (size_t i = 0; i < n_hits; i++)
        akin__search_offer(q, query,
                           s->base_position[group_of_row(s->base, q->hits[i])],
                           q->hit_sims[i], q->hits[i]);
    for (size_t g = 0; g < s->base->n_groups; g++)
        if (q->want_group[g] != 0 && q->reached[g] == 0)
            akin__search_offer(q, query, s->base_position[g],
                               q->hit_sims[n_hits - 1], UINT64_MAX);
}

static enum akin_status
fetch_query(struct akin__search *q, size_t query, struct akin_error *err)
{
    size_t lists = akin_vindex_lists(q->s->base->gen->vindex);
    size_t need = q->n_want_groups < REACH ? q->n_want_groups : REACH;
    size_t k = (size_t)q->s->source->config.query_probe_tiles;
    size_t n_probe = q->s->base->gen->model.n_probe[0][0];

    for (int round = 0; round <= MAX_WIDER && k < q->n_want_rows; round++) {
        size_t n_hits = 0, n_reached = 0;
        enum akin_status st =
            fetch(q, query, k, n_probe, &n_hits, &n_reached, err);

        if (st != AKIN_OK)
            return st;
        if (n_hits > 0 && n_reached >= need) {
            take_hits(q, query, n_hits);
            return AKIN_OK;
        }
        k = n_hits < k ? k : k * MORE_ROWS;
        n_probe = n_probe > lists / MORE_LISTS ? lists : n_probe * MORE_LISTS;
    }
    q->to_scan[q->n_to_scan++] = query;
    return AKIN_OK;
}

enum akin_status
akin__search_fetch(struct akin__search *q, struct akin_error *err)
{
    enum akin_status st = fetch_alloc(q, err);

    for (size_t i = 0; st == AKIN_OK && i < q->n_queries; i++)
        st = fetch_query(q, i, err);
    return st == AKIN_OK
               ? akin__search_scan_base(q, q->to_scan, q->n_to_scan, err)
               : st;
}
