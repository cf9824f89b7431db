/* SPDX-License-Identifier: Apache-2.0 */
/* query.c - names and values of a query as parameters of the service. */
#include "http_internal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "params.h"

static enum akin_status
set_int(const struct akin_http_param *param, const char *value,
        struct akin_json *out, struct akin_error *err)
{
    char *end = NULL;
    long long number;

    errno = 0;
    number = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || errno != 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%s must be a whole number, not \"%.40s\"",
                         param->name, value);
    akin_json_set_int(out, param->key != NULL ? param->key : param->name,
                      number);
    return AKIN_OK;
}

static enum akin_status
set_real(const struct akin_http_param *param, const char *value,
         struct akin_json *out, struct akin_error *err)
{
    char *end = NULL;
    double number = strtod(value, &end);

    if (end == value || *end != '\0' || !isfinite(number))
        return AKIN_FAIL(err, AKIN_EINVAL, "%s must be a number, not \"%.40s\"",
                         param->name, value);
    akin_json_set_real(out, param->key, number);
    return AKIN_OK;
}

static enum akin_status
set_bool(const struct akin_http_param *param, const char *value,
         struct akin_json *out, struct akin_error *err)
{
    static const char *const yes[] = {"1", "true", "yes", "on", ""};
    static const char *const no[] = {"0", "false", "no", "off"};
    const char *key = param->key != NULL ? param->key : param->name;

    for (size_t i = 0; i < AKIN_COUNT(yes); i++)
        if (strcmp(value, yes[i]) == 0) {
            akin_json_set_bool(out, key, true);
            return AKIN_OK;
        }
    for (size_t i = 0; i < AKIN_COUNT(no); i++)
        if (strcmp(value, no[i]) == 0) {
            akin_json_set_bool(out, key, false);
            return AKIN_OK;
        }
    return AKIN_FAIL(err, AKIN_EINVAL,
                     "%s must be true or false, not \"%.40s\"", param->name,
                     value);
}

/* Appends to the list under the key, split at commas when wanted. */
static void
add_to_list(const struct akin_http_param *param, const char *value, bool split,
            struct akin_json *out)
{
    const char *key = param->key != NULL ? param->key : param->name;
    struct akin_json *list = akin_json_get(out, key);

    if (list == NULL) {
        list = akin_json_array();
        akin_json_set(out, key, list);
    }
    for (;;) {
        size_t n = split ? strcspn(value, ",") : strlen(value);

        if (n > 0)
            akin_json_append(list, akin_json_new_text(akin_span_of(value, n)));
        if (value[n] == '\0')
            break;
        value += n + 1;
    }
}

static enum akin_status
add_ints(const struct akin_http_param *param, const char *value,
         struct akin_json *out, struct akin_error *err)
{
    struct akin_json *list = akin_json_get(out, param->key);

    if (list == NULL) {
        list = akin_json_array();
        akin_json_set(out, param->key, list);
    }
    for (const char *at = value;; at++) {
        char *end = NULL;
        long long number;

        errno = 0;
        number = strtoll(at, &end, 10);
        if (end == at || (*end != ',' && *end != '\0') || errno != 0)
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "%s must be a whole number (or several, with "
                             "commas), not \"%.40s\"",
                             param->name, value);
        akin_json_append(list, akin_json_new_int(number));
        if (*end == '\0')
            return AKIN_OK;
        at = end;
    }
}

static enum akin_status
set_region(const struct akin_http_param *param, const char *value,
           struct akin_json *out, struct akin_error *err)
{
    struct akin_json *list = akin_json_array();
    const char *at = value;

    for (int i = 0; i < 4; i++) {
        char *end = NULL;
        long long number = strtoll(at, &end, 10);

        if (end == at || *end != (i < 3 ? ',' : '\0')) {
            akin_json_free(list);
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "%s must be x,y,width,height, not \"%.40s\"",
                             param->name, value);
        }
        akin_json_append(list, akin_json_new_int(number));
        at = end + 1;
    }
    akin_json_set(out, param->key, list);
    return AKIN_OK;
}

