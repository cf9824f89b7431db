/* SPDX-License-Identifier: Apache-2.0 */
#include "write_samples.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "akin/tar.h"

#include "write_sample.h"

#define TELL_EVERY 256 /* samples */

struct writer {
    const struct akin_collection *c;
    struct akin__files *files;
    struct akin__teller *teller;
    struct akin_txn *txn;
    size_t split; /* whose files are open */
    struct akin_tar *tar;
    struct akin_buf tar_name;
    unsigned n_shards; /* of this split */
    FILE *lines;
    char *lines_path;
    struct akin_buf lines_name;
    struct akin_buf png, text;
};

static bool
wants(const struct writer *w, enum akin_collect_format format)
{
    return (w->c->options->output.formats & (unsigned)format) != 0;
}

static const char *
split_name(const struct writer *w)
{
    return w->c->split[w->split].name;
}

/* ---- shards ---- */

static enum akin_status
end_shard(struct writer *w, struct akin_error *err)
{
    struct akin_buf title = {0};
    enum akin_status st;

    if (w->tar == NULL)
        return AKIN_OK;
    st = akin_tar_finish(w->tar, err);
    w->tar = NULL;
    akin_buf_printf(&title, "Shard %u of split %s", w->n_shards - 1,
                    split_name(w));
    if (st == AKIN_OK)
        st = akin__files_list(w->files, akin_buf_text(&w->tar_name),
                              "application/x-tar", akin_buf_text(&title),
                              split_name(w), err);
    akin_buf_free(&title);
    return st;
}

static enum akin_status
begin_shard(struct writer *w, struct akin_error *err)
{
    char *path;
    enum akin_status st;

    akin_buf_clear(&w->tar_name);
    akin_buf_printf(&w->tar_name, "shards/%s-%06u.tar", split_name(w),
                    w->n_shards++);
    path = akin_path_join(w->files->dir, akin_buf_text(&w->tar_name));
    st = akin_tar_create(path, &w->tar, err);
    free(path);
    return st;
}

static enum akin_status
put_shard(struct writer *w, const char *key, const struct akin_json *json,
          struct akin_error *err)
{
    char name[AKIN__KEY_TEXT + 8];
    enum akin_status st = AKIN_OK;

    if (w->tar == NULL)
        st = begin_shard(w, err);
    (void)snprintf(name, sizeof(name), "%s.json", key);
    akin_buf_clear(&w->text);
    akin_json_write(json, AKIN_JSON_COMPACT, &w->text);
    if (st == AKIN_OK)
        st = akin_tar_put(w->tar, name, akin_buf_span(&w->text), err);
    (void)snprintf(name, sizeof(name), "%s.png", key);
    if (st == AKIN_OK)
        st = akin_tar_put(w->tar, name, akin_buf_span(&w->png), err);
    if (st == AKIN_OK &&
        akin_tar_size(w->tar) > w->c->options->output.shard_bytes)
        st = end_shard(w, err);
    return st;
}

/* ---- folder ---- */

static enum akin_status
fail_lines(const struct writer *w, struct akin_error *err)
{
    return AKIN_FAIL(err, AKIN_EIO, "cannot write %s: %s", w->lines_path,
                     strerror(errno));
}

static enum akin_status
end_folder(struct writer *w, struct akin_error *err)
{
    bool is_bad;

    if (w->lines == NULL)
        return AKIN_OK;
    is_bad = ferror(w->lines) != 0;
    if (fclose(w->lines) != 0 || is_bad) {
        w->lines = NULL;
        return fail_lines(w, err);
    }
    w->lines = NULL;
    return akin__files_list(
        w->files, akin_buf_text(&w->lines_name), "application/jsonlines",
        "One line of metadata a picture", split_name(w), err);
}

static enum akin_status
begin_folder(struct writer *w, struct akin_error *err)
{
    struct akin_buf dir = {0};
    enum akin_status st;

    akin_buf_printf(&dir, "%s/images/%s", w->files->dir, split_name(w));
    st = akin_dir_make(akin_buf_text(&dir), err);
    akin_buf_free(&dir);
    if (st != AKIN_OK)
        return st;
    akin_buf_clear(&w->lines_name);
    akin_buf_printf(&w->lines_name, "images/%s/metadata.jsonl", split_name(w));
    free(w->lines_path);
    w->lines_path =
        akin_path_join(w->files->dir, akin_buf_text(&w->lines_name));
    w->lines = fopen(w->lines_path, "wb");
    return w->lines == NULL ? fail_lines(w, err) : AKIN_OK;
}

