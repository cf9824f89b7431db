/* SPDX-License-Identifier: Apache-2.0 */
#include "write.h"

#include <stdlib.h>
#include <string.h>

#include "akin/file.h"

#include "report.h"
#include "save.h"
#include "write_credits.h"
#include "write_manifest.h"
#include "write_samples.h"
#include "write_spool.h"

#define SPOOL ".akin-pictures"
#define RECIPE "recipe.json"
#define RECIPE_MAX ((uint64_t)64 << 20)

struct writing {
    const struct akin_collection *c;
    const struct akin_collect_write *how;
    struct akin__files files;
    struct akin__spool *spool;
    struct akin_buf plan; /* options and inputs: names the plan */
    struct akin__manifest manifest;
};

/* ---- the folder ---- */

static enum akin_status
check_recipe(const struct writing *w, const char *path, struct akin_error *err)
{
    struct akin_json *old = NULL;
    const char *name;
    enum akin_status st = akin_json_read_file(path, RECIPE_MAX, &old, err);

    if (st != AKIN_OK)
        return st;
    name = akin_json_text(old, "name");
    if (name == NULL || strcmp(name, w->manifest.name) != 0)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "%s holds another collection (%s); choose another "
                       "folder, or remove it",
                       w->how->dir, name != NULL ? name : "without a name");
    akin_json_free(old);
    return st;
}

