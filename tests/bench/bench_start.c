/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_start.c - from the start of a process to its first answer over a store,
 * and what a second process over the same store costs in memory.
 *
 * This program runs itself (`start --answer STORE`): the child opens a service
 * as the daemon does, asks one question, writes one byte and waits. Files are
 * in the system's cache from the second start on, and only those count.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "akin/file.h"
#include "akin/projection.h"
#include "bench.h"
#include "service.h"

#define STARTS 9

extern char **environ;

/* --- the child --- */

static struct akin_json *
question(void)
{
    struct akin_json *params = akin_json_object(), *image = akin_json_object();
    struct akin_json *vector = akin_json_array();

    for (int i = 0; i < AKIN_DIM; i++)
        akin_json_append(vector, akin_json_new_real(i % 7 - 3.0));
    akin_json_set(image, "vector", vector);
    akin_json_set(params, "image", image);
    return params;
}

static enum akin_status
answer(const char *store, struct akin_error *err)
{
    struct akin_json *params = question(), *result = NULL;
    struct akin_service *service = NULL;
    struct akin_session *session = NULL;
    struct akin_config config;
    char byte = '1';
    enum akin_status st;

    akin_config_init(&config);
    st = akin_service_open(store, &config, &service, err);
    if (st == AKIN_OK)
        st = akin_session_new(service, &session, err);
    if (st == AKIN_OK)
        st = akin_service_call(session, "similar", params, &result, err);
    if (st == AKIN_OK && write(STDOUT_FILENO, &byte, 1) == 1)
        while (read(STDIN_FILENO, &byte, 1) > 0)
            continue;
    akin_json_free(result);
    akin_json_free(params);
    akin_session_free(session);
    akin_service_close(service);
    return st;
}

/* --- the parent --- */

struct child {
    pid_t pid;
    int to, from;
    double ms; /* to its answer */
};

static bool
start(const char *store, struct child *out)
{
    char *argv[] = {(char *)"akin-bench", (char *)"start", (char *)"--answer",
                    (char *)store, NULL};
    posix_spawn_file_actions_t files;
    uint64_t began = bench_now_ns();
    int in[2], answers[2];
    char byte;

    if (pipe(in) != 0 || pipe(answers) != 0 ||
        posix_spawn_file_actions_init(&files) != 0)
        return false;
    (void)posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
    (void)posix_spawn_file_actions_adddup2(&files, answers[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_addclose(&files, in[1]);
    (void)posix_spawn_file_actions_addclose(&files, answers[0]);
    if (posix_spawn(&out->pid, "/proc/self/exe", &files, NULL, argv, environ) !=
        0)
        return false;
    (void)posix_spawn_file_actions_destroy(&files);
    (void)close(in[0]);
    (void)close(answers[1]);
    out->to = in[1];
    out->from = answers[0];
    if (read(out->from, &byte, 1) != 1)
        return false;
    out->ms = (double)(bench_now_ns() - began) / 1e6;
    return true;
}

static void
stop(struct child *child)
{
    (void)close(child->to);
    (void)close(child->from);
    (void)waitpid(child->pid, NULL, 0);
}

/* MiB of /proc/PID/smaps_rollup (proc(5)); -1 where there is none. */
static double
memory_of(pid_t pid, const char *name)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%ld/smaps_rollup", (long)pid);
    return bench_proc_mib(path, name);
}

static bool
measure(const char *store)
{
    struct bench_samples ms = {0};
    struct child first = {0}, second = {0};
    double alone;

    for (int i = 0; i <= STARTS; i++) {
        struct child child = {0};

        if (!start(store, &child))
            return false;
        stop(&child);
        if (i > 0)
            bench_add(&ms, child.ms);
    }
    bench_row("start to first answer", &ms, "ms");
    bench_samples_free(&ms);
    if (!start(store, &first))
        return false;
    alone = memory_of(first.pid, "Pss:");
    bench_figure("one process: resident", memory_of(first.pid, "Rss:"), "MiB");
    bench_figure("one process: its share", alone, "MiB");
    if (!start(store, &second))
        return false;
    bench_figure("a second one adds",
                 memory_of(first.pid, "Pss:") + memory_of(second.pid, "Pss:") -
                     alone,
                 "MiB");
    stop(&second);
    stop(&first);
    return true;
}

int
bench_start(int argc, char **argv)
{
    const char *child = bench_option(&argc, argv, "--answer");
    struct akin_error err = {0};

    if (child != NULL)
        return answer(child, &err) == AKIN_OK ? 0 : bench_failed(&err);
    if (argc != 2)
        return bench_usage("start STORE");
    bench_header();
    if (measure(argv[1]))
        return 0;
    (void)fprintf(stderr, "akin-bench: a process gave no answer\n");
    return 1;
}
