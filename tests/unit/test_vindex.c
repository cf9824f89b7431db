/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inverted file: building, opening, asking, planning, and refusing what
 * does not fit.
 */
#include "akin_test.h"

#include "akin/file.h"
#include "akin/vindex.h"
#include "akin_test_tsan.h"
#include "vindex_internal.h"

#define DIM ((size_t)16)
#define ROWS ((size_t)3000)

static const struct akin_vindex_effort little = {8, 0}, all = {8, INFINITY};

struct fixture {
    char *dir, *path;
    float *vectors; /* ROWS x DIM, unit length */
};

static float *
unit_rows(uint64_t seed, size_t n)
{
    struct akin_test_random rnd = {seed};
    float *out = calloc(n * DIM, sizeof(*out));

    for (size_t i = 0; i < n; i++) {
        double length = 0;

        for (size_t d = 0; d < DIM; d++) {
            out[i * DIM + d] = (float)akin_test_normal(&rnd);
            length += (double)out[i * DIM + d] * (double)out[i * DIM + d];
        }
        for (size_t d = 0; d < DIM; d++)
            out[i * DIM + d] /= (float)sqrt(length);
    }
    return out;
}

static void
build(const struct fixture *f, const char *path)
{
    const struct akin_vindex_build_options opt = {.train_rows = 2000,
                                                  .threads = 1};
    struct akin_error err = {0};

    assert_ok(akin_vindex_build(f->vectors, ROWS, DIM, &opt, path, &err));
}

static int
setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->dir = akin_test_folder();
    f->path = akin_path_join(f->dir, "vectors.ivf");
    f->vectors = unit_rows(7, ROWS);
    build(f, f->path);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;

    akin_test_remove(f->dir);
    free(f->path);
    free(f->vectors);
    free(f);
    return 0;
}

static void
probing_every_list_finds_what_the_exact_scan_finds(void **state)
{
    struct fixture *f = *state;
    float *queries = unit_rows(8, 40);
    uint64_t rows[40 * 10], true_rows[40 * 10];
    float sims[40 * 10], true_sims[40 * 10];
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};

    assert_ok(akin_vindex_open(f->path, ROWS, DIM, &vx, &err));
    assert_int_equal(akin_vindex_lists(vx), 76); /* 3000 / 39 */
    assert_ok(akin_vindex_search(vx, f->vectors, queries, 40, 10, all, NULL,
                                 NULL, rows, sims, &err));
    akin_vindex_exact(f->vectors, ROWS, DIM, queries, 40, 10, NULL, true_rows,
                      true_sims);
    assert_memory_equal(rows, true_rows, sizeof(rows));
    assert_memory_equal(sims, true_sims, sizeof(sims));
    akin_vindex_close(vx);
    free(queries);
}

static void
rows_that_are_not_allowed_are_not_found(void **state)
{
    struct fixture *f = *state;
    uint8_t allowed[ROWS / 8 + 1] = {0};
    uint64_t rows[20];
    float sims[20];
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};

    for (size_t row = 0; row < ROWS; row += 300) /* ten of them */
        allowed[row / 8] |= (uint8_t)(1u << row % 8);
    assert_ok(akin_vindex_open(f->path, ROWS, DIM, &vx, &err));
    /* It goes on until every list was seen: there are only ten. */
    assert_ok(akin_vindex_search(vx, f->vectors, f->vectors + 600 * DIM, 1, 20,
                                 little, allowed, NULL, rows, sims, &err));
    assert_int_equal(rows[0], 600);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(rows[i] % 300, 0);
    for (size_t i = 10; i < 20; i++) {
        assert_int_equal(rows[i], UINT64_MAX);
        assert_true(sims[i] == -INFINITY);
    }
    akin_vindex_close(vx);
}

