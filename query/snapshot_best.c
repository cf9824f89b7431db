/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_best.c - for each query tile and dataset, the best matching row.
 *
 * The tail is always scanned. The base is scanned, too, unless it has an index
 * and more rows are wanted than a scan handles well; then each query tile
 * fetches its nearest rows by IVF. A query tile that reaches too few datasets
 * asks for more, and after MAX_WIDER rounds is answered by a scan: a filter
 * must not cost results.
 *
 * The answer to one query tile depends on nothing but itself, the snapshot and
 * what is wanted and excluded; so answers are the same every time.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot_internal.h"

#define REACH ((size_t)64)      /* datasets that IVF must reach */
#define PASS_TILES ((size_t)32) /* query tiles scanned at once */
#define MAX_WIDER 3
#define MORE_ROWS ((size_t)4) /* per round of widening */
#define MORE_LISTS ((size_t)2)
/* A filter that leaves fewer rows than this times query.probe_tiles is narrow,
 * whatever index.exact_below says. */
#define NARROW_FACTOR ((uint64_t)4)

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
    float *pass_queries; /* PASS_TILES x AKIN_DIM */
    float *pass_sim;     /* PASS_TILES x pass_room */
    uint64_t *pass_row;
    size_t pass_room; /* groups, or images of a chunk */

    /* a fetch by IVF */
    uint8_t *allowed; /* one bit a row; NULL: all */
    uint64_t *hits;
    float *hit_sims;
    size_t hit_room;
    uint8_t *reached; /* of each group */
    size_t *to_scan;  /* query tiles that IVF did not serve */
    size_t n_to_scan;
};

static void
search_free(struct search *q)
{
    free(q->skip);
    free(q->rows_left);
    free(q->want_group);
    free(q->pass_queries);
    free(q->pass_sim);
    free(q->pass_row);
    free(q->allowed);
    free(q->hits);
    free(q->hit_sims);
    free(q->reached);
    free(q->to_scan);
}

static enum akin_status
no_memory(struct akin_error *err)
{
    return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to search with");
}

/* A better row of a dataset; of equals the lower row stays. */
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
skip_bits(const struct search *q)
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
            (skip_bits(q) != NULL && bit(skip_bits(q), image->first_row)))
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
    if (q->pass_queries == NULL)
        q->pass_queries = calloc(PASS_TILES, AKIN_DIM * sizeof(float));
    if (q->pass_sim == NULL || n > q->pass_room) {
        free(q->pass_sim);
        free(q->pass_row);
        q->pass_sim = calloc(n + 1, PASS_TILES * sizeof(float));
        q->pass_row = calloc(n + 1, PASS_TILES * sizeof(uint64_t));
        q->pass_room = n;
    }
    if (q->pass_queries == NULL || q->pass_sim == NULL || q->pass_row == NULL)
        return no_memory(err);
    return AKIN_OK;
}

/* Scans the wanted groups with the query tiles which[0 .. n-1], or all when
 * which is NULL. */
static enum akin_status
scan_base(struct search *q, const size_t *which, size_t n,
          struct akin_error *err)
{
    const struct akin__base *base = q->s->base;
    enum akin_status st = AKIN_OK;

