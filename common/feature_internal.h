/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feature_internal.h - the parts of the feature set, each in its own file.
 *
 * Most parts look at `grey`: the tile's luminance, stretched so that its 0.5
 * and 99.5 percentiles become 0 and 255, as 8-bit numbers, and octaves of it
 * (means of 2 x 2). So gain and offset of a camera do not count. All parts are
 * unchanged by quarter turns and mirroring of a tile with even edges.
 */
#ifndef AKIN_FEATURE_INTERNAL_H
#define AKIN_FEATURE_INTERNAL_H

#include "akin/feature.h"

#define AKIN__EDGE_MAX 1024 /* px */
#define AKIN__EDGE_MIN 16   /* smaller tiles are continued by mirroring */
#define AKIN__PX_MAX ((size_t)AKIN__EDGE_MAX * AKIN__EDGE_MAX)

/* Octave 0 is the tile; each further one halves both edges, odd ones rounded
 * down, but never below 1. */
#define AKIN__OCTAVES 5
struct akin__grey {
    const uint8_t *px; /* w * h, packed */
    size_t w, h;
};

#define AKIN__N_BIF 28         /* 7 kinds x 4 scales */
#define AKIN__N_LBP 40         /* 10 patterns x 4 octaves */
#define AKIN__N_INTENSITY 20   /* 16 bins, 4 moments */
#define AKIN__N_COLOUR 65      /* 8 x 8 bins, is it grey? */
#define AKIN__N_SPECTRUM 12    /* rings */
#define AKIN__N_GRANULARITY 10 /* opening, closing x 5 sizes */

/* scratch: room for AKIN__BIF_SCRATCH floats: two octaves. */
#define AKIN__BIF_SCRATCH ((size_t)(AKIN__EDGE_MAX + 64) * AKIN__EDGE_MAX)
void akin__feature_bif(const struct akin__grey *grey, float *scratch,
                       float *out);

void akin__feature_lbp(const struct akin__grey octave[AKIN__OCTAVES],
                       float *out);

/* count: pixels of each value, n in all. */
void akin__feature_intensity(const uint32_t count[256], size_t n, float *out);

/* white: luminance of the tile's bright parts (99.5 percentile). */
void akin__feature_colour(const struct akin_plane *plane,
                          struct akin_tile_rect rect, float white, float *out);

struct akin__spectrum; /* opaque: Fourier plan and buffers */
enum akin_status akin__spectrum_new(struct akin__spectrum **out,
                                    struct akin_error *err) AKIN_MUST_USE;
void akin__spectrum_free(struct akin__spectrum *spectrum);
void akin__feature_spectrum(struct akin__spectrum *spectrum,
                            const struct akin__grey octave[AKIN__OCTAVES],
                            float *out);

void akin__feature_granularity(const struct akin__grey octave[AKIN__OCTAVES],
                               float *out);

/* For akin-bench: the time each part takes. */
#define AKIN__N_STEPS 8
struct akin__feature_clock {
    uint64_t (*now_ns)(void);
    uint64_t ns[AKIN__N_STEPS]; /* the parts in order, then the preparation */
};
void akin__feature_compute_timed(struct akin_feature_work *work,
                                 const struct akin_plane *plane,
                                 struct akin_tile_rect rect, float *out,
                                 struct akin__feature_clock *clock);

#endif
