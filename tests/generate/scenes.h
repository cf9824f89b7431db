/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenes.h - what the example datasets show.
 *
 * Each scene draws one image from random numbers alone: same numbers, same
 * image. It gives a picture that the caller frees with picture_free.
 */
#ifndef AKIN_GENERATE_SCENES_H
#define AKIN_GENERATE_SCENES_H

#include "picture.h"

typedef struct picture scene_fn(struct akin_test_random *random);

/* scenes_nuclei.c: nuclei in fluorescence, three laboratories; an embryo. */
scene_fn scene_nuclei_widefield, scene_nuclei_confocal, scene_nuclei_spinning,
    scene_embryo;
/* scenes_cells.c: what dyes show inside cultured cells. */
scene_fn scene_microtubules, scene_actin, scene_mitochondria, scene_puncta;
/* scenes_electron.c */
scene_fn scene_neuropil_tem, scene_neuropil_sem, scene_axons;
/* scenes_tissue.c: stained slides in colour. */
scene_fn scene_colon, scene_liver, scene_smear_giemsa, scene_smear_wright;
/* scenes_transmitted.c: no dye at all. */
scene_fn scene_bacteria, scene_yeast, scene_wound, scene_leaf;
/* scenes_other.c: not a bioimage; a question that has no good answer. */
scene_fn scene_printed_page;

/* scenes_strange.c: what no microscope made. */
scene_fn scene_landscape, scene_curves, scene_bars, scene_static, scene_hiss;

/* A seed for textures. */
uint64_t new_seed(struct akin_test_random *random);

/* Puts the one plane of a grey picture in place. */
void picture_grey(struct picture *picture, struct canvas plane);

#endif
