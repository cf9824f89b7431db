/* SPDX-License-Identifier: Apache-2.0 */
#include "similar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "context.h"
#include "facets.h"
#include "hits.h"
#include "similar_internal.h"

void
akin__work_free(struct akin__work *work)
{
    akin_question_free(&work->question);
    free(work->queries);
    free(work->sim);
    free(work->row);
    free(work->want);
    free(work->tie);
    free(work->skip);
    free(work->ranked);
    *work = (struct akin__work){0};
}

enum akin_status
akin__room_for(void *pointer, size_t n, size_t m, size_t size,
               struct akin_error *err)
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
prepare(struct akin__work *work, struct akin_reading *reading,
        struct akin_error *err)
{
    const struct akin_snapshot *snapshot = reading->snapshot;
    size_t m = akin_snapshot_n_datasets(snapshot), n;
    enum akin_status st =
        akin_question_fetch(&work->question, reading->txn, err);

    n = work->question.n_tiles;
    work->n_datasets = m;
    if (st == AKIN_OK)
        st = akin__room_for(&work->queries, n, AKIN_DIM, sizeof(float), err);
    if (st == AKIN_OK)
        st = akin__room_for(&work->sim, n, m, sizeof(float), err);
    if (st == AKIN_OK)
        st = akin__room_for(&work->row, n, m, sizeof(uint64_t), err);
    if (st == AKIN_OK)
        st = akin__room_for(&work->tie, m, 1, sizeof(uint32_t), err);
    if (st == AKIN_OK)
        st = akin__room_for(&work->ranked, m, 1, sizeof(struct akin_ranked),
                            err);
    if (st != AKIN_OK)
        return st;
    for (size_t i = 0; i < m; i++)
        work->tie[i] = akin_snapshot_dataset(snapshot, i);
    return akin_question_project(
        &work->question, akin_snapshot_projection(snapshot),
        akin_snapshot_descriptor(snapshot), work->queries, err);
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

/* Counts over all datasets that pass the filter, with or without images. */
static enum akin_status
put_facets(struct akin_reading *reading, const struct akin__wish *wish,
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

static enum akin_status
put_datasets(struct akin__work *work, struct akin_reading *reading,
             const struct akin__wish *wish, struct akin_json **out,
             struct akin_error *err)
{
    struct akin_diverse order = {0};
    struct akin_hits_table table = {.sim = work->sim,
                                    .row = work->row,
                                    .n_queries =
                                        work->question.n_positive_tiles,
                                    .n_datasets = work->n_datasets,
                                    .ranked = work->ranked,
                                    .n_ranked = work->n_ranked,
                                    .order = &order};
    enum akin_status st = akin_diversity_choose(
        reading->snapshot, work->ranked, work->n_ranked, (size_t)wish->k,
        wish->diversity, wish->collapse, &order, err);

    if (st == AKIN_OK)
        st = akin_hits_json(reading, &work->question, &table, (size_t)wish->k,
                            (size_t)wish->n_evidence, out, err);
    akin_diverse_free(&order);
    return st;
}

/* A few more than asked for: some may have been removed meanwhile. */
#define FINE_SPARE 16

static enum akin_status
put_fine(struct akin__work *work, struct akin_reading *reading,
         const struct akin__wish *wish, struct akin_json **out,
         struct akin_error *err)
{
    struct akin_finer finer = {.snapshot = reading->snapshot,
                               .queries = work->queries,
                               .sim = work->sim,
                               .n_queries = work->question.n_positive_tiles,
                               .n_datasets = work->n_datasets,
                               .skip = work->skip,
                               .n_skip = work->n_skip};
    struct akin_fine *fine = NULL;
    size_t n = 0;
    enum akin_status st = akin_finer_rank(
        &finer, wish->by, (size_t)wish->k + FINE_SPARE, &fine, &n, err);

    if (st == AKIN_OK)
        st =
            akin_hits_fine(reading, &work->question, &finer, fine, n,
                           (size_t)wish->k, (size_t)wish->n_evidence, out, err);
    free(fine);
    return st;
}

/* The first datasets again, in each other's company. */
static enum akin_status
rank_in_context(struct akin__work *work, struct akin_company *company,
                const struct akin_snapshot *snapshot, enum akin_intent intent,
                struct akin_error *err)
{
    const float *tile[AKIN_CONTEXT_POOL * AKIN_CONTEXT_TILES];
    size_t position[AKIN_CONTEXT_POOL];
    uint64_t start[AKIN_CONTEXT_POOL + 1], size[AKIN_CONTEXT_POOL];
    uint64_t name[AKIN_CONTEXT_POOL];
    struct akin_context context = {.tile = tile,
                                   .start = start,
                                   .size = size,
                                   .n_pool = work->n_ranked < AKIN_CONTEXT_POOL
                                                 ? work->n_ranked
                                                 : AKIN_CONTEXT_POOL,
                                   .company = company,
                                   .name = name};
    const struct akin_samples samples = {tile, start, size, name};
    enum akin_status st;

    for (size_t i = 0; i < context.n_pool; i++)
        position[i] = work->ranked[i].dataset;
    st = akin_snapshot_sample(snapshot, position, context.n_pool,
                              AKIN_CONTEXT_TILES, work->skip, work->n_skip,
                              &samples, err);
    if (st == AKIN_OK)
        st = akin_context_rank(&context, intent, work->tie, work->ranked,
                               work->n_ranked, err);
    return st;
}

static enum akin_status
search(struct akin_session *session, struct akin__work *work,
       struct akin_reading *reading, const struct akin__wish *wish,
       struct akin_json *out, struct akin_error *err)
{
    struct akin_json *hits = NULL;
    enum akin_status st = akin_snapshot_best(
        reading->snapshot, work->queries, work->question.n_tiles, work->want,
        work->skip, work->n_skip, work->sim, work->row, work->plan, err);

    akin__session_lap(session, AKIN_PART_SEARCH);
    if (st == AKIN_OK)
        st = akin_score_rank(&work->question, work->sim, work->n_datasets,
                             work->tie, wish->intent, work->ranked,
                             &work->n_ranked, err);
    if (st == AKIN_OK && wish->by == AKIN_BY_DATASET)
        st = rank_in_context(work, session->service->company, reading->snapshot,
                             wish->intent, err);
    akin__session_lap(session, AKIN_PART_RANK);
    if (st == AKIN_OK)
        st = akin__in_time(session, err);
    if (st == AKIN_OK)
        st = wish->by == AKIN_BY_DATASET
                 ? put_datasets(work, reading, wish, &hits, err)
                 : put_fine(work, reading, wish, &hits, err);
    if (st != AKIN_OK)
        return st;
    akin_chance_verdict(reading->snapshot, &work->question, work->sim,
                        work->n_datasets, work->ranked, work->n_ranked, out);
    akin_json_set(out, "hits", hits);
    akin_json_set_int(out, "total", (int64_t)work->n_ranked);
    akin_json_set_text(out, "plan", work->plan);
    return AKIN_OK;
}

static enum akin_status
answer(struct akin_session *session, const struct akin__wish *wish,
       struct akin__work *work, struct akin_json *out, struct akin_error *err)
{
    struct akin_reading reading = {0};
    enum akin_status st = akin__reading_begin(session, &reading, err);

    if (st == AKIN_OK)
        st = prepare(work, &reading, err);
    if (st == AKIN_OK && wish->filter != NULL)
        st = resolve_filter(session, &reading, wish->filter, out, err);
    if (st == AKIN_OK)
        st = akin__choose_datasets(work, &reading, wish, err);
    if (st == AKIN_OK)
        st = akin__choose_images(work, reading.txn, wish, err);
    akin__session_lap(session, AKIN_PART_OPEN);
    if (st == AKIN_OK)
        st = search(session, work, &reading, wish, out, err);
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
    struct akin__wish wish = {0};
    struct akin__work work = {0};
    struct akin_json *out = akin_json_object();
    enum akin_status st = akin__wish_read(params, config, &wish, err);

    /* The image before the snapshot: describing takes longest, and needs no
     * open transaction. */
    if (st == AKIN_OK)
        st = akin_question_read(session->describer, config, params,
                                wish.exclude_self, &work.question, err);
    akin__session_lap(session, AKIN_PART_READ);
    if (st == AKIN_OK)
        st = akin__in_time(session, err);
    if (st == AKIN_OK)
        st = answer(session, &wish, &work, out, err);
    if (st == AKIN_OK) {
        akin_json_set_real(out, "took_ms",
                           round((akin__now_ms() - began) * 1e3) / 1e3);
        *result = out;
    } else {
        akin_json_free(out);
    }
    akin__wish_free(&wish);
    akin__work_free(&work);
    return st;
}
