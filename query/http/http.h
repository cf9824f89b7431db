/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h - the HTTP server of akind.
 *
 * One thread moves bytes; workers of its own, each with a session, answer. A
 * bounded queue lies between: what does not fit is told to come again (503).
 *
 * Threads: start and stop belong to one thread; signals should be blocked
 * before start, since the threads inherit the mask.
 */
#ifndef AKIN_HTTP_HTTP_H
#define AKIN_HTTP_HTTP_H

#include "core.h"

struct akin_http; /* opaque */

/* listen: HOST:PORT (listen.h). The service, and what rules point to, must
 * outlive the server. *port: where it listens. EAGAIN: another program listens
 * there; EIO: it cannot be bound. */
enum akin_status akin_http_start(struct akin_service *service,
                                 const struct akin_config *config,
                                 const char *listen,
                                 const struct akin_http_rules *rules,
                                 struct akin_http **out, unsigned *port,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Stops: requests in a worker's hands are answered, waiting ones are told that
 * the daemon stops. NULL is fine. */
void akin_http_stop(struct akin_http *http);

#endif
