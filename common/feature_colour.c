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

#define BINS 8
#define SPREAD 0.01f   /* differences below this are not spread further */
#define GREY_MEAN 0.02 /* mean strength of colour at which grey is 1/2 */
#define MANY_PX 4096   /* tiles with more are looked at as 2 x 2 px */

struct chroma {
    double bin[BINS * BINS];
    double strength; /* sum of |a| + |b| */
    double n;
};

/* -1..1 to a place on the axis of bin centres 0..BINS-1. */
static float
place_of(float value)
{
    float size = fminf(fabsf(value), 1.0f);
    float pressed = (sqrtf(size + SPREAD) - sqrtf(SPREAD)) /
                    (sqrtf(1.0f + SPREAD) - sqrtf(SPREAD));
    float place = (value < 0 ? -pressed : pressed) * (0.5f * (BINS - 1)) +
                  0.5f * (BINS - 1);

    return fminf(fmaxf(place, 0.0f), (float)(BINS - 1));
}

static void
add_colour(struct chroma *chroma, float r, float g, float b, float white)
{
    float red_green = r / white - g / white;
    float yellow_blue = 0.5f * (r / white + g / white) - b / white;
    float u = place_of(red_green), v = place_of(yellow_blue);
    int i = u < BINS - 2 ? (int)u : BINS - 2;
    int j = v < BINS - 2 ? (int)v : BINS - 2;
    double du = (double)u - i, dv = (double)v - j;
    double *bin = &chroma->bin[j * BINS + i];

    bin[0] += (1 - du) * (1 - dv);
    bin[1] += du * (1 - dv);
    bin[BINS] += (1 - du) * dv;
    bin[BINS + 1] += du * dv;
    chroma->strength += (double)fminf(fabsf(red_green) + fabsf(yellow_blue), 2);
    chroma->n += 1;
}

/* Adds the mean of step x step px for every step px of rect. */
#define ADD_ALL(name, type)                                                    \
    static void name(const struct akin_plane *plane,                           \
                     struct akin_tile_rect rect, uint32_t step, float white,   \
                     struct chroma *chroma)                                    \
    {                                                                          \
        size_t stride = (size_t)plane->width * 3;                              \
        const type *px =                                                       \
            (const type *)plane->px + rect.y * stride + (size_t)rect.x * 3;    \
        float part = 1.0f / (float)(step * step);                              \
                                                                               \
        for (uint32_t y = 0; y + step <= rect.h; y += step)                    \
            for (uint32_t x = 0; x + step <= rect.w; x += step) {              \
                float sum[3] = {0, 0, 0};                                      \
                                                                               \
                for (uint32_t j = 0; j < step; j++)                            \
                    for (uint32_t i = 0; i < 3 * step; i++)                    \
                        sum[i % 3] +=                                          \
                            part *                                             \
                            (float)px[(y + j) * stride + (size_t)x * 3 + i];   \
                add_colour(chroma, sum[0], sum[1], sum[2], white);             \
            }                                                                  \
    }

ADD_ALL(add_all_u8, uint8_t)
ADD_ALL(add_all_u16, uint16_t)
ADD_ALL(add_all_f32, float)

void
akin__feature_colour(const struct akin_plane *plane, struct akin_tile_rect rect,
                     float white, float *out)
{
    struct chroma chroma = {.strength = 0};
    uint32_t step = rect.w * rect.h > MANY_PX ? 2 : 1;

    if (rect.w < step || rect.h < step)
        step = 1;
    white = fmaxf(fabsf(white), 1e-30f);
    if (plane->channels == 1)
        add_colour(&chroma, 0, 0, 0, 1);
    else if (plane->sample == AKIN_SAMPLE_U8)
        add_all_u8(plane, rect, step, white, &chroma);
    else if (plane->sample == AKIN_SAMPLE_U16)
        add_all_u16(plane, rect, step, white, &chroma);
    else
        add_all_f32(plane, rect, step, white, &chroma);
    for (size_t i = 0; i < AKIN_COUNT(chroma.bin); i++)
        out[i] = (float)sqrt(chroma.bin[i] / chroma.n);
    chroma.strength /= chroma.n * GREY_MEAN;
    out[AKIN_COUNT(chroma.bin)] =
        (float)(1 / (1 + chroma.strength * chroma.strength));
}
