/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/proto.h"

static void
a_request_comes_back_as_it_was_written(void **state)
{
    struct akin_json *params = akin_json_object();
    struct akin_request request = {0};
    struct akin_buf text = {0};
    struct akin_error err = {0};
    int64_t id = 0;
    int code = 1;

    (void)state;
    akin_json_set_text(params, "id", "S-BIAD\"634\"\n");
    akin_json_set_int(params, "k", 7);
    akin_proto_write_request(INT64_MAX, "get", params, 1500, &text);
    assert_ok(
        akin_proto_parse_request(akin_buf_span(&text), &request, &code, &err));
    assert_int_equal(code, 0);
    assert_string_equal(request.method, "get");
    assert_true(akin_json_int(request.id, &id));
    assert_true(id == INT64_MAX);
    assert_true(akin_json_equal(request.params, params));
    assert_int_equal(request.deadline_ms, 1500);
    akin_request_free(&request);
    assert_null(request.method);
    akin_json_free(params);
    akin_buf_free(&text);
}

static void
params_may_be_left_out_and_ids_may_be_text_or_absent(void **state)
{
    static const struct {
        const char *text;
        enum akin_json_type id;
    } cases[] = {
        {"{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"status\"}",
         AKIN_JSON_STRING},
        {"{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"status\"}",
         AKIN_JSON_REAL},
        {"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"status\"}",
         AKIN_JSON_NULL},
        {"{\"jsonrpc\":\"2.0\",\"method\":\"status\",\"x\":1}", AKIN_JSON_NONE},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_request request = {0};
        struct akin_error err = {0};
        int code = 1;

        assert_ok(akin_proto_parse_request(akin_span_str(cases[i].text),
                                           &request, &code, &err));
        assert_int_equal(akin_json_type(request.id), cases[i].id);
        assert_int_equal(akin_json_type(request.params), AKIN_JSON_OBJECT);
        assert_int_equal(akin_json_count(request.params), 0);
        akin_request_free(&request);
    }
}

static const struct {
    const char *name, *text;
    enum akin_status status;
    int code;
    const char *says;
    bool keeps_id; /* the id 7 is answered */
} refusals[] = {
    {"empty", "", AKIN_EFORMAT, -32700, "no text", false},
    {"not JSON", "GET / HTTP/1.1\r\n", AKIN_EFORMAT, -32700, "line 1", false},
    {"two values", "{} {}", AKIN_EFORMAT, -32700, "JSON", false},
    {"batch", "[{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"x\"}]", AKIN_EINVAL,
     -32600, "batches", false},
    {"a number", "17", AKIN_EINVAL, -32600, "object", false},
    {"id is a list", "{\"jsonrpc\":\"2.0\",\"id\":[7],\"method\":\"x\"}",
     AKIN_EINVAL, -32600, "id must be", false},
    {"id is true", "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"x\"}",
     AKIN_EINVAL, -32600, "id must be", false},
    {"no version", "{\"id\":7,\"method\":\"x\"}", AKIN_EINVAL, -32600,
     "jsonrpc", true},
    {"old version", "{\"jsonrpc\":\"1.0\",\"id\":7,\"method\":\"x\"}",
     AKIN_EINVAL, -32600, "jsonrpc", true},
    {"no method", "{\"jsonrpc\":\"2.0\",\"id\":7}", AKIN_EINVAL, -32600,
     "method", true},
    {"method is a number", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":3}",
     AKIN_EINVAL, -32600, "method", true},
    {"empty method", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\"}",
     AKIN_EINVAL, -32600, "method", true},
    {"params by position",
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"x\",\"params\":[1]}",
     AKIN_EINVAL, -32602, "named parameters", true},
    {"params are null",
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"x\",\"params\":null}",
     AKIN_EINVAL, -32602, "named parameters", true},
};

static void
what_is_no_request_is_refused_with_its_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_request request = {0};
        struct akin_error err = {0};
        int64_t id = 0;
        int code = 0;

        print_message("  %s\n", refusals[i].name);
        assert_fails_with(
            akin_proto_parse_request(akin_span_str(refusals[i].text), &request,
                                     &code, &err),
            refusals[i].status, refusals[i].says);
        assert_int_equal(code, refusals[i].code);
        assert_int_equal(akin_json_int(request.id, &id) && id == 7,
                         refusals[i].keeps_id);
        assert_null(request.method);
        akin_request_free(&request);
    }
}

