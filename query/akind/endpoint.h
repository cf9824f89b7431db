/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint.h - where akind may listen: reading addresses, and who can reach
 * them.
 *
 *   ipc:///run/akin.sock   tcp://127.0.0.1:4444   ws://[::1]:4445 tcp://eth0:44
 *
 * Threads: no shared state.
 */
#ifndef AKIN_AKIND_ENDPOINT_H
#define AKIN_AKIND_ENDPOINT_H

#include "akin/bytes.h"

enum akin_reach {
    AKIN_REACH_LOCAL, /* ipc, or a loopback address */
    AKIN_REACH_REMOTE /* other machines, as far as the network lets them */
};

/* EINVAL: another transport, no address or port, an ipc path too long for a
 * socket, or a host name (nanomsg binds to addresses and interfaces). */
enum akin_status akin_endpoint_check(const char *url, enum akin_reach *reach,
                                     struct akin_error *err) AKIN_MUST_USE;

/* Can an ipc endpoint be bound? EAGAIN: another program listens there;
 * ENOTFOUND: its folder is not there; EINVAL: a file that is no socket is in
 * its place. A socket that a killed daemon left is no trouble: nanomsg replaces
 * it. Endpoints of other kinds are always free here; binding shows it. */
enum akin_status akin_endpoint_probe(const char *url,
                                     struct akin_error *err) AKIN_MUST_USE;

#endif
