/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_rows.c - scans by 8-bit codes in the order of rows: of whole groups,
 * and of what passes a filter.
 *
 * A scan reads a quarter of the bytes that the vectors have, and an instruction
 * multiplies what sixteen rows have of four elements; what comes out best is
 * computed again from the vectors.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simd.h"
#include "vindex_internal.h"

#define CHUNK_BLOCKS ((size_t)32) /* scanned before scores are looked at */
#define CHUNK_ROWS (CHUNK_BLOCKS * AKIN__BLOCK)
#define CELL_BLOCKS ((size_t)8) /* whose highest score is kept */
#define PICKS AKIN__ROWS        /* rows of a group that are computed again */

/* Rows of a part of the index, which begins and ends anywhere in a block. */
struct range {
    const struct akin_vindex *vx;
    uint64_t first, end;
    const uint8_t *skip;
};

/* --- a chunk of blocks --- */

/* What is outside of the range, or skipped, can never be the best: -1 for rows
 * that count, 0 for others. False: all count. */
static bool
mask_of(const struct range *r, uint64_t block, size_t n_blocks, int32_t *mask)
{
    uint64_t row = block * AKIN__BLOCK, end = row + n_blocks * AKIN__BLOCK;
    uint64_t from = r->first > row ? r->first : row;
    uint64_t to = r->end < end ? r->end : end;
    bool all = from == row && to == end;

    memset(mask, 0, (size_t)(from - row) * sizeof(*mask));
    memset(mask + (from - row), 0xff, (size_t)(to - from) * sizeof(*mask));
    memset(mask + (to - row), 0, (size_t)(end - to) * sizeof(*mask));
    if (r->skip == NULL)
        return !all;
    for (uint64_t i = from; i < to; i++)
        if ((i & 7) == 0 && r->skip[i >> 3] == 0) {
            i += 7;
        } else if (akin__bit(r->skip, i)) {
            mask[i - row] = 0;
            all = false;
        }
    return !all;
}

AKIN_SIMD static void
mask_scores(const int32_t *mask, size_t n, int32_t *scores)
{
    for (size_t i = 0; i < n; i++)
        scores[i] = (scores[i] & mask[i]) | (INT32_MIN & ~mask[i]);
}

/* Scores of n queries (at most AKIN__SCAN_QUERIES): n x n_blocks x AKIN__BLOCK
 */
static void
scan_chunk(const struct akin_vindex *vx, uint64_t block, size_t n_blocks,
           const struct akin__coded *queries, size_t n, int32_t *scores)
{
    size_t bytes = vx->scale.words * 4 * AKIN__BLOCK;

    akin__scan(vx->row_codes + block * bytes, vx->row_fix + block * AKIN__BLOCK,
               n_blocks, vx->scale.words, queries, n, scores);
}

AKIN_SIMD static int32_t
highest(const int32_t *scores, size_t n)
{
    int32_t best = INT32_MIN;

    for (size_t i = 0; i < n; i++)
        best = scores[i] > best ? scores[i] : best;
    return best;
}

typedef void look_fn(void *ctx, size_t query, uint64_t block, size_t n_blocks,
                     const int32_t *scores);

/* Shows every chunk of the range to `look`, for one query after the other; the
 * codes of a chunk are read for all queries while the cache has them. */
static void
over_chunks(const struct range *r, const struct akin__coded *queries,
            size_t n_queries, look_fn *look, void *ctx)
{
    uint64_t end = akin__blocks_of((size_t)r->end);
    int32_t scores[AKIN__SCAN_QUERIES * CHUNK_ROWS], mask[CHUNK_ROWS];

    for (uint64_t b = r->first / AKIN__BLOCK; b < end; b += CHUNK_BLOCKS) {
        size_t n_blocks =
            end - b < CHUNK_BLOCKS ? (size_t)(end - b) : CHUNK_BLOCKS;
        bool is_masked = mask_of(r, b, n_blocks, mask);

        for (size_t q = 0; q < n_queries; q += AKIN__SCAN_QUERIES) {
            size_t n = n_queries - q < AKIN__SCAN_QUERIES ? n_queries - q
                                                          : AKIN__SCAN_QUERIES;

            scan_chunk(r->vx, b, n_blocks, queries + q, n, scores);
            for (size_t i = 0; is_masked && i < n; i++)
                mask_scores(mask, n_blocks * AKIN__BLOCK,
                            scores + i * n_blocks * AKIN__BLOCK);
            for (size_t i = 0; i < n; i++)
                look(ctx, q + i, b, n_blocks,
                     scores + i * n_blocks * AKIN__BLOCK);
        }
    }
}

