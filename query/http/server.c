/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.c - the only file that sees libmicrohttpd.
 *
 *   clients -> one polling thread -> queue -> N workers (call_run)
 *                    ^                            |
 *                    +------ resume, answer ------+
 *
 * Design notes.
 * - A request is an exchange from its first line (first_line) until MHD says
 *   that it is done (completed), which frees it. Between put and resume it
 *   belongs to a worker, and its connection is suspended: MHD does not touch
 *   it.
 * - A body is collected here, charged against http.total_bytes, and let go as
 *   soon as the answer is made.
 * - What is too large, or has no place, is read to its end for a moment (so
 *   that the client gets to read why) and then cut off.
 * - Stopping: the queue is closed; workers refuse what is in it and end; new
 *   requests are refused by the polling thread; then MHD is stopped, when no
 *   connection is suspended any more (MHD must not be stopped with any).
 */
#include "http.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <microhttpd.h>

#include "akin/log.h"

#include "listen.h"
#include "patience.h"
#include "queue.h"
#include "target.h"
#include "upload.h"

#define MAGIC 0x68747470u /* "http" */
#define HEAD_BYTES ((size_t)(2 * AKIN_HTTP_URI_MAX))
/* Answers on their way get this long when the daemon stops. */
#define DRAIN_MS 100

struct worker {
    struct akin_http *http;
    struct akin_session *session;
    pthread_t thread;
    bool is_running;
};

struct akin_http {
    unsigned magic;
    struct akin_config config;
    struct akin_http_core *core;
    struct akin_http_queue *queue;
    struct akin_patience *patience;
    struct MHD_Daemon *daemon;
    struct worker *workers;
    size_t n_workers;
    atomic_bool stopping;
    struct akin_upload_total bodies; /* of all exchanges */
};

enum state { NEW, READING, WAITING, ANSWERED };

struct exchange {
    struct akin_http *http;
    struct MHD_Connection *connection;
    enum state state;
    char *uri, *method;
    char *field[AKIN_HTTP_N_FIELDS]; /* what request.field points to */
    char client[AKIN_HTTP_CLIENT_MAX];
    struct akin_http_request request;
    struct akin_http_call *call;
    struct akin_upload upload;
    struct timespec put_at;
};

/* --- answers --- */

static void
put_fields(struct MHD_Response *response, struct akin_http_answer *answer)
{
    char *at = (char *)answer->fields.data;

    while (at != NULL && *at != '\0') {
        char *colon = strchr(at, ':'), *end = strchr(at, '\n');

        if (colon == NULL || end == NULL)
            break;
        *colon = *end = '\0';
        (void)MHD_add_response_header(response, at, colon + 2);
        at = end + 1;
    }
}

/* The bytes stay with the exchange, which outlives the response's use. */
static enum MHD_Result
send_answer(struct exchange *x)
{
    struct akin_http_answer *answer = akin_http_call_answer(x->call);
    struct akin_span body = akin_http_answer_body(answer);
    union {
        const void *constant;
        void *plain;
    } data = {.constant = body.data};
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body.len, data.plain, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result done;

    if (response == NULL)
        return MHD_NO;
    if (answer->type != NULL)
        (void)MHD_add_response_header(response, "Content-Type", answer->type);
    put_fields(response, answer);
    done =
        MHD_queue_response(x->connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return done;
}

static void
finish(struct exchange *x)
{
    akin_http_call_finish(x->call);
    akin_http_call_log(x->call);
    akin_upload_free(&x->upload);
    x->state = ANSWERED;
}

static enum MHD_Result
refuse(struct exchange *x, int status, const char *code, const char *detail)
{
    akin_http_call_refuse(x->call, status, code, detail);
    finish(x);
    return send_answer(x);
}

static enum MHD_Result
refuse_upload(struct exchange *x)
{
    if (x->upload.state == AKIN_UPLOAD_NO_ROOM)
        return refuse(x, 503, "busy",
                      "the bodies under way together are over "
                      "http.total_bytes; come again");
    return refuse(x, 413, "over-a-limit",
                  akin_http_call_max_body(x->call) == 0
                      ? "no body is wanted here"
                      : "the body is larger than http.max_bytes");
}

/* --- workers --- */

static double
waited_ms(const struct exchange *x)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - x->put_at.tv_sec) * 1e3 +
           (double)(now.tv_nsec - x->put_at.tv_nsec) / 1e6;
}

static void
answer(struct worker *w, struct exchange *x)
{
    double ms = waited_ms(x);

    if (atomic_load(&w->http->stopping)) {
        akin_http_call_refuse(x->call, 503, "stopping",
                              "the daemon is stopping");
    } else if (ms > (double)w->http->config.http_queue_s * 1e3) {
        akin_http_call_refuse(x->call, 503, "busy",
                              "no worker was free within http.queue_s; come "
                              "again");
    } else {
        akin_session_waited(w->session, ms);
        akin_http_call_run(x->call, w->session);
    }
}

