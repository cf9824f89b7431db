/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_internal.h - what the files of the vindex room share: the kernels that
 * multiply, the lists of the best, and the index as it is mapped.
 */
#ifndef AKIN_VINDEX_INTERNAL_H
#define AKIN_VINDEX_INTERNAL_H

#include <string.h>

#include "akin/vindex.h"

/* --- vindex_kernel.c: exact sums --- */

/* Rows and queries that the kernel multiplies at once. */
#define AKIN__ROWS ((size_t)8)
#define AKIN__LANES ((size_t)8)

/* out[r * AKIN__LANES + q] = inner product of rows[r] and query q.
 *
 * rows     AKIN__ROWS pointers to dim floats; repeat one to fill up
 * queries  dim x AKIN__LANES, turned (akin__turn): lane q of line d is element
 *          d of query q
 *
 * Each product is added in the order of d, without fused multiply-add, so that
 * the sums are those of the plain loop, bit by bit, on every machine. */
void akin__dots(const float *const *rows, size_t dim, const float *queries,
                float *out);

/* n (at most AKIN__LANES) queries of dim floats as akin__dots wants them;
 * lanes that are not used become 0. */
void akin__turn(const float *queries, size_t n, size_t dim, float *out);

/* The same sums for one query (dim floats), faster than with one lane of
 * akin__dots in use: out[r], AKIN__ROWS of them. */
void akin__dots_one(const float *const *rows, size_t dim, const float *query,
                    float *out);

/* The k best seen so far: a heap in the caller's arrays whose root is the worst
 * of them. Better is: more similar, or as similar with a lower row. Start with
 * clear, finish with sort (best first). */
void akin__best_clear(uint64_t *rows, float *sims, size_t k);
void akin__best_offer(uint64_t *rows, float *sims, size_t k, uint64_t row,
                      float sim);
void akin__best_sort(uint64_t *rows, float *sims, size_t k);

/* --- vindex_scan.c: 8-bit codes --- */

/* Codes lie in blocks of this many rows: 4 elements of each row, then the next
 * 4 of each. A block has AKIN__BLOCK * 4 * words bytes, words being
 * dim / 4 rounded up; what fills up is 0. */
#define AKIN__BLOCK ((size_t)16)

/* Most queries that are scanned at once. */
#define AKIN__SCAN_QUERIES ((size_t)16)

/* A coded query: signed bytes, and what turns scores into similarities: a score
 * is unit * (similarity - base), rounded. */
struct akin__coded {
    const int8_t *bytes; /* words * 4 */
    float unit;          /* 0: of a query of zeros, or one that is no number */
    float base;
};
static inline float
akin__score_sim(const struct akin__coded *query, int32_t score)
{
    return query->unit > 0 ? (float)score / query->unit + query->base
                           : query->base;
}

/* scores[q * n_blocks * AKIN__BLOCK + row] = how near query q and the coded row
 * are, in units of the query's own; comparable between rows only. Like inner
 * products, but corrected by `fix` (one for each place, in 2^-20 of similarity)
 * so that the nearer a row, the less its coding error counts: of
 * q.x = q.y - (y.y - 1) / 2 + (q - x).(x - y) + |x - y|^2 / 2, where y is what
 * the code of a unit row x says, only the last two terms are left out, which
 * are small. The scores are the same on every machine. n_queries: 1 to
 * AKIN__SCAN_QUERIES. */
void akin__scan(const uint8_t *codes, const int16_t *fix, size_t n_blocks,
                size_t words, const struct akin__coded *queries,
                size_t n_queries, int32_t *scores);

/* One bit a row of each block: is its score at least `least`? */
void akin__scan_above(const int32_t *scores, size_t n_blocks, int32_t least,
                      uint16_t *bits);

/* Where the first of the largest of n (at least 1) scores is. */
size_t akin__scan_best(const int32_t *scores, size_t n);

/* Where a code's steps lie: element d of a row is low[d] + step[d] * code. */
struct akin__scale {
    size_t dim, words;
    const float *low, *step;
};
/* words * 4 bytes. Values outside of the scale go to its ends. Gives the row's
 * fix, see akin__scan. */
int16_t akin__encode(const struct akin__scale *scale, const float *row,
                     uint8_t *out);
