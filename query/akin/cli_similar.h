/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_similar.h - `akin similar IMAGE...`.
 */
#ifndef AKIN_CLI_SIMILAR_H
#define AKIN_CLI_SIMILAR_H

#include "ask.h"
#include "print.h"

/* Asks with each image in turn and prints the answers. An image that cannot be
 * asked with is named on standard error, and the rest goes on. *exit_code: 0,
 * or 3 when some failed; when all failed, the status of the last. */
enum akin_status akin_cli_similar(const struct akin_cli_args *args,
                                  struct akin_ask *ask,
                                  const struct akin_print *print,
                                  int *exit_code,
                                  struct akin_error *err) AKIN_MUST_USE;

/* The answer as a table; explain: with reasons. */
void akin_cli_print_similar(const struct akin_print *print, const char *image,
                            const struct akin_json *answer, bool explain);

#endif
