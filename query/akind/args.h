/* SPDX-License-Identifier: Apache-2.0 */
/*
 * args.h - the command line of akind.
 */
#ifndef AKIN_AKIND_ARGS_H
#define AKIN_AKIND_ARGS_H

#include <stdio.h>

#include "akin/config.h"
#include "akin/log.h"

#define AKIND_LISTEN_MAX 16
#define AKIND_HTTP_NAMES_MAX 16

/* Start from {0}; free with akind_args_free. */
struct akind_args {
    char *store;                    /* absolute */
    char *listen[AKIND_LISTEN_MAX]; /* at least one after a parse */
    size_t n_listen;
    bool allow_remote;
    /* HTTP; all owned, NULL and 0 where not given */
    char *http;       /* HOST:PORT */
    bool http_local;  /* only this machine reaches it */
    char *http_token; /* what a file says, without its line's end */
    char *http_origin[AKIND_HTTP_NAMES_MAX];
    size_t n_http_origin;
    char *http_host[AKIND_HTTP_NAMES_MAX];
    size_t n_http_host;
    bool help, help_settings, version; /* any: print that and end */
    enum akin_log_level level;
    /* query.allow_paths is off when an endpoint can be reached from another
     * machine. */
    struct akin_config config;
};
void akind_args_free(struct akind_args *args);

/* EINVAL: wrong usage, with a sentence; ENOTFOUND: --store or --settings. */
enum akin_status akind_args_parse(int argc, char *const *argv,
                                  struct akind_args *out,
                                  struct akin_error *err) AKIN_MUST_USE;

void akind_args_help(FILE *out);

#endif
