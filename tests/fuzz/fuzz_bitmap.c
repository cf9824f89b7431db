/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as a set of numbers, with their hash put right: what is read is written
 * as it was. */
#include <assert.h>
#include <string.h>

#include "akin/bitmap.h"
#include "akin/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_buf bytes = {0}, again = {0};
    struct akin_bitmap *set = NULL;

    akin_buf_put(&bytes, data, size);
    if (size >= 8) {
        struct akin_hash hash =
            akin_hash_of(akin_span_of(bytes.data, size - 8));

        memcpy(bytes.data + size - 8, hash.bytes, 8);
    }
    if (akin_bitmap_read(akin_buf_span(&bytes), &set, NULL) == AKIN_OK) {
        akin_bitmap_write(set, &again);
        assert(akin_span_equal(akin_buf_span(&bytes), akin_buf_span(&again)));
    }
    akin_bitmap_free(set);
    akin_buf_free(&bytes);
    akin_buf_free(&again);
    return 0;
}
