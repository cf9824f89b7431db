/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_faiss.c - building, writing, opening and asking an IVF index. With its
 * C++ half (vindex_faiss_filter.cc) the only file that sees FAISS.
 *
 * The file: a header of ours, then what FAISS writes.
 *   0   "AKINIVF1"
 *   8   rows, 16 dim, 24 lists, 32 bytes of the head, 40 bytes of the file
 *       (64-bit, little-endian)
 *   48  hash of the bytes 0..47 and of the head
 *   64  the head: everything of FAISS but the inverted lists' codes and ids
 *   ... codes and ids to the end: rows * (dim + 8) bytes
 * FAISS believes the sizes that it reads, so the head is hashed before FAISS
 * sees it. Codes and ids are not: they are read as numbers only, and an id that
 * is none of ours is dropped by the re-ranking. The full hash of the file is
 * the generation's (akin/generation.h).
 *
 * Seeds: FAISS's k-means takes its default seed, 1234; adding keeps the order
 * of the rows in every list whatever the number of threads.
 *
 * Searching takes one query at a time: then FAISS uses neither OpenMP threads
 * nor the BLAS (which it calls from 20 queries on), and the answer to a query
 * does not depend on its company.
 */
#include "akin/vindex.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <c_api/IndexIVF_c.h>
#include <c_api/Index_c.h>
#include <c_api/error_c.h>
#include <c_api/index_factory_c.h>
#include <c_api/index_io_c.h>

#include "akin/hash.h"
#include "vindex_faiss_filter.h"
#include "vindex_internal.h"

static const uint8_t magic[8] = {'A', 'K', 'I', 'N', 'I', 'V', 'F', '1'};

#define HEADER_BYTES ((size_t)64)
#define HASHED_BYTES ((size_t)48) /* of the header */
#define HEAD_MAX ((uint64_t)1 << 30)
#define SLICE_ROWS ((size_t)32768) /* rows added at a time */
#define LISTS_MAX ((size_t)65536)
#define PER_LIST ((size_t)39) /* training rows a list that FAISS asks for */
#define VINDEX_MAGIC 0x56494458u

struct akin_vindex {
    uint32_t magic;
    size_t n_rows, dim, n_lists;
    FaissIndexIVF *ivf;
};

/* The header's numbers. */
struct header {
    uint64_t n_rows, dim, n_lists, head_bytes, file_bytes;
};

static enum akin_status
fail_faiss(struct akin_error *err, const char *what)
{
    return AKIN_FAIL(err, AKIN_EINTERNAL, "FAISS, %s: %s", what,
                     faiss_get_last_error());
}

static enum akin_status
fail_file(struct akin_error *err, const char *what, const char *path)
{
    return AKIN_FAIL(err, errno == ENOENT ? AKIN_ENOTFOUND : AKIN_EIO,
                     "cannot %s %s: %s", what, path, strerror(errno));
}

/* --- building --- */

static size_t
choose_lists(size_t n_rows, size_t n_train)
{
    size_t lists = (size_t)(4.0 * sqrt((double)n_rows));

    if (lists > n_train / PER_LIST)
        lists = n_train / PER_LIST;
    if (lists > LISTS_MAX)
        lists = LISTS_MAX;
    return lists < 1 ? 1 : lists;
}

/* Trains on rows taken evenly, so that every dataset is in the sample. FAISS
 * complains on standard error when it gets fewer than PER_LIST rows a list; it
 * then gets the same rows again, which moves no centre. */
static enum akin_status
train(FaissIndex *index, const float *vectors, const struct header *header,
      size_t n_train, struct akin_error *err)
{
    size_t dim = (size_t)header->dim, wanted = n_train;
    enum akin_status st = AKIN_OK;
    float *sample;

    if (wanted < PER_LIST * header->n_lists)
        wanted = PER_LIST * (size_t)header->n_lists;
    sample = calloc(wanted, dim * sizeof(*sample));
    if (sample == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM,
                         "no memory for %zu rows to train an index on", wanted);
    for (size_t i = 0; i < wanted; i++) {
        uint64_t row = (uint64_t)(i % n_train) * header->n_rows / n_train;

        memcpy(sample + i * dim, vectors + row * dim, dim * sizeof(*sample));
    }
    if (faiss_Index_train(index, (idx_t)wanted, sample) != 0)
        st = fail_faiss(err, "training");
    free(sample);
    return st;
}

static enum akin_status
add_all(FaissIndex *index, const float *vectors, size_t n_rows, size_t dim,
        struct akin_error *err)
{
    for (size_t row = 0; row < n_rows; row += SLICE_ROWS) {
        size_t n = n_rows - row < SLICE_ROWS ? n_rows - row : SLICE_ROWS;

        if (faiss_Index_add(index, (idx_t)n, vectors + row * dim) != 0)
            return fail_faiss(err, "adding");
    }
    return AKIN_OK;
}

/* Hashes what the header promises: its own numbers and the head behind it. */
static enum akin_status
hash_head(int fd, const uint8_t *numbers, uint64_t head_bytes,
          struct akin_hash *out, struct akin_error *err)
{
    struct akin_buf buf = {0};
    enum akin_status st;

