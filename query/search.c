/* SPDX-License-Identifier: Apache-2.0 */
#include "search.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facets.h"
#include "hits.h"
#include "params.h"
#include "where.h"

/* The parameters; free with wish_free. */
struct wish {
    struct akin_text_query *query; /* NULL: no words */
    struct akin_filter *filter;    /* NULL: none */
    int64_t k, offset;
    bool has_cursor;
    struct akin_text_hit after; /* of the cursor */
    struct akin_facet_wish facets;
};

/* What was found, best first. */
struct found {
    struct akin_text_hit *hit;
    size_t n;
};

static void
wish_free(struct wish *wish)
{
    akin_text_query_free(wish->query);
    akin_filter_free(wish->filter);
}

/* A cursor is the order's key of the last hit: "1.405edd2f1a9fbe77.12". */
static void
put_cursor(const struct akin_text_hit *hit, struct akin_json *out)
{
    char text[64];
    uint64_t bits;

    memcpy(&bits, &hit->score, sizeof(bits));
    (void)snprintf(text, sizeof(text), "%d.%016" PRIx64 ".%" PRIu32,
                   hit->is_name ? 1 : 0, bits, hit->number);
    akin_json_set_text(out, "next", text);
}

static enum akin_status
read_cursor(const char *text, struct akin_text_hit *out, struct akin_error *err)
{
    char back[64] = "", *end = NULL;
    unsigned long long number;
    uint64_t bits;

    if (strlen(text) >= 20 && (text[0] == '0' || text[0] == '1')) {
        bits = strtoull(text + 2, NULL, 16);
        number = strtoull(text + 19, &end, 10);
        memcpy(&out->score, &bits, sizeof(bits));
        out->is_name = text[0] == '1';
        out->number = (uint32_t)number;
        (void)snprintf(back, sizeof(back), "%c.%016" PRIx64 ".%" PRIu32,
                       text[0], bits, out->number);
    }
    if (strcmp(text, back) != 0 || !isfinite(out->score))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "cursor: \"%.40s\" is not the \"next\" of an answer",
                         text);
    return AKIN_OK;
}

static enum akin_status
read_page(const struct akin_json *params, const struct akin_config *config,
          struct wish *out, struct akin_error *err)
{
    const char *cursor = NULL;
    enum akin_status st = akin_params_int(
        params, "k", 0, (int64_t)config->query_max_k, &out->k, err);

    if (st == AKIN_OK)
        st = akin_params_int(params, "size", 0, (int64_t)config->query_max_k,
                             &out->k, err);
    if (st == AKIN_OK)
        st =
            akin_params_int(params, "offset", 0, UINT32_MAX, &out->offset, err);
    if (st == AKIN_OK)
        st = akin_params_text(params, "cursor", &cursor, err);
    if (st != AKIN_OK || cursor == NULL)
        return st;
    if (out->offset > 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "offset and cursor exclude each other");
    out->has_cursor = true;
    return read_cursor(cursor, &out->after, err);
}

static enum akin_status
read_wish(const struct akin_json *params, const struct akin_config *config,
          struct wish *out, struct akin_error *err)
{
    static const char *const known[] = {"text",   "where",      "k",
                                        "size",   "offset",     "cursor",
                                        "facets", "facet_size", "exclude_own"};
    const char *text = NULL;
    enum akin_status st = akin_params_check(params, "parameter of search",
                                            known, AKIN_COUNT(known), err);

    if (st == AKIN_OK)
        st = read_page(params, config, out, err);
    if (st == AKIN_OK)
        st = akin_facet_wish_read(params, &out->facets, err);
    if (st == AKIN_OK)
        st = akin_params_text(params, "text", &text, err);
    if (st == AKIN_OK && text != NULL)
        st = akin_text_parse(text, &out->query, err);
    if (st == AKIN_OK)
        st = akin_where_read(akin_json_get(params, "where"), &out->filter, err);
    return st;
}

/* Without words: by number. */
static void
list_all(const struct akin_bitmap *pass, struct found *out)
{
    size_t n = akin_bitmap_count(pass);
    uint32_t *number = akin_new(n + 1, sizeof(*number));

    out->hit = akin_new(n + 1, sizeof(*out->hit));
    akin_bitmap_numbers(pass, number);
    for (size_t i = 0; i < n; i++)
        out->hit[i].number = number[i];
    out->n = n;
    free(number);
}

static enum akin_status
find(const struct akin_catalog *catalog, const struct wish *wish,
     struct found *out, struct akin_error *err)
{
    struct akin_bitmap *pass =
        akin_facets_match(akin_catalog_facets(catalog), wish->filter, NULL);
    enum akin_status st = AKIN_OK;

    if (wish->query == NULL)
        list_all(pass, out);
    else
        st = akin_text_search(akin_catalog_text(catalog), wish->query, pass,
                              &out->hit, &out->n, err);
    akin_bitmap_free(pass);
    return st;
}

