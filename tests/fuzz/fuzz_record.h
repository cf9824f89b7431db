/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_record.h - any bytes as a metadata file of some kind: what is read
 * passes the check of records.
 */
#ifndef FUZZ_RECORD_H
#define FUZZ_RECORD_H

#include <stdio.h>
#include <stdlib.h>

#include "record_internal.h"

/* name: of a file, which says what kind it is. Gives 0. */
static inline int
fuzz_record(const char *name, const uint8_t *data, size_t size)
{
    struct akin_record_report report = {0};
    struct akin_json *records = NULL;
    struct akin_error err = {0};

    if (akin__record_read(akin_span_of(data, size), name, &records, &report,
                          &err) != AKIN_OK)
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

#endif
