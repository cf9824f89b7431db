/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random filters over random records: the facet index and akin_filter_matches
 * must agree on every dataset, and every facet must count what a walk over the
 * records counts.
 */
#include "akin_test.h"

#include <math.h>

#include "akin/facet.h"
#include "filter_internal.h"

#define N_RECORDS 150
#define N_IMAGES_MAX 4

static const char *const words[] = {"Mouse",         "mouse", "cell",
                                    "cells",         "Live",  "embryo",
                                    "M\xc3\xbcller", "x-ray"};
static const char *const curies[] = {"NCBITaxon:9606", "NCBITaxon:10090",
                                     "FBbi:00000246", "ncbitaxon:9606"};

struct world {
    struct akin_json *record[N_RECORDS]; /* with "images" */
    uint32_t number[N_RECORDS];
    struct akin_image_info image[N_RECORDS][N_IMAGES_MAX];
    size_t n_images[N_RECORDS];
    struct akin_facets *facets;
    struct akin_test_random random;
};

static size_t
below(struct world *w, size_t n)
{
    return (size_t)akin_test_below(&w->random, n);
}

static const char *
word(struct world *w)
{
    return words[below(w, AKIN_COUNT(words))];
}

static void
add_text(struct world *w, struct akin_json *record, const char *key)
{
    struct akin_buf text = {0};
    size_t n = below(w, 4);

    for (size_t i = 0; i < n; i++)
        akin_buf_printf(&text, "%s%s",
                        i == 0   ? ""
                        : i == 1 ? " "
                                 : "-",
                        word(w));
    if (below(w, 4) > 0)
        akin_json_set_text(record, key, akin_buf_text(&text));
    akin_buf_free(&text);
}

static struct akin_json *
term(struct world *w)
{
    struct akin_json *json = akin_json_object();
    size_t kind = below(w, 4);

    if (kind == 0) {
        akin_json_free(json);
        return akin_json_new_string(curies[below(w, AKIN_COUNT(curies))]);
    }
    if (kind != 1)
        akin_json_set_text(json, "id", curies[below(w, AKIN_COUNT(curies))]);
    if (kind != 2)
        akin_json_set_text(json, "label", word(w));
    return json;
}

static struct akin_json *
texts(struct world *w, struct akin_json *(*make)(struct world *))
{
    struct akin_json *list = akin_json_array();
    size_t n = below(w, 4);

    for (size_t i = 0; i < n; i++)
        akin_json_append(list, make(w));
    return list;
}

static struct akin_json *
odd_text(struct world *w)
{
    switch (below(w, 6)) {
    case 0:
        return akin_json_new_null();
    case 1:
        return akin_json_new_int(7);
    case 2:
        return akin_json_new_string("");
    default:
        return akin_json_new_string(word(w));
    }
}

static struct akin_json *
person(struct world *w)
{
    struct akin_json *json = akin_json_object();

    if (below(w, 3) > 0)
        akin_json_set_text(json, "name", word(w));
    if (below(w, 3) == 0)
        akin_json_set_text(json, "orcid", "0000-0002-1825-0097");
    return json;
}

/* What file lists say: text, terms and numbers. */
static struct akin_json *
attributes(struct world *w)
{
    struct akin_json *json = akin_json_object();
    struct akin_json *channels = akin_json_array();

    akin_json_append(channels, akin_json_new_real(1 + (double)below(w, 20)));
    akin_json_set(json, "snr", texts(w, odd_text));
    akin_json_set(json, "organism", texts(w, odd_text));
    akin_json_set(json, "channels", channels);
    return json;
}

static struct akin_json *
random_record(struct world *w, size_t i)
{
    struct akin_json *record = akin_json_object(), *extra;
    char id[32];

    (void)snprintf(id, sizeof(id), "S-%zu", i);
    akin_json_set_text(record, "id", id);
    add_text(w, record, "title");
    add_text(w, record, "description");
    add_text(w, record, "license");
    add_text(w, record, "category");
    if (below(w, 3) > 0)
        akin_json_set_int(record, "year", 2015 + (int64_t)below(w, 10));
    akin_json_set(record, "keywords", texts(w, odd_text));
    akin_json_set(record, "organism", texts(w, term));
    if (below(w, 2) == 0)
        akin_json_set(record, "imaging_method", term(w));
    akin_json_set(record, "authors", texts(w, person));
    if (below(w, 2) == 0) {
        extra = akin_json_object();
        add_text(w, extra, "note");
        akin_json_set(extra, "list", texts(w, odd_text));
        akin_json_set(extra, "deep", person(w));
        akin_json_set(extra, "file_attributes", attributes(w));
        akin_json_set(record, "extra", extra);
    }
    return record;
}

