/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - akin-bench: one row for each benchmark. What the numbers mean, and
 * how to compare them, stands in README.md beside this file.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"

static const struct {
    const char *name, *help;
    bench_fn *fn;
} commands[] = {
    {"decode", "decode only: MPixel/s over a tree of images", bench_decode},
    {"describe", "tiles and features: tiles/s, and ms for each part",
     bench_describe},
    {"collect",
     "plan a collection: time of each step, copies against all pairs",
     bench_collect},
    {"serve", "the daemon beside direct searches, publishing and adding",
     bench_serve},
    {"index", "akin-index add: images/s beside decoding alone, and memory",
     bench_index},
    {"train-projection", "train a projection on a tree of images",
     bench_train_projection},
    {"http", "the same requests over HTTP and over nanomsg", bench_http},
    {"retrieval", "how well does the ranking find what is similar?",
     bench_retrieval},
    {"search", "searching N tiles behind filters, beside exact scans",
     bench_search},
    {"publish", "a publish of N tiles, by steps, beside FAISS", bench_publish},
    {"start", "a process's first answer over a store; a second one's memory",
     bench_start},
    {"memory", "what a process holds that searches N tiles", bench_memory},
    {"facets", "ten facets beside SQL over a million made-up images",
     bench_facets},
    {"text", "words, filter and facets: p50 and p99 in this process",
     bench_text},
};

static int
help(FILE *out, int rc)
{
    (void)fprintf(out, "usage: akin-bench COMMAND [ARGUMENTS]\n");
    for (size_t i = 0; i < AKIN_COUNT(commands); i++)
        (void)fprintf(out, "  %-18s%s\n", commands[i].name, commands[i].help);
    return rc;
}

int
main(int argc, char **argv)
{
    if (argc < 2)
        return help(stderr, 2);
    if (strcmp(argv[1], "--help") == 0)
        return help(stdout, 0);
    for (size_t i = 0; i < AKIN_COUNT(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].fn(argc - 1, argv + 1);
    (void)fprintf(stderr, "akin-bench: no command \"%s\"\n", argv[1]);
    return help(stderr, 2);
}
