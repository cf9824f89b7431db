/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tile.c - the plan, which is pure arithmetic, and the choice, which looks at
 * pixels.
 *
 * The choice, when more tiles hold something than may be kept: the levels take
 * turns, the coarsest first, one tile each, until all places are taken; so
 * every magnification is there. Within a level places come before contrast:
 * the level is cut into as many cells as it may have tiles, the best tile of
 * each cell comes before the second best of any, and among those of equal
 * rank the one with more contrast comes first. Ties: the earlier in the plan.
 */
#include "tile_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "contrast.h"

#define MAX_TILES ((uint64_t)1 << 24)

/* Coarse levels whose short edge is below this part of a tile's are left out:
 * a strip of a few pixels says little. */
#define MIN_EDGE_PART 4

static uint32_t
halved(uint32_t edge, size_t times)
{
    return (uint32_t)((edge + ((uint64_t)1 << times) - 1) >> times);
}

static uint32_t
tiles_along(uint32_t edge, uint32_t tile_size)
{
    return edge / tile_size + (edge % tile_size != 0);
}

/* Where tile i along an edge starts: the last one is moved inwards. */
static uint32_t
start_of(uint32_t i, uint32_t edge, uint32_t tile_size)
{
    uint64_t start = (uint64_t)i * tile_size;

    if (edge <= tile_size)
        return 0;
    return start > edge - tile_size ? edge - tile_size : (uint32_t)start;
}

/* x and w of a tile in level-0 px, from the same at its level. */
static void
to_level_0(uint32_t start, uint32_t size, size_t level, uint32_t edge,
           uint32_t *x, uint32_t *w)
{
    uint64_t end = ((uint64_t)start + size) << level;

    *x = start << level;
    *w = (uint32_t)(end < edge ? end : edge) - *x;
}

static void
plan_level(uint32_t width, uint32_t height, uint32_t tile_size, size_t level,
           struct akin_tile_list *list)
{
    uint32_t w = halved(width, level), h = halved(height, level);
    uint32_t n_x = tiles_along(w, tile_size), n_y = tiles_along(h, tile_size);
    uint32_t tile_w = w < tile_size ? w : tile_size;
    uint32_t tile_h = h < tile_size ? h : tile_size;

    for (uint32_t j = 0; j < n_y; j++)
        for (uint32_t i = 0; i < n_x; i++) {
            struct akin_tile *tile = &list->tile[list->n++];

            *tile = (struct akin_tile){.level = (uint32_t)level};
            to_level_0(start_of(i, w, tile_size), tile_w, level, width,
                       &tile->x, &tile->w);
            to_level_0(start_of(j, h, tile_size), tile_h, level, height,
                       &tile->y, &tile->h);
        }
}

enum akin_status
akin_tile_plan(uint32_t width, uint32_t height, uint32_t tile_size,
               struct akin_tile_list *out, struct akin_error *err)
{
    struct akin_tile_list list = {0};
    uint64_t n = 0;
    size_t levels;

    if (width == 0 || height == 0 || tile_size == 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "no tiles of %" PRIu32 " px in %" PRIu32 " x %" PRIu32
                         " px",
                         tile_size, width, height);
    levels = akin_tile_levels(width, height, tile_size);
    for (size_t level = 0; level < levels; level++)
        n += (uint64_t)tiles_along(halved(width, level), tile_size) *
             tiles_along(halved(height, level), tile_size);
    if (n > MAX_TILES)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "%" PRIu64 " tiles in a plane, at most %" PRIu64, n,
                         MAX_TILES);
    assert(n > 0);
    list.tile = calloc((size_t)n, sizeof(*list.tile));
    if (list.tile == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %" PRIu64 " tiles",
                         n);
    for (size_t level = 0; level < levels; level++)
        plan_level(width, height, tile_size, level, &list);
    *out = list;
    return AKIN_OK;
}

