/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int statuses[] = {200, 204, 304, 400, 401, 403, 404, 405, 406,
                               410, 413, 415, 421, 422, 429, 500, 503};
#define N_STATUSES AKIN_COUNT(statuses)

/* Upper ends of the buckets of the histogram, s. */
static const double bounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                0.1,   0.25,   0.5,   1,    2.5,   10};
#define N_BOUNDS AKIN_COUNT(bounds)

static const char *const plans[] = {"exact", "scan", "ivf", "other"};
#define N_PLANS AKIN_COUNT(plans)

struct counts {
    atomic_ullong status[N_STATUSES + 1]; /* last: any other */
    atomic_ullong bucket[N_BOUNDS + 1];
    atomic_ullong sum_us, bytes;
};

struct akin_http_metrics {
    size_t n;
    atomic_int waiting;
    atomic_ullong plan[N_PLANS];
    struct counts route[];
};

struct akin_http_metrics *
akin_http_metrics_new(size_t n_routes)
{
    struct akin_http_metrics *metrics = akin_new(
        1, sizeof(*metrics) + (n_routes + 1) * sizeof(metrics->route[0]));

    metrics->n = n_routes + 1;
    return metrics;
}

void
akin_http_metrics_free(struct akin_http_metrics *metrics)
{
    free(metrics);
}

void
akin_http_metrics_count(struct akin_http_metrics *metrics, size_t route,
                        int status, double ms, size_t bytes)
{
    struct counts *counts = &metrics->route[route];
    size_t s = 0, b = 0;

    while (s < N_STATUSES && statuses[s] != status)
        s++;
    while (b < N_BOUNDS && ms / 1e3 > bounds[b])
        b++;
    (void)atomic_fetch_add(&counts->status[s], 1);
    (void)atomic_fetch_add(&counts->bucket[b], 1);
    (void)atomic_fetch_add(&counts->sum_us, (unsigned long long)(ms * 1e3));
    (void)atomic_fetch_add(&counts->bytes, bytes);
}

void
akin_http_metrics_plan(struct akin_http_metrics *metrics, const char *plan)
{
    size_t i = 0;

    /* "ivf 24 of 4000 lists": its first word */
    while (i + 1 < N_PLANS && strcmp(plans[i], plan) != 0 &&
           (strcmp(plans[i], "ivf") != 0 || strncmp(plan, "ivf ", 4) != 0))
        i++;
    (void)atomic_fetch_add(&metrics->plan[i], 1);
}

void
akin_http_metrics_waiting(struct akin_http_metrics *metrics, int change)
{
    (void)atomic_fetch_add(&metrics->waiting, change);
}

static void
head(struct akin_buf *out, const char *name, const char *type, const char *help)
{
    akin_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
                    type);
}

static void
write_statuses(const struct counts *counts, const char *method,
               const char *pattern, struct akin_buf *out)
{
    for (size_t s = 0; s <= N_STATUSES; s++) {
        unsigned long long n = atomic_load(&counts->status[s]);

        if (n > 0)
            akin_buf_printf(
                out,
                "akin_http_requests_total{method=\"%s\",route=\"%s\""
                ",status=\"%d\"} %llu\n",
                method, pattern, s < N_STATUSES ? statuses[s] : 0, n);
    }
}

static void
write_times(const struct counts *counts, const char *method,
            const char *pattern, struct akin_buf *out)
{
    static const char name[] = "akin_http_request_seconds";
    unsigned long long n = 0;

    for (size_t b = 0; b <= N_BOUNDS; b++) {
        char le[32] = "+Inf";

        n += atomic_load(&counts->bucket[b]);
        if (b < N_BOUNDS)
            (void)snprintf(le, sizeof(le), "%g", bounds[b]);
        akin_buf_printf(
            out, "%s_bucket{method=\"%s\",route=\"%s\",le=\"%s\"} %llu\n", name,
            method, pattern, le, n);
    }
    akin_buf_printf(out, "%s_sum{method=\"%s\",route=\"%s\"} %.6f\n", name,
                    method, pattern,
                    (double)atomic_load(&counts->sum_us) / 1e6);
    akin_buf_printf(out, "%s_count{method=\"%s\",route=\"%s\"} %llu\n", name,
                    method, pattern, n);
}

void
akin_http_metrics_write(const struct akin_http_metrics *metrics,
                        akin_http_metrics_name_fn *name, struct akin_buf *out)
{
    const char *method, *pattern;
    unsigned long long bytes = 0;

    head(out, "akin_http_requests_total", "counter", "Requests answered.");
    for (size_t i = 0; i < metrics->n; i++) {
        name(i, &method, &pattern);
        write_statuses(&metrics->route[i], method, pattern, out);
        bytes += atomic_load(&metrics->route[i].bytes);
    }
    head(out, "akin_http_request_seconds", "histogram",
         "From the head of a request to its answer.");
    for (size_t i = 0; i < metrics->n; i++) {
        name(i, &method, &pattern);
        write_times(&metrics->route[i], method, pattern, out);
    }
    head(out, "akin_http_answer_bytes_total", "counter",
         "Bytes of answers, without their heads.");
    akin_buf_printf(out, "akin_http_answer_bytes_total %llu\n", bytes);
    head(out, "akin_http_waiting", "gauge", "Requests that wait for a worker.");
    akin_buf_printf(out, "akin_http_waiting %d\n",
                    atomic_load(&metrics->waiting));
    head(out, "akin_similar_plans_total", "counter",
         "Similarity searches asked over HTTP, by the way they were done.");
    for (size_t i = 0; i < N_PLANS; i++)
        akin_buf_printf(out, "akin_similar_plans_total{plan=\"%s\"} %llu\n",
                        plans[i], atomic_load(&metrics->plan[i]));
}
