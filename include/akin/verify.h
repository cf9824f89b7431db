/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/verify.h - walk every invariant of a store.
 *
 * Called by `akin-index verify`, tests, scenarios and fuzzers.
 */
#ifndef AKIN_VERIFY_H
#define AKIN_VERIFY_H

#include "akin/json.h"
#include "akin/store.h"

/* Checks the tables against each other and the current generation against
 * them. *problems (may be NULL) gets an array of sentences (at most
 * 1000), owned by the caller. AKIN_OK only when there is none; EFORMAT with the
 * first one. */
enum akin_status akin_verify(struct akin_store *store,
                             struct akin_json **problems,
                             struct akin_error *err) AKIN_MUST_USE;

#endif
