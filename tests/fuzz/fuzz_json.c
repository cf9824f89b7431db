/* SPDX-License-Identifier: Apache-2.0 */
/* What parses must be written, parsed again and be equal. */
#include <stdint.h>
#include <stdlib.h>

#include "akin/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_json *json = NULL, *again = NULL;
    struct akin_error err = {0};
    struct akin_buf out = {0}, twice = {0};

    if (akin_json_parse(akin_span_of(data, size), &json, &err) != AKIN_OK)
        return 0;
    akin_json_write(json, AKIN_JSON_SORTED, &out);
    if (akin_json_parse(akin_buf_span(&out), &again, &err) != AKIN_OK)
        abort();
    akin_json_write(again, AKIN_JSON_SORTED, &twice);
    if (!akin_span_equal(akin_buf_span(&out), akin_buf_span(&twice)))
        abort();
    akin_buf_free(&out);
    akin_buf_free(&twice);
    akin_json_free(json);
    akin_json_free(again);
    return 0;
}
