/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_best.c - for each query tile and dataset, the best matching row.
 *
 * The tail is always scanned. The base is scanned or probed, whichever the
 * generation's model says is cheaper behind the filter at hand and does not
 * cost recall (akin_vindex_plan).
 *
 * The answer to one query tile depends on nothing but itself, the snapshot and
 * what is wanted and excluded; so answers are the same every time.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot_internal.h"

#define PASS_TILES ((size_t)32) /* query tiles scanned at once */
/* Datasets whose rank is made sure of: those that are ranked again in each
 * other's company. What comes after them is ranked by upper
 * bounds where probing did not reach. */
#define SURE ((size_t)64)

struct search {
    /* given */
    const struct akin_snapshot *s;
    const float *queries;
    size_t n_queries;
    const uint8_t *want;
    const uint32_t *exclude; /* sorted */
    size_t n_exclude;
    float *sim;
    uint64_t *row;

    /* the base behind `want` and `exclude` */
    uint8_t *skip;       /* one bit a row; NULL: the mask's, or none */
    uint64_t *rows_left; /* of each group */
    uint8_t *want_group; /* is wanted and has rows left */
    size_t n_want_groups;
    uint64_t n_want_rows;

    /* a pass of a scan */
    float *pass_sim; /* PASS_TILES x pass_room */
    uint64_t *pass_row;
    size_t pass_room; /* groups, or images of a chunk */
};

static void
search_free(struct search *q)
{
    free(q->skip);
    free(q->rows_left);
    free(q->want_group);
    free(q->pass_sim);
    free(q->pass_row);
}

static enum akin_status
no_memory(struct akin_error *err)
{
    return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to search with");
}

static void
offer(struct search *q, size_t query, uint32_t position, float sim,
      uint64_t row)
{
    size_t at = query * q->s->n_datasets + position;

    if (sim > q->sim[at] || (sim == q->sim[at] && row < q->row[at])) {
        q->sim[at] = sim;
        q->row[at] = row;
    }
}

static int
by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static bool
is_excluded(const struct search *q, uint32_t image)
{
    return q->n_exclude > 0 && bsearch(&image, q->exclude, q->n_exclude,
                                       sizeof(*q->exclude), by_number) != NULL;
}

static bool
is_wanted(const struct search *q, uint32_t position)
{
    return position != AKIN__NOWHERE &&
           (q->want == NULL || q->want[position] != 0);
}

/* --- what is left of the base --- */

static const uint8_t *
skip_of(const struct search *q)
{
    return q->skip != NULL ? q->skip : q->s->mask->skip;
}

static bool
bit(const uint8_t *bits, uint64_t i)
{
    return (bits[i >> 3] >> (i & 7) & 1) != 0;
}

static enum akin_status
exclude_from_base(struct search *q, struct akin_error *err)
{
    const struct akin__base *base = q->s->base;
    size_t bytes = (size_t)(q->s->n_base_rows / 8 + 1);

    for (size_t i = 0; i < q->n_exclude; i++) {
        const struct akin_generation_image *image;
        size_t entry;

        if (!akin__base_find(base, q->exclude[i], &entry))
            continue;
        image = &base->gen->images[entry];
        if (image->n_tiles == 0 ||
            (skip_of(q) != NULL && bit(skip_of(q), image->first_row)))
            continue; /* removed, or named twice */
        if (q->skip == NULL) {
            if ((q->skip = calloc(bytes, 1)) == NULL)
                return no_memory(err);
            if (q->s->mask->skip != NULL)
                memcpy(q->skip, q->s->mask->skip, bytes);
        }
        akin__mask_image(q->skip, image);
        q->rows_left[akin__base_group_of(base, image->dataset)] -=
            image->n_tiles;
    }
    return AKIN_OK;
}

static enum akin_status
look_at_base(struct search *q, struct akin_error *err)
{
    const struct akin__base *base = q->s->base;
    size_t n = base->n_groups;
    enum akin_status st;

    q->rows_left = calloc(n + 1, sizeof(*q->rows_left));
    q->want_group = calloc(n + 1, 1);
    if (q->rows_left == NULL || q->want_group == NULL)
        return no_memory(err);
    memcpy(q->rows_left, q->s->mask->rows, n * sizeof(*q->rows_left));
    st = exclude_from_base(q, err);
    for (size_t g = 0; st == AKIN_OK && g < n; g++) {
        if (q->rows_left[g] == 0 || !is_wanted(q, q->s->base_position[g]))
            continue;
        q->want_group[g] = 1;
        q->n_want_groups++;
        q->n_want_rows += q->rows_left[g];
    }
    return st;
}