static void
an_answer_does_not_depend_on_the_queries_beside_it(void **state)
{
    struct fixture *f = *state;
    uint64_t together[50 * 5], alone[5];
    float sims[50 * 5], sim[5];
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};

    assert_ok(akin_vindex_open(f->path, ROWS, DIM, &vx, &err));
    assert_ok(akin_vindex_search(vx, f->vectors, f->vectors, 50, 5, little,
                                 NULL, NULL, together, sims, &err));
    for (size_t q = 0; q < 50; q++) {
        assert_ok(akin_vindex_search(vx, f->vectors, f->vectors + q * DIM, 1, 5,
                                     little, NULL, NULL, alone, sim, &err));
        assert_memory_equal(alone, together + q * 5, sizeof(alone));
        assert_memory_equal(sim, sims + q * 5, sizeof(sim));
    }
    akin_vindex_close(vx);
}

static void
two_builds_write_the_same_bytes(void **state)
{
    struct fixture *f = *state;
    char *path = akin_path_join(f->dir, "again.ivf");
    struct akin_buf a = {0}, b = {0};
    struct akin_error err = {0};

    build(f, path);
    assert_ok(akin_file_read(f->path, 1 << 24, &a, &err));
    assert_ok(akin_file_read(path, 1 << 24, &b, &err));
    assert_true(akin_span_equal(akin_buf_span(&a), akin_buf_span(&b)));
    akin_buf_free(&a);
    akin_buf_free(&b);
    free(path);
}

/* A wider margin looks into more lists and finds no less. */
static void
the_margin_says_how_far_a_search_goes(void **state)
{
    static const float margins[] = {-1, 0, 0.1f, 0.2f, 0.4f, INFINITY};
    const struct akin_vindex_effort least = {8, -1};
    struct fixture *f = *state;
    float *queries = unit_rows(18, 30);
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};
    uint64_t before = 0, rows[30 * 10], lists;
    double sum_before = -1;
    float sims[30 * 10];

    assert_ok(akin_vindex_open(f->path, ROWS, DIM, &vx, &err));
    for (size_t i = 0; i < AKIN_COUNT(margins); i++) {
        const struct akin_vindex_effort effort = {8, margins[i]};
        double sum = 0;

        assert_ok(akin__ivf_search(vx, f->vectors, queries, 30, 10, effort,
                                   NULL, NULL, rows, sims, &lists, &err));
        for (size_t j = 0; j < AKIN_COUNT(sims); j++)
            sum += (double)sims[j];
        assert_true(lists >= before && sum >= sum_before);
        before = lists;
        sum_before = sum;
    }
    assert_int_equal(lists, 30 * akin_vindex_lists(vx));
    assert_ok(akin__ivf_search(vx, f->vectors, queries, 30, 10, least, NULL,
                               NULL, rows, sims, &lists, &err));
    assert_true(lists < 30 * akin_vindex_lists(vx) / 4);
    akin_vindex_close(vx);
    free(queries);
}

/* Nearly always the codes lead to the row that the vectors do; and when not,
 * to one as near. */
static void
a_scan_by_codes_finds_what_the_exact_scan_finds(void **state)
{
    enum { QUERIES = 33, K = 10 };
    struct fixture *f = *state;
    float *queries = unit_rows(19, QUERIES);
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};

    assert_ok(akin_vindex_open(f->path, ROWS, DIM, &vx, &err));
    for (size_t kind = 0; kind < 4; kind++) {
        uint64_t rows[QUERIES * K], true_rows[QUERIES * K];
        float sims[QUERIES * K], true_sims[QUERIES * K];
        uint8_t allowed[ROWS / 8 + 1] = {0}, *filter;

        for (size_t r = 0; r < ROWS; r++)
            if ((kind == 1 && r % 7 == 0) || (kind == 2 && r / 500 == 3) ||
                (kind == 3 && r == ROWS - 1))
                allowed[r / 8] |= (uint8_t)(1u << r % 8);
        filter = kind == 0 ? NULL : allowed;
        assert_ok(akin_vindex_scan(vx, f->vectors, queries, QUERIES, K, filter,
                                   rows, sims, &err));
        akin_vindex_exact(f->vectors, ROWS, DIM, queries, QUERIES, K, filter,
                          true_rows, true_sims);
        assert_memory_equal(rows, true_rows, sizeof(rows));
        assert_memory_equal(sims, true_sims, sizeof(sims));
    }
    akin_vindex_close(vx);
    free(queries);
}

