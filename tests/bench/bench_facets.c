/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_facets.c - ten facets over filters of several widths, beside SQL
 * GROUP BY over the same made-up data in SQLite; every count is compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "akin/facet.h"
#include "akin/hash.h"
#include "bench.h"

#define N_DATASETS ((size_t)20000)
#define N_IMAGES ((size_t)1000000)
#define N_AUTHORS 30000
#define N_KEYWORDS 5000
#define SHOWN 10 /* values of each facet, as a page of a repository does */
#define REPEATS 25
#define SQL_REPEATS 3

static const char *const organisms[] = {
    "NCBITaxon:9606", "NCBITaxon:10090", "NCBITaxon:10116", "NCBITaxon:7955",
    "NCBITaxon:7227", "NCBITaxon:6239",  "NCBITaxon:3702",  "NCBITaxon:4932"};
static const char *const methods[] = {"FBbi:00000246", "FBbi:00000251",
                                      "FBbi:00000253", "FBbi:00000256",
                                      "FBbi:00000258", "FBbi:00000369"};
static const char *const licences[] = {"CC-BY-4.0", "CC0-1.0", "CC-BY-SA-4.0",
                                       "CC-BY-NC-4.0", "MIT"};
static const char *const publishers[] = {"Archive A", "Archive B", "Archive C",
                                         "Archive D"};
static const char *const annotations[] = {
    "class_labels", "bounding_boxes", "segmentation_mask", "counts", "tracks"};
static const char *const formats[] = {"tiff", "png", "jpeg", "bmp"};

/* How each facet stands in SQL: rows of dataset and value, those of terms with
 * all that is above them, or columns of the images. */
static const struct {
    const char *name;
    bool is_image, is_term;
} facets[] = {
    {"organism", false, true},   {"imaging_method", false, true},
    {"license", false, false},   {"year", false, false},
    {"publisher", false, false}, {"annotation_type", false, false},
    {"author", false, false},    {"keyword", false, false},
    {"format", true, false},     {"channels", true, false},
};
#define N_FACETS AKIN_COUNT(facets)

static const struct {
    const char *name, *where, *sql;
} filters[] = {
    {"all", NULL, "SELECT dataset FROM f_year"},
    {"half", "year:2016..", "SELECT dataset FROM f_year WHERE value>=2016"},
    {"mammals", "organism:NCBITaxon:40674",
     "SELECT dataset FROM f_organism WHERE value='NCBITaxon:40674'"},
    {"tenth", "license:CC0-1.0 AND year:2014..2020",
     "SELECT dataset FROM f_license WHERE value='CC0-1.0' INTERSECT "
     "SELECT dataset FROM f_year WHERE value BETWEEN 2014 AND 2020"},
    {"narrow", "keyword:\"keyword 7\" AND NOT publisher:\"Archive A\"",
     "SELECT dataset FROM f_keyword WHERE value='keyword 7' EXCEPT "
     "SELECT dataset FROM f_publisher WHERE value='Archive A'"},
};

struct bench {
    uint64_t random;
    struct akin_terms *terms;
    struct akin_facets *facets;
    sqlite3 *db;
    sqlite3_stmt *put[N_FACETS];
    sqlite3_stmt *put_image;
    struct bench_samples ratio;
    size_t n_compared, n_wrong;
};

/* A number below n: small ones are frequent, as in real data. */
static size_t
pick(struct bench *b, size_t n)
{
    double u;

    b->random = akin_hash_mix(b->random, 1);
    u = (double)(b->random >> 11) / 9007199254740992.0;
    return (size_t)(u * u * (double)n);
}

static void
sql(struct bench *b, const char *text)
{
    if (sqlite3_exec(b->db, text, NULL, NULL, NULL) != SQLITE_OK) {
        (void)fprintf(stderr, "akin-bench: %s\n", sqlite3_errmsg(b->db));
        exit(1);
    }
}

static sqlite3_stmt *
prepare(struct bench *b, const char *text)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(b->db, text, -1, &stmt, NULL) != SQLITE_OK) {
        (void)fprintf(stderr, "akin-bench: %s\n", sqlite3_errmsg(b->db));
        exit(1);
    }
    return stmt;
}

