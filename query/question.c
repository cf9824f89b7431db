/* SPDX-License-Identifier: Apache-2.0 */
#include "question.h"

#include <stdlib.h>
#include <string.h>

#include "params.h"

#define EXAMPLE_TILES_MIN ((size_t)8)

void
akin_question_free(struct akin_question *question)
{
    for (size_t i = 0; i < question->n_examples; i++)
        akin_example_free(&question->example[i]);
    free(question->example);
    free(question->tile);
    *question = (struct akin_question){0};
}

static bool
is_given(const struct akin_json *value)
{
    return akin_json_type(value) != AKIN_JSON_NONE &&
           akin_json_type(value) != AKIN_JSON_NULL;
}

/* How many examples a parameter holds; 0: it was not given. */
static enum akin_status
count_list(const struct akin_json *list, const char *name, size_t *out,
           struct akin_error *err)
{
    *out = 0;
    if (!is_given(list))
        return AKIN_OK;
    if (akin_json_type(list) != AKIN_JSON_ARRAY || akin_json_count(list) == 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%s must be a list of images, not empty", name);
    if (akin_json_count(list) > AKIN_QUESTION_EXAMPLES_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT, "%s takes at most %d images", name,
                         AKIN_QUESTION_EXAMPLES_MAX);
    *out = akin_json_count(list);
    return AKIN_OK;
}

static enum akin_status
read_list(const struct akin_example_reader *reader,
          const struct akin_json *list, const char *name, bool is_negative,
          struct akin_question *out, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(list); i++) {
        struct akin_buf what = {0};

        akin_buf_printf(&what, "%s[%zu]", name, i);
        st = akin_example_read(reader, akin_json_at(list, i),
                               akin_buf_text(&what),
                               &out->example[out->n_examples], err);
        if (st == AKIN_OK)
            out->example[out->n_examples++].is_negative = is_negative;
        akin_buf_free(&what);
    }
    return st;
}

static size_t
tiles_each(const struct akin_config *config, size_t n)
{
    size_t all = (size_t)config->query_tiles, each = all / (n == 0 ? 1 : n);
    size_t least = all < EXAMPLE_TILES_MIN ? all : EXAMPLE_TILES_MIN;

    return each < least ? least : each;
}

static enum akin_status
read_examples(struct akin_example_reader *reader,
              const struct akin_json *params, struct akin_question *out,
              struct akin_error *err)
{
    const struct akin_json *image = akin_json_get(params, "image");
    const struct akin_json *images = akin_json_get(params, "images");
    const struct akin_json *negative = akin_json_get(params, "negative");
    size_t n = 0, n_negative = 0;
    enum akin_status st = count_list(images, "images", &n, err);

    if (st == AKIN_OK)
        st = count_list(negative, "negative", &n_negative, err);
    if (st == AKIN_OK && n > 0 && is_given(image))
        st = AKIN_FAIL(err, AKIN_EINVAL, "image and images exclude each other");
    if (st != AKIN_OK)
        return st;
    out->example =
        akin_new((size_t)2 * AKIN_QUESTION_EXAMPLES_MAX, sizeof(*out->example));
    reader->max_tiles = out->max_tiles = tiles_each(reader->config, n);
    if (n > 0) {
        st = read_list(reader, images, "images", false, out, err);
    } else {
        st = akin_example_read(reader, image, "image", &out->example[0], err);
        out->n_examples = st == AKIN_OK;
    }
    out->n_positive = out->n_examples;
    if (st == AKIN_OK && n_negative > 0)
        st = read_list(reader, negative, "negative", true, out, err);
    return st;
}

enum akin_status
akin_question_read(struct akin_describer *describer,
                   const struct akin_config *config,
                   const struct akin_json *params, bool want_hash,
                   struct akin_question *out, struct akin_error *err)
{
    struct akin_example_reader reader = {
        .describer = describer, .config = config, .want_hash = want_hash};
    struct akin_question question = {0};
    enum akin_status st = akin_example_region(akin_json_get(params, "region"),
                                              &reader.region, err);

    if (st == AKIN_OK)
        st = read_examples(&reader, params, &question, err);
    if (st == AKIN_OK)
        *out = question;
    else
        akin_question_free(&question);
    return st;
}