static bool
is_after(const struct akin_text_hit *hit, const struct akin_text_hit *than)
{
    if (hit->is_name != than->is_name)
        return than->is_name;
    if (hit->score != than->score)
        return hit->score < than->score;
    return hit->number > than->number;
}

static enum akin_status
hit_json(const struct akin_catalog *catalog, const struct wish *wish,
         const struct akin_text_hit *hit, size_t rank, struct akin_json *list,
         struct akin_error *err)
{
    const struct akin_json *record = akin_catalog_record(catalog, hit->number);
    struct akin_json *json = akin_json_object(), *marks = NULL;
    enum akin_status st = AKIN_OK;

    akin_json_set_int(json, "rank", (int64_t)rank);
    akin_json_set(json, "dataset", akin_hits_brief(record));
    if (wish->query != NULL) {
        akin_json_set_real(json, "score", round(hit->score * 1e6) / 1e6);
        st = akin_text_highlights(akin_catalog_text(catalog), wish->query,
                                  hit->number, &marks, err);
        akin_json_set(json, "highlights", marks);
    }
    akin_json_append(list, json);
    return st;
}

static enum akin_status
put_hits(const struct akin_catalog *catalog, const struct wish *wish,
         const struct found *found, struct akin_json *out,
         struct akin_error *err)
{
    struct akin_json *list = akin_json_array();
    size_t first = (size_t)wish->offset, i;
    enum akin_status st = AKIN_OK;

    akin_json_set_int(out, "total", (int64_t)found->n);
    akin_json_set(out, "hits", list);
    while (wish->has_cursor && first < found->n &&
           !is_after(&found->hit[first], &wish->after))
        first++;
    for (i = first;
         st == AKIN_OK && i < found->n && i - first < (size_t)wish->k; i++)
        st = hit_json(catalog, wish, &found->hit[i], i + 1, list, err);
    if (i > first && i < found->n)
        put_cursor(&found->hit[i - 1], out);
    return st;
}

/* The words alone, without the filter: a facet may leave its part of that
 * out. NULL: no words. */
static enum akin_status
words_alone(const struct akin_catalog *catalog, const struct wish *wish,
            struct akin_bitmap **out, struct akin_error *err)
{
    struct akin_text_hit *hit = NULL;
    size_t n = 0;
    enum akin_status st;

    if (wish->query == NULL)
        return AKIN_OK;
    st = akin_text_search(akin_catalog_text(catalog), wish->query, NULL, &hit,
                          &n, err);
    if (st != AKIN_OK)
        return st;
    *out = akin_bitmap_new();
    for (size_t i = 0; i < n; i++)
        akin_bitmap_add(*out, hit[i].number);
    free(hit);
    return AKIN_OK;
}

static enum akin_status
put_facets(const struct akin_catalog *catalog, const struct wish *wish,
           struct akin_json *out, struct akin_error *err)
{
    struct akin_bitmap *among = NULL;
    struct akin_json *facets = NULL;
    enum akin_status st;

    if (wish->facets.names == NULL)
        return AKIN_OK;
    st = words_alone(catalog, wish, &among, err);
    if (st == AKIN_OK)
        st = akin_facet_wish_count(&wish->facets, catalog, wish->filter, among,
                                   &facets, err);
    if (st == AKIN_OK)
        akin_json_set(out, "facets", facets);
    akin_bitmap_free(among);
    return st;
}

static enum akin_status
answer(struct akin_session *session, const struct wish *wish,
       struct akin_json *out, struct akin_error *err)
{
    struct akin_reading reading = {0};
    struct akin_catalog *catalog = NULL;
    struct found found = {0};
    enum akin_status st = akin__reading_records(session, &reading, err);

    if (st == AKIN_OK)
        st = akin__reading_catalog(&reading, &catalog, err);
    if (st == AKIN_OK)
        st = akin_where_resolve(wish->filter, catalog, err);
    if (st == AKIN_OK)
        st = find(catalog, wish, &found, err);
    if (st == AKIN_OK)
        st = put_hits(catalog, wish, &found, out, err);
    if (st == AKIN_OK)
        st = put_facets(catalog, wish, out, err);
    free(found.hit);
    akin__reading_end(&reading);
    return st;
}

enum akin_status
akin_search_answer(struct akin_session *session, const struct akin_json *params,
                   struct akin_json **result, struct akin_error *err)
{
    double began = akin__now_ms();
    struct wish wish = {.k = AKIN_SEARCH_K};
    struct akin_json *out = akin_json_object();
    enum akin_status st =
        read_wish(params, &session->service->config, &wish, err);

    if (st == AKIN_OK)
        st = answer(session, &wish, out, err);
    if (st == AKIN_OK) {
        akin_json_set_real(out, "took_ms",
                           round((akin__now_ms() - began) * 1e3) / 1e3);
        *result = out;
    } else {
        akin_json_free(out);
    }
    wish_free(&wish);
    return st;
}
