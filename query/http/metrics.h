/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - what was asked, how it ended and how long it took, for /metrics
 * in the text format of Prometheus (version 0.0.4).
 *
 * Threads: any.
 */
#ifndef AKIN_HTTP_METRICS_H
#define AKIN_HTTP_METRICS_H

#include "akin/bytes.h"

struct akin_http_metrics; /* opaque */

/* n routes, and one more for what is none. */
struct akin_http_metrics *akin_http_metrics_new(size_t n_routes);
void akin_http_metrics_free(struct akin_http_metrics *metrics);

/* route: n_routes for a path that is none. */
void akin_http_metrics_count(struct akin_http_metrics *metrics, size_t route,
                             int status, double ms, size_t bytes);
/* A plan of a similarity search, as the answer names it. */
void akin_http_metrics_plan(struct akin_http_metrics *metrics,
                            const char *plan);
void akin_http_metrics_waiting(struct akin_http_metrics *metrics, int change);

/* Appends all counts; name gives method and pattern of a route. */
typedef void akin_http_metrics_name_fn(size_t route, const char **method,
                                       const char **pattern);
void akin_http_metrics_write(const struct akin_http_metrics *metrics,
                             akin_http_metrics_name_fn *name,
                             struct akin_buf *out);

#endif
