/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draw.h - a canvas of real numbers, and shapes that cells are made of.
 *
 * A canvas holds what is in the specimen (dye, stain, electron density) on any
 * scale the scene likes; optics.h turns it into what a camera sees. Coordinates
 * are px, (0, 0) the middle of the first pixel; angles are radians.
 */
#ifndef AKIN_GENERATE_DRAW_H
#define AKIN_GENERATE_DRAW_H

#include "akin_test.h"

#define PI 3.141592653589793

struct canvas {
    int w, h;   /* px */
    double *px; /* w * h values, row by row */
};

/* Free with canvas_free. */
struct canvas canvas_new(int w, int h, double value);
struct canvas canvas_copy(const struct canvas *from);
void canvas_free(struct canvas *canvas); /* back to {0} */

/* The value at a place that is on the canvas. */
double *canvas_at(const struct canvas *canvas, int x, int y);

/* px = px * scale + other * weight; other may be NULL. */
void canvas_mix(struct canvas *canvas, double scale, const struct canvas *other,
                double weight);
void canvas_multiply(struct canvas *canvas, const struct canvas *other);
void canvas_clamp(struct canvas *canvas, double low, double high);

/* Uniform from low to high. */
double between(struct akin_test_random *random, double low, double high);
/* exp of a normal number: sizes and brightnesses, 1 in the middle. */
double spread(struct akin_test_random *random, double sigma);
/* 0 below low, 1 above high, smooth between. */
double smooth_step(double low, double high, double x);

/* A wobbly ellipse: a cell, a nucleus, a vesicle. */
#define BLOB_WAVES 4
struct blob {
    double x, y, rx, ry, angle;
    double wave[BLOB_WAVES], phase[BLOB_WAVES]; /* of its outline */
};
struct blob blob_new(struct akin_test_random *random, double x, double y,
                     double rx, double ry, double wobble);
/* About how many px a place is inside the outline; negative outside. */
double blob_depth(const struct blob *blob, double x, double y);

enum paint { PAINT_MIX, PAINT_ADD, PAINT_MULTIPLY, PAINT_MAX };

/* Paints where the depth is between low and high (HUGE_VAL: all the inside),
 * with edges that are `soft` px wide. */
void blob_paint(struct canvas *canvas, const struct blob *blob, double low,
                double high, double soft, enum paint paint, double value);

/* Leaves light at a place between pixels: a molecule of dye. */
void splat(struct canvas *canvas, double x, double y, double amount);

/* A walk that keeps its direction for a while. */
struct filament {
    double x, y, angle;
    double length; /* px */
    double wander; /* radians of turning for each px, as a deviation */
    double curl;   /* how fast the turning itself comes and goes, 0..1 */
    double radius; /* px: molecules lie around the line up to here */
    double amount; /* of light for each px of length */
};
void filament_draw(struct canvas *canvas, struct akin_test_random *random,
                   const struct filament *filament);

/* Circles that do not overlap. Start from {0}; free with places_free. */
struct place {
    double x, y, r;
};
struct places {
    struct place *at;
    size_t n, cap;
};
/* Tries to find room for a circle with its middle in w x h; false: there is
 * none. gap (px) may be negative: overlaps are allowed then. */
bool places_try(struct places *places, struct akin_test_random *random, int w,
                int h, double r, double gap, int tries);
void places_free(struct places *places);

#endif
