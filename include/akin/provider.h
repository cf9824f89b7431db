/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/provider.h - features from another program (an external descriptor).
 *
 * Asks over nanomsg (REQ); the messages are in common/provider_wire.h and in
 * query/INTERFACE.md. A provider that is started again is found again by
 * itself; a request it took with it is asked again, within the time-out.
 *
 * Whatever goes wrong here is the provider's trouble, not the image's: EAGAIN
 * no answer in time, or it refused (the sentence has its words); ESTALE another
 * name or dimension than wanted; EIO the endpoint, or an answer that breaks the
 * rules. Every sentence names the endpoint.
 *
 * Threads: one provider object belongs to one thread.
 */
#ifndef AKIN_PROVIDER_H
#define AKIN_PROVIDER_H

#include "akin/feature_set.h"

struct akin_provider; /* opaque */

/* endpoint: ipc://, tcp:// or ws://. Does not wait for anyone to be there.
 * EINVAL: no such address. */
enum akin_status akin_provider_open(const char *endpoint, uint64_t timeout_ms,
                                    struct akin_provider **out,
                                    struct akin_error *err) AKIN_MUST_USE;
void akin_provider_close(struct akin_provider *provider); /* NULL is fine */

/* Asks who is there: name and dimension. */
enum akin_status akin_provider_hello(struct akin_provider *provider,
                                     struct akin_feature_set *out,
                                     struct akin_error *err) AKIN_MUST_USE;

/* Tiles of one shape: 8 bit, 1 (grey) or 3 (R, G, B) channels. */
struct akin_provider_tiles {
    const uint8_t *px; /* n x edge x edge x channels */
    size_t n;
    uint32_t edge, channels;
};

/* Has them described by the provider whose set this is. out: n x set->n finite
 * floats that float16 can hold. */
enum akin_status akin_provider_describe(struct akin_provider *provider,
                                        const struct akin_feature_set *set,
                                        const struct akin_provider_tiles *tiles,
                                        float *out,
                                        struct akin_error *err) AKIN_MUST_USE;

#endif
