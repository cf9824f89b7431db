/* SPDX-License-Identifier: Apache-2.0 */
/*
 * similar_internal.h - one request of `similar` under way: what is wished
 * (similar_wish.c), what may be answered (similar_choose.c), and the search
 * itself (similar.c).
 */
#ifndef AKIN_QUERY_SIMILAR_INTERNAL_H
#define AKIN_QUERY_SIMILAR_INTERNAL_H

#include "akin/filter.h"

#include "facets.h"
#include "finer.h"
#include "score.h"
#include "similar.h"

/* The parameters; start from {0} and free with akin__wish_free. */
struct akin__wish {
    int64_t k, n_evidence;
    bool exclude_self;
    enum akin_intent intent;
    enum akin_by by;
    double diversity;
    bool collapse;
    struct akin_filter *filter;      /* NULL: none */
    const struct akin_json *exclude; /* array of ids, or NULL */
    struct akin_facet_wish facets;
};
enum akin_status akin__wish_read(const struct akin_json *params,
                                 const struct akin_config *config,
                                 struct akin__wish *out,
                                 struct akin_error *err) AKIN_MUST_USE;
void akin__wish_free(struct akin__wish *wish);

/* What the search works on. Start from {0}; free with akin__work_free. */
struct akin__work {
    struct akin_question question;
    size_t n_datasets;
    float *queries; /* n_tiles x AKIN_DIM */
    float *sim;     /* n_tiles x n_datasets */
    uint64_t *row;  /* the same shape */
    uint8_t *want;  /* n_datasets; NULL: all */
    uint32_t *tie;  /* n_datasets: their numbers */
    uint32_t *skip; /* images that do not count */
    size_t n_skip;
    struct akin_ranked *ranked; /* n_datasets */
    size_t n_ranked;
    char plan[AKIN_PLAN_TEXT];
};
void akin__work_free(struct akin__work *work);

/* calloc of n x m elements that come from outside. */
enum akin_status akin__room_for(void *pointer, size_t n, size_t m, size_t size,
                                struct akin_error *err) AKIN_MUST_USE;

/* want[]: the datasets that may be answered. */
enum akin_status akin__choose_datasets(struct akin__work *work,
                                       struct akin_reading *reading,
                                       const struct akin__wish *wish,
                                       struct akin_error *err) AKIN_MUST_USE;
/* skip[]: stored images with the bytes of those asked with. */
enum akin_status akin__choose_images(struct akin__work *work,
                                     struct akin_txn *txn,
                                     const struct akin__wish *wish,
                                     struct akin_error *err) AKIN_MUST_USE;

#endif
