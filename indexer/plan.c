/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include <stdlib.h>

#define CHUNK 1024 /* files looked at in one read transaction */

/* True when the file need not be read. A file that cannot be looked at is
 * read, so that the reason is found and kept. */
static bool
is_unchanged(struct akin_txn *txn, const char *path, uint32_t dataset)
{
    struct akin_source_state state;
    struct akin_file_stat sb;

    return akin_source_get(txn, path, &state, NULL) == AKIN_OK &&
           state.image != 0 && state.dataset == dataset &&
           akin_file_stat(path, &sb, NULL) == AKIN_OK && sb.is_regular &&
           sb.size_bytes == state.size_bytes && sb.mtime_ns == state.mtime_ns;
}

static enum akin_status
look_at_chunk(struct akin_store *store, const struct akin_source *source,
              const struct akin_declared *declared, size_t first, size_t end,
              struct akin_plan *plan, struct akin_error *err)
{
    struct akin_txn *txn = NULL;
    enum akin_status st = akin_txn_read(store, &txn, err);

    for (size_t i = first; st == AKIN_OK && i < end; i++) {
        uint32_t dataset = akin_declared_dataset(declared, source, i);
        char *path = akin_source_path(source, i);

        if (is_unchanged(txn, path, dataset))
            plan->n_unchanged++;
        else if (dataset != 0) /* 0: its folder was refused */
            plan->file[plan->n++] = (uint32_t)i;
        free(path);
    }
    akin_txn_end(txn);
    return st;
}

enum akin_status
akin_plan_make(struct akin_store *store, const struct akin_source *source,
               const struct akin_declared *declared, akin_declare_tick_fn *tick,
               void *ctx, struct akin_plan *out, struct akin_error *err)
{
    struct akin_plan plan = {0};
    enum akin_status st = AKIN_OK;

    if (source->n_files >= UINT32_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "more than 4 billion files in one source: add its "
                         "parts one after the other");
    plan.file = akin_new(source->n_files + 1, sizeof(*plan.file));
    for (size_t i = 0; st == AKIN_OK && i < source->n_files; i += CHUNK) {
        size_t end = source->n_files - i > CHUNK ? i + CHUNK : source->n_files;

        st = look_at_chunk(store, source, declared, i, end, &plan, err);
        if (st == AKIN_OK && tick != NULL && !tick(ctx, end))
            st = AKIN_FAIL(err, AKIN_ECLOSED, "stopped");
    }
    if (st == AKIN_OK)
        *out = plan;
    else
        akin_plan_free(&plan);
    return st;
}

void
akin_plan_free(struct akin_plan *plan)
{
    free(plan->file);
    *plan = (struct akin_plan){0};
}
