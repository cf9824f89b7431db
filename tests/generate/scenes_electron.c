/* SPDX-License-Identifier: Apache-2.0 */
#include "scenes.h"

#include "optics.h"
#include "texture.h"

/* Brain tissue cut thin: profiles of neurites, with what is in them. */
struct neuropil {
    int w, h;
    struct tissue tissue;
    uint64_t seed;
    double warp;        /* px, how far borders wave */
    double membrane;    /* px, half width */
    double darkness;    /* of membranes, 0..1 */
    double plasm, vary; /* grey of the cytoplasm, and how it differs */
    double grain, grit; /* px and strength of its texture */
    double vesicle;     /* px, radius */
    int n_mitochondria, n_vesicles;
    double mito; /* px, radius */
};

static struct cell
profile_at(struct neuropil *look, double x, double y)
{
    double wave = look->warp, size = look->tissue.size;

    return tissue_at(
        &look->tissue, x + wave * fractal(x, y, size * 0.9, 3, 0.5, look->seed),
        y + wave * fractal(x, y, size * 0.9, 3, 0.5, look->seed + 1));
}

/* Profiles that send: full of vesicles, with dark active zones. */
static bool
is_presynaptic(const struct cell *cell)
{
    return cell->id % 5 == 0;
}

static struct canvas
profiles(struct neuropil *look)
{
    struct canvas em = canvas_new(look->w, look->h, 0);

    for (int y = 0; y < look->h; y++) {
        for (int x = 0; x < look->w; x++) {
            struct cell cell = profile_at(look, x, y);
            double edge = cell.border / look->membrane;
            double grey =
                look->plasm + look->vary * (id_part(cell.id, 33) - 0.5);

            grey +=
                look->grit * fractal(x, y, look->grain, 3, 0.7, look->seed + 3);
            /* Where two membranes are cut at a slant the line is wide. */
            edge /= 1 + 1.2 * smooth_step(0.2, 0.7,
                                          fractal(x, y, look->tissue.size, 2,
                                                  0.5, look->seed + 4));
            if (is_presynaptic(&cell) && cell.border < 4 * look->membrane)
                edge /=
                    1 + 2.2 * smooth_step(0.25, 0.45,
                                          fractal(x, y, look->tissue.size / 2,
                                                  1, 0.5, look->seed + 5));
            *canvas_at(&em, x, y) =
                grey * (1 - look->darkness * exp(-edge * edge));
        }
    }
    return em;
}

/* Cristae: dark folds across the long axis. */
static void
cristae(struct canvas *em, const struct blob *body, uint64_t seed,
        double period)
{
    int reach = (int)(fmax(body->rx, body->ry) * 1.4);

    for (int y = (int)body->y - reach; y < (int)body->y + reach; y++) {
        for (int x = (int)body->x - reach; x < (int)body->x + reach; x++) {
            double dx = x - body->x, dy = y - body->y, along;
            double depth = blob_depth(body, x, y);

            if (x < 0 || y < 0 || x >= em->w || y >= em->h || depth < 2)
                continue;
            along = dx * cos(body->angle) + dy * sin(body->angle) +
                    3 * fractal(x, y, 12, 2, 0.5, seed);
            *canvas_at(em, x, y) -=
                0.13 * smooth_step(0.2, 0.9, sin(2 * PI * along / period)) *
                smooth_step(2, 4, depth);
        }
    }
}

static void
mitochondria(struct canvas *em, struct neuropil *look,
             struct akin_test_random *random)
{
    struct places places = {0};

    for (int i = 0; i < look->n_mitochondria; i++) {
        double r = look->mito * spread(random, 0.2);
        struct blob body;
        struct place at;

        if (!places_try(&places, random, look->w, look->h, r, r, 30))
            continue;
        at = places.at[places.n - 1];
        if (profile_at(look, at.x, at.y).border < r * 1.1)
            continue; /* it must lie within its profile */
        body =
            blob_new(random, at.x, at.y, r * between(random, 1, 1.5), r, 0.06);
        blob_paint(em, &body, 0, HUGE_VAL, 2, PAINT_MIX, look->plasm * 0.66);
        cristae(em, &body, look->seed + 9, fmax(r * 0.55, 4));
        blob_paint(em, &body, -0.7, 1.3, 1.5, PAINT_MULTIPLY, 0.5);
    }
    places_free(&places);
}

static void
vesicles(struct canvas *em, struct neuropil *look,
         struct akin_test_random *random)
{
    struct places places = {0};

    for (int i = 0; i < look->n_vesicles; i++) {
        struct place at;
        struct cell cell;
        struct blob ring;

        if (!places_try(&places, random, look->w, look->h, look->vesicle, 1, 8))
            continue;
        at = places.at[places.n - 1];
        cell = profile_at(look, at.x, at.y);
        if (!is_presynaptic(&cell) || cell.border < 2.2 * look->vesicle)
            continue;
        ring = blob_new(random, at.x, at.y, at.r, at.r, 0.05);
        blob_paint(em, &ring, 0, at.r * 0.55, 1, PAINT_MULTIPLY, 0.62);
    }
    places_free(&places);
}

static struct canvas
neuropil_new(struct neuropil *look, struct akin_test_random *random)
{
    struct canvas em;

    look->seed = new_seed(random);
    look->tissue.seed = new_seed(random);
    em = profiles(look);
    mitochondria(&em, look, random);
    vesicles(&em, look, random);
    canvas_clamp(&em, 0, 1);
    return em;
}

