/* SPDX-License-Identifier: Apache-2.0 */
#include "texture.h"

/* 64 well mixed bits of a lattice point (the finaliser of splitmix64). */
static uint64_t
lattice(int64_t x, int64_t y, uint64_t seed)
{
    uint64_t z = (uint64_t)x * 0x9e3779b97f4a7c15u +
                 (uint64_t)y * 0xc2b2ae3d27d4eb4fu + seed;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

double
id_part(uint64_t id, int from)
{
    return (double)(id >> from & 0xfffff) / (double)0xfffff;
}

/* Height above a lattice point whose slope is one of sixteen. */
static double
slope(int64_t ix, int64_t iy, double dx, double dy, uint64_t seed)
{
    static const double cosine[20] = {
        1,        0.92388, 0.70711,  0.38268,  0,        -0.38268, -0.70711,
        -0.92388, -1,      -0.92388, -0.70711, -0.38268, 0,        0.38268,
        0.70711,  0.92388, 1,        0.92388,  0.70711,  0.38268};
    uint64_t i = lattice(ix, iy, seed) & 15;

    return dx * cosine[i] - dy * cosine[i + 4];
}

static double
fade(double t)
{
    return t * t * t * (t * (t * 6 - 15) + 10);
}

static double
gradient(double x, double y, uint64_t seed)
{
    double fx = floor(x), fy = floor(y), ax = x - fx, ay = y - fy;
    int64_t ix = (int64_t)fx, iy = (int64_t)fy;
    double u = fade(ax), v = fade(ay);
    double top = (1 - u) * slope(ix, iy, ax, ay, seed) +
                 u * slope(ix + 1, iy, ax - 1, ay, seed);
    double low = (1 - u) * slope(ix, iy + 1, ax, ay - 1, seed) +
                 u * slope(ix + 1, iy + 1, ax - 1, ay - 1, seed);

    return 1.6 * ((1 - v) * top + v * low);
}

double
fractal(double x, double y, double scale, int octaves, double gain,
        uint64_t seed)
{
    double sum = 0, strength = 1, total = 0;

    for (int i = 0; i < octaves; i++) {
        sum += strength *
               gradient(x / scale, y / scale, seed + (uint64_t)i * 7919u);
        total += strength;
        strength *= gain;
        scale /= 2;
    }
    return sum / total;
}

struct canvas
fractal_canvas(int w, int h, double scale, int octaves, double gain,
               uint64_t seed)
{
    struct canvas canvas = canvas_new(w, h, 0);

    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            *canvas_at(&canvas, x, y) =
                fractal(x, y, scale, octaves, gain, seed);
    return canvas;
}

static void
fill_near(struct tissue *tissue, int64_t cx, int64_t cy)
{
    size_t n = 0;

    for (int64_t j = -2; j <= 2; j++) {
        for (int64_t i = -2; i <= 2; i++) {
            uint64_t id = lattice(cx + i, cy + j, tissue->seed);
            double size = tissue->size, w = id_part(id, 40);

            tissue->near[n++] = (struct tissue_site){
                ((double)(cx + i) + id_part(id, 0)) * size,
                ((double)(cy + j) + id_part(id, 20)) * size,
                tissue->weight * w * w * w * size * size, id};
        }
    }
    tissue->cx = cx;
    tissue->cy = cy;
    tissue->filled = true;
}

struct cell
tissue_at(struct tissue *tissue, double x, double y)
{
    int64_t cx = (int64_t)floor(x / tissue->size);
    int64_t cy = (int64_t)floor(y / tissue->size);
    const struct tissue_site *site = tissue->near;
    double power[AKIN_COUNT(tissue->near)], border = HUGE_VAL;
    size_t best = 0;

    if (!tissue->filled || cx != tissue->cx || cy != tissue->cy)
        fill_near(tissue, cx, cy);
    for (size_t i = 0; i < AKIN_COUNT(power); i++) {
        double dx = x - site[i].x, dy = y - site[i].y;

        power[i] = dx * dx + dy * dy - site[i].weight;
        if (power[i] < power[best])
            best = i;
    }
    for (size_t i = 0; i < AKIN_COUNT(power); i++) {
        double dx = site[i].x - site[best].x, dy = site[i].y - site[best].y;
        double apart = sqrt(dx * dx + dy * dy);

        /* Distance to the line on which both powers are equal. */
        if (i != best && apart > 1e-9)
            border = fmin(border, (power[i] - power[best]) / (2 * apart));
    }
    return (struct cell){site[best].id, border, site[best].x, site[best].y};
}
