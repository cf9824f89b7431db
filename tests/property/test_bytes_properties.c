/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/bytes.h"
#include "akin/hash.h"
#include "akin/utf8.h"

#define ROUNDS 400

static void
fill(struct akin_test_random *random, uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)akin_test_below(random, 256);
}

static void
base64_brings_any_bytes_back(void **state)
{
    struct akin_test_random random = {1};

    (void)state;
    for (size_t len = 0; len < ROUNDS; len++) {
        uint8_t bytes[ROUNDS];
        struct akin_buf coded = {0}, plain = {0};
        struct akin_error err = {0};

        fill(&random, bytes, len);
        akin_base64_encode(akin_span_of(bytes, len), &coded);
        assert_int_equal(coded.len, (len + 2) / 3 * 4);
        assert_ok(akin_base64_decode(akin_buf_span(&coded), &plain, &err));
        assert_true(
            akin_span_equal(akin_buf_span(&plain), akin_span_of(bytes, len)));
        akin_buf_free(&coded);
        akin_buf_free(&plain);
    }
}

/* Whatever is accepted has one spelling: its own encoding. */
static void
base64_accepts_no_second_spelling(void **state)
{
    static const char signs[] = "AQgwZz9+/=";
    struct akin_test_random random = {2};
    size_t n_accepted = 0;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[9] = {0};
        size_t len = 4 * (1 + akin_test_below(&random, 2));
        struct akin_buf plain = {0}, again = {0};

        for (size_t k = 0; k < len; k++)
            text[k] = signs[akin_test_below(&random, sizeof(signs) - 1)];
        if (akin_base64_decode(akin_span_str(text), &plain, NULL) == AKIN_OK) {
            akin_base64_encode(akin_buf_span(&plain), &again);
            assert_string_equal(akin_buf_text(&again), text);
            n_accepted++;
        }
        akin_buf_free(&plain);
        akin_buf_free(&again);
    }
    assert_true(n_accepted > 1000);
}

static void
cleaned_text_is_valid_and_valid_text_stays(void **state)
{
    /* Leads, followers and letters, so that near-valid sequences are common. */
    static const uint8_t likely[] = {0x41, 0x80, 0xbf, 0xc3, 0xa9, 0xe2, 0x82,
                                     0xac, 0xed, 0xa0, 0xf0, 0x9f, 0x98, 0xf4,
                                     0x90, 0xc0, 0xe0, 0xff, 0x00};
    struct akin_test_random random = {3};

    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint8_t text[12];
        size_t len = akin_test_below(&random, sizeof(text) + 1);
        struct akin_buf once = {0}, twice = {0};

        for (size_t k = 0; k < len; k++)
            text[k] = likely[akin_test_below(&random, sizeof(likely))];
        akin_utf8_clean(akin_span_of(text, len), &once);
        assert_true(akin_utf8_valid(akin_buf_span(&once)));
        akin_utf8_clean(akin_buf_span(&once), &twice);
        assert_true(
            akin_span_equal(akin_buf_span(&once), akin_buf_span(&twice)));
        if (akin_utf8_valid(akin_span_of(text, len)))
            assert_true(
                akin_span_equal(akin_buf_span(&once), akin_span_of(text, len)));
        akin_buf_free(&once);
        akin_buf_free(&twice);
    }
}

static void
hash_names_come_back_and_differ(void **state)
{
    struct akin_test_random random = {4};
    struct akin_hash last = {{0}};

    (void)state;
    for (size_t len = 0; len < ROUNDS; len++) {
        uint8_t bytes[ROUNDS];
        struct akin_hash hash, back;
        char text[AKIN_HASH_TEXT];

        fill(&random, bytes, len);
        hash = akin_hash_of(akin_span_of(bytes, len));
        akin_hash_text(&hash, text);
        assert_true(akin_hash_parse(text, &back));
        assert_memory_equal(&hash, &back, sizeof(hash));
        assert_memory_not_equal(&hash, &last, sizeof(hash));
        last = hash;
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_brings_any_bytes_back),
        cmocka_unit_test(base64_accepts_no_second_spelling),
        cmocka_unit_test(cleaned_text_is_valid_and_valid_text_stays),
        cmocka_unit_test(hash_names_come_back_and_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
