/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listen.h - where HTTP is spoken: reading HOST:PORT, who can reach it, and the
 * socket.
 *
 *   127.0.0.1:7311   localhost:7311   [::1]:7311   0.0.0.0:80
 *
 * Threads: no shared state.
 */
#ifndef AKIN_HTTP_LISTEN_H
#define AKIN_HTTP_LISTEN_H

#include "akin/bytes.h"

/* *is_local: the loopback. EINVAL: no address and port, or a name other than
 * localhost (names are not looked up). */
enum akin_status akin_http_address_check(const char *text, bool *is_local,
                                         struct akin_error *err) AKIN_MUST_USE;

/* A listening socket, owned by the caller, and its port (which the system
 * chooses when it is given as 0). EAGAIN: another program listens there; EIO:
 * it cannot be bound. */
enum akin_status akin_http_listen(const char *text, int *fd, unsigned *port,
                                  bool *is_v6,
                                  struct akin_error *err) AKIN_MUST_USE;

#define AKIN_HTTP_CLIENT_MAX 64

struct sockaddr;
/* The address of the other side as text; "unknown" of NULL and other kinds. */
void akin_http_client_name(const struct sockaddr *address, char *out,
                           size_t size);

#endif
