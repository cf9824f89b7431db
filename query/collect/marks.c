/* SPDX-License-Identifier: Apache-2.0 */
/*
 * marks.c - what must be read of pixels: the hash and the detail of each tile.
 *
 * Images are taken in batches: one thread reads their records, all decode. A
 * file whose bytes are not those that were indexed does not count. What was
 * read can be kept in a file (marks_file.c), so that a run that was stopped
 * goes on where it was.
 */
#include <stdlib.h>
#include <string.h>

#include "akin/detail.h"
#include "akin/file.h"
#include "akin/parallel.h"
#include "akin/phash.h"

#include "collect_internal.h"
#include "marks_file.h"

#define BATCH ((size_t)64) /* images */
#define PYRAMID_EDGE 64    /* px: as many levels as any setting could make */

struct item {
    struct akin_image_record record;
    struct akin_tile *tile;             /* record.n_tiles */
    struct akin_collect_sample *sample; /* n of them, of this image */
    size_t n;
    bool is_known; /* from the file of marks */
    bool is_gone;  /* removed since it was selected */
};

struct batch {
    const struct akin_config *config;
    struct item item[BATCH];
    size_t n;
};

/* The plane that is open, with its levels. */
struct eye {
    struct akin_decoder *decoder;
    struct akin_plane plane;
    struct akin_pyramid pyramid;
    struct akin_detail *detail;
    uint32_t z, c, t;
    bool is_open;
};

static void
eye_close(struct eye *eye)
{
    akin_pyramid_free(&eye->pyramid);
    akin_plane_free(&eye->plane);
    eye->is_open = false;
}

static enum akin_status
eye_look(struct eye *eye, const struct akin_tile *tile)
{
    enum akin_status st;

    if (eye->is_open && eye->z == tile->z && eye->c == tile->c &&
        eye->t == tile->t)
        return AKIN_OK;
    eye_close(eye);
    st = akin_decode_plane(eye->decoder, tile->z, tile->c, tile->t, &eye->plane,
                           NULL);
    if (st == AKIN_OK)
        st = akin_pyramid_build(&eye->plane, PYRAMID_EDGE, &eye->pyramid, NULL);
    if (st != AKIN_OK)
        return st;
    akin_detail_plane(eye->detail, &eye->plane);
    eye->z = tile->z;
    eye->c = tile->c;
    eye->t = tile->t;
    eye->is_open = true;
    return AKIN_OK;
}

static bool
is_inside(const struct akin_image_info *info, const struct akin_tile *tile)
{
    return tile->z < info->dim_z && tile->c < info->dim_c &&
           tile->t < info->dim_t &&
           (uint64_t)tile->x + tile->w <= info->dim_x &&
           (uint64_t)tile->y + tile->h <= info->dim_y;
}

static enum akin_status
mark_tile(struct eye *eye, const struct akin_tile *tile,
          struct akin_collect_sample *sample)
{
    enum akin_status st;
    struct akin_tile_rect rect;

    if (!is_inside(akin_decode_info(eye->decoder), tile))
        return AKIN_ESTALE;
    st = eye_look(eye, tile);
    if (st != AKIN_OK)
        return st;
    if (tile->level >= eye->pyramid.n)
        return AKIN_ESTALE;
    rect = akin_tile_rect(&eye->pyramid, tile);
    sample->hash = akin_phash(&eye->pyramid.level[tile->level], rect);
    sample->detail = (float)akin_detail_of(
        eye->detail, &eye->pyramid.level[tile->level], rect);
    return AKIN_OK;
}

static bool
is_same_file(const struct akin_image_record *record)
{
    struct akin_file_stat info = {0};
    struct akin_hash hash;

    return akin_file_stat(record->path, &info, NULL) == AKIN_OK &&
           info.is_regular && info.size_bytes == record->size_bytes &&
           akin_hash_file(record->path, &hash, NULL) == AKIN_OK &&
           memcmp(hash.bytes, record->hash.bytes, sizeof(hash.bytes)) == 0;
}

