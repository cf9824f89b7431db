/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collect_internal.h - what the steps of planning share.
 *
 * Design notes
 *
 * 1. One array holds every selected tile; a step changes fates, never the
 *    array. The tiles of `exclude_near` stand behind the samples as guards:
 *    they take part in the search for copies and are never written.
 * 2. A step gets what it needs from struct akin__collect and gives what writers
 *    see in struct akin_collection; the steps below `marks` know neither store
 *    nor files, so that tests and akin-bench run them on numbers alone.
 * 3. Memory: about 60 bytes a selected tile and what a step needs for itself;
 *    descriptors are those of the generation, mapped.
 */
#ifndef AKIN_COLLECT_INTERNAL_H
#define AKIN_COLLECT_INTERNAL_H

#include "akin/bitmap.h"
#include "akin/cluster.h"
#include "akin/generation.h"

#include "collect.h"
#include "service_internal.h"

/* Defaults; how they were found is in tests/bench/README.md. */
#define AKIN_COLLECT_MIN_DETAIL 0.08
#define AKIN_COLLECT_HASH_DISTANCE 5
#define AKIN_COLLECT_SAME_SIMILARITY 0.985
#define AKIN_COLLECT_NEAR_SIMILARITY 0.85

#define AKIN_COLLECT_PAIRS_MAX 64
#define AKIN_COLLECT_EDGE_MAX 4096

/* One facet of the datasets: which values each has. */
struct akin__collect_values {
    const char *name;
    struct akin_spread_value *value; /* owned texts: spread_text */
    size_t n;
    uint32_t *start; /* n_datasets + 1: of of[] */
    uint32_t *of;    /* values of each dataset; at least one ("unknown") */
};

struct akin__collect {
    struct akin_collection *c;
    struct akin_session *session; /* NULL: no store, so no marks */
    const struct akin_collect_run *run;
    const struct akin_collect_options *options;
    size_t threads;
    struct akin_reading reading;
    struct akin_generation *gen; /* NULL: vectors come from elsewhere */
    const float *vectors;
    size_t dim;
    size_t n_guards; /* behind c->n_samples */
    size_t room;     /* of c->sample */
    struct akin__collect_values *facet;
    size_t n_facets;
    bool is_stopped;
};

/* ECLOSED once progress has asked to stop. */
enum akin_status akin__collect_progress(struct akin__collect *w,
                                        const char *step, double fraction,
                                        struct akin_error *err) AKIN_MUST_USE;

/* The transaction of `reading`, which must not stay open for long: the store
 * cannot use pages again that a reader might see. Selecting has one throughout;
 * the steps behind it take one for a batch of images. Begin ends an open one.
 */
enum akin_status akin__collect_txn_begin(struct akin__collect *w,
                                         struct akin_error *err) AKIN_MUST_USE;
void akin__collect_txn_end(struct akin__collect *w);
void akin__collect_note(struct akin__collect *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* options.c */
void akin__collect_pair_add(struct akin_collect_pairs *pairs, const char *name,
                            double value);
void akin__collect_pairs_free(struct akin_collect_pairs *pairs);
void akin__collect_text_add(struct akin_collect_texts *texts, const char *text);

/* select.c: the datasets; select_tiles.c: their tiles, and guards. */
enum akin_status akin__collect_datasets(struct akin__collect *w,
                                        struct akin_bitmap **guards,
                                        struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin__collect_tiles(struct akin__collect *w,
                                     const struct akin_bitmap *guards,
                                     struct akin_error *err) AKIN_MUST_USE;
/* select_like.c: leaves the samples that are like the examples. */
enum akin_status akin__collect_like(struct akin__collect *w,
                                    struct akin_error *err) AKIN_MUST_USE;

/* marks.c: hash and detail of every sample and guard, from the image files. */
enum akin_status akin__collect_marks(struct akin__collect *w,
                                     struct akin_error *err) AKIN_MUST_USE;

/* clean.c */
enum akin_status akin__collect_clean(struct akin__collect *w,
                                     struct akin_error *err) AKIN_MUST_USE;

/* values.c: the facets that are counted, and those that have quotas. */
size_t akin__collect_facets(const char *const **names);
void akin__collect_values_make(struct akin__collect *w);
void akin__collect_values_free(struct akin__collect *w);
const struct akin__collect_values *
akin__collect_values_of(const struct akin__collect *w, const char *name);

/* balance.c: clusters, and the drawing from them. */
enum akin_status akin__collect_balance(struct akin__collect *w,
                                       struct akin_error *err) AKIN_MUST_USE;

/* A hierarchy of clusters over n things: level 0 divides them, each further one
 * the clusters of the level below. */
#define AKIN__LEVELS_MAX 4
struct akin__hierarchy {
    size_t n, n_levels;
    size_t n_clusters[AKIN__LEVELS_MAX];
    uint32_t *of[AKIN__LEVELS_MAX]; /* of[0]: n; of[l]: n_clusters[l - 1] */
};
/* hierarchy.c. Source: Vo et al., Automatic Data Curation for Self-Supervised
 * Learning (arXiv 2405.15613), sections 3.2 and 3.3. */
enum akin_status akin__hierarchy_make(const struct akin_vectors *in,
                                      uint64_t seed, size_t threads,
                                      struct akin__hierarchy *out,
                                      struct akin_error *err) AKIN_MUST_USE;
void akin__hierarchy_free(struct akin__hierarchy *hierarchy);

/* Offers things one by one until enough were taken: at every level each cluster
 * in its turn, each time one thing, so that clusters give as equally as they
 * can. take answers whether a thing counts. ENOMEM. Gives *n_taken. */
typedef bool akin__draw_fn(void *ctx, uint32_t thing);
enum akin_status akin__hierarchy_draw(const struct akin__hierarchy *hierarchy,
                                      uint64_t seed, uint64_t wanted,
                                      akin__draw_fn *take, void *ctx,
                                      uint64_t *n_taken,
                                      struct akin_error *err) AKIN_MUST_USE;

/* divide.c: split. */
enum akin_status akin__collect_divide(struct akin__collect *w,
                                      struct akin_error *err) AKIN_MUST_USE;

/* Which part each unit goes to. Units are taken by falling size; each goes
 * where it makes the counts of its strata, and of all, fit the shares best.
 *
 * size     n_units: samples
 * strata   of unit u: stratum[first[u]] .. stratum[first[u + 1] - 1], values
 *          0..n_strata-1
 * shares   n_parts, which add up to 1
 * part     out, n_units */
struct akin__division {
    size_t n_units, n_strata, n_parts;
    const uint64_t *size;
    const uint32_t *first, *stratum;
    const double *shares;
    uint64_t seed;
};
enum akin_status akin__divide_units(const struct akin__division *division,
                                    uint8_t *part,
                                    struct akin_error *err) AKIN_MUST_USE;

/* compose.c: counts and spreads, from the fates. */
enum akin_status akin__collect_compose(struct akin__collect *w,
                                       struct akin_error *err) AKIN_MUST_USE;

/* Was the sample still there after the step? */
bool akin__collect_is_in(const struct akin_collect_sample *sample,
                         enum akin_step step);

/* collection.c: the steps from `clean` on, and the order of writing. */
enum akin_status akin__collect_steps(struct akin__collect *w,
                                     struct akin_error *err) AKIN_MUST_USE;
/* A collection without samples; options are copied. */
struct akin_collection *
akin__collection_new(const struct akin_collect_options *options);

#endif
