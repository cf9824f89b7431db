/* SPDX-License-Identifier: Apache-2.0 */
#include "gide.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/dataset.h"
#include "akin/filter.h"
#include "akin/html.h"
#include "akin/normalize.h"
#include "akin/text.h"

#include "crate.h"
#include "params.h"
#include "service_internal.h"

#define SIZE 20
#define FACET_SIZE 50

/* --- the question --- */

/* A value in quotes. */
static void
add_value(const char *value, struct akin_buf *where)
{
    akin_buf_puts(where, "\"");
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            akin_buf_puts(where, "\\");
        akin_buf_put(where, value, 1);
    }
    akin_buf_puts(where, "\"");
}

static void
and_then(struct akin_buf *where)
{
    if (where->len > 0)
        akin_buf_puts(where, " AND ");
}

/* A value as the records have it: terms and licences come as addresses, too. */
static void
normal_value(const char *name, const char *value, struct akin_buf *out)
{
    if (strcmp(name, "license") == 0 && akin_licence_normalize(value, out))
        return;
    if (strcmp(name, "organism") == 0 &&
        akin_curie_normalize(value, "NCBITaxon", out))
        return;
    if (strcmp(name, "imaging_method") == 0 &&
        akin_curie_normalize(value, "FBbi", out))
        return;
    akin_buf_puts(out, value);
}

/* GIDE's own names of publishers, and their pages: records may have either. */
static const char *
publisher_page(const char *name)
{
    static const char *const known[][2] = {
        {"BioImage-Archive", "https://www.ebi.ac.uk/bioimage-archive/"},
        {"SSBD:repository", "https://ssbd.riken.jp/repository/"},
        {"SSBD:database", "https://ssbd.riken.jp/database/"},
        {"IDR", "https://idr.openmicroscopy.org/"}};

    for (size_t i = 0; i < AKIN_COUNT(known); i++)
        if (strcmp(name, known[i][0]) == 0)
            return known[i][1];
    return NULL;
}

/* All values of one name: any of them. */
static void
add_any(const struct akin_http_pairs *query, const char *name,
        struct akin_buf *where)
{
    bool first = true;

    for (size_t i = 0; i < query->n; i++) {
        struct akin_buf value = {0};
        const char *page;

        if (strcmp(query->pair[i].name, name) != 0 ||
            query->pair[i].value[0] == '\0')
            continue;
        if (first) {
            and_then(where);
            akin_buf_printf(where, "%s:(", name);
        }
        akin_buf_puts(where, first ? "" : " OR ");
        normal_value(name, query->pair[i].value, &value);
        add_value(akin_buf_text(&value), where);
        page = strcmp(name, "publisher") == 0
                   ? publisher_page(query->pair[i].value)
                   : NULL;
        if (page != NULL) {
            akin_buf_puts(where, " OR ");
            add_value(page, where);
        }
        first = false;
        akin_buf_free(&value);
    }
    if (!first)
        akin_buf_puts(where, ")");
}

static void
add_years(const struct akin_json *asked, struct akin_buf *where)
{
    int64_t from, to;
    bool has_from = akin_json_int(akin_json_get(asked, "year_from"), &from);
    bool has_to = akin_json_int(akin_json_get(asked, "year_to"), &to);

    if (!has_from && !has_to)
        return;
    and_then(where);
    akin_buf_puts(where, "year:");
    if (has_from)
        akin_buf_printf(where, "%" PRId64, from);
    akin_buf_puts(where, "..");
    if (has_to)
        akin_buf_printf(where, "%" PRId64, to);
}

/* q is a filter when it reads as one ("organism:mouse AND NOT year:2020"), else
 * words. */
