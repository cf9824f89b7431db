/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.c - with common/client.c the only file that sees nanomsg.
 *
 *   clients -> raw REP (all endpoints) -> nn_device -> raw REQ on
 *   inproc://workers -> N workers, each a REP socket, a session and a thread
 *
 * Design notes.
 * - The raw pair carries the way back of each request in its header, so any
 *   number of clients is served, and a client that goes away costs nothing: its
 *   answer is dropped where its connection was.
 * - A worker answers whatever arrives; silence would make other REQ sockets
 *   than ours ask again.
 * - REQ hands requests to the workers in turn and queues some at a busy one.
 *   Their receive buffers are as small as nanomsg lets them be, so that little
 *   waits behind a slow request while others are idle.
 * - A request longer than max_bytes makes nanomsg drop the connection before
 *   the body is read: no memory is spent on it.
 * - Stopping: `stopping` is set; each worker sees it after the request in its
 *   hands, or within LOOK_MS when it has none, and ends. Sockets are closed
 * only when no worker uses them any more; closing the outer pair ends the
 * device.
 */
#include "server.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <nanomsg/inproc.h>
#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>

#include "akin/log.h"

#include "endpoint.h"

#define MAGIC 0x73727672u /* "srvr" */
/* An idle worker looks this often whether the daemon is stopping. */
#define LOOK_MS 100
/* Answers on their way get this long when the daemon stops. */
#define DRAIN_MS 50

struct worker {
    struct akin_server *server;
    struct akin_session *session;
    int sock;
    pthread_t thread;
    bool is_running;
    struct akin_buf out;
};

struct akin_server {
    unsigned magic;
    int front, back; /* -1: not open */
    char inner[64];  /* the workers' address; one for each server */
    pthread_t device;
    bool is_device_running;
    atomic_bool stopping;
    void (*broken)(void);
    struct worker *workers;
    size_t n_workers;
};

static enum akin_status
fail_nn(const char *what, struct akin_error *err)
{
    return AKIN_FAIL(err, AKIN_EIO, "%s: %s", what, nn_strerror(nn_errno()));
}

static int
set_int(int sock, int level, int option, int value)
{
    return nn_setsockopt(sock, level, option, &value, sizeof(value));
}

/* The one line of each request. */
static void
log_request(const struct akin_summary *summary, size_t n_bytes)
{
    if (summary->error.status == AKIN_OK && summary->n_hits >= 0)
        akin_log(AKIN_LOG_INFO, "request",
                 "method=%s status=ok ms=%.1f hits=%lld bytes=%zu",
                 summary->method, summary->ms, (long long)summary->n_hits,
                 n_bytes);
    else if (summary->error.status == AKIN_OK)
        akin_log(AKIN_LOG_INFO, "request", "method=%s status=ok ms=%.1f",
                 summary->method, summary->ms);
    else
        akin_log(summary->error.status == AKIN_EINTERNAL ? AKIN_LOG_ERROR
                                                         : AKIN_LOG_INFO,
                 "request", "method=%s status=\"%s\" ms=%.1f at=%s:%d text=%s",
                 summary->method, akin_status_name(summary->error.status),
                 summary->ms, summary->error.file, summary->error.line,
                 summary->error.text);
}

/* Waits for one request and answers it. EAGAIN: none came; ECLOSED: none can
 * come any more; EIO: this one is lost, the next may do better. */
static enum akin_status
serve_one(struct worker *w, struct akin_error *err)
{
    void *msg = NULL;
    int n = nn_recv(w->sock, &msg, NN_MSG, 0);

    if (n < 0 && (nn_errno() == EBADF || nn_errno() == ETERM))
        return AKIN_ECLOSED;
    if (n < 0)
        return nn_errno() == EINTR || nn_errno() == ETIMEDOUT
                   ? AKIN_EAGAIN
                   : fail_nn("receive", err);
    akin_service_answer(w->session, akin_span_of(msg, (size_t)n), &w->out);
    (void)nn_freemsg(msg);
    log_request(akin_session_summary(w->session), (size_t)n);
    if (nn_send(w->sock, w->out.data, w->out.len, 0) >= 0)
        return AKIN_OK;
    if (nn_errno() == EBADF || nn_errno() == ETERM)
        return AKIN_ECLOSED;
    return fail_nn("send", err);
}

/* A socket that is gone while nobody is stopping is a defect: the program is
 * told, since a daemon that looks alive and answers nothing helps nobody. */
static void
report_broken(struct akin_server *server, const char *what)
{
    if (atomic_load(&server->stopping))
        return;
    akin_log(AKIN_LOG_ERROR, "server", "%s ended: %s", what,
             nn_strerror(nn_errno()));
    if (server->broken != NULL)
        server->broken();
}

static void *
work(void *ctx)
{
    struct worker *w = ctx;
    enum akin_status st = AKIN_OK;

    while (st != AKIN_ECLOSED && !atomic_load(&w->server->stopping)) {
        struct akin_error err = {0};

        st = serve_one(w, &err);
        if (st != AKIN_OK && err.status != AKIN_OK)
            akin_log(AKIN_LOG_WARN, "server", "%s", err.text);
    }
    report_broken(w->server, "a worker");
    return NULL;
}

static void *
join_ends(void *ctx)
{
    struct akin_server *server = ctx;
    int front = server->front, back = server->back;

    /* Gives back only when a socket is closed, or for a signal. */
    while (nn_device(front, back) < 0 && nn_errno() == EINTR)
        continue;
    report_broken(server, "the device");
    return NULL;
}

