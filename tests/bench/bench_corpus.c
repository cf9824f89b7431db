/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/describe.h"
#include "akin/file.h"
#include "akin/hash.h"
#include "akin/json.h"
#include "bench.h"

#define MAX_JSON ((uint64_t)1 << 20)

/* Makes room for `need` elements; ends the program when there is none. */
static void *
room(void *array, size_t need, size_t size)
{
    void *more = realloc(array, (need == 0 ? 1 : need) * size);

    if (more == NULL) {
        (void)fprintf(stderr, "akin-bench: no memory\n");
        exit(1);
    }
    return more;
}

static void
append_described(struct bench_corpus *corpus, size_t set, const char *path,
                 const struct akin_described *d)
{
    size_t row = AKIN_N_FEATURES * sizeof(float);
    size_t tiles = corpus->n_tiles + d->n_tiles;
    size_t copies = corpus->n_disturbed + d->n_disturbed;

    corpus->features = room(corpus->features, tiles, row);
    corpus->tile = room(corpus->tile, tiles, sizeof(*corpus->tile));
    corpus->disturbed = room(corpus->disturbed, copies, row);
    corpus->disturbed_tile =
        room(corpus->disturbed_tile, copies, sizeof(uint32_t));
    memcpy(corpus->features + corpus->n_tiles * AKIN_N_FEATURES, d->features,
           d->n_tiles * row);
    memcpy(corpus->tile + corpus->n_tiles, d->tiles,
           d->n_tiles * sizeof(*d->tiles));
    for (size_t i = 0; i < d->n_disturbed; i++) {
        corpus->disturbed_tile[corpus->n_disturbed + i] =
            (uint32_t)corpus->n_tiles + d->disturbed_tile[i];
        memcpy(corpus->disturbed + (corpus->n_disturbed + i) * AKIN_N_FEATURES,
               d->disturbed + i * AKIN_N_FEATURES, row);
    }
    corpus->image =
        room(corpus->image, corpus->n_images + 1, sizeof(*corpus->image));
    corpus->image[corpus->n_images++] = (struct bench_image){
        akin_strdup(path), set, corpus->n_tiles, d->n_tiles};
    corpus->n_tiles = tiles;
    corpus->n_disturbed = copies;
}

static enum akin_status
add_image(struct akin_describer *describer, const struct akin_config *config,
          const struct bench_corpus_options *options, const char *path,
          struct bench_corpus *corpus, struct akin_error *err)
{
    struct akin_describe_options how = {.max_tiles = options->max_tiles,
                                        .disturb_tiles =
                                            options->disturb_tiles};
    struct akin_described described = {0};
    struct akin_decoder *decoder = NULL;
    struct akin_hash hash;
    enum akin_status st = akin_hash_file(path, &hash, err);

    if (st == AKIN_OK)
        st = akin_decode_open(path, config, &decoder, err);
    if (st == AKIN_OK) {
        how.seed = akin_le64(hash.bytes);
        st = akin_describe(describer, decoder, &how, &described, err);
    }
    if (st == AKIN_OK)
        append_described(corpus, corpus->n_sets - 1, path, &described);
    akin_described_free(&described);
    akin_decode_close(decoder);
    return st;
}

static void
name_set(const char *folder, struct bench_set *set)
{
    char *path = akin_path_join(folder, "dataset.json");
    struct akin_json *json = NULL;
    const char *id, *category;

    if (akin_json_read_file(path, MAX_JSON, &json, NULL) != AKIN_OK)
        json = NULL;
    id = akin_json_text(json, "id");
    category = akin_json_text(json, "category");
    set->id = akin_strdup(id != NULL ? id : akin_path_base(folder));
    set->category = akin_strdup(category != NULL ? category : "");
    akin_json_free(json);
    free(path);
}

static enum akin_status
add_set(struct akin_describer *describer, const struct akin_config *config,
        const struct bench_corpus_options *options, const char *folder,
        struct bench_corpus *corpus, struct akin_error *err)
{
    struct bench_images images = {0};
    struct bench_set set = {.first_image = corpus->n_images};
    char *below = akin_path_join(folder, "images");
    enum akin_status st = bench_images_find(
        akin_file_exists(below) ? below : folder, &images, err);
    size_t n = images.n;

