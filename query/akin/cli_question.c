/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_question.h"

#include <stdlib.h>

#include "sheet.h"

#define VECTOR_MAX_BYTES 65536

static struct akin_json *
region_json(const struct akin_tile_rect *region)
{
    struct akin_json *list = akin_json_array();

    akin_json_append(list, akin_json_new_int(region->x));
    akin_json_append(list, akin_json_new_int(region->y));
    akin_json_append(list, akin_json_new_int(region->w));
    akin_json_append(list, akin_json_new_int(region->h));
    return list;
}

/* The options that are the same for every question. */
static struct akin_json *
make_params(const struct akin_cli_args *args)
{
    struct akin_json *params = akin_json_object();
    uint64_t evidence = args->evidence;
    struct akin_json *list;

    if (args->sheet != NULL && evidence < AKIN_SHEET_EVIDENCE)
        evidence = AKIN_SHEET_EVIDENCE;
    akin_json_set_int(params, "k", (int64_t)args->k);
    akin_json_set_int(params, "evidence", (int64_t)evidence);
    akin_json_set_text(params, "where", args->where);
    akin_json_set_text(params, "by", args->by);
    akin_json_set_text(params, "intent", args->intent);
    if (args->diversity > 0)
        akin_json_set_real(params, "diversity", args->diversity);
    if (args->collapse)
        akin_json_set_bool(params, "collapse", true);
    if (args->exclude_self)
        akin_json_set_bool(params, "exclude_self", true);
    if (args->n_exclude > 0) {
        list = akin_json_array();
        for (size_t i = 0; i < args->n_exclude; i++)
            akin_json_append(list, akin_json_new_string(args->exclude[i]));
        akin_json_set(params, "exclude", list);
    }
    return params;
}

static enum akin_status
add_file(const struct akin_cli_args *args, struct akin_ask *ask, size_t i,
         struct akin_json *list, struct akin_error *err)
{
    struct akin_json *image = NULL;
    enum akin_status st = akin_ask_image(ask, args->operand[i], &image, err);

    if (st != AKIN_OK)
        return st;
    if (args->n_regions > 0)
        akin_json_set(image, "region",
                      region_json(&args->region[args->n_regions > 1 ? i : 0]));
    akin_json_append(list, image);
    return AKIN_OK;
}

static enum akin_status
add_example(const struct akin_cli_example *example, struct akin_json *list,
            struct akin_error *err)
{
    struct akin_json *image = akin_json_object(), *vector = NULL;
    enum akin_status st = AKIN_OK;

    if (example->kind == AKIN_ARGS_LIKE)
        akin_json_set_text(image, "dataset", example->text);
    else if (example->kind == AKIN_ARGS_IMAGE)
        akin_json_set_int(image, "image_id", strtol(example->text, NULL, 10));
    else
        st = akin_json_read_file(example->text, VECTOR_MAX_BYTES, &vector, err);
    akin_json_set(image, "vector", vector);
    if (st == AKIN_OK)
        akin_json_append(list, image);
    else
        akin_json_free(image);
    return st;
}

static enum akin_status
add_negative(const struct akin_cli_args *args, struct akin_ask *ask,
             struct akin_json *params, struct akin_error *err)
{
    struct akin_json *list = akin_json_array();
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < args->n_negative; i++) {
        struct akin_json *image = NULL;

        st = akin_ask_image(ask, args->negative[i], &image, err);
        if (st == AKIN_OK)
            akin_json_append(list, image);
    }
    akin_json_set(params, "negative", list);
    return st;
}

enum akin_status
akin_cli_question(const struct akin_cli_args *args, struct akin_ask *ask,
                  size_t first, size_t n, struct akin_json **out,
                  struct akin_error *err)
{
    struct akin_json *params = make_params(args), *list = akin_json_array();
    enum akin_status st = AKIN_OK;

    for (size_t i = first; st == AKIN_OK && i < first + n; i++)
        st = add_file(args, ask, i, list, err);
    for (size_t i = 0; args->together && st == AKIN_OK && i < args->n_examples;
         i++)
        st = add_example(&args->example[i], list, err);
    if (akin_json_count(list) == 1)
        akin_json_set(params, "image", akin_json_copy(akin_json_at(list, 0)));
    else
        akin_json_set(params, "images", akin_json_share(list));
    akin_json_free(list);
    if (st == AKIN_OK && args->n_negative > 0)
        st = add_negative(args, ask, params, err);
    if (st == AKIN_OK)
        *out = params;
    else
        akin_json_free(params);
    return st;
}
