/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_search.c - searching many tiles behind filters of any width: what is
 * found of what there is, and how long it takes beside an exact scan. Searches
 * run in one thread, and their processor time is what is printed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "akin/hash.h"
#include "akin/vindex.h"
#include "bench.h"
#include "bench_faiss.h"
#include "bench_lists.h"
#include "bench_synthetic.h"

#define SEED BENCH_SEED
#define K ((size_t)10)
#define IMAGES ((size_t)64)
#define TILES_OF_IMAGE ((size_t)4) /* asked alone */
#define N_EXACT ((size_t)20)       /* exact scans that are timed */
#define N_FETCH ((size_t)128)      /* as query.probe_tiles */
#define SURE ((size_t)64)          /* as the daemon makes sure of */

struct bench {
    struct bench_synthetic data;
    struct bench_lists lists;
    size_t n_images, n_tiles; /* asked */
    const char *way;          /* always this; NULL: as planned */
    size_t n_question;        /* tiles of an image that are asked */
    const float *rows;
    struct akin_vindex *vx;
    struct akin_vindex_model model;
    float *images; /* n_images x BENCH_IMAGE_TILES rows */
    float *tiles;  /* n_tiles rows: some of them */
    /* behind one filter */
    bool in_runs;
    uint8_t *allowed, *skip; /* one bit a row, and its opposite */
    uint8_t *want;           /* one byte a dataset */
    float *last;             /* n_tiles: similarity of the K-th true row */
    size_t n_true;
    size_t n_wanted; /* datasets */
};

/* --- the filter --- */

static void
set_group(struct bench *b, size_t group)
{
    b->want[group] = 1;
    for (uint64_t r = b->data.group_start[group];
         r < b->data.group_start[group + 1]; r++)
        b->allowed[r >> 3] |= (uint8_t)(1u << (r & 7));
}

/* Whole datasets, as they come by hash, until there are enough rows (at least
 * one dataset: the narrowest filters are as wide as a dataset is large). */
static void
let_datasets_through(struct bench *b, double width)
{
    uint64_t passing = 0, n = b->data.n_groups;

    for (uint64_t i = 0; i < n; i++) {
        size_t group = (size_t)((i * 4649 + 11) % n);
        uint64_t rows =
            b->data.group_start[group + 1] - b->data.group_start[group];

        if (rows == 0 || (double)(passing + rows) >
                             1.2 * width * (double)b->data.n_rows + 64)
            continue;
        set_group(b, group);
        passing += rows;
        if ((double)passing >= width * (double)b->data.n_rows)
            break;
    }
}

static void
let_through(struct bench *b, double width, bool in_runs)
{
    size_t bytes = b->data.n_rows / 8 + 8;

    b->in_runs = in_runs;
    memset(b->allowed, 0, bytes);
    memset(b->want, in_runs ? 0 : 1, b->data.n_groups);
    if (in_runs)
        let_datasets_through(b, width);
    else
        for (uint64_t r = 0; r < b->data.n_rows; r++)
            if (width >= 1 ||
                (double)(akin_hash_mix(r, 77) >> 11) < width * 0x1p53)
                b->allowed[r >> 3] |= (uint8_t)(1u << (r & 7));
    for (size_t i = 0; i < bytes; i++)
        b->skip[i] = (uint8_t)~b->allowed[i];
    b->n_wanted = 0;
    for (size_t g = 0; g < b->data.n_groups; g++)
        b->n_wanted += b->want[g] != 0;
}

/* --- tiles --- */

static void
find_truth(struct bench *b)
{
    uint64_t *rows = akin_new(b->n_tiles * K, sizeof(*rows));
    float *sims = akin_new(b->n_tiles * K, sizeof(*sims));

    akin_vindex_exact(b->rows, b->data.n_rows, BENCH_DIM, b->tiles, b->n_tiles,
                      K, b->allowed, rows, sims);
    b->n_true = 0;
    for (size_t q = 0; q < b->n_tiles; q++) {
        b->last[q] = INFINITY;
        for (size_t i = 0; i < K && rows[q * K + i] != UINT64_MAX; i++) {
            b->last[q] = sims[q * K + i];
            b->n_true++;
        }
    }
    free(rows);
    free(sims);
}

