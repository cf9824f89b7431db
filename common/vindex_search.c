/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_search.c - candidates from the lists, by 8-bit codes, and their exact
 * re-ranking.
 *
 * The queries of one request are worked off in batches, in rounds. In each
 * round a query takes its next lists, each time twice as many, as long as they
 * may hold something nearer than what it has (vindex_lists.c); then the lists
 * are scanned, each one once for all queries that want it. What a query finds
 * does not depend on its batch: its lists depend on its own finds alone, and
 * these are the best by (score, row), in whatever order they are met.
 */
#include "akin/vindex.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vindex_internal.h"

#define BATCH ((size_t)32)        /* queries */
#define CHUNK_BLOCKS ((size_t)32) /* scanned before scores are looked at */
#define CHUNK_ROWS (CHUNK_BLOCKS * AKIN__BLOCK)
#define AHEAD ((size_t)8) /* rows asked for before they are needed */

/* Every re-ranking looks at this many rows more than are wanted: what 8-bit
 * codes get wrong lies close behind. */
#define FETCH_MORE ((size_t)22)
#define FETCH_PART ((size_t)4) /* or at k / FETCH_PART more */

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* --- the best candidates of one query --- */

size_t
akin__fetch_of(const struct akin_vindex *vx, size_t k)
{
    size_t more = k / FETCH_PART > FETCH_MORE ? k / FETCH_PART : FETCH_MORE;

    return k >= vx->n_rows ? vx->n_rows : k + more;
}

void
akin__finds_cut(struct akin__finds *f)
{
    uint64_t last = UINT64_MAX;

    if (f->n <= f->fetch)
        return;
    akin__keys_select(f->keys, f->n, f->fetch);
    f->n = f->fetch;
    for (size_t i = 0; i < f->fetch; i++)
        last = f->keys[i] < last ? f->keys[i] : last;
    f->floor = akin__key_score(last);
}

void
akin__finds_offer(struct akin__finds *f, int32_t score, uint32_t row)
{
    f->keys[f->n++] = akin__key(score, row);
    if (f->n == 2 * f->fetch)
        akin__finds_cut(f);
}

static const float *
row_of(const struct akin__finds *f, size_t i, const float *vectors, size_t dim)
{
    return vectors + (size_t)akin__key_number(f->keys[i]) * dim;
}

static void
ask_for(const float *row, size_t dim)
{
    for (size_t d = 0; d < dim; d += 16)
        __builtin_prefetch(row + d);
}

void
akin__finds_rank(const struct akin__finds *f, const float *vectors, size_t dim,
                 const float *query, size_t k, uint64_t *rows, float *sims)
{
    const float *held[AKIN__ROWS];
    float dots[AKIN__ROWS];

    akin__best_clear(rows, sims, k);
    for (size_t i = 0; i < f->n && i < AHEAD; i++)
        ask_for(row_of(f, i, vectors, dim), dim);
    for (size_t i = 0; i < f->n; i += AKIN__ROWS) {
        size_t n = least(f->n - i, AKIN__ROWS);

        for (size_t j = 0; j < AKIN__ROWS; j++) {
            held[j] = row_of(f, j < n ? i + j : i, vectors, dim);
            if (i + j + AHEAD < f->n)
                ask_for(row_of(f, i + j + AHEAD, vectors, dim), dim);
        }
        akin__dots_one(held, dim, query, dots);
        for (size_t j = 0; j < n; j++)
            akin__best_offer(rows, sims, k, akin__key_number(f->keys[i + j]),
                             dots[j]);
    }
    akin__best_sort(rows, sims, k);
}

/* --- a batch --- */

struct query {
    struct akin__finds finds;
    uint64_t last; /* list of the rounds before */
    bool open;     /* there may be more */
};

struct search {
    const struct akin_vindex *vx;
    const float *vectors;
    size_t k;
    struct akin_vindex_effort effort;
    const uint8_t *allowed;
    uint64_t *mask; /* lists with allowed rows; NULL: all may have some */
    uint64_t n_scanned;
    /* of a batch */
    size_t n;
    int8_t *code;                /* BATCH x words * 4 */
    struct akin__coded *queries; /* BATCH */
    struct query *query;         /* BATCH */
    int32_t *bound;              /* BATCH x n_lists */
    uint64_t *all_keys;          /* of the finds */
    uint64_t *pairs;             /* list, query: of a round; BATCH x n_lists */
    size_t n_pairs;
    /* of one query at a time */
    uint64_t *keys; /* of all lists */
    uint32_t *places;
};

