/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin - asks a store, or the akind that serves it.
 *
 * Wiring only. Exit: 0 done, 1 failed, 2 wrong usage, 3 some of several images
 * could not be asked with.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "cli_args.h"
#include "cli_collect.h"
#include "cli_search.h"
#include "cli_show.h"
#include "cli_similar.h"
#include "cli_status.h"
#include "cli_terms.h"
#include "print.h"

static enum akin_status
run(const struct akin_cli_args *args, int *exit_code, struct akin_error *err)
{
    struct akin_print print;
    struct akin_ask *ask = NULL;
    enum akin_status st = akin_ask_open(args, &ask, err);

    if (st != AKIN_OK)
        return st;
    akin_print_init(&print, stdout);
    switch (args->command) {
    case AKIN_COMMAND_SIMILAR:
        st = akin_cli_similar(args, ask, &print, exit_code, err);
        break;
    case AKIN_COMMAND_SEARCH:
        st = akin_cli_search(args, ask, &print, err);
        break;
    case AKIN_COMMAND_FACETS:
        st = akin_cli_facets(args, ask, &print, err);
        break;
    case AKIN_COMMAND_SUGGEST:
        st = akin_cli_suggest(args, ask, &print, err);
        break;
    case AKIN_COMMAND_SHOW:
        st = akin_cli_show(args, ask, &print, err);
        break;
    case AKIN_COMMAND_TERMS:
        st = akin_cli_terms(args, ask, &print, err);
        break;
    default:
        st = akin_cli_status(args, ask, &print, err);
        break;
    }
    akin_ask_close(ask);
    if (fflush(stdout) != 0 && st == AKIN_OK)
        st = AKIN_FAIL(err, AKIN_EIO, "cannot write the answer");
    return st;
}

int
main(int argc, char **argv)
{
    struct akin_cli_args args = {0};
    struct akin_error err = {0};
    enum akin_status st;
    int exit_code = 0;

    (void)setlocale(LC_CTYPE, "");
    if (argc > 1 && strcmp(argv[1], "collect") == 0)
        return akin_cli_collect_main(argc, argv, getenv("AKIN_STORE"));
    st = akin_cli_args_parse(argc, argv, getenv("AKIN_STORE"), &args, &err);
    if (st == AKIN_OK && (args.help || args.command == AKIN_COMMAND_HELP))
        akin_cli_args_help(stdout, args.command);
    else if (st == AKIN_OK && args.command == AKIN_COMMAND_VERSION)
        (void)printf("akin %s\n", AKIN_VERSION);
    else if (st == AKIN_OK)
        st = run(&args, &exit_code, &err);
    akin_cli_args_free(&args);
    if (st == AKIN_OK)
        return exit_code;
    (void)fprintf(stderr, "akin: %s\n", err.text);
    return st == AKIN_EINVAL ? 2 : 1;
}
