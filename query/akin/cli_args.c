/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_args.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "akin/filter.h"
#include "akin/nearest.h"

#include "cli_args_internal.h"

static enum akin_status
read_region(const char *text, struct akin_cli_args *args,
            struct akin_error *err)
{
    struct akin_tile_rect region = {0};
    uint32_t *side[4] = {&region.x, &region.y, &region.w, &region.h};
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
    if (args->n_regions == AKIN_ARGS_EXAMPLE_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL, "--region may be given %d times",
                         AKIN_ARGS_EXAMPLE_MAX);
    args->region[args->n_regions++] = region;
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
add_example(size_t option, const char *text, struct akin_cli_args *args,
            struct akin_error *err)
{
    struct akin_cli_example one = {AKIN_ARGS_LIKE, text};
    uint64_t number = 0;

    if (args->n_examples == AKIN_ARGS_EXAMPLE_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL, "at most %d examples",
                         AKIN_ARGS_EXAMPLE_MAX);
    if (option == OPT_VECTOR)
        one.kind = AKIN_ARGS_VECTOR;
    if (option == OPT_IMAGE) {
        enum akin_status st =
            akin_options_number("--image", text, 1, UINT32_MAX, &number, err);

        if (st != AKIN_OK)
            return st;
        one.kind = AKIN_ARGS_IMAGE;
    }
    args->example[args->n_examples++] = one;
    args->together = true;
    return AKIN_OK;
}

static enum akin_status
add_negative(const char *path, struct akin_cli_args *args,
             struct akin_error *err)
{
    if (args->n_negative == AKIN_ARGS_EXAMPLE_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL, "--not may be given %d times",
                         AKIN_ARGS_EXAMPLE_MAX);
    args->negative[args->n_negative++] = path;
    return AKIN_OK;
}

static enum akin_status
read_diversity(const char *text, struct akin_cli_args *args,
               struct akin_error *err)
{
    char *end = NULL;

    args->diversity = strtod(text, &end);
    if (end == text || *end != '\0' ||
        !(args->diversity >= 0 && args->diversity <= 1))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "--diversity: \"%s\" is not a number from 0 to 1",
                         text);
    return AKIN_OK;
}

/* How similar chooses, orders and shows hits. */
static enum akin_status
take_similar(struct akin_cli_args *args, size_t option, const char *value,
             struct akin_error *err)
{
    switch (option) {
    case OPT_LIKE:
    case OPT_IMAGE:
    case OPT_VECTOR:
        return add_example(option, value, args, err);
    case OPT_NOT:
        return add_negative(value, args, err);
    case OPT_DIVERSITY:
        return read_diversity(value, args, err);
    case OPT_TOGETHER:
        args->together = true;
        break;
    case OPT_BY:
        args->by = value;
        break;
    case OPT_INTENT:
        args->intent = value;
        break;
    case OPT_COLLAPSE:
        args->collapse = true;
        break;
    case OPT_EXPLAIN:
        args->explain = true;
        break;
    case OPT_SHEET:
        args->sheet = value;
        break;
    case OPT_DESCRIPTOR:
        args->descriptor = value;
        break;
    default:
        args->help = true;
        break;
    }
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
        return take_similar(args, option, value, err);
    }
    return AKIN_OK;
}

static enum akin_status
take(void *ctx, size_t option, const char *value, struct akin_error *err)
{
    struct akin__choice *choice = ctx;

    if (option != AKIN_OPERAND)
        return take_option(choice->args, choice->which[option], value, err);
    choice->args->operand[choice->args->n_operands++] = value;
    return AKIN_OK;
}

static enum akin_status
check_operands(const struct akin_cli_args *args, struct akin_error *err)
{
    const struct akin__command *command = &akin__commands[args->command];

    if (args->n_operands < command->min_operands)
        return AKIN_FAIL(err, AKIN_EINVAL, "%s needs %s; see akin %s --help",
                         command->name, command->operands, command->name);
    if (args->command == AKIN_COMMAND_SIMILAR &&
        args->n_operands + args->n_examples == 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "similar needs IMAGE..., --like, --image or --vector; "
                         "see akin similar --help");
    if (args->together &&
        args->n_operands + args->n_examples > AKIN_ARGS_EXAMPLE_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL, "at most %d images in one question",
                         AKIN_ARGS_EXAMPLE_MAX);
    if (args->n_regions > 1 && args->n_regions != args->n_operands)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "--region: one for all images, or one for each");
    if (args->sheet != NULL && !args->together && args->n_operands > 1)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "--sheet draws one answer: give one image, or "
                         "--together");
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
        if (strcmp(word, akin__commands[i].name) == 0) {
            *out = (enum akin_cli_command)i;
            return AKIN_OK;
        }
        akin_nearest_offer(&near, akin__commands[i].name);
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
    struct akin__choice choice = {.args = &args};
    enum akin_status st;

    if (argc < 2)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "a command is needed; akin --help lists them");
    st = find_command(argv[1], &args.command, err);
    if (st != AKIN_OK)
        return st;
    args.operand = akin_new((size_t)argc, sizeof(*args.operand));
    akin__choose_options(args.command, &choice);
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
