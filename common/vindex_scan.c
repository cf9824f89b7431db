/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_scan.c - many 8-bit rows times few queries.
 *
 * Sixteen rows lie side by side in a block, four elements of each to a 32-bit
 * lane: one instruction of AVX-512 VNNI (vpdpbusd) multiplies 64 elements and
 * adds them to sixteen sums, and nothing is summed across lanes. Processors
 * without it take the plain loop. Whole numbers are added, so every machine
 * gets the same scores.
 */
#include <math.h>
#include <string.h>

#include "simd.h"
#include "vindex_internal.h"

#if defined(__x86_64__) && defined(__GNUC__) &&                                \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HAS_VNNI 1
#include <immintrin.h>
#else
#define HAS_VNNI 0
#endif

#define BLOCK_BYTES(words) ((words)*AKIN__BLOCK * 4)
#define FIX_STEP 0x1p-20f /* of similarity */
#define MEAN_CODE 127.5f
#define UNIT_MAX 1e9f /* so that scores stay within 32 bits */

/* --- any processor --- */

AKIN_SIMD static void
scan_block(const uint8_t *block, const int16_t *fix, size_t words,
           const struct akin__coded *query, int32_t *scores)
{
    int32_t sum[AKIN__BLOCK] = {0};
    float unit = query->unit * FIX_STEP;

    for (size_t w = 0; w < words; w++) {
        const uint8_t *code = block + w * AKIN__BLOCK * 4;
        const int8_t *q = query->bytes + w * 4;

        for (size_t lane = 0; lane < AKIN__BLOCK; lane++)
            sum[lane] += code[lane * 4] * q[0] + code[lane * 4 + 1] * q[1] +
                         code[lane * 4 + 2] * q[2] + code[lane * 4 + 3] * q[3];
    }
    for (size_t lane = 0; lane < AKIN__BLOCK; lane++)
        scores[lane] = sum[lane] - (int32_t)nearbyintf((float)fix[lane] * unit);
}

static void
scan_plain(const uint8_t *codes, const int16_t *fix, size_t n_blocks,
           size_t words, const struct akin__coded *queries, size_t n_queries,
           int32_t *scores)
{
    for (size_t b = 0; b < n_blocks; b++)
        for (size_t q = 0; q < n_queries; q++)
            scan_block(codes + b * BLOCK_BYTES(words), fix + b * AKIN__BLOCK,
                       words, &queries[q],
                       scores + (q * n_blocks + b) * AKIN__BLOCK);
}

/* --- AVX-512 with VNNI --- */

#if HAS_VNNI
#define VNNI __attribute__((target("avx512f,avx512bw,avx512vnni")))

VNNI static inline __m512i
spread(const int8_t *word)
{
    int32_t value;

    memcpy(&value, word, sizeof(value));
    return _mm512_set1_epi32(value);
}

/* Takes the fix off and stores. */
VNNI static inline void
finish(__m512i sum, const int16_t *fix, float unit, int32_t *scores)
{
    __m256i words = _mm256_loadu_si256((const __m256i *)(const void *)fix);
    __m512 off = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(words)),
                               _mm512_set1_ps(unit));

    _mm512_storeu_si512(scores, _mm512_sub_epi32(sum, _mm512_cvtps_epi32(off)));
}

/* Four blocks with one query: four sums hide the latency of the adding. */
VNNI static void
vnni_four_blocks(const uint8_t *codes, const int16_t *fix, size_t words,
                 const struct akin__coded *query, int32_t *scores)
{
    const size_t step = BLOCK_BYTES(words);
    const float unit = query->unit * FIX_STEP;
    __m512i s0 = _mm512_setzero_si512(), s1 = s0, s2 = s0, s3 = s0;

    for (size_t w = 0; w < words; w++) {
        const uint8_t *at = codes + w * AKIN__BLOCK * 4;
        __m512i q = spread(query->bytes + w * 4);

        s0 = _mm512_dpbusd_epi32(s0, _mm512_loadu_si512(at), q);
        s1 = _mm512_dpbusd_epi32(s1, _mm512_loadu_si512(at + step), q);
        s2 = _mm512_dpbusd_epi32(s2, _mm512_loadu_si512(at + 2 * step), q);
        s3 = _mm512_dpbusd_epi32(s3, _mm512_loadu_si512(at + 3 * step), q);
    }
    finish(s0, fix, unit, scores);
    finish(s1, fix + AKIN__BLOCK, unit, scores + AKIN__BLOCK);
    finish(s2, fix + 2 * AKIN__BLOCK, unit, scores + 2 * AKIN__BLOCK);
    finish(s3, fix + 3 * AKIN__BLOCK, unit, scores + 3 * AKIN__BLOCK);
}

