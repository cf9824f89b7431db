/* SPDX-License-Identifier: Apache-2.0 */
#include "explain.h"

#include <math.h>
#include <string.h>

#include "akin/image_record.h"

#include "snapshot_rows.h"

static const char *const term_fields[] = {"organism", "imaging_method",
                                          "biological_entity", "cell_line"};

enum akin_status
akin_explain_add(struct akin_explain *explain, struct akin_reading *reading,
                 const float *features, uint32_t image, size_t n_tiles,
                 size_t i, struct akin_error *err)
{
    const struct akin_calibration *calibration =
        akin_snapshot_calibration(reading->snapshot);
    double one[AKIN_CALIBRATION_PARTS] = {0};
    float stored[AKIN_FEATURES_MAX];
    enum akin_status st;

    if (features == NULL || calibration == NULL || !calibration->has_spread ||
        i >= n_tiles)
        return AKIN_OK;
    st = akin_image_tile_features(reading->txn, image, n_tiles, i, stored, err);
    if (st != AKIN_OK)
        return st;
    akin_calibration_agreement(calibration, features, stored, one);
    for (size_t p = 0; p < AKIN_CALIBRATION_PARTS; p++)
        explain->sum[p] += one[p];
    explain->n++;
    explain->n_parts = akin_calibration_parts(calibration, &explain->parts);
    return AKIN_OK;
}

struct akin_json *
akin_explain_json(const struct akin_explain *explain)
{
    struct akin_json *list;

    if (explain->n == 0)
        return NULL;
    list = akin_json_array();
    for (size_t p = 0; p < explain->n_parts; p++) {
        struct akin_json *part = akin_json_object();
        double mean = explain->sum[p] / (double)explain->n;

        akin_json_set_text(part, "part", explain->parts[p]);
        akin_json_set_real(part, "agreement", round(mean * 1e4) / 1e4);
        akin_json_append(list, part);
    }
    return list;
}

/* --- terms --- */

/* The same term: by id where both have one, else by label. */
static bool
is_same(const struct akin_json *a, const struct akin_json *b)
{
    const char *key = "id", *x = akin_json_text(a, "id");
    const char *y = akin_json_text(b, "id");

    if (x == NULL || y == NULL) {
        key = "label";
        x = akin_json_text(a, key);
        y = akin_json_text(b, key);
    }
    return x != NULL && y != NULL && strcmp(x, y) == 0;
}

static bool
has_term(const struct akin_json *record, const char *field,
         const struct akin_json *term)
{
    const struct akin_json *list = akin_json_get(record, field);

    for (size_t i = 0; i < akin_json_count(list); i++)
        if (is_same(akin_json_at(list, i), term))
            return true;
    return false;
}

/* What a hit's terms are compared with. */
struct others {
    struct akin_kept *record[2 * AKIN_QUESTION_EXAMPLES_MAX];
    size_t n; /* datasets asked with; 0: compare with the hits */
    const struct akin_json *hits;
};

static int64_t
count_hits(const struct others *others, size_t but, const char *field,
           const struct akin_json *term)
{
    int64_t n = 0;

    for (size_t i = 0;
         i < akin_json_count(others->hits) && i < AKIN_EXPLAIN_HITS; i++) {
        const struct akin_json *hit = akin_json_at(others->hits, i);

        n += i != but && has_term(akin_json_get(hit, "dataset"), field, term);
    }
    return n;
}

static bool
is_asked_with(const struct others *others, const char *field,
              const struct akin_json *term)
{
    for (size_t i = 0; i < others->n; i++)
        if (has_term(akin_kept_json(others->record[i]), field, term))
            return true;
    return false;
}

static struct akin_json *
shared_by(const struct others *others, size_t i)
{
    const struct akin_json *dataset =
        akin_json_get(akin_json_at(others->hits, i), "dataset");
    struct akin_json *shared = akin_json_array();

    for (size_t f = 0; f < AKIN_COUNT(term_fields); f++) {
        const struct akin_json *list = akin_json_get(dataset, term_fields[f]);

        for (size_t t = 0; t < akin_json_count(list); t++) {
            const struct akin_json *term = akin_json_at(list, t);
            int64_t n =
                others->n > 0 ? 0 : count_hits(others, i, term_fields[f], term);
            struct akin_json *one;

            if (others->n > 0 ? !is_asked_with(others, term_fields[f], term)
                              : n == 0)
                continue;
            one = akin_json_object();
            akin_json_set_text(one, "field", term_fields[f]);
            akin_json_set_text(one, "id", akin_json_text(term, "id"));
            akin_json_set_text(one, "label", akin_json_text(term, "label"));
            if (others->n == 0)
                akin_json_set_int(one, "other_hits", n);
            akin_json_append(shared, one);
        }
    }
    return shared;
}

/* The records of stored positive examples. */
static enum akin_status
read_asked(struct akin_reading *reading, const struct akin_question *question,
           struct others *others, struct akin_error *err)
{
    for (size_t i = 0; i < question->n_positive; i++) {
        enum akin_status st;

        if (question->example[i].dataset == 0)
            continue;
        st = akin__reading_record(reading, question->example[i].dataset,
                                  &others->record[others->n], err);
        if (st == AKIN_OK)
            others->n++;
        else if (st != AKIN_ENOTFOUND)
            return st;
    }
    return AKIN_OK;
}

enum akin_status
akin_explain_terms(struct akin_reading *reading,
                   const struct akin_question *question, struct akin_json *hits,
                   struct akin_error *err)
{
    struct others others = {.hits = hits};
    enum akin_status st = read_asked(reading, question, &others, err);

    for (size_t i = 0;
         st == AKIN_OK && i < akin_json_count(hits) && i < AKIN_EXPLAIN_HITS;
         i++)
        akin_json_set(akin_json_at(hits, i), "shared_terms",
                      shared_by(&others, i));
    for (size_t i = 0; i < others.n; i++)
        akin_kept_release(others.record[i]);
    return st;
}