    akin_buf_put(&buf, numbers, HASHED_BYTES);
    st = akin_buf_reserve(&buf, (size_t)head_bytes, err);
    while (st == AKIN_OK && buf.len < HASHED_BYTES + head_bytes) {
        size_t done = buf.len - HASHED_BYTES;
        ssize_t n = pread(fd, buf.data + buf.len, (size_t)head_bytes - done,
                          (off_t)(HEADER_BYTES + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            st = AKIN_FAIL(err, AKIN_EIO, "cannot read an index: %s",
                           n < 0 ? strerror(errno) : "it ends early");
        else
            buf.len += (size_t)n;
    }
    if (st == AKIN_OK)
        *out = akin_hash_of(akin_buf_span(&buf));
    akin_buf_free(&buf);
    return st;
}

static void
put_header(const struct header *header, uint8_t *out)
{
    memset(out, 0, HEADER_BYTES);
    memcpy(out, magic, sizeof(magic));
    akin_put_le64(out + 8, header->n_rows);
    akin_put_le64(out + 16, header->dim);
    akin_put_le64(out + 24, header->n_lists);
    akin_put_le64(out + 32, header->head_bytes);
    akin_put_le64(out + 40, header->file_bytes);
}

static enum akin_status
finish_file(FILE *f, struct header *header, const char *path,
            struct akin_error *err)
{
    uint8_t bytes[HEADER_BYTES];
    struct akin_hash hash;
    enum akin_status st;
    off_t end;

    if (fflush(f) != 0 || (end = ftello(f)) < 0)
        return fail_file(err, "write", path);
    header->file_bytes = (uint64_t)end;
    header->head_bytes =
        header->file_bytes - HEADER_BYTES - header->n_rows * (header->dim + 8);
    assert(header->head_bytes <= HEAD_MAX);
    put_header(header, bytes);
    st = hash_head(fileno(f), bytes, header->head_bytes, &hash, err);
    if (st != AKIN_OK)
        return st;
    memcpy(bytes + HASHED_BYTES, hash.bytes, sizeof(hash.bytes));
    if (fseeko(f, 0, SEEK_SET) != 0 ||
        fwrite(bytes, 1, sizeof(bytes), f) != sizeof(bytes) || fflush(f) != 0 ||
        fsync(fileno(f)) != 0)
        return fail_file(err, "write", path);
    return AKIN_OK;
}

static enum akin_status
write_index(const FaissIndex *index, struct header *header, const char *path,
            struct akin_error *err)
{
    static const uint8_t none[HEADER_BYTES];
    enum akin_status st = AKIN_OK;
    FILE *f = fopen(path, "w+b");

    if (f == NULL)
        return fail_file(err, "create", path);
    if (fwrite(none, 1, sizeof(none), f) != sizeof(none))
        st = fail_file(err, "write", path);
    else if (faiss_write_index(index, f) != 0)
        st = AKIN_FAIL(err, AKIN_EIO, "cannot write %s: %s", path,
                       faiss_get_last_error());
    if (st == AKIN_OK)
        st = finish_file(f, header, path, err);
    if (fclose(f) != 0 && st == AKIN_OK)
        st = fail_file(err, "write", path);
    return st;
}

static enum akin_status
build(FaissIndex *index, const float *vectors, struct header *header,
      size_t n_train, const char *path, struct akin_error *err)
{
    size_t n_rows = (size_t)header->n_rows, dim = (size_t)header->dim;
    enum akin_status st = train(index, vectors, header, n_train, err);

    if (st == AKIN_OK)
        st = add_all(index, vectors, n_rows, dim, err);
    return st == AKIN_OK ? write_index(index, header, path, err) : st;
}

enum akin_status
akin_vindex_build(const float *vectors, size_t n_rows, size_t dim,
                  const struct akin_vindex_build_options *opt, const char *path,
                  struct akin_error *err)
{
    size_t n_train = opt->train_rows < n_rows ? opt->train_rows : n_rows;
    struct header header = {.n_rows = n_rows, .dim = dim};
    FaissIndex *index = NULL;
    enum akin_status st;
    char recipe[48];
    int threads;

    header.n_lists =
        opt->n_lists > 0 ? opt->n_lists : choose_lists(n_rows, n_train);
    if (dim < 1 || dim > AKIN_VINDEX_DIM_MAX || header.n_lists > n_train ||
        header.n_lists > LISTS_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "an index of %" PRIu64 " lists needs at least as many "
                         "rows to train on (%zu) and 1..%zu dimensions (%zu)",
                         header.n_lists, n_train, AKIN_VINDEX_DIM_MAX, dim);
    (void)snprintf(recipe, sizeof(recipe), "IVF%" PRIu64 ",SQ8",
                   header.n_lists);
    if (faiss_index_factory(&index, (int)dim, recipe, METRIC_INNER_PRODUCT) !=
        0)
        return fail_faiss(err, recipe);
    threads = akin__faiss_threads(opt->threads);
    st = build(index, vectors, &header, n_train, path, err);
    (void)akin__faiss_threads(threads);
    faiss_Index_free(index);
    return st;
}

/* --- opening --- */

static enum akin_status
check_numbers(const struct header *header, uint64_t file_bytes,
              const char *path, struct akin_error *err)
{
    if (header->file_bytes != file_bytes)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "%s has %" PRIu64 " bytes, its header says %" PRIu64,
                         path, file_bytes, header->file_bytes);
    if (header->dim < 1 || header->dim > AKIN_VINDEX_DIM_MAX ||
        header->n_lists < 1 || header->n_lists > LISTS_MAX ||
        header->head_bytes > HEAD_MAX ||
        header->n_rows > file_bytes / (header->dim + 8) ||
        HEADER_BYTES + header->head_bytes +
                header->n_rows * (header->dim + 8) !=
            file_bytes)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "the header of %s contradicts itself", path);
    return AKIN_OK;
}

