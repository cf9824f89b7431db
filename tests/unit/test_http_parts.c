/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of HTTP that need no socket and no store: addresses, forms,
 * wishes, names, tokens, rates. */
#include "akin_test.h"

#include "http/exchange.h"
#include "http/gate.h"
#include "http/gide.h"
#include "http/listen.h"
#include "http/multipart.h"
#include "http/negotiate.h"
#include "http/queue.h"
#include "http/target.h"

static void
an_address_falls_into_segments_and_pairs(void **state)
{
    struct akin_http_target target = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(
        akin_http_target_parse("/v1/a%2Fb%20c/x?text=m%C3%BCll+er&e&f=1=2&"
                               "text=last#part",
                               &target, &err));
    assert_int_equal(target.n_segments, 3);
    assert_string_equal(target.segment[1], "a/b c");
    assert_int_equal(target.query.n, 4);
    assert_string_equal(target.query.pair[0].value, "m\u00fcll er");
    assert_string_equal(akin_http_pairs_get(&target.query, "e"), "");
    assert_string_equal(akin_http_pairs_get(&target.query, "f"), "1=2");
    assert_null(akin_http_pairs_get(&target.query, "g"));
    akin_http_target_free(&target);
    assert_ok(akin_http_target_parse("/", &target, &err));
    assert_int_equal(target.n_segments, 0);
    akin_http_target_free(&target);
}

static void
a_wrong_address_is_refused_and_leaves_nothing(void **state)
{
    static const struct {
        const char *uri, *says;
        enum akin_status want;
    } refusals[] = {
        {"", "start with /", AKIN_EINVAL},
        {"http://host/", "start with /", AKIN_EINVAL},
        {"/a%", "hexadecimal", AKIN_EINVAL},
        {"/a%2", "hexadecimal", AKIN_EINVAL},
        {"/a%2x", "hexadecimal", AKIN_EINVAL},
        {"/?a=%00", "UTF-8", AKIN_EINVAL},
        {"/?a=%c3%28", "UTF-8", AKIN_EINVAL},
        {"/a%1fb", "UTF-8", AKIN_EINVAL},
        {"/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3",
         "more than 32 parts", AKIN_ELIMIT},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_http_target target = {0};
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].uri);
        assert_fails_with(
            akin_http_target_parse(refusals[i].uri, &target, &err),
            refusals[i].want, refusals[i].says);
        assert_int_equal(target.n_segments, 0);
    }
}

static void
what_is_escaped_reads_back(void **state)
{
    static const char text[] = "a b&c=d?e#f%g+h/\u00e9\"<";
    struct akin_http_target target = {0};
    struct akin_buf uri = {0};
    struct akin_error err = {0};

    (void)state;
    akin_buf_puts(&uri, "/?x=");
    akin_http_escape(text, &uri);
    assert_ok(akin_http_target_parse(akin_buf_text(&uri), &target, &err));
    assert_string_equal(akin_http_pairs_get(&target.query, "x"), text);
    akin_http_target_free(&target);
    akin_buf_free(&uri);
}

#define FORM "multipart/form-data; boundary=XyZ"

static void
a_form_falls_into_its_parts(void **state)
{
    static const char body[] =
        "preamble\r\n--XyZ\r\nContent-Disposition: form-data; name=\"image\"; "
        "filename=\"a.tif\"\r\nContent-Type: image/tiff\r\n\r\nII*\0\r\n--XyX"
        "\r\n--XyZ\r\nContent-Disposition: form-data; name=k\r\n\r\n5\r\n"
        "--XyZ\r\ncontent-disposition: form-data; filename=\"name=b\"; "
        "name=\"with \\\"quotes\\\"\"\r\n\r\n\r\n--XyZ--\r\nepilogue";
    struct akin_multipart *form = akin_new(1, sizeof(*form));
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_multipart_parse("multipart/form-data; charset=utf-8; "
                                   "boundary=\"XyZ\"",
                                   akin_span_of(body, sizeof(body) - 1), form,
                                   &err));
    assert_int_equal(form->n, 3);
    assert_string_equal(form->part[0].name, "image");
    assert_true(form->part[0].is_file);
    assert_int_equal(form->part[0].data.len, 11);
    assert_memory_equal(form->part[0].data.data, "II*\0\r\n--XyX", 11);
    assert_string_equal(form->part[1].name, "k");
    assert_false(form->part[1].is_file);
    assert_memory_equal(form->part[1].data.data, "5", 1);
    assert_string_equal(form->part[2].name, "with \"quotes\"");
    assert_int_equal(form->part[2].data.len, 0);
    free(form);
}

