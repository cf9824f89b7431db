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
enum akin_status akin_service_open(const char *store_dir,
                                   const struct akin_config *config,
                                   struct akin_service **out,
                                   struct akin_error *err) AKIN_MUST_USE;
void akin_service_close(struct akin_service *service);

struct akin_session; /* opaque */
enum akin_status akin_session_new(struct akin_service *service,
                                  struct akin_session **out,
                                  struct akin_error *err) AKIN_MUST_USE;
void akin_session_free(struct akin_session *session);

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
