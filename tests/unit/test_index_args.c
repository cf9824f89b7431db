/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <unistd.h>

#include "args.h"

/* A command with an option of each kind. */
struct fixture {
    struct akin_config config;
    const char *store, *reason;
    bool is_quiet;
    struct akin_arg rows[6];
    struct akin_args args;
};

static void
init(struct fixture *f)
{
    *f = (struct fixture){.store = NULL};
    akin_config_init(&f->config);
    f->rows[0] = (struct akin_arg){"--store", AKIN_ARG_TEXT, "DIR",
                                   &f->store, "the store",   true};
    f->rows[1] = (struct akin_arg){"--reason", AKIN_ARG_TEXT, "TEXT",
                                   &f->reason, "why",         false};
    f->rows[2] = (struct akin_arg){"--quiet",    AKIN_ARG_FLAG, NULL,
                                   &f->is_quiet, "say little",  false};
    f->rows[3] = (struct akin_arg){"--set",    AKIN_ARG_SET, "NAME=VALUE",
                                   &f->config, "a setting",  false};
    f->rows[4] = (struct akin_arg){"--settings", AKIN_ARG_SETTINGS, "FILE",
                                   &f->config,   "settings",        false};
    f->rows[5] = (struct akin_arg){"--jobs",   AKIN_ARG_JOBS, "N",
                                   &f->config, "threads",     false};
    f->args = (struct akin_args){.command = "akin-index try",
                                 .about = "Tries things.\n",
                                 .example = "  akin-index try --store s a\n",
                                 .arg = f->rows,
                                 .n_args = AKIN_COUNT(f->rows),
                                 .operand = "PATH",
                                 .min_operands = 1};
}

#define WORDS_MAX 12

/* Parses words up to NULL. */
static enum akin_status
parse(struct fixture *f, const char *const *words, struct akin_error *err)
{
    static char name[] = "try";
    char *argv[WORDS_MAX + 1] = {name};
    size_t n = 0;

    while (words[n] != NULL)
        n++;
    assert_true(n <= WORDS_MAX);
    /* main's argv is not of const char, though nobody writes to it. */
    memcpy(argv + 1, words, n * sizeof(*argv));
    return akin_args_parse(&f->args, (int)n + 1, argv, err);
}

static void
options_and_operands_come_in_any_order(void **state)
{
    static const char *const words[] = {"a.png",
                                        "--store",
                                        "/s",
                                        "--quiet",
                                        "--reason=a=b",
                                        "--set",
                                        "tile.size=128",
                                        "b",
                                        "--jobs=3",
                                        "--",
                                        "--strange",
                                        NULL};
    struct akin_error err = {0};
    struct fixture f;

    (void)state;
    init(&f);
    assert_ok(parse(&f, words, &err));
    assert_string_equal(f.store, "/s");
    assert_string_equal(f.reason, "a=b");
    assert_true(f.is_quiet);
    assert_int_equal(f.config.tile_size, 128);
    assert_int_equal(f.config.index_jobs, 3);
    assert_int_equal(f.args.n_operands, 3);
    assert_string_equal(f.args.operands[0], "a.png");
    assert_string_equal(f.args.operands[2], "--strange");
    assert_false(f.args.wants_help);
    akin_args_free(&f.args);
}

static void
a_dash_alone_is_an_operand(void **state)
{
    static const char *const words[] = {"--store", "s", "-", NULL};
    struct akin_error err = {0};
    struct fixture f;

    (void)state;
    init(&f);
    assert_ok(parse(&f, words, &err));
    assert_string_equal(f.args.operands[0], "-");
    akin_args_free(&f.args);
}

