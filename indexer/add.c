/* SPDX-License-Identifier: Apache-2.0 */
#include "add.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "akin/log.h"
#include "akin/provider.h"
#include "declare.h"
#include "ingest.h"
#include "pipeline.h"
#include "plan.h"
#include "publishing.h"
#include "source.h"
#include "stop.h"
#include "sweep.h"
#include "writer.h"

struct run {
    const struct akin_add_options *options;
    struct akin_store *store;
    struct akin_source source;
    struct akin_declared *declared;
    struct akin_plan plan;
    struct akin_writer writer;
    struct akin_progress *progress;
    uint64_t n_read_before; /* images this store had read when we began */
    uint64_t n_consumed;
};

static double
now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool
tick_step(void *ctx, size_t n_done)
{
    struct run *run = ctx;

    akin_progress_show(run->progress, n_done, run->writer.summary->n_bad);
    return !akin_stop_asked();
}

/* What the walk could not look at is bad, too. */
static enum akin_status
note_trouble(struct run *run, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < run->source.n_trouble; i++)
        st = akin_writer_bad(&run->writer, run->source.trouble[i].path,
                             run->source.trouble[i].reason, err);
    return st;
}

static enum akin_status
worker_begin(void *ctx, void **worker, struct akin_error *err)
{
    struct run *run = ctx;
    struct akin_ingester *ingester = NULL;
    enum akin_status st =
        akin_ingester_new(run->store, run->options->config, &ingester, err);

    *worker = ingester;
    return st;
}

static void
worker_end(void *ctx, void *worker)
{
    (void)ctx;
    akin_ingester_free(worker);
}

static void *
work(void *ctx, void *worker, size_t item)
{
    struct run *run = ctx;
    size_t i_file = run->plan.file[item];
    char *path = akin_source_path(&run->source, i_file);
    struct akin_ingested *in =
        akin_ingest(worker, path, akin_source_name(&run->source, i_file),
                    akin_declared_dataset(run->declared, &run->source, i_file),
                    run->n_read_before + item + 1);

    free(path);
    return in;
}

static void
drop(void *result)
{
    akin_ingested_free(result);
}

static enum akin_status
consume(void *ctx, size_t first, void **results, size_t n,
        struct akin_error *err)
{
    struct run *run = ctx;
    struct akin_ingested **batch = akin_new(n, sizeof(struct akin_ingested *));
    enum akin_status st;
    size_t n_good = 0; /* before one that the external descriptor failed */

    (void)first;
    for (size_t i = 0; i < n; i++)
        batch[i] = results[i];
    while (n_good < n && batch[n_good]->kind != AKIN_INGEST_HALTED)
        n_good++;
    st = akin_writer_put(&run->writer, batch, n_good, err);
    if (st == AKIN_OK && n_good < n)
        st = AKIN_FAIL(err, batch[n_good]->error.status,
                       "%s. What was read before is in the store; the same "
                       "command goes on from here",
                       batch[n_good]->error.text);
    for (size_t i = 0; i < n; i++)
        akin_ingested_free(batch[i]);
    free(batch);
    run->n_consumed += n;
    return st;
}

static void
tick_images(void *ctx)
{
    struct run *run = ctx;

    akin_progress_show(run->progress, run->n_consumed,
                       run->writer.summary->n_bad);
}

static enum akin_status
read_images(struct run *run, struct akin_error *err)
{
    const struct akin_config *config = run->options->config;
    struct akin_pipeline pipeline = {
        .n_items = run->plan.n,
        .n_workers = akin_config_threads(config->index_jobs),
        .window = (size_t)config->index_queue,
        .batch_ms = config->index_commit_ms,
        .ctx = run,
        .begin = worker_begin,
        .end = worker_end,
        .work = work,
        .consume = consume,
        .drop = drop,
        .tick = tick_images,
        .stop = akin_stop_flag()};

    akin_progress_step(run->progress, "images", run->plan.n);
    return akin_pipeline_run(&pipeline, err);
}

static enum akin_status
read_position(struct run *run, struct akin_error *err)
{
    struct akin_txn *txn = NULL;
    enum akin_status st = akin_txn_read(run->store, &txn, err);

    if (st == AKIN_OK)
        st = akin_manifest_number(txn, AKIN_MANIFEST_READ, &run->n_read_before,
                                  err);
    akin_txn_end(txn);
    return st;
}

static enum akin_status
index_source(struct run *run, struct akin_error *err)
{
    enum akin_status st;

    if ((st = note_trouble(run, err)) != AKIN_OK)
        return st;
    akin_progress_step(run->progress, "datasets", run->source.n_groups);
    st = akin_declare(&run->writer, &run->source, run->options->into, tick_step,
                      run, &run->declared, err);
    if (st != AKIN_OK)
        return st;
    akin_progress_step(run->progress, "files looked at", run->source.n_files);
    st = akin_plan_make(run->store, &run->source, run->declared, tick_step, run,
                        &run->plan, err);
    if (st != AKIN_OK)
        return st;
    run->writer.summary->images.unchanged += run->plan.n_unchanged;
    if ((st = read_position(run, err)) != AKIN_OK)
        return st;
    return read_images(run, err);
}

