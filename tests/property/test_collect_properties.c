/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that hold for any collection: nothing leaks, draws are even. */
#include "akin_test.h"

#include "collect/collect_internal.h"

/* --- nothing leaks --- */

#define DATASETS 40
#define IMAGES 160
#define SAMPLES 1600

/* Samples with random studies, images, groups and fates. */
static void
make_samples(struct akin_test_random *random, struct akin_collection *c,
             struct akin_json **record)
{
    uint32_t image = 0;

    c->n_datasets = DATASETS;
    c->dataset = akin_new(DATASETS, sizeof(*c->dataset));
    for (uint32_t i = 0; i < DATASETS; i++) {
        c->dataset[i].number = i + 1;
        c->dataset[i].id = "any";
        c->dataset[i].record = record[i % 3];
    }
    c->n_samples = SAMPLES;
    c->n_groups = 1 + (uint32_t)akin_test_below(random, 120);
    c->sample = akin_new(SAMPLES, sizeof(*c->sample));
    for (uint32_t i = 0; i < SAMPLES; i++) {
        struct akin_collect_sample *s = &c->sample[i];

        image += i % (SAMPLES / IMAGES) == 0;
        s->image = image;
        s->dataset = (image - 1) * DATASETS / IMAGES;
        s->row = i;
        s->cluster = s->group = s->other = AKIN_COLLECT_NONE;
        if (akin_test_below(random, 20) == 0)
            s->group = (uint32_t)akin_test_below(random, c->n_groups);
        if (akin_test_below(random, 3) == 0)
            s->fate = AKIN_FATE_COPY;
    }
}

static uint32_t
unit_of(const struct akin_collect_sample *s, enum akin_collect_split_by by)
{
    return by == AKIN_COLLECT_BY_STUDY ? s->dataset : s->image;
}

/* Kept samples of one unit, or of one group, are in one part; and so are those
 * of units that share a group, whatever became of its members. */
static void
check_no_leak(const struct akin_collection *c, enum akin_collect_split_by by)
{
    int part_of_unit[IMAGES + 1];
    bool changed = true;

    memset(part_of_unit, 0xff, sizeof(part_of_unit));
    for (size_t i = 0; i < c->n_samples; i++) {
        const struct akin_collect_sample *s = &c->sample[i];
        int *part = &part_of_unit[unit_of(s, by)];

        if (s->fate != AKIN_FATE_KEPT)
            continue;
        if (*part < 0)
            *part = s->split;
        assert_int_equal(*part, s->split);
    }
    /* Walk the groups until nothing new is learnt of units that keep none. */
    while (changed) {
        changed = false;
        for (size_t i = 0; i < c->n_samples; i++)
            for (size_t k = 0; k < i && c->sample[i].group != AKIN_COLLECT_NONE;
                 k++) {
                int *a = &part_of_unit[unit_of(&c->sample[i], by)];
                int *b = &part_of_unit[unit_of(&c->sample[k], by)];

                if (c->sample[k].group != c->sample[i].group || *a == *b)
                    continue;
                assert_true(*a < 0 || *b < 0);
                *a = *b = *a < 0 ? *b : *a;
                changed = true;
            }
    }
}

static void
no_study_image_or_group_of_copies_crosses_a_split(void **state)
{
    struct akin_test_random random = {3};
    struct akin_json *record[3];
    static const char *const organisms[] = {"mouse", "human", "fly"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        record[i] = akin_json_object();
        akin_json_set_text(record[i], "organism", organisms[i]);
    }
    for (int round = 0; round < 12; round++) {
        struct akin_collect_options options;
        struct akin_collect_run run = {.options = &options};
        struct akin__collect w = {.run = &run, .options = &options};
        struct akin_error err = {0};

        akin_collect_options_init(&options);
        akin__collect_pairs_free(&options.split);
        akin__collect_pair_add(&options.split, "train", 0.7);
        akin__collect_pair_add(&options.split, "val", 0.1);
        akin__collect_pair_add(&options.split, "test", 0.2);
        options.split_by = (enum akin_collect_split_by)(round % 3);
        options.seed = (uint64_t)round;
        w.c = akin__collection_new(&options);
        make_samples(&random, w.c, record);
        akin__collect_values_make(&w);
        assert_ok(akin__collect_divide(&w, &err));
        check_no_leak(w.c, options.split_by);
        akin__collect_values_free(&w);
        akin_collection_free(w.c);
        akin_collect_options_free(&options);
    }
    for (size_t i = 0; i < 3; i++)
        akin_json_free(record[i]);
}

