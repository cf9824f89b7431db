/* SPDX-License-Identifier: Apache-2.0 */
#include "facets.h"

#include <string.h>

#include "params.h"
#include "search.h"
#include "where.h"

enum akin_status
akin_facet_wish_read(const struct akin_json *params,
                     struct akin_facet_wish *out, struct akin_error *err)
{
    const struct akin_json *names = akin_json_get(params, "facets");
    enum akin_status st;

    *out = (struct akin_facet_wish){.size = AKIN_FACETS_SIZE};
    st = akin_params_int(params, "facet_size", 1, AKIN_FACET_MAX, &out->size,
                         err);
    if (st == AKIN_OK)
        st = akin_params_bool(params, "exclude_own", &out->exclude_own, err);
    if (st != AKIN_OK || akin_json_type(names) == AKIN_JSON_NONE ||
        akin_json_type(names) == AKIN_JSON_NULL)
        return st;
    if (akin_json_type(names) != AKIN_JSON_ARRAY)
        return AKIN_FAIL(err, AKIN_EINVAL, "facets must be a list of names");
    for (size_t i = 0; i < akin_json_count(names); i++) {
        const char *const *known = NULL;
        size_t n = akin_facet_names(&known), k = 0;
        const char *name = akin_json_string(akin_json_at(names, i));

        if (name == NULL)
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "facets must be a list of names");
        while (k < n && strcmp(known[k], name) != 0)
            k++;
        if (k == n && akin_facet_attribute(name) == NULL)
            return akin_params_unknown("facet", name, known, n, err);
    }
    out->names = names;
    return AKIN_OK;
}

static enum akin_status
count_one(const struct akin_facet_wish *wish,
          const struct akin_catalog *catalog, const struct akin_filter *filter,
          const struct akin_bitmap *among, const char *name,
          struct akin_json *out, struct akin_error *err)
{
    const struct akin_facets *facets = akin_catalog_facets(catalog);
    struct akin_bitmap *set =
        akin_facets_match(facets, filter, wish->exclude_own ? name : NULL);
    struct akin_json *counts = NULL;
    enum akin_status st;

    if (among != NULL)
        akin_bitmap_and(set, among);
    st = akin_facets_count(facets, name, set, (size_t)wish->size, &counts, err);
    akin_bitmap_free(set);
    if (st == AKIN_OK)
        akin_json_set(out, name, counts);
    return st;
}

enum akin_status
akin_facet_wish_count(const struct akin_facet_wish *wish,
                      const struct akin_catalog *catalog,
                      const struct akin_filter *filter,
                      const struct akin_bitmap *among, struct akin_json **out,
                      struct akin_error *err)
{
    const struct akin_facets *facets = akin_catalog_facets(catalog);
    struct akin_json *json = akin_json_object(), *counts = NULL;
    /* Most facets count the same datasets: those are found once. */
    struct akin_bitmap *pass = akin_facets_match(facets, filter, NULL);
    enum akin_status st = AKIN_OK;

    if (among != NULL)
        akin_bitmap_and(pass, among);
    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(wish->names); i++) {
        const char *name = akin_json_string(akin_json_at(wish->names, i));

        if (wish->exclude_own && akin_facets_is_own(filter, name)) {
            st = count_one(wish, catalog, filter, among, name, json, err);
            continue;
        }
        st = akin_facets_count(facets, name, pass, (size_t)wish->size, &counts,
                               err);
        if (st == AKIN_OK)
            akin_json_set(json, name, counts);
    }
    akin_bitmap_free(pass);
    if (st == AKIN_OK)
        *out = json;
    else
        akin_json_free(json);
    return st;
}

static struct akin_json *
all_names(void)
{
    const char *const *names = NULL;
    size_t n = akin_facet_names(&names);
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < n; i++)
        akin_json_append(list, akin_json_new_string(names[i]));
    return list;
}

/* A search without hits, of all facets unless some are named. */
enum akin_status
akin_facets_answer(struct akin_session *session, const struct akin_json *params,
                   struct akin_json **result, struct akin_error *err)
{
    static const char *const known[] = {"text", "where", "facets", "facet_size",
                                        "exclude_own"};
    struct akin_json *asked, *out = NULL;
    enum akin_status st = akin_params_check(params, "parameter of facets",
                                            known, AKIN_COUNT(known), err);

    if (st != AKIN_OK)
        return st;
    asked = akin_json_copy(params);
    if (asked == NULL)
        asked = akin_json_object();
    if (akin_json_count(akin_json_get(asked, "facets")) == 0)
        akin_json_set(asked, "facets", all_names());
    akin_json_set_int(asked, "k", 0);
    st = akin_search_answer(session, asked, &out, err);
    akin_json_free(asked);
    if (st != AKIN_OK)
        return st;
    akin_json_unset(out, "hits");
    akin_json_unset(out, "next");
    *result = out;
    return AKIN_OK;
}