static void
time_exact(const struct bench *b, const uint8_t *allowed,
           struct bench_samples *us)
{
    uint64_t rows[K];
    float sims[K];

    for (size_t q = 0; q < N_EXACT; q++) {
        uint64_t start = bench_cpu_ns();

        akin_vindex_exact(b->rows, b->data.n_rows, BENCH_DIM,
                          b->tiles + q * BENCH_DIM, 1, K, allowed, rows, sims);
        bench_add(us, (double)(bench_cpu_ns() - start) / 1e3);
    }
}

static const char *const way_names[] = {"exact", "scan", "probe"};

static void
make_plan(const struct bench *b, const struct akin_vindex_filter *filter,
          size_t n_queries, struct akin_vindex_plan *plan)
{
    akin_vindex_plan(&b->model, b->data.n_rows, filter, n_queries, plan);
    for (size_t i = 0; b->way != NULL && i < AKIN_COUNT(way_names); i++)
        if (strcmp(b->way, way_names[i]) == 0)
            plan->way = (enum akin_vindex_way)i;
}

/* One tile as a request alone: the filter is looked at, a plan made, and the
 * search done. */
static enum akin_status
search_tile(const struct bench *b, const float *tile, const uint8_t *allowed,
            uint64_t *rows, float *sims, struct akin_vindex_plan *plan,
            struct akin_error *err)
{
    struct akin_vindex_filter filter = {.n_rows = b->data.n_rows, .n_runs = 1};

    if (allowed != NULL)
        filter = akin_vindex_look(allowed, b->data.n_rows);
    make_plan(b, &filter, 1, plan);
    if (plan->way == AKIN_VINDEX_PROBE)
        return akin_vindex_search(b->vx, b->rows, tile, 1, K, b->model.effort,
                                  allowed, &filter, rows, sims, err);
    if (plan->way == AKIN_VINDEX_SCAN)
        return akin_vindex_scan(b->vx, b->rows, tile, 1, K, allowed, rows, sims,
                                err);
    akin_vindex_exact(b->rows, b->data.n_rows, BENCH_DIM, tile, 1, K, allowed,
                      rows, sims);
    return AKIN_OK;
}

static enum akin_status
search_tiles(const struct bench *b, const uint8_t *allowed,
             struct bench_samples *us, double *recall,
             struct akin_vindex_plan *plan, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    uint64_t rows[K];
    float sims[K];
    size_t hits = 0;

    for (size_t q = 0; st == AKIN_OK && q < b->n_tiles; q++) {
        uint64_t start = bench_cpu_ns();

        st = search_tile(b, b->tiles + q * BENCH_DIM, allowed, rows, sims, plan,
                         err);
        bench_add(us, (double)(bench_cpu_ns() - start) / 1e3);
        for (size_t i = 0; st == AKIN_OK && i < K; i++)
            hits += rows[i] != UINT64_MAX && sims[i] >= b->last[q];
    }
    *recall = b->n_true == 0 ? 1 : (double)hits / (double)b->n_true;
    return st;
}

/* --- datasets --- */

/* The K datasets with the highest sums; gives how many there are. */
static size_t
best_datasets(const struct bench *b, const float *sim, size_t *out)
{
    size_t n = 0, n_groups = b->data.n_groups;
    double sum[K];

    for (size_t g = 0; g < n_groups; g++) {
        double here = 0;
        size_t at;

        for (size_t q = 0; q < b->n_question; q++)
            here += (double)sim[q * n_groups + g];
        if (!isfinite(here) || (n == K && here <= sum[K - 1]))
            continue;
        for (at = n < K ? n++ : K - 1; at > 0 && sum[at - 1] < here; at--) {
            sum[at] = sum[at - 1];
            out[at] = out[at - 1];
        }
        sum[at] = here;
        out[at] = g;
    }
    return n;
}

