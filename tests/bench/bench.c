/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "akin/decode.h"
#include "akin/file.h"

uint64_t
bench_now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t
bench_cpu_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Room for one more element of `size` bytes; ends the program without. */
static void *
grown(void *array, size_t n, size_t *cap, size_t size)
{
    void *more;

    if (n < *cap)
        return array;
    *cap = *cap == 0 ? 64 : *cap * 2;
    more = realloc(array, *cap * size);
    if (more == NULL) {
        (void)fprintf(stderr, "akin-bench: no memory\n");
        exit(1);
    }
    return more;
}

void
bench_add(struct bench_samples *samples, double value)
{
    samples->value = grown(samples->value, samples->n, &samples->cap,
                           sizeof(*samples->value));
    samples->value[samples->n++] = value;
}

double
bench_sum(const struct bench_samples *samples)
{
    double sum = 0;

    for (size_t i = 0; i < samples->n; i++)
        sum += samples->value[i];
    return sum;
}

static int
by_value(const void *a, const void *b)
{
    double l = *(const double *)a, r = *(const double *)b;

    return (l > r) - (l < r);
}

double
bench_quantile(struct bench_samples *samples, double part)
{
    if (samples->n == 0)
        return 0;
    qsort(samples->value, samples->n, sizeof(*samples->value), by_value);
    return samples->value[(size_t)(part * (double)(samples->n - 1) + 0.5)];
}

void
bench_samples_free(struct bench_samples *samples)
{
    free(samples->value);
    *samples = (struct bench_samples){0};
}

void
bench_header(void)
{
    (void)printf("name\tn\tmedian\tp95\tunit\n");
}

void
bench_row(const char *name, struct bench_samples *samples, const char *unit)
{
    (void)printf("%s\t%zu\t%.4g\t%.4g\t%s\n", name, samples->n,
                 bench_quantile(samples, 0.5), bench_quantile(samples, 0.95),
                 unit);
}

void
bench_figure(const char *name, double value, const char *unit)
{
    (void)printf("%s\t1\t%.4g\t\t%s\n", name, value, unit);
}

void
bench_ratio(const char *name, double a, double b)
{
    bench_figure(name, b > 0 ? a / b : 0, "times");
}

double
bench_proc_mib(const char *path, const char *name)
{
    FILE *f = fopen(path, "r");
    char line[128];
    double kib = -1024;

    while (f != NULL && fgets(line, sizeof(line), f) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            kib = strtod(line + strlen(name), NULL);
    if (f != NULL)
        (void)fclose(f);
    return kib / 1024;
}

int
bench_failed(const struct akin_error *err)
{
    (void)fprintf(stderr, "akin-bench: %s: %s\n", akin_status_name(err->status),
                  err->text);
    return 1;
}

int
bench_usage(const char *usage)
{
    (void)fprintf(stderr, "usage: akin-bench %s\n", usage);
    return 2;
}

enum akin_status
bench_images_find(const char *path, struct bench_images *out,
                  struct akin_error *err)
{
    struct akin_file_stat info;
    struct akin_names names = {0};
    enum akin_status st = akin_file_stat(path, &info, err);

    if (st == AKIN_OK && info.is_dir)
        st = akin_dir_list(path, &names, err);
    if (st != AKIN_OK) {
        akin_error_prefix(err, "%s", path);
        return st;
    }
    if (info.is_regular && akin_decode_has_image_name(path)) {
        out->path = grown(out->path, out->n, &out->cap, sizeof(*out->path));
        out->path[out->n++] = akin_strdup(path);
    }
    for (size_t i = 0; st == AKIN_OK && i < names.n; i++) {
        char *child = akin_path_join(path, names.name[i]);

        st = bench_images_find(child, out, err);
        free(child);
    }
    akin_names_free(&names);
    return st;
}

void
bench_images_free(struct bench_images *images)
{
    for (size_t i = 0; i < images->n; i++)
        free(images->path[i]);
    free(images->path);
    *images = (struct bench_images){0};
}

/* Takes n words out of argv at place i. */
static void
take_out(int *argc, char **argv, int i, int n)
{
    for (int k = i; k + n <= *argc; k++)
        argv[k] = argv[k + n]; /* argv[argc] is NULL and moves along */
    *argc -= n;
}

const char *
bench_option(int *argc, char **argv, const char *name)
{
    for (int i = 1; i + 1 < *argc; i++)
        if (strcmp(argv[i], name) == 0) {
            const char *value = argv[i + 1];

            take_out(argc, argv, i, 2);
            return value;
        }
    return NULL;
}

bool
bench_flag(int *argc, char **argv, const char *name)
{
    for (int i = 1; i < *argc; i++)
        if (strcmp(argv[i], name) == 0) {
            take_out(argc, argv, i, 1);
            return true;
        }
    return false;
}
