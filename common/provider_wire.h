/* SPDX-License-Identifier: Apache-2.0 */
/*
 * provider_wire.h - the messages between akin and an external descriptor.
 *
 * All numbers little-endian. A request:
 *    0  4  "AKDP"
 *    4  2  version, 1
 *    6  2  kind: 1 hello, 2 describe
 *    8  4  number of the request
 *   12  4  n: tiles; 0 in a hello
 *   16  4  edge of each tile, px; 0 in a hello
 *   20  4  channels: 1 grey, 3 R G B; 0 in a hello
 *   24  .  n x edge x edge x channels bytes, row by row, colours interleaved
 * A reply:
 *    0  4  "AKDP"
 *    4  2  version, 1
 *    6  2  kind of the request; 0: refused
 *    8  4  number of the request
 *   12  4  n: tiles described; 0 in a hello
 *   16  4  dimension: floats of a tile
 *   20  4  length of the text: 1..64 bytes of name; refused: 0..256 of a reason
 *   24  .  the text
 *    .  .  n x dimension IEEE 754 binary32
 * Every reply has name and dimension, so that a provider that was exchanged
 * between two requests is noticed.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_PROVIDER_WIRE_H
#define AKIN_PROVIDER_WIRE_H

#include "akin/provider.h"

#define AKIN__PROVIDER_VERSION 1
#define AKIN__PROVIDER_HEAD ((size_t)24)
#define AKIN__PROVIDER_REASON 256       /* longest text of a refusal */
#define AKIN__PROVIDER_TILES 1024       /* most in one request */
#define AKIN__PROVIDER_EDGE 1024        /* px */
#define AKIN__PROVIDER_LARGEST 65504.0f /* what float16 holds */

enum akin__provider_kind {
    AKIN__PROVIDER_REFUSED = 0,
    AKIN__PROVIDER_HELLO = 1,
    AKIN__PROVIDER_DESCRIBE = 2
};

/* Replaces *out. tiles NULL: a hello. ENOMEM. */
enum akin_status akin__provider_put_request(
    uint32_t number, const struct akin_provider_tiles *tiles,
    struct akin_buf *out, struct akin_error *err) AKIN_MUST_USE;

/* A request as a provider sees it; px is borrowed. */
struct akin__provider_request {
    enum akin__provider_kind kind;
    uint32_t number;
    struct akin_provider_tiles tiles;
};
/* EIO: it breaks the rules above. */
enum akin_status
akin__provider_get_request(struct akin_span message,
                           struct akin__provider_request *out,
                           struct akin_error *err) AKIN_MUST_USE;

/* The largest reply that a request for n tiles may get. */
size_t akin__provider_reply_max(size_t n);

/* What must be true of a reply to a request. */
struct akin__provider_wanted {
    enum akin__provider_kind kind;
    uint32_t number;
    size_t n;                           /* tiles asked for */
    const struct akin_feature_set *set; /* NULL: a hello, any */
};
/* Gives the set that the reply names and, when out is not NULL, n x set->n
 * floats. Statuses as in akin/provider.h. */
enum akin_status
akin__provider_get_reply(struct akin_span message,
                         const struct akin__provider_wanted *wanted,
                         struct akin_feature_set *set, float *out,
                         struct akin_error *err) AKIN_MUST_USE;

#endif
