/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "akin/generation.h"
#include "akin/proto.h"

#include "collect/answer.h"
#include "facets.h"
#include "get.h"
#include "params.h"
#include "search.h"
#include "service_internal.h"
#include "similar.h"
#include "status.h"
#include "suggest.h"
#include "terms.h"

/* The methods; names[] keeps the order of run[]. */
static const char *const names[] = {"collect", "facets", "get",     "search",
                                    "similar", "status", "suggest", "terms"};
static akin_method_fn *const run[] = {akin_collect_answer, akin_facets_answer,
                                      akin_get_answer,     akin_search_answer,
                                      akin_similar_answer, akin_status_answer,
                                      akin_suggest_answer, akin_terms_answer};

size_t
akin__method_names(const char *const **out)
{
    *out = names;
    return AKIN_COUNT(names);
}

double
akin__now_ms(void)
{
    struct timespec ts = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static enum akin_status
catalog_base(void *ctx, char **dir, struct akin_error *err)
{
    const struct akin_service *service = ctx;

    return akin_generation_catalog(akin_snapshots_store(service->snapshots),
                                   dir, err);
}

enum akin_status
akin_service_open(const char *store_dir, const struct akin_config *config,
                  struct akin_service **out, struct akin_error *err)
{
    struct akin_service *service = akin_new(1, sizeof(*service));
    enum akin_status st;

    service->config = *config;
    service->store_dir = akin_strdup(store_dir);
    service->records = akin_records_new();
    service->terms = akin_term_cache_new();
    service->company = akin_company_new();
    service->catalogs =
        akin_catalogs_new(service->terms, catalog_base, service);
    service->started_ms = (int64_t)akin__now_ms();
    st = akin_snapshots_open(store_dir, config, &service->snapshots, err);
    if (st != AKIN_OK) {
        akin_service_close(service);
        return st;
    }
    *out = service;
    return AKIN_OK;
}

void
akin_service_close(struct akin_service *service)
{
    if (service == NULL)
        return;
    assert(service->n_sessions == 0);
    akin_records_free(service->records);
    akin_catalogs_free(service->catalogs);
    akin_term_cache_free(service->terms);
    akin_company_free(service->company);
    akin_snapshots_close(service->snapshots);
    free(service->store_dir);
    free(service);
}

enum akin_status
akin_session_new(struct akin_service *service, struct akin_session **out,
                 struct akin_error *err)
{
    struct akin_describer *describer = NULL;
    enum akin_status st = akin_describer_new(
        &service->config,
        akin_store_features(akin_snapshots_store(service->snapshots)),
        &describer, err);

    if (st != AKIN_OK)
        return st;
    *out = akin_new(1, sizeof(**out));
    (*out)->service = service;
    (*out)->describer = describer;
    (void)atomic_fetch_add(&service->n_sessions, 1);
    return AKIN_OK;
}

void
akin_session_free(struct akin_session *session)
{
    if (session == NULL)
        return;
    (void)atomic_fetch_sub(&session->service->n_sessions, 1);
    akin_describer_free(session->describer);
    akin_json_free(session->error_data);
    free(session);
}

const struct akin_summary *
akin_session_summary(const struct akin_session *session)
{
    return &session->summary;
}

const char *
akin_part_name(enum akin_part part)
{
    static const char *const part_names[AKIN_N_PARTS] = {
        "read", "open", "search", "rank", "answer", "write"};

    return part_names[part];
}

void
akin__session_lap(struct akin_session *session, enum akin_part part)
{
    double now = akin__now_ms();

    session->summary.part_ms[part] += now - session->lap_ms;
    session->lap_ms = now;
}

/* Finds and runs a method. *rpc_code: METHOD when there is none of that name,
 * else 0 (the status says it). */
static enum akin_status
dispatch(struct akin_session *session, const char *method,
         const struct akin_json *params, struct akin_json **result,
         int *rpc_code, struct akin_error *err)
{
    *rpc_code = 0;
    for (size_t i = 0; i < AKIN_COUNT(names); i++)
        if (strcmp(method, names[i]) == 0)
            return run[i](session, params, result, err);
    *rpc_code = AKIN_RPC_METHOD;
    return akin_params_unknown("method", method, names, AKIN_COUNT(names), err);
}

static void
begin(struct akin_session *session, const char *method, double began)
{
    struct akin_summary *summary = &session->summary;

    session->lap_ms = began;
    *summary =
        (struct akin_summary){.n_hits = -1, .waited_ms = session->waited_ms};
    (void)snprintf(summary->method, sizeof(summary->method), "%s", method);
    akin_json_free(session->error_data);
    session->error_data = NULL;
    (void)atomic_fetch_add(&session->service->n_requests, 1);
}

static void
finish(struct akin_session *session, double began,
       const struct akin_json *result, const struct akin_error *error)
{
    struct akin_json *hits = akin_json_get(result, "hits");

    session->summary.ms = akin__now_ms() - began;
    session->summary.error = *error;
    session->waited_ms = session->deadline_ms = 0.0;
    if (akin_json_text(result, "plan") != NULL)
        (void)snprintf(session->summary.plan, sizeof(session->summary.plan),
                       "%s", akin_json_text(result, "plan"));
    if (hits != NULL)
        session->summary.n_hits = (int64_t)akin_json_count(hits);
}

void
akin_session_waited(struct akin_session *session, double ms)
{
    session->waited_ms = ms;
}

void
akin_service_note_waiting(struct akin_service *service, size_t n)
{
    atomic_store(&service->n_waiting, n);
}

void
akin_service_note_refused(struct akin_service *service)
{
    (void)atomic_fetch_add(&service->n_refused, 1);
}

void
akin__session_deadline(struct akin_session *session, int64_t own_ms)
{
    double began = akin__now_ms();
    double most = (double)session->service->config.query_deadline_ms;

    if (own_ms > 0 && (double)own_ms < most)
        most = (double)own_ms;
    session->deadline_ms = began - session->waited_ms + most;
}

enum akin_status
akin__in_time(const struct akin_session *session, struct akin_error *err)
{
    double late = akin__now_ms() - session->deadline_ms;

    if (session->deadline_ms == 0.0 || late <= 0.0)
        return AKIN_OK;
    return AKIN_FAIL(err, AKIN_EAGAIN,
                     "given up %.0f ms after the request's deadline (it waited "
                     "%.0f ms for a worker); try again",
                     late, session->summary.waited_ms);
}

void
akin_service_answer(struct akin_session *session, struct akin_span text,
                    struct akin_buf *out)
{
    double began = akin__now_ms();
    struct akin_request request = {0};
    struct akin_json *result = NULL;
    struct akin_error error = {0};
    int code = 0;
    enum akin_status st;

    akin_buf_clear(out);
    st = akin_proto_parse_request(text, &request, &code, &error);
    begin(session, st == AKIN_OK ? request.method : "-", began);
    akin__session_lap(session, AKIN_PART_READ);
    akin__session_deadline(session, request.deadline_ms);
    if (st == AKIN_OK)
        st = akin__in_time(session, &error);
    if (st == AKIN_OK)
        st = dispatch(session, request.method, request.params, &result, &code,
                      &error);
    akin__session_lap(session, AKIN_PART_ANSWER);
    if (st == AKIN_OK)
        akin_proto_write_result(request.id, result, out);
    else
        akin_proto_write_error(request.id, code, &error, session->error_data,
                               out);
    akin__session_lap(session, AKIN_PART_WRITE);
    finish(session, began, result, &error);
    akin_json_free(result);
    akin_request_free(&request);
}

enum akin_status
akin_service_call(struct akin_session *session, const char *method,
                  const struct akin_json *params, struct akin_json **result,
                  struct akin_error *err)
{
    double began = akin__now_ms();
    struct akin_error error = {0};
    struct akin_json *made = NULL;
    int code = 0;
    enum akin_status st;

    begin(session, method, began);
    st = dispatch(session, method, params, &made, &code, &error);
    akin__session_lap(session, AKIN_PART_ANSWER);
    finish(session, began, made, &error);
    if (st == AKIN_OK)
        *result = made;
    else if (err != NULL)
        *err = error;
    return st;
}

enum akin_status
akin__reading_records(struct akin_session *session,
                      struct akin_reading *reading, struct akin_error *err)
{
    struct akin_store *store =
        akin_snapshots_store(session->service->snapshots);
    enum akin_status st;

    reading->records = session->service->records;
    reading->catalogs = session->service->catalogs;
    /* In this order: see records.h. */
    st = akin_store_change(store, &reading->change, err);
    if (st == AKIN_OK)
        st = akin_txn_read(store, &reading->txn, err);
    if (st != AKIN_OK)
        akin__reading_end(reading);
    return st;
}

enum akin_status
akin__reading_renew(struct akin_session *session, struct akin_reading *reading,
                    struct akin_error *err)
{
    struct akin_store *store =
        akin_snapshots_store(session->service->snapshots);
    enum akin_status st;

    akin_txn_end(reading->txn);
    reading->txn = NULL;
    st = akin_store_change(store, &reading->change, err);
    return st == AKIN_OK ? akin_txn_read(store, &reading->txn, err) : st;
}

enum akin_status
akin__reading_begin(struct akin_session *session, struct akin_reading *reading,
                    struct akin_error *err)
{
    enum akin_status st = akin_snapshot_acquire(session->service->snapshots,
                                                &reading->snapshot, err);

    return st == AKIN_OK ? akin__reading_records(session, reading, err) : st;
}

void
akin__reading_end(struct akin_reading *reading)
{
    akin_catalog_release(reading->catalog);
    akin_txn_end(reading->txn);
    if (reading->snapshot != NULL)
        akin_snapshot_release(reading->snapshot);
    *reading = (struct akin_reading){0};
}

enum akin_status
akin__reading_record(struct akin_reading *reading, uint32_t dataset,
                     struct akin_kept **out, struct akin_error *err)
{
    return akin_records_get(reading->records, reading->change, reading->txn,
                            dataset, out, err);
}

enum akin_status
akin__reading_catalog(struct akin_reading *reading, struct akin_catalog **out,
                      struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    if (reading->catalog == NULL)
        st = akin_catalog_acquire(reading->catalogs, reading->txn,
                                  reading->change, &reading->catalog, err);
    if (st == AKIN_OK)
        *out = reading->catalog;
    return st;
}
