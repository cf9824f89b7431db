/* SPDX-License-Identifier: Apache-2.0 */
#include "writer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "akin/log.h"

enum outcome { WAS_ADDED, WAS_UNCHANGED, WAS_REPLACED, WAS_MOVED, WAS_BAD };

struct batch {
    struct akin_ingested **in;
    size_t n;
    int64_t now_s;
    enum outcome *outcome; /* n: rewritten when the body runs again */
};

static enum akin_status
put_bad(struct akin_txn *txn, const struct batch *batch,
        struct akin_ingested *in, const struct akin_source_state *old,
        struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    /* What the file was is gone, so its image goes, too. */
    if (old->image != 0)
        st = akin_image_remove(txn, old->image, err);
    if (st == AKIN_OK)
        st = akin_source_del(txn, in->path, err);
    if (st == AKIN_OK)
        st = akin_quarantine_put(txn, in->path, in->error.text, batch->now_s,
                                 err);
    return st;
}

/* The image that this file was before it was moved: true when it still is
 * there, with these bytes. */
static enum akin_status
remove_moved(struct akin_txn *txn, const struct akin_ingested *in,
             bool *was_moved, struct akin_error *err)
{
    struct akin_image_record old = {0};
    enum akin_status st = akin_image_get(txn, in->moved_from, &old, NULL);

    *was_moved = st == AKIN_OK && old.dataset == in->record.dataset &&
                 memcmp(&old.hash, &in->record.hash, sizeof(old.hash)) == 0;
    st = AKIN_OK;
    if (*was_moved) {
        st = akin_image_remove(txn, in->moved_from, err);
        if (st == AKIN_OK)
            st = akin_source_del(txn, old.path, err);
    }
    akin_image_record_free(&old);
    return st;
}

static enum akin_status
put_described(struct akin_txn *txn, struct akin_ingested *in,
              const struct akin_source_state *old, enum outcome *outcome,
              struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    bool was_moved = false;

    if (old->image != 0)
        st = akin_image_remove(txn, old->image, err);
    else if (in->moved_from != 0)
        st = remove_moved(txn, in, &was_moved, err);
    *outcome = old->image != 0 ? WAS_REPLACED
               : was_moved     ? WAS_MOVED
                               : WAS_ADDED;
    if (st == AKIN_OK)
        st = akin_image_put(txn, &in->record, &in->described, err);
    if (st == AKIN_OK) {
        in->state.image = in->record.number;
        st = akin_source_put(txn, in->path, &in->state, err);
    }
    return st;
}

/* A path listed twice in one run is described twice; the second time, the
 * state of the first is there. */
static bool
is_known(const struct akin_ingested *in, const struct akin_source_state *old)
{
    return old->image != 0 && old->dataset == in->state.dataset &&
           memcmp(&old->hash, &in->state.hash, sizeof(old->hash)) == 0;
}

static enum akin_status
put_one(struct akin_txn *txn, struct batch *batch, size_t i,
        struct akin_error *err)
{
    struct akin_ingested *in = batch->in[i];
    struct akin_source_state old = {0};
    enum akin_status st = akin_source_get(txn, in->path, &old, NULL);

    if (st != AKIN_OK && st != AKIN_ENOTFOUND)
        return akin_source_get(txn, in->path, &old, err);
    if (in->kind == AKIN_INGEST_BAD) {
        batch->outcome[i] = WAS_BAD;
        return put_bad(txn, batch, in, &old, err);
    }
    if (is_known(in, &old)) {
        batch->outcome[i] = WAS_UNCHANGED;
        in->state.image = old.image;
        st = akin_source_put(txn, in->path, &in->state, err);
    } else if (in->kind == AKIN_INGEST_DESCRIBED) {
        st = put_described(txn, in, &old, &batch->outcome[i], err);
    } else {
        /* Known when it was looked at, not now: another akin-index removed it
         * meanwhile, and it did so after we began. Its word stands. */
        batch->outcome[i] = WAS_UNCHANGED;
        st = AKIN_OK;
    }
    return st == AKIN_OK ? akin_quarantine_del(txn, in->path, err) : st;
}

static enum akin_status
put_batch(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct batch *batch = ctx;
    enum akin_status st;
    uint64_t n_read;

    st = akin_manifest_number(txn, AKIN_MANIFEST_READ, &n_read, err);
    for (size_t i = 0; st == AKIN_OK && i < batch->n; i++) {
        st = put_one(txn, batch, i, err);
        if (st != AKIN_OK)
            akin_error_prefix(err, "%s", batch->in[i]->path);
        n_read += batch->in[i]->kind != AKIN_INGEST_BAD ? 1 : 0;
    }
    if (st == AKIN_OK)
        st = akin_manifest_set_number(txn, AKIN_MANIFEST_READ, n_read, err);
    return st;
}

static void
log_one(const struct akin_ingested *in, enum outcome outcome)
{
    static const char *const words[] = {"added", "unchanged", "replaced",
                                        "moved", "quarantined"};

    akin_log(AKIN_LOG_INFO, "image", "%s path=%s tiles=%zu%s%s", words[outcome],
             in->path, in->described.n_tiles,
             in->kind == AKIN_INGEST_BAD ? " reason=" : "",
             in->kind == AKIN_INGEST_BAD ? in->error.text : "");
}

static void
count_one(struct akin_summary *summary, const struct akin_ingested *in,
          enum outcome outcome)
{
    switch (outcome) {
    case WAS_ADDED:
        summary->images.added++;
        break;
    case WAS_UNCHANGED:
        summary->images.unchanged++;
        return;
    case WAS_REPLACED:
        summary->images.replaced++;
        break;
    case WAS_MOVED:
        summary->images.moved++;
        break;
    case WAS_BAD:
        akin_summary_bad(summary, in->path, in->error.text);
        return;
    }
    summary->tiles += in->described.n_tiles;
}

enum akin_status
akin_writer_put(struct akin_writer *writer, struct akin_ingested **in, size_t n,
                struct akin_error *err)
{
    struct batch batch = {.in = in, .n = n, .now_s = (int64_t)time(NULL)};
    enum akin_status st;

    batch.outcome = akin_new(n + 1, sizeof(*batch.outcome));
    st = akin_store_update(writer->store, put_batch, &batch, err);
    for (size_t i = 0; st == AKIN_OK && i < n; i++) {
        count_one(writer->summary, in[i], batch.outcome[i]);
        if (writer->is_verbose)
            log_one(in[i], batch.outcome[i]);
    }
    free(batch.outcome);
    return st;
}

enum akin_status
akin_writer_bad(struct akin_writer *writer, const char *path,
                const char *reason, struct akin_error *err)
{
    struct akin_ingested in = {.kind = AKIN_INGEST_BAD};
    struct akin_ingested *batch[1] = {&in};
    enum akin_status st;

    (void)AKIN_FAIL(&in.error, AKIN_EFORMAT, "%s", reason);
    in.path = akin_strdup(path);
    st = akin_writer_put(writer, batch, 1, err);
    free(in.path);
    return st;
}
