/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.h - why a hit is one: in which parts of their features the matching
 * tiles agree, and which terms the records share.
 *
 * Threads: as the reading given.
 */
#ifndef AKIN_QUERY_EXPLAIN_H
#define AKIN_QUERY_EXPLAIN_H

#include "akin/calibration.h"
#include "question.h"
#include "service_internal.h"

#define AKIN_EXPLAIN_HITS 100 /* that get an explanation */

/* Agreement over the pairs of one hit. Start from {0}. */
struct akin_explain {
    double sum[AKIN_CALIBRATION_PARTS];
    const char *const *parts; /* their names, n_parts; borrowed, static */
    size_t n_parts;
    size_t n;
};

/* Adds the pair of a question's tile and tile i of a stored image. A tile
 * without features (a vector), or a calibration without spread, adds nothing.
 */
enum akin_status akin_explain_add(struct akin_explain *explain,
                                  struct akin_reading *reading,
                                  const float *features, uint32_t image,
                                  size_t n_tiles, size_t i,
                                  struct akin_error *err) AKIN_MUST_USE;

/* [{"part":"texture","agreement":0.93},...], or NULL when nothing was added. */
struct akin_json *akin_explain_json(const struct akin_explain *explain);

/* Sets "shared_terms" of every hit: those that it shares with the datasets
 * asked with, or else with other hits. hits: as answered. */
enum akin_status akin_explain_terms(struct akin_reading *reading,
                                    const struct akin_question *question,
                                    struct akin_json *hits,
                                    struct akin_error *err) AKIN_MUST_USE;

#endif
