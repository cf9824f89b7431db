/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service.h - request bytes in, answer bytes out. No sockets, no threads.
 *
 * The heart of akin: the daemon, the command line in process, tests and fuzzers
 * all call it. query/INTERFACE.md lists methods, parameters and answers.
 *
 * Threads: one service may be shared; each thread brings its own session
 * (scratch memory).
 */
#ifndef AKIN_QUERY_SERVICE_H
#define AKIN_QUERY_SERVICE_H

#include "akin/config.h"
#include "akin/json.h"

struct akin_service; /* opaque */

/* config is copied. ENOTFOUND, ESTALE, EIO: as akin_store_open. */
enum akin_status akin_service_open(const char *store_dir,
                                   const struct akin_config *config,
                                   struct akin_service **out,
                                   struct akin_error *err) AKIN_MUST_USE;
void akin_service_close(struct akin_service *service); /* NULL is fine */

struct akin_session; /* opaque; freed before its service is closed */
enum akin_status akin_session_new(struct akin_service *service,
                                  struct akin_session **out,
                                  struct akin_error *err) AKIN_MUST_USE;
void akin_session_free(struct akin_session *session);

/* What a request's time goes into. */
enum akin_part {
    AKIN_PART_READ,   /* the request, and describing its images */
    AKIN_PART_OPEN,   /* a snapshot, a transaction, filters */
    AKIN_PART_SEARCH, /* rows of the datasets */
    AKIN_PART_RANK,   /* order of the datasets, also in each other's company */
    AKIN_PART_ANSWER, /* all else: hits, evidence, facets, other methods */
    AKIN_PART_WRITE,  /* the answer as text */
    AKIN_N_PARTS
};
const char *akin_part_name(enum akin_part part); /* "read", "open", ... */

/* What the last request of a session came to: for a line in the log. */
struct akin_summary {
    char method[24]; /* "-": none was read */
    struct akin_error error;
    double ms;
    double waited_ms; /* before that, in a queue */
    int64_t n_hits;   /* -1: the method gives no hits */
    char plan[48];    /* how tiles were searched; "" where none were */
    double part_ms[AKIN_N_PARTS];
};
const struct akin_summary *
akin_session_summary(const struct akin_session *session);

/* How long the next request of this session has waited already: counts towards
 * its deadline (query.deadline_ms, or "deadline_ms" of the request if that is
 * earlier). A request that is too late is answered EAGAIN and not worked on. */
void akin_session_waited(struct akin_session *session, double ms);

/* For `status`: how many requests wait for a session, and that one was refused
 * because too many do. Any thread. */
void akin_service_note_waiting(struct akin_service *service, size_t n);
void akin_service_note_refused(struct akin_service *service);

/* Answers always: *out gets one JSON-RPC answer (it is cleared first). */
void akin_service_answer(struct akin_session *session, struct akin_span request,
                         struct akin_buf *out);

/* The same without the envelope, for callers in process. params is borrowed,
 * *result owned by the caller. */
enum akin_status akin_service_call(struct akin_session *session,
                                   const char *method,
                                   const struct akin_json *params,
                                   struct akin_json **result,
                                   struct akin_error *err) AKIN_MUST_USE;

#endif
