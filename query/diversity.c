/* SPDX-License-Identifier: Apache-2.0 */
#include "diversity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot_rows.h"

#define SAMPLE_TILES ((size_t)16) /* of a dataset */

/* A few tiles that stand for a dataset. */
struct face {
    float *vectors; /* n x AKIN_DIM; NULL: not looked at yet */
    size_t n;
};

struct choosing {
    const struct akin_snapshot *snapshot;
    const struct akin_ranked *ranked;
    size_t n_ranked;
    struct face *face; /* of each ranked */
    struct akin_diverse out;
};

void
akin_diverse_free(struct akin_diverse *diverse)
{
    free(diverse->hit);
    free(diverse->fold);
    *diverse = (struct akin_diverse){0};
}

#define NO_MEMORY(err)                                                         \
    AKIN_FAIL(err, AKIN_ENOMEM, "no memory to compare the hits")

/* --- faces --- */

struct taking {
    struct face *face;
    uint64_t n_rows, seen; /* of the dataset; passed by so far */
};

/* Takes evenly: row i when the share of the sample grows there. */
static enum akin_status
take_rows(void *ctx, const struct akin_snapshot_image *image,
          struct akin_error *err)
{
    struct taking *t = ctx;

    (void)err;
    for (uint64_t i = 0; i < image->n_rows; i++, t->seen++) {
        uint64_t w = t->n_rows < SAMPLE_TILES ? t->n_rows : SAMPLE_TILES;

        if (t->face->n < SAMPLE_TILES &&
            w * (t->seen + 1) / t->n_rows > w * t->seen / t->n_rows)
            memcpy(t->face->vectors + t->face->n++ * AKIN_DIM,
                   image->vectors + i * AKIN_DIM, AKIN_DIM * sizeof(float));
    }
    return AKIN_OK;
}

static enum akin_status
look_at(struct choosing *c, size_t i, struct akin_error *err)
{
    size_t position = c->ranked[i].dataset;
    struct taking taking = {.face = &c->face[i]};

    if (c->face[i].vectors != NULL)
        return AKIN_OK;
    taking.n_rows = akin_snapshot_tiles(c->snapshot, position);
    c->face[i].vectors = calloc(SAMPLE_TILES, AKIN_DIM * sizeof(float));
    if (c->face[i].vectors == NULL)
        return NO_MEMORY(err);
    return akin_snapshot_images(c->snapshot, position, take_rows, &taking, err);
}

/* Mean of the best matches of a's tiles in b. */
static double
best_matches(const struct face *a, const struct face *b)
{
    double sum = 0;

    for (size_t i = 0; i < a->n; i++) {
        float best = -1;

        for (size_t j = 0; j < b->n; j++) {
            const float *x = a->vectors + i * AKIN_DIM;
            const float *y = b->vectors + j * AKIN_DIM;
            float dot = 0;

            for (size_t d = 0; d < AKIN_DIM; d++)
                dot += x[d] * y[d];
            best = dot > best ? dot : best;
        }
        sum += (double)best;
    }
    return a->n == 0 || b->n == 0 ? 0 : sum / (double)a->n;
}

static enum akin_status
likeness(struct choosing *c, size_t i, size_t j, double *out,
         struct akin_error *err)
{
    enum akin_status st = look_at(c, i, err);

    if (st == AKIN_OK)
        st = look_at(c, j, err);
    if (st == AKIN_OK)
        *out = (best_matches(&c->face[i], &c->face[j]) +
                best_matches(&c->face[j], &c->face[i])) /
               2;
    return st;
}

/* --- collapse --- */

/* The first ones that are not near-duplicates of a better one; those that are,
 * are noted. */
static enum akin_status
collapse_all(struct choosing *c, size_t most, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < c->n_ranked && c->out.n < most;
         i++) {
        for (size_t h = 0; st == AKIN_OK && h < c->out.n; h++) {
            double like = 0;

            st = likeness(c, c->out.hit[h], i, &like, err);
            if (st == AKIN_OK && like >= AKIN_DIVERSITY_SAME) {
                c->out.fold[i] = c->out.hit[h];
                break;
            }
        }
        if (c->out.fold[i] == i)
            c->out.hit[c->out.n++] = i;
    }
    return st;
}

