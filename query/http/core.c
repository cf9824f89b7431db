/* SPDX-License-Identifier: Apache-2.0 */
#include "core.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "akin/hash.h"
#include "akin/log.h"

#include "http_internal.h"
#include "negotiate.h"
#include "service_internal.h"

/* Pages come from here alone; pictures a person has dropped are blobs. */
#define CONTENT_POLICY                                                         \
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "      \
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

struct akin_http_core *
akin_http_core_new(struct akin_service *service,
                   const struct akin_config *config,
                   const struct akin_http_rules *rules)
{
    struct akin_http_core *core = akin_new(1, sizeof(*core));
    const struct akin_http_route *routes;
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    core->service = service;
    core->config = *config;
    core->rules = *rules;
    core->rates = akin_http_rates_new(config->http_rate, config->http_burst);
    core->metrics = akin_http_metrics_new(akin__http_routes(&routes));
    core->salt = akin_hash_mix((uint64_t)now.tv_sec, (uint64_t)now.tv_nsec);
    return core;
}

void
akin_http_core_free(struct akin_http_core *core)
{
    if (core == NULL)
        return;
    akin_http_rates_free(core->rates);
    akin_http_metrics_free(core->metrics);
    free(core);
}

void
akin_http_core_waiting(struct akin_http_core *core, int change)
{
    akin_http_metrics_waiting(core->metrics, change);
}

/* What the client calls the request, where that is a word; else a new name. */
static void
name_request(struct akin_http_call *call)
{
    static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                               "uvwxyz0123456789-_.";
    static atomic_ullong serial;
    const char *given = call->request->field[AKIN_HTTP_REQUEST_ID];
    char *id = call->answer.id;

    if (given != NULL && given[0] != '\0' &&
        strlen(given) <= AKIN_HTTP_ID_MAX &&
        strspn(given, fine) == strlen(given))
        (void)snprintf(id, sizeof(call->answer.id), "%s", given);
    else
        (void)snprintf(
            id, sizeof(call->answer.id), "%016" PRIx64,
            akin_hash_mix(call->core->salt, atomic_fetch_add(&serial, 1)));
}

struct akin_http_call *
akin_http_call_new(struct akin_http_core *core,
                   const struct akin_http_request *req)
{
    struct akin_http_call *call = akin_new(1, sizeof(*call));

    call->core = core;
    call->request = req;
    call->began_ms = akin__now_ms();
    call->is_head = strcmp(req->method, "HEAD") == 0;
    name_request(call);
    return call;
}

void
akin_http_call_free(struct akin_http_call *call)
{
    if (call == NULL)
        return;
    akin_http_target_free(&call->target);
    akin_http_answer_free(&call->answer);
    free(call->arg);
    free(call);
}

struct akin_http_answer *
akin_http_call_answer(struct akin_http_call *call)
{
    return &call->answer;
}

bool
akin_http_call_is_light(const struct akin_http_call *call)
{
    return call->route != NULL && (call->route->flags & AKIN_HTTP_LIGHT) != 0;
}

bool
akin_http_call_is_picture(const struct akin_http_call *call)
{
    return call->route != NULL && (call->route->flags & AKIN_HTTP_PICTURE) != 0;
}

uint64_t
akin_http_call_max_body(const struct akin_http_call *call)
{
    return call->route != NULL && strcmp(call->route->method, "POST") == 0
               ? call->core->config.http_max_bytes
               : 0;
}

void
akin_http_call_refuse(struct akin_http_call *call, int status, const char *code,
                      const char *detail)
{
    akin_http_problem(&call->answer, status, code, detail, NULL);
}

/* Names of hosts and origins, and how often. */
static bool
pass_gate(struct akin_http_call *call)
{
    const struct akin_http_rules *rules = &call->core->rules;
    const char *const *field = call->request->field;
    const char *origin = field[AKIN_HTTP_ORIGIN];
    char wait_text[16];
    unsigned wait_s;

    if (!akin_http_host_ok(rules, field[AKIN_HTTP_HOST])) {
        akin_http_call_refuse(
            call, 421, "unknown-host",
            "this daemon answers to names of this machine only (127.0.0.1, "
            "localhost); --http-host gives it another");
        return false;
    }
    if (origin != NULL && strcmp(call->request->method, "POST") == 0 &&
        !akin_http_same_origin(origin, field[AKIN_HTTP_HOST]) &&
        !akin_http_origin_ok(rules, origin)) {
        akin_http_call_refuse(call, 403, "foreign-page",
                              "pages of this origin may not ask here; "
                              "--http-origin permits it");
        return false;
    }
    if (akin_http_rates_take(call->core->rates, call->request->client,
                             call->began_ms, &wait_s))
        return true;
    akin_http_call_refuse(call, 429, "too-often",
                          "more requests than http.rate allows one address");
    (void)snprintf(wait_text, sizeof(wait_text), "%u", wait_s);
    akin_http_answer_field(&call->answer, "Retry-After", wait_text);
    return false;
}

