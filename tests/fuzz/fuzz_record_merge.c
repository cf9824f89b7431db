/* SPDX-License-Identifier: Apache-2.0 */
/* Two records (YAML, divided by a zero byte) of two kinds: what they make
 * together is a record, and stays as it is when one of them is read again. */
#include <stdlib.h>
#include <string.h>

#include "record_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
    size_t n = zero == NULL ? size : (size_t)(zero - data);
    struct akin_json *a = NULL, *b = NULL, *both, *again, *changes;
    struct akin_error err = {0};

    if (zero == NULL || akin__record_read(akin_span_of(data, n), "a.yaml", &a,
                                          NULL, &err) != AKIN_OK)
        return 0;
    if (akin__record_read(akin_span_of(zero + 1, size - n - 1), "b.yaml", &b,
                          NULL, &err) == AKIN_OK) {
        akin_json_set_text(akin_json_get(akin_json_at(b, 0), "source"), "kind",
                           "ro-crate");
        both = akin_record_merge(akin_json_at(a, 0), akin_json_at(b, 0));
        again = akin_record_merge(both, akin_json_at(b, 0));
        changes = akin_record_diff(both, again);
        if (akin_record_check(both, &err) != AKIN_OK ||
            akin_json_count(changes) > 0)
            abort();
        akin_json_free(changes);
        akin_json_free(again);
        akin_json_free(both);
    }
    akin_json_free(a);
    akin_json_free(b);
    return 0;
}
