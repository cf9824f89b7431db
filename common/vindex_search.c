/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_search.c - candidates from the lists, by 8-bit codes, and their exact
 * re-ranking.
 *
 * The queries of one request are worked off in batches. Tiles of one image look
 * into the same lists, so a batch goes list by list: its codes are read once
 * for all queries that want them. What a query finds does not depend on its
 * batch: its candidates are the best by (score, row), in whatever order they
 * are met.
 */
#include "akin/vindex.h"

#include <stdlib.h>
#include <string.h>

#include "vindex_internal.h"

#define BATCH ((size_t)32)            /* queries */
#define BATCH_PAIRS ((size_t)1 << 18) /* lists x queries, at most, about */
#define CHUNK_BLOCKS ((size_t)32)     /* scanned before scores are looked at */
#define CHUNK_ROWS (CHUNK_BLOCKS * AKIN__BLOCK)
#define AHEAD ((size_t)8) /* rows asked for before they are needed */

/* Every re-ranking looks at this many rows more than are wanted: what 8-bit
 * codes get wrong lies close behind. */
#define FETCH_MORE ((size_t)54)
#define FETCH_PART ((size_t)4) /* or at k / FETCH_PART more */

static bool
bit(const uint8_t *bits, uint64_t i)
{
    return (bits[i >> 3] >> (i & 7) & 1) != 0;
}

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* --- the best candidates of one query --- */

struct finds {
    uint64_t *keys; /* room for 2 * fetch */
    size_t n;
    int32_t floor; /* a score below cannot enter */
};

static void
finds_shrink(struct finds *f, size_t fetch)
{
    uint64_t last = UINT64_MAX;

    if (f->n <= fetch)
        return;
    akin__keys_select(f->keys, f->n, fetch);
    f->n = fetch;
    for (size_t i = 0; i < fetch; i++)
        last = f->keys[i] < last ? f->keys[i] : last;
    f->floor = akin__key_score(last);
}

struct search {
    const struct akin_vindex *vx;
    const float *vectors;
    size_t k, n_probe, fetch;
    const uint8_t *allowed;
    const uint32_t *count; /* of allowed rows in each list; NULL: not counted */
    /* of a batch */
    size_t n;
    int8_t *code;                /* BATCH x words * 4 */
    struct akin__coded *queries; /* BATCH */
    struct finds *finds;         /* BATCH */
    uint64_t *all_keys;          /* of the finds */
    uint64_t *pairs;             /* rank, list, query */
    size_t n_pairs, pair_room;
    /* of one query at a time */
    int32_t *scores; /* of all lists, AKIN__SCAN_QUERIES times */
    uint64_t *keys;  /* of all lists */
};

static void
take(struct search *s, struct finds *f, int32_t score, uint32_t row)
{
    if (row >= s->vx->n_rows || (s->allowed != NULL && !bit(s->allowed, row)))
        return;
    f->keys[f->n++] = akin__key(score, row);
    if (f->n == 2 * s->fetch)
        finds_shrink(f, s->fetch);
}

/* --- one list --- */

static void
take_chunk(struct search *s, struct finds *f, const int32_t *scores,
           const uint32_t *ids, size_t n_blocks)
{
    uint16_t bits[CHUNK_BLOCKS];

    akin__scan_above(scores, n_blocks, f->floor, bits);
    for (size_t b = 0; b < n_blocks; b++)
        for (unsigned left = bits[b]; left != 0; left &= left - 1) {
            size_t i = b * AKIN__BLOCK + (size_t)__builtin_ctz(left);

            if (scores[i] >= f->floor)
                take(s, f, scores[i], ids[i]);
        }
}

/* Scans a list with the queries of up to AKIN__SCAN_QUERIES pairs. */
static void
scan_list(struct search *s, size_t list, const uint64_t *pairs, size_t n)
{
    const struct akin_vindex *vx = s->vx;
    size_t words = vx->scale.words, bytes = words * 4;
    size_t end = vx->first_block[list + 1];
    struct akin__coded queries[AKIN__SCAN_QUERIES];
    int32_t scores[AKIN__SCAN_QUERIES * CHUNK_ROWS];

    for (size_t i = 0; i < n; i++)
        queries[i] = s->queries[pairs[i] & 0xff];
    for (size_t b = vx->first_block[list]; b < end; b += CHUNK_BLOCKS) {
        size_t n_blocks = least(end - b, CHUNK_BLOCKS);

        akin__scan(vx->codes + b * bytes * AKIN__BLOCK,
                   vx->fix + b * AKIN__BLOCK, n_blocks, words, queries, n,
                   scores);
        for (size_t i = 0; i < n; i++)
            take_chunk(s, &s->finds[pairs[i] & 0xff],
                       scores + i * n_blocks * AKIN__BLOCK,
                       vx->ids + b * AKIN__BLOCK, n_blocks);
    }
}

