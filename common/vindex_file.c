/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_file.c - the index as a file: where things lie, opening, closing.
 *
 *   0   "AKINIVF3"
 *   8   rows, 16 dim, 24 lists, 32 blocks (64-bit, little-endian)
 *   40  0
 *   48  hash of the bytes 0..47 and of the head
 *   64  the head: scale (dim lows, dim steps), centres (blocks of codes), fix
 *       of each centre, cosine and sine of each list's reach, row and block
 * that each list starts with
 *   ... list by list: codes, fix (16-bit) and number (32-bit) of the row in
 * each place of the blocks; codes and fix again, in the order of rows; for each
 *       span of rows, one bit a list: does it have one of them?
 * Parts start at multiples of 64 bytes, with zeros between. The head is hashed
 * and checked when it is opened. The rest is not: it is read as numbers only,
 * and a row or list that is none is passed over. The full hash of the file is
 * the generation's (akin/generation.h).
 */
#include "akin/vindex.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akin/hash.h"
#include "vindex_internal.h"

static const uint8_t magic[8] = {'A', 'K', 'I', 'N', 'I', 'V', 'F', '3'};

#define HASHED_BYTES ((size_t)48) /* of the header */
#define SLACK_DEVIATIONS 6.0
#define VINDEX_MAGIC 0x56494458u

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "indices are mapped as they are: little-endian only");

static uint64_t
part(uint64_t *at, uint64_t bytes)
{
    uint64_t here = *at;

    *at = (here + bytes + 63) / 64 * 64;
    return here;
}

void
akin__ivf_layout(uint64_t n_rows, uint64_t dim, uint64_t n_lists,
                 uint64_t n_blocks, struct akin__ivf_layout *out)
{
    uint64_t at = AKIN__IVF_HEADER, block = (dim + 3) / 4 * 4 * AKIN__BLOCK;
    uint64_t row_blocks = (n_rows + AKIN__BLOCK - 1) / AKIN__BLOCK;

    out->scale = part(&at, 2 * dim * sizeof(float));
    out->centres = part(&at, (n_lists + AKIN__BLOCK - 1) / AKIN__BLOCK * block);
    out->centre_fix = part(&at, (n_lists + AKIN__BLOCK - 1) / AKIN__BLOCK *
                                    AKIN__BLOCK * sizeof(int16_t));
    out->reach = part(&at, 2 * n_lists * sizeof(float));
    out->starts = part(&at, (n_lists + 1) * sizeof(uint64_t));
    out->blocks = part(&at, (n_lists + 1) * sizeof(uint32_t));
    out->codes = part(&at, n_blocks * block);
    out->fix = part(&at, n_blocks * AKIN__BLOCK * sizeof(int16_t));
    out->ids = part(&at, n_blocks * AKIN__BLOCK * sizeof(uint32_t));
    out->row_codes = part(&at, row_blocks * block);
    out->row_fix = part(&at, row_blocks * AKIN__BLOCK * sizeof(int16_t));
    out->spans = part(&at, (n_rows + AKIN__SPAN_ROWS - 1) / AKIN__SPAN_ROWS *
                               ((n_lists + 63) / 64) * sizeof(uint64_t));
    out->bytes = at;
}

/* Hash of what the header says and of the head behind it. */
static struct akin_hash
hash_head(const uint8_t *file, const struct akin__ivf_layout *lay)
{
    struct akin_hash parts[2] = {
        akin_hash_of(akin_span_of(file, HASHED_BYTES)),
        akin_hash_of(akin_span_of(file + AKIN__IVF_HEADER,
                                  (size_t)lay->codes - AKIN__IVF_HEADER))};

    return akin_hash_of(akin_span_of(parts, sizeof(parts)));
}

void
akin__ivf_seal(uint8_t *file, uint64_t n_rows, uint64_t dim, uint64_t n_lists,
               uint64_t n_blocks)
{
    struct akin__ivf_layout lay;
    struct akin_hash hash;

    akin__ivf_layout(n_rows, dim, n_lists, n_blocks, &lay);
    memset(file, 0, AKIN__IVF_HEADER);
    memcpy(file, magic, sizeof(magic));
    akin_put_le64(file + 8, n_rows);
    akin_put_le64(file + 16, dim);
    akin_put_le64(file + 24, n_lists);
    akin_put_le64(file + 32, n_blocks);
    hash = hash_head(file, &lay);
    memcpy(file + HASHED_BYTES, hash.bytes, sizeof(hash.bytes));
}

/* --- opening --- */

static enum akin_status
map_file(const char *path, struct akin_vindex *vx, struct akin_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum akin_status st = AKIN_OK;
    struct stat sb;

    if (fd < 0)
        return AKIN_FAIL(err, errno == ENOENT ? AKIN_ENOTFOUND : AKIN_EIO,
                         "cannot open %s: %s", path, strerror(errno));
    if (fstat(fd, &sb) != 0) {
        st = AKIN_FAIL(err, AKIN_EIO, "cannot look at %s: %s", path,
                       strerror(errno));
    } else if (!S_ISREG(sb.st_mode) || sb.st_size < (off_t)AKIN__IVF_HEADER) {
        st = AKIN_FAIL(err, AKIN_EFORMAT, "%s is not an index of akin", path);
    } else {
        vx->map_len = (size_t)sb.st_size;
        vx->map = mmap(NULL, vx->map_len, PROT_READ, MAP_SHARED, fd, 0);
        if (vx->map == MAP_FAILED) {
            vx->map = NULL;
            st = AKIN_FAIL(err, AKIN_EIO, "cannot map %s: %s", path,
                           strerror(errno));
        }
    }
    (void)close(fd);
    return st;
}

