/* SPDX-License-Identifier: Apache-2.0 */
/*
 * similar_wish.c - the parameters of `similar`, but for the examples.
 */
#include <string.h>

#include "params.h"
#include "similar_internal.h"
#include "where.h"

void
akin__wish_free(struct akin__wish *wish)
{
    akin_filter_free(wish->filter);
    *wish = (struct akin__wish){0};
}

static enum akin_status
read_exclude(const struct akin_json *exclude, const struct akin_json **out,
             struct akin_error *err)
{
    if (akin_json_type(exclude) == AKIN_JSON_NONE ||
        akin_json_type(exclude) == AKIN_JSON_NULL)
        return AKIN_OK;
    if (akin_json_type(exclude) != AKIN_JSON_ARRAY)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "exclude must be a list of dataset ids");
    if (akin_json_count(exclude) > AKIN_SIMILAR_EXCLUDE_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT, "exclude takes at most %d ids",
                         AKIN_SIMILAR_EXCLUDE_MAX);
    for (size_t i = 0; i < akin_json_count(exclude); i++)
        if (akin_json_string(akin_json_at(exclude, i)) == NULL)
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "exclude must be a list of dataset ids");
    *out = exclude;
    return AKIN_OK;
}

static enum akin_status
read_real(const struct akin_json *params, const char *name, double *out,
          struct akin_error *err)
{
    const struct akin_json *value = akin_json_get(params, name);
    double number = 0;

    if (akin_json_type(value) == AKIN_JSON_NONE ||
        akin_json_type(value) == AKIN_JSON_NULL)
        return AKIN_OK;
    if (!akin_json_number(value, &number) || !(number >= 0 && number <= 1))
        return AKIN_FAIL(err, AKIN_EINVAL, "%s must be a number from 0 to 1",
                         name);
    *out = number;
    return AKIN_OK;
}

/* One of n words; *out gets which. */
static enum akin_status
read_word(const struct akin_json *params, const char *name,
          const char *const *words, size_t n, size_t *out,
          struct akin_error *err)
{
    const char *text = NULL;
    enum akin_status st = akin_params_text(params, name, &text, err);

    if (st != AKIN_OK || text == NULL)
        return st;
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return AKIN_OK;
        }
    return akin_params_unknown(name, text, words, n, err);
}

/* How hits are chosen and ordered. */
static enum akin_status
read_order(const struct akin_json *params, struct akin__wish *out,
           struct akin_error *err)
{
    static const char *const intents[] = {"find", "explore"};
    static const char *const kinds[] = {"dataset", "image", "tile"};
    size_t intent = AKIN_INTENT_FIND, by = AKIN_BY_DATASET;
    enum akin_status st =
        read_word(params, "intent", intents, AKIN_COUNT(intents), &intent, err);

    if (st == AKIN_OK)
        st = read_word(params, "by", kinds, AKIN_COUNT(kinds), &by, err);
    if (st == AKIN_OK)
        st = read_real(params, "diversity", &out->diversity, err);
    if (st == AKIN_OK)
        st = akin_params_bool(params, "collapse", &out->collapse, err);
    if (st != AKIN_OK)
        return st;
    out->intent = (enum akin_intent)intent;
    out->by = (enum akin_by)by;
    if (out->by != AKIN_BY_DATASET && (out->collapse || out->diversity > 0))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "diversity and collapse are for hits by dataset, not "
                         "by %s",
                         kinds[by]);
    if (out->by != AKIN_BY_DATASET &&
        akin_json_count(akin_json_get(params, "negative")) > 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "negative is for hits by dataset, not by %s",
                         kinds[by]);
    return AKIN_OK;
}

enum akin_status
akin__wish_read(const struct akin_json *params,
                const struct akin_config *config, struct akin__wish *out,
                struct akin_error *err)
{
    static const char *const known[] = {
        "image",    "images",  "negative",     "k",
        "where",    "exclude", "exclude_self", "evidence",
        "region",   "intent",  "by",           "diversity",
        "collapse", "facets",  "facet_size",   "exclude_own"};
    enum akin_status st = akin_params_check(params, "parameter of similar",
                                            known, AKIN_COUNT(known), err);

    *out = (struct akin__wish){.k = AKIN_SIMILAR_K,
                               .n_evidence = AKIN_SIMILAR_EVIDENCE};
    if (st == AKIN_OK)
        st = akin_params_int(params, "k", 1, (int64_t)config->query_max_k,
                             &out->k, err);
    if (st == AKIN_OK)
        st = akin_params_int(params, "evidence", 0, AKIN_SIMILAR_EVIDENCE_MAX,
                             &out->n_evidence, err);
    if (st == AKIN_OK)
        st = akin_params_bool(params, "exclude_self", &out->exclude_self, err);
    if (st == AKIN_OK)
        st = read_order(params, out, err);
    if (st == AKIN_OK)
        st = read_exclude(akin_json_get(params, "exclude"), &out->exclude, err);
    if (st == AKIN_OK)
        st = akin_where_read(akin_json_get(params, "where"), &out->filter, err);
    if (st == AKIN_OK)
        st = akin_facet_wish_read(params, &out->facets, err);
    return st;
}
