/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask.h - one way to ask, whether a daemon answers or this process.
 *
 * Threads: one thread.
 */
#ifndef AKIN_CLI_ASK_H
#define AKIN_CLI_ASK_H

#include "akin/config.h"
#include "akin/json.h"

#include "cli_args.h"

struct akin_ask; /* opaque */

/* The settings of whoever asks in process. descriptor: where the external one
 * answers; NULL: $AKIN_DESCRIPTOR, if there is one. */
enum akin_status akin_ask_config(const char *descriptor,
                                 struct akin_config *out,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Opens the store, or connects. */
enum akin_status akin_ask_open(const struct akin_cli_args *args,
                               struct akin_ask **out,
                               struct akin_error *err) AKIN_MUST_USE;
void akin_ask_close(struct akin_ask *ask); /* NULL is fine */

/* params is borrowed, *result owned by the caller. */
enum akin_status akin_ask_call(struct akin_ask *ask, const char *method,
                               const struct akin_json *params,
                               struct akin_json **result,
                               struct akin_error *err) AKIN_MUST_USE;

/* The "image" parameter for a file: its absolute path where the answering side
 * is on this machine and reads paths, else its bytes. Owned by the caller. */
enum akin_status akin_ask_image(struct akin_ask *ask, const char *path,
                                struct akin_json **out,
                                struct akin_error *err) AKIN_MUST_USE;

#endif
