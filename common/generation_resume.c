/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation_resume.c - what a publish that died had finished.
 *
 * publish.json lies in the folder of the unfinished generation:
 *   {"format": "akin-publish-1", "generation": 2, "inputs": HASH, "steps": {
 *      "train":     {"files": {"projection.bin": SEAL}, "trained": true},
 *      "project":   {"files": {"images.bin": SEAL, "vectors.f32": SEAL}},
 *      "index":     {"files": {"vectors.ivf": SEAL}},
 *      "model":     {"n_lists": 9, "model": {...}},
 *      "calibrate": {"files": {"calibration.json": SEAL}},
 *      "metadata":  {"files": {"facets.bin": SEAL, "text.sqlite": SEAL},
 *                    "change": 17, "n_records": 3}},
 *    "hash": HASH}
 * A step is in it when all that it makes is synced, and not before. "index" has
 * no file, and "model" nothing, when the generation is searched exactly.
 *
 * The inputs are all that the files follow from: which images there are
 * (number, dataset, tiles, hash of the file), of which store, and the settings
 * that matter. With other inputs everything is made anew, the projection, too:
 * what is published follows from the store, not from what was tried before. The
 * catalog alone follows from the records as well, so it is made again when the
 * store has changed at all.
 *
 * Nothing is taken over on its word: the state has a hash over itself, each
 * file is hashed whole and compared with its seal, and then read as a reader
 * would. From the first step on that does not hold, all is made again.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "akin/catalog.h"
#include "akin/file.h"
#include "generation_internal.h"

#define FORMAT "akin-publish-1"
#define FILES_EACH ((size_t)2)

/* What each step makes, in the order of the steps. */
static const struct {
    const char *name;
    const char *file[FILES_EACH];
} made[AKIN__N_STEPS] = {
    {"train", {AKIN__FILE_PROJECTION, NULL}},
    {"project", {AKIN__FILE_IMAGES, AKIN__FILE_VECTORS}},
    {"index", {AKIN__FILE_INDEX, NULL}},
    {"model", {NULL, NULL}},
    {"calibrate", {AKIN__FILE_CALIBRATION, NULL}},
    {"metadata", {AKIN_CATALOG_FACETS, AKIN_CATALOG_TEXT}},
};

const char *
akin__step_name(enum akin__step step)
{
    return made[step].name;
}

static struct akin_json *
step_of(const struct akin__publish *pub, size_t step)
{
    return akin_json_get(akin_json_get(pub->state, "steps"), made[step].name);
}

const struct akin_json *
akin__resume_seal(const struct akin__publish *pub, const char *name)
{
    for (size_t i = 0; i < AKIN__N_STEPS; i++) {
        const struct akin_json *seal =
            akin_json_get(akin_json_get(step_of(pub, i), "files"), name);

        if (seal != NULL)
            return seal;
    }
    return NULL;
}

/* --- the inputs --- */

void
akin__resume_image(struct akin__publish *pub,
                   const struct akin_image_brief *brief)
{
    uint8_t bytes[16 + 12 + 16];

    memcpy(bytes, pub->inputs.bytes, 16);
    akin_put_le32(bytes + 16, brief->number);
    akin_put_le32(bytes + 20, brief->dataset);
    akin_put_le32(bytes + 24, brief->n_tiles);
    memcpy(bytes + 28, brief->hash.bytes, 16);
    pub->inputs = akin_hash_of(akin_span_of(bytes, sizeof(bytes)));
}

enum akin_status
akin__resume_inputs(struct akin__publish *pub, struct akin_txn *txn,
                    struct akin_error *err)
{
    const struct akin_config *config = pub->config;
    struct akin_buf text = {0};
    struct akin_span uuid = {0};
    enum akin_status st =
        akin_manifest_get(txn, AKIN_MANIFEST_UUID, &uuid, err);

