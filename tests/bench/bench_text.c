/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_text.c - questions to the service, in this process: words alone, and
 * words with a filter and facets. Over made-up records, or over those of a
 * store that is given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "akin/dataset.h"
#include "akin/file.h"
#include "akin/generation.h"
#include "akin/hash.h"
#include "bench.h"
#include "service.h"

#define N_DATASETS ((size_t)20000)
#define N_WORDS 30000
#define REPEATS 100

static const char *const words[] = {"cell",
                                    "nucleus",
                                    "hippocampus",
                                    "mitochondria",
                                    "confocal",
                                    "embryo",
                                    "segmentation",
                                    "actin",
                                    "light sheet",
                                    "\"cell cycle\"",
                                    "mito*",
                                    "mouse brain",
                                    "tumour OR cancer",
                                    "neuron -human"};

struct case_of {
    const char *name, *method, *params; /* %s: the words */
};
static const struct case_of cases[] = {
    {"text", "search", "{\"text\":\"%s\",\"k\":10}"},
    {"text+filter+facets", "search",
     "{\"text\":\"%s\",\"k\":10,\"where\":\"organism:Mammalia AND "
     "year:2018..\","
     "\"facets\":[\"organism\",\"imaging_method\",\"license\",\"year\"]}"},
    {"facets of text+filter", "facets",
     "{\"text\":\"%s\",\"where\":\"organism:Mammalia AND year:2018..\","
     "\"facets\":[\"organism\",\"imaging_method\",\"license\",\"year\"]}"},
    {"all facets of text+filter", "facets",
     "{\"text\":\"%s\",\"where\":\"organism:Mammalia AND year:2018..\"}"},
    {"suggest", "suggest", "{\"text\":\"%s\"}"},
};

/* --- made-up records --- */

struct making {
    uint64_t random;
    size_t first;
};

static size_t
pick(struct making *making, size_t n)
{
    double u;

    making->random = akin_hash_mix(making->random, 1);
    u = (double)(making->random >> 11) / 9007199254740992.0;
    return (size_t)(u * u * u * (double)n);
}

static void
put_text(struct making *making, size_t n, struct akin_buf *out)
{
    while (n-- > 0) {
        size_t i = pick(making, N_WORDS);
        const char *word = i < AKIN_COUNT(words) ? words[i] : NULL;

        if (word != NULL && strpbrk(word, "\"*-") == NULL)
            akin_buf_printf(out, "%s ", word);
        else
            akin_buf_printf(out, "word%zu ", i);
    }
}

static void
put_member(struct making *making, struct akin_json *record, const char *key,
           size_t n)
{
    struct akin_buf text = {0};

    put_text(making, n, &text);
    akin_json_set_text(record, key, akin_buf_text(&text));
    akin_buf_free(&text);
}

static struct akin_json *
make_record(struct making *making, size_t number)
{
    static const char *const organisms[] = {"NCBITaxon:9606", "NCBITaxon:10090",
                                            "NCBITaxon:7227"};
    static const char *const methods[] = {"FBbi:00000246", "FBbi:00000251",
                                          "FBbi:00000258"};
    struct akin_json *record = akin_json_object(), *list = akin_json_array();
    char id[32];

    (void)snprintf(id, sizeof(id), "S-MADE%zu", number);
    akin_json_set_text(record, "id", id);
    put_member(making, record, "title", 10);
    put_member(making, record, "description", 150);
    akin_json_set_text(record, "license",
                       pick(making, 2) == 0 ? "CC-BY-4.0" : "CC0-1.0");
    akin_json_set_int(record, "year", 2025 - (int64_t)pick(making, 20));
    akin_json_append(list, akin_json_new_string(
                               organisms[pick(making, AKIN_COUNT(organisms))]));
    akin_json_set(record, "organism", list);
    list = akin_json_array();
    akin_json_append(
        list, akin_json_new_string(methods[pick(making, AKIN_COUNT(methods))]));
    akin_json_set(record, "imaging_method", list);
    list = akin_json_array();
    for (size_t i = pick(making, 8) + 1; i-- > 0;) {
        struct akin_json *author = akin_json_object();

        put_member(making, author, "name", 2);
        akin_json_append(list, author);
    }
    akin_json_set(record, "authors", list);
    return record;
}

