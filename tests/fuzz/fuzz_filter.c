/* SPDX-License-Identifier: Apache-2.0 */
/* Filter text: what parses must have a canonical text that parses to itself. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "akin/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = akin_strndup((const char *)data, size);
    struct akin_filter *first = NULL, *second = NULL;
    struct akin_buf a = {0}, b = {0};

    if (akin_filter_parse(text, &first, NULL) == AKIN_OK) {
        struct akin_json *record = akin_json_object();

        (void)akin_filter_matches(first, record);
        akin_json_free(record);
        akin_filter_text(first, &a);
        /* The canonical form has more brackets: only depth may refuse it. */
        if (akin_filter_parse(akin_buf_text(&a), &second, NULL) == AKIN_OK) {
            akin_filter_text(second, &b);
            assert(strcmp(akin_buf_text(&a), akin_buf_text(&b)) == 0);
        }
    }
    akin_filter_free(first);
    akin_filter_free(second);
    akin_buf_free(&a);
    akin_buf_free(&b);
    free(text);
    return 0;
}
