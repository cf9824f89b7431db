/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chance.h - is anything here similar at all?
 *
 * Two questions to the calibration of the generation: would a random dataset
 * score as high, with as many datasets tried (Sidak, JASA 1967); and is what
 * was asked with within what the store holds? Where the store was too small to
 * learn that from, the answer is "not known".
 */
#ifndef AKIN_QUERY_CHANCE_H
#define AKIN_QUERY_CHANCE_H

#include "score.h"
#include "snapshot.h"

/* The chance of a ranked dataset; -1: not known. */
double akin_chance_of(const struct akin_snapshot *snapshot,
                      const struct akin_question *question, const float *sim,
                      size_t n_datasets, size_t dataset);

/* Sets "similar" (true, false; null: not known) and "verdict", one sentence. */
void akin_chance_verdict(const struct akin_snapshot *snapshot,
                         const struct akin_question *question, const float *sim,
                         size_t n_datasets, const struct akin_ranked *ranked,
                         size_t n_ranked, struct akin_json *out);

#endif
