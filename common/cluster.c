/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster.c - spherical k-means, in one stage or two.
 */
#include "akin/cluster.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "akin/hash.h"
#include "akin/parallel.h"
#include "akin/vindex.h"

#include "cluster_internal.h"

#define ONE_STAGE ((size_t)128) /* clusters that are made at once */
#define COARSE_SAMPLE                                                          \
    ((size_t)128) /* vectors a coarse cluster to learn from                    \
                   */

/* --- one stage --- */

struct lloyd {
    const struct akin_vectors *in;
    size_t k, rounds, threads;
    uint64_t seed;
    float *centres;     /* out, k x dim */
    uint32_t *cluster;  /* out, n */
    double *sum;        /* k x dim */
    float *similarity;  /* n */
    uint32_t *previous; /* n; also the order that centres are drawn in */
    uint32_t *size;     /* k */
};

/* k different vectors: the head of a shuffle (Durstenfeld, CACM 1964,
 * algorithm 235). */
static void
draw_centres(struct lloyd *w)
{
    size_t n = w->in->n, dim = w->in->dim;

    assert(w->k <= n); /* so n - i below is not 0 */
    for (size_t i = 0; i < n; i++)
        w->previous[i] = (uint32_t)i;
    for (size_t i = 0; i < w->k && i < n; i++) {
        size_t j = i + (size_t)(akin_hash_mix(w->seed, i) % (n - i));
        uint32_t drawn = w->previous[j];

        w->previous[j] = w->previous[i];
        w->previous[i] = drawn;
        memcpy(w->centres + i * dim, akin__vectors_at(w->in, drawn),
               dim * sizeof(float));
    }
    memset(w->previous, 0xff, n * sizeof(*w->previous));
}

/* Gives an empty cluster the vector that its own centre fits worst. */
static void
fill_empty(struct lloyd *w, size_t c)
{
    size_t worst = 0, dim = w->in->dim;

    for (size_t i = 1; i < w->in->n; i++)
        if (w->similarity[i] < w->similarity[worst])
            worst = i;
    w->similarity[worst] = INFINITY; /* the next one takes another */
    memcpy(w->centres + c * dim, akin__vectors_at(w->in, worst),
           dim * sizeof(float));
}

static void
average(struct lloyd *w)
{
    size_t dim = w->in->dim;

    memset(w->sum, 0, w->k * dim * sizeof(*w->sum));
    memset(w->size, 0, w->k * sizeof(*w->size));
    for (size_t i = 0; i < w->in->n; i++) {
        const float *v = akin__vectors_at(w->in, i);
        double *sum = w->sum + w->cluster[i] * dim;

        w->size[w->cluster[i]]++;
        for (size_t d = 0; d < dim; d++)
            sum[d] += (double)v[d];
    }
    for (size_t c = 0; c < w->k; c++) {
        const double *sum = w->sum + c * dim;
        double norm = 0;

        for (size_t d = 0; d < dim; d++)
            norm += sum[d] * sum[d];
        norm = sqrt(norm);
        if (w->size[c] == 0)
            fill_empty(w, c);
        for (size_t d = 0; w->size[c] > 0 && norm > 1e-9 && d < dim; d++)
            w->centres[c * dim + d] = (float)(sum[d] / norm);
    }
}

static enum akin_status
run_rounds(struct lloyd *w, struct akin_error *err)
{
    size_t bytes = w->in->n * sizeof(*w->cluster);
    enum akin_status st = AKIN_OK;

    draw_centres(w);
    for (size_t round = 0;; round++) {
        st = akin_cluster_assign(w->in, w->centres, w->k, w->threads,
                                 w->cluster, w->similarity, err);
        if (st != AKIN_OK || round == w->rounds ||
            memcmp(w->previous, w->cluster, bytes) == 0)
            return st;
        memcpy(w->previous, w->cluster, bytes);
        average(w);
    }
}