static bool
pass_token(struct akin_http_call *call)
{
    const char *token = call->core->rules.token;

    if (token == NULL || (call->route->flags & AKIN_HTTP_PUBLIC) != 0 ||
        akin_http_token_ok(token,
                           call->request->field[AKIN_HTTP_AUTHORIZATION]))
        return true;
    akin_http_call_refuse(call, 401, "token-needed",
                          "Authorization: Bearer TOKEN is needed here");
    akin_http_answer_field(&call->answer, "WWW-Authenticate",
                           "Bearer realm=\"akin\"");
    return false;
}

static void
answer_no_route(struct akin_http_call *call, const char *allowed)
{
    char detail[256];

    if (allowed[0] == '\0') {
        (void)snprintf(detail, sizeof(detail),
                       "there is nothing at %.120s; /docs lists what there is",
                       call->request->uri);
        akin_http_call_refuse(call, 404, "no-such-path", detail);
        return;
    }
    if (strcmp(call->request->method, "OPTIONS") == 0) {
        call->answer.status = 204;
        akin_http_answer_field(&call->answer, "Access-Control-Allow-Methods",
                               allowed);
        akin_http_answer_field(&call->answer, "Access-Control-Allow-Headers",
                               "Authorization, Content-Type, X-Request-Id");
        akin_http_answer_field(&call->answer, "Access-Control-Max-Age", "600");
    } else {
        (void)snprintf(detail, sizeof(detail), "%.16s is not done here; %s is",
                       call->request->method, allowed);
        akin_http_call_refuse(call, 405, "method-not-allowed", detail);
    }
    akin_http_answer_field(&call->answer, "Allow", allowed);
}

/* A body that is told to be too large is refused before it is sent. */
static bool
pass_length(struct akin_http_call *call)
{
    const char *text = call->request->field[AKIN_HTTP_CONTENT_LENGTH];
    uint64_t max = akin_http_call_max_body(call);
    char detail[128];

    if (text == NULL || strcmp(call->route->method, "POST") != 0 ||
        strtoull(text, NULL, 10) <= max)
        return true;
    (void)snprintf(detail, sizeof(detail),
                   "a body may have http.max_bytes (%" PRIu64 ") bytes", max);
    akin_http_call_refuse(call, 413, "over-a-limit", detail);
    return false;
}

bool
akin_http_call_begin(struct akin_http_call *call)
{
    struct akin_buf allowed = {0};
    struct akin_error err = {0};

    if (!pass_gate(call))
        return true;
    if (akin_http_target_parse(call->request->uri, &call->target, &err) !=
        AKIN_OK) {
        akin_http_problem_of(&call->answer, &err, NULL, false);
        return true;
    }
    call->route = akin__http_route_find(&call->target, call->request->method,
                                        &call->arg, &allowed);
    if (call->route == NULL)
        answer_no_route(call, akin_buf_text(&allowed));
    akin_buf_free(&allowed);
    return call->route == NULL || !pass_token(call) || !pass_length(call);
}

/* The tag of what changes only when the store does. */
static bool
store_not_modified(struct akin_http_call *call)
{
    const char *accept = call->request->field[AKIN_HTTP_ACCEPT];
    struct akin_buf what = {0};
    struct akin_hash hash;
    uint64_t change = 0;
    char tag[64];

    if (akin_store_change(akin_snapshots_store(call->core->service->snapshots),
                          &change, NULL) != AKIN_OK)
        return false;
    akin_buf_printf(&what, "%" PRIu64 "\n%" PRIu64 "\n%s\n%s", call->core->salt,
                    change, call->request->uri, accept != NULL ? accept : "");
    hash = akin_hash_of(akin_buf_span(&what));
    akin_buf_free(&what);
    (void)snprintf(tag, sizeof(tag), "W/\"%" PRIx64 "-%016" PRIx64 "\"", change,
                   akin_le64(hash.bytes));
    return akin__http_not_modified(call, tag);
}

bool
akin__http_not_modified(struct akin_http_call *call, const char *tag)
{
    const char *given = call->request->field[AKIN_HTTP_IF_NONE_MATCH];
    bool same = akin_http_tag_matches(given, tag);

    if (same) {
        akin_http_answer_reset(&call->answer);
        call->answer.status = 304;
    }
    (void)snprintf(call->answer.etag, sizeof(call->answer.etag), "%s", tag);
    return same;
}

