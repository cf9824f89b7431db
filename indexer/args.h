/* SPDX-License-Identifier: Apache-2.0 */
/*
 * args.h - command lines, read from a table.
 *
 * A command describes its options in rows; this reads `--name value`,
 * `--name=value` and operands in any order, `--` ends the options. Whatever is
 * wrong is one sentence that names the word and the rule, with the nearest
 * known word when one was mistyped. Help comes from the same rows.
 *
 * Knows nothing of stores or images. Threads: no shared state.
 */
#ifndef AKIN_INDEXER_ARGS_H
#define AKIN_INDEXER_ARGS_H

#include <stdio.h>

#include "akin/config.h"

enum akin_arg_kind {
    AKIN_ARG_FLAG,     /* bool *: set to true */
    AKIN_ARG_TEXT,     /* const char **: may not be empty, given once */
    AKIN_ARG_SET,      /* struct akin_config *: name=value, any number */
    AKIN_ARG_SETTINGS, /* struct akin_config *: a file of such lines */
    AKIN_ARG_JOBS      /* struct akin_config *: index.jobs */
};

/* The order is that in which a row reads.
 * NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
struct akin_arg {
    const char *name; /* "--store" */
    enum akin_arg_kind kind;
    const char *value; /* what follows, for the help: "DIR"; NULL: nothing */
    void *target;      /* as the kind says */
    const char *help;
    bool is_required;
};

/* One command: the first part is the caller's, the last is filled in. */
struct akin_args {
    const char *command; /* "akin-index add" */
    const char *about;   /* paragraphs for --help, each line ended */
    const char *example; /* lines for --help, each line ended */
    const struct akin_arg *arg;
    size_t n_args;
    const char *operand; /* "PATH"; NULL: none are taken */
    size_t min_operands;

    const char **operands; /* borrowed from argv; the array is owned */
    size_t n_operands;
    bool wants_help; /* --help was given: nothing else was checked */
};

/* argv[0] is the command's own name and is skipped. EINVAL for whatever a
 * person got wrong. akin_args_free also after a failure. */
enum akin_status akin_args_parse(struct akin_args *args, int argc, char **argv,
                                 struct akin_error *err) AKIN_MUST_USE;
void akin_args_free(struct akin_args *args);

/* Usage line, about, options, example. */
void akin_args_help(const struct akin_args *args, FILE *out);

/* What most commands have in common; rows for their tables. */
struct akin_common {
    const char *store;
    struct akin_config config;
    bool is_quiet, is_verbose;
};
void akin_common_init(struct akin_common *common);

#define AKIN_ARG_ROW_STORE(common)                                             \
    {                                                                          \
        "--store", AKIN_ARG_TEXT, "DIR", &(common)->store,                     \
            "folder of the store", true                                        \
    }
#define AKIN_ARG_ROWS_CONFIG(common)                                           \
    {"--set",                                                                  \
     AKIN_ARG_SET,                                                             \
     "NAME=VALUE",                                                             \
     &(common)->config,                                                        \
     "change one setting (akin-index settings lists them)",                    \
     false},                                                                   \
    {                                                                          \
        "--settings", AKIN_ARG_SETTINGS, "FILE", &(common)->config,            \
            "change settings from a file of such lines", false                 \
    }
#define AKIN_ARG_ROWS_TALK(common)                                             \
    {"--quiet",                                                                \
     AKIN_ARG_FLAG,                                                            \
     NULL,                                                                     \
     &(common)->is_quiet,                                                      \
     "say only what went wrong",                                               \
     false},                                                                   \
    {                                                                          \
        "--verbose", AKIN_ARG_FLAG, NULL, &(common)->is_verbose,               \
            "say what is done with each file", false                           \
    }

/* Exit codes of every program of akin. */
enum {
    AKIN_EXIT_DONE = 0,
    AKIN_EXIT_FAILED = 1,
    AKIN_EXIT_USAGE = 2,
    AKIN_EXIT_QUARANTINED = 3 /* done, but some inputs were bad */
};

/* Parses; true: go on. False: *code is the exit code (help was printed, or the
 * sentence about what is wrong). */
bool akin_args_begin(struct akin_args *args, int argc, char **argv, int *code);

/* Prints "akin-index add: text" and gives the exit code of a failure. */
int akin_args_failed(const struct akin_args *args,
                     const struct akin_error *err);

#endif