VNNI static void
vnni_one_block(const uint8_t *codes, const int16_t *fix, size_t words,
               const struct akin__coded *query, int32_t *scores)
{
    __m512i sum = _mm512_setzero_si512();

    for (size_t w = 0; w < words; w++)
        sum = _mm512_dpbusd_epi32(
            sum, _mm512_loadu_si512(codes + w * AKIN__BLOCK * 4),
            spread(query->bytes + w * 4));
    finish(sum, fix, query->unit * FIX_STEP, scores);
}

/* One block with four queries: the codes are loaded once. */
VNNI static void
vnni_four_queries(const uint8_t *codes, const int16_t *fix, size_t words,
                  const struct akin__coded *queries, int32_t *scores,
                  size_t stride)
{
    __m512i s0 = _mm512_setzero_si512(), s1 = s0, s2 = s0, s3 = s0;

    for (size_t w = 0; w < words; w++) {
        __m512i code = _mm512_loadu_si512(codes + w * AKIN__BLOCK * 4);

        s0 = _mm512_dpbusd_epi32(s0, code, spread(queries[0].bytes + w * 4));
        s1 = _mm512_dpbusd_epi32(s1, code, spread(queries[1].bytes + w * 4));
        s2 = _mm512_dpbusd_epi32(s2, code, spread(queries[2].bytes + w * 4));
        s3 = _mm512_dpbusd_epi32(s3, code, spread(queries[3].bytes + w * 4));
    }
    finish(s0, fix, queries[0].unit * FIX_STEP, scores);
    finish(s1, fix, queries[1].unit * FIX_STEP, scores + stride);
    finish(s2, fix, queries[2].unit * FIX_STEP, scores + 2 * stride);
    finish(s3, fix, queries[3].unit * FIX_STEP, scores + 3 * stride);
}

/* Two blocks with four queries: eight sums, for an addition takes five cycles
 * and two can begin in each. */
VNNI static void
vnni_two_blocks(const uint8_t *codes, const int16_t *fix, size_t words,
                const struct akin__coded *queries, int32_t *scores,
                size_t stride)
{
    const uint8_t *more = codes + BLOCK_BYTES(words);
    __m512i a0 = _mm512_setzero_si512(), a1 = a0, a2 = a0, a3 = a0;
    __m512i b0 = a0, b1 = a0, b2 = a0, b3 = a0;

    for (size_t w = 0; w < words; w++) {
        __m512i a = _mm512_loadu_si512(codes + w * AKIN__BLOCK * 4);
        __m512i b = _mm512_loadu_si512(more + w * AKIN__BLOCK * 4);
        __m512i q0 = spread(queries[0].bytes + w * 4);
        __m512i q1 = spread(queries[1].bytes + w * 4);
        __m512i q2 = spread(queries[2].bytes + w * 4);
        __m512i q3 = spread(queries[3].bytes + w * 4);

        a0 = _mm512_dpbusd_epi32(a0, a, q0);
        b0 = _mm512_dpbusd_epi32(b0, b, q0);
        a1 = _mm512_dpbusd_epi32(a1, a, q1);
        b1 = _mm512_dpbusd_epi32(b1, b, q1);
        a2 = _mm512_dpbusd_epi32(a2, a, q2);
        b2 = _mm512_dpbusd_epi32(b2, b, q2);
        a3 = _mm512_dpbusd_epi32(a3, a, q3);
        b3 = _mm512_dpbusd_epi32(b3, b, q3);
    }
    finish(a0, fix, queries[0].unit * FIX_STEP, scores);
    finish(a1, fix, queries[1].unit * FIX_STEP, scores + stride);
    finish(a2, fix, queries[2].unit * FIX_STEP, scores + 2 * stride);
    finish(a3, fix, queries[3].unit * FIX_STEP, scores + 3 * stride);
    fix += AKIN__BLOCK;
    scores += AKIN__BLOCK;
    finish(b0, fix, queries[0].unit * FIX_STEP, scores);
    finish(b1, fix, queries[1].unit * FIX_STEP, scores + stride);
    finish(b2, fix, queries[2].unit * FIX_STEP, scores + 2 * stride);
    finish(b3, fix, queries[3].unit * FIX_STEP, scores + 3 * stride);
}

