/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calibration_json.c - a calibration as a file of a generation.
 */
#include <math.h>
#include <string.h>

#include "akin/calibration.h"

#define FORMAT "akin-calibration-1"

static struct akin_json *
list_of(const double *values, size_t n)
{
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < n; i++)
        akin_json_append(list, akin_json_new_real(values[i]));
    return list;
}

static enum akin_status
read_list(const struct akin_json *json, const char *name, size_t least,
          size_t most, double *out, size_t *n, struct akin_error *err)
{
    const struct akin_json *list = akin_json_get(json, name);
    size_t count = akin_json_count(list);

    if (akin_json_type(list) != AKIN_JSON_ARRAY || count < least ||
        count > most)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "calibration: %s is not a list of %zu to %zu numbers",
                         name, least, most);
    for (size_t i = 0; i < count; i++)
        if (!akin_json_number(akin_json_at(list, i), &out[i]))
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             "calibration: %s holds what is not a number",
                             name);
    if (n != NULL)
        *n = count;
    return AKIN_OK;
}

static enum akin_status
read_number(const struct akin_json *json, const char *name, double *out,
            struct akin_error *err)
{
    if (!akin_json_number(akin_json_get(json, name), out))
        return AKIN_FAIL(err, AKIN_EFORMAT, "calibration: %s is not a number",
                         name);
    return AKIN_OK;
}

struct akin_json *
akin_calibration_json(const struct akin_calibration *calibration)
{
    const struct akin_calibration *c = calibration;
    struct akin_json *json = akin_json_object();
    const char *const *names = NULL;
    size_t n_parts = akin_calibration_parts(c, &names);

    akin_json_set_text(json, "format", FORMAT);
    akin_json_set_text(json, "feature_set", c->set.id);
    akin_json_set_int(json, "datasets", (int64_t)c->n_datasets);
    akin_json_set_int(json, "scores", (int64_t)c->n_scores);
    if (c->has_null) {
        struct akin_json *null = akin_json_object();

        akin_json_set_real(null, "intercept", c->intercept);
        akin_json_set_real(null, "slope", c->slope);
        akin_json_set_real(null, "deviation", c->deviation);
        akin_json_set(null, "tail", list_of(c->tail, c->n_tail));
        akin_json_set(json, "null", null);
    }
    if (c->has_spread) {
        struct akin_json *distance = akin_json_object();

        akin_json_set(json, "spread", list_of(c->spread, c->set.n));
        for (size_t p = 0; p < n_parts; p++)
            akin_json_set(distance, names[p],
                          list_of(c->distance[p], AKIN_CALIBRATION_STEPS));
        akin_json_set(json, "distance", distance);
    }
    if (c->has_range) {
        akin_json_set(json, "low", list_of(c->low, c->set.n));
        akin_json_set(json, "high", list_of(c->high, c->set.n));
        akin_json_set_real(json, "strange", c->strange);
    }
    return json;
}

static enum akin_status
read_null(const struct akin_json *null, struct akin_calibration *out,
          struct akin_error *err)
{
    enum akin_status st = read_number(null, "intercept", &out->intercept, err);

    if (st == AKIN_OK)
        st = read_number(null, "slope", &out->slope, err);
    if (st == AKIN_OK)
        st = read_number(null, "deviation", &out->deviation, err);
    if (st == AKIN_OK)
        st = read_list(null, "tail", 2, AKIN_CALIBRATION_TAIL, out->tail,
                       &out->n_tail, err);
    if (st == AKIN_OK && !(out->deviation > 0))
        st = AKIN_FAIL(err, AKIN_EFORMAT,
                       "calibration: a deviation must be above 0");
    out->has_null = st == AKIN_OK;
    return st;
}

static enum akin_status
read_spread(const struct akin_json *json, struct akin_calibration *out,
            struct akin_error *err)
{
    const struct akin_json *distance = akin_json_get(json, "distance");
    const char *const *names = NULL;
    size_t n_parts = akin_calibration_parts(out, &names);
    enum akin_status st = read_list(json, "spread", out->set.n, out->set.n,
                                    out->spread, NULL, err);

    for (size_t p = 0; st == AKIN_OK && p < n_parts; p++)
        st = read_list(distance, names[p], AKIN_CALIBRATION_STEPS,
                       AKIN_CALIBRATION_STEPS, out->distance[p], NULL, err);
    out->has_spread = st == AKIN_OK;
    return st;
}

static enum akin_status
read_range(const struct akin_json *json, struct akin_calibration *out,
           struct akin_error *err)
{
    enum akin_status st =
        read_list(json, "low", out->set.n, out->set.n, out->low, NULL, err);

    if (st == AKIN_OK)
        st = read_list(json, "high", out->set.n, out->set.n, out->high, NULL,
                       err);
    if (st == AKIN_OK)
        st = read_number(json, "strange", &out->strange, err);
    out->has_range = st == AKIN_OK;
    return st;
}

enum akin_status
akin_calibration_read(const struct akin_json *json,
                      const struct akin_feature_set *set,
                      struct akin_calibration *out, struct akin_error *err)
{
    const char *format = akin_json_text(json, "format");
    const char *features = akin_json_text(json, "feature_set");
    struct akin_calibration read = {.set = *set};
    int64_t datasets = 0, scores = 0;
    enum akin_status st = AKIN_OK;

    if (format == NULL || strcmp(format, FORMAT) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "not a calibration of " FORMAT);
    if (features == NULL || strcmp(features, set->id) != 0)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "the calibration is of features %.80s",
                         features == NULL ? "(none)" : features);
    if (akin_json_int(akin_json_get(json, "datasets"), &datasets) &&
        datasets > 0)
        read.n_datasets = (size_t)datasets;
    if (akin_json_int(akin_json_get(json, "scores"), &scores) && scores > 0)
        read.n_scores = (size_t)scores;
    if (akin_json_get(json, "null") != NULL)
        st = read_null(akin_json_get(json, "null"), &read, err);
    if (st == AKIN_OK && akin_json_get(json, "spread") != NULL)
        st = read_spread(json, &read, err);
    if (st == AKIN_OK && akin_json_get(json, "low") != NULL)
        st = read_range(json, &read, err);
    if (st == AKIN_OK)
        *out = read;
    return st;
}