static void
a_broken_form_is_refused(void **state)
{
    static const struct {
        const char *type, *body, *says;
    } refusals[] = {
        {"multipart/form-data", "x", "no boundary"},
        {"multipart/form-data; boundary=", "x", "1 to 70"},
        {FORM, "", "missing"},
        {FORM, "--XyZ--", "no part"},
        {FORM, "--XyZ", "missing"},
        {FORM, "--XyZ\r\nContent-Disposition: form-data; name=a", "its head"},
        {FORM, "--XyZ\r\n\r\nx\r\n--XyZ--", "no name"},
        {FORM, "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
         "\"a\" has no end"},
        {FORM,
         "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--XyZ",
         "missing"},
    };
    struct akin_multipart *form = akin_new(1, sizeof(*form));

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].body);
        assert_fails_with(akin_multipart_parse(refusals[i].type,
                                               akin_span_str(refusals[i].body),
                                               form, &err),
                          AKIN_EFORMAT, refusals[i].says);
    }
    free(form);
}

static void
accept_chooses_what_is_liked_best(void **state)
{
    static const char *const types[] = {"application/json", "text/csv",
                                        "image/png"};
    static const struct {
        const char *header;
        size_t want;
    } claims[] = {
        {NULL, 0},
        {"", 0},
        {"*/*", 0},
        {"text/csv", 1},
        {"text/*;q=0.5, application/json;q=0.4", 1},
        {"text/html, application/xhtml+xml, */*;q=0.8", 0},
        {"image/*", 2},
        {"application/json;q=0, */*", 1},
        {"TEXT/CSV ; Q=1", 1},
        {"text/turtle", 3},
        {"text/csv;q=0", 3},
        {"a,,;q=x,/", 3},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(claims); i++) {
        print_message("  %s\n", claims[i].header ? claims[i].header : "(none)");
        assert_int_equal(
            akin_http_accept(claims[i].header, types, AKIN_COUNT(types)),
            claims[i].want);
    }
    assert_true(akin_http_accepts_gzip("deflate, gzip"));
    assert_true(akin_http_accepts_gzip("*"));
    assert_false(akin_http_accepts_gzip("gzip;q=0, *"));
    assert_false(akin_http_accepts_gzip(NULL));
    assert_true(akin_http_is_type("Image/PNG; x=y", "image/png"));
    assert_false(akin_http_is_type("image/pngx", "image/png"));
}

static void
tags_are_compared_weakly(void **state)
{
    (void)state;
    assert_true(akin_http_tag_matches("\"a\"", "\"a\""));
    assert_true(akin_http_tag_matches("\"x\", W/\"a\"", "\"a\""));
    assert_true(akin_http_tag_matches("\"a\"", "W/\"a\""));
    assert_true(akin_http_tag_matches("*", "\"a\""));
    assert_false(akin_http_tag_matches("\"ab\"", "\"a\""));
    assert_false(akin_http_tag_matches("a", "\"a\""));
    assert_false(akin_http_tag_matches(NULL, "\"a\""));
    assert_false(akin_http_tag_matches("*", ""));
}

