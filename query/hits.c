/* SPDX-License-Identifier: Apache-2.0 */
#include "hits.h"

#include <math.h>
#include <stdlib.h>

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
    static const char *const shown[] = {
        "id",       "title", "license",   "organism",       "imaging_method",
        "category", "uri",   "publisher", "date_published", "year",
        "authors",  "url"};
    struct akin_json *json = akin_json_object();

    for (size_t i = 0; i < AKIN_COUNT(shown); i++) {
        struct akin_json *value = akin_json_get(record, shown[i]);

        if (value != NULL)
            akin_json_set(json, shown[i], akin_json_copy(value));
    }
    return json;
}

/* One tile of an image. ENOTFOUND: not there any more. */
static enum akin_status
read_tile(struct akin_txn *txn, uint32_t image, uint32_t n_tiles, uint32_t i,
          struct akin_tile *out, struct akin_error *err)
{
    struct akin_tile *tiles;
    enum akin_status st;

    if (i >= n_tiles)
        return AKIN_FAIL(err, AKIN_ESTALE, "image %u has no tile %u", image, i);
    tiles = calloc(n_tiles, sizeof(*tiles));
    if (tiles == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %u tiles", n_tiles);
    st = akin_image_tiles(txn, image, tiles, n_tiles, err);
    if (st == AKIN_OK)
        *out = tiles[i];
    free(tiles);
    return st;
}

static enum akin_status
pair_json(struct akin_reading *reading, const struct akin_question *question,
          const struct akin_pair *pair, struct akin_json **out,
          struct akin_error *err)
{
    struct akin_image_record image = {0};
    struct akin_tile tile = {0};
    uint32_t number = 0, i_tile = 0;
    enum akin_status st;

    akin_snapshot_row(reading->snapshot, pair->row, &number, &i_tile);
    st = akin_image_get(reading->txn, number, &image, err);
    if (st == AKIN_OK)
        st = read_tile(reading->txn, number, image.n_tiles, i_tile, &tile, err);
    if (st == AKIN_OK) {
        *out = akin_json_object();
        akin_json_set(*out, "query",
                      akin_tile_json(&question->described.tiles[pair->query]));
        akin_json_set(*out, "image", akin_image_json(&image));
        akin_json_set(*out, "tile", akin_tile_json(&tile));
        akin_json_set(*out, "similarity", rounded((double)pair->similarity));
    }
    akin_image_record_free(&image);
    return st;
}

static enum akin_status
evidence(struct akin_reading *reading, const struct akin_question *question,
         const struct akin_hits_table *table, size_t dataset, size_t max,
         struct akin_json *list, struct akin_error *err)
{
    struct akin_pair *pair = akin_new(max + 1, sizeof(*pair));
    size_t n = akin_rank_evidence(table->sim, table->row, table->n_queries,
                                  table->n_datasets, dataset, pair, max);
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; i < n && st == AKIN_OK; i++) {
        struct akin_json *json = NULL;

        st = pair_json(reading, question, &pair[i], &json, err);
        if (st == AKIN_ENOTFOUND)
            st = AKIN_OK; /* removed since the snapshot was taken */
        else
            akin_json_append(list, json);
    }
    free(pair);
    return st;
}

static enum akin_status
hit_json(struct akin_reading *reading, const struct akin_question *question,
         const struct akin_hits_table *table, size_t i, size_t n_evidence,
         struct akin_json **out, struct akin_error *err)
{
    const struct akin_ranked *ranked = &table->ranked[i];
    struct akin_kept *record = NULL;
    struct akin_json *pairs, *hit;
    enum akin_status st = akin__reading_record(
        reading, akin_snapshot_dataset(reading->snapshot, ranked->dataset),
        &record, err);

    if (st != AKIN_OK)
        return st;
    hit = akin_json_object();
    pairs = akin_json_array();
    akin_json_set_int(hit, "rank", 0); /* keeps its place; set by the list */
    akin_json_set(hit, "dataset", akin_hits_brief(akin_kept_json(record)));
    akin_kept_release(record);
    akin_json_set(hit, "score", rounded(ranked->score));
    akin_json_set(hit, "evidence", pairs);
    st = evidence(reading, question, table, ranked->dataset, n_evidence, pairs,
                  err);
    if (st == AKIN_OK)
        *out = hit;
    else
        akin_json_free(hit);
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
    size_t n = 0;

    for (size_t i = 0; i < table->n_ranked && n < k && st == AKIN_OK; i++) {
        struct akin_json *hit = NULL;

        st = hit_json(reading, question, table, i, n_evidence, &hit, err);
        if (st == AKIN_OK) {
            akin_json_set_int(hit, "rank", (int64_t)++n);
            akin_json_append(list, hit);
        } else if (st == AKIN_ENOTFOUND) {
            st = AKIN_OK; /* removed since the snapshot was taken */
        }
    }
    if (st == AKIN_OK)
        *out = list;
    else
        akin_json_free(list);
    return st;
}
