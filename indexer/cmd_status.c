/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_status.c - akin-index status: the store in numbers, and what is bad.
 */
#include <inttypes.h>
#include <time.h>

#include "akin/source_state.h"
#include "args.h"
#include "command.h"
#include "publishing.h"

static enum akin_status
read_quarantine(struct akin_store *store, struct akin_json **out,
                struct akin_error *err)
{
    struct akin_txn *txn = NULL;
    enum akin_status st = akin_txn_read(store, &txn, err);

    if (st == AKIN_OK)
        st = akin_quarantine_list(txn, out, err);
    akin_txn_end(txn);
    return st;
}

/* "FEATURES/nw64-..."; before the first publish only the features. */
static void
put_descriptor(const struct akin_counts *counts, struct akin_buf *out)
{
    akin_buf_puts(out, counts->features.id);
    if (counts->projection[0] != '\0')
        akin_buf_printf(out, "/%s", counts->projection);
}

static void
print_json(const struct akin_counts *counts, const char *store,
           struct akin_json *quarantine)
{
    struct akin_json *json = akin_json_object();
    struct akin_buf text = {0};

    put_descriptor(counts, &text);
    akin_json_set_int(json, "datasets", (int64_t)counts->datasets);
    akin_json_set_int(json, "images", (int64_t)counts->images);
    akin_json_set_int(json, "tiles", (int64_t)counts->tiles);
    akin_json_set_int(json, "generation", (int64_t)counts->generation);
    akin_json_set_int(json, "tail", (int64_t)counts->tail_tiles);
    akin_json_set_int(json, "tail_datasets", (int64_t)counts->tail_datasets);
    akin_json_set_text(json, "descriptor", akin_buf_text(&text));
    akin_json_set_text(json, "store", store);
    akin_json_set_int(json, "quarantined", (int64_t)counts->quarantined);
    akin_json_set(json, "quarantine", akin_json_share(quarantine));
    if (counts->is_stale)
        akin_json_set_text(json, "trouble", counts->trouble.text);
    akin_buf_clear(&text);
    akin_json_write(json, AKIN_JSON_PRETTY, &text);
    (void)printf("%s\n", akin_buf_text(&text));
    akin_buf_free(&text);
    akin_json_free(json);
}

static void
print_text(const struct akin_counts *counts, const char *store,
           const struct akin_json *quarantine)
{
    struct akin_buf text = {0};

    akin_buf_printf(&text,
                    "store        %s\ndatasets     %" PRIu64
                    "\nimages       %" PRIu64 "\ntiles        %" PRIu64 "\n",
                    store, counts->datasets, counts->images, counts->tiles);
    if (counts->generation > 0)
        akin_buf_printf(&text,
                        "generation   %" PRIu32 ", %" PRIu64 " tiles, and "
                        "%" PRIu64 " in the tail; %" PRIu64
                        " records changed since\n",
                        counts->generation, counts->generation_tiles,
                        counts->tail_tiles, counts->tail_datasets);
    else
        akin_buf_printf(&text, "generation   %s\n",
                        counts->is_stale ? counts->trouble.text
                                         : "none yet (akin-index publish)");
    akin_buf_puts(&text, "descriptor   ");
    put_descriptor(counts, &text);
    akin_buf_printf(&text, "\nquarantined  %" PRIu64 "\n", counts->quarantined);
    for (size_t i = 0; i < akin_json_count(quarantine); i++) {
        const struct akin_json *entry = akin_json_at(quarantine, i);
        const char *path = akin_json_text(entry, "path");
        const char *reason = akin_json_text(entry, "reason");

        akin_buf_printf(&text, "  %s: %s\n", path != NULL ? path : "?",
                        reason != NULL ? reason : "?");
    }
    (void)fputs(akin_buf_text(&text), stdout);
    akin_buf_free(&text);
}

static int
run(const struct akin_args *args, const struct akin_common *common,
    bool as_json)
{
    struct akin_json *quarantine = NULL;
    struct akin_store *store = NULL;
    struct akin_counts counts;
    struct akin_error err = {0};
    enum akin_status st;

    st = akin_store_open(common->store, AKIN_STORE_READ, &store, &err);
    if (st == AKIN_OK)
        st = akin_count(store, &counts, &err);
    if (st == AKIN_OK)
        st = read_quarantine(store, &quarantine, &err);
    if (st == AKIN_OK && as_json)
        print_json(&counts, common->store, quarantine);
    else if (st == AKIN_OK)
        print_text(&counts, common->store, quarantine);
    akin_json_free(quarantine);
    akin_store_close(store);
    return st == AKIN_OK ? AKIN_EXIT_DONE : akin_args_failed(args, &err);
}

int
akin_cmd_status(int argc, char **argv)
{
    struct akin_common common;
    bool as_json = false;
    const struct akin_arg rows[] = {AKIN_ARG_ROW_STORE(&common),
                                    {"--json", AKIN_ARG_FLAG, NULL, &as_json,
                                     "one JSON object instead of text", false}};
    struct akin_args args = {
        .command = "akin-index status",
        .about = "Says what is in the store: datasets, images, tiles, the "
                 "current generation\nand its tail, and every quarantined "
                 "file with its reason.\n",
        .example = "  akin-index status --store ~/akin --json\n",
        .arg = rows,
        .n_args = AKIN_COUNT(rows)};
    int code;

    akin_common_init(&common);
    if (!akin_args_begin(&args, argc, argv, &code))
        return code;
    code = run(&args, &common, as_json);
    akin_args_free(&args);
    return code;
}