/* The sizes decide what a search reads: lists must follow each other, and each
 * must have the blocks that its rows need. */
static bool
lists_add_up(const struct akin_vindex *vx, uint64_t n_blocks)
{
    uint64_t row = 0, block = 0;

    for (size_t i = 0; i < vx->n_lists; i++) {
        uint64_t n;

        if (vx->list_start[i] != row || vx->first_block[i] != block ||
            vx->list_start[i + 1] < row || vx->list_start[i + 1] > vx->n_rows)
            return false;
        n = vx->list_start[i + 1] - row;
        row += n;
        block += (n + AKIN__BLOCK - 1) / AKIN__BLOCK;
    }
    return row == vx->n_rows && block == n_blocks &&
           vx->first_block[vx->n_lists] == n_blocks;
}

/* Coding takes a step over the square root of 12 from each element, in the mean
 * (and about as much from the query's); a similarity gathers of that what lies
 * in one direction. */
static float
slack_of(const struct akin__scale *scale)
{
    double sum = 0;

    for (size_t d = 0; d < scale->dim; d++)
        sum += (double)scale->step[d] * (double)scale->step[d];
    return (float)(SLACK_DEVIATIONS * sqrt(sum / (double)scale->dim / 12));
}

static enum akin_status
check(struct akin_vindex *vx, const char *path, struct akin_error *err)
{
    const uint8_t *file = vx->map;
    uint64_t n_rows = akin_le64(file + 8), dim = akin_le64(file + 16);
    uint64_t n_lists = akin_le64(file + 24), n_blocks = akin_le64(file + 32);
    struct akin__ivf_layout lay;
    struct akin_hash hash;

    assert(file != NULL);
    if (memcmp(file, magic, sizeof(magic)) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "%s is not an index of akin", path);
    if (dim < 1 || dim > AKIN_VINDEX_DIM_MAX || n_lists < 1 ||
        n_lists > AKIN__IVF_LISTS_MAX || n_rows > AKIN__IVF_ROWS_MAX ||
        n_blocks > n_rows / AKIN__BLOCK + n_lists)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "the header of %s contradicts itself", path);
    akin__ivf_layout(n_rows, dim, n_lists, n_blocks, &lay);
    if (lay.bytes != vx->map_len)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "%s has %zu bytes, its header says %" PRIu64, path,
                         vx->map_len, lay.bytes);
    hash = hash_head(file, &lay);
    if (memcmp(hash.bytes, file + HASHED_BYTES, sizeof(hash.bytes)) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "%s is damaged: its hash is another", path);
    if (n_rows != vx->n_rows || dim != vx->dim)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "%s has %" PRIu64 " rows of %" PRIu64
                         " floats; the vectors are %zu rows of %zu",
                         path, n_rows, dim, vx->n_rows, vx->dim);
    vx->n_lists = (size_t)n_lists;
    vx->scale = (struct akin__scale){
        .dim = vx->dim,
        .words = (vx->dim + 3) / 4,
        .low = (const float *)(const void *)(file + lay.scale),
        .step = (const float *)(const void *)(file + lay.scale) + vx->dim};
    vx->slack = slack_of(&vx->scale);
    vx->centres = file + lay.centres;
    vx->centre_fix = (const int16_t *)(const void *)(file + lay.centre_fix);
    vx->cosine = (const float *)(const void *)(file + lay.reach);
    vx->sine = vx->cosine + n_lists;
    vx->list_start = (const uint64_t *)(const void *)(file + lay.starts);
    vx->first_block = (const uint32_t *)(const void *)(file + lay.blocks);
    vx->codes = file + lay.codes;
    vx->fix = (const int16_t *)(const void *)(file + lay.fix);
    vx->ids = (const uint32_t *)(const void *)(file + lay.ids);
    vx->row_codes = file + lay.row_codes;
    vx->row_fix = (const int16_t *)(const void *)(file + lay.row_fix);
    vx->spans = (const uint64_t *)(const void *)(file + lay.spans);
    vx->span_words = (size_t)(n_lists + 63) / 64;
    if (!lists_add_up(vx, n_blocks))
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "the lists of %s do not add up to its rows", path);
    return AKIN_OK;
}

enum akin_status
akin_vindex_open(const char *path, size_t n_rows, size_t dim,
                 struct akin_vindex **out, struct akin_error *err)
{
    struct akin_vindex *vx = akin_new(1, sizeof(*vx));
    enum akin_status st;

    vx->magic = VINDEX_MAGIC;
    vx->n_rows = n_rows;
    vx->dim = dim;
    st = map_file(path, vx, err);
    if (st == AKIN_OK)
        st = check(vx, path, err);
    if (st == AKIN_OK)
        *out = vx;
    else
        akin_vindex_close(vx);
    return st;
}

void
akin_vindex_close(struct akin_vindex *vx)
{
    if (vx == NULL)
        return;
    assert(vx->magic == VINDEX_MAGIC);
    vx->magic = 0;
    if (vx->map != NULL)
        (void)munmap(vx->map, vx->map_len);
    free(vx);
}

size_t
akin_vindex_lists(const struct akin_vindex *vx)
{
    assert(vx->magic == VINDEX_MAGIC);
    return vx->n_lists;
}

struct akin_span
akin_vindex_mapped(const struct akin_vindex *vx)
{
    return akin_span_of(vx->map, vx->map_len);
}

struct akin_span
akin_vindex_mapped_lists(const struct akin_vindex *vx)
{
    return akin_span_of(vx->codes, (size_t)(vx->row_codes - vx->codes));
}
