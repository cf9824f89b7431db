/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation_internal.h - what reading and publishing a generation share: the
 * names of its files, the seals of the manifest, and the steps of a publish.
 */
#ifndef AKIN_GENERATION_INTERNAL_H
#define AKIN_GENERATION_INTERNAL_H

#include "akin/config.h"
#include "akin/generation.h"
#include "akin/hash.h"
#include "akin/image_record.h"

#define AKIN__GENERATION_FORMAT "akin-generation-3"
#define AKIN__FILE_MANIFEST "manifest.json"
#define AKIN__FILE_PROJECTION "projection.bin"
#define AKIN__FILE_IMAGES "images.bin"
#define AKIN__FILE_VECTORS "vectors.f32"
#define AKIN__FILE_INDEX "vectors.ivf"
#define AKIN__FILE_CALIBRATION "calibration.json"
#define AKIN__FILE_STATE "publish.json" /* only while it is unfinished */
#define AKIN__CALIBRATION_MAX ((uint64_t)1 << 20)
#define AKIN__MANIFEST_MAX ((uint64_t)1 << 20)
#define AKIN__PROJECTION_MAX ((uint64_t)1 << 24)

/* Our files are little-endian and used where they are mapped. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "generations are mapped as they are: little-endian only");
_Static_assert(sizeof(struct akin_generation_image) == 24,
               "images.bin: 12 bytes, 4 of padding, 8 bytes");

/* dir/gen-NNNNNN; the caller frees. */
char *akin__generation_dir(const char *store_dir, uint32_t number);

/* --- seals: what the manifest says of a file --- */

/* Size and sampled hash of a file: the whole when it has at most 1 MiB, else
 * its first and last 64 KiB and 64 blocks of 4 KiB between. Cheap enough for
 * every open; finds truncation, exchange and holes, not a single flipped bit:
 * that is for the full hash (akin_generation_verify). */
enum akin_status akin__file_sample(const char *path, uint64_t *size_bytes,
                                   struct akin_hash *out,
                                   struct akin_error *err);

/* {"bytes", "hash", "sample"} of a file. */
enum akin_status akin__seal_make(const char *path, struct akin_json **out,
                                 struct akin_error *err);
/* ESTALE when size or sampled hash differ. */
enum akin_status akin__seal_check(const struct akin_json *seal,
                                  const char *path, struct akin_error *err);
/* The same of every byte. */
enum akin_status akin__seal_check_all(const struct akin_json *seal,
                                      const char *path, struct akin_error *err);

/* Hash of a manifest without its own "hash". */
struct akin_hash akin__manifest_hash(const struct akin_json *manifest);

/* Checks the order and the rows of images.bin. */
enum akin_status akin__images_check(const struct akin_generation *gen,
                                    struct akin_error *err);

/* Maps a file to read; size 0 gives NULL. ENOTFOUND, EIO. */
enum akin_status akin__map_file(const char *path, void **map, size_t *len,
                                struct akin_error *err);

/* --- the steps of a publish --- */

enum akin__step {
    AKIN__STEP_TRAIN,
    AKIN__STEP_PROJECT,
    AKIN__STEP_INDEX,
    AKIN__STEP_MODEL,
    AKIN__STEP_CALIBRATE,
    AKIN__STEP_METADATA,
    AKIN__N_STEPS
};

struct akin__publish {
    /* given */
    struct akin_store *store;
    const struct akin_config *config;
    akin_publish_progress_fn *progress;
    void *ctx;

    /* what goes in: sorted by dataset and image. first_row is set when the
     * vectors are written. */
    struct akin_generation_image *images;
    size_t n_images;
    uint32_t last_image;
    struct akin_hash inputs; /* all that the files follow from */