/* --- scanning --- */

/* Room for a pass over n groups (or images). */
static enum akin_status
pass_alloc(struct search *q, size_t n, struct akin_error *err)
{
    if (q->pass_sim == NULL || n > q->pass_room) {
        free(q->pass_sim);
        free(q->pass_row);
        q->pass_sim = calloc(n + 1, PASS_TILES * sizeof(float));
        q->pass_row = calloc(n + 1, PASS_TILES * sizeof(uint64_t));
        q->pass_room = n;
    }
    if (q->pass_sim == NULL || q->pass_row == NULL)
        return no_memory(err);
    return AKIN_OK;
}

static enum akin_status
scan_base(struct search *q, struct akin_error *err)
{
    const struct akin__base *base = q->s->base;
    size_t n = base->n_groups;
    enum akin_status st;

    if (q->n_want_groups == 0)
        return AKIN_OK;
    assert(base->gen != NULL); /* who else has groups */
    st = pass_alloc(q, n, err);
    for (size_t first = 0; st == AKIN_OK && first < q->n_queries;
         first += PASS_TILES) {
        size_t left = q->n_queries - first;
        size_t n_pass = left < PASS_TILES ? left : PASS_TILES;

        akin_vindex_best_in_groups(base->gen->vectors, AKIN_DIM, base->start, n,
                                   q->queries + first * AKIN_DIM, n_pass,
                                   skip_of(q), q->want_group, q->pass_sim,
                                   q->pass_row);
        for (size_t i = 0; i < n_pass; i++)
            for (size_t g = 0; g < n; g++)
                if (q->want_group[g] != 0)
                    offer(q, first + i, q->s->base_position[g],
                          q->pass_sim[i * n + g], q->pass_row[i * n + g]);
    }
    return st;
}

/* One chunk of the tail: each image is a group. */
static void
scan_chunk(struct search *q, const struct akin__view *view,
           const uint8_t *want_image)
{
    const uint32_t *position = q->s->tail_position + view->first_image;
    size_t n_images = view->n_images;

    for (size_t first = 0; first < q->n_queries; first += PASS_TILES) {
        size_t left = q->n_queries - first;
        size_t n_pass = left < PASS_TILES ? left : PASS_TILES;

        akin_vindex_best_in_groups(view->chunk->vectors, AKIN_DIM,
                                   view->chunk->start, n_images,
                                   q->queries + first * AKIN_DIM, n_pass, NULL,
                                   want_image, q->pass_sim, q->pass_row);
        for (size_t i = 0; i < n_pass; i++)
            for (size_t g = 0; g < n_images; g++)
                if (q->pass_row[i * n_images + g] != UINT64_MAX)
                    offer(q, first + i, position[g],
                          q->pass_sim[i * n_images + g],
                          view->first_row + q->pass_row[i * n_images + g]);
    }
}

static enum akin_status
scan_tail(struct search *q, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    for (size_t v = 0; st == AKIN_OK && v < q->s->n_views; v++) {
        const struct akin__view *view = &q->s->view[v];
        uint8_t *want_image = calloc(view->n_images + 1, 1);
        bool any = false;

        if (want_image == NULL)
            return no_memory(err);
        for (size_t i = 0; i < view->n_images; i++) {
            want_image[i] =
                is_wanted(q, q->s->tail_position[view->first_image + i]) &&
                !is_excluded(q, view->chunk->image[i].image);
            any = any || want_image[i] != 0;
        }
        if (any)
            st = pass_alloc(q, view->n_images, err);
        if (any && st == AKIN_OK)
            scan_chunk(q, view, want_image);
        free(want_image);
    }
    return st;
}

/* --- the plan --- */

static struct akin_vindex_plan
make_plan(const struct search *q)
{
    const struct akin_generation *gen = q->s->base->gen;
    const struct akin_vindex_filter filter = {.n_rows = q->n_want_rows,
                                              .n_runs = q->n_want_groups,
                                              .n_groups = q->n_want_groups,
                                              .sure = SURE};
    struct akin_vindex_plan plan = {.way = AKIN_VINDEX_EXACT};

    if (gen != NULL && gen->vindex != NULL && q->n_want_rows > 0)
        akin_vindex_plan(&gen->model, (size_t)gen->n_rows, &filter,
                         q->n_queries, &plan);
    return plan;
}

