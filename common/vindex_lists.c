/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_lists.c - which lists a query should look into, best first.
 *
 * How near a list's centre is says half of it: rows of a wide list may come
 * nearer than those of a tight one. A list whose centre is at the angle a from
 * the query, and whose rows are at the angle b from the centre, usually, has
 * nothing nearer than cos(a - b) = cos a cos b + sin a sin b, which a row
 * reaches only when it lies in the query's direction; in many dimensions none
 * does quite. So the bound is cos a cos b + REACH sin a sin b. A search goes on
 * while the bound of the next list, and a margin that is measured
 * (vindex_calibrate.c), is above the last of its best: queries in dense places
 * stop early, and those behind a filter, or among strangers, do not. (Stopping
 * each query by itself: Li, Zhang, Andersen, He, SIGMOD 2020; there it is
 * learned, here it is geometry and one number.)
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simd.h"
#include "vindex_internal.h"

#define REACH 0.5f
#define CENTRE_BLOCKS ((size_t)32) /* scored at a time */
/* A mask is worth its making when at most this part of the rows passes. */
#define MASK_PART ((uint64_t)4)
/* Runs shorter than this are as good as single rows. */
#define RUN_ROWS ((uint64_t)8)

/* --- bounds --- */

/* block: the first of each list, n + 1; lists without one have no row. */
AKIN_SIMD static void
bounds_of(const int32_t *scores, const float *cosine, const float *sine,
          const uint32_t *block, size_t n, const struct akin__coded *query,
          int32_t *out)
{
    const float scale = query->unit > 0 ? 1 / query->unit : 0;
    const float base = query->base;

    for (size_t i = 0; i < n; i++) {
        float near = (float)scores[i] * scale + base, off;
        int32_t bound;

        near = near > 1 ? 1 : near < -1 ? -1 : near;
        off = sqrtf(1 - near * near);
        bound = (int32_t)((near * cosine[i] + REACH * off * sine[i]) *
                          AKIN__BOUND_UNIT);
        out[i] = block[i] == block[i + 1] ? AKIN__NO_LIST : bound;
    }
}

static void
leave_out(const uint64_t *mask, size_t n_lists, int32_t *bound)
{
    for (size_t i = 0; i < n_lists; i++)
        if ((mask[i >> 6] >> (i & 63) & 1) == 0)
            bound[i] = AKIN__NO_LIST;
}

void
akin__lists_bound(const struct akin_vindex *vx,
                  const struct akin__coded *queries, size_t n,
                  const uint64_t *mask, size_t stride, int32_t *bound)
{
    size_t words = vx->scale.words, end = akin__blocks_of(vx->n_lists);
    int32_t scores[AKIN__SCAN_QUERIES * CENTRE_BLOCKS * AKIN__BLOCK];

    for (size_t b = 0; b < end; b += CENTRE_BLOCKS) {
        size_t n_blocks = end - b < CENTRE_BLOCKS ? end - b : CENTRE_BLOCKS;
        size_t first = b * AKIN__BLOCK, room = n_blocks * AKIN__BLOCK;
        size_t here = vx->n_lists - first < room ? vx->n_lists - first : room;

        akin__scan(vx->centres + first * words * 4, vx->centre_fix + first,
                   n_blocks, words, queries, n, scores);
        for (size_t q = 0; q < n; q++)
            bounds_of(scores + q * room, vx->cosine + first, vx->sine + first,
                      vx->first_block + first, here, &queries[q],
                      bound + q * stride + first);
    }
    for (size_t q = 0; mask != NULL && q < n; q++)
        leave_out(mask, vx->n_lists, bound + q * stride);
}

/* --- the next ones --- */

AKIN_SIMD static int32_t
highest_of_block(const int32_t *bound)
{
    int32_t most = INT32_MIN;

    for (size_t i = 0; i < AKIN__BLOCK; i++)
        most = bound[i] > most ? bound[i] : most;
    return most;
}

/* The n best are in the n blocks with the highest bounds, so none is below the
 * n-th highest of blocks. keys: n_lists. */
static int32_t
least_of_first(const int32_t *bound, size_t n_lists, size_t n, uint64_t *keys)
{
    size_t n_blocks = n_lists / AKIN__BLOCK;
    int32_t least = INT32_MAX;

    if (n_blocks <= n)
        return AKIN__NO_LIST;
    for (size_t b = 0; b < n_blocks; b++)
        keys[b] = akin__key(highest_of_block(bound + b * AKIN__BLOCK), 0);
    akin__keys_select(keys, n_blocks, n);
    for (size_t i = 0; i < n; i++)
        least =
            akin__key_score(keys[i]) < least ? akin__key_score(keys[i]) : least;
    return least;
}

/* Places whose bound is at least `least`; 64 are looked at together. */
AKIN_SIMD static size_t
those_above(const int32_t *bound, size_t n, int32_t least, uint32_t *place)
{
    size_t found = 0;

    for (size_t i = 0; i < n; i += 64) {
        size_t end = n - i < 64 ? n - i : 64;
        uint8_t any = 0;

        for (size_t j = 0; j < end; j++)
            any |= (uint8_t)(bound[i + j] >= least);
        if (any == 0)
            continue;
        for (size_t j = 0; j < end; j++)
            if (bound[i + j] >= least)
                place[found++] = (uint32_t)(i + j);
    }
    return found;
}

size_t
akin__lists_next(const int32_t *bound, size_t n_lists, int32_t least, size_t n,
                 uint64_t *last, uint64_t *keys, uint32_t *places)
{
    size_t n_keys = 0, above;
    int32_t floor = least;

    if (*last == UINT64_MAX) {
        int32_t first = least_of_first(bound, n_lists, n, keys);

        floor = first > floor ? first : floor;
    }
    if (floor == AKIN__NO_LIST)
        floor++;
    above = those_above(bound, n_lists, floor, places);
    for (size_t i = 0; i < above; i++) {
        uint64_t key = akin__key(bound[places[i]], places[i]);

        if (key < *last)
            keys[n_keys++] = key;
    }
    akin__keys_select(keys, n_keys, n);
    n_keys = n < n_keys ? n : n_keys;
    for (size_t i = 0; i < n_keys; i++)
        *last = keys[i] < *last ? keys[i] : *last;
    return n_keys;
}

/* --- behind a filter --- */

bool
akin__in_runs(const struct akin_vindex_filter *filter)
{
    return filter->n_runs * RUN_ROWS <= filter->n_rows;
}

/* Rows that pass one by one are in every list, and so are many. */
enum akin_status
akin__lists_mask(const struct akin_vindex *vx, const uint8_t *allowed,
                 const struct akin_vindex_filter *filter, uint64_t **out,
                 struct akin_error *err)
{
    const size_t words = vx->span_words, bytes = (vx->n_rows + 7) / 8;

    *out = NULL;
    if (!akin__in_runs(filter) || filter->n_rows > vx->n_rows / MASK_PART)
        return AKIN_OK;
    *out = calloc(words, sizeof(**out));
    if (*out == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to choose lists");
    for (size_t i = 0; i * AKIN__SPAN_ROWS < vx->n_rows; i++) {
        if (!akin__any_bit(allowed, i * AKIN__SPAN_ROWS / 8, bytes,
                           AKIN__SPAN_ROWS / 8))
            continue;
        for (size_t w = 0; w < words; w++)
            (*out)[w] |= vx->spans[i * words + w];
    }
    return AKIN_OK;
}
