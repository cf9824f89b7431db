/* SPDX-License-Identifier: Apache-2.0 */
#include "exchange.h"

#include <string.h>

const char *
akin_http_field_name(enum akin_http_field field)
{
    static const char *const names[AKIN_HTTP_N_FIELDS] = {
        [AKIN_HTTP_HOST] = "Host",
        [AKIN_HTTP_ORIGIN] = "Origin",
        [AKIN_HTTP_AUTHORIZATION] = "Authorization",
        [AKIN_HTTP_ACCEPT] = "Accept",
        [AKIN_HTTP_ACCEPT_ENCODING] = "Accept-Encoding",
        [AKIN_HTTP_CONTENT_TYPE] = "Content-Type",
        [AKIN_HTTP_CONTENT_LENGTH] = "Content-Length",
        [AKIN_HTTP_IF_NONE_MATCH] = "If-None-Match",
        [AKIN_HTTP_REQUEST_ID] = "X-Request-Id"};

    return names[field];
}

void
akin_http_answer_free(struct akin_http_answer *answer)
{
    akin_buf_free(&answer->body);
    akin_buf_free(&answer->fields);
    *answer = (struct akin_http_answer){0};
}

void
akin_http_answer_reset(struct akin_http_answer *answer)
{
    akin_buf_clear(&answer->body);
    answer->fixed = (struct akin_span){0};
    answer->type = NULL;
    answer->etag[0] = '\0';
    answer->may_keep = false;
    answer->status = 0;
}

void
akin_http_answer_field(struct akin_http_answer *answer, const char *name,
                       const char *value)
{
    size_t at;

    akin_buf_printf(&answer->fields, "%s: ", name);
    at = answer->fields.len;
    akin_buf_puts(&answer->fields, value);
    for (; at < answer->fields.len; at++)
        if (answer->fields.data[at] < 0x20 || answer->fields.data[at] == 0x7f)
            answer->fields.data[at] = ' ';
    akin_buf_puts(&answer->fields, "\n");
}

struct akin_span
akin_http_answer_body(const struct akin_http_answer *answer)
{
    return answer->fixed.data != NULL ? answer->fixed
                                      : akin_buf_span(&answer->body);
}

void
akin_http_answer_json(struct akin_http_answer *answer,
                      const struct akin_json *json)
{
    answer->status = 200;
    answer->type = "application/json";
    akin_json_write(json, AKIN_JSON_COMPACT, &answer->body);
}

const char *
akin_http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } known[] = {{200, "OK"},
                 {204, "No Content"},
                 {304, "Not Modified"},
                 {400, "Bad Request"},
                 {401, "Unauthorized"},
                 {403, "Forbidden"},
                 {404, "Not Found"},
                 {405, "Method Not Allowed"},
                 {406, "Not Acceptable"},
                 {410, "Gone"},
                 {413, "Content Too Large"},
                 {415, "Unsupported Media Type"},
                 {421, "Misdirected Request"},
                 {422, "Unprocessable Content"},
                 {429, "Too Many Requests"},
                 {500, "Internal Server Error"},
                 {502, "Bad Gateway"},
                 {503, "Service Unavailable"}};

    for (size_t i = 0; i < AKIN_COUNT(known); i++)
        if (known[i].status == status)
            return known[i].reason;
    return "";
}

void
akin_http_problem(struct akin_http_answer *answer, int status, const char *code,
                  const char *detail, const struct akin_json *more)
{
    struct akin_json *json = akin_json_object(), *value = NULL;
    struct akin_buf type = {0};
    const char *key = NULL;
    void *it = NULL;

    akin_http_answer_reset(answer);
    akin_buf_printf(&type, "/docs#problem-%s", code);
    akin_json_set_text(json, "type", akin_buf_text(&type));
    akin_json_set_text(json, "title", akin_http_reason(status));
    akin_json_set_int(json, "status", status);
    akin_json_set_text(json, "detail", detail);
    akin_json_set_text(json, "code", code);
    if (answer->id[0] != '\0')
        akin_json_set_text(json, "request_id", answer->id);
    while (akin_json_next(more, &it, &key, &value))
        if (strcmp(key, "status") != 0)
            akin_json_set(json, key, akin_json_copy(value));
    akin_http_answer_json(answer, json);
    answer->status = status;
    answer->type = "application/problem+json";
    if (status == 503)
        akin_http_answer_field(answer, "Retry-After", "1");
    akin_buf_free(&type);
    akin_json_free(json);
}

void
akin_http_problem_of(struct akin_http_answer *answer,
                     const struct akin_error *error,
                     const struct akin_json *more, bool has_body)
{
    static const struct {
        enum akin_status status;
        int http;
        const char *code;
    } table[] = {{AKIN_ENOTFOUND, 404, "not-found"},
                 {AKIN_EINVAL, 400, "invalid"},
                 {AKIN_EFORMAT, 422, "bad-format"},
                 {AKIN_ELIMIT, 413, "over-a-limit"},
                 {AKIN_EAGAIN, 503, "try-again"},
                 {AKIN_ECLOSED, 503, "stopping"},
                 {AKIN_ESTALE, 500, "does-not-belong-together"},
                 {AKIN_ENOMEM, 503, "out-of-memory"},
                 {AKIN_EIO, 500, "input-output"}};

    for (size_t i = 0; i < AKIN_COUNT(table); i++)
        if (table[i].status == error->status) {
            bool gone = akin_json_get(more, "tombstone") != NULL;
            int http = table[i].http;

            /* Without a body it is the address that is too much, or wrong. */
            if (!has_body && (http == 413 || http == 422))
                http = 400;
            akin_http_problem(answer, gone ? 410 : http,
                              gone ? "removed" : table[i].code, error->text,
                              more);
            return;
        }
    akin_http_problem(answer, 500, "internal", error->text, more);
}
