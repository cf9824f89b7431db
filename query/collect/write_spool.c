/* SPDX-License-Identifier: Apache-2.0 */
#include "write_spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akin/file.h"
#include "akin/hash.h"
#include "akin/parallel.h"

#include "write_spool_index.h"

#define BATCH ((size_t)64)              /* images, or parts of large ones */
#define PART_BYTES ((uint64_t)64 << 20) /* of pixels, and so about of PNGs */
#define BATCH_BYTES ((uint64_t)256 << 20)

struct akin__spool {
    const struct akin_collection *collection;
    FILE *pictures;
    char *pictures_path;
    struct akin__spool_index *index;
};

/* One image of a batch: its samples, in the store's order. */
struct item {
    struct akin_image_record record;
    struct akin_tile *tile; /* record.n_tiles */
    const uint32_t *order;  /* n numbers of samples */
    size_t n;
    struct akin_buf *png; /* n */
    struct akin__picture *picture;
    enum akin_status st;
    struct akin_error err;
};

struct batch {
    const struct akin_collection *collection;
    struct akin__cutter **cutter; /* one a thread */
    struct item item[BATCH];
    size_t n;
};

static const struct akin_collect_sample *
sample_of(const struct akin_collection *c, uint32_t i)
{
    return &c->sample[c->kept[i]];
}

static void
cut_image(struct batch *batch, struct akin__cutter *cutter, struct item *item)
{
    item->st = akin__cutter_open(cutter, &item->record, &item->err);
    for (size_t k = 0; item->st == AKIN_OK && k < item->n; k++) {
        const struct akin_collect_sample *s =
            sample_of(batch->collection, item->order[k]);

        item->st = akin__cutter_cut(cutter, &item->tile[s->tile], &item->png[k],
                                    &item->picture[k], &item->err);
        if (item->st != AKIN_OK)
            akin_error_prefix(&item->err, "%s", item->record.name);
    }
}

static void
cut_slice(void *ctx, size_t worker, size_t begin, size_t end)
{
    struct batch *batch = ctx;

    for (size_t i = begin; i < end; i++)
        cut_image(batch, batch->cutter[worker], &batch->item[i]);
}

static void
batch_clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct item *item = &batch->item[i];

        for (size_t k = 0; item->png != NULL && k < item->n; k++)
            akin_buf_free(&item->png[k]);
        free(item->png);
        free(item->picture);
        free(item->tile);
        akin_image_record_free(&item->record);
    }
    memset(batch->item, 0, sizeof(batch->item));
    batch->n = 0;
}

static enum akin_status
read_item(struct akin_txn *txn, uint32_t image, struct item *item,
          struct akin_error *err)
{
    enum akin_status st = akin_image_get(txn, image, &item->record, err);

    if (st == AKIN_ENOTFOUND)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "image %u was removed since the collection was "
                         "planned; plan it again",
                         (unsigned)image);
    if (st != AKIN_OK)
        return st;
    item->png = akin_new(item->n, sizeof(*item->png));
    item->picture = akin_new(item->n, sizeof(*item->picture));
    item->tile = akin_new(item->record.n_tiles + 1, sizeof(*item->tile));
    return akin_image_tiles(txn, image, item->tile, item->record.n_tiles, err);
}

/* Bytes that a sample's picture has before it is packed, at most. */
static uint64_t
picture_bytes(const struct akin_collection *c, const struct item *item,
              uint32_t number)
{
    const struct akin_image_info *info = &item->record.info;
    const struct akin_tile *tile = &item->tile[sample_of(c, number)->tile];
    uint64_t w = tile->w >> tile->level, h = tile->h >> tile->level;

    if (c->options->unit == AKIN_COLLECT_PLANES) {
        w = info->dim_x;
        h = info->dim_y;
    }
    if (c->options->output.edge_px > 0)
        w = h = c->options->output.edge_px;
    return (w + 1) * (h + 1) * 6; /* RGB of 16 bit */
}

/* Takes as many of an item's samples as fit; gives their bytes. */
static uint64_t
take_part(const struct akin_collection *c, struct item *item)
{
    uint64_t bytes = 0;
    size_t n = 0;

    while (n < item->n && (n == 0 || bytes < PART_BYTES))
        bytes += picture_bytes(c, item, item->order[n++]);
    item->n = n;
    return bytes;
}

