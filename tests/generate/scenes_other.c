/* SPDX-License-Identifier: Apache-2.0 */
#include "scenes.h"

#include "optics.h"

/* A letter-like sign: a few straight strokes in a box. */
static void
letter(struct canvas *page, struct akin_test_random *random, int x, int y,
       int size)
{
    int n = 2 + (int)between(random, 0, 3);

    while (n-- > 0) {
        bool upright = akin_test_uniform(random) < 0.5;
        int at = (int)between(random, 0, 3) * (size - 2) / 2;

        for (int s = 0; s < size; s++)
            for (int wide = 0; wide < 2; wide++) {
                int px = x + (upright ? at + wide : s);
                int py = y + (upright ? s : at + wide);

                if (px < page->w && py < page->h)
                    *canvas_at(page, px, py) = 0.08;
            }
    }
}

/* A scanned page with a bar code: what nobody's microscope saw. */
struct picture
scene_printed_page(struct akin_test_random *random)
{
    const struct camera camera = {
        .psf_px = 0.6, .photons = 4000, .gain = 0.058, .read_noise = 1};
    struct picture picture = picture_new(1, 1, 1, DEPTH_8, 85);
    struct canvas page = canvas_new(384, 384, 1);

    for (int y = 24; y < 270; y += 17)
        for (int x = 24; x < 350; x += 11)
            if (akin_test_uniform(random) < 0.86)
                letter(&page, random, x, y, 9);
    for (int x = 30; x < 350;) {
        int bar = 2 + (int)between(random, 0, 6);

        for (int y = 290; y < 360; y++)
            for (int i = x; i < x + bar; i++)
                *canvas_at(&page, i, y) = 0.06;
        x += bar + 2 + (int)between(random, 0, 6);
    }
    camera_expose(&page, &camera, random);
    picture_grey(&picture, page);
    return picture;
}
