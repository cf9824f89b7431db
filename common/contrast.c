/* SPDX-License-Identifier: Apache-2.0 */
#include "contrast.h"

#include <math.h>

#include "luma.h"
#include "simd.h"

#define BLOCK AKIN__CONTRAST_BLOCK /* px, edge of a block */
#define STEP 8              /* px between blocks, while they are not too many */
#define MAD_TO_SIGMA 1.4826 /* of normal deviates: 1 / 0.6745 */

/* Where the blocks lie: n_x x n_y of them, w x h px each. */
struct grid {
    uint32_t n_x, n_y, step_x, step_y, w, h;
};

/* Blocks along an edge of `edge` px, at most max of them. */
static uint32_t
blocks_along(uint32_t edge, uint32_t max, uint32_t *step, uint32_t *block)
{
    uint32_t n;

    *block = edge < BLOCK ? edge : BLOCK;
    *step = STEP;
    n = (edge - *block) / *step + 1;
    if (n > max) {
        n = max;
        *step = (edge - *block) / n;
    }
    return n;
}

static struct grid
grid_of(uint32_t width, uint32_t height, uint32_t most)
{
    struct grid g;

    g.n_x = blocks_along(width, most, &g.step_x, &g.w);
    g.n_y = blocks_along(height, most, &g.step_y, &g.h);
    return g;
}

/* Means and diagonal differences of n blocks side by side, whose pixels are in
 * work->row: rows of `width` px, one after the other. */
static void
look_at(const struct grid *g, uint32_t n, uint32_t width,
        struct akin__contrast_work *work, size_t at)
{
    float part = 1.0f / (float)(g->w * g->h);

    for (uint32_t i = 0; i < n; i++) {
        const float *px = work->row + (size_t)i * g->step_x;
        float sum = 0.0f, diagonal = 0.0f;

        for (uint32_t j = 0; j < g->h; j++)
            for (uint32_t k = 0; k < g->w; k++)
                sum += px[(size_t)j * width + k] * part;
        if (g->w >= 2 && g->h >= 2) /* halves first: large floats stay finite */
            diagonal = fabsf((px[0] / 2 - px[1] / 2) -
                             (px[width] / 2 - px[width + 1] / 2));
        work->mean[at + i] = sum;
        work->diagonal[at + i] = diagonal;
    }
}

/* Luminance of a pixel of n bytes, times 256 when it is of three. */
AKIN_INLINE int32_t
whole_luma(const uint8_t *px, size_t n)
{
    return n == 1 ? px[0] : 77 * px[0] + 150 * px[1] + 29 * px[2];
}

/* One block of n bytes a pixel, its rows `stride` bytes apart. All is whole
 * numbers below 2^24, times a power of two: the same floats as look_at gives.
 */
AKIN_INLINE void
look_at_block(const uint8_t *px, size_t n, size_t stride, float *mean,
              float *diagonal)
{
    const float unit = n == 1 ? 1.0f : 1.0f / 256.0f;
    int32_t sum[3] = {0}, difference;

    for (size_t j = 0; j < BLOCK; j++)
        for (size_t k = 0; k < BLOCK; k++)
            for (size_t c = 0; c < n; c++)
                sum[c] += px[j * stride + k * n + c];
    difference = (whole_luma(px, n) - whole_luma(px + n, n)) -
                 (whole_luma(px + stride, n) - whole_luma(px + stride + n, n));
    difference = difference < 0 ? -difference : difference;
    sum[0] = n == 1 ? sum[0] : 77 * sum[0] + 150 * sum[1] + 29 * sum[2];
    *mean = (float)sum[0] * (unit / (BLOCK * BLOCK));
    *diagonal = (float)difference * (unit / 2);
}

/* look() of bytes, when blocks are whole. */
static void
look_at_bytes(const struct akin_plane *plane, struct akin_tile_rect rect,
              const struct grid *g, struct akin__contrast_work *work)
{
    size_t n = plane->channels, stride = n * plane->width;
    const uint8_t *px = (const uint8_t *)plane->px + rect.y * stride;
    size_t at = 0;

    for (uint32_t j = 0; j < g->n_y; j++)
        for (uint32_t i = 0; i < g->n_x; i++, at++) {
            const uint8_t *block = px + (size_t)j * g->step_y * stride +
                                   ((size_t)i * g->step_x + rect.x) * n;

            if (n == 1)
                look_at_block(block, 1, stride, &work->mean[at],
                              &work->diagonal[at]);
            else
                look_at_block(block, 3, stride, &work->mean[at],
                              &work->diagonal[at]);
        }
}