/* --- the highest score --- */

struct peaks {
    uint64_t first_block;
    size_t n_queries;
    int32_t *most; /* n_queries */
    int32_t *peak; /* cells x n_queries */
};

size_t
akin__rows_cells(uint64_t first, uint64_t end)
{
    uint64_t n_blocks = akin__blocks_of((size_t)end) - first / AKIN__BLOCK;

    return (size_t)((n_blocks + CELL_BLOCKS - 1) / CELL_BLOCKS);
}

static void
look_for_peaks(void *ctx, size_t query, uint64_t block, size_t n_blocks,
               const int32_t *scores)
{
    struct peaks *p = ctx;
    size_t cell = (size_t)((block - p->first_block) / CELL_BLOCKS);

    for (size_t b = 0; b < n_blocks; b += CELL_BLOCKS, cell++) {
        size_t n = n_blocks - b < CELL_BLOCKS ? n_blocks - b : CELL_BLOCKS;
        int32_t here = highest(scores + b * AKIN__BLOCK, n * AKIN__BLOCK);

        p->peak[cell * p->n_queries + query] = here;
        p->most[query] = here > p->most[query] ? here : p->most[query];
    }
}

void
akin__rows_peaks(const struct akin_vindex *vx,
                 const struct akin__coded *queries, size_t n_queries,
                 uint64_t first, uint64_t end, const uint8_t *skip,
                 int32_t *most, int32_t *peak)
{
    const struct range r = {vx, first, end, skip};
    struct peaks peaks = {first / AKIN__BLOCK, n_queries, most, peak};

    for (size_t q = 0; q < n_queries; q++)
        most[q] = INT32_MIN;
    if (first < end)
        over_chunks(&r, queries, n_queries, look_for_peaks, &peaks);
}

/* --- the best row --- */

/* The best few of a query by code, best first. */
struct picks {
    uint64_t keys[PICKS];
    size_t n;
    int32_t slack, floor; /* nothing below the floor counts */
};

static void
pick(struct picks *p, int32_t score, uint64_t row)
{
    uint64_t key = akin__key(score, (uint32_t)row);
    size_t at;

    if (p->n == PICKS && key <= p->keys[PICKS - 1])
        return;
    at = p->n < PICKS ? p->n++ : PICKS - 1;
    for (; at > 0 && p->keys[at - 1] < key; at--)
        p->keys[at] = p->keys[at - 1];
    p->keys[at] = key;
}

static void
look_for_picks(void *ctx, size_t query, uint64_t block, size_t n_blocks,
               const int32_t *scores)
{
    struct picks *p = (struct picks *)ctx + query;
    int32_t most = highest(scores, n_blocks * AKIN__BLOCK);
    uint16_t bits[CHUNK_BLOCKS];

    if (most == INT32_MIN || most < p->floor)
        return;
    if (most - p->slack > p->floor)
        p->floor = most - p->slack;
    akin__scan_above(scores, n_blocks, p->floor, bits);
    for (size_t b = 0; b < n_blocks; b++)
        for (unsigned left = bits[b]; left != 0; left &= left - 1) {
            size_t i = b * AKIN__BLOCK + (size_t)__builtin_ctz(left);

            pick(p, scores[i], block * AKIN__BLOCK + i);
        }
}

