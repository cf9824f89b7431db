/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenes_transmitted.c - cells that nobody stained: phase contrast, Nomarski
 * contrast, plain bright field.
 */
#include "scenes.h"

#include "optics.h"
#include "texture.h"

/* A rod: a row of discs. */
static void
rod(struct canvas *thickness, double x, double y, double angle, double length,
    double radius)
{
    int n = (int)(length / (radius / 3)) + 1;

    for (int i = 0; i < n; i++) {
        double s = length * ((double)i / n - 0.5);
        struct blob disc = {x + s * cos(angle),
                            y + s * sin(angle),
                            radius,
                            radius,
                            0,
                            {0},
                            {0}};

        blob_paint(thickness, &disc, 0, HUGE_VAL, radius, PAINT_MAX, 1);
    }
}

/* A microcolony: cells side by side, much the same way round. */
static void
colony(struct canvas *thickness, struct akin_test_random *random, double cx,
       double cy, int n)
{
    double base = between(random, 0, PI);
    struct places places = {0};

    for (int i = 0; i < n; i++) {
        double length = between(random, 14, 30);
        double reach = 9 + 11 * sqrt((double)i);
        double angle = base + 0.28 * akin_test_normal(random);
        struct place at = {0};

        if (!places_try(&places, random, (int)reach, (int)reach, 5.4, 0, 40))
            continue;
        at = places.at[places.n - 1];
        /* Places are squeezed along the width and stretched along the length,
         * so that rods lie beside each other. */
        at.x = (at.x - reach / 2) * 2.6;
        at.y -= reach / 2;
        rod(thickness, cx + at.x * cos(base) - at.y * sin(base),
            cy + at.x * sin(base) + at.y * cos(base), angle, length, 4.2);
    }
    places_free(&places);
}

/* E. coli, phase contrast, 100x, 12-bit camera in 16-bit TIFF. */
struct picture
scene_bacteria(struct akin_test_random *random)
{
    const struct camera camera = {.psf_px = 1.1,
                                  .falloff = 0.15,
                                  .photons = 1500,
                                  .gain = 1.1,
                                  .offset = 100,
                                  .read_noise = 10};
    struct picture picture = picture_new(1, 1, 1, DEPTH_16, 0.065);
    struct canvas light = canvas_new(384, 384, 0);
    struct canvas agar = fractal_canvas(384, 384, 60, 4, 0.5, new_seed(random));

    for (int i = 0; i < 9; i++)
        colony(&light, random, between(random, 20, 364),
               between(random, 20, 364), 1 + (int)between(random, 0, 22));
    canvas_mix(&light, 1, &agar, 0.05);
    canvas_free(&agar);
    phase_contrast(&light, 0.85, 5.5);
    camera_expose(&light, &camera, random);
    canvas_clamp(&light, 0, 4095);
    picture_grey(&picture, light);
    return picture;
}

/* Adds a ball's thickness: 1 in the middle. */
static void
dome(struct canvas *thickness, const struct blob *blob, double height)
{
    int reach = (int)(fmax(blob->rx, blob->ry) * 1.3) + 2;
    double r = fmin(blob->rx, blob->ry);

    for (int y = (int)blob->y - reach; y <= (int)blob->y + reach; y++) {
        for (int x = (int)blob->x - reach; x <= (int)blob->x + reach; x++) {
            double rho;

            if (x < 0 || y < 0 || x >= thickness->w || y >= thickness->h)
                continue;
            rho = 1 - blob_depth(blob, x, y) / r;
            if (rho < 1)
                *canvas_at(thickness, x, y) += height * sqrt(1 - rho * rho);
        }
    }
}

static void
yeast_cell(struct canvas *thickness, struct akin_test_random *random,
           struct place at)
{
    struct blob cell = blob_new(random, at.x, at.y,
                                at.r * between(random, 1, 1.15), at.r, 0.015);
    struct blob vacuole =
        blob_new(random, at.x + between(random, -0.3, 0.3) * at.r,
                 at.y + between(random, -0.3, 0.3) * at.r,
                 at.r * between(random, 0.3, 0.5), at.r * 0.4, 0.03);