/* Whole rows are fetched at once while they are short, otherwise blocks. */
static void
look(const struct akin_plane *plane, struct akin_tile_rect rect,
     const struct grid *g, struct akin__contrast_work *work)
{
    uint32_t n = rect.w <= AKIN__CONTRAST_ROW ? g->n_x : 1;
    uint32_t width = rect.w <= AKIN__CONTRAST_ROW ? rect.w : g->w;

    if (plane->sample == AKIN_SAMPLE_U8 && g->w == BLOCK && g->h == BLOCK) {
        look_at_bytes(plane, rect, g, work);
        return;
    }
    for (uint32_t j = 0; j < g->n_y; j++)
        for (uint32_t i = 0; i < g->n_x; i += n) {
            uint32_t x = rect.x + i * g->step_x, y = rect.y + j * g->step_y;

            for (uint32_t k = 0; k < g->h; k++)
                akin__luma_row(plane, x, y + k, width,
                               work->row + (size_t)k * width);
            look_at(g, n, width, work, (size_t)j * g->n_x + i);
        }
}

struct akin__plane_range
akin__contrast_range(const struct akin_plane *plane,
                     struct akin__contrast_work *work)
{
    struct akin_tile_rect all = {0, 0, plane->width, plane->height};
    struct grid g = grid_of(plane->width, plane->height, 64);
    struct akin__plane_range range;
    size_t n = (size_t)g.n_x * g.n_y;
    size_t k = n / 200;

    look(plane, all, &g, work);
    range.low = akin__rank_of(work->mean, n, k);
    range.high = akin__rank_of(work->mean, n, n - 1 - k);
    /* Little but present: what 0.5 % hides must still be found. */
    if (range.low >= range.high) {
        range.low = akin__rank_of(work->mean, n, 0);
        range.high = akin__rank_of(work->mean, n, n - 1);
    }
    return range;
}

/* The block means' variance that a plane through them does not explain. The
 * grid is a product, so that x, y and the mean are orthogonal. Means become
 * parts of the range. */
static double
variance_beside_slope(const struct grid *g, struct akin__plane_range range,
                      float *mean)
{
    double span = (double)range.high - (double)range.low;
    double s = 0, sx = 0, sy = 0, ss = 0, n = (double)g->n_x * g->n_y;
    double var_x = ((double)g->n_x * g->n_x - 1) / 12;
    double var_y = ((double)g->n_y * g->n_y - 1) / 12;
    double var;
    size_t at = 0;

    for (uint32_t j = 0; j < g->n_y; j++)
        for (uint32_t i = 0; i < g->n_x; i++, at++) {
            double v = fmin(fmax((double)mean[at], (double)range.low),
                            (double)range.high);

            v = (v - (double)range.low) / span;
            s += v;
            ss += v * v;
            sx += v * (i - (g->n_x - 1) / 2.0);
            sy += v * (j - (g->n_y - 1) / 2.0);
        }
    var = ss / n - (s / n) * (s / n);
    if (g->n_x > 2)
        var -= (sx / n) * (sx / n) / var_x;
    if (g->n_y > 2)
        var -= (sy / n) * (sy / n) / var_y;
    return var;
}

/* Noise is taken off a little more than once: both its estimate and the blocks'
 * variance are themselves uncertain, the more the fewer blocks there are. */
static double
noise_margin(size_t n_blocks)
{
    return 1.25 + 8 / sqrt((double)n_blocks);
}

double
akin__contrast_of(const struct akin_plane *plane, struct akin_tile_rect rect,
                  struct akin__plane_range range,
                  struct akin__contrast_work *work)
{
    struct grid g = grid_of(rect.w, rect.h, AKIN__CONTRAST_EDGE);
    size_t n = (size_t)g.n_x * g.n_y;
    double span = (double)range.high - (double)range.low;
    double sigma, var;

    if (!(span > 0))
        return 0;
    look(plane, rect, &g, work);
    sigma = MAD_TO_SIGMA * (double)akin__rank_of(work->diagonal, n, n / 2);
    sigma /= span;
    var = variance_beside_slope(&g, range, work->mean);
    var -= noise_margin(n) * sigma * sigma / ((double)g.w * g.h);
    return var > 0 ? 4 * sqrt(var) : 0;
}
