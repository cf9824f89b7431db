/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.h - command lines: a table of options, and one loop over argv.
 *
 *   --name value   --name=value   -n value   -nvalue   --flag   --   operand
 *
 * Options and operands may come in any order; what follows "--" is operands. An
 * option that may not repeat is refused the second time: which of two stores
 * was meant, nobody knows.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_QUERY_OPTIONS_H
#define AKIN_QUERY_OPTIONS_H

#include <stdio.h>

#include "akin/bytes.h"

struct akin_option {
    const char *name;  /* without the dashes */
    const char *value; /* what help calls its value; NULL: takes none */
    const char *help;
    char letter; /* 0: none */
    bool repeats;
};

#define AKIN_OPTIONS_MAX 64
#define AKIN_OPERAND ((size_t)-1)

/* Called for each option with its place in the table, and for each operand with
 * AKIN_OPERAND. value is borrowed from argv; NULL for a flag. */
typedef enum akin_status akin_option_fn(void *ctx, size_t option,
                                        const char *value,
                                        struct akin_error *err);

/* Walks argv[first..argc-1]. EINVAL: an unknown option (with the nearest known
 * one), a missing or needless value, a second time; or what fn answers. */
enum akin_status akin_options_parse(int argc, char *const *argv, int first,
                                    const struct akin_option *options, size_t n,
                                    akin_option_fn *fn, void *ctx,
                                    struct akin_error *err) AKIN_MUST_USE;

/* Prints the table, two columns. */
void akin_options_help(FILE *out, const struct akin_option *options, size_t n);

/* A whole number within bounds; EINVAL names the option. */
enum akin_status akin_options_number(const char *name, const char *value,
                                     uint64_t min, uint64_t max, uint64_t *out,
                                     struct akin_error *err) AKIN_MUST_USE;

#endif
