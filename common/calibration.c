/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "akin/feature.h"
#include "akin/hash.h"

#define CHANCE_LEAST 1e-6
#define TAIL_A_SCORE 4.0 /* scores that a step of the tail must rest on */
#define TERM_MOST 25.0   /* of one feature in a distance: 5 deviations */
#define RANDOM_PAIRS ((size_t)4096)
#define STRANGE_AT 0.98

static const char *const part_names[] = {"structure", "texture", "intensity",
                                         "colour",    "scale",   "learned"};
_Static_assert(AKIN_COUNT(part_names) <= AKIN_CALIBRATION_PARTS, "room");

/* What a provider's numbers stand for, only the provider knows. */
static const char *const external_names[] = {"external"};

void
akin_calibration_init(struct akin_calibration *calibration,
                      const struct akin_feature_set *set)
{
    *calibration = (struct akin_calibration){.set = *set};
}

size_t
akin_calibration_parts(const struct akin_calibration *calibration,
                       const char *const **names)
{
    if (akin_feature_set_is_external(&calibration->set)) {
        *names = external_names;
        return AKIN_COUNT(external_names);
    }
    *names = part_names;
    return AKIN_COUNT(part_names);
}

static size_t
n_parts_of(const struct akin_calibration *c)
{
    const char *const *names;

    return akin_calibration_parts(c, &names);
}

/* Sizes of what is to be seen are in two parts of the features. */
static size_t
part_of(const char *feature_part)
{
    for (size_t i = 0; i < AKIN_COUNT(part_names); i++)
        if (strcmp(part_names[i], feature_part) == 0)
            return i;
    return 4;
}

static int
by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Of n ascending values, linear between neighbours. */
static double
quantile(const double *sorted, size_t n, double p)
{
    double at = p * (double)(n - 1);
    size_t i = (size_t)at;

    if (i + 1 >= n)
        return sorted[n - 1];
    return sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]);
}

/* --- null --- */

static double
size_of(uint64_t n_tiles)
{
    return log((double)(n_tiles == 0 ? 1 : n_tiles));
}

/* Least squares of the scores over log(tiles). A slope below 0 has no cause. */
static void
fit_line(struct akin_calibration *c, const struct akin_calibration_score *s,
         size_t n)
{
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0, rest = 0;

    for (size_t i = 0; i < n; i++) {
        mean_x += size_of(s[i].n_tiles) / (double)n;
        mean_y += s[i].score / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        double x = size_of(s[i].n_tiles) - mean_x;

        xx += x * x;
        xy += x * (s[i].score - mean_y);
    }
    c->slope = xx > 0 && xy > 0 ? xy / xx : 0;
    c->intercept = mean_y - c->slope * mean_x;
    for (size_t i = 0; i < n; i++) {
        double d = s[i].score - c->intercept - c->slope * size_of(s[i].n_tiles);

        rest += d * d / (double)n;
    }
    c->deviation = sqrt(rest);
}

static double
standard(const struct akin_calibration *c, double score, uint64_t n_tiles)
{
    return (score - c->intercept - c->slope * size_of(n_tiles)) / c->deviation;
}

static double
tail_chance(size_t i)
{
    return exp2(-(double)i / 4);
}

void
akin_calibration_null(struct akin_calibration *calibration,
                      struct akin_calibration_score *scores, size_t n,
                      size_t n_datasets)
{
    double *z;

    calibration->n_datasets = n_datasets;
    calibration->n_scores = n;
    calibration->has_null = false;
    if (n_datasets < AKIN_CALIBRATION_DATASETS ||
        n < AKIN_CALIBRATION_DATASETS * AKIN_CALIBRATION_DATASETS / 2)
        return;
    fit_line(calibration, scores, n);
    if (!(calibration->deviation > 1e-9))
        return; /* all the same: nothing to compare with */
    z = akin_new(n, sizeof(*z));
    for (size_t i = 0; i < n; i++)
        z[i] = standard(calibration, scores[i].score, scores[i].n_tiles);
    qsort(z, n, sizeof(*z), by_value);
    for (size_t i = 0; i < AKIN_CALIBRATION_TAIL; i++) {
        if (tail_chance(i) * (double)n < TAIL_A_SCORE)
            break;
        calibration->tail[i] = quantile(z, n, 1 - tail_chance(i));
        calibration->n_tail = i + 1;
    }
    calibration->has_null = calibration->n_tail >= 2;
    free(z);
}

/* Where the sample ends, the tail goes on as an exponential that falls as fast
 * as the last two octaves of it did. */
