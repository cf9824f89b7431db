/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service_internal.h - what the methods of the service see of it.
 *
 * A method is a function in its own file, named in the table of service.c. It
 * gets params (an object) and gives a result, or a sentence; beyond that it may
 * leave members for error.data in session->error_data.
 */
#ifndef AKIN_QUERY_SERVICE_INTERNAL_H
#define AKIN_QUERY_SERVICE_INTERNAL_H

#include <stdatomic.h>

#include "akin/catalog.h"
#include "akin/describe.h"

#include "company.h"
#include "records.h"
#include "service.h"
#include "snapshot.h"

struct akin_service {
    struct akin_config config;
    char *store_dir;
    struct akin_snapshots *snapshots;
    struct akin_records *records;
    struct akin_catalogs *catalogs;
    struct akin_term_cache *terms;
    struct akin_company *company;
    /* Counted for `status` */
    atomic_uint n_sessions;
    atomic_ullong n_requests, n_refused;
    atomic_size_t n_waiting;
    int64_t started_ms; /* akin__now_ms */
};

struct akin_session {
    struct akin_service *service;
    struct akin_describer *describer;
    struct akin_summary summary;
    struct akin_json *error_data; /* of the request under way, or NULL */
    double waited_ms;             /* of the next request */
    double deadline_ms; /* akin__now_ms when it is too late; 0: never */
    double lap_ms;      /* akin__now_ms when the part under way began */
};

typedef enum akin_status akin_method_fn(struct akin_session *session,
                                        const struct akin_json *params,
                                        struct akin_json **result,
                                        struct akin_error *err);

/* Time that never goes back; ms, with fractions. */
double akin__now_ms(void);

/* What went by since the last lap (or the request's begin) was this part. */
void akin__session_lap(struct akin_session *session, enum akin_part part);

/* The deadline of the request that begins: the earlier of its own (0: none) and
 * the setting's, counted from when it began to wait. A call in process has none
 * unless this was called before. */
void akin__session_deadline(struct akin_session *session, int64_t own_ms);

/* EAGAIN once the request under way is too late: methods ask between steps that
 * take long. */
enum akin_status akin__in_time(const struct akin_session *session,
                               struct akin_error *err) AKIN_MUST_USE;

/* The names of all methods. */
size_t akin__method_names(const char *const **names);

/* A read of the records that a request needs: a snapshot, and a transaction
 * that sees the store at least as new. Start from {0}. */
struct akin_reading {
    struct akin_snapshot *snapshot;
    struct akin_txn *txn;
    struct akin_records *records;
    struct akin_catalogs *catalogs;
    struct akin_catalog *catalog; /* NULL until asked for */
    uint64_t change;
};
enum akin_status akin__reading_begin(struct akin_session *session,
                                     struct akin_reading *reading,
                                     struct akin_error *err) AKIN_MUST_USE;
/* The same without a snapshot (NULL): for what needs no tiles. */
enum akin_status akin__reading_records(struct akin_session *session,
                                       struct akin_reading *reading,
                                       struct akin_error *err) AKIN_MUST_USE;
void akin__reading_end(struct akin_reading *reading);

/* Begins the transaction anew, for records that are newer than it. */
enum akin_status akin__reading_renew(struct akin_session *session,
                                     struct akin_reading *reading,
                                     struct akin_error *err) AKIN_MUST_USE;

/* The record of a dataset: akin_kept_release. */
enum akin_status akin__reading_record(struct akin_reading *reading,
                                      uint32_t dataset, struct akin_kept **out,
                                      struct akin_error *err) AKIN_MUST_USE;

/* The catalog of this reading, borrowed until its end; made when the store has
 * changed. */
enum akin_status akin__reading_catalog(struct akin_reading *reading,
                                       struct akin_catalog **out,
                                       struct akin_error *err) AKIN_MUST_USE;

#endif
