/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_publish.c - akin-index publish: a new generation now.
 */
#include "args.h"
#include "command.h"
#include "publishing.h"

static int
run(const struct akin_args *args, const struct akin_common *common)
{
    struct akin_progress *progress =
        akin_progress_new(common->is_quiet ? NULL : stderr);
    struct akin_store *store = NULL;
    struct akin_error err = {0};
    enum akin_status st;

    st = akin_store_open(common->store, AKIN_STORE_WRITE, &store, &err);
    if (st == AKIN_OK)
        st = akin_publishing_run(store, &common->config, progress,
                                 common->is_quiet, &err);
    akin_progress_free(progress);
    akin_store_close(store);
    return st == AKIN_OK ? AKIN_EXIT_DONE : akin_args_failed(args, &err);
}

int
akin_cmd_publish(int argc, char **argv)
{
    struct akin_common common;
    const struct akin_arg rows[] = {AKIN_ARG_ROW_STORE(&common),
                                    AKIN_ARG_ROWS_CONFIG(&common),
                                    {"--quiet", AKIN_ARG_FLAG, NULL,
                                     &common.is_quiet,
                                     "say only what went wrong", false}};
    struct akin_args args = {
        .command = "akin-index publish",
        .about = "Trains the projection on what the store holds, projects all "
                 "tiles and\nbuilds a new generation. Searches go on with the "
                 "old one until it is there.\nakin-index add does this by "
                 "itself when it is worth it.\n",
        .example = "  akin-index publish --store ~/akin\n",
        .arg = rows,
        .n_args = AKIN_COUNT(rows)};
    int code;

    akin_common_init(&common);
    if (!akin_args_begin(&args, argc, argv, &code))
        return code;
    code = run(&args, &common);
    akin_args_free(&args);
    return code;
}