static void
calibration_finds_the_smallest_margin_that_suffices(void **state)
{
    struct fixture *f = *state;
    struct akin_vindex_model few, many;
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};

    assert_ok(akin_vindex_open(f->path, ROWS, DIM, &vx, &err));
    assert_ok(akin_vindex_calibrate(vx, f->vectors, 100, 0.5, &few, &err));
    assert_true(few.recall >= 0.5);
    assert_ok(akin_vindex_calibrate(vx, f->vectors, 100, 0.99, &many, &err));
    assert_true(many.recall >= 0.99 && many.effort.margin > few.effort.margin);
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t w = 0; w < 3; w++) { /* 300 rows and more */
            assert_true(few.n_probe[kind][w] >= 1 &&
                        few.n_probe[kind][w] <= many.n_probe[kind][w]);
            assert_true(many.n_probe[kind][w] <= (double)akin_vindex_lists(vx));
        }
    assert_true(few.n_probe[0][0] < many.n_probe[0][0]);
    /* 30 rows behind the narrowest filter tell nothing */
    assert_true(many.n_probe[0][AKIN_VINDEX_WIDTHS - 1] == 0);
    for (size_t i = 0; i < 2; i++) {
        assert_true(many.row_ns[i] > 0 && many.gather_ns[i] > 0);
        assert_true(many.block_ns[i] > 0 && many.list_ns[i] >= 0 &&
                    many.query_ns[i] >= 0);
    }
    assert_fails_with(akin_vindex_calibrate(vx, f->vectors, 0, 0.9, &few, &err),
                      AKIN_EINVAL, "at least one query");
    akin_vindex_close(vx);
}

static void
rows_and_runs_of_a_filter_are_counted(void **state)
{
    struct akin_test_random rnd = {12};

    (void)state;
    for (int round = 0; round < 200; round++) {
        uint8_t bits[40];
        size_t n = 1 + akin_test_below(&rnd, 8 * sizeof(bits));
        struct akin_vindex_filter is, want = {0};
        bool before = false;

        for (size_t i = 0; i < sizeof(bits); i++)
            bits[i] = (uint8_t)(akin_test_below(&rnd, 3) == 0
                                    ? 0xff
                                    : akin_test_below(&rnd, 256));
        for (size_t i = 0; i < n; i++) {
            bool here = (bits[i / 8] >> (i % 8) & 1) != 0;

            want.n_rows += here;
            want.n_runs += here && !before;
            before = here;
        }
        is = akin_vindex_look(bits, n);
        assert_int_equal(is.n_rows, want.n_rows);
        assert_int_equal(is.n_runs, want.n_runs);
    }
}

/* A row costs 10 ns to scan, 40 when it stands alone; sixteen codes 50 ns; a
 * list 1 us. */
static const struct akin_vindex_model by_hand = {
    .n_lists = 1000,
    .n_probe = {{10, 20, 40, 80, 0}, {10, 30, 90, 270, 0}},
    .row_ns = {10, 1},
    .gather_ns = {40, 4},
    .block_ns = {50, 10},
    .list_ns = {1000, 500},
    .query_ns = {5000, 2500}};

