/* SPDX-License-Identifier: Apache-2.0 */
#include "pictures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/dataset.h"
#include "akin/encode.h"
#include "akin/file.h"
#include "akin/hash.h"
#include "akin/image_record.h"
#include "akin/render.h"

#include "annotation.h"
#include "multipart.h"
#include "negotiate.h"
#include "params.h"
#include "service_internal.h"

#define THUMBNAIL_PX 256
#define PREVIEW_PX 1024

/* What is wanted of an image. */
struct wish {
    int64_t z, c, t; /* -1: the middle of z, the first of c and t */
    int64_t max;     /* px of the longer edge */
    struct akin_tile_rect region;
    bool png;
};

/* PNG or JPEG, as the parameter says, or Accept; by_default when neither
 * cares. */
static enum akin_status
read_form(struct akin_http_call *call, const struct akin_json *params,
          bool by_default, bool *png, struct akin_error *err)
{
    static const char *const forms[] = {"png", "jpeg"};
    const char *types[2] = {by_default ? "image/png" : "image/jpeg",
                            by_default ? "image/jpeg" : "image/png"};
    const char *format = akin_json_text(params, "format");
    size_t i;

    if (format != NULL && strcmp(format, "png") != 0 &&
        strcmp(format, "jpeg") != 0)
        return akin_params_unknown("format", format, forms, 2, err);
    *png = format != NULL ? strcmp(format, "png") == 0 : by_default;
    if (format != NULL)
        return AKIN_OK;
    i = akin_http_accept(call->request->field[AKIN_HTTP_ACCEPT], types, 2);
    if (i == 1)
        *png = !by_default;
    else if (i == 2)
        akin_http_problem(&call->answer, 406, "not-acceptable",
                          "pictures are given as image/png or image/jpeg",
                          NULL);
    return AKIN_OK;
}

static enum akin_status
read_wish(struct akin_http_call *call, int64_t max, bool png, struct wish *out,
          struct akin_error *err)
{
    struct akin_json *params = akin_json_object();
    int64_t most = (int64_t)call->core->config.http_picture_px;
    enum akin_status st =
        akin__http_params(&call->target.query, call->route, params, err);

    *out = (struct wish){.z = -1, .max = max < most ? max : most};
    if (st == AKIN_OK)
        st = akin_params_int(params, "z", 0, UINT32_MAX, &out->z, err);
    if (st == AKIN_OK)
        st = akin_params_int(params, "c", 0, UINT32_MAX, &out->c, err);
    if (st == AKIN_OK)
        st = akin_params_int(params, "t", 0, UINT32_MAX, &out->t, err);
    if (st == AKIN_OK)
        st = akin_params_int(params, "max", 1, most, &out->max, err);
    if (st == AKIN_OK)
        st = read_form(call, params, png, &out->png, err);
    akin_json_free(params);
    return st;
}

/* --- pixels --- */

static enum akin_status
encode(struct akin_http_call *call, const struct akin_plane *plane, bool png,
       struct akin_error *err)
{
    enum akin_status st = png ? akin_encode_png(plane, &call->answer.body, err)
                              : akin_encode_jpeg(plane, AKIN_JPEG_QUALITY,
                                                 &call->answer.body, err);

    if (st != AKIN_OK)
        return st;
    call->answer.status = 200;
    call->answer.type = png ? "image/png" : "image/jpeg";
    return AKIN_OK;
}

static enum akin_status
render(struct akin_http_call *call, struct akin_decoder *decoder,
       const struct wish *wish, struct akin_error *err)
{
    const struct akin_image_info *info = akin_decode_info(decoder);
    struct akin_render_options options = {.z = wish->z < 0 ? info->dim_z / 2
                                                           : (uint32_t)wish->z,
                                          .c = (uint32_t)wish->c,
                                          .t = (uint32_t)wish->t,
                                          .region = wish->region,
                                          .max_edge = (uint32_t)wish->max};
    struct akin_plane plane = {0};
    enum akin_status st = akin_render(decoder, &options, &plane, err);

    if (st == AKIN_OK)
        st = encode(call, &plane, wish->png, err);
    akin_plane_free(&plane);
    return st;
}

/* The size tells a file that was replaced since, without reading it. */
static enum akin_status
check_file(const struct akin_image_record *image, struct akin_error *err)
{
    struct akin_file_stat info = {0};

    if (image->path == NULL || image->name == NULL)
        return AKIN_FAIL(err, AKIN_ENOTFOUND, "image %" PRIu32 " has no file",
                         image->number);
    if (strstr(image->path, "://") != NULL)
        return AKIN_FAIL(err, AKIN_ENOTFOUND,
                         "image %" PRIu32 " lies at %.200s, which is not "
                         "fetched from here",
                         image->number, image->path);
    if (akin_file_stat(image->path, &info, NULL) != AKIN_OK)
        return AKIN_FAIL(err, AKIN_ENOTFOUND,
                         "the file of image %" PRIu32 " (%.200s) is not there "
                         "any more",
                         image->number, image->name);
    if (info.size_bytes != image->size_bytes)
        return AKIN_FAIL(err, AKIN_ENOTFOUND,
                         "the file of image %" PRIu32 " (%.200s) has changed "
                         "since it was indexed",
                         image->number, image->name);
    return AKIN_OK;
}

