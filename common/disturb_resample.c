/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disturb_resample.c - each row of the plane that is needed is blended along
 * itself once, for all places of x; two of those make a row of the copy.
 */
#include "disturb_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "luma.h"
#include "simd.h"

#define BLOCK ((size_t)16) /* px of an edge that are transposed together */

/* Of each sample of a row: the two samples around its place, and the weight of
 * the second one. */
struct places {
    int32_t *first, *second; /* counted from the leftmost that is needed */
    float *weight;
    size_t n;           /* samples: px times channels */
    size_t left, width; /* px of the plane's row that are needed */
};

/* What one resampling needs. */
struct work {
    const struct akin_plane *plane;
    struct places x;
    float *row;        /* x.width px of the plane, as floats */
    float *blended[2]; /* rows of x.n samples: plane row r at r % 2 */
    size_t has[2];     /* r + 1; 0: nothing yet */
};

/* One place of an axis of `len` px. */
struct source {
    size_t first, second;
    float weight;
};

static struct source
source_of(struct akin__axis axis, uint32_t i, size_t len)
{
    double at = axis.centre + axis.step * (i - (axis.n - 1) / 2.0);
    int64_t whole = (int64_t)at;

    whole = (double)whole > at ? whole - 1 : whole;
    return (struct source){akin__mirror(whole, len),
                           akin__mirror(whole + 1, len),
                           (float)(at - (double)whole)};
}

static void
find_span(struct akin__axis axis, size_t len, struct places *x)
{
    size_t left = len - 1, right = 0;

    for (uint32_t i = 0; i < axis.n; i++) {
        struct source s = source_of(axis, i, len);
        size_t low = s.first < s.second ? s.first : s.second;
        size_t high = s.first < s.second ? s.second : s.first;

        left = low < left ? low : left;
        right = high > right ? high : right;
    }
    x->left = left;
    x->width = right - left + 1;
}

static void
find_places(struct akin__axis axis, size_t len, size_t channels,
            struct places *x)
{
    for (uint32_t i = 0; i < axis.n; i++) {
        struct source s = source_of(axis, i, len);

        for (size_t c = 0; c < channels; c++) {
            size_t at = i * channels + c;

            x->first[at] = (int32_t)((s.first - x->left) * channels + c);
            x->second[at] = (int32_t)((s.second - x->left) * channels + c);
            x->weight[at] = s.weight;
        }
    }
}

/* One loop for each sample type. */
#define LOAD_ROW(name, type)                                                   \
    AKIN_SIMD static void name(const type *restrict px, size_t n,              \
                               float *restrict out)                            \
    {                                                                          \
        for (size_t i = 0; i < n; i++)                                         \
            out[i] = (float)px[i];                                             \
    }

LOAD_ROW(load_u8, uint8_t)
LOAD_ROW(load_u16, uint16_t)

static void
load_row(const struct akin_plane *plane, size_t left, size_t y, size_t width,
         float *out)
{
    size_t at = (y * plane->width + left) * plane->channels;
    size_t n = width * plane->channels;

    if (plane->sample == AKIN_SAMPLE_U8)
        load_u8((const uint8_t *)plane->px + at, n, out);
    else if (plane->sample == AKIN_SAMPLE_U16)
        load_u16((const uint16_t *)plane->px + at, n, out);
    else
        memcpy(out, (const float *)plane->px + at, n * sizeof(*out));
}

AKIN_SIMD static void
blend_along(const float *restrict row, const int32_t *restrict first,
            const int32_t *restrict second, const float *restrict weight,
            size_t n, float *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = row[first[i]] * (1 - weight[i]) + row[second[i]] * weight[i];
}

AKIN_SIMD static void
blend_rows(const float *restrict upper, const float *restrict lower,
           float weight, size_t n, float *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = upper[i] * (1 - weight) + lower[i] * weight;
}

/* Row r of the plane at the places of x. Neighbours lie in different places;
 * they are what is needed at once. */
static const float *
blended_row(struct work *work, size_t r)
{
    float *out = work->blended[r % 2];

    if (work->has[r % 2] != r + 1) {
        load_row(work->plane, work->x.left, r, work->x.width, work->row);
        blend_along(work->row, work->x.first, work->x.second, work->x.weight,
                    work->x.n, out);
        work->has[r % 2] = r + 1;
    }
    return out;
}

enum akin_status
akin__resample(const struct akin_plane *plane, struct akin__axis x,
               struct akin__axis y, float *out, struct akin_error *err)
{
    size_t n = (size_t)x.n * plane->channels;
    struct work work = {.plane = plane, .x.n = n};
    float *floats;
    int32_t *places;

    assert(x.n > 0 && y.n > 0);
    find_span(x, plane->width, &work.x);
    floats = malloc((3 * n + work.x.width * plane->channels) * sizeof(*floats));
    places = malloc(2 * n * sizeof(*places));
    if (floats == NULL || places == NULL) {
        free(floats);
        free(places);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to disturb a tile");
    }
    work.x.first = places;
    work.x.second = places + n;
    work.x.weight = floats;
    work.blended[0] = floats + n;
    work.blended[1] = floats + 2 * n;
    work.row = floats + 3 * n;
    find_places(x, plane->width, plane->channels, &work.x);
    for (uint32_t j = 0; j < y.n; j++, out += n) {
        struct source s = source_of(y, j, plane->height);
        const float *upper = blended_row(&work, s.first);

        blend_rows(upper, blended_row(&work, s.second), s.weight, n, out);
    }
    free(floats);
    free(places);
    return AKIN_OK;
}

/* A block whose first px is row i, column j. */
static void
transpose_block(const float *from, size_t n_rows, size_t n_columns, size_t i,
                size_t j, size_t channels, float *to)
{
    size_t end_i = i + BLOCK < n_rows ? i + BLOCK : n_rows;
    size_t end_j = j + BLOCK < n_columns ? j + BLOCK : n_columns;

    for (size_t b = j; b < end_j; b++)
        for (size_t a = i; a < end_i; a++)
            for (size_t c = 0; c < channels; c++)
                to[(b * n_rows + a) * channels + c] =
                    from[(a * n_columns + b) * channels + c];
}

void
akin__transpose(const float *from, size_t n_rows, size_t n_columns,
                size_t channels, float *to)
{
    for (size_t i = 0; i < n_rows; i += BLOCK)
        for (size_t j = 0; j < n_columns; j += BLOCK)
            if (channels == 1)
                transpose_block(from, n_rows, n_columns, i, j, 1, to);
            else
                transpose_block(from, n_rows, n_columns, i, j, 3, to);
}
