/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options_json.c - the recipe as JSON and back: parameters of the method
 * `collect`, "options" of recipe.json.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "collect_internal.h"
#include "params.h"
#include "where.h"

static const char *const units[] = {"tile", "plane"};
static const char *const divisions[] = {"study", "group", "image"};
static const char *const formats[] = {"shards", "folder"};

/* --- writing --- */

static struct akin_json *
texts_json(const struct akin_collect_texts *texts)
{
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < texts->n; i++)
        akin_json_append(list, akin_json_new_string(texts->text[i]));
    return list;
}

static struct akin_json *
pairs_json(const struct akin_collect_pairs *pairs, bool whole)
{
    struct akin_json *json = akin_json_object();

    for (size_t i = 0; i < pairs->n; i++) {
        if (whole)
            akin_json_set_int(json, pairs->pair[i].name,
                              (int64_t)pairs->pair[i].value);
        else
            akin_json_set_real(json, pairs->pair[i].name, pairs->pair[i].value);
    }
    return json;
}

static struct akin_json *
output_json(const struct akin_collect_output *output)
{
    struct akin_json *json = akin_json_object(), *list = akin_json_array();

    for (size_t i = 0; i < AKIN_COUNT(formats); i++)
        if ((output->formats >> i & 1) != 0)
            akin_json_append(list, akin_json_new_string(formats[i]));
    akin_json_set(json, "formats", list);
    akin_json_set_int(json, "bits", output->bits);
    akin_json_set_int(json, "edge", output->edge_px);
    akin_json_set_int(json, "shard_bytes", (int64_t)output->shard_bytes);
    return json;
}

static struct akin_json *
licence_json(const struct akin_collect_options *o)
{
    if (o->licence_policy == AKIN_COLLECT_LICENCES_LIST)
        return texts_json(&o->licences);
    return akin_json_new_string(
        o->licence_policy == AKIN_COLLECT_LICENCES_OPEN ? "open" : "any");
}

struct akin_json *
akin_collect_options_json(const struct akin_collect_options *o)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_text(json, "text", o->text);
    akin_json_set_text(json, "where", o->where);
    akin_json_set(json, "like", texts_json(&o->like));
    akin_json_set(json, "unlike", texts_json(&o->unlike));
    akin_json_set_real(json, "threshold", o->threshold);
    akin_json_set_int(json, "nearest", (int64_t)o->nearest);
    akin_json_set(json, "licence", licence_json(o));
    akin_json_set(json, "exclude", texts_json(&o->exclude));
    akin_json_set(json, "exclude_near", texts_json(&o->exclude_near));
    akin_json_set_text(json, "unit", units[o->unit]);
    akin_json_set_bool(json, "pixels", o->use_pixels);
    akin_json_set_real(json, "min_detail", o->min_detail);
    akin_json_set_int(json, "hash_distance", (int64_t)o->hash_distance);
    akin_json_set_real(json, "same_similarity", o->same_similarity);
    akin_json_set_real(json, "near_similarity", o->near_similarity);
    akin_json_set_int(json, "target", (int64_t)o->target);
    akin_json_set(json, "quota", pairs_json(&o->quotas, true));
    akin_json_set(json, "cap", pairs_json(&o->caps, true));
    akin_json_set(json, "split", pairs_json(&o->split, false));
    akin_json_set_text(json, "split_by", divisions[o->split_by]);
    akin_json_set_int(json, "seed", (int64_t)o->seed);
    akin_json_set(json, "output", output_json(&o->output));
    return json;
}

/* --- reading --- */

static struct akin_json *
given(const struct akin_json *json, const char *name)
{
    struct akin_json *value = akin_json_get(json, name);

    return akin_json_type(value) == AKIN_JSON_NULL ? NULL : value;
}

/* A text or a list of texts. */
static enum akin_status
read_texts(const struct akin_json *json, const char *name,
           struct akin_collect_texts *out, struct akin_error *err)
{
    const struct akin_json *list = given(json, name);
    bool is_list = akin_json_type(list) == AKIN_JSON_ARRAY;
    size_t n = is_list ? akin_json_count(list) : list != NULL;

