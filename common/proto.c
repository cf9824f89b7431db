/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/proto.h"

#include <stdlib.h>
#include <string.h>

void
akin_request_free(struct akin_request *request)
{
    akin_json_free(request->id);
    akin_json_free(request->params);
    free(request->method);
    *request = (struct akin_request){0};
}

int
akin_proto_code(enum akin_status status)
{
    switch (status) {
    case AKIN_ENOTFOUND:
        return AKIN_RPC_NOTFOUND;
    case AKIN_EINVAL:
    case AKIN_EFORMAT:
        return AKIN_RPC_PARAMS;
    case AKIN_ELIMIT:
        return AKIN_RPC_LIMIT;
    case AKIN_EAGAIN:
    case AKIN_ECLOSED:
        return AKIN_RPC_BUSY;
    case AKIN_ESTALE:
        return AKIN_RPC_STALE;
    case AKIN_OK:
    case AKIN_EIO:
    case AKIN_ENOMEM:
    case AKIN_EINTERNAL:
        break;
    }
    return AKIN_RPC_INTERNAL;
}

/* The other way round, for answers that carry no status name: those of other
 * programs, or of a later akin. */
static enum akin_status
status_of_code(int64_t code)
{
    switch (code) {
    case AKIN_RPC_PARSE:
        return AKIN_EFORMAT;
    case AKIN_RPC_REQUEST:
    case AKIN_RPC_METHOD:
    case AKIN_RPC_PARAMS:
        return AKIN_EINVAL;
    case AKIN_RPC_NOTFOUND:
        return AKIN_ENOTFOUND;
    case AKIN_RPC_LIMIT:
        return AKIN_ELIMIT;
    case AKIN_RPC_BUSY:
        return AKIN_EAGAIN;
    case AKIN_RPC_STALE:
        return AKIN_ESTALE;
    default:
        return AKIN_EINTERNAL;
    }
}

static enum akin_status
status_of_name(const char *name, int64_t code)
{
    for (int i = AKIN_ENOTFOUND; name != NULL && i <= AKIN_EINTERNAL; i++)
        if (strcmp(name, akin_status_name((enum akin_status)i)) == 0)
            return (enum akin_status)i;
    return status_of_code(code);
}

static bool
is_id(const struct akin_json *json)
{
    enum akin_json_type type = akin_json_type(json);

    return type == AKIN_JSON_STRING || type == AKIN_JSON_INT ||
           type == AKIN_JSON_REAL || type == AKIN_JSON_NULL;
}

/* The members of a request, each with its own sentence. The id comes first, so
 * that every later refusal can be answered under it. */
static enum akin_status
read_request(const struct akin_json *json, struct akin_request *out,
             int *rpc_code, struct akin_error *err)
{
    struct akin_json *id = akin_json_get(json, "id");
    struct akin_json *params = akin_json_get(json, "params");
    struct akin_json *deadline = akin_json_get(json, "deadline_ms");
    const char *version = akin_json_text(json, "jsonrpc");
    const char *method = akin_json_text(json, "method");

    *rpc_code = AKIN_RPC_REQUEST;
    if (akin_json_type(json) == AKIN_JSON_ARRAY)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "batches are not answered: send one request object "
                         "in each message");
    if (akin_json_type(json) != AKIN_JSON_OBJECT)
        return AKIN_FAIL(err, AKIN_EINVAL, "a request is a JSON object");
    if (id != NULL && !is_id(id))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "id must be a string, a number or null");
    out->id = id == NULL ? NULL : akin_json_share(id);
    if (version == NULL || strcmp(version, "2.0") != 0)
        return AKIN_FAIL(err, AKIN_EINVAL, "jsonrpc must be \"2.0\"");
    if (method == NULL || method[0] == '\0')
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "method must be the name of a method");
    if (deadline != NULL &&
        (!akin_json_int(deadline, &out->deadline_ms) || out->deadline_ms < 1))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "deadline_ms must be a whole number of milliseconds "
                         "from 1");
    *rpc_code = AKIN_RPC_PARAMS;
    if (params != NULL && akin_json_type(params) != AKIN_JSON_OBJECT)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "params must be an object of named parameters");
    out->method = akin_strdup(method);
    out->params = params == NULL ? akin_json_object() : akin_json_share(params);
    *rpc_code = 0;
    return AKIN_OK;
}

