/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "params.h"

static struct akin_json *
parsed(const char *text)
{
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    assert_ok(akin_json_parse(akin_span_str(text), &json, &err));
    return json;
}

static void
an_unknown_word_is_answered_with_the_nearest(void **state)
{
    static const char *const known[] = {"image", "k", "where"};
    struct akin_json *params = parsed("{\"k\":1,\"wheer\":\"x\"}");
    struct akin_error err = {0};

    (void)state;
    assert_fails_with(
        akin_params_check(params, "parameter of similar", known, 3, &err),
        AKIN_EINVAL,
        "no parameter of similar \"wheer\"; did you mean "
        "\"where\"?");
    akin_json_free(params);
    params = parsed("{\"frobnicate\":1}");
    assert_fails_with(akin_params_check(params, "parameter", known, 3, &err),
                      AKIN_EINVAL, "there are: image, k, where");
    assert_fails_with(akin_params_check(params, "parameter", NULL, 0, &err),
                      AKIN_EINVAL, "there is none");
    akin_json_free(params);
    params = parsed("{\"k\":1,\"image\":{}}");
    assert_ok(akin_params_check(params, "parameter", known, 3, &err));
    assert_ok(akin_params_check(NULL, "parameter", known, 3, &err));
    akin_json_free(params);
}

static void
absent_and_null_keep_the_default(void **state)
{
    struct akin_json *params = parsed("{\"n\":null,\"b\":null,\"t\":null}");
    struct akin_error err = {0};
    const char *text = "default";
    int64_t number = 5;
    bool truth = true;

    (void)state;
    assert_ok(akin_params_int(params, "n", 0, 1, &number, &err));
    assert_ok(akin_params_int(params, "absent", 0, 1, &number, &err));
    assert_ok(akin_params_bool(params, "b", &truth, &err));
    assert_ok(akin_params_text(params, "t", &text, &err));
    assert_int_equal(number, 5);
    assert_true(truth);
    assert_string_equal(text, "default");
    akin_json_free(params);
}

static void
values_of_another_kind_are_refused_by_name(void **state)
{
    struct akin_json *params = parsed(
        "{\"real\":1.0,\"text\":\"3\",\"low\":0,\"high\":11,\"empty\":\"\"}");
    struct akin_error err = {0};
    const char *text = NULL;
    int64_t number = 5;
    bool truth = false;

    (void)state;
    assert_fails_with(akin_params_int(params, "real", 1, 10, &number, &err),
                      AKIN_EINVAL, "real must be a whole number from 1 to 10");
    assert_fails_with(akin_params_int(params, "text", 1, 10, &number, &err),
                      AKIN_EINVAL, "text must");
    assert_fails_with(akin_params_int(params, "low", 1, 10, &number, &err),
                      AKIN_EINVAL, "low must");
    assert_fails_with(akin_params_int(params, "high", 1, 10, &number, &err),
                      AKIN_EINVAL, "high must");
    assert_fails_with(akin_params_bool(params, "low", &truth, &err),
                      AKIN_EINVAL, "low must be true or false");
    assert_fails_with(akin_params_text(params, "low", &text, &err), AKIN_EINVAL,
                      "low must be a text");
    assert_fails_with(akin_params_text(params, "empty", &text, &err),
                      AKIN_EINVAL, "empty must be a text");
    assert_int_equal(number, 5);
    akin_json_free(params);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_word_is_answered_with_the_nearest),
        cmocka_unit_test(absent_and_null_keep_the_default),
        cmocka_unit_test(values_of_another_kind_are_refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
