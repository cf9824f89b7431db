/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_faiss.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <c_api/IndexIVF_c.h>
#include <c_api/Index_c.h>
#include <c_api/error_c.h>
#include <c_api/index_factory_c.h>

#include "bench.h"

#define SLICE ((size_t)65536)

struct bench_faiss {
    FaissIndex *index;
};

static bool
said(int rc)
{
    if (rc != 0)
        (void)fprintf(stderr, "FAISS: %s\n", faiss_get_last_error());
    return rc == 0;
}

static bool
train_and_add(FaissIndex *index, const float *rows, size_t n, size_t dim,
              size_t n_train)
{
    float *sample = akin_new(n_train * dim, sizeof(*sample));
    bool ok;

    for (size_t i = 0; i < n_train; i++)
        memcpy(sample + i * dim, rows + (size_t)(i * n / n_train) * dim,
               dim * sizeof(*sample));
    ok = said(faiss_Index_train(index, (idx_t)n_train, sample));
    free(sample);
    for (size_t i = 0; ok && i < n; i += SLICE)
        ok = said(faiss_Index_add(index, (idx_t)(n - i < SLICE ? n - i : SLICE),
                                  rows + i * dim));
    return ok;
}

struct bench_faiss *
bench_faiss_build(const float *rows, size_t n, size_t dim, size_t n_lists,
                  size_t n_train, double *seconds)
{
    struct bench_faiss *faiss = akin_new(1, sizeof(*faiss));
    uint64_t start = bench_now_ns();
    char recipe[48];

    (void)snprintf(recipe, sizeof(recipe), "IVF%zu,SQ8", n_lists);
    if (!said(faiss_index_factory(&faiss->index, (int)dim, recipe,
                                  METRIC_INNER_PRODUCT)) ||
        !train_and_add(faiss->index, rows, n, dim, n_train)) {
        bench_faiss_free(faiss);
        return NULL;
    }
    *seconds = (double)(bench_now_ns() - start) / 1e9;
    return faiss;
}

void
bench_faiss_free(struct bench_faiss *faiss)
{
    if (faiss == NULL)
        return;
    if (faiss->index != NULL)
        faiss_Index_free(faiss->index);
    free(faiss);
}

bool
bench_faiss_search(const struct bench_faiss *faiss, const float *query,
                   size_t k, size_t n_probe, int64_t *rows, float *sims)
{
    FaissIndexIVF *ivf = faiss_IndexIVF_cast(faiss->index);

    if (ivf == NULL)
        return false;
    faiss_IndexIVF_set_nprobe(ivf, n_probe);
    return said(
        faiss_Index_search(faiss->index, 1, query, (idx_t)k, sims, rows));
}