static bool
is_replaced(const char *name)
{
    static const char *const names[] = {"shards", "images", "README.md"};

    for (size_t i = 0; i < AKIN_COUNT(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    /* What a killed run was writing (akin_file_write). */
    return strstr(name, ".tmp.") != NULL;
}

/* The folder was begun by us, or holds nothing. */
static enum akin_status
check_names(const char *dir, struct akin_error *err)
{
    struct akin_names list = {0};
    enum akin_status st = akin_dir_list(dir, &list, err);

    for (size_t i = 0; st == AKIN_OK && i < list.n; i++)
        if (strcmp(list.name[i], AKIN_COLLECT_MARKS) != 0)
            st = AKIN_FAIL(err, AKIN_EINVAL,
                           "%s is not empty (it holds %s) and no collection of "
                           "akin; choose another folder",
                           dir, list.name[i]);
    akin_names_free(&list);
    return st;
}

enum akin_status
akin_collect_check_folder(const char *dir, struct akin_error *err)
{
    char *recipe = akin_path_join(dir, RECIPE);
    char *spool = akin_path_join(dir, SPOOL);
    enum akin_status st = AKIN_OK;

    if (akin_file_exists(dir) && !akin_file_exists(recipe) &&
        !akin_file_exists(spool))
        st = check_names(dir, err);
    free(recipe);
    free(spool);
    return st;
}

/* Another collection must not be written over either. */
static enum akin_status
check_folder(const struct writing *w, struct akin_error *err)
{
    char *recipe = akin_path_join(w->how->dir, RECIPE);
    enum akin_status st = akin_collect_check_folder(w->how->dir, err);

    if (st == AKIN_OK && akin_file_exists(recipe))
        st = check_recipe(w, recipe, err);
    free(recipe);
    return st;
}

static enum akin_status
remove_below(const char *dir, const char *name, struct akin_error *err)
{
    char *path = akin_path_join(dir, name);
    enum akin_status st = akin_file_remove(path, err);

    free(path);
    return st;
}

/* Shards and pictures of an earlier run that this one might not replace. First
 * a spool, which says that the folder is ours, then the recipe, which says that
 * all is there: a run that is stopped in between can be gone on with. */
static enum akin_status
clear_folder(const struct writing *w, struct akin_error *err)
{
    struct akin_names list = {0};
    char *spool = akin_path_join(w->how->dir, SPOOL);
    enum akin_status st = akin_dir_make(spool, err);

    if (st == AKIN_OK)
        st = remove_below(w->how->dir, RECIPE, err);
    if (st == AKIN_OK)
        st = akin_dir_list(w->how->dir, &list, err);
    for (size_t i = 0; st == AKIN_OK && i < list.n; i++)
        if (is_replaced(list.name[i]))
            st = remove_below(w->how->dir, list.name[i], err);
    akin_names_free(&list);
    free(spool);
    return st;
}

/* ---- the parts ---- */

static enum akin_status
write_samples(struct writing *w, struct akin_error *err)
{
    char *dir = akin_path_join(w->how->dir, SPOOL);
    struct akin__spool_run run = {.dir = dir,
                                  .plan = akin_buf_text(&w->plan),
                                  .threads =
                                      akin_config_threads(w->how->threads),
                                  .progress = w->how->progress,
                                  .ctx = w->how->ctx};
    enum akin_status st = akin__spool_make(w->c, &run, &w->spool, err);

    if (st == AKIN_OK)
        st = akin__samples_write(w->c, w->spool, &w->files, w->how->progress,
                                 w->how->ctx, err);
    free(dir);
    return st;
}

static enum akin_status
write_plan(struct writing *w, struct akin_error *err)
{
    enum akin_status st = akin_collect_save(w->c, w->how->dir, err);

    if (st == AKIN_OK)
        st = akin__files_list(&w->files, "samples.jsonl",
                              "application/jsonlines",
                              "Which tile each sample is", NULL, err);
    if (st == AKIN_OK)
        st = akin__files_list(&w->files, "dropped.jsonl",
                              "application/jsonlines",
                              "What was left out, and why", NULL, err);
    return st;
}

typedef void text_fn(const struct akin__manifest *manifest,
                     struct akin_buf *out);

static void
credits(const struct akin__manifest *manifest, struct akin_buf *out)
{
    akin__credits_markdown(manifest->c, out);
}

static void
bibtex(const struct akin__manifest *manifest, struct akin_buf *out)
{
    akin__credits_bibtex(manifest->c, out);
}

static enum akin_status
put_text(struct writing *w, const char *name, const char *media_type,
         const char *title, text_fn *write, struct akin_error *err)
{
    struct akin_buf text = {0};
    enum akin_status st;

    write(&w->manifest, &text);
    st = akin__files_put(&w->files, name, media_type, title,
                         akin_buf_span(&text), err);
    akin_buf_free(&text);
    return st;
}

static enum akin_status
write_report(struct writing *w, struct akin_error *err)
{
    struct akin_buf page = {0};
    enum akin_status st =
        akin__report_write(&w->manifest, w->spool, &page, err);

    if (st == AKIN_OK)
        st = akin__files_put(&w->files, "report.html", "text/html",
                             "What became of it at each step",
                             akin_buf_span(&page), err);
    akin_buf_free(&page);
    return st;
}

/* In this order: each may list what came before it. The recipe is last, since
 * it says that all is there; the crate lists it without its sum. */
static enum akin_status
write_texts(struct writing *w, struct akin_error *err)
{
    static const struct {
        const char *name, *media_type, *title;
        text_fn *write;
    } texts[] = {
        {"CREDITS.md", "text/markdown", "Whom to credit, and licences",
         credits},
        {"citations.bib", "application/x-bibtex", "Citations", bibtex},
        {"README.md", "text/markdown", "About the collection",
         akin__card_write},
        {"croissant.json", "application/ld+json", "Croissant description",
         akin__croissant_write},
        {"ro-crate-metadata.json", "application/ld+json", "RO-Crate",
         akin__crate_write},
        {RECIPE, "application/json", "Makes the collection again",
         akin__recipe_write},
    };
    enum akin_status st = write_report(w, err);

    for (size_t i = 0; st == AKIN_OK && i < AKIN_COUNT(texts); i++)
        st = put_text(w, texts[i].name, texts[i].media_type, texts[i].title,
                      texts[i].write, err);
    return st;
}

/* ---- a recipe that was made before ---- */

static struct akin_json *
compare(const struct writing *w)
{
    const struct akin_json *made = akin_json_get(w->how->made, "files");
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < akin_json_count(made); i++) {
        const char *name = akin_json_text(akin_json_at(made, i), "name");
        const char *sum = akin_json_text(akin_json_at(made, i), "sha256");
        const struct akin__file *file =
            name != NULL ? akin__files_find(&w->files, name) : NULL;

        if (name != NULL &&
            (file == NULL || sum == NULL || strcmp(sum, file->sha256) != 0))
            akin_json_append(list, akin_json_new_string(name));
    }
    return list;
}

static void
name_plan(struct writing *w)
{
    struct akin_json *options = akin_collect_options_json(w->c->options);
    struct akin_json *inputs = akin_collection_inputs(w->c);

    akin_json_write(options, AKIN_JSON_SORTED, &w->plan);
    akin_json_write(inputs, AKIN_JSON_SORTED, &w->plan);
    akin_json_free(options);
    akin_json_free(inputs);
    akin__manifest_init(&w->manifest, w->c, &w->files, w->how->created,
                        akin_buf_text(&w->plan));
}

static enum akin_status
remove_spool(struct writing *w, struct akin_error *err)
{
    akin__spool_close(w->spool);
    w->spool = NULL;
    return remove_below(w->how->dir, SPOOL, err);
}

enum akin_status
akin_collect_write(const struct akin_collection *collection,
                   const struct akin_collect_write *how,
                   struct akin_json **differs, struct akin_error *err)
{
    struct writing w = {.c = collection, .how = how, .files = {how->dir}};
    enum akin_status st = akin_dir_make(how->dir, err);

    name_plan(&w);
    if (st == AKIN_OK)
        st = check_folder(&w, err);
    if (st == AKIN_OK)
        st = clear_folder(&w, err);
    if (st == AKIN_OK)
        st = write_samples(&w, err);
    if (st == AKIN_OK)
        st = write_plan(&w, err);
    if (st == AKIN_OK)
        st = write_texts(&w, err);
    if (st == AKIN_OK)
        st = remove_spool(&w, err);
    if (st == AKIN_OK && differs != NULL)
        *differs = compare(&w);
    akin__spool_close(w.spool);
    akin__manifest_free(&w.manifest);
    akin__files_free(&w.files);
    akin_buf_free(&w.plan);
    return st;
}
