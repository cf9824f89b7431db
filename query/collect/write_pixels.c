/* SPDX-License-Identifier: Apache-2.0 */
#include "write_pixels.h"

#include <stdlib.h>
#include <string.h>

#include "akin/encode.h"
#include "akin/render.h"

#define PYRAMID_EDGE 64 /* px: as many levels as any setting could make */
#define WHITE_16 65535.0

struct akin__cutter {
    const struct akin_config *limits;
    const struct akin_collect_options *how;
    struct akin_decoder *decoder;
    struct akin_plane plane;
    struct akin_pyramid pyramid;
    struct akin_render_range range;
    struct akin_hash hash; /* of the file that decoder reads */
    uint32_t z, c, t;      /* of plane */
    bool is_open;          /* plane and pyramid are there */
};

struct akin__cutter *
akin__cutter_new(const struct akin_config *limits,
                 const struct akin_collect_options *how)
{
    struct akin__cutter *cutter = akin_new(1, sizeof(*cutter));

    cutter->limits = limits;
    cutter->how = how;
    return cutter;
}

static void
close_plane(struct akin__cutter *cutter)
{
    akin_pyramid_free(&cutter->pyramid);
    akin_plane_free(&cutter->plane);
    cutter->is_open = false;
}

void
akin__cutter_free(struct akin__cutter *cutter)
{
    if (cutter == NULL)
        return;
    close_plane(cutter);
    akin_decode_close(cutter->decoder);
    free(cutter);
}

enum akin_status
akin__cutter_open(struct akin__cutter *cutter,
                  const struct akin_image_record *image, struct akin_error *err)
{
    struct akin_hash hash;
    enum akin_status st;

    if (cutter->decoder != NULL &&
        memcmp(&cutter->hash, &image->hash, sizeof(hash)) == 0)
        return AKIN_OK; /* another part of a large one */
    st = akin_hash_file(image->path, &hash, err);
    close_plane(cutter);
    akin_decode_close(cutter->decoder);
    cutter->decoder = NULL;
    if (st == AKIN_OK && memcmp(&hash, &image->hash, sizeof(hash)) != 0)
        st = AKIN_FAIL(err, AKIN_ESTALE, "it has changed since it was indexed");
    if (st == AKIN_OK)
        st = akin_decode_open(image->path, cutter->limits, &cutter->decoder,
                              err);
    cutter->hash = image->hash;
    if (st != AKIN_OK)
        akin_error_prefix(err, "%s", image->name);
    return st;
}

/* The smallest and the largest value of a plane of floats. */
static struct akin_render_range
extremes(const struct akin_plane *plane)
{
    const float *px = plane->px;
    size_t n = (size_t)plane->width * plane->height * plane->channels;
    struct akin_render_range range = {px[0], px[0]};

    for (size_t i = 1; i < n; i++) {
        range.low = px[i] < range.low ? px[i] : range.low;
        range.high = px[i] > range.high ? px[i] : range.high;
    }
    return range;
}

static enum akin_status
find_range(struct akin__cutter *cutter, struct akin_error *err)
{
    if (cutter->how->output.bits == 8)
        return akin_render_find_range(&cutter->plane, &cutter->range, err);
    cutter->range = (struct akin_render_range){0};
    if (cutter->plane.sample == AKIN_SAMPLE_F32)
        cutter->range = extremes(&cutter->plane);
    return AKIN_OK;
}

static enum akin_status
look_at_plane(struct akin__cutter *cutter, const struct akin_tile *tile,
              struct akin_error *err)
{
    enum akin_status st;

    if (cutter->is_open && cutter->z == tile->z && cutter->c == tile->c &&
        cutter->t == tile->t)
        return AKIN_OK;
    close_plane(cutter);
    st = akin_decode_plane(cutter->decoder, tile->z, tile->c, tile->t,
                           &cutter->plane, err);
    if (st == AKIN_OK)
        st = akin_pyramid_build(&cutter->plane, PYRAMID_EDGE, &cutter->pyramid,
                                err);
    if (st == AKIN_OK)
        st = find_range(cutter, err);
    cutter->z = tile->z;
    cutter->c = tile->c;
    cutter->t = tile->t;
    cutter->is_open = st == AKIN_OK;
    return st;
}

/* The largest square in the middle, when the size is fixed. */
static struct akin_tile_rect
square_of(struct akin_tile_rect rect, uint32_t edge)
{
    uint32_t side = rect.w < rect.h ? rect.w : rect.h;

    if (edge == 0)
        return rect;
    return (struct akin_tile_rect){rect.x + (rect.w - side) / 2,
                                   rect.y + (rect.h - side) / 2, side, side};
}

static double
value_at(const struct akin_plane *plane, uint32_t x, uint32_t y, uint32_t c)
{
    size_t at = ((size_t)y * plane->width + x) * plane->channels + c;

    switch (plane->sample) {
    case AKIN_SAMPLE_U8:
        return ((const uint8_t *)plane->px)[at];
    case AKIN_SAMPLE_U16:
        return ((const uint16_t *)plane->px)[at];
    case AKIN_SAMPLE_F32:
        return (double)((const float *)plane->px)[at];
    }
    return 0.0;
}

/* The px of an axis that one px of the picture takes, with their weights: an
 * area where the picture is smaller, else two neighbours. */
struct span {
    uint32_t first, last;
    double w_first, w_last;
};