/* Computes the picks that are near enough from their vectors. */
static void
rank_picks(const struct picks *p, const float *vectors, size_t dim,
           const float *query, float *sim, uint64_t *row)
{
    const float *held[AKIN__ROWS];
    float dots[AKIN__ROWS];
    size_t n = 0;

    *sim = -INFINITY;
    *row = UINT64_MAX;
    while (n < p->n && akin__key_score(p->keys[n]) >= p->floor)
        n++;
    for (size_t i = 0; n > 0 && i < AKIN__ROWS; i++)
        held[i] =
            vectors + (size_t)akin__key_number(p->keys[i < n ? i : 0]) * dim;
    if (n > 0)
        akin__dots_one(held, dim, query, dots);
    for (size_t i = 0; i < n; i++) {
        uint64_t here = akin__key_number(p->keys[i]);

        if (dots[i] > *sim || (dots[i] == *sim && here < *row)) {
            *sim = dots[i];
            *row = here;
        }
    }
}

/* Looks again where the peaks of a query are near its highest. */
static void
pick_from_cells(const struct range *r, const struct akin__coded *query,
                const int32_t *peak, size_t stride, struct picks *p)
{
    const uint64_t rows = CELL_BLOCKS * AKIN__BLOCK;
    const uint64_t base = r->first / AKIN__BLOCK * AKIN__BLOCK;
    size_t n = akin__rows_cells(r->first, r->end);
    int32_t most = INT32_MIN;

    for (size_t i = 0; i < n; i++)
        most = peak[i * stride] > most ? peak[i * stride] : most;
    if (most == INT32_MIN)
        return;
    p->floor = most - p->slack;
    for (size_t i = 0; i < n; i++) {
        struct range cell = {r->vx, base + i * rows, base + (i + 1) * rows,
                             r->skip};

        if (peak[i * stride] < p->floor)
            continue;
        cell.first = cell.first > r->first ? cell.first : r->first;
        cell.end = cell.end < r->end ? cell.end : r->end;
        over_chunks(&cell, query, 1, look_for_picks, p);
    }
}

void /* NOLINTNEXTLINE(readability-function-size) */
akin__rows_best(const struct akin_vindex *vx, const float *vectors,
                const struct akin__coded *coded, const float *queries,
                size_t n_queries, uint64_t first, uint64_t end,
                const uint8_t *skip, const int32_t *peak, float *sim,
                uint64_t *row)
{
    const struct range r = {vx, first, end, skip};

    for (size_t q = 0; q < n_queries; q += AKIN__SCAN_QUERIES) {
        size_t n = n_queries - q < AKIN__SCAN_QUERIES ? n_queries - q
                                                      : AKIN__SCAN_QUERIES;
        struct picks picks[AKIN__SCAN_QUERIES];

        for (size_t i = 0; i < n; i++)
            picks[i] = (struct picks){
                .slack = (int32_t)(vx->slack * coded[q + i].unit),
                .floor = INT32_MIN};
        for (size_t i = 0; peak != NULL && i < n; i++)
            pick_from_cells(&r, &coded[q + i], peak + q + i, n_queries,
                            &picks[i]);
        if (peak == NULL && first < end)
            over_chunks(&r, coded + q, n, look_for_picks, picks);
        for (size_t i = 0; i < n; i++)
            rank_picks(&picks[i], vectors, vx->dim, queries + (q + i) * vx->dim,
                       &sim[q + i], &row[q + i]);
    }
}

/* --- what passes a filter --- */

/* Of each of n_blocks blocks, which rows pass: one bit a row. */
static bool
allowed_bits(const struct akin_vindex *vx, const uint8_t *allowed,
             uint64_t block, size_t n_blocks, uint16_t *bits)
{
    unsigned any = 0;

    if (allowed != NULL &&
        !akin__any_bit(allowed, block * AKIN__BLOCK / 8, (vx->n_rows + 7) / 8,
                       n_blocks * AKIN__BLOCK / 8))
        return false;
    for (size_t b = 0; b < n_blocks; b++) {
        uint64_t row = (block + b) * AKIN__BLOCK, left = vx->n_rows - row;
        unsigned mask =
            left < AKIN__BLOCK ? (1u << (unsigned)left) - 1 : 0xffff;

        if (allowed != NULL) {
            unsigned two = allowed[row >> 3];

            if (left > 8)
                two |= (unsigned)allowed[(row >> 3) + 1] << 8;
            mask &= two;
        }
        bits[b] = (uint16_t)mask;
        any |= mask;
    }
    return any != 0;
}

