/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "akin/tile.h"
#include "simd.h"

#define PART ((size_t)256) /* px that are halved together */

size_t
akin_tile_levels(uint32_t width, uint32_t height, uint32_t tile_size)
{
    size_t n = 1;

    while (n < AKIN_LEVELS_MAX && (width > tile_size || height > tile_size)) {
        width = width / 2 + width % 2;
        height = height / 2 + height % 2;
        n++;
    }
    return n;
}

/* Means of 2 x 2 pixels of two rows. The last column of an odd width stands
 * for its missing neighbour; so does the last row (the caller passes it twice).
 * Whole numbers are rounded to the nearest, halves up. */
/* NOLINTBEGIN(bugprone-macro-parentheses): types cannot have them */
#define HALVE_ROWS(name, type, wide, half)                                     \
    AKIN_INLINE void name##_n(const type *restrict a, const type *restrict b,  \
                              uint32_t pairs, uint32_t channels,               \
                              type *restrict out)                              \
    {                                                                          \
        for (uint32_t x = 0; x < pairs; x++)                                   \
            for (uint32_t c = 0; c < channels; c++) {                          \
                size_t l = (size_t)2 * x * channels + c, r = l + channels;     \
                wide sum = (wide)a[l] + (wide)a[r] + (wide)b[l] + (wide)b[r];  \
                                                                               \
                out[(size_t)x * channels + c] = (type)((sum + (half)) / 4);    \
            }                                                                  \
    }                                                                          \
    AKIN_SIMD static void name(const type *restrict a, const type *restrict b, \
                               uint32_t width, uint32_t channels,              \
                               type *restrict out)                             \
    {                                                                          \
        size_t last = (size_t)(width - 1) * channels;                          \
                                                                               \
        if (channels == 1)                                                     \
            name##_n(a, b, width / 2, 1, out);                                 \
        else                                                                   \
            name##_n(a, b, width / 2, 3, out);                                 \
        if (width % 2 == 0)                                                    \
            return;                                                            \
        for (uint32_t c = 0; c < channels; c++)                                \
            out[(size_t)(width / 2) * channels + c] =                          \
                (type)(((wide)a[last + c] + (wide)b[last + c] + (half) / 2) /  \
                       2);                                                     \
    }

/* NOLINTEND(bugprone-macro-parentheses) */
HALVE_ROWS(halve_any_u8, uint8_t, uint32_t, 2u)
HALVE_ROWS(halve_u16, uint16_t, uint32_t, 2u)
/* In double, so that four large values do not overflow. */
HALVE_ROWS(halve_f32, float, double, 0.0)

/* The same for three channels of bytes, which have no register's width: sums of
 * all neighbours, of which every other is then picked. */
AKIN_SIMD static void
add_neighbours(const uint8_t *restrict a, const uint8_t *restrict b, size_t n,
               uint8_t *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)((a[i] + a[i + 3] + b[i] + b[i + 3] + 2) / 4);
}

static void
halve_rgb_u8(const uint8_t *a, const uint8_t *b, uint32_t pairs, uint8_t *out)
{
    uint8_t sums[6 * PART];

    for (uint32_t at = 0; at < pairs;
         at += PART, a += 6 * PART, b += 6 * PART) {
        uint32_t n = pairs - at < PART ? pairs - at : PART;

        /* The last pair's neighbours end with it. */
        add_neighbours(a, b, (size_t)6 * n - 3, sums);
        for (uint32_t x = 0; x < n; x++, out += 3)
            memcpy(out, sums + (size_t)6 * x, 3);
    }
}

static void
halve_u8(const uint8_t *a, const uint8_t *b, uint32_t width, uint32_t channels,
         uint8_t *out)
{
    uint32_t last = width - 1;

    if (channels == 1) {
        halve_any_u8(a, b, width, 1, out);
        return;
    }
    halve_rgb_u8(a, b, width / 2, out);
    if (width % 2 == 1) /* the last column, alone */
        halve_any_u8(a + (size_t)3 * last, b + (size_t)3 * last, 1, 3,
                     out + (size_t)3 * (width / 2));
}

static void
halve_plane(const struct akin_plane *in, struct akin_plane *out)
{
    size_t size = akin_sample_size(in->sample);
    size_t stride = (size_t)in->width * in->channels * size;
    size_t out_stride = (size_t)out->width * out->channels * size;
    const uint8_t *px = in->px;
    uint8_t *to = out->px;

    for (uint32_t y = 0; y < out->height; y++) {
        const void *a = px + stride * 2 * y;
        const void *b = 2 * y + 1 < in->height ? px + stride * (2 * y + 1) : a;
        void *row = to + out_stride * y;

        if (in->sample == AKIN_SAMPLE_U8)
            halve_u8(a, b, in->width, in->channels, row);
        else if (in->sample == AKIN_SAMPLE_U16)
            halve_u16(a, b, in->width, in->channels, row);
        else
            halve_f32(a, b, in->width, in->channels, row);
    }
}

enum akin_status
akin_pyramid_build(const struct akin_plane *plane, uint32_t tile_size,
                   struct akin_pyramid *out, struct akin_error *err)
{
    struct akin_pyramid pyramid = {0};
    size_t n;

    if (tile_size == 0)
        return AKIN_FAIL(err, AKIN_EINVAL, "tiles of 0 px cannot be");
    n = akin_tile_levels(plane->width, plane->height, tile_size);
    pyramid.level[0] = *plane;
    for (pyramid.n = 1; pyramid.n < n; pyramid.n++) {
        const struct akin_plane *below = &pyramid.level[pyramid.n - 1];
        struct akin_plane *level = &pyramid.level[pyramid.n];
        enum akin_status st =
            akin_plane_alloc(level, below->width / 2 + below->width % 2,
                             below->height / 2 + below->height % 2,
                             below->channels, below->sample, UINT64_MAX, err);

        if (st != AKIN_OK) {
            akin_pyramid_free(&pyramid);
            return st;
        }
        halve_plane(below, level);
    }
    *out = pyramid;
    return AKIN_OK;
}

void
akin_pyramid_free(struct akin_pyramid *pyramid)
{
    for (size_t i = 1; i < pyramid->n; i++)
        akin_plane_free(&pyramid->level[i]);
    memset(pyramid, 0, sizeof(*pyramid));
}
