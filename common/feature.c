/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feature.c - prepares a tile and calls the parts, each in its own file.
 */
#include <assert.h>
#include <stdlib.h>

#include "akin/network.h"
#include "feature_internal.h"
#include "simd.h"
#include "stretch.h"

enum {
    FIRST_BIF = 0,
    FIRST_LBP = FIRST_BIF + AKIN__N_BIF,
    FIRST_INTENSITY = FIRST_LBP + AKIN__N_LBP,
    FIRST_COLOUR = FIRST_INTENSITY + AKIN__N_INTENSITY,
    FIRST_SPECTRUM = FIRST_COLOUR + AKIN__N_COLOUR,
    FIRST_GRANULARITY = FIRST_SPECTRUM + AKIN__N_SPECTRUM,
    FIRST_NETWORK = FIRST_GRANULARITY + AKIN__N_GRANULARITY,
    END = FIRST_NETWORK + AKIN_N_NETWORK
};
_Static_assert(END == AKIN_N_FEATURES, "the parts make up the feature set");

static const struct akin_feature_part parts[] = {
    {"structure", "slopes, blobs, lines and saddles at four scales", FIRST_BIF,
     AKIN__N_BIF},
    {"texture", "local binary patterns on four octaves", FIRST_LBP,
     AKIN__N_LBP},
    {"intensity", "how bright and dark are mixed", FIRST_INTENSITY,
     AKIN__N_INTENSITY},
    {"colour", "which colours there are, if any", FIRST_COLOUR, AKIN__N_COLOUR},
    {"spectrum", "power at twelve spatial frequencies", FIRST_SPECTRUM,
     AKIN__N_SPECTRUM},
    {"granularity", "bright and dark detail of five sizes", FIRST_GRANULARITY,
     AKIN__N_GRANULARITY},
    {"learned", "what a small network learned from unlabelled tiles",
     FIRST_NETWORK, AKIN_N_NETWORK},
};
_Static_assert(AKIN_COUNT(parts) + 1 == AKIN__N_STEPS, "and the preparation");

size_t
akin_feature_parts(const struct akin_feature_part **out)
{
    *out = parts;
    return AKIN_COUNT(parts);
}

/* Octaves of at most 1/4, 1/16, ... of the tile; 1 px more for each edge that
 * cannot be halved. */
#define OCTAVE_PX (AKIN__PX_MAX + AKIN__PX_MAX / 2)

struct akin_feature_work {
    struct akin__stretch_work stretch;
    struct akin__spectrum *spectrum;
    uint8_t *grey; /* all octaves */
    float *floats; /* AKIN__BIF_SCRATCH */
    struct akin_network *network;
    struct akin_network_work *network_work;
};

