/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenes_tissue.c - colour slides: haematoxylin and eosin, and blood smears.
 *
 * A slide is a canvas for each stain; colours come from the stains' optical
 * densities (Ruifrok & Johnston, Anal. Quant. Cytol. Histol. 2001), a little
 * different in each laboratory.
 */
#include "scenes.h"

#include "optics.h"
#include "texture.h"

enum { BLUE, PINK, N_STAINS }; /* haematoxylin or azure; eosin */

struct slide {
    struct canvas stain[N_STAINS];
    struct akin_test_random *random;
    uint64_t seed;
};

static struct slide
slide_new(int w, int h, struct akin_test_random *random)
{
    struct slide slide = {
        {canvas_new(w, h, 0), canvas_new(w, h, 0)}, random, new_seed(random)};

    return slide;
}

/* Scans the slide; the slide is freed. */
static struct picture
slide_scan(struct slide *slide, const struct stain stains[N_STAINS],
           const struct scanner *scanner, double pixel_um)
{
    struct picture picture = picture_colour(pixel_um);

    for (int i = 0; i < N_STAINS; i++)
        canvas_clamp(&slide->stain[i], 0, 3);
    stained_slide(picture.plane, slide->stain, stains, N_STAINS, scanner,
                  slide->random);
    picture.w = slide->stain[0].w;
    picture.h = slide->stain[0].h;
    for (int i = 0; i < N_STAINS; i++)
        canvas_free(&slide->stain[i]);
    return picture;
}

/* A nucleus: a dark rim, clumps of chromatin, sometimes a nucleolus. */
static void
nucleus(struct slide *slide, const struct blob *body, double dark)
{
    struct canvas *blue = &slide->stain[BLUE];
    double r = fmin(body->rx, body->ry);

    blob_paint(blue, body, 0, HUGE_VAL, 1.5, PAINT_MIX, dark * 0.75);
    blob_paint(blue, body, 0, 1.6, 1.2, PAINT_ADD, dark * 0.35);
    blob_paint(&slide->stain[PINK], body, 0, HUGE_VAL, 2, PAINT_MULTIPLY, 0.45);
    for (int i = 0; i < 5; i++) {
        double angle = between(slide->random, 0, 2 * PI);
        double out = between(slide->random, 0, 0.6) * r;
        struct blob clump =
            blob_new(slide->random, body->x + out * cos(angle),
                     body->y + out * sin(angle), r * 0.22, r * 0.18, 0.1);

        blob_paint(blue, &clump, 0, HUGE_VAL, 1.5, PAINT_ADD, dark * 0.3);
    }
}

/* Connective tissue: wavy pink fibres with gaps, and spindle-shaped nuclei. */
static void
stroma(struct slide *slide)
{
    struct canvas *pink = &slide->stain[PINK];

    for (int y = 0; y < pink->h; y++) {
        for (int x = 0; x < pink->w; x++) {
            double flow = 2.5 * fractal(x, y, 150, 2, 0.5, slide->seed);
            double u = x * cos(flow) + y * sin(flow);
            double v = y * cos(flow) - x * sin(flow);
            double fibre = fractal(u / 5, v, 11, 3, 0.6, slide->seed + 1);
            double gap = smooth_step(
                0.30, 0.42, fractal(x, y, 34, 3, 0.55, slide->seed + 2));

            *canvas_at(pink, x, y) =
                fmax(0.27 + 0.24 * fibre, 0.04) * (1 - 0.92 * gap);
        }
    }
}

static void
scattered_nuclei(struct slide *slide, int n, const struct places *glands)
{
    struct canvas *pink = &slide->stain[PINK];

    for (int i = 0; i < n; i++) {
        double x = between(slide->random, 0, pink->w);
        double y = between(slide->random, 0, pink->h);
        bool round = akin_test_uniform(slide->random) < 0.45;
        double flow = 2.5 * fractal(x, y, 150, 2, 0.5, slide->seed);
        struct blob body =
            blob_new(slide->random, x, y, round ? 5 : 9, round ? 4.6 : 3, 0.06);
        bool inside = false;

        for (size_t g = 0; g < glands->n; g++)
            inside |= hypot(glands->at[g].x - x, glands->at[g].y - y) <
                      glands->at[g].r + 4;
        if (!round)
            body.angle = flow + 0.2 * akin_test_normal(slide->random);
        if (!inside)
            nucleus(slide, &body, between(slide->random, 0.7, 1.1));
    }
}

