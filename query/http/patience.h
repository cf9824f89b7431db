/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patience.h - connections that are waited for, and when that ends.
 *
 * A client that sends a byte now and then is never idle. So each connection has
 * a time by which its request must have come; a thread looks once a second and
 * shuts down sockets that are late. Their owner sees the end of the stream and
 * closes them.
 *
 * Threads: any.
 */
#ifndef AKIN_HTTP_PATIENCE_H
#define AKIN_HTTP_PATIENCE_H

#include "akin/bytes.h"

struct akin_patience; /* opaque */
enum akin_status akin_patience_new(uint64_t seconds, struct akin_patience **out,
                                   struct akin_error *err) AKIN_MUST_USE;
void akin_patience_free(struct akin_patience *patience); /* NULL is fine */

struct akin_patience_seat; /* opaque: one connection */
/* The clock starts. The socket must stay open until leave. */
struct akin_patience_seat *akin_patience_enter(struct akin_patience *patience,
                                               int fd);
void akin_patience_leave(struct akin_patience *patience,
                         struct akin_patience_seat *seat);
/* The clock starts again; it stops (what is waited for is ours to do). */
void akin_patience_wait(struct akin_patience *patience,
                        struct akin_patience_seat *seat);
void akin_patience_stop(struct akin_patience *patience,
                        struct akin_patience_seat *seat);

#endif
