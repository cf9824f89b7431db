/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_train.c - makes common/builtin.projection.
 */
#include <stdio.h>
#include <stdlib.h>

#include "akin/file.h"
#include "bench.h"
#include "bench_corpus.h"

int
bench_train_projection(int argc, char **argv)
{
    const char *out = bench_option(&argc, argv, "--out");
    const char *dump = bench_option(&argc, argv, "--dump");
    const char *disturb = bench_option(&argc, argv, "--disturb");
    struct bench_corpus_options options = {.disturb_tiles = 1};
    struct bench_corpus corpus = {0};
    struct akin_projection *projection = NULL;
    struct akin_error err = {0};
    struct akin_config config;
    struct akin_buf bytes = {0};
    enum akin_status st;

    if (disturb != NULL)
        options.disturb_tiles = strtoul(disturb, NULL, 10);
    if (argc != 2 || out == NULL)
        return bench_usage(
            "train-projection FOLDER --out FILE [--disturb N] [--dump FILE]");
    akin_config_init(&config);
    st = bench_corpus_load(argv[1], &config, &options, &corpus, &err);
    if (st == AKIN_OK && dump != NULL)
        st = bench_corpus_dump(&corpus, dump, &err);
    if (st == AKIN_OK)
        st = bench_corpus_train(&corpus, NULL, &projection, &err);
    if (st == AKIN_OK) {
        akin_projection_write(projection, &bytes);
        st = akin_file_write(out, akin_buf_span(&bytes), &err);
    }
    if (st == AKIN_OK)
        (void)printf("%s: %s, %zu bytes, from %zu tiles and %zu disturbed "
                     "copies of %zu sets\n",
                     out, akin_projection_id(projection), bytes.len,
                     corpus.n_tiles, corpus.n_disturbed, corpus.n_sets);
    akin_buf_free(&bytes);
    akin_projection_free(projection);
    bench_corpus_free(&corpus);
    return st == AKIN_OK ? 0 : bench_failed(&err);
}
