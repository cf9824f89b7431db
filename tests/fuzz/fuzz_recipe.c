/* SPDX-License-Identifier: Apache-2.0 */
/* recipe.json: its options come out of JSON and into it the same, and its
 * inputs are compared with those of a collection. */
#include <stdlib.h>

#include "collect/collect_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_collect_options options, again;
    struct akin_json *recipe = NULL, *json, *twice;
    struct akin_collection *c;

    if (akin_json_parse(akin_span_of(data, size), &recipe, NULL) != AKIN_OK)
        return 0;
    if (akin_collect_options_read(akin_json_get(recipe, "options"), &options,
                                  NULL) == AKIN_OK) {
        json = akin_collect_options_json(&options);
        if (akin_collect_options_read(json, &again, NULL) != AKIN_OK)
            abort();
        twice = akin_collect_options_json(&again);
        if (!akin_json_equal(json, twice))
            abort();
        c = akin__collection_new(&options);
        akin_json_free(json);
        akin_json_free(twice);
        twice = akin_collect_changes(akin_json_get(recipe, "inputs"), c);
        akin_json_free(twice);
        akin_collection_free(c);
        akin_collect_options_free(&options);
        akin_collect_options_free(&again);
    }
    akin_json_free(recipe);
    return 0;
}