static void
a_machine_knows_its_names(void **state)
{
    static const char *const hosts[] = {"akin.example"};
    const struct akin_http_rules local = {.is_local = true};
    const struct akin_http_rules named = {
        .is_local = true, .hosts = hosts, .n_hosts = 1};
    const struct akin_http_rules open = {.is_local = false};

    (void)state;
    assert_true(akin_http_host_ok(&local, "127.0.0.1:7311"));
    assert_true(akin_http_host_ok(&local, "LocalHost"));
    assert_true(akin_http_host_ok(&local, "[::1]:80"));
    assert_false(akin_http_host_ok(&local, "127.0.0.1.evil.example"));
    assert_false(akin_http_host_ok(&local, "evil.example"));
    assert_false(akin_http_host_ok(&local, ""));
    assert_false(akin_http_host_ok(&local, NULL));
    assert_false(akin_http_host_ok(&local, "akin.example"));
    assert_true(akin_http_host_ok(&named, "akin.example:443"));
    assert_true(akin_http_host_ok(&open, "anything"));
    assert_true(akin_http_same_origin("http://127.0.0.1:1", "127.0.0.1:1"));
    assert_false(akin_http_same_origin("http://127.0.0.1:2", "127.0.0.1:1"));
    assert_false(akin_http_same_origin("null", "null"));
}

static void
a_token_is_all_or_nothing(void **state)
{
    static const char *const wrong[] = {"Bearer secre",
                                        "Bearer secrets",
                                        "Bearer",
                                        "Bearer ",
                                        "secret",
                                        "Basic secret",
                                        "Bearer SECRET",
                                        "",
                                        "Bearer secretsecret"};

    (void)state;
    assert_true(akin_http_token_ok("secret", "Bearer secret"));
    assert_true(akin_http_token_ok("secret", "bearer  secret"));
    assert_false(akin_http_token_ok("secret", NULL));
    for (size_t i = 0; i < AKIN_COUNT(wrong); i++)
        assert_false(akin_http_token_ok("secret", wrong[i]));
}

static void
a_bucket_empties_and_fills(void **state)
{
    struct akin_http_rates *rates = akin_http_rates_new(2, 3);
    unsigned wait_s = 9;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(akin_http_rates_take(rates, "10.0.0.1", 1000, &wait_s));
    assert_false(akin_http_rates_take(rates, "10.0.0.1", 1000, &wait_s));
    assert_int_equal(wait_s, 1);
    assert_true(akin_http_rates_take(rates, "10.0.0.2", 1000, &wait_s));
    assert_true(akin_http_rates_take(rates, "10.0.0.1", 1500, &wait_s));
    assert_false(akin_http_rates_take(rates, "10.0.0.1", 1500, &wait_s));
    for (int i = 0; i < 3; i++) /* one network */
        assert_true(akin_http_rates_take(rates, i ? "1:2:3:4::5" : "1:2:3:4::6",
                                         2000, &wait_s));
    assert_false(akin_http_rates_take(rates, "1:2:3:4::7", 2000, &wait_s));
    akin_http_rates_free(rates);
    rates = akin_http_rates_new(0, 1);
    for (int i = 0; i < 9; i++)
        assert_true(akin_http_rates_take(rates, "10.0.0.1", 0, &wait_s));
    akin_http_rates_free(rates);
}

static void
highlights_are_safe_html(void **state)
{
    struct akin_buf out = {0};

    (void)state;
    akin_gide_highlight("<b>\x02mouse\x03 & \"x\"", &out);
    assert_string_equal(akin_buf_text(&out),
                        "&lt;b&gt;<em>mouse</em> &amp; &quot;x&quot;");
    akin_buf_free(&out);
}

static void
an_address_to_listen_at_is_read(void **state)
{
    static const char *const wrong[] = {"7311",          "host:80", ":80",
                                        "127.0.0.1:",    "[::1:80", "1.2.3.4:x",
                                        "1.2.3.4:70000", "",        "::1:80"};
    struct akin_error err = {0};
    bool local = false;

    (void)state;
    assert_ok(akin_http_address_check("127.0.0.9:1", &local, &err));
    assert_true(local);
    assert_ok(akin_http_address_check("[::1]:1", &local, &err));
    assert_true(local);
    assert_ok(akin_http_address_check("localhost:1", &local, &err));
    assert_true(local);
    assert_ok(akin_http_address_check("0.0.0.0:80", &local, &err));
    assert_false(local);
    assert_ok(akin_http_address_check("[::]:80", &local, &err));
    assert_false(local);
    for (size_t i = 0; i < AKIN_COUNT(wrong); i++)
        assert_fails_with(akin_http_address_check(wrong[i], &local, &err),
                          AKIN_EINVAL, "--http");
}

