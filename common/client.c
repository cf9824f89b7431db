/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.c - the asking side of nanomsg (REQ): connections to a daemon.
 *
 * Design notes. REQ asks again by itself when no answer came for a while, which
 * would make a busy daemon busier: that is switched off, and a daemon that dies
 * over a request shows as a time-out. Each call has its own number; an answer
 * to an earlier call that was given up is dropped by REQ itself.
 */
#include "akin/client.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>

#include "akin/proto.h"
#include "request.h"

/* A daemon that is just starting is found within this time. */
#define RECONNECT_MS 50
#define MAGIC 0x636c6e74u /* "clnt" */

struct akin_client {
    unsigned magic;
    int sock;
    int64_t id; /* of the last call */
    char *url;
    struct akin_buf request;
};

static enum akin_status
fail_nn(const char *what, const char *url, struct akin_error *err)
{
    int code = nn_errno();
    enum akin_status st = code == EINVAL || code == EPROTONOSUPPORT ||
                                  code == ENODEV || code == ENAMETOOLONG
                              ? AKIN_EINVAL
                              : AKIN_EIO;

    return AKIN_FAIL(err, st, "%s %s: %s", what, url, nn_strerror(code));
}

static int
set_int(int sock, int level, int option, int value)
{
    return nn_setsockopt(sock, level, option, &value, sizeof(value));
}

static enum akin_status
prepare(struct akin_client *client, struct akin_error *err)
{
    client->sock = nn_socket(AF_SP, NN_REQ);
    if (client->sock < 0)
        return fail_nn("socket for", client->url, err);
    if (set_int(client->sock, NN_REQ, NN_REQ_RESEND_IVL, INT_MAX) < 0 ||
        set_int(client->sock, NN_SOL_SOCKET, NN_RCVMAXSIZE, -1) < 0 ||
        set_int(client->sock, NN_SOL_SOCKET, NN_RECONNECT_IVL, RECONNECT_MS) <
            0)
        return fail_nn("settings of", client->url, err);
    if (nn_connect(client->sock, client->url) < 0)
        return fail_nn("connect to", client->url, err);
    return AKIN_OK;
}

enum akin_status
akin_client_open(const char *url, struct akin_client **out,
                 struct akin_error *err)
{
    struct akin_client *client = akin_new(1, sizeof(*client));
    enum akin_status st;

    client->magic = MAGIC;
    client->sock = -1;
    client->url = akin_strdup(url);
    if (strncmp(url, "ipc://", 6) != 0 && strncmp(url, "tcp://", 6) != 0 &&
        strncmp(url, "ws://", 5) != 0)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "%s: an address starts with ipc://, tcp:// or ws://",
                       url);
    else
        st = prepare(client, err);
    if (st != AKIN_OK) {
        akin_client_close(client);
        return st;
    }
    *out = client;
    return AKIN_OK;
}

void
akin_client_close(struct akin_client *client)
{
    if (client == NULL)
        return;
    if (client->sock >= 0)
        (void)nn_close(client->sock);
    akin_buf_free(&client->request);
    free(client->url);
    client->magic = 0;
    free(client);
}

/* The sentence for silence. A request that the daemon finds too long is met by
 * silence as well, so a long one is mentioned. */
static enum akin_status
fail_silent(const struct akin_client *client, size_t len, int timeout_ms,
            struct akin_error *err)
{
    char hint[96] = "";

    if (len > 1 << 20)
        (void)snprintf(hint, sizeof(hint),
                       ", and does its query.max_bytes allow %zu bytes", len);
    return AKIN_FAIL(err, AKIN_EAGAIN,
                     "no answer from %s within %g s; is akind running there%s?",
                     client->url, timeout_ms / 1000.0, hint);
}

static enum akin_status
fail_call(const struct akin_client *client, size_t len, int timeout_ms,
          struct akin_error *err)
{
    if (nn_errno() == ETIMEDOUT || nn_errno() == EAGAIN)
        return fail_silent(client, len, timeout_ms, err);
    return fail_nn("asking", client->url, err);
}

static enum akin_status
exchange(struct akin_client *client, struct akin_span request, int timeout_ms,
         void **answer, size_t *len, struct akin_error *err)
{
    int n;

    if (set_int(client->sock, NN_SOL_SOCKET, NN_SNDTIMEO, timeout_ms) < 0 ||
        set_int(client->sock, NN_SOL_SOCKET, NN_RCVTIMEO, timeout_ms) < 0)
        return fail_nn("settings of", client->url, err);
    n = akin__request(client->sock, request, answer);
    if (n < 0)
        return fail_call(client, request.len, timeout_ms, err);
    *len = (size_t)n;
    return AKIN_OK;
}

enum akin_status
akin_client_call(struct akin_client *client, const char *method,
                 const struct akin_json *params, int timeout_ms,
                 struct akin_json **result, struct akin_error *err)
{
    void *answer = NULL;
    size_t len = 0;
    enum akin_status st;

    assert(client->magic == MAGIC);
    akin_buf_clear(&client->request);
    akin_proto_write_request(++client->id, method, params, timeout_ms,
                             &client->request);
    st = exchange(client, akin_buf_span(&client->request), timeout_ms, &answer,
                  &len, err);
    if (st == AKIN_OK)
        st = akin_proto_parse_answer(akin_span_of(answer, len), client->id,
                                     result, err);
    if (answer != NULL)
        (void)nn_freemsg(answer);
    return st;
}

enum akin_status
akin_client_exchange(struct akin_client *client, struct akin_span request,
                     int timeout_ms, struct akin_buf *answer,
                     struct akin_error *err)
{
    void *message = NULL;
    size_t len = 0;
    enum akin_status st;

    assert(client->magic == MAGIC);
    akin_buf_clear(answer);
    st = exchange(client, request, timeout_ms, &message, &len, err);
    if (st == AKIN_OK)
        akin_buf_put(answer, message, len);
    if (message != NULL)
        (void)nn_freemsg(message);
    return st;
}
