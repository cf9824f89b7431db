/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_args_table.c - which commands and options there are, and the help that is
 * made of them.
 */
#include "cli_args_internal.h"

const struct akin__command akin__commands[AKIN_N_COMMANDS] = {
    [AKIN_COMMAND_HELP] = {"help", NULL, 0, 0, "this text", ""},
    [AKIN_COMMAND_VERSION] = {"version", NULL, 0, 0, "the version", ""},
    [AKIN_COMMAND_SIMILAR] =
        {"similar", "[IMAGE...]", 0, SIZE_MAX,
         "which datasets look like these images?",
         "Each dataset is shown with its score (1: the same), its id and "
         "title, "
         "and the\nimage region that matches best. Each IMAGE is a question of "
         "its own, unless\n--together, --like, --image or --vector make one of "
         "all.\n\nExamples:\n"
         "  akin similar cells.tif --store ~/store -k 5 "
         "--where 'year:2020..'\n"
         "  akin similar --like S-BIAD634 --exclude-self --intent explore "
         "--explain\n"
         "  akin similar cells.tif --sheet cells.png\n"},
    [AKIN_COMMAND_SEARCH] =
        {"search", "[TEXT]", 0, 1,
         "which datasets speak of these words and satisfy a condition?",
         "TEXT: words that must all be there, \"words in a row\", begin*, "
         "-not, this OR that.\n--jsonl and --csv print all that is found.\n\n"
         "Example:\n"
         "  akin search 'mouse embryo' --where 'year:2020..' "
         "--facet license\n"},
    [AKIN_COMMAND_FACETS] =
        {"facets", "[TEXT]", 0, 1,
         "how do the datasets count, by organism, licence, ...?",
         "Example:\n"
         "  akin facets --facet organism --where 'license:CC0-1.0'\n"},
    [AKIN_COMMAND_SUGGEST] = {"suggest", "TEXT", 1, 1,
                              "how could this beginning go on?",
                              "Example:\n"
                              "  akin suggest mus --store ~/store\n"},
    [AKIN_COMMAND_SHOW] = {"show", "ID", 1, 1, "what is known of a dataset",
                           "Example:\n"
                           "  akin show S-BIAD634 --store ~/store --history\n"},
    [AKIN_COMMAND_STATUS] = {"status", NULL, 0, 0, "what the store holds",
                             "Example:\n"
                             "  akin status --connect tcp://127.0.0.1:4444\n"},
    [AKIN_COMMAND_TERMS] =
        {"terms", "TEXT|ID", 1, 1, "ontology terms that filters know",
         "An id (FBbi:00000246) shows the term with what is above and below "
         "it; a text\nlists the terms that begin with it or have a word that "
         "does.\n\nExample:\n"
         "  akin terms \"light sheet\" --store ~/store\n"},
    [AKIN_COMMAND_COLLECT] = {"collect", "[TEXT]", 0, 1,
                              "a training collection from a question", ""},
};

#define FOR(command) (1u << (command))
#define FOR_ALL 0xffffffffu

