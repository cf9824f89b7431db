/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_ways.h - four ways to be answered about one store.
 *
 * FAISS called directly (the best rows of each tile, no more), the search of a
 * snapshot in this process (the best row of each dataset for each tile), the
 * service in this process (bytes in, bytes out), and the daemon's sockets and
 * threads over ipc. A question is the descriptors of one tile or of 16.
 */
#ifndef BENCH_WAYS_H
#define BENCH_WAYS_H

#include "akin/client.h"
#include "akin/generation.h"
#include "akind/server.h"
#include "bench_drawn.h"
#include "bench_faiss.h"
#include "bench_load.h"
#include "snapshot.h"

#define BENCH_QUESTIONS ((size_t)64)
#define BENCH_TIMEOUT_MS 60000

struct bench_serve {
    struct bench_synthetic data;
    struct akin_config config;
    char *dir, *store, *programs;
    char url[96];
    double seconds; /* of each measurement */

    struct akin_generation *gen;
    struct akin_snapshots *snapshots;
    struct akin_service *service;
    struct akin_server *server;
    struct bench_faiss *faiss;
    size_t n_probe;

    float *vectors; /* BENCH_QUESTIONS x BENCH_IMAGE_TILES x BENCH_DIM */
    size_t n_tiles; /* of a question, now */
    struct akin_buf request[BENCH_QUESTIONS];
};

/* FAISS, search, service, daemon; ctx is a struct bench_serve. */
#define BENCH_WAYS ((size_t)4)
extern const struct bench_way bench_ways[BENCH_WAYS];

/* A client of the daemon (or of the service). */
struct bench_asking {
    const struct bench_serve *bench;
    struct akin_session *session; /* of the service */
    struct akin_client *client;   /* of the daemon */
    struct akin_buf answer;
};
enum akin_status bench_daemon_begin(void *ctx, void **self,
                                    struct akin_error *err) AKIN_MUST_USE;
void bench_asking_end(void *self);

/* The service asked n times, one question after the other: how long each part
 * of an answer took (AKIN_N_PARTS samples, in ms). */
enum akin_status bench_service_parts(struct bench_serve *b, size_t n,
                                     struct bench_samples *parts,
                                     struct akin_error *err) AKIN_MUST_USE;

/* Of four questions, three are like a stored dataset. */
void bench_draw_questions(struct bench_serve *b);
/* Makes request[] of the first n_tiles descriptors of each question. */
void bench_write_requests(struct bench_serve *b, size_t n_tiles);
void bench_write_request(const float *vectors, size_t n_tiles, int64_t id,
                         int64_t k, struct akin_buf *out);

#endif
