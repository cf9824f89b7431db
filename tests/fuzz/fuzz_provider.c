/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what an external descriptor says, or is asked: refused, or
 * numbers that can be stored. */
#include <math.h>
#include <stdlib.h>

#include "provider_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_reply(struct akin_span message, enum akin__provider_kind kind, size_t n)
{
    struct akin_feature_set set = {.id = ""};
    struct akin__provider_wanted wanted = {.kind = kind, .number = 1, .n = n};
    static float out[2 * AKIN_FEATURES_MAX];
    struct akin_error err = {0};

    if (akin__provider_get_reply(message, &wanted, &set, out, &err) !=
        AKIN_OK) {
        if (err.text[0] == '\0')
            abort();
        return;
    }
    for (size_t i = 0; i < n * set.n; i++)
        if (!isfinite(out[i]))
            abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_span message = akin_span_of(data, size);
    struct akin__provider_request request;

    try_reply(message, AKIN__PROVIDER_HELLO, 0);
    try_reply(message, AKIN__PROVIDER_DESCRIBE, 2);
    (void)!akin__provider_get_request(message, &request, NULL);
    return 0;
}