static const struct {
    const char *name;
    const char *words[WORDS_MAX];
    const char *says;
} refusals[] = {
    {"nothing at all", {NULL}, "--store DIR is missing"},
    {"no operand", {"--store", "s"}, "at least one PATH"},
    {"a mistyped option", {"--stroe", "s", "a"}, "did you mean --store?"},
    {"a mistyped help", {"--hlep"}, "did you mean --help?"},
    {"an option nobody knows", {"--xyzzy"}, "akin-index try --help lists them"},
    {"a mistyped option with a value", {"--stor=s"}, "--stor; did you mean"},
    {"a value that is missing", {"a", "--store"}, "--store needs a value"},
    {"a value for a flag", {"--quiet=1", "a"}, "--quiet takes no value"},
    {"the same option twice", {"--store=a", "--store=b"}, "given twice"},
    {"an empty value", {"--store=", "a"}, "--store must not be empty"},
    {"an empty operand", {"--store=s", ""}, "an empty PATH"},
    {"a setting without a value", {"--set", "tile.size"}, "tile.size"},
    {"a mistyped setting", {"--set", "tile.sise=9"}, "tile.size"},
    {"a setting out of range", {"--set", "tile.size=9"}, "64"},
    {"jobs that are no number", {"--jobs", "many"}, "--jobs: "},
    {"too many jobs", {"--jobs", "99999"}, "1024"},
    {"a settings file that is not there",
     {"--settings", "/nonexistent/x"},
     "/nonexistent/x"},
};

static void
a_wrong_line_is_refused_with_the_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_error err = {0};
        struct fixture f;

        print_message("  %s\n", refusals[i].name);
        init(&f);
        assert_fails_with(parse(&f, refusals[i].words, &err), AKIN_EINVAL,
                          refusals[i].says);
        akin_args_free(&f.args);
    }
}

static void
an_operand_is_refused_where_none_is_taken(void **state)
{
    static const char *const words[] = {"--store", "s", "stray", NULL};
    struct akin_error err = {0};
    struct fixture f;

    (void)state;
    init(&f);
    f.args.operand = NULL;
    f.args.min_operands = 0;
    assert_fails_with(parse(&f, words, &err), AKIN_EINVAL, "\"stray\"");
    akin_args_free(&f.args);
}

static void
help_wins_over_mistakes_but_not_behind_a_double_dash(void **state)
{
    static const char *const wrong[] = {"--xyzzy", "--help", NULL};
    static const char *const behind[] = {"--store", "s", "--", "--help", NULL};
    struct akin_error err = {0};
    struct fixture f;

    (void)state;
    init(&f);
    assert_ok(parse(&f, wrong, &err));
    assert_true(f.args.wants_help);
    akin_args_free(&f.args);
    assert_ok(parse(&f, behind, &err));
    assert_false(f.args.wants_help);
    assert_string_equal(f.args.operands[0], "--help");
    akin_args_free(&f.args);
}

static void
help_lists_every_option_and_an_example(void **state)
{
    char text[4096] = "";
    FILE *out = tmpfile();
    struct fixture f;

    (void)state;
    assert_non_null(out);
    init(&f);
    akin_args_help(&f.args, out);
    rewind(out);
    assert_true(fread(text, 1, sizeof(text) - 1, out) > 0);
    (void)fclose(out);
    assert_non_null(
        strstr(text, "Usage: akin-index try --store DIR [OPTION]... PATH..."));
    for (size_t i = 0; i < f.args.n_args; i++)
        assert_non_null(strstr(text, f.rows[i].name));
    assert_non_null(strstr(text, "Example:\n  akin-index try --store s a\n"));
}

static void
a_settings_file_and_a_setting_work_in_their_order(void **state)
{
    char *folder = akin_test_folder();
    char path[512];
    const char *words[] = {"--settings", path, "--set", "tile.size=512",
                           "--store",    "s",  "a",     NULL};
    struct akin_error err = {0};
    struct fixture f;
    FILE *file;

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/settings", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("# ours\ntile.size = 128\nindex.queue = 7\n", file);
    (void)fclose(file);
    init(&f);
    assert_ok(parse(&f, words, &err));
    assert_int_equal(f.config.tile_size, 512);
    assert_int_equal(f.config.index_queue, 7);
    akin_args_free(&f.args);
    akin_test_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_come_in_any_order),
        cmocka_unit_test(a_dash_alone_is_an_operand),
        cmocka_unit_test(a_wrong_line_is_refused_with_the_reason),
        cmocka_unit_test(an_operand_is_refused_where_none_is_taken),
        cmocka_unit_test(help_wins_over_mistakes_but_not_behind_a_double_dash),
        cmocka_unit_test(help_lists_every_option_and_an_example),
        cmocka_unit_test(a_settings_file_and_a_setting_work_in_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
