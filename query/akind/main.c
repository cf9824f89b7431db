/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akind - answers questions about a store by message.
 *
 * Wiring only: command line, service, server, signals. Exit: 0 stopped by
 * signal, 1 failed, 2 wrong usage.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "akin/log.h"

#include "args.h"
#include "http/http.h"
#include "server.h"

/* Set by threads of the server through broken(), read after sigwait. */
static volatile sig_atomic_t is_broken;

static void
broken(void)
{
    is_broken = 1;
    (void)kill(getpid(), SIGTERM);
}

/* Before any thread starts, so that all inherit it and sigwait gets them. */
static int
block_signals(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGINT);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGHUP);
    (void)sigaddset(set, SIGPIPE);
    return pthread_sigmask(SIG_BLOCK, set, NULL);
}

static void
wait_for_end(const sigset_t *set)
{
    int got = 0;

    do {
        if (sigwait(set, &got) != 0)
            continue;
        if (got == SIGHUP)
            akin_log(AKIN_LOG_INFO, "signal",
                     "SIGHUP: nothing to do, changes of the store are seen "
                     "without it");
    } while (got != SIGINT && got != SIGTERM);
    if (!is_broken)
        akin_log(AKIN_LOG_INFO, "stop", "signal=%s",
                 got == SIGINT ? "SIGINT" : "SIGTERM");
}

/* HTTP, where it is asked for. */
static enum akin_status
start_http(const struct akind_args *args, struct akin_service *service,
           struct akin_http_rules *rules, struct akin_http **http,
           struct akin_error *err)
{
    const char *colon;
    unsigned port = 0;
    enum akin_status st;

    if (args->http == NULL)
        return AKIN_OK;
    *rules = (struct akin_http_rules){
        .is_local = args->http_local,
        .token = args->http_token,
        .origins = (const char *const *)args->http_origin,
        .n_origins = args->n_http_origin,
        .hosts = (const char *const *)args->http_host,
        .n_hosts = args->n_http_host};
    st = akin_http_start(service, &args->config, args->http, rules, http, &port,
                         err);
    colon = strrchr(args->http, ':');
    if (st == AKIN_OK)
        akin_log(AKIN_LOG_INFO, "ready", "http=http://%.*s:%u/ token=%s",
                 (int)(colon - args->http), args->http, port,
                 args->http_token != NULL ? "needed" : "none");
    return st;
}

static enum akin_status
serve(const struct akind_args *args, const sigset_t *set,
      struct akin_error *err)
{
    struct akin_service *service = NULL;
    struct akin_server *server = NULL;
    struct akin_http_rules rules;
    struct akin_http *http = NULL;
    struct akin_server_options options = {
        .listen = (const char *const *)args->listen,
        .n_listen = args->n_listen,
        .n_workers = akin_config_threads(args->config.query_workers),
        .max_bytes = args->config.query_max_bytes,
        .max_waiting = args->config.query_queue,
        .max_waiting_bytes = args->config.query_queue_bytes,
        .slow_ms = args->config.query_slow_ms,
        .broken = broken};
    enum akin_status st =
        akin_service_open(args->store, &args->config, &service, err);

    if (st == AKIN_OK)
        st = akin_server_start(service, &options, &server, err);
    if (st == AKIN_OK)
        st = start_http(args, service, &rules, &http, err);
    if (st == AKIN_OK) {
        for (size_t i = 0; i < args->n_listen; i++)
            akin_log(AKIN_LOG_INFO, "ready", "listen=%s store=%s workers=%zu",
                     args->listen[i], args->store, options.n_workers);
        wait_for_end(set);
        if (is_broken)
            st = AKIN_FAIL(err, AKIN_EINTERNAL, "serving broke down");
    }
    akin_http_stop(http);
    akin_server_stop(server);
    akin_service_close(service);
    return st;
}

static int
fail(const struct akin_error *err, int code)
{
    (void)fprintf(stderr, "akind: %s\n", err->text);
    return code;
}

int
main(int argc, char **argv)
{
    struct akind_args args = {0};
    struct akin_error err = {0};
    sigset_t set;
    int rc = 0;

    if (akind_args_parse(argc, argv, &args, &err) != AKIN_OK)
        return fail(&err, err.status == AKIN_EINVAL ? 2 : 1);
    if (args.help)
        akind_args_help(stdout);
    else if (args.help_settings)
        akin_config_help(stdout);
    else if (args.version)
        (void)printf("akind %s\n", AKIN_VERSION);
    else if (block_signals(&set) != 0)
        rc = 1;
    else {
        akin_log_set_level(args.level);
        if (serve(&args, &set, &err) != AKIN_OK)
            rc = fail(&err, 1);
    }
    akind_args_free(&args);
    return rc;
}
