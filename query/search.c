/* SPDX-License-Identifier: Apache-2.0 */
#include "search.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/image_record.h"
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

/* What was found. */
struct found {
    struct akin_text_hit *hit; /* best first; NULL when no hits are wanted */
    size_t n;
    size_t total;
    struct akin_bitmap *words; /* what facets count among; NULL: all */
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

/* By words: the hits in order when they are wanted; what has the words, also
 * without the filter when facets may leave a part of that out. */
static enum akin_status
find_words(struct akin_text *text, const struct wish *wish,
           const struct akin_bitmap *pass, struct found *out,
           struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    if (wish->k > 0)
        st = akin_text_search(text, wish->query, pass, &out->hit, &out->n, err);
    if (st != AKIN_OK)
        return st;
    if (wish->k == 0 ||
        (wish->facets.names != NULL && wish->facets.exclude_own))
        return akin_text_find(text, wish->query, &out->words, err);
    if (wish->facets.names == NULL)
        return AKIN_OK;
    out->words = akin_bitmap_new();
    for (size_t i = 0; i < out->n; i++)
        akin_bitmap_add(out->words, out->hit[i].number);
    return AKIN_OK;
}

static enum akin_status
find(const struct akin_catalog *catalog, const struct wish *wish,
     struct found *out, struct akin_error *err)
{
    struct akin_bitmap *pass =
        akin_facets_match(akin_catalog_facets(catalog), wish->filter, NULL);
    enum akin_status st = AKIN_OK;

    out->total = akin_bitmap_count(pass);
    if (wish->query != NULL)
        st = find_words(akin_catalog_text(catalog), wish, pass, out, err);
    else if (wish->k > 0)
        list_all(pass, out);
    if (wish->query != NULL && st == AKIN_OK)
        out->total =
            wish->k > 0 ? out->n : akin_bitmap_and_count(pass, out->words);
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

/* The record of a hit. The catalog may be newer than the reading: then once
 * more, in a new one. *out NULL: removed meanwhile. */
static enum akin_status
read_hit(struct akin_session *session, struct akin_reading *reading,
         uint32_t number, struct akin_kept **out, struct akin_error *err)
{
    struct akin_error why = {0};
    enum akin_status st = akin__reading_record(reading, number, out, &why);

    if (st == AKIN_ENOTFOUND) {
        st = akin__reading_renew(session, reading, &why);
        if (st == AKIN_OK)
            st = akin__reading_record(reading, number, out, &why);
        if (st == AKIN_ENOTFOUND)
            return AKIN_OK;
    }
    if (st != AKIN_OK && err != NULL)
        *err = why;
    return st;
}

/* What a request works with. */
struct work {
    struct akin_session *session;
    const struct wish *wish;
    struct akin_reading reading;
    struct akin_catalog *catalog; /* of the reading */
    struct found found;
};

/* Whether images of it are here, or only its record. */
static enum akin_status
put_has_images(const struct work *work, uint32_t dataset, struct akin_json *out,
               struct akin_error *err)
{
    uint32_t first = 0;
    enum akin_status st =
        akin_image_next(work->reading.txn, dataset, &first, err);

    if (st != AKIN_OK && st != AKIN_ENOTFOUND)
        return st;
    akin_json_set_bool(out, "has_images", st == AKIN_OK);
    return AKIN_OK;
}

static enum akin_status
hit_json(struct work *work, const struct akin_text_hit *hit, size_t rank,
         struct akin_json *list, struct akin_error *err)
{
    struct akin_json *json, *marks = NULL;
    struct akin_kept *record = NULL;
    enum akin_status st =
        read_hit(work->session, &work->reading, hit->number, &record, err);

    if (st != AKIN_OK || record == NULL)
        return st;
    json = akin_json_object();
    akin_json_set_int(json, "rank", (int64_t)rank);
    akin_json_set(json, "dataset", akin_hits_brief(akin_kept_json(record)));
    akin_kept_release(record);
    st = put_has_images(work, hit->number, json, err);
    if (st == AKIN_OK && work->wish->query != NULL) {
        akin_json_set_real(json, "score", round(hit->score * 1e6) / 1e6);
        st = akin_text_highlights(akin_catalog_text(work->catalog),
                                  work->wish->query, hit->number, &marks, err);
        akin_json_set(json, "highlights", marks);
    }
    akin_json_append(list, json);
    return st;
}

static enum akin_status
put_hits(struct work *work, struct akin_json *out, struct akin_error *err)
{
    const struct found *found = &work->found;
    const struct wish *wish = work->wish;
    struct akin_json *list = akin_json_array();
    size_t first = (size_t)wish->offset, i;
    enum akin_status st = AKIN_OK;

    akin_json_set_int(out, "total", (int64_t)found->total);
    akin_json_set(out, "hits", list);
    while (wish->has_cursor && first < found->n &&
           !is_after(&found->hit[first], &wish->after))
        first++;
    for (i = first;
         st == AKIN_OK && i < found->n && i - first < (size_t)wish->k; i++)
        st = hit_json(work, &found->hit[i], i + 1, list, err);
    if (i > first && i < found->n)
        put_cursor(&found->hit[i - 1], out);
    return st;
}

static enum akin_status
put_facets(struct work *work, struct akin_json *out, struct akin_error *err)
{
    struct akin_json *facets = NULL;
    enum akin_status st;

    if (work->wish->facets.names == NULL)
        return AKIN_OK;
    st = akin_facet_wish_count(&work->wish->facets, work->catalog,
                               work->wish->filter, work->found.words, &facets,
                               err);
    if (st == AKIN_OK)
        akin_json_set(out, "facets", facets);
    return st;
}

static enum akin_status
answer(struct akin_session *session, const struct wish *wish,
       struct akin_json *out, struct akin_error *err)
{
    struct work work = {.session = session, .wish = wish};
    enum akin_status st = akin__reading_records(session, &work.reading, err);

    if (st == AKIN_OK)
        st = akin__reading_catalog(&work.reading, &work.catalog, err);
    if (st == AKIN_OK)
        st = akin_where_resolve(wish->filter, work.catalog, out, err);
    if (st == AKIN_OK)
        st = find(work.catalog, wish, &work.found, err);
    if (st == AKIN_OK)
        st = put_hits(&work, out, err);
    if (st == AKIN_OK)
        st = put_facets(&work, out, err);
    akin_bitmap_free(work.found.words);
    free(work.found.hit);
    akin__reading_end(&work.reading);
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
