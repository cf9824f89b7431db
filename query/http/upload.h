/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upload.h - a body as it comes in, within its own limit and that of all
 * together.
 *
 * Threads: one upload belongs to one thread at a time; the total may be shared.
 */
#ifndef AKIN_HTTP_UPLOAD_H
#define AKIN_HTTP_UPLOAD_H

#include <stdatomic.h>

#include "akin/bytes.h"

/* Bodies under way. */
struct akin_upload_total {
    atomic_ullong bytes;
    uint64_t max;
};

enum akin_upload_state {
    AKIN_UPLOAD_FINE,
    AKIN_UPLOAD_TOO_LARGE, /* more than its own limit */
    AKIN_UPLOAD_NO_ROOM    /* all together are too much, or no memory */
};

/* Start from {0} and a total. */
struct akin_upload {
    struct akin_upload_total *total;
    struct akin_buf body; /* empty unless the state is fine */
    uint64_t charged;     /* of the total */
    uint64_t leftover;    /* bytes thrown away */
    enum akin_upload_state state;
};
void akin_upload_free(struct akin_upload *upload);

/* Adds bytes; what is not taken is thrown away, so that the client gets to
 * read why. false: enough of that, cut it off. */
bool akin_upload_take(struct akin_upload *upload, uint64_t max,
                      const void *data, size_t len);

#endif
