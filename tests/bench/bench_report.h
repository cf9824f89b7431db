/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_report.h - the figures of a retrieval run, as a table or as JSON.
 */
#ifndef AKIN_BENCH_REPORT_H
#define AKIN_BENCH_REPORT_H

#include "bench_judge.h"

/* What is printed. */
struct bench_report {
    const struct bench_corpus *corpus;
    const struct bench_results *results; /* summed up over all */
    /* Halves of the sets, each judged by what was trained on the other one;
     * NULL: no halves. */
    const struct bench_results *half[2];
    const char *projection; /* its id, or how it was made */
    enum akin_intent intent;
    bool per_set;
    size_t n_confusions; /* most to print */
};

void bench_report_table(const struct bench_report *report);
void bench_report_json(const struct bench_report *report);

#endif