/* Fly ventral nerve cord, serial-section TEM, 4 nm. */
struct picture
scene_neuropil_tem(struct akin_test_random *random)
{
    struct neuropil look = {.w = 448,
                            .h = 448,
                            .tissue = {.size = 44, .weight = 3.2},
                            .warp = 22,
                            .membrane = 2.1,
                            .darkness = 0.72,
                            .plasm = 0.74,
                            .vary = 0.16,
                            .grain = 9,
                            .grit = 0.22,
                            .vesicle = 4,
                            .n_mitochondria = 60,
                            .n_vesicles = 1500,
                            .mito = 13};
    const struct camera camera = {.psf_px = 0.8,
                                  .falloff = 0.06,
                                  .photons = 150,
                                  .gain = 1.55,
                                  .read_noise = 5};
    struct picture picture = picture_new(1, 1, 1, DEPTH_8, 0.004);
    struct canvas em = neuropil_new(&look, random);

    camera_expose(&em, &camera, random);
    picture_grey(&picture, em);
    return picture;
}

/* Mouse cortex, serial block-face SEM, 12 nm, 8 bit in deflated tiles. */
struct picture
scene_neuropil_sem(struct akin_test_random *random)
{
    struct neuropil look = {.w = 480,
                            .h = 400,
                            .tissue = {.size = 28, .weight = 4},
                            .warp = 13,
                            .membrane = 1.5,
                            .darkness = 0.52,
                            .plasm = 0.66,
                            .vary = 0.1,
                            .grain = 6,
                            .grit = 0.12,
                            .vesicle = 2.6,
                            .n_mitochondria = 130,
                            .n_vesicles = 2600,
                            .mito = 7};
    const struct camera camera = {.psf_px = 1.05,
                                  .falloff = 0.02,
                                  .photons = 55,
                                  .gain = 4.1,
                                  .offset = 12,
                                  .read_noise = 6};
    struct picture picture = picture_new(1, 1, 1, DEPTH_8, 0.012);
    struct canvas em = neuropil_new(&look, random);

    camera_expose(&em, &camera, random);
    picture_grey(&picture, em);
    return picture;
}

/* One axon: a bright ring of myelin around a dark inside. */
static void
axon(struct canvas *em, struct akin_test_random *random, struct place at)
{
    double stretch = sqrt(between(random, 1, 1.6));
    double sheath = at.r * between(random, 0.26, 0.38) + 0.6;
    double light = 0.42 * spread(random, 0.2);
    struct blob ring =
        blob_new(random, at.x, at.y, at.r * stretch, at.r / stretch, 0.05);
    struct blob hole = ring;

    /* The sheath comes loose in places: the inside has its own outline. */
    hole.wave[0] += 0.05 * akin_test_normal(random);
    hole.phase[1] += 0.6 * akin_test_normal(random);
    blob_paint(em, &ring, -0.5, HUGE_VAL, 2.5, PAINT_MIX, light);
    blob_paint(em, &ring, sheath * 0.25, sheath * 0.75, sheath * 0.5,
               PAINT_MULTIPLY, 1.3);
    blob_paint(em, &hole, sheath, HUGE_VAL, 2.5, PAINT_MIX,
               between(random, 0.05, 0.13));
    if (at.r > 12 && akin_test_uniform(random) < 0.5) {
        struct blob mito =
            blob_new(random, at.x + between(random, -0.2, 0.2) * at.r,
                     at.y + between(random, -0.2, 0.2) * at.r, at.r * 0.16,
                     at.r * 0.12, 0.1);

        blob_paint(em, &mito, 0, HUGE_VAL, 2, PAINT_ADD, 0.18);
    }
}

/* Rat spinal cord, cross-cut white matter, backscatter SEM, LZW TIFF. */
struct picture
scene_axons(struct akin_test_random *random)
{
    const struct camera camera = {.psf_px = 0.9,
                                  .falloff = 0.05,
                                  .photons = 60,
                                  .background = 1,
                                  .gain = 4.3,
                                  .offset = 4,
                                  .read_noise = 5};
    struct picture picture = picture_new(1, 1, 1, DEPTH_8, 0.13);
    struct canvas em = fractal_canvas(480, 480, 40, 4, 0.6, new_seed(random));
    struct canvas grit = fractal_canvas(480, 480, 5, 2, 0.7, new_seed(random));
    struct places places = {0};

    canvas_mix(&em, 0.09, NULL, 0.1); /* glia and what lies between */
    canvas_clamp(&em, 0.03, 1);
    for (int i = 0; i < 31; i++) {
        double r = 34 * pow(0.94, i);
        int n = (int)(2 * pow(34 / r, 1.5));

        while (n-- > 0)
            (void)places_try(&places, random, em.w, em.h, r, r * 0.12 + 0.5,
                             12);
    }
    for (size_t i = 0; i < places.n; i++)
        axon(&em, random, places.at[i]);
    canvas_mix(&grit, 0.2, NULL, 1);
    canvas_multiply(&em, &grit);
    canvas_free(&grit);
    places_free(&places);
    camera_expose(&em, &camera, random);
    picture_grey(&picture, em);
    return picture;
}