static void
add_q(const char *q, struct akin_json *params, struct akin_buf *where)
{
    struct akin_filter *filter = NULL;

    if (q == NULL || q[strspn(q, " \t\r\n*")] == '\0')
        return;
    if (strchr(q, ':') != NULL &&
        akin_filter_parse(q, &filter, NULL) == AKIN_OK) {
        and_then(where);
        akin_buf_printf(where, "(%s)", q);
    } else {
        akin_json_set_text(params, "text", q);
    }
    akin_filter_free(filter);
}

static const char *const facet_names[][2] = {
    {"publisher", "publisher"},
    {"organism", "organism"},
    {"imaging_method", "imaging_method"},
    {"year", "year_published"},
    {"license", "license"}};

static struct akin_json *
wanted_facets(void)
{
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < AKIN_COUNT(facet_names); i++)
        akin_json_append(list, akin_json_new_string(facet_names[i][0]));
    return list;
}

/* {"asked":...} of the query to parameters of `search`. */
static enum akin_status
make_params(struct akin_http_call *call, struct akin_json *params,
            struct akin_error *err)
{
    static const char *const lists[] = {"publisher", "organism",
                                        "imaging_method", "license"};
    const struct akin_http_pairs *query = &call->target.query;
    struct akin_json *asked = akin_json_object();
    struct akin_buf where = {0};
    int64_t size = SIZE, offset = 0;
    bool thumbnail = false;
    enum akin_status st = akin__http_params(query, call->route, asked, err);

    if (st == AKIN_OK)
        st = akin_params_int(asked, "size", 0,
                             (int64_t)call->core->config.query_max_k, &size,
                             err);
    if (st == AKIN_OK)
        st = akin_params_int(asked, "offset", 0, UINT32_MAX, &offset, err);
    if (st == AKIN_OK)
        st = akin_params_bool(asked, "require_thumbnail", &thumbnail, err);
    if (st == AKIN_OK) {
        for (size_t i = 0; i < AKIN_COUNT(lists); i++)
            add_any(query, lists[i], &where);
        add_years(asked, &where);
        if (thumbnail) {
            and_then(&where);
            akin_buf_puts(&where, "has:thumbnail");
        }
        add_q(akin_json_text(asked, "q"), params, &where);
        if (where.len > 0)
            akin_json_set_text(params, "where", akin_buf_text(&where));
        akin_json_set_int(params, "k", size);
        akin_json_set_int(params, "offset", offset);
        akin_json_set(params, "facets", wanted_facets());
        akin_json_set_int(params, "facet_size", FACET_SIZE);
        akin_json_set_bool(params, "exclude_own", true);
    }
    akin_buf_free(&where);
    akin_json_free(asked);
    return st;
}

/* --- the answer --- */

/* A value of a facet as the frontend will send it back: terms and licences by
 * address. */
static void
facet_key(const char *facet, const struct akin_json *value,
          struct akin_buf *out)
{
    const char *text = akin_json_string(value);

    if (text == NULL)
        akin_json_write(value, AKIN_JSON_COMPACT, out);
    else if (strcmp(facet, "license") == 0)
        akin_crate_licence_url(text, out);
    else if (akin_curie_valid(text))
        akin_crate_term_url(text, out);
    else
        akin_buf_puts(out, text);
}

/* Values and what lies below them, one list. */
static void
put_values(const char *facet, const struct akin_json *values,
           struct akin_json *list)
{
    for (size_t i = 0; i < akin_json_count(values); i++) {
        const struct akin_json *from = akin_json_at(values, i);
        struct akin_json *one = akin_json_object();
        struct akin_buf key = {0};

        facet_key(facet, akin_json_get(from, "value"), &key);
        akin_json_set_text(one, "key", akin_buf_text(&key));
        akin_json_set(one, "count",
                      akin_json_copy(akin_json_get(from, "count")));
        akin_json_set(one, "label",
                      akin_json_copy(akin_json_get(from, "label")));
        akin_json_append(list, one);
        akin_buf_free(&key);
        put_values(facet, akin_json_get(from, "children"), list);
    }
}

