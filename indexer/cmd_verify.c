/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_verify.c - akin-index verify: is all of it as it must be?
 */
#include "akin/verify.h"
#include "args.h"
#include "command.h"

static int
run(const struct akin_args *args, const struct akin_common *common)
{
    struct akin_json *problems = NULL;
    struct akin_store *store = NULL;
    struct akin_error err = {0};
    enum akin_status st;
    size_t n = 0;

    st = akin_store_open(common->store, AKIN_STORE_READ, &store, &err);
    if (st == AKIN_OK)
        st = akin_verify(store, &problems, &err);
    akin_store_close(store);
    n = akin_json_count(problems);
    for (size_t i = 0; i < n; i++) {
        const char *text = akin_json_string(akin_json_at(problems, i));

        (void)printf("%s\n", text != NULL ? text : "");
    }
    akin_json_free(problems);
    if (st != AKIN_OK && n == 0)
        return akin_args_failed(args, &err);
    if (n > 0) {
        (void)fprintf(stderr, "%s: %zu problem%s\n", args->command, n,
                      n == 1 ? "" : "s");
        return AKIN_EXIT_FAILED;
    }
    if (!common->is_quiet)
        (void)printf("the store is in order\n");
    return AKIN_EXIT_DONE;
}

int
akin_cmd_verify(int argc, char **argv)
{
    struct akin_common common;
    const struct akin_arg rows[] = {AKIN_ARG_ROW_STORE(&common),
                                    {"--quiet", AKIN_ARG_FLAG, NULL,
                                     &common.is_quiet, "say only what is wrong",
                                     false}};
    struct akin_args args = {
        .command = "akin-index verify",
        .about = "Checks every record of the store against the others, and "
                 "the current\ngeneration against the store. Prints each "
                 "problem on a line; exit code 1 when\nthere is one. Changes "
                 "nothing.\n",
        .example = "  akin-index verify --store ~/akin\n",
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
