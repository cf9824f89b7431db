/* SPDX-License-Identifier: Apache-2.0 */
#include "scenes.h"

#include "optics.h"
#include "texture.h"

uint64_t
new_seed(struct akin_test_random *random)
{
    return akin_test_random(random);
}

void
picture_grey(struct picture *picture, struct canvas plane)
{
    picture->w = plane.w;
    picture->h = plane.h;
    picture->plane[0] = plane;
}

/* How a laboratory's nuclei look before its microscope gets hold of them. */
struct nuclei {
    int w, h;
    int n;
    double radius;        /* px */
    double variety;       /* of sizes */
    double gap;           /* px; negative: they touch and overlap */
    double stretch;       /* longest : shortest, at most */
    double grain;         /* px, of chromatin */
    double contrast;      /* of chromatin, 0..1 */
    int n_chromocentres;  /* the bright spots of mouse nuclei */
    int n_nucleoli;       /* the dark spots */
    double mitotic;       /* part of the cells */
    double dim_cytoplasm; /* dye that washed into the cytoplasm */
};

static void
metaphase(struct canvas *dye, struct akin_test_random *random, struct place at,
          double light)
{
    struct blob plate =
        blob_new(random, at.x, at.y, at.r * 0.95, at.r * 0.3, 0.06);

    blob_paint(dye, &plate, 0, HUGE_VAL, 2, PAINT_ADD, light * 2);
}

static void
spots_inside(struct canvas *dye, struct akin_test_random *random,
             const struct blob *nucleus, int n, double radius, double factor)
{
    for (int i = 0; i < n; i++) {
        double angle = between(random, 0, 2 * PI);
        double out = sqrt(between(random, 0, 0.5));
        struct blob spot = blob_new(
            random, nucleus->x + out * nucleus->rx * cos(angle),
            nucleus->y + out * nucleus->ry * sin(angle),
            radius * spread(random, 0.25), radius * spread(random, 0.25), 0.08);

        blob_paint(dye, &spot, 0, HUGE_VAL, 1.5, PAINT_MULTIPLY, factor);
    }
}

static void
one_nucleus(struct canvas *dye, struct akin_test_random *random,
            const struct nuclei *look, struct place at)
{
    double light = 0.55 * spread(random, 0.3);
    double stretch = sqrt(between(random, 1, look->stretch));
    struct canvas own = canvas_new(dye->w, dye->h, 0);
    struct blob nucleus =
        blob_new(random, at.x, at.y, at.r * stretch, at.r / stretch, 0.035);

    /* Thicker in the middle: brighter in the middle. */
    blob_paint(&own, &nucleus, 0, HUGE_VAL, 2, PAINT_ADD, light * 0.75);
    blob_paint(&own, &nucleus, 0, HUGE_VAL, at.r * 1.4, PAINT_ADD, light * 0.6);
    spots_inside(&own, random, &nucleus, look->n_nucleoli, at.r * 0.22, 0.55);
    spots_inside(&own, random, &nucleus, look->n_chromocentres, at.r * 0.13,
                 2.3);
    canvas_mix(dye, 1, &own, 1);
    canvas_free(&own);
}

static struct canvas
nuclei_dye(const struct nuclei *look, struct akin_test_random *random)
{
    struct canvas dye = canvas_new(look->w, look->h, 0);
    struct canvas grain =
        fractal_canvas(look->w, look->h, look->grain, 3, 0.6, new_seed(random));
    struct places places = {0};

    for (int i = 0; i < look->n; i++) {
        double r = look->radius * spread(random, look->variety);
        struct place at;

        if (!places_try(&places, random, look->w, look->h, r, look->gap, 60))
            continue;
        at = places.at[places.n - 1];
        if (akin_test_uniform(random) < look->mitotic)
            metaphase(&dye, random, at, 0.6);
        else
            one_nucleus(&dye, random, look, at);
    }
    places_free(&places);
    canvas_mix(&grain, look->contrast, NULL, 1);
    canvas_multiply(&dye, &grain);
    canvas_free(&grain);
    if (look->dim_cytoplasm > 0) {
        struct canvas wide = canvas_copy(&dye);

        blur(&wide, look->radius);
        canvas_mix(&dye, 1, &wide, look->dim_cytoplasm);
        canvas_free(&wide);
    }
    canvas_clamp(&dye, 0, HUGE_VAL);
    return dye;
}

