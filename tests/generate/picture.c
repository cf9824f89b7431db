/* SPDX-License-Identifier: Apache-2.0 */
#include "picture.h"

#include <assert.h>

#include "akin/bytes.h"

struct picture
picture_new(int n_c, int n_z, int n_t, enum depth depth, double pixel_um)
{
    struct picture picture = {.n_c = n_c,
                              .n_z = n_z,
                              .n_t = n_t,
                              .depth = depth,
                              .pixel_um = pixel_um,
                              .n_planes = n_c * n_z * n_t};

    picture.plane = akin_new((size_t)picture.n_planes, sizeof(struct canvas));
    return picture;
}

struct picture
picture_colour(double pixel_um)
{
    struct picture picture = picture_new(3, 1, 1, DEPTH_8, pixel_um);

    picture.colour = true;
    return picture;
}

void
picture_free(struct picture *picture)
{
    for (int i = 0; i < picture->n_planes; i++)
        canvas_free(&picture->plane[i]);
    free(picture->plane);
    *picture = (struct picture){0};
}

const char *
file_kind_name(enum file_kind kind)
{
    static const char *const names[] = {
        "PNG",
        "JPEG",
        "BMP",
        "TIFF",
        "TIFF, LZW",
        "TIFF, tiled, deflate",
        "BigTIFF, deflate",
        "ImageJ hyperstack",
    };

    return names[kind];
}

const char *
file_kind_suffix(enum file_kind kind)
{
    static const char *const suffixes[] = {".png", ".jpg", ".bmp", ".tif"};

    return suffixes[kind < FILE_TIFF ? kind : FILE_TIFF];
}

int
picture_samples(const struct picture *picture)
{
    return picture->colour ? 3 : 1;
}

int
picture_sample_bytes(const struct picture *picture)
{
    static const int bytes[] = {1, 2, 4};

    return bytes[picture->depth];
}

static void
store_sample(enum depth depth, double value, uint8_t *out)
{
    float real = (float)value;
    uint16_t word = (uint16_t)fmin(fmax(value + 0.5, 0), 65535);
    uint8_t byte = (uint8_t)fmin(fmax(value + 0.5, 0), 255);

    if (depth == DEPTH_FLOAT)
        memcpy(out, &real, sizeof(real));
    else if (depth == DEPTH_16)
        memcpy(out, &word, sizeof(word));
    else
        *out = byte;
}

void
picture_row(const struct picture *picture, int plane, int y, void *out)
{
    int n = picture_samples(picture), size = picture_sample_bytes(picture);
    uint8_t *p = out;

    for (int x = 0; x < picture->w; x++) {
        for (int c = 0; c < n; c++) {
            store_sample(picture->depth,
                         *canvas_at(&picture->plane[plane + c], x, y), p);
            p += size;
        }
    }
}

enum akin_status
picture_write(const struct picture *picture, const char *path,
              enum file_kind kind, struct akin_error *err)
{
    for (int i = 0; i < picture->n_planes; i++)
        assert(picture->plane[i].w == picture->w &&
               picture->plane[i].h == picture->h);
    switch (kind) {
    case FILE_PNG:
        return write_png(picture, path, err);
    case FILE_JPEG:
        return write_jpeg(picture, path, err);
    case FILE_BMP:
        return write_bmp(picture, path, err);
    case FILE_TIFF:
    case FILE_TIFF_LZW:
    case FILE_TIFF_TILED:
    case FILE_TIFF_BIG:
    case FILE_TIFF_IMAGEJ:
        break;
    }
    return write_tiff(picture, path, kind, err);
}
