/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_collect_args.c - the command line of collect, as the parameters of the
 * method: what they mean is checked where those are read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"

#include "cli_collect.h"
#include "options.h"

#define RECIPE_BYTES_MAX ((uint64_t)64 << 20)

/* How a value becomes a member of the parameters. */
enum kind {
    KIND_OWN, /* of this program */
    KIND_TEXT,
    KIND_NUMBER,
    KIND_WHOLE,
    KIND_TEXTS,   /* repeats: a list */
    KIND_IMAGES,  /* the same; what is a file here becomes its whole path */
    KIND_PAIRS,   /* name=number[,name=number]; repeats */
    KIND_LICENCE, /* open, any, or a list with commas */
    KIND_FALSE    /* a flag that sets the member to false */
};

enum {
    OPT_STORE,
    OPT_CONNECT,
    OPT_TIMEOUT,
    OPT_OUT,
    OPT_DRY_RUN,
    OPT_RECIPE,
    OPT_THREADS,
    OPT_JSON,
    OPT_QUIET,
    OPT_HELP,
    N_OWN
};

static const struct {
    struct akin_option option;
    enum kind kind;
    const char *member; /* of params; "output." leads into that */
} table[] = {
    [OPT_STORE] = {{"store", "DIR", "read this store; default: $AKIN_STORE", 0,
                    false},
                   KIND_OWN,
                   NULL},
    [OPT_CONNECT] = {{"connect", "URL", "with --dry-run: ask the akind there",
                      0, false},
                     KIND_OWN,
                     NULL},
    [OPT_TIMEOUT] = {{"timeout", "SECONDS",
                      "how long to wait for akind; default: 600", 0, false},
                     KIND_OWN,
                     NULL},
    [OPT_OUT] = {{"out", "DIR", "write the collection into this folder", 'o',
                  false},
                 KIND_OWN,
                 NULL},
    [OPT_DRY_RUN] = {{"dry-run", NULL, "only tell what it would hold", 'n',
                      false},
                     KIND_OWN,
                     NULL},
    [OPT_RECIPE] = {{"recipe", "FILE",
                     "make again what this recipe.json describes", 0, false},
                    KIND_OWN,
                    NULL},
    [OPT_THREADS] = {{"threads", "N", "default: all processors", 0, false},
                     KIND_OWN,
                     NULL},
    [OPT_JSON] = {{"json", NULL, "print counts and composition as JSON", 0,
                   false},
                  KIND_OWN,
                  NULL},
    [OPT_QUIET] = {{"quiet", NULL, "no progress", 'q', false}, KIND_OWN, NULL},
    [OPT_HELP] = {{"help", NULL, "this text", 'h', false}, KIND_OWN, NULL},
    {{"where", "FILTER", "only datasets that satisfy this condition", 'w',
      false},
     KIND_TEXT,
     "where"},
    {{"like", "IMAGE|ID", "only tiles that are like these", 0, true},
     KIND_IMAGES,
     "like"},
    {{"unlike", "IMAGE|ID", "and less like these", 0, true},
     KIND_IMAGES,
     "unlike"},
    {{"threshold", "S", "least similarity to --like; default: 0.5", 0, false},
     KIND_NUMBER,
     "threshold"},
    {{"nearest", "N", "the N tiles most like --like", 0, false},
     KIND_WHOLE,
     "nearest"},
    {{"licence", "open|any|LIST", "licences to take; default: open", 0, false},
     KIND_LICENCE,
     "licence"},
    {{"exclude", "ID", "leave this dataset out", 0, true},
     KIND_TEXTS,
     "exclude"},
    {{"exclude-near", "ID", "and what is nearly the same as its tiles", 0,
      true},
     KIND_TEXTS,
     "exclude_near"},
    {{"unit", "tile|plane", "what a sample is; default: tile", 0, false},
     KIND_TEXT,
     "unit"},
    {{"no-pixels", NULL, "do not read the images to clean", 0, false},
     KIND_FALSE,
     "pixels"},
    {{"min-detail", "PART", "least part of a tile with something to see", 0,
      false},
     KIND_NUMBER,
     "min_detail"},
    {{"hash-distance", "BITS", "most bits in which copies differ", 0, false},
     KIND_WHOLE,
     "hash_distance"},
    {{"same-similarity", "S", "copies in two studies: by descriptors alone", 0,
      false},
     KIND_NUMBER,
     "same_similarity"},
    {{"near-similarity", "S", "copies: with hashes that agree", 0, false},
     KIND_NUMBER,
     "near_similarity"},
    {{"target", "N", "samples wanted; default: all", 't', false},
     KIND_WHOLE,
     "target"},
    {{"quota", "FACET=N", "most samples of any value of this", 0, true},
     KIND_PAIRS,
     "quota"},
    {{"cap", "dataset=N", "most samples of a dataset, or an image", 0, true},
     KIND_PAIRS,
     "cap"},
    {{"split", "NAME=PART,...", "for example train=.8,val=.1,test=.1", 0,
      false},
     KIND_PAIRS,
     "split"},
    {{"split-by", "study|group|image", "what is never divided; default: study",
      0, false},
     KIND_TEXT,
     "split_by"},
    {{"seed", "N", "other samples from the same question; default: 1", 0,
      false},
     KIND_WHOLE,
     "seed"},
    {{"format", "shards|folder", "default: both", 0, true},
     KIND_TEXTS,
     "output.formats"},
    {{"bits", "8|0", "8-bit pictures, or 0: as the files have them", 0, false},
     KIND_WHOLE,
     "output.bits"},
    {{"edge", "PX", "size of pictures; default: as they are", 0, false},
     KIND_WHOLE,
     "output.edge"},
    {{"shard-bytes", "N", "length of a shard; default: 1e9", 0, false},
     KIND_WHOLE,
     "output.shard_bytes"},
};