static const struct {
    const char *name;
    uint64_t n_rows, n_runs; /* of a million */
    size_t n_queries, n_groups;
    enum akin_vindex_way way;
} plans[] = {
    {"no filter", 1000000, 1, 1, 0, AKIN_VINDEX_PROBE},
    {"every third row, alone", 300000, 300000, 1, 0, AKIN_VINDEX_PROBE},
    {"every third row, in runs", 300000, 100, 1, 0, AKIN_VINDEX_PROBE},
    {"one in thirty, alone", 30000, 30000, 1, 0, AKIN_VINDEX_PROBE},
    {"so few that single rows are cheaper", 2000, 2000, 1, 0,
     AKIN_VINDEX_EXACT},
    {"narrower than was measured, alone", 9000, 9000, 1, 0, AKIN_VINDEX_EXACT},
    {"narrower than was measured, in runs", 9000, 9, 1, 0, AKIN_VINDEX_SCAN},
    {"nothing passes", 0, 0, 1, 0, AKIN_VINDEX_EXACT},
    {"in runs, cheaper to scan", 40000, 40, 1, 0, AKIN_VINDEX_SCAN},
    {"in runs, cheaper to probe", 100000, 100, 1, 0, AKIN_VINDEX_PROBE},
    {"the same for many queries", 60000, 60, 32, 0, AKIN_VINDEX_SCAN},
    {"groups, one query", 1000000, 1, 1, 10000, AKIN_VINDEX_PROBE},
    {"groups, many queries", 1000000, 1, 32, 1000, AKIN_VINDEX_SCAN},
    {"as many groups as must be sure", 1000000, 1, 1, 64, AKIN_VINDEX_SCAN},
    {"one small group", 20, 1, 1, 1, AKIN_VINDEX_SCAN},
};

static void
a_filter_is_scanned_or_probed_by_what_it_costs(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(plans); i++) {
        const struct akin_vindex_filter filter = {
            plans[i].n_rows, plans[i].n_runs, plans[i].n_groups,
            plans[i].n_groups > 0 ? 64 : 0};
        struct akin_vindex_plan plan;

        print_message("  %s\n", plans[i].name);
        akin_vindex_plan(&by_hand, 1000000, &filter, plans[i].n_queries, &plan);
        assert_int_equal(plan.way, plans[i].way);
        if (plan.way == AKIN_VINDEX_PROBE)
            assert_true(plan.probe_us < plan.exact_us && plan.n_probe > 0);
    }
}

/* Between two widths the logarithms are. */
static void
lists_behind_a_filter_are_expected_from_what_was_measured(void **state)
{
    const struct akin_vindex_filter alone = {.n_rows = 173205,
                                             .n_runs = 173205};
    struct akin_vindex_plan plan;

    (void)state;
    akin_vindex_plan(&by_hand, 1000000, &alone, 1, &plan);
    assert_true(plan.n_probe > 28.2 && plan.n_probe < 28.4);
}

/* Groups of unequal size, one of them empty. */
static void
groups_are_found_as_by_a_scan(void **state)
{
    static const uint64_t start[] = {0, 5, 5, 900, 1000, 2500, ROWS};
    enum { GROUPS = AKIN_COUNT(start) - 1, QUERIES = 9 };
    struct akin_vindex_grouping how = {
        .effort = {8, INFINITY}, .n_fetch = 20, .sure = GROUPS};
    static const uint8_t want[GROUPS] = {1, 1, 1, 0, 1, 1};
    struct fixture *f = *state;
    float *queries = unit_rows(9, QUERIES);
    uint8_t skip[ROWS / 8 + 1] = {0};
    float sim[QUERIES * GROUPS], true_sim[QUERIES * GROUPS];
    uint64_t row[QUERIES * GROUPS], true_row[QUERIES * GROUPS];
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};

    memset(skip + 130, 0xff, 100);
    assert_ok(akin_vindex_open(f->path, ROWS, DIM, &vx, &err));
    for (int i = 0; i < 8; i++) {
        const uint8_t *no = (i & 1) != 0 ? skip : NULL;
        const uint8_t *yes = (i & 2) != 0 ? want : NULL;

        how.way = (i & 4) != 0 ? AKIN_VINDEX_PROBE : AKIN_VINDEX_SCAN;
        assert_ok(akin_vindex_search_groups(vx, f->vectors, start, GROUPS,
                                            queries, QUERIES, no, yes, &how,
                                            sim, row, NULL, &err));
        akin_vindex_best_in_groups(f->vectors, DIM, start, GROUPS, queries,
                                   QUERIES, no, yes, true_sim, true_row);
        assert_memory_equal(row, true_row, sizeof(row));
        assert_memory_equal(sim, true_sim, sizeof(sim));
    }
    akin_vindex_close(vx);
    free(queries);
}

