/* SPDX-License-Identifier: Apache-2.0 */
#include "example.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"

#include "params.h"

void
akin_example_free(struct akin_example *example)
{
    akin_described_free(&example->described);
    free(example->tile_image);
    *example = (struct akin_example){0};
}

enum akin_status
akin_example_region(const struct akin_json *region, struct akin_tile_rect *out,
                    struct akin_error *err)
{
    struct akin_tile_rect rect = {0};
    uint32_t *side[4] = {&rect.x, &rect.y, &rect.w, &rect.h};

    if (akin_json_type(region) == AKIN_JSON_NONE ||
        akin_json_type(region) == AKIN_JSON_NULL)
        return AKIN_OK;
    for (size_t i = 0; i < 4; i++) {
        int64_t number = -1;

        if (akin_json_type(region) != AKIN_JSON_ARRAY ||
            akin_json_count(region) != 4 ||
            !akin_json_int(akin_json_at(region, i), &number) ||
            number < (i < 2 ? 0 : 1) || number > UINT32_MAX)
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "region must be [x, y, width, height] in whole "
                             "pixels");
        *side[i] = (uint32_t)number;
    }
    *out = rect;
    return AKIN_OK;
}

static enum akin_status
check_region(const struct akin_image_info *info,
             const struct akin_tile_rect *region, struct akin_error *err)
{
    if (region->w == 0)
        return AKIN_OK;
    if ((uint64_t)region->x + region->w > info->dim_x ||
        (uint64_t)region->y + region->h > info->dim_y)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "region x %" PRIu32 " y %" PRIu32 " %" PRIu32
                         "x%" PRIu32 " reaches beyond the image (%" PRIu32
                         "x%" PRIu32 ")",
                         region->x, region->y, region->w, region->h,
                         info->dim_x, info->dim_y);
    return AKIN_OK;
}

/* --- pixels --- */

/* Opens {"path"}. Only plain files: a pipe would keep a worker waiting. */
static enum akin_status
open_path(const struct akin_example_reader *reader, const char *path,
          struct akin_example *out, struct akin_decoder **decoder,
          struct akin_error *err)
{
    struct akin_file_stat info = {0};
    enum akin_status st;

    if (!reader->config->query_allow_paths)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "images are not read by path here: send the file's "
                         "bytes as image.base64");
    if (path[0] != '/')
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "image.path \"%s\" must start at the root (/)", path);
    if ((st = akin_file_stat(path, &info, err)) != AKIN_OK)
        return st;
    if (!info.is_regular)
        return AKIN_FAIL(err, AKIN_EINVAL, "%s is not a file", path);
    if (reader->want_hash) {
        st = akin_hash_file(path, &out->hash, err);
        if (st != AKIN_OK)
            return st;
        out->has_hash = true;
    }
    st = akin_decode_open(path, reader->config, decoder, err);
    if (st != AKIN_OK)
        akin_error_prefix(err, "%s", path);
    return st;
}

/* Opens {"base64"}; *bytes must outlive the decoder. */
static enum akin_status
open_bytes(const struct akin_example_reader *reader, const char *base64,
           struct akin_buf *bytes, struct akin_example *out,
           struct akin_decoder **decoder, struct akin_error *err)
{
    enum akin_status st = akin_base64_decode(akin_span_str(base64), bytes, err);

    if (st == AKIN_OK && reader->want_hash) {
        out->hash = akin_hash_of(akin_buf_span(bytes));
        out->has_hash = true;
    }
    if (st == AKIN_OK)
        st = akin_decode_open_bytes(akin_buf_span(bytes), reader->config,
                                    decoder, err);
    if (st != AKIN_OK)
        akin_error_prefix(err, "image.base64");
    return st;
}

static enum akin_status
read_pixels(const struct akin_example_reader *reader, const char *path,
            const char *base64, struct akin_example *out,
            struct akin_error *err)
{
    struct akin_describe_options options = {.max_tiles = reader->max_tiles,
                                            .region = out->region};
    struct akin_decoder *decoder = NULL;
    struct akin_buf bytes = {0};
    enum akin_status st;

    if (path != NULL)
        st = open_path(reader, path, out, &decoder, err);
    else
        st = open_bytes(reader, base64, &bytes, out, &decoder, err);
    if (st == AKIN_OK)
        st = check_region(akin_decode_info(decoder), &options.region, err);
    if (st == AKIN_OK) {
        st = akin_describe(reader->describer, decoder, &options,
                           &out->described, err);
        if (st != AKIN_OK)
            akin_error_prefix(err, "image");
    }
    akin_decode_close(decoder);
    akin_buf_free(&bytes);
    return st;
}

/* --- a vector --- */

static enum akin_status
read_vector(const struct akin_json *list, struct akin_example *out,
            struct akin_error *err)
{
    double norm = 0;

