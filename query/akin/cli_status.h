/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_status.h - `akin status`.
 */
#ifndef AKIN_CLI_STATUS_H
#define AKIN_CLI_STATUS_H

#include "ask.h"
#include "print.h"

enum akin_status akin_cli_status(const struct akin_cli_args *args,
                                 struct akin_ask *ask,
                                 const struct akin_print *print,
                                 struct akin_error *err) AKIN_MUST_USE;

#endif