static void
open_sql(struct bench *b)
{
    if (sqlite3_open(":memory:", &b->db) != SQLITE_OK)
        exit(1);
    for (size_t i = 0; i < N_FACETS; i++) {
        char text[256];

        if (facets[i].is_image)
            continue;
        (void)snprintf(text, sizeof(text),
                       "CREATE TABLE f_%s(value, dataset INTEGER, PRIMARY KEY"
                       "(value, dataset)) WITHOUT ROWID",
                       facets[i].name);
        sql(b, text);
        (void)snprintf(text, sizeof(text),
                       "INSERT OR IGNORE INTO f_%s VALUES(?1,?2)",
                       facets[i].name);
        b->put[i] = prepare(b, text);
    }
    sql(b,
        "CREATE TABLE images(dataset INTEGER, format TEXT, channels INTEGER)");
    b->put_image = prepare(b, "INSERT INTO images VALUES(?1,?2,?3)");
    sql(b, "BEGIN");
}

static void
put_row(struct bench *b, size_t facet, const char *value, size_t dataset)
{
    (void)sqlite3_bind_text(b->put[facet], 1, value, -1, SQLITE_TRANSIENT);
    (void)sqlite3_bind_int64(b->put[facet], 2, (int64_t)dataset);
    (void)sqlite3_step(b->put[facet]);
    (void)sqlite3_reset(b->put[facet]);
}

/* --- a dataset --- */

static void
put_term(struct bench *b, struct akin_json *record, size_t facet,
         const char *curie, size_t dataset)
{
    struct akin_json *list = akin_json_array(), *term = akin_json_object();
    struct akin_json *above = akin_terms_ancestors(b->terms, curie);

    akin_json_set_text(term, "id", curie);
    akin_json_append(list, term);
    akin_json_set(record, facets[facet].name, list);
    put_row(b, facet, curie, dataset);
    for (size_t i = 0; i < akin_json_count(above); i++)
        put_row(b, facet, akin_json_string(akin_json_at(above, i)), dataset);
    akin_json_free(above);
}

static void
put_annotations(struct bench *b, struct akin_json *record, size_t dataset)
{
    const char *type = annotations[pick(b, AKIN_COUNT(annotations))];
    struct akin_json *mifa = akin_json_object(), *list = akin_json_array();
    struct akin_json *one = akin_json_object(), *types = akin_json_array();

    akin_json_append(types, akin_json_new_string(type));
    akin_json_set(one, "type", types);
    akin_json_append(list, one);
    akin_json_set(mifa, "annotations", list);
    akin_json_set(record, "mifa", mifa);
    put_row(b, 5, type, dataset);
}

static void
put_lists(struct bench *b, struct akin_json *record, size_t dataset)
{
    struct akin_json *authors = akin_json_array(), *words = akin_json_array();
    char text[64];

    for (size_t i = pick(b, 8) + 1; i-- > 0;) {
        struct akin_json *author = akin_json_object();
        size_t who = pick(b, N_AUTHORS);

        (void)snprintf(text, sizeof(text), "0000-0002-%04zu-%04zu", who / 10000,
                       who % 10000);
        akin_json_set_text(author, "orcid", text);
        akin_json_append(authors, author);
        put_row(b, 6, text, dataset);
    }
    for (size_t i = pick(b, 6) + 1; i-- > 0;) {
        (void)snprintf(text, sizeof(text), "keyword %zu", pick(b, N_KEYWORDS));
        akin_json_append(words, akin_json_new_string(text));
        put_row(b, 7, text, dataset);
    }
    akin_json_set(record, "authors", authors);
    akin_json_set(record, "keywords", words);
}

static void
put_images(struct bench *b, struct akin_image_info *image, size_t n,
           size_t dataset)
{
    for (size_t i = 0; i < n; i++) {
        image[i] = (struct akin_image_info){
            .format = formats[pick(b, AKIN_COUNT(formats))],
            .dim_x = 1024,
            .dim_y = 1024,
            .dim_c = (uint32_t)pick(b, 5) + 1,
            .bits = 16};
        (void)sqlite3_bind_int64(b->put_image, 1, (int64_t)dataset);
        (void)sqlite3_bind_text(b->put_image, 2, image[i].format, -1,
                                SQLITE_STATIC);
        (void)sqlite3_bind_int64(b->put_image, 3, image[i].dim_c);
        (void)sqlite3_step(b->put_image);
        (void)sqlite3_reset(b->put_image);
    }
}

