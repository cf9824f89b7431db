/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation_model.c - what was measured of an index, in the manifest:
 *   {"recall": 0.97, "n_first": 8, "margin": 0.02, "n_probe": [[9.1, ...],
 * [9.1, ...]], "row_ns": [a, b], "gather_ns": [a, b], "block_ns": [a, b],
 *    "list_ns": [a, b], "query_ns": [a, b]}
 */
#include <math.h>

#include "generation_internal.h"

static struct akin_json *
pair(const double *value)
{
    struct akin_json *out = akin_json_array();

    akin_json_append(out, akin_json_new_real(value[0]));
    akin_json_append(out, akin_json_new_real(value[1]));
    return out;
}

struct akin_json *
akin__model_write(const struct akin_vindex_model *model)
{
    struct akin_json *out = akin_json_object(), *probes = akin_json_array();

    for (size_t kind = 0; kind < 2; kind++) {
        struct akin_json *line = akin_json_array();

        for (size_t w = 0; w < AKIN_VINDEX_WIDTHS; w++)
            akin_json_append(line, akin_json_new_real(model->n_probe[kind][w]));
        akin_json_append(probes, line);
    }
    akin_json_set_real(out, "recall", model->recall);
    akin_json_set_int(out, "n_first", (int64_t)model->effort.n_first);
    akin_json_set_real(out, "margin", (double)model->effort.margin);
    akin_json_set(out, "n_probe", probes);
    akin_json_set(out, "row_ns", pair(model->row_ns));
    akin_json_set(out, "gather_ns", pair(model->gather_ns));
    akin_json_set(out, "block_ns", pair(model->block_ns));
    akin_json_set(out, "list_ns", pair(model->list_ns));
    akin_json_set(out, "query_ns", pair(model->query_ns));
    return out;
}

static bool
read_real(const struct akin_json *json, double *out)
{
    return akin_json_number(json, out) && isfinite(*out) && *out >= 0;
}

static bool
read_pair(const struct akin_json *json, const char *key, double *out)
{
    const struct akin_json *value = akin_json_get(json, key);

    return read_real(akin_json_at(value, 0), &out[0]) &&
           read_real(akin_json_at(value, 1), &out[1]);
}

static bool
read_probes(const struct akin_json *json, size_t n_lists,
            struct akin_vindex_model *out)
{
    for (size_t i = 0; i < 2 * AKIN_VINDEX_WIDTHS; i++) {
        size_t kind = i / AKIN_VINDEX_WIDTHS, w = i % AKIN_VINDEX_WIDTHS;
        double n = 0;

        if (!read_real(akin_json_at(akin_json_at(json, kind), w), &n) ||
            n > (double)n_lists)
            return false;
        out->n_probe[kind][w] = n;
    }
    return out->n_probe[0][0] > 0;
}

static bool
read_effort(const struct akin_json *json, struct akin_vindex_effort *out)
{
    int64_t n = 0;
    double margin = 0;

    if (!akin_json_int(akin_json_get(json, "n_first"), &n) || n < 1 ||
        !akin_json_number(akin_json_get(json, "margin"), &margin) ||
        !isfinite(margin))
        return false;
    out->n_first = (size_t)n;
    out->margin = (float)margin;
    return true;
}

enum akin_status
akin__model_read(const struct akin_json *json, size_t n_lists,
                 struct akin_vindex_model *out, struct akin_error *err)
{
    out->n_lists = n_lists;
    if (!read_probes(akin_json_get(json, "n_probe"), n_lists, out) ||
        !read_effort(json, &out->effort))
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "the manifest's model does not say how many lists of "
                         "%zu to probe",
                         n_lists);
    if (!read_real(akin_json_get(json, "recall"), &out->recall) ||
        !read_pair(json, "row_ns", out->row_ns) ||
        !read_pair(json, "gather_ns", out->gather_ns) ||
        !read_pair(json, "block_ns", out->block_ns) ||
        !read_pair(json, "list_ns", out->list_ns) ||
        !read_pair(json, "query_ns", out->query_ns))
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "the manifest's model lacks a number, or has one that "
                         "is none");
    return AKIN_OK;
}
