/* SPDX-License-Identifier: Apache-2.0 */
/*
 * describe.c - the planes share the places of an image evenly; what one plane
 * does not need goes to those after it. Of planes without content one tile is
 * kept only when no plane has any: the features of "nothing" would match every
 * other nothing.
 */
#include "describe_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "akin/disturb.h"
#include "akin/hash.h"
#include "akin/planes.h"
#include "tile_internal.h"

struct akin_describer {
    struct akin_config config;
    struct akin_feature_set set;
    struct akin_feature_work *work;  /* NULL: external */
    struct akin__external *external; /* NULL: built in */
};

/* One image being described. */
struct job {
    struct akin_describer *describer;
    const struct akin_describe_options *options;
    size_t max_tiles;
    size_t cap_tiles, cap_disturbed; /* room in out's arrays */
    bool only_background;            /* what out holds so far */
    struct akin_described out;
};

enum akin_status
akin_describer_new(const struct akin_config *config,
                   const struct akin_feature_set *set,
                   struct akin_describer **out, struct akin_error *err)
{
    struct akin_describer *describer = calloc(1, sizeof(*describer));
    enum akin_status st = AKIN_OK;

    if (describer == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to describe images");
    describer->config = *config;
    describer->set = *set;
    if (akin_feature_set_is_external(set))
        describer->external = akin__external_new(config, set);
    else
        st = akin_feature_work_new(&describer->work, err);
    if (st != AKIN_OK) {
        akin_describer_free(describer);
        return st;
    }
    *out = describer;
    return AKIN_OK;
}

void
akin_describer_free(struct akin_describer *describer)
{
    if (describer == NULL)
        return;
    akin_feature_work_free(describer->work);
    akin__external_free(describer->external);
    free(describer);
}

bool
akin_describer_is_halted(const struct akin_describer *describer)
{
    return describer->external != NULL &&
           akin__external_failed(describer->external);
}

void
akin_described_free(struct akin_described *described)
{
    free(described->tiles);
    free(described->features);
    free(described->disturbed_tile);
    free(described->disturbed);
    *described = (struct akin_described){0};
}

/* Grows *array to n * row elements of `size` bytes. */
static enum akin_status
grow(void **array, size_t n, size_t row, size_t size, struct akin_error *err)
{
    size_t bytes;
    void *grown = NULL;

    if (akin_size_mul(row, size, &bytes) && akin_size_mul(bytes, n, &bytes))
        grown = realloc(*array, bytes);
    if (grown == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu tiles", n);
    *array = grown;
    return AKIN_OK;
}

static enum akin_status
room_for_tiles(struct job *job, size_t more, struct akin_error *err)
{
    size_t n = job->out.n_tiles + more;
    void *tiles = job->out.tiles, *features = job->out.features;
    enum akin_status st;

    if (n <= job->cap_tiles)
        return AKIN_OK;
    st = grow(&tiles, n, 1, sizeof(struct akin_tile), err);
    job->out.tiles = tiles;
    if (st != AKIN_OK)
        return st;
    st = grow(&features, n, job->out.n_features, sizeof(float), err);
    job->out.features = features;
    if (st == AKIN_OK)
        job->cap_tiles = n;
    return st;
}

static enum akin_status
room_for_copy(struct job *job, struct akin_error *err)
{
    size_t n =
        job->cap_disturbed == 0 ? AKIN_DISTURB_COPIES : 2 * job->cap_disturbed;
    void *tile = job->out.disturbed_tile, *copies = job->out.disturbed;
    enum akin_status st;

    if (job->out.n_disturbed < job->cap_disturbed)
        return AKIN_OK;
    st = grow(&tile, n, 1, sizeof(uint32_t), err);
    job->out.disturbed_tile = tile;
    if (st != AKIN_OK)
        return st;
    st = grow(&copies, n, job->out.n_features, sizeof(float), err);
    job->out.disturbed = copies;
    if (st == AKIN_OK)
        job->cap_disturbed = n;
    return st;
}

/* The features of rect into row `row`: now, or when a batch is full. */
static enum akin_status
take_features(struct job *job, const struct akin_plane *plane,
              struct akin_tile_rect rect, bool is_copy, size_t row,
              struct akin_error *err)
{
    float *rows = is_copy ? job->out.disturbed : job->out.features;

    if (job->describer->external != NULL)
        return akin__external_add(job->describer->external, plane, rect,
                                  is_copy, row, &job->out, err);
    akin_feature_compute(job->describer->work, plane, rect,
                         rows + row * job->out.n_features);
    return AKIN_OK;
}

/* Copies of tile number `tile` of the image. */
static enum akin_status
add_copies(struct job *job, const struct akin_plane *level,
           struct akin_tile_rect rect, size_t tile, struct akin_error *err)
{
    for (uint64_t i = 0; i < AKIN_DISTURB_COPIES; i++) {
        struct akin_plane copy = {0};
        struct akin_tile_rect all = {0, 0, rect.w, rect.h};
        uint64_t seed = akin_hash_mix(job->options->seed,
                                      (uint64_t)tile * AKIN_DISTURB_COPIES + i);
        enum akin_status st = room_for_copy(job, err);

        if (st != AKIN_OK)
            return st;
        st = akin_disturb(level, rect, seed, &copy, err);
        if (st != AKIN_OK)
            return st;
        st = take_features(job, &copy, all, true, job->out.n_disturbed, err);
        job->out.disturbed_tile[job->out.n_disturbed++] = (uint32_t)tile;
        akin_plane_free(&copy);
        if (st != AKIN_OK)
            return st;
    }
    return AKIN_OK;
}

/* Part i of n of a whole, so that the parts add up to it. */
static size_t
part_of(size_t whole, size_t i, size_t n)
{
    uint64_t w = whole;

    return (size_t)(w * (i + 1) / n - w * i / n);
}

/* Features of the chosen tiles; copies of n_disturb of them, evenly taken. */
static enum akin_status
describe_tiles(struct job *job, const struct akin_pyramid *pyramid,
               const struct akin_tile_list *list,
               const struct akin_plane_ref *ref, size_t n_disturb,
               struct akin_error *err)
{
    const struct akin_tile_rect *region = &job->options->region;
    enum akin_status st = room_for_tiles(job, list->n, err);

    if (n_disturb > list->n)
        n_disturb = list->n;
    for (size_t i = 0; st == AKIN_OK && i < list->n; i++) {
        const struct akin_tile *tile = &list->tile[i];
        struct akin_tile_rect rect = akin_tile_rect(pyramid, tile);
        size_t at = job->out.n_tiles++;

        st = take_features(job, &pyramid->level[tile->level], rect, false, at,
                           err);
        job->out.tiles[at] = *tile;
        job->out.tiles[at].x += region->w != 0 ? region->x : 0;
        job->out.tiles[at].y += region->w != 0 ? region->y : 0;
        job->out.tiles[at].z = ref->z;
        job->out.tiles[at].c = ref->c;
        job->out.tiles[at].t = ref->t;
        if (st == AKIN_OK && part_of(n_disturb, i, list->n) > 0)
            st = add_copies(job, &pyramid->level[tile->level], rect, at, err);
    }
    return st;
}

/* Chooses among the tiles of a plane, at most max_tiles, and describes them. */
static enum akin_status
describe_pixels(struct job *job, const struct akin_plane *plane,
                const struct akin_plane_ref *ref, size_t max_tiles,
                size_t n_disturb, struct akin_error *err)
{
    const struct akin_config *config = &job->describer->config;
    struct akin_pyramid pyramid = {0};
    struct akin_tile_list list = {0};
    bool background = false;
    enum akin_status st;

    st = akin_pyramid_build(plane, (uint32_t)config->tile_size, &pyramid, err);
    if (st != AKIN_OK)
        return st;
    st =
        akin__tile_choose(&pyramid, config, max_tiles, &list, &background, err);
    if (st != AKIN_OK)
        goto done;
    if (background && job->out.n_tiles > 0)
        goto done;
    if (!background && job->only_background) {
        job->out.n_tiles = job->out.n_disturbed = 0;
        if (job->describer->external != NULL)
            akin__external_reset(job->describer->external);
    }
    job->only_background = background;
    st = describe_tiles(job, &pyramid, &list, ref, n_disturb, err);
done:
    akin_tile_list_free(&list);
    akin_pyramid_free(&pyramid);
    return st;
}

enum akin_status
akin__plane_crop(const struct akin_plane *plane, struct akin_tile_rect region,
                 struct akin_plane *out, struct akin_error *err)
{
    size_t px = plane->channels * akin_sample_size(plane->sample);
    size_t row = region.w * px;
    enum akin_status st;

    if (region.h == 0 || region.x >= plane->width ||
        region.w > plane->width - region.x || region.y >= plane->height ||
        region.h > plane->height - region.y)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "region %" PRIu32 ",%" PRIu32 " %" PRIu32 " x %" PRIu32
                         " px is not inside %" PRIu32 " x %" PRIu32 " px",
                         region.x, region.y, region.w, region.h, plane->width,
                         plane->height);
    st = akin_plane_alloc(out, region.w, region.h, plane->channels,
                          plane->sample, UINT64_MAX, err);
    if (st != AKIN_OK)
        return st;
    for (uint32_t y = 0; y < region.h; y++)
        memcpy((uint8_t *)out->px + y * row,
               (const uint8_t *)plane->px +
                   ((size_t)(region.y + y) * plane->width + region.x) * px,
               row);
    return AKIN_OK;
}

static enum akin_status
describe_plane(struct job *job, struct akin_decoder *decoder,
               const struct akin_plane_ref *ref, size_t max_tiles,
               size_t n_disturb, struct akin_error *err)
{
    struct akin_plane plane = {0}, part = {0};
    const struct akin_plane *used = &plane;
    enum akin_status st;

    st = akin_decode_plane(decoder, ref->z, ref->c, ref->t, &plane, err);
    if (st == AKIN_OK && job->options->region.w != 0) {
        st = akin__plane_crop(&plane, job->options->region, &part, err);
        akin_plane_free(&plane);
        used = &part;
    }
    if (st == AKIN_OK)
        st = describe_pixels(job, used, ref, max_tiles, n_disturb, err);
    akin_plane_free(&plane);
    akin_plane_free(&part);
    if (st != AKIN_OK && !akin_describer_is_halted(job->describer))
        akin_error_prefix(err, "plane z=%" PRIu32 " c=%" PRIu32 " t=%" PRIu32,
                          ref->z, ref->c, ref->t);
    return st;
}

static enum akin_status
describe_planes(struct job *job, struct akin_decoder *decoder,
                const struct akin_plane_list *planes, struct akin_error *err)
{
    size_t per_plane = (size_t)job->describer->config.tile_max_per_plane;
    size_t left = 0, left_disturb = 0;
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < planes->n; i++) {
        size_t before = job->only_background ? 0 : job->out.n_tiles;
        size_t copies_before = job->only_background ? 0 : job->out.n_disturbed;
        size_t used;

        left += part_of(job->max_tiles, i, planes->n);
        left_disturb += part_of(job->options->disturb_tiles, i, planes->n);
        if (left == 0)
            continue;
        st = describe_plane(job, decoder, &planes->ref[i],
                            left < per_plane ? left : per_plane, left_disturb,
                            err);
        if (job->only_background)
            continue; /* what it took is given back when content comes */
        used = job->out.n_tiles - before;
        left -= used < left ? used : left;
        used = (job->out.n_disturbed - copies_before) / AKIN_DISTURB_COPIES;
        left_disturb -= used < left_disturb ? used : left_disturb;
    }
    return st;
}

enum akin_status
akin_describe(struct akin_describer *describer, struct akin_decoder *decoder,
              const struct akin_describe_options *options,
              struct akin_described *out, struct akin_error *err)
{
    struct job job = {.describer = describer, .options = options};
    const struct akin_image_info *info = akin_decode_info(decoder);
    struct akin_plane_list planes = {0};
    enum akin_status st;

    job.max_tiles = options->max_tiles != 0
                        ? options->max_tiles
                        : (size_t)describer->config.tile_max_per_image;
    job.only_background = true;
    job.out.n_features = describer->set.n;
    if (describer->external != NULL)
        akin__external_reset(describer->external);
    st = akin_planes_choose(info, &describer->config, &planes, err);
    if (st != AKIN_OK)
        return st;
    st = describe_planes(&job, decoder, &planes, err);
    if (st == AKIN_OK && describer->external != NULL)
        st = akin__external_flush(describer->external, &job.out, err);
    akin_plane_list_free(&planes);
    if (st != AKIN_OK) {
        akin_described_free(&job.out);
        return st;
    }
    job.out.info = *info; /* after the planes: they may add to its note */
    *out = job.out;
    return AKIN_OK;
}
