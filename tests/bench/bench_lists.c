/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "akin/file.h"
#include "bench.h"
#include "generation_internal.h"

#define QUERIES ((size_t)256) /* as publish measures with, at most */
#define MODEL_MAX ((uint64_t)65536)

static enum akin_status
open_index(const struct bench_synthetic *data, const char *path, size_t lists,
           struct bench_lists *out, struct akin_error *err)
{
    const struct akin_vindex_build_options opt = {
        .n_lists = lists, .train_rows = lists > 0 ? lists * 39 : 65536};
    uint64_t start = bench_now_ns();
    enum akin_status st = AKIN_OK;

    if (!akin_file_exists(path)) {
        st = akin_vindex_build(out->rows, data->n_rows, BENCH_DIM, &opt, path,
                               err);
        bench_figure("build", (double)(bench_now_ns() - start) / 1e9, "s");
    }
    if (st == AKIN_OK)
        st = akin_vindex_open(path, data->n_rows, BENCH_DIM, &out->vx, err);
    return st;
}

static enum akin_status
measure_model(const char *path, double recall, struct bench_lists *out,
              struct akin_error *err)
{
    struct akin_buf text = {0};
    struct akin_json *json;
    uint64_t start = bench_now_ns();
    enum akin_status st = akin_vindex_calibrate(out->vx, out->rows, QUERIES,
                                                recall, &out->model, err);

    bench_figure("measuring the model", (double)(bench_now_ns() - start) / 1e9,
                 "s");
    if (st != AKIN_OK)
        return st;
    json = akin__model_write(&out->model);
    akin_json_write(json, AKIN_JSON_PRETTY, &text);
    st = akin_file_write(path, akin_buf_span(&text), err);
    akin_buf_free(&text);
    akin_json_free(json);
    return st;
}

static enum akin_status
open_model(const char *path, double recall, struct bench_lists *out,
           struct akin_error *err)
{
    struct akin_json *json = NULL;
    enum akin_status st;

    if (!akin_file_exists(path))
        return measure_model(path, recall, out, err);
    st = akin_json_read_file(path, MODEL_MAX, &json, err);
    if (st == AKIN_OK)
        st = akin__model_read(json, akin_vindex_lists(out->vx), &out->model,
                              err);
    akin_json_free(json);
    return st;
}

static void
print_model(const struct akin_vindex_model *model)
{
    bench_figure("lists", (double)model->n_lists, "lists");
    for (size_t w = 0; w < AKIN_VINDEX_WIDTHS; w++)
        (void)printf("probes at %g %%\t%.1f\t%.1f\n",
                     akin_vindex_width[w] * 100, model->n_probe[0][w],
                     model->n_probe[1][w]);
    bench_figure("lists in any case", (double)model->effort.n_first, "lists");
    bench_figure("margin", (double)model->effort.margin, "similarity");
    for (size_t i = 0; i < 2; i++)
        (void)printf("model, ns\trow %.2f\tsingle row %.2f\tblock %.1f\tlist "
                     "%.0f\tquery %.0f\n",
                     model->row_ns[i], model->gather_ns[i], model->block_ns[i],
                     model->list_ns[i], model->query_ns[i]);
    (void)fflush(stdout);
}

enum akin_status
bench_lists_open(const struct bench_synthetic *data, const char *folder,
                 const struct bench_lists_options *how, struct bench_lists *out,
                 struct akin_error *err)
{
    char *index = akin_path_join(folder, AKIN__FILE_INDEX);
    char *vectors = akin_path_join(folder, AKIN__FILE_VECTORS);
    char *model = akin_path_join(folder, "model.json");
    enum akin_status st = AKIN_OK;

    out->bytes = data->n_rows * BENCH_DIM * sizeof(float);
    out->rows = bench_synthetic_map(data, vectors);
    if (out->rows == NULL)
        st = AKIN_FAIL(err, AKIN_EIO, "no descriptors in %s", folder);
    if (st == AKIN_OK)
        st = open_index(data, index, how->lists, out, err);
    if (st == AKIN_OK)
        st = open_model(model, how->recall, out, err);
    if (st == AKIN_OK)
        print_model(&out->model);
    free(index);
    free(vectors);
    free(model);
    return st;
}

void
bench_lists_close(struct bench_lists *lists)
{
    akin_vindex_close(lists->vx);
    if (lists->rows != NULL)
        (void)munmap((void *)lists->rows, lists->bytes);
    *lists = (struct bench_lists){0};
}
