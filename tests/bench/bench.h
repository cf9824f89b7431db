/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench.h - what the subcommands of akin-bench share: a clock, samples with
 * median and 95th percentile, rows of a table, lists of images.
 *
 * A subcommand is a function in its own file and a row in main.c's table. It
 * prints tab-separated rows (name, n, median, p95, unit) to standard output,
 * so that two runs can be compared by diff and join, and says what went wrong
 * on standard error.
 *
 * Threads: none.
 */
#ifndef AKIN_BENCH_H
#define AKIN_BENCH_H

#include "akin/config.h"

/* Gives the exit code: 0 done, 1 failed, 2 wrong usage. argv[0] is the
 * subcommand's name. */
typedef int bench_fn(int argc, char **argv);

bench_fn bench_decode, bench_describe, bench_train_projection, bench_retrieval,
    bench_index, bench_http, bench_facets, bench_text, bench_collect,
    bench_search, bench_serve, bench_publish, bench_start, bench_memory;

uint64_t bench_now_ns(void);
uint64_t bench_cpu_ns(void); /* of this thread */

/* Numbers to be summed up. Start from {0}. */
struct bench_samples {
    double *value;
    size_t n, cap;
};
void bench_add(struct bench_samples *samples, double value);
double bench_sum(const struct bench_samples *samples);
/* The value below which `part` (0..1) of the samples lie; 0 without any. */
double bench_quantile(struct bench_samples *samples, double part);
void bench_samples_free(struct bench_samples *samples);

void bench_header(void);
void bench_row(const char *name, struct bench_samples *samples,
               const char *unit);
/* One number that is no sample: a rate, a sum. */
void bench_figure(const char *name, double value, const char *unit);
/* "name: a / b" as a factor. */
void bench_ratio(const char *name, double a, double b);

/* MiB of the line that begins with `name` of a file of proc(5), such as
 * /proc/self/status; less than 0 where there is none. */
double bench_proc_mib(const char *path, const char *name);

/* Prints the sentence to standard error; gives 1. */
int bench_failed(const struct akin_error *err);
/* The same for wrong usage; gives 2. */
int bench_usage(const char *usage);

/* Every image file at or below the paths, in the order of names. Free with
 * bench_images_free. */
struct bench_images {
    char **path;
    size_t n, cap;
};
enum akin_status bench_images_find(const char *path, struct bench_images *out,
                                   struct akin_error *err) AKIN_MUST_USE;
void bench_images_free(struct bench_images *images);

/* The value behind option `name` among argv, which is taken out; NULL when it
 * is not there. */
const char *bench_option(int *argc, char **argv, const char *name);
bool bench_flag(int *argc, char **argv, const char *name);

#endif