    if (st != AKIN_OK)
        return st;
    akin_buf_put(&text, pub->inputs.bytes, sizeof(pub->inputs.bytes));
    akin_buf_put(&text, uuid.data, uuid.len);
    akin_buf_printf(&text,
                    " " AKIN__GENERATION_FORMAT " %s %" PRIu64 " %" PRIu64
                    " %" PRIu64 " %.17g",
                    akin_store_features(pub->store)->id,
                    config->publish_train_tiles,
                    config->publish_train_min_tiles, config->index_exact_below,
                    config->query_recall);
    pub->inputs = akin_hash_of(akin_buf_span(&text));
    akin_buf_free(&text);
    return AKIN_OK;
}

/* --- the state --- */

static struct akin_json *
new_state(const struct akin__publish *pub)
{
    struct akin_json *state = akin_json_object();
    char text[AKIN_HASH_TEXT];

    akin_hash_text(&pub->inputs, text);
    akin_json_set_text(state, "format", FORMAT);
    akin_json_set_int(state, "generation", pub->number);
    akin_json_set_text(state, "inputs", text);
    akin_json_set(state, "steps", akin_json_object());
    return state;
}

/* Is it whole, and of this very publish? */
static bool
is_ours(const struct akin__publish *pub, const struct akin_json *state)
{
    const char *hash = akin_json_text(state, "hash");
    struct akin_hash is = akin__manifest_hash(state);
    struct akin_json *want = new_state(pub);
    char text[AKIN_HASH_TEXT];
    bool same;

    akin_hash_text(&is, text);
    same = hash != NULL && strcmp(hash, text) == 0 &&
           akin_json_equal(akin_json_get(state, "format"),
                           akin_json_get(want, "format")) &&
           akin_json_equal(akin_json_get(state, "generation"),
                           akin_json_get(want, "generation")) &&
           akin_json_equal(akin_json_get(state, "inputs"),
                           akin_json_get(want, "inputs"));
    akin_json_free(want);
    return same;
}

static void
read_state(struct akin__publish *pub)
{
    char *path = akin_path_join(pub->dir, AKIN__FILE_STATE);
    struct akin_json *state = NULL;

    if (akin_json_read_file(path, AKIN__MANIFEST_MAX, &state, NULL) ==
            AKIN_OK &&
        is_ours(pub, state)) {
        pub->state = state;
    } else {
        akin_json_free(state);
        pub->state = new_state(pub);
    }
    free(path);
}

static enum akin_status
write_state(const struct akin__publish *pub, struct akin_error *err)
{
    char *path = akin_path_join(pub->dir, AKIN__FILE_STATE);
    struct akin_hash hash = akin__manifest_hash(pub->state);
    struct akin_buf text = {0};
    char hash_text[AKIN_HASH_TEXT];
    enum akin_status st;

    akin_hash_text(&hash, hash_text);
    akin_json_set_text(pub->state, "hash", hash_text);
    akin_json_write(pub->state, AKIN_JSON_COMPACT, &text);
    st = akin_file_write(path, akin_buf_span(&text), err);
    if (st == AKIN_OK)
        st = akin_dir_sync(pub->dir, err);
    akin_buf_free(&text);
    free(path);
    return st;
}

/* --- what else than files a step gives to those after it --- */

static void
put_facts(const struct akin__publish *pub, enum akin__step step,
          struct akin_json *out)
{
    if (step == AKIN__STEP_TRAIN) {
        akin_json_set_bool(out, "trained", pub->trained);
    } else if (step == AKIN__STEP_MODEL && pub->indexed) {
        akin_json_set_int(out, "n_lists", (int64_t)pub->n_lists);
        akin_json_set(out, "model", akin__model_write(&pub->model));
    } else if (step == AKIN__STEP_METADATA) {
        akin_json_set_int(out, "change", (int64_t)pub->change);
        akin_json_set_int(out, "n_records", (int64_t)pub->n_records);
    }
}