/* Reads the header and checks it and the head, before FAISS reads either. */
static enum akin_status
read_header(int fd, const char *path, struct header *out,
            struct akin_error *err)
{
    uint8_t bytes[HEADER_BYTES];
    struct akin_hash hash;
    enum akin_status st;
    struct stat sb;

    if (fstat(fd, &sb) != 0)
        return fail_file(err, "look at", path);
    if (!S_ISREG(sb.st_mode) ||
        pread(fd, bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes) ||
        memcmp(bytes, magic, sizeof(magic)) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "%s is not an index of akin", path);
    out->n_rows = akin_le64(bytes + 8);
    out->dim = akin_le64(bytes + 16);
    out->n_lists = akin_le64(bytes + 24);
    out->head_bytes = akin_le64(bytes + 32);
    out->file_bytes = akin_le64(bytes + 40);
    st = check_numbers(out, (uint64_t)sb.st_size, path, err);
    if (st == AKIN_OK)
        st = hash_head(fd, bytes, out->head_bytes, &hash, err);
    if (st == AKIN_OK &&
        memcmp(hash.bytes, bytes + HASHED_BYTES, sizeof(hash.bytes)) != 0)
        st = AKIN_FAIL(err, AKIN_EFORMAT, "%s is damaged: its hash is another",
                       path);
    return st;
}

static enum akin_status
open_file(FILE *f, const char *path, struct akin_vindex *vx,
          struct akin_error *err)
{
    struct header header = {0};
    enum akin_status st = read_header(fileno(f), path, &header, err);
    char text[AKIN__FAISS_TEXT] = "";
    void *ivf = NULL;

    if (st != AKIN_OK)
        return st;
    if (header.n_rows != vx->n_rows || header.dim != vx->dim)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "%s has %" PRIu64 " rows of %" PRIu64
                         " floats; the vectors are %zu rows of %zu",
                         path, header.n_rows, header.dim, vx->n_rows, vx->dim);
    vx->n_lists = (size_t)header.n_lists;
    if (fseeko(f, (off_t)HEADER_BYTES, SEEK_SET) != 0)
        return fail_file(err, "read", path);
    if (akin__faiss_map(f, vx->n_rows, vx->dim, vx->n_lists, &ivf, text) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "%s: %s", path, text);
    vx->ivf = ivf;
    return AKIN_OK;
}

enum akin_status
akin_vindex_open(const char *path, size_t n_rows, size_t dim,
                 struct akin_vindex **out, struct akin_error *err)
{
    struct akin_vindex *vx;
    enum akin_status st;
    FILE *f = fopen(path, "rb");

    if (f == NULL)
        return fail_file(err, "open", path);
    vx = akin_new(1, sizeof(*vx));
    vx->magic = VINDEX_MAGIC;
    vx->n_rows = n_rows;
    vx->dim = dim;
    st = open_file(f, path, vx, err);
    (void)fclose(f); /* the map stays */
    if (st == AKIN_OK)
        *out = vx;
    else
        free(vx);
    return st;
}

void
akin_vindex_close(struct akin_vindex *vx)
{
    if (vx == NULL)
        return;
    assert(vx->magic == VINDEX_MAGIC);
    vx->magic = 0;
    faiss_Index_free(vx->ivf);
    free(vx);
}

/* --- asking --- */

size_t
akin_vindex_lists(const struct akin_vindex *vx)
{
    assert(vx->magic == VINDEX_MAGIC);
    return vx->n_lists;
}

size_t
akin__ivf_rows(const struct akin_vindex *vx)
{
    return vx->n_rows;
}

size_t
akin__ivf_dim(const struct akin_vindex *vx)
{
    return vx->dim;
}

enum akin_status
akin__ivf_fetch(const struct akin_vindex *vx, const float *query, size_t fetch,
                size_t n_probe, const uint8_t *allowed, float *sims,
                int64_t *rows, struct akin_error *err)
{
    char text[AKIN__FAISS_TEXT] = "";

    assert(vx->magic == VINDEX_MAGIC);
    if (akin__faiss_search(vx->ivf, query, fetch, n_probe, allowed,
                           (vx->n_rows + 7) / 8, sims, rows, text) != 0)
        return AKIN_FAIL(err, AKIN_EINTERNAL, "FAISS, searching: %s", text);
    return AKIN_OK;
}