/* The images twice: as the store has them, and as a record would show them. */
static size_t
random_images(struct world *w, struct akin_json *record,
              struct akin_image_info *out)
{
    static const char *const formats[] = {"tiff", "png", "jpeg"};
    struct akin_json *list = akin_json_array();
    size_t n = below(w, N_IMAGES_MAX + 1);

    for (size_t i = 0; i < n; i++) {
        struct akin_json *json = akin_json_object();

        out[i] = (struct akin_image_info){.format = formats[below(w, 3)],
                                          .bits = 8u << below(w, 3),
                                          .dim_x = (uint32_t)below(w, 3),
                                          .dim_y = 1,
                                          .dim_z = 1,
                                          .dim_c = 1 + (uint32_t)below(w, 3),
                                          .dim_t = 1};
        out[i].pixel_um_x = (double)below(w, 3) / 4;
        akin_json_set_text(json, "format", out[i].format);
        akin_json_set_int(json, "bits", out[i].bits);
        if (out[i].dim_x > 0)
            akin_json_set_int(json, "dim_x", out[i].dim_x);
        akin_json_set_int(json, "dim_y", 1);
        akin_json_set_int(json, "dim_z", 1);
        akin_json_set_int(json, "dim_c", out[i].dim_c);
        akin_json_set_int(json, "dim_t", 1);
        if (out[i].pixel_um_x > 0)
            akin_json_set_real(json, "pixel_um_x", out[i].pixel_um_x);
        akin_json_append(list, json);
    }
    akin_json_set(record, "images", list);
    return n;
}

/* Writes the index, reads it without some datasets and adds those again: what
 * a change of the store does. */
static void
take_out_and_put_back(struct world *w)
{
    struct akin_bitmap *without = akin_bitmap_new();
    struct akin_facets *again = NULL;
    struct akin_buf bytes = {0};
    struct akin_error err = {0};

    for (size_t i = 0; i < N_RECORDS; i++)
        if (below(w, 3) == 0)
            akin_bitmap_add(without, w->number[i]);
    akin_facets_write(w->facets, &bytes);
    assert_ok(
        akin_facets_read(akin_buf_span(&bytes), NULL, without, &again, &err));
    for (size_t i = N_RECORDS; i-- > 0;) {
        struct akin_json *bare = akin_json_copy(w->record[i]);

        akin_json_unset(bare, "images");
        if (akin_bitmap_has(without, w->number[i]))
            akin_facets_add(again, w->number[i], bare, w->image[i],
                            w->n_images[i]);
        akin_json_free(bare);
    }
    akin_facets_free(w->facets);
    w->facets = again;
    akin_buf_free(&bytes);
    akin_bitmap_free(without);
}

static void
make_world(struct world *w, uint64_t seed)
{
    uint32_t number = 0;

    w->random.state = seed;
    w->facets = akin_facets_new(NULL);
    for (size_t i = 0; i < N_RECORDS; i++) {
        struct akin_json *bare = random_record(w, i);

        w->record[i] = akin_json_copy(bare);
        w->n_images[i] = random_images(w, w->record[i], w->image[i]);
        number += 1 + (uint32_t)below(w, 3);
        w->number[i] = number;
        akin_facets_add(w->facets, number, bare, w->image[i], w->n_images[i]);
        akin_json_free(bare);
    }
    if (seed % 2 == 1)
        take_out_and_put_back(w);
    akin_facets_finish(w->facets);
}

static void
free_world(struct world *w)
{
    akin_facets_free(w->facets);
    for (size_t i = 0; i < N_RECORDS; i++)
        akin_json_free(w->record[i]);
}

