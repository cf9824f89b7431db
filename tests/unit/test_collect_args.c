/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of akin collect. */
#include "akin_test.h"

#include "akin/file.h"
#include "cli_collect.h"

static enum akin_status
parse(const char *line, struct akin_collect_args *out, struct akin_error *err)
{
    static char copy[512];
    char *argv[64] = {"akin", "collect"};
    int argc = 2;

    (void)snprintf(copy, sizeof(copy), "%s", line);
    for (char *p = copy; *p != '\0';) {
        argv[argc++] = p;
        p += strcspn(p, " ");
        if (*p == ' ')
            *p++ = '\0';
    }
    return akin_cli_collect_args_parse(argc, argv, NULL, out, err);
}

static void
every_option_becomes_a_parameter(void **state)
{
    static const char line[] =
        "cells --store S --out O --where year:2020.. --like ID --like ID2 "
        "--unlike ID3 --threshold .7 --nearest 9 --licence MIT,CC0-1.0 "
        "--exclude A --exclude-near B --unit plane --no-pixels "
        "--min-detail .2 --hash-distance 5 --same-similarity .9 "
        "--near-similarity .8 -t 50 --quota organism=7,category=3 "
        "--cap dataset=9 --cap image=2 --split train=.8,val=.2 "
        "--split-by image --seed 4 --format folder --bits 0 --edge 224 "
        "--shard-bytes 1000 --threads 2 -q";
    static const char params[] =
        "{\"text\":\"cells\",\"where\":\"year:2020..\",\"like\":[\"ID\","
        "\"ID2\"],\"unlike\":[\"ID3\"],\"threshold\":0.7,\"nearest\":9,"
        "\"licence\":[\"MIT\",\"CC0-1.0\"],\"exclude\":[\"A\"],"
        "\"exclude_near\":[\"B\"],\"unit\":\"plane\",\"pixels\":false,"
        "\"min_detail\":0.2,\"hash_distance\":5,\"same_similarity\":0.9,"
        "\"near_similarity\":0.8,\"target\":50,\"quota\":{\"organism\":7.0,"
        "\"category\":3.0},\"cap\":{\"dataset\":9.0,\"image\":2.0},"
        "\"split\":{\"train\":0.8,\"val\":0.2},\"split_by\":\"image\","
        "\"seed\":4,\"output\":{\"formats\":[\"folder\"],\"bits\":0,"
        "\"edge\":224,\"shard_bytes\":1000}}";
    struct akin_collect_args args = {0};
    struct akin_json *want = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(parse(line, &args, &err));
    assert_ok(akin_json_parse(akin_span_str(params), &want, &err));
    assert_true(akin_json_equal(args.params, want));
    assert_string_equal(args.out, "O");
    assert_true(args.quiet);
    assert_int_equal(args.threads, 2);
    akin_json_free(want);
    akin_cli_collect_args_free(&args);
}

static const struct {
    const char *name, *line, *says;
} refusals[] = {
    {"no store", "--out O", "which store?"},
    {"no out", "--store S", "--out DIR or --dry-run"},
    {"both", "--store S --out O --dry-run", "one of both"},
    {"two places", "--store S --connect U --dry-run", "exclude each other"},
    {"remote files", "--connect U --out O", "a daemon writes no files"},
    {"two texts", "a b --store S -n", "\"b\" is one too many"},
    {"number", "--store S -n --threshold x", "\"x\" is not a number"},
    {"pairs", "--store S -n --quota organism", "is not NAME=NUMBER"},
    {"pairs value", "--store S -n --cap dataset=", "is not a number"},
    {"unknown", "--store S -n --tagret 5", "did you mean"},
};

static void
wrong_usage_is_refused_with_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_collect_args args = {0};
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].name);
        assert_fails_with(parse(refusals[i].line, &args, &err), AKIN_EINVAL,
                          refusals[i].says);
        assert_null(args.params);
    }
}

static void
a_recipe_gives_what_the_command_line_does_not(void **state)
{
    static const char recipe[] =
        "{\"options\":{\"target\":5,\"seed\":3},\"inputs\":{\"store\":\"u\"}}";
    char *folder = akin_test_folder(), *path = akin_path_join(folder, "r");
    struct akin_collect_args args = {0};
    struct akin_error err = {0};
    char line[300];
    int64_t number = 0;

    (void)state;
    (void)snprintf(line, sizeof(line), "--store S -n --recipe %s --seed 8",
                   path);
    assert_fails_with(parse(line, &args, &err), AKIN_ENOTFOUND, "r");
    assert_ok(akin_file_write(path, akin_span_str("{\"seed\":1}"), &err));
    assert_fails_with(parse(line, &args, &err), AKIN_EFORMAT, "no \"options\"");
    assert_ok(akin_file_write(path, akin_span_str(recipe), &err));
    assert_ok(parse(line, &args, &err));
    assert_true(akin_json_int(akin_json_get(args.params, "seed"), &number));
    assert_int_equal(number, 8);
    assert_true(akin_json_int(akin_json_get(args.params, "target"), &number));
    assert_int_equal(number, 5);
    assert_string_equal(akin_json_text(args.recipe_inputs, "store"), "u");
    akin_cli_collect_args_free(&args);
    free(path);
    akin_test_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_becomes_a_parameter),
        cmocka_unit_test(wrong_usage_is_refused_with_a_sentence),
        cmocka_unit_test(a_recipe_gives_what_the_command_line_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
