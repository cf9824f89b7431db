/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network_picture.c - a rectangle of a plane as the network sees it: resampled
 * to a fixed edge (means of areas; linear where it is smaller), then mean 0 and
 * deviation 1 of the colours' mean.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "network_internal.h"

#include "simd.h"

#define EDGE ((size_t)AKIN_NETWORK_EDGE)
#define N_PX (EDGE * EDGE)
#define FLATTEST 1e-6
#define LANES ((size_t)16)

/* sum += w * n samples of a row. One loop for each sample type. */
#define ADD_ROW(name, type)                                                    \
    AKIN_SIMD static void name(const type *restrict px, size_t n, float w,     \
                               float *restrict sum)                            \
    {                                                                          \
        for (size_t i = 0; i < n; i++)                                         \
            sum[i] += w * (float)px[i];                                        \
    }

ADD_ROW(add_u8, uint8_t)
ADD_ROW(add_u16, uint16_t)
ADD_ROW(add_f32, float)

static void
add_row(const struct akin_plane *plane, size_t at, size_t n, float w,
        float *sum)
{
    switch (plane->sample) {
    case AKIN_SAMPLE_U8:
        add_u8((const uint8_t *)plane->px + at, n, w, sum);
        break;
    case AKIN_SAMPLE_U16:
        add_u16((const uint16_t *)plane->px + at, n, w, sum);
        break;
    case AKIN_SAMPLE_F32:
        add_f32((const float *)plane->px + at, n, w, sum);
        break;
    }
}

/* Which source px one output px takes along an axis: first..last, where the
 * two ends count by these weights and those between fully. */
struct reach {
    size_t first, last;
    float w_first, w_last, scale;
};

static struct reach
reach_of(size_t i, size_t len)
{
    double step = (double)len / EDGE, from, to;
    struct reach r;

    if (len < EDGE) { /* linear between the two nearest centres */
        from = ((double)i + 0.5) * step - 0.5;
        from = from < 0                   ? 0
               : from > (double)(len - 1) ? (double)(len - 1)
                                          : from;
        r.first = (size_t)from;
        r.last = r.first + 1 < len ? r.first + 1 : r.first;
        r.w_last = (float)(from - (double)r.first);
        r.w_first = 1.0f - r.w_last;
        r.scale = 1.0f;
        return r;
    }
    from = (double)i * step;
    to = (double)(i + 1) * step;
    r.first = (size_t)from;
    r.last = (size_t)ceil(to) - 1;
    r.last = r.last >= len ? len - 1 : r.last;
    r.w_first = (float)((double)r.first + 1 - from);
    r.w_last = (float)(to - (double)r.last);
    r.scale = (float)(1.0 / step);
    return r;
}

static float
weight_in(const struct reach *r, size_t i)
{
    return i == r->first ? r->w_first : i == r->last ? r->w_last : 1.0f;
}

/* Means of two columns each: what most tiles need. */
#define PAIR_COLUMNS(name, n)                                                  \
    AKIN_SIMD static void name(const float *restrict line,                     \
                               float *restrict row)                            \
    {                                                                          \
        for (size_t i = 0; i < EDGE; i++)                                      \
            for (size_t c = 0; c < (n); c++)                                   \
                row[i * (n) + c] = 0.5f * (line[2 * i * (n) + c] +             \
                                           line[(2 * i + 1) * (n) + c]);       \
    }

PAIR_COLUMNS(pair_grey, 1)
PAIR_COLUMNS(pair_colour, 3)

/* The columns of a row of n channels. */
static void
add_columns(const float *line, size_t n, const struct reach *columns,
            float *row)
{
    for (size_t i = 0; i < EDGE; i++) {
        const struct reach *r = &columns[i];

        for (size_t c = 0; c < n; c++) {
            float sum = r->w_first * line[r->first * n + c];

            for (size_t x = r->first + 1; x < r->last; x++)
                sum += line[x * n + c];
            if (r->last > r->first)
                sum += r->w_last * line[r->last * n + c];
            row[i * n + c] = sum * r->scale;
        }
    }
}

/* One row of output, EDGE x channels: the source rows it reaches are added up
 * first, whole (that is what vector units are good at), then the columns. */
static void
picture_row(const struct akin_plane *plane, struct akin_tile_rect rect,
            const struct reach *ry, const struct reach *columns, float *row)
{
    size_t n = plane->channels;
    float line[AKIN__NETWORK_RECT_MAX * 3];

    memset(line, 0, (size_t)rect.w * n * sizeof(*line));
    for (size_t y = ry->first; y <= ry->last; y++)
        add_row(plane, ((rect.y + y) * (size_t)plane->width + rect.x) * n,
                rect.w * n, weight_in(ry, y) * ry->scale, line);
    if (rect.w == 2 * EDGE && n == 1)
        pair_grey(line, row);
    else if (rect.w == 2 * EDGE)
        pair_colour(line, row);
    else
        add_columns(line, n, columns, row);
}

/* What a picture's numbers are brought to 0 and 1 with. */
struct moments {
    double mean, inverse;
};

/* Of n = LANES * k values; several sums side by side. */
AKIN_SIMD static struct moments
moments_of(const float *value, size_t n)
{
    double sum[LANES] = {0}, squares[LANES] = {0}, mean, deviation;

    for (size_t i = 0; i < n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            double v = (double)value[i + k];

            sum[k] += v;
            squares[k] += v * v;
        }
    for (size_t k = 1; k < LANES; k++) {
        sum[0] += sum[k];
        squares[0] += squares[k];
    }
    mean = sum[0] / (double)n;
    deviation = sqrt(fmax(squares[0] / (double)n - mean * mean, 0));
    if (deviation <= FLATTEST * fabs(mean) || deviation == 0)
        return (struct moments){mean, 0}; /* nothing to see: all zero */
    return (struct moments){mean, 1 / deviation};
}

AKIN_SIMD static void
mix_colours(const float *restrict picture, float *restrict mixed)
{
    for (size_t p = 0; p < N_PX; p++)
        mixed[p] =
            (picture[3 * p] + picture[3 * p + 1] + picture[3 * p + 2]) / 3;
}

AKIN_SIMD static void
standardise(struct moments m, size_t n, float *picture)
{
    for (size_t i = 0; i < n; i++)
        picture[i] = (float)(((double)picture[i] - m.mean) * m.inverse);
}

void
akin__network_picture(const struct akin_plane *plane,
                      struct akin_tile_rect rect, float *picture)
{
    struct reach columns[EDGE];
    float mixed[N_PX] = {0}; /* the colours' mean */
    size_t n = plane->channels;

    assert(rect.w <= AKIN__NETWORK_RECT_MAX);
    for (size_t i = 0; i < EDGE; i++)
        columns[i] = reach_of(i, rect.w);
    for (size_t i = 0; i < EDGE; i++) {
        struct reach ry = reach_of(i, rect.h);

        picture_row(plane, rect, &ry, columns, picture + i * EDGE * n);
    }
    if (n == 3)
        mix_colours(picture, mixed);
    standardise(moments_of(n == 3 ? mixed : picture, N_PX), n * N_PX, picture);
}
