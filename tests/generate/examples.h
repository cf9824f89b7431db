/* SPDX-License-Identifier: Apache-2.0 */
/*
 * examples.h - the example datasets: what they show, who might have made them,
 * and what goes into their metadata files.
 */
#ifndef AKIN_GENERATE_EXAMPLES_H
#define AKIN_GENERATE_EXAMPLES_H

#include "scenes.h"

enum metadata_kind {
    METADATA_JSON,  /* dataset.json */
    METADATA_CRATE, /* ro-crate-metadata.json, GIDE profile */
    METADATA_NONE
};

struct example {
    const char *id;
    const char *title;
    const char *category; /* what is shown: datasets that share it are akin */
    const char *modality;
    const char *organism;  /* label */
    const char *taxon;     /* NCBITaxon number */
    const char *method;    /* label */
    const char *fbbi;      /* FBbi number */
    const char *licence;   /* SPDX identifier */
    const char *published; /* date */
    const char *notes;
    enum file_kind file;
    enum metadata_kind metadata;
    scene_fn *scene;
};

extern const struct example examples[];
extern const size_t n_examples;

/* Images that are in no dataset: questions. */
struct question {
    const char *name;     /* of the file, without suffix */
    const char *category; /* of good answers; NULL: there is none */
    enum file_kind file;
    scene_fn *scene;
};
extern const struct question questions[];
extern const size_t n_questions;

/* Images that nothing in a store of bioimages is like. */
extern const struct question strangers[];
extern const size_t n_strangers;

/* Writes the metadata file of a dataset of n_images into its folder. */
enum akin_status metadata_write(const struct example *example,
                                const char *folder, int n_images,
                                struct akin_error *err) AKIN_MUST_USE;

#endif
