/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_settings.c - akin-index settings: what --set can change.
 */
#include "args.h"
#include "command.h"

int
akin_cmd_settings(int argc, char **argv)
{
    struct akin_args args = {
        .command = "akin-index settings",
        .about = "Lists every setting with its default, range and meaning.\n",
        .example = "  akin-index settings\n"};
    int code;

    if (!akin_args_begin(&args, argc, argv, &code))
        return code;
    akin_config_help(stdout);
    akin_args_free(&args);
    return AKIN_EXIT_DONE;
}
