/* SPDX-License-Identifier: Apache-2.0 */
#include "similar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "akin/filter.h"
#include "akin/image_record.h"

#include "context.h"
#include "facets.h"
#include "hits.h"
#include "params.h"
#include "where.h"

/* The parameters; start from {0} and free with wish_free. */
struct wish {
    int64_t k, n_evidence;
    bool exclude_self;
    struct akin_filter *filter;      /* NULL: none */
    const struct akin_json *exclude; /* array of ids, or NULL */
    struct akin_facet_wish facets;
};

/* What the search works on. */
struct work {
    struct akin_question question;
    size_t n_datasets;
    float *queries; /* n_tiles x AKIN_DIM */
    float *sim;     /* n_tiles x n_datasets */
    uint64_t *row;  /* the same shape */
    uint8_t *want;  /* n_datasets; NULL: all */
    uint32_t *tie;  /* n_datasets: their numbers */
    uint32_t *skip; /* images that do not count */
    size_t n_skip;
    struct akin_ranked *ranked; /* n_datasets */
    const char *plan;
};

static void
work_free(struct work *work)
{
    akin_question_free(&work->question);
    free(work->queries);
    free(work->sim);
    free(work->row);
    free(work->want);
    free(work->tie);
    free(work->skip);
    free(work->ranked);
}

static enum akin_status
read_exclude(const struct akin_json *exclude, const struct akin_json **out,
             struct akin_error *err)
{
    if (akin_json_type(exclude) == AKIN_JSON_NONE ||
        akin_json_type(exclude) == AKIN_JSON_NULL)
        return AKIN_OK;
    if (akin_json_type(exclude) != AKIN_JSON_ARRAY)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "exclude must be a list of dataset ids");
    if (akin_json_count(exclude) > AKIN_SIMILAR_EXCLUDE_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT, "exclude takes at most %d ids",
                         AKIN_SIMILAR_EXCLUDE_MAX);
    for (size_t i = 0; i < akin_json_count(exclude); i++)
        if (akin_json_string(akin_json_at(exclude, i)) == NULL)
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "exclude must be a list of dataset ids");
    *out = exclude;
    return AKIN_OK;
}

static enum akin_status
read_wish(const struct akin_json *params, const struct akin_config *config,
          struct wish *out, struct akin_error *err)
{
    static const char *const known[] = {
        "image",    "k",      "where",  "exclude",    "exclude_self",
        "evidence", "region", "facets", "facet_size", "exclude_own"};
    enum akin_status st = akin_params_check(params, "parameter of similar",
                                            known, AKIN_COUNT(known), err);

    *out =
        (struct wish){.k = AKIN_SIMILAR_K, .n_evidence = AKIN_SIMILAR_EVIDENCE};
    if (st == AKIN_OK)
        st = akin_params_int(params, "k", 1, (int64_t)config->query_max_k,
                             &out->k, err);
    if (st == AKIN_OK)
        st = akin_params_int(params, "evidence", 0, AKIN_SIMILAR_EVIDENCE_MAX,
                             &out->n_evidence, err);
    if (st == AKIN_OK)
        st = akin_params_bool(params, "exclude_self", &out->exclude_self, err);
    if (st == AKIN_OK)
        st = read_exclude(akin_json_get(params, "exclude"), &out->exclude, err);
    if (st == AKIN_OK)
        st = akin_where_read(akin_json_get(params, "where"), &out->filter, err);
    if (st == AKIN_OK)
        st = akin_facet_wish_read(params, &out->facets, err);
    return st;
}

/* calloc of n x m elements that come from outside. */
static enum akin_status
room_for(void *pointer, size_t n, size_t m, size_t size, struct akin_error *err)
{
    size_t count;
    void *memory = NULL;

    if (akin_size_mul(n, m, &count))
        memory = calloc(count == 0 ? 1 : count, size);
    if (memory == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM,
                         "no memory to compare %zu tiles with %zu datasets", n,
                         m);
    memcpy(pointer, &memory, sizeof(memory));
    return AKIN_OK;
}

static enum akin_status
prepare(struct work *work, const struct akin_snapshot *snapshot,
        struct akin_error *err)
{
    size_t n = work->question.described.n_tiles;
    size_t m = akin_snapshot_n_datasets(snapshot);
    enum akin_status st;

    work->n_datasets = m;
    st = room_for(&work->queries, n, AKIN_DIM, sizeof(float), err);
    if (st == AKIN_OK)
        st = room_for(&work->sim, n, m, sizeof(float), err);
    if (st == AKIN_OK)
        st = room_for(&work->row, n, m, sizeof(uint64_t), err);
    if (st == AKIN_OK)
        st = room_for(&work->tie, m, 1, sizeof(uint32_t), err);
    if (st == AKIN_OK)
        st = room_for(&work->ranked, m, 1, sizeof(struct akin_ranked), err);
    if (st != AKIN_OK)
        return st;
    for (size_t i = 0; i < m; i++)
        work->tie[i] = akin_snapshot_dataset(snapshot, i);
    akin_projection_apply(akin_snapshot_projection(snapshot),
                          work->question.described.features, n, work->queries);
    return AKIN_OK;
}