static enum akin_status
set_where(const char *value, struct akin_json *out, struct akin_error *err)
{
    struct akin_json *json = NULL;
    enum akin_status st = AKIN_OK;

    if (value[0] != '{') {
        akin_json_set_text(out, "where", value);
        return AKIN_OK;
    }
    st = akin_json_parse(akin_span_str(value), &json, err);
    if (st != AKIN_OK)
        akin_error_prefix(err, "where");
    else
        akin_json_set(out, "where", json);
    return st;
}

static enum akin_status
set_one(const struct akin_http_param *param, const char *value,
        struct akin_json *out, struct akin_error *err)
{
    /* A form sends its empty fields, too. */
    if (value[0] == '\0' && param->kind != AKIN_HTTP_BOOL)
        return AKIN_OK;
    switch (param->kind) {
    case AKIN_HTTP_INT:
        return set_int(param, value, out, err);
    case AKIN_HTTP_REAL:
        return set_real(param, value, out, err);
    case AKIN_HTTP_BOOL:
        return set_bool(param, value, out, err);
    case AKIN_HTTP_LIST:
    case AKIN_HTTP_AGAIN:
        add_to_list(param, value, param->kind == AKIN_HTTP_LIST, out);
        return AKIN_OK;
    case AKIN_HTTP_INTS:
        return add_ints(param, value, out, err);
    case AKIN_HTTP_REGION:
        return set_region(param, value, out, err);
    case AKIN_HTTP_WHERE:
        return set_where(value, out, err);
    default:
        akin_json_set_text(out, param->key != NULL ? param->key : param->name,
                           value);
        return AKIN_OK;
    }
}

static enum akin_status
unknown(const struct akin_http_route *route, const char *name,
        struct akin_error *err)
{
    const char *known[32];
    size_t n = 0;

    while (n < route->n_params && n < AKIN_COUNT(known)) {
        known[n] = route->params[n].name;
        n++;
    }
    return akin_params_unknown("parameter", name, known, n, err);
}

enum akin_status
akin__http_params(const struct akin_http_pairs *pairs,
                  const struct akin_http_route *route, struct akin_json *out,
                  struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < pairs->n; i++) {
        size_t k = 0;

        while (k < route->n_params &&
               strcmp(route->params[k].name, pairs->pair[i].name) != 0)
            k++;
        if (k < route->n_params)
            st = set_one(&route->params[k], pairs->pair[i].value, out, err);
        else if ((route->flags & AKIN_HTTP_LENIENT) == 0)
            st = unknown(route, pairs->pair[i].name, err);
    }
    return st;
}

void
akin__http_link(struct akin_http_call *call, const char *rel, const char *name,
                const char *value, const char *without)
{
    const struct akin_http_pairs *query = &call->target.query;
    const char *uri = call->request->uri;
    struct akin_buf text = {0};
    const char *mark = "?";

    akin_buf_puts(&text, "<");
    akin_buf_put(&text, uri, strcspn(uri, "?#"));
    for (size_t i = 0; i < query->n; i++) {
        const char *key = query->pair[i].name;

        if (strcmp(key, name) == 0 ||
            (without != NULL && strcmp(key, without) == 0))
            continue;
        akin_buf_puts(&text, mark);
        akin_http_escape(key, &text);
        akin_buf_puts(&text, "=");
        akin_http_escape(query->pair[i].value, &text);
        mark = "&";
    }
    if (value != NULL) {
        akin_buf_printf(&text, "%s%s=", mark, name);
        akin_http_escape(value, &text);
    }
    akin_buf_printf(&text, ">; rel=\"%s\"", rel);
    akin_http_answer_field(&call->answer, "Link", akin_buf_text(&text));
    akin_buf_free(&text);
}