static bool
take_projection(struct akin__publish *pub, const struct akin_json *facts)
{
    char *path = akin_path_join(pub->dir, AKIN__FILE_PROJECTION);
    struct akin_buf bytes = {0};
    bool ok =
        akin_file_read(path, AKIN__PROJECTION_MAX, &bytes, NULL) == AKIN_OK &&
        akin_projection_read(akin_buf_span(&bytes), &pub->projection, NULL) ==
            AKIN_OK;

    if (ok && !akin_feature_set_same(akin_projection_features(pub->projection),
                                     akin_store_features(pub->store)))
        ok = false;
    pub->trained = akin_json_true(akin_json_get(facts, "trained"));
    akin_buf_free(&bytes);
    free(path);
    return ok;
}

/* The rows are where they would come to be: nothing that is in the plan now was
 * missing then. */
static bool
take_rows(struct akin__publish *pub)
{
    char *images_path = akin_path_join(pub->dir, AKIN__FILE_IMAGES);
    char *vectors_path = akin_path_join(pub->dir, AKIN__FILE_VECTORS);
    size_t len = pub->n_images * sizeof(*pub->images), mapped = 0;
    struct akin_file_stat vectors = {0};
    void *images = NULL;
    bool ok = akin__map_file(images_path, &images, &mapped, NULL) == AKIN_OK &&
              akin_file_stat(vectors_path, &vectors, NULL) == AKIN_OK;

    pub->n_rows = 0;
    for (size_t i = 0; i < pub->n_images; i++) {
        pub->images[i].first_row = pub->n_rows;
        pub->n_rows += pub->images[i].n_tiles;
    }
    ok = ok && mapped == len &&
         (len == 0 || memcmp(images, pub->images, len) == 0) &&
         vectors.size_bytes == pub->n_rows * AKIN_DIM * sizeof(float);
    if (images != NULL)
        (void)munmap(images, mapped);
    free(images_path);
    free(vectors_path);
    return ok;
}

/* Then it was measured and removed, and that is how it stays. */
static bool
was_worse_than_none(const struct akin__publish *pub)
{
    const struct akin_json *facts = step_of(pub, AKIN__STEP_MODEL);

    return facts != NULL && akin_json_get(facts, "model") == NULL;
}

static bool
take_index(struct akin__publish *pub)
{
    struct akin_vindex *vx = NULL;
    enum akin_status st;
    char *path;

    if (akin__resume_seal(pub, AKIN__FILE_INDEX) == NULL)
        return !akin__wants_index(pub) || was_worse_than_none(pub);
    path = akin_path_join(pub->dir, AKIN__FILE_INDEX);
    st = akin_vindex_open(path, (size_t)pub->n_rows, AKIN_DIM, &vx, NULL);
    free(path);
    if (st != AKIN_OK)
        return false;
    pub->n_lists = akin_vindex_lists(vx);
    akin_vindex_close(vx);
    return true;
}

static bool
take_model(struct akin__publish *pub, const struct akin_json *facts)
{
    const struct akin_json *model = akin_json_get(facts, "model");
    int64_t n_lists = 0;

    if (model == NULL)
        return true;
    if (!akin_json_int(akin_json_get(facts, "n_lists"), &n_lists) ||
        n_lists <= 0 || (uint64_t)n_lists != pub->n_lists)
        return false;
    pub->indexed =
        akin__model_read(model, pub->n_lists, &pub->model, NULL) == AKIN_OK;
    return pub->indexed;
}

static bool
take_catalog(struct akin__publish *pub, const struct akin_json *facts)
{
    int64_t change = 0, n_records = 0;
    uint64_t now = 0;

    if (!akin_json_int(akin_json_get(facts, "change"), &change) ||
        !akin_json_int(akin_json_get(facts, "n_records"), &n_records) ||
        change <= 0 || n_records < 0 ||
        akin_store_change(pub->store, &now, NULL) != AKIN_OK)
        return false;
    pub->change = (uint64_t)change;
    pub->n_records = (uint64_t)n_records;
    return pub->change == now;
}

/* --- taking over --- */

