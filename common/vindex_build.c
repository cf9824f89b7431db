/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_build.c - from vectors to an index file.
 *
 * 1. centres by k-means over a sample (vindex_faiss.c), and the scale of the
 *    codes, from the smallest to the largest value of each element there;
 * 2. each row's list: the centre that the 8-bit scan finds nearest; and how
 *    near the rows of a list are to its centre;
 * 3. each row's place: lists keep the order of rows;
 * 4. the codes go to their places in the mapped file, once list by list and
 *    once in the order of rows.
 * Steps 2 and 4 go over the rows in slices, by several threads; what they write
 * does not depend on how many.
 */
#include "akin/vindex.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vindex_internal.h"

#define SLICE_ROWS ((size_t)8192) /* that a thread takes at a time */
#define PER_LIST ((size_t)39)     /* training rows a list that FAISS asks for */
#define THREADS_MAX 64
#define NEAR_UNIT                                                              \
    0x1p20f /* of summed similarities: whole numbers, so that                  \
             * their order does not matter */

_Static_assert(SLICE_ROWS % AKIN__SPAN_ROWS == 0,
               "a span is written by one thread");

struct build {
    const float *vectors;
    size_t n_rows, dim, n_lists, n_train;
    int threads;
    float *sample, *centres; /* n_train and n_lists rows */
    float *low_step;         /* 2 x dim */
    struct akin__scale scale;
    uint8_t *centre_codes; /* blocks */
    int16_t *centre_fix;
    uint16_t *list_of;     /* n_rows */
    atomic_llong *near;    /* n_lists: sum of the rows' similarity to it */
    uint32_t *place;       /* n_rows: block * AKIN__BLOCK + lane */
    uint64_t *start;       /* n_lists + 1 */
    uint32_t *first_block; /* n_lists + 1 */
    struct akin__ivf_layout lay;
    uint8_t *file;
};

/* --- threads --- */

typedef void slice_fn(struct build *b, size_t first, size_t end, void *scratch);

struct crew {
    struct build *b;
    slice_fn *work;
    size_t scratch; /* bytes for each thread */
    atomic_size_t next;
    atomic_bool failed;
};

static void *
crew_member(void *ctx)
{
    struct crew *crew = ctx;
    void *scratch = malloc(crew->scratch + 1);

    if (scratch == NULL)
        atomic_store(&crew->failed, true);
    while (scratch != NULL) {
        size_t first = atomic_fetch_add(&crew->next, SLICE_ROWS);
        size_t end = first + SLICE_ROWS;

        if (first >= crew->b->n_rows)
            break;
        crew->work(crew->b, first,
                   end < crew->b->n_rows ? end : crew->b->n_rows, scratch);
    }
    free(scratch);
    return NULL;
}

/* The caller is one of the crew; threads that cannot be had are done without.
 */
static enum akin_status
over_slices(struct build *b, slice_fn *work, size_t scratch,
            struct akin_error *err)
{
    struct crew crew = {.b = b, .work = work, .scratch = scratch};
    pthread_t thread[THREADS_MAX];
    int n = 0, wanted = b->threads - 1;

    while (n < wanted && n < THREADS_MAX &&
           pthread_create(&thread[n], NULL, crew_member, &crew) == 0)
        n++;
    (void)crew_member(&crew);
    while (n > 0)
        (void)pthread_join(thread[--n], NULL);
    if (atomic_load(&crew.failed))
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to make an index");
    return AKIN_OK;
}

/* --- centres and scale --- */

/* A list costs a scan what a row of it does, so a few rows a list would be
 * best; training is what limits their number. */
static size_t
choose_lists(size_t n_rows)
{
    size_t lists = (size_t)(4.0 * sqrt((double)n_rows));

    if (lists > n_rows / PER_LIST)
        lists = n_rows / PER_LIST;
    if (lists > AKIN__IVF_LISTS_MAX)
        lists = AKIN__IVF_LISTS_MAX;
    return lists < 1 ? 1 : lists;
}

