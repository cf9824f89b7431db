/* SPDX-License-Identifier: Apache-2.0 */
#include "annotation.h"

#include <stdlib.h>
#include <string.h>

#include "akin/file.h"

#define FOLDERS_UP 2 /* beside the image, and beside its folder */

/* The length of the folder's name, with the slash at its end. */
static size_t
folder_length(const char *path, size_t len)
{
    while (len > 0 && path[len - 1] != '/')
        len--;
    return len;
}

static bool
is_file(const char *path)
{
    struct akin_file_stat info = {0};

    return akin_file_stat(path, &info, NULL) == AKIN_OK && info.is_regular;
}

/* A mask called `stem` in one of the folders below `folder`. */
static bool
find_below(struct akin_span folder, struct akin_span stem, char **out)
{
    static const char *const names[] = {"annotations",  "masks",   "labels",
                                        "segmentation", "mask",    "gt",
                                        "annotation",   "labels2d"};
    static const char *const endings[] = {"png", "tif", "tiff", "bmp"};

    for (size_t i = 0; i < AKIN_COUNT(names); i++)
        for (size_t k = 0; k < AKIN_COUNT(endings); k++) {
            struct akin_buf path = {0};

            akin_buf_put(&path, folder.data, folder.len);
            akin_buf_printf(&path, "%s/", names[i]);
            akin_buf_put(&path, stem.data, stem.len);
            akin_buf_printf(&path, ".%s", endings[k]);
            if (is_file((const char *)path.data)) {
                *out = (char *)akin_buf_take(&path);
                return true;
            }
            akin_buf_free(&path);
        }
    return false;
}

bool
akin_annotation_find(const char *image_path, char **out)
{
    const char *name, *dot;
    struct akin_span stem;
    size_t folder;

    *out = NULL;
    if (image_path == NULL || strstr(image_path, "://") != NULL)
        return false;
    folder = folder_length(image_path, strlen(image_path));
    name = image_path + folder;
    dot = strrchr(name, '.');
    stem.data = (const uint8_t *)name;
    stem.len = dot != NULL ? (size_t)(dot - name) : strlen(name);
    if (stem.len == 0)
        return false;
    for (int up = 0; up < FOLDERS_UP && folder > 0; up++) {
        struct akin_span above = {(const uint8_t *)image_path, folder};

        if (find_below(above, stem, out))
            return true;
        folder = folder_length(image_path, folder - 1);
    }
    return false;
}

/* What is drawn at a pixel, as one number; 0 is background. */
static uint32_t
label_at(const struct akin_plane *mask, uint32_t x, uint32_t y)
{
    size_t at = ((size_t)y * mask->width + x) * mask->channels;
    const uint8_t *px = mask->px;

    if (mask->sample == AKIN_SAMPLE_U16) {
        const uint16_t *wide = mask->px;

        return mask->channels == 1 ? wide[at]
                                   : (uint32_t)(wide[at] >> 8) << 16 |
                                         (uint32_t)(wide[at + 1] & 0xff00U) |
                                         (uint32_t)(wide[at + 2] >> 8);
    }
    return mask->channels == 1 ? px[at]
                               : (uint32_t)px[at] << 16 |
                                     (uint32_t)px[at + 1] << 8 | px[at + 2];
}

/* A bright colour that differs between neighbouring values: six steps round the
 * colour circle, the multiplier (2^32 / golden ratio) spreads them. */
static void
colour_of(uint32_t label, uint8_t rgb[3])
{
    static const uint8_t bright[6][3] = {{255, 214, 10},  {64, 224, 255},
                                         {255, 105, 180}, {124, 252, 0},
                                         {255, 140, 0},   {190, 150, 255}};

    memcpy(rgb, bright[(label * 2654435769U >> 16) % 6], 3);
}

/* The pixel of the mask that stands for one of the picture. */
static uint32_t
source(uint32_t at, uint32_t shown, uint32_t whole)
{
    return (uint32_t)((uint64_t)at * whole / shown);
}

static void
draw_row(const struct akin_plane *mask, uint32_t y, struct akin_plane *out)
{
    uint32_t my = source(y, out->height, mask->height);
    uint32_t below =
        y + 1 < out->height ? source(y + 1, out->height, mask->height) : my;
    uint8_t *row = (uint8_t *)out->px + (size_t)y * out->width * 3;

    for (uint32_t x = 0; x < out->width; x++) {
        uint32_t mx = source(x, out->width, mask->width);
        uint32_t right =
            x + 1 < out->width ? source(x + 1, out->width, mask->width) : mx;
        uint32_t here = label_at(mask, mx, my);
        uint32_t beside = label_at(mask, right, my);
        uint32_t under = label_at(mask, mx, below);

        if (here == beside && here == under)
            continue;
        if (here == 0)
            here = beside != 0 ? beside : under;
        colour_of(here, &row[(size_t)x * 3]);
    }
}

enum akin_status
akin_annotation_draw(const struct akin_plane *mask, uint32_t max_edge,
                     struct akin_plane *out, struct akin_error *err)
{
    uint32_t edge = mask->width > mask->height ? mask->width : mask->height;
    uint32_t shown = max_edge == 0 || max_edge > edge ? edge : max_edge;
    uint32_t width = source(mask->width, edge, shown);
    uint32_t height = source(mask->height, edge, shown);
    struct akin_plane made = {0};
    enum akin_status st;

    if (mask->sample != AKIN_SAMPLE_U8 && mask->sample != AKIN_SAMPLE_U16)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "the annotation holds real numbers, not labels");
    if (width == 0)
        width = 1;
    if (height == 0)
        height = 1;
    st = akin_plane_alloc(&made, width, height, 3, AKIN_SAMPLE_U8,
                          (uint64_t)shown * shown, err);
    if (st != AKIN_OK)
        return st;
    memset(made.px, 0, (size_t)width * height * 3);
    for (uint32_t y = 0; y < height; y++)
        draw_row(mask, y, &made);
    *out = made;
    return AKIN_OK;
}
