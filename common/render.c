/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/render.h"

#include <inttypes.h>
#include <stdlib.h>

#include "luma.h"

#define SAMPLES_MAX 65536 /* pixels that the percentiles are taken from */
#define TAIL 200          /* a 200th of them lies below, and above */
#define WHITE 255.0f
#define NARROW 64.0f /* grey levels; 8-bit planes with fewer are stretched */

/* Luminance on an even grid of at most SAMPLES_MAX pixels. */
static size_t
sample_luma(const struct akin_plane *plane, float *value)
{
    size_t n_px = (size_t)plane->width * plane->height;
    size_t n = n_px < SAMPLES_MAX ? n_px : SAMPLES_MAX;

    for (size_t i = 0; i < n; i++) {
        /* In 64 bits: n_px stays below 2^40, i below 2^16. */
        size_t at = (size_t)((uint64_t)i * n_px / n);

        akin__luma_row(plane, (uint32_t)(at % plane->width),
                       (uint32_t)(at / plane->width), 1, &value[i]);
    }
    return n;
}

enum akin_status
akin_render_find_range(const struct akin_plane *plane,
                       struct akin_render_range *out, struct akin_error *err)
{
    bool is_8_bit = plane->sample == AKIN_SAMPLE_U8;
    float *value = malloc(SAMPLES_MAX * sizeof(*value));
    size_t n;

    if (value == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for a picture");
    n = sample_luma(plane, value);
    out->low = akin__rank_of(value, n, n / TAIL);
    out->high = akin__rank_of(value, n, n - 1 - n / TAIL);
    free(value);
    if (is_8_bit && (out->high - out->low >= NARROW || out->high == out->low))
        *out = (struct akin_render_range){0.0f, WHITE};
    return AKIN_OK;
}

static float
sample_at(const struct akin_plane *plane, size_t at)
{
    switch (plane->sample) {
    case AKIN_SAMPLE_U8:
        return ((const uint8_t *)plane->px)[at];
    case AKIN_SAMPLE_U16:
        return ((const uint16_t *)plane->px)[at];
    case AKIN_SAMPLE_F32:
        return ((const float *)plane->px)[at];
    }
    return 0.0f;
}

static uint8_t
grey_of(double value, struct akin_render_range range)
{
    double width = (double)range.high - (double)range.low;
    double place;

    if (!(width > 0.0)) /* a flat plane */
        return 0;
    place = (value - (double)range.low) / width * 255.0 + 0.5;
    return place <= 0.0 ? 0 : place >= 255.0 ? 255 : (uint8_t)place;
}

/* The mean of one channel over box. */
static double
box_mean(const struct akin_plane *plane, struct akin_tile_rect box,
         uint32_t channel)
{
    double sum = 0.0;

    for (uint32_t y = box.y; y < box.y + box.h; y++) {
        size_t row = ((size_t)y * plane->width + box.x) * plane->channels;

        for (uint32_t x = 0; x < box.w; x++)
            sum += (double)sample_at(plane, row + (size_t)x * plane->channels +
                                                channel);
    }
    return sum / ((double)box.w * (double)box.h);
}

/* Part i of n even parts of `length` px from `from`; at least one px long. */
static void
part_of(uint32_t from, uint32_t length, uint32_t i, uint32_t n, uint32_t *start,
        uint32_t *size)
{
    uint32_t a = (uint32_t)((uint64_t)i * length / n);
    uint32_t b = (uint32_t)((uint64_t)(i + 1) * length / n);

    *start = from + a;
    *size = b - a;
}

static void
fill(const struct akin_plane *plane, struct akin_tile_rect region,
     struct akin_render_range range, struct akin_plane *out)
{
    uint8_t *px = out->px;

    for (uint32_t y = 0; y < out->height; y++)
        for (uint32_t x = 0; x < out->width; x++) {
            struct akin_tile_rect box;

            part_of(region.x, region.w, x, out->width, &box.x, &box.w);
            part_of(region.y, region.h, y, out->height, &box.y, &box.h);
            for (uint32_t c = 0; c < plane->channels; c++)
                *px++ = grey_of(box_mean(plane, box, c), range);
        }
}

/* The size of the picture: the region's, its longer edge at most max_edge. */
static void
picture_size(struct akin_tile_rect region, uint32_t max_edge, uint32_t *w,
             uint32_t *h)
{
    uint32_t longer = region.w > region.h ? region.w : region.h;

    *w = region.w;
    *h = region.h;
    if (max_edge == 0 || longer <= max_edge)
        return;
    *w = (uint32_t)((uint64_t)region.w * max_edge / longer);
    *h = (uint32_t)((uint64_t)region.h * max_edge / longer);
    *w = *w > 0 ? *w : 1;
    *h = *h > 0 ? *h : 1;
}

static enum akin_status
check_region(const struct akin_plane *plane, struct akin_tile_rect *region,
             struct akin_error *err)
{
    if (region->w == 0)
        *region = (struct akin_tile_rect){0, 0, plane->width, plane->height};
    if (region->h == 0 || region->x >= plane->width ||
        region->y >= plane->height || region->w > plane->width - region->x ||
        region->h > plane->height - region->y)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "region %" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32
                         " does not lie in the image of %" PRIu32 " x %" PRIu32
                         " px",
                         region->x, region->y, region->w, region->h,
                         plane->width, plane->height);
    return AKIN_OK;
}

enum akin_status
akin_render_plane(const struct akin_plane *plane,
                  const struct akin_render_options *options,
                  struct akin_plane *out, struct akin_error *err)
{
    struct akin_tile_rect region = options->region;
    struct akin_render_range range = {0.0f, WHITE};
    uint32_t w, h;
    enum akin_status st = check_region(plane, &region, err);

    if (options->range != NULL)
        range = *options->range;
    else if (st == AKIN_OK)
        st = akin_render_find_range(plane, &range, err);
    if (st != AKIN_OK)
        return st;
    picture_size(region, options->max_edge, &w, &h);
    st = akin_plane_alloc(out, w, h, plane->channels, AKIN_SAMPLE_U8,
                          (uint64_t)w * h, err);
    if (st == AKIN_OK)
        fill(plane, region, range, out);
    return st;
}

static enum akin_status
check_place(const struct akin_image_info *info,
            const struct akin_render_options *options, struct akin_error *err)
{
    if (options->z < info->dim_z && options->c < info->dim_c &&
        options->t < info->dim_t)
        return AKIN_OK;
    return AKIN_FAIL(err, AKIN_EINVAL,
                     "z %" PRIu32 ", c %" PRIu32 ", t %" PRIu32
                     " is not in the image: it has %" PRIu32 " z, %" PRIu32
                     " c and %" PRIu32 " t, counted from 0",
                     options->z, options->c, options->t, info->dim_z,
                     info->dim_c, info->dim_t);
}

enum akin_status
akin_render(struct akin_decoder *decoder,
            const struct akin_render_options *options, struct akin_plane *out,
            struct akin_error *err)
{
    struct akin_plane plane = {0};
    enum akin_status st = check_place(akin_decode_info(decoder), options, err);

    if (st == AKIN_OK)
        st = akin_decode_plane(decoder, options->z, options->c, options->t,
                               &plane, err);
    if (st == AKIN_OK)
        st = akin_render_plane(&plane, options, out, err);
    akin_plane_free(&plane);
    return st;
}
