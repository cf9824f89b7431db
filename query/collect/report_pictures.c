/* SPDX-License-Identifier: Apache-2.0 */
#include "report_pictures.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "akin/html.h"
#include "akin/render.h"

#include "report_html.h"

#define CLUSTERS_SHOWN 60
#define SAMPLES_SHOWN 8 /* of a cluster */
#define COPIES_SHOWN 24
#define SOURCES_TOLD 3

/* ---- clusters ---- */

struct cluster {
    uint32_t number;
    uint64_t n;
    uint32_t first[SAMPLES_SHOWN]; /* numbers of samples */
    size_t begin;                  /* of its samples by cluster */
};

/* The datasets of a cluster, the most frequent first. */
struct sources {
    uint32_t *sample; /* kept ones by cluster, in the order of writing */
    uint64_t *count;  /* n_datasets: of the cluster at hand */
};

static int
more_samples(const void *a, const void *b)
{
    const struct cluster *x = a, *y = b;

    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* The clusters with their first samples; the last one gathers those of none.
 * sample: room for n_kept, gets all of them by cluster. */
static struct cluster *
gather(const struct akin_collection *c, uint32_t *sample)
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
    for (size_t k = 0, begin = 0; k <= c->n_clusters; k++) {
        list[k].begin = begin;
        begin += (size_t)list[k].n;
        list[k].n = 0;
    }
    for (size_t i = 0; i < c->n_kept; i++) {
        uint32_t of = c->sample[c->kept[i]].cluster;
        struct cluster *k = &list[of < c->n_clusters ? of : c->n_clusters];

        sample[k->begin + k->n++] = c->kept[i];
    }
    qsort(list, (size_t)c->n_clusters + 1, sizeof(*list), more_samples);
    return list;
}

/* A label for people: organism and method of a dataset. */
static void
put_about(const struct akin_json *record, struct akin_buf *out)
{
    static const char *const fields[] = {"organism", "imaging_method"};

    for (size_t i = 0; i < AKIN_COUNT(fields); i++) {
        const char *label = akin_json_text(
            akin_json_at(akin_json_get(record, fields[i]), 0), "label");

        if (label != NULL) {
            akin_buf_puts(out, ", ");
            akin_html_text(label, out);
        }
    }
}

/* Which datasets a cluster is of, with what they show. */
static void
put_sources(const struct akin_collection *c, const struct sources *s,
            const struct cluster *k, struct akin_buf *out)
{
    size_t told = 0, n = 0;

    for (size_t i = 0; i < k->n; i++)
        n += s->count[c->sample[s->sample[k->begin + i]].dataset]++ == 0;
    akin_buf_puts(out, "<p class=\"soft\">");
    for (; told < SOURCES_TOLD && told < n; told++) {
        uint32_t best = c->sample[s->sample[k->begin]].dataset;

        for (size_t i = 0; i < k->n; i++) {
            uint32_t d = c->sample[s->sample[k->begin + i]].dataset;

            best = s->count[d] > s->count[best] ? d : best;
        }
        akin_buf_printf(out, "%s%" PRIu64 " of ", told > 0 ? "<br>" : "",
                        s->count[best]);
        akin_html_text(c->dataset[best].id, out);
        put_about(c->dataset[best].record, out);
        s->count[best] = 0;
    }
    if (told < n)
        akin_buf_printf(out, "<br>and %zu other dataset%s", n - told,
                        n - told == 1 ? "" : "s");
    akin_buf_puts(out, "</p>");
    for (size_t i = 0; i < k->n; i++)
        s->count[c->sample[s->sample[k->begin + i]].dataset] = 0;
}

static enum akin_status
put_cluster(const struct akin_collection *c, struct akin__spool *spool,
            const struct sources *sources, const struct cluster *k,
            struct akin_buf *out, struct akin_error *err)
{
    struct akin__picture picture;
    struct akin_buf png = {0};
    enum akin_status st = AKIN_OK;

    if (k->number < c->n_clusters)
        akin_buf_printf(out, "<div class=\"card\"><h3>Cluster %u",
                        (unsigned)k->number);
    else
        akin_buf_puts(out, "<div class=\"card\"><h3>In no cluster");
    akin_buf_printf(out, " · %" PRIu64 " sample%s</h3><div class=\"grid\">",
                    k->n, k->n == 1 ? "" : "s");
    for (size_t i = 0; st == AKIN_OK && i < k->n && i < SAMPLES_SHOWN; i++) {
        const struct akin_collect_sample *s = &c->sample[c->kept[k->first[i]]];

        st = akin__spool_get(spool, k->first[i], &png, &picture, err);
        if (st == AKIN_OK)
            (void)akin__html_picture(akin_buf_span(&png), &c->config,
                                     c->dataset[s->dataset].id, out);
    }
    akin_buf_puts(out, "</div>");
    put_sources(c, sources, k, out);
    akin_buf_puts(out, "</div>\n");
    akin_buf_free(&png);
    return st;
}

enum akin_status
akin__report_clusters(const struct akin_collection *c,
                      struct akin__spool *spool, struct akin_buf *out,
                      struct akin_error *err)
{
    struct sources sources = {akin_new(c->n_kept + 1, sizeof(uint32_t)),
                              akin_new(c->n_datasets + 1, sizeof(uint64_t))};
    struct cluster *list = gather(c, sources.sample);
    size_t n = 0, shown;
    enum akin_status st = AKIN_OK;

    while (n <= c->n_clusters && list[n].n > 0)
        n++;
    shown = n < CLUSTERS_SHOWN ? n : CLUSTERS_SHOWN;
    akin_buf_printf(out,
                    "<p class=\"soft\">%zu clusters with samples%s, each with "
                    "a few of its pictures and the datasets they are "
                    "from.</p>\n<div class=\"cards\">\n",
                    n, shown < n ? ", the largest are shown" : "");
    for (size_t i = 0; st == AKIN_OK && i < shown; i++)
        st = put_cluster(c, spool, &sources, &list[i], out, err);
    akin_buf_puts(out, "</div>\n");
    free(sources.sample);
    free(sources.count);
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
    akin_buf_puts(out, copy->fate == AKIN_FATE_COPY ? "Of the same dataset"
                                                    : "Of two datasets");
    akin_buf_puts(out, "</h3><div class=\"grid pair\">");
    (void)put_tile(c, txn, stands, out);
    (void)put_tile(c, txn, copy, out);
    akin_buf_puts(out, "</div><p class=\"soft\">");
    akin_html_text(c->dataset[stands->dataset].id, out);
    if (copy->dataset != stands->dataset) {
        akin_buf_puts(out, " / ");
        akin_html_text(c->dataset[copy->dataset].id, out);
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
