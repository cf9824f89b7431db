/* SPDX-License-Identifier: Apache-2.0 */
#include "collections.h"

#include "negotiate.h"
#include "params.h"

/* Ids of datasets only: files of this machine are not for whoever can send a
 * request. */
static enum akin_status
refuse_paths(const struct akin_json *params, struct akin_error *err)
{
    static const char *const lists[] = {"like", "unlike", "exclude_near"};

    for (size_t i = 0; i < AKIN_COUNT(lists); i++) {
        const struct akin_json *list = akin_json_get(params, lists[i]);
        const char *text = akin_json_string(list);
        size_t n = text != NULL ? 1 : akin_json_count(list);

        for (size_t k = 0; k < n; k++) {
            const char *one =
                text != NULL ? text : akin_json_string(akin_json_at(list, k));

            if (one != NULL && one[0] == '/')
                return AKIN_FAIL(err, AKIN_EINVAL,
                                 "%s: files are not read by path over HTTP; "
                                 "name a dataset",
                                 lists[i]);
        }
    }
    return AKIN_OK;
}

/* Reading all files of a selection is for who sits at the machine. */
static enum akin_status
refuse_pixels(struct akin_json *params, struct akin_error *err)
{
    bool wanted = false;
    enum akin_status st = akin_params_bool(params, "pixels", &wanted, err);

    if (st != AKIN_OK)
        return st;
    if (wanted)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "pixels: image files are not read for a collection "
                         "over HTTP; akin collect does");
    akin_json_set_bool(params, "pixels", false);
    return AKIN_OK;
}

static enum akin_status
ask(struct akin_http_call *call, struct akin_json *params,
    struct akin_error *err)
{
    struct akin_json *result = NULL;
    enum akin_status st = refuse_paths(params, err);

    if (st == AKIN_OK)
        st = refuse_pixels(params, err);
    if (st == AKIN_OK)
        st = akin__http_ask(call, "collect", params, &result, err);
    if (st == AKIN_OK)
        akin_http_answer_json(&call->answer, result);
    akin_json_free(result);
    return st;
}

enum akin_status
akin_collections_get(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_json *params = akin_json_object();
    enum akin_status st =
        akin__http_params(&call->target.query, call->route, params, err);

    if (st == AKIN_OK)
        st = ask(call, params, err);
    akin_json_free(params);
    return st;
}

enum akin_status
akin_collections_post(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_json *params = NULL;
    enum akin_status st;

    if (!akin_http_is_type(call->request->field[AKIN_HTTP_CONTENT_TYPE],
                           "application/json")) {
        akin_http_problem(&call->answer, 415, "media-type",
                          "the body must be application/json: parameters of "
                          "collect",
                          NULL);
        return AKIN_OK;
    }
    st = akin_json_parse(call->request->body, &params, err);
    if (st == AKIN_OK && akin_json_type(params) != AKIN_JSON_OBJECT)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "the body must be a JSON object with parameters of "
                       "collect");
    if (st == AKIN_OK)
        st = akin__http_params(&call->target.query, call->route, params, err);
    if (st == AKIN_OK)
        st = ask(call, params, err);
    akin_json_free(params);
    return st;
}