    if (q->n_want_groups > 0)
        st = pass_alloc(q, base->n_groups, err);
    for (size_t first = 0; st == AKIN_OK && q->n_want_groups > 0 && first < n;
         first += PASS_TILES) {
        size_t n_pass = n - first < PASS_TILES ? n - first : PASS_TILES;

        for (size_t i = 0; i < n_pass; i++) {
            size_t query = which == NULL ? first + i : which[first + i];

            memcpy(q->pass_queries + i * AKIN_DIM,
                   q->queries + query * AKIN_DIM, AKIN_DIM * sizeof(float));
        }
        akin_vindex_best_in_groups(base->gen->vectors, AKIN_DIM, base->start,
                                   base->n_groups, q->pass_queries, n_pass,
                                   skip_bits(q), q->want_group, q->pass_sim,
                                   q->pass_row);
        for (size_t i = 0; i < n_pass; i++)
            for (size_t g = 0; g < base->n_groups; g++)
                if (q->want_group[g] != 0)
                    offer(q, which == NULL ? first + i : which[first + i],
                          q->s->base_position[g],
                          q->pass_sim[i * base->n_groups + g],
                          q->pass_row[i * base->n_groups + g]);
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

/* --- fetching --- */

static void
set_bits(uint8_t *bits, uint64_t from, uint64_t to)
{
    for (; from < to && (from & 7) != 0; from++)
        bits[from >> 3] |= (uint8_t)(1u << (from & 7));
    if (to - from >= 8) {
        memset(bits + (from >> 3), 0xff, (size_t)((to - from) / 8));
        from += (to - from) / 8 * 8;
    }
    for (; from < to; from++)
        bits[from >> 3] |= (uint8_t)(1u << (from & 7));
}

static enum akin_status
fetch_alloc(struct search *q, struct akin_error *err)
{
    const struct akin__base *base = q->s->base;
    const uint8_t *skip = skip_bits(q);
    size_t bytes = (size_t)(q->s->n_base_rows / 8 + 1);

    q->reached = calloc(base->n_groups + 1, 1);
    q->to_scan = calloc(q->n_queries + 1, sizeof(*q->to_scan));
    if (q->reached == NULL || q->to_scan == NULL)
        return no_memory(err);
    if (q->n_want_rows == q->s->n_base_rows)
        return AKIN_OK; /* no need to ask of each row */
    q->allowed = calloc(bytes, 1);
    if (q->allowed == NULL)
        return no_memory(err);
    for (size_t g = 0; g < base->n_groups; g++)
        if (q->want_group[g] != 0)
            set_bits(q->allowed, base->start[g], base->start[g + 1]);
    for (size_t i = 0; skip != NULL && i < bytes; i++)
        q->allowed[i] &= (uint8_t)~skip[i];
    return AKIN_OK;
}

static size_t
group_of_row(const struct akin__base *base, uint64_t row)
{
    size_t low = 0, high = base->n_groups;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (base->start[middle] <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Fetches k rows for one query tile and counts the rows and the datasets. */
static enum akin_status
fetch(struct search *q, size_t query, size_t k, size_t n_probe, size_t *n_hits,
      size_t *n_reached, struct akin_error *err)
{
    const struct akin__base *base = q->s->base;
    enum akin_status st;

    if (k > q->hit_room) {
        free(q->hits);
        free(q->hit_sims);
        q->hits = calloc(k, sizeof(*q->hits));
        q->hit_sims = calloc(k, sizeof(*q->hit_sims));
        q->hit_room = k;
        if (q->hits == NULL || q->hit_sims == NULL) {
            q->hit_room = 0;
            return no_memory(err);
        }
    }
    st = akin_vindex_search(base->gen->vindex, base->gen->vectors,
                            q->queries + query * AKIN_DIM, 1, k, n_probe,
                            q->allowed, q->hits, q->hit_sims, err);
    if (st != AKIN_OK)
        return st;
    memset(q->reached, 0, base->n_groups);
    *n_hits = *n_reached = 0;
    while (*n_hits < k && q->hits[*n_hits] != UINT64_MAX) {
        size_t group = group_of_row(base, q->hits[*n_hits]);

        *n_reached += q->reached[group] == 0;
        q->reached[group] = 1;
        ++*n_hits;
    }
    return AKIN_OK;
}

/* What was fetched goes to the table; a dataset that was not reached has
 * nothing better than the worst that was. */
static void
take_hits(struct search *q, size_t query, size_t n_hits)
{
    const struct akin_snapshot *s = q->s;

    for (size_t i = 0; i < n_hits; i++)
        offer(q, query, s->base_position[group_of_row(s->base, q->hits[i])],
              q->hit_sims[i], q->hits[i]);
    for (size_t g = 0; g < s->base->n_groups; g++)
        if (q->want_group[g] != 0 && q->reached[g] == 0)
            offer(q, query, s->base_position[g], q->hit_sims[n_hits - 1],
                  UINT64_MAX);
}

static enum akin_status
fetch_query(struct search *q, size_t query, struct akin_error *err)
{
    size_t lists = akin_vindex_lists(q->s->base->gen->vindex);
    size_t need = q->n_want_groups < REACH ? q->n_want_groups : REACH;
    size_t k = (size_t)q->s->source->config.query_probe_tiles;
    size_t n_probe = q->s->base->gen->n_probe;

    for (int round = 0; round <= MAX_WIDER && k < q->n_want_rows; round++) {
        size_t n_hits = 0, n_reached = 0;
        enum akin_status st =
            fetch(q, query, k, n_probe, &n_hits, &n_reached, err);

        if (st != AKIN_OK)
            return st;
        if (n_hits > 0 && n_reached >= need) {
            take_hits(q, query, n_hits);
            return AKIN_OK;
        }
        k = n_hits < k ? k : k * MORE_ROWS;
        n_probe = n_probe > lists / MORE_LISTS ? lists : n_probe * MORE_LISTS;
    }
    q->to_scan[q->n_to_scan++] = query;
    return AKIN_OK;
}

static enum akin_status
fetch_all(struct search *q, struct akin_error *err)
{
    enum akin_status st = fetch_alloc(q, err);

    for (size_t i = 0; st == AKIN_OK && i < q->n_queries; i++)
        st = fetch_query(q, i, err);
    return st == AKIN_OK ? scan_base(q, q->to_scan, q->n_to_scan, err) : st;
}

/* --- the plan --- */

static bool
is_narrow(const struct search *q)
{
    const struct akin_config *config = &q->s->source->config;
    uint64_t limit = config->query_probe_tiles * NARROW_FACTOR;

    if (limit < config->index_exact_below)
        limit = config->index_exact_below;
    return q->n_want_rows <= limit;
}

static enum akin_status
search_all(struct search *q, const char **plan, struct akin_error *err)
{
    const struct akin_generation *gen = q->s->base->gen;
    enum akin_status st = look_at_base(q, err);

    if (st != AKIN_OK)
        return st;
    if (gen != NULL && gen->vindex != NULL && !is_narrow(q)) {
        *plan = "ivf";
        st = fetch_all(q, err);
    } else {
        *plan = gen != NULL && gen->vindex != NULL && q->want != NULL
                    ? "exact (narrow filter)"
                    : "exact";
        st = scan_base(q, NULL, q->n_queries, err);
    }
    return st == AKIN_OK ? scan_tail(q, err) : st;
}

enum akin_status
akin_snapshot_best(const struct akin_snapshot *snapshot, const float *queries,
                   size_t n_queries, const uint8_t *want,
                   const uint32_t *exclude, size_t n_exclude, float *sim,
                   uint64_t *row, const char **plan, struct akin_error *err)
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
