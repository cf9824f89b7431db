/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a study.txt: what is read passes the check of records. */
#include <stdio.h>
#include <stdlib.h>

#include "record_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_record_report report = {0};
    struct akin_json *records = NULL;
    struct akin_error err = {0};

    if (akin__record_read(akin_span_of(data, size), "study.txt", &records,
                          &report, &err) != AKIN_OK)
        records = NULL;
    for (size_t i = 0; i < akin_json_count(records); i++) {
        if (akin_record_check(akin_json_at(records, i), &err) == AKIN_OK)
            continue;
        (void)fprintf(stderr, "%s\n", err.text);
        abort();
    }
    akin_json_free(records);
    akin_record_report_free(&report);
    return 0;
}
