/* SPDX-License-Identifier: Apache-2.0 */
#include "image_json.h"

#include <stdlib.h>
#include <string.h>

#include "annotation.h"

/* A file that was indexed by its address is its own uri. */
static const char *
uri_of(const struct akin_image_record *image)
{
    const char *uri = akin_json_text(image->extra, "uri");

    if (uri == NULL && image->path != NULL && strstr(image->path, "://"))
        return image->path;
    return uri;
}

static struct akin_json *
dims(const struct akin_image_info *info)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_int(json, "x", info->dim_x);
    akin_json_set_int(json, "y", info->dim_y);
    akin_json_set_int(json, "z", info->dim_z);
    akin_json_set_int(json, "c", info->dim_c);
    akin_json_set_int(json, "t", info->dim_t);
    return json;
}

struct akin_json *
akin_image_json(const struct akin_image_record *image)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_int(json, "id", image->number);
    akin_json_set_text(json, "path", image->path);
    akin_json_set_text(json, "name", image->name);
    akin_json_set_text(json, "uri", uri_of(image));
    akin_json_set_text(json, "viewer", akin_json_text(image->extra, "viewer"));
    akin_json_set(json, "dims", dims(&image->info));
    return json;
}

/* NULL when nothing is known. */
static struct akin_json *
pixel_um(const struct akin_image_info *info)
{
    const double um[3] = {info->pixel_um_x, info->pixel_um_y, info->pixel_um_z};
    static const char *const axis[3] = {"x", "y", "z"};
    struct akin_json *json = NULL;

    for (size_t i = 0; i < 3; i++) {
        if (!(um[i] > 0))
            continue;
        if (json == NULL)
            json = akin_json_object();
        akin_json_set_real(json, axis[i], um[i]);
    }
    return json;
}

struct akin_json *
akin_image_json_full(const struct akin_image_record *image)
{
    const struct akin_image_info *info = &image->info;
    struct akin_json *json = akin_image_json(image);
    char hash[AKIN_HASH_TEXT], *mask = NULL;

    akin_hash_text(&image->hash, hash);
    akin_json_set_text(json, "format", info->format);
    akin_json_set(json, "pixel_um", pixel_um(info));
    akin_json_set_int(json, "bits", info->bits);
    akin_json_set_bool(json, "colour", info->colour == AKIN_COLOUR_RGB);
    akin_json_set_int(json, "size_bytes", (int64_t)image->size_bytes);
    akin_json_set_text(json, "hash", hash);
    akin_json_set_int(json, "tiles", image->n_tiles);
    if (akin_annotation_find(image->path, &mask))
        akin_json_set_bool(json, "annotation", true);
    free(mask);
    if (info->note[0] != '\0')
        akin_json_set_text(json, "note", info->note);
    return json;
}