/* The picture is the same as long as the bytes of the file and the address
 * are. */
static bool
picture_not_modified(struct akin_http_call *call,
                     const struct akin_image_record *image,
                     const struct wish *wish)
{
    struct akin_buf what = {0};
    char text[AKIN_HASH_TEXT], tag[48];
    struct akin_hash hash;

    akin_hash_text(&image->hash, text);
    akin_buf_printf(&what, "%s %s %d", text, call->request->uri,
                    wish->png ? 1 : 0);
    hash = akin_hash_of(akin_buf_span(&what));
    akin_buf_free(&what);
    akin_hash_text(&hash, text);
    (void)snprintf(tag, sizeof(tag), "\"%s\"", text);
    return akin__http_not_modified(call, tag);
}

static enum akin_status
show(struct akin_http_call *call, const struct akin_image_record *image,
     const struct wish *wish, struct akin_error *err)
{
    struct akin_decoder *decoder = NULL;
    enum akin_status st;

    call->answer.may_keep = true;
    if (picture_not_modified(call, image, wish))
        return AKIN_OK;
    st = check_file(image, err);
    if (st == AKIN_OK)
        st = akin_decode_open(image->path, &call->core->config, &decoder, err);
    if (st == AKIN_OK)
        st = render(call, decoder, wish, err);
    akin_decode_close(decoder);
    if (st != AKIN_OK)
        call->answer.may_keep = false;
    return st;
}

/* --- which image --- */

static enum akin_status
find_image(struct akin_http_call *call, struct akin_image_record *out,
           struct akin_error *err)
{
    struct akin_reading reading = {0};
    char *end = NULL;
    unsigned long long number = strtoull(call->arg, &end, 10);
    enum akin_status st;

    if (call->arg[0] < '0' || call->arg[0] > '9' || *end != '\0' ||
        number > UINT32_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "an image is named by its number, not \"%.40s\"",
                         call->arg);
    st = akin__reading_records(call->session, &reading, err);
    if (st == AKIN_OK)
        st = akin_image_get(reading.txn, (uint32_t)number, out, err);
    if (st == AKIN_ENOTFOUND)
        st = AKIN_FAIL(err, AKIN_ENOTFOUND, "there is no image %llu", number);
    akin__reading_end(&reading);
    return st;
}

/* The first image of a dataset. */
static enum akin_status
find_first(struct akin_http_call *call, struct akin_image_record *out,
           struct akin_error *err)
{
    struct akin_reading reading = {0};
    struct akin_dataset dataset = {0};
    uint32_t number = 0;
    enum akin_status st = akin__reading_records(call->session, &reading, err);

    if (st == AKIN_OK)
        st = akin_dataset_find(reading.txn, call->arg, &dataset, err);
    if (st == AKIN_OK) {
        st = akin_image_next(reading.txn, dataset.number, &number, err);
        if (st == AKIN_OK)
            st = akin_image_get(reading.txn, number, out, err);
        else if (st == AKIN_ENOTFOUND)
            st = AKIN_FAIL(err, AKIN_ENOTFOUND,
                           "dataset \"%s\" has no images here", call->arg);
    }
    akin_dataset_free(&dataset);
    akin__reading_end(&reading);
    return st;
}

/* --- the routes --- */

typedef enum akin_status find_fn(struct akin_http_call *call,
                                 struct akin_image_record *out,
                                 struct akin_error *err);

/* Answers with a picture of the image that find finds; not when the call is
 * answered already. */
static enum akin_status
show_found(struct akin_http_call *call, find_fn *find, const struct wish *wish,
           struct akin_error *err)
{
    struct akin_image_record image = {0};
    enum akin_status st = AKIN_OK;

    if (call->answer.status == 0)
        st = find(call, &image, err);
    if (st == AKIN_OK && call->answer.status == 0)
        st = show(call, &image, wish, err);
    akin_image_record_free(&image);
    return st;
}

enum akin_status
akin_pictures_thumbnail(struct akin_http_call *call, struct akin_error *err)
{
    struct wish wish;
    enum akin_status st = read_wish(call, THUMBNAIL_PX, false, &wish, err);

    return st == AKIN_OK ? show_found(call, find_first, &wish, err) : st;
}

enum akin_status
akin_pictures_preview(struct akin_http_call *call, struct akin_error *err)
{
    struct wish wish;
    enum akin_status st = read_wish(call, PREVIEW_PX, false, &wish, err);

    return st == AKIN_OK ? show_found(call, find_image, &wish, err) : st;
}