static void
offer_chunk(struct akin__finds *f, const int32_t *scores, uint64_t block,
            size_t n_blocks, const uint16_t *allowed)
{
    uint16_t bits[CHUNK_BLOCKS];

    akin__scan_above(scores, n_blocks, f->floor, bits);
    for (size_t b = 0; b < n_blocks; b++)
        for (unsigned left = bits[b] & allowed[b]; left != 0;
             left &= left - 1) {
            size_t i = b * AKIN__BLOCK + (size_t)__builtin_ctz(left);

            if (scores[i] >= f->floor)
                akin__finds_offer(f, scores[i],
                                  (uint32_t)(block * AKIN__BLOCK + i));
        }
}

/* Blocks without an allowed row are passed over, chunk by chunk of runs. */
static void
scan_allowed(const struct akin_vindex *vx, const struct akin__coded *queries,
             size_t n, const uint8_t *allowed, struct akin__finds *finds)
{
    uint64_t end = akin__blocks_of(vx->n_rows);
    int32_t scores[AKIN__SCAN_QUERIES * CHUNK_ROWS];
    uint16_t bits[CHUNK_BLOCKS];

    for (uint64_t b = 0; b < end; b += CHUNK_BLOCKS) {
        size_t n_blocks =
            end - b < CHUNK_BLOCKS ? (size_t)(end - b) : CHUNK_BLOCKS;

        if (!allowed_bits(vx, allowed, b, n_blocks, bits))
            continue;
        for (size_t from = 0, to; from < n_blocks; from = to) {
            for (to = from; to < n_blocks && bits[to] != 0; to++)
                continue;
            if (to > from)
                scan_chunk(vx, b + from, to - from, queries, n, scores);
            for (size_t q = 0; to > from && q < n; q++)
                offer_chunk(&finds[q], scores + q * (to - from) * AKIN__BLOCK,
                            b + from, to - from, bits + from);
            to += to == from;
        }
    }
}

enum akin_status
akin_vindex_scan(const struct akin_vindex *vx, const float *vectors,
                 const float *queries, size_t n_queries, size_t k,
                 const uint8_t *allowed, uint64_t *rows, float *sims,
                 struct akin_error *err)
{
    size_t dim = vx->dim, fetch = akin__fetch_of(vx, k);
    int8_t code[AKIN__SCAN_QUERIES * AKIN_VINDEX_DIM_MAX];
    struct akin__coded coded[AKIN__SCAN_QUERIES];
    struct akin__finds finds[AKIN__SCAN_QUERIES];
    uint64_t *keys;

    if (k == 0 || n_queries == 0)
        return AKIN_OK;
    keys = malloc(AKIN__SCAN_QUERIES * 2 * fetch * sizeof(*keys));
    if (keys == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu candidates",
                         fetch);
    for (size_t q = 0; q < n_queries; q += AKIN__SCAN_QUERIES) {
        size_t n = n_queries - q < AKIN__SCAN_QUERIES ? n_queries - q
                                                      : AKIN__SCAN_QUERIES;

        for (size_t i = 0; i < n; i++) {
            coded[i] = akin__encode_query(&vx->scale, queries + (q + i) * dim,
                                          code + i * vx->scale.words * 4);
            finds[i] = (struct akin__finds){.keys = keys + i * 2 * fetch,
                                            .fetch = fetch,
                                            .floor = INT32_MIN};
        }
        scan_allowed(vx, coded, n, allowed, finds);
        for (size_t i = 0; i < n; i++) {
            akin__finds_cut(&finds[i]);
            akin__finds_rank(&finds[i], vectors, dim, queries + (q + i) * dim,
                             k, rows + (q + i) * k, sims + (q + i) * k);
        }
    }
    free(keys);
    return AKIN_OK;
}
