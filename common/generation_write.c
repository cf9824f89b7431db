/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation_write.c - the files of a generation, in the order of its rows.
 *
 * Images are read in many short transactions, not in one long one: a read
 * transaction keeps LMDB from using freed pages again, and publishing a large
 * store takes a while. That is as good as one view: an image never changes
 * once it is stored, new ones have numbers above last_image and are not in the
 * plan, and one that is removed meanwhile is left out (readers mask what is
 * removed anyway). Memory: the list of images and the features of one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "akin/catalog.h"
#include "akin/file.h"
#include "generation_internal.h"

#define IMAGES_A_TXN ((size_t)64)
#define CALIBRATION_QUERIES ((uint64_t)256)
#define CALIBRATION_MIN ((uint64_t)32)
#define CALIBRATION_MARGIN 0.6
#define CALIBRATION_WORK ((uint64_t)1 << 32) /* queries x rows, about */

/* --- reading images --- */

enum akin_status
akin__image_alive(struct akin_txn *txn, uint32_t image,
                  struct akin_image_brief *brief, struct akin_error *err)
{
    struct akin_error quiet = {0};
    enum akin_status st = akin_image_brief(txn, image, brief, &quiet);

    if (st != AKIN_OK && st != AKIN_ENOTFOUND && err != NULL)
        *err = quiet;
    return st;
}

enum akin_status
akin__features_read(struct akin_txn *txn, uint32_t image, size_t n_tiles,
                    struct akin__features *out, struct akin_error *err)
{
    size_t bytes;

    out->n = akin_txn_features(txn)->n;
    if (n_tiles > out->room) {
        free(out->data);
        out->room = 0;
        out->data = NULL;
        if (akin_size_mul(n_tiles, out->n * sizeof(float), &bytes))
            out->data = malloc(bytes);
        if (out->data == NULL)
            return AKIN_FAIL(err, AKIN_ENOMEM,
                             "no memory for the features of %zu tiles",
                             n_tiles);
        out->room = n_tiles;
    }
    return akin_image_features(txn, image, out->data, n_tiles, err);
}

/* --- writing rows --- */

/* One file that is written from front to back. */
struct out_file {
    char *path;
    FILE *f;
};

static enum akin_status
fail_out(const struct out_file *out, struct akin_error *err)
{
    return AKIN_FAIL(err, AKIN_EIO, "cannot write %s: %s", out->path,
                     strerror(errno));
}

static enum akin_status
out_open(struct out_file *out, const char *dir, const char *name,
         struct akin_error *err)
{
    out->path = akin_path_join(dir, name);
    out->f = fopen(out->path, "wb");
    return out->f == NULL ? fail_out(out, err) : AKIN_OK;
}

static enum akin_status
out_write(struct out_file *out, const void *data, size_t size, size_t n,
          struct akin_error *err)
{
    return fwrite(data, size, n, out->f) == n ? AKIN_OK : fail_out(out, err);
}

/* Syncs when all went well so far, closes in any case. */
static enum akin_status
out_close(struct out_file *out, enum akin_status st, struct akin_error *err)
{
    if (out->f != NULL) {
        if (st == AKIN_OK &&
            (fflush(out->f) != 0 || fsync(fileno(out->f)) != 0))
            st = fail_out(out, err);
        if (fclose(out->f) != 0 && st == AKIN_OK)
            st = fail_out(out, err);
    }
    free(out->path);
    return st;
}

struct projecting {
    struct akin__publish *pub;
    struct out_file vectors, images;
    struct akin__features features;
    float *rows; /* descriptors of one image */
    size_t room; /* in rows */
    size_t n_kept;
};

static enum akin_status
project_image(struct projecting *p, struct akin_txn *txn,
              struct akin_generation_image *image, struct akin_error *err)
{
    size_t n = image->n_tiles;
    enum akin_status st =
        akin__features_read(txn, image->image, n, &p->features, err);

    if (st == AKIN_OK && p->room < n) {
        free(p->rows);
        p->rows = calloc(n, AKIN_DIM * sizeof(float));
        p->room = p->rows == NULL ? 0 : n;
        if (p->rows == NULL)
            st = AKIN_FAIL(err, AKIN_ENOMEM,
                           "no memory for the descriptors of %zu tiles", n);
    }
    if (st != AKIN_OK)
        return st;
    akin_projection_apply(p->pub->projection, p->features.data, n, p->rows);
    image->first_row = p->pub->n_rows;
    st = out_write(&p->vectors, p->rows, AKIN_DIM * sizeof(float), n, err);
    if (st == AKIN_OK)
        st = out_write(&p->images, image, sizeof(*image), 1, err);
    p->pub->n_rows += n;
    return st;
}