    if (n > AKIN_COLLECT_LIST_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT, "%s takes at most %d texts", name,
                         AKIN_COLLECT_LIST_MAX);
    for (size_t i = 0; i < n; i++) {
        const char *text =
            akin_json_string(is_list ? akin_json_at(list, i) : list);

        if (text == NULL || text[0] == '\0')
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "%s must be a list of texts, none empty", name);
        akin__collect_text_add(out, text);
    }
    return AKIN_OK;
}

static enum akin_status
read_real(const struct akin_json *json, const char *name, double min,
          double max, double *out, struct akin_error *err)
{
    const struct akin_json *value = given(json, name);
    double number;

    if (value == NULL)
        return AKIN_OK;
    if (!akin_json_number(value, &number) || !(number >= min && number <= max))
        return AKIN_FAIL(err, AKIN_EINVAL, "%s must be a number from %g to %g",
                         name, min, max);
    *out = number;
    return AKIN_OK;
}

static enum akin_status
read_count(const struct akin_json *json, const char *name, uint64_t max,
           uint64_t *out, struct akin_error *err)
{
    int64_t number = (int64_t)*out;
    enum akin_status st =
        akin_params_int(json, name, 0, (int64_t)max, &number, err);

    if (st == AKIN_OK)
        *out = (uint64_t)number;
    return st;
}

/* One word of a list; *out: its number. */
static enum akin_status
read_word(const struct akin_json *json, const char *name,
          const char *const *words, size_t n, unsigned *out,
          struct akin_error *err)
{
    const char *text = NULL;
    enum akin_status st = akin_params_text(json, name, &text, err);

    for (size_t i = 0; st == AKIN_OK && text != NULL && i < n; i++)
        if (strcmp(text, words[i]) == 0) {
            *out = (unsigned)i;
            return AKIN_OK;
        }
    return st == AKIN_OK && text != NULL
               ? akin_params_unknown(name, text, words, n, err)
               : st;
}

/* {"name": number, ...}; known NULL: any names that can be those of a folder.
 */
static enum akin_status
read_pairs(const struct akin_json *json, const char *name, double min,
           double max, struct akin_collect_pairs *out, struct akin_error *err)
{
    const struct akin_json *object = given(json, name);
    struct akin_json *value = NULL;
    const char *key = NULL;
    void *it = NULL;

    if (object == NULL)
        return AKIN_OK;
    if (akin_json_type(object) != AKIN_JSON_OBJECT ||
        akin_json_count(object) > AKIN_COLLECT_PAIRS_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%s must be an object of at most %d numbers", name,
                         AKIN_COLLECT_PAIRS_MAX);
    akin__collect_pairs_free(out);
    while (akin_json_next(object, &it, &key, &value)) {
        double number;

        if (!akin_json_number(value, &number) ||
            !(number >= min && number <= max))
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "%s: \"%.40s\" must be a number from %g to %g",
                             name, key, min, max);
        akin__collect_pair_add(out, key, number);
    }
    return AKIN_OK;
}

static bool
is_split_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

    return n > 0 && n <= 32 && name[n] == '\0';
}

static enum akin_status
check_split(const struct akin_collect_pairs *split, struct akin_error *err)
{
    double sum = 0;

    for (size_t i = 0; i < split->n; i++) {
        if (!is_split_name(split->pair[i].name))
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "split: \"%.40s\" cannot be the name of a part "
                             "(small letters, digits, - and _, at most 32)",
                             split->pair[i].name);
        sum += split->pair[i].value;
    }
    if (fabs(sum - 1) > 1e-6)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "split: the parts must add up to 1; these give %g",
                         sum);
    return AKIN_OK;
}

static enum akin_status
check_names(const char *what, const struct akin_collect_pairs *pairs,
            const char *const *known, size_t n, struct akin_error *err)
{
    for (size_t i = 0; i < pairs->n; i++) {
        bool found = false;

        for (size_t k = 0; k < n && !found; k++)
            found = strcmp(pairs->pair[i].name, known[k]) == 0;
        if (!found)
            return akin_params_unknown(what, pairs->pair[i].name, known, n,
                                       err);
    }
    return AKIN_OK;
}

