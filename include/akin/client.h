/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/client.h - ask a running daemon.
 *
 * Threads: one client belongs to one thread.
 */
#ifndef AKIN_CLIENT_H
#define AKIN_CLIENT_H

#include "akin/json.h"

struct akin_client; /* opaque */

/* url: ipc://, tcp:// or ws:// as nanomsg spells them. EINVAL: no such
 * transport. Whether somebody listens there, the first call shows. */
enum akin_status akin_client_open(const char *url, struct akin_client **out,
                                  struct akin_error *err) AKIN_MUST_USE;
void akin_client_close(struct akin_client *client); /* NULL is fine */

/* One request, one answer. params is borrowed; *result is owned by the caller.
 * EAGAIN: no answer within timeout_ms (the text says what to check); any other
 * status: as the daemon said. */
enum akin_status akin_client_call(struct akin_client *client,
                                  const char *method,
                                  const struct akin_json *params,
                                  int timeout_ms, struct akin_json **result,
                                  struct akin_error *err) AKIN_MUST_USE;

/* The same below JSON: request is a whole message (akin_proto_write_request),
 * *answer gets the message that came back (it is cleared first). */
enum akin_status akin_client_exchange(struct akin_client *client,
                                      struct akin_span request, int timeout_ms,
                                      struct akin_buf *answer,
                                      struct akin_error *err) AKIN_MUST_USE;

#endif
