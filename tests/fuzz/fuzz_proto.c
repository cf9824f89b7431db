/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a request and as an answer: refused or understood, and what was
 * understood of a request can be written and read again. */
#include <stdlib.h>

#include "akin/proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_again(const struct akin_request *request)
{
    struct akin_request again = {0};
    struct akin_buf text = {0};
    int code = 0;

    akin_proto_write_request(1, request->method, request->params,
                             request->deadline_ms, &text);
    if (akin_proto_parse_request(akin_buf_span(&text), &again, &code, NULL) !=
            AKIN_OK ||
        again.deadline_ms != request->deadline_ms)
        abort();
    akin_request_free(&again);
    akin_buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_span text = akin_span_of(data, size);
    struct akin_request request = {0};
    struct akin_json *result = NULL;
    int code = 0;

    if (akin_proto_parse_request(text, &request, &code, NULL) == AKIN_OK)
        write_again(&request);
    akin_request_free(&request);
    if (akin_proto_parse_answer(text, 1, &result, NULL) == AKIN_OK)
        akin_json_free(result);
    return 0;
}
