/* SPDX-License-Identifier: Apache-2.0 */
#include "describe_internal.h"

#include <stdlib.h>
#include <string.h>

#include "akin/provider.h"
#include "akin/render.h"
#include "luma.h"

#define BATCH_BYTES ((size_t)1 << 26) /* of pixels in one request, at most */

struct waiting {
    size_t row;
    bool is_copy;
};

struct akin__external {
    struct akin_config config;
    struct akin_feature_set set;
    struct akin_provider *provider; /* NULL: not asked yet */
    bool has_failed;

    struct akin_buf px; /* n tiles */
    uint32_t channels;  /* of all that wait */
    struct waiting *tile;
    size_t n;
    float *numbers; /* descriptor.batch x set.n */
};

struct akin__external *
akin__external_new(const struct akin_config *config,
                   const struct akin_feature_set *set)
{
    struct akin__external *external = akin_new(1, sizeof(*external));

    external->config = *config;
    external->set = *set;
    return external;
}

void
akin__external_free(struct akin__external *external)
{
    if (external == NULL)
        return;
    akin_provider_close(external->provider);
    akin_buf_free(&external->px);
    free(external->tile);
    free(external->numbers);
    free(external);
}

void
akin__external_reset(struct akin__external *external)
{
    akin_buf_clear(&external->px);
    external->n = 0;
    external->has_failed = false;
}

bool
akin__external_failed(const struct akin__external *external)
{
    return external->has_failed;
}

/* --- pixels --- */

/* The tile in 8 bit, in its own range. */
static enum akin_status
make_8_bit(const struct akin_plane *plane, struct akin_tile_rect rect,
           struct akin_plane *out, struct akin_error *err)
{
    struct akin_render_range range = {0};
    struct akin_render_options options = {.range = &range};
    struct akin_plane tile = {0};
    enum akin_status st = akin__plane_crop(plane, rect, &tile, err);

    if (st == AKIN_OK)
        st = akin_render_find_range(&tile, &range, err);
    if (st == AKIN_OK && tile.sample == AKIN_SAMPLE_U8 && range.low <= 0 &&
        range.high >= 255) {
        *out = tile;
        return AKIN_OK;
    }
    if (st == AKIN_OK)
        st = akin_render_plane(&tile, &options, out, err);
    akin_plane_free(&tile);
    return st;
}

/* Appends the tile, edge x edge px: what is beyond it is mirrored. */
static enum akin_status
put_tile(struct akin__external *e, const struct akin_plane *tile,
         struct akin_error *err)
{
    size_t edge = (size_t)e->config.tile_size, c = tile->channels;
    const uint8_t *px = tile->px;
    enum akin_status st = akin_buf_reserve(&e->px, edge * edge * c, err);

    if (st != AKIN_OK)
        return st;
    for (size_t y = 0; y < edge; y++) {
        const uint8_t *row =
            px + akin__mirror((int64_t)y, tile->height) * tile->width * c;
        size_t whole = tile->width < edge ? tile->width : edge;

        akin_buf_put(&e->px, row, whole * c);
        for (size_t x = whole; x < edge; x++)
            akin_buf_put(&e->px, row + akin__mirror((int64_t)x, whole) * c, c);
    }
    return AKIN_OK;
}

/* --- asking --- */

static enum akin_status
need_provider(struct akin__external *e, struct akin_error *err)
{
    if (e->provider != NULL)
        return AKIN_OK;
    if (e->config.descriptor_endpoint[0] == '\0')
        return AKIN_FAIL(err, AKIN_EAGAIN,
                         "images are described as \"%s\" here, by another "
                         "program: say where it answers "
                         "(descriptor.endpoint=ipc://...)",
                         e->set.id);
    return akin_provider_open(e->config.descriptor_endpoint,
                              e->config.descriptor_timeout_ms, &e->provider,
                              err);
}

static enum akin_status
ask(struct akin__external *e, struct akin_error *err)
{
    struct akin_provider_tiles tiles = {.px = e->px.data,
                                        .n = e->n,
                                        .edge = (uint32_t)e->config.tile_size,
                                        .channels = e->channels};
    enum akin_status st = need_provider(e, err);

    if (st == AKIN_OK)
        st = akin_provider_describe(e->provider, &e->set, &tiles, e->numbers,
                                    err);
    e->has_failed = st != AKIN_OK;
    return st;
}

enum akin_status
akin__external_flush(struct akin__external *external,
                     struct akin_described *out, struct akin_error *err)
{
    struct akin__external *e = external;
    size_t row = e->set.n * sizeof(float);
    enum akin_status st;

    if (e->n == 0)
        return AKIN_OK;
    if ((st = ask(e, err)) != AKIN_OK)
        return st;
    for (size_t i = 0; i < e->n; i++) {
        float *to = e->tile[i].is_copy ? out->disturbed : out->features;

        memcpy(to + e->tile[i].row * e->set.n, e->numbers + i * e->set.n, row);
    }
    e->n = 0;
    akin_buf_clear(&e->px);
    return AKIN_OK;
}

/* Tiles that fit one request; at least one. */
static size_t
batch_of(const struct akin__external *e, size_t channels)
{
    size_t edge = (size_t)e->config.tile_size;
    size_t most = BATCH_BYTES / (edge * edge * channels);

    return most < e->config.descriptor_batch
               ? most
               : (size_t)e->config.descriptor_batch;
}

static enum akin_status
make_room(struct akin__external *e, struct akin_error *err)
{
    size_t room = (size_t)e->config.descriptor_batch;

    if (e->tile != NULL)
        return AKIN_OK;
    e->tile = calloc(room, sizeof(*e->tile));
    e->numbers = calloc(room, e->set.n * sizeof(*e->numbers));
    if (e->tile == NULL || e->numbers == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM,
                         "no memory for %zu tiles of a descriptor", room);
    return AKIN_OK;
}

enum akin_status
akin__external_add(struct akin__external *external,
                   const struct akin_plane *plane, struct akin_tile_rect rect,
                   bool is_copy, size_t row, struct akin_described *out,
                   struct akin_error *err)
{
    struct akin__external *e = external;
    struct akin_plane tile = {0};
    enum akin_status st = make_room(e, err);

    if (st == AKIN_OK && e->n > 0 &&
        (e->channels != plane->channels ||
         e->n >= batch_of(e, plane->channels)))
        st = akin__external_flush(e, out, err);
    if (st == AKIN_OK)
        st = make_8_bit(plane, rect, &tile, err);
    if (st == AKIN_OK)
        st = put_tile(e, &tile, err);
    if (st == AKIN_OK) {
        e->channels = plane->channels;
        e->tile[e->n++] = (struct waiting){row, is_copy};
    }
    akin_plane_free(&tile);
    return st;
}