/* A crypt: lumen, goblet cells with pale mucus, nuclei along the base. */
static void
gland(struct slide *slide, struct place at)
{
    struct akin_test_random *random = slide->random;
    struct blob wall =
        blob_new(random, at.x, at.y, at.r * 1.08, at.r * 0.95, 0.035);
    struct blob lumen = wall;
    int n = (int)(2 * PI * at.r / 8.5);

    lumen.rx *= 0.32;
    lumen.ry *= 0.28;
    blob_paint(&slide->stain[PINK], &wall, -4, HUGE_VAL, 3, PAINT_MIX, 0.08);
    blob_paint(&slide->stain[PINK], &wall, 0, HUGE_VAL, 2, PAINT_MIX, 0.4);
    blob_paint(&slide->stain[BLUE], &wall, 0, HUGE_VAL, 3, PAINT_MIX, 0.1);
    for (int i = 0; i < n; i++) {
        double angle = 2 * PI * i / n + 0.04 * akin_test_normal(random);
        double base = at.r * (0.84 + 0.03 * akin_test_normal(random));
        double mid = at.r * between(random, 0.52, 0.62);
        struct blob mucus =
            blob_new(random, at.x + mid * cos(angle), at.y + mid * sin(angle),
                     at.r * 0.17, at.r * 0.09, 0.05);
        struct blob body = blob_new(random, at.x + base * cos(angle),
                                    at.y + base * sin(angle), 6.5, 3.6, 0.05);

        mucus.angle = body.angle = angle;
        if (i % 2 == 0) {
            blob_paint(&slide->stain[PINK], &mucus, 0, HUGE_VAL, 2, PAINT_MIX,
                       0.03);
            blob_paint(&slide->stain[BLUE], &mucus, 0, HUGE_VAL, 2, PAINT_MIX,
                       0.13);
        }
        nucleus(slide, &body, between(random, 0.75, 1.05));
    }
    blob_paint(&slide->stain[PINK], &lumen, 0, HUGE_VAL, 3, PAINT_MIX, 0.02);
    blob_paint(&slide->stain[BLUE], &lumen, 0, HUGE_VAL, 3, PAINT_MIX, 0.02);
}

/* Human colon, H&E, laboratory A: JPEG 4:2:0. */
struct picture
scene_colon(struct akin_test_random *random)
{
    static const struct stain stains[N_STAINS] = {{{0.65, 0.70, 0.29}},
                                                  {{0.07, 0.75, 0.22}}};
    const struct scanner scanner = {.psf_px = 0.9,
                                    .white = {246, 243, 244},
                                    .falloff = 0.04,
                                    .noise = 2,
                                    .chroma_px = 0.6};
    struct slide slide = slide_new(512, 512, random);
    struct places glands = {0};

    stroma(&slide);
    for (int i = 0; i < 24; i++)
        (void)places_try(&glands, random, 512, 512, between(random, 48, 68), 16,
                         60);
    scattered_nuclei(&slide, 330, &glands);
    for (size_t i = 0; i < glands.n; i++)
        gland(&slide, glands.at[i]);
    places_free(&glands);
    return slide_scan(&slide, stains, &scanner, 0.5);
}

/* Plates of liver cells with sinusoids between them. */
static void
hepatocytes(struct slide *slide, struct tissue *tissue)
{
    struct canvas *pink = &slide->stain[PINK], *blue = &slide->stain[BLUE];

    for (int y = 0; y < pink->h; y++) {
        for (int x = 0; x < pink->w; x++) {
            double wx = x + 7 * fractal(x, y, 30, 2, 0.5, slide->seed);
            double wy = y + 7 * fractal(x, y, 30, 2, 0.5, slide->seed + 1);
            struct cell cell = tissue_at(tissue, wx, wy);
            double granules = fractal(x, y, 7, 3, 0.7, slide->seed + 2);
            double sinusoid =
                fabs(fractal(x, y, 95, 2, 0.4, slide->seed + 3)) * 60 +
                fmin(cell.border, 9) * 0.5;
            double open = 1 - smooth_step(3.5, 6.5, sinusoid);

            *canvas_at(pink, x, y) =
                (0.42 + 0.14 * (id_part(cell.id, 8) - 0.5) + 0.16 * granules +
                 0.22 * exp(-cell.border * cell.border / 3)) *
                (1 - 0.93 * open);
            *canvas_at(blue, x, y) = (0.10 + 0.06 * granules) * (1 - open);
            /* Fat droplets in some fields. */
            if (fractal(x, y, 13, 1, 1, slide->seed + 4) > 0.62)
                *canvas_at(pink, x, y) *= 0.12;
        }
    }
}