static void
a_result_reaches_the_one_who_asked(void **state)
{
    struct akin_json *id = akin_json_new_int(12);
    struct akin_json *result = akin_json_object(), *got = NULL;
    struct akin_buf text = {0};
    struct akin_error err = {0};

    (void)state;
    akin_json_set_real(result, "score", 0.93);
    akin_proto_write_result(id, result, &text);
    assert_string_equal(akin_buf_text(&text), "{\"jsonrpc\":\"2.0\",\"id\":12,"
                                              "\"result\":{\"score\":0.93}}");
    assert_ok(akin_proto_parse_answer(akin_buf_span(&text), 12, &got, &err));
    assert_true(akin_json_equal(got, result));
    akin_json_free(got);
    got = NULL;
    assert_fails_with(
        akin_proto_parse_answer(akin_buf_span(&text), 13, &got, &err),
        AKIN_EFORMAT, "no answer to request 13");
    assert_null(got);
    akin_json_free(id);
    akin_json_free(result);
    akin_buf_free(&text);
}

static void
every_status_survives_the_journey_with_its_sentence(void **state)
{
    (void)state;
    for (int i = AKIN_ENOTFOUND; i <= AKIN_EINTERNAL; i++) {
        struct akin_error error = {0}, err = {0};
        struct akin_json *got = NULL;
        struct akin_buf text = {0};

        assert_int_equal(
            AKIN_FAIL(&error, (enum akin_status)i, "dataset \"x\" %d", i), i);
        /* id null: the daemon could not read the id. */
        akin_proto_write_error(NULL, 0, &error, NULL, &text);
        assert_fails_with(
            akin_proto_parse_answer(akin_buf_span(&text), 5, &got, &err),
            (enum akin_status)i, error.text);
        assert_null(got);
        akin_buf_free(&text);
    }
}

static void
error_data_carries_the_status_and_what_a_method_adds(void **state)
{
    struct akin_json *data = akin_json_object(), *answer = NULL, *error;
    struct akin_json *id = akin_json_new_string("q");
    struct akin_buf text = {0};
    struct akin_error failure = {0}, err = {0};
    int64_t code = 0;

    (void)state;
    (void)AKIN_FAIL(&failure, AKIN_ENOTFOUND, "gone");
    akin_json_set_text(data, "reason", "withdrawn");
    akin_json_set_text(data, "status", "mine");
    akin_proto_write_error(id, 0, &failure, data, &text);
    assert_string_equal(akin_json_text(data, "status"), "mine"); /* borrowed */
    assert_ok(akin_json_parse(akin_buf_span(&text), &answer, &err));
    error = akin_json_get(answer, "error");
    assert_true(akin_json_int(akin_json_get(error, "code"), &code));
    assert_int_equal(code, -32001);
    assert_string_equal(akin_json_text(answer, "id"), "q");
    assert_string_equal(akin_json_text(error, "message"), "gone");
    error = akin_json_get(error, "data");
    assert_string_equal(akin_json_text(error, "status"), "not found");
    assert_string_equal(akin_json_text(error, "reason"), "withdrawn");
    akin_json_free(answer);
    akin_json_free(data);
    akin_json_free(id);
    akin_buf_free(&text);
}

static const struct {
    const char *name, *text;
    enum akin_status status;
    const char *says;
} answers[] = {
    {"not JSON", "<html>", AKIN_EFORMAT, "answer"},
    {"neither result nor error", "{\"jsonrpc\":\"2.0\",\"id\":1}", AKIN_EFORMAT,
     "no answer"},
    {"another's error",
     "{\"id\":2,\"error\":{\"code\":-32001,\"message\":\"x\"}}", AKIN_EFORMAT,
     "no answer"},
    {"a code without a name",
     "{\"id\":1,\"error\":{\"code\":-32601,\"message\":\"no method\"}}",
     AKIN_EINVAL, "no method"},
    {"a name that is not known",
     "{\"id\":1,\"error\":{\"code\":-32002,\"message\":\"much\",\"data\":"
     "{\"status\":\"melted\"}}}",
     AKIN_ELIMIT, "much"},
    {"nothing but an object", "{\"id\":1,\"error\":{}}", AKIN_EINTERNAL,
     "without a message"},
};

static void
answers_of_others_are_understood_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(answers); i++) {
        struct akin_error err = {0};
        struct akin_json *got = NULL;

        print_message("  %s\n", answers[i].name);
        assert_fails_with(akin_proto_parse_answer(
                              akin_span_str(answers[i].text), 1, &got, &err),
                          answers[i].status, answers[i].says);
        assert_null(got);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_comes_back_as_it_was_written),
        cmocka_unit_test(params_may_be_left_out_and_ids_may_be_text_or_absent),
        cmocka_unit_test(what_is_no_request_is_refused_with_its_code),
        cmocka_unit_test(a_result_reaches_the_one_who_asked),
        cmocka_unit_test(every_status_survives_the_journey_with_its_sentence),
        cmocka_unit_test(error_data_carries_the_status_and_what_a_method_adds),
        cmocka_unit_test(answers_of_others_are_understood_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
