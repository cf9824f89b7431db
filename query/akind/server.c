/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.c - with common/client.c the only file that sees nanomsg.
 *
 *   clients -> raw REP (all endpoints) -> receiver -> queue -> N workers, each
 *   a session and a thread -> the same raw REP
 *
 * Design notes.
 * - A raw REP socket hands over the way back of each request as a header, so
 *   that any number of clients is served in any order, and a client that goes
 *   away costs nothing: its answer is dropped where its connection was.
 * - One queue for all workers: no request waits behind a slow one while a
 * worker is idle (nn_device would hand requests out in turn). It is bounded;
 * what does not fit is answered "busy" by the receiver itself, at once.
 * - Every request is answered; silence would make other REQ sockets than ours
 *   ask again.
 * - A request longer than max_bytes makes nanomsg drop the connection before
 *   the body is read: no memory is spent on it.
 * - Stopping: `stopping` is set and the queue closed; each worker ends after
 * the request in its hands, the receiver within LOOK_MS; what still waits is
 * told so. The socket is closed when no thread uses it any more.
 */
#include "server.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>

#include "akin/log.h"
#include "akin/proto.h"

#include "endpoint.h"
#include "queue.h"

#define MAGIC 0x73727672u /* "srvr" */
/* The receiver looks this often whether the daemon is stopping. */
#define LOOK_MS 100
/* Answers on their way get this long when the daemon stops. */
#define DRAIN_MS 50
/* The id of a request that finds no room is looked for when it is at most this
 * long: refusing must stay cheaper than answering. */
#define ID_BYTES 65536

struct worker {
    struct akin_server *server;
    struct akin_session *session;
    pthread_t thread;
    bool is_running;
    struct akin_buf out;
};

