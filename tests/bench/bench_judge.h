/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_judge.h - does the ranking put first what is similar?
 *
 * For each image, its own tiles left out:
 *   R@1, MRR   is the image's own set first? Only sets of two or more images.
 *   P@1, mAP   its own set left out of the database as well: sets of the same
 *              category are relevant. Sets of category "mixed", or of a
 *              category of their own, are no queries; "mixed" is never
 *              relevant.
 * Each figure is a mean over the images of a set, then over sets. Intervals:
 * 2.5 and 97.5 percentiles over 2,000 bootstrap samples of the sets (Efron &
 * Tibshirani, An Introduction to the Bootstrap, chapter 13).
 */
#ifndef AKIN_BENCH_JUDGE_H
#define AKIN_BENCH_JUDGE_H

#include "bench_rank.h"

enum bench_figure {
    BENCH_R_AT_1,
    BENCH_MRR,
    BENCH_P_AT_1,
    BENCH_MAP,
    BENCH_N_FIGURES
};
extern const char *const bench_figure_names[BENCH_N_FIGURES];

/* What stood first and should not have. */
struct bench_confusion {
    bool cross;         /* the own set was left out, and a category sought */
    size_t image;       /* that was asked with */
    size_t first;       /* set that stood first */
    size_t first_image; /* the image of it that matches best */
    size_t wanted;      /* set that should have: the best placed of them */
    size_t rank;        /* its rank */
    double gap;         /* first's score less wanted's */
};

/* Start from bench_results_new; free with bench_results_free. */
struct bench_results {
    size_t n_sets;
    double *of_set[BENCH_N_FIGURES]; /* NAN: the set is no query for it */
    double mean[BENCH_N_FIGURES], low[BENCH_N_FIGURES], high[BENCH_N_FIGURES];
    struct bench_confusion *confusion;
    size_t n_confusions;
};
void bench_results_new(size_t n_sets, struct bench_results *out);
void bench_results_free(struct bench_results *results);

/* Asks with the images of set s and notes its figures. */
enum akin_status bench_judge_set(const struct bench_database *database,
                                 size_t s, enum akin_intent intent,
                                 struct bench_results *results,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Means and intervals over the sets that were judged and, when `among` is not
 * NULL, are marked in it; puts the confusions in order, the widest gap first.
 */
void bench_results_sum_up(struct bench_results *results, const bool *among);

#endif
