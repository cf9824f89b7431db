/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_spool_index.h - which pictures of a spool are there, and where: the
 * file `index` of write_spool.h, and the same in memory.
 *
 * Threads: one.
 */
#ifndef AKIN_COLLECT_WRITE_SPOOL_INDEX_H
#define AKIN_COLLECT_WRITE_SPOOL_INDEX_H

#include "write_pixels.h"

struct akin__spooled {
    uint64_t offset; /* in pictures */
    uint64_t check;  /* akin__spool_check */
    uint32_t len;    /* bytes; 0: not there */
    struct akin__picture picture;
};

struct akin__spool_index; /* opaque */

/* Reads what is there for this plan; anything else is begun anew. n: samples.
 * EIO, ENOMEM. */
enum akin_status akin__spool_index_open(const char *path, const char *plan,
                                        size_t n,
                                        struct akin__spool_index **out,
                                        struct akin_error *err) AKIN_MUST_USE;
void akin__spool_index_close(struct akin__spool_index *index);

bool akin__spool_index_has(const struct akin__spool_index *index, uint32_t i);
const struct akin__spooled *
akin__spool_index_get(const struct akin__spool_index *index, uint32_t i);
/* Bytes of pictures that the index tells of. */
uint64_t akin__spool_index_bytes(const struct akin__spool_index *index);
void akin__spool_index_clear(struct akin__spool_index *index);

/* The picture was put behind the others; on disk after flush (EIO). */
void akin__spool_index_add(struct akin__spool_index *index, uint32_t i,
                           struct akin_span png,
                           const struct akin__picture *picture);
enum akin_status akin__spool_index_flush(struct akin__spool_index *index,
                                         struct akin_error *err) AKIN_MUST_USE;

uint64_t akin__spool_check(struct akin_span png);

#endif
