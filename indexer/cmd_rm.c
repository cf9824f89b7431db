/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_rm.c - akin-index rm: a dataset goes, its tombstone says why.
 */
#include <inttypes.h>
#include <time.h>

#include "akin/dataset.h"
#include "akin/image_record.h"
#include "akin/source_state.h"
#include "args.h"
#include "command.h"

/* All datasets of one command in one transaction: a mistyped id among them
 * leaves everything as it was. */
struct removal {
    const char *const *ids;
    size_t n;
    const char *reason;
    uint64_t n_images;
};

static enum akin_status
remove_one(struct akin_txn *txn, const char *id, struct removal *removal,
           struct akin_error *err)
{
    struct akin_dataset dataset = {0};
    uint64_t n_images = 0;
    enum akin_status st = akin_dataset_find(txn, id, &dataset, err);

    if (st == AKIN_OK)
        st = akin_image_remove_all(txn, dataset.number, &n_images, err);
    if (st == AKIN_OK)
        st = akin_source_forget(txn, dataset.number, err);
    if (st == AKIN_OK)
        st = akin_dataset_remove(txn, id, removal->reason, (int64_t)time(NULL),
                                 err);
    removal->n_images += n_images;
    akin_dataset_free(&dataset);
    return st;
}

static enum akin_status
remove_all(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct removal *removal = ctx;
    enum akin_status st = AKIN_OK;

    removal->n_images = 0;
    for (size_t i = 0; st == AKIN_OK && i < removal->n; i++)
        st = remove_one(txn, removal->ids[i], removal, err);
    return st;
}

static int
run(const struct akin_args *args, const struct akin_common *common,
    const char *reason)
{
    struct removal removal = {
        .ids = args->operands, .n = args->n_operands, .reason = reason};
    struct akin_store *store = NULL;
    struct akin_error err = {0};
    enum akin_status st;

    st = akin_store_open(common->store, AKIN_STORE_WRITE, &store, &err);
    if (st == AKIN_OK)
        st = akin_store_update(store, remove_all, &removal, &err);
    akin_store_close(store);
    if (st != AKIN_OK)
        return akin_args_failed(args, &err);
    if (!common->is_quiet)
        (void)printf("removed: %zu dataset%s with %" PRIu64 " images\n",
                     removal.n, removal.n == 1 ? "" : "s", removal.n_images);
    return AKIN_EXIT_DONE;
}

int
akin_cmd_rm(int argc, char **argv)
{
    struct akin_common common;
    const char *reason = NULL;
    const struct akin_arg rows[] = {
        AKIN_ARG_ROW_STORE(&common),
        {"--reason", AKIN_ARG_TEXT, "TEXT", &reason,
         "why; kept in the tombstone and shown to who asks", true},
        {"--quiet", AKIN_ARG_FLAG, NULL, &common.is_quiet,
         "say only what went wrong", false}};
    struct akin_args args = {
        .command = "akin-index rm",
        .about = "Removes datasets with their images. Their ids leave a "
                 "tombstone with the\nreason. All of them go, or, when one id "
                 "is not known, none. Adding the\ndataset again brings it "
                 "back.\n",
        .example = "  akin-index rm --store ~/akin --reason \"withdrawn by its "
                   "authors\" S-BIAD1\n",
        .arg = rows,
        .n_args = AKIN_COUNT(rows),
        .operand = "ID",
        .min_operands = 1};
    int code;

    akin_common_init(&common);
    if (!akin_args_begin(&args, argc, argv, &code))
        return code;
    code = run(&args, &common, reason);
    akin_args_free(&args);
    return code;
}