static void *
work(void *ctx)
{
    struct worker *w = ctx;
    struct exchange *x;

    while ((x = akin_http_queue_take(w->http->queue)) != NULL) {
        struct MHD_Connection *connection = x->connection;

        akin_http_core_waiting(w->http->core, -1);
        answer(w, x);
        finish(x);
        MHD_resume_connection(connection); /* x is MHD's again */
    }
    return NULL;
}

/* --- what MHD calls, in its one thread --- */

static struct akin_patience_seat *
seat_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

static void
read_client(struct exchange *x)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    akin_http_client_name(info != NULL ? info->client_addr : NULL, x->client,
                          sizeof(x->client));
}

/* The request's first line: the address as it was sent, which MHD decodes for
 * everyone else. */
static void *
first_line(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    struct exchange *x = akin_new(1, sizeof(*x));

    x->http = ctx;
    x->upload.total = &x->http->bodies;
    x->connection = connection;
    x->uri = akin_strdup(uri);
    return x;
}

static void
completed(void *ctx, struct MHD_Connection *connection, void **con_cls,
          enum MHD_RequestTerminationCode why)
{
    struct exchange *x = *con_cls;
    struct akin_patience_seat *seat = seat_of(connection);

    (void)ctx;
    (void)why;
    if (x == NULL)
        return;
    if (seat != NULL)
        akin_patience_wait(x->http->patience, seat); /* for the next one */
    akin_http_call_free(x->call);
    for (size_t i = 0; i < AKIN_HTTP_N_FIELDS; i++)
        free(x->field[i]);
    akin_upload_free(&x->upload);
    free(x->uri);
    free(x->method);
    free(x);
    *con_cls = NULL;
}

static void
connection_changed(void *ctx, struct MHD_Connection *connection,
                   void **socket_context,
                   enum MHD_ConnectionNotificationCode what)
{
    struct akin_http *http = ctx;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (what == MHD_CONNECTION_NOTIFY_STARTED && info != NULL) {
        *socket_context = akin_patience_enter(http->patience, info->connect_fd);
    } else if (what == MHD_CONNECTION_NOTIFY_CLOSED &&
               *socket_context != NULL) {
        akin_patience_leave(http->patience, *socket_context);
        *socket_context = NULL;
    }
}

static enum MHD_Result
begin(struct exchange *x, const char *method)
{
    struct akin_patience_seat *seat = seat_of(x->connection);

    if (seat != NULL)
        akin_patience_wait(x->http->patience, seat);
    read_client(x);
    x->method = akin_strdup(method);
    x->request.method = x->method;
    x->request.uri = x->uri;
    x->request.client = x->client;
    for (size_t i = 0; i < AKIN_HTTP_N_FIELDS; i++) {
        const char *value = MHD_lookup_connection_value(
            x->connection, MHD_HEADER_KIND,
            akin_http_field_name((enum akin_http_field)i));

        if (value != NULL)
            x->request.field[i] = x->field[i] = akin_strdup(value);
    }
    x->call = akin_http_call_new(x->http->core, &x->request);
    x->state = READING;
    if (!akin_http_call_begin(x->call))
        return MHD_YES;
    finish(x);
    return send_answer(x);
}

/* The whole request is there. */
static enum MHD_Result
hand_over(struct exchange *x)
{
    struct akin_patience_seat *seat = seat_of(x->connection);

    if (seat != NULL)
        akin_patience_stop(x->http->patience, seat);
    if (x->upload.state != AKIN_UPLOAD_FINE)
        return refuse_upload(x);
    x->request.body = akin_buf_span(&x->upload.body);
    if (akin_http_call_is_light(x->call)) {
        akin_http_call_run(x->call, NULL);
        finish(x);
        return send_answer(x);
    }
    x->state = WAITING;
    (void)clock_gettime(CLOCK_MONOTONIC, &x->put_at);
    /* First suspended, then put: the worker may resume it at once. */
    MHD_suspend_connection(x->connection);
    akin_http_core_waiting(x->http->core, 1);
    if (akin_http_queue_put(x->http->queue, x,
                            akin_http_call_is_picture(x->call)))
        return MHD_YES;
    akin_http_core_waiting(x->http->core, -1);
    akin_http_call_refuse(x->call, 503,
                          atomic_load(&x->http->stopping) ? "stopping" : "busy",
                          "more requests wait than http.queue allows; come "
                          "again");
    finish(x);
    MHD_resume_connection(x->connection);
    return MHD_YES;
}

