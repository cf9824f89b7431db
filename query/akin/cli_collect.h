/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_collect.h - `akin collect`: a training collection from a query.
 *
 * It reads a store itself, since it writes files here; a daemon answers what a
 * collection would hold (method `collect`, --connect with --dry-run).
 */
#ifndef AKIN_CLI_COLLECT_H
#define AKIN_CLI_COLLECT_H

#include <stdio.h>

#include "akin/json.h"

/* The command line of collect. Start from {0}; free with
 * akin_cli_collect_args_free. Texts are borrowed. */
struct akin_collect_args {
    const char *store, *connect, *out, *recipe;
    uint64_t timeout_s, threads;
    bool dry_run, json, quiet, help;
    struct akin_json *params;        /* as the method's parameters */
    struct akin_json *recipe_inputs; /* of --recipe, or NULL */
    struct akin_json *made;          /* all of that recipe, or NULL */
};
void akin_cli_collect_args_free(struct akin_collect_args *args);

/* argv[2..]. EINVAL: wrong usage, with a sentence. */
enum akin_status
akin_cli_collect_args_parse(int argc, char *const *argv, const char *env_store,
                            struct akin_collect_args *out,
                            struct akin_error *err) AKIN_MUST_USE;
void akin_cli_collect_help(FILE *out);

/* The whole command; gives the exit code of akin. */
int akin_cli_collect_main(int argc, char *const *argv, const char *env_store);

#endif
