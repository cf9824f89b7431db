/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/generation.h - one published, immutable form of all descriptors.
 *
 * A folder gen-NNNNNN of the store:
 *   manifest.json   ids, counts, hashes, how it was made; written last
 *   projection.bin  akin_projection_write
 *   images.bin      the images, in row order (dataset number, then image)
 *   vectors.f32     n_tiles x dim descriptors; row r is tile r - first_row of
 *                   its image
 *   vectors.ivf     inverted file over them, when there are enough rows
 *   facets.bin, text.sqlite   the catalog (catalog.h) of all records
 *   calibration.json  what random datasets score (akin/calibration.h); older
 *                   generations have none
 * A reader refuses a folder whose manifest does not match its files or the
 * store's feature set (ESTALE). Files are mapped read-only, so all readers of
 * a machine share one copy.
 *
 * Threads: immutable after open; any number may read.
 */
#ifndef AKIN_GENERATION_H
#define AKIN_GENERATION_H

#include "akin/calibration.h"
#include "akin/json.h"
#include "akin/projection.h"
#include "akin/store.h"
#include "akin/vindex.h"

struct akin_generation_image {
    uint32_t image, dataset; /* numbers in the store */
    uint32_t n_tiles;
    uint64_t first_row;
};

struct akin_generation {
    uint32_t number;
    size_t dim;
    uint64_t n_rows;
    const float *vectors;                       /* n_rows x dim; mapped */
    const struct akin_generation_image *images; /* n_images, by first_row */
    size_t n_images;
    uint32_t last_image; /* images with larger numbers came later: the tail */
    struct akin_projection *projection;
    struct akin_vindex *vindex;           /* NULL: searched exactly */
    struct akin_vindex_model model;       /* measured at publish, with vindex */
    struct akin_calibration *calibration; /* NULL: made before there was one */
    struct akin_json *manifest;
    char *dir;
    void *maps; /* private */
};

/* Opens the current generation of a store; ENOTFOUND before the first
 * publish. Close with akin_generation_close. */
enum akin_status akin_generation_open(struct akin_store *store,
                                      struct akin_generation **out,
                                      struct akin_error *err) AKIN_MUST_USE;
void akin_generation_close(struct akin_generation *gen);

/* Number of the current generation; 0 before the first publish. */
enum akin_status akin_generation_current(struct akin_txn *txn, uint32_t *out,
                                         struct akin_error *err) AKIN_MUST_USE;

/* The folder (free()) of the current generation, when the catalog's files in
 * it are those that its manifest describes. ENOTFOUND: there are none; ESTALE.
 */
enum akin_status akin_generation_catalog(struct akin_store *store, char **dir,
                                         struct akin_error *err) AKIN_MUST_USE;
/* Datasets whose records are not in it as they are now (akin_catalog_behind);
 * all of them where there is no catalog. */
enum akin_status akin_generation_behind(struct akin_store *store, uint64_t *out,
                                        struct akin_error *err) AKIN_MUST_USE;

/* Memory. The files are mapped, so what was touched counts to this process
 * though the system can take it back. trim lets go of the vectors when the
 * process holds more than budget_bytes of mapped files (0: no limit), and says
 * whether it did; the answers stay the same. prefetch does what the settings
 * index.prefetch and index.lock ask for; its errors (ELIMIT: may not lock so
 * much, EIO) leave the generation as usable as before. */
struct akin_config;
bool akin_generation_trim(const struct akin_generation *gen,
                          uint64_t budget_bytes);
enum akin_status akin_generation_prefetch(const struct akin_generation *gen,
                                          const struct akin_config *config,
                                          struct akin_error *err) AKIN_MUST_USE;

/* Checks everything again, hashes of the files included. */
enum akin_status akin_generation_verify(const struct akin_generation *gen,
                                        struct akin_error *err) AKIN_MUST_USE;

/* Builds generation N+1 from the store and makes it the current one, in one
 * step: train the projection (or keep the built-in one when there is too little
 * to learn from), project every tile, index, measure, write, sync, switch. A
 * run that dies leaves the old generation in place; the next one of the same
 * images and settings checks what it had finished and goes on from there, to
 * the same files; any other removes it. Two at once: the second is EAGAIN.
 * progress (may be NULL) is called with a step name and 0..1; "resume" first,
 * when it goes on. */
struct akin_publish_report {
    uint32_t generation;
    uint64_t n_tiles, n_images, n_datasets; /* with images */
    uint64_t n_records;                     /* datasets, with images or not */
    bool trained;                           /* false: the built-in projection */
    bool exact;                             /* false: IVF */
    double recall;                          /* measured, IVF only */
    size_t steps_kept; /* that a run which died had finished, of 6 */
    double seconds;
};
typedef void akin_publish_progress_fn(void *ctx, const char *step,
                                      double fraction);
enum akin_status akin_generation_publish(struct akin_store *store,
                                         const struct akin_config *config,
                                         akin_publish_progress_fn *progress,
                                         void *ctx,
                                         struct akin_publish_report *report,
                                         struct akin_error *err) AKIN_MUST_USE;

#endif
