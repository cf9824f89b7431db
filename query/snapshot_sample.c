/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_sample.c - a few tiles that stand for a dataset: its rows are cut
 * into as many stretches of equal length as tiles are wanted, and the first row
 * of each that counts is taken. So the same snapshot gives the same tiles.
 */
#include <stdlib.h>
#include <string.h>

#include "akin/hash.h"

#include "snapshot_internal.h"

/* Rows of a dataset that lie together. */
struct part {
    const float *vectors; /* of the first row */
    uint64_t n;
    uint64_t first_row; /* in the base; unused in the tail */
    uint32_t image;     /* in the tail; 0: in the base */
};

struct sample {
    const struct akin_snapshot *s;
    const uint32_t *exclude;
    size_t n_exclude;
    /* images of the tail, those of one wanted dataset after the other's */
    struct part *tail;
    size_t *tail_start; /* n + 1 */
    /* of the dataset under way */
    struct part *part;
    size_t n_parts;
    uint64_t n_rows; /* of all parts, removed ones included */
    uint64_t n_left; /* without those */
};

static void
sample_free(struct sample *sample)
{
    free(sample->tail);
    free(sample->tail_start);
    free(sample->part);
}

static bool
is_excluded(const struct sample *sample, uint32_t image)
{
    for (size_t i = 0; i < sample->n_exclude; i++)
        if (sample->exclude[i] == image)
            return true;
    return false;
}

static void
add_part(struct sample *sample, struct part part, uint64_t n_left)
{
    sample->n_left += n_left;
    sample->part[sample->n_parts++] = part;
    sample->n_rows += part.n;
}

/* The part that an image of the tail is, put behind those of its dataset that
 * are there; only counted while there is no room. */
static void
meet(struct sample *sample, const struct akin__view *view, size_t i,
     size_t dataset, size_t *n)
{
    const struct akin__chunk *chunk = view->chunk;

    if (is_excluded(sample, chunk->image[i].image))
        return;
    if (sample->tail != NULL)
        sample->tail[sample->tail_start[dataset] + n[dataset]] = (struct part){
            chunk->vectors + chunk->start[i] * AKIN_DIM,
            chunk->start[i + 1] - chunk->start[i], 0, chunk->image[i].image};
    n[dataset]++;
}

/* Walks the tail; which[]: for each position, 1 + the wanted dataset it is. */
static void
walk_tail(struct sample *sample, const uint32_t *which, size_t *n)
{
    const struct akin_snapshot *s = sample->s;

    for (size_t v = 0; v < s->n_views; v++)
        for (size_t i = 0; i < s->view[v].n_images; i++) {
            uint32_t at = s->tail_position[s->view[v].first_image + i];

            if (at != AKIN__NOWHERE && which[at] != 0)
                meet(sample, &s->view[v], i, which[at] - 1, n);
        }
}

/* Finds the tail's images of n datasets, in two walks for all of them: the tail
 * may be long. False: no memory. */
static bool
sort_tail(struct sample *sample, const size_t *position, size_t n)
{
    uint32_t *which = calloc(sample->s->n_datasets + 1, sizeof(*which));
    size_t *met = calloc(n + 1, sizeof(*met)), most = 0;

    sample->tail_start = calloc(n + 1, sizeof(*sample->tail_start));
    if (which != NULL && met != NULL && sample->tail_start != NULL) {
        for (size_t i = 0; i < n; i++)
            which[position[i]] = (uint32_t)i + 1;
        walk_tail(sample, which, met);
        for (size_t i = 0; i < n; i++) {
            sample->tail_start[i + 1] = sample->tail_start[i] + met[i];
            most = met[i] > most ? met[i] : most;
        }
        sample->part = calloc(most + 1, sizeof(*sample->part));
        sample->tail = calloc(sample->tail_start[n] + 1, sizeof(*sample->tail));
        memset(met, 0, n * sizeof(*met));
    }
    if (sample->part != NULL && sample->tail != NULL)
        walk_tail(sample, which, met);
    free(which);
    free(met);
    return sample->part != NULL && sample->tail != NULL;
}

/* The parts of wanted dataset i, which stands at `position`. */
static void
collect(struct sample *sample, size_t i, size_t position)
{
    const struct akin_snapshot *s = sample->s;
    const struct akin__base *base = s->base;

    sample->n_parts = 0;
    sample->n_rows = sample->n_left = 0;
    if (base->n_groups > 0) {
        size_t g = akin__base_group_of(base, s->dataset[position]);
        uint64_t first = base->start[g];

        if (s->base_position[g] == position)
            add_part(sample,
                     (struct part){base->gen->vectors + first * AKIN_DIM,
                                   base->start[g + 1] - first, first, 0},
                     s->mask->rows[g]);
    }
    for (size_t t = sample->tail_start[i]; t < sample->tail_start[i + 1]; t++)
        add_part(sample, sample->tail[t], sample->tail[t].n);
}

/* Does the base's row count? */
static bool
is_in(const struct sample *sample, uint64_t row)
{
    const uint8_t *skip = sample->s->mask->skip;
    uint32_t image, tile;

    if (skip != NULL && (skip[row >> 3] >> (row & 7) & 1) != 0)
        return false;
    if (sample->n_exclude == 0)
        return true;
    akin_snapshot_row(sample->s, row, &image, &tile);
    return !is_excluded(sample, image);
}

/* Row i of all parts; NULL when it does not count. *name gets what it is called
 * wherever it is: a generation's row, or a tile of an image. */
static const float *
row_at(const struct sample *sample, uint64_t i, uint64_t *name)
{
    const struct part *part = sample->part;

    for (; i >= part->n; part++)
        i -= part->n;
    if (part->image == 0 && !is_in(sample, part->first_row + i))
        return NULL;
    *name =
        part->image == 0 ? part->first_row + i : akin_hash_mix(part->image, i);
    return part->vectors + i * AKIN_DIM;
}

/* *name: in, of how tiles are described; out, of these tiles. */
static size_t
take(const struct sample *sample, size_t max, const float **out, uint64_t *name)
{
    uint64_t n = sample->n_rows < max ? sample->n_rows : max;
    size_t taken = 0;

    for (uint64_t i = 0; i < n; i++) {
        uint64_t end = (i + 1) * sample->n_rows / n;
        const float *row = NULL;
        uint64_t its = 0;

        for (uint64_t r = i * sample->n_rows / n; row == NULL && r < end; r++)
            row = row_at(sample, r, &its);
        if (row == NULL)
            continue;
        out[taken++] = row;
        *name = akin_hash_mix(*name, its);
    }
    return taken;
}

enum akin_status
akin_snapshot_sample(const struct akin_snapshot *snapshot,
                     const size_t *position, size_t n, size_t max,
                     const uint32_t *exclude, size_t n_exclude,
                     const struct akin_samples *out, struct akin_error *err)
{
    struct sample sample = {
        .s = snapshot, .exclude = exclude, .n_exclude = n_exclude};
    bool is_found = sort_tail(&sample, position, n);

    out->start[0] = 0;
    for (size_t i = 0; is_found && i < n; i++) {
        collect(&sample, i, position[i]);
        out->size[i] = sample.n_left;
        out->name[i] = akin__base_number(snapshot->base);
        out->start[i + 1] =
            out->start[i] +
            take(&sample, max, out->tile + out->start[i], &out->name[i]);
    }
    sample_free(&sample);
    if (!is_found)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to sample %zu datasets",
                         n);
    return AKIN_OK;
}
