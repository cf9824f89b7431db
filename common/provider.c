/* SPDX-License-Identifier: Apache-2.0 */
/*
 * provider.c - the asking side.
 *
 * REQ sends a request again when the peer it went to is gone, which is right
 * here: describing twice gives the same numbers. Asking again while the peer
 * still works on it is switched off.
 */
#include "akin/provider.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>

#include "provider_wire.h"
#include "request.h"

#define RECONNECT_MS 50

struct akin_provider {
    int sock;
    int timeout_ms;
    char *endpoint;
    uint32_t number; /* of the last request */
    struct akin_buf request;
};

static enum akin_status
fail_nn(const char *what, struct akin_error *err)
{
    return AKIN_FAIL(err, nn_errno() == EINVAL ? AKIN_EINVAL : AKIN_EIO,
                     "%s: %s", what, nn_strerror(nn_errno()));
}

static int
set_int(int sock, int level, int option, int value)
{
    return nn_setsockopt(sock, level, option, &value, sizeof(value));
}

static enum akin_status
prepare(struct akin_provider *p, struct akin_error *err)
{
    int largest = (int)akin__provider_reply_max(AKIN__PROVIDER_TILES);

    if (strncmp(p->endpoint, "ipc://", 6) != 0 &&
        strncmp(p->endpoint, "tcp://", 6) != 0 &&
        strncmp(p->endpoint, "ws://", 5) != 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "an address starts with ipc://, tcp:// or ws://");
    p->sock = nn_socket(AF_SP, NN_REQ);
    if (p->sock < 0)
        return fail_nn("socket", err);
    if (set_int(p->sock, NN_REQ, NN_REQ_RESEND_IVL, INT_MAX) < 0 ||
        set_int(p->sock, NN_SOL_SOCKET, NN_RCVMAXSIZE, largest) < 0 ||
        set_int(p->sock, NN_SOL_SOCKET, NN_SNDTIMEO, p->timeout_ms) < 0 ||
        set_int(p->sock, NN_SOL_SOCKET, NN_RCVTIMEO, p->timeout_ms) < 0 ||
        set_int(p->sock, NN_SOL_SOCKET, NN_RECONNECT_IVL, RECONNECT_MS) < 0)
        return fail_nn("socket settings", err);
    if (nn_connect(p->sock, p->endpoint) < 0)
        return fail_nn("connect", err);
    return AKIN_OK;
}

enum akin_status
akin_provider_open(const char *endpoint, uint64_t timeout_ms,
                   struct akin_provider **out, struct akin_error *err)
{
    struct akin_provider *provider = akin_new(1, sizeof(*provider));
    enum akin_status st;

    provider->sock = -1;
    provider->endpoint = akin_strdup(endpoint);
    provider->timeout_ms = timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms;
    st = prepare(provider, err);
    if (st != AKIN_OK) {
        akin_error_prefix(err, "descriptor.endpoint %s", endpoint);
        akin_provider_close(provider);
        return st;
    }
    *out = provider;
    return AKIN_OK;
}

void
akin_provider_close(struct akin_provider *provider)
{
    if (provider == NULL)
        return;
    if (provider->sock >= 0)
        (void)nn_close(provider->sock);
    akin_buf_free(&provider->request);
    free(provider->endpoint);
    free(provider);
}

static enum akin_status
fail_exchange(const struct akin_provider *p, struct akin_error *err)
{
    if (nn_errno() == ETIMEDOUT || nn_errno() == EAGAIN)
        return AKIN_FAIL(err, AKIN_EAGAIN,
                         "no answer within %g s (descriptor.timeout_ms); is it "
                         "running there?",
                         p->timeout_ms / 1000.0);
    return fail_nn("asking", err);
}

/* Sends p->request and waits; *reply is freed with nn_freemsg. */
static enum akin_status
exchange(struct akin_provider *p, void **reply, size_t *len,
         struct akin_error *err)
{
    int n = akin__request(p->sock, akin_buf_span(&p->request), reply);

    if (n < 0)
        return fail_exchange(p, err);
    *len = (size_t)n;
    return AKIN_OK;
}

static enum akin_status
ask(struct akin_provider *p, const struct akin_provider_tiles *tiles,
    const struct akin_feature_set *want, struct akin_feature_set *set,
    float *out, struct akin_error *err)
{
    struct akin__provider_wanted wanted = {
        .kind = tiles == NULL ? AKIN__PROVIDER_HELLO : AKIN__PROVIDER_DESCRIBE,
        .number = ++p->number,
        .n = tiles == NULL ? 0 : tiles->n,
        .set = want};
    void *reply = NULL;
    size_t len = 0;
    enum akin_status st =
        akin__provider_put_request(wanted.number, tiles, &p->request, err);

    if (st == AKIN_OK)
        st = exchange(p, &reply, &len, err);
    if (st == AKIN_OK)
        st = akin__provider_get_reply(akin_span_of(reply, len), &wanted, set,
                                      out, err);
    if (reply != NULL)
        (void)nn_freemsg(reply);
    if (st != AKIN_OK)
        akin_error_prefix(err, "the descriptor at %s", p->endpoint);
    return st;
}

enum akin_status
akin_provider_hello(struct akin_provider *provider,
                    struct akin_feature_set *out, struct akin_error *err)
{
    return ask(provider, NULL, NULL, out, NULL, err);
}

enum akin_status
akin_provider_describe(struct akin_provider *provider,
                       const struct akin_feature_set *set,
                       const struct akin_provider_tiles *tiles, float *out,
                       struct akin_error *err)
{
    struct akin_feature_set found;

    return ask(provider, tiles, set, &found, out, err);
}
