/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_show.h - `akin show ID`.
 */
#ifndef AKIN_CLI_SHOW_H
#define AKIN_CLI_SHOW_H

#include "ask.h"
#include "print.h"

enum akin_status akin_cli_show(const struct akin_cli_args *args,
                               struct akin_ask *ask,
                               const struct akin_print *print,
                               struct akin_error *err) AKIN_MUST_USE;

/* The answer of `get` for people. */
void akin_cli_print_dataset(const struct akin_print *print,
                            const struct akin_json *answer);

#endif