static enum akin_status
open_back(struct akin_server *server, struct akin_error *err)
{
    server->back = nn_socket(AF_SP_RAW, NN_REQ);
    if (server->back < 0 ||
        set_int(server->back, NN_SOL_SOCKET, NN_RCVMAXSIZE, -1) < 0 ||
        nn_bind(server->back, server->inner) < 0)
        return fail_nn("workers' socket", err);
    return AKIN_OK;
}

static enum akin_status
open_front(struct akin_server *server,
           const struct akin_server_options *options, struct akin_error *err)
{
    server->front = nn_socket(AF_SP_RAW, NN_REP);
    if (server->front < 0 ||
        set_int(server->front, NN_SOL_SOCKET, NN_RCVMAXSIZE,
                (int)options->max_bytes) < 0)
        return fail_nn("front socket", err);
    if (set_int(server->front, NN_SOL_SOCKET, NN_IPV4ONLY, 0) < 0)
        return fail_nn("front socket", err);
    for (size_t i = 0; i < options->n_listen; i++) {
        const char *url = options->listen[i];
        enum akin_status st = akin_endpoint_probe(url, err);

        if (st != AKIN_OK)
            return st;
        if (nn_bind(server->front, url) < 0)
            return AKIN_FAIL(err, AKIN_EIO, "cannot listen at %s: %s", url,
                             nn_strerror(nn_errno()));
    }
    return AKIN_OK;
}

static enum akin_status
start_worker(struct akin_server *server, struct worker *w,
             struct akin_service *service, struct akin_error *err)
{
    enum akin_status st = akin_session_new(service, &w->session, err);

    if (st != AKIN_OK)
        return st;
    w->server = server;
    w->sock = nn_socket(AF_SP, NN_REP);
    if (w->sock < 0 || set_int(w->sock, NN_SOL_SOCKET, NN_RCVMAXSIZE, -1) < 0 ||
        set_int(w->sock, NN_SOL_SOCKET, NN_RCVBUF, 1) < 0 ||
        set_int(w->sock, NN_SOL_SOCKET, NN_RCVTIMEO, LOOK_MS) < 0 ||
        nn_connect(w->sock, server->inner) < 0)
        return fail_nn("worker's socket", err);
    if (pthread_create(&w->thread, NULL, work, w) != 0)
        return AKIN_FAIL(err, AKIN_EIO, "cannot start a worker thread");
    w->is_running = true;
    return AKIN_OK;
}

static enum akin_status
start(struct akin_server *server, struct akin_service *service,
      const struct akin_server_options *options, struct akin_error *err)
{
    enum akin_status st = open_back(server, err);

    if (st == AKIN_OK)
        st = open_front(server, options, err);
    for (size_t i = 0; st == AKIN_OK && i < server->n_workers; i++)
        st = start_worker(server, &server->workers[i], service, err);
    if (st != AKIN_OK)
        return st;
    if (pthread_create(&server->device, NULL, join_ends, server) != 0)
        return AKIN_FAIL(err, AKIN_EIO, "cannot start the device thread");
    server->is_device_running = true;
    return AKIN_OK;
}

enum akin_status
akin_server_start(struct akin_service *service,
                  const struct akin_server_options *options,
                  struct akin_server **out, struct akin_error *err)
{
    static atomic_uint serial;
    struct akin_server *server = akin_new(1, sizeof(*server));
    enum akin_status st;

    assert(options->n_workers >= 1 && options->n_listen >= 1);
    assert(options->max_bytes <= INT32_MAX);
    server->magic = MAGIC;
    server->front = server->back = -1;
    server->broken = options->broken;
    (void)snprintf(server->inner, sizeof(server->inner), "inproc://workers-%u",
                   atomic_fetch_add(&serial, 1));
    server->workers = akin_new(options->n_workers, sizeof(*server->workers));
    server->n_workers = options->n_workers;
    for (size_t i = 0; i < server->n_workers; i++)
        server->workers[i].sock = -1;
    st = start(server, service, options, err);
    if (st != AKIN_OK) {
        akin_server_stop(server);
        return st;
    }
    *out = server;
    return AKIN_OK;
}

static void
close_socket(int sock)
{
    /* EINTR: the socket is still open. Signals are blocked, so this is rare. */
    while (sock >= 0 && nn_close(sock) < 0 && nn_errno() == EINTR)
        continue;
}

static void
stop_workers(struct akin_server *server)
{
    for (size_t i = 0; i < server->n_workers; i++)
        if (server->workers[i].is_running)
            (void)pthread_join(server->workers[i].thread, NULL);
}

static void
free_workers(struct akin_server *server)
{
    for (size_t i = 0; i < server->n_workers; i++) {
        close_socket(server->workers[i].sock);
        akin_session_free(server->workers[i].session);
        akin_buf_free(&server->workers[i].out);
    }
    free(server->workers);
}

void
akin_server_stop(struct akin_server *server)
{
    struct timespec drain = {0, DRAIN_MS * 1000000L};

    if (server == NULL)
        return;
    assert(server->magic == MAGIC);
    atomic_store(&server->stopping, true);
    stop_workers(server);
    /* What the workers sent last is on its way through the device. */
    if (server->is_device_running)
        (void)nanosleep(&drain, NULL);
    close_socket(server->front);
    close_socket(server->back);
    if (server->is_device_running)
        (void)pthread_join(server->device, NULL);
    free_workers(server);
    server->magic = 0;
    free(server);
}