/* Fills a batch with the images of order[*at..n) that are not all there. */
static enum akin_status
fill_batch(struct akin__spool *spool, struct batch *batch,
           const uint32_t *order, size_t *at, struct akin_error *err)
{
    const struct akin_collection *c = spool->collection;
    struct akin_txn *txn = NULL;
    uint64_t bytes = 0;
    enum akin_status st = akin_txn_read(c->store, &txn, err);

    while (st == AKIN_OK && *at < c->n_kept && batch->n < BATCH &&
           bytes < BATCH_BYTES) {
        size_t first = *at;
        uint32_t image = sample_of(c, order[first])->image;
        bool is_there = true;
        struct item *item = &batch->item[batch->n];

        for (; *at < c->n_kept && sample_of(c, order[*at])->image == image;
             ++*at)
            is_there =
                is_there && akin__spool_index_has(spool->index, order[*at]);
        if (is_there)
            continue;
        item->order = order + first;
        item->n = *at - first;
        batch->n++;
        st = read_item(txn, image, item, err);
        if (st == AKIN_OK) {
            bytes += take_part(c, item);
            *at = first + item->n;
        }
    }
    akin_txn_end(txn);
    return st;
}

static enum akin_status
keep_picture(struct akin__spool *spool, const struct item *item, size_t k,
             struct akin_error *err)
{
    const struct akin_buf *png = &item->png[k];

    if (fwrite(png->data, 1, png->len, spool->pictures) != png->len)
        return AKIN_FAIL(err, AKIN_EIO, "cannot write %s: %s",
                         spool->pictures_path, strerror(errno));
    akin__spool_index_add(spool->index, item->order[k], akin_buf_span(png),
                          &item->picture[k]);
    return AKIN_OK;
}

/* Pictures first: an index never tells of what is not there. */
static enum akin_status
keep_batch(struct akin__spool *spool, const struct batch *batch,
           struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < batch->n; i++) {
        const struct item *item = &batch->item[i];

        if (item->st != AKIN_OK) {
            *err = item->err;
            return item->st;
        }
        for (size_t k = 0; st == AKIN_OK && k < item->n; k++)
            if (!akin__spool_index_has(spool->index, item->order[k]))
                st = keep_picture(spool, item, k, err);
    }
    if (st == AKIN_OK && fflush(spool->pictures) != 0)
        st = AKIN_FAIL(err, AKIN_EIO, "cannot write %s: %s",
                       spool->pictures_path, strerror(errno));
    return st == AKIN_OK ? akin__spool_index_flush(spool->index, err) : st;
}

/* qsort has no context; the number of the sample is packed with its row. */
struct place {
    uint64_t row;
    uint32_t number;
};

static int
compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    return x->row < y->row ? -1 : x->row > y->row;
}

/* The numbers of the samples by image and tile: by row of the generation. */
static uint32_t *
store_order(const struct akin_collection *c)
{
    struct place *place = calloc(c->n_kept + 1, sizeof(*place));
    uint32_t *order = calloc(c->n_kept + 1, sizeof(*order));

    if (place != NULL && order != NULL) {
        for (size_t i = 0; i < c->n_kept; i++)
            place[i] = (struct place){c->sample[c->kept[i]].row, (uint32_t)i};
        qsort(place, c->n_kept, sizeof(*place), compare_places);
        for (size_t i = 0; i < c->n_kept; i++)
            order[i] = place[i].number;
        free(place);
        return order;
    }
    free(place);
    free(order);
    return NULL;
}

static enum akin_status
cut_all(struct akin__spool *spool, const struct akin__spool_run *run,
        const uint32_t *order, struct batch *batch, struct akin_error *err)
{
    size_t at = 0, n = spool->collection->n_kept;
    enum akin_status st = AKIN_OK;

    while (st == AKIN_OK && at < n) {
        st = fill_batch(spool, batch, order, &at, err);
        if (st == AKIN_OK) {
            akin_parallel_for(batch->n, 1, run->threads, cut_slice, batch);
            st = keep_batch(spool, batch, err);
        }
        batch_clear(batch);
        if (st == AKIN_OK && run->progress != NULL &&
            !run->progress(run->ctx, "cutting pictures",
                           (double)at / (double)n))
            st = AKIN_FAIL(err, AKIN_ECLOSED,
                           "stopped; the same command goes on from here");
    }
    return st;
}

