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
#define ROW_MAX (AKIN__EDGE_MAX + 2 * RADIUS) /* floats of a padded row */

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

/* One image of floats with RADIUS px of room left and right of each row. */
struct image {
    float *px;
    size_t w, h, stride;
};

static float *
row_of(const struct image *image, size_t y)
{
    return image->px + y * image->stride + RADIUS;
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

/* The kind of each pixel of row `mid`, given the rows above and below. */
AKIN_SIMD static void
classify_row(const float *restrict up, const float *restrict mid,
             const float *restrict down, size_t w, uint8_t *restrict kind)
{
    /* From the pixel to the left on, so that no index is below 0. */
    const float *u = up - 1, *m = mid - 1, *d = down - 1;

    for (size_t i = 0; i < w; i++) {
        float lx = 0.5f * (m[i + 2] - m[i]);
        float ly = 0.5f * (d[i + 1] - u[i + 1]);
        float lxx = (m[i + 2] + m[i]) - 2.0f * m[i + 1];
        float lyy = (d[i + 1] + u[i + 1]) - 2.0f * m[i + 1];
        float lxy = 0.25f * ((d[i + 2] + u[i]) - (d[i] + u[i + 2]));
        float sum = lxx + lyy, difference = lxx - lyy;
        float saddle = sqrtf(difference * difference + 4.0f * (lxy * lxy));
        float blob = fabsf(sum);
        float line = 0.70710678f * (saddle + blob);
        float slope = 4.0f * (lx * lx + ly * ly); /* squared */
        float flat = 255.0f * FLAT_PART * (255.0f * FLAT_PART), strong;
        int bright = sum < 0.0f ? 1 : 0;
        int k;

        /* The strongest of the second order, then against the first and none:
         * squares compare like the numbers. */
        strong = blob > line ? blob : line;
        k = blob >= line ? DARK_BLOB + bright : DARK_LINE + bright;
        k = saddle > strong ? SADDLE : k;
        strong = saddle > strong ? saddle : strong;
        strong *= strong;
        k = slope >= strong ? SLOPE : k;
        strong = slope >= strong ? slope : strong;
        k = strong > flat ? k : FLAT;
        kind[i] = (uint8_t)k;
    }
}

/* Adds a row's kinds to count; w: up to AKIN__EDGE_MAX, which 16 bits hold. */
AKIN_SIMD static void
count_kinds(const uint8_t *restrict kind, size_t w, uint64_t count[KINDS])
{
    for (uint8_t k = 0; k < KINDS; k++) {
        uint16_t n = 0;

        for (size_t i = 0; i < w; i++)
            n = (uint16_t)(n + (kind[i] == k ? 1 : 0));
        count[k] += n;
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

/* The tile, blurred by k along its rows: h rows of w floats. */
static void
blur_grey(const struct akin__grey *grey, const float *k, float *out)
{
    float padded[ROW_MAX], *row = padded + RADIUS;

    for (size_t y = 0; y < grey->h; y++) {
        widen_row(grey->px + y * grey->w, grey->w, row);
        pad_row(row, grey->w);
        blur_row(row, grey->w, k, out + y * grey->w);
    }
}

/* The same of an image, whose rows are padded. */
static void
blur_image(const struct image *in, const float *k, float *out)
{
    for (size_t y = 0; y < in->h; y++)
        blur_row(row_of(in, y), in->w, k, out + y * in->w);
}

/* One scale on its way from the top to the bottom: three rows of the smooth
 * image are all that is kept of it. */
struct pass {
    float smooth[3][ROW_MAX]; /* row y at y % 3, padded */
    uint64_t count[KINDS];
    size_t w, h;
};

static float *
smooth_row(struct pass *pass, size_t y)
{
    return pass->smooth[y % 3] + RADIUS;
}

/* Counts the kinds of row y; the rows around it are there. */
static void
count_row(struct pass *pass, size_t y)
{
    uint8_t kind[AKIN__EDGE_MAX];
    size_t up = akin__mirror((int64_t)y - 1, pass->h);
    size_t down = akin__mirror((int64_t)y + 1, pass->h);

    classify_row(smooth_row(pass, up), smooth_row(pass, y),
                 smooth_row(pass, down), pass->w, kind);
    count_kinds(kind, pass->w, pass->count);
}

/* Blurs the rows in `rows` (from blur_grey or blur_image) along the columns,
 * counts kinds, and makes the next octave; an edge of 1 px stays. */
static void
run_pass(struct pass *pass, const float *rows, const float *k,
         struct image *next)
{
    const float *near[2 * RADIUS + 1];

    for (size_t y = 0; y < pass->h; y++) {
        float *row = smooth_row(pass, y);
        const float *above = pass->h > 1 ? smooth_row(pass, y + 2) : row;

        for (int j = -RADIUS; j <= RADIUS; j++)
            near[j + RADIUS] =
                rows + akin__mirror((int64_t)y + j, pass->h) * pass->w;
        blur_columns(near, pass->w, k, row);
        pad_row(row, pass->w);
        if (y > 0)
            count_row(pass, y - 1);
        /* The padding of a row of 1 px holds the pixel again. */
        if (y % 2 == 1 || pass->h == 1) {
            halve_rows(above, row, next->w, row_of(next, y / 2));
            pad_row(row_of(next, y / 2), next->w);
        }
    }
    count_row(pass, pass->h - 1);
}

void
akin__feature_bif(const struct akin__grey *grey, float *scratch, float *out)
{
    struct image octave = {.px = scratch};
    float *rows =
        scratch + (size_t)(AKIN__EDGE_MAX + 2 * RADIUS) * AKIN__EDGE_MAX;
    struct pass pass;

    assert(grey->w <= AKIN__EDGE_MAX);
    pass.w = grey->w;
    pass.h = grey->h;
    for (size_t scale = 0; scale < SCALES; scale++) {
        const float *k = scale == 0 ? kernel_1 : kernel_11_16;
        double n = (double)pass.w * (double)pass.h;

        if (scale == 0)
            blur_grey(grey, k, rows);
        else
            blur_image(&octave, k, rows);
        octave.w = pass.w > 1 ? pass.w / 2 : 1;
        octave.h = pass.h > 1 ? pass.h / 2 : 1;
        octave.stride = octave.w + 2 * (size_t)RADIUS;
        memset(pass.count, 0, sizeof(pass.count));
        run_pass(&pass, rows, k, &octave);
        for (size_t i = 0; i < KINDS; i++)
            out[scale * KINDS + i] = (float)sqrt((double)pass.count[i] / n);
        pass.w = octave.w;
        pass.h = octave.h;
    }
}
