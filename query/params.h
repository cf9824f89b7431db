/* SPDX-License-Identifier: Apache-2.0 */
/*
 * params.h - the named parameters of a request, read with sentences.
 *
 * Nothing is passed over: a parameter that a method does not know is refused
 * with the nearest one that it knows, so that a mistyped filter is never an
 * answer without a filter.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_QUERY_PARAMS_H
#define AKIN_QUERY_PARAMS_H

#include "akin/json.h"

/* EINVAL: `what` ("method", "parameter of similar") is none of the n known
 * words; the text offers the nearest, or all when none is near. */
enum akin_status akin_params_unknown(const char *what, const char *word,
                                     const char *const *known, size_t n,
                                     struct akin_error *err) AKIN_MUST_USE;

/* Every key of the object is one of the n known. */
enum akin_status akin_params_check(const struct akin_json *params,
                                   const char *what, const char *const *known,
                                   size_t n,
                                   struct akin_error *err) AKIN_MUST_USE;

/* One parameter: *out is left as it is when the parameter is absent or null,
 * so the caller puts the default there. EINVAL names it and the rule. */
enum akin_status akin_params_int(const struct akin_json *params,
                                 const char *name, int64_t min, int64_t max,
                                 int64_t *out,
                                 struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_params_bool(const struct akin_json *params,
                                  const char *name, bool *out,
                                  struct akin_error *err) AKIN_MUST_USE;
/* Borrowed from params; not empty. */
enum akin_status akin_params_text(const struct akin_json *params,
                                  const char *name, const char **out,
                                  struct akin_error *err) AKIN_MUST_USE;

#endif