static void
take_scale(struct build *b)
{
    float *low = b->low_step, *step = b->low_step + b->dim;

    for (size_t d = 0; d < b->dim; d++) {
        float high = low[d] = b->sample[d];

        for (size_t i = 1; i < b->n_train; i++) {
            float value = b->sample[i * b->dim + d];

            low[d] = value < low[d] ? value : low[d];
            high = value > high ? value : high;
        }
        step[d] = (high - low[d]) / 255.0f;
    }
    b->scale = (struct akin__scale){
        .dim = b->dim, .words = (b->dim + 3) / 4, .low = low, .step = step};
}

static enum akin_status
train(struct build *b, struct akin_error *err)
{
    size_t block = (b->dim + 3) / 4 * 4 * AKIN__BLOCK;
    enum akin_status st;
    uint8_t code[AKIN_VINDEX_DIM_MAX];

    for (size_t i = 0; i < b->n_train; i++) {
        size_t row =
            (size_t)((double)i * (double)b->n_rows / (double)b->n_train);

        memcpy(b->sample + i * b->dim, b->vectors + row * b->dim,
               b->dim * sizeof(float));
    }
    take_scale(b);
    st = akin__train(b->sample, b->n_train, b->dim, b->n_lists, b->threads,
                     b->centres, err);
    for (size_t i = 0; st == AKIN_OK && i < b->n_lists; i++) {
        b->centre_fix[i] =
            akin__encode(&b->scale, b->centres + i * b->dim, code);
        akin__block_put(b->centre_codes + i / AKIN__BLOCK * block,
                        b->scale.words, i % AKIN__BLOCK, code);
    }
    return st;
}

/* --- lists and places --- */

static void
assign_row(struct build *b, size_t row, const struct akin__coded *query,
           const int32_t *scores)
{
    size_t list = akin__scan_best(scores, b->n_lists);
    float near = akin__score_sim(query, scores[list]);

    b->list_of[row] = (uint16_t)list;
    near = near > 1 ? 1 : near < -1 ? -1 : near;
    (void)atomic_fetch_add_explicit(
        &b->near[list], (long long)(near * NEAR_UNIT), memory_order_relaxed);
}

static void
assign_slice(struct build *b, size_t first, size_t end, void *scratch)
{
    size_t n_blocks = (b->n_lists + AKIN__BLOCK - 1) / AKIN__BLOCK;
    size_t bytes = b->scale.words * 4;
    int32_t *scores = scratch;
    int8_t code[AKIN__SCAN_QUERIES * AKIN_VINDEX_DIM_MAX];
    struct akin__coded queries[AKIN__SCAN_QUERIES];

    for (size_t row = first; row < end; row += AKIN__SCAN_QUERIES) {
        size_t n =
            end - row < AKIN__SCAN_QUERIES ? end - row : AKIN__SCAN_QUERIES;

        for (size_t i = 0; i < n; i++)
            queries[i] = akin__encode_query(
                &b->scale, b->vectors + (row + i) * b->dim, code + i * bytes);
        akin__scan(b->centre_codes, b->centre_fix, n_blocks, b->scale.words,
                   queries, n, scores);
        for (size_t i = 0; i < n; i++)
            assign_row(b, row + i, &queries[i],
                       scores + i * n_blocks * AKIN__BLOCK);
    }
}

/* Counting sort: sizes, then where each list starts, then each row's place. */
static void
place_rows(struct build *b)
{
    uint64_t n_blocks = 0;

    for (size_t row = 0; row < b->n_rows; row++)
        b->start[b->list_of[row] + 1]++;
    for (size_t i = 0; i < b->n_lists; i++) {
        b->first_block[i] = (uint32_t)n_blocks;
        n_blocks += (b->start[i + 1] + AKIN__BLOCK - 1) / AKIN__BLOCK;
        b->start[i + 1] += b->start[i];
    }
    b->first_block[b->n_lists] = (uint32_t)n_blocks;
    for (size_t row = 0; row < b->n_rows; row++) {
        size_t list = b->list_of[row];

        /* start[] serves as the cursor and is put back below */
        b->place[row] = (uint32_t)b->start[list]++;
    }
    for (size_t i = b->n_lists; i > 0; i--)
        b->start[i] = b->start[i - 1];
    b->start[0] = 0;
}

/* --- the file --- */

