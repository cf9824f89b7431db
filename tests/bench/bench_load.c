/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_load.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct client {
    struct bench_load *load;
    size_t number;
    pthread_t thread;
    struct bench_samples ms;
    enum akin_status status;
    struct akin_error err;
};

struct bench_load {
    const struct bench_way *way;
    void *ctx;
    struct client client[BENCH_CLIENTS_MAX];
    size_t n;
    atomic_bool is_over;
    uint64_t wall_ns, cpu_ns; /* when it started */
};

static uint64_t
process_cpu_ns(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void *
ask_on(void *ctx)
{
    struct client *client = ctx;
    struct bench_load *load = client->load;
    enum akin_status st;
    void *self = NULL;

    st = load->way->begin(load->ctx, &self, &client->err);
    for (size_t i = client->number; st == AKIN_OK && !load->is_over;
         i += load->n) {
        uint64_t began = bench_now_ns();

        st = load->way->ask(self, i, &client->err);
        bench_add(&client->ms, (double)(bench_now_ns() - began) / 1e6);
    }
    load->way->end(self);
    client->status = st;
    return NULL;
}

struct bench_load *
bench_load_start(const struct bench_way *way, void *ctx, size_t n)
{
    struct bench_load *load = akin_new(1, sizeof(*load));

    load->way = way;
    load->ctx = ctx;
    load->n = n < BENCH_CLIENTS_MAX ? n : BENCH_CLIENTS_MAX;
    load->wall_ns = bench_now_ns();
    load->cpu_ns = process_cpu_ns();
    for (size_t i = 0; i < load->n; i++) {
        load->client[i].load = load;
        load->client[i].number = i;
        if (pthread_create(&load->client[i].thread, NULL, ask_on,
                           &load->client[i]) != 0)
            abort(); /* too few threads to measure anything */
    }
    return load;
}

enum akin_status
bench_load_stop(struct bench_load *load, struct bench_load_sum *sum,
                struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    load->is_over = true;
    for (size_t i = 0; i < load->n; i++) {
        struct client *client = &load->client[i];

        (void)pthread_join(client->thread, NULL);
        for (size_t j = 0; j < client->ms.n; j++)
            bench_add(&sum->ms, client->ms.value[j]);
        if (client->status != AKIN_OK && st == AKIN_OK) {
            st = client->status;
            *err = client->err;
        }
        bench_samples_free(&client->ms);
    }
    sum->wall_s += (double)(bench_now_ns() - load->wall_ns) / 1e9;
    sum->cpu_s += (double)(process_cpu_ns() - load->cpu_ns) / 1e9;
    free(load);
    return st;
}

void
bench_load_sum_free(struct bench_load_sum *sum)
{
    bench_samples_free(&sum->ms);
    *sum = (struct bench_load_sum){0};
}

double
bench_load_rate(const struct bench_load_sum *sum)
{
    return sum->wall_s > 0 ? (double)sum->ms.n / sum->wall_s : 0;
}

double
bench_load_cpu_ms(const struct bench_load_sum *sum)
{
    return sum->ms.n > 0 ? sum->cpu_s * 1e3 / (double)sum->ms.n : 0;
}

void
bench_sleep(double seconds)
{
    struct timespec time = {.tv_sec = (time_t)seconds};

    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    (void)nanosleep(&time, NULL);
}