/* Projects images first .. end and closes the gaps that removed ones leave. */
static enum akin_status
project_some(struct projecting *p, size_t first, size_t end,
             struct akin_error *err)
{
    struct akin__publish *pub = p->pub;
    struct akin_txn *txn = NULL;
    enum akin_status st = akin_txn_read(pub->store, &txn, err);

    for (size_t i = first; st == AKIN_OK && i < end; i++) {
        struct akin_generation_image image = pub->images[i];
        struct akin_image_brief brief;

        st = akin__image_alive(txn, image.image, &brief, err);
        if (st == AKIN_ENOTFOUND) {
            st = AKIN_OK;
            continue;
        }
        if (st == AKIN_OK)
            st = project_image(p, txn, &image, err);
        if (st != AKIN_OK)
            akin_error_prefix(err, "image %u", image.image);
        else
            pub->images[p->n_kept++] = image;
    }
    akin_txn_end(txn);
    return st;
}

static enum akin_status
project_all(struct projecting *p, struct akin_error *err)
{
    struct akin__publish *pub = p->pub;
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < pub->n_images; i += IMAGES_A_TXN) {
        size_t end =
            pub->n_images - i < IMAGES_A_TXN ? pub->n_images : i + IMAGES_A_TXN;

        st = project_some(p, i, end, err);
        akin__publish_progress(pub, "project",
                               (double)end / (double)pub->n_images);
    }
    return st;
}

void
akin__publish_count(struct akin__publish *pub)
{
    pub->n_datasets = 0;
    for (size_t i = 0; i < pub->n_images; i++)
        pub->n_datasets +=
            i == 0 || pub->images[i].dataset != pub->images[i - 1].dataset;
}

enum akin_status
akin__publish_project(struct akin__publish *pub, struct akin_error *err)
{
    struct projecting p = {.pub = pub};
    enum akin_status st =
        out_open(&p.vectors, pub->dir, AKIN__FILE_VECTORS, err);

    if (st == AKIN_OK)
        st = out_open(&p.images, pub->dir, AKIN__FILE_IMAGES, err);
    if (st == AKIN_OK)
        st = project_all(&p, err);
    st = out_close(&p.vectors, st, err);
    st = out_close(&p.images, st, err);
    free(p.features.data);
    free(p.rows);
    pub->n_images = p.n_kept;
    akin__publish_count(pub);
    return st;
}

/* --- the index --- */

static size_t
calibration_queries(uint64_t n_rows)
{
    uint64_t n = CALIBRATION_WORK / n_rows;

    if (n > CALIBRATION_QUERIES)
        n = CALIBRATION_QUERIES;
    return (size_t)(n < CALIBRATION_MIN ? CALIBRATION_MIN : n);
}

/* What is asked for is meant for queries to come; on a sample it must be a
 * little more. */
static double
target_of(double recall)
{
    return recall + (1 - recall) * CALIBRATION_MARGIN;
}

bool
akin__wants_index(const struct akin__publish *pub)
{
    return pub->n_rows > 0 && pub->n_rows >= pub->config->index_exact_below;
}

static enum akin_status
map_vectors(const struct akin__publish *pub, void **vectors, size_t *len,
            struct akin_error *err)
{
    char *path = akin_path_join(pub->dir, AKIN__FILE_VECTORS);
    enum akin_status st = akin__map_file(path, vectors, len, err);

    free(path);
    return st;
}

enum akin_status
akin__publish_index(struct akin__publish *pub, struct akin_error *err)
{
    const struct akin_vindex_build_options opt = {
        .train_rows = (size_t)pub->config->publish_train_tiles,
        .threads = (int)akin_config_threads(pub->config->index_jobs)};
    char *path;
    void *vectors = NULL;
    size_t len = 0;
    enum akin_status st;

    if (!akin__wants_index(pub))
        return AKIN_OK;
    path = akin_path_join(pub->dir, AKIN__FILE_INDEX);
    st = map_vectors(pub, &vectors, &len, err);
    if (st == AKIN_OK) {
        st = akin_vindex_build(vectors, (size_t)pub->n_rows, AKIN_DIM, &opt,
                               path, err);
        (void)munmap(vectors, len);
    }
    free(path);
    return st;
}

