/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as facets.bin: what is read can be asked, and written again. The hashes
 * are put right first, or nothing but them would be tested. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "akin/hash.h"
#include "catalog_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_catalog catalog = {0};
    struct akin_buf bytes = {0}, again = {0};
    struct akin_json *counts = NULL;
    size_t head = 48, entries = 0;

    akin_buf_put(&bytes, data, size);
    if (size >= 64)
        entries = 48 + 20 * (size_t)bytes.data[40];
    if (entries > head && entries + 32 <= size) {
        struct akin_hash hash = akin_hash_of(akin_span_of(bytes.data, entries));

        memcpy(bytes.data + entries, hash.bytes, 16);
        hash = akin_hash_of(
            akin_span_of(bytes.data + entries + 16, size - entries - 32));
        memcpy(bytes.data + size - 16, hash.bytes, 16);
        catalog.terms_key = akin_le64(bytes.data + 16);
    }
    if (akin__catalog_parse(&catalog, akin_buf_span(&bytes), NULL) == AKIN_OK) {
        assert(akin_facets_count(catalog.facets, "author",
                                 akin_facets_all(catalog.facets), 10, &counts,
                                 NULL) == AKIN_OK);
        akin_json_free(counts);
        akin_facets_write(catalog.facets, &again);
    }
    akin_facets_free(catalog.facets);
    free(catalog.entry);
    akin_buf_free(&bytes);
    akin_buf_free(&again);
    return 0;
}