#define N_TABLE AKIN_COUNT(table)
_Static_assert(AKIN_COUNT(table) <= AKIN_OPTIONS_MAX, "too many options");

static void
options_of(struct akin_option out[N_TABLE])
{
    for (size_t i = 0; i < N_TABLE; i++)
        out[i] = table[i].option;
}

void
akin_cli_collect_help(FILE *out)
{
    struct akin_option options[N_TABLE];

    options_of(options);
    (void)fputs(
        "akin collect --out DIR [TEXT] [options]\n\n"
        "A training collection from a question: selected, cleaned, "
        "balanced, split without\nleaks, with licences and credits.\n\n",
        out);
    akin_options_help(out, options, N_TABLE);
    (void)fputs("\nExample:\n"
                "  akin collect --out nuclei --store ~/store --where "
                "'category:nuclei' \\\n    --target 10000 --cap dataset=500 "
                "--split train=.8,val=.1,test=.1\n",
                out);
}

void
akin_cli_collect_args_free(struct akin_collect_args *args)
{
    akin_json_free(args->params);
    akin_json_free(args->recipe_inputs);
    akin_json_free(args->made);
    *args = (struct akin_collect_args){0};
}

/* The object that a member belongs to, and its name there. */
static struct akin_json *
holder(struct akin_json *params, const char **member)
{
    struct akin_json *output;

    if (strncmp(*member, "output.", 7) != 0)
        return params;
    *member += 7;
    output = akin_json_get(params, "output");
    if (output == NULL) {
        output = akin_json_object();
        akin_json_set(params, "output", output);
    }
    return output;
}

static enum akin_status
read_number(const char *option, const char *text, size_t len, double *out,
            struct akin_error *err)
{
    char copy[64], *end = NULL;

    if (len > 0 && len < sizeof(copy)) {
        memcpy(copy, text, len);
        copy[len] = '\0';
        *out = strtod(copy, &end);
    }
    if (end == NULL || *end != '\0')
        return AKIN_FAIL(err, AKIN_EINVAL, "--%s: \"%.*s\" is not a number",
                         option, (int)(len < 64 ? len : 64), text);
    return AKIN_OK;
}

/* Adds name=number,... to the object under `member`. */
static enum akin_status
add_pairs(const char *option, const char *text, struct akin_json *object,
          const char *member, struct akin_error *err)
{
    struct akin_json *pairs = akin_json_get(object, member);

    if (pairs == NULL) {
        pairs = akin_json_object();
        akin_json_set(object, member, pairs);
    }
    for (const char *p = text; p != NULL;) {
        const char *equals = strchr(p, '='), *comma = strchr(p, ',');
        size_t len = comma == NULL ? strlen(p) : (size_t)(comma - p);
        double number = 0;
        enum akin_status st;
        char *name;

        if (equals == NULL || equals == p || equals >= p + len)
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "--%s: \"%.*s\" is not NAME=NUMBER", option,
                             (int)(len < 64 ? len : 64), p);
        st = read_number(option, equals + 1, len - (size_t)(equals + 1 - p),
                         &number, err);
        if (st != AKIN_OK)
            return st;
        name = akin_strndup(p, (size_t)(equals - p));
        akin_json_set_real(pairs, name, number);
        free(name);
        p = comma == NULL ? NULL : comma + 1;
    }
    return AKIN_OK;
}

static void
append_text(struct akin_json *object, const char *member, const char *text)
{
    struct akin_json *list = akin_json_get(object, member);

    if (list == NULL) {
        list = akin_json_array();
        akin_json_set(object, member, list);
    }
    akin_json_append(list, akin_json_new_string(text));
}

/* A daemon and a recipe read elsewhere than here: paths become whole ones. */
static enum akin_status
add_image(struct akin_json *object, const char *member, const char *text,
          struct akin_error *err)
{
    char *path = NULL;
    enum akin_status st = AKIN_OK;

    if (akin_file_exists(text))
        st = akin_path_real(text, &path, err);
    if (st == AKIN_OK)
        append_text(object, member, path != NULL ? path : text);
    free(path);
    return st;
}