static enum akin_status
rank(const struct bench *b, const float *image, bool is_exact, bool is_wide,
     float *sim, uint64_t *row, struct akin_vindex_plan *plan,
     struct akin_error *err)
{
    struct akin_vindex_filter filter = {.n_rows = b->data.n_rows, .n_runs = 1};
    struct akin_vindex_grouping how = {
        .effort = b->model.effort, .n_fetch = N_FETCH, .sure = SURE};
    const uint8_t *skip = is_wide || b->in_runs ? NULL : b->skip;

    if (!is_exact) {
        if (!is_wide)
            filter = akin_vindex_look(b->allowed, b->data.n_rows);
        filter.n_groups = b->n_wanted;
        filter.sure = SURE;
        make_plan(b, &filter, b->n_question, plan);
        how.way = plan->way;
    }
    if (how.way != AKIN_VINDEX_EXACT)
        return akin_vindex_search_groups(
            b->vx, b->rows, b->data.group_start, b->data.n_groups, image,
            b->n_question, skip, b->want, &how, sim, row, NULL, err);
    akin_vindex_best_in_groups(b->rows, BENCH_DIM, b->data.group_start,
                               b->data.n_groups, image, b->n_question, skip,
                               b->want, sim, row);
    return AKIN_OK;
}

static enum akin_status
rank_images(const struct bench *b, bool is_wide, struct bench_samples *ms,
            struct bench_samples *exact_ms, double *agreement,
            struct akin_vindex_plan *plan, struct akin_error *err)
{
    size_t n = b->n_question * b->data.n_groups, same = 0, all = 0;
    float *sim = akin_new(n, sizeof(*sim));
    uint64_t *row = akin_new(n, sizeof(*row));
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < b->n_images; i++) {
        const float *image = b->images + i * BENCH_IMAGE_TILES * BENCH_DIM;
        size_t is[K], should[K], n_is, n_should;
        uint64_t start = bench_cpu_ns();

        st = rank(b, image, true, is_wide, sim, row, NULL, err);
        bench_add(exact_ms, (double)(bench_cpu_ns() - start) / 1e6);
        n_should = best_datasets(b, sim, should);
        start = bench_cpu_ns();
        if (st == AKIN_OK)
            st = rank(b, image, false, is_wide, sim, row, plan, err);
        bench_add(ms, (double)(bench_cpu_ns() - start) / 1e6);
        n_is = best_datasets(b, sim, is);
        all += n_should;
        for (size_t j = 0; j < n_is; j++)
            for (size_t k = 0; k < n_should; k++)
                same += is[j] == should[k];
    }
    *agreement = all == 0 ? 1 : (double)same / (double)all;
    free(sim);
    free(row);
    return st;
}

/* --- one width --- */

struct figures {
    struct bench_samples us, exact_us, ms, exact_ms;
    double recall, agreement;
    struct akin_vindex_plan plan, image_plan;
};

static void
print(double width, bool in_runs, struct figures *f, double unfiltered_us)
{
    double us = bench_quantile(&f->us, 0.5);

    (void)printf(
        "%g\t%s\t%s\t%.0f\t%.4f\t%.0f\t%.0f\t%.2f\t%.1f\t%s\t%.4f\t"
        "%.2f\t%.2f\t%.1f\n",
        width * 100,
        width >= 1 ? "none"
        : in_runs  ? "datasets"
                   : "scattered",
        way_names[f->plan.way],
        f->plan.way == AKIN_VINDEX_PROBE ? f->plan.n_probe : 0, f->recall, us,
        bench_quantile(&f->us, 0.99),
        unfiltered_us > 0 ? us / unfiltered_us : 1,
        bench_quantile(&f->exact_us, 0.5) / us, way_names[f->image_plan.way],
        f->agreement, bench_quantile(&f->ms, 0.5), bench_quantile(&f->ms, 0.99),
        bench_quantile(&f->exact_ms, 0.5) / bench_quantile(&f->ms, 0.5));
    (void)fflush(stdout);
}

static enum akin_status
one_width(struct bench *b, double width, bool in_runs, double *unfiltered_us,
          struct akin_error *err)
{
    const bool is_wide = width >= 1;
    struct figures f = {0};
    enum akin_status st;