    /* what comes out */
    uint32_t number;
    char *dir;               /* gen-N.tmp */
    struct akin_json *state; /* publish.json */
    size_t n_kept;           /* steps that a run before had done */
    struct akin_projection *projection;
    bool trained;
    uint64_t n_rows, n_datasets, n_records;
    uint64_t change; /* of the store, that the catalog is exactly of; or 0 */
    bool indexed;    /* and the index is good enough to be used */
    size_t n_lists;
    struct akin_vindex_model model;
};

void akin__publish_progress(const struct akin__publish *pub, const char *step,
                            double fraction);

/* Counts pub->n_datasets in pub->images. */
void akin__publish_count(struct akin__publish *pub);

/* Makes pub->projection, trained on a sample or the built-in one, and
 * projection.bin. */
enum akin_status akin__publish_train(struct akin__publish *pub,
                                     struct akin_error *err);
/* Writes vectors.f32 and images.bin; leaves out of pub->images what was removed
 * meanwhile. */
enum akin_status akin__publish_project(struct akin__publish *pub,
                                       struct akin_error *err);
/* Are there enough rows for an index? */
bool akin__wants_index(const struct akin__publish *pub);
/* Writes vectors.ivf when there are. */
enum akin_status akin__publish_index(struct akin__publish *pub,
                                     struct akin_error *err);
/* Measures it; removes it when it is worse than none. */
enum akin_status akin__publish_model(struct akin__publish *pub,
                                     struct akin_error *err);
/* Writes the catalog's files: facets.bin and text.sqlite. */
enum akin_status akin__publish_catalog(struct akin__publish *pub,
                                       struct akin_error *err);
/* Writes calibration.json: what random datasets score. */
enum akin_status akin__publish_calibrate(struct akin__publish *pub,
                                         struct akin_error *err);
/* Opens gen->calibration when the manifest names one. */
enum akin_status akin__calibration_open(struct akin_generation *gen,
                                        const struct akin_feature_set *set,
                                        struct akin_error *err);

/* generation_resume.c: what was done is written down after each step, and found
 * again by the next run of the same inputs. These are gathered image by image,
 * then completed. begin takes over what holds (pub->n_kept steps), removes the
 * rest of pub->dir, and needs the plan. note: the step is done and synced. */
const char *akin__step_name(enum akin__step step);
void akin__resume_image(struct akin__publish *pub,
                        const struct akin_image_brief *brief);
enum akin_status akin__resume_inputs(struct akin__publish *pub,
                                     struct akin_txn *txn,
                                     struct akin_error *err);
enum akin_status akin__resume_begin(struct akin__publish *pub,
                                    struct akin_error *err);
enum akin_status akin__resume_note(struct akin__publish *pub,
                                   enum akin__step step,
                                   struct akin_error *err);
/* The seal of a file that was noted, or NULL; borrowed. */
const struct akin_json *akin__resume_seal(const struct akin__publish *pub,
                                          const char *name);

/* generation_model.c: the model as the manifest has it, and back. EFORMAT: a
 * number is missing or out of its range; n_probe at most n_lists. */
struct akin_json *akin__model_write(const struct akin_vindex_model *model);
enum akin_status akin__model_read(const struct akin_json *json, size_t n_lists,
                                  struct akin_vindex_model *out,
                                  struct akin_error *err);

/* Writes manifest.json over all that is there. */
enum akin_status akin__publish_manifest(struct akin__publish *pub,
                                        struct akin_error *err);

/* Features of one image in a buffer that grows: n_tiles rows of n. */
struct akin__features {
    float *data;
    size_t n;    /* numbers of a tile */
    size_t room; /* tiles */
};
enum akin_status akin__features_read(struct akin_txn *txn, uint32_t image,
                                     size_t n_tiles, struct akin__features *out,
                                     struct akin_error *err);

/* Is the image still there? ENOTFOUND leaves *err alone. */
enum akin_status akin__image_alive(struct akin_txn *txn, uint32_t image,
                                   struct akin_image_brief *brief,
                                   struct akin_error *err);

#endif