enum akin_status
akin_question_fetch(struct akin_question *question, struct akin_txn *txn,
                    struct akin_error *err)
{
    size_t n = 0;

    for (size_t i = 0; i < question->n_examples; i++) {
        enum akin_status st = akin_example_fetch(&question->example[i], txn,
                                                 question->max_tiles, err);

        if (st != AKIN_OK)
            return st;
        n += question->example[i].described.n_tiles;
    }
    question->tile = calloc(n + 1, sizeof(*question->tile));
    if (question->tile == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu tiles", n);
    for (size_t i = 0; i < question->n_examples; i++) {
        const struct akin_example *example = &question->example[i];

        for (size_t t = 0; t < example->described.n_tiles; t++)
            question->tile[question->n_tiles++] =
                (struct akin_question_tile){i, t};
        if (!example->is_negative)
            question->n_positive_tiles = question->n_tiles;
    }
    return AKIN_OK;
}

enum akin_status
akin_question_project(const struct akin_question *question,
                      const struct akin_projection *projection,
                      const char *descriptor, float *out,
                      struct akin_error *err)
{
    for (size_t i = 0; i < question->n_examples; i++) {
        const struct akin_example *example = &question->example[i];
        size_t n = example->described.n_tiles;

        if (example->form != AKIN_EXAMPLE_VECTOR)
            akin_projection_apply(projection, example->described.features, n,
                                  out);
        else if (example->descriptor != NULL &&
                 strcmp(example->descriptor, descriptor) != 0)
            return AKIN_FAIL(err, AKIN_ESTALE,
                             "the vector is of \"%.120s\", this store's are of "
                             "\"%s\"",
                             example->descriptor, descriptor);
        else
            memcpy(out, example->vector, sizeof(example->vector));
        out += n * AKIN_DIM;
    }
    return AKIN_OK;
}

const float *
akin_question_features(const struct akin_question *question, size_t tile)
{
    const struct akin_question_tile *at = &question->tile[tile];
    const struct akin_described *described =
        &question->example[at->example].described;

    return described->features == NULL
               ? NULL
               : described->features + at->tile * described->n_features;
}

static struct akin_json *
list_json(const struct akin_question *question, size_t from, size_t to)
{
    struct akin_json *list = akin_json_array();

    for (size_t i = from; i < to; i++)
        akin_json_append(list, akin_example_json(&question->example[i]));
    return list;
}

struct akin_json *
akin_question_json(const struct akin_question *question)
{
    struct akin_json *json;

    if (question->n_positive == 1) {
        json = akin_example_json(&question->example[0]);
    } else {
        json = akin_json_object();
        akin_json_set(json, "images",
                      list_json(question, 0, question->n_positive));
        akin_json_set_int(json, "tiles", (int64_t)question->n_positive_tiles);
    }
    if (question->n_examples > question->n_positive)
        akin_json_set(
            json, "negative",
            list_json(question, question->n_positive, question->n_examples));
    return json;
}

struct akin_json *
akin_tile_json(const struct akin_tile *tile)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_int(json, "x", tile->x);
    akin_json_set_int(json, "y", tile->y);
    akin_json_set_int(json, "w", tile->w);
    akin_json_set_int(json, "h", tile->h);
    akin_json_set_int(json, "level", tile->level);
    akin_json_set_int(json, "z", tile->z);
    akin_json_set_int(json, "c", tile->c);
    akin_json_set_int(json, "t", tile->t);
    return json;
}

struct akin_json *
akin_question_tile_json(const struct akin_question *question, size_t tile)
{
    const struct akin_question_tile *at = &question->tile[tile];
    const struct akin_example *example = &question->example[at->example];
    struct akin_json *json;

    if (example->described.tiles == NULL) {
        json = akin_json_object();
        akin_json_set_bool(json, "vector", true);
    } else {
        json = akin_tile_json(&example->described.tiles[at->tile]);
    }
    if (question->n_positive > 1)
        akin_json_set_int(json, "example", (int64_t)at->example);
    return json;
}

uint32_t
akin_question_tile_image(const struct akin_question *question, size_t tile)
{
    const struct akin_question_tile *at = &question->tile[tile];
    const struct akin_example *example = &question->example[at->example];

    return example->tile_image == NULL ? 0 : example->tile_image[at->tile];
}