static enum akin_status
calibrate(struct akin__publish *pub, const char *path, struct akin_error *err)
{
    struct akin_vindex *vx = NULL;
    void *vectors = NULL;
    size_t len = 0;
    enum akin_status st =
        akin_vindex_open(path, (size_t)pub->n_rows, AKIN_DIM, &vx, err);

    if (st == AKIN_OK)
        st = map_vectors(pub, &vectors, &len, err);
    if (st == AKIN_OK) {
        st = akin_vindex_calibrate(
            vx, vectors, calibration_queries(pub->n_rows),
            target_of(pub->config->query_recall), &pub->model, err);
        pub->n_lists = akin_vindex_lists(vx);
        (void)munmap(vectors, len);
    }
    akin_vindex_close(vx);
    return st;
}

/* An index that misses the recall asked for, with all its lists probed, is
 * worse than none: then the exact scan stays. */
enum akin_status
akin__publish_model(struct akin__publish *pub, struct akin_error *err)
{
    char *path;
    enum akin_status st;

    if (!akin__wants_index(pub))
        return AKIN_OK;
    path = akin_path_join(pub->dir, AKIN__FILE_INDEX);
    st = calibrate(pub, path, err);
    pub->indexed = st == AKIN_OK &&
                   pub->model.recall >= target_of(pub->config->query_recall);
    if (st == AKIN_OK && !pub->indexed)
        st = akin_file_remove(path, err);
    free(path);
    return st;
}

/* --- the manifest --- */

/* Every file was sealed when it was made. */
static void
put_seals(const struct akin__publish *pub, struct akin_json *manifest)
{
    static const char *const names[] = {
        AKIN__FILE_PROJECTION, AKIN__FILE_IMAGES, AKIN__FILE_VECTORS,
        AKIN_CATALOG_FACETS,   AKIN_CATALOG_TEXT, AKIN__FILE_INDEX,
        AKIN__FILE_CALIBRATION};
    struct akin_json *files = akin_json_object();

    for (size_t i = 0; i < AKIN_COUNT(names); i++) {
        const struct akin_json *seal = akin__resume_seal(pub, names[i]);

        if (seal != NULL &&
            (pub->indexed || strcmp(names[i], AKIN__FILE_INDEX) != 0))
            akin_json_set(files, names[i], akin_json_copy(seal));
    }
    akin_json_set(manifest, "files", files);
}

static void
describe(const struct akin__publish *pub, struct akin_json *manifest)
{
    akin_json_set_text(manifest, "format", AKIN__GENERATION_FORMAT);
    akin_json_set_int(manifest, "generation", pub->number);
    akin_json_set_text(manifest, "feature_set",
                       akin_store_features(pub->store)->id);
    akin_json_set_text(manifest, "projection",
                       akin_projection_id(pub->projection));
    akin_json_set_bool(manifest, "trained", pub->trained);
    akin_json_set_int(manifest, "dim", AKIN_DIM);
    akin_json_set_int(manifest, "n_tiles", (int64_t)pub->n_rows);
    akin_json_set_int(manifest, "n_images", (int64_t)pub->n_images);
    akin_json_set_int(manifest, "n_datasets", (int64_t)pub->n_datasets);
    akin_json_set_int(manifest, "last_image", pub->last_image);
    akin_json_set_text(manifest, "index", pub->indexed ? "IVF,SQ8" : "exact");
    if (pub->indexed) {
        akin_json_set_int(manifest, "n_lists", (int64_t)pub->n_lists);
        akin_json_set(manifest, "model", akin__model_write(&pub->model));
    }
}

enum akin_status
akin__publish_manifest(struct akin__publish *pub, struct akin_error *err)
{
    struct akin_json *manifest = akin_json_object();
    char *path = akin_path_join(pub->dir, AKIN__FILE_MANIFEST);
    struct akin_buf text = {0};
    struct akin_hash hash;
    char hash_text[AKIN_HASH_TEXT];
    enum akin_status st;

    akin__publish_progress(pub, "write", 0);
    describe(pub, manifest);
    put_seals(pub, manifest);
    hash = akin__manifest_hash(manifest);
    akin_hash_text(&hash, hash_text);
    akin_json_set_text(manifest, "hash", hash_text);
    akin_json_write(manifest, AKIN_JSON_PRETTY, &text);
    akin_buf_puts(&text, "\n");
    st = akin_file_write(path, akin_buf_span(&text), err);
    akin_buf_free(&text);
    akin_json_free(manifest);
    free(path);
    return st;
}
