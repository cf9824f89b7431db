/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange.h - a request as a route sees it, and the answer it makes: plain
 * data, without sockets, so that tests and fuzzers make them, too.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_HTTP_EXCHANGE_H
#define AKIN_HTTP_EXCHANGE_H

#include "akin/json.h"

/* The header fields that anything here looks at. */
enum akin_http_field {
    AKIN_HTTP_HOST,
    AKIN_HTTP_ORIGIN,
    AKIN_HTTP_AUTHORIZATION,
    AKIN_HTTP_ACCEPT,
    AKIN_HTTP_ACCEPT_ENCODING,
    AKIN_HTTP_CONTENT_TYPE,
    AKIN_HTTP_CONTENT_LENGTH,
    AKIN_HTTP_IF_NONE_MATCH,
    AKIN_HTTP_REQUEST_ID,
    AKIN_HTTP_N_FIELDS
};
/* "Host", "Origin", ... */
const char *akin_http_field_name(enum akin_http_field field);

#define AKIN_HTTP_ID_MAX 64

struct akin_http_request {
    const char *method; /* "GET" */
    const char *uri;    /* as sent: "/v1/search?text=a%20b" */
    const char *field[AKIN_HTTP_N_FIELDS]; /* NULL: not sent */
    const char *client;                    /* address of the other side */
    struct akin_span body;
};

/* Start from {0}; free with akin_http_answer_free. */
struct akin_http_answer {
    int status;       /* 0: none yet */
    const char *type; /* media type, static; NULL: no body */
    struct akin_buf body;
    struct akin_span fixed; /* instead of body: bytes that stay for ever */
    struct akin_buf fields; /* "Name: value\n" for each further field */
    char etag[64];          /* with its quotes; "": none */
    char id[AKIN_HTTP_ID_MAX + 1];
    bool may_keep; /* the client may use it again without asking, for a day */
};
void akin_http_answer_free(struct akin_http_answer *answer);

/* Drops what was made so far (body, type, tag), for another answer instead;
 * id and fields stay. */
void akin_http_answer_reset(struct akin_http_answer *answer);

/* Adds a header field; control characters in the value become blanks. */
void akin_http_answer_field(struct akin_http_answer *answer, const char *name,
                            const char *value);

/* The bytes to send. */
struct akin_span akin_http_answer_body(const struct akin_http_answer *answer);

/* 200 with a value as JSON; the value is borrowed. */
void akin_http_answer_json(struct akin_http_answer *answer,
                           const struct akin_json *json);

/* A problem (RFC 9457) instead of what was there. code: a word for programs,
 * "not-found"; detail: the sentence for people. more: members that join it, or
 * NULL (borrowed). */
void akin_http_problem(struct akin_http_answer *answer, int status,
                       const char *code, const char *detail,
                       const struct akin_json *more);

/* The problem that stands for a failure of akin's own. has_body: the request
 * brought something that may be broken or too large. */
void akin_http_problem_of(struct akin_http_answer *answer,
                          const struct akin_error *error,
                          const struct akin_json *more, bool has_body);

/* "Not Found" of 404; "" of a number that is never used here. */
const char *akin_http_reason(int status);

#endif
