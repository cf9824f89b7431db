/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_ontology.c - akin-index ontology: terms of OWL and OBO files into a
 * store.
 */
#include <stdio.h>

#include "akin/file.h"
#include "akin/ontology.h"
#include "akin/term.h"
#include "args.h"
#include "command.h"
#include "publishing.h"

struct loading {
    const char *source;
    struct akin_json *terms;
};

static enum akin_status
put(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const struct loading *loading = ctx;

    return akin_terms_put(txn, loading->source, loading->terms, err);
}

static void
print_counts(const char *path, const struct akin_json *terms)
{
    size_t n = akin_json_count(terms), synonyms = 0, gone = 0, bare = 0;

    for (size_t i = 0; i < n; i++) {
        const struct akin_json *term = akin_json_at(terms, i);

        synonyms += akin_json_count(akin_json_get(term, "synonyms"));
        gone += akin_json_true(akin_json_get(term, "deprecated"));
        bare += akin_json_text(term, "label") == NULL;
    }
    (void)printf("%s: %zu terms, %zu synonyms, %zu deprecated, %zu without "
                 "label\n",
                 path, n, synonyms, gone, bare);
}

/* A file is known by its name without folders: loading it again, from wherever,
 * replaces what it brought before. */
static enum akin_status
load_file(struct akin_store *store, const char *path, bool is_quiet,
          struct akin_error *err)
{
    struct loading loading = {.source = akin_path_base(path)};
    enum akin_status st = akin_ontology_read_file(path, &loading.terms, err);

    if (st == AKIN_OK)
        st = akin_store_update(store, put, &loading, err);
    if (st == AKIN_OK && !is_quiet)
        print_counts(path, loading.terms);
    akin_json_free(loading.terms);
    return st;
}

/* With other terms all records have other words and other trees: once now is
 * better than each time that somebody begins to search. */
static enum akin_status
publish(struct akin_store *store, const struct akin_common *common,
        struct akin_error *err)
{
    struct akin_counts counts;
    struct akin_progress *progress;
    enum akin_status st = akin_count(store, &counts, err);

    if (st != AKIN_OK || counts.generation == 0 ||
        !akin_publishing_is_due(&counts, &common->config))
        return st;
    progress = akin_progress_new(common->is_quiet ? NULL : stderr);
    st = akin_publishing_run(store, &common->config, progress, common->is_quiet,
                             err);
    akin_progress_free(progress);
    return st;
}

static int
run(const struct akin_args *args, const struct akin_common *common)
{
    struct akin_store *store = NULL;
    struct akin_error err = {0};
    enum akin_status st =
        akin_store_open(common->store, AKIN_STORE_CREATE, &store, &err);

    for (size_t i = 0; st == AKIN_OK && i < args->n_operands; i++)
        st = load_file(store, args->operands[i], common->is_quiet, &err);
    if (st == AKIN_OK)
        st = publish(store, common, &err);
    akin_store_close(store);
    return st == AKIN_OK ? AKIN_EXIT_DONE : akin_args_failed(args, &err);
}

int
akin_cmd_ontology(int argc, char **argv)
{
    struct akin_common common;
    const struct akin_arg rows[] = {AKIN_ARG_ROW_STORE(&common),
                                    {"--quiet", AKIN_ARG_FLAG, NULL,
                                     &common.is_quiet,
                                     "say only what went wrong", false}};
    struct akin_args args = {
        .command = "akin-index ontology",
        .about = "Loads terms of OWL (RDF/XML) or OBO files, so that filters "
                 "know their names and\nwhat is below them. They come on top "
                 "of the terms that ship with akin; a file\nof the same name "
                 "replaces what it brought before. Nothing is fetched from a\n"
                 "network.\n",
        .example = "  akin-index ontology --store ~/akin fbbi.owl\n",
        .arg = rows,
        .n_args = AKIN_COUNT(rows),
        .operand = "FILE",
        .min_operands = 1};
    int code;

    akin_common_init(&common);
    if (!akin_args_begin(&args, argc, argv, &code))
        return code;
    code = run(&args, &common);
    akin_args_free(&args);
    return code;
}
