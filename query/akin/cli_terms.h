/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_terms.h - `akin terms TEXT|ID`.
 */
#ifndef AKIN_CLI_TERMS_H
#define AKIN_CLI_TERMS_H

#include "ask.h"
#include "print.h"

/* A CURIE or an address shows that term; anything else completes. */
enum akin_status akin_cli_terms(const struct akin_cli_args *args,
                                struct akin_ask *ask,
                                const struct akin_print *print,
                                struct akin_error *err) AKIN_MUST_USE;

#endif
