/* SPDX-License-Identifier: Apache-2.0 */
/* Ontologies in OBO: every term that is read has a valid id. */
#include <assert.h>

#include "akin/normalize.h"
#include "ontology_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_json *terms = akin_json_array();
    struct akin_error err = {0};

    if (size > 0 && akin__ontology_read_obo(akin_span_of(data, size), terms,
                                            &err) == AKIN_OK)
        for (size_t i = 0; i < akin_json_count(terms); i++)
            assert(
                akin_curie_valid(akin_json_text(akin_json_at(terms, i), "id")));
    akin_json_free(terms);
    return 0;
}