/* --- which lists --- */

static int
descending(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x > *y ? -1 : *x < *y;
}

static int
ascending(const void *a, const void *b)
{
    return descending(b, a);
}

static size_t
list_rows(const struct akin_vindex *vx, size_t list)
{
    return (size_t)(vx->list_start[list + 1] - vx->list_start[list]);
}

size_t
akin__ivf_order(const struct akin_vindex *vx, const int32_t *scores,
                const uint32_t *count, size_t n, uint64_t *keys)
{
    size_t n_keys = 0;

    for (size_t i = 0; i < vx->n_lists; i++)
        if (count != NULL ? count[i] > 0 : list_rows(vx, i) > 0)
            keys[n_keys++] = akin__key(scores[i], (uint32_t)i);
    akin__keys_select(keys, n_keys, n);
    n = least(n, n_keys);
    qsort(keys, n, sizeof(*keys), descending);
    return n;
}

enum akin_status
akin__ivf_count(const struct akin_vindex *vx, const uint8_t *allowed,
                const struct akin_vindex_filter *filter, uint32_t **out,
                struct akin_error *err)
{
    *out = NULL;
    if (!akin__ivf_counts(filter, vx->n_rows, vx->n_lists))
        return AKIN_OK;
    *out = calloc(AKIN__IVF_LISTS_MAX, sizeof(**out));
    if (*out == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to count by list");
    for (size_t byte = 0; byte < (vx->n_rows + 7) / 8; byte++)
        for (unsigned left = allowed[byte]; left != 0; left &= left - 1) {
            size_t row = byte * 8 + (size_t)__builtin_ctz(left);

            if (row < vx->n_rows)
                ++(*out)[vx->list_of[row]];
        }
    return AKIN_OK;
}

/* The lists for query q: n_probe, or as many more as k rows need. */
static size_t
choose_lists(struct search *s, const int32_t *scores, size_t n_probe)
{
    size_t lists = s->vx->n_lists;

    for (;;) {
        size_t n = akin__ivf_order(s->vx, scores, s->count, n_probe, s->keys);
        uint64_t rows = 0;

        for (size_t i = 0; i < n && rows < s->k; i++) {
            size_t list = akin__key_number(s->keys[i]);

            rows += s->count != NULL ? s->count[list] : list_rows(s->vx, list);
        }
        if (rows >= s->k || n < n_probe || n_probe >= lists)
            return n;
        n_probe = least(n_probe * 2, lists);
    }
}

static enum akin_status
add_pairs(struct search *s, size_t query, size_t n, struct akin_error *err)
{
    if (s->n_pairs + n > s->pair_room) {
        size_t room = (s->n_pairs + n) * 2;
        uint64_t *grown = realloc(s->pairs, room * sizeof(*grown));

        if (grown == NULL)
            return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu lists", room);
        s->pairs = grown;
        s->pair_room = room;
    }
    for (size_t i = 0; i < n; i++)
        s->pairs[s->n_pairs++] = (uint64_t)i << 40 |
                                 (uint64_t)akin__key_number(s->keys[i]) << 8 |
                                 query;
    return AKIN_OK;
}

/* A list gets the best of the ranks that the queries give it, so that pairs of
 * one list come together, good lists first. */
static void
sort_pairs(struct search *s)
{
    uint32_t *rank = (uint32_t *)(void *)s->scores; /* done with by now */

    if (s->n == 1 || s->n_pairs == 0)
        return;
    memset(rank, 0xff, s->vx->n_lists * sizeof(*rank));
    for (size_t i = 0; i < s->n_pairs; i++) {
        size_t list = s->pairs[i] >> 8 & 0xffffffff;
        uint32_t here = (uint32_t)(s->pairs[i] >> 40);

        rank[list] = here < rank[list] ? here : rank[list];
    }
    for (size_t i = 0; i < s->n_pairs; i++) {
        size_t list = s->pairs[i] >> 8 & 0xffffffff;

        s->pairs[i] = (s->pairs[i] & 0xffffffffff) | (uint64_t)rank[list] << 40;
    }
    qsort(s->pairs, s->n_pairs, sizeof(*s->pairs), ascending);
}

static enum akin_status
probe(struct search *s, struct akin_error *err)
{
    const struct akin_vindex *vx = s->vx;
    size_t n_blocks = (vx->n_lists + AKIN__BLOCK - 1) / AKIN__BLOCK;
    enum akin_status st = AKIN_OK;

    s->n_pairs = 0;
    for (size_t q = 0; q < s->n; q += AKIN__SCAN_QUERIES) {
        size_t n = least(s->n - q, AKIN__SCAN_QUERIES);

        akin__scan(vx->centres, vx->centre_fix, n_blocks, vx->scale.words,
                   s->queries + q, n, s->scores);
        for (size_t i = 0; st == AKIN_OK && i < n; i++)
            st = add_pairs(s, q + i,
                           choose_lists(s,
                                        s->scores + i * n_blocks * AKIN__BLOCK,
                                        s->n_probe),
                           err);
    }
    if (st != AKIN_OK)
        return st;
    sort_pairs(s);
    for (size_t i = 0, end; i < s->n_pairs; i = end) {
        size_t list = s->pairs[i] >> 8 & 0xffffffff;

        end = i + 1;
        while (end < s->n_pairs && end - i < AKIN__SCAN_QUERIES &&
               (s->pairs[end] >> 8 & 0xffffffff) == list)
            end++;
        scan_list(s, list, s->pairs + i, end - i);
    }
    return AKIN_OK;
}

/* --- re-ranking --- */

static const float *
row_of(const struct search *s, const struct finds *f, size_t i)
{
    return s->vectors + (size_t)akin__key_number(f->keys[i]) * s->vx->dim;
}

static void
ask_for(const float *row, size_t dim)
{
    for (size_t d = 0; d < dim; d += 16)
        __builtin_prefetch(row + d);
}

static void
rerank(const struct search *s, const struct finds *f, const float *query,
       uint64_t *rows, float *sims)
{
    const float *held[AKIN__ROWS];
    float dots[AKIN__ROWS];
    size_t dim = s->vx->dim;

    akin__best_clear(rows, sims, s->k);
    for (size_t i = 0; i < f->n && i < AHEAD; i++)
        ask_for(row_of(s, f, i), dim);
    for (size_t i = 0; i < f->n; i += AKIN__ROWS) {
        size_t n = least(f->n - i, AKIN__ROWS);

        for (size_t j = 0; j < AKIN__ROWS; j++) {
            held[j] = row_of(s, f, j < n ? i + j : i);
            if (i + j + AHEAD < f->n)
                ask_for(row_of(s, f, i + j + AHEAD), dim);
        }
        akin__dots_one(held, dim, query, dots);
        for (size_t j = 0; j < n; j++)
            akin__best_offer(rows, sims, s->k, akin__key_number(f->keys[i + j]),
                             dots[j]);
    }
    akin__best_sort(rows, sims, s->k);
}

/* --- all of it --- */

static enum akin_status
search_alloc(struct search *s, struct akin_error *err)
{
    const struct akin_vindex *vx = s->vx;
    size_t lists = vx->n_lists + AKIN__BLOCK;

    s->code = calloc(BATCH, vx->scale.words * 4);
    s->queries = calloc(BATCH, sizeof(*s->queries));
    s->finds = calloc(BATCH, sizeof(*s->finds));
    s->all_keys = malloc(s->n * 2 * s->fetch * sizeof(uint64_t));
    s->scores = calloc(lists * AKIN__SCAN_QUERIES, sizeof(*s->scores));
    s->keys = calloc(lists, sizeof(*s->keys));
    if (s->all_keys == NULL || s->code == NULL || s->queries == NULL ||
        s->finds == NULL || s->scores == NULL || s->keys == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu candidates",
                         s->fetch);
    for (size_t i = 0; i < s->n; i++)
        s->finds[i].keys = s->all_keys + i * 2 * s->fetch;
    return AKIN_OK;
}

static void
search_free(struct search *s)
{
    free(s->finds);
    free(s->all_keys);
    free(s->code);
    free(s->queries);
    free(s->pairs);
    free(s->scores);
    free(s->keys);
}

static enum akin_status
search_batch(struct search *s, const float *queries, uint64_t *rows,
             float *sims, struct akin_error *err)
{
    size_t dim = s->vx->dim, bytes = s->vx->scale.words * 4;
    enum akin_status st;

    for (size_t q = 0; q < s->n; q++) {
        s->finds[q].n = 0;
        s->finds[q].floor = INT32_MIN;
        s->queries[q] = akin__encode_query(&s->vx->scale, queries + q * dim,
                                           s->code + q * bytes);
    }
    st = probe(s, err);
    for (size_t q = 0; st == AKIN_OK && q < s->n; q++) {
        finds_shrink(&s->finds[q], s->fetch);
        rerank(s, &s->finds[q], queries + q * dim, rows + q * s->k,
               sims + q * s->k);
    }
    return st;
}

/* Behind a filter that was not counted, a query may have met too few rows. */
static enum akin_status
search_wider(struct search *s, const float *query, uint64_t *rows, float *sims,
             struct akin_error *err)
{
    size_t n_probe = s->n_probe, lists = s->vx->n_lists;
    enum akin_status st = AKIN_OK;