    let_through(b, width, in_runs);
    find_truth(b);
    time_exact(b, is_wide ? NULL : b->allowed, &f.exact_us);
    st = search_tiles(b, is_wide ? NULL : b->allowed, &f.us, &f.recall, &f.plan,
                      err);
    if (st == AKIN_OK)
        st = rank_images(b, is_wide, &f.ms, &f.exact_ms, &f.agreement,
                         &f.image_plan, err);
    if (st == AKIN_OK)
        print(width, in_runs, &f, *unfiltered_us);
    if (is_wide)
        *unfiltered_us = bench_quantile(&f.us, 0.5);
    bench_samples_free(&f.us);
    bench_samples_free(&f.exact_us);
    bench_samples_free(&f.ms);
    bench_samples_free(&f.exact_ms);
    return st;
}

static enum akin_status
all_widths(struct bench *b, const char *only, struct akin_error *err)
{
    static const double widths[] = {1, 0.5, 0.1, 0.01, 0.001, 0.0001};
    double unfiltered_us = 0, wanted = only != NULL ? strtod(only, NULL) : 0;
    enum akin_status st = AKIN_OK;

    (void)printf(
        "filter %%\tkind\tplan\tprobes\trecall@10\tp50 us\tp99 us\t"
        "x unfiltered\texact / it\timages\tagreement@10\timage p50 ms\t"
        "image p99 ms\texact / it\n");
    for (size_t i = 0; st == AKIN_OK && i < 2 * AKIN_COUNT(widths); i++) {
        double width = widths[i / 2];

        if ((i == 1) ||
            (only != NULL && i > 0 && fabs(width * 100 - wanted) > 1e-9))
            continue;
        st = one_width(b, width, i % 2 == 1, &unfiltered_us, err);
    }
    return st;
}

/* --- beside FAISS --- */

static bool
faiss_at(const struct bench *b, const struct bench_faiss *faiss, size_t n_probe,
         double *recall, struct bench_samples *us)
{
    int64_t rows[4 * K];
    float sims[4 * K];
    size_t hits = 0;

    for (size_t q = 0; q < b->n_tiles; q++) {
        uint64_t start = bench_cpu_ns();
        size_t n = 0;

        if (!bench_faiss_search(faiss, b->tiles + q * BENCH_DIM, K, n_probe,
                                rows, sims))
            return false;
        bench_add(us, (double)(bench_cpu_ns() - start) / 1e3);
        for (size_t i = 0; i < K; i++) {
            const float *row = b->rows + (size_t)rows[i] * BENCH_DIM;
            float sim = 0;

            for (size_t d = 0; rows[i] >= 0 && d < BENCH_DIM; d++)
                sim += row[d] * b->tiles[q * BENCH_DIM + d];
            n += rows[i] >= 0 && sim >= b->last[q] - 1e-6f;
        }
        hits += n;
    }
    *recall = (double)hits / (double)b->n_true;
    return true;
}

static void
beside_faiss(struct bench *b)
{
    size_t lists = akin_vindex_lists(b->vx), n_train = lists * 39;
    double seconds = 0, recall = 0;
    struct bench_faiss *faiss;

    n_train = n_train < b->data.n_rows ? n_train : b->data.n_rows;
    faiss = bench_faiss_build(b->rows, b->data.n_rows, BENCH_DIM, lists,
                              n_train, &seconds);
    if (faiss == NULL)
        return;
    let_through(b, 1, false);
    find_truth(b);
    bench_header();
    bench_figure("FAISS IVF,SQ8: train and add", seconds, "s");
    for (size_t p = 1; p <= lists / 8 && recall < 0.97;
         p += p < 16 ? 1 : p / 4) {
        struct bench_samples us = {0};
        char name[80];

        if (!faiss_at(b, faiss, p, &recall, &us))
            break;
        (void)snprintf(name, sizeof(name), "FAISS, %zu probes, recall %.4f", p,
                       recall);
        if (recall > 0.9)
            bench_row(name, &us, "us");
        bench_samples_free(&us);
    }
    bench_faiss_free(faiss);
}

/* --- all of it --- */

