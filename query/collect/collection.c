/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collection.c - the plan from beginning to end, and what it is freed by.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/hash.h"

#include "collect_internal.h"

/* --- names --- */

static const struct {
    const char *name, *sentence;
} fates[AKIN_N_FATES] = {
    [AKIN_FATE_KEPT] = {"kept", "part of the collection"},
    [AKIN_FATE_UNREADABLE] = {"unreadable",
                              "its file is gone, has changed or cannot be "
                              "read"},
    [AKIN_FATE_UNINFORMATIVE] = {"uninformative", "hardly anything to see"},
    [AKIN_FATE_NEAR_EXCLUDED] = {"near_excluded",
                                 "nearly the same as a tile of an excluded "
                                 "dataset"},
    [AKIN_FATE_COPY] = {"copy", "nearly the same as another tile of its "
                                "dataset"},
    [AKIN_FATE_COPY_ELSEWHERE] = {"copy_elsewhere",
                                  "nearly the same as a tile of another "
                                  "dataset"},
    [AKIN_FATE_CAP] = {"cap", "its dataset or image has enough samples"},
    [AKIN_FATE_QUOTA] = {"quota", "a value of one of its facets has enough "
                                  "samples"},
    [AKIN_FATE_NOT_DRAWN] = {"not_drawn", "the target was reached without it"},
};

const char *
akin_fate_name(enum akin_fate fate)
{
    return fates[fate].name;
}

const char *
akin_fate_sentence(enum akin_fate fate)
{
    return fates[fate].sentence;
}

const char *
akin_step_name(enum akin_step step)
{
    static const char *const names[AKIN_N_STEPS] = {
        [AKIN_STEP_SELECTED] = "selected",
        [AKIN_STEP_INFORMATIVE] = "informative",
        [AKIN_STEP_DISTINCT] = "distinct",
        [AKIN_STEP_BALANCED] = "balanced"};

    return names[step];
}

/* --- making and freeing --- */

/* What a collection owns that writers do not see. */
struct parts {
    struct akin_collect_options options;
    char *descriptor;
};

struct akin_collection *
akin__collection_new(const struct akin_collect_options *options)
{
    struct akin_collection *c = akin_new(1, sizeof(*c));
    struct parts *parts = akin_new(1, sizeof(*parts));
    struct akin_json *json = akin_collect_options_json(options);
    struct akin_error err = {0};

    /* What was read once is read again: this fails for nothing but a bug, and
     * then the options are the defaults. */
    if (akin_collect_options_read(json, &parts->options, &err) != AKIN_OK)
        akin_collect_options_init(&parts->options);
    akin_json_free(json);
    c->private_parts = parts;
    c->options = &parts->options;
    c->notes = akin_json_array();
    c->n_splits = parts->options.split.n;
    c->split = akin_new(c->n_splits, sizeof(*c->split));
    for (size_t i = 0; i < c->n_splits; i++) {
        c->split[i].name = parts->options.split.pair[i].name;
        c->split[i].wanted = parts->options.split.pair[i].value;
    }
    return c;
}

static void
spread_free(struct akin_spread *spread)
{
    for (size_t i = 0; i < spread->n; i++) {
        free((void *)spread->value[i].value);
        free((void *)spread->value[i].label);
        free(spread->value[i].split);
    }
    free(spread->value);
}

void
akin_collection_free(struct akin_collection *c)
{
    struct parts *parts;

    if (c == NULL)
        return;
    parts = c->private_parts;
    for (size_t i = 0; i < c->n_datasets; i++) {
        akin_json_free(c->dataset[i].owned);
        free(c->dataset[i].left_out_text);
    }
    for (size_t i = 0; i < c->n_spreads; i++)
        spread_free(&c->spread[i]);
    akin_collect_options_free(&parts->options);
    free(parts->descriptor);
    free(parts);
    free(c->dataset);
    free(c->sample);
    free(c->kept);
    free(c->split);
    free(c->spread);
    akin_json_free(c->notes);
    free(c);
}

enum akin_status
akin__collect_progress(struct akin__collect *w, const char *step,
                       double fraction, struct akin_error *err)
{
    if (w->run->progress != NULL &&
        !w->run->progress(w->run->ctx, step, fraction))
        w->is_stopped = true;
    if (w->is_stopped)
        return AKIN_FAIL(err, AKIN_ECLOSED, "stopped while %s", step);
    return akin__in_time(w->session, err);
}