static enum akin_status
sweep(struct run *run, struct akin_error *err)
{
    struct akin_buf what = {0};
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; i < run->source.n_roots; i++)
        akin_buf_printf(&what, "%s%s", i > 0 ? ", " : "", run->source.roots[i]);
    if (run->options->is_sync)
        st = akin_sweep(run->store, &run->source, run->declared,
                        akin_buf_text(&what), run->writer.summary, err);
    if (st == AKIN_OK)
        st = akin_sweep_quarantine(run->store, &run->source, err);
    akin_buf_free(&what);
    return st;
}

static enum akin_status
publish(struct run *run, struct akin_error *err)
{
    const struct akin_add_options *options = run->options;
    struct akin_counts counts;
    enum akin_status st;

    if (options->publish == AKIN_PUBLISH_NEVER)
        return AKIN_OK;
    if ((st = akin_count(run->store, &counts, err)) != AKIN_OK)
        return st;
    if (options->publish == AKIN_PUBLISH_WHEN_DUE &&
        !akin_publishing_is_due(&counts, options->config))
        return AKIN_OK;
    st = akin_publishing_run(run->store, options->config, run->progress,
                             options->is_quiet, err);
    if (st == AKIN_EAGAIN && options->publish == AKIN_PUBLISH_WHEN_DUE) {
        akin_log(AKIN_LOG_INFO, "publish", "left to the one that is running");
        st = AKIN_OK;
    }
    return st;
}

/* An empty source is far more often a disk that is not mounted than a
 * repository that has withdrawn everything. */
static enum akin_status
check_source(const struct run *run, struct akin_error *err)
{
    if (run->source.n_groups > 0 || run->source.n_trouble > 0)
        return AKIN_OK;
    if (run->options->is_sync)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%s lists no images and no metadata: nothing is "
                         "removed, since that looks like a disk that is not "
                         "mounted (akin-index rm removes datasets by id)",
                         run->options->paths[0]);
    return AKIN_FAIL(err, AKIN_EINVAL,
                     "%s: no images (jpg, tif, png, bmp) and no metadata found",
                     run->options->paths[0]);
}

/* Who is at the endpoint says what a store holds that is made for it. */
static enum akin_status
ask_descriptor(const struct akin_config *config, struct akin_feature_set *out,
               struct akin_error *err)
{
    struct akin_provider *provider = NULL;
    enum akin_status st;

    if (config->descriptor_endpoint[0] == '\0')
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "descriptor=external needs descriptor.endpoint, where "
                         "it answers (ipc://, tcp:// or ws://)");
    st = akin_provider_open(config->descriptor_endpoint,
                            config->descriptor_timeout_ms, &provider, err);
    if (st == AKIN_OK)
        st = akin_provider_hello(provider, out, err);
    akin_provider_close(provider);
    return st;
}

static enum akin_status
open_store(struct run *run, struct akin_error *err)
{
    const struct akin_config *config = run->options->config;
    struct akin_feature_set set = *akin_feature_set_builtin();
    enum akin_status st = AKIN_OK;

    if (strcmp(config->descriptor, "as stored") == 0)
        return akin_store_open(run->options->store, AKIN_STORE_CREATE,
                               &run->store, err);
    if (strcmp(config->descriptor, "external") == 0)
        st = ask_descriptor(config, &set, err);
    else if (strcmp(config->descriptor, "builtin") != 0)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "setting descriptor: \"%s\" is not builtin, external or "
                       "as stored",
                       config->descriptor);
    return st == AKIN_OK
               ? akin_store_open_for(run->options->store, AKIN_STORE_CREATE,
                                     &set, &run->store, err)
               : st;
}

static enum akin_status
run_steps(struct run *run, struct akin_error *err)
{
    const struct akin_add_options *options = run->options;
    enum akin_status st;

    akin_progress_step(run->progress, "listing", 0);
    st = akin_source_list(options->paths, options->n_paths, options->store,
                          &run->source, err);
    if (st == AKIN_OK)
        st = check_source(run, err);
    if (st != AKIN_OK)
        return st;
    run->writer.summary->has_begun = true;
    if ((st = open_store(run, err)) != AKIN_OK)
        return st;
    run->writer.store = run->store;
    if ((st = index_source(run, err)) != AKIN_OK)
        return st;
    if ((st = sweep(run, err)) != AKIN_OK)
        return st;
    return publish(run, err);
}

enum akin_status
akin_add_run(const struct akin_add_options *options,
             struct akin_summary *summary, struct akin_error *err)
{
    struct run run = {
        .options = options,
        .writer = {.summary = summary, .is_verbose = options->is_verbose}};
    double begun_s = now_s();
    enum akin_status st;

    run.progress = akin_progress_new(options->is_quiet ? NULL : stderr);
    st = run_steps(&run, err);
    summary->seconds = now_s() - begun_s;
    akin_progress_free(run.progress);
    akin_plan_free(&run.plan);
    akin_declared_free(run.declared);
    akin_store_close(run.store);
    akin_source_free(&run.source);
    return st;
}
