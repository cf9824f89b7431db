/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feature_bif.c - Basic Image Features: what kind of place is each pixel?
 *
 * Crosier & Griffin, "Using Basic Image Features for Texture Classification",
 * International Journal of Computer Vision 88 (2010), section 3: from the
 * Gaussian derivatives up to second order a pixel is flat, a slope, a dark or
 * bright blob, a dark or bright line, or a saddle, whichever answers most
 * strongly. The frequencies of the seven kinds at sigma 1, 2, 4 and 8 px,
 * square-rooted, are the features.
 *
 * Derivatives are differences of the image smoothed by the discrete analogue
 * of the Gaussian, T(n, t) = exp(-t) I_n(t), which keeps the properties of
 * scale space on a grid (Lindeberg, IEEE PAMI 12 (1990), section IV). Coarser
 * scales are computed on halved images: the mean of 2 x 2 adds a variance of
 * 1/4 px^2 to the 1 px^2 that is there; in the new, doubled px that makes
 * 5/16, and a kernel with t = 11/16 brings it to 1 again.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "feature_internal.h"
#include "luma.h"
#include "simd.h"

#define SCALES 4
#define KINDS 7
#define RADIUS 4
#define PAD 16 /* floats of room at either end, so that rows are aligned */
#define ROW_MAX (AKIN__EDGE_MAX + 2 * PAD)
#define RING 16 /* rows that are kept: a power of 2 above 2 * RADIUS */
#define LANES ((size_t)16)

enum kind {
    FLAT,
    SLOPE,
    DARK_BLOB,
    BRIGHT_BLOB,
    DARK_LINE,
    BRIGHT_LINE,
    SADDLE
};

/* A place is flat when nothing there is stronger than this part of the tile's
 * range. (The paper takes a part of the local brightness; in fluorescence that
 * would make every noisy background a texture.) */
#define FLAT_PART 0.03f

/* T(0..4, t), brought to sum 1 over -4..4. */
static const float kernel_1[RADIUS + 1] = {
    0.465860947f, 0.207955652f, 0.049949643f, 0.008157082f, 0.001007149f};
static const float kernel_11_16[RADIUS + 1] = {
    0.564051172f, 0.183271669f, 0.030897227f, 0.003505986f, 0.000299533f};

/* One image of floats with PAD px of room left and right of each row. */
struct image {
    float *px;
    size_t w, h, stride;
};

static float *
row_of(const struct image *image, size_t y)
{
    return image->px + y * image->stride + PAD;
}

/* Continues a row by mirroring. */
static void
pad_row(float *row, size_t w)
{
    for (int i = 1; i <= RADIUS; i++) {
        row[-i] = row[akin__mirror(-i, w)];
        row[w + (size_t)i - 1] = row[akin__mirror((int64_t)w + i - 1, w)];
    }
}

AKIN_SIMD static void
blur_row(const float *restrict row, size_t w, const float *restrict k,
         float *restrict out)
{
    const float *in = row - RADIUS; /* so that no index is below 0 */

    for (size_t i = 0; i < w; i++)
        out[i] = k[0] * in[i + 4] + k[1] * (in[i + 3] + in[i + 5]) +
                 k[2] * (in[i + 2] + in[i + 6]) +
                 k[3] * (in[i + 1] + in[i + 7]) + k[4] * (in[i] + in[i + 8]);
}

/* row[0..8]: the rows above, at and below. */
AKIN_SIMD static void
blur_columns(const float *const row[2 * RADIUS + 1], size_t w,
             const float *restrict k, float *restrict out)
{
    const float *a = row[0], *b = row[1], *c = row[2], *d = row[3];
    const float *e = row[4], *f = row[5], *g = row[6], *h = row[7];
    const float *i = row[8];

    for (size_t x = 0; x < w; x++)
        out[x] = k[0] * e[x] + k[1] * (d[x] + f[x]) + k[2] * (c[x] + g[x]) +
                 k[3] * (b[x] + h[x]) + k[4] * (a[x] + i[x]);
}

/* The kind of each pixel of row `mid`, given the rows above and below.
 *
 * Squares compare like the numbers, and need no roots: of the second order the
 * blob is as strong as |sum|, the saddle as the root of s, a line as their mean
 * times the root of 2. So a line is the strongest while neither of b (the
 * blob's square) and s is more than BEYOND times the other; its own square is
 * (b + s) / 2 + the root of b s. */