/* The queries from `first` on, one after the other. */
VNNI static void
vnni_few(const uint8_t *codes, const int16_t *fix, size_t n_blocks,
         size_t words, const struct akin__coded *queries, size_t first,
         size_t end, int32_t *scores, size_t stride)
{
    const size_t step = BLOCK_BYTES(words);

    for (size_t q = first; q < end; q++) {
        size_t b = 0;

        for (; b + 4 <= n_blocks; b += 4)
            vnni_four_blocks(codes + b * step, fix + b * AKIN__BLOCK, words,
                             &queries[q],
                             scores + q * stride + b * AKIN__BLOCK);
        for (; b < n_blocks; b++)
            vnni_one_block(codes + b * step, fix + b * AKIN__BLOCK, words,
                           &queries[q], scores + q * stride + b * AKIN__BLOCK);
    }
}

/* A few blocks stay in the first-level cache for all queries. */
VNNI static void
scan_vnni(const uint8_t *codes, const int16_t *fix, size_t n_blocks,
          size_t words, const struct akin__coded *queries, size_t n_queries,
          int32_t *scores)
{
    const size_t step = BLOCK_BYTES(words), stride = n_blocks * AKIN__BLOCK;
    const size_t fours = n_queries / 4 * 4;

    if (fours == 0) {
        vnni_few(codes, fix, n_blocks, words, queries, 0, n_queries, scores,
                 stride);
        return;
    }
    for (size_t b = 0, n; b < n_blocks; b += n) {
        n = n_blocks - b < 4 ? n_blocks - b : 4;
        for (size_t q = 0; q < fours; q += 4)
            for (size_t i = 0; i < n; i += 2) {
                const size_t at = b + i;
                int32_t *to = scores + q * stride + at * AKIN__BLOCK;

                if (i + 2 <= n)
                    vnni_two_blocks(codes + at * step, fix + at * AKIN__BLOCK,
                                    words, queries + q, to, stride);
                else
                    vnni_four_queries(codes + at * step, fix + at * AKIN__BLOCK,
                                      words, queries + q, to, stride);
            }
        vnni_few(codes + b * step, fix + b * AKIN__BLOCK, n, words, queries,
                 fours, n_queries, scores + b * AKIN__BLOCK, stride);
    }
}

VNNI static void
above_vnni(const int32_t *scores, size_t n_blocks, int32_t least,
           uint16_t *bits)
{
    const __m512i floor = _mm512_set1_epi32(least);

    for (size_t b = 0; b < n_blocks; b++)
        bits[b] = _mm512_cmpge_epi32_mask(
            _mm512_loadu_si512(scores + b * AKIN__BLOCK), floor);
}

static bool
has_vnni(void)
{
    return __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vnni");
}
#endif

void
akin__scan(const uint8_t *codes, const int16_t *fix, size_t n_blocks,
           size_t words, const struct akin__coded *queries, size_t n_queries,
           int32_t *scores)
{
#if HAS_VNNI
    if (has_vnni()) {
        scan_vnni(codes, fix, n_blocks, words, queries, n_queries, scores);
        return;
    }
#endif
    scan_plain(codes, fix, n_blocks, words, queries, n_queries, scores);
}