    dome(thickness, &cell, at.r);
    dome(thickness, &vacuole, -0.5 * at.r);
    for (int i = 0; i < 5; i++) { /* granules */
        struct blob grain =
            blob_new(random, at.x + between(random, -0.6, 0.6) * at.r,
                     at.y + between(random, -0.6, 0.6) * at.r, 2, 2, 0);

        dome(thickness, &grain, 1.2);
    }
    if (akin_test_uniform(random) < 0.55) {
        double side = between(random, 0, 2 * PI);
        double r = at.r * between(random, 0.35, 0.75);
        double far = at.r * 1.05 + r * 0.75;
        struct blob bud = blob_new(random, at.x + far * cos(side),
                                   at.y + far * sin(side), r, r, 0.02);

        dome(thickness, &bud, r);
    }
}

/* S. cerevisiae, Nomarski contrast, 8-bit PNG. */
struct picture
scene_yeast(struct akin_test_random *random)
{
    const struct camera camera = {.psf_px = 1.2,
                                  .falloff = 0.2,
                                  .photons = 900,
                                  .gain = 0.15,
                                  .offset = 2,
                                  .read_noise = 2};
    struct picture picture = picture_new(1, 1, 1, DEPTH_8, 0.1);
    struct canvas light = canvas_new(400, 400, 0);
    struct places places = {0};
    int n = (int)between(random, 22, 42);

    for (int i = 0; i < n; i++)
        if (places_try(&places, random, 400, 400, between(random, 20, 26), 9,
                       30))
            yeast_cell(&light, random, places.at[places.n - 1]);
    places_free(&places);
    blur(&light, 1);
    interference_contrast(&light, 0.22, 0.8);
    camera_expose(&light, &camera, random);
    picture_grey(&picture, light);
    return picture;
}

/* A sheet of epithelium that closes a scratch. */
struct wound {
    struct tissue tissue;
    uint64_t seed;
    double left, right; /* px, mean edges of the gap */
};

/* How far (px) a place is inside the sheet; negative: in the gap. */
static double
sheet_depth(const struct wound *wound, double x, double y)
{
    double ragged = 52 * fractal(y, 10, 120, 3, 0.6, wound->seed) +
                    26 * fractal(x, y, 34, 2, 0.6, wound->seed + 1);
    double middle = (wound->left + wound->right) / 2;
    double wobble = x < middle ? ragged : 0.8 * ragged + 8;

    return x < middle ? wound->left + wobble - x : x - wound->right - wobble;
}

static struct canvas
sheet(struct wound *wound, int w, int h)
{
    struct canvas thickness = canvas_new(w, h, 0);

    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            double in = sheet_depth(wound, x, y);
            double wx = x + 6 * fractal(x, y, 20, 2, 0.5, wound->seed + 2);
            double wy = y + 6 * fractal(x, y, 20, 2, 0.5, wound->seed + 3);
            struct cell cell = tissue_at(&wound->tissue, wx, wy);
            double dx = wx - cell.x, dy = wy - cell.y;
            double bump = 0.35 * exp(-(dx * dx + dy * dy) / 28) +
                          0.45 * smooth_step(0, 5, cell.border) +
                          0.3 * id_part(cell.id, 9) +
                          0.35 * fractal(x, y, 6, 3, 0.7, wound->seed + 4);

            *canvas_at(&thickness, x, y) =
                in > 0 ? bump * smooth_step(0, 7, in)
                       : 0.05 * fractal(x, y, 9, 3, 0.6, wound->seed + 5);
        }
    }
    return thickness;
}

