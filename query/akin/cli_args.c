/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_args.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "akin/filter.h"
#include "akin/nearest.h"

#include "options.h"

struct command {
    const char *name;
    const char *operands; /* as help shows them; NULL: none */
    size_t min_operands, max_operands;
    const char *summary;
    const char *more;
};

static const struct command commands[AKIN_N_COMMANDS] = {
    [AKIN_COMMAND_HELP] = {"help", NULL, 0, 0, "this text", ""},
    [AKIN_COMMAND_VERSION] = {"version", NULL, 0, 0, "the version", ""},
    [AKIN_COMMAND_SIMILAR] =
        {"similar", "IMAGE...", 1, SIZE_MAX,
         "which datasets look like these images?",
         "Each dataset is shown with its score (1: the same), its id and "
         "title, "
         "and the\nimage region that matches best.\n\nExample:\n"
         "  akin similar cells.tif --store ~/store -k 5 "
         "--where 'year:2020..'\n"},
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

enum {
    OPT_STORE,
    OPT_CONNECT,
    OPT_TIMEOUT,
    OPT_JSON,
    OPT_K,
    OPT_WHERE,
    OPT_EXCLUDE_SELF,
    OPT_EXCLUDE,
    OPT_REGION,
    OPT_EVIDENCE,
    OPT_HISTORY,
    OPT_FACET,
    OPT_JSONL,
    OPT_CSV,
    OPT_HELP,
    N_OPTIONS
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
                           "stored copies of the image do not count", 0,
                           false}},
    [OPT_EXCLUDE] = {FOR(AKIN_COMMAND_SIMILAR),
                     {"exclude", "ID", "leave this dataset out", 0, true}},
    [OPT_REGION] = {FOR(AKIN_COMMAND_SIMILAR),
                    {"region", "X,Y,W,H",
                     "ask with this part of the image, in pixels", 0, false}},
    [OPT_EVIDENCE] = {FOR(AKIN_COMMAND_SIMILAR),
                      {"evidence", "N",
                       "regions to show for each dataset; default: 1", 0,
                       false}},
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

/* The options of one command, and which of all_options each is. */
struct choice {
    struct akin_option option[N_OPTIONS];
    size_t which[N_OPTIONS];
    size_t n;
    struct akin_cli_args *args;
};

static void
choose(enum akin_cli_command command, struct choice *out)
{
    for (size_t i = 0; i < N_OPTIONS; i++) {
        if ((all_options[i].commands & FOR(command)) == 0)
            continue;
        out->option[out->n] = all_options[i].option;
        out->which[out->n++] = i;
    }
}

static enum akin_status
read_region(const char *text, struct akin_cli_args *args,
            struct akin_error *err)
{
    uint32_t *side[4] = {&args->region.x, &args->region.y, &args->region.w,
                         &args->region.h};
    const char *p = text;

    for (size_t i = 0; i < 4; i++) {
        char *end = NULL;
        unsigned long long number = strtoull(p, &end, 10);

        if (*p < '0' || *p > '9' || *end != (i < 3 ? ',' : '\0') ||
            number > UINT32_MAX || (i > 1 && number == 0))
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "--region: \"%s\" is not X,Y,W,H in pixels", text);
        *side[i] = (uint32_t)number;
        p = end + 1;
    }
    args->has_region = true;
    return AKIN_OK;
}

static enum akin_status
read_where(const char *text, struct akin_cli_args *args, struct akin_error *err)
{
    struct akin_filter *filter = NULL;

    /* Whatever is wrong with it is wrong usage, and found before an image is
     * read. */
    if (akin_filter_parse(text, &filter, err) != AKIN_OK) {
        akin_error_prefix(err, "--where");
        return AKIN_EINVAL;
    }
    akin_filter_free(filter);
    args->where = text;
    return AKIN_OK;
}

static enum akin_status
add_exclude(const char *id, struct akin_cli_args *args, struct akin_error *err)
{
    if (args->n_exclude == AKIN_ARGS_EXCLUDE_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL, "--exclude may be given %d times",
                         AKIN_ARGS_EXCLUDE_MAX);
    args->exclude[args->n_exclude++] = id;
    return AKIN_OK;
}

static enum akin_status
add_facet(const char *name, struct akin_cli_args *args, struct akin_error *err)
{
    if (args->n_facets == AKIN_ARGS_FACET_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL, "--facet may be given %d times",
                         AKIN_ARGS_FACET_MAX);
    args->facet[args->n_facets++] = name;
    return AKIN_OK;
}

