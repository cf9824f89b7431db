/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's sockets and threads, and the client, against each other. The
 * service behind them is made here: it says what it was asked, and can be told
 * to take its time. (It stands in the place of query/service.c, which is not
 * linked.)
 */
#include "akin_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "akin/client.h"
#include "akin/file.h"
#include "akin/log.h"
#include "akin/proto.h"
#include "akind/server.h"
#include "service.h"

/* The stand-in */

struct akin_session {
    struct akin_summary summary;
};

static atomic_int n_sessions, n_waiting;
static atomic_bool may_go; /* lets "wait" requests end */

enum akin_status
akin_session_new(struct akin_service *service, struct akin_session **out,
                 struct akin_error *err)
{
    (void)service;
    (void)err;
    *out = akin_new(1, sizeof(**out));
    atomic_fetch_add(&n_sessions, 1);
    return AKIN_OK;
}

void
akin_session_free(struct akin_session *session)
{
    if (session != NULL)
        atomic_fetch_sub(&n_sessions, 1);
    free(session);
}

const struct akin_summary *
akin_session_summary(const struct akin_session *session)
{
    return &session->summary;
}

const char *
akin_part_name(enum akin_part part)
{
    (void)part;
    return "part";
}

static atomic_int n_refused;
static atomic_int longest_wait_ms;

void
akin_session_waited(struct akin_session *session, double ms)
{
    (void)session;
    if ((int)ms > atomic_load(&longest_wait_ms))
        atomic_store(&longest_wait_ms, (int)ms);
}

void
akin_service_note_waiting(struct akin_service *service, size_t n)
{
    (void)service;
    (void)n;
}

void
akin_service_note_refused(struct akin_service *service)
{
    (void)service;
    atomic_fetch_add(&n_refused, 1);
}

static void
rest(void)
{
    struct timespec ms = {0, 1000000};

    (void)nanosleep(&ms, NULL);
}

void
akin_service_answer(struct akin_session *session, struct akin_span text,
                    struct akin_buf *out)
{
    struct akin_request request = {0};
    struct akin_error err = {0};
    int code = 0;

    (void)session;
    akin_buf_clear(out);
    assert_ok(akin_proto_parse_request(text, &request, &code, &err));
    if (strcmp(request.method, "wait") == 0) {
        atomic_fetch_add(&n_waiting, 1);
        while (!atomic_load(&may_go))
            rest();
    }
    akin_proto_write_result(request.id, request.params, out);
    akin_request_free(&request);
}

/* The fixture */

#define MAX_WAITING 3

struct fixture {
    char *folder, *path;
    char url[160];
    struct akin_server *server;
};

static void
silence(void *ctx, enum akin_log_level level, const char *line)
{
    (void)ctx;
    (void)level;
    (void)line;
}

static int
set_up(void **state)
{
    struct fixture *f = akin_new(1, sizeof(*f));

    akin_log_sink(silence, NULL);
    atomic_store(&may_go, false);
    atomic_store(&n_waiting, 0);
    atomic_store(&n_refused, 0);
    atomic_store(&longest_wait_ms, 0);
    f->folder = akin_test_folder();
    f->path = akin_path_join(f->folder, "socket");
    (void)snprintf(f->url, sizeof(f->url), "ipc://%s", f->path);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    atomic_store(&may_go, true);
    akin_server_stop(f->server);
    free(f->path);
    akin_test_remove(f->folder);
    free(f);
    return 0;
}

static enum akin_status
start(const struct fixture *f, size_t n_workers, struct akin_server **out,
      struct akin_error *err)
{
    const char *listen[] = {f->url};
    struct akin_server_options options = {.listen = listen,
                                          .n_listen = 1,
                                          .n_workers = n_workers,
                                          .max_bytes = 1 << 16,
                                          .max_waiting = MAX_WAITING,
                                          .max_waiting_bytes = 1 << 20,
                                          .slow_ms = 60000};

    return akin_server_start(NULL, &options, out, err);
}

static enum akin_status
call(struct akin_client *client, const char *method, size_t n_bytes,
     int timeout_ms, struct akin_error *err)
{
    struct akin_json *params = akin_json_object(), *result = NULL;
    char *text = akin_new(n_bytes + 1, 1);
    enum akin_status st;

    memset(text, 'x', n_bytes);
    akin_json_set_text(params, "text", text);
    st = akin_client_call(client, method, params, timeout_ms, &result, err);
    if (st == AKIN_OK)
        assert_true(akin_json_equal(params, result));
    akin_json_free(result);
    akin_json_free(params);
    free(text);
    return st;
}

static void
each_client_gets_its_own_answers(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_client *client[3];

    assert_ok(start(f, 2, &f->server, &err));
    for (size_t i = 0; i < 3; i++)
        assert_ok(akin_client_open(f->url, &client[i], &err));
    for (size_t n = 0; n < 60; n++)
        assert_ok(call(client[n % 3], "echo", n * 100, 10000, &err));
    for (size_t i = 0; i < 3; i++)
        akin_client_close(client[i]);
}