/* By codes, for all query tiles together; a table of groups becomes one of
 * positions. */
static enum akin_status
search_base(struct search *q, enum akin_vindex_way way, uint64_t *n_lists,
            struct akin_error *err)
{
    const struct akin__base *base = q->s->base;
    const struct akin_vindex_grouping how = {
        .way = way,
        .effort = base->gen->model.effort,
        .n_fetch = (size_t)q->s->source->config.query_probe_tiles,
        .sure = SURE};
    size_t n = base->n_groups;
    enum akin_status st;

    q->pass_sim = calloc(n, q->n_queries * sizeof(float));
    q->pass_row = calloc(n, q->n_queries * sizeof(uint64_t));
    if (q->pass_sim == NULL || q->pass_row == NULL)
        return no_memory(err);
    st = akin_vindex_search_groups(base->gen->vindex, base->gen->vectors,
                                   base->start, n, q->queries, q->n_queries,
                                   skip_of(q), q->want_group, &how, q->pass_sim,
                                   q->pass_row, n_lists, err);
    for (size_t i = 0; st == AKIN_OK && i < q->n_queries * n; i++)
        if (q->want_group[i % n] != 0)
            offer(q, i / n, q->s->base_position[i % n], q->pass_sim[i],
                  q->pass_row[i]);
    free(q->pass_sim); /* of another shape than a scan wants */
    free(q->pass_row);
    q->pass_sim = NULL;
    q->pass_row = NULL;
    return st;
}

static enum akin_status
search_all(struct search *q, char *plan, struct akin_error *err)
{
    const struct akin_generation *gen = q->s->base->gen;
    enum akin_status st = look_at_base(q, err);
    struct akin_vindex_plan how;
    uint64_t n_lists = 0;

    if (st != AKIN_OK)
        return st;
    how = make_plan(q);
    if (how.way == AKIN_VINDEX_EXACT)
        st = scan_base(q, err);
    else
        st = search_base(q, how.way, &n_lists, err);
    if (how.way == AKIN_VINDEX_PROBE)
        (void)snprintf(plan, AKIN_PLAN_TEXT, "ivf %.0f of %zu lists",
                       ceil((double)n_lists / (double)q->n_queries),
                       akin_vindex_lists(gen->vindex));
    else
        (void)snprintf(plan, AKIN_PLAN_TEXT, "%s",
                       how.way == AKIN_VINDEX_SCAN ? "scan" : "exact");
    if (gen != NULL)
        (void)akin_generation_trim(gen,
                                   q->s->source->config.index_resident_bytes);
    return st == AKIN_OK ? scan_tail(q, err) : st;
}

enum akin_status
akin_snapshot_best(const struct akin_snapshot *snapshot, const float *queries,
                   size_t n_queries, const uint8_t *want,
                   const uint32_t *exclude, size_t n_exclude, float *sim,
                   uint64_t *row, char *plan, struct akin_error *err)
{
    struct search q = {.s = snapshot,
                       .queries = queries,
                       .n_queries = n_queries,
                       .want = want,
                       .n_exclude = n_exclude,
                       .sim = sim,
                       .row = row};
    uint32_t *sorted = NULL;
    enum akin_status st;

    for (size_t i = 0; i < n_queries * snapshot->n_datasets; i++) {
        sim[i] = -INFINITY;
        row[i] = UINT64_MAX;
    }
    if (n_exclude > 0) {
        sorted = calloc(n_exclude, sizeof(*sorted));
        if (sorted == NULL)
            return no_memory(err);
        memcpy(sorted, exclude, n_exclude * sizeof(*sorted));
        qsort(sorted, n_exclude, sizeof(*sorted), by_number);
    }
    q.exclude = sorted;
    st = search_all(&q, plan, err);
    search_free(&q);
    free(sorted);
    return st;
}

void
akin_snapshot_index(const struct akin_snapshot *snapshot,
                    struct akin_snapshot_index *out)
{
    const struct akin_generation *gen = snapshot->base->gen;

    *out = (struct akin_snapshot_index){
        .exact_below = snapshot->source->config.index_exact_below};
    if (gen == NULL || gen->vindex == NULL)
        return;
    out->n_lists = akin_vindex_lists(gen->vindex);
    out->model = &gen->model;
}