/* out: words * 4 bytes, which the coded query points to. */
struct akin__coded akin__encode_query(const struct akin__scale *scale,
                                      const float *query, int8_t *out);
/* Puts words * 4 bytes of a row into its lane of a block. */
void akin__block_put(uint8_t *block, size_t words, size_t lane,
                     const uint8_t *row);

/* --- keys: a score and a number in one word --- */

/* Larger is better: a higher score, or the same with a lower number. */
static inline uint64_t
akin__key(int32_t score, uint32_t number)
{
    return (uint64_t)((uint32_t)score ^ UINT32_C(0x80000000)) << 32 |
           (uint32_t)~number;
}

static inline uint32_t
akin__key_number(uint64_t key)
{
    return ~(uint32_t)key;
}

static inline int32_t
akin__key_score(uint64_t key)
{
    return (int32_t)((uint32_t)(key >> 32) ^ UINT32_C(0x80000000));
}

/* Moves the k largest of n keys to the front, in no order. */
void akin__keys_select(uint64_t *keys, size_t n, size_t k);

/* --- the index --- */

/* Rows whose lists are known together; see vindex_lists.c. */
#define AKIN__SPAN_ROWS ((size_t)1024)

struct akin_vindex {
    uint32_t magic;
    size_t n_rows, dim, n_lists;
    struct akin__scale scale;
    float slack; /* that a similarity by codes is wrong by, nearly always */
    const uint8_t *centres;      /* blocks of the lists' centres */
    const int16_t *centre_fix;   /* one a place of these */
    const float *cosine, *sine;  /* n_lists: of the angle between a list's
                                  * centre and its rows, usually */
    const uint64_t *list_start;  /* n_lists + 1, in rows */
    const uint32_t *first_block; /* n_lists + 1 */
    const uint8_t *codes;        /* blocks, list by list */
    const int16_t *fix;          /* AKIN__BLOCK a block */
    const uint32_t *ids;         /* AKIN__BLOCK a block: the row; or none */
    const uint8_t *row_codes;    /* blocks, in the order of rows */
    const int16_t *row_fix;      /* AKIN__BLOCK a block */
    const uint64_t *spans;       /* of each span of rows: one bit a list */
    size_t span_words;           /* of one of these */
    void *map;
    size_t map_len;
};
#define AKIN__NO_ROW UINT32_MAX

static inline size_t
akin__blocks_of(size_t n)
{
    return (n + AKIN__BLOCK - 1) / AKIN__BLOCK;
}

/* The file; see vindex_file.c. Offsets in bytes, multiples of 64. */
struct akin__ivf_layout {
    uint64_t scale, centres, centre_fix, reach, starts, blocks; /* the head */
    uint64_t codes, fix, ids, row_codes, row_fix, spans;        /* the body */
    uint64_t bytes;
};
#define AKIN__IVF_HEADER ((size_t)64)
#define AKIN__IVF_LISTS_MAX ((size_t)65536)
#define AKIN__IVF_ROWS_MAX ((uint64_t)UINT32_MAX - 1)
/* dim, n_lists, n_rows and n_blocks must be within their bounds. */
void akin__ivf_layout(uint64_t n_rows, uint64_t dim, uint64_t n_lists,
                      uint64_t n_blocks, struct akin__ivf_layout *out);
/* Seals the head of a finished file: fills the 64 bytes of the header. */
void akin__ivf_seal(uint8_t *file, uint64_t n_rows, uint64_t dim,
                    uint64_t n_lists, uint64_t n_blocks);

/* vindex_faiss.c: centres of n_lists clusters (spherical k-means, inner
 * product) of n rows; threads as in the build options. */
enum akin_status akin__kmeans(const float *rows, size_t n, size_t dim,
                              size_t n_lists, int threads, float *centres,
                              struct akin_error *err);

/* vindex_train.c: the same for any number of lists, without the cost of it. */
enum akin_status akin__train(const float *rows, size_t n, size_t dim,
                             size_t n_lists, int threads, float *centres,
                             struct akin_error *err);

/* --- vindex_lists.c: which lists --- */

/* bound[q * stride + list], in 2^-24 of similarity: what the rows of a list may
 * come to, for n (at most AKIN__SCAN_QUERIES) queries; AKIN__NO_LIST where the
 * list has no row, or none that the mask (one bit a list; NULL: all) lets
 * through. */
