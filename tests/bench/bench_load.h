/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_load.h - clients that ask as fast as they are answered, each a thread.
 *
 * Threads: one load belongs to one thread.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "bench.h"

/* A way to be answered: one `self` for each client. */
struct bench_way {
    const char *name;
    enum akin_status (*begin)(void *ctx, void **self, struct akin_error *err);
    enum akin_status (*ask)(void *self, size_t question,
                            struct akin_error *err);
    void (*end)(void *self);
};

#define BENCH_CLIENTS_MAX ((size_t)16)
struct bench_load; /* opaque */
/* Starts n clients; client c asks questions c, c + n, ... without end. */
struct bench_load *bench_load_start(const struct bench_way *way, void *ctx,
                                    size_t n);

/* Sums of several loads may be kept in one. Start from {0}. */
struct bench_load_sum {
    struct bench_samples ms; /* of each answer */
    double wall_s, cpu_s;    /* cpu: of this whole process */
};
void bench_load_sum_free(struct bench_load_sum *sum);
/* Answers a second; milliseconds of processor time an answer. */
double bench_load_rate(const struct bench_load_sum *sum);
double bench_load_cpu_ms(const struct bench_load_sum *sum);

/* Ends the clients after their next answer and adds what they saw. */
enum akin_status bench_load_stop(struct bench_load *load,
                                 struct bench_load_sum *sum,
                                 struct akin_error *err) AKIN_MUST_USE;

void bench_sleep(double seconds);

#endif