static enum akin_status
read_licence(const struct akin_json *json, struct akin_collect_options *o,
             struct akin_error *err)
{
    const struct akin_json *value = given(json, "licence");
    const char *word = akin_json_string(value);

    if (value == NULL || (word != NULL && strcmp(word, "open") == 0))
        return AKIN_OK;
    if (word != NULL && strcmp(word, "any") == 0) {
        o->licence_policy = AKIN_COLLECT_LICENCES_ANY;
        return AKIN_OK;
    }
    if (akin_json_type(value) == AKIN_JSON_ARRAY && akin_json_count(value) == 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "licence must be \"open\", \"any\" or a list of "
                         "licences, not empty");
    o->licence_policy = AKIN_COLLECT_LICENCES_LIST;
    return read_texts(json, "licence", &o->licences, err);
}

/* Kept as canonical text, whichever form it came in. */
static enum akin_status
read_where(const struct akin_json *json, struct akin_collect_options *o,
           struct akin_error *err)
{
    struct akin_filter *filter = NULL;
    struct akin_buf text = {0};
    enum akin_status st =
        akin_where_read(akin_json_get(json, "where"), &filter, err);

    if (st != AKIN_OK || filter == NULL)
        return st;
    akin_filter_text(filter, &text);
    akin_filter_free(filter);
    o->where = akin_strdup(akin_buf_text(&text));
    akin_buf_free(&text);
    return AKIN_OK;
}

static enum akin_status
read_formats(const struct akin_json *list, unsigned *out,
             struct akin_error *err)
{
    if (list == NULL)
        return AKIN_OK;
    *out = 0;
    for (size_t i = 0; i < akin_json_count(list); i++) {
        const char *word = akin_json_string(akin_json_at(list, i));

        for (size_t f = 0; f < AKIN_COUNT(formats); f++)
            if (word != NULL && strcmp(word, formats[f]) == 0)
                *out |= 1u << f;
    }
    if (*out == 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "output.formats must be a list of \"shards\" and "
                         "\"folder\"");
    return AKIN_OK;
}

static enum akin_status
read_output(const struct akin_json *json, struct akin_collect_output *out,
            struct akin_error *err)
{
    static const char *const known[] = {"formats", "bits", "edge",
                                        "shard_bytes"};
    const struct akin_json *output = given(json, "output");
    uint64_t bits = out->bits, edge = out->edge_px;
    enum akin_status st;

    if (output == NULL)
        return AKIN_OK;
    st = akin_params_check(output, "member of output", known, AKIN_COUNT(known),
                           err);
    if (st == AKIN_OK)
        st = read_formats(given(output, "formats"), &out->formats, err);
    if (st == AKIN_OK)
        st = read_count(output, "bits", 8, &bits, err);
    if (st == AKIN_OK && bits != 0 && bits != 8)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "output.bits must be 8, or 0 for those of the file");
    if (st == AKIN_OK)
        st = read_count(output, "edge", AKIN_COLLECT_EDGE_MAX, &edge, err);
    if (st == AKIN_OK)
        st = read_count(output, "shard_bytes", INT64_MAX, &out->shard_bytes,
                        err);
    out->bits = (uint32_t)bits;
    out->edge_px = (uint32_t)edge;
    return st;
}

static enum akin_status
read_select(const struct akin_json *json, struct akin_collect_options *o,
            struct akin_error *err)
{
    const char *text = NULL;
    unsigned unit = o->unit;
    enum akin_status st = akin_params_text(json, "text", &text, err);

    if (st == AKIN_OK && text != NULL)
        o->text = akin_strdup(text);
    if (st == AKIN_OK)
        st = read_where(json, o, err);
    if (st == AKIN_OK)
        st = read_texts(json, "like", &o->like, err);
    if (st == AKIN_OK)
        st = read_texts(json, "unlike", &o->unlike, err);
    if (st == AKIN_OK)
        st = read_real(json, "threshold", -1, 1, &o->threshold, err);
    if (st == AKIN_OK)
        st = read_count(json, "nearest", AKIN_COLLECT_TARGET_MAX, &o->nearest,
                        err);
    if (st == AKIN_OK)
        st = read_licence(json, o, err);
    if (st == AKIN_OK)
        st = read_texts(json, "exclude", &o->exclude, err);
    if (st == AKIN_OK)
        st = read_texts(json, "exclude_near", &o->exclude_near, err);
    if (st == AKIN_OK)
        st = read_word(json, "unit", units, AKIN_COUNT(units), &unit, err);
    o->unit = (enum akin_collect_unit)unit;
    if (st == AKIN_OK && o->like.n == 0 && (o->unlike.n > 0 || o->nearest > 0))
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "unlike and nearest say how to choose by likeness: they "
                       "need like");
    return st;
}