#define AKIN__BOUND_UNIT 0x1p24f
#define AKIN__NO_LIST INT32_MIN
void akin__lists_bound(const struct akin_vindex *vx,
                       const struct akin__coded *queries, size_t n,
                       const uint64_t *mask, size_t stride, int32_t *bound);

/* The next lists of one query in the order of bounds: up to n of those behind
 * `last` (UINT64_MAX: from the first on) whose bound is at least `least`, into
 * keys, in no order. Gives how many; *last becomes the last of them. keys and
 * places: room for n_lists. */
size_t akin__lists_next(const int32_t *bound, size_t n_lists, int32_t least,
                        size_t n, uint64_t *last, uint64_t *keys,
                        uint32_t *places);

/* One bit for each list that may hold allowed rows, in *out, which the caller
 * frees; NULL: not worth finding out, all may. */
enum akin_status akin__lists_mask(const struct akin_vindex *vx,
                                  const uint8_t *allowed,
                                  const struct akin_vindex_filter *filter,
                                  uint64_t **out, struct akin_error *err);

/* --- vindex_search.c --- */

/* As akin_vindex_search; `filter` is what akin_vindex_look says of `allowed`
 * (NULL: look). Also says how many lists were looked into, for all queries
 * together (NULL: do not). */
enum akin_status
akin__ivf_search(const struct akin_vindex *vx, const float *vectors,
                 const float *queries, size_t n_queries, size_t k,
                 struct akin_vindex_effort effort, const uint8_t *allowed,
                 const struct akin_vindex_filter *filter, uint64_t *rows,
                 float *sims, uint64_t *n_scanned, struct akin_error *err);

/* Bits of a filter: does row i pass? */
static inline bool
akin__bit(const uint8_t *bits, uint64_t i)
{
    return (bits[i >> 3] >> (i & 7) & 1) != 0;
}

/* Is a bit set in the n bytes from `first` on? The bits end at `end`. */
static inline bool
akin__any_bit(const uint8_t *bits, size_t first, size_t end, size_t n)
{
    uint64_t any = 0, word;

    for (; n >= 8 && first + 8 <= end; n -= 8, first += 8) {
        memcpy(&word, bits + first, sizeof(word));
        any |= word;
    }
    for (; n > 0 && first < end; n--)
        any |= bits[first++];
    return any != 0;
}

/* Do rows pass in runs, such as whole groups, rather than one by one? */
bool akin__in_runs(const struct akin_vindex_filter *filter);

/* The best candidates of one query, by code. */
struct akin__finds {
    uint64_t *keys; /* room for 2 * fetch */
    size_t n, fetch;
    int32_t floor; /* a score below cannot enter */
};
/* Of a search for k rows: how many are re-ranked. */
size_t akin__fetch_of(const struct akin_vindex *vx, size_t k);
/* Offers a score; akin__finds_cut leaves at most the best `fetch`. */
void akin__finds_offer(struct akin__finds *f, int32_t score, uint32_t row);
void akin__finds_cut(struct akin__finds *f);
/* The k best of them by their vectors, best first. */
void akin__finds_rank(const struct akin__finds *f, const float *vectors,
                      size_t dim, const float *query, size_t k, uint64_t *rows,
                      float *sims);

/* --- vindex_rows.c: codes in the order of rows --- */

/* Of the rows first .. end - 1 that are not skipped (NULL, or one bit a row),
 * the highest score for each query, and that of each cell of them, cells x
 * n_queries; INT32_MIN when there is none. */
size_t akin__rows_cells(uint64_t first, uint64_t end);
void akin__rows_peaks(const struct akin_vindex *vx,
                      const struct akin__coded *queries, size_t n_queries,
                      uint64_t first, uint64_t end, const uint8_t *skip,
                      int32_t *most, int32_t *peak);

/* The best of these rows for each query, from their vectors: of up to eight
 * whose scores are near the highest. -INFINITY and UINT64_MAX: none. peak: what
 * akin__rows_peaks found of the same rows and queries, which saves most of the
 * work; or NULL. */
void akin__rows_best(const struct akin_vindex *vx, const float *vectors,
                     const struct akin__coded *coded, const float *queries,
                     size_t n_queries, uint64_t first, uint64_t end,
                     const uint8_t *skip, const int32_t *peak, float *sim,
                     uint64_t *row);

#endif