    if (akin_json_type(list) != AKIN_JSON_ARRAY ||
        akin_json_count(list) != AKIN_DIM)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "vector must be a list of %d numbers", AKIN_DIM);
    for (size_t i = 0; i < AKIN_DIM; i++) {
        double number = 0;

        if (!akin_json_number(akin_json_at(list, i), &number) ||
            !(fabs(number) < 1e18))
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "vector must be a list of %d numbers", AKIN_DIM);
        out->vector[i] = (float)number;
        norm += number * number;
    }
    if (!(norm > 1e-18))
        return AKIN_FAIL(err, AKIN_EINVAL, "vector must not be all zeros");
    norm = sqrt(norm);
    for (size_t i = 0; i < AKIN_DIM; i++)
        out->vector[i] = (float)((double)out->vector[i] / norm);
    out->form = AKIN_EXAMPLE_VECTOR;
    out->described.n_tiles = 1;
    return AKIN_OK;
}

/* --- which form it is --- */

struct form {
    const char *path, *base64, *dataset, *descriptor;
    const struct akin_json *vector;
    int64_t image;
};

static enum akin_status
read_form(const struct akin_json *json, const char *what, struct form *out,
          struct akin_error *err)
{
    static const char *const known[] = {"path",    "base64", "image_id",
                                        "dataset", "vector", "descriptor",
                                        "region"};
    enum akin_status st;

    if (akin_json_type(json) != AKIN_JSON_OBJECT)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%s must be {\"path\": ...} or {\"base64\": ...}, or "
                         "\"image_id\", \"dataset\" or \"vector\"",
                         what);
    st = akin_params_check(json, "member of image", known, AKIN_COUNT(known),
                           err);
    if (st == AKIN_OK)
        st = akin_params_text(json, "path", &out->path, err);
    if (st == AKIN_OK)
        st = akin_params_text(json, "base64", &out->base64, err);
    if (st == AKIN_OK)
        st = akin_params_text(json, "dataset", &out->dataset, err);
    if (st == AKIN_OK)
        st = akin_params_text(json, "descriptor", &out->descriptor, err);
    if (st == AKIN_OK)
        st = akin_params_int(json, "image_id", 1, UINT32_MAX, &out->image, err);
    if (st != AKIN_OK)
        return st;
    if (akin_json_type(akin_json_get(json, "vector")) != AKIN_JSON_NULL)
        out->vector = akin_json_get(json, "vector");
    if ((out->path != NULL) + (out->base64 != NULL) + (out->dataset != NULL) +
            (out->vector != NULL) + (out->image != 0) !=
        1)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%s takes one of \"path\", \"base64\", \"image_id\", "
                         "\"dataset\" and \"vector\"",
                         what);
    return AKIN_OK;
}

static enum akin_status
read_example(const struct akin_example_reader *reader,
             const struct akin_json *json, const char *what,
             struct akin_example *out, struct akin_error *err)
{
    struct form form = {0};
    enum akin_status st = read_form(json, what, &form, err);

    out->region = reader->region;
    if (st == AKIN_OK)
        st = akin_example_region(akin_json_get(json, "region"), &out->region,
                                 err);
    if (st != AKIN_OK)
        return st;
    if (out->region.w != 0 && (form.dataset != NULL || form.vector != NULL))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "region is for an image, not for a %s",
                         form.dataset != NULL ? "dataset" : "vector");
    if (form.vector != NULL) {
        out->descriptor = form.descriptor;
        return read_vector(form.vector, out, err);
    }
    if (form.path != NULL || form.base64 != NULL)
        return read_pixels(reader, form.path, form.base64, out, err);
    out->form =
        form.dataset != NULL ? AKIN_EXAMPLE_DATASET : AKIN_EXAMPLE_IMAGE;
    out->id = form.dataset;
    out->image = (uint32_t)form.image;
    return AKIN_OK;
}

enum akin_status
akin_example_read(const struct akin_example_reader *reader,
                  const struct akin_json *form, const char *what,
                  struct akin_example *out, struct akin_error *err)
{
    struct akin_example example = {0};
    enum akin_status st = read_example(reader, form, what, &example, err);

    if (st == AKIN_OK)
        *out = example;
    else
        akin_example_free(&example);
    return st;
}

struct akin_json *
akin_example_json(const struct akin_example *example)
{
    const struct akin_image_info *info = &example->described.info;
    struct akin_json *json = akin_json_object();

    akin_json_set_text(json, "dataset", example->id);
    if (example->form == AKIN_EXAMPLE_IMAGE)
        akin_json_set_int(json, "image_id", example->image);
    if (example->form == AKIN_EXAMPLE_VECTOR)
        akin_json_set_bool(json, "vector", true);
    if (info->format != NULL) {
        akin_json_set_text(json, "format", info->format);
        akin_json_set_int(json, "width", info->dim_x);
        akin_json_set_int(json, "height", info->dim_y);
    }
    akin_json_set_int(json, "tiles", (int64_t)example->described.n_tiles);
    if (info->note[0] != '\0')
        akin_json_set_text(json, "note", info->note);
    return json;
}