void
akin__scan_above(const int32_t *scores, size_t n_blocks, int32_t least,
                 uint16_t *bits)
{
#if HAS_VNNI
    if (has_vnni()) {
        above_vnni(scores, n_blocks, least, bits);
        return;
    }
#endif
    for (size_t b = 0; b < n_blocks; b++) {
        unsigned mask = 0;

        for (size_t lane = 0; lane < AKIN__BLOCK; lane++)
            mask |= (unsigned)(scores[b * AKIN__BLOCK + lane] >= least) << lane;
        bits[b] = (uint16_t)mask;
    }
}

/* The largest first, then its place: both loops are vectorised. */
AKIN_SIMD size_t
akin__scan_best(const int32_t *scores, size_t n)
{
    int32_t best = INT32_MIN;
    size_t i = 0;

    for (size_t j = 0; j < n; j++)
        best = scores[j] > best ? scores[j] : best;
    while (scores[i] != best)
        i++;
    return i;
}

/* --- coding --- */

int16_t
akin__encode(const struct akin__scale *scale, const float *row, uint8_t *out)
{
    double length = 0, fix;

    memset(out, 0, scale->words * 4);
    for (size_t d = 0; d < scale->dim; d++) {
        float low = scale->low[d], step = scale->step[d];
        float at = step > 0 ? (row[d] - low) / step + 0.5f : 0, is;

        /* written so that what is not a number becomes 0 */
        out[d] = at > 0 ? (uint8_t)(at < 255 ? at : 255) : 0;
        is = low + step * (float)out[d];
        length += (double)is * (double)is;
    }
    fix = rint((length - 1) / 2 / (double)FIX_STEP);
    if (!(fix > INT16_MIN))
        return INT16_MIN;
    return fix < INT16_MAX ? (int16_t)fix : INT16_MAX;
}

/* The steps go into the query; the lows add the same to every row, and so,
 * about, does what rounding takes from the query. */
struct akin__coded
akin__encode_query(const struct akin__scale *scale, const float *query,
                   int8_t *out)
{
    float largest = 0, base = 0, unit;

    memset(out, 0, scale->words * 4);
    for (size_t d = 0; d < scale->dim; d++) {
        largest = fmaxf(largest, fabsf(query[d] * scale->step[d]));
        base += query[d] * scale->low[d];
    }
    if (!(largest > 0) || !isfinite(largest) || !isfinite(base))
        return (struct akin__coded){out, 0, 0};
    unit = fminf(127.0f / largest, UNIT_MAX);
    for (size_t d = 0; d < scale->dim; d++) {
        float exact = query[d] * scale->step[d] * unit;

        out[d] = (int8_t)lrintf(exact);
        base += (exact - (float)out[d]) * MEAN_CODE / unit;
    }
    return (struct akin__coded){out, unit, base};
}

void
akin__block_put(uint8_t *block, size_t words, size_t lane, const uint8_t *row)
{
    for (size_t w = 0; w < words; w++)
        memcpy(block + (w * AKIN__BLOCK + lane) * 4, row + w * 4, 4);
}

/* --- selecting --- */

static void
swap(uint64_t *keys, size_t a, size_t b)
{
    uint64_t t = keys[a];

    keys[a] = keys[b];
    keys[b] = t;
}

/* The middle one of three, so that sorted keys are no worst case. */
static uint64_t
pivot_of(const uint64_t *keys, size_t low, size_t high)
{
    uint64_t a = keys[low], b = keys[low + (high - low) / 2], c = keys[high];

    if ((a < b) != (a < c))
        return a;
    return (b < a) != (b < c) ? b : c;
}

/* Quickselect (Hoare, CACM 1961, algorithm 65), largest first. */
void
akin__keys_select(uint64_t *keys, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;

    if (k == 0 || k >= n)
        return;
    while (low < high) {
        uint64_t pivot = pivot_of(keys, low, high);
        size_t i = low, j = high;

        for (;;) {
            while (keys[i] > pivot)
                i++;
            while (keys[j] < pivot)
                j--;
            if (i >= j)
                break;
            swap(keys, i++, j--);
        }
        /* keys[low..j] >= pivot >= keys[j+1..high]; where both met, the pivot
         * has its place */
        if (i == j && k - 1 == j)
            return;
        if (k - 1 <= j)
            high = i == j ? j - 1 : j;
        else
            low = j + 1;
    }
}