/* HeLa, DAPI, 20x widefield, 12-bit camera in 16-bit files. */
struct picture
scene_nuclei_widefield(struct akin_test_random *random)
{
    const struct nuclei look = {.w = 448,
                                .h = 448,
                                .n = (int)between(random, 70, 110),
                                .radius = 14,
                                .variety = 0.16,
                                .gap = -3,
                                .stretch = 1.6,
                                .grain = 7,
                                .contrast = 0.4,
                                .n_nucleoli = 3,
                                .mitotic = 0.04,
                                .dim_cytoplasm = 0.05};
    const struct camera camera = {.psf_px = 1.4,
                                  .haze = 0.25,
                                  .haze_px = 18,
                                  .falloff = 0.35,
                                  .photons = 450,
                                  .background = 14,
                                  .gain = 2.2,
                                  .offset = 200,
                                  .read_noise = 8};
    struct picture picture = picture_new(1, 1, 1, DEPTH_16, 0.645);
    struct canvas dye = nuclei_dye(&look, random);

    camera_expose(&dye, &camera, random);
    canvas_clamp(&dye, 0, 4095);
    picture_grey(&picture, dye);
    return picture;
}

/* Mouse fibroblasts, Hoechst, 63x confocal, 8 bit. */
struct picture
scene_nuclei_confocal(struct akin_test_random *random)
{
    const struct nuclei look = {.w = 512,
                                .h = 512,
                                .n = (int)between(random, 26, 40),
                                .radius = 32,
                                .variety = 0.12,
                                .gap = 3,
                                .stretch = 1.5,
                                .grain = 9,
                                .contrast = 0.55,
                                .n_chromocentres = 11,
                                .n_nucleoli = 2,
                                .mitotic = 0.03};
    const struct camera camera = {.psf_px = 1.1,
                                  .falloff = 0.08,
                                  .photons = 26,
                                  .background = 0.25,
                                  .gain = 5.2,
                                  .offset = 3,
                                  .read_noise = 1};
    struct picture picture = picture_new(1, 1, 1, DEPTH_8, 0.18);
    struct canvas dye = nuclei_dye(&look, random);

    camera_expose(&dye, &camera, random);
    picture_grey(&picture, dye);
    return picture;
}

/* A third laboratory, for questions only: human organoid edge, spinning disk.
 */
struct picture
scene_nuclei_spinning(struct akin_test_random *random)
{
    const struct nuclei look = {.w = 400,
                                .h = 400,
                                .n = (int)between(random, 50, 70),
                                .radius = 20,
                                .variety = 0.2,
                                .gap = 0,
                                .stretch = 1.7,
                                .grain = 8,
                                .contrast = 0.45,
                                .n_nucleoli = 2,
                                .mitotic = 0.05,
                                .dim_cytoplasm = 0.03};
    const struct camera camera = {.psf_px = 1.6,
                                  .haze = 0.1,
                                  .haze_px = 12,
                                  .falloff = 0.2,
                                  .photons = 90,
                                  .background = 3,
                                  .gain = 1.6,
                                  .offset = 8,
                                  .read_noise = 2};
    struct picture picture = picture_new(1, 1, 1, DEPTH_8, 0.33);
    struct canvas dye = nuclei_dye(&look, random);

    camera_expose(&dye, &camera, random);
    picture_grey(&picture, dye);
    return picture;
}