static enum akin_status
put_folder(struct writer *w, const char *key, const struct akin_json *json,
           struct akin_error *err)
{
    struct akin_buf path = {0};
    enum akin_status st = AKIN_OK;

    if (w->lines == NULL)
        st = begin_folder(w, err);
    akin_buf_printf(&path, "%s/images/%s/%s.png", w->files->dir, split_name(w),
                    key);
    if (st == AKIN_OK)
        st = akin_file_write(akin_buf_text(&path), akin_buf_span(&w->png), err);
    akin_buf_free(&path);
    if (st != AKIN_OK)
        return st;
    /* "file_name" before the other members: {"key":... -> {"file_name":... */
    akin_buf_clear(&w->text);
    akin_buf_printf(&w->text, "{\"file_name\":\"%s.png\",", key);
    (void)fwrite(w->text.data, 1, w->text.len, w->lines);
    akin_buf_clear(&w->text);
    akin_json_write(json, AKIN_JSON_COMPACT, &w->text);
    (void)fwrite(w->text.data + 1, 1, w->text.len - 1, w->lines);
    (void)fputc('\n', w->lines); /* the end of the folder looks for errors */
    return AKIN_OK;
}

/* ---- all ---- */

static enum akin_status
end_split(struct writer *w, struct akin_error *err)
{
    enum akin_status st = end_shard(w, err);

    w->n_shards = 0;
    return st == AKIN_OK ? end_folder(w, err) : st;
}

static enum akin_status
put_sample(struct writer *w, struct akin__spool *spool, size_t i,
           struct akin_error *err)
{
    size_t split = w->c->sample[w->c->kept[i]].split;
    struct akin__picture picture;
    struct akin_json *json = NULL;
    char key[AKIN__KEY_TEXT];
    enum akin_status st = AKIN_OK;

    if (split != w->split)
        st = end_split(w, err);
    w->split = split;
    akin__sample_key(i, key);
    if (st == AKIN_OK)
        st = akin__spool_get(spool, i, &w->png, &picture, err);
    if (st == AKIN_OK)
        st = akin__teller_tell(w->teller, w->txn, i, &picture, &json, err);
    if (st == AKIN_OK && wants(w, AKIN_COLLECT_SHARDS))
        st = put_shard(w, key, json, err);
    if (st == AKIN_OK && wants(w, AKIN_COLLECT_FOLDER))
        st = put_folder(w, key, json, err);
    akin_json_free(json);
    return st;
}

static void
free_writer(struct writer *w)
{
    akin_tar_abandon(w->tar);
    if (w->lines != NULL)
        (void)fclose(w->lines);
    akin__teller_free(w->teller);
    akin_txn_end(w->txn);
    akin_buf_free(&w->tar_name);
    akin_buf_free(&w->lines_name);
    akin_buf_free(&w->png);
    akin_buf_free(&w->text);
    free(w->lines_path);
}

static enum akin_status
make_shards_folder(const struct writer *w, struct akin_error *err)
{
    char *path = akin_path_join(w->files->dir, "shards");
    enum akin_status st =
        wants(w, AKIN_COLLECT_SHARDS) ? akin_dir_make(path, err) : AKIN_OK;

    free(path);
    return st;
}

enum akin_status
akin__samples_write(const struct akin_collection *collection,
                    struct akin__spool *spool, struct akin__files *files,
                    akin_collect_progress_fn *progress, void *ctx,
                    struct akin_error *err)
{
    struct writer w = {.c = collection, .files = files};
    enum akin_status st = akin_txn_read(collection->store, &w.txn, err);

    w.teller = akin__teller_new(collection);
    if (st == AKIN_OK)
        st = make_shards_folder(&w, err);
    for (size_t i = 0; st == AKIN_OK && i < collection->n_kept; i++) {
        st = put_sample(&w, spool, i, err);
        if (st == AKIN_OK && progress != NULL && i % TELL_EVERY == 0 &&
            !progress(ctx, "writing samples",
                      (double)i / (double)collection->n_kept))
            st = AKIN_FAIL(err, AKIN_ECLOSED,
                           "stopped; the same command goes on from here");
    }
    if (st == AKIN_OK)
        st = end_split(&w, err);
    free_writer(&w);
    return st;
}