void
akin_http_call_run(struct akin_http_call *call, struct akin_session *session)
{
    struct akin_error err = {0};

    call->session = session;
    if ((call->route->flags & AKIN_HTTP_TAGGED) != 0 &&
        store_not_modified(call))
        return;
    if (call->route->run(call, &err) != AKIN_OK && call->answer.status == 0)
        akin_http_problem_of(&call->answer, &err, NULL,
                             call->request->body.len > 0);
    if (call->answer.status >= 400)
        call->answer.etag[0] = '\0';
}

enum akin_status
akin__http_ask(struct akin_http_call *call, const char *method,
               const struct akin_json *params, struct akin_json **result,
               struct akin_error *err)
{
    enum akin_status st;

    akin__session_deadline(call->session, 0);
    st = akin_service_call(call->session, method, params, result, err);
    if (st != AKIN_OK)
        akin_http_problem_of(&call->answer, err, call->session->error_data,
                             call->request->body.len > 0);
    return st;
}

static void
add_origin(struct akin_http_call *call)
{
    const char *origin = call->request->field[AKIN_HTTP_ORIGIN];

    if (call->core->rules.n_origins == 0)
        return;
    akin_http_answer_field(&call->answer, "Vary", "Origin");
    if (!akin_http_origin_ok(&call->core->rules, origin))
        return;
    akin_http_answer_field(&call->answer, "Access-Control-Allow-Origin",
                           origin);
    akin_http_answer_field(&call->answer, "Access-Control-Expose-Headers",
                           "ETag, Link, Retry-After, X-Request-Id");
}

static bool
is_compressible(const char *type)
{
    return strncmp(type, "text/", 5) == 0 || strstr(type, "json") != NULL ||
           strstr(type, "svg") != NULL;
}

static void
compress(struct akin_http_call *call)
{
    struct akin_http_answer *answer = &call->answer;
    struct akin_span body = akin_http_answer_body(answer);
    struct akin_buf packed = {0};

    if (answer->type == NULL || !is_compressible(answer->type))
        return;
    akin_http_answer_field(answer, "Vary", "Accept-Encoding, Accept");
    if (body.len < call->core->config.http_gzip_min ||
        !akin_http_accepts_gzip(
            call->request->field[AKIN_HTTP_ACCEPT_ENCODING]) ||
        akin_http_gzip(body, &packed, NULL) != AKIN_OK) {
        akin_buf_free(&packed);
        return;
    }
    akin_buf_free(&answer->body);
    answer->body = packed;
    answer->fixed = (struct akin_span){0};
    akin_http_answer_field(answer, "Content-Encoding", "gzip");
    /* Other bytes under the same tag are the same only weakly. */
    if (answer->etag[0] == '"') {
        memmove(answer->etag + 2, answer->etag, sizeof(answer->etag) - 2);
        answer->etag[sizeof(answer->etag) - 1] = '\0';
        answer->etag[0] = 'W';
        answer->etag[1] = '/';
    }
}

void
akin_http_call_finish(struct akin_http_call *call)
{
    struct akin_http_answer *answer = &call->answer;
    const struct akin_http_route *routes;
    size_t route = akin__http_routes(&routes);

    compress(call);
    akin_http_answer_field(answer, "X-Request-Id", answer->id);
    akin_http_answer_field(answer, "X-Content-Type-Options", "nosniff");
    akin_http_answer_field(answer, "Content-Security-Policy", CONTENT_POLICY);
    akin_http_answer_field(answer, "Referrer-Policy", "no-referrer");
    if (answer->etag[0] != '\0')
        akin_http_answer_field(answer, "ETag", answer->etag);
    akin_http_answer_field(answer, "Cache-Control",
                           answer->may_keep          ? "private, max-age=86400"
                           : answer->etag[0] != '\0' ? "no-cache"
                                                     : "no-store");
    add_origin(call);
    if (call->route != NULL)
        route = (size_t)(call->route - routes);
    akin_http_metrics_count(call->core->metrics, route, answer->status,
                            akin__now_ms() - call->began_ms,
                            call->is_head ? 0
                                          : akin_http_answer_body(answer).len);
}

void
akin_http_call_log(const struct akin_http_call *call)
{
    const struct akin_http_answer *answer = &call->answer;

    akin_log(answer->status == 500 ? AKIN_LOG_ERROR : AKIN_LOG_INFO, "http",
             "%s %s status=%d ms=%.1f in=%zu out=%zu client=%s id=%s",
             call->request->method,
             call->route != NULL ? call->route->pattern : "-", answer->status,
             akin__now_ms() - call->began_ms, call->request->body.len,
             akin_http_answer_body(answer).len, call->request->client,
             answer->id);
}
