/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_search.h - `akin search`, `akin facets`, `akin suggest`.
 */
#ifndef AKIN_CLI_SEARCH_H
#define AKIN_CLI_SEARCH_H

#include "ask.h"
#include "print.h"

/* Hits as a table and facets below it; all hits as JSON lines or CSV. */
enum akin_status akin_cli_search(const struct akin_cli_args *args,
                                 struct akin_ask *ask,
                                 const struct akin_print *print,
                                 struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_cli_facets(const struct akin_cli_args *args,
                                 struct akin_ask *ask,
                                 const struct akin_print *print,
                                 struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_cli_suggest(const struct akin_cli_args *args,
                                  struct akin_ask *ask,
                                  const struct akin_print *print,
                                  struct akin_error *err) AKIN_MUST_USE;

/* The answers for people. */
void akin_cli_print_hits(const struct akin_print *print,
                         const struct akin_json *answer);
void akin_cli_print_facets(const struct akin_print *print,
                           const struct akin_json *facets);

#endif
