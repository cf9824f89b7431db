/* SPDX-License-Identifier: Apache-2.0 */
#include "args.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "akin/nearest.h"

#define ARGS_MAX 32 /* rows of one command */

struct reader {
    struct akin_args *args;
    char **argv;
    int argc, at;        /* the next word */
    bool seen[ARGS_MAX]; /* which rows were given */
    bool only_operands;  /* behind "--" */
};

static const struct akin_arg *
find_row(const struct akin_args *args, const char *name, size_t len)
{
    for (size_t i = 0; i < args->n_args; i++)
        if (strlen(args->arg[i].name) == len &&
            memcmp(args->arg[i].name, name, len) == 0)
            return &args->arg[i];
    return NULL;
}

static enum akin_status
unknown_option(const struct akin_args *args, const char *name, size_t len,
               struct akin_error *err)
{
    char *word = akin_strndup(name, len);
    struct akin_nearest near;
    enum akin_status st;

    akin_nearest_init(&near, word);
    for (size_t i = 0; i < args->n_args; i++)
        akin_nearest_offer(&near, args->arg[i].name);
    akin_nearest_offer(&near, "--help");
    st = near.best != NULL
             ? AKIN_FAIL(err, AKIN_EINVAL,
                         "there is no option %s; did you mean %s?", word,
                         near.best)
             : AKIN_FAIL(err, AKIN_EINVAL,
                         "there is no option %s (%s --help lists them)", word,
                         args->command);
    free(word);
    return st;
}

static enum akin_status
take_text(const struct akin_arg *row, const char *value, bool is_again,
          struct akin_error *err)
{
    if (is_again)
        return AKIN_FAIL(err, AKIN_EINVAL, "%s is given twice", row->name);
    if (value[0] == '\0')
        return AKIN_FAIL(err, AKIN_EINVAL, "%s must not be empty", row->name);
    *(const char **)row->target = value;
    return AKIN_OK;
}

static enum akin_status
take_value(struct reader *r, const struct akin_arg *row, const char *value,
           struct akin_error *err)
{
    bool *seen = &r->seen[row - r->args->arg];
    bool is_again = *seen;
    enum akin_status st = AKIN_OK;

    *seen = true;
    switch (row->kind) {
    case AKIN_ARG_FLAG:
        *(bool *)row->target = true;
        break;
    case AKIN_ARG_TEXT:
        st = take_text(row, value, is_again, err);
        break;
    case AKIN_ARG_SET:
        st = akin_config_assign(row->target, value, err);
        break;
    case AKIN_ARG_SETTINGS:
        st = akin_config_load(row->target, value, err);
        /* A file that is not there is a wrong word of the command line. */
        st = st == AKIN_OK ? AKIN_OK : AKIN_EINVAL;
        break;
    case AKIN_ARG_JOBS:
        st = akin_config_set(row->target, "index.jobs", value, err);
        if (st != AKIN_OK)
            akin_error_prefix(err, "%s", row->name);
        break;
    }
    return st;
}

/* A word that starts with "-": *r->at has moved past it. */
static enum akin_status
take_option(struct reader *r, const char *word, struct akin_error *err)
{
    const char *equals = strchr(word, '=');
    size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct akin_arg *row = find_row(r->args, word, len);

    if (row == NULL)
        return unknown_option(r->args, word, len, err);
    if (row->value == NULL && equals != NULL)
        return AKIN_FAIL(err, AKIN_EINVAL, "%s takes no value", row->name);
    if (row->value == NULL)
        return take_value(r, row, "", err);
    if (equals != NULL)
        return take_value(r, row, equals + 1, err);
    if (r->at == r->argc)
        return AKIN_FAIL(err, AKIN_EINVAL, "%s needs a value: %s %s", row->name,
                         row->name, row->value);
    return take_value(r, row, r->argv[r->at++], err);
}

static enum akin_status
take_operand(struct reader *r, const char *word, struct akin_error *err)
{
    if (r->args->operand == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "\"%s\" is one word too many: %s takes only options",
                         word, r->args->command);
    if (word[0] == '\0')
        return AKIN_FAIL(err, AKIN_EINVAL, "an empty %s", r->args->operand);
    r->args->operands[r->args->n_operands++] = word;
    return AKIN_OK;
}

