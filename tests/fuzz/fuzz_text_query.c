/* SPDX-License-Identifier: Apache-2.0 */
/* Text queries: what parses must be something that FTS5 takes. */
#include <assert.h>
#include <stdlib.h>

#include "akin/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct akin_text *text; /* empty, and reachable: not a leak */
    char *words = akin_strndup((const char *)data, size);
    struct akin_text_query *query = NULL;
    struct akin_text_hit *hit = NULL;
    size_t n = 0;
    enum akin_status st = AKIN_OK;

    if (text == NULL)
        st = akin_text_new(NULL, &text, NULL);
    assert(st == AKIN_OK);
    if (akin_text_parse(words, &query, NULL) == AKIN_OK) {
        st = akin_text_search(text, query, NULL, &hit, &n, NULL);
        assert(st == AKIN_OK);
    }
    akin_text_query_free(query);
    free(hit);
    free(words);
    return 0;
}