struct akin_tile_rect
akin_tile_rect(const struct akin_pyramid *pyramid, const struct akin_tile *tile)
{
    const struct akin_plane *plane = &pyramid->level[tile->level];
    struct akin_tile_rect rect;

    assert(tile->level < pyramid->n);
    rect.x = tile->x >> tile->level;
    rect.y = tile->y >> tile->level;
    rect.w = halved(tile->w, tile->level);
    rect.h = halved(tile->h, tile->level);
    assert(rect.x < plane->width && rect.w <= plane->width - rect.x);
    assert(rect.y < plane->height && rect.h <= plane->height - rect.y);
    return rect;
}

/* A tile that may be chosen. */
struct candidate {
    size_t tile;     /* place in the plan */
    double contrast; /* 0: background */
    uint32_t level;
    uint32_t cell; /* of its level, see the top of the file */
    uint32_t rank; /* within its cell, 0 the best */
};

static int
compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

/* Level by level; within a cell the most contrast first. */
static int
by_cell(const void *a, const void *b)
{
    const struct candidate *l = a, *r = b;

    if (l->level != r->level)
        return l->level < r->level ? -1 : 1;
    if (l->cell != r->cell)
        return l->cell < r->cell ? -1 : 1;
    if (compare_numbers(r->contrast, l->contrast) != 0)
        return compare_numbers(r->contrast, l->contrast);
    return l->tile < r->tile ? -1 : 1;
}

/* Level by level; the best of every cell first. */
static int
by_rank(const void *a, const void *b)
{
    const struct candidate *l = a, *r = b;

    if (l->level != r->level)
        return l->level < r->level ? -1 : 1;
    if (l->rank != r->rank)
        return l->rank < r->rank ? -1 : 1;
    if (compare_numbers(r->contrast, l->contrast) != 0)
        return compare_numbers(r->contrast, l->contrast);
    return l->tile < r->tile ? -1 : 1;
}

static int
by_tile(const void *a, const void *b)
{
    const struct candidate *l = a, *r = b;

    return (l->tile > r->tile) - (l->tile < r->tile);
}

/* Tiles each level may have: turn by turn, the coarsest first. */
static void
share_places(const size_t *available, size_t n_levels, size_t max_tiles,
             size_t *share)
{
    bool took = true;

    for (size_t level = 0; level < n_levels; level++)
        share[level] = 0;
    while (took && max_tiles > 0) {
        took = false;
        for (size_t level = n_levels; level-- > 0 && max_tiles > 0;) {
            if (share[level] == available[level])
                continue;
            share[level]++;
            max_tiles--;
            took = true;
        }
    }
}

/* Gives every candidate its cell: about share cells a level, in a grid of the
 * plane's shape. */
static void
assign_cells(const struct akin_plane *plane, const struct akin_tile *tiles,
             struct candidate *c, size_t n, const size_t *share)
{
    for (size_t i = 0; i < n; i++) {
        const struct akin_tile *tile = &tiles[c[i].tile];
        double aspect = (double)plane->width / plane->height;
        double cells = (double)share[c[i].level];
        uint64_t n_x = (uint64_t)fmax(1, ceil(sqrt(cells * aspect)));
        uint64_t n_y = (uint64_t)fmax(1, ceil(cells / (double)n_x));
        uint64_t x = ((uint64_t)tile->x + tile->w / 2) * n_x / plane->width;
        uint64_t y = ((uint64_t)tile->y + tile->h / 2) * n_y / plane->height;

        c[i].cell = (uint32_t)(y * n_x + x);
    }
}

/* Keeps the best max_tiles of the n candidates, at the front, in the plan's
 * order; gives their number. */
static size_t
keep_best(const struct akin_plane *plane, const struct akin_tile *tiles,
          struct candidate *c, size_t n, size_t n_levels, size_t max_tiles)
{
    size_t available[AKIN_LEVELS_MAX] = {0}, share[AKIN_LEVELS_MAX];
    size_t kept = 0, in_level = 0;

