/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_provider.h - an external descriptor as small as can be: how often
 * each grey level, and each difference of neighbours, occurs in a tile. It can
 * be told to break the rules, one at a time.
 *
 * Threads: akin_test_provider_answer has no shared state.
 */
#ifndef AKIN_REFERENCE_PROVIDER_H
#define AKIN_REFERENCE_PROVIDER_H

#include <stdatomic.h>

#include "provider_wire.h"

enum akin_test_wrong {
    AKIN_WRONG_NOTHING,
    AKIN_WRONG_SILENT,  /* takes requests, never answers */
    AKIN_WRONG_NAN,     /* the last number */
    AKIN_WRONG_COUNT,   /* one tile less */
    AKIN_WRONG_LENGTH,  /* one byte less */
    AKIN_WRONG_NUMBER,  /* answers another request */
    AKIN_WRONG_GARBAGE, /* another protocol */
    AKIN_WRONG_NAME,    /* a name that may not be */
    AKIN_WRONG_REFUSED, /* "the model is being loaded" */
    AKIN_N_WRONG
};

struct akin_test_provider {
    const char *endpoint, *name;
    uint32_t dim;
    enum akin_test_wrong wrong;
    atomic_int stop;     /* set: serve ends within 50 ms */
    atomic_int is_ready; /* set by serve: listening; -1: cannot */
    atomic_ulong n_tiles, n_requests;
};

/* What it answers; false: nothing. Replaces *out. */
bool akin_test_provider_answer(const struct akin_test_provider *provider,
                               struct akin_span request, struct akin_buf *out);

/* Answers at its endpoint until it is stopped. False: it cannot listen. */
bool akin_test_provider_serve(struct akin_test_provider *provider);

#endif
