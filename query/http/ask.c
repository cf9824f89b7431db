/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask.c - /v1/similar: images as the body itself, as parts of a form, inside
 * JSON, stored ones, or, where http.allow_urls permits it, at an address.
 */
#include "v1.h"

#include <stdlib.h>
#include <string.h>

#include "fetch.h"
#include "multipart.h"
#include "negotiate.h"
#include "question.h"
#include "service_internal.h"

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

/* One example goes under "image", several under "images". */
static void
add_example(struct akin_json *params, struct akin_json *example)
{
    struct akin_json *list = akin_json_get(params, "images");
    struct akin_json *one = akin_json_get(params, "image");

    if (list == NULL && one == NULL) {
        akin_json_set(params, "image", example);
        return;
    }
    if (list == NULL) {
        list = akin_json_array();
        akin_json_append(list, akin_json_share(one));
        akin_json_unset(params, "image");
        akin_json_set(params, "images", list);
    }
    akin_json_append(list, example);
}

static void
add_negative(struct akin_json *params, struct akin_json *example)
{
    struct akin_json *list = akin_json_get(params, "negative");

    if (list == NULL) {
        list = akin_json_array();
        akin_json_set(params, "negative", list);
    }
    akin_json_append(list, example);
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
            add_example(params, image_of(part->data));
        else if (strcmp(part->name, "negative") == 0)
            add_negative(params, image_of(part->data));
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
    static const char *const ours[] = {".dataset", ".image", ".url",
                                       ".negative"};
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
    for (size_t i = 0; st == AKIN_OK && i < AKIN_COUNT(ours); i++)
        if (akin_json_get(json, ours[i]) != NULL)
            st = AKIN_FAIL(err, AKIN_EINVAL, "there is no parameter \"%s\"",
                           ours[i]);
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
        add_example(*params, image_of(call->request->body));
        return AKIN_OK;
    }
    akin_http_problem(&call->answer, 415, "media-type",
                      "the body may be an image (image/..., or "
                      "application/octet-stream), multipart/form-data or "
                      "application/json",
                      NULL);
    return AKIN_OK;
}

/* --- addresses --- */

static enum akin_status
no_fetching(struct akin_http_call *call)
{
    akin_http_problem(&call->answer, 403, "no-fetching",
                      "akin fetches nothing from the network here: download "
                      "the image and send its bytes (http.allow_urls permits "
                      "it)",
                      NULL);
    return AKIN_OK;
}

static bool
any_address(const struct sockaddr *address)
{
    (void)address;
    return true;
}

/* What all images of a request together may still take. */
struct allowance {
    uint64_t bytes;
    double until_ms; /* akin__now_ms */
};

/* {"url"} becomes {"base64"}. */
static enum akin_status
fetch_one(struct akin_http_call *call, struct akin_json *example,
          struct allowance *left, struct akin_error *err)
{
    const struct akin_config *config = &call->core->config;
    double ms = left->until_ms - akin__now_ms();
    const struct akin_fetch_rules rules = {
        .max_bytes = left->bytes,
        .timeout_ms = ms > 1 ? (uint64_t)ms : 1,
        .may_connect =
            config->http_url_private ? any_address : akin_fetch_is_public};
    struct akin_buf bytes = {0}, text = {0};
    const char *url = akin_json_text(example, "url");
    enum akin_status st;

    if (url == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL, "url must be a text");
    st = akin_fetch(url, &rules, &bytes, err);
    if (st == AKIN_OK) {
        left->bytes -= bytes.len;
        akin_base64_encode(akin_buf_span(&bytes), &text);
        akin_json_set(example, "base64",
                      akin_json_new_text(akin_buf_span(&text)));
        akin_json_unset(example, "url");
    } else if (st == AKIN_EIO) {
        akin_http_problem(&call->answer, 502, "not-fetched", err->text, NULL);
    }
    akin_buf_free(&bytes);
    akin_buf_free(&text);
    return st;
}

