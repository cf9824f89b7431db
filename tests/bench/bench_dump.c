/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_dump.c - a described corpus as a file for experiments elsewhere.
 */
#include <stdlib.h>

#include "akin/feature.h"
#include "akin/file.h"
#include "akin/json.h"
#include "bench_corpus.h"

static struct akin_json *
sets_json(const struct bench_corpus *corpus)
{
    struct akin_json *sets = akin_json_array();

    for (size_t i = 0; i < corpus->n_sets; i++) {
        const struct bench_set *set = &corpus->set[i];
        struct akin_json *one = akin_json_object();

        akin_json_set_text(one, "id", set->id);
        akin_json_set_text(one, "category", set->category);
        akin_json_set_int(one, "first_image", (int64_t)set->first_image);
        akin_json_set_int(one, "images", (int64_t)set->n_images);
        akin_json_append(sets, one);
    }
    return sets;
}

static struct akin_json *
images_json(const struct bench_corpus *corpus)
{
    struct akin_json *images = akin_json_array();

    for (size_t i = 0; i < corpus->n_images; i++) {
        const struct bench_image *image = &corpus->image[i];
        struct akin_json *one = akin_json_object();

        akin_json_set_text(one, "path", image->path);
        akin_json_set_int(one, "set", (int64_t)image->set);
        akin_json_set_int(one, "first_tile", (int64_t)image->first_tile);
        akin_json_set_int(one, "tiles", (int64_t)image->n_tiles);
        akin_json_append(images, one);
    }
    return images;
}

static struct akin_json *
levels_json(const struct bench_corpus *corpus)
{
    struct akin_json *levels = akin_json_array();

    for (size_t i = 0; i < corpus->n_tiles; i++)
        akin_json_append(levels,
                         akin_json_new_int((int64_t)corpus->tile[i].level));
    return levels;
}

enum akin_status
bench_corpus_dump(const struct bench_corpus *corpus, const char *path,
                  struct akin_error *err)
{
    size_t row = AKIN_N_FEATURES * sizeof(float);
    struct akin_json *head = akin_json_object();
    struct akin_buf bytes = {0};
    enum akin_status st;

    akin_json_set_int(head, "features", AKIN_N_FEATURES);
    akin_json_set_int(head, "tiles", (int64_t)corpus->n_tiles);
    akin_json_set_int(head, "disturbed", (int64_t)corpus->n_disturbed);
    akin_json_set(head, "sets", sets_json(corpus));
    akin_json_set(head, "images", images_json(corpus));
    akin_json_set(head, "levels", levels_json(corpus));
    akin_json_write(head, AKIN_JSON_COMPACT, &bytes);
    akin_json_free(head);
    akin_buf_put(&bytes, "\n", 1);
    akin_buf_put(&bytes, corpus->features, corpus->n_tiles * row);
    akin_buf_put(&bytes, corpus->disturbed_tile,
                 corpus->n_disturbed * sizeof(uint32_t));
    akin_buf_put(&bytes, corpus->disturbed, corpus->n_disturbed * row);
    st = akin_file_write(path, akin_buf_span(&bytes), err);
    akin_buf_free(&bytes);
    return st;
}