enum akin_status
akin__collect_txn_begin(struct akin__collect *w, struct akin_error *err)
{
    akin__collect_txn_end(w);
    return akin_txn_read(w->c->store, &w->reading.txn, err);
}

void
akin__collect_txn_end(struct akin__collect *w)
{
    akin_txn_end(w->reading.txn);
    w->reading.txn = NULL;
}

void
akin__collect_note(struct akin__collect *w, const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    akin_json_append(w->c->notes, akin_json_new_string(text));
}

/* --- the steps --- */

struct order {
    uint64_t random;
    uint32_t at;
    uint8_t split;
};

static int
by_split(const void *a, const void *b)
{
    const struct order *x = a, *y = b;

    if (x->split != y->split)
        return x->split < y->split ? -1 : 1;
    if (x->random != y->random)
        return x->random < y->random ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static enum akin_status
order_kept(struct akin__collect *w, struct akin_error *err)
{
    struct akin_collection *c = w->c;
    struct order *order = calloc(c->n_samples + 1, sizeof(*order));

    c->kept = calloc(c->n_samples + 1, sizeof(*c->kept));
    if (order == NULL || c->kept == NULL) {
        free(order);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to order %zu samples",
                         c->n_samples);
    }
    for (size_t i = 0; i < c->n_samples; i++)
        if (c->sample[i].fate == AKIN_FATE_KEPT)
            order[c->n_kept++] = (struct order){
                akin_hash_mix(w->options->seed + 1, c->sample[i].row),
                (uint32_t)i, c->sample[i].split};
    qsort(order, c->n_kept, sizeof(*order), by_split);
    for (size_t i = 0; i < c->n_kept; i++)
        c->kept[i] = order[i].at;
    free(order);
    return AKIN_OK;
}

typedef enum akin_status step_fn(struct akin__collect *w,
                                 struct akin_error *err);

static enum akin_status
timed(struct akin__collect *w, step_fn *step, double *seconds,
      struct akin_error *err)
{
    double began = akin__now_ms();
    enum akin_status st = step(w, err);

    *seconds += (akin__now_ms() - began) / 1e3;
    return st;
}

enum akin_status
akin__collect_steps(struct akin__collect *w, struct akin_error *err)
{
    enum akin_status st;

    akin__collect_values_make(w);
    st = timed(w, akin__collect_clean, &w->c->seconds[1], err);
    if (st == AKIN_OK)
        st = timed(w, akin__collect_balance, &w->c->seconds[2], err);
    if (st == AKIN_OK)
        st = timed(w, akin__collect_divide, &w->c->seconds[3], err);
    if (st == AKIN_OK)
        st = order_kept(w, err);
    if (st == AKIN_OK)
        st = akin__collect_compose(w, err);
    akin__collect_values_free(w);
    return st;
}

static enum akin_status
select_step(struct akin__collect *w, struct akin_error *err)
{
    struct akin_bitmap *guards = NULL;
    enum akin_status st = akin__collect_progress(w, "selecting", 0, err);

    if (st == AKIN_OK)
        st = akin__collect_datasets(w, &guards, err);
    if (st == AKIN_OK)
        st = akin__collect_tiles(w, guards, err);
    if (st == AKIN_OK)
        st = akin__collect_like(w, err);
    akin_bitmap_free(guards);
    return st;
}

