/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/bytes.h"

/* RFC 4648 section 10. */
static const struct {
    const char *plain, *coded;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

static void
the_vectors_of_the_standard_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(vectors); i++) {
        struct akin_buf coded = {0}, plain = {0};
        struct akin_error err = {0};

        akin_base64_encode(akin_span_str(vectors[i].plain), &coded);
        assert_string_equal(akin_buf_text(&coded), vectors[i].coded);
        assert_ok(
            akin_base64_decode(akin_span_str(vectors[i].coded), &plain, &err));
        assert_string_equal(akin_buf_text(&plain), vectors[i].plain);
        assert_int_equal(plain.len, strlen(vectors[i].plain));
        akin_buf_free(&coded);
        akin_buf_free(&plain);
    }
}

static const struct {
    const char *name, *text, *says;
} refusals[] = {
    {"a lone letter", "Z", "middle of a group"},
    {"two letters without padding", "Zg", "middle of a group"},
    {"three letters without padding", "Zm8", "middle of a group"},
    {"too little padding", "Zg=", "middle of a group"},
    {"too much padding", "Zm8==", "middle of a group"},
    {"padding alone", "=", "middle of a group"},
    {"four signs of padding", "====", "byte 2 (0x3d)"},
    {"letters behind padding", "Zg==Zg==", "byte 4 (0x5a)"},
    {"bits that are not 0 before one sign", "Zm9=", "middle of a group"},
    {"bits that are not 0 before two signs", "Zh==", "middle of a group"},
    {"the web's alphabet", "ab-_", "byte 2 (0x2d)"},
    {"a high byte", "Zm9v\xff", "byte 4 (0xff)"},
    {"a data URL", "data:image/png;base64,Zm9v", "byte 4 (0x3a)"},
};

static void
decoding_refuses_and_says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_buf out = {0};
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].name);
        akin_buf_puts(&out, "before");
        assert_fails_with(
            akin_base64_decode(akin_span_str(refusals[i].text), &out, &err),
            AKIN_EFORMAT, refusals[i].says);
        assert_string_equal(akin_buf_text(&out), "before");
        assert_int_equal(out.len, 6);
        akin_buf_free(&out);
    }
}

static void
a_zero_byte_in_the_text_is_refused(void **state)
{
    struct akin_buf out = {0};
    struct akin_error err = {0};

    (void)state;
    assert_fails_with(akin_base64_decode(akin_span_of("Zm\09v", 5), &out, &err),
                      AKIN_EFORMAT, "byte 2 (0x00)");
    akin_buf_free(&out);
}

static void
white_space_between_letters_is_ignored(void **state)
{
    struct akin_buf out = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_base64_decode(akin_span_str(" Z m\r\n9v\tYg =\n= \n"), &out,
                                 &err));
    assert_string_equal(akin_buf_text(&out), "foob");
    akin_buf_free(&out);
}

static void
decoding_appends(void **state)
{
    struct akin_buf out = {0};
    struct akin_error err = {0};

    (void)state;
    akin_buf_puts(&out, "<");
    assert_ok(akin_base64_decode(akin_span_str("Zm9v"), &out, &err));
    assert_ok(akin_base64_decode(akin_span_of(NULL, 0), &out, &err));
    assert_string_equal(akin_buf_text(&out), "<foo");
    akin_buf_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_standard_hold),
        cmocka_unit_test(decoding_refuses_and_says_where),
        cmocka_unit_test(a_zero_byte_in_the_text_is_refused),
        cmocka_unit_test(white_space_between_letters_is_ignored),
        cmocka_unit_test(decoding_appends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
