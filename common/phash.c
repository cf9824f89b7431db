/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/phash.h"

#include <math.h>
#include <string.h>

#include "luma.h"

#define EDGE 32     /* area means of the picture, each way */
#define LOW 8       /* frequencies, each way */
#define CHUNK 1024u /* px of a row that are fetched at once */
#define MEAN_BIT 1u /* of frequency 0, 0: always set, so no hash is 0 */
#define PI 3.14159265358979323846

/* Bits of odd horizontal, odd vertical frequencies. Bit 8 v + u is that of u
 * periods across and v down. */
#define ODD_ACROSS UINT64_C(0xaaaaaaaaaaaaaaaa)
#define ODD_DOWN UINT64_C(0xff00ff00ff00ff00)

/* Adds `value`, which covers from..to of a line of n px, to the EDGE parts
 * that the line is divided into, each by what it covers of it. */
static void
spread(double from, double to, size_t n, double value, double *part)
{
    double scale = (double)EDGE / (double)n;
    double a = from * scale, b = to * scale;

    for (size_t i = (size_t)a; i < EDGE && (double)i < b; i++) {
        double left = fmax(a, (double)i), right = fmin(b, (double)i + 1);

        if (right > left)
            part[i] += value * (right - left);
    }
}

static void
add_row(const struct akin_plane *plane, struct akin_tile_rect rect, uint32_t y,
        double across[EDGE])
{
    float px[CHUNK];

    memset(across, 0, EDGE * sizeof(*across));
    for (uint32_t x = 0; x < rect.w; x += CHUNK) {
        uint32_t n = rect.w - x < CHUNK ? rect.w - x : CHUNK;

        akin__luma_row(plane, rect.x + x, rect.y + y, n, px);
        for (uint32_t i = 0; i < n; i++)
            spread(x + i, x + i + 1.0, rect.w, (double)px[i], across);
    }
}

/* mean: EDGE x EDGE sums of what lies in each part; all parts are as large, so
 * sums are as good as means. */
static void
reduce(const struct akin_plane *plane, struct akin_tile_rect rect,
       double mean[EDGE][EDGE])
{
    double across[EDGE], down[EDGE];

    memset(mean, 0, EDGE * sizeof(mean[0]));
    for (uint32_t y = 0; y < rect.h; y++) {
        add_row(plane, rect, y, across);
        memset(down, 0, sizeof(down));
        spread(y, y + 1.0, rect.h, 1, down);
        for (size_t v = 0; v < EDGE; v++)
            for (size_t u = 0; down[v] > 0 && u < EDGE; u++)
                mean[v][u] += down[v] * across[u];
    }
}

/* DCT-II of EDGE numbers, `step` apart, its LOW first coefficients. */
static void
transform(const double *in, size_t step, double wave[LOW][EDGE], double *out)
{
    for (size_t f = 0; f < LOW; f++) {
        out[f] = 0;
        for (size_t i = 0; i < EDGE; i++)
            out[f] += wave[f][i] * in[i * step];
    }
}

uint64_t
akin_phash(const struct akin_plane *plane, struct akin_tile_rect rect)
{
    double mean[EDGE][EDGE], wave[LOW][EDGE], across[EDGE][LOW];
    uint64_t hash = 0;

    for (size_t f = 0; f < LOW; f++)
        for (size_t i = 0; i < EDGE; i++)
            wave[f][i] = cos(PI * ((double)i + 0.5) * (double)f / EDGE);
    reduce(plane, rect, mean);
    for (size_t v = 0; v < EDGE; v++)
        transform(mean[v], 1, wave, across[v]);
    for (size_t u = 0; u < LOW; u++) {
        double down[LOW];

        transform(&across[0][u], LOW, wave, down);
        for (size_t v = 0; v < LOW; v++)
            if (down[v] > 0)
                hash |= UINT64_C(1) << (LOW * v + u);
    }
    return hash | MEAN_BIT;
}

/* Rows become columns: three rounds of exchanging squares (Warren, Hacker's
 * Delight, section 7-3). */
static uint64_t
transpose(uint64_t x)
{
    uint64_t t = (x ^ (x >> 7)) & UINT64_C(0x00aa00aa00aa00aa);

    x ^= t ^ (t << 7);
    t = (x ^ (x >> 14)) & UINT64_C(0x0000cccc0000cccc);
    x ^= t ^ (t << 14);
    t = (x ^ (x >> 28)) & UINT64_C(0x00000000f0f0f0f0);
    return x ^ t ^ (t << 28);
}

uint64_t
akin_phash_laid(uint64_t hash, unsigned way)
{
    if ((way & 1) != 0)
        hash ^= ODD_ACROSS;
    if ((way & 2) != 0)
        hash ^= ODD_DOWN;
    return (way & 4) != 0 ? transpose(hash) : hash;
}

static unsigned
count_bits(uint64_t x)
{
    return (unsigned)__builtin_popcountll(x);
}

unsigned
akin_phash_distance(uint64_t a, uint64_t b)
{
    unsigned best = 64;

    for (unsigned way = 0; way < AKIN_PHASH_WAYS; way++) {
        unsigned bits = count_bits(a ^ akin_phash_laid(b, way));

        if (bits < best)
            best = bits;
    }
    return best;
}