static void
put_dataset(struct bench *b, size_t dataset)
{
    struct akin_image_info image[N_IMAGES / N_DATASETS];
    struct akin_json *record = akin_json_object(), *publisher;
    const char *text = licences[pick(b, AKIN_COUNT(licences))];
    int64_t year = 2025 - (int64_t)pick(b, 20);

    put_term(b, record, 0, organisms[pick(b, AKIN_COUNT(organisms))], dataset);
    put_term(b, record, 1, methods[pick(b, AKIN_COUNT(methods))], dataset);
    akin_json_set_text(record, "license", text);
    put_row(b, 2, text, dataset);
    akin_json_set_int(record, "year", year);
    (void)sqlite3_bind_int64(b->put[3], 1, year);
    (void)sqlite3_bind_int64(b->put[3], 2, (int64_t)dataset);
    (void)sqlite3_step(b->put[3]);
    (void)sqlite3_reset(b->put[3]);
    publisher = akin_json_object();
    text = publishers[pick(b, AKIN_COUNT(publishers))];
    akin_json_set_text(publisher, "name", text);
    akin_json_set(record, "publisher", publisher);
    put_row(b, 4, text, dataset);
    put_annotations(b, record, dataset);
    put_lists(b, record, dataset);
    put_images(b, image, AKIN_COUNT(image), dataset);
    akin_facets_add(b->facets, (uint32_t)dataset, record, image,
                    AKIN_COUNT(image));
    akin_json_free(record);
}

static void
make(struct bench *b)
{
    uint64_t start;

    open_sql(b);
    b->facets = akin_facets_new(b->terms);
    for (size_t i = 1; i <= N_DATASETS; i++)
        put_dataset(b, i);
    start = bench_now_ns();
    akin_facets_finish(b->facets);
    bench_figure("finish", (double)(bench_now_ns() - start) / 1e6, "ms");
    sql(b, "COMMIT;"
           "CREATE INDEX images_format ON images(format, dataset);"
           "CREATE INDEX images_channels ON images(channels, dataset);"
           "CREATE TEMP TABLE pass(dataset INTEGER PRIMARY KEY);"
           "ANALYZE");
}

/* Writing and reading the index, as a publish and a start do. */
static enum akin_status
time_file(struct bench *b, struct akin_error *err)
{
    struct akin_facets *copy = NULL;
    struct akin_buf bytes = {0};
    uint64_t start = bench_now_ns();
    enum akin_status st;

    akin_facets_write(b->facets, &bytes);
    bench_figure("write", (double)(bench_now_ns() - start) / 1e6, "ms");
    bench_figure("file", (double)bytes.len / 1e6, "MB");
    start = bench_now_ns();
    st = akin_facets_read(akin_buf_span(&bytes), b->terms, NULL, &copy, err);
    if (st == AKIN_OK)
        akin_facets_finish(copy);
    bench_figure("read", (double)(bench_now_ns() - start) / 1e6, "ms");
    akin_facets_free(copy);
    akin_buf_free(&bytes);
    return st;
}

/* --- one filter --- */

/* The max most frequent values of each facet. */
static enum akin_status
count_akin(struct bench *b, const char *where, size_t max,
           struct akin_json *out, struct akin_error *err)
{
    struct akin_filter *filter = NULL;
    struct akin_bitmap *pass;
    enum akin_status st = AKIN_OK;

    if (where != NULL)
        st = akin_filter_parse(where, &filter, err);
    if (st == AKIN_OK && filter != NULL)
        st = akin_filter_resolve(filter, b->terms, NULL, err);
    if (st != AKIN_OK)
        return st;
    pass = akin_facets_match(b->facets, filter, NULL);
    for (size_t i = 0; st == AKIN_OK && i < N_FACETS; i++) {
        struct akin_json *counts = NULL;

        st = akin_facets_count(b->facets, facets[i].name, pass, max, &counts,
                               err);
        akin_json_set(out, facets[i].name, counts);
    }
    akin_bitmap_free(pass);
    akin_filter_free(filter);
    return st;
}

static void
select_text(size_t facet, char *out, size_t size)
{
    if (facets[facet].is_image)
        (void)snprintf(out, size,
                       "SELECT %s, COUNT(DISTINCT dataset) FROM images WHERE "
                       "dataset IN pass GROUP BY 1",
                       facets[facet].name);
    else
        (void)snprintf(out, size,
                       "SELECT value, COUNT(*) FROM f_%s WHERE dataset IN pass "
                       "GROUP BY 1",
                       facets[facet].name);
}

static void
put_flat(const struct akin_json *list, struct akin_json *out)
{
    for (size_t i = 0; i < akin_json_count(list); i++) {
        const struct akin_json *one = akin_json_at(list, i);

        akin_json_set(out, akin_json_text(one, "value"),
                      akin_json_share(akin_json_get(one, "count")));
        put_flat(akin_json_get(one, "children"), out);
    }
}

/* Each row of SQL must be a value with that count. Terms above, which the tree
 * shows only where it branches, may lack; nothing may be too much. */