#define BEYOND 5.8284271f /* (3 + the root of 8) */

/* Kinds are counted in fields of one word, until those are full, then in words
 * side by side. */
#define FIELD 5
#define MOST ((1u << FIELD) - 1)
#define ONE(kind) (1u << (FIELD * (kind)))
struct counters {
    uint32_t lane[KINDS - 1][LANES];
};

/* A 1 in the field of a pixel's kind; the last kind has none. */
AKIN_INLINE uint32_t
kind_at(const float *u, const float *m, const float *d, size_t i)
{
    const float flat = 255.0f * FLAT_PART * (255.0f * FLAT_PART);
    float lx = m[i + 2] - m[i], ly = d[i + 1] - u[i + 1]; /* doubled */
    float lxx = (m[i + 2] + m[i]) - 2.0f * m[i + 1];
    float lyy = (d[i + 1] + u[i + 1]) - 2.0f * m[i + 1];
    float lxy = (d[i + 2] + u[i]) - (d[i] + u[i + 2]); /* four times */
    float sum = lxx + lyy, difference = lxx - lyy;
    float slope = lx * lx + ly * ly;
    float s = difference * difference + 0.25f * (lxy * lxy), b = sum * sum;
    int is_line = (b < BEYOND * s) & (s <= BEYOND * b);
    float strong = b > s ? b : s, root = is_line ? b * s : 0.0f, over, under;
    uint32_t blob = sum < 0.0f ? ONE(BRIGHT_BLOB) : ONE(DARK_BLOB);
    uint32_t line = sum < 0.0f ? ONE(BRIGHT_LINE) : ONE(DARK_LINE);
    uint32_t one = s > b ? 0 : blob;

    /* strong + the root of `root` is what slope and flat must reach. */
    strong = is_line ? 0.5f * (b + s) : strong;
    one = is_line ? line : one;
    over = slope - strong;
    one = (over >= 0.0f) & (over * over >= root) ? ONE(SLOPE) : one;
    under = flat - strong;
    return (under >= 0.0f) & (under * under >= root) & (slope <= flat)
               ? ONE(FLAT)
               : one;
}

/* Counts kinds of row `mid`, given the rows above and below. */
AKIN_SIMD static void
count_kinds(const float *restrict up, const float *restrict mid,
            const float *restrict down, size_t w,
            struct counters *restrict counters)
{
    /* From the pixel to the left on, so that no index is below 0. */
    const float *u = up - 1, *m = mid - 1, *d = down - 1;
    size_t at = 0;

    while (at + LANES <= w) {
        size_t end = w - at > MOST * LANES ? at + MOST * LANES : w;
        uint32_t fields[LANES] = {0};

        for (; at + LANES <= end; at += LANES)
            for (size_t i = 0; i < LANES; i++)
                fields[i] += kind_at(u, m, d, at + i);
        for (size_t k = 0; k < KINDS - 1; k++)
            for (size_t i = 0; i < LANES; i++)
                counters->lane[k][i] += fields[i] >> (FIELD * k) & MOST;
    }
    for (; at < w; at++) {
        uint32_t one = kind_at(u, m, d, at);

        for (size_t k = 0; k < KINDS - 1; k++)
            counters->lane[k][0] += one >> (FIELD * k) & 1;
    }
}

AKIN_SIMD static void
halve_rows(const float *restrict a, const float *restrict b, size_t w,
           float *restrict out)
{
    for (size_t i = 0; i < w; i++)
        out[i] =
            0.25f * ((a[2 * i] + a[2 * i + 1]) + (b[2 * i] + b[2 * i + 1]));
}

AKIN_SIMD static void
widen_row(const uint8_t *restrict in, size_t w, float *restrict out)
{
    for (size_t i = 0; i < w; i++)
        out[i] = (float)in[i];
}

/* Of what is blurred along the rows, and of the smooth image, only the rows in
 * use are kept. */
struct rows {
    _Alignas(64) float blurred[RING][ROW_MAX]; /* row y at y % RING */
    _Alignas(64) float smooth[4][ROW_MAX];     /* row y at y % 4, padded */
    _Alignas(64) float wide[2][ROW_MAX]; /* row y of grey at y % 2, padded */
};

/* One scale on its way from the top to the bottom. */
struct pass {
    const struct akin__grey *grey; /* the first scale's image; or NULL */
    const struct image *image;
    const float *kernel;
    size_t w, h;
    struct rows *rows;
    struct counters counters;
};

