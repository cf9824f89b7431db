/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_internal.h - what the routes see of a core and of a call.
 */
#ifndef AKIN_HTTP_INTERNAL_H
#define AKIN_HTTP_INTERNAL_H

#include "akin/config.h"

#include "core.h"
#include "gate.h"
#include "metrics.h"
#include "target.h"

struct akin_http_core {
    struct akin_service *service;
    struct akin_config config;
    struct akin_http_rules rules;
    struct akin_http_rates *rates;
    struct akin_http_metrics *metrics;
    uint64_t salt; /* of this run: in tags, since numbers of another store may
                      be the same */
};

/* What a name in the query means to the service. */
enum akin_http_kind {
    AKIN_HTTP_TEXT,
    AKIN_HTTP_INT,
    AKIN_HTTP_REAL,
    AKIN_HTTP_BOOL,
    AKIN_HTTP_LIST,   /* a,b and again c */
    AKIN_HTTP_AGAIN,  /* each time one more: values may have commas */
    AKIN_HTTP_INTS,   /* 1,2 and again 3 */
    AKIN_HTTP_REGION, /* x,y,w,h */
    AKIN_HTTP_WHERE   /* a filter as text, or as JSON when it begins with { */
};
struct akin_http_param {
    const char *name, *key; /* key: of the service's parameter */
    enum akin_http_kind kind;
};

struct akin_http_call {
    struct akin_http_core *core;
    struct akin_session *session; /* NULL in light routes */
    const struct akin_http_request *request;
    struct akin_http_target target;
    const struct akin_http_route *route; /* NULL: none was found */
    char *arg;                           /* what stands for {id}, or NULL */
    struct akin_http_answer answer;
    double began_ms;
    bool is_head;
};

typedef enum akin_status akin_http_route_fn(struct akin_http_call *call,
                                            struct akin_error *err);

#define AKIN_HTTP_PUBLIC 1U   /* no token is asked for */
#define AKIN_HTTP_LIGHT 2U    /* needs no session */
#define AKIN_HTTP_TAGGED 4U   /* changes only when the store does */
#define AKIN_HTTP_LENIENT 8U  /* names that are not known are passed over */
#define AKIN_HTTP_PICTURE 16U /* takes long, and can wait for the others */

struct akin_http_route {
    const char *method, *pattern; /* "{id}": one segment; "{id*}": the rest */
    akin_http_route_fn *run;
    const struct akin_http_param *params;
    size_t n_params;
    unsigned flags;
};
size_t akin__http_routes(const struct akin_http_route **out);

/* The route of a path, and its argument (owned by the caller). NULL: no such
 * path for this method; *allowed then gets the methods that there are ("":
 * there is no such path). HEAD goes where GET goes. */
const struct akin_http_route *
akin__http_route_find(const struct akin_http_target *target, const char *method,
                      char **arg, struct akin_buf *allowed);

/* The parameters of the query as the service takes them; an object, owned by
 * the caller. EINVAL: an unknown name, a value of another kind. */
enum akin_status akin__http_params(const struct akin_http_pairs *pairs,
                                   const struct akin_http_route *route,
                                   struct akin_json *out,
                                   struct akin_error *err) AKIN_MUST_USE;

/* Asks the service; a failure becomes the problem of the answer with what the
 * service left for it. */
enum akin_status akin__http_ask(struct akin_http_call *call, const char *method,
                                const struct akin_json *params,
                                struct akin_json **result,
                                struct akin_error *err) AKIN_MUST_USE;

/* true when the client has what this tag stands for: the answer is 304 then.
 * Sets the tag in any case. */
bool akin__http_not_modified(struct akin_http_call *call, const char *tag);

/* "Link: <...>; rel=..." to the same path with one parameter changed and
 * another one (or NULL) left out. */
void akin__http_link(struct akin_http_call *call, const char *rel,
                     const char *name, const char *value, const char *without);

/* The embedded /openapi.json. */
struct akin_span akin__http_openapi(void);

#endif
