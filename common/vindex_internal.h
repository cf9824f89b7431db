/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_internal.h - what the files of the vindex room share: the kernels that
 * multiply, the lists of the best, and the index as it is mapped.
 */
#ifndef AKIN_VINDEX_INTERNAL_H
#define AKIN_VINDEX_INTERNAL_H

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
#define AKIN__SCAN_QUERIES ((size_t)4)

/* A coded query: signed bytes, and the score of one unit of similarity. */
struct akin__coded {
    const int8_t *bytes; /* words * 4 */
    float unit;
};

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

struct akin_vindex {
    uint32_t magic;
    size_t n_rows, dim, n_lists;
    struct akin__scale scale;
    const uint8_t *centres;      /* blocks of the lists' centres */
    const int16_t *centre_fix;   /* one a place of these */
    const uint64_t *list_start;  /* n_lists + 1, in rows */
    const uint32_t *first_block; /* n_lists + 1 */
    const uint8_t *codes;        /* blocks, list by list */
    const int16_t *fix;          /* AKIN__BLOCK a block */
    const uint32_t *ids;         /* AKIN__BLOCK a block: the row; or none */
    const uint16_t *list_of;     /* n_rows: the list of each row */
    void *map;
    size_t map_len;
};
#define AKIN__NO_ROW UINT32_MAX

/* The file; see vindex_file.c. Offsets in bytes, multiples of 64. */
struct akin__ivf_layout {
    uint64_t scale, centres, centre_fix, starts, blocks; /* the head */
    uint64_t codes, fix, ids, list_of;                   /* the body */
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

/* vindex_search.c: akin_vindex_search behind a filter that was counted. */
struct akin__allowed {
    const uint8_t *bits;   /* NULL: every row */
    const uint32_t *count; /* of each list's; NULL: not counted */
};
enum akin_status akin__ivf_search(const struct akin_vindex *vx,
                                  const float *vectors, const float *queries,
                                  size_t n_queries, size_t k, size_t n_probe,
                                  const struct akin__allowed *allowed,
                                  uint64_t *rows, float *sims,
                                  struct akin_error *err);

/* vindex_search.c: the lists of one query (encoded), best first, up to n:
 * those where `count` (NULL: the list has rows) is not 0. Gives how many.
 * keys: room for all lists, rounded up to whole blocks; scores: the same. */
size_t akin__ivf_order(const struct akin_vindex *vx, const int32_t *scores,
                       const uint32_t *count, size_t n, uint64_t *keys);

/* Is it worth counting by list what passes a filter? When rows pass one by one,
 * they are in every list; and counting many takes longer than to scan some
 * lists in vain. */
bool akin__ivf_counts(const struct akin_vindex_filter *filter, size_t n_rows,
                      size_t n_lists);

/* Rows of each list that are allowed; NULL in *out when that is not worth
 * counting: then every list may have some. filter: what allowed is like. The
 * caller frees. */
enum akin_status akin__ivf_count(const struct akin_vindex *vx,
                                 const uint8_t *allowed,
                                 const struct akin_vindex_filter *filter,
                                 uint32_t **out, struct akin_error *err);

#endif
