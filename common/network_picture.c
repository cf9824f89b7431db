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

/* sum += v * n samples of a row; or sum = v and w times those of two rows,
 * which is what most tiles need. One loop for each sample type. */
#define ADD_ROWS(name, type)                                                   \
    AKIN_SIMD static void add_##name(const type *restrict px, size_t n,        \
                                     float v, float *restrict sum)             \
    {                                                                          \
        for (size_t i = 0; i < n; i++)                                         \
            sum[i] += v * (float)px[i];                                        \
    }                                                                          \
    AKIN_SIMD static void blend_##name(const type *restrict a,                 \
                                       const type *restrict b, size_t n,       \
                                       float v, float w, float *restrict sum)  \
    {                                                                          \
        for (size_t i = 0; i < n; i++)                                         \
            sum[i] = v * (float)a[i] + w * (float)b[i];                        \
    }

ADD_ROWS(u8, uint8_t)
ADD_ROWS(u16, uint16_t)
ADD_ROWS(f32, float)

static void
add_row(const struct akin_plane *plane, size_t at, size_t n, float v,
        float *sum)
{
    switch (plane->sample) {
    case AKIN_SAMPLE_U8:
        add_u8((const uint8_t *)plane->px + at, n, v, sum);
        break;
    case AKIN_SAMPLE_U16:
        add_u16((const uint16_t *)plane->px + at, n, v, sum);
        break;
    case AKIN_SAMPLE_F32:
        add_f32((const float *)plane->px + at, n, v, sum);
        break;
    }
}

/* The row at `at` and the one below it. */
static void
blend_rows(const struct akin_plane *plane, size_t at, size_t n, float v,
           float w, float *sum)
{
    size_t below = at + (size_t)plane->width * plane->channels;

    switch (plane->sample) {
    case AKIN_SAMPLE_U8:
        blend_u8((const uint8_t *)plane->px + at,
                 (const uint8_t *)plane->px + below, n, v, w, sum);
        break;
    case AKIN_SAMPLE_U16:
        blend_u16((const uint16_t *)plane->px + at,
                  (const uint16_t *)plane->px + below, n, v, w, sum);
        break;
    case AKIN_SAMPLE_F32:
        blend_f32((const float *)plane->px + at,
                  (const float *)plane->px + below, n, v, w, sum);
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
AKIN_SIMD static void
pair_grey(const float *restrict line, float *restrict row)
{
    for (size_t i = 0; i < EDGE; i++)
        row[i] = 0.5f * (line[2 * i] + line[2 * i + 1]);
}

/* The same of three channels: of all neighbours, of which every other pair is
 * then taken. */
AKIN_SIMD static void
mean_neighbours(const float *restrict line, float *restrict means)
{
    for (size_t i = 0; i < 6 * EDGE - 3; i++)
        means[i] = 0.5f * (line[i] + line[i + 3]);
}

static void
pair_colour(const float *line, float *row)
{
    float means[6 * EDGE];

    mean_neighbours(line, means);
    for (size_t i = 0; i < EDGE; i++)
        memcpy(row + 3 * i, means + 6 * i, 3 * sizeof(*row));
}

/* Columns that reach at most TAPS px, as they do up to twice EDGE: those and
 * their weights, 0 for what is not reached. */
#define TAPS ((size_t)3)
struct taps {
    size_t first[EDGE];
    float w[EDGE][TAPS];
    float scale;
};

static void
find_taps(size_t len, struct taps *taps)
{
    for (size_t i = 0; i < EDGE; i++) {
        struct reach r = reach_of(i, len);

        taps->first[i] = r.first;
        for (size_t t = 0; t < TAPS; t++)
            taps->w[i][t] =
                r.first + t <= r.last ? weight_in(&r, r.first + t) : 0.0f;
        taps->scale = r.scale;
    }
}

/* line: room for TAPS - 1 px behind, of zeros. */
AKIN_INLINE void
add_taps(const float *restrict line, size_t n, const struct taps *taps,
         float *restrict row)
{
    for (size_t i = 0; i < EDGE; i++) {
        const float *px = line + taps->first[i] * n, *w = taps->w[i];

        for (size_t c = 0; c < n; c++)
            row[i * n + c] =
                (w[0] * px[c] + w[1] * px[n + c] + w[2] * px[2 * n + c]) *
                taps->scale;
    }
}

/* The columns of a row of n channels, however many they reach. */
static void
add_columns(const float *line, size_t n, size_t len, float *row)
{
    for (size_t i = 0; i < EDGE; i++) {
        struct reach r = reach_of(i, len);

        for (size_t c = 0; c < n; c++) {
            float sum = r.w_first * line[r.first * n + c];

            for (size_t x = r.first + 1; x < r.last; x++)
                sum += line[x * n + c];
            if (r.last > r.first)
                sum += r.w_last * line[r.last * n + c];
            row[i * n + c] = sum * r.scale;
        }
    }
}

/* line: a rectangle's row of `len` px, and TAPS - 1 of zeros. */
static void
resample_line(const float *line, size_t n, size_t len, const struct taps *taps,
              float *row)
{
    if (len == 2 * EDGE && n == 1)
        pair_grey(line, row);
    else if (len == 2 * EDGE)
        pair_colour(line, row);
    else if (len > 2 * EDGE)
        add_columns(line, n, len, row);
    else if (n == 1)
        add_taps(line, 1, taps, row);
    else
        add_taps(line, 3, taps, row);
}

/* One row of output, EDGE x channels: the source rows it reaches are added up
 * first, whole (that is what vector units are good at), then the columns. */
static void
picture_row(const struct akin_plane *plane, struct akin_tile_rect rect,
            const struct reach *ry, const struct taps *taps, float *row)
{
    float line[(AKIN__NETWORK_RECT_MAX + TAPS - 1) * 3];
    size_t n = plane->channels, width = rect.w * n;
    size_t row_px = (size_t)plane->width * n;
    size_t at = (rect.y + ry->first) * row_px + rect.x * n;

    if (ry->last == ry->first + 1) {
        blend_rows(plane, at, width, ry->w_first * ry->scale,
                   ry->w_last * ry->scale, line);
    } else {
        memset(line, 0, width * sizeof(*line));
        for (size_t y = ry->first; y <= ry->last; y++, at += row_px)
            add_row(plane, at, width, weight_in(ry, y) * ry->scale, line);
    }
    memset(line + width, 0, (TAPS - 1) * n * sizeof(*line));
    resample_line(line, n, rect.w, taps, row);
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
    float mixed[N_PX]; /* the colours' mean */
    const float *value = picture;
    size_t n = plane->channels;
    struct taps taps;

    assert(rect.w <= AKIN__NETWORK_RECT_MAX);
    if (rect.w < 2 * EDGE)
        find_taps(rect.w, &taps);
    for (size_t i = 0; i < EDGE; i++) {
        struct reach ry = reach_of(i, rect.h);

        picture_row(plane, rect, &ry, &taps, picture + i * EDGE * n);
    }
    if (n == 3) {
        mix_colours(picture, mixed);
        value = mixed;
    }
    standardise(moments_of(value, N_PX), n * N_PX, picture);
}
