/* SPDX-License-Identifier: Apache-2.0 */
#include "marks_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "akin/file.h"

static const char magic[8] = {'A', 'K', 'I', 'N', 'M', 'R', 'K', '1'};

#define HEAD ((size_t)20) /* of a frame: hash, n */
#define MARK ((size_t)16) /* bytes of a tile */
#define TAIL ((size_t)8)
#define BYTES_MAX ((uint64_t)4 << 30)

struct place {
    struct akin_hash image;
    size_t at; /* of the frame in bytes */
};

struct akin_marks_file {
    FILE *file;
    char *path;
    struct akin_buf bytes; /* as they were when it was opened */
    struct place *place;   /* sorted by image; the last of equals wins */
    size_t n_places;
};

static int
by_image(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = memcmp(x->image.bytes, y->image.bytes, sizeof(x->image.bytes));

    if (order != 0)
        return order;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* Length of the frame at p, of which `left` bytes are there; 0: not whole. */
static size_t
frame_length(const uint8_t *p, size_t left)
{
    struct akin_hash hash;
    size_t length;

    if (left < HEAD + TAIL)
        return 0;
    length = HEAD + MARK * (size_t)akin_le32(p + 16) + TAIL;
    if (length > left)
        return 0;
    hash = akin_hash_of(akin_span_of(p, length - TAIL));
    return memcmp(hash.bytes, p + length - TAIL, TAIL) == 0 ? length : 0;
}

/* Finds all whole frames; gives the length that they end at. */
static size_t
index_frames(struct akin_marks_file *f)
{
    size_t at = sizeof(magic), length, room = 0;

    while ((length = frame_length(f->bytes.data + at, f->bytes.len - at)) > 0) {
        if (f->n_places == room) {
            struct place *grown =
                akin_new(room == 0 ? 64 : 2 * room, sizeof(*grown));

            if (room > 0)
                memcpy(grown, f->place, room * sizeof(*grown));
            free(f->place);
            f->place = grown;
            room = room == 0 ? 64 : 2 * room;
        }
        memcpy(f->place[f->n_places].image.bytes, f->bytes.data + at, 16);
        f->place[f->n_places++].at = at;
        at += length;
    }
    if (f->n_places > 0)
        qsort(f->place, f->n_places, sizeof(*f->place), by_image);
    return at;
}

static enum akin_status
fail_io(struct akin_error *err, const char *what, const char *path)
{
    return AKIN_FAIL(err, AKIN_EIO, "cannot %s %s: %s", what, path,
                     strerror(errno));
}

static enum akin_status
read_file(struct akin_marks_file *f, const char *path, struct akin_error *err)
{
    size_t end = 0;
    enum akin_status st = AKIN_OK;

    if (akin_file_exists(path))
        st = akin_file_read(path, BYTES_MAX, &f->bytes, err);
    if (st != AKIN_OK)
        return st;
    if (f->bytes.len > 0) {
        size_t head =
            f->bytes.len < sizeof(magic) ? f->bytes.len : sizeof(magic);

        if (memcmp(f->bytes.data, magic, head) != 0)
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             "%s is not a file of marks; remove it or name "
                             "another",
                             path);
        end = head == sizeof(magic) ? index_frames(f) : 0;
    }
    f->file = fopen(path, end > 0 ? "r+b" : "wb");
    if (f->file == NULL)
        return fail_io(err, "write", path);
    if (end == 0 ? fwrite(magic, 1, sizeof(magic), f->file) != sizeof(magic)
                 : ftruncate(fileno(f->file), (off_t)end) != 0 ||
                       fseeko(f->file, (off_t)end, SEEK_SET) != 0)
        return fail_io(err, "write", path);
    return AKIN_OK;
}

enum akin_status
akin_marks_file_open(const char *path, struct akin_marks_file **out,
                     struct akin_error *err)
{
    struct akin_marks_file *f = akin_new(1, sizeof(*f));
    enum akin_status st = read_file(f, path, err);

    f->path = akin_strdup(path);
    if (st == AKIN_OK)
        *out = f;
    else
        akin_marks_file_close(f);
    return st;
}

void
akin_marks_file_close(struct akin_marks_file *f)
{
    if (f == NULL)
        return;
    if (f->file != NULL)
        (void)fclose(f->file);
    akin_buf_free(&f->bytes);
    free(f->place);
    free(f->path);
    free(f);
}

/* The last frame of an image; NULL: none. */
static const uint8_t *
find(const struct akin_marks_file *f, const struct akin_hash *image)
{
    size_t low = 0, high = f->n_places;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (memcmp(f->place[mid].image.bytes, image->bytes, 16) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0 ||
        memcmp(f->place[low - 1].image.bytes, image->bytes, 16) != 0)
        return NULL;
    return f->bytes.data + f->place[low - 1].at;
}

/* Both ascend by tile; *k goes on where it was. */
static const uint8_t *
mark_of(const uint8_t *frame, uint32_t tile, size_t *k)
{
    size_t n = akin_le32(frame + 16);

    for (; *k < n; ++*k) {
        const uint8_t *mark = frame + HEAD + MARK * *k;

        if (akin_le32(mark) == tile)
            return mark;
    }
    return NULL;
}

bool
akin_marks_file_get(const struct akin_marks_file *f,
                    const struct akin_hash *image,
                    struct akin_collect_sample *sample, size_t n)
{
    const uint8_t *frame = f == NULL ? NULL : find(f, image);
    size_t k = 0;

    if (frame == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (mark_of(frame, sample[i].tile, &k) == NULL)
            return false;
    k = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *mark = mark_of(frame, sample[i].tile, &k);
        uint32_t bits = akin_le32(mark + 12);

        sample[i].hash = akin_le64(mark + 4);
        memcpy(&sample[i].detail, &bits, sizeof(bits));
    }
    return true;
}

enum akin_status
akin_marks_file_put(struct akin_marks_file *f, const struct akin_hash *image,
                    const struct akin_collect_sample *sample, size_t n,
                    struct akin_error *err)
{
    struct akin_buf frame = {0};
    struct akin_hash hash;
    enum akin_status st = AKIN_OK;
    uint8_t mark[MARK];

    if (f == NULL)
        return AKIN_OK;
    akin_buf_put(&frame, image->bytes, 16);
    akin_put_le32(mark, (uint32_t)n);
    akin_buf_put(&frame, mark, 4);
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;

        memcpy(&bits, &sample[i].detail, sizeof(bits));
        akin_put_le32(mark, sample[i].tile);
        akin_put_le64(mark + 4, sample[i].hash);
        akin_put_le32(mark + 12, bits);
        akin_buf_put(&frame, mark, MARK);
    }
    hash = akin_hash_of(akin_buf_span(&frame));
    akin_buf_put(&frame, hash.bytes, TAIL);
    if (fwrite(frame.data, 1, frame.len, f->file) != frame.len ||
        fflush(f->file) != 0)
        st = fail_io(err, "write", f->path);
    akin_buf_free(&frame);
    return st;
}
