/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 8-bit scan against a loop that anybody can read, and selecting against
 * sorting. Scores are whole numbers, so equal means equal, on any processor.
 */
#include "akin_test.h"

#include "vindex_internal.h"

#define ROUNDS 300
#define MAX_WORDS 20
#define MAX_BLOCKS 9

static int32_t
naive(const uint8_t *codes, const int16_t *fix, size_t words, size_t row,
      const struct akin__coded *query)
{
    const uint8_t *block = codes + row / AKIN__BLOCK * AKIN__BLOCK * 4 * words;
    float unit = query->unit * 0x1p-20f;
    int32_t sum = 0;

    for (size_t i = 0; i < 4 * words; i++)
        sum += block[(i / 4 * AKIN__BLOCK + row % AKIN__BLOCK) * 4 + i % 4] *
               query->bytes[i];
    return sum - (int32_t)lrintf((float)fix[row] * unit);
}

static void
the_scan_is_what_a_plain_loop_adds_up(void **state)
{
    struct akin_test_random rnd = {31};

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t words = 1 + akin_test_below(&rnd, MAX_WORDS);
        size_t blocks = akin_test_below(&rnd, MAX_BLOCKS);
        size_t n = 1 + akin_test_below(&rnd, AKIN__SCAN_QUERIES);
        size_t rows = blocks * AKIN__BLOCK;
        uint8_t *codes = calloc(rows * words + 1, 4);
        int16_t *fix = calloc(rows + 1, sizeof(*fix));
        int8_t *bytes = calloc(n * words, 4);
        int32_t *scores = calloc(n * rows + 1, sizeof(*scores));
        struct akin__coded queries[AKIN__SCAN_QUERIES];
        uint16_t bits[MAX_BLOCKS];

        for (size_t i = 0; i < rows * words * 4; i++)
            codes[i] = (uint8_t)akin_test_below(&rnd, 256);
        for (size_t i = 0; i < rows; i++)
            fix[i] = (int16_t)((int)akin_test_below(&rnd, 65536) - 32768);
        for (size_t i = 0; i < n * words * 4; i++)
            bytes[i] = (int8_t)((int)akin_test_below(&rnd, 256) - 128);
        for (size_t q = 0; q < n; q++)
            queries[q] =
                (struct akin__coded){bytes + q * words * 4,
                                     (float)akin_test_below(&rnd, 1000000), 0};
        akin__scan(codes, fix, blocks, words, queries, n, scores);
        for (size_t q = 0; q < n; q++)
            for (size_t i = 0; i < rows; i++)
                assert_int_equal(scores[q * rows + i],
                                 naive(codes, fix, words, i, &queries[q]));
        akin__scan_above(scores, blocks, 1000, bits);
        for (size_t i = 0; i < rows; i++)
            assert_int_equal(bits[i / AKIN__BLOCK] >> i % AKIN__BLOCK & 1,
                             scores[i] >= 1000);
        free(codes);
        free(fix);
        free(bytes);
        free(scores);
    }
}

static int
descending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x < y) - (x > y);
}

static void
selecting_puts_the_largest_in_front(void **state)
{
    struct akin_test_random rnd = {32};

    (void)state;
    for (int round = 0; round < 20 * ROUNDS; round++) {
        size_t n = 1 + akin_test_below(&rnd, round % 2 == 0 ? 6 : 200);
        size_t k = akin_test_below(&rnd, n + 2);
        uint64_t values = 1 + akin_test_below(&rnd, 300), is[200], sorted[200];

        for (size_t i = 0; i < n; i++)
            is[i] = sorted[i] =
                round % 7 == 0 ? n - i : akin_test_below(&rnd, values);
        akin__keys_select(is, n, k);
        qsort(sorted, n, sizeof(*sorted), descending);
        k = k < n ? k : n;
        qsort(is, k, sizeof(*is), descending);
        assert_memory_equal(is, sorted, k * sizeof(*is));
        qsort(is + k, n - k, sizeof(*is), descending);
        assert_memory_equal(is, sorted, n * sizeof(*is));
    }
}

static void
keys_keep_score_and_number_in_order(void **state)
{
    struct akin_test_random rnd = {33};

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        int32_t a = (int32_t)(akin_test_below(&rnd, 7)) - 3;
        int32_t b = (int32_t)(akin_test_below(&rnd, 7)) - 3;
        uint32_t m = (uint32_t)akin_test_below(&rnd, 3);
        uint32_t n = (uint32_t)akin_test_below(&rnd, 3);

        assert_int_equal(akin__key_score(akin__key(a, m)), a);
        assert_int_equal(akin__key_number(akin__key(a, m)), m);
        assert_int_equal(akin__key(a, m) > akin__key(b, n),
                         a > b || (a == b && m < n));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scan_is_what_a_plain_loop_adds_up),
        cmocka_unit_test(selecting_puts_the_largest_in_front),
        cmocka_unit_test(keys_keep_score_and_number_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