/* Fetches what the examples under a name give by address. */
static enum akin_status
fetch_all(struct akin_http_call *call, struct akin_json *examples,
          struct allowance *left, struct akin_error *err)
{
    bool is_list = akin_json_type(examples) == AKIN_JSON_ARRAY;
    size_t n = is_list ? akin_json_count(examples) : 1;
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && call->answer.status == 0 && i < n;
         i++) {
        struct akin_json *one = is_list ? akin_json_at(examples, i) : examples;

        if (akin_json_get(one, "url") == NULL)
            continue;
        st = call->core->config.http_allow_urls
                 ? fetch_one(call, one, left, err)
                 : no_fetching(call);
    }
    return st;
}

/* More than the service takes is refused before anything is fetched. */
static enum akin_status
fetch_examples(struct akin_http_call *call, struct akin_json *params,
               struct akin_error *err)
{
    static const char *const names[] = {"image", "images", "negative"};
    const struct akin_config *config = &call->core->config;
    struct allowance left = {config->http_max_bytes,
                             akin__now_ms() + (double)config->http_url_s * 1e3};
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < AKIN_COUNT(names); i++) {
        struct akin_json *examples = akin_json_get(params, names[i]);

        if (akin_json_type(examples) == AKIN_JSON_ARRAY &&
            akin_json_count(examples) > AKIN_QUESTION_EXAMPLES_MAX)
            st = AKIN_FAIL(err, AKIN_EINVAL, "%s takes at most %d examples",
                           names[i], AKIN_QUESTION_EXAMPLES_MAX);
        if (st == AKIN_OK && call->answer.status == 0)
            st = fetch_all(call, examples, &left, err);
    }
    return st;
}

/* --- the question --- */

/* The values of a list in the query, each as {key: value}. */
static void
take_list(struct akin_json *params, const char *name, const char *key,
          void (*add)(struct akin_json *params, struct akin_json *example))
{
    struct akin_json *list = akin_json_get(params, name);

    if (list == NULL)
        return;
    list = akin_json_share(list);
    akin_json_unset(params, name);
    for (size_t i = 0; i < akin_json_count(list); i++) {
        struct akin_json *example = akin_json_object();

        akin_json_set(example, key, akin_json_share(akin_json_at(list, i)));
        add(params, example);
    }
    akin_json_free(list);
}

/* Names that only the query has, as examples. */
static void
take_lists(struct akin_json *params)
{
    take_list(params, ".dataset", "dataset", add_example);
    take_list(params, ".image", "image_id", add_example);
    take_list(params, ".url", "url", add_example);
    take_list(params, ".negative", "dataset", add_negative);
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

    if (call->request->body.len > 0 ||
        akin_http_pairs_get(&call->target.query, "url") == NULL)
        st = read_body(call, &params, err);
    if (st == AKIN_OK && call->answer.status == 0)
        st = akin__http_params(&call->target.query, call->route, params, err);
    take_lists(params);
    if (st == AKIN_OK && call->answer.status == 0)
        st = fetch_examples(call, params, err);
    if (st == AKIN_OK && call->answer.status == 0)
        st = ask(call, params, err);
    akin_json_free(params);
    return st;
}

enum akin_status
akin_v1_similar_get(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_json *params = akin_json_object();
    enum akin_status st =
        akin__http_params(&call->target.query, call->route, params, err);

    take_lists(params);
    if (st == AKIN_OK && akin_json_get(params, "image") == NULL &&
        akin_json_get(params, "images") == NULL)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "GET takes dataset=ID, image=NUMBER or url=ADDRESS; an "
                       "image of your own goes by POST");
    if (st == AKIN_OK)
        st = fetch_examples(call, params, err);
    if (st == AKIN_OK && call->answer.status == 0)
        st = ask(call, params, err);
    akin_json_free(params);
    return st;
}