static void
parts_have_their_shares_when_units_are_small(void **state)
{
    enum { UNITS = 400, STRATA = 5 };
    struct akin_test_random random = {8};
    static const double shares[] = {0.8, 0.1, 0.1};

    (void)state;
    for (int round = 0; round < 10; round++) {
        uint64_t size[UNITS], in_part[3] = {0}, in_all = 0;
        uint32_t first[UNITS + 1] = {0}, stratum[UNITS];
        double of_stratum[STRATA][4] = {{0}};
        uint8_t part[UNITS];
        struct akin__division d = {UNITS, STRATA,  3,      size,
                                   first, stratum, shares, 5};
        struct akin_error err = {0};

        for (size_t u = 0; u < UNITS; u++) {
            size[u] = 1 + akin_test_below(&random, 20);
            stratum[u] = (uint32_t)akin_test_below(&random, STRATA);
            first[u + 1] = (uint32_t)u + 1;
        }
        assert_ok(akin__divide_units(&d, part, &err));
        for (size_t u = 0; u < UNITS; u++) {
            in_part[part[u]] += size[u];
            in_all += size[u];
            of_stratum[stratum[u]][part[u]] += (double)size[u];
            of_stratum[stratum[u]][3] += (double)size[u];
        }
        for (size_t p = 0; p < 3; p++) {
            double share = (double)in_part[p] / (double)in_all;

            assert_true(fabs(share - shares[p]) < 0.02);
            for (size_t s = 0; s < STRATA; s++)
                assert_true(fabs(of_stratum[s][p] / of_stratum[s][3] -
                                 shares[p]) < 0.05);
        }
    }
}

/* --- draws are even --- */

struct taken {
    const struct akin__hierarchy *h;
    uint32_t *count; /* of each cluster of level 0 */
    uint8_t *seen;
    uint32_t refuse; /* each thing whose number this divides; 0: none */
};

static bool
take(void *ctx, uint32_t thing)
{
    struct taken *t = ctx;

    assert_int_equal(t->seen[thing], 0);
    t->seen[thing] = 1;
    if (t->refuse > 0 && thing % t->refuse == 0)
        return false;
    t->count[t->h->of[0][thing]]++;
    return true;
}

/* No cluster gives two more than another of the same parent that has more. */
static void
check_even(const struct akin__hierarchy *h, const struct taken *t,
           const uint32_t *size)
{
    for (size_t a = 0; a < h->n_clusters[0]; a++)
        for (size_t b = 0; b < h->n_clusters[0]; b++)
            if (h->of[1][a] == h->of[1][b] && t->count[b] < size[b])
                assert_true(t->count[a] <= t->count[b] + 1);
}

static void
clusters_give_as_equally_as_they_can(void **state)
{
    enum { N = 900, LOW = 40, HIGH = 6 };
    struct akin_test_random random = {2};

    (void)state;
    for (int round = 0; round < 40; round++) {
        uint32_t of0[N], of1[LOW], count[LOW] = {0}, size[LOW] = {0};
        uint8_t seen[N] = {0};
        struct akin__hierarchy h = {N, 2, {LOW, HIGH}, {of0, of1}};
        struct taken t = {&h, count, seen, round % 3 == 0 ? 4 : 0};
        uint64_t wanted = akin_test_below(&random, N), n = 0, possible = 0;
        struct akin_error err = {0};

        for (uint32_t i = 0; i < LOW; i++)
            of1[i] = (uint32_t)akin_test_below(&random, HIGH);
        for (uint32_t i = 0; i < N; i++) {
            uint64_t r = akin_test_below(&random, LOW);

            of0[i] = (uint32_t)(r * r / LOW); /* some are much larger */
            if (t.refuse == 0 || i % t.refuse != 0) {
                size[of0[i]]++;
                possible++;
            }
        }
        assert_ok(akin__hierarchy_draw(&h, (uint64_t)round, wanted, take, &t,
                                       &n, &err));
        assert_int_equal(n, wanted < possible ? wanted : possible);
        check_even(&h, &t, size);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_study_image_or_group_of_copies_crosses_a_split),
        cmocka_unit_test(parts_have_their_shares_when_units_are_small),
        cmocka_unit_test(clusters_give_as_equally_as_they_can),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