static void
take_chunk(struct search *s, struct akin__finds *f, const int32_t *scores,
           const uint32_t *ids, size_t n_blocks)
{
    uint16_t bits[CHUNK_BLOCKS];

    akin__scan_above(scores, n_blocks, f->floor, bits);
    for (size_t b = 0; b < n_blocks; b++)
        for (unsigned left = bits[b]; left != 0; left &= left - 1) {
            size_t i = b * AKIN__BLOCK + (size_t)__builtin_ctz(left);

            if (scores[i] < f->floor || ids[i] >= s->vx->n_rows ||
                (s->allowed != NULL && !akin__bit(s->allowed, ids[i])))
                continue;
            akin__finds_offer(f, scores[i], ids[i]);
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
            take_chunk(s, &s->query[pairs[i] & 0xff].finds,
                       scores + i * n_blocks * AKIN__BLOCK,
                       vx->ids + b * AKIN__BLOCK, n_blocks);
    }
    s->n_scanned += n;
}

/* --- which lists --- */

static int
ascending(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* What a list's bound must come to: all do until k rows were found. */
static int32_t
least_bound(const struct search *s, size_t q)
{
    const struct akin__finds *f = &s->query[q].finds;
    uint64_t last = UINT64_MAX;
    float sim;

    if (f->n < s->k || isinf(s->effort.margin))
        return AKIN__NO_LIST;
    akin__keys_select(f->keys, f->n, s->k);
    for (size_t i = 0; i < s->k; i++)
        last = f->keys[i] < last ? f->keys[i] : last;
    sim = akin__score_sim(&s->queries[q], akin__key_score(last)) -
          s->effort.margin;
    return sim <= -64 ? AKIN__NO_LIST
                      : (int32_t)(fminf(sim, 64) * AKIN__BOUND_UNIT);
}

/* The pairs of a round with room for n lists a query. */
static void
choose_lists(struct search *s, size_t n)
{
    size_t lists = s->vx->n_lists;

    s->n_pairs = 0;
    for (size_t q = 0; q < s->n; q++) {
        struct query *query = &s->query[q];
        size_t found;

        if (!query->open)
            continue;
        akin__finds_cut(&query->finds);
        found = akin__lists_next(s->bound + q * lists, lists, least_bound(s, q),
                                 n, &query->last, s->keys, s->places);
        query->open = found == n;
        for (size_t i = 0; i < found; i++)
            s->pairs[s->n_pairs++] =
                (uint64_t)akin__key_number(s->keys[i]) << 8 | q;
    }
    if (s->n > 1 && s->n_pairs > 1)
        qsort(s->pairs, s->n_pairs, sizeof(*s->pairs), ascending);
}

/* The pairs of a list come together. */
/* NOLINTBEGIN(clang-analyzer-unix.Malloc): search_free frees what s holds */
static void
scan_pairs(struct search *s)
{
    size_t first = 0;

    for (size_t i = 1; i <= s->n_pairs; i++)
        if (i == s->n_pairs || i - first == AKIN__SCAN_QUERIES ||
            s->pairs[i] >> 8 != s->pairs[first] >> 8) {
            scan_list(s, (size_t)(s->pairs[first] >> 8), s->pairs + first,
                      i - first);
            first = i;
        }
}
/* NOLINTEND(clang-analyzer-unix.Malloc) */

/* --- all of it --- */

static enum akin_status
search_alloc(struct search *s, struct akin_error *err)
{
    const struct akin_vindex *vx = s->vx;
    size_t fetch = akin__fetch_of(vx, s->k);

    s->code = malloc(s->n * vx->scale.words * 4);
    s->queries = calloc(s->n, sizeof(*s->queries));
    s->query = calloc(s->n, sizeof(*s->query));
    s->bound = malloc(s->n * vx->n_lists * sizeof(*s->bound));
    s->pairs = malloc(s->n * vx->n_lists * sizeof(*s->pairs));
    s->all_keys = malloc(s->n * 2 * fetch * sizeof(*s->all_keys));
    s->keys = malloc(vx->n_lists * sizeof(*s->keys));
    s->places = malloc(vx->n_lists * sizeof(*s->places));
    if (s->code == NULL || s->queries == NULL || s->query == NULL ||
        s->bound == NULL || s->pairs == NULL || s->all_keys == NULL ||
        s->keys == NULL || s->places == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu candidates",
                         fetch);
    for (size_t i = 0; i < s->n; i++)
        s->query[i].finds = (struct akin__finds){
            .keys = s->all_keys + i * 2 * fetch, .fetch = fetch};
    return AKIN_OK;
}

static void
search_free(struct search *s)
{
    free(s->code);
    free(s->queries);
    free(s->query);
    free(s->bound);
    free(s->all_keys);
    free(s->keys);
    free(s->places);
    free(s->pairs);
    free(s->mask);
}

static void
search_batch(struct search *s, const float *queries, uint64_t *rows,
             float *sims)
{
    const struct akin_vindex *vx = s->vx;
    size_t dim = vx->dim, bytes = vx->scale.words * 4, n = s->effort.n_first;

    for (size_t q = 0; q < s->n; q++) {
        s->query[q].finds.n = 0;
        s->query[q].finds.floor = INT32_MIN;
        s->query[q].last = UINT64_MAX;
        s->query[q].open = true;
        s->queries[q] = akin__encode_query(&vx->scale, queries + q * dim,
                                           s->code + q * bytes);
    }
    for (size_t q = 0; q < s->n; q += AKIN__SCAN_QUERIES)
        akin__lists_bound(vx, s->queries + q,
                          least(s->n - q, AKIN__SCAN_QUERIES), s->mask,
                          vx->n_lists, s->bound + q * vx->n_lists);
    do {
        choose_lists(s, n);
        scan_pairs(s);
        n *= 2;
    } while (s->n_pairs > 0);
    for (size_t q = 0; q < s->n; q++) {
        akin__finds_cut(&s->query[q].finds);
        akin__finds_rank(&s->query[q].finds, s->vectors, dim, queries + q * dim,
                         s->k, rows + q * s->k, sims + q * s->k);
    }
}

static enum akin_status
search_all(struct search *s, const struct akin_vindex_filter *filter,
           const float *queries, size_t n_queries, uint64_t *rows, float *sims,
           struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    s->n = least(BATCH, n_queries);
    st = search_alloc(s, err);
    if (st == AKIN_OK && s->allowed != NULL)
        st = akin__lists_mask(s->vx, s->allowed, filter, &s->mask, err);
    for (size_t q = 0; st == AKIN_OK && q < n_queries; q += BATCH) {
        s->n = least(BATCH, n_queries - q);
        search_batch(s, queries + q * s->vx->dim, rows + q * s->k,
                     sims + q * s->k);
    }
    return st;
}

enum akin_status /* NOLINTNEXTLINE(readability-function-size) */
akin__ivf_search(const struct akin_vindex *vx, const float *vectors,
                 const float *queries, size_t n_queries, size_t k,
                 struct akin_vindex_effort effort, const uint8_t *allowed,
                 const struct akin_vindex_filter *filter, uint64_t *rows,
                 float *sims, uint64_t *n_scanned, struct akin_error *err)
{
    struct akin_vindex_filter here;
    struct search s = {.vx = vx,
                       .vectors = vectors,
                       .k = k,
                       .effort = effort,
                       .allowed = allowed};
    enum akin_status st;

    if (isnan(effort.margin) || effort.n_first == 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "a margin must be a number, and a search begins with "
                         "a list at least");
    if (k == 0 || n_queries == 0)
        return AKIN_OK;
    if (allowed != NULL && filter == NULL) {
        here = akin_vindex_look(allowed, vx->n_rows);
        filter = &here;
    }
    st = search_all(&s, filter, queries, n_queries, rows, sims, err);
    if (n_scanned != NULL)
        *n_scanned = s.n_scanned;
    search_free(&s);
    return st;
}

enum akin_status /* NOLINTNEXTLINE(readability-function-size) */
akin_vindex_search(const struct akin_vindex *vx, const float *vectors,
                   const float *queries, size_t n_queries, size_t k,
                   struct akin_vindex_effort effort, const uint8_t *allowed,
                   const struct akin_vindex_filter *filter, uint64_t *rows,
                   float *sims, struct akin_error *err)
{
    return akin__ivf_search(vx, vectors, queries, n_queries, k, effort, allowed,
                            filter, rows, sims, NULL, err);
}
