/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - messages in, messages out: the sockets and threads of akind.
 *
 * Knows nanomsg, and the one call that makes an answer of a request.
 *
 * Threads: start and stop belong to one thread; signals should be blocked
 * before start, since the threads inherit the mask.
 */
#ifndef AKIN_AKIND_SERVER_H
#define AKIN_AKIND_SERVER_H

#include "service.h"

struct akin_server; /* opaque */

struct akin_server_options {
    const char *const *listen; /* n_listen addresses, checked (endpoint.h) */
    size_t n_listen;
    size_t n_workers;           /* 1.. */
    uint64_t max_bytes;         /* largest request */
    size_t max_waiting;         /* requests that may wait for a worker, 1.. */
    uint64_t max_waiting_bytes; /* and their bytes */
    uint64_t slow_ms;     /* requests that take longer are logged as slow */
    void (*broken)(void); /* called, once or more, when serving cannot go on */
};

/* Binds and starts serving; the service must outlive the server. EAGAIN:
 * another program listens there; EIO, ENOTFOUND, EINVAL: it cannot be bound. */
enum akin_status akin_server_start(struct akin_service *service,
                                   const struct akin_server_options *options,
                                   struct akin_server **out,
                                   struct akin_error *err) AKIN_MUST_USE;

/* Stops: requests in a worker's hands are answered, waiting ones are told that
 * the daemon is stopping; waits for all threads; frees. NULL is fine. */
void akin_server_stop(struct akin_server *server);

#endif
