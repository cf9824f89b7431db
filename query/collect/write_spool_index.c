/* SPDX-License-Identifier: Apache-2.0 */
#include "write_spool_index.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "akin/file.h"
#include "akin/hash.h"

#define HEAD_BYTES 40
#define FRAME_BYTES 56
#define FRAME_SUM 44 /* place of the sum in a frame */

struct akin__spool_index {
    FILE *file;
    char *path;
    uint8_t head[HEAD_BYTES];
    struct akin__spooled *spooled; /* n */
    size_t n;
    uint64_t bytes;
};

uint64_t
akin__spool_check(struct akin_span png)
{
    struct akin_hash hash = akin_hash_of(png);

    return akin_le64(hash.bytes);
}

/* ---- frames ---- */

static void
put_float(uint8_t *to, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    akin_put_le32(to, bits);
}

static float
get_float(const uint8_t *from)
{
    uint32_t bits = akin_le32(from);
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* Over all but the sum itself. */
static uint32_t
frame_sum(const uint8_t *frame)
{
    uint8_t copy[FRAME_BYTES];
    struct akin_hash hash;

    memcpy(copy, frame, sizeof(copy));
    memset(copy + FRAME_SUM, 0, 4);
    hash = akin_hash_of(akin_span_of(copy, sizeof(copy)));
    return akin_le32(hash.bytes);
}

static void
write_frame(uint32_t i, const struct akin__spooled *s, uint8_t *to)
{
    memset(to, 0, FRAME_BYTES);
    akin_put_le32(to, i);
    akin_put_le32(to + 4, s->len);
    akin_put_le64(to + 8, s->offset);
    akin_put_le32(to + 16, s->picture.width);
    akin_put_le32(to + 20, s->picture.height);
    akin_put_le32(to + 24, (s->picture.channels << 8) | s->picture.bits);
    put_float(to + 28, s->picture.low);
    put_float(to + 32, s->picture.high);
    put_float(to + 36, s->picture.step_x);
    put_float(to + 40, s->picture.step_y);
    akin_put_le64(to + 48, s->check);
    akin_put_le32(to + FRAME_SUM, frame_sum(to));
}

static void
read_frame(const uint8_t *from, uint32_t *i, struct akin__spooled *s)
{
    *i = akin_le32(from);
    s->len = akin_le32(from + 4);
    s->offset = akin_le64(from + 8);
    s->picture.width = akin_le32(from + 16);
    s->picture.height = akin_le32(from + 20);
    s->picture.channels = akin_le32(from + 24) >> 8;
    s->picture.bits = akin_le32(from + 24) & 255;
    s->picture.low = get_float(from + 28);
    s->picture.high = get_float(from + 32);
    s->picture.step_x = get_float(from + 36);
    s->picture.step_y = get_float(from + 40);
    s->check = akin_le64(from + 48);
}

/* ---- the file ---- */

void
akin__spool_index_clear(struct akin__spool_index *index)
{
    memset(index->spooled, 0, (index->n + 1) * sizeof(*index->spooled));
    index->bytes = 0;
    rewind(index->file);
    (void)!ftruncate(fileno(index->file), 0); /* else it is written over */
    (void)fwrite(index->head, 1, HEAD_BYTES, index->file);
}

/* Takes frames as long as they make sense: each follows the one before. */
static void
read_frames(struct akin__spool_index *index)
{
    uint8_t frame[FRAME_BYTES];
    off_t end = HEAD_BYTES;

    while (fread(frame, 1, FRAME_BYTES, index->file) == FRAME_BYTES) {
        struct akin__spooled s = {0};
        uint32_t i = 0;

        read_frame(frame, &i, &s);
        if (akin_le32(frame + FRAME_SUM) != frame_sum(frame) || i >= index->n ||
            s.len == 0 || s.offset != index->bytes ||
            index->spooled[i].len != 0)
            break;
        index->spooled[i] = s;
        index->bytes += s.len;
        end += FRAME_BYTES;
    }
    (void)!ftruncate(fileno(index->file), end);
    (void)fseeko(index->file, end, SEEK_SET);
}

static enum akin_status
open_file(struct akin__spool_index *index, struct akin_error *err)
{
    uint8_t head[HEAD_BYTES];

    index->file = fopen(index->path, "r+b");
    if (index->file == NULL)
        index->file = fopen(index->path, "w+b");
    if (index->file == NULL)
        return AKIN_FAIL(err, AKIN_EIO, "cannot open %s: %s", index->path,
                         strerror(errno));
    if (fread(head, 1, HEAD_BYTES, index->file) == HEAD_BYTES &&
        memcmp(head, index->head, HEAD_BYTES) == 0)
        read_frames(index);
    else
        akin__spool_index_clear(index);
    return AKIN_OK;
}

enum akin_status
akin__spool_index_open(const char *path, const char *plan, size_t n,
                       struct akin__spool_index **out, struct akin_error *err)
{
    struct akin__spool_index *index = akin_new(1, sizeof(*index));
    struct akin_hash hash = akin_hash_of(akin_span_str(plan));
    enum akin_status st = AKIN_OK;

    index->path = akin_strdup(path);
    index->n = n;
    memcpy(index->head, "AKINSPL2", 8);
    memcpy(index->head + 8, hash.bytes, sizeof(hash.bytes));
    index->spooled = calloc(n + 1, sizeof(*index->spooled));
    if (index->spooled == NULL)
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu pictures", n);
    if (st == AKIN_OK)
        st = open_file(index, err);
    if (st != AKIN_OK) {
        akin__spool_index_close(index);
        return st;
    }
    *out = index;
    return AKIN_OK;
}

void
akin__spool_index_close(struct akin__spool_index *index)
{
    if (index == NULL)
        return;
    if (index->file != NULL)
        (void)fclose(index->file);
    free(index->spooled);
    free(index->path);
    free(index);
}

bool
akin__spool_index_has(const struct akin__spool_index *index, uint32_t i)
{
    return index->spooled[i].len > 0;
}

const struct akin__spooled *
akin__spool_index_get(const struct akin__spool_index *index, uint32_t i)
{
    return &index->spooled[i];
}

uint64_t
akin__spool_index_bytes(const struct akin__spool_index *index)
{
    return index->bytes;
}

void
akin__spool_index_add(struct akin__spool_index *index, uint32_t i,
                      struct akin_span png, const struct akin__picture *picture)
{
    struct akin__spooled *s = &index->spooled[i];
    uint8_t frame[FRAME_BYTES];

    *s = (struct akin__spooled){.offset = index->bytes,
                                .check = akin__spool_check(png),
                                .len = (uint32_t)png.len,
                                .picture = *picture};
    index->bytes += png.len;
    write_frame(i, s, frame);
    (void)fwrite(frame, 1, FRAME_BYTES, index->file); /* flush looks */
}

enum akin_status
akin__spool_index_flush(struct akin__spool_index *index, struct akin_error *err)
{
    if (fflush(index->file) == 0 && ferror(index->file) == 0)
        return AKIN_OK;
    return AKIN_FAIL(err, AKIN_EIO, "cannot write %s: %s", index->path,
                     strerror(errno));
}