/* Row y of grey as floats; a row ahead of its use, since a shifted load of what
 * is still on its way to the cache waits for it. */
static void
widen(struct pass *pass, size_t y)
{
    float *row = pass->rows->wide[y % 2] + PAD;

    if (pass->grey == NULL || y >= pass->h)
        return;
    widen_row(pass->grey->px + y * pass->w, pass->w, row);
    pad_row(row, pass->w);
}

/* Row y, blurred along itself. */
static void
blur_along(struct pass *pass, size_t y)
{
    const float *row = pass->rows->wide[y % 2] + PAD;

    if (y == 0)
        widen(pass, 0);
    widen(pass, y + 1);
    if (pass->grey == NULL)
        row = row_of(pass->image, y);
    blur_row(row, pass->w, pass->kernel, pass->rows->blurred[y % RING]);
}

static float *
smooth_row(struct pass *pass, size_t y)
{
    return pass->rows->smooth[y % 4] + PAD;
}

/* Counts the kinds of row y; the rows around it are there. */
static void
count_row(struct pass *pass, size_t y)
{
    size_t up = akin__mirror((int64_t)y - 1, pass->h);
    size_t down = akin__mirror((int64_t)y + 1, pass->h);

    count_kinds(smooth_row(pass, up), smooth_row(pass, y),
                smooth_row(pass, down), pass->w, &pass->counters);
}

/* Blurs along the columns, counts kinds, and makes the next octave; an edge of
 * 1 px stays. */
static void
run_pass(struct pass *pass, struct image *next)
{
    const float *near[2 * RADIUS + 1];
    size_t n_blurred = 0;

    for (size_t y = 0; y < pass->h; y++) {
        float *row = smooth_row(pass, y);
        const float *above = pass->h > 1 ? smooth_row(pass, y + 3) : row;

        for (; n_blurred < pass->h && n_blurred <= y + RADIUS; n_blurred++)
            blur_along(pass, n_blurred);
        for (int j = -RADIUS; j <= RADIUS; j++)
            near[j + RADIUS] =
                pass->rows
                    ->blurred[akin__mirror((int64_t)y + j, pass->h) % RING];
        blur_columns(near, pass->w, pass->kernel, row);
        pad_row(row, pass->w);
        if (y > 1) /* not the row above: see widen() */
            count_row(pass, y - 2);
        /* The padding of a row of 1 px holds the pixel again. */
        if (y % 2 == 1 || pass->h == 1) {
            halve_rows(above, row, next->w, row_of(next, y / 2));
            pad_row(row_of(next, y / 2), next->w);
        }
    }
    for (size_t y = pass->h < 2 ? 0 : pass->h - 2; y < pass->h; y++)
        count_row(pass, y);
}

/* The frequencies of the kinds, as roots; empties the counters. */
static void
take_frequencies(struct pass *pass, float *out)
{
    uint64_t all = (uint64_t)pass->w * pass->h, known = 0;

    for (size_t k = 0; k < KINDS - 1; k++) {
        uint64_t count = 0;

        for (size_t i = 0; i < LANES; i++)
            count += pass->counters.lane[k][i];
        out[k] = (float)sqrt((double)count / (double)all);
        known += count;
    }
    out[KINDS - 1] = (float)sqrt((double)(all - known) / (double)all);
    memset(&pass->counters, 0, sizeof(pass->counters));
}

void
akin__feature_bif(const struct akin__grey *grey, float *scratch, float *out)
{
    struct image octave[2] = {{.px = scratch},
                              {.px = scratch + AKIN__BIF_SCRATCH / 2}};
    struct rows rows;
    struct pass pass = {.grey = grey,
                        .kernel = kernel_1,
                        .w = grey->w,
                        .h = grey->h,
                        .rows = &rows};

    assert(grey->w <= AKIN__EDGE_MAX);
    for (size_t scale = 0; scale < SCALES; scale++) {
        struct image *next = &octave[scale % 2];

        next->w = pass.w > 1 ? pass.w / 2 : 1;
        next->h = pass.h > 1 ? pass.h / 2 : 1;
        next->stride = (next->w + 3 * (size_t)PAD - 1) / PAD * PAD;
        run_pass(&pass, next);
        take_frequencies(&pass, out + scale * KINDS);
        pass.grey = NULL;
        pass.image = next;
        pass.kernel = kernel_11_16;
        pass.w = next->w;
        pass.h = next->h;
    }
}