static double
beyond_tail(const struct akin_calibration *c, double z)
{
    size_t last = c->n_tail - 1, before = last >= 8 ? last - 8 : 0;
    double width = c->tail[last] - c->tail[before];
    double octaves = (double)(last - before) / 4;

    if (!(width > 1e-9))
        return tail_chance(last);
    return tail_chance(last) * exp2(-octaves * (z - c->tail[last]) / width);
}

double
akin_calibration_chance(const struct akin_calibration *calibration,
                        double score, uint64_t n_tiles)
{
    const double *tail = calibration->tail;
    double z, chance;
    size_t i = 0;

    if (!calibration->has_null)
        return -1;
    z = standard(calibration, score, n_tiles);
    if (!(z > tail[0]))
        return 1;
    while (i + 1 < calibration->n_tail && tail[i + 1] < z)
        i++;
    if (i + 1 == calibration->n_tail)
        chance = beyond_tail(calibration, z);
    else
        chance =
            exp2(-((double)i + (z - tail[i]) / (tail[i + 1] - tail[i])) / 4);
    return chance > CHANCE_LEAST ? chance : CHANCE_LEAST;
}

/* --- spread --- */

/* Sum of the squared differences of some features, in standard deviations, and
 * how many there were. */
static void
add_part(const struct akin_calibration *c, const float *a, const float *b,
         size_t first, size_t count, double *sum, size_t *n)
{
    for (size_t k = first; k < first + count; k++) {
        double d;

        if (!(c->spread[k] > 0))
            continue;
        d = ((double)a[k] - (double)b[k]) / c->spread[k];
        *sum += d * d < TERM_MOST ? d * d : TERM_MOST;
        ++*n;
    }
}

/* Distances of two tiles in each part: root mean square of the differences in
 * standard deviations. */
static void
distances(const struct akin_calibration *c, const float *a, const float *b,
          double *out)
{
    const struct akin_feature_part *parts = NULL;
    size_t n_parts = akin_feature_parts(&parts);
    double sum[AKIN_CALIBRATION_PARTS] = {0};
    size_t n[AKIN_CALIBRATION_PARTS] = {0};

    if (akin_feature_set_is_external(&c->set)) {
        add_part(c, a, b, 0, c->set.n, &sum[0], &n[0]);
    } else {
        for (size_t p = 0; p < n_parts; p++) {
            size_t part = part_of(parts[p].name);

            add_part(c, a, b, parts[p].first, parts[p].count, &sum[part],
                     &n[part]);
        }
    }
    for (size_t p = 0; p < n_parts_of(c); p++)
        out[p] = n[p] == 0 ? 0 : sqrt(sum[p] / (double)n[p]);
}

static void
set_spread(struct akin_calibration *c, const float *features, size_t n)
{
    for (size_t k = 0; k < c->set.n; k++) {
        double mean = 0, sum = 0;

        for (size_t i = 0; i < n; i++)
            mean += (double)features[i * c->set.n + k] / (double)n;
        for (size_t i = 0; i < n; i++) {
            double d = (double)features[i * c->set.n + k] - mean;

            sum += d * d;
        }
        c->spread[k] = sqrt(sum / (double)n);
        if (!(c->spread[k] > 1e-7))
            c->spread[k] = 0;
    }
}

