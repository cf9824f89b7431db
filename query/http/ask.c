/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask.c - /v1/similar: the image as the body itself, as parts of a form, inside
 * JSON, or one that is stored.
 */
#include "v1.h"

#include <stdlib.h>
#include <string.h>

#include "multipart.h"
#include "negotiate.h"

static struct akin_json *
image_of(struct akin_span bytes)
{
    struct akin_json *image = akin_json_object();
    struct akin_buf text = {0};

    akin_base64_encode(bytes, &text);
    akin_json_set(image, "base64", akin_json_new_text(akin_buf_span(&text)));
    akin_buf_free(&text);
    return image;
}

/* One image goes under "image", several under "images". */
static void
add_image(struct akin_json *params, struct akin_span bytes)
{
    struct akin_json *list = akin_json_get(params, "images");
    struct akin_json *one = akin_json_get(params, "image");

    if (list == NULL && one == NULL) {
        akin_json_set(params, "image", image_of(bytes));
        return;
    }
    if (list == NULL) {
        list = akin_json_array();
        akin_json_append(list, akin_json_share(one));
        akin_json_unset(params, "image");
        akin_json_set(params, "images", list);
    }
    akin_json_append(list, image_of(bytes));
}

static void
add_negative(struct akin_json *params, struct akin_span bytes)
{
    struct akin_json *list = akin_json_get(params, "negative");

    if (list == NULL) {
        list = akin_json_array();
        akin_json_set(params, "negative", list);
    }
    akin_json_append(list, image_of(bytes));
}

/* Parts that are images are called image or negative; all others are
 * parameters, named as in the query. */
static enum akin_status
read_parts(struct akin_http_call *call, struct akin_json *params,
           struct akin_error *err)
{
    struct akin_multipart *form = akin_new(1, sizeof(*form));
    struct akin_http_pairs *pairs = akin_new(1, sizeof(*pairs));
    enum akin_status st =
        akin_multipart_parse(call->request->field[AKIN_HTTP_CONTENT_TYPE],
                             call->request->body, form, err);

    for (size_t i = 0; st == AKIN_OK && i < form->n; i++) {
        const struct akin_multipart_part *part = &form->part[i];

        if (strcmp(part->name, "image") == 0)
            add_image(params, part->data);
        else if (strcmp(part->name, "negative") == 0)
            add_negative(params, part->data);
        else
            st = akin_http_pairs_add(pairs, akin_span_str(part->name),
                                     part->data, err);
    }
    if (st == AKIN_OK)
        st = akin__http_params(pairs, call->route, params, err);
    akin_http_pairs_free(pairs);
    free(pairs);
    free(form);
    return st;
}

/* Files of this machine are not for whoever can send a request. */
static bool
names_path(const struct akin_json *image)
{
    for (size_t i = 0; i < akin_json_count(image); i++)
        if (akin_json_type(image) == AKIN_JSON_ARRAY &&
            names_path(akin_json_at(image, i)))
            return true;
    return akin_json_get(image, "path") != NULL;
}

static enum akin_status
read_json(struct akin_http_call *call, struct akin_json **params,
          struct akin_error *err)
{
    static const char *const images[] = {"image", "images", "negative"};
    struct akin_json *json = NULL;
    enum akin_status st = akin_json_parse(call->request->body, &json, err);

    if (st == AKIN_OK && akin_json_type(json) != AKIN_JSON_OBJECT)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "the body must be a JSON object with parameters of "
                       "similar");
    for (size_t i = 0; st == AKIN_OK && i < AKIN_COUNT(images); i++)
        if (names_path(akin_json_get(json, images[i])))
            st = AKIN_FAIL(err, AKIN_EINVAL,
                           "%s: files are not read by path over HTTP; send "
                           "the bytes",
                           images[i]);
    if (st == AKIN_OK) {
        akin_json_free(*params);
        *params = json;
    } else {
        akin_json_free(json);
    }
    return st;
}

/* curl --data-binary says form-urlencoded of whatever it sends. */
static bool
is_raw(const char *type)
{
    return type == NULL || strncmp(type, "image/", 6) == 0 ||
           akin_http_is_type(type, "application/octet-stream") ||
           akin_http_is_type(type, "application/x-www-form-urlencoded");
}

static enum akin_status
read_body(struct akin_http_call *call, struct akin_json **params,
          struct akin_error *err)
{
    const char *type = call->request->field[AKIN_HTTP_CONTENT_TYPE];

    if (call->request->body.len == 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "there is no image: send it as the body");
    if (akin_http_is_type(type, "application/json"))
        return read_json(call, params, err);
    if (akin_http_is_type(type, "multipart/form-data"))
        return read_parts(call, *params, err);
    if (is_raw(type)) {
        add_image(*params, call->request->body);
        return AKIN_OK;
    }
    akin_http_problem(&call->answer, 415, "media-type",
                      "the body may be an image (image/..., or "
                      "application/octet-stream), multipart/form-data or "
                      "application/json",
                      NULL);
    return AKIN_OK;
}

static bool
refuses_url(struct akin_http_call *call)
{
    if (akin_http_pairs_get(&call->target.query, "url") == NULL)
        return false;
    akin_http_problem(&call->answer, 403, "no-fetching",
                      "akin fetches nothing from the network: download the "
                      "image and send its bytes",
                      NULL);
    return true;
}

static enum akin_status
ask(struct akin_http_call *call, const struct akin_json *params,
    struct akin_error *err)
{
    struct akin_json *result = NULL;
    enum akin_status st = akin__http_ask(call, "similar", params, &result, err);

    if (st == AKIN_OK) {
        const char *plan = akin_json_text(result, "plan");

        akin_http_metrics_plan(call->core->metrics, plan != NULL ? plan : "");
        akin_http_answer_json(&call->answer, result);
    }
    akin_json_free(result);
    return st;
}

enum akin_status
akin_v1_similar(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_json *params = akin_json_object();
    enum akin_status st = AKIN_OK;

    if (!refuses_url(call))
        st = read_body(call, &params, err);
    if (st == AKIN_OK && call->answer.status == 0)
        st = akin__http_params(&call->target.query, call->route, params, err);
    if (st == AKIN_OK && call->answer.status == 0)
        st = ask(call, params, err);
    akin_json_free(params);
    return st;
}

/* dataset=ID or image=NUMBER as the service's form of an image. */
static enum akin_status
name_image(struct akin_json *params, struct akin_error *err)
{
    struct akin_json *image = akin_json_object();

    akin_json_set_text(image, "dataset", akin_json_text(params, "dataset"));
    akin_json_set(image, "image_id",
                  akin_json_copy(akin_json_get(params, "image")));
    akin_json_unset(params, "dataset");
    if (akin_json_count(image) != 1) {
        akin_json_free(image);
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "GET takes dataset=ID or image=NUMBER; an image of "
                         "your own goes by POST");
    }
    akin_json_set(params, "image", image);
    return AKIN_OK;
}

enum akin_status
akin_v1_similar_get(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_json *params;
    enum akin_status st;

    if (refuses_url(call))
        return AKIN_OK;
    params = akin_json_object();
    st = akin__http_params(&call->target.query, call->route, params, err);
    if (st == AKIN_OK)
        st = name_image(params, err);
    if (st == AKIN_OK)
        st = ask(call, params, err);
    akin_json_free(params);
    return st;
}
