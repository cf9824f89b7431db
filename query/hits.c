/* SPDX-License-Identifier: Apache-2.0 */
#include "hits.h"

#include <math.h>
#include <stdlib.h>

#include "chance.h"
#include "explain.h"
#include "image_json.h"

/* Six decimals: what a float knows, without the noise behind it. */
static struct akin_json *
rounded(double value)
{
    return akin_json_new_real(round(value * 1e6) / 1e6);
}

struct akin_json *
akin_hits_brief(const struct akin_json *record)
{
    static const char *const shown[] = {"id",
                                        "title",
                                        "license",
                                        "organism",
                                        "imaging_method",
                                        "biological_entity",
                                        "cell_line",
                                        "category",
                                        "uri",
                                        "publisher",
                                        "date_published",
                                        "year",
                                        "authors",
                                        "url"};
    struct akin_json *json = akin_json_object();

    for (size_t i = 0; i < AKIN_COUNT(shown); i++) {
        struct akin_json *value = akin_json_get(record, shown[i]);

        if (value != NULL)
            akin_json_set(json, shown[i], akin_json_share(value));
    }
    return json;
}

/* What a pair is made of. */
struct pairing {
    struct akin_reading *reading;
    const struct akin_question *question;
    struct akin_explain *explain; /* NULL: no explanation */
};

/* The question's side of a pair; of a stored image with what it is. */
static enum akin_status
query_json(const struct pairing *p, size_t tile, struct akin_json *pair,
           struct akin_error *err)
{
    struct akin_json *json = akin_question_tile_json(p->question, tile);
    uint32_t number = akin_question_tile_image(p->question, tile);
    struct akin_image_record image = {0};
    enum akin_status st = AKIN_OK;

    if (number != 0)
        st = akin_image_get(p->reading->txn, number, &image, err);
    if (number != 0 && st == AKIN_OK)
        akin_json_set(json, "image", akin_image_json(&image));
    akin_image_record_free(&image);
    akin_json_set(pair, "query", json);
    return st;
}

static enum akin_status
pair_json(const struct pairing *p, const struct akin_pair *pair,
          struct akin_json **out, struct akin_error *err)
{
    struct akin_image_record image = {0};
    struct akin_tile tile = {0};
    uint32_t number = 0, i_tile = 0;
    enum akin_status st;

    akin_snapshot_row(p->reading->snapshot, pair->row, &number, &i_tile);
    st = akin_image_get(p->reading->txn, number, &image, err);
    if (st == AKIN_OK && i_tile >= image.n_tiles)
        st = AKIN_FAIL(err, AKIN_ESTALE, "image %u has no tile %u", number,
                       i_tile);
    if (st == AKIN_OK)
        st = akin_image_tile(p->reading->txn, number, image.n_tiles, i_tile,
                             &tile, err);
    if (st == AKIN_OK && p->explain != NULL)
        st = akin_explain_add(p->explain, p->reading,
                              akin_question_features(p->question, pair->query),
                              number, image.n_tiles, i_tile, err);
    if (st == AKIN_OK) {
        struct akin_json *json = akin_json_object();

        st = query_json(p, pair->query, json, err);
        akin_json_set(json, "image", akin_image_json(&image));
        akin_json_set(json, "tile", akin_tile_json(&tile));
        akin_json_set(json, "similarity", rounded((double)pair->similarity));
        if (st == AKIN_OK)
            *out = json;
        else
            akin_json_free(json);
    }
    akin_image_record_free(&image);
    return st;
}

/* Up to max pairs of one column of a table, and the agreement over them. */
static enum akin_status
put_evidence(const struct pairing *p, const struct akin_hits_table *table,
             size_t dataset, size_t max, struct akin_json *hit,
             struct akin_error *err)
{
    struct akin_pair *pair = akin_new(max + 1, sizeof(*pair));
    struct akin_json *list = akin_json_array();
    size_t n = akin_rank_evidence(table->sim, table->row, table->n_queries,
                                  table->n_datasets, dataset, pair, max);
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; i < n && st == AKIN_OK; i++) {
        struct akin_json *json = NULL;

        st = pair_json(p, &pair[i], &json, err);
        if (st == AKIN_ENOTFOUND)
            st = AKIN_OK; /* removed since the snapshot was taken */
        else
            akin_json_append(list, json);
    }
    free(pair);
    akin_json_set(hit, "evidence", list);
    if (p->explain != NULL)
        akin_json_set(hit, "agreement", akin_explain_json(p->explain));
    return st;
}

