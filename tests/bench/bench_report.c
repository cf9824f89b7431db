/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_report.h"

#include <math.h>
#include <stdio.h>

#include "akin/json.h"

static const char *
intent_name(enum akin_intent intent)
{
    return intent == AKIN_INTENT_EXPLORE ? "explore" : "find";
}

static size_t
confusions(const struct bench_report *report)
{
    return report->results->n_confusions < report->n_confusions
               ? report->results->n_confusions
               : report->n_confusions;
}

static void
print_figures(const char *prefix, const struct bench_results *results)
{
    for (int f = 0; f < BENCH_N_FIGURES; f++)
        (void)printf("%s%s\t%.3f\t%.3f\t%.3f\n", prefix, bench_figure_names[f],
                     results->mean[f], results->low[f], results->high[f]);
}

static void
print_confusions(const struct bench_report *report)
{
    const struct bench_corpus *corpus = report->corpus;

    if (confusions(report) > 0)
        (void)printf("asked for\tset\tfirst\twanted\trank\tgap\timage\t"
                     "image of the first\n");
    for (size_t i = 0; i < confusions(report); i++) {
        const struct bench_confusion *c = &report->results->confusion[i];

        (void)printf("%s\t%s\t%s\t%s\t%zu\t%.3f\t%s\t%s\n",
                     c->cross ? "category" : "dataset",
                     corpus->set[corpus->image[c->image].set].id,
                     corpus->set[c->first].id, corpus->set[c->wanted].id,
                     c->rank, c->gap, corpus->image[c->image].path,
                     corpus->image[c->first_image].path);
    }
}

void
bench_report_table(const struct bench_report *report)
{
    const struct bench_corpus *corpus = report->corpus;

    (void)printf("figure\tmean\tlow\thigh\n");
    print_figures("", report->results);
    for (int h = 0; h < 2 && report->half[h] != NULL; h++)
        print_figures(h == 0 ? "half_1_" : "half_2_", report->half[h]);
    (void)printf("# %s, %s; %zu sets, %zu images, %zu tiles; %zu images "
                 "failed\n",
                 intent_name(report->intent), report->projection,
                 corpus->n_sets, corpus->n_images, corpus->n_tiles,
                 corpus->n_failed);
    for (size_t s = 0; report->per_set && s < corpus->n_sets; s++) {
        (void)printf("%s\t%s\t%zu", corpus->set[s].id, corpus->set[s].category,
                     corpus->set[s].n_images);
        for (int f = 0; f < BENCH_N_FIGURES; f++)
            (void)printf("\t%.3f", report->results->of_set[f][s]);
        (void)printf("\n");
    }
    print_confusions(report);
}

/* JSON has no NaN: a figure that does not exist is null. */
static struct akin_json *
number(double value)
{
    return isnan(value) ? akin_json_new_null() : akin_json_new_real(value);
}

static void
set_figures(struct akin_json *out, const struct bench_results *results)
{
    for (int f = 0; f < BENCH_N_FIGURES; f++) {
        struct akin_json *interval = akin_json_array();
        char name[64];

        akin_json_append(interval, number(results->low[f]));
        akin_json_append(interval, number(results->high[f]));
        akin_json_set(out, bench_figure_names[f], number(results->mean[f]));
        (void)snprintf(name, sizeof(name), "%s_ci", bench_figure_names[f]);
        akin_json_set(out, name, interval);
    }
}

static struct akin_json *
per_set_json(const struct bench_report *report)
{
    struct akin_json *sets = akin_json_array();

    for (size_t s = 0; s < report->corpus->n_sets; s++) {
        const struct bench_set *set = &report->corpus->set[s];
        struct akin_json *one = akin_json_object();

        akin_json_set_text(one, "id", set->id);
        akin_json_set_text(one, "category", set->category);
        akin_json_set_int(one, "images", (int64_t)set->n_images);
        for (int f = 0; f < BENCH_N_FIGURES; f++)
            akin_json_set(one, bench_figure_names[f],
                          number(report->results->of_set[f][s]));
        akin_json_append(sets, one);
    }
    return sets;
}

static struct akin_json *
confusions_json(const struct bench_report *report)
{
    const struct bench_corpus *corpus = report->corpus;
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < confusions(report); i++) {
        const struct bench_confusion *c = &report->results->confusion[i];
        struct akin_json *one = akin_json_object();

        akin_json_set_text(one, "asked_for", c->cross ? "category" : "dataset");
        akin_json_set_text(one, "set",
                           corpus->set[corpus->image[c->image].set].id);
        akin_json_set_text(one, "first", corpus->set[c->first].id);
        akin_json_set_text(one, "wanted", corpus->set[c->wanted].id);
        akin_json_set_int(one, "rank", (int64_t)c->rank);
        akin_json_set_real(one, "gap", c->gap);
        akin_json_set_text(one, "image", corpus->image[c->image].path);
        akin_json_set_text(one, "first_image",
                           corpus->image[c->first_image].path);
        akin_json_append(list, one);
    }
    return list;
}

void
bench_report_json(const struct bench_report *report)
{
    const struct bench_corpus *corpus = report->corpus;
    struct akin_json *out = akin_json_object(), *halves = akin_json_array();
    struct akin_buf text = {0};

    set_figures(out, report->results);
    for (int h = 0; h < 2 && report->half[h] != NULL; h++) {
        struct akin_json *half = akin_json_object();

        set_figures(half, report->half[h]);
        akin_json_append(halves, half);
    }
    if (report->half[0] != NULL)
        akin_json_set(out, "halves", akin_json_share(halves));
    akin_json_free(halves);
    akin_json_set_text(out, "intent", intent_name(report->intent));
    akin_json_set_text(out, "projection", report->projection);
    akin_json_set_int(out, "sets", (int64_t)corpus->n_sets);
    akin_json_set_int(out, "images", (int64_t)corpus->n_images);
    akin_json_set_int(out, "tiles", (int64_t)corpus->n_tiles);
    akin_json_set_int(out, "failed", (int64_t)corpus->n_failed);
    akin_json_set(out, "per_set", per_set_json(report));
    if (report->n_confusions > 0)
        akin_json_set(out, "confusions", confusions_json(report));
    akin_json_write(out, AKIN_JSON_PRETTY, &text);
    (void)printf("%s\n", akin_buf_text(&text));
    akin_buf_free(&text);
    akin_json_free(out);
}
