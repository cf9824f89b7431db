/* SPDX-License-Identifier: Apache-2.0 */
#include "chance.h"

#include <math.h>

#include "snapshot_rows.h"

/* Ranked first by whatever was asked for; the best by chance is among them. */
#define LOOKED_AT ((size_t)20)
/* At least as likely as not that one of as many random datasets does as well.
 */
#define NO_BETTER 0.5

double
akin_chance_of(const struct akin_snapshot *snapshot,
               const struct akin_question *question, const float *sim,
               size_t n_datasets, size_t dataset)
{
    const struct akin_calibration *calibration =
        akin_snapshot_calibration(snapshot);

    if (calibration == NULL)
        return -1;
    return akin_calibration_chance(
        calibration, akin_score_plain(question, sim, n_datasets, dataset),
        akin_snapshot_tiles(snapshot, dataset));
}

/* Share of the features of the positive examples that lie outside of the
 * store's; -1: there are no features. */
static double
strangeness(const struct akin_calibration *calibration,
            const struct akin_question *question)
{
    double sum = 0;
    size_t n = 0;

    for (size_t i = 0; i < question->n_positive_tiles; i++) {
        const float *features = akin_question_features(question, i);

        if (features == NULL)
            continue;
        sum += akin_calibration_strangeness(calibration, features, 1);
        n++;
    }
    return n == 0 ? -1 : sum / (double)n;
}

static void
say(struct akin_json *out, bool similar, const struct akin_buf *verdict)
{
    akin_json_set_bool(out, "similar", similar);
    akin_json_set_text(out, "verdict", akin_buf_text(verdict));
}

static void
say_unknown(struct akin_json *out, const char *why)
{
    struct akin_buf verdict = {0};

    akin_buf_printf(&verdict,
                    "Whether this is more than chance is not known: %s.", why);
    akin_json_set(out, "similar", akin_json_new_null());
    akin_json_set_text(out, "verdict", akin_buf_text(&verdict));
    akin_buf_free(&verdict);
}

static void
say_known(const struct akin_calibration *calibration, double best, size_t n,
          double strange, struct akin_json *out)
{
    double any = -expm1((double)n * log1p(-best)); /* 1 - (1 - best)^n */
    bool is_strange = calibration->has_range && strange > calibration->strange;
    bool is_chance = best >= 1 || any >= NO_BETTER;
    struct akin_buf verdict = {0};

    if (is_strange)
        akin_buf_printf(&verdict,
                        "Nothing here is similar: %.0f %% of what was measured "
                        "in the image lies outside of all that this store "
                        "holds.",
                        100 * strange);
    else if (is_chance)
        akin_buf_printf(&verdict,
                        "Nothing here is similar: of %zu random datasets, the "
                        "best would often score as high as the best hit.",
                        n);
    else
        akin_buf_printf(&verdict,
                        "The best hit is similar: a random dataset scores as "
                        "high in %.2g %% of cases.",
                        100 * best);
    say(out, !is_strange && !is_chance, &verdict);
    akin_buf_free(&verdict);
}

void
akin_chance_verdict(const struct akin_snapshot *snapshot,
                    const struct akin_question *question, const float *sim,
                    size_t n_datasets, const struct akin_ranked *ranked,
                    size_t n_ranked, struct akin_json *out)
{
    const struct akin_calibration *calibration =
        akin_snapshot_calibration(snapshot);
    double best = 1;

    if (calibration == NULL) {
        say_unknown(out, akin_snapshot_generation(snapshot) == 0
                             ? "nothing was published yet"
                             : "the generation has no calibration; publish "
                               "again");
        return;
    }
    if (!calibration->has_null) {
        say_unknown(out, "the store holds too few datasets to compare with");
        return;
    }
    if (n_ranked == 0) {
        say_unknown(out, "there is no hit");
        return;
    }
    for (size_t i = 0; i < n_ranked && i < LOOKED_AT; i++) {
        double one = akin_chance_of(snapshot, question, sim, n_datasets,
                                    ranked[i].dataset);

        best = one < best ? one : best;
    }
    say_known(calibration, best, n_ranked, strangeness(calibration, question),
              out);
}
