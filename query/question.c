/* SPDX-License-Identifier: Apache-2.0 */
#include "question.h"

#include <inttypes.h>
#include <string.h>

#include "akin/file.h"

#include "params.h"

void
akin_question_free(struct akin_question *question)
{
    akin_described_free(&question->described);
    *question = (struct akin_question){0};
}

/* "region": [x, y, w, h] in px of the image; absent: w 0, the whole plane. */
static enum akin_status
read_region(const struct akin_json *params, struct akin_tile_rect *out,
            struct akin_error *err)
{
    struct akin_json *region = akin_json_get(params, "region");
    uint32_t *side[4] = {&out->x, &out->y, &out->w, &out->h};

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

/* Opens {"path"}. Only plain files: a pipe would keep a worker waiting. */
static enum akin_status
open_path(const char *path, const struct akin_config *config, bool want_hash,
          struct akin_question *out, struct akin_decoder **decoder,
          struct akin_error *err)
{
    struct akin_file_stat info = {0};
    enum akin_status st;

    if (!config->query_allow_paths)
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
    if (want_hash && (st = akin_hash_file(path, &out->hash, err)) != AKIN_OK)
        return st;
    st = akin_decode_open(path, config, decoder, err);
    if (st != AKIN_OK)
        akin_error_prefix(err, "%s", path);
    return st;
}

/* Opens {"base64"}; *bytes must outlive the decoder. */
static enum akin_status
open_bytes(const char *base64, const struct akin_config *config, bool want_hash,
           struct akin_buf *bytes, struct akin_question *out,
           struct akin_decoder **decoder, struct akin_error *err)
{
    enum akin_status st = akin_base64_decode(akin_span_str(base64), bytes, err);

    if (st == AKIN_OK && want_hash)
        out->hash = akin_hash_of(akin_buf_span(bytes));
    if (st == AKIN_OK)
        st = akin_decode_open_bytes(akin_buf_span(bytes), config, decoder, err);
    if (st != AKIN_OK)
        akin_error_prefix(err, "image.base64");
    return st;
}

static enum akin_status
open_image(const struct akin_json *image, const struct akin_config *config,
           bool want_hash, struct akin_buf *bytes, struct akin_question *out,
           struct akin_decoder **decoder, struct akin_error *err)
{
    static const char *const known[] = {"path", "base64"};
    const char *path = NULL, *base64 = NULL;
    enum akin_status st;

    if (akin_json_type(image) != AKIN_JSON_OBJECT)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "image must be {\"path\": ...} or {\"base64\": ...}");
    st = akin_params_check(image, "member of image", known, AKIN_COUNT(known),
                           err);
    if (st == AKIN_OK)
        st = akin_params_text(image, "path", &path, err);
    if (st == AKIN_OK)
        st = akin_params_text(image, "base64", &base64, err);
    if (st != AKIN_OK)
        return st;
    if ((path == NULL) == (base64 == NULL))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "image takes one of \"path\" and \"base64\"");
    if (path != NULL)
        return open_path(path, config, want_hash, out, decoder, err);
    return open_bytes(base64, config, want_hash, bytes, out, decoder, err);
}

enum akin_status
akin_question_read(struct akin_describer *describer,
                   const struct akin_config *config,
                   const struct akin_json *params, bool want_hash,
                   struct akin_question *out, struct akin_error *err)
{
    struct akin_describe_options options = {.max_tiles =
                                                (size_t)config->query_tiles};
    struct akin_question question = {0};
    struct akin_decoder *decoder = NULL;
    struct akin_buf bytes = {0};
    enum akin_status st = read_region(params, &options.region, err);

    if (st == AKIN_OK)
        st = open_image(akin_json_get(params, "image"), config, want_hash,
                        &bytes, &question, &decoder, err);
    if (st == AKIN_OK)
        st = check_region(akin_decode_info(decoder), &options.region, err);
    if (st == AKIN_OK) {
        st = akin_describe(describer, decoder, &options, &question.described,
                           err);
        if (st != AKIN_OK)
            akin_error_prefix(err, "image");
    }
    akin_decode_close(decoder);
    akin_buf_free(&bytes);
    if (st == AKIN_OK)
        *out = question;
    else
        akin_question_free(&question);
    return st;
}

struct akin_json *
akin_question_json(const struct akin_question *question)
{
    const struct akin_image_info *info = &question->described.info;
    struct akin_json *json = akin_json_object();

    akin_json_set_text(json, "format", info->format);
    akin_json_set_int(json, "width", info->dim_x);
    akin_json_set_int(json, "height", info->dim_y);
    akin_json_set_int(json, "tiles", (int64_t)question->described.n_tiles);
    if (info->note[0] != '\0')
        akin_json_set_text(json, "note", info->note);
    return json;
}

struct akin_json *
akin_tile_json(const struct akin_tile *tile)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_int(json, "x", tile->x);
    akin_json_set_int(json, "y", tile->y);
    akin_json_set_int(json, "w", tile->w);
    akin_json_set_int(json, "h", tile->h);
    akin_json_set_int(json, "level", tile->level);
    akin_json_set_int(json, "z", tile->z);
    akin_json_set_int(json, "c", tile->c);
    akin_json_set_int(json, "t", tile->t);
    return json;
}