/* The nucleus of a cell is drawn from the pixel that holds its point. */
static void
hepatocyte_nuclei(struct slide *slide, struct tissue *tissue)
{
    struct canvas *pink = &slide->stain[PINK];
    double step = tissue->size;
    int n_x = (int)(2 * pink->w / step) + 2,
        n_y = (int)(2 * pink->h / step) + 2;

    for (int j = 0; j < n_y; j++) {
        for (int i = 0; i < n_x; i++) {
            double x = i * step / 2, y = j * step / 2;
            struct cell cell = tissue_at(tissue, x, y);
            struct blob body;

            if (fabs(cell.x - x) > step / 4 || fabs(cell.y - y) > step / 4 ||
                tissue_at(tissue, cell.x, cell.y).border < 8)
                continue;
            body = blob_new(slide->random, cell.x, cell.y,
                            7.5 * spread(slide->random, 0.1),
                            7 * spread(slide->random, 0.1), 0.02);
            nucleus(slide, &body, between(slide->random, 0.55, 0.8));
        }
    }
    for (int i = 0; i < 60; i++) { /* Kupffer and endothelial cells */
        struct blob body =
            blob_new(slide->random, between(slide->random, 0, pink->w),
                     between(slide->random, 0, pink->h), 6.5, 2.6, 0.06);

        if (*canvas_at(pink, (int)body.x, (int)body.y) < 0.2)
            nucleus(slide, &body, 1.1);
    }
}

/* Mouse liver, H&E, laboratory B: TIFF. */
struct picture
scene_liver(struct akin_test_random *random)
{
    static const struct stain stains[N_STAINS] = {{{0.58, 0.62, 0.22}},
                                                  {{0.10, 0.62, 0.34}}};
    const struct scanner scanner = {.psf_px = 1.2,
                                    .white = {252, 250, 240},
                                    .falloff = 0.02,
                                    .noise = 1.4,
                                    .chroma_px = 0.3};
    struct slide slide = slide_new(448, 448, random);
    struct tissue tissue = {
        .size = 36, .weight = 0.1, .seed = new_seed(random)};

    hepatocytes(&slide, &tissue);
    hepatocyte_nuclei(&slide, &tissue);
    return slide_scan(&slide, stains, &scanner, 0.44);
}

/* A smear: red cells with a pale middle, some white cells and platelets. */
struct smear {
    int w, h;
    int n_red;
    double r;    /* px, of a red cell */
    double gap;  /* px; negative: overlaps */
    double pale; /* how pale the middle is, 0..1 */
};

static void
red_cell(struct slide *slide, const struct smear *look, struct place at)
{
    struct akin_test_random *random = slide->random;
    struct blob body = blob_new(random, at.x, at.y, at.r * spread(random, 0.05),
                                at.r * spread(random, 0.05), 0.02);
    struct blob middle = body;
    struct canvas own = canvas_new(look->w, look->h, 0);

    middle.rx *= 0.62;
    middle.ry *= 0.62;
    middle.x += 0.06 * at.r * akin_test_normal(random);
    middle.y += 0.06 * at.r * akin_test_normal(random);
    blob_paint(&own, &body, 0, HUGE_VAL, 1.6, PAINT_ADD,
               0.5 * spread(random, 0.08));
    blob_paint(&own, &middle, 0, HUGE_VAL, at.r * 0.55, PAINT_MULTIPLY,
               1 - look->pale * between(random, 0.6, 1));
    blob_paint(&own, &body, 0, 1.5, 1.5, PAINT_MULTIPLY, 1.2);
    canvas_mix(&slide->stain[PINK], 1, &own, 1);
    canvas_free(&own);
}