enum { MANY = 300, SOME = 4, SURE = 7 };

/* Of SOME queries and MANY groups: the first SURE are found, and the others
 * have bounds. Gives how many were left open. */
static size_t
check_bounds(const float *sim, const uint64_t *row, const float *truth)
{
    size_t open = 0;

    for (size_t g = 0; g < MANY; g++) {
        double sum = 0, true_sum = 0;
        size_t better = 0, here = 0;

        for (size_t q = 0; q < SOME; q++) {
            assert_true(sim[q * MANY + g] >= truth[q * MANY + g]);
            sum += (double)sim[q * MANY + g];
            true_sum += (double)truth[q * MANY + g];
            here += row[q * MANY + g] == UINT64_MAX;
        }
        for (size_t o = 0; o < MANY; o++) {
            double other = 0;

            for (size_t q = 0; q < SOME; q++)
                other += (double)truth[q * MANY + o];
            better += other > true_sum;
        }
        open += here;
        if (better >= SURE)
            continue;
        assert_int_equal(here, 0);
        assert_true(sum == true_sum);
    }
    return open;
}

static void
the_best_groups_are_sure_and_the_others_have_upper_bounds(void **state)
{
    struct akin_vindex_grouping how = {
        .effort = {8, INFINITY}, .n_fetch = 30, .sure = SURE};
    struct fixture *f = *state;
    float *queries = unit_rows(10, SOME), *sim, *truth;
    uint64_t start[MANY + 1], *row, *true_row;
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};

    for (size_t g = 0; g <= MANY; g++)
        start[g] = g * ROWS / MANY;
    sim = calloc((size_t)SOME * MANY, sizeof(*sim));
    truth = calloc((size_t)SOME * MANY, sizeof(*truth));
    row = calloc((size_t)SOME * MANY, sizeof(*row));
    true_row = calloc((size_t)SOME * MANY, sizeof(*true_row));
    assert_ok(akin_vindex_open(f->path, ROWS, DIM, &vx, &err));
    akin_vindex_best_in_groups(f->vectors, DIM, start, MANY, queries, SOME,
                               NULL, NULL, truth, true_row);
    for (int way = AKIN_VINDEX_SCAN; way <= AKIN_VINDEX_PROBE; way++) {
        how.way = (enum akin_vindex_way)way;
        assert_ok(akin_vindex_search_groups(vx, f->vectors, start, MANY,
                                            queries, SOME, NULL, NULL, &how,
                                            sim, row, NULL, &err));
        assert_true(check_bounds(sim, row, truth) > 0); /* else not tried */
    }
    akin_vindex_close(vx);
    free(queries);
    free(sim);
    free(truth);
    free(row);
    free(true_row);
}

static void
an_index_of_other_vectors_is_refused(void **state)
{
    struct fixture *f = *state;
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};
    char *absent = akin_path_join(f->dir, "absent");

    assert_fails_with(akin_vindex_open(f->path, ROWS + 1, DIM, &vx, &err),
                      AKIN_ESTALE, "3000 rows");
    assert_fails_with(akin_vindex_open(f->path, ROWS, DIM * 2, &vx, &err),
                      AKIN_ESTALE, "of 16 floats");
    assert_fails_with(akin_vindex_open(absent, ROWS, DIM, &vx, &err),
                      AKIN_ENOTFOUND, "absent");
    assert_fails_with(akin_vindex_open(f->dir, ROWS, DIM, &vx, &err),
                      AKIN_EFORMAT, "not an index");
    assert_null(vx);
    free(absent);
}

