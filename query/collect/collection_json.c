/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collection_json.c - a plan as an answer, and what it was made from.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collect_internal.h"

#define VALUES_MAX ((size_t)100) /* of a facet, in an answer */

static struct akin_json *
rounded(double value)
{
    return akin_json_new_real(round(value * 1e4) / 1e4);
}

static struct akin_json *
steps_json(const struct akin_collection *c)
{
    struct akin_json *list = akin_json_array();

    for (int step = 0; step < AKIN_N_STEPS; step++) {
        struct akin_json *one = akin_json_object();

        akin_json_set_text(one, "step", akin_step_name((enum akin_step)step));
        akin_json_set_int(one, "samples", (int64_t)c->n_step[step]);
        akin_json_set_int(one, "images", (int64_t)c->n_step_images[step]);
        akin_json_set_int(one, "datasets", (int64_t)c->n_step_datasets[step]);
        akin_json_append(list, one);
    }
    return list;
}

static struct akin_json *
fates_json(const struct akin_collection *c)
{
    struct akin_json *json = akin_json_object();

    for (int fate = 1; fate < AKIN_N_FATES; fate++)
        akin_json_set_int(json, akin_fate_name((enum akin_fate)fate),
                          (int64_t)c->n_fate[fate]);
    return json;
}

static struct akin_json *
splits_json(const struct akin_collection *c)
{
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < c->n_splits; i++) {
        struct akin_json *one = akin_json_object();

        akin_json_set_text(one, "name", c->split[i].name);
        akin_json_set(one, "wanted", rounded(c->split[i].wanted));
        akin_json_set_int(one, "samples", (int64_t)c->split[i].n);
        akin_json_set_int(one, "units", (int64_t)c->split[i].n_units);
        akin_json_append(list, one);
    }
    return list;
}

static struct akin_json *
spread_json(const struct akin_collection *c, const struct akin_spread *spread)
{
    struct akin_json *json = akin_json_object(), *values = akin_json_array();
    struct akin_json *entropy = akin_json_array();
    struct akin_json *evenness = akin_json_array();

    for (int step = 0; step < AKIN_N_STEPS; step++) {
        akin_json_append(entropy, rounded(spread->entropy[step]));
        akin_json_append(evenness, rounded(spread->evenness[step]));
    }
    for (size_t i = 0; i < spread->n && i < VALUES_MAX; i++) {
        const struct akin_spread_value *v = &spread->value[i];
        struct akin_json *one = akin_json_object();
        struct akin_json *counts = akin_json_array();
        struct akin_json *splits = akin_json_array();

        for (int step = 0; step < AKIN_N_STEPS; step++)
            akin_json_append(counts,
                             akin_json_new_int((int64_t)v->count[step]));
        for (size_t k = 0; k < c->n_splits; k++)
            akin_json_append(splits, akin_json_new_int((int64_t)v->split[k]));
        akin_json_set_text(one, "value", v->value);
        akin_json_set_text(one, "label", v->label);
        akin_json_set(one, "counts", counts);
        akin_json_set(one, "splits", splits);
        akin_json_append(values, one);
    }
    akin_json_set_int(json, "n", (int64_t)spread->n);
    akin_json_set(json, "entropy", entropy);
    akin_json_set(json, "evenness", evenness);
    akin_json_set(json, "values", values);
    return json;
}

static struct akin_json *
left_out_json(const struct akin_collection *c)
{
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < c->n_datasets; i++) {
        struct akin_json *one;

        if (c->dataset[i].left_out == NULL)
            continue;
        one = akin_json_object();
        akin_json_set_text(one, "id", c->dataset[i].id);
        akin_json_set_text(one, "why", c->dataset[i].left_out);
        akin_json_append(list, one);
    }
    return list;
}