static enum akin_status
read_region(const struct akin_http_call *call, struct wish *wish,
            struct akin_error *err)
{
    static const char *const names[4] = {"x", "y", "w", "h"};
    struct akin_json *params = akin_json_object();
    int64_t edge[4] = {0};
    enum akin_status st =
        akin__http_params(&call->target.query, call->route, params, err);

    for (size_t i = 0; st == AKIN_OK && i < 4; i++) {
        st = akin_params_int(params, names[i], i < 2 ? 0 : 1, UINT32_MAX,
                             &edge[i], err);
        if (st == AKIN_OK && i >= 2 && edge[i] == 0)
            st =
                AKIN_FAIL(err, AKIN_EINVAL,
                          "a crop needs x, y, w and h, in pixels of the image");
    }
    wish->region =
        (struct akin_tile_rect){(uint32_t)edge[0], (uint32_t)edge[1],
                                (uint32_t)edge[2], (uint32_t)edge[3]};
    akin_json_free(params);
    return st;
}

enum akin_status
akin_pictures_crop(struct akin_http_call *call, struct akin_error *err)
{
    struct wish wish;
    enum akin_status st = read_wish(call, INT64_MAX, true, &wish, err);

    if (st == AKIN_OK)
        st = read_region(call, &wish, err);
    return st == AKIN_OK ? show_found(call, find_image, &wish, err) : st;
}

/* The outlines of the mask at this path. */
static enum akin_status
draw_annotation(struct akin_http_call *call, const char *path,
                const struct wish *wish, struct akin_error *err)
{
    struct akin_decoder *decoder = NULL;
    struct akin_plane mask = {0}, picture = {0};
    enum akin_status st =
        akin_decode_open(path, &call->core->config, &decoder, err);

    if (st == AKIN_OK)
        st = akin_decode_plane(decoder, 0, 0, 0, &mask, err);
    if (st == AKIN_OK)
        st = akin_annotation_draw(&mask, (uint32_t)wish->max, &picture, err);
    if (st == AKIN_OK)
        st = encode(call, &picture, wish->png, err);
    akin_plane_free(&picture);
    akin_plane_free(&mask);
    akin_decode_close(decoder);
    return st;
}

enum akin_status
akin_pictures_annotation(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_image_record image = {0};
    struct wish wish;
    char *path = NULL;
    enum akin_status st = read_wish(call, PREVIEW_PX, true, &wish, err);

    if (st == AKIN_OK && call->answer.status == 0)
        st = find_image(call, &image, err);
    if (st == AKIN_OK && call->answer.status == 0) {
        if (akin_annotation_find(image.path, &path))
            st = draw_annotation(call, path, &wish, err);
        else
            st = AKIN_FAIL(err, AKIN_ENOTFOUND,
                           "no annotation lies beside image %" PRIu32,
                           image.number);
    }
    free(path);
    akin_image_record_free(&image);
    return st;
}

/* The body, or the part "image" of a form. */
static enum akin_status
uploaded(const struct akin_http_call *call, struct akin_span *out,
         struct akin_error *err)
{
    const char *type = call->request->field[AKIN_HTTP_CONTENT_TYPE];
    struct akin_multipart *form;
    enum akin_status st;

    *out = call->request->body;
    if (akin_http_is_type(type, "multipart/form-data")) {
        form = akin_new(1, sizeof(*form));
        st = akin_multipart_parse(type, call->request->body, form, err);
        *out = (struct akin_span){0};
        for (size_t i = 0; st == AKIN_OK && i < form->n; i++)
            if (strcmp(form->part[i].name, "image") == 0)
                *out = form->part[i].data;
        free(form);
        if (st != AKIN_OK)
            return st;
    }
    if (out->len == 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "there is no image: send it as the body");
    return AKIN_OK;
}

enum akin_status
akin_pictures_upload(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_decoder *decoder = NULL;
    struct akin_span bytes = {0};
    struct wish wish;
    enum akin_status st = read_wish(call, PREVIEW_PX, true, &wish, err);

    if (st != AKIN_OK || call->answer.status != 0)
        return st;
    st = uploaded(call, &bytes, err);
    if (st == AKIN_OK)
        st = akin_decode_open_bytes(bytes, &call->core->config, &decoder, err);
    if (st == AKIN_OK) {
        const struct akin_image_info *info = akin_decode_info(decoder);
        char size[64];

        (void)snprintf(
            size, sizeof(size),
            "%" PRIu32 "x%" PRIu32 " z=%" PRIu32 " c=%" PRIu32 " t=%" PRIu32,
            info->dim_x, info->dim_y, info->dim_z, info->dim_c, info->dim_t);
        akin_http_answer_field(&call->answer, "X-Image-Size", size);
        st = render(call, decoder, &wish, err);
    }
    akin_decode_close(decoder);
    return st;
}