static enum MHD_Result
access_handler(void *ctx, struct MHD_Connection *connection, const char *url,
               const char *method, const char *version, const char *upload_data,
               size_t *upload_data_size, void **con_cls)
{
    struct exchange *x = *con_cls;

    (void)ctx;
    (void)connection;
    (void)url;
    (void)version;
    if (x == NULL)
        return MHD_NO;
    if (x->state == NEW)
        return begin(x, method);
    if (*upload_data_size > 0) {
        bool more =
            akin_upload_take(&x->upload, akin_http_call_max_body(x->call),
                             upload_data, *upload_data_size);

        *upload_data_size = 0;
        return more ? MHD_YES : MHD_NO;
    }
    if (x->state == READING)
        return hand_over(x);
    return x->state == ANSWERED ? send_answer(x) : MHD_YES;
}

static void
log_of_library(void *ctx, const char *fmt, va_list args)
{
    char text[256];

    (void)ctx;
    (void)vsnprintf(text, sizeof(text), fmt, args);
    text[strcspn(text, "\n")] = '\0';
    akin_log(AKIN_LOG_DEBUG, "http", "%s", text);
}

/* --- start and stop --- */

static enum akin_status
start_workers(struct akin_http *http, struct akin_service *service,
              struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    http->n_workers = akin_config_threads(http->config.http_workers);
    http->workers = akin_new(http->n_workers, sizeof(*http->workers));
    for (size_t i = 0; st == AKIN_OK && i < http->n_workers; i++) {
        struct worker *w = &http->workers[i];

        w->http = http;
        st = akin_session_new(service, &w->session, err);
        if (st != AKIN_OK)
            break;
        if (pthread_create(&w->thread, NULL, work, w) != 0)
            st = AKIN_FAIL(err, AKIN_EIO, "cannot start a worker thread");
        else
            w->is_running = true;
    }
    return st;
}

static enum akin_status
start_daemon(struct akin_http *http, const char *listen, unsigned *port,
             struct akin_error *err)
{
    unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    const struct akin_config *config = &http->config;
    bool is_v6 = false;
    int fd = -1;
    enum akin_status st = akin_http_listen(listen, &fd, port, &is_v6, err);

    if (st != AKIN_OK)
        return st;
    if (is_v6)
        flags |= MHD_USE_IPv6;
    http->daemon = MHD_start_daemon(
        flags, (uint16_t)*port, NULL, NULL, access_handler, http,
        MHD_OPTION_EXTERNAL_LOGGER, log_of_library, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK, first_line,
        http, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, connection_changed, http,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)config->http_connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)config->http_connections_each, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)config->http_idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        HEAD_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (http->daemon == NULL) {
        (void)close(fd);
        return AKIN_FAIL(err, AKIN_EIO, "cannot start HTTP at %s", listen);
    }
    return AKIN_OK;
}

enum akin_status
akin_http_start(struct akin_service *service, const struct akin_config *config,
                const char *listen, const struct akin_http_rules *rules,
                struct akin_http **out, unsigned *port, struct akin_error *err)
{
    struct akin_http *http = akin_new(1, sizeof(*http));
    enum akin_status st;

    http->magic = MAGIC;
    http->config = *config;
    http->bodies.max = config->http_total_bytes;
    http->core = akin_http_core_new(service, config, rules);
    http->queue = akin_http_queue_new(config->http_queue);
    st = akin_patience_new(config->http_read_s, &http->patience, err);
    if (st == AKIN_OK)
        st = start_workers(http, service, err);
    if (st == AKIN_OK)
        st = start_daemon(http, listen, port, err);
    if (st != AKIN_OK) {
        akin_http_stop(http);
        return st;
    }
    *out = http;
    return AKIN_OK;
}

void
akin_http_stop(struct akin_http *http)
{
    struct timespec drain = {0, DRAIN_MS * 1000000L};

    if (http == NULL)
        return;
    assert(http->magic == MAGIC);
    atomic_store(&http->stopping, true);
    akin_http_queue_close(http->queue);
    for (size_t i = 0; i < http->n_workers; i++)
        if (http->workers[i].is_running)
            (void)pthread_join(http->workers[i].thread, NULL);
    if (http->daemon != NULL) {
        (void)nanosleep(&drain, NULL);
        MHD_stop_daemon(http->daemon);
    }
    for (size_t i = 0; i < http->n_workers; i++)
        akin_session_free(http->workers[i].session);
    akin_patience_free(http->patience);
    akin_http_queue_free(http->queue);
    akin_http_core_free(http->core);
    free(http->workers);
    http->magic = 0;
    free(http);
}