struct akin_server {
    unsigned magic;
    int front; /* -1: not open */
    struct akin_service *service;
    struct akin_queue *queue;
    pthread_t receiver;
    bool is_receiving;
    struct akin_buf refusal; /* the receiver's */
    atomic_bool stopping;
    double slow_ms;
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

/* A second line for a request that took longer than query.slow_ms: its plan,
 * and where the time went. */
static void
log_slow(const struct akin_server *server, const struct akin_summary *summary)
{
    struct akin_buf parts = {0};

    if (summary->waited_ms + summary->ms <= server->slow_ms)
        return;
    for (size_t p = 0; p < AKIN_N_PARTS; p++)
        akin_buf_printf(&parts, " %s_ms=%.1f",
                        akin_part_name((enum akin_part)p), summary->part_ms[p]);
    akin_log(AKIN_LOG_WARN, "slow",
             "method=%s ms=%.1f waited_ms=%.1f plan=\"%s\"%s", summary->method,
             summary->ms, summary->waited_ms, summary->plan,
             akin_buf_text(&parts));
    akin_buf_free(&parts);
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

static double
now_ms(void)
{
    struct timespec ts = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* Waits for a request. EAGAIN: none came; ECLOSED: none can come any more; EIO:
 * this one is lost, the next may do better. */
static enum akin_status
receive(int sock, struct akin_queued *out, struct akin_error *err)
{
    struct nn_iovec part = {.iov_base = &out->body, .iov_len = NN_MSG};
    struct nn_msghdr head = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &out->header,
                             .msg_controllen = NN_MSG};
    int n = nn_recvmsg(sock, &head, 0);

    if (n < 0 && (nn_errno() == EBADF || nn_errno() == ETERM))
        return AKIN_ECLOSED;
    if (n < 0)
        return nn_errno() == EINTR || nn_errno() == ETIMEDOUT
                   ? AKIN_EAGAIN
                   : fail_nn("receive", err);
    out->len = (size_t)n;
    out->arrived_ms = now_ms();
    return AKIN_OK;
}

/* Sends an answer the way the request came, whose header goes with it. */
static enum akin_status
reply(int sock, void *header, const struct akin_buf *answer,
      struct akin_error *err)
{
    struct nn_iovec part = {.iov_base = answer->data, .iov_len = answer->len};
    struct nn_msghdr head = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &header,
                             .msg_controllen = NN_MSG};

    if (nn_sendmsg(sock, &head, 0) >= 0)
        return AKIN_OK;
    /* nanomsg has freed the header with the message that it could not send. */
    if (nn_errno() == EBADF || nn_errno() == ETERM)
        return AKIN_ECLOSED;
    return fail_nn("send", err);
}

static void
complain(const struct akin_error *err)
{
    if (err->status != AKIN_OK)
        akin_log(AKIN_LOG_WARN, "server", "%s", err->text);
}

static enum akin_status
serve_one(struct worker *w, struct akin_queued *entry, struct akin_error *err)
{
    struct akin_span request = akin_span_of(entry->body, entry->len);

    akin_session_waited(w->session, now_ms() - entry->arrived_ms);
    akin_service_answer(w->session, request, &w->out);
    (void)nn_freemsg(entry->body);
    log_request(akin_session_summary(w->session), entry->len);
    log_slow(w->server, akin_session_summary(w->session));
    return reply(w->server->front, entry->header, &w->out, err);
}

/* Answers without doing: under the request's id where that is cheap to find. */
static void
refuse(struct akin_server *server, struct akin_queued *entry,
       const struct akin_error *why)
{
    struct akin_request request = {0};
    struct akin_error err = {0};
    int code = 0;

    if (entry->len <= ID_BYTES) /* whether it is a right one does not matter */
        (void)!akin_proto_parse_request(akin_span_of(entry->body, entry->len),
                                        &request, &code, &err);
    akin_buf_clear(&server->refusal);
    akin_proto_write_error(request.id, 0, why, NULL, &server->refusal);
    akin_request_free(&request);
    (void)nn_freemsg(entry->body);
    err = (struct akin_error){0};
    if (reply(server->front, entry->header, &server->refusal, &err) != AKIN_OK)
        complain(&err);
}

static void
refuse_busy(struct akin_server *server, struct akin_queued *entry)
{
    struct akin_error why = {0};

    akin_service_note_refused(server->service);
    (void)AKIN_FAIL(&why, AKIN_EAGAIN,
                    "busy: as many requests wait as query.queue and "
                    "query.queue_bytes allow; try again");
    akin_log(AKIN_LOG_WARN, "busy", "waiting=%zu",
             akin_queue_length(server->queue));
    refuse(server, entry, &why);
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
    struct akin_queued entry = {0};
    enum akin_status st = AKIN_OK;

    while (st != AKIN_ECLOSED && akin_queue_take(w->server->queue, &entry)) {
        struct akin_error err = {0};

        st = serve_one(w, &entry, &err);
        complain(&err);
    }
    report_broken(w->server, "a worker");
    return NULL;
}

static void *
receive_all(void *ctx)
{
    struct akin_server *server = ctx;
    enum akin_status st = AKIN_OK;

    while (st != AKIN_ECLOSED && !atomic_load(&server->stopping)) {
        struct akin_queued entry = {0};
        struct akin_error err = {0};

        st = receive(server->front, &entry, &err);
        if (st == AKIN_OK && !akin_queue_put(server->queue, &entry))
            refuse_busy(server, &entry);
        complain(&err);
        akin_service_note_waiting(server->service,
                                  akin_queue_length(server->queue));
    }
    report_broken(server, "the receiver");
    return NULL;
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
    if (set_int(server->front, NN_SOL_SOCKET, NN_IPV4ONLY, 0) < 0 ||
        set_int(server->front, NN_SOL_SOCKET, NN_RCVTIMEO, LOOK_MS) < 0)
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
    if (pthread_create(&w->thread, NULL, work, w) != 0)
        return AKIN_FAIL(err, AKIN_EIO, "cannot start a worker thread");
    w->is_running = true;
    return AKIN_OK;
}

static enum akin_status
start(struct akin_server *server, struct akin_service *service,
      const struct akin_server_options *options, struct akin_error *err)
{
    enum akin_status st = open_front(server, options, err);

    for (size_t i = 0; st == AKIN_OK && i < server->n_workers; i++)
        st = start_worker(server, &server->workers[i], service, err);
    if (st != AKIN_OK)
        return st;
    if (pthread_create(&server->receiver, NULL, receive_all, server) != 0)
        return AKIN_FAIL(err, AKIN_EIO, "cannot start the receiver");
    server->is_receiving = true;
    return AKIN_OK;
}

enum akin_status
akin_server_start(struct akin_service *service,
                  const struct akin_server_options *options,
                  struct akin_server **out, struct akin_error *err)
{
    struct akin_server *server = akin_new(1, sizeof(*server));
    enum akin_status st;

    assert(options->n_workers >= 1 && options->n_listen >= 1);
    assert(options->max_bytes <= INT32_MAX);
    server->magic = MAGIC;
    server->front = -1;
    server->service = service;
    server->slow_ms = (double)options->slow_ms;
    server->broken = options->broken;
    server->queue =
        akin_queue_new(options->max_waiting, options->max_waiting_bytes);
    server->workers = akin_new(options->n_workers, sizeof(*server->workers));
    server->n_workers = options->n_workers;
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
        akin_session_free(server->workers[i].session);
        akin_buf_free(&server->workers[i].out);
    }
    free(server->workers);
}

static void
refuse_the_rest(struct akin_server *server)
{
    struct akin_queued entry = {0};
    struct akin_error why = {0};

    (void)AKIN_FAIL(&why, AKIN_ECLOSED, "the daemon is stopping");
    while (akin_queue_drain(server->queue, &entry))
        refuse(server, &entry, &why);
}

void
akin_server_stop(struct akin_server *server)
{
    struct timespec drain = {0, DRAIN_MS * 1000000L};

    if (server == NULL)
        return;
    assert(server->magic == MAGIC);
    atomic_store(&server->stopping, true);
    akin_queue_close(server->queue);
    stop_workers(server);
    if (server->is_receiving) {
        (void)pthread_join(server->receiver, NULL);
        refuse_the_rest(server);
        /* What was sent last is on its way: nanomsg does not wait for it. */
        (void)nanosleep(&drain, NULL);
    }
    close_socket(server->front);
    free_workers(server);
    akin_queue_free(server->queue);
    akin_buf_free(&server->refusal);
    server->magic = 0;
    free(server);
}
