/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file list, by content and as tab-separated. */
#include "akin/file_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"list.csv", "list.tsv"};

    for (size_t i = 0; i < AKIN_COUNT(names); i++) {
        struct akin_record_report report = {0};
        struct akin_json *files = NULL;
        struct akin_error err = {0};

        if (akin_file_list_parse(akin_span_of(data, size), names[i], &files,
                                 &report, &err) != AKIN_OK)
            files = NULL;
        akin_json_free(files);
        akin_record_report_free(&report);
    }
    return 0;
}