/* rank, dataset and score; ENOTFOUND: removed since the snapshot was taken. */
static enum akin_status
begin_hit(struct akin_reading *reading, size_t dataset, double score,
          struct akin_json **out, struct akin_error *err)
{
    struct akin_kept *record = NULL;
    enum akin_status st = akin__reading_record(
        reading, akin_snapshot_dataset(reading->snapshot, dataset), &record,
        err);

    if (st != AKIN_OK)
        return st;
    *out = akin_json_object();
    akin_json_set_int(*out, "rank", 0); /* keeps its place; set by the list */
    akin_json_set(*out, "dataset", akin_hits_brief(akin_kept_json(record)));
    akin_kept_release(record);
    akin_json_set(*out, "score", rounded(score));
    return AKIN_OK;
}

/* Ids and titles of the near-duplicates that were folded into a hit. */
static enum akin_status
put_duplicates(struct akin_reading *reading,
               const struct akin_hits_table *table, size_t i,
               struct akin_json *hit, struct akin_error *err)
{
    struct akin_json *list = NULL;

    for (size_t j = 0; j < table->n_ranked; j++) {
        struct akin_kept *record = NULL;
        struct akin_json *one;
        enum akin_status st;

        if (table->order->fold[j] != i || j == i)
            continue;
        st = akin__reading_record(
            reading,
            akin_snapshot_dataset(reading->snapshot, table->ranked[j].dataset),
            &record, err);
        if (st == AKIN_ENOTFOUND)
            continue;
        if (st != AKIN_OK) {
            akin_json_free(list);
            return st;
        }
        list = list == NULL ? akin_json_array() : list;
        one = akin_json_object();
        akin_json_set_text(one, "id",
                           akin_json_text(akin_kept_json(record), "id"));
        akin_json_set_text(one, "title",
                           akin_json_text(akin_kept_json(record), "title"));
        akin_json_append(list, one);
        akin_kept_release(record);
    }
    akin_json_set(hit, "duplicates", list);
    return AKIN_OK;
}

static enum akin_status
hit_json(const struct pairing *p, const struct akin_hits_table *table, size_t i,
         size_t n_evidence, struct akin_json **out, struct akin_error *err)
{
    const struct akin_ranked *ranked = &table->ranked[i];
    double chance =
        akin_chance_of(p->reading->snapshot, p->question, table->sim,
                       table->n_datasets, ranked->dataset);
    struct akin_json *hit = NULL;
    enum akin_status st =
        begin_hit(p->reading, ranked->dataset, ranked->score, &hit, err);

    if (st == AKIN_OK && chance >= 0)
        akin_json_set(hit, "chance", rounded(chance));
    if (st == AKIN_OK)
        st = put_evidence(p, table, ranked->dataset, n_evidence, hit, err);
    if (st == AKIN_OK)
        st = put_duplicates(p->reading, table, i, hit, err);
    if (st == AKIN_OK)
        *out = hit;
    else
        akin_json_free(hit);
    return st;
}

