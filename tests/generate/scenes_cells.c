/* SPDX-License-Identifier: Apache-2.0 */
#include "scenes.h"

#include "optics.h"
#include "texture.h"

/* A spread cell in culture, and its nucleus. */
struct culture {
    struct blob cell, nucleus;
};

static struct culture
culture_new(struct akin_test_random *random, double x, double y, double r)
{
    struct culture c;
    double off = between(random, 0, 2 * PI);

    c.cell = blob_new(random, x, y, r * between(random, 1, 1.4),
                      r * between(random, 0.75, 1), 0.12);
    c.nucleus = blob_new(random, x + 0.15 * r * cos(off),
                         y + 0.15 * r * sin(off), r * 0.32, r * 0.25, 0.03);
    return c;
}

/* Throws away what lies outside the cell, and dims what lies over or under the
 * nucleus. */
static void
keep_inside(struct canvas *dye, const struct blob *cell,
            const struct blob *nucleus, double nucleus_light)
{
    for (int y = 0; y < dye->h; y++) {
        for (int x = 0; x < dye->w; x++) {
            double *px = canvas_at(dye, x, y);

            if (*px > 0)
                *px *= smooth_step(-2, 4, blob_depth(cell, x, y));
        }
    }
    blob_paint(dye, nucleus, 0, HUGE_VAL, 4, PAINT_MULTIPLY, nucleus_light);
}

static void
microtubules_of(struct canvas *dye, struct akin_test_random *random,
                const struct culture *c)
{
    struct canvas own = canvas_new(dye->w, dye->h, 0);
    double light = spread(random, 0.25);

    for (int i = 0; i < 240; i++) {
        /* From the centrosome's surroundings outwards. */
        double angle = between(random, 0, 2 * PI);
        double out = 2.6 * sqrt(akin_test_uniform(random));
        struct filament tubule = {
            .x = c->nucleus.x + out * c->nucleus.rx * cos(angle),
            .y = c->nucleus.y + out * c->nucleus.rx * sin(angle),
            .angle = angle + 0.6 * akin_test_normal(random),
            .length = between(random, 50, 220),
            .wander = 0.16,
            .curl = 0.035,
            .radius = 0.3,
            .amount = light * between(random, 0.6, 1)};

        filament_draw(&own, random, &tubule);
    }
    keep_inside(&own, &c->cell, &c->nucleus, 0.6);
    canvas_mix(dye, 1, &own, 1);
    canvas_free(&own);
}

/* COS-7, tubulin, TIRF; the laboratory keeps float TIFFs. */
struct picture
scene_microtubules(struct akin_test_random *random)
{
    const struct camera camera = {.psf_px = 1.25,
                                  .haze = 0.22,
                                  .haze_px = 9,
                                  .falloff = 0.3,
                                  .photons = 300,
                                  .background = 22,
                                  .gain = 1.0 / 1200,
                                  .offset = 0.02,
                                  .read_noise = 0.003};
    struct picture picture = picture_new(1, 1, 1, DEPTH_FLOAT, 0.107);
    struct canvas dye = canvas_new(416, 416, 0);

    for (int i = 0; i < 3; i++) {
        int row = i / 2;
        struct culture c = culture_new(
            random, between(random, 40, 160) + (i % 2) * 200,
            between(random, 60, 190) + row * 200, between(random, 120, 150));

        microtubules_of(&dye, random, &c);
    }
    camera_expose(&dye, &camera, random);
    picture_grey(&picture, dye);
    return picture;
}

static void
fibres_of(struct canvas *dye, struct akin_test_random *random,
          const struct culture *c)
{
    struct canvas own = canvas_new(dye->w, dye->h, 0);
    double along = c->cell.angle, light = spread(random, 0.25);

    for (int i = 0; i < 70; i++) {
        double r = c->cell.rx * 1.1, length = between(random, 80, 260);
        double angle = along + 0.12 * akin_test_normal(random);
        struct filament fibre = {
            .x = c->cell.x + between(random, -r, r) - length / 2 * cos(angle),
            .y = c->cell.y + between(random, -r, r) - length / 2 * sin(angle),
            .angle = angle,
            .length = length,
            .wander = 0.006,
            .curl = 0.1,
            .radius = between(random, 0.4, 1.6),
            .amount = light * between(random, 0.5, 2)};

        filament_draw(&own, random, &fibre);
    }
    keep_inside(&own, &c->cell, &c->nucleus, 0.8);
    blob_paint(&own, &c->cell, 0, 4, 3, PAINT_ADD, 0.35 * light); /* cortex */
    blob_paint(&own, &c->cell, 0, HUGE_VAL, 8, PAINT_ADD, 0.08 * light);
    canvas_mix(dye, 1, &own, 1);
    canvas_free(&own);
}