static struct akin_json *
facets(const struct akin_json *from)
{
    struct akin_json *out = akin_json_object();

    for (size_t i = 0; i < AKIN_COUNT(facet_names); i++) {
        struct akin_json *list = akin_json_array();

        put_values(facet_names[i][0], akin_json_get(from, facet_names[i][0]),
                   list);
        akin_json_set(out, facet_names[i][1], list);
    }
    return out;
}

void
akin_gide_highlight(const char *text, struct akin_buf *out)
{
    while (*text != '\0') {
        size_t n = strcspn(text, AKIN_TEXT_MARK AKIN_TEXT_UNMARK);

        akin_html_span(akin_span_of(text, n), out);
        text += n;
        if (*text != '\0')
            akin_buf_puts(out, *text++ == AKIN_TEXT_MARK[0] ? "<em>" : "</em>");
    }
}

static struct akin_json *
highlights(const struct akin_json *from)
{
    struct akin_json *out, *value = NULL;
    const char *key = NULL;
    void *it = NULL;

    if (akin_json_count(from) == 0)
        return NULL;
    out = akin_json_object();
    while (akin_json_next(from, &it, &key, &value)) {
        struct akin_json *list = akin_json_array();
        struct akin_buf html = {0};

        if (akin_json_string(value) != NULL)
            akin_gide_highlight(akin_json_string(value), &html);
        akin_json_append(list, akin_json_new_string(akin_buf_text(&html)));
        akin_json_set(out, key, list);
        akin_buf_free(&html);
    }
    return out;
}

static enum akin_status
put_hits(struct akin_http_call *call, const struct akin_json *hits,
         struct akin_json *list, struct akin_error *err)
{
    struct akin_reading reading = {0};
    enum akin_status st = akin__reading_records(call->session, &reading, err);

    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(hits); i++) {
        const struct akin_json *from = akin_json_at(hits, i);
        const char *id = akin_json_text(akin_json_get(from, "dataset"), "id");
        struct akin_kept *record = NULL;
        struct akin_json *hit;
        uint32_t number = 0;
        double score = 0;

        if (akin_dataset_number(reading.txn, id, &number, NULL) != AKIN_OK ||
            akin__reading_record(&reading, number, &record, NULL) != AKIN_OK)
            continue; /* removed since */
        hit = akin_json_object();
        akin_json_set_text(hit, "id", id);
        akin_json_set(hit, "entry", akin_crate_entry(akin_kept_json(record)));
        (void)akin_json_number(akin_json_get(from, "score"), &score);
        akin_json_set_real(hit, "score", score);
        akin_json_set(hit, "highlights",
                      highlights(akin_json_get(from, "highlights")));
        akin_json_append(list, hit);
        akin_kept_release(record);
    }
    akin__reading_end(&reading);
    return st;
}

static void
put_links(struct akin_http_call *call, const struct akin_json *params,
          int64_t total)
{
    int64_t offset = 0, k = 0;
    char text[32];

    (void)akin_json_int(akin_json_get(params, "offset"), &offset);
    (void)akin_json_int(akin_json_get(params, "k"), &k);
    akin__http_link(call, "first", "offset", NULL, NULL);
    if (k > 0 && offset + k < total) {
        (void)snprintf(text, sizeof(text), "%" PRId64, offset + k);
        akin__http_link(call, "next", "offset", text, NULL);
    }
    if (offset > 0) {
        (void)snprintf(text, sizeof(text), "%" PRId64,
                       offset > k ? offset - k : 0);
        akin__http_link(call, "prev", "offset", text, NULL);
    }
}