/* k-means of all vectors with all threads, or of one cell with one. */
static enum akin_status
lloyd(const struct akin_vectors *in, const struct akin_cluster_options *options,
      float *centres, uint32_t *cluster, struct akin_error *err)
{
    size_t k = options->n_clusters;
    struct lloyd w = {.in = in,
                      .k = k,
                      .rounds = options->rounds,
                      .threads = options->threads,
                      .seed = options->seed,
                      .centres = centres,
                      .cluster = cluster};
    enum akin_status st;

    assert(k >= 1 && k <= in->n && in->n < UINT32_MAX);
    assert(in->dim >= 1 && in->dim <= AKIN_VINDEX_DIM_MAX);
    /* Neither is 0, as asserted; the analyser loses it on the way here.
     * NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI) */
    w.sum = calloc(k, in->dim * sizeof(*w.sum));
    w.size = calloc(k, sizeof(*w.size));
    w.similarity = calloc(in->n, sizeof(*w.similarity));
    w.previous = calloc(in->n, sizeof(*w.previous));
    if (w.sum == NULL || w.size == NULL || w.similarity == NULL ||
        w.previous == NULL)
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to cluster %zu vectors",
                       in->n);
    else
        st = run_rounds(&w, err);
    free(w.sum);
    free(w.size);
    free(w.similarity);
    free(w.previous);
    return st;
}

/* --- two stages --- */

struct split {
    const struct akin_vectors *in;
    const struct akin_cluster_options *options;
    size_t n_cells;
    float *coarse;    /* n_cells x dim */
    uint32_t *member; /* n: positions in `in`, by cell */
    size_t *start;    /* n_cells + 1 */
    size_t *share;    /* n_cells: clusters of each */
    size_t *offset;   /* n_cells: the first of them */
    float *centres;
    uint32_t *cluster;
    atomic_int failed;
};

/* A few vectors of each coarse cluster are enough to learn them. */
static enum akin_status
learn_coarse(struct split *s, struct akin_error *err)
{
    struct akin_cluster_options options = *s->options;
    size_t n = COARSE_SAMPLE * s->n_cells;
    struct akin_vectors some = *s->in;
    uint64_t *row;
    uint32_t *unused;
    enum akin_status st;

    options.n_clusters = s->n_cells;
    if (n >= s->in->n)
        return lloyd(s->in, &options, s->coarse, s->cluster, err);
    row = akin_new(n, sizeof(*row));
    unused = akin_new(n, sizeof(*unused));
    for (size_t i = 0; i < n; i++) {
        size_t at = i * s->in->n / n;

        row[i] = s->in->row == NULL ? at : s->in->row[at];
    }
    some.row = row;
    some.n = n;
    st = lloyd(&some, &options, s->coarse, unused, err);
    free(row);
    free(unused);
    if (st == AKIN_OK)
        st = akin_cluster_assign(s->in, s->coarse, s->n_cells,
                                 s->options->threads, s->cluster, NULL, err);
    return st;
}

static void
sort_members(struct split *s)
{
    size_t n = s->in->n;

    for (size_t i = 0; i < n; i++)
        s->start[s->cluster[i] + 1]++;
    for (size_t c = 0; c < s->n_cells; c++)
        s->start[c + 1] += s->start[c];
    for (size_t i = 0; i < n; i++)
        s->member[s->start[s->cluster[i]]++] = (uint32_t)i;
    memmove(s->start + 1, s->start, s->n_cells * sizeof(*s->start));
    s->start[0] = 0;
}

/* Clusters for each cell by its size: at least one for one that has vectors, at
 * most as many as it has. What rounding leaves over goes, one by one, to the
 * cell with the fullest clusters, or is taken from that with the emptiest. */
