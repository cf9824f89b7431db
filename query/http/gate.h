/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate.h - who may ask: names of this machine, origins of pages, a token, and
 * how often.
 *
 * Threads: any.
 */
#ifndef AKIN_HTTP_GATE_H
#define AKIN_HTTP_GATE_H

#include "core.h"

/* Does Host name this machine? A page of the network whose name was made to
 * point to 127.0.0.1 (DNS rebinding) sends its own name. */
bool akin_http_host_ok(const struct akin_http_rules *rules, const char *host);

/* May a page of this origin read answers? */
bool akin_http_origin_ok(const struct akin_http_rules *rules,
                         const char *origin);

/* Is the origin this server itself, as Host names it? */
bool akin_http_same_origin(const char *origin, const char *host);

/* "Bearer TOKEN", compared in a time that does not depend on where they
 * differ. */
bool akin_http_token_ok(const char *token, const char *authorization);

/* How often each client asked: a bucket of tokens for each address (an IPv6
 * network of 64 bits counts as one). */
struct akin_http_rates; /* opaque */
struct akin_http_rates *akin_http_rates_new(double per_s, double burst);
void akin_http_rates_free(struct akin_http_rates *rates);
/* false: too often; *wait_s says when it may ask again. now_ms never goes
 * back. */
bool akin_http_rates_take(struct akin_http_rates *rates, const char *client,
                          double now_ms, unsigned *wait_s);

#endif