static void
put_span(struct build *b, size_t row, size_t list)
{
    uint64_t *spans = (uint64_t *)(void *)(b->file + b->lay.spans);
    size_t words = (b->n_lists + 63) / 64;

    spans[row / AKIN__SPAN_ROWS * words + (list >> 6)] |= UINT64_C(1)
                                                          << (list & 63);
}

/* The cosine and the sine of the angle that rows have to a list's centre, the
 * mean of the cosines being taken for all of them. */
static void
write_reach(struct build *b)
{
    float *cosine = (float *)(void *)(b->file + b->lay.reach);

    for (size_t i = 0; i < b->n_lists; i++) {
        double n = (double)(b->start[i + 1] - b->start[i]);
        double sum = (double)atomic_load(&b->near[i]) / (double)NEAR_UNIT;
        double mean = n > 0 ? sum / n : 1;

        mean = mean < 0 ? 0 : mean;
        cosine[i] = (float)mean;
        cosine[b->n_lists + i] = (float)sqrt(1 - mean * mean);
    }
}

static void
write_slice(struct build *b, size_t first, size_t end, void *scratch)
{
    size_t block_bytes = b->scale.words * 4 * AKIN__BLOCK;
    uint32_t *ids = (uint32_t *)(void *)(b->file + b->lay.ids);
    int16_t *fix = (int16_t *)(void *)(b->file + b->lay.fix);
    int16_t *row_fix = (int16_t *)(void *)(b->file + b->lay.row_fix);
    uint8_t *code = scratch;

    for (size_t row = first; row < end; row++) {
        size_t list = b->list_of[row];
        size_t nth = (size_t)(b->place[row] - b->start[list]);
        size_t block = b->first_block[list] + nth / AKIN__BLOCK;

        row_fix[row] = akin__encode(&b->scale, b->vectors + row * b->dim, code);
        akin__block_put(b->file + b->lay.row_codes +
                            row / AKIN__BLOCK * block_bytes,
                        b->scale.words, row % AKIN__BLOCK, code);
        put_span(b, row, list);
        fix[block * AKIN__BLOCK + nth % AKIN__BLOCK] = row_fix[row];
        akin__block_put(b->file + b->lay.codes + block * block_bytes,
                        b->scale.words, nth % AKIN__BLOCK, code);
        ids[block * AKIN__BLOCK + nth % AKIN__BLOCK] = (uint32_t)row;
    }
}

static enum akin_status
write_all(struct build *b, struct akin_error *err)
{
    size_t n_blocks = b->first_block[b->n_lists];
    size_t centre_blocks = (b->n_lists + AKIN__BLOCK - 1) / AKIN__BLOCK;
    enum akin_status st;

    memcpy(b->file + b->lay.scale, b->low_step, 2 * b->dim * sizeof(float));
    memcpy(b->file + b->lay.centres, b->centre_codes,
           centre_blocks * AKIN__BLOCK * b->scale.words * 4);
    memcpy(b->file + b->lay.centre_fix, b->centre_fix,
           centre_blocks * AKIN__BLOCK * sizeof(*b->centre_fix));
    memcpy(b->file + b->lay.starts, b->start,
           (b->n_lists + 1) * sizeof(*b->start));
    memcpy(b->file + b->lay.blocks, b->first_block,
           (b->n_lists + 1) * sizeof(*b->first_block));
    memset(b->file + b->lay.ids, 0xff,
           n_blocks * AKIN__BLOCK * sizeof(uint32_t));
    write_reach(b);
    st = over_slices(b, write_slice, AKIN_VINDEX_DIM_MAX, err);
    akin__ivf_seal(b->file, b->n_rows, b->dim, b->n_lists, n_blocks);
    return st;
}

static enum akin_status
fail_write(const char *path, int why, struct akin_error *err)
{
    return AKIN_FAIL(err, AKIN_EIO, "cannot write %s: %s", path, strerror(why));
}

/* Space is taken before the file is mapped: running out of it while writing
 * through a map would be a signal. */