static void
a_silent_endpoint_is_reported_with_its_address(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_client *client = NULL;

    assert_ok(akin_client_open(f->url, &client, &err));
    assert_fails_with(call(client, "echo", 1, 50, &err), AKIN_EAGAIN,
                      "within 0.05 s; is akind running there?");
    assert_non_null(strstr(err.text, f->url));
    /* The same client works once somebody listens. */
    assert_ok(start(f, 1, &f->server, &err));
    assert_ok(call(client, "echo", 1, 10000, &err));
    akin_client_close(client);
}

/* And its memory is not lost: sanitizers and valgrind see to that. */
static void
an_answer_that_comes_too_late_is_dropped(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_client *client = NULL;

    assert_ok(start(f, 1, &f->server, &err));
    assert_ok(akin_client_open(f->url, &client, &err));
    for (int i = 0; i < 3; i++) {
        atomic_store(&may_go, false);
        assert_fails_with(call(client, "wait", 1, 50, &err), AKIN_EAGAIN,
                          "within 0.05 s");
        atomic_store(&may_go, true);
        for (int ms = 0; ms < 100; ms++) /* by then it is here */
            rest();
        assert_ok(call(client, "echo", (size_t)i, 10000, &err));
    }
    akin_client_close(client);
}

static void
addresses_of_no_transport_are_refused(void **state)
{
    struct akin_error err = {0};
    struct akin_client *client = NULL;

    (void)state;
    assert_fails_with(akin_client_open("http://x", &client, &err), AKIN_EINVAL,
                      "http://x");
    assert_fails_with(akin_client_open("tcp://", &client, &err), AKIN_EINVAL,
                      "tcp://");
    assert_null(client);
}

static void
a_request_that_is_too_long_harms_nobody_else(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_client *client = NULL, *other = NULL;

    assert_ok(start(f, 1, &f->server, &err));
    assert_ok(akin_client_open(f->url, &client, &err));
    assert_ok(akin_client_open(f->url, &other, &err));
    assert_ok(call(client, "echo", 60000, 10000, &err));
    assert_fails_with(call(client, "echo", (1 << 20) + 1, 200, &err),
                      AKIN_EAGAIN, "query.max_bytes");
    assert_ok(call(other, "echo", 100, 10000, &err));
    akin_client_close(client);
    akin_client_close(other);
}

static void
a_living_daemon_keeps_its_endpoint(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_server *second = NULL;
    struct akin_client *client = NULL;

    assert_ok(start(f, 1, &f->server, &err));
    assert_fails_with(start(f, 1, &second, &err), AKIN_EAGAIN,
                      "listens at ipc://");
    assert_null(second);
    assert_int_equal(n_sessions, 1);
    assert_ok(akin_client_open(f->url, &client, &err));
    assert_ok(call(client, "echo", 1, 10000, &err));
    akin_client_close(client);
}

/* A bound socket whose owner is gone: what kill -9 leaves. */
static void
leave_a_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    (void)close(fd);
}

static void
what_a_killed_daemon_left_is_replaced(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_client *client = NULL;

    leave_a_socket(f->path);
    assert_ok(start(f, 1, &f->server, &err));
    assert_ok(akin_client_open(f->url, &client, &err));
    assert_ok(call(client, "echo", 1, 10000, &err));
    akin_client_close(client);
}

static void
a_file_in_the_place_of_the_socket_is_left_alone(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_buf bytes = {0};

    assert_ok(akin_file_write(f->path, akin_span_str("precious"), &err));
    assert_fails_with(start(f, 1, &f->server, &err), AKIN_EINVAL,
                      "is no socket");
    assert_ok(akin_file_read(f->path, 100, &bytes, &err));
    assert_string_equal(akin_buf_text(&bytes), "precious");
    akin_buf_free(&bytes);
}

static void
an_endpoint_in_no_folder_is_refused(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};

    (void)snprintf(f->url, sizeof(f->url), "ipc://%s/none/socket", f->folder);
    assert_fails_with(start(f, 1, &f->server, &err), AKIN_ENOTFOUND,
                      "the folder of the socket is not there: /");
    assert_int_equal(n_sessions, 0);
}

struct asking {
    const char *url;
    enum akin_status status;
    struct akin_error err;
};

static void *
ask_and_wait(void *ctx)
{
    struct asking *asking = ctx;
    struct akin_client *client = NULL;

    asking->status = akin_client_open(asking->url, &client, &asking->err);
    if (asking->status == AKIN_OK)
        asking->status = call(client, "wait", 10, 10000, &asking->err);
    akin_client_close(client);
    return NULL;
}

static void *
let_go(void *ctx)
{
    (void)ctx;
    for (int i = 0; i < 50; i++)
        rest();
    atomic_store(&may_go, true);
    return NULL;
}

static void
wait_for_count(atomic_int *count, int n)
{
    while (atomic_load(count) < n)
        rest();
}

