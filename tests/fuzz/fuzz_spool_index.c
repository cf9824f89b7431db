/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of a spool that a stopped run left: the input is frames; behind an
 * odd first byte they get right sums, which no fuzzer would guess.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "akin/file.h"
#include "akin/hash.h"
#include "collect/write_spool_index.h"

#define FRAME 56
#define SUM 44

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
build(const uint8_t *data, size_t size, struct akin_buf *out)
{
    static const uint8_t zeros[16];
    struct akin_hash hash = akin_hash_of(akin_span_str("plan"));

    akin_buf_puts(out, "AKINSPL2");
    akin_buf_put(out, hash.bytes, 16);
    akin_buf_put(out, zeros, 16);
    akin_buf_put(out, data + 1, size - 1);
    for (size_t at = 40; data[0] % 2 == 1 && at + FRAME <= out->len;
         at += FRAME) {
        memset(out->data + at + SUM, 0, 4);
        hash = akin_hash_of(akin_span_of(out->data + at, FRAME));
        memcpy(out->data + at + SUM, hash.bytes, 4);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin__spool_index *index = NULL;
    struct akin_buf bytes = {0};
    char path[64];
    uint64_t sum = 0;

    if (size == 0)
        return 0;
    (void)snprintf(path, sizeof(path), "akin-fuzz-index.%ld", (long)getpid());
    build(data, size, &bytes);
    if (akin_file_write(path, akin_buf_span(&bytes), NULL) == AKIN_OK &&
        akin__spool_index_open(path, "plan", 8, &index, NULL) == AKIN_OK) {
        for (uint32_t i = 0; i < 8; i++)
            sum += akin__spool_index_get(index, i)->len;
        if (sum != akin__spool_index_bytes(index))
            abort();
        akin__spool_index_close(index);
    }
    akin_buf_free(&bytes);
    (void)unlink(path);
    return 0;
}
