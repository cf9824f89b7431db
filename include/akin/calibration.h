/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/calibration.h - what scores and distances mean in one store.
 *
 * Made at publish from a sample of the store and kept with the generation:
 *
 *   null      scores of the store's images against datasets that they do not
 *             belong to. A larger dataset scores higher by its size alone (the
 *             best of more tiles), so the mean is a line over log(tiles), and
 *             what is left is a distribution: score normalisation against a
 *             cohort (Auckenthaler et al., Digital Signal Processing 2000,
 *             section 3), read as a tail probability.
 *   spread    standard deviation of each feature, and how far random tiles of
 *             different datasets lie apart in each part of the features.
 *   range     least and largest value of each feature, and how much of an image
 *             lies outside of the range of all other datasets.
 *
 * Threads: immutable once made.
 */
#ifndef AKIN_CALIBRATION_H
#define AKIN_CALIBRATION_H

#include "akin/feature_set.h"
#include "akin/json.h"

#define AKIN_CALIBRATION_TAIL 45    /* tail probabilities 2^(-i/4) */
#define AKIN_CALIBRATION_STEPS 33   /* quantiles of distances, 0 to 1 evenly */
#define AKIN_CALIBRATION_PARTS 8    /* most parts of an explanation */
#define AKIN_CALIBRATION_DATASETS 8 /* fewest that give a null */

struct akin_calibration {
    struct akin_feature_set set; /* whose features; akin_calibration_init */
    /* null */
    size_t n_datasets, n_scores; /* that it was made from */
    bool has_null;               /* there were enough of them */
    double intercept, slope;     /* mean score: intercept + slope log(tiles) */
    double deviation;            /* around that line */
    size_t n_tail;               /* of tail[] that the sample supports */
    double tail[AKIN_CALIBRATION_TAIL]; /* (score - mean) / deviation */
    /* spread */
    bool has_spread;
    double spread[AKIN_FEATURES_MAX]; /* 0: constant, does not count */
    double distance[AKIN_CALIBRATION_PARTS][AKIN_CALIBRATION_STEPS];
    /* range */
    bool has_range;
    double low[AKIN_FEATURES_MAX], high[AKIN_FEATURES_MAX];
    double strange; /* share of features outside, of the strangest 2 % */
};

/* Nothing known yet, of this set. */
void akin_calibration_init(struct akin_calibration *calibration,
                           const struct akin_feature_set *set);

/* The parts that an explanation speaks of, in order; several parts of the
 * features may make one. */
size_t akin_calibration_parts(const struct akin_calibration *calibration,
                              const char *const **names);

/* One score of the null. */
struct akin_calibration_score {
    double score;
    uint64_t n_tiles; /* of the dataset */
};
/* Sets the null from scores (their order is changed); has_null stays false
 * below AKIN_CALIBRATION_DATASETS datasets. */
void akin_calibration_null(struct akin_calibration *calibration,
                           struct akin_calibration_score *scores, size_t n,
                           size_t n_datasets);

/* Sets spread and range from tiles of the store: features n x set.n,
 * and the dataset of each tile, ascending. ENOMEM. */
enum akin_status akin_calibration_spread(struct akin_calibration *calibration,
                                         const float *features,
                                         const uint32_t *dataset, size_t n,
                                         struct akin_error *err) AKIN_MUST_USE;

/* How probable it is that a random dataset of n_tiles tiles scores as high:
 * 0..1, never below 1e-6; -1 when has_null is false. */
double akin_calibration_chance(const struct akin_calibration *calibration,
                               double score, uint64_t n_tiles);

/* How near two tiles are in each part, akin_calibration_parts numbers of 0..1:
 * the share of random pairs of different datasets that are further apart. */
void akin_calibration_agreement(const struct akin_calibration *calibration,
                                const float *a, const float *b, double *out);

/* Share of the features outside of what the store holds; mean of n tiles. */
double akin_calibration_strangeness(const struct akin_calibration *calibration,
                                    const float *features, size_t n);

/* The file form. */
struct akin_json *
akin_calibration_json(const struct akin_calibration *calibration);
/* EFORMAT: something is missing or not a number; ESTALE: of another set. */
enum akin_status akin_calibration_read(const struct akin_json *json,
                                       const struct akin_feature_set *set,
                                       struct akin_calibration *out,
                                       struct akin_error *err) AKIN_MUST_USE;

#endif