enum akin_status
akin_feature_work_new(struct akin_feature_work **out, struct akin_error *err)
{
    struct akin_feature_work *work = calloc(1, sizeof(*work));
    enum akin_status st;

    if (work == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to compute features");
    work->stretch.value = akin__new_lines(AKIN__PX_MAX * sizeof(float));
    work->stretch.some = akin__new_lines(AKIN__PX_MAX * sizeof(float));
    work->stretch.bin = akin__new_lines(AKIN__PX_MAX * sizeof(uint16_t));
    work->grey = akin__new_lines(OCTAVE_PX);
    work->floats = akin__new_lines(AKIN__BIF_SCRATCH * sizeof(float));
    if (work->stretch.value == NULL || work->stretch.some == NULL ||
        work->stretch.bin == NULL || work->grey == NULL || work->floats == NULL)
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to compute features");
    else
        st = akin__spectrum_new(&work->spectrum, err);
    if (st == AKIN_OK)
        st = akin_network_builtin(&work->network, err);
    if (st == AKIN_OK)
        st = akin_network_work_new(&work->network_work, err);
    if (st != AKIN_OK) {
        akin_feature_work_free(work);
        return st;
    }
    *out = work;
    return AKIN_OK;
}

void
akin_feature_work_free(struct akin_feature_work *work)
{
    if (work == NULL)
        return;
    akin__spectrum_free(work->spectrum);
    akin_network_free(work->network);
    akin_network_work_free(work->network_work);
    free(work->stretch.value);
    free(work->stretch.some);
    free(work->stretch.bin);
    free(work->grey);
    free(work->floats);
    free(work);
}

AKIN_SIMD static void
halve_rows(const uint8_t *restrict a, const uint8_t *restrict b, size_t w,
           uint8_t *restrict out)
{
    for (size_t i = 0; i < w; i++)
        out[i] =
            (uint8_t)((a[2 * i] + a[2 * i + 1] + b[2 * i] + b[2 * i + 1] + 2) /
                      4);
}

/* Octave `in` made half as large, at px; an edge of 1 px stays as it is. */
static struct akin__grey
halve(const struct akin__grey *in, uint8_t *px)
{
    struct akin__grey out = {px, in->w > 1 ? in->w / 2 : 1,
                             in->h > 1 ? in->h / 2 : 1};

    for (size_t y = 0; y < out.h; y++) {
        const uint8_t *a = in->px + (in->h > 1 ? 2 * y : 0) * in->w;
        const uint8_t *b = in->h > 1 ? a + in->w : a;

        if (in->w > 1)
            halve_rows(a, b, out.w, px + y * out.w);
        else
            px[y] = (uint8_t)((a[0] + b[0] + 1) / 2);
    }
    return out;
}

/* Fills the octaves and the values' counts; gives the tile's white. */
static float
prepare(struct akin_feature_work *work, const struct akin_plane *plane,
        struct akin_tile_rect rect, struct akin__grey octave[AKIN__OCTAVES],
        uint32_t count[256])
{
    size_t w = rect.w < AKIN__EDGE_MIN ? AKIN__EDGE_MIN : rect.w;
    size_t h = rect.h < AKIN__EDGE_MIN ? AKIN__EDGE_MIN : rect.h;
    uint8_t *px = work->grey;
    float white;

    assert(rect.w >= 1 && rect.w <= AKIN__EDGE_MAX);
    assert(rect.h >= 1 && rect.h <= AKIN__EDGE_MAX);
    assert(rect.x < plane->width && rect.w <= plane->width - rect.x);
    assert(rect.y < plane->height && rect.h <= plane->height - rect.y);
    white = akin__stretch(&work->stretch, plane, rect, w, h, px, count);
    octave[0] = (struct akin__grey){px, w, h};
    for (size_t i = 1; i < AKIN__OCTAVES; i++) {
        px += octave[i - 1].w * octave[i - 1].h;
        octave[i] = halve(&octave[i - 1], px);
    }
    return white;
}

/* Ends the step that ran since the last call. */
static void
tick(struct akin__feature_clock *clock, size_t step, uint64_t *since)
{
    uint64_t now;

    if (clock == NULL)
        return;
    now = clock->now_ns();
    clock->ns[step] += now - *since;
    *since = now;
}

void
akin__feature_compute_timed(struct akin_feature_work *work,
                            const struct akin_plane *plane,
                            struct akin_tile_rect rect, float *out,
                            struct akin__feature_clock *clock)
{
    uint64_t since = clock != NULL ? clock->now_ns() : 0;
    struct akin__grey octave[AKIN__OCTAVES];
    uint32_t count[256];
    float white = prepare(work, plane, rect, octave, count);

    tick(clock, AKIN__N_STEPS - 1, &since);
    akin__feature_bif(&octave[0], work->floats, out + FIRST_BIF);
    tick(clock, 0, &since);
    akin__feature_lbp(octave, out + FIRST_LBP);
    tick(clock, 1, &since);
    akin__feature_intensity(count, octave[0].w * octave[0].h,
                            out + FIRST_INTENSITY);
    tick(clock, 2, &since);
    akin__feature_colour(plane, rect, white, out + FIRST_COLOUR);
    tick(clock, 3, &since);
    akin__feature_spectrum(work->spectrum, octave, out + FIRST_SPECTRUM);
    tick(clock, 4, &since);
    akin__feature_granularity(octave, out + FIRST_GRANULARITY);
    tick(clock, 5, &since);
    akin_network_compute(work->network, work->network_work, plane, rect,
                         out + FIRST_NETWORK);
    tick(clock, 6, &since);
}

void
akin_feature_compute(struct akin_feature_work *work,
                     const struct akin_plane *plane, struct akin_tile_rect rect,
                     float *out)
{
    akin__feature_compute_timed(work, plane, rect, out, NULL);
}
