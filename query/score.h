/* SPDX-License-Identifier: Apache-2.0 */
/*
 * score.h - from the table of best matches to one ranking, for any number of
 * examples.
 *
 * Each example ranks on its own (rank.h), so that a large image does not speak
 * louder than a small one; a dataset's score is the mean over the positive
 * examples, less half the mean over the negative ones where that is above 0
 * (Rocchio's relevance feedback, in: Salton, The SMART Retrieval System, 1971,
 * chapter 14, on scores instead of vectors).
 */
#ifndef AKIN_QUERY_SCORE_H
#define AKIN_QUERY_SCORE_H

#include "question.h"
#include "rank.h"

#define AKIN_SCORE_NEGATIVE 0.5

/* Arguments as akin_rank; sim: question->n_tiles x n_datasets. *n gets how many
 * were ranked. ENOMEM. */
enum akin_status akin_score_rank(const struct akin_question *question,
                                 const float *sim, size_t n_datasets,
                                 const uint32_t *tie, enum akin_intent intent,
                                 struct akin_ranked *out, size_t *n,
                                 struct akin_error *err) AKIN_MUST_USE;

/* The mean of the best matches of a dataset, over all tiles of positive
 * examples: what a calibration speaks of. */
double akin_score_plain(const struct akin_question *question, const float *sim,
                        size_t n_datasets, size_t dataset);

#endif
