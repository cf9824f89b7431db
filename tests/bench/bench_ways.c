/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_ways.h"

#include <stdlib.h>
#include <string.h>

#include "akin/proto.h"

#define K 10

/* --- FAISS --- */

static enum akin_status
same_begin(void *ctx, void **self, struct akin_error *err)
{
    (void)err;
    *self = ctx;
    return AKIN_OK;
}

static void
same_end(void *self)
{
    (void)self;
}

static enum akin_status
faiss_ask(void *self, size_t question, struct akin_error *err)
{
    const struct bench_serve *b = self;
    size_t k = (size_t)b->config.query_probe_tiles;
    int64_t *rows = akin_new(k, sizeof(*rows));
    float *sims = akin_new(k, sizeof(*sims));
    bool ok = true;

    for (size_t i = 0; ok && i < b->n_tiles; i++)
        ok = bench_faiss_search(
            b->faiss,
            b->vectors + (question % BENCH_QUESTIONS * BENCH_IMAGE_TILES + i) *
                             BENCH_DIM,
            k, b->n_probe, rows, sims);
    free(rows);
    free(sims);
    return ok ? AKIN_OK : AKIN_FAIL(err, AKIN_EINTERNAL, "FAISS failed");
}

/* --- a snapshot --- */

static enum akin_status
search_ask(void *self, size_t question, struct akin_error *err)
{
    const struct bench_serve *b = self;
    struct akin_snapshot *snapshot = NULL;
    char plan[AKIN_PLAN_TEXT];
    float *sim = NULL;
    uint64_t *row = NULL;
    enum akin_status st = akin_snapshot_acquire(b->snapshots, &snapshot, err);

    if (st == AKIN_OK) {
        size_t n = akin_snapshot_n_datasets(snapshot) * b->n_tiles;

        sim = akin_new(n, sizeof(*sim));
        row = akin_new(n, sizeof(*row));
        st = akin_snapshot_best(snapshot,
                                b->vectors + question % BENCH_QUESTIONS *
                                                 BENCH_IMAGE_TILES * BENCH_DIM,
                                b->n_tiles, NULL, NULL, 0, sim, row, plan, err);
    }
    akin_snapshot_release(snapshot);
    free(sim);
    free(row);
    return st;
}

/* --- the service, and the daemon --- */

static enum akin_status
service_begin(void *ctx, void **self, struct akin_error *err)
{
    struct bench_asking *asking = akin_new(1, sizeof(*asking));

    *self = asking;
    asking->bench = ctx;
    return akin_session_new(asking->bench->service, &asking->session, err);
}

enum akin_status
bench_daemon_begin(void *ctx, void **self, struct akin_error *err)
{
    struct bench_asking *asking = akin_new(1, sizeof(*asking));

    *self = asking;
    asking->bench = ctx;
    return akin_client_open(asking->bench->url, &asking->client, err);
}

void
bench_asking_end(void *self)
{
    struct bench_asking *asking = self;

    if (asking == NULL)
        return;
    akin_session_free(asking->session);
    akin_client_close(asking->client);
    akin_buf_free(&asking->answer);
    free(asking);
}

static enum akin_status
look(struct bench_asking *asking, struct akin_error *err)
{
    const char *text = akin_buf_text(&asking->answer);

    if (strstr(text, "\"hits\"") == NULL)
        return AKIN_FAIL(err, AKIN_EINTERNAL, "answered: %.300s", text);
    return AKIN_OK;
}

static enum akin_status
service_ask(void *self, size_t question, struct akin_error *err)
{
    struct bench_asking *asking = self;

    akin_service_answer(
        asking->session,
        akin_buf_span(&asking->bench->request[question % BENCH_QUESTIONS]),
        &asking->answer);
    return look(asking, err);
}

enum akin_status
bench_service_parts(struct bench_serve *b, size_t n,
                    struct bench_samples *parts, struct akin_error *err)
{
    void *self = NULL;
    enum akin_status st = service_begin(b, &self, err);

    for (size_t i = 0; st == AKIN_OK && i < n; i++) {
        const struct bench_asking *asking = self;
        const struct akin_summary *summary;

        st = service_ask(self, i, err);
        summary = akin_session_summary(asking->session);
        for (size_t p = 0; p < AKIN_N_PARTS; p++)
            bench_add(&parts[p], summary->part_ms[p]);
    }
    bench_asking_end(self);
    return st;
}

static enum akin_status
daemon_ask(void *self, size_t question, struct akin_error *err)
{
    struct bench_asking *asking = self;
    enum akin_status st = akin_client_exchange(
        asking->client,
        akin_buf_span(&asking->bench->request[question % BENCH_QUESTIONS]),
        BENCH_TIMEOUT_MS, &asking->answer, err);

    return st == AKIN_OK ? look(asking, err) : st;
}

const struct bench_way bench_ways[BENCH_WAYS] = {
    {"FAISS", same_begin, faiss_ask, same_end},
    {"search", same_begin, search_ask, same_end},
    {"service", service_begin, service_ask, bench_asking_end},
    {"daemon", bench_daemon_begin, daemon_ask, bench_asking_end}};

/* --- questions --- */

void
bench_write_request(const float *vectors, size_t n_tiles, int64_t id, int64_t k,
                    struct akin_buf *out)
{
    struct akin_json *params = akin_json_object(), *images = akin_json_array();

    for (size_t i = 0; i < n_tiles; i++) {
        struct akin_json *image = akin_json_object();
        struct akin_json *vector = akin_json_array();

        for (size_t d = 0; d < BENCH_DIM; d++)
            akin_json_append(
                vector, akin_json_new_real((double)vectors[i * BENCH_DIM + d]));
        akin_json_set(image, "vector", vector);
        akin_json_append(images, image);
    }
    akin_json_set(params, "images", images);
    akin_json_set_int(params, "k", k);
    akin_buf_clear(out);
    akin_proto_write_request(id, "similar", params, 0, out);
    akin_json_free(params);
}

/* Of four questions, three are like a stored dataset. */
void
bench_draw_questions(struct bench_serve *b)
{
    b->vectors = akin_new(BENCH_QUESTIONS * BENCH_IMAGE_TILES * BENCH_DIM,
                          sizeof(*b->vectors));
    for (size_t i = 0; i < BENCH_QUESTIONS; i++)
        bench_drawn_question(
            &b->data, b->gen->projection,
            i % 4 == 3 ? b->data.n_groups + i : i * 31 % b->data.n_groups,
            1000 + i, b->vectors + i * BENCH_IMAGE_TILES * BENCH_DIM);
}

void
bench_write_requests(struct bench_serve *b, size_t n_tiles)
{
    b->n_tiles = n_tiles;
    for (size_t i = 0; i < BENCH_QUESTIONS; i++)
        bench_write_request(b->vectors + i * BENCH_IMAGE_TILES * BENCH_DIM,
                            n_tiles, (int64_t)i, K, &b->request[i]);
}