static enum akin_status
put_records(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct making making = *(struct making *)ctx; /* may run again */
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < N_DATASETS; i++) {
        struct akin_json *record = make_record(&making, making.first + i);
        enum akin_dataset_change change;
        uint32_t number;

        st = akin_dataset_put(txn, record, 1, &number, &change, err);
        akin_json_free(record);
    }
    return st;
}

static enum akin_status
make_store(const char *dir, const struct akin_config *config,
           struct akin_error *err)
{
    struct making making = {.random = 7};
    struct akin_store *store = NULL;
    enum akin_status st = akin_store_open(dir, AKIN_STORE_CREATE, &store, err);
    uint64_t start;

    if (st == AKIN_OK)
        st = akin_store_update(store, put_records, &making, err);
    start = bench_now_ns();
    if (st == AKIN_OK)
        st = akin_generation_publish(store, config, NULL, NULL, NULL, err);
    bench_figure("publish", (double)(bench_now_ns() - start) / 1e6, "ms");
    akin_store_close(store);
    return st;
}

/* --- asking --- */

static enum akin_status
ask(struct akin_session *session, const struct case_of *one, const char *word,
    double *ms, struct akin_error *err)
{
    struct akin_json *params = NULL, *result = NULL;
    struct akin_buf text = {0}, escaped = {0};
    const char *end = strchr(one->params, '%');
    enum akin_status st;
    uint64_t start;

    for (const char *p = word; *p != '\0'; p++)
        akin_buf_printf(&escaped, *p == '"' ? "\\%c" : "%c", *p);
    akin_buf_put(&text, one->params, (size_t)(end - one->params));
    akin_buf_puts(&text, akin_buf_text(&escaped));
    akin_buf_puts(&text, end + 2);
    st = akin_json_parse(akin_buf_span(&text), &params, err);
    start = bench_now_ns();
    if (st == AKIN_OK)
        st = akin_service_call(session, one->method, params, &result, err);
    *ms = (double)(bench_now_ns() - start) / 1e6;
    akin_json_free(result);
    akin_json_free(params);
    akin_buf_free(&text);
    akin_buf_free(&escaped);
    return st;
}

static enum akin_status
measure(struct akin_session *session, const struct case_of *one,
        struct akin_error *err)
{
    struct bench_samples ms = {0};
    enum akin_status st = AKIN_OK;
    double once = 0;

    for (size_t i = 0; st == AKIN_OK && i < AKIN_COUNT(words); i++)
        st = ask(session, one, words[i], &once, err);
    for (size_t i = 0; st == AKIN_OK && i < REPEATS; i++) {
        st = ask(session, one, words[i % AKIN_COUNT(words)], &once, err);
        bench_add(&ms, once);
    }
    (void)printf("%s\t%zu\t%.4g\t%.4g\tms (p50, p99)\n", one->name, ms.n,
                 bench_quantile(&ms, 0.5), bench_quantile(&ms, 0.99));
    bench_samples_free(&ms);
    return st;
}

static enum akin_status
measure_store(const char *dir, const struct akin_config *config,
              struct akin_error *err)
{
    struct akin_service *service = NULL;
    struct akin_session *session = NULL;
    uint64_t start = bench_now_ns();
    enum akin_status st = akin_service_open(dir, config, &service, err);
    double once = 0;

    if (st == AKIN_OK)
        st = akin_session_new(service, &session, err);
    if (st == AKIN_OK)
        st = ask(session, &cases[0], words[0], &once, err);
    bench_figure("first answer", (double)(bench_now_ns() - start) / 1e6, "ms");
    for (size_t i = 0; st == AKIN_OK && i < AKIN_COUNT(cases); i++)
        st = measure(session, &cases[i], err);
    akin_session_free(session);
    akin_service_close(service);
    return st;
}

int
bench_text(int argc, char **argv)
{
    char folder[] = "/tmp/akin-bench-XXXXXX";
    struct akin_config config;
    struct akin_error err = {0};
    enum akin_status st;

    if (argc > 2)
        return bench_usage("text [STORE]");
    akin_config_init(&config);
    bench_header();
    if (argc == 2) {
        st = measure_store(argv[1], &config, &err);
        return st == AKIN_OK ? 0 : bench_failed(&err);
    }
    if (mkdtemp(folder) == NULL)
        return 1;
    st = make_store(folder, &config, &err);
    if (st == AKIN_OK)
        st = measure_store(folder, &config, &err);
    (void)!akin_file_remove(folder, NULL);
    return st == AKIN_OK ? 0 : bench_failed(&err);
}