static bool
are_files_whole(const struct akin__publish *pub, size_t step)
{
    const struct akin_json *files = akin_json_get(step_of(pub, step), "files");
    bool ok = true;

    for (size_t i = 0; ok && i < FILES_EACH; i++) {
        const char *name = made[step].file[i];
        const struct akin_json *seal =
            name != NULL ? akin_json_get(files, name) : NULL;
        char *path;

        if (name == NULL || (seal == NULL && step == AKIN__STEP_INDEX))
            continue;
        path = akin_path_join(pub->dir, name);
        ok = akin__seal_check_all(seal, path, NULL) == AKIN_OK;
        free(path);
    }
    return ok;
}

static bool
take(struct akin__publish *pub, size_t step)
{
    const struct akin_json *facts = step_of(pub, step);

    if (facts == NULL || !are_files_whole(pub, step))
        return false;
    switch ((enum akin__step)step) {
    case AKIN__STEP_TRAIN:
        return take_projection(pub, facts);
    case AKIN__STEP_PROJECT:
        return take_rows(pub);
    case AKIN__STEP_INDEX:
        return take_index(pub);
    case AKIN__STEP_MODEL:
        return take_model(pub, facts);
    case AKIN__STEP_METADATA:
        return take_catalog(pub, facts);
    case AKIN__STEP_CALIBRATE:
    case AKIN__N_STEPS:
        break;
    }
    return true;
}

/* Removes what the state does not name: files that were being written. */
static enum akin_status
remove_others(const struct akin__publish *pub, struct akin_error *err)
{
    struct akin_names names = {0};
    enum akin_status st = akin_dir_list(pub->dir, &names, err);

    for (size_t i = 0; st == AKIN_OK && i < names.n; i++) {
        char *path;

        if (strcmp(names.name[i], AKIN__FILE_STATE) == 0 ||
            akin__resume_seal(pub, names.name[i]) != NULL)
            continue;
        path = akin_path_join(pub->dir, names.name[i]);
        st = akin_file_remove(path, err);
        free(path);
    }
    akin_names_free(&names);
    return st;
}

enum akin_status
akin__resume_begin(struct akin__publish *pub, struct akin_error *err)
{
    struct akin_json *steps;

    read_state(pub);
    steps = akin_json_get(pub->state, "steps");
    while (pub->n_kept < AKIN__N_STEPS && take(pub, pub->n_kept))
        pub->n_kept++;
    for (size_t i = pub->n_kept; i < AKIN__N_STEPS; i++)
        akin_json_unset(steps, made[i].name);
    if (pub->n_kept <= AKIN__STEP_TRAIN) { /* it may have been read in part */
        akin_projection_free(pub->projection);
        pub->projection = NULL;
    }
    if (pub->n_kept <= AKIN__STEP_PROJECT)
        pub->n_rows = 0;
    return remove_others(pub, err);
}

enum akin_status
akin__resume_note(struct akin__publish *pub, enum akin__step step,
                  struct akin_error *err)
{
    struct akin_json *facts = akin_json_object();
    struct akin_json *files = akin_json_object();
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < FILES_EACH; i++) {
        struct akin_json *seal = NULL;
        char *path;

        if (made[step].file[i] == NULL ||
            (step == AKIN__STEP_INDEX && !akin__wants_index(pub)))
            continue;
        path = akin_path_join(pub->dir, made[step].file[i]);
        st = akin__seal_make(path, &seal, err);
        if (st == AKIN_OK)
            akin_json_set(files, made[step].file[i], seal);
        free(path);
    }
    akin_json_set(facts, "files", files);
    put_facts(pub, step, facts);
    akin_json_set(akin_json_get(pub->state, "steps"), made[step].name, facts);
    if (step == AKIN__STEP_MODEL && !pub->indexed)
        akin_json_unset(step_of(pub, AKIN__STEP_INDEX), "files");
    return st == AKIN_OK ? write_state(pub, err) : st;
}
