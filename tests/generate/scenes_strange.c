/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenes_strange.c - what no microscope made: a landscape as a camera sees it,
 * plots as a paper prints them, noise. Nothing in a store of bioimages is like
 * them, and akin should say so.
 */
#include "scenes.h"

#define W 640
#define H 480

static void
put(struct picture *p, int x, int y, double r, double g, double b)
{
    const double value[3] = {r, g, b};

    for (int c = 0; c < 3; c++)
        if (x >= 0 && y >= 0 && x < p->plane[c].w && y < p->plane[c].h)
            *canvas_at(&p->plane[c], x, y) = value[c];
}

static struct picture
paper(double value)
{
    struct picture p = picture_colour(0);

    for (int c = 0; c < 3; c++)
        p.plane[c] = canvas_new(W, H, value);
    p.w = W;
    p.h = H;
    return p;
}

/* --- a landscape --- */

static void
sky(struct picture *p, int x, int y, double sun)
{
    double dx = x - sun, dy = y - 70.0;

    if (dx * dx + dy * dy < 35 * 35)
        put(p, x, y, 255, 245, 200);
    else
        put(p, x, y, 110 + y * 0.4, 160 + y * 0.3, 230 - y * 0.05);
}

static void
meadow(struct picture *p, int x, int y, double horizon,
       struct akin_test_random *random)
{
    double t = (y - horizon) / 190;
    double blade = 30 * akin_test_uniform(random) * t;

    put(p, x, y, 60 + 30 * t + blade, 110 + 40 * t + blade, 40 + blade);
}

static void
house(struct picture *p, int left)
{
    for (int y = 240; y < 360; y++)
        for (int x = left; x < left + 130; x++) {
            bool is_window = x / 30 % 2 == 1 && y / 36 % 2 == 1;

            if (y < 262)
                put(p, x, y, 90, 50, 40);
            else if (is_window)
                put(p, x, y, 210, 225, 235);
            else
                put(p, x, y, 170, 90, 70);
        }
}

struct picture
scene_landscape(struct akin_test_random *random)
{
    struct picture p = paper(0);
    double phase = between(random, 0, 6), sun = between(random, 60, 580);

    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            double ridge = 180 + 40 * sin(x / 70.0 + phase) +
                           15 * sin(x / 23.0 + 2 * phase) + 6 * sin(x / 7.0);
            double horizon = 290 + 12 * sin(x / 90.0 + 3 * phase);

            if (y < ridge)
                sky(&p, x, y, sun);
            else if (y < horizon)
                put(&p, x, y,
                    90 + (y - ridge) * 0.4 + 8 * sin(x / 5.0 + y / 3.0),
                    95 + (y - ridge) * 0.5, 100 + (y - ridge) * 0.2);
            else
                meadow(&p, x, y, horizon, random);
        }
    house(&p, (int)between(random, 120, 380));
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < W * H; i++)
            p.plane[c].px[i] += 3 * akin_test_normal(random);
        canvas_clamp(&p.plane[c], 0, 255);
    }
    return p;
}

/* --- plots --- */

static const double inks[3][3] = {
    {31, 119, 180}, {255, 127, 14}, {44, 160, 44}};

static void
axes(struct picture *p)
{
    for (int x = 60; x < 600; x++)
        put(p, x, 430, 0, 0, 0);
    for (int y = 30; y <= 430; y++)
        put(p, 60, y, 0, 0, 0);
    for (int i = 0; i < 10; i++)
        for (int k = 0; k < 6; k++) {
            put(p, 60 + 54 * i, 430 + k, 0, 0, 0);
            put(p, 60 - k, 430 - 40 * i, 0, 0, 0);
        }
}

struct picture
scene_curves(struct akin_test_random *random)
{
    struct picture p = paper(255);
    double phase = between(random, 0, 6);

    axes(&p);
    for (int i = 0; i < 3; i++)
        for (int x = 60; x < 600; x++) {
            double y = 230 + 120 * sin((x - 60) / (40.0 + 20 * i) + phase + i);

            for (int k = -1; k <= 1; k++)
                for (int l = -1; l <= 1; l++)
                    put(&p, x + k, (int)y + l, inks[i][0], inks[i][1],
                        inks[i][2]);
        }
    return p;
}

struct picture
scene_bars(struct akin_test_random *random)
{
    struct picture p = paper(255);

    axes(&p);
    for (int i = 0; i < 21; i++) {
        int left = 80 + i / 3 * 72 + i % 3 * 18;
        int top = 430 - (int)between(random, 40, 350);

        for (int x = left; x < left + 16; x++)
            for (int y = top; y < 430; y++)
                put(&p, x, y, inks[i % 3][0], inks[i % 3][1], inks[i % 3][2]);
    }
    return p;
}

/* --- noise --- */

struct picture
scene_static(struct akin_test_random *random)
{
    struct picture p = paper(0);

    for (int c = 0; c < 3; c++)
        for (int i = 0; i < W * H; i++)
            p.plane[c].px[i] = between(random, 0, 255);
    return p;
}

struct picture
scene_hiss(struct akin_test_random *random)
{
    struct picture p = picture_new(1, 1, 1, DEPTH_8, 0);

    p.plane[0] = canvas_new(400, 400, 128);
    p.w = p.h = 400;
    for (int i = 0; i < 400 * 400; i++)
        p.plane[0].px[i] += 30 * akin_test_normal(random);
    canvas_clamp(&p.plane[0], 0, 255);
    return p;
}