static void
mark_image(const struct akin_config *config, struct item *item)
{
    struct eye eye = {0};
    enum akin_status st = AKIN_ESTALE;

    if (item->is_known)
        return;
    if (!item->is_gone && is_same_file(&item->record))
        st = akin_decode_open(item->record.path, config, &eye.decoder, NULL);
    eye.detail = akin_detail_new();
    for (size_t i = 0; st == AKIN_OK && i < item->n; i++)
        st = mark_tile(&eye, &item->tile[item->sample[i].tile],
                       &item->sample[i]);
    for (size_t i = 0; st != AKIN_OK && i < item->n; i++) {
        item->sample[i].hash = 0;
        item->sample[i].fate = AKIN_FATE_UNREADABLE;
    }
    eye_close(&eye);
    akin_decode_close(eye.decoder);
    akin_detail_free(eye.detail);
}

static void
mark_slice(void *ctx, size_t worker, size_t begin, size_t end)
{
    struct batch *batch = ctx;

    (void)worker;
    for (size_t i = begin; i < end; i++)
        mark_image(batch->config, &batch->item[i]);
}

static void
batch_clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        akin_image_record_free(&batch->item[i].record);
        free(batch->item[i].tile);
    }
    memset(batch->item, 0, sizeof(batch->item));
    batch->n = 0;
}

/* The samples of one image, from *at on, which moves behind them. */
static enum akin_status
read_item(struct akin__collect *w, size_t *at, struct item *item,
          struct akin_error *err)
{
    size_t n_all = w->c->n_samples + w->n_guards;
    struct akin_collect_sample *sample = w->c->sample + *at;
    enum akin_status st;

    item->sample = sample;
    while (*at < n_all && w->c->sample[*at].image == sample->image) {
        item->n++;
        ++*at;
    }
    st = akin_image_get(w->reading.txn, sample->image, &item->record, err);
    if (st == AKIN_ENOTFOUND) {
        item->is_gone = true;
        return AKIN_OK;
    }
    if (st != AKIN_OK)
        return st;
    item->tile = akin_new(item->record.n_tiles + 1, sizeof(*item->tile));
    return akin_image_tiles(w->reading.txn, sample->image, item->tile,
                            item->record.n_tiles, err);
}

static enum akin_status
run_batch(struct akin__collect *w, struct batch *batch,
          struct akin_marks_file *kept, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; i < batch->n; i++)
        batch->item[i].is_known =
            !batch->item[i].is_gone &&
            akin_marks_file_get(kept, &batch->item[i].record.hash,
                                batch->item[i].sample, batch->item[i].n);
    akin_parallel_for(batch->n, 1, w->threads, mark_slice, batch);
    for (size_t i = 0; st == AKIN_OK && i < batch->n; i++)
        if (!batch->item[i].is_known &&
            batch->item[i].sample->fate != AKIN_FATE_UNREADABLE)
            st = akin_marks_file_put(kept, &batch->item[i].record.hash,
                                     batch->item[i].sample, batch->item[i].n,
                                     err);
    return st;
}

/* Records are read in a transaction of the batch's own, pixels in none. */
static enum akin_status
fill_batch(struct akin__collect *w, struct batch *batch, size_t *at,
           struct akin_error *err)
{
    size_t n_all = w->c->n_samples + w->n_guards;
    enum akin_status st = akin__collect_txn_begin(w, err);

    while (st == AKIN_OK && *at < n_all && batch->n < BATCH)
        st = read_item(w, at, &batch->item[batch->n++], err);
    akin__collect_txn_end(w);
    return st;
}

enum akin_status
akin__collect_marks(struct akin__collect *w, struct akin_error *err)
{
    size_t at = 0, n_all = w->c->n_samples + w->n_guards;
    struct batch *batch = akin_new(1, sizeof(*batch));
    struct akin_marks_file *kept = NULL;
    enum akin_status st = AKIN_OK;

    batch->config = &w->c->config;
    if (w->run->marks_path != NULL)
        st = akin_marks_file_open(w->run->marks_path, &kept, err);
    while (st == AKIN_OK && at < n_all) {
        st = fill_batch(w, batch, &at, err);
        if (st == AKIN_OK)
            st = run_batch(w, batch, kept, err);
        batch_clear(batch);
        if (st == AKIN_OK)
            st = akin__collect_progress(w, "reading images",
                                        (double)at / (double)n_all, err);
    }
    batch_clear(batch);
    free(batch);
    akin_marks_file_close(kept);
    return st;
}