/* --- diversity --- */

static void
swap(size_t *a, size_t *b)
{
    size_t t = *a;

    *a = *b;
    *b = t;
}

/* Orders the first `most` of out.hit[0 .. n-1] anew; the best stays first. */
static enum akin_status
order_anew(struct choosing *c, size_t most, size_t n, double diversity,
           struct akin_error *err)
{
    double *worst = calloc(n + 1, sizeof(*worst)); /* likeness to a hit */
    size_t *hit = c->out.hit;
    enum akin_status st = AKIN_OK;

    if (worst == NULL)
        return NO_MEMORY(err);
    for (size_t i = 0; st == AKIN_OK && i < n; i++)
        worst[i] = -1;
    for (size_t at = 1; st == AKIN_OK && at < most; at++) {
        double best_value = -INFINITY;
        size_t best = at;

        for (size_t i = at; st == AKIN_OK && i < n; i++) {
            double like = 0, value;

            st = likeness(c, hit[at - 1], hit[i], &like, err);
            worst[i] = like > worst[i] ? like : worst[i];
            value = (1 - diversity) * c->ranked[hit[i]].score -
                    diversity * worst[i];
            if (value > best_value) {
                best_value = value;
                best = i;
            }
        }
        /* Those between keep their order, so that equal values go by score. */
        for (size_t i = best; i > at; i--) {
            double t = worst[i];

            worst[i] = worst[i - 1];
            worst[i - 1] = t;
            swap(&hit[i], &hit[i - 1]);
        }
    }
    free(worst);
    return st;
}

static enum akin_status
choose(struct choosing *c, size_t k, double diversity, bool collapse,
       struct akin_error *err)
{
    size_t most = k, few = AKIN_DIVERSITY_CANDIDATES;
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; i < c->n_ranked; i++)
        c->out.fold[i] = i;
    if (diversity <= 0 && !collapse) {
        for (; c->out.n < c->n_ranked; c->out.n++)
            c->out.hit[c->out.n] = c->out.n;
        return AKIN_OK;
    }
    /* Wide enough: four times what is asked for. */
    if (diversity > 0 && most < few)
        most = 4 * k < 50 ? 50 : 4 * k < few ? 4 * k : few;
    if (collapse) {
        st = collapse_all(c, most, err);
    } else {
        for (; c->out.n < most && c->out.n < c->n_ranked; c->out.n++)
            c->out.hit[c->out.n] = c->out.n;
    }
    if (st == AKIN_OK && diversity > 0) {
        size_t n = c->out.n < few ? c->out.n : few;

        st = order_anew(c, k < n ? k : n, n, diversity, err);
    }
    if (c->out.n > k)
        c->out.n = k;
    return st;
}

enum akin_status
akin_diversity_choose(const struct akin_snapshot *snapshot,
                      const struct akin_ranked *ranked, size_t n_ranked,
                      size_t k, double diversity, bool collapse,
                      struct akin_diverse *out, struct akin_error *err)
{
    struct choosing c = {snapshot, ranked, n_ranked, NULL, {0}};
    enum akin_status st;

    c.face = calloc(n_ranked + 1, sizeof(*c.face));
    c.out.hit = calloc(n_ranked + 1, sizeof(*c.out.hit));
    c.out.fold = calloc(n_ranked + 1, sizeof(*c.out.fold));
    if (c.face == NULL || c.out.hit == NULL || c.out.fold == NULL)
        st = NO_MEMORY(err);
    else
        st = choose(&c, k, diversity, collapse, err);
    for (size_t i = 0; c.face != NULL && i < n_ranked; i++)
        free(c.face[i].vectors);
    free(c.face);
    if (st == AKIN_OK)
        *out = c.out;
    else
        akin_diverse_free(&c.out);
    return st;
}