static enum akin_status
take_word(struct reader *r, struct akin_error *err)
{
    const char *word = r->argv[r->at++];

    if (r->only_operands || word[0] != '-' || word[1] == '\0')
        return take_operand(r, word, err);
    if (strcmp(word, "--") == 0) {
        r->only_operands = true;
        return AKIN_OK;
    }
    return take_option(r, word, err);
}

static enum akin_status
check_complete(const struct reader *r, struct akin_error *err)
{
    const struct akin_args *args = r->args;

    for (size_t i = 0; i < args->n_args; i++)
        if (args->arg[i].is_required && !r->seen[i])
            return AKIN_FAIL(err, AKIN_EINVAL, "%s %s is missing",
                             args->arg[i].name, args->arg[i].value);
    if (args->n_operands < args->min_operands)
        return AKIN_FAIL(err, AKIN_EINVAL, "at least one %s is needed",
                         args->operand);
    return AKIN_OK;
}

/* --help wins over everything else that may be wrong with the line. */
static bool
asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

enum akin_status
akin_args_parse(struct akin_args *args, int argc, char **argv,
                struct akin_error *err)
{
    struct reader r = {.args = args, .argv = argv, .argc = argc, .at = 1};
    enum akin_status st = AKIN_OK;

    assert(args->n_args <= ARGS_MAX);
    args->operands = akin_new((size_t)argc + 1, sizeof(*args->operands));
    args->n_operands = 0;
    args->wants_help = asks_for_help(argc, argv);
    if (args->wants_help)
        return AKIN_OK;
    while (st == AKIN_OK && r.at < argc)
        st = take_word(&r, err);
    return st == AKIN_OK ? check_complete(&r, err) : st;
}

void
akin_args_free(struct akin_args *args)
{
    free(args->operands);
    args->operands = NULL;
    args->n_operands = 0;
}

void
akin_args_help(const struct akin_args *args, FILE *out)
{
    (void)fprintf(out, "Usage: %s", args->command);
    for (size_t i = 0; i < args->n_args; i++)
        if (args->arg[i].is_required)
            (void)fprintf(out, " %s %s", args->arg[i].name, args->arg[i].value);
    (void)fprintf(out, " [OPTION]...");
    if (args->operand != NULL)
        (void)fprintf(out, args->min_operands > 0 ? " %s..." : " [%s]...",
                      args->operand);
    (void)fprintf(out, "\n\n%s\nOptions:\n", args->about);
    for (size_t i = 0; i < args->n_args; i++) {
        const struct akin_arg *row = &args->arg[i];
        int used =
            fprintf(out, "  %s%s%s", row->name, row->value != NULL ? " " : "",
                    row->value != NULL ? row->value : "");

        (void)fprintf(out, "%*s%s\n", used < 24 ? 25 - used : 1, "", row->help);
    }
    (void)fprintf(out, "  %-22s this text\n\nExample:\n%s", "--help",
                  args->example);
}

void
akin_common_init(struct akin_common *common)
{
    *common = (struct akin_common){0};
    akin_config_init(&common->config);
}

bool
akin_args_begin(struct akin_args *args, int argc, char **argv, int *code)
{
    struct akin_error err = {0};

    if (akin_args_parse(args, argc, argv, &err) != AKIN_OK) {
        (void)fprintf(stderr, "%s: %s\nTry: %s --help\n", args->command,
                      err.text, args->command);
        *code = AKIN_EXIT_USAGE;
    } else if (args->wants_help) {
        akin_args_help(args, stdout);
        *code = AKIN_EXIT_DONE;
    } else {
        return true;
    }
    akin_args_free(args);
    return false;
}

int
akin_args_failed(const struct akin_args *args, const struct akin_error *err)
{
    (void)fprintf(stderr, "%s: %s\n", args->command, err->text);
    return AKIN_EXIT_FAILED;
}