static void
random_condition(struct world *w, struct akin_buf *out)
{
    static const char *const text_fields[] = {
        "title",      "description",   "license",    "category",
        "keyword",    "organism",      "author",     "imaging_method",
        "extra.note", "publisher",     "extra.list", "extra.deep.name",
        "image.snr",  "image.organism"};
    static const char *const number_fields[] = {
        "year",          "bit_depth", "image.channels",
        "pixel_size_um", "width",     "depth"};
    static const char *const ranges[] = {"2016..2020", "..8",       "16..",
                                         "1",          "0.25..0.5", "2018"};
    static const char *const has[] = {
        "title",      "keyword",   "organism", "year",  "pixel_size_um",
        "extra.note", "format",    "author",   "width", "extra.list",
        "extra.deep", "image.snr", "channels"};
    const char *field = text_fields[below(w, AKIN_COUNT(text_fields))];

    switch (below(w, 7)) {
    case 0:
        akin_buf_printf(out, "%s:%s", number_fields[below(w, 6)],
                        ranges[below(w, AKIN_COUNT(ranges))]);
        break;
    case 1:
        akin_buf_printf(out, "has:%s", has[below(w, AKIN_COUNT(has))]);
        break;
    case 2:
        akin_buf_printf(out, "organism:%s\"%s\"", below(w, 2) ? "" : "=",
                        curies[below(w, AKIN_COUNT(curies))]);
        break;
    case 3:
        akin_buf_printf(out, "format:%s", below(w, 2) ? "TIFF" : "png");
        break;
    case 4:
        akin_buf_printf(out, "%s:\"%s %s\"", field, word(w), word(w));
        break;
    default:
        akin_buf_printf(out, "%s:%s\"%s\"", field, below(w, 3) ? "" : "=",
                        word(w));
    }
}

static void
random_filter(struct world *w, size_t depth, struct akin_buf *out)
{
    size_t kind = depth == 0 ? 9 : below(w, 6);
    size_t n = 1 + below(w, 3);

    if (kind == 0) {
        akin_buf_puts(out, "NOT (");
        random_filter(w, depth - 1, out);
        akin_buf_puts(out, ")");
    } else if (kind <= 3) {
        for (size_t i = 0; i < n; i++) {
            akin_buf_puts(out, i == 0 ? "(" : kind == 1 ? " OR " : " AND ");
            random_filter(w, depth - 1, out);
        }
        akin_buf_puts(out, ")");
    } else {
        random_condition(w, out);
    }
}

/* Fills members, sorted, as resolving terms does. */
static void
give_members(struct akin__node *node)
{
    if (node->kind == AKIN__IS && node->compare == AKIN__KIND_TERM &&
        node->members == NULL) {
        node->members = akin_json_array();
        akin_json_append(node->members, akin_json_new_string(curies[2]));
        akin_json_append(node->members, akin_json_new_string(curies[0]));
        node->curie = akin_strdup(curies[1]);
    }
    for (size_t i = 0; i < node->n_child; i++)
        give_members(node->child[i]);
}

/* Both must pass the same records; gives back how many. */
static size_t
check_filter(struct world *w, const struct akin_filter *filter,
             const char *text)
{
    struct akin_bitmap *pass = akin_facets_match(w->facets, filter, NULL);
    size_t n = 0;

    for (size_t i = 0; i < N_RECORDS; i++) {
        bool want = akin_filter_matches(filter, w->record[i]);

        n += want;
        if (akin_bitmap_has(pass, w->number[i]) != want)
            fail_msg("record %zu: %s should be %d", i, text, want);
    }
    assert_int_equal(akin_bitmap_count(pass), n);
    akin_bitmap_free(pass);
    return n;
}

/* The same filter as JSON. */
static struct akin_json *
as_json(const struct akin__node *node)
{
    struct akin_json *json = akin_json_object(), *list = NULL;
    char low[40], high[40];

    if (node->kind == AKIN__NOT) {
        akin_json_set(json, "not", as_json(node->child[0]));
    } else if (node->kind == AKIN__AND || node->kind == AKIN__OR) {
        list = akin_json_array();
        for (size_t i = 0; i < node->n_child; i++)
            akin_json_append(list, as_json(node->child[i]));
        akin_json_set(json, node->kind == AKIN__AND ? "and" : "or", list);
    } else if (node->kind == AKIN__HAS) {
        akin_json_set_text(json, "has", node->field);
    } else {
        akin_json_set_text(json, "field", node->field);
        (void)snprintf(low, sizeof(low), "%.15g", node->low);
        (void)snprintf(high, sizeof(high), "%.15g", node->high);
        if (node->kind != AKIN__RANGE)
            akin_json_set_text(json, node->kind == AKIN__IS ? "is" : "equals",
                               node->value);
        if (node->kind == AKIN__RANGE && isfinite(node->low))
            akin_json_set_text(json, "from", low);
        if (node->kind == AKIN__RANGE && isfinite(node->high))
            akin_json_set_real(json, "to", node->high);
    }
    return json;
}