    s->n = 1;
    while (st == AKIN_OK && s->k > 0 && rows[s->k - 1] == UINT64_MAX &&
           s->n_probe < lists) {
        s->n_probe = least(s->n_probe * 2, lists);
        st = search_batch(s, query, rows, sims, err);
    }
    s->n_probe = n_probe;
    return st;
}

static enum akin_status
search_all(struct search *s, const float *queries, size_t n_queries,
           uint64_t *rows, float *sims, struct akin_error *err)
{
    size_t batch = BATCH_PAIRS / s->n_probe, dim = s->vx->dim, k = s->k;
    enum akin_status st;

    batch = batch < 1 ? 1 : least(batch, BATCH);
    s->n = least(batch, n_queries);
    st = search_alloc(s, err);
    for (size_t q = 0; st == AKIN_OK && q < n_queries; q += batch) {
        size_t n = s->n = least(batch, n_queries - q);

        st =
            search_batch(s, queries + q * dim, rows + q * k, sims + q * k, err);
        for (size_t i = 0;
             st == AKIN_OK && s->allowed != NULL && s->count == NULL && i < n;
             i++)
            st = search_wider(s, queries + (q + i) * dim, rows + (q + i) * k,
                              sims + (q + i) * k, err);
    }
    return st;
}

enum akin_status
akin__ivf_search(const struct akin_vindex *vx, const float *vectors,
                 const float *queries, size_t n_queries, size_t k,
                 size_t n_probe, const struct akin__allowed *allowed,
                 uint64_t *rows, float *sims, struct akin_error *err)
{
    struct search s = {.vx = vx,
                       .vectors = vectors,
                       .k = k,
                       .n_probe = n_probe,
                       .allowed = allowed->bits,
                       .count = allowed->count};
    enum akin_status st;
    size_t more;

    if (n_probe < 1 || n_probe > akin_vindex_lists(vx))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%zu lists to probe of an index with %zu", n_probe,
                         akin_vindex_lists(vx));
    if (k == 0 || n_queries == 0)
        return AKIN_OK;
    more = k / FETCH_PART > FETCH_MORE ? k / FETCH_PART : FETCH_MORE;
    s.fetch = k >= vx->n_rows ? vx->n_rows : k + more;
    st = search_all(&s, queries, n_queries, rows, sims, err);
    search_free(&s);
    return st;
}

enum akin_status
akin_vindex_search(const struct akin_vindex *vx, const float *vectors,
                   const float *queries, size_t n_queries, size_t k,
                   size_t n_probe, const uint8_t *allowed, uint64_t *rows,
                   float *sims, struct akin_error *err)
{
    struct akin__allowed some = {.bits = allowed};
    uint32_t *count = NULL;
    enum akin_status st = AKIN_OK;

    if (allowed != NULL) {
        struct akin_vindex_filter filter =
            akin_vindex_look(allowed, vx->n_rows);

        st = akin__ivf_count(vx, allowed, &filter, &count, err);
    }
    some.count = count;
    if (st == AKIN_OK)
        st = akin__ivf_search(vx, vectors, queries, n_queries, k, n_probe,
                              &some, rows, sims, err);
    free(count);
    return st;
}