/* Position of a dataset number; false when it has no images here. */
static bool
position(const struct work *work, uint32_t number, size_t *out)
{
    size_t low = 0, high = work->n_datasets;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (work->tie[mid] < number)
            low = mid + 1;
        else
            high = mid;
    }
    *out = low;
    return low < work->n_datasets && work->tie[low] == number;
}

/* An id that is not there is refused: mistyped, it would exclude nothing. One
 * that was removed is as excluded as can be. */
static enum akin_status
apply_exclude(struct work *work, struct akin_txn *txn,
              const struct akin_json *exclude, struct akin_error *err)
{
    for (size_t i = 0; i < akin_json_count(exclude); i++) {
        const char *id = akin_json_string(akin_json_at(exclude, i));
        struct akin_dataset dataset = {0};
        struct akin_json *grave = NULL;
        size_t place;
        enum akin_status st = akin_dataset_find(txn, id, &dataset, err);

        if (st == AKIN_OK) {
            if (position(work, dataset.number, &place))
                work->want[place] = 0;
            akin_dataset_free(&dataset);
        } else if (st == AKIN_ENOTFOUND &&
                   akin_dataset_tombstone(txn, id, &grave, NULL) == AKIN_OK) {
            akin_json_free(grave);
        } else if (st == AKIN_ENOTFOUND) {
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "exclude: there is no dataset \"%s\"", id);
        } else {
            return st;
        }
    }
    return AKIN_OK;
}

/* Finds what the filter's names of terms mean; hints go into the answer. */
static enum akin_status
resolve_filter(struct akin_session *session, struct akin_reading *reading,
               struct akin_filter *filter, struct akin_json *out,
               struct akin_error *err)
{
    struct akin_term_cache *cache = session->service->terms;
    struct akin_json *hints = akin_json_array();
    const struct akin_terms *terms = NULL;
    enum akin_status st =
        akin_term_cache_acquire(cache, reading->txn, &terms, err);

    if (st == AKIN_OK)
        st = akin_filter_resolve(filter, terms, hints, err);
    akin_term_cache_release(cache, terms);
    if (st == AKIN_OK && akin_json_count(hints) > 0)
        akin_json_set(out, "hints", akin_json_share(hints));
    akin_json_free(hints);
    return st;
}

static enum akin_status
apply_filter(struct work *work, struct akin_reading *reading,
             struct akin_filter *filter, struct akin_error *err)
{
    struct akin_catalog *catalog = NULL;
    struct akin_bitmap *pass;
    enum akin_status st = akin__reading_catalog(reading, &catalog, err);

    if (st != AKIN_OK)
        return st;
    pass = akin_facets_match(akin_catalog_facets(catalog), filter, NULL);
    for (size_t i = 0; i < work->n_datasets; i++)
        if (!akin_bitmap_has(pass, work->tie[i]))
            work->want[i] = 0;
    akin_bitmap_free(pass);
    return AKIN_OK;
}

/* Counts over all datasets that pass the filter, with or without images. */
static enum akin_status
put_facets(struct akin_reading *reading, const struct wish *wish,
           struct akin_json *out, struct akin_error *err)
{
    struct akin_catalog *catalog = NULL;
    struct akin_json *facets = NULL;
    enum akin_status st;

    if (wish->facets.names == NULL)
        return AKIN_OK;
    st = akin__reading_catalog(reading, &catalog, err);
    if (st == AKIN_OK)
        st = akin_facet_wish_count(&wish->facets, catalog, wish->filter, NULL,
                                   &facets, err);
    if (st == AKIN_OK)
        akin_json_set(out, "facets", facets);
    return st;
}

/* want[]: the datasets that may be answered. */
static enum akin_status
choose_datasets(struct work *work, struct akin_reading *reading,
                const struct wish *wish, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    if (wish->filter == NULL && wish->exclude == NULL)
        return AKIN_OK;
    st = room_for(&work->want, work->n_datasets, 1, 1, err);
    if (st != AKIN_OK)
        return st;
    memset(work->want, 1, work->n_datasets);
    if (wish->exclude != NULL)
        st = apply_exclude(work, reading->txn, wish->exclude, err);
    if (st == AKIN_OK && wish->filter != NULL)
        st = apply_filter(work, reading, wish->filter, err);
    return st;
}

/* skip[]: stored images with the bytes of the one asked with. */
static enum akin_status
choose_images(struct work *work, struct akin_txn *txn, const struct wish *wish,
              struct akin_error *err)
{
    enum akin_status st;

    if (!wish->exclude_self)
        return AKIN_OK;
    st = room_for(&work->skip, AKIN_SIMILAR_COPIES_MAX, 1, sizeof(uint32_t),
                  err);
    if (st == AKIN_OK)
        st = akin_image_by_hash(txn, &work->question.hash, work->skip,
                                AKIN_SIMILAR_COPIES_MAX, &work->n_skip, err);
    return st;
}

