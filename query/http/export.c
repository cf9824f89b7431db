/* SPDX-License-Identifier: Apache-2.0 */
#include "export.h"

#include <inttypes.h>
#include <string.h>

#include "negotiate.h"
#include "params.h"

#define PAGE 1000

static const char *const forms[AKIN_HTTP_N_FORMS] = {"json", "csv", "jsonl"};
static const char *const types[AKIN_HTTP_N_FORMS] = {
    "application/json", "text/csv; charset=utf-8", "application/x-ndjson"};

enum akin_status
akin_export_form(struct akin_http_call *call, enum akin_http_form *out,
                 struct akin_error *err)
{
    static const char *const plain[AKIN_HTTP_N_FORMS] = {
        "application/json", "text/csv", "application/x-ndjson"};
    const char *format = akin_http_pairs_get(&call->target.query, "format");
    size_t i = 0;

    if (format == NULL) {
        i = akin_http_accept(call->request->field[AKIN_HTTP_ACCEPT], plain,
                             AKIN_HTTP_N_FORMS);
        if (i == AKIN_HTTP_N_FORMS)
            akin_http_problem(&call->answer, 406, "not-acceptable",
                              "what is found is given as application/json, "
                              "text/csv or application/x-ndjson",
                              NULL);
    } else {
        while (i < AKIN_HTTP_N_FORMS && strcmp(forms[i], format) != 0)
            i++;
        if (i == AKIN_HTTP_N_FORMS)
            return akin_params_unknown("format", format, forms,
                                       AKIN_HTTP_N_FORMS, err);
    }
    *out = (enum akin_http_form)i;
    return AKIN_OK;
}

static void put_value(const struct akin_json *value, struct akin_buf *out);

/* What a person would call it. */
static void
put_object(const struct akin_json *object, struct akin_buf *out)
{
    static const char *const names[] = {"label", "name", "title", "id", "url"};

    for (size_t i = 0; i < AKIN_COUNT(names); i++)
        if (akin_json_text(object, names[i]) != NULL) {
            akin_buf_puts(out, akin_json_text(object, names[i]));
            return;
        }
    akin_json_write(object, AKIN_JSON_COMPACT, out);
}

static void
put_value(const struct akin_json *value, struct akin_buf *out)
{
    enum akin_json_type type = akin_json_type(value);

    if (type == AKIN_JSON_STRING)
        akin_buf_puts(out, akin_json_string(value));
    else if (type == AKIN_JSON_OBJECT)
        put_object(value, out);
    else if (type == AKIN_JSON_ARRAY)
        for (size_t i = 0; i < akin_json_count(value); i++) {
            akin_buf_puts(out, i > 0 ? "; " : "");
            put_object(akin_json_at(value, i), out);
        }
    else if (value != NULL)
        akin_json_write(value, AKIN_JSON_COMPACT, out);
}

/* RFC 4180; what a spreadsheet would take for a formula gets a quotation mark
 * before it. */
static void
put_cell(const struct akin_json *value, struct akin_buf *out)
{
    struct akin_buf text = {0};

    put_value(value, &text);
    akin_buf_puts(out, "\"");
    if (text.len > 0 && strchr("=+-@\t\r", akin_buf_text(&text)[0]) != NULL)
        akin_buf_puts(out, "'");
    for (const char *p = akin_buf_text(&text); *p != '\0'; p++)
        akin_buf_put(out, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
    akin_buf_puts(out, "\"");
    akin_buf_free(&text);
}

static const char *const columns[] = {
    "id",        "title",          "license", "organism", "imaging_method",
    "publisher", "date_published", "authors", "uri"};

static void
put_row(const struct akin_json *dataset, enum akin_http_form form,
        struct akin_buf *out)
{
    if (form == AKIN_HTTP_FORM_JSONL) {
        akin_json_write(dataset, AKIN_JSON_COMPACT, out);
        akin_buf_puts(out, "\n");
        return;
    }
    for (size_t i = 0; i < AKIN_COUNT(columns); i++) {
        put_cell(akin_json_get(dataset, columns[i]), out);
        akin_buf_puts(out, i + 1 < AKIN_COUNT(columns) ? "," : "\r\n");
    }
}

/* One page; params gets the cursor of the next, *more says whether there is
 * one. */
static enum akin_status
put_page(struct akin_http_call *call, struct akin_json *params,
         enum akin_http_form form, bool *more, struct akin_error *err)
{
    struct akin_json *result = NULL, *hits;
    enum akin_status st = akin__http_ask(call, "search", params, &result, err);
    int64_t total = 0;

    if (st != AKIN_OK)
        return st;
    (void)akin_json_int(akin_json_get(result, "total"), &total);
    if ((uint64_t)total > call->core->config.http_export_rows)
        st = AKIN_FAIL(err, AKIN_ELIMIT,
                       "%" PRId64 " datasets are more than "
                       "http.export_rows (%" PRIu64 "): ask with a filter",
                       total, call->core->config.http_export_rows);
    hits = akin_json_get(result, "hits");
    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(hits); i++)
        put_row(akin_json_get(akin_json_at(hits, i), "dataset"), form,
                &call->answer.body);
    *more = akin_json_text(result, "next") != NULL;
    akin_json_set_text(params, "cursor", akin_json_text(result, "next"));
    akin_json_free(result);
    return st;
}

enum akin_status
akin_export_all(struct akin_http_call *call, enum akin_http_form form,
                struct akin_error *err)
{
    struct akin_json *params = akin_json_object();
    enum akin_status st =
        akin__http_params(&call->target.query, call->route, params, err);
    uint64_t max_k = call->core->config.query_max_k;
    bool more = true;

    akin_json_unset(params, "format");
    akin_json_unset(params, "facets");
    akin_json_set_int(params, "k", (int64_t)(max_k < PAGE ? max_k : PAGE));
    for (size_t i = 0; form == AKIN_HTTP_FORM_CSV && i < AKIN_COUNT(columns);
         i++)
        akin_buf_printf(&call->answer.body, "%s%s", columns[i],
                        i + 1 < AKIN_COUNT(columns) ? "," : "\r\n");
    while (st == AKIN_OK && more) {
        st = put_page(call, params, form, &more, err);
        akin_json_unset(params, "offset");
    }
    akin_json_free(params);
    if (st != AKIN_OK) {
        if (call->answer.status == 0) /* a part of it may be there */
            akin_http_answer_reset(&call->answer);
        return st;
    }
    call->answer.status = 200;
    call->answer.type = types[form];
    akin_http_answer_field(&call->answer, "Content-Disposition",
                           form == AKIN_HTTP_FORM_CSV
                               ? "attachment; filename=\"akin.csv\""
                               : "attachment; filename=\"akin.jsonl\"");
    return AKIN_OK;
}