static enum akin_status
write_file(struct build *b, const char *path, struct akin_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), rc;
    enum akin_status st = AKIN_OK;

    if (fd < 0)
        return fail_write(path, errno, err);
    akin__ivf_layout(b->n_rows, b->dim, b->n_lists, b->first_block[b->n_lists],
                     &b->lay);
    rc = posix_fallocate(fd, 0, (off_t)b->lay.bytes);
    if (rc == 0) {
        void *map = mmap(NULL, (size_t)b->lay.bytes, PROT_READ | PROT_WRITE,
                         MAP_SHARED, fd, 0);

        rc = map == MAP_FAILED ? errno : 0;
        b->file = rc == 0 ? map : NULL;
    }
    if (rc == 0) {
        st = write_all(b, err);
        (void)munmap(b->file, (size_t)b->lay.bytes);
        if (fsync(fd) != 0)
            rc = errno;
    }
    if (close(fd) != 0 && rc == 0)
        rc = errno;
    return rc != 0 && st == AKIN_OK ? fail_write(path, rc, err) : st;
}

/* --- all of it --- */

static enum akin_status
build_alloc(struct build *b, struct akin_error *err)
{
    size_t centre_blocks = (b->n_lists + AKIN__BLOCK - 1) / AKIN__BLOCK;

    b->sample = calloc(b->n_train, b->dim * sizeof(float));
    b->centres = calloc(b->n_lists, b->dim * sizeof(float));
    b->low_step = calloc(2 * b->dim, sizeof(float));
    b->centre_codes =
        calloc(centre_blocks, AKIN__BLOCK * ((b->dim + 3) / 4) * 4);
    b->centre_fix = calloc(centre_blocks * AKIN__BLOCK, sizeof(int16_t));
    b->list_of = calloc(b->n_rows, sizeof(*b->list_of));
    b->near = calloc(b->n_lists, sizeof(*b->near));
    b->place = calloc(b->n_rows, sizeof(*b->place));
    b->start = calloc(b->n_lists + 1, sizeof(*b->start));
    b->first_block = calloc(b->n_lists + 1, sizeof(*b->first_block));
    if (b->sample == NULL || b->centres == NULL || b->low_step == NULL ||
        b->centre_codes == NULL || b->centre_fix == NULL ||
        b->list_of == NULL || b->near == NULL || b->place == NULL ||
        b->start == NULL || b->first_block == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for an index of %zu rows",
                         b->n_rows);
    return AKIN_OK;
}

static void
build_free(struct build *b)
{
    free(b->sample);
    free(b->centres);
    free(b->low_step);
    free(b->centre_codes);
    free(b->centre_fix);
    free(b->list_of);
    free((void *)b->near);
    free(b->place);
    free(b->start);
    free(b->first_block);
}

enum akin_status
akin_vindex_build(const float *vectors, size_t n_rows, size_t dim,
                  const struct akin_vindex_build_options *opt, const char *path,
                  struct akin_error *err)
{
    struct build b = {.vectors = vectors, .n_rows = n_rows, .dim = dim};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t scores;
    enum akin_status st;

    b.n_lists = opt->n_lists > 0 ? opt->n_lists : choose_lists(n_rows);
    b.n_train = opt->train_rows;
    if (opt->n_lists == 0 && b.n_train > 0 && b.n_train < b.n_lists * PER_LIST)
        b.n_train = b.n_lists * PER_LIST;
    b.n_train = b.n_train < n_rows ? b.n_train : n_rows;
    b.threads = opt->threads > 0 ? opt->threads : (int)processors;
    if (dim < 1 || dim > AKIN_VINDEX_DIM_MAX || b.n_lists > b.n_train ||
        b.n_lists > AKIN__IVF_LISTS_MAX || n_rows > AKIN__IVF_ROWS_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "an index of %zu lists needs at least as many "
                         "rows to train on (%zu) and 1..%zu dimensions (%zu)",
                         b.n_lists, b.n_train, AKIN_VINDEX_DIM_MAX, dim);
    scores = (b.n_lists + AKIN__BLOCK) * AKIN__SCAN_QUERIES * sizeof(int32_t);
    st = build_alloc(&b, err);
    if (st == AKIN_OK)
        st = train(&b, err);
    if (st == AKIN_OK)
        st = over_slices(&b, assign_slice, scores, err);
    if (st == AKIN_OK) {
        place_rows(&b);
        st = write_file(&b, path, err);
    }
    build_free(&b);
    return st;
}