static void
an_idle_worker_takes_what_a_busy_one_would_keep_waiting(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct asking asking = {.url = f->url};
    struct akin_client *client = NULL;
    pthread_t asker;

    assert_ok(start(f, 2, &f->server, &err));
    assert_int_equal(pthread_create(&asker, NULL, ask_and_wait, &asking), 0);
    wait_for_count(&n_waiting, 1);
    /* One worker is held; all of these must reach the other. */
    assert_ok(akin_client_open(f->url, &client, &err));
    for (size_t i = 0; i < 20; i++)
        assert_ok(call(client, "echo", 10, 10000, &err));
    atomic_store(&may_go, true);
    assert_int_equal(pthread_join(asker, NULL), 0);
    assert_int_equal(asking.status, AKIN_OK);
    akin_client_close(client);
}

/* Fills the only worker and the queue; what comes then is told so at once. */
static void
what_finds_no_room_is_told_that_the_daemon_is_busy(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct asking asking[1 + MAX_WAITING + 2];
    pthread_t asker[1 + MAX_WAITING + 2];
    int n_ok = 0, n_busy = 0;

    assert_ok(start(f, 1, &f->server, &err));
    for (size_t i = 0; i < AKIN_COUNT(asking); i++) {
        asking[i] = (struct asking){.url = f->url};
        assert_int_equal(
            pthread_create(&asker[i], NULL, ask_and_wait, &asking[i]), 0);
        wait_for_count(&n_waiting, 1); /* the first has the worker */
    }
    wait_for_count(&n_refused, 2);
    atomic_store(&may_go, true);
    for (size_t i = 0; i < AKIN_COUNT(asking); i++) {
        assert_int_equal(pthread_join(asker[i], NULL), 0);
        n_ok += asking[i].status == AKIN_OK;
        n_busy += asking[i].status == AKIN_EAGAIN &&
                  strstr(asking[i].err.text, "query.queue") != NULL;
    }
    assert_int_equal(n_ok, 1 + MAX_WAITING);
    assert_int_equal(n_busy, 2);
}

static void
waiting_requests_are_told_that_the_daemon_stops(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct asking asking[2];
    pthread_t asker[2], helper;
    int n_ok = 0, n_closed = 0;

    assert_ok(start(f, 1, &f->server, &err));
    for (size_t i = 0; i < 2; i++) {
        asking[i] = (struct asking){.url = f->url};
        assert_int_equal(
            pthread_create(&asker[i], NULL, ask_and_wait, &asking[i]), 0);
        wait_for_count(&n_waiting, 1);
    }
    for (size_t i = 0; i < 100; i++) /* time for the second to arrive */
        rest();
    assert_int_equal(pthread_create(&helper, NULL, let_go, NULL), 0);
    akin_server_stop(f->server);
    f->server = NULL;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(asker[i], NULL), 0);
        n_ok += asking[i].status == AKIN_OK;
        n_closed += asking[i].status == AKIN_ECLOSED &&
                    strstr(asking[i].err.text, "stopping") != NULL;
    }
    assert_int_equal(pthread_join(helper, NULL), 0);
    assert_int_equal(n_ok, 1);
    assert_int_equal(n_closed, 1);
}

static void
stopping_answers_what_is_in_hand(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct asking asking = {.url = f->url};
    pthread_t asker, helper;

    assert_ok(start(f, 2, &f->server, &err));
    assert_int_equal(pthread_create(&asker, NULL, ask_and_wait, &asking), 0);
    while (atomic_load(&n_waiting) == 0)
        rest();
    assert_int_equal(pthread_create(&helper, NULL, let_go, NULL), 0);
    akin_server_stop(f->server);
    f->server = NULL;
    assert_int_equal(pthread_join(asker, NULL), 0);
    assert_int_equal(pthread_join(helper, NULL), 0);
    if (asking.status != AKIN_OK)
        fail_msg("%s", asking.err.text);
    assert_int_equal(n_sessions, 0);
}

static void
starting_and_stopping_again_and_again_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};

    for (size_t i = 0; i < 5; i++) {
        struct akin_client *client = NULL;

        assert_ok(start(f, 3, &f->server, &err));
        assert_ok(akin_client_open(f->url, &client, &err));
        assert_ok(call(client, "echo", 10, 10000, &err));
        akin_client_close(client);
        akin_server_stop(f->server);
        f->server = NULL;
        assert_int_equal(n_sessions, 0);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_client_gets_its_own_answers),
        TEST(a_silent_endpoint_is_reported_with_its_address),
        TEST(an_answer_that_comes_too_late_is_dropped),
        TEST(addresses_of_no_transport_are_refused),
        TEST(a_request_that_is_too_long_harms_nobody_else),
        TEST(a_living_daemon_keeps_its_endpoint),
        TEST(what_a_killed_daemon_left_is_replaced),
        TEST(a_file_in_the_place_of_the_socket_is_left_alone),
        TEST(an_endpoint_in_no_folder_is_refused),
        TEST(an_idle_worker_takes_what_a_busy_one_would_keep_waiting),
        TEST(what_finds_no_room_is_told_that_the_daemon_is_busy),
        TEST(waiting_requests_are_told_that_the_daemon_stops),
        TEST(stopping_answers_what_is_in_hand),
        TEST(starting_and_stopping_again_and_again_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