static enum akin_status
read_clean(const struct akin_json *json, struct akin_collect_options *o,
           struct akin_error *err)
{
    enum akin_status st = akin_params_bool(json, "pixels", &o->use_pixels, err);

    if (st == AKIN_OK)
        st = read_real(json, "min_detail", 0, 1, &o->min_detail, err);
    if (st == AKIN_OK)
        st = read_count(json, "hash_distance", 32, &o->hash_distance, err);
    if (st == AKIN_OK)
        st = read_real(json, "same_similarity", 0.5, 2, &o->same_similarity,
                       err);
    if (st == AKIN_OK)
        st = read_real(json, "near_similarity", 0.5, 2, &o->near_similarity,
                       err);
    return st;
}

static enum akin_status
read_balance(const struct akin_json *json, struct akin_collect_options *o,
             struct akin_error *err)
{
    static const char *const caps[] = {"dataset", "image"};
    const char *const *facets = NULL;
    size_t n = akin__collect_facets(&facets);
    enum akin_status st =
        read_count(json, "target", AKIN_COLLECT_TARGET_MAX, &o->target, err);

    if (st == AKIN_OK)
        st = read_pairs(json, "quota", 1, AKIN_COLLECT_TARGET_MAX, &o->quotas,
                        err);
    if (st == AKIN_OK)
        st = check_names("facet for quota", &o->quotas, facets, n, err);
    if (st == AKIN_OK)
        st = read_pairs(json, "cap", 1, AKIN_COLLECT_TARGET_MAX, &o->caps, err);
    if (st == AKIN_OK)
        st = check_names("cap", &o->caps, caps, AKIN_COUNT(caps), err);
    return st;
}

static enum akin_status
read_split(const struct akin_json *json, struct akin_collect_options *o,
           struct akin_error *err)
{
    unsigned by = o->split_by;
    enum akin_status st = read_pairs(json, "split", 0, 1, &o->split, err);

    if (st == AKIN_OK)
        st = check_split(&o->split, err);
    if (st == AKIN_OK)
        st = read_word(json, "split_by", divisions, AKIN_COUNT(divisions), &by,
                       err);
    o->split_by = (enum akin_collect_split_by)by;
    if (st == AKIN_OK)
        st = read_count(json, "seed", INT64_MAX, &o->seed, err);
    return st;
}

enum akin_status
akin_collect_options_read(const struct akin_json *json,
                          struct akin_collect_options *out,
                          struct akin_error *err)
{
    static const char *const known[] = {
        "text",          "where",           "like",
        "unlike",        "threshold",       "nearest",
        "licence",       "exclude",         "exclude_near",
        "unit",          "pixels",          "min_detail",
        "hash_distance", "same_similarity", "near_similarity",
        "target",        "quota",           "cap",
        "split",         "split_by",        "seed",
        "output"};
    struct akin_collect_options options;
    enum akin_status st = akin_params_check(json, "parameter of collect", known,
                                            AKIN_COUNT(known), err);

    if (st != AKIN_OK)
        return st;
    akin_collect_options_init(&options);
    st = read_select(json, &options, err);
    if (st == AKIN_OK)
        st = read_clean(json, &options, err);
    if (st == AKIN_OK)
        st = read_balance(json, &options, err);
    if (st == AKIN_OK)
        st = read_split(json, &options, err);
    if (st == AKIN_OK)
        st = read_output(json, &options.output, err);
    if (st == AKIN_OK)
        *out = options;
    else
        akin_collect_options_free(&options);
    return st;
}