static void
a_margin_that_is_no_number_is_refused(void **state)
{
    struct fixture *f = *state;
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};
    uint64_t row;
    float sim;

    assert_ok(akin_vindex_open(f->path, ROWS, DIM, &vx, &err));
    assert_fails_with(akin_vindex_search(vx, f->vectors, f->vectors, 1, 1,
                                         (struct akin_vindex_effort){8, NAN},
                                         NULL, NULL, &row, &sim, &err),
                      AKIN_EINVAL, "margin");
    akin_vindex_close(vx);
}

static const struct {
    const char *name;
    size_t n_rows, dim, n_lists, train_rows;
} misbuilt[] = {
    {"no rows", 0, 16, 0, 100},
    {"no dimensions", 100, 0, 0, 100},
    {"too many dimensions", 2, 2000, 0, 2},
    {"more lists than training rows", 100, 16, 60, 50},
    {"no training rows", 100, 16, 0, 0},
};

static void
what_cannot_be_built_is_refused(void **state)
{
    struct fixture *f = *state;
    char *path = akin_path_join(f->dir, "never.ivf");

    for (size_t i = 0; i < AKIN_COUNT(misbuilt); i++) {
        const struct akin_vindex_build_options opt = {
            .n_lists = misbuilt[i].n_lists,
            .train_rows = misbuilt[i].train_rows,
            .threads = 1};
        struct akin_error err = {0};

        print_message("  %s\n", misbuilt[i].name);
        assert_fails_with(akin_vindex_build(f->vectors, misbuilt[i].n_rows,
                                            misbuilt[i].dim, &opt, path, &err),
                          AKIN_EINVAL, "lists");
        assert_false(akin_file_exists(path));
    }
    free(path);
}

static void
one_row_is_enough_for_an_index(void **state)
{
    struct fixture *f = *state;
    char *path = akin_path_join(f->dir, "one.ivf");
    const struct akin_vindex_build_options opt = {.train_rows = 10};
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};
    uint64_t rows[2];
    float sims[2];

    assert_ok(akin_vindex_build(f->vectors, 1, DIM, &opt, path, &err));
    assert_ok(akin_vindex_open(path, 1, DIM, &vx, &err));
    assert_ok(akin_vindex_search(vx, f->vectors, f->vectors, 1, 2, little, NULL,
                                 NULL, rows, sims, &err));
    assert_int_equal(rows[0], 0);
    assert_int_equal(rows[1], UINT64_MAX);
    akin_vindex_close(vx);
    free(path);
}

/* A file damaged anywhere is refused, or gives rows that exist. */
static void
try_damaged(const struct fixture *f, const char *path, size_t at, size_t head)
{
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};
    enum akin_status st = akin_vindex_open(path, ROWS, DIM, &vx, &err);
    uint64_t rows[10];
    float sims[10];

    if (at < head) {
        assert_int_equal(st, AKIN_EFORMAT);
        assert_null(vx);
        return;
    }
    assert_int_equal(st, AKIN_OK);
    assert_ok(akin_vindex_search(vx, f->vectors, f->vectors, 1, 10, all, NULL,
                                 NULL, rows, sims, &err));
    for (size_t i = 0; i < 10; i++)
        assert_true(rows[i] < ROWS);
    akin_vindex_close(vx);
}