static void
share_clusters(struct split *s)
{
    size_t k = s->options->n_clusters, n = s->in->n, sum = 0;

    for (size_t c = 0; c < s->n_cells; c++) {
        size_t size = s->start[c + 1] - s->start[c];
        size_t share = (size_t)((uint64_t)size * k / n);

        s->share[c] = share == 0 && size > 0 ? 1 : share;
        sum += s->share[c];
    }
    while (sum != k) {
        bool grow = sum < k;
        double best_fill = 0;
        size_t best = SIZE_MAX;

        for (size_t c = 0; c < s->n_cells; c++) {
            size_t size = s->start[c + 1] - s->start[c];
            double fill = (double)size / (double)(s->share[c] + (grow ? 1 : 0));

            if (grow ? s->share[c] >= size : s->share[c] <= 1)
                continue;
            if (best == SIZE_MAX ||
                (grow ? fill > best_fill : fill < best_fill)) {
                best = c;
                best_fill = fill;
            }
        }
        assert(best != SIZE_MAX);
        s->share[best] += grow ? 1 : (size_t)-1;
        sum += grow ? 1 : (size_t)-1;
    }
    for (size_t c = 1; c < s->n_cells; c++)
        s->offset[c] = s->offset[c - 1] + s->share[c - 1];
}

static enum akin_status
split_cell(struct split *s, size_t cell)
{
    size_t n = s->start[cell + 1] - s->start[cell];
    const uint32_t *member = s->member + s->start[cell];
    struct akin_cluster_options options = {
        .n_clusters = s->share[cell],
        .rounds = s->options->rounds,
        .threads = 1,
        .seed = akin_hash_mix(s->options->seed, cell + 1)};
    uint64_t *row = calloc(n, sizeof(*row));
    uint32_t *local = calloc(n, sizeof(*local));
    struct akin_vectors in = {s->in->vectors, s->in->dim, row, n};
    enum akin_status st = row == NULL || local == NULL ? AKIN_ENOMEM : AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < n; i++)
        row[i] = s->in->row == NULL ? member[i] : s->in->row[member[i]];
    if (st == AKIN_OK)
        st = lloyd(&in, &options, s->centres + s->offset[cell] * in.dim, local,
                   NULL);
    for (size_t i = 0; st == AKIN_OK && i < n; i++)
        s->cluster[member[i]] = (uint32_t)(s->offset[cell] + local[i]);
    free(row);
    free(local);
    return st;
}

static void
split_slice(void *ctx, size_t worker, size_t begin, size_t end)
{
    struct split *s = ctx;

    (void)worker;
    for (size_t cell = begin; cell < end; cell++)
        if (s->start[cell + 1] > s->start[cell] &&
            split_cell(s, cell) != AKIN_OK)
            atomic_store(&s->failed, 1);
}

static enum akin_status
two_stages(struct split *s, struct akin_error *err)
{
    enum akin_status st = learn_coarse(s, err);

    if (st != AKIN_OK)
        return st;
    sort_members(s);
    share_clusters(s);
    akin_parallel_for(s->n_cells, 1, s->options->threads, split_slice, s);
    if (atomic_load(&s->failed) != 0)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to cluster %zu vectors",
                         s->in->n);
    return AKIN_OK;
}

enum akin_status
akin_cluster(const struct akin_vectors *in,
             const struct akin_cluster_options *options, float *centres,
             uint32_t *cluster, struct akin_error *err)
{
    struct split s = {
        .in = in, .options = options, .centres = centres, .cluster = cluster};
    enum akin_status st;

    assert(options->n_clusters >= 1 && options->n_clusters <= in->n);
    if (options->n_clusters <= ONE_STAGE)
        return lloyd(in, options, centres, cluster, err);
    s.n_cells = (size_t)ceil(sqrt((double)options->n_clusters));
    s.coarse = calloc(s.n_cells * in->dim, sizeof(*s.coarse));
    s.member = calloc(in->n, sizeof(*s.member));
    s.start = calloc(s.n_cells + 1, sizeof(*s.start));
    s.share = calloc(s.n_cells, sizeof(*s.share));
    s.offset = calloc(s.n_cells, sizeof(*s.offset));
    if (s.coarse == NULL || s.member == NULL || s.start == NULL ||
        s.share == NULL || s.offset == NULL)
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to cluster %zu vectors",
                       in->n);
    else
        st = two_stages(&s, err);
    free(s.coarse);
    free(s.member);
    free(s.start);
    free(s.share);
    free(s.offset);
    return st;
}
