/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_args_internal.h - the tables of commands and options
 * (cli_args_table.c) that the parser (cli_args.c) walks.
 */
#ifndef AKIN_CLI_ARGS_INTERNAL_H
#define AKIN_CLI_ARGS_INTERNAL_H

#include "cli_args.h"
#include "options.h"

struct akin__command {
    const char *name;
    const char *operands; /* as help shows them; NULL: none */
    size_t min_operands, max_operands;
    const char *summary;
    const char *more;
};

extern const struct akin__command akin__commands[AKIN_N_COMMANDS];

enum akin__option {
    OPT_STORE,
    OPT_CONNECT,
    OPT_TIMEOUT,
    OPT_JSON,
    OPT_K,
    OPT_WHERE,
    OPT_EXCLUDE_SELF,
    OPT_EXCLUDE,
    OPT_REGION,
    OPT_EVIDENCE,
    OPT_LIKE,
    OPT_IMAGE,
    OPT_VECTOR,
    OPT_NOT,
    OPT_TOGETHER,
    OPT_BY,
    OPT_INTENT,
    OPT_DIVERSITY,
    OPT_COLLAPSE,
    OPT_EXPLAIN,
    OPT_SHEET,
    OPT_DESCRIPTOR,
    OPT_HISTORY,
    OPT_FACET,
    OPT_JSONL,
    OPT_CSV,
    OPT_HELP,
    N_OPTIONS
};

/* The options of one command, and which of all_options each is. */
struct akin__choice {
    struct akin_option option[N_OPTIONS];
    size_t which[N_OPTIONS];
    size_t n;
    struct akin_cli_args *args;
};

void akin__choose_options(enum akin_cli_command command,
                          struct akin__choice *out);

#endif
