/* SPDX-License-Identifier: Apache-2.0 */
/*
 * optics.h - from what is in the specimen to what the camera wrote down.
 */
#ifndef AKIN_GENERATE_OPTICS_H
#define AKIN_GENERATE_OPTICS_H

#include "draw.h"

/* Gaussian blur, mirrored at the edges. */
void blur(struct canvas *canvas, double sigma_px);

/* A microscope with a camera. */
struct camera {
    double psf_px;     /* sigma of the point spread function */
    double haze;       /* part of the light that is out of focus, 0..1 */
    double haze_px;    /* how far that spreads, sigma */
    double falloff;    /* darker in the corners by this part */
    double photons;    /* that light of 1 gives */
    double background; /* photons everywhere */
    double gain;       /* numbers for each photon */
    double offset;     /* numbers in the dark */
    double read_noise; /* numbers, deviation */
};

/* Replaces light (1 is bright) by the numbers that the camera gives. */
void camera_expose(struct canvas *light, const struct camera *camera,
                   struct akin_test_random *random);

/* Zernike phase contrast of optical thickness: thick parts dark, with the
 * bright halo that the phase ring makes. Light of about 1 comes out. */
void phase_contrast(struct canvas *thickness, double strength, double halo_px);

/* Nomarski contrast: the slope of optical thickness along the shear. */
void interference_contrast(struct canvas *thickness, double strength,
                           double shear_angle);

/* Light through stains: Lambert and Beer for each of R, G, B. */
struct stain {
    double density[3]; /* optical density of one unit, for R, G, B */
};
struct scanner {
    double psf_px;
    double white[3];  /* numbers of the empty slide */
    double falloff;   /* as above */
    double noise;     /* deviation, numbers */
    double chroma_px; /* sideways shift of blue against red */
};
/* stains[i] belongs to amounts[i]; rgb: three canvases, to be freed. */
void stained_slide(struct canvas rgb[3], const struct canvas *amounts,
                   const struct stain *stains, int n_stains,
                   const struct scanner *scanner,
                   struct akin_test_random *random);

#endif