/* In JSON it passes the same records. */
static void
check_json(struct world *w, const struct akin_filter *filter, const char *text)
{
    struct akin_json *json = as_json(filter->root);
    struct akin_filter *again = NULL;
    struct akin_error err = {0};

    assert_ok(akin_filter_from_json(json, &again, &err));
    for (size_t i = 0; i < N_RECORDS; i++)
        if (akin_filter_matches(filter, w->record[i]) !=
            akin_filter_matches(again, w->record[i]))
            fail_msg("record %zu: %s is something else in JSON", i, text);
    akin_filter_free(again);
    akin_json_free(json);
}

/* One random filter; gives back how many records pass it. */
static size_t
check_random(struct world *w, int round)
{
    struct akin_filter *filter = NULL;
    struct akin_error err = {0};
    struct akin_buf text = {0};
    size_t n;

    random_filter(w, 3, &text);
    assert_ok(akin_filter_parse(akin_buf_text(&text), &filter, &err));
    check_json(w, filter, akin_buf_text(&text));
    if (round % 3 == 0)
        give_members(filter->root);
    n = check_filter(w, filter, akin_buf_text(&text));
    akin_filter_free(filter);
    akin_buf_free(&text);
    return n;
}

static void
the_index_and_the_evaluator_agree(void **state)
{
    struct world *w = akin_new(1, sizeof(*w));
    size_t n_some = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        make_world(w, seed);
        for (int round = 0; round < 800; round++) {
            size_t n = check_random(w, round);

            n_some += n > 0 && n < N_RECORDS;
        }
        free_world(w);
    }
    assert_true(n_some > 1500); /* most filters say something */
    free(w);
}

/* Does the record have the value of a facet? By a filter on it alone. */
static size_t
count_by_hand(struct world *w, const char *facet, const char *value,
              const struct akin_bitmap *set)
{
    struct akin_buf text = {0};
    struct akin_filter *filter = NULL;
    struct akin_error err = {0};
    size_t n = 0;

    akin_buf_printf(&text, "%s:=\"%s\"", facet, value);
    assert_ok(akin_filter_parse(akin_buf_text(&text), &filter, &err));
    for (size_t i = 0; i < N_RECORDS; i++)
        n += akin_bitmap_has(set, w->number[i]) &&
             akin_filter_matches(filter, w->record[i]);
    akin_filter_free(filter);
    akin_buf_free(&text);
    return n;
}

/* Every count of a facet is that of a walk, the largest first. */
static void
check_counts(struct world *w, const char *facet, const struct akin_bitmap *set,
             bool is_wide)
{
    struct akin_json *counts = NULL;
    struct akin_error err = {0};
    int64_t before = INT64_MAX;

    assert_ok(akin_facets_count(w->facets, facet, set, 1000, &counts, &err));
    assert_true(akin_json_count(counts) > 0 || !is_wide);
    for (size_t i = 0; i < akin_json_count(counts); i++) {
        const struct akin_json *one = akin_json_at(counts, i);
        int64_t count = 0;

        assert_true(akin_json_int(akin_json_get(one, "count"), &count));
        assert_int_equal(
            count, count_by_hand(w, facet, akin_json_text(one, "value"), set));
        assert_true(count <= before);
        before = count;
    }
    akin_json_free(counts);
}

static void
facets_count_what_a_walk_counts(void **state)
{
    static const char *const names[] = {
        "license",   "year",     "keyword",       "format", "channels",
        "bit_depth", "category", "pixel_size_um", "width"};
    struct world *w = akin_new(1, sizeof(*w));

    (void)state;
    make_world(w, 99);
    for (size_t round = 0; round < 60; round++) {
        struct akin_bitmap *set = akin_bitmap_new();
        size_t share = 1 + below(w, 20); /* narrow and wide ones */

        for (size_t i = 0; i < N_RECORDS; i++)
            if (below(w, 20) < share)
                akin_bitmap_add(set, w->number[i]);
        for (size_t f = 0; f < AKIN_COUNT(names); f++)
            check_counts(w, names[f], set, share >= 4);
        akin_bitmap_free(set);
    }
    free_world(w);
    free(w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_and_the_evaluator_agree),
        cmocka_unit_test(facets_count_what_a_walk_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