static void
damage_is_noticed_or_harmless(void **state)
{
    struct fixture *f = *state;
    char *path = akin_path_join(f->dir, "damaged.ivf");
    struct akin_test_random rnd = {3};
    struct akin__ivf_layout lay;
    struct akin_buf bytes = {0};
    struct akin_error err = {0};
    size_t head;

    assert_ok(akin_file_read(f->path, 1 << 24, &bytes, &err));
    akin__ivf_layout(ROWS, DIM, 76, akin_le64(bytes.data + 32), &lay);
    assert_int_equal(lay.bytes, bytes.len);
    head = (size_t)lay.codes;
    for (size_t i = 0; i < 300; i++) {
        /* every byte of the header, then anywhere */
        size_t at = i < 64 ? i : akin_test_below(&rnd, bytes.len);
        uint8_t flip = (uint8_t)(1u << akin_test_below(&rnd, 8));

        bytes.data[at] ^= flip;
        assert_ok(akin_file_write(path, akin_buf_span(&bytes), &err));
        try_damaged(f, path, at, head);
        bytes.data[at] ^= flip;
    }
    akin_buf_free(&bytes);
    free(path);
}

static void
a_file_cut_short_is_refused(void **state)
{
    struct fixture *f = *state;
    char *path = akin_path_join(f->dir, "cut.ivf");
    struct akin_test_random rnd = {4};
    struct akin_buf bytes = {0};
    struct akin_error err = {0};

    assert_ok(akin_file_read(f->path, 1 << 24, &bytes, &err));
    for (size_t i = 0; i < 100; i++) {
        size_t len = i < 70 ? i : akin_test_below(&rnd, bytes.len);
        struct akin_vindex *vx = NULL;

        assert_ok(akin_file_write(path, akin_span_of(bytes.data, len), &err));
        assert_fails_with(akin_vindex_open(path, ROWS, DIM, &vx, &err),
                          AKIN_EFORMAT, "cut.ivf");
        assert_null(vx);
    }
    akin_buf_free(&bytes);
    free(path);
}

static void
an_open_index_outlives_its_file_name(void **state)
{
    struct fixture *f = *state;
    char *path = akin_path_join(f->dir, "gone.ivf");
    struct akin_vindex *vx = NULL;
    struct akin_error err = {0};
    uint64_t row;
    float sim;

    build(f, path);
    assert_ok(akin_vindex_open(path, ROWS, DIM, &vx, &err));
    assert_ok(akin_file_remove(path, &err));
    assert_ok(akin_vindex_search(vx, f->vectors, f->vectors + 9 * DIM, 1, 1,
                                 little, NULL, NULL, &row, &sim, &err));
    assert_int_equal(row, 9);
    akin_vindex_close(vx);
    free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probing_every_list_finds_what_the_exact_scan_finds),
        cmocka_unit_test(rows_that_are_not_allowed_are_not_found),
        cmocka_unit_test(an_answer_does_not_depend_on_the_queries_beside_it),
        cmocka_unit_test(two_builds_write_the_same_bytes),
        cmocka_unit_test(the_margin_says_how_far_a_search_goes),
        cmocka_unit_test(a_scan_by_codes_finds_what_the_exact_scan_finds),
        cmocka_unit_test(calibration_finds_the_smallest_margin_that_suffices),
        cmocka_unit_test(rows_and_runs_of_a_filter_are_counted),
        cmocka_unit_test(a_filter_is_scanned_or_probed_by_what_it_costs),
        cmocka_unit_test(
            lists_behind_a_filter_are_expected_from_what_was_measured),
        cmocka_unit_test(groups_are_found_as_by_a_scan),
        cmocka_unit_test(
            the_best_groups_are_sure_and_the_others_have_upper_bounds),
        cmocka_unit_test(an_index_of_other_vectors_is_refused),
        cmocka_unit_test(a_margin_that_is_no_number_is_refused),
        cmocka_unit_test(what_cannot_be_built_is_refused),
        cmocka_unit_test(one_row_is_enough_for_an_index),
        cmocka_unit_test(damage_is_noticed_or_harmless),
        cmocka_unit_test(a_file_cut_short_is_refused),
        cmocka_unit_test(an_open_index_outlives_its_file_name),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