static struct span
span_of(uint32_t i, uint32_t n_out, uint32_t from, uint32_t n_in)
{
    double step = (double)n_in / n_out, a = i * step, b = a + step;
    struct span s;

    if (step < 1.0) {
        a = ((double)i + 0.5) * step - 0.5;
        a = a < 0.0 ? 0.0 : a > (double)(n_in - 1) ? (double)(n_in - 1) : a;
        s.first = (uint32_t)a;
        s.last = s.first + 1 < n_in ? s.first + 1 : s.first;
        s.w_last = a - (double)s.first;
        s.w_first = 1.0 - s.w_last;
        if (s.last == s.first)
            s.w_first = s.w_last = 0.5;
    } else {
        s.first = (uint32_t)a;
        s.last = (uint32_t)b;
        s.last = (double)s.last == b || s.last >= n_in ? s.last - 1 : s.last;
        s.w_first = (double)s.first + 1.0 - a;
        s.w_last = b - (double)s.last;
        if (s.last == s.first)
            s.w_first = s.w_last = step / 2.0;
    }
    s.first += from;
    s.last += from;
    return s;
}

static double
weight_of(const struct span *s, uint32_t i)
{
    double w = i == s->first ? s->w_first : i == s->last ? s->w_last : 1.0;

    return s->first == s->last ? s->w_first + s->w_last : w;
}

static double
mean_of(const struct akin_plane *plane, const struct span *sx,
        const struct span *sy, uint32_t channel)
{
    double sum = 0.0, weight = 0.0;

    for (uint32_t y = sy->first; y <= sy->last; y++)
        for (uint32_t x = sx->first; x <= sx->last; x++) {
            double w = weight_of(sx, x) * weight_of(sy, y);

            sum += w * value_at(plane, x, y, channel);
            weight += w;
        }
    return sum / weight;
}

/* From the plane's numbers to those of the picture, 0..most. */
static double
scaled(double value, struct akin_render_range range, double most)
{
    double width = (double)range.high - (double)range.low;

    if (range.low != 0.0f || range.high != 0.0f)
        value = width > 0.0 ? (value - (double)range.low) / width * most : 0.0;
    value += 0.5;
    return value < 0.0 ? 0.0 : value > most ? most : value;
}

static void
fill(const struct akin_plane *from, struct akin_tile_rect rect,
     struct akin_render_range range, struct akin_plane *out)
{
    size_t at = 0;

    for (uint32_t y = 0; y < out->height; y++) {
        struct span sy = span_of(y, out->height, rect.y, rect.h);

        for (uint32_t x = 0; x < out->width; x++) {
            struct span sx = span_of(x, out->width, rect.x, rect.w);

            for (uint32_t c = 0; c < out->channels; c++, at++) {
                double v = mean_of(from, &sx, &sy, c);

                if (out->sample == AKIN_SAMPLE_U8)
                    ((uint8_t *)out->px)[at] = (uint8_t)scaled(v, range, 255.0);
                else
                    ((uint16_t *)out->px)[at] =
                        (uint16_t)scaled(v, range, WHITE_16);
            }
        }
    }
}

static void
describe(const struct akin_plane *out, const struct akin_tile *tile,
         struct akin_tile_rect rect, struct akin_tile_rect part,
         struct akin_render_range range, struct akin__picture *picture)
{
    bool is_changed = range.low != 0.0f || range.high != 0.0f;

    if (range.low == 0.0f && range.high == 255.0f &&
        out->sample == AKIN_SAMPLE_U8)
        is_changed = false;
    *picture =
        (struct akin__picture){.width = out->width,
                               .height = out->height,
                               .channels = out->channels,
                               .bits = out->sample == AKIN_SAMPLE_U8 ? 8 : 16,
                               .low = is_changed ? range.low : 0.0f,
                               .high = is_changed ? range.high : 0.0f};
    /* tile -> its level -> the part that is shown -> the picture */
    picture->step_x =
        (float)tile->w / (float)rect.w * (float)part.w / (float)out->width;
    picture->step_y =
        (float)tile->h / (float)rect.h * (float)part.h / (float)out->height;
}

static enum akin_status
make_picture(struct akin__cutter *cutter, const struct akin_tile *tile,
             struct akin_buf *png, struct akin__picture *picture,
             struct akin_error *err)
{
    const struct akin_plane *level = &cutter->pyramid.level[tile->level];
    struct akin_tile_rect rect = akin_tile_rect(&cutter->pyramid, tile);
    uint32_t edge = cutter->how->output.edge_px;
    struct akin_tile_rect part = square_of(rect, edge);
    bool is_8 =
        cutter->how->output.bits == 8 || level->sample == AKIN_SAMPLE_U8;
    struct akin_plane out = {0};
    enum akin_status st = akin_plane_alloc(
        &out, edge > 0 ? edge : part.w, edge > 0 ? edge : part.h,
        level->channels, is_8 ? AKIN_SAMPLE_U8 : AKIN_SAMPLE_U16, UINT64_MAX,
        err);

    if (st != AKIN_OK)
        return st;
    fill(level, part, cutter->range, &out);
    st = akin_encode_png(&out, png, err);
    describe(&out, tile, rect, part, cutter->range, picture);
    akin_plane_free(&out);
    return st;
}

enum akin_status
akin__cutter_cut(struct akin__cutter *cutter, const struct akin_tile *tile,
                 struct akin_buf *png, struct akin__picture *picture,
                 struct akin_error *err)
{
    struct akin_tile whole = *tile;
    enum akin_status st = look_at_plane(cutter, tile, err);

    if (st != AKIN_OK)
        return st;
    if (cutter->how->unit == AKIN_COLLECT_PLANES) {
        whole.level = whole.x = whole.y = 0;
        whole.w = cutter->plane.width;
        whole.h = cutter->plane.height;
    }
    if (whole.level >= cutter->pyramid.n)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "a tile of level %u is not in the image", whole.level);
    return make_picture(cutter, &whole, png, picture, err);
}