/* U2OS, phalloidin and DAPI, two-channel composite as ImageJ saves it. */
struct picture
scene_actin(struct akin_test_random *random)
{
    const struct camera camera = {.psf_px = 1.2,
                                  .haze = 0.15,
                                  .haze_px = 10,
                                  .falloff = 0.2,
                                  .photons = 180,
                                  .background = 6,
                                  .gain = 3,
                                  .offset = 110,
                                  .read_noise = 6};
    struct picture picture = picture_new(2, 1, 1, DEPTH_16, 0.16);
    struct canvas *dye = picture.plane;

    picture.w = picture.h = 384;
    dye[0] = canvas_new(384, 384, 0);
    dye[1] = canvas_new(384, 384, 0);
    for (int i = 0; i < 4; i++) {
        int row = i / 2;
        struct culture c = culture_new(
            random, between(random, 30, 130) + (i % 2) * 190,
            between(random, 30, 130) + row * 190, between(random, 95, 125));

        fibres_of(&dye[0], random, &c);
        blob_paint(&dye[1], &c.nucleus, 0, HUGE_VAL, 3, PAINT_ADD,
                   spread(random, 0.2));
        blob_paint(&dye[1], &c.nucleus, 0, HUGE_VAL, 30, PAINT_MULTIPLY, 1.4);
    }
    camera_expose(&dye[0], &camera, random);
    camera_expose(&dye[1], &camera, random);
    return picture;
}

static void
mitochondria_of(struct canvas *dye, struct akin_test_random *random,
                const struct culture *c)
{
    struct canvas own = canvas_new(dye->w, dye->h, 0);

    for (int i = 0; i < 130; i++) {
        double angle = between(random, 0, 2 * PI);
        double out = c->nucleus.rx * (1.05 + fabs(akin_test_normal(random)));
        struct filament mito = {.x = c->nucleus.x + out * cos(angle),
                                .y = c->nucleus.y + out * sin(angle),
                                .angle =
                                    angle + PI / 2 * akin_test_normal(random),
                                .length = 6 + 26 * spread(random, 0.5),
                                .wander = 0.17,
                                .curl = 0.1,
                                .radius = 2.6,
                                .amount = between(random, 0.8, 1.8)};

        filament_draw(&own, random, &mito);
    }
    keep_inside(&own, &c->cell, &c->nucleus, 0.15);
    canvas_mix(dye, 1, &own, 1);
    canvas_free(&own);
}

/* HeLa, MitoTracker, 16-bit PNG. */
struct picture
scene_mitochondria(struct akin_test_random *random)
{
    const struct camera camera = {.psf_px = 1.5,
                                  .haze = 0.25,
                                  .haze_px = 10,
                                  .falloff = 0.15,
                                  .photons = 140,
                                  .background = 4,
                                  .gain = 14,
                                  .offset = 400,
                                  .read_noise = 25};
    struct picture picture = picture_new(1, 1, 1, DEPTH_16, 0.09);
    struct canvas dye = canvas_new(400, 400, 0);

    for (int i = 0; i < 4; i++) {
        int row = i / 2;
        struct culture c = culture_new(
            random, between(random, 40, 140) + (i % 2) * 190,
            between(random, 40, 140) + row * 190, between(random, 95, 120));

        mitochondria_of(&dye, random, &c);
    }
    camera_expose(&dye, &camera, random);
    picture_grey(&picture, dye);
    return picture;
}

static void
transcripts_of(struct canvas *dye, struct akin_test_random *random,
               const struct culture *c)
{
    int n = (int)(90 * spread(random, 0.6));

    blob_paint(dye, &c->cell, 0, HUGE_VAL, 10, PAINT_ADD, 0.05);
    blob_paint(dye, &c->nucleus, 0, HUGE_VAL, 5, PAINT_ADD, 0.04);
    while (n-- > 0) {
        double x = c->cell.x + c->cell.rx * between(random, -1.1, 1.1);
        double y = c->cell.y + c->cell.rx * between(random, -1.1, 1.1);

        if (blob_depth(&c->cell, x, y) > 3)
            splat(dye, x, y, 7 * spread(random, 0.35));
    }
}

/* Single-molecule FISH: spots no larger than the optics makes them. */
struct picture
scene_puncta(struct akin_test_random *random)
{
    const struct camera camera = {.psf_px = 1.45,
                                  .haze = 0.1,
                                  .haze_px = 14,
                                  .falloff = 0.2,
                                  .photons = 260,
                                  .background = 25,
                                  .gain = 2,
                                  .offset = 100,
                                  .read_noise = 5};
    struct picture picture = picture_new(1, 1, 1, DEPTH_16, 0.13);
    struct canvas dye = canvas_new(400, 400, 0);

    for (int i = 0; i < 5; i++) {
        int row = i / 2;
        struct culture c = culture_new(
            random, between(random, 30, 150) + (i % 2) * 200,
            between(random, 30, 130) + row * 130, between(random, 75, 100));

        transcripts_of(&dye, random, &c);
    }
    camera_expose(&dye, &camera, random);
    picture_grey(&picture, dye);
    return picture;
}
