/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_args.h - the command line of akin.
 */
#ifndef AKIN_CLI_ARGS_H
#define AKIN_CLI_ARGS_H

#include <stdio.h>

#include "akin/tile.h"

enum akin_cli_command {
    AKIN_COMMAND_HELP, /* of no command in particular */
    AKIN_COMMAND_VERSION,
    AKIN_COMMAND_SIMILAR,
    AKIN_COMMAND_SEARCH,
    AKIN_COMMAND_FACETS,
    AKIN_COMMAND_SUGGEST,
    AKIN_COMMAND_SHOW,
    AKIN_COMMAND_STATUS,
    AKIN_COMMAND_TERMS,
    AKIN_COMMAND_COLLECT, /* has a command line of its own: cli_collect.h */
    AKIN_N_COMMANDS
};

#define AKIN_ARGS_EXCLUDE_MAX 1000
#define AKIN_ARGS_FACET_MAX 32
#define AKIN_ARGS_EXAMPLE_MAX 16

/* All texts are borrowed from argv and the environment. Start from {0}; free
 * with akin_cli_args_free. */
struct akin_cli_args {
    enum akin_cli_command command;
    bool help; /* print the command's help and end */
    bool json;
    bool exclude_self, collapse, explain; /* similar */
    bool together;                        /* all examples are one question */
    bool jsonl, csv;                      /* search */
    bool history;                         /* show */
    /* Where to ask: exactly one of the two */
    const char *store, *connect;
    uint64_t timeout_s;
    /* similar */
    uint64_t k, evidence;
    const char *where;
    const char *exclude[AKIN_ARGS_EXCLUDE_MAX];
    size_t n_exclude;
    struct akin_tile_rect region[AKIN_ARGS_EXAMPLE_MAX];
    size_t n_regions; /* one for all images, or one for each */
    struct akin_cli_example {
        enum { AKIN_ARGS_LIKE, AKIN_ARGS_IMAGE, AKIN_ARGS_VECTOR } kind;
        const char *text;
    } example[AKIN_ARGS_EXAMPLE_MAX]; /* beside the operands */
    size_t n_examples;
    const char *negative[AKIN_ARGS_EXAMPLE_MAX];
    size_t n_negative;
    const char *by, *intent;
    double diversity;
    const char *sheet;
    const char *descriptor; /* where an external one answers, or NULL */
    /* search, facets */
    const char *facet[AKIN_ARGS_FACET_MAX];
    size_t n_facets;
    /* IMAGE..., TEXT or ID */
    const char **operand;
    size_t n_operands;
};
void akin_cli_args_free(struct akin_cli_args *args);

/* env_store: $AKIN_STORE or NULL. EINVAL: wrong usage, with a sentence; a
 * filter that does not parse is that, too. */
enum akin_status akin_cli_args_parse(int argc, char *const *argv,
                                     const char *env_store,
                                     struct akin_cli_args *out,
                                     struct akin_error *err) AKIN_MUST_USE;

/* Help of one command, or of all. */
void akin_cli_args_help(FILE *out, enum akin_cli_command command);

#endif