static enum akin_status
take_option(struct akin_cli_args *args, size_t option, const char *value,
            struct akin_error *err)
{
    switch (option) {
    case OPT_STORE:
        args->store = value;
        break;
    case OPT_CONNECT:
        args->connect = value;
        break;
    case OPT_TIMEOUT:
        return akin_options_number("--timeout", value, 1, 86400,
                                   &args->timeout_s, err);
    case OPT_JSON:
        args->json = true;
        break;
    case OPT_K:
        return akin_options_number("-k", value, 1, 1000000, &args->k, err);
    case OPT_WHERE:
        return read_where(value, args, err);
    case OPT_EXCLUDE_SELF:
        args->exclude_self = true;
        break;
    case OPT_EXCLUDE:
        return add_exclude(value, args, err);
    case OPT_REGION:
        return read_region(value, args, err);
    case OPT_EVIDENCE:
        return akin_options_number("--evidence", value, 0, 64, &args->evidence,
                                   err);
    case OPT_HISTORY:
        args->history = true;
        break;
    case OPT_FACET:
        return add_facet(value, args, err);
    case OPT_JSONL:
        args->jsonl = true;
        break;
    case OPT_CSV:
        args->csv = true;
        break;
    default:
        args->help = true;
        break;
    }
    return AKIN_OK;
}

static enum akin_status
take(void *ctx, size_t option, const char *value, struct akin_error *err)
{
    struct choice *choice = ctx;

    if (option != AKIN_OPERAND)
        return take_option(choice->args, choice->which[option], value, err);
    choice->args->operand[choice->args->n_operands++] = value;
    return AKIN_OK;
}

static enum akin_status
check_operands(const struct akin_cli_args *args, struct akin_error *err)
{
    const struct command *command = &commands[args->command];

    if (args->n_operands < command->min_operands)
        return AKIN_FAIL(err, AKIN_EINVAL, "%s needs %s; see akin %s --help",
                         command->name, command->operands, command->name);
    if (args->n_operands > command->max_operands)
        return AKIN_FAIL(
            err, AKIN_EINVAL, "%s: \"%s\" is one too many; see akin %s --help",
            command->name, args->operand[command->max_operands], command->name);
    return AKIN_OK;
}

/* What was said on the command line wins over the environment. */
static enum akin_status
check_place(struct akin_cli_args *args, const char *env_store,
            struct akin_error *err)
{
    if (args->store != NULL && args->connect != NULL)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "--store and --connect exclude each other");
    if ((int)args->json + (int)args->jsonl + (int)args->csv > 1)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "--json, --jsonl and --csv exclude each other");
    if (args->store == NULL && args->connect == NULL)
        args->store = env_store;
    if ((args->store == NULL || args->store[0] == '\0') &&
        args->connect == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "which store? Give --store DIR or --connect URL, or "
                         "set AKIN_STORE");
    return AKIN_OK;
}

static enum akin_status
find_command(const char *word, enum akin_cli_command *out,
             struct akin_error *err)
{
    struct akin_nearest near;

    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        word = "help";
    if (strcmp(word, "--version") == 0)
        word = "version";
    akin_nearest_init(&near, word);
    for (int i = 0; i < AKIN_N_COMMANDS; i++) {
        if (strcmp(word, commands[i].name) == 0) {
            *out = (enum akin_cli_command)i;
            return AKIN_OK;
        }
        akin_nearest_offer(&near, commands[i].name);
    }
    if (near.best != NULL)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "there is no command \"%s\"; did you mean \"%s\"?",
                         word, near.best);
    return AKIN_FAIL(err, AKIN_EINVAL,
                     "there is no command \"%s\"; akin --help lists them",
                     word);
}

void
akin_cli_args_free(struct akin_cli_args *args)
{
    free(args->operand);
    *args = (struct akin_cli_args){0};
}

enum akin_status
akin_cli_args_parse(int argc, char *const *argv, const char *env_store,
                    struct akin_cli_args *out, struct akin_error *err)
{
    struct akin_cli_args args = {.timeout_s = 30, .k = 10, .evidence = 1};
    struct choice choice = {.args = &args};
    enum akin_status st;

    if (argc < 2)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "a command is needed; akin --help lists them");
    st = find_command(argv[1], &args.command, err);
    if (st != AKIN_OK)
        return st;
    args.operand = akin_new((size_t)argc, sizeof(*args.operand));
    choose(args.command, &choice);
    st = akin_options_parse(argc, argv, 2, choice.option, choice.n, take,
                            &choice, err);
    if (st == AKIN_OK && !args.help && args.command >= AKIN_COMMAND_SIMILAR) {
        st = check_operands(&args, err);
        if (st == AKIN_OK)
            st = check_place(&args, env_store, err);
    }
    if (st == AKIN_OK)
        *out = args;
    else
        akin_cli_args_free(&args);
    return st;
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
        (void)fprintf(out, "  %-9s %-10s %s\n", commands[i].name,
                      commands[i].operands != NULL ? commands[i].operands : "",
                      commands[i].summary);
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
    struct choice choice = {0};

    if (command < AKIN_COMMAND_SIMILAR || command >= AKIN_N_COMMANDS) {
        help_all(out);
        return;
    }
    choose(command, &choice);
    (void)fprintf(
        out, "akin %s %s%s[options]\n\n%s\n\n", commands[command].name,
        commands[command].operands != NULL ? commands[command].operands : "",
        commands[command].operands != NULL ? " " : "",
        commands[command].summary);
    akin_options_help(out, choice.option, choice.n);
    (void)fprintf(out, "\n%s", commands[command].more);
}