static const struct {
    unsigned commands; /* FOR bits */
    struct akin_option option;
} all_options[N_OPTIONS] = {
    [OPT_STORE] = {FOR_ALL,
                   {"store", "DIR", "read this store; default: $AKIN_STORE", 0,
                    false}},
    [OPT_CONNECT] = {FOR_ALL,
                     {"connect", "URL", "ask the akind that listens there", 0,
                      false}},
    [OPT_TIMEOUT] = {FOR_ALL,
                     {"timeout", "SECONDS",
                      "how long to wait for akind; default: 30", 0, false}},
    [OPT_JSON] = {FOR_ALL,
                  {"json", NULL,
                   "print the answer as JSON, one line for each question", 0,
                   false}},
    [OPT_K] = {FOR(AKIN_COMMAND_SIMILAR) | FOR(AKIN_COMMAND_SEARCH) |
                   FOR(AKIN_COMMAND_FACETS) | FOR(AKIN_COMMAND_SUGGEST),
               {"k", "N",
                "datasets, values or suggestions to show; default: 10", 'k',
                false}},
    [OPT_WHERE] = {FOR(AKIN_COMMAND_SIMILAR) | FOR(AKIN_COMMAND_SEARCH) |
                       FOR(AKIN_COMMAND_FACETS),
                   {"where", "FILTER",
                    "only datasets that satisfy this condition", 'w', false}},
    [OPT_EXCLUDE_SELF] = {FOR(AKIN_COMMAND_SIMILAR),
                          {"exclude-self", NULL,
                           "what was asked with does not count", 0, false}},
    [OPT_EXCLUDE] = {FOR(AKIN_COMMAND_SIMILAR),
                     {"exclude", "ID", "leave this dataset out", 0, true}},
    [OPT_REGION] = {FOR(AKIN_COMMAND_SIMILAR),
                    {"region", "X,Y,W,H",
                     "ask with this part of the image, in pixels; one for "
                     "all images, or one for each",
                     0, true}},
    [OPT_EVIDENCE] = {FOR(AKIN_COMMAND_SIMILAR),
                      {"evidence", "N",
                       "regions to show for each dataset; default: 1", 0,
                       false}},
    [OPT_LIKE] = {FOR(AKIN_COMMAND_SIMILAR),
                  {"like", "ID", "ask with this dataset of the store", 0,
                   true}},
    [OPT_IMAGE] = {FOR(AKIN_COMMAND_SIMILAR),
                   {"image", "N", "ask with this image of the store", 0, true}},
    [OPT_VECTOR] = {FOR(AKIN_COMMAND_SIMILAR),
                    {"vector", "FILE", "ask with a descriptor (a JSON list)", 0,
                     true}},
    [OPT_NOT] = {FOR(AKIN_COMMAND_SIMILAR),
                 {"not", "IMAGE", "what it should not look like", 0, true}},
    [OPT_TOGETHER] = {FOR(AKIN_COMMAND_SIMILAR),
                      {"together", NULL, "all images are one question", 0,
                       false}},
    [OPT_BY] = {FOR(AKIN_COMMAND_SIMILAR),
                {"by", "KIND", "hits are: dataset (default), image, tile", 0,
                 false}},
    [OPT_INTENT] = {FOR(AKIN_COMMAND_SIMILAR),
                    {"intent", "WORD",
                     "find this dataset (default), or explore what is like it",
                     0, false}},
    [OPT_DIVERSITY] = {FOR(AKIN_COMMAND_SIMILAR),
                       {"diversity", "0..1",
                        "prefer hits that differ from those above them", 0,
                        false}},
    [OPT_COLLAPSE] = {FOR(AKIN_COMMAND_SIMILAR),
                      {"collapse", NULL,
                       "fold datasets that are nearly the same", 0, false}},
    [OPT_EXPLAIN] = {FOR(AKIN_COMMAND_SIMILAR),
                     {"explain", NULL, "say why each hit is one", 0, false}},
    [OPT_SHEET] = {FOR(AKIN_COMMAND_SIMILAR),
                   {"sheet", "FILE", "draw the answer as a picture (PNG)", 0,
                    false}},
    [OPT_DESCRIPTOR] = {FOR(AKIN_COMMAND_SIMILAR),
                        {"descriptor", "URL",
                         "where the external descriptor answers, for a store "
                         "made with one; default: $AKIN_DESCRIPTOR",
                         0, false}},
    [OPT_HISTORY] = {FOR(AKIN_COMMAND_SHOW),
                     {"history", NULL, "its earlier versions, too", 0, false}},
    [OPT_FACET] = {FOR(AKIN_COMMAND_SEARCH) | FOR(AKIN_COMMAND_FACETS),
                   {"facet", "FIELD", "count the values of this", 0, true}},
    [OPT_JSONL] = {FOR(AKIN_COMMAND_SEARCH),
                   {"jsonl", NULL, "all that is found, one JSON object a line",
                    0, false}},
    [OPT_CSV] = {FOR(AKIN_COMMAND_SEARCH),
                 {"csv", NULL, "all that is found, as a table", 0, false}},
    [OPT_HELP] = {FOR_ALL, {"help", NULL, "this text", 'h', false}},
};

void
akin__choose_options(enum akin_cli_command command, struct akin__choice *out)
{
    for (size_t i = 0; i < N_OPTIONS; i++) {
        if ((all_options[i].commands & FOR(command)) == 0)
            continue;
        out->option[out->n] = all_options[i].option;
        out->which[out->n++] = i;
    }
}

static void
help_all(FILE *out)
{
    (void)fputs("akin COMMAND [options]\n"
                "\n"
                "Finds bioimage datasets that look like yours.\n"
                "\n",
                out);
    for (size_t i = 0; i < AKIN_N_COMMANDS; i++)
        (void)fprintf(out, "  %-9s %-10s %s\n", akin__commands[i].name,
                      akin__commands[i].operands != NULL
                          ? akin__commands[i].operands
                          : "",
                      akin__commands[i].summary);
    (void)fputs("\n"
                "akin COMMAND --help tells more. Exit codes: 0 done, 1 failed, "
                "2 wrong usage,\n3 some of several images could not be asked "
                "with.\n"
                "\n"
                "Example:\n"
                "  akin similar cells.tif --store ~/store\n",
                out);
}

void
akin_cli_args_help(FILE *out, enum akin_cli_command command)
{
    struct akin__choice choice = {0};

    if (command < AKIN_COMMAND_SIMILAR || command >= AKIN_N_COMMANDS) {
        help_all(out);
        return;
    }
    akin__choose_options(command, &choice);
    (void)fprintf(out, "akin %s %s%s[options]\n\n%s\n\n",
                  akin__commands[command].name,
                  akin__commands[command].operands != NULL
                      ? akin__commands[command].operands
                      : "",
                  akin__commands[command].operands != NULL ? " " : "",
                  akin__commands[command].summary);
    akin_options_help(out, choice.option, choice.n);
    (void)fprintf(out, "\n%s", akin__commands[command].more);
}