/* Quantiles of the distances of random tiles of different datasets. */
static enum akin_status
set_distance(struct akin_calibration *c, const float *features,
             const uint32_t *dataset, size_t n, struct akin_error *err)
{
    double *found =
        calloc(AKIN_CALIBRATION_PARTS, RANDOM_PAIRS * sizeof(double));
    size_t n_found = 0;

    if (found == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to calibrate");
    for (uint64_t i = 0; i < 2 * RANDOM_PAIRS && n_found < RANDOM_PAIRS; i++) {
        size_t a = (size_t)(akin_hash_mix(2 * i, 1) % n);
        size_t b = (size_t)(akin_hash_mix(2 * i + 1, 1) % n);
        double one[AKIN_CALIBRATION_PARTS] = {0};

        if (dataset[a] == dataset[b])
            continue;
        distances(c, features + a * c->set.n, features + b * c->set.n, one);
        for (size_t p = 0; p < n_parts_of(c); p++)
            found[p * RANDOM_PAIRS + n_found] = one[p];
        n_found++;
    }
    for (size_t p = 0; n_found > 0 && p < n_parts_of(c); p++) {
        double *of_part = found + p * RANDOM_PAIRS;

        qsort(of_part, n_found, sizeof(*of_part), by_value);
        for (size_t s = 0; s < AKIN_CALIBRATION_STEPS; s++)
            c->distance[p][s] = quantile(
                of_part, n_found, (double)s / (AKIN_CALIBRATION_STEPS - 1));
    }
    c->has_spread = n_found > 0;
    free(found);
    return AKIN_OK;
}

void
akin_calibration_agreement(const struct akin_calibration *calibration,
                           const float *a, const float *b, double *out)
{
    double one[AKIN_CALIBRATION_PARTS] = {0};

    distances(calibration, a, b, one);
    for (size_t p = 0; p < n_parts_of(calibration); p++) {
        const double *step = calibration->distance[p];
        double nearer = 0;

        for (size_t s = 0; s + 1 < AKIN_CALIBRATION_STEPS; s++) {
            double width = step[s + 1] - step[s];
            double share = width > 0          ? (one[p] - step[s]) / width
                           : one[p] > step[s] ? 1.0
                                              : 0.0;

            nearer += share < 0 ? 0 : share > 1 ? 1 : share;
        }
        out[p] = 1 - nearer / (AKIN_CALIBRATION_STEPS - 1);
    }
}

/* --- range --- */

/* Least and largest of a feature, and the same without the dataset that has
 * them. */
struct range {
    double low, low_but, high, high_but;
    uint32_t low_of, high_of;
};

static void
range_add(struct range *r, double value, uint32_t dataset)
{
    if (value < r->low) {
        r->low_but = dataset == r->low_of ? r->low_but : r->low;
        r->low = value;
        r->low_of = dataset;
    } else if (dataset != r->low_of && value < r->low_but) {
        r->low_but = value;
    }
    if (value > r->high) {
        r->high_but = dataset == r->high_of ? r->high_but : r->high;
        r->high = value;
        r->high_of = dataset;
    } else if (dataset != r->high_of && value > r->high_but) {
        r->high_but = value;
    }
}

static double
outside_others(const struct range *ranges, size_t n_features,
               const float *features, uint32_t dataset)
{
    size_t n = 0;

    for (size_t k = 0; k < n_features; k++) {
        const struct range *r = &ranges[k];
        double value = (double)features[k];

        n += value < (r->low_of == dataset ? r->low_but : r->low) ||
             value > (r->high_of == dataset ? r->high_but : r->high);
    }
    return (double)n / (double)n_features;
}

static enum akin_status
set_range(struct akin_calibration *c, const float *features,
          const uint32_t *dataset, size_t n, struct akin_error *err)
{
    struct range *ranges = akin_new(c->set.n, sizeof(*ranges));
    double *outside = calloc(n + 1, sizeof(*outside));
    size_t n_datasets = 0;

    for (size_t k = 0; k < c->set.n; k++)
        ranges[k] = (struct range){INFINITY,  INFINITY,   -INFINITY,
                                   -INFINITY, UINT32_MAX, UINT32_MAX};
    for (size_t i = 0; i < n; i++) {
        n_datasets += i == 0 || dataset[i] != dataset[i - 1];
        for (size_t k = 0; k < c->set.n; k++)
            range_add(&ranges[k], (double)features[i * c->set.n + k],
                      dataset[i]);
    }
    for (size_t i = 0; outside != NULL && i < n; i++)
        outside[i] = outside_others(ranges, c->set.n, features + i * c->set.n,
                                    dataset[i]);
    for (size_t k = 0; k < c->set.n; k++) {
        c->low[k] = ranges[k].low;
        c->high[k] = ranges[k].high;
    }
    if (outside != NULL && n_datasets >= AKIN_CALIBRATION_DATASETS) {
        qsort(outside, n, sizeof(*outside), by_value);
        c->strange = quantile(outside, n, STRANGE_AT);
        c->has_range = true;
    }
    free(ranges);
    if (outside == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to calibrate");
    free(outside);
    return AKIN_OK;
}

enum akin_status
akin_calibration_spread(struct akin_calibration *calibration,
                        const float *features, const uint32_t *dataset,
                        size_t n, struct akin_error *err)
{
    enum akin_status st;

    calibration->has_spread = calibration->has_range = false;
    if (n < 2)
        return AKIN_OK;
    set_spread(calibration, features, n);
    st = set_distance(calibration, features, dataset, n, err);
    return st == AKIN_OK ? set_range(calibration, features, dataset, n, err)
                         : st;
}

double
akin_calibration_strangeness(const struct akin_calibration *calibration,
                             const float *features, size_t n)
{
    size_t outside = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < calibration->set.n; k++) {
            double value = (double)features[i * calibration->set.n + k];

            outside +=
                value < calibration->low[k] || value > calibration->high[k];
        }
    return n == 0 ? 0 : (double)outside / (double)(n * calibration->set.n);
}
