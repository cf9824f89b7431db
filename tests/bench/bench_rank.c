/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "akin/vindex.h"
#include "context.h"

void
bench_database_make(const struct bench_corpus *corpus,
                    const struct akin_projection *projection,
                    struct bench_database *out)
{
    size_t n = corpus->n_sets;

    out->corpus = corpus;
    out->vectors = akin_new(corpus->n_tiles * AKIN_DIM + 1, sizeof(float));
    out->start = akin_new(n + 1, sizeof(*out->start));
    akin_projection_apply(projection, corpus->features, corpus->n_tiles,
                          out->vectors);
    out->start[n] = corpus->n_tiles;
    for (size_t s = n; s-- > 0;)
        out->start[s] =
            corpus->set[s].n_images == 0
                ? out->start[s + 1]
                : corpus->image[corpus->set[s].first_image].first_tile;
}

void
bench_database_free(struct bench_database *database)
{
    free(database->vectors);
    free(database->start);
    *database = (struct bench_database){0};
}

void
bench_ranking_new(size_t n_sets, struct bench_ranking *out)
{
    out->score = akin_new(n_sets, sizeof(*out->score));
    out->tile = akin_new(n_sets, sizeof(*out->tile));
}

void
bench_ranking_free(struct bench_ranking *ranking)
{
    free(ranking->score);
    free(ranking->tile);
}

/* One question and what is worked out for it. */
struct asked {
    const struct bench_database *database;
    const struct bench_image *image;
    uint8_t *skip, *want;
    float *sim;
    uint64_t *row;
    uint32_t *tie;
    struct akin_ranked *ranked;
    size_t n_ranked;
};

static void
prepare(const struct bench_database *database, size_t i_image, size_t without,
        struct asked *asked)
{
    const struct bench_corpus *corpus = database->corpus;
    size_t n = corpus->n_sets;

    asked->database = database;
    asked->image = &corpus->image[i_image];
    asked->skip = akin_new(corpus->n_tiles / 8 + 1, 1);
    asked->want = akin_new(n, 1);
    asked->sim = akin_new(asked->image->n_tiles * n + 1, sizeof(float));
    asked->row = akin_new(asked->image->n_tiles * n + 1, sizeof(uint64_t));
    asked->tie = akin_new(n, sizeof(*asked->tie));
    asked->ranked = akin_new(n, sizeof(*asked->ranked));
    for (size_t t = 0; t < asked->image->n_tiles; t++) {
        size_t row = asked->image->first_tile + t;

        asked->skip[row >> 3] |= (uint8_t)(1u << (row & 7));
    }
    for (size_t s = 0; s < n; s++) {
        asked->want[s] = s != without;
        asked->tie[s] = (uint32_t)s;
    }
}

static void
asked_free(struct asked *asked)
{
    free(asked->skip);
    free(asked->want);
    free(asked->sim);
    free(asked->row);
    free(asked->tie);
    free(asked->ranked);
}

/* As akin_snapshot_sample does it: stretches of equal length, the first tile
 * that counts of each. */
static size_t
sample(const struct asked *asked, size_t set, const float **out)
{
    const struct bench_database *db = asked->database;
    uint64_t first = db->start[set], n_rows = db->start[set + 1] - first;
    uint64_t n = n_rows < AKIN_CONTEXT_TILES ? n_rows : AKIN_CONTEXT_TILES;
    size_t taken = 0;

    for (uint64_t i = 0; i < n; i++) {
        uint64_t r = first + i * n_rows / n;
        uint64_t end = first + (i + 1) * n_rows / n;

        while (r < end && (asked->skip[r >> 3] >> (r & 7) & 1) != 0)
            r++;
        if (r < end)
            out[taken++] = db->vectors + r * AKIN_DIM;
    }
    return taken;
}

static enum akin_status
rank_in_context(struct asked *asked, enum akin_intent intent,
                struct akin_error *err)
{
    size_t n = asked->n_ranked < AKIN_CONTEXT_POOL ? asked->n_ranked
                                                   : AKIN_CONTEXT_POOL;
    const float *tile[AKIN_CONTEXT_POOL * AKIN_CONTEXT_TILES];
    uint64_t start[AKIN_CONTEXT_POOL + 1] = {0}, size[AKIN_CONTEXT_POOL];
    const struct akin_context context = {
        .tile = tile, .start = start, .size = size, .n_pool = n};

    for (size_t i = 0; i < n; i++) {
        size_t set = asked->ranked[i].dataset;
        const uint64_t *rows = asked->database->start;

        start[i + 1] = start[i] + sample(asked, set, tile + start[i]);
        size[i] = rows[set + 1] - rows[set];
        if (set == asked->image->set)
            size[i] -= asked->image->n_tiles;
    }
    return akin_context_rank(&context, intent, asked->tie, asked->ranked,
                             asked->n_ranked, err);
}

static void
give(const struct asked *asked, size_t n_sets, struct bench_ranking *out)
{
    for (size_t s = 0; s < n_sets; s++) {
        struct akin_pair pair;
        size_t n = akin_rank_evidence(
            asked->sim, asked->row, asked->image->n_tiles, n_sets, s, &pair, 1);

        out->score[s] = -INFINITY;
        out->tile[s] = n == 0 ? UINT64_MAX : pair.row;
    }
    for (size_t i = 0; i < asked->n_ranked; i++)
        out->score[asked->ranked[i].dataset] = asked->ranked[i].score;
}

enum akin_status
bench_rank(const struct bench_database *database, size_t i_image,
           size_t without, enum akin_intent intent, struct bench_ranking *out,
           struct akin_error *err)
{
    const struct bench_corpus *corpus = database->corpus;
    struct asked asked = {0};
    enum akin_status st;

    prepare(database, i_image, without, &asked);
    akin_vindex_best_in_groups(
        database->vectors, AKIN_DIM, database->start, corpus->n_sets,
        database->vectors + asked.image->first_tile * AKIN_DIM,
        asked.image->n_tiles, asked.skip, asked.want, asked.sim, asked.row);
    asked.n_ranked = akin_rank(asked.sim, asked.image->n_tiles, corpus->n_sets,
                               asked.tie, intent, asked.ranked);
    st = rank_in_context(&asked, intent, err);
    if (st == AKIN_OK)
        give(&asked, corpus->n_sets, out);
    asked_free(&asked);
    return st;
}

size_t
bench_rank_of(const double *score, size_t n_sets, size_t s)
{
    size_t rank = 1;

    for (size_t i = 0; i < n_sets; i++)
        if (i != s && (score[i] > score[s] || (i < s && score[i] >= score[s])))
            rank++;
    return rank;
}

double
bench_average_precision(const double *score, size_t n_sets,
                        const bool *relevant, bool *first)
{
    double sum = 0;
    size_t n = 0;

    *first = false;
    for (size_t s = 0; s < n_sets; s++) {
        size_t rank, above = 1;

        if (!relevant[s])
            continue;
        n++;
        if (!isfinite(score[s]))
            continue;
        rank = bench_rank_of(score, n_sets, s);
        for (size_t i = 0; i < n_sets; i++)
            if (relevant[i] && i != s && bench_rank_of(score, n_sets, i) < rank)
                above++;
        sum += (double)above / (double)rank;
        *first = *first || rank == 1;
    }
    return n == 0 ? 0 : sum / (double)n;
}
