/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetch.h - the bytes at an http or https address.
 *
 * Whoever may ask akin to fetch must not reach through it what only this
 * machine, or its network, reaches: every address that is connected to, also
 * after a redirect, is judged after its name was looked up and before the
 * connection is made. Proxies of the environment are not used, since they
 * would look names up themselves; nothing is sent that says who we are.
 *
 * Threads: any number may fetch at once.
 */
#ifndef AKIN_HTTP_FETCH_H
#define AKIN_HTTP_FETCH_H

#include <sys/socket.h>

#include "akin/bytes.h"

#define AKIN_FETCH_REDIRECTS 3

/* Is this an address that any machine of the internet could ask? false: this
 * machine, private and link-local networks, multicast, documentation, IPv6
 * forms that carry an IPv4 address (RFC 6890 and the registries of IANA). */
bool akin_fetch_is_public(const struct sockaddr *address);

struct akin_fetch_rules {
    uint64_t max_bytes;
    uint64_t timeout_ms; /* for all of it */
    bool (*may_connect)(const struct sockaddr *address);
};

/* Appends the body to *out (as before on failure). EINVAL: no http or https
 * address, one with a user's name in it, or one that may not be connected to;
 * ELIMIT: too large; EIO: it could not be had, with what the other side or
 * libcurl says. */
enum akin_status akin_fetch(const char *url,
                            const struct akin_fetch_rules *rules,
                            struct akin_buf *out,
                            struct akin_error *err) AKIN_MUST_USE;

#endif
