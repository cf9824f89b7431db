/* SPDX-License-Identifier: Apache-2.0 */
/*
 * texture.h - noise with a grain, and tissue without gaps.
 */
#ifndef AKIN_GENERATE_TEXTURE_H
#define AKIN_GENERATE_TEXTURE_H

#include "draw.h"

/* Gradient noise (Perlin, SIGGRAPH 1985 and 2002), summed over octaves, each
 * half as large and `gain` as strong. About -1..1. scale: px of the largest
 * grain. */
double fractal(double x, double y, double scale, int octaves, double gain,
               uint64_t seed);

/* A canvas of fractal(). */
struct canvas fractal_canvas(int w, int h, double scale, int octaves,
                             double gain, uint64_t seed);

/* A place in a tissue whose cells are the regions nearest to random points with
 * random weights (a power diagram: Aurenhammer, SIAM J. Comput. 1987). */
struct tissue_site {
    double x, y, weight;
    uint64_t id;
};
struct tissue {
    double size;   /* px between neighbouring points */
    double weight; /* 0: cells of like size; 1: large ones crowd out small */
    uint64_t seed;
    /* the points around the last place that was asked for */
    bool filled;
    int64_t cx, cy;
    struct tissue_site near[25];
};
struct cell {
    uint64_t id;   /* looks random */
    double border; /* px to the nearest border */
    double x, y;   /* of its point */
};
struct cell tissue_at(struct tissue *tissue, double x, double y);

/* 20 bits of a cell's id, from bit `from` on, as 0..1. */
double id_part(uint64_t id, int from);

#endif