enum akin_status
akin_proto_parse_request(struct akin_span text, struct akin_request *out,
                         int *rpc_code, struct akin_error *err)
{
    struct akin_json *json = NULL;
    enum akin_status st = akin_json_parse(text, &json, err);

    *out = (struct akin_request){0};
    if (st != AKIN_OK) {
        *rpc_code = AKIN_RPC_PARSE;
        akin_error_prefix(err, "request");
        return st;
    }
    st = read_request(json, out, rpc_code, err);
    akin_json_free(json);
    return st;
}

void
akin_proto_write_request(int64_t id, const char *method,
                         const struct akin_json *params, int64_t deadline_ms,
                         struct akin_buf *out)
{
    struct akin_json *name = akin_json_new_string(method);

    /* Written in parts: params may hold an image, which need not be copied
     * once more for this. */
    akin_buf_printf(
        out, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":", (long long)id);
    akin_json_write(name, AKIN_JSON_COMPACT, out);
    if (params != NULL) {
        akin_buf_puts(out, ",\"params\":");
        akin_json_write(params, AKIN_JSON_COMPACT, out);
    }
    if (deadline_ms > 0)
        akin_buf_printf(out, ",\"deadline_ms\":%lld", (long long)deadline_ms);
    akin_buf_puts(out, "}");
    akin_json_free(name);
}

static void
write_head(const struct akin_json *id, struct akin_buf *out)
{
    akin_buf_puts(out, "{\"jsonrpc\":\"2.0\",\"id\":");
    if (id == NULL)
        akin_buf_puts(out, "null");
    else
        akin_json_write(id, AKIN_JSON_COMPACT, out);
}

void
akin_proto_write_result(const struct akin_json *id,
                        const struct akin_json *result, struct akin_buf *out)
{
    write_head(id, out);
    akin_buf_puts(out, ",\"result\":");
    akin_json_write(result, AKIN_JSON_COMPACT, out);
    akin_buf_puts(out, "}");
}

void
akin_proto_write_error(const struct akin_json *id, int rpc_code,
                       const struct akin_error *error,
                       const struct akin_json *data, struct akin_buf *out)
{
    struct akin_json *object = akin_json_object();
    struct akin_json *full =
        data == NULL ? akin_json_object() : akin_json_copy(data);

    akin_json_set_text(full, "status", akin_status_name(error->status));
    akin_json_set_int(object, "code",
                      rpc_code != 0 ? rpc_code
                                    : akin_proto_code(error->status));
    akin_json_set_text(object, "message", error->text);
    akin_json_set(object, "data", full);
    write_head(id, out);
    akin_buf_puts(out, ",\"error\":");
    akin_json_write(object, AKIN_JSON_COMPACT, out);
    akin_buf_puts(out, "}");
    akin_json_free(object);
}

/* Turns the error member of an answer into a failure with its words. */
static enum akin_status
fail_as_told(const struct akin_json *error, struct akin_error *err)
{
    const char *text = akin_json_text(error, "message");
    const char *name = akin_json_text(akin_json_get(error, "data"), "status");
    int64_t code = 0;

    (void)akin_json_int(akin_json_get(error, "code"), &code);
    return AKIN_FAIL(err, status_of_name(name, code), "%s",
                     text == NULL ? "an error without a message" : text);
}

enum akin_status
akin_proto_parse_answer(struct akin_span text, int64_t id,
                        struct akin_json **result, struct akin_error *err)
{
    struct akin_json *json = NULL, *error, *value;
    enum akin_status st = akin_json_parse(text, &json, err);
    int64_t got = 0;
    bool is_ours;

    if (st != AKIN_OK) {
        akin_error_prefix(err, "answer");
        return st;
    }
    error = akin_json_get(json, "error");
    value = akin_json_get(json, "result");
    is_ours = akin_json_int(akin_json_get(json, "id"), &got) && got == id;
    /* A request that could not be read is answered without its id. */
    if (akin_json_type(error) == AKIN_JSON_OBJECT &&
        (is_ours ||
         akin_json_type(akin_json_get(json, "id")) == AKIN_JSON_NULL))
        st = fail_as_told(error, err);
    else if (value == NULL || !is_ours)
        st = AKIN_FAIL(err, AKIN_EFORMAT, "this is no answer to request %lld",
                       (long long)id);
    else
        *result = akin_json_share(value);
    akin_json_free(json);
    return st;
}
