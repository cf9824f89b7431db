/* SPDX-License-Identifier: Apache-2.0 */
#include "answer.h"

#include "collect.h"

enum akin_status
akin_collect_answer(struct akin_session *session,
                    const struct akin_json *params, struct akin_json **result,
                    struct akin_error *err)
{
    struct akin_collect_options options;
    struct akin_collect_run run = {.options = &options, .threads = 1};
    struct akin_collection *collection = NULL;
    enum akin_status st = akin_collect_options_read(params, &options, err);

    if (st != AKIN_OK)
        return st;
    /* A request should not read a whole archive unless it says so. */
    if (akin_json_get(params, "pixels") == NULL)
        options.use_pixels = false;
    st = akin_collect_plan(session, &run, &collection, err);
    if (st == AKIN_OK)
        *result = akin_collection_json(collection);
    akin_collection_free(collection);
    akin_collect_options_free(&options);
    return st;
}