/* The first datasets again, in each other's company. */
static enum akin_status
rank_in_context(struct work *work, const struct akin_snapshot *snapshot,
                enum akin_intent intent, size_t n_ranked,
                struct akin_error *err)
{
    size_t n = n_ranked < AKIN_CONTEXT_POOL ? n_ranked : AKIN_CONTEXT_POOL;
    size_t position[AKIN_CONTEXT_POOL];
    uint64_t start[AKIN_CONTEXT_POOL + 1], size[AKIN_CONTEXT_POOL];
    struct akin_context context = {.start = start, .size = size, .n_pool = n};
    float *vectors = NULL;
    enum akin_status st = room_for(&vectors, n * AKIN_CONTEXT_TILES, AKIN_DIM,
                                   sizeof(float), err);

    if (st != AKIN_OK)
        return st;
    for (size_t i = 0; i < n; i++)
        position[i] = work->ranked[i].dataset;
    st = akin_snapshot_sample(snapshot, position, n, AKIN_CONTEXT_TILES,
                              work->skip, work->n_skip, vectors, start, size,
                              err);
    context.vectors = vectors;
    if (st == AKIN_OK)
        st = akin_context_rank(&context, intent, work->tie, work->ranked,
                               n_ranked, err);
    free(vectors);
    return st;
}

static enum akin_status
search(struct work *work, struct akin_reading *reading, const struct wish *wish,
       struct akin_json *out, struct akin_error *err)
{
    struct akin_hits_table table = {
        work->sim,        work->row,    work->question.described.n_tiles,
        work->n_datasets, work->ranked, 0};
    struct akin_json *hits = NULL;
    enum akin_status st = akin_snapshot_best(
        reading->snapshot, work->queries, table.n_queries, work->want,
        work->skip, work->n_skip, work->sim, work->row, &work->plan, err);

    if (st != AKIN_OK)
        return st;
    table.n_ranked = akin_rank(work->sim, table.n_queries, table.n_datasets,
                               work->tie, AKIN_INTENT_FIND, work->ranked);
    st = rank_in_context(work, reading->snapshot, AKIN_INTENT_FIND,
                         table.n_ranked, err);
    if (st != AKIN_OK)
        return st;
    st = akin_hits_json(reading, &work->question, &table, (size_t)wish->k,
                        (size_t)wish->n_evidence, &hits, err);
    if (st != AKIN_OK)
        return st;
    akin_json_set(out, "hits", hits);
    akin_json_set_int(out, "total", (int64_t)table.n_ranked);
    akin_json_set_text(out, "plan", work->plan);
    return AKIN_OK;
}

static enum akin_status
answer(struct akin_session *session, const struct wish *wish, struct work *work,
       struct akin_json *out, struct akin_error *err)
{
    struct akin_reading reading = {0};
    enum akin_status st = akin__reading_begin(session, &reading, err);

    if (st == AKIN_OK)
        st = prepare(work, reading.snapshot, err);
    if (st == AKIN_OK && wish->filter != NULL)
        st = resolve_filter(session, &reading, wish->filter, out, err);
    if (st == AKIN_OK)
        st = choose_datasets(work, &reading, wish, err);
    if (st == AKIN_OK)
        st = choose_images(work, reading.txn, wish, err);
    if (st == AKIN_OK)
        st = search(work, &reading, wish, out, err);
    if (st == AKIN_OK)
        st = put_facets(&reading, wish, out, err);
    if (st == AKIN_OK) {
        akin_json_set_int(out, "generation",
                          akin_snapshot_generation(reading.snapshot));
        akin_json_set_text(out, "descriptor",
                           akin_snapshot_descriptor(reading.snapshot));
        akin_json_set(out, "query", akin_question_json(&work->question));
    }
    akin__reading_end(&reading);
    return st;
}

enum akin_status
akin_similar_answer(struct akin_session *session,
                    const struct akin_json *params, struct akin_json **result,
                    struct akin_error *err)
{
    const struct akin_config *config = &session->service->config;
    double began = akin__now_ms();
    struct wish wish = {0};
    struct work work = {0};
    struct akin_json *out = akin_json_object();
    enum akin_status st = read_wish(params, config, &wish, err);

    /* The image before the snapshot: describing takes longest, and needs no
     * open transaction. */
    if (st == AKIN_OK)
        st = akin_question_read(session->describer, config, params,
                                wish.exclude_self, &work.question, err);
    if (st == AKIN_OK)
        st = answer(session, &wish, &work, out, err);
    if (st == AKIN_OK) {
        akin_json_set_real(out, "took_ms",
                           round((akin__now_ms() - began) * 1e3) / 1e3);
        *result = out;
    } else {
        akin_json_free(out);
    }
    akin_filter_free(wish.filter);
    work_free(&work);
    return st;
}