/* Tiles that came after the generation are not seen: said, not hidden. */
static enum akin_status
count_unpublished(struct akin__collect *w, struct akin_error *err)
{
    uint32_t image = w->gen->last_image;
    enum akin_status st;

    while ((st = akin_image_next(w->reading.txn, 0, &image, err)) == AKIN_OK) {
        struct akin_image_brief brief = {0};

        st = akin_image_brief(w->reading.txn, image, &brief, err);
        if (st != AKIN_OK)
            return st;
        w->c->n_unpublished += brief.n_tiles;
    }
    if (w->c->n_unpublished > 0)
        akin__collect_note(w,
                           "%llu tiles were added after generation %u and are "
                           "not part of this: akin-index publish takes them in",
                           (unsigned long long)w->c->n_unpublished,
                           (unsigned)w->gen->number);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

static enum akin_status
open_all(struct akin__collect *w, struct akin_error *err)
{
    struct parts *parts = w->c->private_parts;
    struct akin_service *service = w->session->service;
    struct akin_span uuid = {0};
    struct akin_buf id = {0};
    enum akin_status st;

    w->c->store = akin_snapshots_store(service->snapshots);
    w->c->config = service->config;
    st = akin_generation_open(w->c->store, &w->gen, err);
    if (st == AKIN_ENOTFOUND)
        return AKIN_FAIL(err, AKIN_ENOTFOUND,
                         "nothing is published yet: akin-index publish makes "
                         "the descriptors that a collection is made from");
    if (st == AKIN_OK)
        st = akin__reading_records(w->session, &w->reading, err);
    if (st == AKIN_OK)
        st = akin_manifest_get(w->reading.txn, "uuid", &uuid, err);
    if (st != AKIN_OK)
        return st;
    (void)snprintf(w->c->store_uuid, sizeof(w->c->store_uuid), "%.*s",
                   (int)(uuid.len < 39 ? uuid.len : 39),
                   (const char *)uuid.data);
    w->vectors = w->gen->vectors;
    w->dim = w->gen->dim;
    w->c->generation = w->gen->number;
    akin_buf_printf(&id, "%s/%s", akin_store_features(w->c->store)->id,
                    akin_projection_id(w->gen->projection));
    parts->descriptor = (char *)akin_buf_take(&id);
    w->c->descriptor = parts->descriptor;
    return count_unpublished(w, err);
}

enum akin_status
akin_collect_plan(struct akin_session *session,
                  const struct akin_collect_run *run,
                  struct akin_collection **out, struct akin_error *err)
{
    struct akin__collect w = {.session = session,
                              .run = run,
                              .options = run->options,
                              .threads = akin_config_threads(run->threads)};
    enum akin_status st;

    w.c = akin__collection_new(run->options);
    st = open_all(&w, err);
    if (st == AKIN_OK)
        st = timed(&w, select_step, &w.c->seconds[0], err);
    akin__collect_txn_end(&w);
    if (st == AKIN_OK && w.options->use_pixels)
        st = timed(&w, akin__collect_marks, &w.c->seconds[1], err);
    if (st == AKIN_OK)
        st = akin__collect_steps(&w, err);
    akin__reading_end(&w.reading);
    akin_generation_close(w.gen);
    if (st == AKIN_OK)
        *out = w.c;
    else
        akin_collection_free(w.c);
    return st;
}

/* --- where samples are --- */

enum akin_status
akin_collection_place(const struct akin_collection *c, struct akin_txn *txn,
                      const struct akin_collect_sample *sample,
                      struct akin_image_record *image, struct akin_tile *tile,
                      struct akin_error *err)
{
    struct akin_image_record record = {0};
    struct akin_tile *tiles = NULL;
    enum akin_status st = akin_image_get(txn, sample->image, &record, err);

    (void)c;
    if (st == AKIN_ENOTFOUND ||
        (st == AKIN_OK && sample->tile >= record.n_tiles))
        st = AKIN_FAIL(err, AKIN_ESTALE,
                       "image %u was removed since the collection was planned",
                       (unsigned)sample->image);
    if (st == AKIN_OK && tile != NULL) {
        tiles = akin_new(record.n_tiles, sizeof(*tiles));
        st = akin_image_tiles(txn, sample->image, tiles, record.n_tiles, err);
        if (st == AKIN_OK)
            *tile = tiles[sample->tile];
        free(tiles);
    }
    if (st == AKIN_OK && image != NULL)
        *image = record;
    else
        akin_image_record_free(&record);
    return st;
}

void
akin_collect_unit_name(const struct akin_image_record *image,
                       struct akin_buf *out)
{
    static const char *const members[] = {"plate", "volume", "specimen"};
    const char *name = image->name, *end;

    for (size_t i = 0; i < AKIN_COUNT(members); i++)
        if (akin_json_text(image->extra, members[i]) != NULL) {
            akin_buf_printf(out, "%s %s", members[i],
                            akin_json_text(image->extra, members[i]));
            return;
        }
    /* Several planes in one file are a volume of their own. */
    if (image->info.dim_z > 1 || image->info.dim_t > 1) {
        akin_buf_puts(out, name);
        return;
    }
    if (strncmp(name, "images/", 7) == 0)
        name += 7;
    end = strrchr(name, '/');
    if (end != NULL)
        akin_buf_put(out, name, (size_t)(end - name));
}