static void
compare(struct bench *b, size_t facet, sqlite3_stmt *rows,
        const struct akin_json *counts)
{
    struct akin_json *flat = akin_json_object();
    size_t n_found = 0, n_rows = 0;

    put_flat(counts, flat);
    for (; sqlite3_step(rows) == SQLITE_ROW; n_rows++) {
        const char *value = (const char *)sqlite3_column_text(rows, 0);
        int64_t count = 0;

        if (!akin_json_int(akin_json_get(flat, value), &count))
            continue;
        n_found++;
        b->n_compared++;
        b->n_wrong += count != sqlite3_column_int64(rows, 1);
    }
    b->n_wrong += n_found != akin_json_count(flat);
    b->n_wrong += !facets[facet].is_term && n_found != n_rows;
    akin_json_free(flat);
}

/* The ten most frequent values of all ten facets; with counts, all values, to
 * be compared. */
static void
ask_sql(struct bench *b, size_t filter, const struct akin_json *counts)
{
    char text[512];

    (void)snprintf(text, sizeof(text), "DELETE FROM pass; INSERT INTO pass %s",
                   filters[filter].sql);
    sql(b, text);
    for (size_t i = 0; i < N_FACETS; i++) {
        sqlite3_stmt *rows;

        select_text(i, text, sizeof(text));
        if (counts == NULL)
            (void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
                           " ORDER BY 2 DESC LIMIT 10");
        rows = prepare(b, text);
        if (counts != NULL)
            compare(b, i, rows, akin_json_get(counts, facets[i].name));
        else
            while (sqlite3_step(rows) == SQLITE_ROW)
                ;
        (void)sqlite3_finalize(rows);
    }
}

static enum akin_status
measure(struct bench *b, size_t filter, struct akin_error *err)
{
    struct bench_samples ours = {0}, theirs = {0};
    struct akin_json *counts = NULL;
    enum akin_status st = AKIN_OK;
    char name[64];
    double ratio;

    for (size_t i = 0; st == AKIN_OK && i < REPEATS; i++) {
        uint64_t start = bench_now_ns();

        akin_json_free(counts);
        counts = akin_json_object();
        st = count_akin(b, filters[filter].where, SHOWN, counts, err);
        bench_add(&ours, (double)(bench_now_ns() - start) / 1e6);
    }
    for (size_t i = 0; st == AKIN_OK && i < SQL_REPEATS; i++) {
        uint64_t start = bench_now_ns();

        ask_sql(b, filter, NULL);
        bench_add(&theirs, (double)(bench_now_ns() - start) / 1e6);
    }
    akin_json_free(counts);
    counts = akin_json_object();
    if (st == AKIN_OK)
        st = count_akin(b, filters[filter].where, (size_t)AKIN_FACET_MAX * 4,
                        counts, err);
    if (st == AKIN_OK)
        ask_sql(b, filter, counts);
    ratio = bench_quantile(&theirs, 0.5) / bench_quantile(&ours, 0.5);
    bench_add(&b->ratio, ratio);
    (void)snprintf(name, sizeof(name), "%s.akin", filters[filter].name);
    bench_row(name, &ours, "ms");
    (void)snprintf(name, sizeof(name), "%s.sql", filters[filter].name);
    bench_row(name, &theirs, "ms");
    (void)snprintf(name, sizeof(name), "%s.ratio", filters[filter].name);
    bench_figure(name, ratio, "times");
    akin_json_free(counts);
    bench_samples_free(&ours);
    bench_samples_free(&theirs);
    return st;
}

static void
bench_free(struct bench *b)
{
    for (size_t i = 0; i < N_FACETS; i++)
        (void)sqlite3_finalize(b->put[i]);
    (void)sqlite3_finalize(b->put_image);
    (void)sqlite3_close(b->db);
    akin_facets_free(b->facets);
    akin_terms_free(b->terms);
    bench_samples_free(&b->ratio);
}

int
bench_facets(int argc, char **argv)
{
    struct bench b = {.random = 42};
    struct akin_error err = {0};
    enum akin_status st;
    int rc;

    (void)argv;
    if (argc > 1)
        return bench_usage("facets");
    st = akin_terms_load(NULL, &b.terms, &err);
    if (st != AKIN_OK)
        return bench_failed(&err);
    bench_header();
    make(&b);
    st = time_file(&b, &err);
    for (size_t i = 0; st == AKIN_OK && i < AKIN_COUNT(filters); i++)
        st = measure(&b, i, &err);
    bench_figure("least.ratio", bench_quantile(&b.ratio, 0), "times");
    bench_figure("counts.compared", (double)b.n_compared, "counts");
    bench_figure("counts.wrong", (double)b.n_wrong, "counts");
    rc = st != AKIN_OK ? bench_failed(&err) : b.n_wrong > 0;
    bench_free(&b);
    return rc;
}
