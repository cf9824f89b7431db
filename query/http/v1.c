/* SPDX-License-Identifier: Apache-2.0 */
#include "v1.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "crate.h"
#include "export.h"
#include "negotiate.h"

/* Asks a method with the parameters of the query; *result may be wanted, or
 * NULL. */
static enum akin_status
pass_on(struct akin_http_call *call, const char *method,
        struct akin_json *params, struct akin_json **result,
        struct akin_error *err)
{
    struct akin_json *got = NULL;
    enum akin_status st =
        akin__http_params(&call->target.query, call->route, params, err);

    akin_json_unset(params, "format"); /* ours, not the service's */
    if (st == AKIN_OK)
        st = akin__http_ask(call, method, params, &got, err);
    if (st == AKIN_OK)
        akin_http_answer_json(&call->answer, got);
    if (st == AKIN_OK && result != NULL)
        *result = got;
    else
        akin_json_free(got);
    return st;
}

static enum akin_status
pass_on_alone(struct akin_http_call *call, const char *method,
              struct akin_error *err)
{
    struct akin_json *params = akin_json_object();
    enum akin_status st = pass_on(call, method, params, NULL, err);

    akin_json_free(params);
    return st;
}

enum akin_status
akin_v1_facets(struct akin_http_call *call, struct akin_error *err)
{
    return pass_on_alone(call, "facets", err);
}

enum akin_status
akin_v1_suggest(struct akin_http_call *call, struct akin_error *err)
{
    return pass_on_alone(call, "suggest", err);
}

enum akin_status
akin_v1_terms(struct akin_http_call *call, struct akin_error *err)
{
    return pass_on_alone(call, "terms", err);
}

enum akin_status
akin_v1_status(struct akin_http_call *call, struct akin_error *err)
{
    return pass_on_alone(call, "status", err);
}

/* --- search --- */

static void
put_page_links(struct akin_http_call *call, const struct akin_json *params,
               const struct akin_json *result)
{
    const char *next = akin_json_text(result, "next");
    int64_t offset = 0, k = 10;
    char text[32];

    (void)akin_json_int(akin_json_get(params, "offset"), &offset);
    (void)akin_json_int(akin_json_get(params, "k"), &k);
    akin__http_link(call, "first", "offset", NULL, "cursor");
    if (next != NULL)
        akin__http_link(call, "next", "cursor", next, "offset");
    if (offset <= 0)
        return;
    (void)snprintf(text, sizeof(text), "%" PRId64, offset > k ? offset - k : 0);
    akin__http_link(call, "prev", "offset", text, "cursor");
}

enum akin_status
akin_v1_search(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_json *params = akin_json_object(), *result = NULL;
    enum akin_http_form form;
    enum akin_status st = akin_export_form(call, &form, err);

    if (st == AKIN_OK && call->answer.status == 0) {
        if (form == AKIN_HTTP_FORM_JSON) {
            st = pass_on(call, "search", params, &result, err);
            if (st == AKIN_OK)
                put_page_links(call, params, result);
        } else {
            st = akin_export_all(call, form, err);
        }
    }
    akin_json_free(params);
    akin_json_free(result);
    return st;
}

/* --- datasets and people --- */

/* id: of the dataset, or orcid:... */
static enum akin_status
get(struct akin_http_call *call, const char *id, bool history,
    struct akin_json **result, struct akin_error *err)
{
    struct akin_json *params = akin_json_object();
    enum akin_status st =
        akin__http_params(&call->target.query, call->route, params, err);

    akin_json_set_text(params, "id", id);
    if (history) {
        akin_json_set_bool(params, "history", true);
        akin_json_set_int(params, "images", 0);
    }
    if (st == AKIN_OK)
        st = akin__http_ask(call, "get", params, result, err);
    akin_json_free(params);
    return st;
}

/* The same, when it is a dataset: `get` knows people, too. */
static enum akin_status
get_dataset(struct akin_http_call *call, bool history,
            struct akin_json **result, struct akin_error *err)
{
    enum akin_status st = get(call, call->arg, history, result, err);

    if (st != AKIN_OK || akin_json_get(*result, "person") == NULL)
        return st;
    akin_json_free(*result);
    *result = NULL;
    return AKIN_FAIL(err, AKIN_ENOTFOUND,
                     "\"%.80s\" is a person: ask /v1/people/{orcid}",
                     call->arg);
}

/* The ORCID id with or without what may stand before it. */
enum akin_status
akin_v1_person(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_json *result = NULL;
    struct akin_buf id = {0};
    bool is_named = strncmp(call->arg, "orcid:", 6) == 0;
    enum akin_status st;

    akin_buf_printf(&id, "orcid:%s", is_named ? call->arg + 6 : call->arg);
    st = get(call, akin_buf_text(&id), false, &result, err);
    if (st == AKIN_OK)
        akin_http_answer_json(&call->answer, result);
    akin_json_free(result);
    akin_buf_free(&id);
    return st;
}

enum akin_status
akin_v1_dataset(struct akin_http_call *call, struct akin_error *err)
{
    static const char *const types[] = {"application/json",
                                        "application/ld+json"};
    struct akin_json *result = NULL, *crate;
    size_t form = akin_http_accept(call->request->field[AKIN_HTTP_ACCEPT],
                                   types, AKIN_COUNT(types));
    int64_t next;
    char text[32];
    enum akin_status st;

    if (form == AKIN_COUNT(types)) {
        akin_http_problem(&call->answer, 406, "not-acceptable",
                          "a dataset is given as application/json or as "
                          "application/ld+json (RO-Crate)",
                          NULL);
        return AKIN_OK;
    }
    st = get_dataset(call, false, &result, err);
    if (st != AKIN_OK)
        return st;
    if (form == 0) {
        akin_http_answer_json(&call->answer, result);
        if (akin_json_int(akin_json_get(result, "images_next"), &next)) {
            (void)snprintf(text, sizeof(text), "%" PRId64, next);
            akin__http_link(call, "next", "images_after", text, NULL);
        }
    } else {
        crate = akin_crate_make(akin_json_get(result, "dataset"));
        akin_http_answer_json(&call->answer, crate);
        call->answer.type = "application/ld+json; "
                            "profile=\"https://w3id.org/ro/crate\"";
        akin_json_free(crate);
    }
    akin_json_free(result);
    return AKIN_OK;
}

/* Also of a dataset that was removed: "tombstone" instead of "version". */
enum akin_status
akin_v1_history(struct akin_http_call *call, struct akin_error *err)
{
    static const char *const parts[] = {"version", "tombstone", "history",
                                        "original_creators"};
    struct akin_json *result = NULL, *out;
    enum akin_status st = get_dataset(call, true, &result, err);

    if (st != AKIN_OK)
        return st;
    out = akin_json_object();
    akin_json_set_text(out, "id", call->arg);
    for (size_t i = 0; i < AKIN_COUNT(parts); i++)
        akin_json_set(out, parts[i],
                      akin_json_copy(akin_json_get(result, parts[i])));
    akin_http_answer_json(&call->answer, out);
    akin_json_free(out);
    akin_json_free(result);
    return AKIN_OK;
}