static void
draw_queries(struct bench *b)
{
    size_t image = BENCH_IMAGE_TILES * BENCH_DIM;

    /* Of four images, three are from stored datasets. */
    for (size_t i = 0; i < b->n_images; i++) {
        size_t group = (size_t)(akin_hash_mix(i, 9) % b->data.n_groups);

        bench_synthetic_image(&b->data,
                              i % 4 == 3 ? b->data.n_groups + i : group, i,
                              b->images + i * image);
        memcpy(b->tiles + i * TILES_OF_IMAGE * BENCH_DIM, b->images + i * image,
               TILES_OF_IMAGE * BENCH_DIM * sizeof(float));
    }
}

static enum akin_status
run(struct bench *b, const char *folder, const char *width,
    const struct bench_lists_options *how, bool with_faiss,
    struct akin_error *err)
{
    enum akin_status st =
        bench_lists_open(&b->data, folder, how, &b->lists, err);

    if (st == AKIN_OK) {
        b->rows = b->lists.rows;
        b->vx = b->lists.vx;
        b->model = b->lists.model;
        draw_queries(b);
        if (b->data.n_rows <= 1000000)
            bench_synthetic_describe(b->rows, b->data.n_rows, 100);
        st = all_widths(b, width, err);
    }
    if (st == AKIN_OK && with_faiss)
        beside_faiss(b);
    bench_lists_close(&b->lists);
    return st;
}

int
bench_search(int argc, char **argv)
{
    const char *tiles = bench_option(&argc, argv, "--tiles");
    const char *width = bench_option(&argc, argv, "--filter-width");
    const char *recall = bench_option(&argc, argv, "--recall");
    const char *lists = bench_option(&argc, argv, "--lists");
    const char *keep = bench_option(&argc, argv, "--folder");
    bool with_faiss = bench_flag(&argc, argv, "--faiss");
    char scratch[] = "/tmp/akin-bench.XXXXXX";
    size_t n = tiles != NULL ? (size_t)strtoul(tiles, NULL, 10) : 100000;
    const char *images = bench_option(&argc, argv, "--images");
    const char *way = bench_option(&argc, argv, "--way");
    const char *question = bench_option(&argc, argv, "--question");
    const struct bench_lists_options how = {
        .recall = recall != NULL ? strtod(recall, NULL) : BENCH_RECALL,
        .lists = lists != NULL ? (size_t)strtoul(lists, NULL, 10) : 0};
    struct akin_error err = {0};
    struct bench b = {
        .way = way,
        .n_question = question != NULL ? (size_t)strtoul(question, NULL, 10)
                                       : BENCH_IMAGE_TILES,
        .n_images =
            images != NULL ? (size_t)strtoul(images, NULL, 10) : IMAGES};
    enum akin_status st;

    if (argc != 1 || b.n_question < 1 || b.n_question > BENCH_IMAGE_TILES ||
        b.n_images < N_EXACT || b.n_images > 100000 || n < 1000 ||
        n > 100000000)
        return bench_usage("search [--tiles N] [--filter-width PERCENT] "
                           "[--recall R] [--lists N] [--images N] "
                           "[--way exact|scan|probe] [--question TILES] "
                           "[--folder DIR] [--faiss]");
    if (keep == NULL && mkdtemp(scratch) == NULL)
        return bench_usage("search: cannot make a folder in /tmp");
    bench_synthetic_init(&b.data, n, SEED);
    b.n_tiles = b.n_images * TILES_OF_IMAGE;
    b.images =
        akin_new(b.n_images * BENCH_IMAGE_TILES, BENCH_DIM * sizeof(float));
    b.tiles = akin_new(b.n_tiles, BENCH_DIM * sizeof(float));
    b.allowed = akin_new(n / 8 + 8, 1);
    b.skip = akin_new(n / 8 + 8, 1);
    b.want = akin_new(b.data.n_groups, 1);
    b.last = akin_new(b.n_tiles, sizeof(float));
    st = run(&b, keep != NULL ? keep : scratch, width, &how, with_faiss, &err);
    free(b.images);
    free(b.tiles);
    free(b.allowed);
    free(b.skip);
    free(b.want);
    free(b.last);
    bench_synthetic_free(&b.data);
    if (keep == NULL)
        (void)!akin_file_remove(scratch, NULL);
    return st == AKIN_OK ? 0 : bench_failed(&err);
}