/* The embryo: cells of a tissue inside a disc. */
struct embryo {
    struct tissue tissue;
    double x, y, r; /* px: the disc */
    double lobes[3];
};

static double
embryo_depth(const struct embryo *embryo, double x, double y)
{
    double dx = x - embryo->x, dy = y - embryo->y, theta = atan2(dy, dx);
    double r = embryo->r * (1 + 0.05 * cos(2 * theta + embryo->lobes[0]) +
                            0.03 * cos(3 * theta + embryo->lobes[1]));

    return r - sqrt(dx * dx + dy * dy);
}

/* The membranes of one slice, and in *nuclei its nuclei. */
static struct canvas
embryo_slice(struct embryo *embryo, double height, struct canvas *nuclei,
             uint64_t seed)
{
    struct canvas membranes = canvas_new(nuclei->w, nuclei->h, 0);

    for (int y = 0; y < nuclei->h; y++) {
        for (int x = 0; x < nuclei->w; x++) {
            double inside = embryo_depth(embryo, x, y);
            double wx = x + 5 * fractal(x, y, 26, 2, 0.5, seed);
            double wy = y + 5 * fractal(x, y, 26, 2, 0.5, seed + 1);
            struct cell cell = tissue_at(&embryo->tissue, wx, wy);
            double dx = wx - cell.x, dy = wy - cell.y;
            double dz = height - (id_part(cell.id, 5) - 0.5) * 1.6;
            double flat = 1 - dz * dz; /* of a ball, cut at this height */
            double r = embryo->tissue.size * 0.36 * sqrt(fmax(flat, 0));
            double off = sqrt(dx * dx + dy * dy) - r;

            if (inside < 0)
                continue;
            *canvas_at(&membranes, x, y) = exp(-cell.border * cell.border / 2) +
                                           1.2 * exp(-inside * inside / 3);
            if (flat > 0 && inside > 5)
                *canvas_at(nuclei, x, y) =
                    (1 - smooth_step(-1.5, 1, off)) *
                    (0.7 + 0.5 * fractal(wx, wy, 6, 2, 0.6, seed + 2)) *
                    (0.5 + id_part(cell.id, 30));
        }
    }
    return membranes;
}

/* Zebrafish blastoderm, nuclei and membranes, five planes, 8 bit. */
struct picture
scene_embryo(struct akin_test_random *random)
{
    enum { SLICES = 5, EDGE = 288 };
    struct camera camera = {.psf_px = 1.2,
                            .haze = 0.3,
                            .haze_px = 7,
                            .falloff = 0.1,
                            .background = 1,
                            .gain = 3.4,
                            .offset = 4,
                            .read_noise = 1.5};
    struct picture picture = picture_new(2, SLICES, 1, DEPTH_8, 0.5);
    struct embryo embryo = {.tissue = {.size = between(random, 23, 28),
                                       .weight = 0.15,
                                       .seed = new_seed(random)},
                            .x = EDGE / 2.0 + between(random, -12, 12),
                            .y = EDGE / 2.0 + between(random, -12, 12),
                            .r = between(random, 115, 145)};
    uint64_t seed = new_seed(random);

    embryo.lobes[0] = between(random, 0, 2 * PI);
    embryo.lobes[1] = between(random, 0, 2 * PI);
    picture.step_um = 2;
    picture.w = picture.h = EDGE;
    for (int z = 0; z < SLICES; z++) {
        struct canvas *planes = picture.plane + (ptrdiff_t)2 * z;

        planes[0] = canvas_new(EDGE, EDGE, 0);
        planes[1] = embryo_slice(&embryo, z * 0.4 - 0.8, &planes[0], seed);
        camera.photons = 38 * pow(0.85, z); /* light is lost with depth */
        camera_expose(&planes[0], &camera, random);
        camera.photons = 22 * pow(0.85, z);
        camera_expose(&planes[1], &camera, random);
    }
    return picture;
}