static void
a_queue_is_bounded_and_ends(void **state)
{
    struct akin_http_queue *queue = akin_http_queue_new(2);
    int a, b, c;

    (void)state;
    assert_true(akin_http_queue_put(queue, &a, false));
    assert_true(akin_http_queue_put(queue, &b, false));
    assert_false(akin_http_queue_put(queue, &c, false));
    assert_ptr_equal(akin_http_queue_take(queue), &a);
    assert_true(akin_http_queue_put(queue, &c, false));
    akin_http_queue_close(queue);
    assert_false(akin_http_queue_put(queue, &a, false));
    assert_ptr_equal(akin_http_queue_take(queue), &b);
    assert_ptr_equal(akin_http_queue_take(queue), &c);
    assert_null(akin_http_queue_take(queue));
    akin_http_queue_free(queue);
}

static void
what_can_wait_is_taken_last(void **state)
{
    struct akin_http_queue *queue = akin_http_queue_new(3);
    int picture, other, answer, none;

    (void)state;
    assert_true(akin_http_queue_put(queue, &picture, true));
    assert_true(akin_http_queue_put(queue, &other, true));
    assert_true(akin_http_queue_put(queue, &answer, false));
    assert_false(akin_http_queue_put(queue, &none, false)); /* one room */
    assert_ptr_equal(akin_http_queue_take(queue), &answer);
    assert_ptr_equal(akin_http_queue_take(queue), &picture);
    assert_true(akin_http_queue_put(queue, &answer, false));
    assert_ptr_equal(akin_http_queue_take(queue), &answer);
    akin_http_queue_close(queue);
    assert_ptr_equal(akin_http_queue_take(queue), &other);
    assert_null(akin_http_queue_take(queue));
    akin_http_queue_free(queue);
}

static void
a_field_cannot_bring_another(void **state)
{
    struct akin_http_answer answer = {0};

    (void)state;
    akin_http_answer_field(&answer, "X", "a\r\nSet-Cookie: b\x7f");
    assert_string_equal(akin_buf_text(&answer.fields),
                        "X: a  Set-Cookie: b \n");
    akin_http_answer_free(&answer);
}

static void
gzip_gives_back_what_went_in(void **state)
{
    struct akin_buf in = {0}, out = {0};
    struct akin_error err = {0};

    (void)state;
    for (int i = 0; i < 2000; i++)
        akin_buf_printf(&in, "line %d\n", i % 7);
    assert_ok(akin_http_gzip(akin_buf_span(&in), &out, &err));
    assert_true(out.len < in.len / 10);
    assert_int_equal(out.data[0], 0x1f); /* RFC 1952 section 2.3.1 */
    assert_int_equal(out.data[1], 0x8b);
    assert_int_equal(akin_le32(out.data + out.len - 4), in.len);
    akin_buf_free(&in);
    akin_buf_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_falls_into_segments_and_pairs),
        cmocka_unit_test(a_wrong_address_is_refused_and_leaves_nothing),
        cmocka_unit_test(what_is_escaped_reads_back),
        cmocka_unit_test(a_form_falls_into_its_parts),
        cmocka_unit_test(a_broken_form_is_refused),
        cmocka_unit_test(accept_chooses_what_is_liked_best),
        cmocka_unit_test(tags_are_compared_weakly),
        cmocka_unit_test(a_machine_knows_its_names),
        cmocka_unit_test(a_token_is_all_or_nothing),
        cmocka_unit_test(a_bucket_empties_and_fills),
        cmocka_unit_test(highlights_are_safe_html),
        cmocka_unit_test(an_address_to_listen_at_is_read),
        cmocka_unit_test(a_queue_is_bounded_and_ends),
        cmocka_unit_test(what_can_wait_is_taken_last),
        cmocka_unit_test(a_field_cannot_bring_another),
        cmocka_unit_test(gzip_gives_back_what_went_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
