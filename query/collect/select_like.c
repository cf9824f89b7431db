/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select_like.c - step 1, by likeness: tiles that are like one of the examples,
 * and less like every counterexample.
 */
#include <stdlib.h>
#include <string.h>

#include "akin/parallel.h"

#include "collect_internal.h"
#include "question.h"

#define EXAMPLES_MAX ((size_t)512) /* tiles of one dataset, evenly taken */
#define SLICE ((size_t)256)

/* Descriptors of examples or of counterexamples. */
struct examples {
    float *vector; /* n x dim */
    size_t n, room;
};

static float *
more(struct examples *e, size_t n, size_t dim)
{
    while (e->room < e->n + n) {
        size_t room = e->room == 0 ? 64 : 2 * e->room;
        float *grown = akin_new(room * dim, sizeof(*grown));

        if (e->n > 0)
            memcpy(grown, e->vector, e->n * dim * sizeof(*grown));
        free(e->vector);
        e->vector = grown;
        e->room = room;
    }
    e->n += n;
    return e->vector + (e->n - n) * dim;
}

static void
add_dataset(struct akin__collect *w, uint32_t number, struct examples *out)
{
    uint64_t n = 0, taken;

    for (size_t i = 0; i < w->gen->n_images; i++)
        if (w->gen->images[i].dataset == number)
            n += w->gen->images[i].n_tiles;
    taken = n < EXAMPLES_MAX ? n : EXAMPLES_MAX;
    for (uint64_t k = 0; k < taken; k++) {
        uint64_t at = k * n / taken, first = 0;

        for (size_t i = 0; i < w->gen->n_images; i++) {
            const struct akin_generation_image *image = &w->gen->images[i];

            if (image->dataset != number)
                continue;
            if (at < first + image->n_tiles) {
                memcpy(more(out, 1, w->dim),
                       w->vectors + (image->first_row + at - first) * w->dim,
                       w->dim * sizeof(float));
                break;
            }
            first += image->n_tiles;
        }
    }
}

static enum akin_status
add_file(struct akin__collect *w, const char *path, struct examples *out,
         struct akin_error *err)
{
    struct akin_json *params = akin_json_object(), *image = akin_json_object();
    struct akin_question question = {0};
    enum akin_status st;

    akin_json_set_text(image, "path", path);
    akin_json_set(params, "image", image);
    st = akin_question_read(w->session->describer, &w->session->service->config,
                            params, false, &question, err);
    if (st == AKIN_OK)
        akin_projection_apply(
            w->gen->projection, question.example[0].described.features,
            question.example[0].described.n_tiles,
            more(out, question.example[0].described.n_tiles, w->dim));
    akin_question_free(&question);
    akin_json_free(params);
    return st;
}

/* A text is the id of a dataset or, beginning with '/', a path. */
static enum akin_status
read_examples(struct akin__collect *w, const char *what,
              const struct akin_collect_texts *texts, struct examples *out,
              struct akin_error *err)
{
    for (size_t i = 0; i < texts->n; i++) {
        struct akin_dataset dataset = {0};
        enum akin_status st =
            akin_dataset_find(w->reading.txn, texts->text[i], &dataset, err);

        if (st == AKIN_OK)
            add_dataset(w, dataset.number, out);
        else if (st == AKIN_ENOTFOUND && texts->text[i][0] == '/')
            st = add_file(w, texts->text[i], out, err);
        akin_dataset_free(&dataset);
        if (st != AKIN_OK) {
            akin_error_prefix(err, "%s", what);
            return st;
        }
    }
    return AKIN_OK;
}

struct likeness {
    const struct akin__collect *w;
    struct examples yes, no;
    float *difference; /* n_samples: nearest example less nearest counterexample
                        */
};

static void
measure(void *ctx, size_t worker, size_t begin, size_t end)
{
    const struct likeness *l = ctx;
    struct akin_collect_sample *sample = l->w->c->sample;

    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const float *v = l->w->vectors + sample[i].row * l->w->dim;
        uint64_t row;
        float against = -1;

        akin_vindex_exact(l->yes.vector, l->yes.n, l->w->dim, v, 1, 1, NULL,
                          &row, &sample[i].similarity);
        if (l->no.n > 0)
            akin_vindex_exact(l->no.vector, l->no.n, l->w->dim, v, 1, 1, NULL,
                              &row, &against);
        l->difference[i] = sample[i].similarity - against;
    }
}

static int
by_similarity(const void *a, const void *b)
{
    const struct akin_collect_sample *x = a, *y = b;

    if (x->similarity != y->similarity)
        return x->similarity > y->similarity ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static int
by_row(const void *a, const void *b)
{
    const struct akin_collect_sample *x = a, *y = b;

    return x->row < y->row ? -1 : x->row > y->row;
}

/* What does not pass leaves the table; guards move up behind the rest. */
static void
keep_alike(struct akin__collect *w, const struct likeness *l)
{
    struct akin_collection *c = w->c;
    size_t n = 0;

    for (size_t i = 0; i < c->n_samples; i++)
        if ((double)c->sample[i].similarity >= w->options->threshold &&
            l->difference[i] > 0)
            c->sample[n++] = c->sample[i];
    if (w->options->nearest > 0 && n > w->options->nearest) {
        qsort(c->sample, n, sizeof(*c->sample), by_similarity);
        n = (size_t)w->options->nearest;
        qsort(c->sample, n, sizeof(*c->sample), by_row);
    }
    memmove(c->sample + n, c->sample + c->n_samples,
            w->n_guards * sizeof(*c->sample));
    c->n_samples = n;
}

enum akin_status
akin__collect_like(struct akin__collect *w, struct akin_error *err)
{
    struct likeness l = {.w = w};
    enum akin_status st;

    if (w->options->like.n == 0 || w->c->n_samples == 0)
        return AKIN_OK;
    st = read_examples(w, "like", &w->options->like, &l.yes, err);
    if (st == AKIN_OK)
        st = read_examples(w, "unlike", &w->options->unlike, &l.no, err);
    if (st == AKIN_OK && l.yes.n == 0)
        st = AKIN_FAIL(err, AKIN_EINVAL, "like: the examples have no tiles");
    if (st == AKIN_OK) {
        l.difference = calloc(w->c->n_samples, sizeof(*l.difference));
        if (l.difference == NULL)
            st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu tiles",
                           w->c->n_samples);
    }
    if (st == AKIN_OK) {
        akin_parallel_for(w->c->n_samples, SLICE, w->threads, measure, &l);
        keep_alike(w, &l);
    }
    free(l.yes.vector);
    free(l.no.vector);
    free(l.difference);
    return st;
}
