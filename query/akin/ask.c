/* SPDX-License-Identifier: Apache-2.0 */
#include "ask.h"

#include <stdlib.h>
#include <string.h>

#include "akin/client.h"
#include "akin/config.h"
#include "akin/file.h"

#include "service.h"

/* As much as a request of the largest settable size could carry. */
#define SEND_MAX_BYTES ((uint64_t)1536 << 20)

struct akin_ask {
    struct akin_client *client; /* NULL: in process */
    struct akin_service *service;
    struct akin_session *session;
    int timeout_ms;
    bool is_ipc;
    bool knows_paths; /* may_path was asked for */
    bool may_path;
};

enum akin_status
akin_ask_config(const char *descriptor, struct akin_config *out,
                struct akin_error *err)
{
    const char *endpoint =
        descriptor != NULL ? descriptor : getenv("AKIN_DESCRIPTOR");

    akin_config_init(out);
    out->query_allow_paths = true; /* whoever asks reads the files */
    return endpoint == NULL
               ? AKIN_OK
               : akin_config_set(out, "descriptor.endpoint", endpoint, err);
}

static enum akin_status
open_store(const struct akin_cli_args *args, struct akin_ask *ask,
           struct akin_error *err)
{
    struct akin_config config;
    enum akin_status st = akin_ask_config(args->descriptor, &config, err);

    if (st == AKIN_OK)
        st = akin_service_open(args->store, &config, &ask->service, err);
    if (st == AKIN_OK)
        st = akin_session_new(ask->service, &ask->session, err);
    ask->knows_paths = ask->may_path = true;
    return st;
}

enum akin_status
akin_ask_open(const struct akin_cli_args *args, struct akin_ask **out,
              struct akin_error *err)
{
    struct akin_ask *ask = akin_new(1, sizeof(*ask));
    enum akin_status st;

    ask->timeout_ms = (int)(args->timeout_s * 1000);
    if (args->connect != NULL) {
        st = akin_client_open(args->connect, &ask->client, err);
        ask->is_ipc = strncmp(args->connect, "ipc://", 6) == 0;
    } else {
        st = open_store(args, ask, err);
    }
    if (st != AKIN_OK) {
        akin_ask_close(ask);
        return st;
    }
    *out = ask;
    return AKIN_OK;
}

void
akin_ask_close(struct akin_ask *ask)
{
    if (ask == NULL)
        return;
    akin_client_close(ask->client);
    akin_session_free(ask->session);
    akin_service_close(ask->service);
    free(ask);
}

enum akin_status
akin_ask_call(struct akin_ask *ask, const char *method,
              const struct akin_json *params, struct akin_json **result,
              struct akin_error *err)
{
    if (ask->client != NULL)
        return akin_client_call(ask->client, method, params, ask->timeout_ms,
                                result, err);
    return akin_service_call(ask->session, method, params, result, err);
}

/* Asks the daemon once whether it reads paths. */
static enum akin_status
learn_paths(struct akin_ask *ask, struct akin_error *err)
{
    struct akin_json *status = NULL;
    enum akin_status st = AKIN_OK;

    if (!ask->knows_paths && ask->is_ipc) {
        st = akin_ask_call(ask, "status", NULL, &status, err);
        if (st == AKIN_OK)
            ask->may_path =
                akin_json_true(akin_json_get(status, "allow_paths"));
        akin_json_free(status);
    }
    ask->knows_paths = st == AKIN_OK;
    return st;
}

static enum akin_status
bytes_of(const char *path, struct akin_json *image, struct akin_error *err)
{
    struct akin_buf bytes = {0}, text = {0};
    enum akin_status st = akin_file_read(path, SEND_MAX_BYTES, &bytes, err);

    if (st == AKIN_OK) {
        akin_base64_encode(akin_buf_span(&bytes), &text);
        akin_json_set(image, "base64",
                      akin_json_new_text(akin_buf_span(&text)));
    }
    akin_buf_free(&bytes);
    akin_buf_free(&text);
    return st;
}

enum akin_status
akin_ask_image(struct akin_ask *ask, const char *path, struct akin_json **out,
               struct akin_error *err)
{
    struct akin_json *image;
    char *real = NULL;
    enum akin_status st = learn_paths(ask, err);

    if (st == AKIN_OK)
        st = akin_path_real(path, &real, err);
    if (st != AKIN_OK)
        return st;
    image = akin_json_object();
    if (ask->may_path)
        akin_json_set_text(image, "path", real);
    else
        st = bytes_of(real, image, err);
    free(real);
    if (st == AKIN_OK)
        *out = image;
    else
        akin_json_free(image);
    return st;
}
