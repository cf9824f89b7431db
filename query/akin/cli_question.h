/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_question.h - the parameters of `similar` from a command line.
 */
#ifndef AKIN_CLI_QUESTION_H
#define AKIN_CLI_QUESTION_H

#include "ask.h"

/* Operands first .. first + n - 1 are images; with args->together the examples
 * from options are asked with as well. *out is owned by the caller. */
enum akin_status akin_cli_question(const struct akin_cli_args *args,
                                   struct akin_ask *ask, size_t first, size_t n,
                                   struct akin_json **out,
                                   struct akin_error *err) AKIN_MUST_USE;

#endif
