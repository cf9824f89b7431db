/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_faiss.c - the centres of the lists: k-means by FAISS. The only file
 * that sees FAISS.
 *
 * Seed: FAISS's k-means takes 1234 unless told otherwise, so the same rows give
 * the same centres.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <c_api/Clustering_c.h>
#include <c_api/IndexFlat_c.h>
#include <c_api/error_c.h>

#include "vindex_internal.h"

#define ITERATIONS 10

static enum akin_status
fail_faiss(struct akin_error *err, const char *what)
{
    return AKIN_FAIL(err, AKIN_EINTERNAL, "FAISS, %s: %s", what,
                     faiss_get_last_error());
}

/* A function of the OpenMP library that FAISS was built with, asked for by
 * name, so that akin works with any, or with none. POSIX's way around ISO C,
 * which has no cast from a data pointer to a function. */
static bool
find_function(const char *name, void *function)
{
    void *found = dlsym(RTLD_DEFAULT, name);

    memcpy(function, &found, sizeof(found));
    return found != NULL;
}

/* Threads that FAISS calls of this thread use from now on (0: as many as there
 * are processors); gives back how many it were. */
static int
set_threads(int threads)
{
    int (*get_max)(void) = NULL;
    int (*get_all)(void) = NULL;
    void (*set)(int) = NULL;
    int before;

    if (!find_function("omp_get_max_threads", (void *)&get_max) ||
        !find_function("omp_get_num_procs", (void *)&get_all) ||
        !find_function("omp_set_num_threads", (void *)&set))
        return 1;
    before = get_max();
    set(threads > 0 ? threads : get_all());
    return before;
}

static enum akin_status
cluster(FaissClustering *clustering, FaissIndex *index, const float *rows,
        size_t n, size_t n_floats, float *centres, struct akin_error *err)
{
    float *found = NULL;
    size_t size = 0;

    if (faiss_Clustering_train(clustering, (idx_t)n, rows, index) != 0)
        return fail_faiss(err, "training");
    faiss_Clustering_centroids(clustering, &found, &size);
    memcpy(centres, found, n_floats * sizeof(*centres)); /* size: centres */
    return AKIN_OK;
}

enum akin_status
akin__kmeans(const float *rows, size_t n, size_t dim, size_t n_lists,
             int threads, float *centres, struct akin_error *err)
{
    FaissClusteringParameters params;
    FaissClustering *clustering = NULL;
    FaissIndexFlatIP *index = NULL;
    enum akin_status st = AKIN_OK;

    faiss_ClusteringParameters_init(&params);
    params.niter = ITERATIONS;
    params.spherical = 1;
    params.min_points_per_centroid = 1; /* else it complains on stderr */
    params.max_points_per_centroid = 1 << 20;
    threads = set_threads(threads);
    if (faiss_Clustering_new_with_params(&clustering, (int)dim, (int)n_lists,
                                         &params) != 0 ||
        faiss_IndexFlatIP_new_with(&index, (idx_t)dim) != 0)
        st = fail_faiss(err, "starting to train");
    if (st == AKIN_OK)
        st = cluster(clustering, index, rows, n, n_lists * dim, centres, err);
    if (index != NULL)
        faiss_IndexFlatIP_free(index);
    if (clustering != NULL)
        faiss_Clustering_free(clustering);
    (void)set_threads(threads);
    return st;
}