static enum akin_status
cut_missing(struct akin__spool *spool, const struct akin__spool_run *run,
            struct akin_error *err)
{
    const struct akin_collection *c = spool->collection;
    struct batch *batch = akin_new(1, sizeof(*batch));
    uint32_t *order = store_order(c);
    enum akin_status st;

    batch->collection = c;
    batch->cutter = akin_new(run->threads, sizeof(struct akin__cutter *));
    for (size_t i = 0; i < run->threads; i++)
        batch->cutter[i] = akin__cutter_new(&c->config, c->options);
    st = order == NULL ? AKIN_FAIL(err, AKIN_ENOMEM,
                                   "no memory to order %zu samples", c->n_kept)
                       : cut_all(spool, run, order, batch, err);
    for (size_t i = 0; i < run->threads; i++)
        akin__cutter_free(batch->cutter[i]);
    free(batch->cutter);
    free(batch);
    free(order);
    return st;
}

/* Opens the pictures behind what the index tells of; what a stopped run left
 * behind that is written over. */
static enum akin_status
open_pictures(struct akin__spool *spool, struct akin_error *err)
{
    uint64_t used = akin__spool_index_bytes(spool->index);
    struct akin_file_stat info = {0};

    if (akin_file_stat(spool->pictures_path, &info, NULL) != AKIN_OK ||
        info.size_bytes < used) {
        akin__spool_index_clear(spool->index);
        used = 0;
    }
    spool->pictures = fopen(spool->pictures_path, used > 0 ? "r+b" : "w+b");
    if (spool->pictures == NULL ||
        fseeko(spool->pictures, (off_t)used, SEEK_SET) != 0)
        return AKIN_FAIL(err, AKIN_EIO, "cannot open %s: %s",
                         spool->pictures_path, strerror(errno));
    return AKIN_OK;
}

enum akin_status
akin__spool_make(const struct akin_collection *collection,
                 const struct akin__spool_run *run, struct akin__spool **out,
                 struct akin_error *err)
{
    struct akin__spool *spool = akin_new(1, sizeof(*spool));
    char *index_path = akin_path_join(run->dir, "index");
    enum akin_status st = akin_dir_make(run->dir, err);

    spool->collection = collection;
    spool->pictures_path = akin_path_join(run->dir, "pictures");
    if (st == AKIN_OK)
        st = akin__spool_index_open(index_path, run->plan, collection->n_kept,
                                    &spool->index, err);
    if (st == AKIN_OK)
        st = open_pictures(spool, err);
    if (st == AKIN_OK)
        st = cut_missing(spool, run, err);
    free(index_path);
    if (st != AKIN_OK) {
        akin__spool_close(spool);
        return st;
    }
    *out = spool;
    return AKIN_OK;
}

enum akin_status
akin__spool_get(struct akin__spool *spool, size_t i, struct akin_buf *png,
                struct akin__picture *picture, struct akin_error *err)
{
    const struct akin__spooled *place =
        akin__spool_index_get(spool->index, (uint32_t)i);
    enum akin_status st;

    akin_buf_clear(png);
    st = akin_buf_reserve(png, place->len, err);
    if (st != AKIN_OK)
        return st;
    if (fseeko(spool->pictures, (off_t)place->offset, SEEK_SET) != 0 ||
        fread(png->data, 1, place->len, spool->pictures) != place->len)
        return AKIN_FAIL(err, AKIN_EIO, "cannot read %s", spool->pictures_path);
    png->len = place->len;
    png->data[png->len] = 0;
    if (akin__spool_check(akin_buf_span(png)) != place->check)
        return AKIN_FAIL(err, AKIN_EIO,
                         "%s is damaged; remove its folder and try again",
                         spool->pictures_path);
    *picture = place->picture;
    return AKIN_OK;
}

void
akin__spool_close(struct akin__spool *spool)
{
    if (spool == NULL)
        return;
    if (spool->pictures != NULL)
        (void)fclose(spool->pictures);
    akin__spool_index_close(spool->index);
    free(spool->pictures_path);
    free(spool);
}
