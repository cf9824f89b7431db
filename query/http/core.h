/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core.h - HTTP without sockets: a request in, an answer out.
 *
 * One core is shared by all that serve; a call is one request on its way:
 *
 *   begin    reads the target, asks the gate (host, token, rate, size), finds
 *            the route; true: the answer is made already, perhaps a refusal
 *   run      lets the route answer, with a session of the service
 *   finish   adds what every answer has (headers, gzip, counts)
 *
 * Threads: a core may be used by all; a call by one at a time. A route that is
 * light needs no session, and takes no time.
 */
#ifndef AKIN_HTTP_CORE_H
#define AKIN_HTTP_CORE_H

#include "exchange.h"
#include "service.h"

struct akin_http_core; /* opaque */

/* All borrowed; they must outlive the core. */
struct akin_http_rules {
    bool is_local;     /* only this machine reaches it: Host is checked */
    const char *token; /* NULL: nobody is asked for one */
    const char *const *origins; /* pages that may read answers; "*": all */
    size_t n_origins;
    const char *const *hosts; /* further names that Host may have */
    size_t n_hosts;
};

/* The service must outlive the core; config is copied. */
struct akin_http_core *akin_http_core_new(struct akin_service *service,
                                          const struct akin_config *config,
                                          const struct akin_http_rules *rules);
void akin_http_core_free(struct akin_http_core *core); /* NULL is fine */

/* How many requests wait for a worker: shown by /metrics. */
void akin_http_core_waiting(struct akin_http_core *core, int change);

struct akin_http_call; /* opaque */

/* request is borrowed until the call is freed; its body is looked at by run
 * only, and may be put there after begin. */
struct akin_http_call *akin_http_call_new(struct akin_http_core *core,
                                          const struct akin_http_request *req);
void akin_http_call_free(struct akin_http_call *call); /* NULL is fine */
bool akin_http_call_begin(struct akin_http_call *call);
bool akin_http_call_is_light(const struct akin_http_call *call);
/* It asks for a picture of a page that is already shown: others first. */
bool akin_http_call_is_picture(const struct akin_http_call *call);
/* Most bytes of body that the route takes; 0: none. */
uint64_t akin_http_call_max_body(const struct akin_http_call *call);
/* session NULL: for light routes. */
void akin_http_call_run(struct akin_http_call *call,
                        struct akin_session *session);
/* Instead of run: there is no place, or no time. */
void akin_http_call_refuse(struct akin_http_call *call, int status,
                           const char *code, const char *detail);
void akin_http_call_finish(struct akin_http_call *call);

/* Valid until the call is freed. */
struct akin_http_answer *akin_http_call_answer(struct akin_http_call *call);

/* A line for the log. */
void akin_http_call_log(const struct akin_http_call *call);

#endif