static void
white_cell(struct slide *slide, const struct smear *look, double x, double y)
{
    struct akin_test_random *random = slide->random;
    struct canvas *blue = &slide->stain[BLUE], *pink = &slide->stain[PINK];
    double r = look->r * between(random, 1.45, 1.8);
    struct blob cell = blob_new(random, x, y, r, r * 0.95, 0.03);
    bool lobed = akin_test_uniform(random) < 0.65;
    int n = lobed ? 4 : 1;
    double turn = between(random, 0, 2 * PI);

    blob_paint(pink, &cell, 0, HUGE_VAL, 2, PAINT_MIX, 0.12);
    blob_paint(blue, &cell, 0, HUGE_VAL, 2, PAINT_MIX, lobed ? 0.12 : 0.3);
    for (int i = 0; i < n; i++) {
        double angle = turn + 1.15 * i, out = lobed ? r * 0.42 : r * 0.12;
        double size = lobed ? r * 0.36 : r * 0.72;
        struct blob lobe =
            blob_new(random, x + out * cos(angle), y + out * sin(angle),
                     size * spread(random, 0.1), size, 0.05);

        nucleus(slide, &lobe, 1.25);
    }
    for (int i = 0; lobed && i < 60; i++) {
        double angle = between(random, 0, 2 * PI);
        double out = r * 0.9 * sqrt(akin_test_uniform(random));

        splat(pink, x + out * cos(angle), y + out * sin(angle), 0.35);
    }
}

static void
platelet(struct slide *slide, const struct smear *look)
{
    struct akin_test_random *random = slide->random;
    struct blob body = blob_new(random, between(random, 0, look->w),
                                between(random, 0, look->h), look->r * 0.28,
                                look->r * 0.22, 0.12);

    blob_paint(&slide->stain[BLUE], &body, 0, HUGE_VAL, 2, PAINT_ADD, 0.35);
    blob_paint(&slide->stain[PINK], &body, 0, HUGE_VAL, 2, PAINT_ADD, 0.1);
}

static struct slide
smear_new(const struct smear *look, struct akin_test_random *random)
{
    struct slide slide = slide_new(look->w, look->h, random);
    struct places places = {0};
    int n_white = 1 + (int)between(random, 0, 2.5);

    /* White cells come first, so that red ones keep off them. */
    for (int i = 0; i < n_white; i++)
        (void)places_try(&places, random, look->w, look->h, look->r * 1.8, 4,
                         50);
    n_white = (int)places.n;
    for (int i = 0; i < look->n_red; i++)
        (void)places_try(&places, random, look->w, look->h, look->r, look->gap,
                         25);
    for (size_t i = (size_t)n_white; i < places.n; i++)
        red_cell(&slide, look, places.at[i]);
    for (size_t i = 0; i < (size_t)n_white; i++)
        white_cell(&slide, look, places.at[i].x, places.at[i].y);
    for (int i = 0; i < 7; i++)
        platelet(&slide, look);
    places_free(&places);
    return slide;
}

/* Giemsa, 40x, laboratory A: JPEG 4:2:0. */
struct picture
scene_smear_giemsa(struct akin_test_random *random)
{
    static const struct stain stains[N_STAINS] = {{{0.66, 0.80, 0.18}},
                                                  {{0.12, 0.50, 0.40}}};
    const struct scanner scanner = {.psf_px = 1.1,
                                    .white = {232, 226, 216},
                                    .falloff = 0.18,
                                    .noise = 2.5,
                                    .chroma_px = 0.8};
    const struct smear look = {.w = 480,
                               .h = 360,
                               .n_red = (int)between(random, 75, 120),
                               .r = 19,
                               .gap = -7,
                               .pale = 0.65};
    struct slide slide = smear_new(&look, random);

    return slide_scan(&slide, stains, &scanner, 0.19);
}

/* Wright, 60x, laboratory B: BMP. */
struct picture
scene_smear_wright(struct akin_test_random *random)
{
    static const struct stain stains[N_STAINS] = {{{0.74, 0.72, 0.26}},
                                                  {{0.16, 0.38, 0.28}}};
    const struct scanner scanner = {.psf_px = 1.5,
                                    .white = {246, 240, 232},
                                    .falloff = 0.05,
                                    .noise = 1.5,
                                    .chroma_px = 0.4};
    const struct smear look = {.w = 320,
                               .h = 320,
                               .n_red = (int)between(random, 26, 40),
                               .r = 25,
                               .gap = -4,
                               .pale = 0.45};
    struct slide slide = smear_new(&look, random);

    return slide_scan(&slide, stains, &scanner, 0.13);
}
