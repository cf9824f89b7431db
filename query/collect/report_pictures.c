/* SPDX-License-Identifier: Apache-2.0 */
#include "report_pictures.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "akin/render.h"

#include "report_html.h"

#define CLUSTERS_SHOWN 60
#define SAMPLES_SHOWN 8 /* of a cluster */
#define COPIES_SHOWN 24

/* ---- clusters ---- */

struct cluster {
    uint32_t number;
    uint64_t n;
    uint32_t first[SAMPLES_SHOWN]; /* numbers of samples */
};

static int
more_samples(const void *a, const void *b)
{
    const struct cluster *x = a, *y = b;

    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* The clusters with their first samples; the last one gathers those of none. */
static struct cluster *
gather(const struct akin_collection *c)
{
    struct cluster *list = akin_new((size_t)c->n_clusters + 1, sizeof(*list));

    for (uint32_t k = 0; k <= c->n_clusters; k++)
        list[k].number = k;
    for (size_t i = 0; i < c->n_kept; i++) {
        uint32_t of = c->sample[c->kept[i]].cluster;
        struct cluster *k = &list[of < c->n_clusters ? of : c->n_clusters];

        if (k->n < SAMPLES_SHOWN)
            k->first[k->n] = (uint32_t)i;
        k->n++;
    }
    qsort(list, (size_t)c->n_clusters + 1, sizeof(*list), more_samples);
    return list;
}

static enum akin_status
put_cluster(const struct akin_collection *c, struct akin__spool *spool,
            const struct cluster *k, struct akin_buf *out,
            struct akin_error *err)
{
    struct akin__picture picture;
    struct akin_buf png = {0};
    enum akin_status st = AKIN_OK;

    if (k->number < c->n_clusters)
        akin_buf_printf(out, "<div class=\"card\"><h3>Cluster %u",
                        (unsigned)k->number);
    else
        akin_buf_puts(out, "<div class=\"card\"><h3>In no cluster");
    akin_buf_printf(out, " · %" PRIu64 " samples</h3><div class=\"grid\">",
                    k->n);
    for (size_t i = 0; st == AKIN_OK && i < k->n && i < SAMPLES_SHOWN; i++) {
        const struct akin_collect_sample *s = &c->sample[c->kept[k->first[i]]];

        st = akin__spool_get(spool, k->first[i], &png, &picture, err);
        if (st == AKIN_OK)
            (void)akin__html_picture(akin_buf_span(&png), &c->config,
                                     c->dataset[s->dataset].id, out);
    }
    akin_buf_puts(out, "</div></div>\n");
    akin_buf_free(&png);
    return st;
}

enum akin_status
akin__report_clusters(const struct akin_collection *c,
                      struct akin__spool *spool, struct akin_buf *out,
                      struct akin_error *err)
{
    struct cluster *list = gather(c);
    size_t n = 0, shown;
    enum akin_status st = AKIN_OK;

    while (n <= c->n_clusters && list[n].n > 0)
        n++;
    shown = n < CLUSTERS_SHOWN ? n : CLUSTERS_SHOWN;
    akin_buf_printf(out,
                    "<p class=\"soft\">%zu clusters with samples%s; hover for "
                    "the dataset.</p>\n<div class=\"cards\">\n",
                    n, shown < n ? ", the largest are shown" : "");
    for (size_t i = 0; st == AKIN_OK && i < shown; i++)
        st = put_cluster(c, spool, &list[i], out, err);
    akin_buf_puts(out, "</div>\n");
    free(list);
    return st;
}

/* ---- copies ---- */

/* A tile from its image's file. */
static bool
put_tile(const struct akin_collection *c, struct akin_txn *txn,
         const struct akin_collect_sample *s, struct akin_buf *out)
{
    struct akin_image_record image = {0};
    struct akin_decoder *decoder = NULL;
    struct akin_tile tile = {0};
    struct akin_render_options options = {.max_edge = AKIN__THUMB_PX};
    struct akin_plane plane = {0};
    bool done =
        akin_collection_place(c, txn, s, &image, &tile, NULL) == AKIN_OK &&
        akin_decode_open(image.path, &c->config, &decoder, NULL) == AKIN_OK;

    options.z = tile.z;
    options.c = tile.c;
    options.t = tile.t;
    options.region = (struct akin_tile_rect){tile.x, tile.y, tile.w, tile.h};
    done = done && akin_render(decoder, &options, &plane, NULL) == AKIN_OK &&
           akin__html_plane(&plane, c->dataset[s->dataset].id, out);
    akin_plane_free(&plane);
    akin_decode_close(decoder);
    akin_image_record_free(&image);
    return done;
}

static void
put_pair(const struct akin_collection *c, struct akin_txn *txn,
         const struct akin_collect_sample *copy, struct akin_buf *out)
{
    const struct akin_collect_sample *stands = &c->sample[copy->other];

    akin_buf_puts(out, "<div class=\"card\"><h3>");
    akin__html_text(akin_fate_name((enum akin_fate)copy->fate), out);
    akin_buf_puts(out, "</h3><div class=\"grid\">");
    (void)put_tile(c, txn, stands, out);
    (void)put_tile(c, txn, copy, out);
    akin_buf_puts(out, "</div><p class=\"soft\">");
    akin__html_text(c->dataset[stands->dataset].id, out);
    if (copy->dataset != stands->dataset) {
        akin_buf_puts(out, " / ");
        akin__html_text(c->dataset[copy->dataset].id, out);
    }
    akin_buf_puts(out, "</p></div>\n");
}

static bool
is_copy(const struct akin_collect_sample *s)
{
    return (s->fate == AKIN_FATE_COPY || s->fate == AKIN_FATE_COPY_ELSEWHERE) &&
           s->other != AKIN_COLLECT_NONE;
}

void
akin__report_copies(const struct akin_collection *c, struct akin_buf *out)
{
    uint64_t n =
        c->n_fate[AKIN_FATE_COPY] + c->n_fate[AKIN_FATE_COPY_ELSEWHERE];
    uint64_t step = n > COPIES_SHOWN ? n / COPIES_SHOWN : 1, at = 0, shown = 0;
    struct akin_txn *txn = NULL;

    if (n == 0) {
        akin_buf_puts(out, "<p>None.</p>\n");
        return;
    }
    akin_buf_printf(out,
                    "<p class=\"soft\">%" PRIu64 " copies in %u groups; left "
                    "what stays, right what was left out.</p>\n"
                    "<div class=\"cards\">\n",
                    n, (unsigned)c->n_groups);
    if (akin_txn_read(c->store, &txn, NULL) == AKIN_OK)
        for (size_t i = 0; i < c->n_samples && shown < COPIES_SHOWN; i++)
            if (is_copy(&c->sample[i]) && at++ % step == 0) {
                put_pair(c, txn, &c->sample[i], out);
                shown++;
            }
    akin_txn_end(txn);
    akin_buf_puts(out, "</div>\n");
}
