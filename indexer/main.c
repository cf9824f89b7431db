/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin-index: images and metadata into a store. This file only finds the
 * command; each is in its own cmd_<name>.c.
 */
#include <stdio.h>
#include <string.h>

#include "akin/nearest.h"
#include "args.h"
#include "cmd_check.h"
#include "command.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"add", akin_cmd_add, "read images and metadata; resumes, skips unchanged"},
    {"sync", akin_cmd_sync, "as add, and remove what is no longer listed"},
    {"rm", akin_cmd_rm, "remove datasets, leaving a reason"},
    {"publish", akin_cmd_publish, "build a new generation now"},
    {"ontology", akin_cmd_ontology, "load terms of OWL and OBO files"},
    {"check", akin_cmd_check, "say what is wrong or missing in metadata"},
    {"verify", akin_cmd_verify, "check every invariant of a store"},
    {"status", akin_cmd_status, "what is in a store, and what was bad"},
    {"settings", akin_cmd_settings, "list what --set can change"},
};

static void
print_help(FILE *out)
{
    (void)fprintf(out, "Usage: akin-index COMMAND [OPTION]...\n\n"
                       "Reads image datasets into a store that akin and akind "
                       "search.\n\nCommands:\n");
    for (size_t i = 0; i < AKIN_COUNT(commands); i++)
        (void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
    (void)fprintf(out,
                  "\nakin-index COMMAND --help says more about each.\n\n"
                  "Exit codes: 0 done; 1 failed; 2 wrong usage; 3 done, "
                  "but some inputs were\nquarantined (they are listed).\n\n"
                  "Example:\n"
                  "  akin-index add --store ~/akin /data/microscopy\n");
}

static int
unknown_command(const char *name)
{
    struct akin_nearest near;

    akin_nearest_init(&near, name);
    for (size_t i = 0; i < AKIN_COUNT(commands); i++)
        akin_nearest_offer(&near, commands[i].name);
    (void)fprintf(stderr, "akin-index: there is no command %s", name);
    if (near.best != NULL)
        (void)fprintf(stderr, "; did you mean %s?", near.best);
    (void)fprintf(stderr, "\nTry: akin-index --help\n");
    return AKIN_EXIT_USAGE;
}

int
main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "akin-index: a command is missing\n");
        print_help(stderr);
        return AKIN_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return AKIN_EXIT_DONE;
    }
    for (size_t i = 0; i < AKIN_COUNT(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return unknown_command(argv[1]);
}