/* MDCK scratch assay, phase contrast, three time points in one TIFF. */
struct picture
scene_wound(struct akin_test_random *random)
{
    enum { FRAMES = 3, W = 440, H = 330 };
    const struct camera camera = {.psf_px = 0.9,
                                  .falloff = 0.25,
                                  .photons = 700,
                                  .gain = 0.18,
                                  .offset = 5,
                                  .read_noise = 2};
    struct picture picture = picture_new(1, 1, FRAMES, DEPTH_8, 1.3);
    struct wound wound = {.tissue = {.size = 15, .weight = 0.5},
                          .left = between(random, 110, 160),
                          .right = between(random, 280, 330)};

    wound.seed = new_seed(random);
    wound.tissue.seed = new_seed(random);
    picture.w = W;
    picture.h = H;
    for (int t = 0; t < FRAMES; t++) {
        struct canvas light = sheet(&wound, W, H);

        for (int i = 0; i < 14; i++) { /* dead and dividing cells: round */
            struct blob ball = blob_new(random, between(random, 0, W),
                                        between(random, 0, H), 4.5, 4.5, 0.03);

            blob_paint(&light, &ball, 0, HUGE_VAL, 3, PAINT_MIX, -0.9);
        }
        phase_contrast(&light, 0.75, 5);
        camera_expose(&light, &camera, random);
        picture.plane[t] = light;
        wound.left += between(random, 18, 30);
        wound.right -= between(random, 18, 30);
        wound.seed += 101; /* cells crawl */
    }
    return picture;
}

/* A stoma: two guard cells around a slit. */
static void
stoma(struct canvas *light, struct akin_test_random *random, struct place at)
{
    struct blob pair = blob_new(random, at.x, at.y, at.r, at.r * 0.72, 0.015);
    struct blob slit = pair;

    slit.ry *= between(random, 0.1, 0.3);
    slit.rx *= 0.55;
    blob_paint(light, &pair, 0, HUGE_VAL, 2, PAINT_MIX, 0.66);
    for (int i = 0; i < 26; i++) { /* chloroplasts */
        double side = between(random, 0, 2 * PI),
               out = between(random, 0.5, 0.8);
        double u = out * pair.rx * cos(side), v = out * pair.ry * sin(side);
        double c = cos(pair.angle), s = sin(pair.angle);
        struct blob green = blob_new(random, at.x + u * c - v * s,
                                     at.y + u * s + v * c, 1.9, 1.6, 0.05);

        blob_paint(light, &green, 0, HUGE_VAL, 1.5, PAINT_MULTIPLY, 0.78);
    }
    blob_paint(light, &pair, -1.2, 1.2, 1.6, PAINT_MULTIPLY, 0.5);
    blob_paint(light, &pair, 1.5, 3.2, 1.5, PAINT_MULTIPLY, 1.15);
    blob_paint(light, &slit, -1.4, HUGE_VAL, 1.5, PAINT_MULTIPLY, 0.55);
    blob_paint(light, &slit, 0.6, HUGE_VAL, 1.2, PAINT_MIX, 0.9);
}

/* Arabidopsis epidermis, bright field, grey JPEG. */
struct picture
scene_leaf(struct akin_test_random *random)
{
    const struct camera camera = {.psf_px = 1.2,
                                  .falloff = 0.3,
                                  .photons = 1100,
                                  .gain = 0.19,
                                  .read_noise = 2.5};
    struct picture picture = picture_new(1, 1, 1, DEPTH_8, 0.32);
    struct canvas light = canvas_new(512, 448, 0);
    struct tissue tissue = {
        .size = 74, .weight = 0.3, .seed = new_seed(random)};
    struct places places = {0};
    uint64_t seed = new_seed(random);

    for (int y = 0; y < light.h; y++) {
        for (int x = 0; x < light.w; x++) {
            /* Lobes that interlock: the jigsaw of pavement cells. */
            double wx = x + 19 * fractal(x, y, 27, 2, 0.35, seed);
            double wy = y + 19 * fractal(x, y, 27, 2, 0.35, seed + 1);
            double wall = tissue_at(&tissue, wx, wy).border;
            double below = fractal(x, y, 42, 3, 0.5, seed + 2);

            *canvas_at(&light, x, y) = 0.8 + 0.11 * below -
                                       0.4 * exp(-wall * wall / 3.5) +
                                       0.16 * exp(-(wall - 4) * (wall - 4) / 3);
        }
    }
    for (int i = 0; i < 16; i++)
        if (places_try(&places, random, light.w, light.h,
                       between(random, 18, 23), 34, 40))
            stoma(&light, random, places.at[places.n - 1]);
    places_free(&places);
    camera_expose(&light, &camera, random);
    picture_grey(&picture, light);
    return picture;
}