/* Adds a hit with its rank; one that was removed meanwhile is passed over. */
static enum akin_status
append(struct akin_json *list, struct akin_json *hit, enum akin_status st)
{
    if (st == AKIN_OK) {
        akin_json_set_int(hit, "rank", (int64_t)akin_json_count(list) + 1);
        akin_json_append(list, hit);
    }
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

/* Explains the terms of a list that was made, or drops it. */
static enum akin_status
finish(struct akin_reading *reading, const struct akin_question *question,
       struct akin_json *list, enum akin_status st, struct akin_json **out,
       struct akin_error *err)
{
    if (st == AKIN_OK)
        st = akin_explain_terms(reading, question, list, err);
    if (st == AKIN_OK)
        *out = list;
    else
        akin_json_free(list);
    return st;
}

enum akin_status
akin_hits_json(struct akin_reading *reading,
               const struct akin_question *question,
               const struct akin_hits_table *table, size_t k, size_t n_evidence,
               struct akin_json **out, struct akin_error *err)
{
    struct akin_json *list = akin_json_array();
    enum akin_status st = AKIN_OK;

    for (size_t i = 0;
         i < table->order->n && st == AKIN_OK && akin_json_count(list) < k;
         i++) {
        struct akin_explain explain = {0};
        bool is_explained = akin_json_count(list) < AKIN_EXPLAIN_HITS;
        struct pairing pairing = {reading, question,
                                  is_explained ? &explain : NULL};
        struct akin_json *hit = NULL;

        st = hit_json(&pairing, table, table->order->hit[i], n_evidence, &hit,
                      err);
        st = append(list, hit, st);
    }
    return finish(reading, question, list, st, out, err);
}

/* --- images and tiles --- */

/* The evidence of an image is that of a dataset that has only this image. */
static enum akin_status
put_image_evidence(const struct pairing *p, const struct akin_finer *finer,
                   const struct akin_fine *fine, size_t n_evidence,
                   struct akin_json *hit, struct akin_error *err)
{
    float *sim = calloc(finer->n_queries + 1, sizeof(*sim));
    uint64_t *row = calloc(finer->n_queries + 1, sizeof(*row));
    struct akin_hits_table table = {
        .sim = sim, .row = row, .n_queries = finer->n_queries, .n_datasets = 1};
    enum akin_status st = AKIN_OK;

    if (sim == NULL || row == NULL)
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory for the evidence");
    if (st == AKIN_OK)
        st = akin_finer_image(finer, fine, sim, row, err);
    if (st == AKIN_OK)
        st = put_evidence(p, &table, 0, n_evidence, hit, err);
    free(sim);
    free(row);
    return st;
}

/* A tile is its own evidence. */
static enum akin_status
put_tile(const struct pairing *p, const struct akin_fine *fine,
         struct akin_json *hit, struct akin_error *err)
{
    const struct akin_pair pair = {fine->query, fine->row, (float)fine->score};
    struct akin_json *json = NULL, *list;
    enum akin_status st = pair_json(p, &pair, &json, err);

    if (st != AKIN_OK)
        return st;
    list = akin_json_array();
    akin_json_set(hit, "image", akin_json_copy(akin_json_get(json, "image")));
    akin_json_set(hit, "tile", akin_json_copy(akin_json_get(json, "tile")));
    akin_json_append(list, json);
    akin_json_set(hit, "evidence", list);
    akin_json_set(hit, "agreement", akin_explain_json(p->explain));
    return AKIN_OK;
}

static enum akin_status
put_image(const struct pairing *p, const struct akin_finer *finer,
          const struct akin_fine *fine, size_t n_evidence,
          struct akin_json *hit, struct akin_error *err)
{
    struct akin_image_record image = {0};
    enum akin_status st =
        akin_image_get(p->reading->txn, fine->image, &image, err);

    if (st != AKIN_OK)
        return st;
    akin_json_set(hit, "image", akin_image_json(&image));
    akin_image_record_free(&image);
    return put_image_evidence(p, finer, fine, n_evidence, hit, err);
}

enum akin_status
akin_hits_fine(struct akin_reading *reading,
               const struct akin_question *question,
               const struct akin_finer *finer, const struct akin_fine *fine,
               size_t n_fine, size_t k, size_t n_evidence,
               struct akin_json **out, struct akin_error *err)
{
    struct akin_json *list = akin_json_array();
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; i < n_fine && st == AKIN_OK && akin_json_count(list) < k;
         i++) {
        struct akin_explain explain = {0};
        struct pairing pairing = {reading, question, &explain};
        struct akin_json *hit = NULL;

        st = begin_hit(reading, fine[i].dataset, fine[i].score, &hit, err);
        if (st == AKIN_OK && fine[i].row == UINT64_MAX)
            st = put_image(&pairing, finer, &fine[i], n_evidence, hit, err);
        else if (st == AKIN_OK)
            st = put_tile(&pairing, &fine[i], hit, err);
        if (st != AKIN_OK)
            akin_json_free(hit);
        st = append(list, hit, st);
    }
    return finish(reading, question, list, st, out, err);
}
