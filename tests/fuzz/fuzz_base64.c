/* SPDX-License-Identifier: Apache-2.0 */
/* What decodes must encode to the same letters, white space apart. */
#include <stdint.h>
#include <stdlib.h>

#include "akin/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_buf plain = {0}, coded = {0}, letters = {0};
    struct akin_error err = {0};

    if (akin_base64_decode(akin_span_of(data, size), &plain, &err) == AKIN_OK) {
        for (size_t i = 0; i < size; i++)
            if (data[i] > ' ')
                akin_buf_put(&letters, data + i, 1);
        akin_base64_encode(akin_buf_span(&plain), &coded);
        if (!akin_span_equal(akin_buf_span(&letters), akin_buf_span(&coded)))
            abort();
    }
    akin_buf_free(&plain);
    akin_buf_free(&coded);
    akin_buf_free(&letters);
    return 0;
}