    for (size_t i = 0; i < n; i++)
        available[c[i].level]++;
    share_places(available, n_levels, max_tiles, share);
    assign_cells(plane, tiles, c, n, share);
    qsort(c, n, sizeof(*c), by_cell);
    for (size_t i = 0; i < n; i++) {
        bool same =
            i > 0 && c[i].level == c[i - 1].level && c[i].cell == c[i - 1].cell;

        c[i].rank = same ? c[i - 1].rank + 1 : 0;
    }
    qsort(c, n, sizeof(*c), by_rank);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && c[i].level != c[i - 1].level)
            in_level = 0;
        if (in_level++ < share[c[i].level])
            c[kept++] = c[i];
    }
    qsort(c, kept, sizeof(*c), by_tile);
    return kept;
}

/* True for a level that is worth looking at. */
static bool
level_counts(const struct akin_pyramid *pyramid, size_t level,
             uint64_t tile_size)
{
    const struct akin_plane *plane = &pyramid->level[level];
    uint32_t edge = plane->width < plane->height ? plane->width : plane->height;

    return level == 0 || edge >= tile_size / MIN_EDGE_PART;
}

/* Fills candidates from the plan; gives their number. */
static size_t
find_candidates(const struct akin_pyramid *pyramid,
                const struct akin_config *config,
                const struct akin_tile_list *plan, struct candidate *c,
                struct akin__contrast_work *work)
{
    struct akin__plane_range range =
        akin__contrast_range(&pyramid->level[0], work);
    size_t n = 0;

    for (size_t i = 0; i < plan->n; i++) {
        const struct akin_tile *tile = &plan->tile[i];
        double contrast;

        if (!level_counts(pyramid, tile->level, config->tile_size))
            continue;
        contrast =
            akin__contrast_of(&pyramid->level[tile->level],
                              akin_tile_rect(pyramid, tile), range, work);
        if (contrast > 0 && contrast >= config->tile_min_contrast)
            c[n++] = (struct candidate){
                .tile = i, .contrast = contrast, .level = tile->level};
    }
    return n;
}

/* The tile that stands for a plane without content: the plan's last one is
 * the coarsest; of the levels that count. */
static size_t
coarsest_tile(const struct akin_pyramid *pyramid,
              const struct akin_tile_list *plan, uint64_t tile_size)
{
    size_t i = plan->n - 1;

    while (i > 0 && !level_counts(pyramid, plan->tile[i].level, tile_size))
        i--;
    return i;
}

enum akin_status
akin__tile_choose(const struct akin_pyramid *pyramid,
                  const struct akin_config *config, size_t max_tiles,
                  struct akin_tile_list *out, bool *all_background,
                  struct akin_error *err)
{
    const struct akin_plane *plane = &pyramid->level[0];
    struct akin_tile_list plan = {0};
    struct akin__contrast_work *work = NULL;
    struct candidate *c = NULL;
    enum akin_status st;
    size_t n;

    st = akin_tile_plan(plane->width, plane->height,
                        (uint32_t)config->tile_size, &plan, err);
    if (st != AKIN_OK)
        return st;
    assert(plan.n > 0);
    c = calloc(plan.n, sizeof(*c));
    work = malloc(sizeof(*work));
    if (c == NULL || work == NULL) {
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to choose among %zu tiles",
                       plan.n);
        goto done;
    }
    n = find_candidates(pyramid, config, &plan, c, work);
    *all_background = n == 0;
    if (n == 0) {
        c[0].tile = coarsest_tile(pyramid, &plan, config->tile_size);
        n = 1;
    }
    n = keep_best(plane, plan.tile, c, n, pyramid->n,
                  max_tiles == 0 ? 1 : max_tiles);
    /* The plan's order is kept, so that it can be closed up in place. */
    for (size_t i = 0; i < n; i++)
        plan.tile[i] = plan.tile[c[i].tile];
    plan.n = n;
    *out = plan;
    plan.tile = NULL;
done:
    free(work);
    free(c);
    akin_tile_list_free(&plan);
    return st;
}

enum akin_status
akin_tile_choose(const struct akin_pyramid *pyramid,
                 const struct akin_config *config, size_t max_tiles,
                 struct akin_tile_list *out, struct akin_error *err)
{
    bool all_background;

    return akin__tile_choose(pyramid, config, max_tiles, out, &all_background,
                             err);
}

void
akin_tile_list_free(struct akin_tile_list *list)
{
    free(list->tile);
    *list = (struct akin_tile_list){0};
}