struct akin_json *
akin_collection_json(const struct akin_collection *c)
{
    static const char *const names[] = {"select", "clean", "balance", "split"};
    struct akin_json *json = akin_json_object();
    struct akin_json *spreads = akin_json_object();
    struct akin_json *seconds = akin_json_object();

    for (size_t i = 0; i < c->n_spreads; i++)
        akin_json_set(spreads, c->spread[i].name,
                      spread_json(c, &c->spread[i]));
    for (size_t i = 0; i < AKIN_COUNT(names); i++)
        akin_json_set(seconds, names[i], rounded(c->seconds[i]));
    akin_json_set_int(json, "samples", (int64_t)c->n_kept);
    akin_json_set(json, "steps", steps_json(c));
    akin_json_set(json, "dropped", fates_json(c));
    akin_json_set_int(json, "copy_groups", (int64_t)c->n_groups);
    akin_json_set(json, "splits", splits_json(c));
    akin_json_set(json, "left_out", left_out_json(c));
    akin_json_set(json, "spread", spreads);
    akin_json_set(json, "notes", akin_json_copy(c->notes));
    akin_json_set_int(json, "generation", c->generation);
    akin_json_set_text(json, "descriptor", c->descriptor);
    akin_json_set(json, "options", akin_collect_options_json(c->options));
    akin_json_set(json, "seconds", seconds);
    return json;
}

/* --- inputs --- */

struct akin_json *
akin_collection_inputs(const struct akin_collection *c)
{
    struct akin_json *json = akin_json_object(), *list = akin_json_array();

    akin_json_set_text(json, "store", c->store_uuid);
    akin_json_set_int(json, "generation", c->generation);
    akin_json_set_text(json, "descriptor", c->descriptor);
    for (size_t i = 0; i < c->n_datasets; i++) {
        const struct akin_collection_dataset *d = &c->dataset[i];
        struct akin_json *one;
        char hash[AKIN_HASH_TEXT];

        if (d->n_images == 0)
            continue;
        one = akin_json_object();
        akin_hash_text(&d->images_hash, hash);
        akin_json_set_text(one, "id", d->id);
        akin_json_set_int(one, "version", d->version);
        akin_json_set_int(one, "images", d->n_images);
        akin_json_set_int(one, "tiles", (int64_t)d->n_tiles);
        akin_json_set_text(one, "hash", hash);
        akin_json_set_int(one, "selected", (int64_t)d->n_selected);
        akin_json_set_int(one, "samples", (int64_t)d->n_kept);
        akin_json_append(list, one);
    }
    akin_json_set(json, "datasets", list);
    return json;
}

static const struct akin_json *
find_id(const struct akin_json *datasets, const char *id)
{
    for (size_t i = 0; i < akin_json_count(datasets); i++) {
        const char *other = akin_json_text(akin_json_at(datasets, i), "id");

        if (other != NULL && id != NULL && strcmp(other, id) == 0)
            return akin_json_at(datasets, i);
    }
    return NULL;
}

static void
say(struct akin_json *out, const char *id, const char *what)
{
    struct akin_buf text = {0};

    akin_buf_printf(&text, "dataset %s: %s", id, what);
    akin_json_append(out, akin_json_new_string(akin_buf_text(&text)));
    akin_buf_free(&text);
}

static void
compare_datasets(const struct akin_json *old, const struct akin_json *now,
                 struct akin_json *out)
{
    for (size_t i = 0; i < akin_json_count(old); i++) {
        const struct akin_json *was = akin_json_at(old, i);
        const char *id = akin_json_text(was, "id");
        const struct akin_json *is = find_id(now, id);

        if (id == NULL)
            continue;
        if (is == NULL)
            say(out, id, "was there, and is not selected any more");
        else if (!akin_json_equal(akin_json_get(was, "hash"),
                                  akin_json_get(is, "hash")))
            say(out, id, "its images have changed");
        else if (!akin_json_equal(akin_json_get(was, "version"),
                                  akin_json_get(is, "version")))
            say(out, id, "its record has a new version");
    }
    for (size_t i = 0; i < akin_json_count(now); i++) {
        const char *id = akin_json_text(akin_json_at(now, i), "id");

        if (find_id(old, id) == NULL)
            say(out, id, "is new");
    }
}

struct akin_json *
akin_collect_changes(const struct akin_json *old,
                     const struct akin_collection *collection)
{
    static const struct {
        const char *member, *text;
    } same[] = {
        {"store", "the recipe was made from another store"},
        {"generation", "the store has another generation"},
        {"descriptor", "tiles are described in another way"},
    };
    struct akin_json *now = akin_collection_inputs(collection);
    struct akin_json *out = akin_json_array();

    for (size_t i = 0; i < AKIN_COUNT(same); i++)
        if (!akin_json_equal(akin_json_get(old, same[i].member),
                             akin_json_get(now, same[i].member)))
            akin_json_append(out, akin_json_new_string(same[i].text));
    compare_datasets(akin_json_get(old, "datasets"),
                     akin_json_get(now, "datasets"), out);
    akin_json_free(now);
    return out;
}
