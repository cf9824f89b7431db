/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feature_colour.c - which colours are there, whatever the brightness?
 *
 * Two opponent axes, red - green and yellow - blue (the channel differences of
 * Swain & Ballard, "Color Indexing", International Journal of Computer Vision
 * 7 (1991), section 3), as parts of the tile's white, so that exposure does
 * not count and dark pixels, whose colour is noise, fall to neutral. Small
 * differences are spread, large ones pressed. An 8 x 8 histogram, each pixel
 * shared among the four nearest bins; frequencies, square-rooted. Then one
 * number that is 1 for grey and falls to 0 with the mean strength of colour.
 */
#include <math.h>

#include "feature_internal.h"
#include "simd.h"

#define BINS 8
#define SPREAD 0.01f   /* differences below this are not spread further */
#define GREY_MEAN 0.02 /* mean strength of colour at which grey is 1/2 */
#define MANY_PX                                                                \
    4096 /* of tiles with more, 2 x 2 px of each 4 x 4 are taken               \
          */

struct chroma {
    float bin[BINS * BINS];
    float strength; /* sum of |a| + |b| */
};

/* One row of looked-at pixels, channel by channel, and their places. */
struct row {
    float r[AKIN__EDGE_MAX], g[AKIN__EDGE_MAX], b[AKIN__EDGE_MAX];
    float u[AKIN__EDGE_MAX], v[AKIN__EDGE_MAX], strength[AKIN__EDGE_MAX];
};

/* A difference, -1..1, to a place on the axis of bin centres 0..BINS-1. */
AKIN_INLINE float
place_of(float value)
{
    const float middle = 0.5f * (BINS - 1), root = 0.1f; /* of SPREAD */
    const float steep = middle / (1.00498756f - root); /* root of 1 + SPREAD */
    float size = fabsf(value);
    float pressed;

    size = size < 1.0f ? size : 1.0f;
    pressed = (sqrtf(size + SPREAD) - root) * steep;
    pressed = pressed < middle ? pressed : middle;
    return value < 0.0f ? middle - pressed : middle + pressed;
}

/* A few pixels may be far above white. */
AKIN_INLINE float
bounded(float part)
{
    part = part > -4.0f ? part : -4.0f;
    return part < 4.0f ? part : 4.0f;
}

AKIN_SIMD static void
find_places(struct row *restrict row, size_t n, float scale)
{
    for (size_t i = 0; i < n; i++) {
        float r = bounded(row->r[i] * scale);
        float g = bounded(row->g[i] * scale);
        float b = bounded(row->b[i] * scale);
        float red_green = r - g, yellow_blue = 0.5f * (r + g) - b;
        float strength = fabsf(red_green) + fabsf(yellow_blue);

        row->u[i] = place_of(red_green);
        row->v[i] = place_of(yellow_blue);
        row->strength[i] = strength < 2.0f ? strength : 2.0f;
    }
}

static void
add_places(const struct row *row, size_t n, struct chroma *chroma)
{
    for (size_t i = 0; i < n; i++) {
        int x = (int)row->u[i], y = (int)row->v[i];
        float u, v;
        float *bin;

        x = x < BINS - 2 ? x : BINS - 2;
        y = y < BINS - 2 ? y : BINS - 2;
        u = row->u[i] - (float)x;
        v = row->v[i] - (float)y;
        bin = &chroma->bin[y * BINS + x];
        bin[0] += (1 - u) * (1 - v);
        bin[1] += u * (1 - v);
        bin[BINS] += (1 - u) * v;
        bin[BINS + 1] += u * v;
        chroma->strength += row->strength[i];
    }
}

/* One row of n: each pixel, or means of 2 x 2 px, 4 apart. */
#define LOAD_ROW(name, type)                                                   \
    AKIN_SIMD static void name(const type *restrict px, size_t stride,         \
                               bool single, size_t n,                          \
                               struct row *restrict row)                       \
    {                                                                          \
        if (single) {                                                          \
            for (size_t i = 0; i < n; i++) {                                   \
                row->r[i] = (float)px[3 * i];                                  \
                row->g[i] = (float)px[3 * i + 1];                              \
                row->b[i] = (float)px[3 * i + 2];                              \
            }                                                                  \
            return;                                                            \
        }                                                                      \
        for (size_t i = 0; i < n; i++) {                                       \
            const type *p = px + 12 * i, *q = p + stride;                      \
                                                                               \
            row->r[i] = 0.25f * (float)p[0] + 0.25f * (float)p[3] +            \
                        0.25f * (float)q[0] + 0.25f * (float)q[3];             \
            row->g[i] = 0.25f * (float)p[1] + 0.25f * (float)p[4] +            \
                        0.25f * (float)q[1] + 0.25f * (float)q[4];             \
            row->b[i] = 0.25f * (float)p[2] + 0.25f * (float)p[5] +            \
                        0.25f * (float)q[2] + 0.25f * (float)q[5];             \
        }                                                                      \
    }

LOAD_ROW(load_u8, uint8_t)
LOAD_ROW(load_u16, uint16_t)
LOAD_ROW(load_f32, float)

static void
load_row(const struct akin_plane *plane, size_t x, size_t y, bool single,
         size_t n, struct row *row)
{
    size_t stride = (size_t)plane->width * 3, at = y * stride + x * 3;

    if (plane->sample == AKIN_SAMPLE_U8)
        load_u8((const uint8_t *)plane->px + at, stride, single, n, row);
    else if (plane->sample == AKIN_SAMPLE_U16)
        load_u16((const uint16_t *)plane->px + at, stride, single, n, row);
    else
        load_f32((const float *)plane->px + at, stride, single, n, row);
}

/* Gives the number of pixels that were looked at. */
static size_t
add_rows(const struct akin_plane *plane, struct akin_tile_rect rect,
         float white, struct chroma *chroma)
{
    bool single = rect.w * rect.h <= MANY_PX || rect.w < 4 || rect.h < 4;
    size_t step = single ? 1 : 4, inside = single ? 0 : 1;
    size_t n = rect.w / step, rows = rect.h / step;
    struct row row;

    for (size_t j = 0; j < rows; j++) {
        load_row(plane, rect.x + inside, rect.y + j * step + inside, single, n,
                 &row);
        find_places(&row, n, 1.0f / white);
        add_places(&row, n, chroma);
    }
    return n * rows;
}

void
akin__feature_colour(const struct akin_plane *plane, struct akin_tile_rect rect,
                     float white, float *out)
{
    struct chroma chroma = {.strength = 0};
    double n = 1, strength;

    /* Its inverse must be a plain number, too. */
    white = fabsf(white) > 1e-30f ? fabsf(white) : 1e-30f;
    if (plane->channels == 3) {
        n = (double)add_rows(plane, rect, white, &chroma);
    } else {
        struct row row = {.u = {0.5f * (BINS - 1)}, .v = {0.5f * (BINS - 1)}};

        add_places(&row, 1, &chroma);
    }
    for (size_t i = 0; i < AKIN_COUNT(chroma.bin); i++)
        out[i] = (float)sqrt((double)chroma.bin[i] / n);
    strength = (double)chroma.strength / n / GREY_MEAN;
    out[AKIN_COUNT(chroma.bin)] = (float)(1 / (1 + strength * strength));
}