enum akin_status
akin_gide_search(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_json *params = akin_json_object(), *result = NULL;
    struct akin_json *out = akin_json_object(), *list = akin_json_array();
    int64_t total = 0;
    enum akin_status st = make_params(call, params, err);

    if (st == AKIN_OK)
        st = akin__http_ask(call, "search", params, &result, err);
    (void)akin_json_int(akin_json_get(result, "total"), &total);
    akin_json_set_int(out, "total", total);
    akin_json_set(out, "hits", list);
    if (st == AKIN_OK)
        st = put_hits(call, akin_json_get(result, "hits"), list, err);
    if (st == AKIN_OK) {
        akin_json_set(out, "facets", facets(akin_json_get(result, "facets")));
        akin_http_answer_json(&call->answer, out);
        put_links(call, params, total);
    }
    akin_json_free(params);
    akin_json_free(result);
    akin_json_free(out);
    return st;
}

static bool
is_page(const struct akin_json *record, const char *url)
{
    const char *uri = akin_json_text(record, "uri");
    const char *other =
        akin_json_text(akin_json_get(record, "identifier"), "url");

    return (uri != NULL && strcmp(uri, url) == 0) ||
           (other != NULL && strcmp(other, url) == 0);
}

/* What was found may have changed since the catalog was made. */
struct page {
    struct akin_txn *txn;
    const char *url;
    struct akin_dataset *out;
    bool is_found;
};

static bool
look(uint32_t number, void *ctx)
{
    struct page *page = ctx;

    if (akin_dataset_get(page->txn, number, page->out, NULL) != AKIN_OK)
        return true;
    page->is_found = is_page(page->out->record, page->url);
    if (!page->is_found)
        akin_dataset_free(page->out);
    return !page->is_found;
}

/* The dataset whose page is at this address. Mostly its last part is the id;
 * else the index of names knows it. */
static enum akin_status
by_address(struct akin_reading *reading, const char *url,
           struct akin_dataset *out, struct akin_error *err)
{
    struct page page = {.txn = reading->txn, .url = url, .out = out};
    struct akin_bitmap *named = NULL;
    struct akin_catalog *catalog = NULL;
    enum akin_status st =
        akin_dataset_find(reading->txn, strrchr(url, '/') + 1, out, NULL);

    if (st == AKIN_OK && is_page(out->record, url))
        return AKIN_OK;
    akin_dataset_free(out);
    st = akin__reading_catalog(reading, &catalog, err);
    if (st == AKIN_OK)
        st = akin_text_named(akin_catalog_text(catalog), url, &named, err);
    if (st != AKIN_OK)
        return st;
    akin_bitmap_each(named, look, &page);
    akin_bitmap_free(named);
    return page.is_found
               ? AKIN_OK
               : AKIN_FAIL(err, AKIN_ENOTFOUND,
                           "there is no dataset with the page %.200s", url);
}

enum akin_status
akin_gide_entry(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_reading reading = {0};
    struct akin_dataset dataset = {0};
    struct akin_json *entry;
    enum akin_status st = akin__reading_records(call->session, &reading, err);

    if (st == AKIN_OK)
        st = akin_dataset_find(reading.txn, call->arg, &dataset, err);
    if (st == AKIN_ENOTFOUND && strstr(call->arg, "://") != NULL)
        st = by_address(&reading, call->arg, &dataset, err);
    if (st == AKIN_OK) {
        entry = akin_crate_entry(dataset.record);
        akin_http_answer_json(&call->answer, entry);
        akin_json_free(entry);
    }
    akin_dataset_free(&dataset);
    akin__reading_end(&reading);
    return st;
}

enum akin_status
akin_gide_health(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_json *out = akin_json_object();
    uint64_t change = 0;
    bool ok =
        akin_store_change(akin_snapshots_store(call->core->service->snapshots),
                          &change, err) == AKIN_OK;

    akin_json_set_text(out, "status", ok ? "healthy" : "degraded");
    akin_json_set_text(out, "store", ok ? "open" : "unreadable");
    akin_json_set_text(out, "version", AKIN_VERSION);
    akin_http_answer_json(&call->answer, out);
    if (!ok)
        call->answer.status = 503;
    akin_json_free(out);
    return AKIN_OK;
}
