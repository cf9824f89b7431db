/* SPDX-License-Identifier: Apache-2.0 */
#include "save.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"

#define FLUSH_BYTES ((size_t)1 << 16)

/* A file under way; lines are gathered in text. */
struct lines {
    FILE *file;
    const char *path;
    struct akin_buf text;
};

static enum akin_status
flush(struct lines *lines, size_t least, struct akin_error *err)
{
    if (lines->text.len < least)
        return AKIN_OK;
    if (fwrite(lines->text.data, 1, lines->text.len, lines->file) !=
        lines->text.len)
        return AKIN_FAIL(err, AKIN_EIO, "cannot write %s: %s", lines->path,
                         strerror(errno));
    akin_buf_clear(&lines->text);
    return AKIN_OK;
}

/* Takes the object over. */
static enum akin_status
put(struct lines *lines, struct akin_json *line, struct akin_error *err)
{
    akin_json_write(line, AKIN_JSON_COMPACT, &lines->text);
    akin_buf_puts(&lines->text, "\n");
    akin_json_free(line);
    return flush(lines, FLUSH_BYTES, err);
}

static void
set_place(const struct akin_collection *c, const struct akin_collect_sample *s,
          struct akin_json *out)
{
    akin_json_set_text(out, "dataset", c->dataset[s->dataset].id);
    akin_json_set_int(out, "image", s->image);
    akin_json_set_int(out, "tile", s->tile);
}

static void
set_tile(const struct akin_tile *tile, struct akin_json *out)
{
    akin_json_set_int(out, "x", tile->x);
    akin_json_set_int(out, "y", tile->y);
    akin_json_set_int(out, "w", tile->w);
    akin_json_set_int(out, "h", tile->h);
    akin_json_set_int(out, "level", tile->level);
    akin_json_set_int(out, "z", tile->z);
    akin_json_set_int(out, "c", tile->c);
    akin_json_set_int(out, "t", tile->t);
}

static void
set_marks(const struct akin_collect_sample *s, struct akin_json *out)
{
    char hash[24];

    if (s->cluster != AKIN_COLLECT_NONE)
        akin_json_set_int(out, "cluster", s->cluster);
    if (s->group != AKIN_COLLECT_NONE)
        akin_json_set_int(out, "group", s->group);
    if (s->hash != 0) {
        (void)snprintf(hash, sizeof(hash), "%016llx",
                       (unsigned long long)s->hash);
        akin_json_set_text(out, "hash", hash);
    }
    if (s->detail >= 0)
        akin_json_set_real(out, "detail",
                           (double)(int)(s->detail * 1000) / 1000);
}

static enum akin_status
put_samples(const struct akin_collection *c, struct akin_txn *txn,
            struct lines *lines, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < c->n_kept; i++) {
        const struct akin_collect_sample *s = &c->sample[c->kept[i]];
        struct akin_image_record image = {0};
        struct akin_tile tile = {0};
        struct akin_json *line;

        st = akin_collection_place(c, txn, s, &image, &tile, err);
        if (st != AKIN_OK)
            break;
        line = akin_json_object();
        akin_json_set_int(line, "sample", (int64_t)i);
        akin_json_set_text(line, "split", c->split[s->split].name);
        set_place(c, s, line);
        akin_json_set_text(line, "name", image.name);
        set_tile(&tile, line);
        set_marks(s, line);
        st = put(lines, line, err);
        akin_image_record_free(&image);
    }
    return st;
}

static enum akin_status
put_dropped(const struct akin_collection *c, struct akin_txn *txn,
            struct lines *lines, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    (void)txn;
    for (size_t i = 0; st == AKIN_OK && i < c->n_samples; i++) {
        const struct akin_collect_sample *s = &c->sample[i];
        struct akin_json *line, *of;

        if (s->fate == AKIN_FATE_KEPT)
            continue;
        line = akin_json_object();
        set_place(c, s, line);
        akin_json_set_text(line, "why",
                           akin_fate_name((enum akin_fate)s->fate));
        if (s->other != AKIN_COLLECT_NONE) {
            of = akin_json_object();
            set_place(c, &c->sample[s->other], of);
            akin_json_set(line, "of", of);
        }
        set_marks(s, line);
        st = put(lines, line, err);
    }
    return st;
}

typedef enum akin_status fill_fn(const struct akin_collection *c,
                                 struct akin_txn *txn, struct lines *lines,
                                 struct akin_error *err);

static enum akin_status
write_file(const struct akin_collection *c, const char *dir, const char *name,
           fill_fn *fill, struct akin_error *err)
{
    char *path = akin_path_join(dir, name);
    struct lines lines = {.file = fopen(path, "wb"), .path = path};
    struct akin_txn *txn = NULL;
    enum akin_status st;

    if (lines.file == NULL) {
        st = AKIN_FAIL(err, AKIN_EIO, "cannot write %s: %s", path,
                       strerror(errno));
        free(path);
        return st;
    }
    st = akin_txn_read(c->store, &txn, err);
    if (st == AKIN_OK)
        st = fill(c, txn, &lines, err);
    if (st == AKIN_OK)
        st = flush(&lines, 1, err);
    akin_txn_end(txn);
    if (fclose(lines.file) != 0 && st == AKIN_OK)
        st = AKIN_FAIL(err, AKIN_EIO, "cannot write %s: %s", path,
                       strerror(errno));
    akin_buf_free(&lines.text);
    free(path);
    return st;
}

enum akin_status
akin_collect_save(const struct akin_collection *c, const char *dir,
                  struct akin_error *err)
{
    enum akin_status st = write_file(c, dir, "samples.jsonl", put_samples, err);

    return st == AKIN_OK ? write_file(c, dir, "dropped.jsonl", put_dropped, err)
                         : st;
}