    free(below);
    if (st != AKIN_OK)
        return st;
    if (options->max_images != 0 && n > options->max_images)
        n = options->max_images;
    name_set(folder, &set);
    corpus->set = room(corpus->set, corpus->n_sets + 1, sizeof(*corpus->set));
    corpus->n_sets++;
    for (size_t i = 0; i < n; i++) {
        const char *path = images.path[i * images.n / n];

        if (add_image(describer, config, options, path, corpus, err) !=
            AKIN_OK) {
            (void)fprintf(stderr, "%s: %s\n", path, err->text);
            corpus->n_failed++;
        }
    }
    set.n_images = corpus->n_images - set.first_image;
    corpus->set[corpus->n_sets - 1] = set;
    bench_images_free(&images);
    return AKIN_OK;
}

enum akin_status
bench_corpus_load(const char *folder, const struct akin_config *config,
                  const struct bench_corpus_options *options,
                  struct bench_corpus *corpus, struct akin_error *err)
{
    struct akin_describer *describer = NULL;
    struct akin_names names = {0};
    enum akin_status st = akin_dir_list(folder, &names, err);

    if (st == AKIN_OK)
        st = akin_describer_new(config, akin_feature_set_builtin(), &describer,
                                err);
    for (size_t i = 0; st == AKIN_OK && i < names.n; i++) {
        char *path = akin_path_join(folder, names.name[i]);
        struct akin_file_stat info = {0};

        st = akin_file_stat(path, &info, err);
        if (st == AKIN_OK && info.is_dir)
            st = add_set(describer, config, options, path, corpus, err);
        free(path);
    }
    akin_names_free(&names);
    akin_describer_free(describer);
    return st;
}

void
bench_corpus_free(struct bench_corpus *corpus)
{
    for (size_t i = 0; i < corpus->n_sets; i++) {
        free(corpus->set[i].id);
        free(corpus->set[i].category);
    }
    for (size_t i = 0; i < corpus->n_images; i++)
        free(corpus->image[i].path);
    free(corpus->set);
    free(corpus->image);
    free(corpus->tile);
    free(corpus->features);
    free(corpus->disturbed_tile);
    free(corpus->disturbed);
    *corpus = (struct bench_corpus){0};
}

static size_t
set_of_tile(const struct bench_corpus *corpus, uint32_t tile)
{
    size_t low = 0, high = corpus->n_images;

    /* the last image that starts at or before the tile; one without tiles
     * that starts there stands before it */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (corpus->image[middle].first_tile <= tile)
            low = middle;
        else
            high = middle;
    }
    return corpus->image[low].set;
}

static void
train_on(const struct bench_corpus *corpus, const bool *use,
         struct akin_projection_trainer *trainer)
{
    for (size_t s = 0; s < corpus->n_sets; s++) {
        const struct bench_set *set = &corpus->set[s];
        const struct bench_image *first, *last;
        size_t n;

        if (set->n_images == 0 || (use != NULL && !use[s]))
            continue;
        first = &corpus->image[set->first_image];
        last = first + set->n_images - 1;
        n = last->first_tile + last->n_tiles - first->first_tile;
        akin_projection_trainer_add(
            trainer, corpus->features + first->first_tile * AKIN_N_FEATURES, n,
            1.0 / (double)n);
    }
    for (size_t i = 0, end; i < corpus->n_disturbed; i = end) {
        uint32_t tile = corpus->disturbed_tile[i];

        for (end = i;
             end < corpus->n_disturbed && corpus->disturbed_tile[end] == tile;)
            end++;
        if (use != NULL && !use[set_of_tile(corpus, tile)])
            continue;
        akin_projection_trainer_disturbed(
            trainer, corpus->features + (size_t)tile * AKIN_N_FEATURES,
            corpus->disturbed + i * AKIN_N_FEATURES, end - i);
    }
}

enum akin_status
bench_corpus_train(const struct bench_corpus *corpus, const bool *use,
                   struct akin_projection **out, struct akin_error *err)
{
    struct akin_projection_trainer *trainer = NULL;
    enum akin_status st =
        akin_projection_trainer_new(akin_feature_set_builtin(), &trainer, err);

    if (st != AKIN_OK)
        return st;
    train_on(corpus, use, trainer);
    st = akin_projection_trainer_finish(trainer, out, err);
    akin_projection_trainer_free(trainer);
    return st;
}