static void
set_licence(struct akin_json *params, const char *text)
{
    if (strcmp(text, "open") == 0 || strcmp(text, "any") == 0) {
        akin_json_set_text(params, "licence", text);
        return;
    }
    for (const char *p = text; p != NULL;) {
        const char *comma = strchr(p, ',');
        char *one =
            akin_strndup(p, comma == NULL ? strlen(p) : (size_t)(comma - p));

        append_text(params, "licence", one);
        free(one);
        p = comma == NULL ? NULL : comma + 1;
    }
}

static enum akin_status
take_own(struct akin_collect_args *args, size_t option, const char *value,
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
    case OPT_OUT:
        args->out = value;
        break;
    case OPT_DRY_RUN:
        args->dry_run = true;
        break;
    case OPT_RECIPE:
        args->recipe = value;
        break;
    case OPT_THREADS:
        return akin_options_number("--threads", value, 1, 256, &args->threads,
                                   err);
    case OPT_JSON:
        args->json = true;
        break;
    case OPT_QUIET:
        args->quiet = true;
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
    struct akin_collect_args *args = ctx;
    const char *member = option == AKIN_OPERAND ? "text" : table[option].member;
    struct akin_json *object;
    uint64_t whole = 0;
    double number = 0;
    enum akin_status st = AKIN_OK;

    if (option == AKIN_OPERAND && akin_json_text(args->params, "text") != NULL)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "collect: \"%s\" is one too many; several words are "
                         "one text in quotes",
                         value);
    if (option != AKIN_OPERAND && table[option].kind == KIND_OWN)
        return take_own(args, option, value, err);
    object = holder(args->params, &member);
    switch (option == AKIN_OPERAND ? KIND_TEXT : table[option].kind) {
    case KIND_NUMBER:
        st = read_number(table[option].option.name, value, strlen(value),
                         &number, err);
        akin_json_set_real(object, member, number);
        break;
    case KIND_WHOLE:
        st = akin_options_number(table[option].option.name, value, 0, INT64_MAX,
                                 &whole, err);
        akin_json_set_int(object, member, (int64_t)whole);
        break;
    case KIND_TEXTS:
        append_text(object, member, value);
        break;
    case KIND_IMAGES:
        st = add_image(object, member, value, err);
        break;
    case KIND_PAIRS:
        st = add_pairs(table[option].option.name, value, object, member, err);
        break;
    case KIND_LICENCE:
        set_licence(object, value);
        break;
    case KIND_FALSE:
        akin_json_set_bool(object, member, false);
        break;
    default:
        akin_json_set_text(object, member, value);
        break;
    }
    return st;
}

/* A recipe's options come first, so that the command line changes them. */
static enum akin_status
read_recipe(struct akin_collect_args *args, struct akin_error *err)
{
    struct akin_json *recipe = NULL, *value = NULL;
    const char *key = NULL;
    void *it = NULL;
    enum akin_status st =
        akin_json_read_file(args->recipe, RECIPE_BYTES_MAX, &recipe, err);

    if (st == AKIN_OK &&
        akin_json_type(akin_json_get(recipe, "options")) != AKIN_JSON_OBJECT)
        st = AKIN_FAIL(err, AKIN_EFORMAT, "there are no \"options\" in it");
    if (st != AKIN_OK) {
        akin_error_prefix(err, "%s", args->recipe);
        akin_json_free(recipe);
        return st;
    }
    while (akin_json_next(akin_json_get(recipe, "options"), &it, &key, &value))
        if (akin_json_get(args->params, key) == NULL)
            akin_json_set(args->params, key, akin_json_copy(value));
    args->recipe_inputs = akin_json_copy(akin_json_get(recipe, "inputs"));
    args->made = recipe;
    return AKIN_OK;
}

static enum akin_status
check(struct akin_collect_args *args, const char *env_store,
      struct akin_error *err)
{
    if (args->store != NULL && args->connect != NULL)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "--store and --connect exclude each other");
    if (args->store == NULL && args->connect == NULL)
        args->store = env_store;
    if ((args->store == NULL || args->store[0] == '\0') &&
        args->connect == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "which store? Give --store DIR, or set AKIN_STORE");
    if (args->dry_run == (args->out != NULL))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "collect needs --out DIR or --dry-run, one of both");
    if (args->connect != NULL && !args->dry_run)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "a daemon writes no files: --connect goes with "
                         "--dry-run");
    return AKIN_OK;
}

enum akin_status
akin_cli_collect_args_parse(int argc, char *const *argv, const char *env_store,
                            struct akin_collect_args *out,
                            struct akin_error *err)
{
    struct akin_collect_args args = {.timeout_s = 600,
                                     .params = akin_json_object()};
    struct akin_option options[N_TABLE];
    enum akin_status st;

    options_of(options);
    st = akin_options_parse(argc, argv, 2, options, N_TABLE, take, &args, err);
    if (st == AKIN_OK && !args.help)
        st = check(&args, env_store, err);
    if (st == AKIN_OK && args.recipe != NULL)
        st = read_recipe(&args, err);
    if (st == AKIN_OK)
        *out = args;
    else
        akin_cli_collect_args_free(&args);
    return st;
}
