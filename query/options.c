/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "akin/nearest.h"

/* The walk: where it is, and what it has seen. */
struct walk {
    int argc;
    char *const *argv;
    int i; /* the next argument */
    const struct akin_option *options;
    size_t n;
    bool seen[AKIN_OPTIONS_MAX];
    akin_option_fn *fn;
    void *ctx;
};

static enum akin_status
fail_unknown(const struct walk *walk, const char *word, struct akin_error *err)
{
    struct akin_nearest near;

    akin_nearest_init(&near, word);
    for (size_t i = 0; i < walk->n; i++)
        akin_nearest_offer(&near, walk->options[i].name);
    if (near.best != NULL)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "there is no option --%s; did you mean --%s?", word,
                         near.best);
    return AKIN_FAIL(err, AKIN_EINVAL,
                     "there is no option --%s; --help lists them", word);
}

/* Runs one option. attached: the value that was given in the same argument, or
 * NULL. */
static enum akin_status
run_option(struct walk *walk, size_t option, const char *attached,
           struct akin_error *err)
{
    const struct akin_option *o = &walk->options[option];
    const char *value = attached;

    if (walk->seen[option] && !o->repeats)
        return AKIN_FAIL(err, AKIN_EINVAL, "--%s was given twice", o->name);
    walk->seen[option] = true;
    if (o->value == NULL && attached != NULL)
        return AKIN_FAIL(err, AKIN_EINVAL, "--%s takes no value", o->name);
    if (o->value != NULL && attached == NULL) {
        if (walk->i >= walk->argc)
            return AKIN_FAIL(err, AKIN_EINVAL, "--%s needs a value (%s)",
                             o->name, o->value);
        value = walk->argv[walk->i++];
    }
    return walk->fn(walk->ctx, option, value, err);
}

static enum akin_status
run_long(struct walk *walk, const char *word, struct akin_error *err)
{
    const char *sign = strchr(word, '=');
    size_t len = sign == NULL ? strlen(word) : (size_t)(sign - word);
    enum akin_status st;
    char *name;

    for (size_t i = 0; i < walk->n; i++)
        if (strlen(walk->options[i].name) == len &&
            strncmp(walk->options[i].name, word, len) == 0)
            return run_option(walk, i, sign == NULL ? NULL : sign + 1, err);
    name = akin_strndup(word, len);
    st = fail_unknown(walk, name, err);
    free(name);
    return st;
}

static enum akin_status
run_short(struct walk *walk, const char *word, struct akin_error *err)
{
    for (size_t i = 0; i < walk->n; i++)
        if (walk->options[i].letter == word[0])
            return run_option(walk, i, word[1] == '\0' ? NULL : word + 1, err);
    return AKIN_FAIL(err, AKIN_EINVAL,
                     "there is no option -%s; --help lists them", word);
}

enum akin_status
akin_options_parse(int argc, char *const *argv, int first,
                   const struct akin_option *options, size_t n,
                   akin_option_fn *fn, void *ctx, struct akin_error *err)
{
    struct walk walk = {argc, argv, first, options, n, {false}, fn, ctx};
    bool only_operands = false;
    enum akin_status st = AKIN_OK;

    assert(n <= AKIN_OPTIONS_MAX);
    while (st == AKIN_OK && walk.i < argc) {
        const char *word = argv[walk.i++];

        if (only_operands || word[0] != '-' || word[1] == '\0')
            st = fn(ctx, AKIN_OPERAND, word, err);
        else if (strcmp(word, "--") == 0)
            only_operands = true;
        else if (word[1] == '-')
            st = run_long(&walk, word + 2, err);
        else
            st = run_short(&walk, word + 1, err);
    }
    return st;
}

void
akin_options_help(FILE *out, const struct akin_option *options, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char left[64], letter[8] = "";

        if (options[i].letter != '\0')
            (void)snprintf(letter, sizeof(letter), "-%c, ", options[i].letter);
        (void)snprintf(left, sizeof(left), "%s--%s%s%s", letter,
                       options[i].name, options[i].value != NULL ? " " : "",
                       options[i].value != NULL ? options[i].value : "");
        (void)fprintf(out, "  %-22s %s%s\n", left, options[i].help,
                      options[i].repeats ? " (may repeat)" : "");
    }
}

enum akin_status
akin_options_number(const char *name, const char *value, uint64_t min,
                    uint64_t max, uint64_t *out, struct akin_error *err)
{
    char *end = NULL;
    unsigned long long number;

    errno = 0;
    number = strtoull(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 ||
        number < min || number > max)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%s: \"%s\" is not a whole number from %" PRIu64
                         " to %" PRIu64,
                         name, value, min, max);
    *out = number;
    return AKIN_OK;
}
